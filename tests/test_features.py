"""Feature maps: every activation by its place, which are novel, and which are the network's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from genomes import INPUTS, genomes, joined, networks, plain_nodes, random_network
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import images
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.features import FeatureMaps, feature_maps, mirror_shares
from fer_utils.genome import Connection, Genome, Node
from fer_utils.layerize import EvolvedNetwork, layerize

Loader = Callable[[str], Genome]

# --- addressing ---


@given(networks())
def test_each_map_is_the_activation_of_its_neuron(network: Network) -> None:
    maps, wanted = feature_maps(network, 4), network.activations(4)
    places = list(maps)
    assert places == list(np.ndindex(network.architecture.depth, network.architecture.width))
    for layer, neuron in places:
        assert np.array_equal(maps[layer, neuron], wanted[layer][neuron])
        assert np.array_equal(maps[layer], wanted[layer])
    assert (maps.label, maps.architecture, maps.size) == (network.label, network.architecture, 4)
    assert np.array_equal(maps.inputs, images.coordinates(4))


@pytest.mark.parametrize("place", [2, -1, (2, 0), (0, 3), (0, -1), (0.0, 1), "0", (0, "1"), None])
def test_a_map_that_is_not_there_is_refused(place: object) -> None:
    maps = feature_maps(random_network(Architecture.parse("2;sin:3"), 0), 4)
    with pytest.raises(BadInput, match=r"layer|neuron"):
        maps[place]  # type: ignore[call-overload]


@pytest.mark.parametrize("network", [None, "skull", Genome("g", plain_nodes(), ())])
def test_maps_are_made_of_networks_only(network: object) -> None:
    with pytest.raises(BadInput, match="network must be a fer_utils Network"):
        feature_maps(network, 4)  # type: ignore[arg-type]


def test_a_neuron_is_named_by_its_place_and_its_node() -> None:
    genome = Genome("g", plain_nodes(Node("p", "hidden", "sin", "left eye")), joined("x>p", "p>v"))
    network = layerize(genome)
    ((layer, neuron),) = network.neurons_of["p"]
    assert feature_maps(network, 4).name(layer, neuron) == "L0 sin 0 (left eye)"
    plain = Network(network.architecture, network.weights)
    assert feature_maps(plain, 4).name(layer, neuron) == "L0 sin 0"


@given(genomes())
def test_used_places_are_those_that_hold_a_node(genome: Genome) -> None:
    network = layerize(genome)
    used = feature_maps(network, 3).used
    fed = {(layer, column) for layer, _, column in network.nonzero() if layer < network.architecture.depth}
    assert {tuple(map(int, place)) for place in np.argwhere(used)} == set(network.node_of) | fed == set(network.node_of)


# --- novel maps ---


def novel_by_pairs(maps: FeatureMaps, tolerance: float) -> list[tuple[int, int]]:
    """Every map against every kept one, in plain loops over pixels."""
    kept: list[tuple[int, int]] = []
    for place in [(layer, neuron) for layer in range(len(maps.values)) for neuron in range(len(maps.values[layer]))]:
        one = maps.values[place[0]][place[1]].ravel().tolist()
        twins = [
            old
            for old in kept
            if all(
                abs(a - b) <= tolerance for a, b in zip(one, maps.values[old[0]][old[1]].ravel().tolist(), strict=True)
            )
        ]
        if not twins:
            kept.append(place)
    return kept


@given(networks(), st.sampled_from([1e-6, 1e-2, 0.3, 5.0]))
def test_a_map_is_novel_if_it_differs_from_every_novel_one_before_it(network: Network, tolerance: float) -> None:
    maps = feature_maps(network, 3)
    marks = maps.novel(tolerance)
    assert marks.shape == (network.architecture.depth, network.architecture.width) and marks.dtype == bool
    assert [tuple(map(int, place)) for place in np.argwhere(marks)] == novel_by_pairs(maps, tolerance)
    assert marks[0, 0]


def test_the_tolerance_holds_at_every_pixel_and_the_limit_is_the_same_map() -> None:
    # Three neurons say 0, 0.5 x and x: at the corners they differ by 0.5 and by 1.
    architecture = Architecture.parse("1;identity:3")
    first = np.zeros((4, 3))
    first[0] = [0.0, 0.5, 1.0]
    maps = feature_maps(Network(architecture, (first, np.zeros((3, 3)))), 5)
    assert maps.novel(0.4).tolist() == [[True, True, True]]
    assert maps.novel(0.5).tolist() == [[True, False, True]]
    assert maps.novel(1.0).tolist() == [[True, False, False]]
    assert maps.novel().all()


@pytest.mark.parametrize("tolerance", [0, -1, float("nan"), "1", None])
def test_a_faulty_tolerance_is_refused(tolerance: object) -> None:
    maps = feature_maps(random_network(Architecture.parse("1;sin:2"), 0), 4)
    with pytest.raises(BadInput, match="tolerance must be a finite number of more than 0"):
        maps.novel(tolerance)  # type: ignore[arg-type]


def kinds_of_novel(network: EvolvedNetwork, size: int) -> tuple[list[str], list[str], list[float]]:
    """What the novel maps are: nodes in their own place, inputs, and constants of empty or unfed places."""
    maps = feature_maps(network, size)
    nodes, inputs, constants = [], [], []
    for place in [(int(layer), int(neuron)) for layer, neuron in np.argwhere(maps.novel())]:
        node = network.node_of.get(place)
        if node is None or (np.ptp(maps[place]) == 0 and node not in network.genome.inputs.values()):
            constants.append(float(maps[place][0, 0]))
        elif node in network.genome.inputs.values():
            inputs.append(node)
        else:
            assert place == network.neurons_of[node][0], "a copy is never novel"
            nodes.append(node)
    return nodes, inputs, constants


def test_the_skulls_twenty_four_novel_maps_are_nineteen_nodes_four_inputs_and_nothing(paper_genome: Loader) -> None:
    genome = paper_genome("skull")
    network = layerize(genome)
    assert feature_maps(network, 128).novel().sum() == 24
    nodes, inputs, constants = kinds_of_novel(network, 128)
    grey = {genome.outputs["h"], genome.outputs["s"]}  # added, and 0 everywhere
    assert set(nodes) == {node.id for node in genome.nodes if node.kind != "input"} - grey and len(nodes) == 19
    assert set(inputs) == set(genome.inputs.values()) and len(inputs) == 4
    assert constants == [0.0]


@pytest.mark.parametrize("name", ["butterfly", "apple"])
def test_what_is_novel_in_a_layered_genome_is_a_node_an_input_or_a_constant(paper_genome: Loader, name: str) -> None:
    network = layerize(paper_genome(name))
    nodes, inputs, constants = kinds_of_novel(network, 32)
    assert len(set(nodes)) == len(nodes) and len(set(inputs)) == len(inputs)
    assert set(constants) <= {0.0, 1.0} and len(constants) <= 2


# --- the network's own maps ---


@given(networks())
def test_distinct_maps_are_novel_and_neither_flat_nor_an_input(network: Network) -> None:
    maps = feature_maps(network, 5)
    marks = maps.novel()
    for place in maps:
        one = maps[place]
        flat = one.max() - one.min() <= 1e-2
        copied = any(np.abs(one - source).max() <= 1e-2 for source in maps.inputs)
        assert (place in maps.distinct()) == (bool(marks[place]) and not flat and not copied)


def test_the_skulls_own_maps_are_its_nineteen_nodes(paper_genome: Loader) -> None:
    network = layerize(paper_genome("skull"))
    own = [network.node_of[place] for place in feature_maps(network, 128).distinct()]
    assert len(own) == len(set(own)) == 19 and not set(own) & set(network.genome.inputs.values())


@pytest.mark.parametrize(
    ("links", "share"),
    [
        ({"x": 2.0}, 0.0),
        ({"y": 2.0}, 1.0),
        ({"d": 2.0}, 1.0),
        ({"x": 1.0, "y": 1.0}, 0.5),
        ({"x": 3.0, "y": 1.0}, 0.1),
        ({"x": 3.0, "y": 1.0, "b": 7.0}, 0.1),
    ],
)
def test_the_mirror_share_is_the_part_that_mirroring_keeps(links: dict[str, float], share: float) -> None:
    # x alone turns its sign when mirrored; x and y vary alike, so of 3 x + y a share of 1 / (9 + 1) is kept.
    connections = tuple(Connection(name, name, "v", weight) for name, weight in links.items())
    network = layerize(Genome("g", plain_nodes(), connections))
    assert mirror_shares(feature_maps(network, 16)) == pytest.approx([share], abs=1e-12)


@given(networks())
def test_mirror_shares_are_shares_of_the_distinct_maps(network: Network) -> None:
    maps = feature_maps(network, 6)
    shares = mirror_shares(maps)
    assert shares.shape == (len(maps.distinct()),)
    assert ((shares >= 0) & (shares <= 1 + 1e-12)).all()
    # Symmetric and antisymmetric parts are orthogonal: their shares sum to 1.
    for place, share in zip(maps.distinct(), shares, strict=True):
        centred = maps[place] - maps[place].mean()
        turned = (centred - centred[:, ::-1]) / 2
        assert share + (turned**2).sum() / (centred**2).sum() == pytest.approx(1)


def test_a_network_fed_only_by_even_inputs_is_symmetric_throughout() -> None:
    network = random_network(Architecture.parse("3;gaussian:2,sin:2,tanh:2"), 5)
    first = network.weights[0].copy()
    first[INPUTS.index("x")] = 0
    even = Network(network.architecture, (first, *network.weights[1:]))
    assert mirror_shares(feature_maps(even, 8)) == pytest.approx(1)


def test_scaled_maps_fill_their_range_layer_by_layer_and_dead_neurons_are_marked() -> None:
    from fer_utils import features
    from fer_utils.cppn import Architecture, Network

    shape = Architecture.parse("2;relu:2")
    first = np.zeros((4, 2))
    first[0, 0] = 3.0  # the other neuron reads nothing
    network = Network(shape, (first, np.array([[2.0, -1.0], [0, 0]]), np.zeros((2, 3))), "relu")
    maps = features.feature_maps(network, 9)
    assert features.dead(maps).tolist() == [[False, True], [False, True]]
    scaled = features.scaled(maps)
    assert [layer.max() for layer in scaled.values] == [1.0, 1.0]
    np.testing.assert_allclose(scaled[0, 0] * 3, maps[0, 0])
    silent = features.scaled(features.feature_maps(Network(shape, (first * 0, *network.weights[1:]), ""), 9))
    assert all((layer == 0).all() for layer in silent.values)
