"""The genome itself: a whole graph that draws one picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from fer_utils import activations, images
from fer_utils.checks import BadInput, bad, real
from fer_utils.genome.checking import by_end, check_connections, check_nodes, depth_first
from fer_utils.genome.parsing import parse
from fer_utils.genome.parts import SCHEMA, Connection, Node
from fer_utils.images import Array


@dataclass(frozen=True)
class Genome:
    """A whole, acyclic network of nodes and connections that draws one picture.

    Args:
        name: What to call it.
        nodes: In the order of its file.
        connections: In the order of its file.
        age: Generations from its first ancestor, if known.
        origin: Where it comes from, in a sentence.
        note: What a reader should know about it.

    Raises:
        BadInput: The parts do not make a whole; the sentence names the part.

    Source: paper, section on CPPNs.
    """

    name: str
    nodes: tuple[Node, ...]
    connections: tuple[Connection, ...]
    age: int | None = None
    origin: str = ""
    note: str = ""
    _by_id: dict[str, Node] = field(init=False, repr=False, compare=False, hash=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the parts make a whole."""
        check_nodes(self.nodes)
        self._by_id.update({node.id: node for node in self.nodes})
        check_connections(self.connections, self._by_id)
        self.order()

    @cached_property
    def inputs(self) -> dict[str, str]:
        """Ids of the input nodes by label, in the order x, y, d, b."""
        found = {node.label: node.id for node in self.nodes if node.kind == "input"}
        return {label: found[label] for label in images.INPUTS}

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Ids of the output nodes by label, in the order h, s, v."""
        found = {node.label: node.id for node in self.nodes if node.kind == "output"}
        return {label: found[label] for label in images.OUTPUTS}

    def node(self, node_id: str) -> Node:
        """Return the node with this id."""
        if node_id not in self._by_id:
            raise bad("node", f"one of the ids of genome {self.name!r}", node_id)
        return self._by_id[node_id]

    def incoming(self, node_id: str) -> tuple[Connection, ...]:
        """Return the connections that end in a node, in the order of the file."""
        return self._incoming.get(node_id, ())

    def outgoing(self, node_id: str) -> tuple[Connection, ...]:
        """Return the connections that start in a node, in the order of the file."""
        return self._outgoing.get(node_id, ())

    def order(self) -> tuple[str, ...]:
        """Order the nodes that reach an output so that each comes after its sources.

        Returns:
            Ids: x, y, d, b first, then depth first from h, s and v along the connections in file order.
            The paper's weight ids depend on just this order.

        Raises:
            BadInput: There is a cycle; the sentence walks it.

        Source: the authors' evaluation order, described in words.
        """
        return self._order

    @cached_property
    def _incoming(self) -> dict[str, tuple[Connection, ...]]:
        return by_end(self.connections, "target")

    @cached_property
    def _outgoing(self) -> dict[str, tuple[Connection, ...]]:
        return by_end(self.connections, "source")

    @cached_property
    def _order(self) -> tuple[str, ...]:
        # The whole graph is walked, so that a cycle off the path to the outputs is an error too.
        wanted = depth_first([*self.inputs.values(), *self.outputs.values()], self._incoming)
        depth_first([node.id for node in self.nodes], self._incoming)
        return wanted

    def activations(self, size: int) -> dict[str, Array]:
        """Evaluate every node of ``order()`` on the pixel grid, straight from the graph.

        Args:
            size: Side length in pixels.

        Returns:
            Node id to ``(size, size)`` float64.

        Source: paper, section on CPPNs.
        """
        values = dict(zip(self.inputs.values(), images.coordinates(size), strict=True))
        for node_id in self.order():
            if node_id not in values:
                total = np.zeros((size, size))
                for connection in self.incoming(node_id):
                    total += connection.weight * values[connection.source]
                values[node_id] = activations.apply(self.node(node_id).activation, total)
        return values

    def image(self, size: int = 256) -> Array:
        """Draw the picture: ``(size, size, 3)`` float64 in [0, 1]."""
        values = self.activations(size)
        raw = np.stack([values[node_id] for node_id in self.outputs.values()])
        return np.moveaxis(images.colour(raw), 0, -1)

    def with_weights(self, changes: Mapping[str, float]) -> Genome:
        """Return a copy with some connection weights changed.

        Args:
            changes: Connection id to its new weight.

        Raises:
            BadInput: There is no such connection, or a weight is not a finite number.

        Source: paper, section on weight sweeps, on the graph itself.
        """
        new = {link: real(f"weight of connection {link!r}", weight) for link, weight in changes.items()}
        if strangers := [link for link in new if link not in {one.id for one in self.connections}]:
            raise bad("connection", f"one of the ids of genome {self.name!r}", strangers[0])
        links = tuple(replace(link, weight=new.get(link.id, link.weight)) for link in self.connections)
        return replace(self, connections=links)

    def to_json(self) -> dict[str, Any]:
        """Return the genome as plain data, ready for a JSON file."""
        nodes = [{"id": n.id, "kind": n.kind, "activation": n.activation, "label": n.label} for n in self.nodes]
        links = [{"id": c.id, "source": c.source, "target": c.target, "weight": c.weight} for c in self.connections]
        head = {"name": self.name, "age": self.age, "origin": self.origin, "note": self.note}
        return {"schema": SCHEMA, **head, "nodes": nodes, "connections": links}

    @staticmethod
    def from_json(data: object, *, path: str | Path | None = None) -> Genome:
        """Build a genome from plain data as ``to_json`` writes it.

        Args:
            data: The parsed JSON.
            path: The file it came from, for the error's sentence.

        Raises:
            BadInput: A field is missing, unknown or of the wrong kind, or the parts do not make a whole.

        Source: ours.
        """
        place = f"{path}: " if path is not None else ""
        try:
            return Genome(**parse(data))
        except BadInput as error:
            raise BadInput(place + str(error)) from None
