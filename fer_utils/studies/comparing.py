"""What a study says: each arm against a baseline, subject by subject and over all of them.

Arms have few seeds, so tests are exact or by permutation, and labels are exchanged only **within** a subject: pictures
differ far more from each other than arms do. N and S are compared as ratios (their logarithms), P, G and X as
differences. The p-values of a table are corrected after Holm for all that the table asks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fer_utils import statistics
from fer_utils.checks import BadInput, bad, real
from fer_utils.images import Array
from fer_utils.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

RATIOS: Final = ("N", "S", "K", "weights", "seconds")  # what is compared as a ratio
GAP: Final = 0.05  # the least gap in P, G and X that can be closed
RATIO_GAP: Final = float(np.log(1.25))  # and in N and S: a quarter more
RESAMPLES: Final = 9999


@dataclass(frozen=True)
class Comparison:
    """One arm against the baseline, in one measure.

    Args:
        arm: Its name.
        measure: Its column.
        reached: How many of its runs came to the mark.
        runs: How many there are.
        value: Median over subjects of the subjects' medians.
        change: Mean over subjects of how far its medians lie from the baseline's: a difference, or for `RATIOS` the
            logarithm of a ratio.
        delta: Cliff's delta against the baseline, the mean over subjects: -1 where every run is below.
        p_value: Of the difference, labels exchanged within subjects; nan where no subject has two runs of each.
        corrected: The same after Holm, over all comparisons made together.

    Source: ours.
    """

    arm: str
    measure: str
    reached: int
    runs: int
    value: float
    change: float
    delta: float
    p_value: float
    corrected: float = float("nan")


def compare(
    table: pd.DataFrame,
    baseline: str,
    measures: Sequence[str] = ("P", "G", "N", "S"),
    *,
    seed: int = 0,
    ratios: Collection[str] = RATIOS,
) -> list[Comparison]:
    """Hold every arm of a study against one of them.

    Args:
        table: Rows of a study; only those that came to the mark are compared.
        baseline: Name of the arm that others are held against.
        measures: Columns.
        seed: Of the permutations.
        ratios: Columns that are compared as ratios.

    Returns:
        A comparison for each arm but the baseline and each measure, in the table's order.

    Raises:
        BadInput: The baseline is no arm of the table, or none of its runs came to the mark.

    Source: ours.
    """
    good = table[table.status == "reached"]
    if baseline not in set(good.kind):
        raise bad(
            "baseline", f"an arm with runs that came to the mark, of {', '.join(dict.fromkeys(good.kind))}", baseline
        )
    arms = [arm for arm in dict.fromkeys(table.kind) if arm != baseline]
    found = [
        _compare(table, good, baseline, arm, measure, seed, ratio=measure in ratios)
        for arm in arms
        for measure in measures
    ]
    asked = [place for place, one in enumerate(found) if np.isfinite(one.p_value)]
    corrected = list(statistics.correct([found[place].p_value for place in asked])) if asked else []
    values = dict(zip(asked, corrected, strict=True))
    return [
        Comparison(**{**vars(one), "corrected": float(values.get(place, np.nan))}) for place, one in enumerate(found)
    ]


def near_mark(table: pd.DataFrame, *, within: float = 1.25) -> pd.DataFrame:
    """Count runs that all but came to the mark as if they had.

    They are measured at a slightly larger error than the others, which makes N and S a little smaller: say so.

    Args:
        table: Rows of a study.
        within: The largest error that counts, in units of the mark; at least 1.

    Source: ours.
    """
    limit = real("within", within, least=1)
    near = (table.status == "missed") & (table.error <= limit * table.mark)
    return table.assign(status=table.status.where(~near, "reached"))


def spread(table: pd.DataFrame, arm: str, measure: str, *, image: str) -> Interval | None:
    """Return the median and interval over the seeds of an arm that came to the mark, or None where none did."""
    rows = table[(table.status == "reached") & (table.kind == arm) & (table.image == image)]
    values = rows[measure].to_numpy(dtype=float)
    return statistics.interval(values) if np.isfinite(values).any() else None


def gap_closed(table: pd.DataFrame, arm: str, measure: str, *, worse: str, better: str) -> float:
    """Return which share of the gap between two arms a third one closes: 0 at the worse, 1 at the better.

    Args:
        table: Rows of a study.
        arm: The third.
        measure: A column; N and S on a logarithmic scale.
        worse: The arm at 0.
        better: The arm at 1.

    Returns:
        The mean over the subjects in which all three have runs that came to the mark, and in which there is a gap to
        close: `better` is lower by `GAP`, or by the factor 1.25. Nan where there is none; below 0 where it is worse
        still.

    Source: ours.
    """
    good = table[table.status == "reached"]
    shares = []
    for image in dict.fromkeys(good.image):
        ends = [_values(good, image, kind, measure) for kind in (worse, better, arm)]
        if all(len(one) for one in ends):
            start, goal, own = (float(np.median(one)) for one in ends)
            if start - goal >= (RATIO_GAP if measure in RATIOS else GAP):
                shares.append((start - own) / (start - goal))
    return float(np.mean(shares)) if shares else float("nan")


@dataclass(frozen=True)
class Paired:
    """Two arms, run by run: the same subject and seed.

    Args:
        pairs: How many.
        change: Median of the second less the first; for `RATIOS` the ratio.
        p_value: Of the difference, by exchange within pairs; nan for fewer than two.

    Source: ours.
    """

    pairs: int
    change: float
    p_value: float


def paired(table: pd.DataFrame, first: str, second: str, measure: str) -> Paired:
    """Compare two arms run by run, whether or not they came to the mark.

    Args:
        table: Rows of a study.
        first: An arm.
        second: Another.
        measure: A column.

    Source: ours.
    """
    both = [
        table[(table.kind == kind) & (table.status != "failed")].set_index(["image", "seed"])
        for kind in (first, second)
    ]
    values = [one[measure].astype(float).dropna() for one in both]
    common = sorted(set(values[0].index) & set(values[1].index))
    low, high = (one.loc[common].to_numpy() if common else np.zeros(0) for one in values)
    if measure in RATIOS:
        low, high = np.log(np.maximum(low, 1e-12)), np.log(np.maximum(high, 1e-12))
    if len(common) < 2:
        return Paired(len(common), float("nan"), float("nan"))
    middle = float(np.median(high - low))
    change = float(np.exp(middle)) if measure in RATIOS else middle
    return Paired(len(common), change, statistics.permutation_test(low, high, paired=True))


def panels(table: pd.DataFrame, image: str, measures: Sequence[str] = ("P", "G", "N", "S")) -> dict[str, Any]:
    """Return the values of every arm's runs at the mark, by measure and arm, as `plotting.dot_groups` takes them."""
    rows = table[(table.status == "reached") & (table.image == image)]
    arms = list(dict.fromkeys(table[table.image == image].kind))
    return {name: {arm: rows[rows.kind == arm][name].astype(float).to_numpy() for arm in arms} for name in measures}


def _compare(table: Any, good: Any, baseline: str, arm: str, measure: str, seed: int, *, ratio: bool) -> Comparison:
    pairs = {
        image: [_values(good, image, kind, measure, ratio=ratio) for kind in (baseline, arm)]
        for image in set(good.image)
    }
    pairs = {image: pairs[image] for image in sorted(pairs) if all(len(one) for one in pairs[image])}
    own = table[table.kind == arm]
    medians = [float(np.median(ours)) for _, ours in pairs.values()]
    value = float(np.median(medians)) if medians else float("nan")
    return Comparison(
        arm,
        measure,
        int((own.status == "reached").sum()),
        len(own),
        float(np.exp(value)) if ratio else value,
        float(np.mean([np.median(ours) - np.median(base) for base, ours in pairs.values()])) if pairs else float("nan"),
        float(np.mean([statistics.cliffs_delta(base, ours) for base, ours in pairs.values()])) if pairs else np.nan,
        permuted_within(list(pairs.values()), seed=seed),
    )


def permuted_within(groups: Sequence[Sequence[Array]], *, seed: int = 0) -> float:
    """Return the two-sided p-value of a difference of means, labels exchanged only within each stratum.

    Args:
        groups: For each stratum two groups of values; strata in which no group has two are left out.
        seed: Of the exchanges.

    Returns:
        The share of 9,999 random exchanges, and the true labels, whose mean difference over strata is at least as
        large as the true one; nan where no stratum is left.

    Raises:
        BadInput: A stratum has other than two groups.

    Source: ours; a stratified permutation test.
    """
    if any(len(pair) != 2 for pair in groups):
        raise BadInput("groups must be two for each stratum.")
    strata = [pair for pair in groups if len(pair[0]) and len(pair[1]) and len(pair[0]) + len(pair[1]) > 2]
    if not strata:
        return float("nan")
    rng = np.random.Generator(np.random.PCG64(seed))
    true, drawn = 0.0, np.zeros(RESAMPLES)
    for first, second in strata:
        together = np.concatenate([first, second])
        true += second.mean() - first.mean()
        mixed = rng.permuted(np.tile(together, (RESAMPLES, 1)), axis=1)
        drawn += mixed[:, len(first) :].mean(axis=1) - mixed[:, : len(first)].mean(axis=1)
    return float((1 + (np.abs(drawn) >= abs(true) - 1e-12).sum()) / (1 + RESAMPLES))


def _values(good: Any, image: str, kind: str, measure: str, *, ratio: bool | None = None) -> Array:
    values = good[(good.image == image) & (good.kind == kind)][measure].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    return np.log(np.maximum(values, 1e-12)) if (measure in RATIOS if ratio is None else ratio) else values


def by_arm(found: Sequence[Comparison]) -> Mapping[str, dict[str, Comparison]]:
    """Return comparisons by arm and measure."""
    arms: dict[str, dict[str, Comparison]] = {}
    for one in found:
        arms.setdefault(one.arm, {})[one.measure] = one
    return arms
