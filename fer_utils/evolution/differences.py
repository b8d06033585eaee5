"""How a child's genes differ from its parents': what chance did, in one generation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fer_utils.checks import BadInput
from fer_utils.evolution.genes import CPPN


@dataclass(frozen=True)
class Differences:
    """What is new in a child: found in none of its parents.

    Args:
        nodes: Numbers of new nodes.
        links: (source, target) of new connections.
        activations: Numbers of nodes with another activation.
        weights: (source, target) of connections with another weight.
        switched: (source, target) of connections switched on or off.
        lost: (source, target) of connections that a parent has and the child has not.
    """

    nodes: tuple[int, ...]
    links: tuple[tuple[int, int], ...]
    activations: tuple[int, ...]
    weights: tuple[tuple[int, int], ...]
    switched: tuple[tuple[int, int], ...]
    lost: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        """Count them in words: "1 node, 2 connections, 4 weights"."""
        # A split switches its old connection off: part of the new node, and not said twice.
        others = max(len(self.switched) - len(self.nodes), 0)
        said = [
            _count(len(self.nodes), "new node"),
            _count(len(self.links) - 2 * len(self.nodes), "new connection"),
            _count(len(self.activations), "function"),
            _count(len(self.weights), "weight"),
            _count(others, "switch", "switches"),
            _count(len(self.lost), "loss", "losses"),
        ]
        return ", ".join(filter(None, said)) or "nothing new"


def differences(child: CPPN, parents: Sequence[CPPN]) -> Differences:
    """Compare a child with its parents, gene by gene.

    Args:
        child: The child.
        parents: Those it was bred from; genes are the same where their numbers are.

    Returns:
        What none of the parents has.

    Raises:
        BadInput: There is no parent.

    Source: ours; the numbers are NEAT's (Stanley & Miikkulainen 2002).
    """
    if not parents:
        raise BadInput("parents must be one or more, got none.")
    nodes = {key for parent in parents for key in parent.nodes}
    numbers = {gene.innovation for parent in parents for gene in parent.connections.values()}
    own = {gene.innovation: gene for gene in child.connections.values()}

    def changed(of: Callable[[Any], object]) -> tuple[tuple[int, int], ...]:
        known = {(gene.innovation, of(gene)) for parent in parents for gene in parent.connections.values()}
        return tuple(
            gene.key for number, gene in sorted(own.items()) if number in numbers and (number, of(gene)) not in known
        )

    functions = {(key, gene.activation) for parent in parents for key, gene in parent.nodes.items()}
    lost = {gene.key for parent in parents for gene in parent.connections.values()} - set(child.connections)
    return Differences(
        nodes=tuple(sorted(set(child.nodes) - nodes)),
        links=tuple(gene.key for number, gene in sorted(own.items()) if number not in numbers),
        activations=tuple(
            key for key, gene in sorted(child.nodes.items()) if key in nodes and (key, gene.activation) not in functions
        ),
        weights=changed(lambda gene: gene.weight),
        switched=changed(lambda gene: gene.enabled),
        lost=tuple(sorted(lost)),
    )


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}" if number > 0 else ""
