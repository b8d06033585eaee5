"""Do two columns of a study's table rise together: over all networks, and among networks of one origin?

Over all networks whatever tells origins apart goes with whatever else does; that is no cause. Within an origin it would
be evidence, but there the measures hardly differ and networks are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import stats

from fer_utils.checks import bad, one_of, whole
from fer_utils.images import Array

if TYPE_CHECKING:
    import pandas as pd

GROUPS: Final = {"across": ("image",), "within": ("image", "kind")}
FEWEST: Final = 3  # networks in a group
RESAMPLES: Final = 9999


@dataclass(frozen=True)
class Relation:
    """How two columns go together.

    Args:
        measure: One column.
        outcome: The other.
        groups: "across" or "within" origins.
        rho: Spearman's correlation, ranks taken within each group; nan where there are no groups.
        p_value: By exchange within the groups, two-sided; nan likewise.
        count: Networks.

    Source: ours.
    """

    measure: str
    outcome: str
    groups: str
    rho: float
    p_value: float
    count: int


def relate(table: pd.DataFrame, measure: str, outcome: str, *, groups: str, seed: int = 0) -> Relation:
    """Correlate two columns by ranks within groups.

    Args:
        table: Rows of a study that are to count.
        measure: A column.
        outcome: Another.
        groups: "across": ranks within each picture; rows of one arm and picture that agree in the measure, as those of
            an evolved network do, count once, by their medians. "within": ranks within each picture and arm, where the
            measure differs.
        seed: Of the exchanges.

    Raises:
        BadInput: A column is not there.

    Source: ours; Spearman 1904, by permutation within strata.
    """
    one_of("groups", groups, GROUPS)
    if missing := {measure, outcome, "image", "kind"} - set(table.columns):
        raise bad("table", f"one with the columns {', '.join(sorted(missing))}", list(table.columns)[:8])
    rows = table[["image", "kind", measure, outcome]].dropna()
    if groups == "across":
        alike = [*GROUPS["within"], measure]
        rows = rows.groupby(alike, as_index=False, sort=True)[[outcome]].median()
    parts = [part[[measure, outcome]].to_numpy(dtype=float) for _, part in rows.groupby(list(GROUPS[groups]))]
    pairs = [_ranked(part) for part in parts if len(part) >= FEWEST and np.ptp(part, axis=0).min() > 0]
    count = sum(map(len, pairs))
    rho, p_value = _permuted(pairs, whole("seed", seed, least=0)) if pairs else (float("nan"), float("nan"))
    return Relation(measure, outcome, groups, rho, p_value, count)


def relations(table: pd.DataFrame, measures: Sequence[str], outcomes: Sequence[str]) -> list[Relation]:
    """Correlate each measure with each outcome, across and within origins; see `relate`."""
    return [
        relate(table, measure, outcome, groups=groups)
        for outcome in outcomes
        for measure in measures
        for groups in GROUPS
    ]


def _ranked(part: Array) -> Array:
    """Return ranks of both columns, centred and of length 1 times the root of their number: groups weigh by size."""
    ranks = stats.rankdata(part, axis=0)
    centred = ranks - ranks.mean(axis=0)
    return np.asarray(centred / np.sqrt((centred**2).mean(axis=0)))


def _permuted(pairs: list[Array], seed: int) -> tuple[float, float]:
    rng, total = np.random.Generator(np.random.PCG64(seed)), sum(map(len, pairs))
    true: Any = sum((pair[:, 0] * pair[:, 1]).sum() for pair in pairs) / total
    drawn = np.zeros(RESAMPLES)
    for pair in pairs:
        drawn += rng.permuted(np.tile(pair[:, 1], (RESAMPLES, 1)), axis=1) @ pair[:, 0] / total
    return float(true), float((1 + (np.abs(drawn) >= abs(true) - 1e-12).sum()) / (1 + RESAMPLES))
