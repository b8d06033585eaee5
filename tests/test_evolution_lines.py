"""Lines of ancestors: when a property comes and stays, which way the weights went, and surprising children."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_utils.checks import BadInput
from fer_utils.evolution import (
    CPPN,
    LineMeasures,
    Play,
    Session,
    chosen_pairs,
    draw,
    drift,
    drifted,
    measure_line,
)
from fer_utils.evolution.genes import LinkGene, NodeGene
from fer_utils.evolution.lineage import imbalance


def line_of(*symmetry: float) -> LineMeasures:
    rows = np.zeros((len(symmetry), 5))
    rows[:, 0] = symmetry
    names = tuple(f"{place}.0" for place in range(len(symmetry)))
    return LineMeasures(names, rows, (0,) * len(symmetry), (0,) * len(symmetry))


def cppn(*weights: float) -> CPPN:
    """Make a CPPN whose inputs feed the brightness with these weights, innovation by innovation."""
    made = CPPN(0)
    made.nodes = {key: NodeGene.of(key, "identity") for key in range(3)}
    for place, weight in enumerate(weights):
        made.add_link(LinkGene.of(-1 - place, 2, weight, place + 1))
    return made


# --- when a property comes, and when it stays ---


def test_a_property_that_comes_and_goes_is_first_seen_before_it_stays() -> None:
    line = line_of(0.2, 1.0, 0.3, 0.99, 1.0)
    assert (line.first("symmetry", 0.99), line.settled("symmetry", 0.99)) == (1, 3)
    assert line_of(1.0, 1.0).settled("symmetry", 0.99) == 0
    assert line_of(1.0, 0.5).settled("symmetry", 0.99) is None
    assert line_of(0.1, 0.5).first("symmetry", 0.99) is None
    with pytest.raises(BadInput, match="descriptor must be one of symmetry"):
        line.first("beauty", 0.5)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0, 1))
def test_from_where_it_settled_nothing_is_below_and_the_one_before_is(values: list[float], least: float) -> None:
    line = line_of(*values)
    place = line.settled("symmetry", least)
    if place is None:
        assert values[-1] < least
    else:
        assert all(value >= least for value in values[place:])
        assert place == 0 or values[place - 1] < least
        first = line.first("symmetry", least)
        assert first is not None and first <= place


# --- balance, by hand ---


def test_colless_index_of_a_tree_small_enough_to_count() -> None:
    tree = nx.DiGraph([("r", "ab|c"), ("r", "d|e"), ("ab|c", "ab"), ("ab|c", "c"), ("ab", "a"), ("ab", "b")])
    tree.add_edges_from([("d|e", "d"), ("d|e", "e")])
    assert imbalance(tree) == pytest.approx(
        (1 + 1) / 6
    )  # |3 - 2| at the root, |2 - 1| above a, b, c; most is 4 * 3 / 2


def test_single_steps_on_a_branch_do_not_count_for_balance() -> None:
    short = nx.DiGraph([("r", "a"), ("r", "b"), ("b", "c"), ("b", "d")])
    long = nx.DiGraph([("r", 1), (1, 2), (2, "a"), ("r", 3), (3, "b"), ("b", "c"), ("b", 4), (4, "d")])
    assert imbalance(short) == imbalance(long) == 1.0


# --- the first component ---


def test_a_line_that_goes_straight_has_all_its_variance_along_it() -> None:
    found = drift([cppn(1.0 + t, 2.0 - 2 * t) for t in range(6)])
    assert found.share == pytest.approx(1)
    np.testing.assert_allclose(found.direction, np.array([-2, 1]) / np.sqrt(5), atol=1e-12)
    np.testing.assert_allclose(np.diff(found.scores), np.sqrt(5))
    assert found.chance < 1
    assert found.p_value < 0.2


def test_an_ancestor_without_a_connection_has_weight_0_there() -> None:
    found = drift([cppn(1.0), cppn(1.0, 3.0), cppn(1.0, 3.0, 0.0)])
    assert found.links == ((-3, 2), (-2, 2), (-1, 2))
    np.testing.assert_allclose(found.mean, [0, 2, 1])
    np.testing.assert_allclose(found.direction, [0, 1, 0], atol=1e-12)
    assert found.share == pytest.approx(1)


def test_a_walk_without_aim_has_no_more_than_chance_gives() -> None:
    generator = np.random.default_rng(3)
    walk = np.cumsum(generator.standard_normal((40, 4)), axis=0)
    found = drift([cppn(*weights) for weights in walk])
    assert found.p_value > 0.05
    assert 0.4 < found.chance < 0.9
    again = drift([cppn(*weights) for weights in walk])
    assert (again.chance, again.p_value) == (found.chance, found.p_value), "the coin has a seed"


def test_moving_along_the_component_moves_the_weights_by_just_that() -> None:
    line = [cppn(1.0 + t, 2.0 - 2 * t) for t in range(6)]
    found = drift(line)
    back = drifted(line[-1], found, found.scores[0] - found.scores[-1])
    assert [gene.weight for gene in back.links()] == pytest.approx([1.0, 2.0])
    assert [gene.weight for gene in line[-1].links()] == [6.0, -8.0], "the one it came from is left as it was"


def test_a_line_too_short_or_without_change_is_refused() -> None:
    with pytest.raises(BadInput, match="at least three ancestors, got 2"):
        drift([cppn(1.0), cppn(2.0)])
    with pytest.raises(BadInput, match="weights that change"):
        drift([cppn(1.0)] * 4)


# --- surprising children ---


def played() -> Play:
    play = Play(Session("test", 4, shown=6))
    for place, parents in enumerate((["0.2"], ["1.5"], ["1.5", "2.0"])):
        play.choose(parents, f"reason {place}")
    play.publish("3.3", "end")
    return play


def test_pairs_are_the_chosen_children_with_their_nearest_parents_and_the_reasons() -> None:
    pairs = chosen_pairs(played())
    assert [pair.child for pair in pairs] == ["1.5", "2.0", "3.3"]
    assert [pair.why for pair in pairs] == ["reason 1", "reason 2", ""]
    assert pairs[0].parent == "0.2" and pairs[1].parent == "1.5"
    assert pairs[2].parent in ("1.5", "2.0")


def test_a_pairs_distance_and_rank_are_those_counted_by_hand() -> None:
    play = played()
    everyone = chosen_pairs(play, [f"1.{place}" for place in range(6)])
    parent = draw([play.cppn("0.2")], 64)[0].astype(float)
    children = draw(play.generations[1], 64).astype(float)
    apart = np.sqrt(((children - parent) ** 2).mean(axis=(1, 2, 3)))
    np.testing.assert_allclose([pair.distance for pair in everyone], apart)
    assert np.mean([pair.nearer for pair in everyone]) == pytest.approx(0.5), "the null: half of them are nearer"
    assert sum(pair.furthest for pair in everyone) == 1
    assert everyone[int(apart.argmax())].furthest


def test_the_first_generation_has_no_parents_and_strangers_are_refused() -> None:
    assert chosen_pairs(played(), ["0.2"]) == []
    with pytest.raises(BadInput, match="picture must be"):
        chosen_pairs(played(), ["9.1"])


def test_a_line_knows_its_own_names() -> None:
    assert measure_line(played(), "3.3", size=32).names == ("0.2", "1.5", "3.3")
