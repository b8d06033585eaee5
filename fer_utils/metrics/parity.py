"""P and G: do features mix what a symmetry keeps with what it turns round?

Any map is the sum of an even part, which the symmetry keeps, and an odd part, whose sign it turns. E is the even
part's share of the map's variation, and mix(E) = 4 E (1 - E): 0 for a map that is purely even or purely odd, 1 for one
that is half and half. The picture's left-right symmetry is the regularity that the paper's argument rests on; another
regularity is another order of the pixels.
"""

from __future__ import annotations

import numpy as np

from fer_utils.metrics.insides import Array, Insides, Order, centred, varies
from fer_utils.metrics.units import Unit, copies_of, influences, unit_maps

HEARD = 1e-6  # first-order influence below which nobody reads a neuron
WEAK = 1e-3  # of the strongest direction's variance: what varies less is no direction


def mixing(maps: Array, order: Order, *, centre: bool = True) -> Array:
    """Return mix(E) of each map: 0 for pure parity, 1 for half and half.

    Args:
        maps: ``(n, ..., pixels)``; axes between the first and the last count as one long map.
        order: The symmetry, ``(pixels,)``.
        centre: Whether the mean is taken away first.

    Returns:
        ``(n,)``, nan for a map that is zero.

    Source: ours.
    """
    flat = centred(maps) if centre else maps
    even = (flat + flat[..., order]) / 2
    axes = tuple(range(1, flat.ndim))
    whole, kept = (flat**2).sum(axis=axes), (even**2).sum(axis=axes)
    share = np.divide(kept, whole, out=np.full(len(flat), np.nan), where=whole > 0).clip(0, 1)
    return np.asarray(4 * share * (1 - share))


def feature_mixing(insides: Insides, units: list[Unit], order: Order) -> float:
    """Return P: the mean mixing of the functional units' maps.

    Formula: the mean over units of mix(E), E = |f₊|² / |f|² of the centred map f.
    Invariances: the order, sign, scale and copies of neurons; not a rotation of a layer (see G).
    Cost: one pass over the maps. Blind to: fracture along lines the symmetry does not see. A mirrored pair of
    pipelines raises it, though no unit inside either is wrong in itself.

    Args:
        insides: The network.
        units: Its functional units.
        order: The symmetry.

    Returns:
        P in [0, 1]; nan where there are no units.

    Source: ours.
    """
    return float(mixing(unit_maps(insides, units), order).mean()) if units else float("nan")


def layer_mixing(maps: Array, order: Order) -> float:
    """Return one layer's basis-free mixing.

    Args:
        maps: ``(width, pixels)``.
        order: The symmetry.

    Returns:
        The mean of mix(λ) over the layer's directions; nan for a layer that is constant.

    Source: ours.
    """
    varying = maps[varies(maps)]
    if not len(varying):
        return float("nan")
    scored = centred(varying)
    scored /= scored.std(axis=1, keepdims=True)
    even = (scored + scored[:, order]) / 2
    values, vectors = np.linalg.eigh(scored @ scored.T)
    strong = values > WEAK * values[-1]
    whiten = vectors[:, strong] / np.sqrt(values[strong])
    shares = np.linalg.eigvalsh(whiten.T @ (even @ even.T) @ whiten).clip(0, 1)
    return float((4 * shares * (1 - shares)).mean())


def basis_free_mixing(insides: Insides, order: Order) -> float:
    """Return G: parity mixing in no particular basis, the numerical answer to "wrong basis?".

    Formula: per layer, neurons that nobody reads are left out, and copies of the raw outputs, as they say what the
    picture is and not how it comes about; maps are scaled to unit variance; A = H₊ᵀH₊ and B = H₋ᵀH₋ over their even
    and odd parts; λ are the generalised eigenvalues of (A, A + B) on directions with more than 1e-3 of the strongest
    one's variance. G is the mean over λ, then over layers, of mix(λ).
    Invariances: any invertible linear recoding of a layer, but for which weak directions are left out.
    Cost: an eigenproblem of the layer's width. Blind to: mirrored pairs of pipelines, which are a linear remix of an
    even and an odd one.

    Args:
        insides: The network.
        order: The symmetry.

    Returns:
        G in [0, 1]; layers that are constant are left out; nan where all are.

    Source: ours.
    """
    heard = [strength > HEARD for strength in influences(insides)]
    kept = [mark & ~copies_of(maps, insides.outputs) for mark, maps in zip(heard, insides.layers, strict=True)]
    values = np.array([layer_mixing(maps[own], order) for maps, own in zip(insides.layers, kept, strict=True)])
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
