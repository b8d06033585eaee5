"""Which layers the kernel computes in full: the order of sums that needs the fewest multiplications.

`cache` and `identity` neurons are linear, so they need not be computed pixel by pixel: what they pass on can be
multiplied into the weights beforehand (plan.h says how). A layer that is computed in full all the same is a *station*.
Between two stations every layer reads all bending neurons since the first of them, so stretches that are too long cost
more than they save; where a network is wide and deep, stations in between are worth their price.
"""

from __future__ import annotations

from functools import cache

from fer_utils.cppn import Architecture

KEEPING = ("cache", "identity")
WORTH = 0.85  # a plan must need no more than this share of the layered one's multiplications: it has a price per step
INPUTS, OUTPUTS = 4, 3


@cache
def stations(architecture: Architecture) -> tuple[bool, ...]:
    """Say for each layer whether it is computed in full.

    Args:
        architecture: Of the network.

    Returns:
        One truth value a layer: all True where leaving neurons out would not pay.

    Source: ours.
    """
    layered = (True,) * architecture.depth
    best = _cheapest(architecture)
    return best if multiplications(architecture, best) <= WORTH * multiplications(architecture, layered) else layered


def multiplications(architecture: Architecture, plan: tuple[bool, ...]) -> int:
    """Count the multiplications that a plan needs forward for one pixel.

    Args:
        architecture: Of the network.
        plan: For each layer whether it is a station.

    Source: ours.
    """
    total, seen = 0, INPUTS
    for station in plan:
        rows = architecture.width if station else _bending(architecture)
        total += rows * seen
        seen = rows if station else seen + rows
    return total + OUTPUTS * seen


def _bending(architecture: Architecture) -> int:
    return sum(count for name, count in architecture.groups if name not in KEEPING)


def _cheapest(architecture: Architecture) -> tuple[bool, ...]:
    """Find the plan with the fewest multiplications: the best way to each station is the best to the one before."""
    width, bend = architecture.width, _bending(architecture)
    best: list[tuple[int, tuple[bool, ...]]] = [
        (0, ())
    ]  # best[l]: cost and plan of the first l layers, the last in full
    for end in range(1, architecture.depth + 2):
        ways = []
        for start, (cost, plan) in enumerate(best):
            seen, between = width if start else INPUTS, end - start - 1
            cost += sum(bend * (seen + bend * place) for place in range(between))
            rows = width if end <= architecture.depth else OUTPUTS
            ways.append((cost + rows * (seen + bend * between), (*plan, *([False] * between), True)))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1][:-1]  # the readout is in full in any case
