"""Lay out a layered graph: rows from the top down, few crossings, smooth lanes for long connections.

The way of Sugiyama. A connection that skips rows passes each of them in a *lane*; connections from one node
share its lane, as one value is carried on once. Rows are put in an order with few crossings (each thing near
the mean of its neighbours, over and over, the best order kept). Then things move sideways, in that order,
towards their neighbours, with room kept between them (least squares under an order: isotonic regression).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fer_utils.plotting.look import monotone

Stop = tuple[str, int]  # a node in its own row, or its lane in a later one
Hop = tuple[Stop, Stop]
CENTRE = 0.4  # pull of the sheet's middle, where a connection pulls with 1
STRAIGHT = 6.0  # pull within a lane, so that long lines run straight
LANE = 0.1  # inches a lane needs on either side of its line, together


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in inches from the left.

    Args:
        rows: For each row its stops, left to right.
        across: Place of each stop; of a node it is the middle of its thumbnail.
        hops: Pairs of stops in neighbouring rows that a line joins.

    Source: ours.
    """

    rows: tuple[tuple[Stop, ...], ...]
    across: Mapping[Stop, float]
    hops: tuple[Hop, ...]


def arrange(
    rows_of: Mapping[str, int],
    links: Iterable[tuple[str, str]],
    *,
    width: float,
    reach: Callable[[str], tuple[float, float]],
    sweeps: int = 40,
) -> Layout:
    """Arrange nodes and lanes on a sheet.

    Args:
        rows_of: Row of each node, from 0.
        links: (source, target) pairs; a target stands in a later row than its source.
        width: Inches to fit into; where a row needs more, its gaps shrink.
        reach: Inches a node takes up to the left and to the right of its middle.
        sweeps: How often the order is improved, down and up.

    Returns:
        The layout, the same for the same graph.

    Source: Sugiyama, Tagawa and Toda 1981, in outline; ours in detail.
    """
    hops = _hops(rows_of, links)
    rows = _first_order(rows_of, hops)
    rows = _uncross(rows, hops, sweeps)
    room = {
        stop: reach(stop[0]) if rows_of[stop[0]] == stop[1] else (LANE / 2, LANE / 2) for row in rows for stop in row
    }
    lanes = {stop for stop in room if rows_of[stop[0]] != stop[1]}
    return Layout(tuple(map(tuple, rows)), _place(rows, hops, room, lanes, width), tuple(hops))


def _hops(rows_of: Mapping[str, int], links: Iterable[tuple[str, str]]) -> list[Hop]:
    """Cut links into steps of one row; steps along the same lane are there once."""
    hops: dict[Hop, None] = {}
    for source, target in links:
        for row in range(rows_of[source], rows_of[target] - 1):
            hops[(source, row), (source, row + 1)] = None
        hops[(source, rows_of[target] - 1), (target, rows_of[target])] = None
    return list(hops)


def _first_order(rows_of: Mapping[str, int], hops: Iterable[Hop]) -> list[list[Stop]]:
    rows: list[dict[Stop, None]] = [{} for _ in range(1 + max(rows_of.values()))]
    for node, row in rows_of.items():
        rows[row][node, row] = None
    for stop in (stop for hop in hops for stop in hop):
        rows[stop[1]][stop] = None
    return [list(row) for row in rows]


def _neighbours(hops: Iterable[Hop]) -> tuple[dict[Stop, list[Stop]], dict[Stop, list[Stop]]]:
    above: dict[Stop, list[Stop]] = {}
    below: dict[Stop, list[Stop]] = {}
    for upper, lower in hops:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _uncross(rows: list[list[Stop]], hops: list[Hop], sweeps: int) -> list[list[Stop]]:
    """Sort each row by the mean place of its neighbours, down and up in turn, and keep the best order met."""
    above, below = _neighbours(hops)
    best, fewest = rows, crossings(rows, hops)
    for sweep in range(sweeps):
        neighbours = below if sweep % 2 else above
        rows = [list(row) for row in rows]
        place = {stop: index / max(len(row) - 1, 1) for row in rows for index, stop in enumerate(row)}
        for row in reversed(rows) if sweep % 2 else rows:
            row.sort(key={stop: _average([place[n] for n in neighbours.get(stop, [stop])]) for stop in row}.__getitem__)
            place.update({stop: index / max(len(row) - 1, 1) for index, stop in enumerate(row)})
        found = crossings(rows, hops)
        if found < fewest:
            best, fewest = rows, found
    return _swap(best, above, below)


def _swap(rows: list[list[Stop]], above: dict[Stop, list[Stop]], below: dict[Stop, list[Stop]]) -> list[list[Stop]]:
    """Exchange neighbours in a row as long as that removes crossings."""
    for _ in range(6):
        changed = False
        place = {stop: index for row in rows for index, stop in enumerate(row)}
        for row in rows:
            for index in range(len(row) - 1):
                one, two = row[index], row[index + 1]
                now, then = (
                    sum(_pairs(way, a, b, place) for way in (above, below)) for a, b in ((one, two), (two, one))
                )
                if then < now:
                    row[index], row[index + 1] = two, one
                    place[one], place[two] = index + 1, index
                    changed = True
        if not changed:
            break
    return rows


def _pairs(way: dict[Stop, list[Stop]], left: Stop, right: Stop, place: Mapping[Stop, int]) -> int:
    """Count the crossings between the lines of two stops that stand side by side."""
    return sum(place[a] > place[b] for a in way.get(left, ()) for b in way.get(right, ()))


def crossings(rows: Sequence[Sequence[Stop]], hops: Iterable[Hop]) -> int:
    """Count the pairs of lines between neighbouring rows that cross.

    Source: ours.
    """
    place = {stop: index for row in rows for index, stop in enumerate(row)}
    by_row: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in hops:
        by_row.setdefault(upper[1], []).append((place[upper], place[lower]))
    total = 0
    for lines in by_row.values():
        ends = np.array(lines)
        first, last = ends[:, :1] - ends[:, 0], ends[:, 1:] - ends[:, 1]
        total += int((first * last < 0).sum()) // 2
    return total


def _place(
    rows: list[list[Stop]],
    hops: list[Hop],
    room: Mapping[Stop, tuple[float, float]],
    lanes: set[Stop],
    width: float,
) -> dict[Stop, float]:
    """Move everything towards its neighbours; each row in turn, again and again."""
    pulls: dict[Stop, list[tuple[Stop, float]]] = {}
    for upper, lower in hops:
        weight = STRAIGHT if upper in lanes and lower in lanes else 1.0
        pulls.setdefault(upper, []).append((lower, weight))
        pulls.setdefault(lower, []).append((upper, weight))
    across = {stop: place for row in rows for stop, place in zip(row, _fit(row, None, room, width), strict=True)}
    for turn in range(80):
        for row in rows if turn % 2 else reversed(rows):
            wanted = [_balance(across, pulls.get(stop, ()), width / 2) for stop in row]
            across.update(zip(row, _fit(row, np.array(wanted), room, width), strict=True))
    return across


def _balance(across: Mapping[Stop, float], pulls: Iterable[tuple[Stop, float]], middle: float) -> float:
    """Weigh the neighbours' places, with a light pull to the middle of the sheet."""
    total, weight = middle * CENTRE, CENTRE
    for stop, pull in pulls:
        total += across[stop] * pull
        weight += pull
    return total / weight


def _average(values: list[float]) -> float:
    return sum(values) / len(values)


def _fit(
    row: Sequence[Stop], wanted: np.ndarray | None, room: Mapping[Stop, tuple[float, float]], width: float
) -> list[float]:
    """Place a row as near to its wishes as order, room and the sheet allow; without wishes, in the middle."""
    steps = [room[one][1] + room[two][0] for one, two in pairwise(row)]
    first, last = room[row[0]][0], room[row[-1]][1]
    free = width - first - last
    shrink = min(1.0, free / sum(steps)) if steps else 1.0
    offsets = np.cumsum([0.0, *steps]) * shrink
    if wanted is None:
        wanted = offsets + first + (free - offsets[-1]) / 2
    slack = max(free - offsets[-1], 0.0)
    return [float(place) for place in np.clip(monotone(wanted - offsets), first, first + slack) + offsets]
