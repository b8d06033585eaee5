"""The book's first picture: two networks, the picture both draw, and what some of their neurons say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fer_utils.checks import bad
from fer_utils.features import FeatureMaps, Place
from fer_utils.plotting.style import MAP_COLOURS, style

ROWS, COLUMNS = 4, 3


def teaser(left: FeatureMaps, right: FeatureMaps, images: Sequence[Any], *, places: Sequence[Place]) -> Figure:
    """Draw two networks side by side: the picture large, and maps from the same places around it.

    Args:
        left: Maps of the first network.
        right: Maps of the second, of the same architecture.
        images: The picture each of them draws, ``(size, size, 3)`` in [0, 1].
        places: (layer, neuron) to show, in order; twelve are taken, spread evenly over those given.

    Returns:
        The figure.

    Source: paper, figure 1.
    """
    if len(images) != 2 or not places:
        raise bad("images and places", "two images and at least one place", f"{len(images)} and {len(places)}")
    wanted = min(ROWS * COLUMNS, len(places))
    chosen = [places[index] for index in np.linspace(0, len(places) - 1, wanted).round().astype(int)]
    with mpl.rc_context(style()):
        figure = Figure(figsize=(10.4, 3.5))
        FigureCanvasAgg(figure)
        halves = figure.add_gridspec(1, 2, wspace=0.08, left=0.005, right=0.995, bottom=0.01, top=0.9)
        for maps, image, half in zip((left, right), images, halves, strict=True):
            _half(figure, half, maps, image, chosen)
    return figure


def _half(figure: Figure, half: Any, maps: FeatureMaps, image: Any, chosen: Sequence[Place]) -> None:
    parts = half.subgridspec(1, 2, width_ratios=[4, 3], wspace=0.03)
    picture = figure.add_subplot(parts[0])
    picture.imshow(np.asarray(image), interpolation="nearest")
    picture.set_title(maps.label, loc="left", fontsize=11)
    picture.axis("off")
    tiles = parts[1].subgridspec(ROWS, COLUMNS, wspace=0.05, hspace=0.05)
    for index, place in enumerate(chosen):
        tile = figure.add_subplot(tiles[index // COLUMNS, index % COLUMNS])
        tile.imshow(maps[place], cmap=MAP_COLOURS, vmin=-1, vmax=1, interpolation="nearest")
        tile.set(xticks=[], yticks=[])
        for side in tile.spines.values():
            side.set(linewidth=0.5, color="0.75")
