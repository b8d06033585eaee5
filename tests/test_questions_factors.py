"""Factors and spoiled data: correlations as dialled, and labels and pixels in the state that was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled import easy

from fer_utils import questions
from fer_utils.checks import BadInput
from fer_utils.questions import LabelledSet, draw_factors, spoil
from fer_utils.questions.factors import MEASURES

# --- factors ---


def test_the_same_seed_draws_the_same_images_with_their_factors() -> None:
    one, other = draw_factors(20, seed=4), draw_factors(20, seed=4)
    np.testing.assert_array_equal(one.images, other.images)
    assert set(one.factors) == {"shape", "colour", "texture", "x", "y", "size", "background"}
    assert not np.array_equal(one.images, draw_factors(20, seed=5).images)


def test_a_colour_and_a_background_can_be_read_off_the_picture() -> None:
    drawn = draw_factors(200, seed=0, size=24)
    ink = drawn.images.max(axis=(2, 3)) - drawn.images.min(axis=(2, 3))
    brightest = drawn.images.max(axis=(2, 3)).argmax(axis=1)
    for number, channel in ((0, 0), (1, 1), (2, 2)):
        assert (brightest[drawn.factors["colour"] == number] == channel).mean() > 0.95
    assert (ink.max(axis=1) > 0.4).all(), "every figure is visible"
    corner = np.median(drawn.images[:, :, 0, :], axis=(1, 2))
    assert np.corrcoef(corner, np.asarray(drawn.factors["background"], dtype=float))[0, 1] > 0.9


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 1), st.integers(0, 50))
def test_tied_factors_agree_as_often_as_was_asked_for(strength: float, seed: int) -> None:
    drawn = draw_factors(3000, seed=seed, size=8, tied={("shape", "colour"): strength})
    agree = np.mean(drawn.factors["shape"] == drawn.factors["colour"])
    assert agree == pytest.approx(strength + (1 - strength) / 4, abs=0.045)
    free = np.mean(drawn.factors["shape"] == drawn.factors["texture"])
    assert free == pytest.approx(0.25, abs=0.045)


def test_a_chain_of_ties_is_followed_in_any_order() -> None:
    ties = {("colour", "texture"): 1.0, ("shape", "colour"): 1.0}
    drawn = draw_factors(50, seed=0, tied=ties)
    np.testing.assert_array_equal(drawn.factors["shape"], drawn.factors["texture"])


@settings(max_examples=10, deadline=None)
@given(st.floats(0, 1), st.integers(0, 50))
def test_the_correlation_of_two_measures_is_the_one_dialled(strength: float, seed: int) -> None:
    drawn = draw_factors(3000, seed=seed, size=8, tied={("x", "background"): strength})
    values = {name: np.asarray(drawn.factors[name], dtype=float) for name in ("x", "y", "background")}
    assert np.corrcoef(values["x"], values["background"])[0, 1] == pytest.approx(strength, abs=0.07)
    assert np.corrcoef(values["y"], values["background"])[0, 1] == pytest.approx(0, abs=0.07)
    low, high = MEASURES["background"]
    assert low <= values["background"].min() <= values["background"].max() <= high


def test_a_category_and_a_measure_follow_each_other_by_quarters_of_the_range() -> None:
    low, high = MEASURES["size"]
    led = draw_factors(400, seed=0, size=8, tied={("shape", "size"): 1.0})
    way = (np.asarray(led.factors["size"], dtype=float) - low) / (high - low)
    np.testing.assert_array_equal((4 * way).astype(int), led.factors["shape"])
    leads = draw_factors(400, seed=0, size=8, tied={("size", "shape"): 1.0, ("shape", "colour"): 1.0})
    way = (np.asarray(leads.factors["size"], dtype=float) - low) / (high - low)
    np.testing.assert_array_equal((4 * way).astype(int), leads.factors["shape"])
    np.testing.assert_array_equal(leads.factors["shape"], leads.factors["colour"])


def test_a_measure_keeps_within_the_range_it_is_given_and_the_picture_shows_it() -> None:
    drawn = draw_factors(200, seed=0, size=24, within={"x": (0.1, 0.5), "background": (0.0, 0.0)})
    assert 0.1 <= np.asarray(drawn.factors["x"]).min() <= np.asarray(drawn.factors["x"]).max() <= 0.5
    assert (np.asarray(drawn.factors["background"]) == 0).all()
    ink = drawn.images.max(axis=1)
    ink = np.where(ink > 0.2, ink, 0)
    axis = (np.arange(24) + 0.5) / 12 - 1
    for name, over in (("x", (ink.sum(1) @ axis)), ("y", (ink.sum(2) @ axis))):
        centre = over / ink.sum(axis=(1, 2))
        assert np.corrcoef(centre, np.asarray(drawn.factors[name], dtype=float))[0, 1] > 0.9
    covered = (ink > 0).mean(axis=(1, 2))
    discs = drawn.factors["shape"] == 0
    assert np.corrcoef(covered[discs], np.asarray(drawn.factors["size"], dtype=float)[discs] ** 2)[0, 1] > 0.95


@pytest.mark.parametrize(
    ("within", "said"),
    [
        ({"colour": (0, 1)}, "measure in within must be one of x, y, size, background"),
        ({"x": 1}, "must be a lowest and a highest value"),
        ({"x": (0.5, 0.1)}, "must be a lowest and a highest value"),
        ({"size": (0.0, 0.1)}, "a lowest and a highest value above 0"),
        ({"x": (0, 7)}, "an end of within"),
    ],
)
def test_ranges_that_make_no_sense_are_refused(within: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        draw_factors(4, seed=0, within=within)


@pytest.mark.parametrize(
    ("tied", "said"),
    [
        ({("shape", "shape"): 1.0}, "pairs of two different factors"),
        ({("shape", "weight"): 1.0}, "factor in tied must be one of shape, colour, texture, x, y, size, background"),
        ({("shape", "colour"): 1.5}, "strength in tied must be"),
        ({("shape", "colour"): 1.0, ("texture", "colour"): 1.0}, "at most one leader"),
        ({("shape", "colour"): 1.0, ("colour", "shape"): 1.0}, "must not run in a circle"),
    ],
)
def test_ties_that_make_no_sense_are_refused(tied: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        draw_factors(4, seed=0, tied=tied)


# --- spoiling ---


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 1), st.integers(0, 99))
def test_labels_are_drawn_anew_in_the_share_asked_for(share: float, seed: int) -> None:
    labels = np.zeros(4000, dtype=int)
    x = np.zeros((4000, 1, 1), dtype=np.float32)
    data = questions.corrupt_labels(LabelledSet("", x, labels, x, labels, 10), share, seed=seed)
    assert np.mean(data.train_y != 0) == pytest.approx(0.9 * share, abs=0.04)
    assert (data.test_y == 0).all()


def test_shuffled_pixels_are_in_one_order_and_random_pixels_in_many() -> None:
    x = np.arange(2 * 2 * 3 * 3, dtype=np.float32).reshape(2, 2, 3, 3)
    data = LabelledSet("", x, np.array([0, 1]), x, np.array([0, 1]), 2)
    one = questions.shuffle_pixels(data, seed=1)
    order = one.train_x[0, 0].ravel().astype(int)
    assert sorted(order) == list(range(9))
    for example in range(2):
        for channel in range(2):
            np.testing.assert_array_equal(one.test_x[example, channel].ravel(), x[example, channel].ravel()[order])
    many = questions.random_pixels(data, seed=1)
    assert sorted(many.train_x[1, 1].ravel()) == sorted(x[1, 1].ravel())
    np.testing.assert_array_equal(many.train_x[0, 1] - many.train_x[0, 0], np.full((3, 3), 9.0))
    assert not np.array_equal(many.train_x[1, 0] - 18, many.train_x[0, 0])


def test_noise_has_the_sets_own_mean_and_spread() -> None:
    data = questions.digits()
    noise = questions.noise_pixels(data, seed=0)
    assert noise.train_x.mean() == pytest.approx(data.train_x.mean(), abs=0.01)
    assert noise.train_x.std() == pytest.approx(data.train_x.std(), abs=0.01)


@pytest.mark.parametrize("way", questions.SPOILED)
def test_every_way_of_spoiling_keeps_shapes_and_repeats_itself(way: str) -> None:
    data = easy()
    one, other = spoil(data, way, seed=2), spoil(data, way, seed=2)
    np.testing.assert_array_equal(one.train_x, other.train_x)
    np.testing.assert_array_equal(one.train_y, other.train_y)
    assert one.shape == data.shape
    np.testing.assert_array_equal(one.test_y, data.test_y)
