"""A genome: nodes and connections that compute a picture, one value per pixel and node.

A genome is checked when it is made, so that every ``Genome`` in the program is whole: ids are unique,
connections hang on nodes that exist, nothing feeds an input, and there is no cycle (a cycle is an error
here, never quietly repaired). Inputs are labelled x, y, d, b; outputs h, s, v (hue, saturation,
brightness). A hidden node's label is free text for a reader.

The modules, lowest first: `parts` (nodes and connections), `checking` (do they make a whole), `parsing` (from plain
data), `graph` (the `Genome`).
"""

from __future__ import annotations

from fer_utils.genome.graph import Genome
from fer_utils.genome.parts import KINDS, SCHEMA, Connection, Node

__all__ = ["KINDS", "SCHEMA", "Connection", "Genome", "Node"]
