"""Why these choices? The book's recipe taken apart, one choice at a time, with everything said before it was tried.

What is asked stands in ``published/choices``: `plan.yml` (images, seeds, steps, and the rule) and `hypotheses.csv`
(what was expected, and why), both written before anything ran; `choices.csv` is what came. The modules: `plan`
(factors, levels, settings), `running` (training and measuring, a row at a time), `judging` (all comparisons, corrected,
and what was expected of them) and `naive` (the same rows, read as they often are).
"""

from __future__ import annotations

from fer_utils.questions.choices.judging import OUTCOMES, Hypothesis, compare, hypotheses, is_placebo, judge
from fer_utils.questions.choices.naive import WAYS, count, readings
from fer_utils.questions.choices.plan import BASE, FACTORS, PLACEBO, Choices, Setting
from fer_utils.questions.choices.running import one_run, published_choices, run, write

__all__ = [
    "BASE",
    "FACTORS",
    "OUTCOMES",
    "PLACEBO",
    "WAYS",
    "Choices",
    "Hypothesis",
    "Setting",
    "compare",
    "count",
    "hypotheses",
    "is_placebo",
    "judge",
    "one_run",
    "published_choices",
    "readings",
    "run",
    "write",
]
