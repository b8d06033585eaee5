"""CPPNs under evolution: random numbers, genes, operators and thumbnails."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from genomes import genomes
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils.checks import BadInput
from fer_utils.evolution import (
    ACTIVATIONS,
    CPPN,
    Innovations,
    Operators,
    Stream,
    begin,
    breed,
    cross,
    differences,
    draw,
    from_genome,
    mutate,
    to_genome,
)
from fer_utils.evolution.operators import join_nodes, move_weights, split_link

BOLD = Operators(add_node=0.7, add_link=0.8, activation=0.5)


def bred(seed: int, generations: int, operators: Operators = BOLD) -> CPPN:
    """A CPPN after some generations of chance."""
    innovations = Innovations()
    cppn = begin(Stream(seed), innovations, operators)
    for generation in range(generations):
        innovations.next_generation()
        cppn = breed([cppn], Stream(seed, generation), innovations, operators)
    return cppn


def genes(cppn: CPPN) -> tuple[object, ...]:
    nodes = [(key, gene.activation) for key, gene in sorted(cppn.nodes.items())]
    return nodes, sorted((*gene.key, gene.innovation, gene.enabled, gene.weight) for gene in cppn.connections.values())


# --- random numbers ---


def test_a_stream_gives_the_numbers_it_has_always_given() -> None:
    # Written down once: a machine or a version that differs here would replay no session.
    stream = Stream(1, 2, 3)
    assert [stream.uniform() for _ in range(3)] == [0.6704722626516632, 0.1110146366693816, 0.5115090823948739]
    assert [stream.below(10) for _ in range(5)] == [6, 3, 0, 9, 6]
    assert stream.bell() == -1.7924156918785312


def test_below_is_fair_and_reaches_every_number() -> None:
    stream = Stream(4)
    counts = np.bincount([stream.below(7) for _ in range(7000)], minlength=7)
    assert abs(counts - 1000).max() < 150


def test_the_bell_has_mean_0_and_variance_1() -> None:
    stream = Stream(5)
    drawn = np.array([stream.bell() for _ in range(5000)])
    assert abs(drawn.mean()) < 0.05
    assert abs(drawn.var() - 1) < 0.1
    assert abs(drawn).max() < 6


def test_streams_of_different_keys_differ() -> None:
    keys = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (2**32 - 1, 0, 0)]
    assert len({Stream(*key).uniform() for key in keys}) == len(keys)


def test_pythons_global_randomness_is_neither_used_nor_touched() -> None:
    random.seed(1)
    before = random.getstate()
    first = genes(bred(3, 12))
    assert random.getstate() == before
    random.seed(2)
    assert genes(bred(3, 12)) == first


# --- genes ---


@given(genome=genomes())
@settings(max_examples=60, deadline=None)
def test_a_genome_comes_back_from_evolution_with_the_same_picture(genome) -> None:  # type: ignore[no-untyped-def]
    back = to_genome(from_genome(genome), name=genome.name)
    np.testing.assert_allclose(back.image(9), genome.image(9), atol=1e-12)
    assert len(back.nodes) == len(genome.nodes)
    assert len(back.connections) == len(genome.connections)


@given(seed=st.integers(0, 1000), generations=st.integers(0, 25))
@settings(max_examples=25, deadline=None)
def test_a_bred_cppn_comes_back_from_its_genome_with_the_same_picture(seed: int, generations: int) -> None:
    cppn = bred(seed, generations)
    genome = to_genome(cppn, name="bred")
    np.testing.assert_allclose(to_genome(from_genome(genome), name="bred").image(9), genome.image(9), atol=1e-12)
    assert {node.activation for node in genome.nodes} <= set(ACTIVATIONS)


# --- operators ---


@given(seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_breeding_never_closes_a_cycle_and_never_exceeds_the_limit(seed: int) -> None:
    innovations = Innovations()
    one, other = (begin(Stream(seed, k), innovations, BOLD) for k in range(2))
    for generation in range(15):
        innovations.next_generation()
        one = breed([one, other], Stream(seed, generation, 0), innovations, BOLD)
        other = breed([other, one], Stream(seed, generation, 1), innovations, BOLD)
        for cppn in (one, other):
            to_genome(cppn, name="whole")  # refuses cycles, whatever the connections
            assert max(abs(gene.weight) for gene in cppn.links()) <= BOLD.weight_limit


def test_the_start_is_minimal_and_reads_the_plane() -> None:
    for seed in range(40):
        cppn = begin(Stream(seed), Innovations(), Operators(start_link=0.0))
        assert sorted(cppn.nodes) == [0, 1, 2]
        ((source, target),) = cppn.connections
        assert source in {-1, -2, -3} and target == 2


def test_a_grey_session_stays_grey() -> None:
    cppn = bred(2, 30, Operators(**{**vars(BOLD), "colour": 0.0}))
    picture = draw([cppn], 16)[0]
    assert np.ptp(picture, axis=-1).max() == 0
    assert np.ptp(picture) > 0


def test_a_split_leaves_two_connections_for_one_and_an_identity_leaves_the_picture() -> None:
    for seed in range(30):
        cppn = bred(1, 3)
        before = to_genome(cppn, name="before")
        innovations = Innovations.after(cppn)
        split_link(cppn, Stream(seed), innovations)
        assert len(cppn.links()) == len(before.connections) + 1
        new = max(cppn.nodes)
        cppn.nodes[new].activation = "identity"
        np.testing.assert_allclose(to_genome(cppn, name="after").image(9), before.image(9), atol=1e-12)


def test_the_same_change_in_one_generation_has_the_same_number_and_in_another_a_new_one() -> None:
    innovations = Innovations()
    assert innovations.link(-1, 2) == innovations.link(-1, 2)
    node = innovations.node(1)
    assert innovations.node(1) == node
    before = innovations.link(-1, 2)
    innovations.next_generation()
    assert innovations.link(-1, 2) == before + 1
    assert innovations.node(1) == node + 1


def test_joining_adds_one_connection_or_switches_one_on() -> None:
    innovations = Innovations()
    cppn = begin(Stream(8), innovations, BOLD)
    sizes = [len(cppn.links())]
    for step in range(12):
        join_nodes(cppn, Stream(8, step), innovations, BOLD)
        sizes.append(len(cppn.links()))
    assert all(after - before in {0, 1} for before, after in pairwise(sizes))
    assert sizes[-1] == 12  # four inputs, three outputs: nothing more to join
    next(iter(cppn.connections.values())).enabled = False
    join_nodes(cppn, Stream(9), innovations, BOLD)
    assert len(cppn.links()) == 12
    assert len(cppn.connections) == 12


def test_one_weight_moves_even_where_the_chance_is_nought() -> None:
    cppn = bred(3, 6)
    before = {gene.key: gene.weight for gene in cppn.links()}
    move_weights(cppn, Stream(1), Operators(weight_rate=0.0, weight_fresh=0.0))
    assert sum(gene.weight != before[gene.key] for gene in cppn.links()) == 1


def test_a_child_leaves_its_parents_alone() -> None:
    parents = [bred(4, 6), bred(5, 6)]
    before = [genes(parent) for parent in parents]
    for place in range(20):
        breed(parents, Stream(place), Innovations(links=500, nodes=500), BOLD)
    assert [genes(parent) for parent in parents] == before


def test_crossing_a_cppn_with_itself_changes_nothing_and_with_others_mixes() -> None:
    innovations = Innovations()
    first = begin(Stream(1), innovations, Operators(start_link=1.0))
    assert genes(cross([first, first.copy()], Stream(0))) == genes(first)
    others = [first.copy() for _ in range(2)]
    for place, other in enumerate(others):
        mutate(other, Stream(3, place), innovations, Operators(weight_rate=1.0, add_node=1.0))
    child = cross([first, *others], Stream(2))
    from_each = [
        sum(child.connections[key].weight == gene.weight for key, gene in parent.connections.items())
        for parent in (first, *others)
    ]
    assert all(count > 0 for count in from_each)
    assert set(child.nodes) == set(first.nodes) | set(others[0].nodes) | set(others[1].nodes)


def test_bad_operators_and_missing_parents_are_refused() -> None:
    with pytest.raises(BadInput, match=r"add_node must be a finite number of at least 0 and at most 1, got 1\.5"):
        Operators(add_node=1.5)
    with pytest.raises(BadInput, match="strength must be"):
        Operators().scaled(-1)
    with pytest.raises(BadInput, match="parents must be one or more, got none"):
        breed([], Stream(0), Innovations(), Operators())


def test_boldness_scales_chances_up_to_certainty() -> None:
    bold = Operators().scaled(10)
    assert bold.add_node == bold.weight_rate == 1
    assert bold.weight_power == 10 * Operators().weight_power
    assert bold.cross == Operators().cross


# --- what a child has that its parents have not ---


def test_a_copy_has_nothing_new_and_a_split_is_one_node_with_its_two_connections() -> None:
    parent = bred(3, 8)
    assert str(differences(parent.copy(), [parent])) == "nothing new"
    for seed in range(10):
        child = parent.copy()
        split_link(child, Stream(seed), Innovations.after(parent))
        found = differences(child, [parent])
        (node,) = found.nodes
        assert sorted(found.links) == sorted(key for key in child.connections if node in key)
        assert len(found.switched) == 1
        assert str(found) == "1 new node"


def test_every_kind_of_change_is_told_from_the_others() -> None:
    parent = bred(3, 8)
    child, link = parent.copy(), parent.links()[1]
    child.connections[link.key].weight += 0.5
    child.nodes[2].activation = "tanh" if parent.nodes[2].activation != "tanh" else "sin"
    child.connections[parent.links()[0].key].enabled = False
    del child.connections[parent.links()[2].key]
    found = differences(child, [parent])
    assert (found.weights, found.activations) == ((link.key,), (2,))
    assert (found.switched, found.lost) == ((parent.links()[0].key,), (parent.links()[2].key,))
    assert str(found) == "1 function, 1 weight, 1 switch, 1 loss"


def test_what_any_parent_has_is_not_new_in_a_cross() -> None:
    innovations = Innovations()
    first = begin(Stream(1), innovations, BOLD)
    innovations.next_generation()
    parents = [breed([first], Stream(2, place), innovations, BOLD) for place in range(3)]
    found = differences(cross(parents, Stream(4)), parents)
    assert str(found) in {"nothing new", *(f"{count} losses" for count in range(2, 9)), "1 loss"}
    with pytest.raises(BadInput, match="parents must be one or more, got none"):
        differences(first, [])


# --- thumbnails ---


def test_a_page_of_thumbnails_is_what_the_genomes_draw() -> None:
    cppns = [bred(seed, 15) for seed in range(6)]
    pictures = draw(cppns, 24)
    assert pictures.shape == (6, 24, 24, 3)
    assert pictures.dtype == np.float32
    for cppn, picture in zip(cppns, pictures, strict=True):
        # Where hue turns round or brightness is steep, single precision may differ at a pixel or two.
        assert np.abs(to_genome(cppn, name="one").image(24) - picture).mean() < 1e-3


def test_no_cppns_make_an_empty_page() -> None:
    assert draw([], 8).shape == (0, 8, 8, 3)
