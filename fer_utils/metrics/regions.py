"""S: in how many independent ways does one region of the picture move?"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fer_utils.checks import whole
from fer_utils.metrics.insides import Array, Insides, Order
from fer_utils.metrics.modes import (
    COUNT,
    SAMPLES,
    geometric_mean,
    modes,
    response_maps,
    sample_weights,
    weight_strengths,
)

COLOURS = 6
SMALLEST = 0.005  # share of the pixels below which a piece is no region
PAIRED = 0.5  # overlap (intersection over union) of one piece's mirror image with another, from which they are a pair

Mask = NDArray[np.bool_]


def segments(picture: Array, order: Order, *, colours: int = COLOURS, seed: int = 0) -> list[Mask]:
    """Divide a picture into regions: connected pieces of like colour, mirrored pairs taken together.

    Args:
        picture: ``(3, pixels)`` in [0, 1]; a square.
        order: The symmetry that makes pairs.
        colours: How many colours the pixels are sorted into, by k-means.
        seed: Of k-means.

    Returns:
        One ``(pixels,)`` mask a region, largest first; pieces of less than a two-hundredth of the picture are left out.

    Raises:
        BadInput: Colours or seed cannot be used.

    Source: ours.
    """
    side = round(picture.shape[1] ** 0.5)
    labels = _colour_labels(picture.T, whole("colours", colours, least=1), whole("seed", seed, least=0))
    pieces: list[Mask] = []
    for colour in range(labels.max() + 1):
        parts, count = ndimage.label((labels == colour).reshape(side, side))
        pieces += [parts.ravel() == part for part in range(1, count + 1)]
    large = sorted((piece for piece in pieces if piece.mean() >= SMALLEST), key=lambda piece: -int(piece.sum()))
    return sorted(_paired(large, order), key=lambda piece: -int(piece.sum()))


def _colour_labels(points: Array, colours: int, seed: int) -> NDArray[np.intp]:
    from sklearn.cluster import KMeans  # takes a second to load, which most that measure do not need
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer colours in the picture than asked for
        found = KMeans(colours, n_init=4, random_state=seed).fit_predict(points)
    return np.asarray(found, dtype=np.intp)


def _paired(pieces: list[Mask], order: Order) -> list[Mask]:
    """Join each piece with the one that its mirror image covers best, if it covers half of both together."""
    left, joined = list(pieces), []
    while left:
        piece = left.pop(0)
        image = piece[order]
        overlaps = [float((image & other).sum() / (image | other).sum()) for other in left]
        best = int(np.argmax(overlaps)) if overlaps else -1
        if overlaps and overlaps[best] > PAIRED:
            piece = piece | left.pop(best)
        joined.append(piece)
    return joined


def region_modes(
    insides: Insides, regions: list[Mask], *, count: int = COUNT, seed: int = 0, samples: int = SAMPLES
) -> float:
    """Return S: the modes of single regions of the picture.

    Formula: as N, with response maps restricted to a region and weights drawn from the half that act most on it; the
    geometric mean over regions and samples.
    Invariances: as N. Cost: as N, times the number of regions. Blind to: what happens between regions.

    Args:
        insides: The network.
        regions: What `segments` returned, for the target that all networks compared draw.
        count: Weights in a sample.
        seed: Of the first sample.
        samples: How many.

    Returns:
        S; nan where no region has two weights that act on it.

    Source: ours.
    """
    values = []
    for region in regions:
        pixels = np.flatnonzero(region)
        strengths = weight_strengths(insides, pixels=pixels)
        draws = [sample_weights(strengths, count=count, seed=seed + one, strongest=0.5) for one in range(samples)]
        values += [modes(response_maps(insides, drawn, pixels=pixels)) for drawn in draws]
    return geometric_mean([value for value in values if np.isfinite(value)])
