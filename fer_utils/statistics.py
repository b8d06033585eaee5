"""From seeds to statements: intervals, effect sizes, tests, and corrections for having asked many times.

A thin face over scipy and statsmodels with the project's habits: nothing is reported without its spread, every random
procedure has a seed, and groups are small (five to fifty seeds), so that exact and resampling methods come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fer_utils.checks import bad, one_of, real, whole

CORRECTIONS = {"holm": "holm", "benjamini-hochberg": "fdr_bh"}
RESAMPLES = 9999
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A median with a bootstrap interval.

    Args:
        median: Of the values.
        low: Lower end.
        high: Upper end.
        count: How many values.

    Source: ours.
    """

    median: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        """Write it for a table: "0.64 [0.55, 0.71]", and only the value where there is one."""
        if self.count == 1:
            return f"{self.median:.3g}"
        return f"{self.median:.3g} [{self.low:.3g}, {self.high:.3g}]"


def interval(values: object, *, level: float = 0.95, seed: int = 0) -> Interval:
    """Return the median of some values with its bootstrap interval (percentile method).

    Args:
        values: ``(n,)``, one for each seed; nan are left out.
        level: Of confidence, between 0 and 1.
        seed: Of the resampling.

    Returns:
        The interval; both ends are the value where there is but one.

    Raises:
        BadInput: There are no values, or the level is not between 0 and 1.

    Source: ours.
    """
    numbers = _numbers("values", values)
    confidence = real("level", level, above=0, most=0.9999)
    middle = float(np.median(numbers))
    if len(numbers) == 1:
        return Interval(middle, middle, middle, 1)
    found = stats.bootstrap(
        (numbers,),
        np.median,
        axis=-1,
        confidence_level=confidence,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=_generator(seed),
    )
    return Interval(middle, float(found.confidence_interval.low), float(found.confidence_interval.high), len(numbers))


def area_under_curve(low: object, high: object) -> float:
    """Return the chance that a value of the second group is above one of the first; a tie counts half.

    Args:
        low: ``(n,)`` values of one group.
        high: ``(m,)`` of the other.

    Returns:
        In [0, 1]; 0.5 where the groups are alike.

    Source: ours; this is the Mann-Whitney U divided by n m.
    """
    first, second = _numbers("low", low), _numbers("high", high)
    return float(stats.mannwhitneyu(second, first, method="asymptotic").statistic / (len(first) * len(second)))


def cliffs_delta(low: object, high: object) -> float:
    """Return Cliff's delta: the chance of being above less the chance of being below, in [-1, 1].

    Source: ours; Cliff 1993.
    """
    return 2 * area_under_curve(low, high) - 1


def difference(first: object, second: object, *, level: float = 0.95, seed: int = 0) -> Interval:
    """Return by how much the second group's median is above the first's, with its bootstrap interval (percentiles).

    Args:
        first: ``(n,)`` values of one group; nan are left out.
        second: ``(m,)`` of the other.
        level: Of confidence, between 0 and 1.
        seed: Of the resampling.

    Raises:
        BadInput: A group has fewer than two values, or the level is not between 0 and 1.

    Source: ours.
    """
    groups = (_numbers("first", first, least=2), _numbers("second", second, least=2))
    confidence = real("level", level, above=0, most=0.9999)
    found = stats.bootstrap(
        groups,
        lambda one, other, axis: np.median(other, axis=axis) - np.median(one, axis=axis),
        confidence_level=confidence,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=_generator(seed),
    )
    middle = float(np.median(groups[1]) - np.median(groups[0]))
    ends = found.confidence_interval
    return Interval(middle, float(ends.low), float(ends.high), sum(map(len, groups)))


def permutation_test(
    first: object, second: object, *, paired: bool = False, seed: int = 0, resamples: int = RESAMPLES
) -> float:
    """Return the p-value of two groups' difference of means under exchange of their labels, two-sided.

    Args:
        first: ``(n,)`` values of one group.
        second: ``(m,)`` of the other; of the same length where they are paired.
        paired: Whether values at the same place belong together; then the labels are exchanged within pairs.
        seed: Of the permutations, where there are too many to try them all.
        resamples: How many are tried at most; where there are no more, the test is exact.

    Raises:
        BadInput: A group has fewer than two values, or pairs are of different lengths.

    Source: ours.
    """
    groups = (_numbers("first", first, least=2), _numbers("second", second, least=2))
    if paired and len(groups[0]) != len(groups[1]):
        raise bad("second", f"{len(groups[0])} values, as many as first", len(groups[1]))
    kind = "samples" if paired else "independent"
    most = whole("resamples", resamples, least=1)
    found = stats.permutation_test(
        groups, _difference, permutation_type=kind, n_resamples=most, vectorized=True, rng=_generator(seed)
    )
    return float(found.pvalue)


def correct(p_values: Sequence[float], *, method: str = "holm") -> Array:
    """Correct p-values for how many questions were asked.

    Args:
        p_values: Of all of them, in [0, 1].
        method: "holm" (the chance of even one false finding stays below the level) or "benjamini-hochberg" (the share
            of false findings does).

    Returns:
        Corrected p-values, in the same order.

    Raises:
        BadInput: A p-value is not in [0, 1], or the method is unknown.

    Source: Holm 1979; Benjamini and Hochberg 1995.
    """
    from statsmodels.stats.multitest import multipletests  # here, since it takes a second to import

    kind = CORRECTIONS[one_of("method", method, CORRECTIONS)]
    numbers = _numbers("p_values", p_values)
    if numbers.min() < 0 or numbers.max() > 1:
        raise bad("p_values", "in [0, 1]", numbers)
    return np.asarray(multipletests(numbers, method=kind)[1])


def _difference(first: Any, second: Any, axis: int) -> Any:
    return np.mean(first, axis=axis) - np.mean(second, axis=axis)


def _numbers(argument: str, values: object, *, least: int = 1) -> Array:
    try:
        numbers = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        raise bad(argument, "numbers", values) from None
    kept = numbers[np.isfinite(numbers)]
    if len(kept) < least:
        raise bad(argument, f"at least {least} finite number{'s' * (least > 1)}", f"{len(kept)} of them")
    return kept


def _generator(seed: object) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
