"""Measures that were tried and rejected: readers meet them in other work, and the book shows how each fails.

None of them enters a table of results. Each says what it promises and how it fails; the chapter on attacks shows it.
"""

from __future__ import annotations

import zlib

import numpy as np

from fer_utils.checks import bad
from fer_utils.metrics.insides import Array, Insides, centred, varies
from fer_utils.metrics.modes import COUNT, response_maps, sample_weights, weight_strengths
from fer_utils.metrics.regions import Mask
from fer_utils.metrics.units import functional_units, unit_maps

LEVELS = 32  # grey levels in compressed maps


def roughness(insides: Insides) -> float:
    """Return the mean total variation of hidden maps, each scaled to unit variance.

    Promises: fractured maps are busier. Fails: dead and copied neurons decide the mean, and it halves when the
    resolution doubles.

    Source: ours.
    """
    maps = _all_varying(insides).reshape(-1, insides.size, insides.size)
    scaled = maps / maps.std(axis=(1, 2), keepdims=True)
    across, down = np.abs(np.diff(scaled, axis=2)).mean(), np.abs(np.diff(scaled, axis=1)).mean()
    return float((across + down) / 2)


def effective_rank(insides: Insides) -> float:
    """Return the mean over layers of exp(entropy of the variance spectrum), divided by the layer's width.

    Promises: unified layers need few directions. Fails: copies lower it, and on distinct maps the sign reverses.

    Source: Roy and Vetterli 2007, normalised as others do.
    """
    return float(np.mean([_spectrum_dimension(maps) / len(maps) for maps in insides.layers]))


def effective_rank_of_units(insides: Insides) -> float:
    """Return the same for functional units only, each map once: exp(entropy of their spectrum) over their number.

    Promises: what `effective_rank` does, without copies. Fails: the order of evolved and trained networks reverses.

    Source: ours.
    """
    units = functional_units(insides)
    return _spectrum_dimension(unit_maps(insides, units)) / len(units) if units else float("nan")


def effective_dimension(insides: Insides) -> float:
    """Return exp(entropy of the variance spectrum) of all hidden maps together.

    Promises: as `effective_rank`. Fails: it measures width.

    Source: ours.
    """
    return _spectrum_dimension(np.concatenate(insides.layers))


def redundancy(insides: Insides) -> float:
    """Return the mean absolute correlation of pairs of hidden maps.

    Promises: fractured networks compute the same thing twice. Fails: it measures width and copies.

    Source: ours.
    """
    unit = centred(_all_varying(insides))
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    count = len(unit)
    return float((np.abs(unit @ unit.T).sum() - count) / (count * (count - 1))) if count > 1 else float("nan")


def compressed_size(insides: Insides) -> float:
    """Return how many bytes a hidden map takes on average, in grey levels, compressed.

    Promises: unified maps are simple. Fails: a rotation of a layer breaks it, and random networks are as simple.

    Source: ours.
    """
    maps = _all_varying(insides)
    low, span = maps.min(axis=1, keepdims=True), np.ptp(maps, axis=1)[:, None]
    levels = np.round((maps - low) / span * (LEVELS - 1)).astype(np.uint8)
    return float(np.mean([len(zlib.compress(one.tobytes(), 9)) for one in levels]))


def response_overlap(insides: Insides, *, count: int = COUNT, seed: int = 0) -> float:
    """Return how much two weights' responses share places: the mean cosine of their energies over pixels.

    Promises: entangled weights move the same places. Fails: no separation, or the opposite one.

    Source: ours.
    """
    energy = (_responses(insides, count, seed) ** 2).sum(axis=1)
    unit = energy / np.linalg.norm(energy, axis=1, keepdims=True)
    number = len(unit)
    return float(((unit @ unit.T).sum() - number) / (number * (number - 1)))


def spatial_share(insides: Insides, *, count: int = COUNT, seed: int = 0) -> float:
    """Return the share of the picture that a single weight moves: (mean energy)² / mean squared energy.

    Promises: unified weights act on one thing. Fails: a weight of an evolved network may well move everything at once.

    Source: ours.
    """
    energy = (_responses(insides, count, seed) ** 2).sum(axis=1)
    return float((energy.mean(axis=1) ** 2 / (energy**2).mean(axis=1)).mean())


def best_unit_per_region(insides: Insides, regions: list[Mask]) -> float:
    """Return how well the best hidden map marks each region: the mean over regions of the highest correlation.

    Promises: a factored network has a unit for each thing. Fails: wide networks have one for anything.

    Source: ours.
    """
    if not regions:
        raise bad("regions", "one or more", regions)
    maps = centred(_all_varying(insides))
    maps = maps / np.linalg.norm(maps, axis=1, keepdims=True)
    marks = centred(np.stack(regions).astype(np.float64))
    marks = marks[np.ptp(marks, axis=1) > 0]
    return float(np.abs(maps @ (marks / np.linalg.norm(marks, axis=1, keepdims=True)).T).max(axis=0).mean())


def alignment(first: Insides, second: Insides) -> float:
    """Return the linear CKA of two networks' last hidden layers.

    Promises: it tells how alike two representations are. Fails: near 1 for any two that draw the same picture.

    Source: Kornblith et al. 2019.
    """
    a, b = centred(first.layers[-1]), centred(second.layers[-1])
    cross = np.linalg.norm(a @ b.T) ** 2
    return float(cross / (np.linalg.norm(a @ a.T) * np.linalg.norm(b @ b.T)))


def _responses(insides: Insides, count: int, seed: int) -> Array:
    return response_maps(insides, sample_weights(weight_strengths(insides), count=count, seed=seed))


def _all_varying(insides: Insides) -> Array:
    maps = np.concatenate(insides.layers)
    return maps[varies(maps)]


def _spectrum_dimension(maps: Array) -> float:
    """Return exp(entropy) of the shares of variance along principal directions; 0 for constant maps."""
    values = np.linalg.eigvalsh(centred(maps) @ centred(maps).T).clip(0)
    if values.sum() <= 0:
        return 0.0
    share = values / values.sum()
    share = share[share > 0]
    return float(np.exp(-(share * np.log(share)).sum()))
