"""Measures of fracture and entanglement, on arrays: what a network's insides say about how it draws its picture.

The paper shows pictures of fracture; these are numbers for it. The headline is three numbers, always read together,
since each alone can be gamed: **P**, feature parity mixing (`parity`): do single units mix what a symmetry of the
picture keeps with what it turns round? **G**, the same in no particular basis (`parity`). **N**, response modes
(`modes`): in how many independent ways does the picture move when single weights move? The second line: **S**, the same
within one region of the picture (`regions`), and **X**, parity mixing of the responses (`modes`). For context, each
with its warning: **K**, the number of functional units (`units`), description length and locality (`context`). Measures
that were tried and do not measure what their names promise live in `rejected`; only the chapter that shows why uses
them.

This room knows no other room: an `Insides` holds everything a measure may look at, however the network was made.
Conventions that bite: pixels are one flat axis, row after row; a symmetry is an order of the pixels that undoes
itself; a picture has three channels in [0, 1]; everything is float64.
"""

from __future__ import annotations

from fer_utils.metrics.context import locality, needed_weights
from fer_utils.metrics.insides import Insides
from fer_utils.metrics.modes import (
    modes,
    response_maps,
    response_mixing,
    response_modes,
    sample_weights,
    weight_strengths,
)
from fer_utils.metrics.parity import basis_free_mixing, feature_mixing, layer_mixing, mixing
from fer_utils.metrics.regions import region_modes, segments
from fer_utils.metrics.units import Unit, functional_units, unit_maps

__all__ = [
    "Insides",
    "Unit",
    "basis_free_mixing",
    "feature_mixing",
    "functional_units",
    "layer_mixing",
    "locality",
    "mixing",
    "modes",
    "needed_weights",
    "region_modes",
    "response_maps",
    "response_mixing",
    "response_modes",
    "sample_weights",
    "segments",
    "unit_maps",
    "weight_strengths",
]
