"""Consequences: tasks are equally far for all, hidden pixels stay hidden, and children are judged blind to origin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import controls, studies
from fer_utils.checks import BadInput
from fer_utils.cppn import Network
from fer_utils.garden import load_genome
from fer_utils.layerize import layerize
from fer_utils.studies import Arm, Study, Subject, breeding, consequences, looks, making, relating, tasks, tuning
from fer_utils.training import initialise

SIZE = 16


@pytest.fixture(scope="module")
def subject() -> Subject:
    return studies.subject_of("mushroom", 1e-2, size=SIZE)


@pytest.fixture(scope="module")
def own(subject: Subject) -> np.ndarray:
    return controls.movable_weights(subject.network)


# --- looks ---


def test_many_networks_are_drawn_as_each_draws_itself(subject: Subject) -> None:
    architecture = subject.network.architecture
    networks = [subject.network, *(initialise(architecture, seed) for seed in range(3))]
    drawn = looks.draw_many(architecture, [one.flat() for one in networks], SIZE)
    for one, picture in zip(networks, drawn, strict=True):
        np.testing.assert_allclose(picture, one.image(SIZE), atol=2e-4)
    assert looks.draw_many(architecture, np.zeros((0, architecture.weight_count)), SIZE).shape == (0, SIZE, SIZE, 3)


def test_the_rule_lets_pictures_of_the_garden_through_and_no_noise() -> None:
    garden = np.array(looks.garden_pictures(32))
    np.testing.assert_allclose(looks.limits_of(looks.look_at(garden)), looks.KNOWN[32], atol=1e-4)
    assert looks.image_like(garden).all()
    later = np.array([layerize(load_genome(name)).image(32) for name in sorted(looks.LATER)])
    assert looks.image_like(later).all()  # none of these had a part in the rule
    noise = [controls.noise_image(32, seed=seed, smooth=smooth) for seed in range(4) for smooth in (0.0, 0.02, 0.1)]
    flat = np.full((32, 32, 3), 0.4)
    assert looks.passing([*noise, flat]) == 0
    assert np.isnan(looks.passing([]))


def test_no_pictures_are_no_distinct_pictures() -> None:
    none, one = np.zeros((0, 4, 4, 3)), np.zeros((1, 4, 4, 3))
    assert looks.distinct(none, one, least=0.1) == looks.distinct(none, none, least=0.1) == []
    assert looks.distinct(one, none, least=0.1) == [0] and looks.apart(none, one).shape == (0, 1)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(BadInput, match="pictures must be finite, of shape"):
        looks.look_at(np.zeros((3, 3)))
    with pytest.raises(BadInput, match="others must be pictures of shape"):
        looks.apart(np.zeros((1, 4, 4, 3)), np.zeros((1, 5, 5, 3)))


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=12), least=st.floats(0.05, 0.5))
def test_distinct_pictures_are_apart_and_every_other_one_is_near_to_one_of_them(
    values: list[float], least: float
) -> None:
    pictures = np.array(values)[:, None, None, None] * np.ones((1, 2, 2, 3))
    known = np.zeros((1, 2, 2, 3))
    kept = [0.0, *(values[place] for place in looks.distinct(pictures, known, least=least))]
    gaps = np.abs(np.subtract.outer(kept, kept))[np.triu_indices(len(kept), 1)]
    assert (gaps >= least - 1e-6).all()
    assert all(min(abs(value - one) for one in kept) < least + 1e-6 for value in values)


# --- tasks ---


@pytest.mark.parametrize("kind", tasks.EDITS)
def test_edits_differ_by_as_much_as_is_asked(subject: Subject, kind: str) -> None:
    picture = tasks.edit(subject.network, kind, 0, size=SIZE)
    assert looks.apart(picture[None], subject.target[None])[0, 0] == pytest.approx(tasks.CHANGE, rel=0.11)
    np.testing.assert_array_equal(picture, tasks.edit(subject.network, kind, 0, size=SIZE))


def test_mutants_differ_by_as_much_as_is_asked_and_seeds_give_others(subject: Subject) -> None:
    first, second = (tasks.mutant(subject.network, seed, size=SIZE) for seed in (0, 1))
    for one in (first, second):
        assert looks.apart(one[None], subject.target[None])[0, 0] == pytest.approx(tasks.CHANGE, rel=0.11)
    assert np.abs(first - second).max() > 0.1


def test_a_picture_that_cannot_change_has_no_mutant(subject: Subject) -> None:
    still = Network(subject.network.architecture, tuple(0 * matrix for matrix in subject.network.weights))
    with pytest.raises(BadInput, match="movable must mark one weight or more"):
        tasks.mutant(still, 0, size=SIZE)


@pytest.mark.parametrize(("mask", "share"), [("right half", 0.5), ("lower half", 0.5), ("nine tenths", 0.1)])
def test_masks_hide_what_they_say(mask: str, share: float) -> None:
    shown = tasks.shown_pixels(mask, 20, seed=0)
    assert len(shown) == share * 400 == len(set(shown))
    picture = np.zeros(400)
    picture[shown] = 1
    if mask != "nine tenths":
        square = picture.reshape(20, 20)
        assert (square[:, :10] if mask == "right half" else square[:10]).all()


def test_beyond_the_frame_only_what_lies_beyond_is_drawn(subject: Subject) -> None:
    far = tasks.outside_frame(subject.network, 30)
    line = np.linspace(-1.5, 1.5, 30)
    inside = (np.abs(line) <= 1).sum() ** 2
    assert far.shape == (900 - inside, 3) and far.min() >= 0 and far.max() <= 1


@given(rate=st.floats(0, 1), seed=st.integers(0, 1000))
def test_only_what_may_move_is_moved_and_something_is(rate: float, seed: int) -> None:
    movable = np.arange(30) % 3 == 0
    direction = tasks.moved(movable, np.random.default_rng(seed), rate=rate)
    assert (direction[~movable] == 0).all() and (direction != 0).any()
    assert rate > 0 or np.count_nonzero(direction) == 1


# --- tuning ---


def test_hidden_pixels_have_no_part_in_learning(subject: Subject, own: np.ndarray) -> None:
    shown = tasks.shown_pixels("right half", SIZE, seed=0)
    target = tasks.edit(subject.network, "stretch", 0, size=SIZE)
    other = target.copy().reshape(-1, 3)
    hidden = np.setdiff1d(np.arange(SIZE**2), shown)
    other[hidden] = 0.5
    every = np.ones_like(own)
    ways = [
        tuning.tune(subject.network, one, movable=every, until=1e-9, steps=12, shown=shown)
        for one in (target, other.reshape(target.shape))
    ]
    np.testing.assert_array_equal(ways[0].network.flat(), ways[1].network.flat())
    drawn = ways[0].network.image(SIZE).reshape(-1, 3)[shown]
    assert ways[0].error == pytest.approx(((drawn - target.reshape(-1, 3)[shown]) ** 2).mean(), rel=1e-3)


def test_tuning_holds_what_must_not_move_and_stops_where_it_is_there(subject: Subject, own: np.ndarray) -> None:
    target = tasks.mutant(subject.network, 0, size=SIZE)
    found = tuning.tune(subject.network, target, movable=own, until=1e-2, steps=60)
    assert found.reached and 0 < found.steps < 60 and found.error <= 1e-2
    np.testing.assert_allclose(found.network.flat()[~own], subject.network.flat()[~own], rtol=1e-6)
    before = tuning.tune(subject.network, subject.target, movable=own, until=1e-2, steps=60)
    assert before.steps == 0 and before.reached
    missed = tuning.tune(subject.network, target, movable=own, until=1e-12, steps=5)
    assert not missed.reached and missed.steps == 5


def test_chunks_of_steps_stop_at_the_first_that_is_there(subject: Subject, own: np.ndarray) -> None:
    target, every = tasks.mutant(subject.network, 0, size=SIZE), np.ones_like(own)
    found = tuning.tune(subject.network, target, movable=every, until=1e-2, steps=60, rates=(1e-3,))
    assert found.reached and found.steps > 1
    short = tuning.tune(subject.network, target, movable=every, until=1e-2, steps=found.steps - 1, rates=(1e-3,))
    assert not short.reached
    with pytest.raises(BadInput, match="movable must be a mask of"):
        tuning.tune(subject.network, target, movable=every[:3], until=1e-2, steps=5)


# --- breeding ---


def test_even_steps_make_the_median_child_as_different_for_every_origin(subject: Subject, own: np.ndarray) -> None:
    dense = initialise(subject.network.architecture, 0, gain=2.0)
    for network, movable in ((subject.network, own), (dense, np.ones_like(own))):
        step = breeding.even_step(network, movable, seed=0)
        drawn = breeding.children(network, movable, step=step, count=60, seed=1)
        parent = looks.draw_many(network.architecture, network.flat()[None], breeding.SIDE)
        assert np.median(looks.apart(drawn, parent)) == pytest.approx(breeding.EVEN, rel=0.6)


def test_children_are_judged_by_their_pictures_alone(subject: Subject, own: np.ndarray) -> None:
    one = breeding.brood(subject.network, own, step=0.2, count=12, seed=0)
    np.testing.assert_array_equal(one.like, looks.image_like(one.pictures))
    assert all(one.like[place] for place in one.kept) and 0 <= one.symmetric <= 1
    none = breeding.brood(subject.network, own, step=1e-9, count=12, seed=0)
    assert none.kept == [] and none.like.all() and none.symmetric == 1


@pytest.mark.parametrize("choice", breeding.CHOICES)
def test_a_picture_counts_once_in_a_session(subject: Subject, own: np.ndarray, choice: str) -> None:
    broods = breeding.generations(subject.network, own, step=0.2, choice=choice, count=3, shown=6, seed=0)
    kept = np.concatenate([one.pictures[one.kept] for one in broods])
    gaps = looks.apart(kept, kept)[np.triu_indices(len(kept), 1)]
    assert len(broods) == 3 and (gaps >= breeding.DISTINCT - 1e-6).all()
    with pytest.raises(BadInput, match="choice must be one of random, novelty"):
        breeding.generations(subject.network, own, step=0.2, choice="odd", count=3, shown=6, seed=0)


# --- the study ---


def test_a_row_has_all_three_consequences_and_tasks_are_the_same_for_all(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consequences, "BUDGET", 4)
    monkeypatch.setattr(consequences, "STEPS", 600)
    small = Study("toy", (Arm("e", "e", making.evolved, later={"every_slot": True}),), {"mushroom": 1e-2}, "e", size=16)
    row = studies.row_of(small.arms[0], subject, 0, consequences.consequences_of)
    assert row["problem"] == "" and row["outside"] == 0 and row["hidden_edit"] > 0
    assert {row[f"steps_{number}"] for number in range(1, 6)} <= set(range(5)) and 0 <= row["reached"] <= 5
    assert 0 <= row["like_even"] <= 1 and row["distinct_even"] <= 40
    again = [consequences.tasks_of(subject, source, 0)[0].target for source in consequences.SOURCES]
    assert all(one is consequences.tasks_of(subject, "edit", 0)[0].target for one in again[2:])
    assert len({task.source for task in consequences.in_a_row(subject, 0)}) == 3
    assert len({id(task.target) for task in consequences.in_a_row(subject, 0)}) == 5


def test_twins_that_miss_the_mark_are_trained_again_with_another_seed(subject: Subject) -> None:
    hard = Subject("mushroom", subject.network, subject.target, 1e-9)
    made = consequences.trained_well(hard, 0, steps=3, tries=2)
    assert made.recipe["seed"] == 100
    easy = Subject("mushroom", subject.network, subject.target, 1.0)
    assert consequences.trained_well(easy, 0, steps=3, tries=2).recipe["seed"] == 0


def test_the_published_table_has_the_outcomes_that_were_named_beforehand(repository: Path) -> None:
    table = studies.published_rows("consequences")
    text = (repository / "published" / "studies" / "consequences" / "hypotheses.md").read_text(encoding="utf-8")
    assert set(consequences.OUTCOMES) <= set(table.columns)
    assert all(f"`{name}`" in text for name in consequences.OUTCOMES)


# --- relating ---


def test_ranks_that_rise_together_within_origins_are_told_from_those_that_rise_across() -> None:
    rng = np.random.default_rng(0)
    origin = np.repeat([0.0, 1.0, 2.0], 6)
    rows = pd.DataFrame({"image": "a", "kind": [f"k{value}" for value in origin], "P": origin + rng.random(18) / 2})
    rows["apart"] = origin + rng.permuted(np.linspace(0, 0.5, 18))
    rows["inside"] = rows.P - origin
    across, within = (relating.relate(rows, "P", "apart", groups=groups) for groups in ("across", "within"))
    assert across.rho > 0.7 and across.p_value < 0.01 and abs(within.rho) < 0.5 and within.p_value > 0.05
    inside = relating.relate(rows, "P", "inside", groups="within")
    assert inside.rho == pytest.approx(1) and inside.p_value < 0.01 and inside.count == 18


def test_an_evolved_network_counts_once_across_origins_and_not_within() -> None:
    rows = pd.DataFrame(
        {"image": "a", "kind": ["e"] * 5 + ["s"] * 5, "P": [0.0] * 5 + [1, 2, 3, 4, 5], "out": range(10)}
    )
    assert relating.relate(rows, "P", "out", groups="across").count == 6
    assert relating.relate(rows, "P", "out", groups="within").count == 5
    nothing = relating.relate(rows[:5], "P", "out", groups="within")
    assert nothing.count == 0 and np.isnan(nothing.rho)
    with pytest.raises(BadInput, match="table must be one with the columns gone"):
        relating.relate(rows, "P", "gone", groups="across")
