"""Feature maps: all of a network's, of two networks beside each other, or a few of them large."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_utils import images
from fer_utils.checks import BadInput, bad, whole
from fer_utils.features import FeatureMaps
from fer_utils.images import Array
from fer_utils.plotting.look import (
    DOTS,
    EMPTY,
    EVOLVED,
    GREY,
    INK,
    NOVEL,
    SGD,
    WIDTH,
    Drawing,
    frame,
    map_colours,
    rgb,
    show,
    styled,
    text_width,
    wrap,
    write,
)
from fer_utils.plotting.places import FOOTER, HEADER, Place, Places, checked_places, write_columns, write_rows
from fer_utils.plotting.strips import GAP, LINE, checked_texts, write_below
from fer_utils.plotting.tiles import RING, paint, tile_side

MARGIN = 0.34  # inches before the first column, for the layers' names
KEY = 0.36  # inches for the colour bar below
AISLE = 0.04  # inches between groups of columns
WIDEST = 0.8  # inches of a column
PAIR_DOTS = 300  # small maps need finer dots
SMALLEST = 0.14  # inches a column needs; narrower grids are set one below the other


@styled
def map_grid(
    maps: FeatureMaps, *, mark_novel: bool = True, highlight: Iterable[Place] = (), title: str | None = None
) -> Figure:
    """Draw every feature map of a network: layers as rows, neurons as columns.

    Args:
        maps: The network's maps.
        mark_novel: Give a green border to maps that have not appeared in an earlier layer or further left.
        highlight: (layer, neuron) places that get a dark border.
        title: Written above.

    Returns:
        The figure. Numbers above a column count within its group, as in "L6 gaussian 0"; numbers below count
        through the layer, as in ``maps[6, 15]``.

    Raises:
        BadInput: The maps are none, or a highlighted place is outside the network.

    Source: paper, figures 5, 14, 15, 18, 19.
    """
    one = checked_maps("maps", maps)
    chosen = checked_places("highlight", highlight, one.architecture)
    top = 0.05 + (0.26 if title else 0) + HEADER
    places = _places(one, MARGIN, top, WIDTH - 0.05)
    drawing = Drawing(WIDTH, places.bottom + FOOTER + KEY)
    sheet = drawing.sheet()
    if title:
        write(sheet, places.left, 0.2, title, size=10, bold=True)
    _draw(sheet, one, places, mark_novel=mark_novel, highlight=chosen)
    _key(sheet, places, [one], mark_novel=mark_novel)
    return drawing


@styled
def map_pair(
    left: FeatureMaps, right: FeatureMaps, *, titles: Sequence[str] | None = None, mark_novel: bool = True
) -> Figure:
    """Draw every feature map of two networks side by side, or one above the other where they are wide.

    Args:
        left: Maps of the first network.
        right: Maps of the second; as many layers as the first.
        titles: One for each; by default the networks' labels.
        mark_novel: Give a green border to maps that have not appeared in an earlier layer or further left.

    Returns:
        The figure.

    Raises:
        BadInput: The maps are none, or the networks differ in depth.

    Source: paper, figures 5, 14, 15.
    """
    both = [checked_maps("left", left), checked_maps("right", right)]
    depths = [maps.architecture.depth for maps in both]
    if depths[0] != depths[1]:
        raise bad("right", f"of {depths[0]} layers, as many as left has", f"{depths[1]} layers")
    heads = checked_texts("titles", [maps.label for maps in both] if titles is None else titles, 2)
    top, half = 0.31 + HEADER, WIDTH / 2
    beside = ((MARGIN, half - 0.06), (half + MARGIN, WIDTH - 0.06))
    frames = [_places(maps, start, top, end, dots=PAIR_DOTS) for maps, (start, end) in zip(both, beside, strict=True)]
    if min(places.pitch for places in frames) < SMALLEST:
        frames[0] = _places(both[0], MARGIN, top, WIDTH - 0.05)
        frames[1] = _places(both[1], MARGIN, frames[0].bottom + FOOTER + 0.2 + top, WIDTH - 0.05)
    drawing = Drawing(WIDTH, max(places.bottom for places in frames) + FOOTER + KEY, dots=frames[0].dots)
    sheet = drawing.sheet()
    for maps, places, head, colour in zip(both, frames, heads, (EVOLVED, SGD), strict=True):
        write(sheet, places.left, places.top - HEADER - 0.09, head, size=10, colour=colour, bold=True)
        _draw(sheet, maps, places, mark_novel=mark_novel, highlight=[])
    _key(sheet, frames[1], both, mark_novel=mark_novel, left=MARGIN)
    return drawing


@styled
def map_gallery(
    maps: FeatureMaps, places: Iterable[Place], *, columns: int = 6, captions: Sequence[str] | None = None
) -> Figure:
    """Draw chosen maps large, each with its name.

    Args:
        maps: The network's maps.
        places: (layer, neuron), in the order wanted.
        columns: Maps in a row.
        captions: A line under each.

    Returns:
        The figure.

    Raises:
        BadInput: There is no place to draw, or one is outside the network.

    Source: ours.
    """
    one = checked_maps("maps", maps)
    chosen = checked_places("places", places, one.architecture)
    if not chosen:
        raise BadInput("places must hold at least one (layer, neuron) pair, got none.")
    return _gallery(
        [one[place] for place in chosen],
        [_two_lines(one.name(*place)) for place in chosen],
        checked_texts("captions", captions, len(chosen)) if captions is not None else [""] * len(chosen),
        whole("columns", columns, least=1),
    )


@styled
def network_inputs(size: int = 96) -> Figure:
    """Draw what a network is told about each pixel: x, y, d and b.

    Args:
        size: Side of each map in pixels.

    Returns:
        The figure; d reaches 1.98 in the corners and is drawn as 1 from there on.

    Source: paper, section on CPPNs.
    """
    values = images.coordinates(size)
    notes = ["from left to right", "from top to bottom", "distance from the middle", "always 1"]
    return _gallery(list(values), [(name, "") for name in images.INPUTS], notes, 4)


def _gallery(maps: list[Array], names: list[tuple[str, str]], captions: list[str], across: int) -> Drawing:
    """Lay maps in rows, a two-line name above each and the colour bar at the end."""
    side = min(1.5, (WIDTH - 0.1 - (across - 1) * GAP) / across)
    heads = [[line for text in name if text for line in wrap(text, side, size=8)] for name in names]
    feet = [wrap(text, side, size=8) if text else [] for text in captions]
    head, foot = (LINE * max(map(len, lines)) + 0.06 for lines in (heads, feet))
    pitch = head + side + foot + 0.06
    rows = -(-len(maps) // across)
    drawing = Drawing(min(across, max(len(maps), 3)) * (side + GAP) - GAP + 0.1, rows * pitch + KEY)
    sheet = drawing.sheet()
    for index, one in enumerate(maps):
        left, top = 0.05 + index % across * (side + GAP), index // across * pitch + head
        show(sheet, map_colours(one), left, top, side, side)
        frame(sheet, left, top, side, side)
        for number, line in enumerate(reversed(heads[index])):
            colour = GREY if line in names[index][1] else INK
            write(sheet, left, top - 0.06 - number * LINE, line, size=8, colour=colour)
        write_below(sheet, left, top + side, feet[index])
    colour_bar(sheet, 0.05, rows * pitch + 0.08)
    return drawing


def _two_lines(name: str) -> tuple[str, str]:
    """Part "L7 gaussian 0 (mouth)" before the bracket."""
    place, bracket, known = name.partition(" (")
    return place, f"({known}" if bracket else ""


def checked_maps(argument: str, maps: object) -> FeatureMaps:
    """Return the maps, or refuse what is none."""
    if not isinstance(maps, FeatureMaps):
        raise bad(argument, "the FeatureMaps of a network", maps)
    return maps


def _places(maps: FeatureMaps, left: float, top: float, right: float, *, dots: int = DOTS) -> Places:
    """Fit the columns between two edges, in whole dots, so that each dot of the array is one of the PNG."""
    groups, width = len(maps.architecture.groups), maps.architecture.width
    aisle = round(AISLE * dots)
    pitch = int(min(WIDEST * dots, ((right - left) * dots - aisle * (groups - 1)) // width))
    start, upper = round(left * dots) / dots, round(top * dots) / dots
    return Places(maps.architecture, start, upper, pitch / dots, pitch / dots, aisle / dots, dots)


def _draw(sheet: Axes, maps: FeatureMaps, places: Places, *, mark_novel: bool, highlight: list[Place]) -> None:
    board = paint(maps, places, mark_novel=mark_novel, highlight=highlight)
    show(sheet, board, places.left, places.top, board.shape[1] / places.dots, board.shape[0] / places.dots)
    write_columns(sheet, places)
    write_rows(sheet, places, height=(tile_side(places) + 2 * RING) / places.dots)


def _key(sheet: Axes, places: Places, drawn: list[FeatureMaps], *, mark_novel: bool, left: float | None = None) -> None:
    """Say below the maps what colours, green borders and grey squares mean."""
    top = places.bottom + FOOTER + 0.1
    across = colour_bar(sheet, places.left if left is None else left, top) + 0.3
    entries = [(mark_novel, "white", NOVEL, 1.6, "first map of its kind")]
    entries.append((any(not maps.used.all() for maps in drawn), EMPTY, EMPTY, 0.1, "empty place"))
    for wanted, fill, edge, line, text in entries:
        if wanted:
            show(sheet, rgb(fill if fill.startswith("#") else "#ffffff")[None, None], across, top, 0.11, 0.11)
            frame(sheet, across, top, 0.11, 0.11, colour=edge, line=line)
            write(sheet, across + 0.18, top + 0.055, text, size=8, colour=GREY, down="middle")
            across += 0.18 + text_width(text, 8) + 0.3


def colour_bar(sheet: Axes, left: float, top: float) -> float:
    """Draw the scale of all maps, from -1 (red) over 0 (white) to 1 (blue), and return its right edge."""
    write(sheet, left, top + 0.055, "activation  \N{MINUS SIGN}1", size=8, colour=GREY, down="middle")
    start = left + text_width("activation  \N{MINUS SIGN}1", 8) + 0.06
    show(sheet, map_colours(np.linspace(-1, 1, 256))[None], start, top, 1.1, 0.11)
    frame(sheet, start, top, 1.1, 0.11)
    write(sheet, start + 1.16, top + 0.055, "1", size=8, colour=GREY, down="middle")
    return start + 1.24
