"""Nodes and connections: what a genome is made of."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "fer-genome/1"
KINDS = ("input", "hidden", "output")


@dataclass(frozen=True)
class Node:
    """One node: what it is, and which function it applies to the sum that comes in."""

    id: str
    kind: str
    activation: str
    label: str = ""


@dataclass(frozen=True)
class Connection:
    """One weighted connection from a source node to a target node."""

    id: str
    source: str
    target: str
    weight: float
