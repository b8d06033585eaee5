"""How far two ends of the same beginning are apart: in weights, picture and features; and the measures of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from fer_utils import metrics
from fer_utils.images import Array
from fer_utils.metrics import Insides
from fer_utils.metrics.insides import centred, varies
from fer_utils.rotations.space import mirrored, one_thread

# What is compared, and in which words.
DISTANCES: Final = {
    "picture": "root mean square difference of the pictures",
    "features": "difference of the feature maps, neuron by neuron, as a share of how much they vary",
    "unmatched": "1 - |correlation| of each feature map with its best match in the same layer of the other, mean",
    "CKA": "1 - linear CKA, mean over layers",
}


def distances(one: Insides, other: Insides) -> dict[str, float]:
    """Say how far two networks of one architecture are apart.

    Args:
        one: A network.
        other: Another, on the same grid.

    Returns:
        By the names of `DISTANCES`. "features" only means something for networks of one beginning, as it takes neurons
        at the same place for the same; "unmatched" and "CKA" do not.

    Source: ours; CKA after Kornblith et al. 2019.
    """
    pairs = [(centred(a), centred(b)) for a, b in zip(one.layers, other.layers, strict=True)]
    apart = sum(float(((a - b) ** 2).sum()) for a, b in pairs)
    spread = sum(float((b**2).sum()) for _, b in pairs)
    return {
        "picture": float(np.sqrt(((one.picture - other.picture) ** 2).mean())),
        "features": float(np.sqrt(apart / spread)),
        "unmatched": float(np.mean([_unmatched(a, b) for a, b in pairs])),
        "CKA": float(np.mean([1 - _cka(a, b) for a, b in pairs])),
    }


def measures(inside: Insides) -> dict[str, float]:
    """Return P, G and N of one network, left against right."""
    order = mirrored("mirror_x", inside.size)
    with one_thread():
        return {
            "P": metrics.feature_mixing(inside, metrics.functional_units(inside), order),
            "G": metrics.basis_free_mixing(inside, order),
            "N": metrics.response_modes(inside),
        }


def shrinking(rates: Sequence[float], gaps: Mapping[float, Array]) -> Array:
    """Return with which power of the rate a gap shrinks, for each seed: the slope of logarithm on logarithm.

    Args:
        rates: Over which; two at least.
        gaps: For each rate ``(seeds,)`` gaps, above 0.

    Returns:
        ``(seeds,)``: 1 where half the rate leaves half the gap, 0 where it does not help.

    Source: ours.
    """
    across = np.log([float(rate) for rate in rates])
    heights = np.log(np.stack([np.asarray(gaps[rate], dtype=float) for rate in rates]))
    return np.asarray(np.polyfit(across, heights, 1)[0])


def _cka(one: Array, other: Array) -> float:
    cross = np.linalg.norm(one @ other.T) ** 2
    return float(cross / (np.linalg.norm(one @ one.T) * np.linalg.norm(other @ other.T)))


def _unmatched(one: Array, other: Array) -> float:
    ours, theirs = (maps[varies(maps)] for maps in (one, other))
    if not len(ours) or not len(theirs):
        return float("nan")
    ours, theirs = (maps / np.linalg.norm(maps, axis=1, keepdims=True) for maps in (ours, theirs))
    return float(1 - np.abs(ours @ theirs.T).max(axis=1).mean())
