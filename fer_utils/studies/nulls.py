"""What a study asks beside its verdicts: arms against their own nulls, and which arms come to the mark at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fer_utils import statistics
from fer_utils.checks import one_of
from fer_utils.studies.comparing import RATIOS, Comparison, compare

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Arrival:
    """How many runs of an arm come to the mark, beside the baseline's.

    Args:
        arm: Its name.
        reached: Runs that came to the mark.
        runs: All runs.
        p_value: Fisher's exact test against the baseline, all subjects together.
        corrected: The same after Holm, over all arms.

    Source: ours.
    """

    arm: str
    reached: int
    runs: int
    p_value: float
    corrected: float


def arrivals(table: pd.DataFrame, baseline: str) -> list[Arrival]:
    """Ask of every arm that has seeds whether it comes to the mark more or less often than the baseline.

    Args:
        table: Rows of a study.
        baseline: The arm that others are held against.

    Raises:
        BadInput: The baseline is no arm of the table.

    Source: ours.
    """
    from scipy.stats import fisher_exact

    counts = {
        arm: (int((rows.status == "reached").sum()), len(rows))
        for arm, rows in table[table.kind != "evolved"].groupby("kind", sort=False)
    }
    hits, runs = counts.pop(str(one_of("baseline", baseline, counts)))
    p_values = [float(fisher_exact([[hit, of - hit], [hits, runs - hits]]).pvalue) for hit, of in counts.values()]
    corrected = list(statistics.correct(p_values)) if p_values else []
    return [
        Arrival(str(arm), hit, of, p_value, float(after))
        for (arm, (hit, of)), p_value, after in zip(counts.items(), p_values, corrected, strict=True)
    ]


def contrasts(
    table: pd.DataFrame, pairs: Sequence[tuple[str, str]], measures: Sequence[str] = ("P", "G", "N", "S")
) -> list[tuple[str, Comparison]]:
    """Hold arms against their own nulls; the p-values are corrected for all that is asked here together.

    Args:
        table: Rows of a study.
        pairs: An arm and its null, each.
        measures: Columns.

    Returns:
        The null's name and the comparison with it, for each pair of which both have runs at the mark, and each measure.

    Source: ours.
    """
    there = set(table[table.status == "reached"].kind)
    found = [
        (null, one)
        for arm, null in pairs
        if {arm, null} <= there
        for one in compare(table[table.kind.isin([arm, null])], null, measures)
    ]
    asked = [place for place, (_, one) in enumerate(found) if np.isfinite(one.p_value)]
    after = list(statistics.correct([found[place][1].p_value for place in asked])) if asked else []
    for place, value in zip(asked, after, strict=True):
        found[place] = (found[place][0], replace(found[place][1], corrected=float(value)))
    return [(null, one if np.isfinite(one.p_value) else replace(one, corrected=float("nan"))) for null, one in found]


def in_words(asked: Sequence[tuple[str, Comparison]], arm: str, null: str) -> str:
    """Write for a text by how much an arm differs from its null in each measure, and how sure that is.

    Args:
        asked: From `contrasts`.
        arm: The arm.
        null: Its null.

    Returns:
        As in "P -0.20 (p .004), N × 0.81 (p .320)", p-values corrected; or that nothing can be compared.

    Source: ours.
    """
    told = [
        f"{one.measure} {f'× {np.exp(one.change):.2f}' if one.measure in RATIOS else f'{one.change:+.2f}'} "
        f"(p {one.corrected:.3f})"
        for beside, one in asked
        if (one.arm, beside) == (arm, null) and np.isfinite(one.change)
    ]
    return ", ".join(told) or "nothing that can be compared"
