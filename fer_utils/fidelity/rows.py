"""One comparison with the paper: what, theirs, ours, the verdict, the tolerance, and why it is that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

REPRODUCED, DIFFERS, NOT_POSSIBLE = "reproduced", "differs", "not possible"
VERDICTS = (REPRODUCED, DIFFERS, NOT_POSSIBLE)
NO_GENOME = "the genome is not on this machine; `make genomes` fetches it"


@dataclass(frozen=True)
class Row:
    """One thing the paper or its authors' data say, and what became of it here.

    Args:
        item: What it is.
        image: Name of the image, or "" where it is about all of them.
        theirs: Their value.
        ours: Ours, computed; "–" where there is none.
        verdict: One of `VERDICTS`.
        tolerance: How far apart the two may be.
        why: Why that far, or what stands in the way.
        source: Where they say it.
        chapters: Numbers of the chapters where it is shown, such as "04".
        figure: Number of the figure it belongs to, if any; "S" for the supplement.

    Source: ours.
    """

    item: str
    image: str
    theirs: str
    ours: str
    verdict: str
    tolerance: str
    why: str
    source: str
    chapters: tuple[str, ...] = ()
    figure: str = ""


def judged(same: bool) -> str:
    """Return the verdict on a comparison that could be made."""
    return REPRODUCED if same else DIFFERS


def within_factor(ours: Sequence[float], theirs: float, factor: float) -> bool:
    """Say whether the median of our values is within a factor of theirs; no values are not."""
    if not len(ours):
        return False
    ratio = float(np.median(ours)) / theirs
    return 1 / factor <= ratio <= factor


def spelled(values: Sequence[float], *, digits: int = 2) -> str:
    """Write values of several seeds as their median and range, one value as it is, none as a dash."""
    if not len(values):
        return "–"
    middle = f"{float(np.median(values)):.{digits}g}"
    if len(values) == 1:
        return f"{middle} (one seed)"
    low, high = f"{min(values):.{digits}g}", f"{max(values):.{digits}g}"
    return f"{middle} (median of {len(values)} seeds, {low} to {high})"
