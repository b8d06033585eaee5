"""A page of thumbnails: many CPPNs drawn at once, straight from their graphs, in single precision."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fer_utils import activations, images
from fer_utils.evolution.genes import CPPN, INPUTS, OUTPUTS

Pictures = NDArray[np.float32]


def draw(cppns: Sequence[CPPN], size: int = 128) -> Pictures:
    """Draw one picture for each CPPN.

    Args:
        cppns: Any number.
        size: Side length in pixels.

    Returns:
        ``(len(cppns), size, size, 3)`` float32 in [0, 1]. Single precision is for looking; a `Genome`'s own picture is
        in double precision.

    Source: paper, section on CPPNs.
    """
    pictures = np.empty((len(cppns), images.image_size("size", size), size, 3), dtype=np.float32)
    for place, cppn in enumerate(cppns):
        pictures[place] = np.moveaxis(images.colour(_outputs(cppn, size)), 0, -1)
    return pictures


def _outputs(cppn: CPPN, size: int) -> NDArray[np.float32]:
    """Evaluate the nodes that reach an output: ``(3, size, size)`` raw hue, saturation and brightness."""
    incoming: dict[int, list[tuple[int, float]]] = {}
    for gene in cppn.links():
        incoming.setdefault(gene.key[1], []).append((gene.key[0], gene.weight))
    values: dict[int, NDArray[np.float32]] = dict(zip(INPUTS.values(), _grid(size), strict=True))
    for key in _sources_first(incoming):
        if key not in values:
            total = np.zeros((size, size), dtype=np.float32)
            for source, weight in incoming.get(key, ()):
                total += np.float32(weight) * values[source]
            values[key] = activations.apply(cppn.nodes[key].activation, total)
    return np.stack([values[key] for key in OUTPUTS.values()])


def _sources_first(incoming: dict[int, list[tuple[int, float]]]) -> list[int]:
    """Order what reaches the outputs so that each node comes after its sources; a CPPN has no cycle."""
    done: dict[int, None] = {}
    waiting = [(key, False) for key in reversed(OUTPUTS.values())]
    while waiting:
        key, read = waiting.pop()
        if read:
            done[key] = None
        elif key not in done:
            waiting.append((key, True))
            waiting += [(source, False) for source, _ in incoming.get(key, ()) if source not in done]
    return list(done)


@cache
def _grid(size: int) -> NDArray[np.float32]:
    """Return the coordinates in single precision; every page of one size uses the same."""
    return images.coordinates(size).astype(np.float32)
