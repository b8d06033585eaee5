"""Lessons come in the order that they say, and what is compared is compared with its own null."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fer_utils import garden, images, studies
from fer_utils.checks import BadInput
from fer_utils.layerize import layerize
from fer_utils.studies import Subject, ordering


@pytest.fixture(scope="module")
def subject() -> Subject:
    return studies.subject_of("mushroom", 1e-9, size=16)


def difference(first: Any, second: Any) -> float:
    return float(((first - second) ** 2).mean())


# --- lessons ---


def test_ancestors_are_the_subjects_own_from_the_first_on(subject: Subject) -> None:
    line, _ = garden.ancestors("mushroom")
    found = ordering.lessons(subject, "ancestors")
    assert len(found) == 4
    np.testing.assert_array_equal(found[0], layerize(line[0]).image(16))
    assert min(difference(one, subject.target) for one in found) > 0.01
    np.testing.assert_array_equal(ordering.lessons(subject, "last ancestors")[-1], layerize(line[-2]).image(16))
    backwards = ordering.lessons(subject, "reversed")
    assert all((one == other).all() for one, other in zip(found[::-1], backwards, strict=True))


def test_a_sham_is_of_another_session_and_another_one_for_each_of_five_seeds() -> None:
    from fer_utils.garden.bred import bred

    own = {bred()[name][0] for name in ordering.MARKS}
    assert len(own) == 2 and not own & {bred()[name][0] for name in ordering.SHAMS}
    assert len({bred()[name][0] for name in ordering.SHAMS}) == 5
    toy = studies.subject_of("tomato", 1e-3, size=8)
    shams = [ordering.lessons(toy, "sham", seed=seed) for seed in range(6)]
    assert len({np.concatenate(one).tobytes() for one in shams}) == 5
    np.testing.assert_array_equal(shams[5], shams[0])


def test_coarse_pictures_come_nearer_and_nearer(subject: Subject) -> None:
    sharp = studies.subject_of("mushroom", 1e-2, size=64)
    errors = [difference(one, sharp.target) for one in ordering.lessons(sharp, "coarse")]
    assert errors == sorted(errors, reverse=True) and errors[-1] > 0
    coarse = ordering.lessons(sharp, "coarse")[0]
    assert np.ptp(coarse, axis=(0, 1)).max() > 0.1
    np.testing.assert_allclose(images.resample(coarse, 4).mean(), sharp.target.mean(), atol=0.02)


def test_lessons_that_are_not_known_are_refused(subject: Subject) -> None:
    with pytest.raises(BadInput, match="order must be one of target, ancestors"):
        ordering.lessons(subject, "random")
    with pytest.raises(BadInput, match="count must be"):
        ordering.lessons(subject, "ancestors", count=5)


# --- runs ---


def test_a_run_has_five_stages_and_the_same_number_of_steps_in_all(subject: Subject) -> None:
    made = ordering.taught(subject, 3, order="ancestors", growing=True, steps=80)
    assert (min(made.path), max(made.path)) == (0, 80)
    assert [step for step, _ in ordering.ends(made, steps=80)] == [10, 20, 30, 40, 80]
    sizes = {step: one.architecture.weight_count for step, one in made.path.items()}
    assert sorted(set(sizes.values())) == [
        one.weight_count for one in ordering.stages_of(subject.network.architecture, growing=True)
    ]
    before = max(step for step in sizes if step < 40)
    assert sizes[80] == sizes[40] == subject.network.architecture.weight_count > sizes[before]
    again = ordering.taught(subject, 3, order="ancestors", growing=True, steps=80)
    np.testing.assert_array_equal(again.path[80].flat(), made.path[80].flat())


def test_each_stage_learns_its_own_lesson(subject: Subject) -> None:
    made = ordering.taught(subject, 0, order="ancestors", steps=1200)
    wanted = [*ordering.lessons(subject, "ancestors"), subject.target]
    drawn = [network.image(16) for _, network in ordering.ends(made, steps=1200)]
    nearest = [int(np.argmin([difference(one, other) for other in wanted])) for one in drawn]
    assert nearest == [0, 1, 2, 3, 4]


def test_a_fixed_network_at_one_picture_is_trained_as_directly_but_for_its_rate(subject: Subject) -> None:
    staged = ordering.taught(subject, 2, order="target", steps=80)
    plain = ordering.direct(subject, 2, steps=80)
    np.testing.assert_array_equal(staged.path[0].flat(), plain.path[0].flat())
    assert max(staged.path) == max(plain.path) == 80
    assert not np.array_equal(staged.path[80].flat(), plain.path[80].flat())
    assert plain.recipe["lost"] in {"", "colour", "everything"}


def test_a_run_stops_where_a_lesson_already_draws_the_subject() -> None:
    easy = studies.subject_of("mushroom", 0.3, size=16)
    made = ordering.taught(easy, 0, order="coarse", steps=80)
    errors = studies.path_errors(made.path, easy.target)
    assert max(made.path) <= 40 and min(errors.values()) <= 0.3
    stops = [step for step, _ in ordering.ends(made, steps=80)]
    assert stops[-1] == max(made.path) and stops[:-1] == [10, 20, 30, 40][: len(stops) - 1]


def test_growth_is_told_stage_by_stage() -> None:
    found = ordering.growths(studies.subject_of("tomato", 1e-3, size=8).network.architecture)
    assert [one.architecture.depth for one in found] == [1, 2, 3, 4, 5]
    assert found[0].change == 0 and 0 <= max(one.change for one in found) < 1e-12


# --- what is asked of the rows ---


def rows(**reached: int) -> pd.DataFrame:
    """Ten runs of each arm on one picture; those that came to the mark have P, G, N and S by their number."""
    arms = {"evolved": 1, "SGD, direct": 10, **reached}
    return pd.DataFrame(
        [
            {
                "image": "mushroom",
                "kind": arm,
                "seed": seed,
                "status": "reached" if seed < count else "missed",
                **dict.fromkeys("PGNS", 0.1 + seed / 100 + 0.3 * (arm == "ancestors")),
            }
            for arm, count in arms.items()
            for seed in range(1 if arm == "evolved" else 10)
        ]
    )


def test_arms_that_come_to_the_mark_less_often_are_found() -> None:
    found = {one.arm: one for one in studies.arrivals(rows(ancestors=10, sham=1), ordering.BASELINE)}
    assert found["ancestors"].p_value == 1 and found["sham"].p_value < 0.001
    assert found["sham"].corrected == pytest.approx(2 * found["sham"].p_value)
    with pytest.raises(BadInput, match="baseline must be one of"):
        studies.arrivals(rows(), "nothing")


def test_an_arm_is_held_against_its_own_null() -> None:
    found = studies.contrasts(rows(ancestors=10, sham=10), ordering.CONTRASTS)
    assert {(null, one.arm) for null, one in found} == {("sham", "ancestors")} and len(found) == 4
    assert all(one.p_value < 0.01 and one.corrected == pytest.approx(4 * one.p_value) for _, one in found)
    assert not studies.contrasts(rows(ancestors=10, sham=0), ordering.CONTRASTS)


def test_every_contrast_is_of_arms_that_there_are() -> None:
    names = {arm.name for arm in ordering.order().arms}
    assert {name for pair in ordering.CONTRASTS for name in pair} <= names


def test_a_contrast_is_told_in_words() -> None:
    found = studies.contrasts(rows(ancestors=10, sham=10), ordering.CONTRASTS)
    told = studies.in_words(found, "ancestors", "sham")
    assert told.startswith("P +0.30 (p 0.0") and ", N × " in told
    assert studies.in_words(found, "growing", "sham") == "nothing that can be compared"
