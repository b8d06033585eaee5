"""How symmetric and how sparse a layer is along its neurons, along better axes, and along random ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fer_utils.checks import bad, whole
from fer_utils.features import FeatureMaps
from fer_utils.images import Array
from fer_utils.rotations.parts import METHODS, Symmetry, layer_space, turn_by
from fer_utils.rotations.space import LEAST, ROUNDING, Space, even_shares, mirroring, one_thread
from fer_utils.rotations.turning import random_turns

MEASURED = ("neurons", *METHODS)
QUANTILES = (0.05, 0.5, 0.95)
COPY = 1 - 1e-5  # neurons correlated beyond this, with either sign, say the same


@dataclass(frozen=True)
class BasisScore:
    """How pure and how sparse one layer is along one set of axes.

    Args:
        layer: Which layer.
        method: "neurons", or one of ``METHODS``.
        count: How many maps were measured: components, or neurons that are neither constant nor copies.
        purity: Mean over them, in [0, 1].
        sparseness: Mean over them, in [0, 1].
        null_purity: 5 %, 50 % and 95 % quantiles of the purity of random rotations of the same space.
        null_sparseness: The same of their sparseness.

    Source: ours.
    """

    layer: int
    method: str
    count: int
    purity: float
    sparseness: float
    null_purity: tuple[float, float, float]
    null_sparseness: tuple[float, float, float]


def purity(shares: Array, *, weights: Array | None = None) -> float:
    """Return the mean of |2 share - 1|: 1 where every map is purely symmetric or purely antisymmetric.

    Args:
        shares: ``(k,)`` even shares in [0, 1], at least one.
        weights: ``(k,)``, none below 0 and one above: how much each map counts, as with ``Components.shares``, which
            lets strong components count more than weak ones; None for all alike.

    Returns:
        In [0, 1]; 0 where all maps are half and half.

    Raises:
        BadInput: There are none, or they are no shares, or the weights are no weights of theirs.

    Source: ours.
    """
    values = np.asarray(shares, dtype=float)
    if not values.size or not (np.abs(values - 0.5) <= 0.5 + 1e-9).all():
        raise bad("shares", "one or more numbers of at least 0 and at most 1", shares)
    counts = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    if counts.shape != values.shape or not (counts >= 0).all() or not 0 < counts.sum() < np.inf:
        raise bad("weights", f"{len(values)} numbers of at least 0, not all of them 0", weights)
    return float(np.average(np.abs(2 * values - 1), weights=counts))


def sparseness(maps: Array) -> float:
    """Return the mean of Hoyer's sparseness: 1 where each map is one pixel, 0 where it has two equally loud halves.

    Each map is measured from its median, so that an object on an even background counts as sparse whatever the
    background's value. Kurtosis, which varimax raises, has no upper end: one map with a few loud pixels would decide
    a layer's mean. Hoyer's measure stays in [0, 1].

    Args:
        maps: ``(k, size, size)``, at least one; none of them constant.

    Returns:
        In [0, 1]. Gaussian noise has 0.2.

    Raises:
        BadInput: There are none.

    Source: ours; Hoyer 2004.
    """
    if maps.ndim != 3 or not len(maps):
        raise bad("maps", "one or more maps (k, size, size)", maps)
    return float(_hoyer(maps.reshape(len(maps), -1)).mean())


def _hoyer(flat: Array) -> Array:
    """Return the sparseness of each row."""
    away = flat - np.median(flat, axis=-1, keepdims=True)
    root = np.sqrt(flat.shape[-1])
    lengths = np.linalg.norm(away, axis=-1)
    ratio = np.divide(np.abs(away).sum(axis=-1), lengths, out=np.full(lengths.shape, root), where=lengths > 0)
    return np.asarray((root - ratio) / (root - 1))


def own_maps(maps: FeatureMaps, layer: int) -> Array:
    """Return a layer's maps that say something of their own: not constant, and each once.

    Args:
        maps: A network's maps.
        layer: Which layer.

    Returns:
        ``(k, size, size)``, as they are. Of maps whose correlation is beyond 0.99999, with either sign, the first
        stays: what is a copy in a layered genome would otherwise count many times. Copies of the inputs stay too;
        they are part of what the layer says.

    Source: ours.
    """
    values = maps[layer]
    flat = values.reshape(len(values), -1)
    centred = flat - flat.mean(axis=1, keepdims=True)
    deviations = np.sqrt((centred**2).mean(axis=1))
    varying = np.flatnonzero(deviations > ROUNDING * np.sqrt((flat**2).mean(axis=0).sum()))
    unit = centred[varying] / deviations[varying, None]
    alike = np.abs(unit @ unit.T) / flat.shape[1] > COPY
    kept: list[int] = []
    for index in range(len(varying)):
        if not alike[index, kept].any():
            kept.append(index)
    return values[varying[kept]]


def compare_bases(
    maps: FeatureMaps,
    *,
    symmetry: Symmetry = "mirror_x",
    least: float = LEAST,
    rotations: int = 100,
    seed: int = 0,
) -> list[BasisScore]:
    """Measure every layer along its neurons and along each method's components, beside random rotations.

    Args:
        maps: A network's maps.
        symmetry: As for ``components``.
        least: As for ``components``.
        rotations: How many random rotations of each layer's whitened space the nulls are made of.
        seed: Of the searches and the rotations.

    Returns:
        Layer by layer, a score for each of ``MEASURED``; no scores for a layer that is constant. The null is one of
        components (uncorrelated, equally loud), not of neurons: neurons need not be uncorrelated, and may lie above
        what any rotation reaches.

    Raises:
        BadInput: Maps, symmetry, least, rotations or seed cannot be used.

    Source: ours.
    """
    count, start = whole("rotations", rotations, least=1), whole("seed", seed, least=0)
    if not isinstance(maps, FeatureMaps):
        raise bad("maps", "the FeatureMaps of a network", maps)
    with one_thread():
        layers = range(maps.architecture.depth)
        return [score for layer in layers for score in _layer_scores(maps, layer, symmetry, least, count, start)]


def _layer_scores(
    maps: FeatureMaps, layer: int, symmetry: Symmetry, least: float, count: int, start: int
) -> list[BasisScore]:
    """Measure one layer; no scores where it is constant."""
    space, order = layer_space(maps, layer, symmetry=symmetry, least=least)
    neurons = own_maps(maps, layer)
    if not len(space.whitened) or not len(neurons):
        return []
    mirror = mirroring(space, order)
    nulls = _nulls(space, mirror, random_turns(len(space.whitened), count, start))
    values = {"neurons": (len(neurons), purity(even_shares(neurons, symmetry)), sparseness(neurons))}
    for method in METHODS:
        turn = turn_by(method, space, order, start)
        values[method] = (len(turn), _turn_purity(turn, mirror), float(_hoyer(turn @ space.whitened).mean()))
    return [BasisScore(layer, method, *values[method], *nulls) for method in MEASURED]


def _turn_purity(turn: Array, mirror: Array) -> float:
    return float(np.abs(np.einsum("ij,jk,ik->i", turn, mirror, turn)).clip(0, 1).mean())


def _nulls(space: Space, mirror: Array, turns: Array) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return the quantiles of purity and of sparseness over rotations."""
    pure = [_turn_purity(turn, mirror) for turn in turns]
    sparse = [float(_hoyer(turn @ space.whitened).mean()) for turn in turns]
    low, middle, high = ([float(np.quantile(values, q)) for values in (pure, sparse)] for q in QUANTILES)
    return (low[0], middle[0], high[0]), (low[1], middle[1], high[1])
