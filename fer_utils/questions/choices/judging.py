"""What came of it: every comparison counted, corrected, and held against what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fer_utils import statistics, storage
from fer_utils.checks import BadInput, bad, one_of
from fer_utils.questions.choices.plan import BASE, FACTORS, PLACEBO
from fer_utils.questions.choices.running import FOLDER

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES: Final = ("error", "P", "G", "N")
LOGARITHMIC: Final = ("error", "N")
DIRECTIONS: Final = ("more", "less", "same")
VERDICTS: Final = ("supported", "supported in part", "contradicted", "undecided")
LEVEL: Final = 0.05
MOST: Final = 200_000  # two groups of ten can be exchanged in 184,756 ways; for more, some are drawn
BANDS: Final = {"error": np.log10(1.5), "N": np.log10(1.5), "P": 0.1, "G": 0.1}  # within which "same" is same


@dataclass(frozen=True)
class Hypothesis:
    """What was expected of one choice, written down before it was tried.

    Args:
        factor: One of `FACTORS`.
        level: Of its levels.
        outcome: One of `OUTCOMES`.
        direction: Of `DIRECTIONS`, compared with the book's recipe.
        why: The reason.

    Raises:
        BadInput: A name is unknown.

    Source: ours.
    """

    factor: str
    level: str
    outcome: str
    direction: str
    why: str

    def __post_init__(self) -> None:
        """Check the names."""
        levels = FACTORS[one_of("factor of a hypothesis", self.factor, FACTORS)]
        one_of(f"level of {self.factor}", self.level, levels)
        one_of("outcome of a hypothesis", self.outcome, OUTCOMES)
        one_of("direction of a hypothesis", self.direction, DIRECTIONS)


def hypotheses(path: str | Path = FOLDER / "hypotheses.csv") -> list[Hypothesis]:
    """Read what was expected.

    Raises:
        BadInput: The file is missing, or is no such table; the sentence names it.

    Source: ours.
    """
    names = list(Hypothesis.__dataclass_fields__)
    table = storage.read_table("hypotheses", path, texts=names)
    if list(table.columns) != names:
        raise bad("hypotheses", f"a table of {', '.join(names)}", ", ".join(table.columns), path=path)
    try:
        return [Hypothesis(**row) for row in table.to_dict("records")]
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def compare(table: pd.DataFrame) -> pd.DataFrame:
    """Compare every level with the book's own recipe, in every image and outcome, and count them all.

    Args:
        table: The study's.

    Returns:
        A row for each comparison: "image", "factor", "level", "outcome"; "usual" and "changed", the medians;
        "difference" of the medians with its interval "low" to "high" (of decadic logarithms for error and N); "delta",
        Cliff's; "p", "holm" and "bh", the p-value as it is and corrected after Holm and after Benjamini and Hochberg.

    Raises:
        BadInput: An image has no runs of the book's own recipe, or a level has fewer than two.

    Source: ours.
    """
    import pandas as pd

    rows = [
        _compared(table, image, factor, level, outcome)
        for image in dict.fromkeys(table.image)
        for factor, level in _levels(table, image)
        for outcome in OUTCOMES
    ]
    found = pd.DataFrame(rows)
    found["holm"] = statistics.correct(found.p)
    found["bh"] = statistics.correct(found.p, method="benjamini-hochberg")
    return found


def values(table: pd.DataFrame, image: str, factor: str, level: str, outcome: str) -> Any:
    """Return an outcome of all seeds of one setting, by seed, as it is compared: error and N as decadic logarithms."""
    chosen = table[(table.image == image) & (table.factor == factor) & (table.level == level)].sort_values("seed")
    numbers = chosen[outcome].to_numpy(dtype=float)
    if outcome not in LOGARITHMIC:
        return numbers
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(numbers > 0, np.log10(numbers), np.nan)


def judge(comparisons: pd.DataFrame, expected: Sequence[Hypothesis]) -> list[str]:
    """Hold what was expected against what came, by the rule in ``published/choices/plan.yml``.

    Args:
        comparisons: From `compare`.
        expected: The hypotheses.

    Returns:
        One of `VERDICTS` for each.

    Raises:
        BadInput: A hypothesis is about something that was not compared.

    Source: ours.
    """
    return [_verdict(comparisons, one) for one in expected]


def _levels(table: pd.DataFrame, image: str) -> list[tuple[str, str]]:
    chosen = table[table.image == image]
    pairs = list(dict.fromkeys(zip(chosen.factor, chosen.level, strict=True)))
    if (BASE, "") not in pairs:
        raise bad("table", f"one with runs of {BASE} recipe for {image}", "none")
    return [pair for pair in pairs if pair[0] != BASE]


def _compared(table: pd.DataFrame, image: str, factor: str, level: str, outcome: str) -> dict[str, Any]:
    usual = values(table, image, BASE, "", outcome)
    changed = values(table, image, factor, level, outcome)
    gap = statistics.difference(usual, changed)
    medians = [float(np.nanmedian(numbers)) for numbers in (usual, changed)]
    if outcome in LOGARITHMIC:
        medians = [10**number for number in medians]
    return {
        "image": image,
        "factor": factor,
        "level": level,
        "outcome": outcome,
        "usual": medians[0],
        "changed": medians[1],
        "difference": gap.median,
        "low": gap.low,
        "high": gap.high,
        "delta": statistics.cliffs_delta(usual, changed),
        "p": exact_p(usual, changed),
    }


def exact_p(first: Any, second: Any) -> float:
    """Return the two-sided p-value of a difference of means, by trying every way to deal out the values.

    As `statistics.permutation_test`, which deals them out anew at each call; here the ways are kept, since hundreds of
    comparisons are of groups of the same sizes.

    Args:
        first: ``(n,)`` values; those that do not exist are left out.
        second: ``(m,)`` of the other group.

    Source: Fisher 1935.
    """
    one, other = (numbers[np.isfinite(numbers)] for numbers in (first, second))
    if comb(len(one) + len(other), len(one)) > MOST:
        return statistics.permutation_test(one, other)
    pooled = np.concatenate([one, other])
    pooled = pooled - pooled.mean()
    sums = _ways(len(one), len(pooled)) @ pooled
    seen = pooled[: len(one)].sum()
    # Means of both groups follow from one sum. Ties are counted, rounding aside.
    slack = 1e-12 * np.abs(pooled).sum()
    lower, upper = np.mean(sums <= seen + slack), np.mean(sums >= seen - slack)
    return float(min(1.0, 2 * min(lower, upper)))


@cache
def _ways(chosen: int, count: int) -> Any:
    """Return every way to choose some of the places, as rows of 0 and 1."""
    rows = np.array(list(combinations(range(count), chosen)))
    marks = np.zeros((len(rows), count))
    np.put_along_axis(marks, rows, 1.0, axis=1)
    return marks


def _verdict(comparisons: pd.DataFrame, one: Hypothesis) -> str:
    wanted = (comparisons.factor == one.factor) & (comparisons.level == one.level)
    rows = comparisons[wanted & (comparisons.outcome == one.outcome)]
    if not len(rows):
        raise bad("hypothesis", "about something that was compared", f"{one.factor}, {one.level}, {one.outcome}")
    found = rows.holm.to_numpy() < LEVEL
    if one.direction == "same":
        band = BANDS[one.outcome]
        inside = (rows.low.to_numpy() > -band) & (rows.high.to_numpy() < band)
        return VERDICTS[2] if found.any() else VERDICTS[0] if inside.all() else VERDICTS[3]
    # The sign of Cliff's delta, not that of the medians: with few seeds a median may hide which way the groups lie.
    expected = np.sign(rows.delta.to_numpy()) == (1 if one.direction == "more" else -1)
    if (found & ~expected).any():
        return VERDICTS[2]
    return VERDICTS[0] if found.all() else VERDICTS[1] if found.any() else VERDICTS[3]


def is_placebo(comparisons: pd.DataFrame) -> Any:
    """Say of each comparison whether nothing was changed in it but the seeds."""
    return (comparisons.factor == PLACEBO).to_numpy()
