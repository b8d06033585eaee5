"""A layer as a whitened space, and what mirroring does in it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from fer_utils.checks import bad, one_of
from fer_utils.images import Array

SYMMETRIES = ("mirror_x", "mirror_y", "rotate_180")
ROUNDING = 1e-8  # of the layer's root mean square: a direction that varies less is a copy, or constant
LEAST = 1e-3  # of the leading component's variance; as in the basis-free measure of symmetry (metrics, G)
Order = NDArray[np.intp]


def one_thread() -> AbstractContextManager[object]:
    """Hold linear algebra to one thread: matrices of a dozen rows gain nothing from more, and waste time waiting."""
    return threadpool_limits(limits=1)


@dataclass(frozen=True, eq=False)
class Space:
    """A layer's centred maps as k uncorrelated maps of unit variance, with the way back to the neurons.

    Args:
        whitened: ``(k, pixels)``: rows of mean 0 and mean square 1, orthogonal to each other.
        axes: ``(k, width)``: the principal directions in neuron space, unit rows.
        deviations: ``(k,)``: standard deviation along each, falling.
        total: The layer's variance, summed over all its neurons.
        rank: In how many directions the layer varies at all, weak ones counted.

    Source: ours.
    """

    whitened: Array
    axes: Array
    deviations: Array
    total: float
    rank: int


def whiten(layer: Array, least: float) -> Space:
    """Centre a layer and bring its principal components to unit variance.

    Args:
        layer: ``(width, size, size)`` maps as they are.
        least: Components with less than this share of the leading one's variance are left out.

    Returns:
        The space. Directions whose standard deviation is below 1e-8 of the layer's root mean square (over pixels,
        of the length of what all neurons say) are rounding: copies and constants add nothing to the rank.

    Source: ours.
    """
    flat = layer.reshape(len(layer), -1)
    pixels = flat.shape[1]
    centred = flat - flat.mean(axis=1, keepdims=True)
    left, singular, right = np.linalg.svd(centred, full_matrices=False)
    deviations = singular / np.sqrt(pixels)
    rank = int((deviations > ROUNDING * np.sqrt((flat**2).sum() / pixels)).sum())
    kept = int((deviations[:rank] ** 2 >= least * deviations[0] ** 2).sum())
    whitened = right[:kept] * np.sqrt(pixels)
    return Space(whitened, left[:, :kept].T, deviations[:kept], float((deviations[:rank] ** 2).sum()), rank)


def mirrored(symmetry: object, size: int) -> Order:
    """Return where each pixel comes from: an order of ``size * size`` pixels that undoes itself.

    Args:
        symmetry: A name, or the order itself as whole numbers ``(size * size,)`` or ``(size, size)``.
        size: Side length in pixels.

    Raises:
        BadInput: The name is unknown, or the order is no permutation, or is not its own inverse.

    Source: ours.
    """
    pixels = np.arange(size * size).reshape(size, size)
    if isinstance(symmetry, np.ndarray):
        return _checked_order(symmetry, size * size)
    name = one_of("symmetry", symmetry, SYMMETRIES)
    turned = {"mirror_x": pixels[:, ::-1], "mirror_y": pixels[::-1], "rotate_180": pixels[::-1, ::-1]}
    return turned[name].ravel()


def _checked_order(order: NDArray[np.generic], count: int) -> Order:
    flat = order.ravel()
    expected = f"one of {', '.join(SYMMETRIES)}, or an order of all {count} pixels that undoes itself"
    if flat.size != count or flat.dtype.kind not in "iu" or not np.array_equal(np.sort(flat), np.arange(count)):
        raise bad("symmetry", expected, order)
    chosen = flat.astype(np.intp)
    if not np.array_equal(chosen[chosen], np.arange(count)):
        raise bad("symmetry", expected, "an order that does not: applied twice, it moves pixels")
    return chosen


def even_shares(maps: Array, symmetry: str | NDArray[np.generic] = "mirror_x") -> Array:
    """Measure how much of each map's variation a symmetry keeps.

    A centred map is the sum of an even part, which the symmetry keeps, and an odd part, whose sign it turns. The two
    are orthogonal, so their shares in the sum of squares add up to 1.

    Args:
        maps: ``(k, size, size)``; none of them constant.
        symmetry: "mirror_x" (left and right), "mirror_y" (top and bottom), "rotate_180", or an order of pixels
            ``(size * size,)`` that undoes itself.

    Returns:
        ``(k,)`` in [0, 1]: 1 is purely symmetric, 0 purely antisymmetric, nan a constant map.

    Raises:
        BadInput: The symmetry is none.

    Source: ours.
    """
    order = mirrored(symmetry, maps.shape[-1])
    flat = maps.reshape(len(maps), -1)
    centred = flat - flat.mean(axis=1, keepdims=True)
    squares = (centred**2).sum(axis=1)
    kept = (((centred + centred[:, order]) / 2) ** 2).sum(axis=1)
    return np.divide(kept, squares, out=np.full(len(maps), np.nan), where=squares > 0).clip(0, 1)


def mirroring(space: Space, order: Order) -> Array:
    """Write the symmetry as a ``(k, k)`` symmetric matrix in the whitened space; eigenvalues in [-1, 1]."""
    matrix = space.whitened @ space.whitened[:, order].T / space.whitened.shape[1]
    return (matrix + matrix.T) / 2
