"""What a picture is like, in five numbers: what choosers without eyes compare.

Each takes one picture, ``(size, size, 3)`` in [0, 1], and returns a number in [0, 1]. They say nothing about what the
picture shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fer_utils.images import Array

LEVELS: Final = 32
REGION_LEVELS: Final = 3
LEAST_REGION: Final = 1 / 256


def symmetry(picture: NDArray[Any]) -> float:
    """Say how left-right symmetric a picture is.

    Args:
        picture: ``(size, size, 3)`` in [0, 1].

    Returns:
        The share of its variance that survives when it is averaged with its mirror image: 1 for a symmetric picture
        (one of a single colour too), 0 for one that turns into its negative in the mirror.

    Source: ours.
    """
    centred = picture - picture.mean(axis=(0, 1))
    total = float((centred**2).sum())
    if total < 1e-6 * picture.size:  # a single colour, but for rounding
        return 1.0
    odd = (centred - centred[:, ::-1]) / 2
    return float(np.clip(1 - (odd**2).sum() / total, 0, 1))


def complexity(picture: NDArray[Any]) -> float:
    """Say how hard a picture is to foretell from each pixel's left neighbour.

    Args:
        picture: ``(size, size, 3)`` in [0, 1].

    Returns:
        Shannon entropy of the steps between neighbours, brightness in 32 levels, divided by the 6 bits there can be at
        most: 0 for a single colour, near 1 for noise.

    Source: ours; what a PNG's compression rests on.
    """
    levels = np.round(_brightness(picture) * (LEVELS - 1)).astype(int)
    counts = np.bincount((np.diff(levels, axis=1) + LEVELS).ravel())
    shares = counts[counts > 0] / counts.sum()
    return float(abs(shares @ np.log2(shares)) / np.log2(2 * LEVELS))


def colourfulness(picture: NDArray[Any]) -> float:
    """Say how colourful a picture is.

    Args:
        picture: ``(size, size, 3)`` in [0, 1].

    Returns:
        Spread of the opponent colours red-green and yellow-blue, plus 0.3 of their mean; 0 for grey, cut at 1.

    Source: Hasler & Süsstrunk (2003).
    """
    red, green, blue = np.moveaxis(picture, -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread = np.hypot(*opponents.std(axis=(1, 2)))
    return float(min(spread + 0.3 * np.hypot(*opponents.mean(axis=(1, 2))), 1.0))


def regions(picture: NDArray[Any]) -> float:
    """Say into how many parts a picture falls.

    Args:
        picture: ``(size, size, 3)`` in [0, 1].

    Returns:
        log2 of the number of connected regions of like brightness (three levels; at least 1/256 of the area), divided
        by 6 and cut at 1: 0 for one region, 1 for 64 or more.

    Source: ours.
    """
    return float(min(np.log2(max(count_regions(picture), 1)) / 6, 1.0))


def count_regions(picture: NDArray[Any]) -> int:
    """Count the connected regions of like brightness: three levels, four neighbours, small ones left out."""
    brightness = _brightness(picture)
    levels = np.minimum((brightness * REGION_LEVELS).astype(int), REGION_LEVELS - 1)
    found = 0
    for level in range(REGION_LEVELS):
        labels, _ = ndimage.label(levels == level)
        found += int((np.bincount(labels.ravel())[1:] >= LEAST_REGION * labels.size).sum())
    return found


def uprightness(picture: NDArray[Any]) -> float:
    """Say how upright a picture's edges are.

    Args:
        picture: ``(size, size, 3)`` in [0, 1].

    Returns:
        The share of its squared brightness gradient that runs along x: 1 for vertical stripes, 0 for horizontal ones,
        1/2 for rings and where there are no edges.

    Source: ours.
    """
    down, across = np.gradient(_brightness(picture))
    vertical, horizontal = float((across**2).sum()), float((down**2).sum())
    total = vertical + horizontal
    return vertical / total if total > 1e-9 * picture.size else 0.5


DESCRIPTORS: Final[dict[str, Callable[[NDArray[Any]], float]]] = {
    "symmetry": symmetry,
    "complexity": complexity,
    "colourfulness": colourfulness,
    "regions": regions,
    "uprightness": uprightness,
}


def describe_pictures(pictures: Sequence[NDArray[Any]] | NDArray[Any]) -> Array:
    """Describe pictures by all five numbers.

    Args:
        pictures: ``(count, size, size, 3)`` in [0, 1].

    Returns:
        ``(count, 5)`` float64 in [0, 1], in the order of `DESCRIPTORS`.

    Source: ours.
    """
    return np.array([[of(picture) for of in DESCRIPTORS.values()] for picture in pictures]).reshape(
        -1, len(DESCRIPTORS)
    )


def _brightness(picture: NDArray[Any]) -> NDArray[Any]:
    return picture.mean(axis=-1)
