"""Do the parts of a genome make a whole?"""

from __future__ import annotations

import math
from itertools import dropwhile

from fer_utils import activations, images
from fer_utils.checks import BadInput, bad, one_of
from fer_utils.genome.parts import KINDS, Connection, Node


def check_nodes(nodes: tuple[Node, ...]) -> None:
    """Refuse nodes with the same id, of an unknown kind or activation, or without all inputs and outputs."""
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


def check_connections(connections: tuple[Connection, ...], nodes: dict[str, Node]) -> None:
    """Refuse connections that hang in the air, end in an input, are not finite, or join the same nodes twice."""
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


def by_end(connections: tuple[Connection, ...], end: str) -> dict[str, tuple[Connection, ...]]:
    """Group connections by their "source" or "target"."""
    grouped: dict[str, list[Connection]] = {}
    for connection in connections:
        grouped.setdefault(getattr(connection, end), []).append(connection)
    return {key: tuple(value) for key, value in grouped.items()}


def depth_first(starts: list[str], incoming: dict[str, tuple[Connection, ...]]) -> tuple[str, ...]:
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
