"""A genome: nodes and connections that compute a picture, one value per pixel and node.

A genome is checked when it is made, so that every ``Genome`` in the program is whole: ids are unique,
connections hang on nodes that exist, nothing feeds an input, and there is no cycle (a cycle is an error
here, never quietly repaired). Inputs are labelled x, y, d, b; outputs h, s, v (hue, saturation,
brightness). A hidden node's label is free text for a reader.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import dropwhile
from pathlib import Path
from typing import Any

import numpy as np

from fer_utils import activations, images
from fer_utils.checks import BadInput, bad, one_of, real, shorten
from fer_utils.images import Array

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
        _check_nodes(self.nodes)
        self._by_id.update({node.id: node for node in self.nodes})
        _check_connections(self.connections, self._by_id)
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
        return _by_end(self.connections, "target")

    @cached_property
    def _outgoing(self) -> dict[str, tuple[Connection, ...]]:
        return _by_end(self.connections, "source")

    @cached_property
    def _order(self) -> tuple[str, ...]:
        # The whole graph is walked, so that a cycle off the path to the outputs is an error too.
        wanted = _depth_first([*self.inputs.values(), *self.outputs.values()], self._incoming)
        _depth_first([node.id for node in self.nodes], self._incoming)
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
            return _parse(data)
        except BadInput as error:
            raise BadInput(place + str(error)) from None


def _parse(data: object) -> Genome:
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        got = data.get("schema") if isinstance(data, dict) else data
        raise bad("genome", f'a JSON object with "schema": "{SCHEMA}"', got)
    _known_fields("genome", data, {"schema", "name", "age", "origin", "note", "nodes", "connections"})
    nodes = [_record("node", item, Node, ("id", "kind", "activation", "label")) for item in _items(data, "nodes")]
    parts = ("id", "source", "target", "weight")
    links = [_record("connection", item, Connection, parts) for item in _items(data, "connections")]
    age = data.get("age")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int) or age < 0):
        raise bad("age", "a whole number of at least 0 or null", age)
    for text in ("name", "origin", "note"):
        if not isinstance(data.get(text, ""), str):
            raise bad(text, "a string", data[text])
    name = data.get("name") or "unnamed"
    return Genome(name, tuple(nodes), tuple(links), age, data.get("origin", ""), data.get("note", ""))


def _items(data: dict[str, Any], key: str) -> list[Any]:
    if not isinstance(data.get(key), list):
        raise bad(key, "a list", data.get(key))
    return list(data[key])


def _known_fields(argument: str, data: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise BadInput(f"{argument} must have no fields but {', '.join(sorted(known))}, got {shorten(unknown[0])}.")


def _record(argument: str, item: object, kind: Any, fields: tuple[str, ...]) -> Any:
    if not isinstance(item, dict):
        raise bad(argument, "an object", item)
    _known_fields(argument, item, set(fields))
    for name in fields:
        if name != "label" and name not in item:
            raise bad(argument, f"an object with the field {name!r}", item)
    for name, value in item.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if (name == "weight" and not number) or (name != "weight" and not isinstance(value, str)):
            raise bad(f"{argument} field {name!r}", "a number" if name == "weight" else "a string", value)
    if "weight" in item:
        item = {**item, "weight": real(f"weight of connection {item['id']!r}", item["weight"])}
    return kind(**item)


def _check_nodes(nodes: tuple[Node, ...]) -> None:
    seen: set[str] = set()
    for node in nodes:
        if node.id in seen:
            raise BadInput(f"nodes must have different ids, got {node.id!r} twice.")
        seen.add(node.id)
        one_of(f"kind of node {node.id!r}", node.kind, KINDS)
        one_of(f"activation of node {node.id!r}", node.activation, activations.NAMES)
    for kind, labels in (("input", images.INPUTS), ("output", images.OUTPUTS)):
        found = sorted(node.label for node in nodes if node.kind == kind)
        if found != sorted(labels):
            raise BadInput(
                f"a genome must have one {kind} node for each of {', '.join(labels)}, "
                f"got {', '.join(found) if found else 'none'}."
            )


def _check_connections(connections: tuple[Connection, ...], nodes: dict[str, Node]) -> None:
    ids: set[str] = set()
    pairs: dict[tuple[str, str], str] = {}
    for link in connections:
        if link.id in ids:
            raise BadInput(f"connections must have different ids, got {link.id!r} twice.")
        ids.add(link.id)
        for end, node_id in (("source", link.source), ("target", link.target)):
            if node_id not in nodes:
                raise BadInput(f"connection {link.id!r} must join nodes that exist, got the {end} {node_id!r}.")
        if nodes[link.target].kind == "input":
            raise BadInput(f"connection {link.id!r} must not end in an input node, got the target {link.target!r}.")
        if not math.isfinite(link.weight):
            raise bad(f"weight of connection {link.id!r}", "a finite number", link.weight)
        pair = (link.source, link.target)
        if pair in pairs:
            raise BadInput(
                f"two nodes must be joined by one connection at most, got {pairs[pair]!r} and {link.id!r} "
                f"from {link.source!r} to {link.target!r}."
            )
        pairs[pair] = link.id


def _by_end(connections: tuple[Connection, ...], end: str) -> dict[str, tuple[Connection, ...]]:
    grouped: dict[str, list[Connection]] = {}
    for connection in connections:
        grouped.setdefault(getattr(connection, end), []).append(connection)
    return {key: tuple(value) for key, value in grouped.items()}


def _depth_first(starts: list[str], incoming: dict[str, tuple[Connection, ...]]) -> tuple[str, ...]:
    """Walk sources before targets, without recursion: a genome may be thousands of nodes deep."""
    done: dict[str, None] = {}
    for start in starts:
        path = dict.fromkeys([start] if start not in done else [])  # a dict, to find a node in it at once
        waiting = [iter(incoming.get(start, ()))]
        while path:
            source = next((link.source for link in waiting[-1] if link.source not in done), None)
            if source is None:
                done[path.popitem()[0]] = None
                waiting.pop()
            elif source in path:
                walk = [source, *reversed([*dropwhile(source.__ne__, path)])]
                shown = walk if len(walk) <= 20 else [*walk[:10], "…", *walk[-10:]]
                raise BadInput(f"a genome must have no cycle, got {' → '.join(shown)}.")
            else:
                path[source] = None
                waiting.append(iter(incoming.get(source, ())))
    return tuple(done)
