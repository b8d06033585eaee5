"""From networks of any kind to the measures' tables, and toy networks on which the answers are known.

`insides_of` opens a layered network, `insides_of_module` any torch module that maps coordinates to colours, and
`measure` makes the table: a row for each network. `toys` are genomes made by hand that all draw one picture in
different ways, so that what a measure must say of each is known beforehand.

Conventions that bite: derivatives are exact, by autograd in float64, and belong to the picture that is seen, so what is
clipped does not move; the measures' grid has an even number of pixels a side, at least 64 for numbers to be reported.
"""

from __future__ import annotations

from fer_utils.measuring.along import along_ancestry, along_published, along_training, at_steps, common_steps
from fer_utils.measuring.attacks import (
    as_words,
    layer_tiles,
    rejected_numbers,
    rewritten,
    without_input,
    without_smallest,
)
from fer_utils.measuring.modules import insides_of_module
from fer_utils.measuring.networks import insides_of
from fer_utils.measuring.table import HEADLINE, insides_of_any, measure
from fer_utils.measuring.toys import TOYS, entangled_toy, toy, toys

__all__ = [
    "HEADLINE",
    "TOYS",
    "along_ancestry",
    "along_published",
    "along_training",
    "as_words",
    "at_steps",
    "common_steps",
    "entangled_toy",
    "insides_of",
    "insides_of_any",
    "insides_of_module",
    "layer_tiles",
    "measure",
    "rejected_numbers",
    "rewritten",
    "toy",
    "toys",
    "without_input",
    "without_smallest",
]
