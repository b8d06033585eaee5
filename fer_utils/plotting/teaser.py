"""The book's first picture: two networks, the picture both draw, and what some of their neurons say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_utils.checks import BadInput
from fer_utils.cppn import Place
from fer_utils.features import FeatureMaps
from fer_utils.images import Array
from fer_utils.plotting.grids import checked_maps
from fer_utils.plotting.look import EVOLVED, SGD, WIDTH, Drawing, frame, map_colours, show, styled, write
from fer_utils.plotting.places import checked_places
from fer_utils.plotting.strips import checked_images

ROWS, COLUMNS = 4, 3
SIDE = 2.14  # inches of the picture
GAP = 0.05  # between maps
HEAD = 0.34


@styled
def teaser(left: FeatureMaps, right: FeatureMaps, images: Sequence[Array], *, places: Iterable[Place]) -> Figure:
    """Draw two networks side by side: the picture large, and maps from the same places beside it.

    Args:
        left: Maps of the first network.
        right: Maps of the second, of the same architecture.
        images: The picture each of them draws, ``(size, size, 3)`` in [0, 1].
        places: (layer, neuron) to show, in order; twelve are taken, spread evenly over those given.

    Returns:
        The figure.

    Raises:
        BadInput: The maps are none, there are not two pictures, or no places.

    Source: paper, figure 1.
    """
    both = [checked_maps("left", left), checked_maps("right", right)]
    shown = checked_images("images", images, least=2, square=True)
    wanted = checked_places("places", places, both[0].architecture)
    checked_places("places", wanted, both[1].architecture)
    if len(shown) != 2 or not wanted:
        raise BadInput(f"a teaser must have two images and at least one place, got {len(shown)} and {len(wanted)}.")
    evenly = np.linspace(0, len(wanted) - 1, min(ROWS * COLUMNS, len(wanted))).round().astype(int)
    drawing = Drawing(WIDTH, HEAD + SIDE + 0.06)
    sheet = drawing.sheet()
    for maps, image, start, colour in zip(both, shown, (0.05, WIDTH / 2 + 0.06), (EVOLVED, SGD), strict=True):
        write(sheet, start, HEAD - 0.11, maps.label, size=10, colour=colour, bold=True)
        show(sheet, image, start, HEAD, SIDE, SIDE)
        frame(sheet, start, HEAD, SIDE, SIDE)
        _tiles(sheet, maps, [wanted[index] for index in evenly], start + SIDE + 0.1)
    return drawing


def _tiles(sheet: Axes, maps: FeatureMaps, places: Sequence[Place], left: float) -> None:
    """Set maps in a block as high as the picture."""
    side = (SIDE - (ROWS - 1) * GAP) / ROWS
    for index, place in enumerate(places):
        across, down = left + index % COLUMNS * (side + GAP), HEAD + index // COLUMNS * (side + GAP)
        show(sheet, map_colours(maps[place]), across, down, side, side)
        frame(sheet, across, down, side, side)
