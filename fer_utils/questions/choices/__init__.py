"""Why these choices? The book's recipe taken apart, one choice at a time, with everything said before it was tried.

What is asked stands in ``published/choices``: `plan.yml` (images, seeds, steps) and `hypotheses.csv` (what was expected,
and why), both written before anything ran; `choices.csv` is what came. The modules: `plan` (factors, levels, settings),
`running` (training and measuring, a row at a time).
"""

from __future__ import annotations

from fer_utils.questions.choices.plan import BASE, FACTORS, PLACEBO, Choices, Setting
from fer_utils.questions.choices.running import one_run, published_choices, run, write

__all__ = [
    "BASE",
    "FACTORS",
    "PLACEBO",
    "Choices",
    "Setting",
    "one_run",
    "published_choices",
    "run",
    "write",
]
