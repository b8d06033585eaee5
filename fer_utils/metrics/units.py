"""Functional units: the hidden neurons that count once dead ones, copies and bystanders are set aside.

A layered genome carries every value through the layers by neurons that copy it, and fills empty places with neurons
that say nothing; a trained network has neither. A mean over all neurons would compare these habits of writing instead
of what is computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import real
from fer_utils.metrics.insides import Array, Insides, centred, varies

COPY = 1 - 1e-5  # correlation, either sign, from which two maps are one
INFLUENCE = 1e-3  # root mean square change of the picture that a unit must account for, to first order


@dataclass(frozen=True, order=True)
class Unit:
    """One functional unit, named by the first neuron that has its map.

    Args:
        layer: Of that neuron.
        neuron: Of that neuron.
        influence: The largest first-order influence among the neurons that share the map.

    Source: ours.
    """

    layer: int
    neuron: int
    influence: float


def influences(insides: Insides) -> list[Array]:
    """Return each hidden neuron's first-order influence: how far its variation moves the picture.

    Formula: the root mean square over pixels and channels of (∂Y/∂h) · (h - mean h).

    Returns:
        One ``(width,)`` array a layer.

    Source: ours.
    """
    found = []
    for maps, pull in zip(insides.layers, insides.pulls, strict=True):
        moved = pull * centred(maps)
        found.append(np.sqrt((moved**2).mean(axis=(0, 2))))
    return found


def functional_units(insides: Insides, *, influence: float = INFLUENCE) -> list[Unit]:
    """List a network's functional units.

    Constant maps are dropped; maps whose correlation is beyond 1 - 1e-5, with either sign and across all layers, are
    one unit; copies of inputs and of raw outputs are none; a unit whose influence is not above the threshold is none.

    Args:
        insides: The network.
        influence: The threshold, in units of the picture's brightness.

    Returns:
        The units, layer after layer. Their number is K: context, not a measure; it grows with width.

    Raises:
        BadInput: The threshold is negative.

    Source: ours.
    """
    least = real("influence", influence, least=0)
    places = [(layer, neuron) for layer, maps in enumerate(insides.layers) for neuron in range(len(maps))]
    maps, strength = np.concatenate(insides.layers), np.concatenate(influences(insides))
    varying = np.flatnonzero(varies(maps))
    unit = _unit_length(maps[varying])
    taken = copies_of(maps[varying], np.concatenate([insides.inputs, insides.outputs]))
    alike = np.abs(unit @ unit.T) > COPY
    units = []
    for index, neuron in enumerate(varying):
        if taken[index]:
            continue
        same = alike[index] & ~taken
        taken |= same
        if (most := float(strength[varying[same]].max())) > least:
            units.append(Unit(*places[neuron], most))
    return units


def unit_maps(insides: Insides, units: list[Unit]) -> Array:
    """Return the maps of functional units, ``(n, pixels)``."""
    if not units:
        return np.empty((0, insides.size**2))
    return np.stack([insides.layers[unit.layer][unit.neuron] for unit in units])


def copies_of(maps: Array, others: Array) -> NDArray[np.bool_]:
    """Mark the maps that are one of some others, up to scale, sign and offset.

    Args:
        maps: ``(n, pixels)``.
        others: ``(m, pixels)``.

    Returns:
        ``(n,)``; False for a constant map.

    Source: ours.
    """
    marks = varies(maps)
    unit, ends = _unit_length(maps[marks]), _unit_length(others[varies(others)])
    marks[marks] = np.abs(unit @ ends.T).max(axis=1, initial=0) > COPY
    return marks


def _unit_length(maps: Array) -> Array:
    away = centred(maps)
    return np.asarray(away / np.linalg.norm(away, axis=1, keepdims=True))
