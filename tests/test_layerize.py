"""Layerization: the layered network is the graph, and every weight knows which connection it is."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from genomes import INPUTS, OUTPUTS, genomes, joined, plain_nodes
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import activations, images
from fer_utils.genome import Genome, Node
from fer_utils.layerize import EvolvedNetwork, bridge, layerize, node_layers
from fer_utils.sweeps import PAPER_SWEEPS, sweep, sweepable

Loader = Callable[[str], Genome]
PAPER_NAMES = pytest.mark.parametrize("name", ["skull", "butterfly", "apple"])

# name: (architecture, weights, of them not zero, nodes, connections, age)
FACTS = {
    "skull": ("12;cache:15,gaussian:4,identity:2,sin:1", 5478, 147, 25, 59, 74),
    "butterfly": ("16;cache:17,gaussian:4,sigmoid:1,sin:1", 8096, 281, 34, 108, 104),
    "apple": ("33;cache:28,gaussian:3,sigmoid:5,sin:2", 46474, 918, 83, 264, 321),
}

# --- the paper's three genomes ---


@PAPER_NAMES
def test_the_layered_genomes_are_the_papers_in_every_number(paper_genome: Loader, name: str) -> None:
    genome = paper_genome(name)
    network = layerize(genome)
    found = (str(network.architecture), network.architecture.weight_count, len(list(network.nonzero())))
    assert (*found, len(genome.nodes), len(genome.connections), genome.age) == FACTS[name]


@PAPER_NAMES
@pytest.mark.parametrize("size", [32, 128, 256])
def test_the_layered_genomes_draw_and_hold_what_the_graphs_compute(paper_genome: Loader, name: str, size: int) -> None:
    genome = paper_genome(name)
    check_equal(genome, layerize(genome), size)
    gc.collect()  # the apple's maps at 256 pixels fill 700 MB


def check_equal(genome: Genome, network: EvolvedNetwork, size: int) -> None:
    """Image, raw outputs and every hidden activation, to 1e-9; an empty place holds f(0)."""
    assert np.abs(network.image(size) - genome.image(size)).max() < 1e-9
    values, outputs = genome.activations(size), network.outputs(size)
    for index, node_id in enumerate(genome.outputs.values()):
        assert np.abs(outputs[index] - values[node_id]).max() < 1e-9
    for layer, maps in enumerate(network.activations(size)):
        for neuron, one in enumerate(maps):
            node_id = network.node_of.get((layer, neuron))
            empty = activations.apply(network.architecture.activations[neuron], np.zeros(1))
            wanted = empty if node_id is None else values[node_id]
            assert np.abs(one - wanted).max() < 1e-9, (layer, neuron, node_id)


@pytest.mark.parametrize(
    ("paper_id", "place", "source", "target"),
    [
        (4371, (7, 15, 15), "540_106", "576_223"),
        (5009, None, "534_2", "534_5"),
        (5097, None, "542_96", "534_5"),
        (37, None, "534_3", "576_238"),
    ],
)
def test_the_skulls_figured_weights_are_these_connections(
    paper_genome: Loader, paper_id: int, place: tuple[int, int, int] | None, source: str, target: str
) -> None:
    genome = paper_genome("skull")
    network = layerize(genome)
    weight = network.architecture.locate(paper_id)
    assert place is None or weight == place
    links = {link.id: link for link in genome.connections}
    link = links[network.connection_of[weight]]
    assert (link.source, link.target) == (source, target)
    assert network.weight(paper_id) == link.weight


@PAPER_NAMES
def test_every_weight_the_paper_chose_to_sweep_is_a_connection(paper_genome: Loader, name: str) -> None:
    network = layerize(paper_genome(name))
    chosen = PAPER_SWEEPS[name]["evolved"]
    assert len(chosen) == 4 and all(chosen.values())
    for paper_id in chosen:
        weight = network.architecture.locate(paper_id)
        assert weight in network.connection_of and weight not in network.copies
        assert network.weight(weight) != 0


def test_the_skull_has_fifty_seven_weights_worth_sweeping(paper_genome: Loader) -> None:
    genome = paper_genome("skull")
    network = layerize(genome)
    assert len(sweepable(network)) == 57
    assert len(genome.connections) - 57 == 2  # the two of weight 0 that were added for hue and saturation
    assert len(network.copies) == 147 - 57


# --- any genome ---


@given(genomes())
def test_a_layered_genome_holds_what_the_graph_computes(genome: Genome) -> None:
    check_equal(genome, layerize(genome), 5)


@given(genomes())
def test_a_node_stands_one_layer_above_the_highest_it_reads(genome: Genome) -> None:
    layers = node_layers(genome)
    assert set(layers) == set(genome.order())
    for node_id, layer in layers.items():
        if node_id in INPUTS:
            assert layer == -1
        else:  # every path from below, the slow way
            paths = longest_path(genome, node_id)
            assert layer == max(paths - 1, 0)


def longest_path(genome: Genome, node_id: str) -> int:
    """Connections on the longest path that ends in a node and begins in an input or in an unfed node one above."""
    incoming = [link.source for link in genome.connections if link.target == node_id]
    if node_id in INPUTS:
        return 0
    return 1 + max((longest_path(genome, source) for source in incoming), default=0)


@given(genomes())
def test_the_width_of_each_group_is_the_fullest_layers(genome: Genome) -> None:
    network = layerize(genome)
    architecture, layers = network.architecture, node_layers(genome)
    assert architecture.depth == 1 + max(layers.values())
    fullest: dict[str, int] = {}
    for layer in range(architecture.depth):
        here: dict[str, int] = {}
        for node_id in genome.order():
            readers = [layers[link.target] for link in genome.outgoing(node_id) if link.target in layers]
            last = (
                architecture.depth if node_id in genome.outputs.values() else max(readers, default=layers[node_id] + 1)
            )
            if layers[node_id] <= layer < last:
                group = genome.node(node_id).activation if layer == layers[node_id] else "cache"
                here[group] = here.get(group, 0) + 1
        fullest = {group: max(fullest.get(group, 0), here.get(group, 0)) for group in {*fullest, *here}}
    assert dict(architecture.groups) == fullest


@given(genomes())
def test_weights_and_connections_are_each_others_inverse(genome: Genome) -> None:
    network = layerize(genome)
    reached = {link.id: link for link in genome.connections if link.target in genome.order()}
    assert set(network.weight_of) == set(reached)
    assert {weight: link for link, weight in network.weight_of.items()} == dict(network.connection_of)
    assert len(network.connection_of) == len(network.weight_of)
    for link_id, link in reached.items():
        layer, row, column = network.weight_of[link_id]
        assert network.weight((layer, row, column)) == link.weight
        assert network.node_of[layer, column] == link.target
        source = network.node_of[layer - 1, row] if layer else list(genome.inputs.values())[row]
        assert source == link.source


@given(genomes())
def test_every_weight_is_a_connection_or_a_copy_or_zero_and_never_two(genome: Genome) -> None:
    network = layerize(genome)
    connections, copies = set(network.connection_of), set(network.copies)
    assert not connections & copies
    assert set(network.nonzero()) <= connections | copies
    silent = {weight for weight in connections if network.weight(weight) == 0}
    assert set(network.nonzero()) == (connections - silent) | copies


@given(genomes())
def test_a_copy_is_a_one_that_carries_a_node_on_or_reads_it_out(genome: Genome) -> None:
    network = layerize(genome)
    depth = network.architecture.depth
    outputs = list(genome.outputs.values())
    for layer, row, column in network.copies:
        assert network.weight((layer, row, column)) == 1
        below = network.node_of[layer - 1, row] if layer else list(genome.inputs.values())[row]
        above = outputs[column] if layer == depth else network.node_of[layer, column]
        assert below == above
        assert layer == depth or network.architecture.activations[column] == "cache"
    assert sum(layer == depth for layer, _, _ in network.copies) == 3


@given(genomes())
def test_neurons_and_nodes_know_each_other(genome: Genome) -> None:
    network = layerize(genome)
    layers = node_layers(genome)
    assert set(network.neurons_of) == set(genome.order())
    pairs = {(place, node) for node, places in network.neurons_of.items() for place in places}
    assert pairs == set(network.node_of.items())
    for node, places in network.neurons_of.items():
        assert (
            [layer for layer, _ in places] == list(range(places[0][0], places[0][0] + len(places))) if places else True
        )
        if node not in INPUTS:
            assert places[0][0] == layers[node]
            assert network.architecture.activations[places[0][1]] == genome.node(node).activation
        carried = places if node in INPUTS else places[1:]
        assert {network.architecture.activations[neuron] for _, neuron in carried} <= {"cache"}
    assert {place: genome.node(node).label or node for place, node in network.node_of.items()} == dict(network.names)


@given(genomes())
def test_neurons_of_a_group_are_filled_in_the_order_of_evaluation(genome: Genome) -> None:
    network = layerize(genome)
    rank = {node: index for index, node in enumerate(genome.order())}
    for layer in range(network.architecture.depth):
        for _, part in network.architecture.slices:
            held = [network.node_of.get((layer, neuron)) for neuron in range(part.start, part.stop)]
            filled = [node for node in held if node is not None]
            assert held[: len(filled)] == filled, "a gap before a filled neuron"
            assert [rank[node] for node in filled] == sorted(rank[node] for node in filled)


@given(genomes())
def test_the_order_of_nodes_in_the_file_does_not_count(genome: Genome) -> None:
    other = replace(genome, nodes=tuple(reversed(genome.nodes)))
    assert layerize(other).content_hash() == layerize(genome).content_hash()


def test_the_smallest_genome_is_one_layer() -> None:
    genome = Genome("none", plain_nodes(), ())
    network = layerize(genome)
    assert str(network.architecture) == "1;identity:3"
    assert len(list(network.nonzero())) == 3 and not network.connection_of
    assert (network.image(4) == 0).all()


def test_a_small_genome_is_laid_out_as_on_paper() -> None:
    # x feeds p; p and y feed v. y waits one layer in a cache, p computes; h and s are read out from the first layer on.
    genome = Genome("small", plain_nodes(Node("p", "hidden", "sin")), joined("x>p", "p>v", "y>v"))
    network = layerize(genome)
    assert str(network.architecture) == "2;cache:2,identity:2,sin:1"
    assert dict(network.node_of) == {
        (0, 0): "y",
        (0, 2): "h",
        (0, 3): "s",
        (0, 4): "p",
        (1, 0): "h",
        (1, 1): "s",
        (1, 2): "v",
    }
    assert dict(network.weight_of) == {"x>p": (0, 0, 4), "p>v": (1, 4, 2), "y>v": (1, 0, 2)}
    assert network.copies == {(0, 1, 0), (1, 2, 0), (1, 3, 1), (2, 0, 0), (2, 1, 1), (2, 2, 2)}


def test_a_network_is_called_like_its_genome_or_as_asked() -> None:
    genome = Genome("small", plain_nodes(), joined("x>v"))
    assert layerize(genome).label == "small"
    assert layerize(genome, label="evolved").label == "evolved"
    assert layerize(genome).relabelled("other").connection_of == layerize(genome).connection_of


def test_a_weight_is_named_by_the_nodes_it_joins() -> None:
    genome = Genome(
        "small",
        plain_nodes(Node("p", "hidden", "sin", "left eye"), Node("q", "hidden", "sin")),
        joined("x>p", "p>q", "q>v"),
    )
    network = layerize(genome)
    names = {link: network.connection_name(network.weight_of[link]) for link in network.weight_of}
    assert names == {"x>p": "x → left eye", "p>q": "left eye → q", "q>v": "q → v"}
    assert {network.connection_name(weight) for weight in network.copies} == {"copy"}
    empty = next(
        network.architecture.locate(number)
        for number in range(network.architecture.weight_count)
        if network.architecture.locate(number) not in {*network.connection_of, *network.copies}
    )
    assert network.connection_name(empty) == "empty"


def test_the_order_of_inputs_is_that_of_the_grid() -> None:
    for index, label in enumerate(images.INPUTS):
        network = layerize(Genome("one", plain_nodes(), joined(f"{label}>v", weight=0.25)))
        (weight,) = network.connection_of
        assert weight[:2] == (0, index)
        assert np.allclose(network.outputs(5)[OUTPUTS.index("v")], 0.25 * images.coordinates(5)[index])


# --- every weight under all its names ---


@given(genomes(), st.floats(-3, 3), st.data())
def test_a_weight_moved_by_its_number_is_its_connection_moved_in_the_graph(
    genome: Genome, change: float, data: st.DataObject
) -> None:
    """Two roads that share no code: the layers by the paper's number, and the graph by the connection's id."""
    network = layerize(genome)
    rows = [row for row in bridge(network) if row.place in network.connection_of]
    if not rows:
        return
    row = data.draw(st.sampled_from(rows))
    layered = network.with_weights({row.number: row.weight + change}).image(8)
    graph = genome.with_weights({network.connection_of[row.place]: row.weight + change}).image(8)
    # At the seam of the hue circle a last bit may turn red into red's other end.
    assert np.median(np.abs(layered - graph)) < 1e-9
    assert (np.abs(layered - graph).max(axis=-1) < 1e-9).mean() > 0.9


@given(genomes())
def test_the_bridge_lists_every_weight_once_in_the_order_of_the_numbers(genome: Genome) -> None:
    network = layerize(genome)
    rows = bridge(network, dict.fromkeys(network.weight_of.values(), "known"))
    assert [row.number for row in rows] == sorted({row.number for row in rows})
    assert {row.place for row in rows} == {*network.nonzero(), *network.connection_of}
    for row in rows:
        assert network.architecture.locate(row.number) == row.place
        assert row.weight == network.weight(row.place)
        assert (row.connection == "copy") == (row.place in network.copies)
        assert (row.name == "known") == (row.place in network.connection_of)


@pytest.mark.parametrize("name", sorted(PAPER_SWEEPS))
def test_each_sweep_of_the_papers_figures_can_be_drawn_both_ways(name: str, paper_genome: Loader) -> None:
    genome = paper_genome(name)
    network = layerize(genome)
    for number in PAPER_SWEEPS[name]["evolved"]:
        place = network.architecture.locate(number)
        for value in network.weight(place) + np.linspace(-1, 1, 5):
            graph = genome.with_weights({network.connection_of[place]: value}).image(48)
            np.testing.assert_allclose(sweep(network, number, [value], size=48)[0], graph, atol=1e-9)
