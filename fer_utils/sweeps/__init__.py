"""Weight sweeps: draw the picture again while one weight, or one direction, moves away from its value.

`drawing` makes the pictures and `ranking` says which weights are worth it, both with NumPy in float64. Where many
weights are swept and there is a C++ compiler, `compiled` does it in float32, tens of times faster: `reduced` leaves
the neurons out that only copy, and `sweeping.cpp` follows each change through what remains.

Conventions that bite: `sweep` and `sweep_direction` are always float64; `sweep_many` and `rank` are float32 unless
asked for ``engine="numpy"`` or where nothing can be compiled.
"""

from __future__ import annotations

from fer_utils.sweeps.directions import Direction, matched_reach, random_directions, response, spread_share
from fer_utils.sweeps.drawing import around, random_row_direction, sweep, sweep_direction, sweep_many
from fer_utils.sweeps.ranking import (
    PAPER_OFFSETS,
    PAPER_SPAN,
    PAPER_SWEEPS,
    effect,
    effects,
    named,
    offsets_of,
    rank,
    sample,
    sweepable,
)

__all__ = [
    "PAPER_OFFSETS",
    "PAPER_SPAN",
    "PAPER_SWEEPS",
    "Direction",
    "around",
    "effect",
    "effects",
    "matched_reach",
    "named",
    "offsets_of",
    "random_directions",
    "random_row_direction",
    "rank",
    "response",
    "sample",
    "spread_share",
    "sweep",
    "sweep_direction",
    "sweep_many",
    "sweepable",
]
