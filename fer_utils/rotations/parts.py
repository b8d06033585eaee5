"""The components of one layer, by any of the methods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import bad, one_of, real, whole
from fer_utils.features import FeatureMaps
from fer_utils.images import Array
from fer_utils.rotations.space import LEAST, Order, Space, mirrored, mirroring, one_thread, whiten
from fer_utils.rotations.turning import ica_turn, symmetric_turn, varimax_turn

METHODS = ("pca", "varimax", "ica", "symmetric")
Symmetry = str | NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Components:
    """What one layer says along other axes than its neurons; uncorrelated, strongest first.

    Args:
        maps: ``(k, size, size)``, centred, each scaled for display so that its largest absolute value is 1. The first
            pixel in reading order that reaches it (to a millionth) is positive; a component has no sign of its own.
        directions: ``(k, width)`` unit rows in neuron space: ``directions @ (layer - its means)`` gives the maps, up
            to each one's scale.
        shares: ``(k,)``, falling: the share of the layer's variance that each component explains by itself. They
            add up to 1, less what ``least`` left out.
        even: ``(k,)`` in [0, 1]: the share of each map's variation that the symmetry keeps.
        method: One of ``METHODS``.
        layer: Which layer.
        rank: In how many directions the layer varies at all; k is less where ``least`` left weak ones out.

    Source: paper, figure 24, for "pca"; the others are ours.
    """

    maps: Array
    directions: Array
    shares: Array
    even: Array
    method: str
    layer: int
    rank: int

    def __len__(self) -> int:
        """Count the components."""
        return len(self.maps)


def components(
    maps: FeatureMaps,
    layer: int,
    *,
    method: str = "pca",
    symmetry: Symmetry = "mirror_x",
    least: float = LEAST,
    seed: int = 0,
) -> Components:
    """Compute a layer's components: what it says along principal, sparse, independent or symmetric axes.

    Args:
        maps: A network's maps.
        layer: Which layer.
        method: "pca": axes of largest variance, as in the paper. "varimax": sparsest maps. "ica": most independent
            maps. "symmetric": maps as symmetric or antisymmetric as can be, an exact optimum.
        symmetry: What is meant by symmetric: "mirror_x" (left and right), "mirror_y", "rotate_180", or an order of
            pixels ``(size * size,)`` that undoes itself.
        least: Principal components with less than this share of the leading one's variance are left out, by every
            method; in [0, 1]. Whitening would make them as loud as the others. 0 leaves out rounding only.
        seed: Of the searches "varimax" and "ica"; the other two do not draw.

    Returns:
        The components, k of them; none where the whole layer is constant.

    Raises:
        BadInput: Maps, layer, method, symmetry, least or seed cannot be used.

    Source: paper, figure 24 ("pca"); ours.
    """
    name, start = one_of("method", method, METHODS), whole("seed", seed, least=0)
    with one_thread():
        space, order = layer_space(maps, layer, symmetry=symmetry, least=least)
        return turned(space, turn_by(name, space, order, start), order, name, layer)


def layer_space(maps: object, layer: int, *, symmetry: Symmetry, least: float) -> tuple[Space, Order]:
    """Check what was asked for, and return the layer's whitened space and the order of pixels."""
    if not isinstance(maps, FeatureMaps):
        raise bad("maps", "the FeatureMaps of a network", maps)
    limit = real("least", least, least=0, most=1)
    order = mirrored(symmetry, maps.size)
    return whiten(maps[whole("layer", layer)], limit), order


def turn_by(method: str, space: Space, order: Order, seed: int) -> Array:
    """Return the rotation of the whitened space that a method finds, ``(k, k)``."""
    if method == "varimax":
        return varimax_turn(space, seed=seed)
    if method == "ica":
        return ica_turn(space, seed=seed)
    return symmetric_turn(space, order) if method == "symmetric" else np.eye(len(space.whitened))


def turned(space: Space, turn: Array, order: Order, method: str, layer: int) -> Components:
    """Turn the space and put its components in order, with their signs and scales."""
    explained = turn**2 @ space.deviations**2 / max(space.total, np.finfo(float).tiny)
    strongest = np.argsort(-explained, kind="stable")
    turn = turn[strongest]
    values = turn @ space.whitened
    scales = _signed_scales(values)
    directions = turn / space.deviations @ space.axes
    directions *= np.sign(scales) / np.linalg.norm(directions, axis=1, keepdims=True)
    even = (1 + np.einsum("ij,jk,ik->i", turn, mirroring(space, order), turn)) / 2
    size = round(space.whitened.shape[1] ** 0.5)
    shown = (values / scales).reshape(-1, size, size)
    return Components(shown, directions, explained[strongest], even.clip(0, 1), method, layer, space.rank)


def _signed_scales(values: Array) -> Array:
    """Return each row's largest absolute value, with the sign of the first pixel that reaches it; ``(k, 1)``.

    In an antisymmetric map two pixels reach it with opposite signs, and rounding would decide between them.
    """
    largest = np.abs(values).max(axis=1, keepdims=True)
    first = (np.abs(values) >= largest * (1 - 1e-6)).argmax(axis=1)
    return largest * np.sign(np.take_along_axis(values, first[:, None], axis=1))
