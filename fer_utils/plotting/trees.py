"""Family trees: who came from whom, generations from left to right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from fer_utils.checks import BadInput, bad, whole
from fer_utils.images import Array, checked_image
from fer_utils.plotting.look import GREY, HIGHLIGHT, WIDTH, Drawing, frame, show, styled, text_width, write

WIDEST = 0.8  # inches of a picture
LEFT, TOP, ROW = 0.06, 0.24, 0.34  # inches: the margins, and what stands between the rows for names


@styled
def family_tree(
    pictures: Mapping[str, Array],
    parents: Mapping[str, str],
    generations: Mapping[str, int],
    *,
    names: Mapping[str, str] | None = None,
) -> Figure:
    """Draw a family tree of pictures, the oldest at the left.

    Args:
        pictures: Each ``(size, size, 3)`` in [0, 1], by its key.
        parents: The parent of each; one that is no key, such as "", for those without.
        generations: How many generations from the first each stands; above its parent's.
        names: What some are called; they get a dark border and their name below.

    Returns:
        The figure. Pictures of one generation stand in one column, numbered above; a branch has a row of its own.

    Raises:
        BadInput: There is no picture, one is none, or a child is not younger than its parent.

    Source: paper, figure 3.
    """
    if not pictures:
        raise BadInput("pictures must be one or more, got none.")
    shown = {key: checked_image(f"picture {key!r}", picture) for key, picture in pictures.items()}
    places = _places(shown, parents, generations)
    columns = sorted({places[key].column for key in shown})
    side = min(WIDEST, (WIDTH - 2 * LEFT) / len(columns) - 0.1)
    pitch, across = (WIDTH - 2 * LEFT - side) / max(len(columns) - 1, 1), dict(zip(columns, range(99), strict=False))
    rows = 1 + max(place.row for place in places.values())
    drawing = Drawing(WIDTH, TOP + rows * (side + ROW))
    sheet = drawing.sheet()
    corners = {
        key: (LEFT + min(pitch, 1.6 * WIDEST) * across[place.column], TOP + place.row * (side + ROW))
        for key, place in places.items()
    }
    for key in shown:
        if parents.get(key) in corners:
            (x0, y0), (x1, y1) = corners[parents[key]], corners[key]
            sheet.add_patch(_elbow(x0 + side, y0 + side / 2, x1, y1 + side / 2))
    for column in columns:
        left = min(corners[key][0] for key in shown if places[key].column == column)
        write(sheet, left + side / 2, 0.14, f"{column}", size=8, colour=GREY, across="center")
    for key, picture in shown.items():
        show(sheet, picture, *corners[key], side, side).set_zorder(3)
        frame(sheet, *corners[key], side, side)
        if names and key in names:
            frame(sheet, *corners[key], side, side, colour=HIGHLIGHT, line=1.6, away=0.02)
            left, top = corners[key]
            half = text_width(names[key], 8.5) * 0.6 + 0.04  # bold is wider
            middle = min(max(left + side / 2, half), WIDTH - half)
            write(sheet, middle, top + side + 0.16, names[key], size=8.5, bold=True, across="center")
    return drawing


@dataclass(frozen=True)
class _Place:
    """Where a picture stands: the generation is its column."""

    column: int
    row: int


def _places(
    shown: Mapping[str, Array], parents: Mapping[str, str], generations: Mapping[str, int]
) -> dict[str, _Place]:
    """Give each picture its column and row: the branch that goes on longest stays in its parent's row."""
    column = {key: whole(f"generation of {key!r}", generations.get(key), least=0) for key in shown}
    children: dict[str, list[str]] = {key: [] for key in shown}
    for key in shown:
        if (parent := parents.get(key, "")) in children:
            if column[key] <= column[parent]:
                raise bad(f"generation of {key!r}", f"above its parent's, {column[parent]}", column[key])
            children[parent].append(key)
    reach = dict(column)
    for key in sorted(shown, key=lambda key: -column[key]):
        reach[key] = max([column[key], *(reach[child] for child in children[key])])
    longest_first = {key: sorted(found, key=lambda child: -reach[child]) for key, found in children.items()}
    places: dict[str, _Place] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    starts = sorted((key for key in shown if parents.get(key, "") not in children), key=lambda key: -reach[key])
    while starts:
        places |= _branch(starts.pop(0), parents, places, longest_first, column, taken)
        # The latest branch next, so that it stands nearest.
        offs = [child for key in places for child in longest_first[key][1:] if child not in places]
        starts = sorted(offs, key=lambda key: -column[key]) + [key for key in starts if key not in offs]
    return places


def _branch(
    first: str,
    parents: Mapping[str, str],
    places: Mapping[str, _Place],
    longest_first: Mapping[str, list[str]],
    column: Mapping[str, int],
    taken: dict[int, list[tuple[int, int]]],
) -> dict[str, _Place]:
    """Lay a branch along the nearest row below its parent's that is free from the parent on."""
    branch = [first]
    while longest_first[branch[-1]]:
        branch.append(longest_first[branch[-1]][0])
    parent = places.get(parents.get(first, ""))
    start, end, row = parent.column if parent else 0, column[branch[-1]], parent.row + 1 if parent else 0
    while any(start <= last and begin <= end for begin, last in taken.get(row, [])):
        row += 1
    taken.setdefault(row, []).append((start, end))
    return {key: _Place(column[key], row) for key in branch}


def _elbow(x0: float, y0: float, x1: float, y1: float) -> PathPatch:
    """Draw a line from a parent to its child: along its own row, then down to the child's, just before it."""
    turn = x0 + min(0.05, (x1 - x0) / 2)
    path = Path([(x0, y0), (turn, y0), (turn, y1), (x1, y1)])
    return PathPatch(path, facecolor="none", edgecolor=GREY, linewidth=1.1, zorder=1, joinstyle="round")
