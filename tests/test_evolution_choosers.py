"""Choosers without a person, and family trees."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from fer_utils.checks import BadInput
from fer_utils.evolution import (
    Chooser,
    Curiosity,
    MapElites,
    Novelty,
    Objective,
    Play,
    Random,
    Session,
    breed_with,
    describe_pictures,
    draw,
    measure_line,
    measure_tree,
    replay,
    tree,
)
from fer_utils.evolution.choosers import SIZE
from fer_utils.evolution.lineage import ROOT, imbalance

SHOWN = 5
TARGET = np.repeat(np.linspace(0, 1, SIZE)[None, :, None], SIZE, 0) * np.ones(3)


def start(seed: int = 1) -> Play:
    return Play(Session("test", seed, shown=SHOWN))


def choosers() -> list[Chooser]:
    return [Random(2), Novelty(2), MapElites(2), Curiosity(2), Objective(TARGET)]


KINDS = [chooser.name for chooser in choosers()]


@pytest.mark.parametrize("kind", range(5), ids=KINDS)
def test_a_chooser_spends_its_budget_and_not_more(kind: int) -> None:
    play = breed_with(start(), choosers()[kind], images_shown=33)
    assert play.session.images_shown == 30
    assert all(step.why for step in play.session.steps)


@pytest.mark.parametrize("kind", range(5), ids=KINDS)
def test_a_session_stopped_and_gone_on_with_is_the_session_without_the_stop(kind: int) -> None:
    whole = breed_with(start(), choosers()[kind], images_shown=60)
    stopped = breed_with(start(), choosers()[kind], images_shown=25)
    again = breed_with(replay(stopped.session), choosers()[kind], images_shown=60)
    assert again.session == whole.session


def test_the_lot_falls_on_every_place_and_on_the_last_generation_only() -> None:
    play = breed_with(start(), Random(3), images_shown=60 * SHOWN)
    chosen = [step.parents[0].split(".") for step in play.session.steps]
    assert [int(generation) for generation, _ in chosen] == list(range(59))
    counts = np.bincount([int(place) for _, place in chosen], minlength=SHOWN)
    assert counts.min() >= 5  # 12 are expected of each


def test_the_objective_never_loses_what_it_has_and_comes_closer() -> None:
    chooser = Objective(TARGET)
    play = start()
    errors = []
    for _ in range(12):
        parents, _ = chooser.choose(play)
        errors.append(float(((draw([play.cppn(parents[0])], SIZE)[0] - TARGET) ** 2).mean()))
        assert errors[-1] == pytest.approx(chooser.best, rel=1e-6)
        play.choose(parents)
    everything = [draw(generation, SIZE) for generation in play.generations[:-1]]
    assert errors[-1] == pytest.approx(min(((one - TARGET) ** 2).mean(axis=(1, 2, 3)).min() for one in everything))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0]


def test_novelty_is_the_mean_distance_to_the_nearest_in_the_archive() -> None:
    chooser = Novelty(0)
    play = breed_with(start(), chooser, images_shown=10 * SHOWN)
    known = chooser.archive.data("measures")
    new = describe_pictures(draw(play.generations[-1], SIZE))
    distances = np.sort(np.linalg.norm(new[:, None] - known[None], axis=-1), axis=1)[:, : chooser.archive.k_neighbors]
    parents, _ = chooser.choose(play)
    assert parents == [f"{len(play.generations) - 1}.{int(distances.mean(axis=1).argmax())}"]


def test_map_elites_keeps_the_simplest_of_each_kind() -> None:
    chooser = MapElites(0, measures=("symmetry", "colourfulness"))
    play = breed_with(start(), chooser, images_shown=12 * SHOWN)
    chooser.choose(play)
    best: dict[tuple[int, int], int] = {}
    for generation in play.generations:
        for cppn, described in zip(generation, describe_pictures(draw(generation, SIZE)), strict=True):
            cell = (min(int(described[0] * 6), 5), min(int(described[2] * 6), 5))
            best[cell] = min(best.get(cell, 999), len(cppn.links()))
    found = chooser.archive.data(["measures", "objective"])
    cells = [tuple(np.minimum((measures * 6).astype(int), 5).tolist()) for measures in found["measures"]]
    kept = dict(zip(cells, (-found["objective"]).tolist(), strict=True))
    assert kept == best


def test_curiosity_prefers_the_parent_whose_children_differ_most() -> None:
    chooser = Curiosity(0)
    play = start()
    play.choose(["0.0"], strength=0.0)  # one weight moves a little
    play.choose(["0.0"], strength=10.0)
    chooser.choose(play)
    spreads = [describe_pictures(draw(generation, SIZE)).var(axis=0).sum() ** 0.5 for generation in play.generations]
    assert chooser.worth["1.0"] == pytest.approx(spreads[1])
    assert chooser.worth["2.0"] == pytest.approx(spreads[2])
    assert chooser.worth["0.0"] == pytest.approx(0.8 * spreads[2])


def test_bad_choosers_are_refused() -> None:
    with pytest.raises(BadInput, match="measures must be one of symmetry"):
        MapElites(0, measures=("symmetry", "beauty"))
    with pytest.raises(BadInput, match="measures must be one descriptor or more"):
        MapElites(0, measures="symmetry")
    with pytest.raises(BadInput, match="quality must be one of simplicity"):
        MapElites(0, quality="beauty")
    with pytest.raises(BadInput, match="seed must be"):
        Random(-1)
    with pytest.raises(BadInput, match="image must be a square image"):
        Objective(np.zeros((3, 4, 3)))
    with pytest.raises(BadInput, match="images_shown must be"):
        breed_with(start(), Random(0), images_shown=0)


# --- family trees ---


def grown() -> Play:
    play = start()
    for parents in (["0.1"], ["1.0"], ["1.2"], ["2.3", "3.0"], ["0.4"]):
        play.choose(parents)
    play.publish("4.1", "end")
    return play


def test_the_tree_holds_what_was_chosen_and_hangs_on_first_parents() -> None:
    graph = tree(grown())
    assert nx.is_arborescence(graph)
    assert set(graph) == {ROOT, "0.1", "1.0", "1.2", "2.3", "3.0", "4.1", "0.4"}
    assert set(graph.edges) == {
        (ROOT, "0.1"), (ROOT, "0.4"), ("0.1", "1.0"), ("0.1", "1.2"), ("1.0", "2.3"), ("1.2", "3.0"), ("2.3", "4.1"),
    }  # fmt: skip


def test_a_tree_is_measured_as_one_counts_it_by_hand() -> None:
    found = measure_tree(grown())
    assert (found.depth, found.chosen, found.leaves) == (3, 7, 3)
    assert found.branching == pytest.approx(5 / 4)  # 0.1 has two chosen children; 1.0, 1.2 and 2.3 one each
    assert found.imbalance == 1.0  # three leaves, (1, (1, 1)): the only shape there is


def test_a_session_without_choices_has_an_empty_tree() -> None:
    found = measure_tree(start())
    assert (found.depth, found.chosen, found.leaves, found.branching, found.imbalance) == (0, 0, 0, 0.0, 0.0)


def test_a_balanced_tree_has_imbalance_0_and_a_comb_1() -> None:
    assert imbalance(nx.balanced_tree(2, 3, create_using=nx.DiGraph)) == 0
    comb = nx.DiGraph()
    for depth in range(6):
        comb.add_edges_from([(depth, depth + 1), (depth, f"leaf {depth}")])
    assert imbalance(comb) == 1


def test_a_line_is_measured_from_the_first_ancestor_on() -> None:
    play = grown()
    line = measure_line(play, "4.1", size=32)
    assert line.names == ("0.1", "1.0", "2.3", "4.1")
    assert line.nodes[0] == 0
    assert line.links == tuple(len(play.cppn(name).links()) for name in line.names)
    alone = describe_pictures(draw([play.cppn("2.3")], 32))[0]
    np.testing.assert_array_equal(line.descriptors[2], alone)
    assert line.along("symmetry")[2] == alone[0]
