"""Genomes: whole ones compute what a plain recursion computes, broken ones are told where they break."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from genomes import INPUTS, OUTPUTS, genomes, joined, pixel_colour, pixel_of_graph, plain_nodes
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from fer_utils.checks import BadInput
from fer_utils.genome import Connection, Genome, Node

PQR = tuple(Node(name, "hidden", "sin") for name in "pqr")


def genome_of(*pairs: str, hidden: tuple[Node, ...] = PQR, weight: float = 0.5) -> Genome:
    return Genome("test", plain_nodes(*hidden), joined(*pairs, weight=weight))


# --- what a genome computes ---


@given(genomes())
def test_every_node_computes_what_a_plain_recursion_computes(genome: Genome) -> None:
    values = genome.activations(3)
    assert set(values) == set(genome.order())
    for row, column in ((0, 0), (0, 2), (1, 1), (2, 1)):
        wanted = pixel_of_graph(genome, 3, row, column)
        for node_id, one in values.items():
            assert one[row, column] == pytest.approx(wanted[node_id], rel=1e-9, abs=1e-9)


@given(genomes())
def test_the_image_is_the_colour_of_the_three_outputs(genome: Genome) -> None:
    image, values = genome.image(4), genome.activations(4)
    assert image.shape == (4, 4, 3) and image.dtype == np.float64
    for row, column in ((0, 3), (2, 1)):
        h, s, v = (float(values[genome.outputs[label]][row, column]) for label in OUTPUTS)
        assert image[row, column] == pytest.approx(pixel_colour(h, s, v), abs=1e-12)


@pytest.mark.parametrize("name", ["skull", "butterfly", "apple"])
def test_the_papers_genomes_compute_what_a_plain_recursion_computes(
    paper_genome: Callable[[str], Genome], name: str
) -> None:
    genome = paper_genome(name)
    values, image = genome.activations(9), genome.image(9)
    for row, column in ((0, 0), (3, 7), (8, 4)):
        wanted = pixel_of_graph(genome, 9, row, column)
        for node_id, one in values.items():
            assert one[row, column] == pytest.approx(wanted[node_id], abs=1e-10)
        h, s, v = (wanted[genome.outputs[label]] for label in OUTPUTS)
        assert image[row, column] == pytest.approx(pixel_colour(h, s, v), abs=1e-10)


def test_a_node_that_nothing_feeds_is_the_constant_of_its_activation() -> None:
    lonely = [Node(name, "hidden", name) for name in ("gaussian", "cos", "sin")]
    genome = genome_of("gaussian>h", "cos>s", "sin>v", hidden=tuple(lonely))
    values = genome.activations(3)
    for name, constant in (("gaussian", 1.0), ("cos", 1.0), ("sin", 0.0)):
        assert (values[name] == constant).all()


def test_an_input_has_the_value_of_its_label_whatever_its_id_and_place() -> None:
    nodes = tuple(replace(node, id=f"id_{node.label}") for node in reversed(plain_nodes()))
    genome = Genome("test", nodes, joined("id_d>id_v", weight=1.0))
    assert genome.inputs == {label: f"id_{label}" for label in INPUTS}
    assert genome.outputs == {label: f"id_{label}" for label in OUTPUTS}
    assert genome.activations(3)["id_v"][0, 0] == pytest.approx(1.4 * math.sqrt(2))


# --- the order of evaluation ---


@given(genomes())
def test_inputs_come_first_and_every_node_after_its_sources(genome: Genome) -> None:
    order = genome.order()
    place = {node_id: index for index, node_id in enumerate(order)}
    assert order[:4] == tuple(genome.inputs.values()) and len(place) == len(order)
    for link in genome.connections:
        assert link.target not in place or place[link.source] < place[link.target]


@given(genomes())
def test_only_inputs_and_what_reaches_an_output_are_in_the_order(genome: Genome) -> None:
    wanted = set(genome.outputs.values())
    for _ in genome.nodes:  # backwards along the connections, one step a round
        wanted |= {link.source for link in genome.connections if link.target in wanted}
    assert set(genome.order()) == wanted | set(genome.inputs.values())


@given(genomes())
def test_the_order_is_depth_first_by_plain_recursion(genome: Genome) -> None:
    order = list(genome.inputs.values())

    def visit(node_id: str) -> None:
        if node_id not in order:
            for link in genome.connections:
                if link.target == node_id:
                    visit(link.source)
            order.append(node_id)

    for label in OUTPUTS:
        visit(genome.outputs[label])
    assert genome.order() == tuple(order)


def test_the_order_follows_the_connections_in_the_files_order() -> None:
    assert genome_of("q>h", "p>h", "r>q").order() == (*INPUTS, "r", "q", "p", "h", "s", "v")
    assert genome_of("p>h", "q>h", "r>q").order() == (*INPUTS, "p", "r", "q", "h", "s", "v")


@given(genomes())
def test_incoming_and_outgoing_keep_the_files_order(genome: Genome) -> None:
    for node in genome.nodes:
        assert list(genome.incoming(node.id)) == [link for link in genome.connections if link.target == node.id]
        assert list(genome.outgoing(node.id)) == [link for link in genome.connections if link.source == node.id]
        assert genome.node(node.id) is node


class CountingId(str):
    """An id that counts how often it is compared."""

    comparisons = 0

    def __eq__(self, other: object) -> bool:
        CountingId.comparisons += 1
        return str.__eq__(self, other)  # type: ignore[no-any-return]

    __hash__ = str.__hash__


def deep_chain(length: int) -> Genome:
    chain = tuple(Node(CountingId(f"n{index}"), "hidden", "sin") for index in range(length))
    ids = ["x", *(node.id for node in chain), "v"]
    links = [Connection(f"c{i}", ids[i], ids[i + 1], 1.0) for i in range(length + 1)]
    return Genome("deep", plain_nodes(*chain), tuple(links))


def test_a_genome_five_thousand_nodes_deep_neither_recurses_nor_searches_its_path() -> None:
    CountingId.comparisons = 0
    genome = deep_chain(5000)
    assert CountingId.comparisons < 20 * 5000, "the work of checking grows faster than the genome"
    assert len(genome.order()) == 5007
    x = -1.0
    for _ in range(5000):
        x = math.sin(x)
    assert genome.activations(2)["v"][0, 0] == pytest.approx(x)


def test_a_cycle_five_thousand_nodes_long_is_refused_in_a_sentence() -> None:
    chain = tuple(Node(f"n{index}", "hidden", "sin") for index in range(5000))
    pairs = [f"n{index}>n{(index + 1) % 5000}" for index in range(5000)]
    with pytest.raises(BadInput, match="a genome must have no cycle") as refused:
        Genome("ring", plain_nodes(*chain), joined(*pairs))
    walk = walk_in(str(refused.value))
    assert walk[0] == walk[-1] and len(walk) < 30
    assert {f"{a}>{b}" for a, b in pairwise(walk) if "…" not in (a, b)} <= set(pairs)


# --- what is refused ---


def walk_in(message: str) -> list[str]:
    """The nodes that a cycle's sentence walks."""
    before, _, walk = message.partition("got ")
    assert before == "a genome must have no cycle, " and walk.endswith(".")
    return walk.removesuffix(".").split(" → ")


def test_a_cycle_is_walked_in_the_direction_of_its_connections() -> None:
    with pytest.raises(BadInput) as refused:
        genome_of("p>q", "q>r", "r>p", "p>v")
    walk = walk_in(str(refused.value))
    assert walk[0] == walk[-1] and set(walk) == set("pqr")
    assert {f"{a}>{b}" for a, b in pairwise(walk)} == {"p>q", "q>r", "r>p"}


def test_a_cycle_that_reaches_no_output_is_refused_too() -> None:
    with pytest.raises(BadInput, match="cycle"):
        genome_of("x>v", "p>q", "q>p")


def test_a_cycle_through_the_outputs_is_refused() -> None:
    with pytest.raises(BadInput, match="cycle"):
        genome_of("h>s", "s>v", "v>h")


@given(genomes(), st.data())
def test_turning_back_from_any_reader_to_a_source_is_a_cycle_that_is_walked(
    genome: Genome, data: st.DataObject
) -> None:
    inner = [link for link in genome.connections if genome.node(link.source).kind != "input"]
    assume(inner)
    link = data.draw(st.sampled_from(inner))
    links = (*genome.connections, Connection("back", link.target, link.source, 1.0))
    with pytest.raises(BadInput) as refused:
        Genome("test", genome.nodes, links)
    walk = walk_in(str(refused.value))
    assert walk[0] == walk[-1] and len(set(walk)) == len(walk) - 1
    pairs = {(one.source, one.target) for one in links}
    assert all(step in pairs for step in pairwise(walk))


LINKS = joined("x>p", "p>q", "q>v")
NODES = plain_nodes(*PQR)

# name of the row: (nodes, connections, the sentence)
BROKEN: dict[str, tuple[tuple[Node, ...], tuple[Connection, ...], str]] = {
    "two nodes of one id": (
        (*NODES, Node("p", "hidden", "cos")),
        LINKS,
        "nodes must have different ids, got 'p' twice.",
    ),
    "an unknown kind": (
        (*NODES, Node("t", "middle", "cos")),
        LINKS,
        "kind of node 't' must be one of input, hidden, output (did you mean 'hidden'?), got 'middle'.",
    ),
    "an unknown activation": (
        (*NODES, Node("t", "hidden", "gausian")),
        LINKS,
        "activation of node 't' must be one of cache, identity, sin, cos, tanh, sigmoid, gaussian, relu "
        "(did you mean 'gaussian'?), got 'gausian'.",
    ),
    "a missing input": (
        NODES[1:],
        LINKS[1:],
        "a genome must have one input node for each of x, y, d, b, got b, d, y.",
    ),
    "a doubled input": (
        (*NODES, Node("x2", "input", "identity", "x")),
        LINKS,
        "a genome must have one input node for each of x, y, d, b, got b, d, x, x, y.",
    ),
    "a missing output": (
        NODES[:-1],
        LINKS[:-1],
        "a genome must have one output node for each of h, s, v, got h, s.",
    ),
    "no outputs": (
        NODES[:-3],
        LINKS[:-1],
        "a genome must have one output node for each of h, s, v, got none.",
    ),
    "two connections of one id": (
        NODES,
        (*LINKS, Connection("x>p", "y", "p", 1.0)),
        "connections must have different ids, got 'x>p' twice.",
    ),
    "a connection from nowhere": (
        NODES,
        (*LINKS, Connection("c", "gone", "p", 1.0)),
        "connection 'c' must join nodes that exist, got the source 'gone'.",
    ),
    "a connection to nowhere": (
        NODES,
        (*LINKS, Connection("c", "p", "gone", 1.0)),
        "connection 'c' must join nodes that exist, got the target 'gone'.",
    ),
    "a connection into an input": (
        NODES,
        (*LINKS, Connection("c", "p", "y", 1.0)),
        "connection 'c' must not end in an input node, got the target 'y'.",
    ),
    "a weight that is not finite": (
        NODES,
        (*LINKS, Connection("c", "x", "q", math.nan)),
        "weight of connection 'c' must be a finite number, got nan.",
    ),
    "two connections between one pair": (
        NODES,
        (*LINKS, Connection("c", "p", "q", 1.0)),
        "two nodes must be joined by one connection at most, got 'p>q' and 'c' from 'p' to 'q'.",
    ),
    "a node that feeds itself": (
        NODES,
        (*LINKS, Connection("c", "p", "p", 1.0)),
        "a genome must have no cycle, got p → p.",
    ),
}


@pytest.mark.parametrize("row", BROKEN)
def test_a_broken_genome_is_refused_with_one_sentence_that_names_the_part(row: str) -> None:
    nodes, links, sentence = BROKEN[row]
    with pytest.raises(BadInput) as refused:
        Genome("test", nodes, links)
    assert str(refused.value) == sentence


def test_a_dangling_connection_is_refused_with_both_names() -> None:
    with pytest.raises(BadInput, match=r"'x>nowhere'.*'nowhere'"):
        genome_of("x>nowhere")


def test_an_unknown_node_is_refused_with_the_genomes_name() -> None:
    with pytest.raises(BadInput, match="node must be one of the ids of genome 'test', got 'z'"):
        genome_of("x>v").node("z")


def test_a_genome_cannot_be_changed() -> None:
    genome = genome_of("x>v")
    with pytest.raises(FrozenInstanceError):
        genome.name = "other"  # type: ignore[misc]
    assert replace(genome, name="other").name == "other" and genome.name == "test"


# --- JSON ---


@given(genomes(), st.none() | st.integers(0, 10**6), st.text(min_size=1), st.text())
def test_a_genome_survives_json_to_the_last_bit(genome: Genome, age: int | None, name: str, note: str) -> None:
    dressed = replace(genome, name=name, age=age, note=note, origin=note[::-1])
    assert Genome.from_json(json.loads(json.dumps(dressed.to_json()))) == dressed


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_weight_survives_json(weight: float) -> None:
    back = Genome.from_json(json.loads(json.dumps(genome_of("x>v", weight=weight).to_json())))
    assert back.connections[0].weight.hex() == weight.hex()


def test_whole_numbers_are_weights_too() -> None:
    data = genome_of("x>v").to_json()
    data["connections"][0]["weight"] = 2
    assert repr(Genome.from_json(data).connections[0].weight) == "2.0"


def test_a_label_may_be_left_out_of_the_json() -> None:
    data = genome_of("x>p", "p>v").to_json()
    for node in data["nodes"]:
        if node["kind"] == "hidden":
            del node["label"]
    assert Genome.from_json(data) == genome_of("x>p", "p>v")


def test_a_faulty_json_names_its_file() -> None:
    with pytest.raises(BadInput, match=r"^folder/mine\.json: genome must be"):
        Genome.from_json({}, path="folder/mine.json")
    broken = {**genome_of("x>v").to_json(), "nodes": []}
    with pytest.raises(BadInput, match=r"^folder/mine\.json: a genome must have one input node"):
        Genome.from_json(broken, path="folder/mine.json")


# --- the strategy that other tests rest on ---


def layers_of(genome: Genome) -> dict[str, int]:
    deep = dict.fromkeys(INPUTS, -1)
    for node_id in genome.order():
        deep.setdefault(node_id, 1 + max((deep[link.source] for link in genome.incoming(node_id)), default=-1))
    return deep


def skips(genome: Genome) -> bool:
    deep = layers_of(genome)
    return any(link.target in deep and deep[link.target] - deep[link.source] > 2 for link in genome.connections)


SHAPES: dict[str, Callable[[Genome], Any]] = {
    "a dead branch": lambda g: any(g.incoming(n.id) and n.id not in g.order() for n in g.nodes),
    "a connection that skips layers": skips,
    "an output that feeds another node": lambda g: any(g.outgoing(node) for node in g.outputs.values()),
    "an output that reads an input": lambda g: any(c.source in INPUTS for o in OUTPUTS for c in g.incoming(o)),
    "an output that nothing feeds": lambda g: any(not g.incoming(node) for node in g.outputs.values()),
    "a node without sources that is read": lambda g: any(
        n.kind == "hidden" and n.id in g.order() and not g.incoming(n.id) for n in g.nodes
    ),
    "an input that nothing reads": lambda g: any(not g.outgoing(node) for node in INPUTS),
    "no hidden node": lambda g: len(g.nodes) == 7,
    "no connection": lambda g: not g.connections,
    "a weight of zero": lambda g: any(c.weight == 0 for c in g.connections),
    "a chain of six layers": lambda g: max(layers_of(g).values()) >= 5,
    "nodes in another order": lambda g: g.nodes[0].kind == "output",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_random_genomes_take_every_shape(shape: str) -> None:
    quick = settings(max_examples=200, phases=[Phase.generate], derandomize=True, database=None)
    find(genomes(), lambda genome: bool(SHAPES[shape](genome)), settings=quick)


def test_a_genome_with_a_changed_weight_is_another_genome() -> None:
    genome = Genome("small", plain_nodes(), joined("x>v", "y>v"))
    first, second = genome.connections
    changed = genome.with_weights({first.id: 0.25})
    assert [link.weight for link in changed.connections] == [0.25, second.weight]
    assert genome.connections == (first, second)
    with pytest.raises(BadInput, match=r"connection must be one of the ids of genome 'small', got 'nowhere'\."):
        genome.with_weights({"nowhere": 1.0})
    with pytest.raises(BadInput, match=r"weight of connection .* must be a finite number, got nan"):
        genome.with_weights({first.id: float("nan")})
