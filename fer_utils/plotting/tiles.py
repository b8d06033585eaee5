"""All maps of a network painted into one array of dots, so that a thousand maps cost no more than one picture."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from fer_utils.features import FeatureMaps
from fer_utils.plotting.look import EMPTY, HAIRLINE, HIGHLIGHT, NOVEL, Pixels, map_colours, rgb
from fer_utils.plotting.places import Place, Places

RING = 4  # dots of a border
GAP = 3  # dots between borders


def shrink(maps: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Average square maps ``(..., size, size)`` down, or repeat their pixels up, to ``side`` pixels."""
    size = maps.shape[-1]
    if side >= size:
        nearest = np.arange(side) * size // side
        return maps[..., nearest[:, None], nearest]
    edges = np.linspace(0, size, side + 1)
    pixels = np.arange(size)
    shares = np.clip(np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels), 0, None)
    shares *= side / size
    return np.asarray(shares @ maps @ shares.T)


def tile_side(places: Places) -> int:
    """Dots along a map: what a column has, less its borders and a gap."""
    return round(places.pitch * places.dots) - 2 * RING - GAP


def paint(maps: FeatureMaps, places: Places, *, mark_novel: bool, highlight: Iterable[Place] = ()) -> Pixels:
    """Paint all maps into one array ``(rows, columns, 3)``, each within a border of ``RING`` dots."""
    side, pitch = tile_side(places), round(places.pitch * places.dots)
    lefts = [round((left - places.left) * places.dots) for left in places.columns]
    board = np.full((maps.architecture.depth * pitch, lefts[-1] + pitch, 3), 255, dtype=np.uint8)
    novel = maps.novel() & maps.used if mark_novel else np.zeros_like(maps.used)
    marked = set(highlight)
    for layer, values in enumerate(maps.values):
        tiles = map_colours(shrink(values, side))
        for neuron, left in enumerate(lefts):
            cell = board[layer * pitch : layer * pitch + side + 2 * RING, left : left + side + 2 * RING]
            if maps.used[layer, neuron]:
                _border(cell, RING - 1, HAIRLINE)
            if novel[layer, neuron]:
                _border(cell, 0, NOVEL)
            if (layer, neuron) in marked:
                _border(cell, 0, HIGHLIGHT)
            cell[RING:-RING, RING:-RING] = tiles[neuron] if maps.used[layer, neuron] else rgb(EMPTY)
    return board


def _border(cell: Pixels, outside: int, colour: str) -> None:
    """Fill a cell but for ``outside`` dots around; the map is painted over its middle afterwards."""
    cell[outside : len(cell) - outside, outside : cell.shape[1] - outside] = rgb(colour)
