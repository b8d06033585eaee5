"""Intervals, effect sizes and tests agree with what can be worked out by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import statistics
from fer_utils.checks import BadInput

values = st.lists(st.integers(-20, 20).map(float), min_size=2, max_size=6)


@given(values, values)
def test_the_area_is_the_share_of_pairs_in_which_the_second_is_above(low: list[float], high: list[float]) -> None:
    pairs = [(b > a) + 0.5 * (a == b) for a, b in itertools.product(low, high)]
    assert statistics.area_under_curve(low, high) == pytest.approx(np.mean(pairs))
    assert statistics.cliffs_delta(low, high) == pytest.approx(2 * np.mean(pairs) - 1)


def test_an_interval_holds_its_median_and_narrows_with_more_values() -> None:
    rng = np.random.default_rng(0)
    few, many = (statistics.interval(rng.normal(size=n)) for n in (8, 200))
    for one in (few, many):
        assert one.low <= one.median <= one.high
    assert many.high - many.low < few.high - few.low
    assert statistics.interval([1.0, 2.0, 3.0], seed=4) == statistics.interval([1.0, 2.0, 3.0], seed=4)


def test_an_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    held = [
        one.low <= 0 <= one.high for one in (statistics.interval(rng.normal(size=15), level=0.9) for _ in range(120))
    ]
    assert 0.8 < np.mean(held) <= 1


def test_one_value_is_its_own_interval() -> None:
    one = statistics.interval([2.5, float("nan")])
    assert (one.median, one.low, one.high, one.count) == (2.5, 2.5, 2.5, 1)
    assert str(one) == "2.5"
    assert str(statistics.interval([1.0, 1.0])) == "1 [1, 1]"


def test_the_permutation_test_is_exact_for_small_groups() -> None:
    # Of the twenty ways to split six values in two, two are as far apart as this one.
    assert statistics.permutation_test([1, 2, 3], [7, 8, 9]) == pytest.approx(2 / 20)
    assert statistics.permutation_test([1, 2, 3, 4], [2, 3, 4, 5], paired=True) == pytest.approx(2 / 16)
    assert statistics.permutation_test([1, 2, 3], [1, 2, 3]) == pytest.approx(1)


def test_a_limit_on_permutations_that_is_high_enough_makes_the_test_exact() -> None:
    first, second = np.arange(8.0), np.arange(8.0) + 20
    # Of the 12,870 ways to split sixteen values in two, two are as far apart as this one.
    assert statistics.permutation_test(first, second, resamples=20_000) == pytest.approx(2 / 12_870)


def test_the_difference_of_two_groups_covers_the_true_one_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    found = [statistics.difference(rng.normal(size=12), rng.normal(1, 1, size=12), level=0.9) for _ in range(100)]
    assert 0.8 < np.mean([one.low <= 1 <= one.high for one in found]) <= 1
    assert statistics.difference([1.0, 1.0], [3.0, 3.0, float("nan")]).median == 2


def test_corrections_are_those_of_the_textbooks() -> None:
    given_values = [0.01, 0.04, 0.03]
    assert statistics.correct(given_values) == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.correct(given_values, method="benjamini-hochberg") == pytest.approx([0.03, 0.04, 0.04])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: statistics.interval([]), "values must be at least 1 finite number, got '0 of them'"),
        (lambda: statistics.interval([1, 2], level=1.5), "level must be a finite number of more than 0"),
        (lambda: statistics.permutation_test([1], [2, 3]), "first must be at least 2 finite numbers"),
        (lambda: statistics.permutation_test([1, 2], [2, 3, 4], paired=True), "second must be 2 values"),
        (lambda: statistics.correct([0.5, 1.5]), "p_values must be in"),
        (lambda: statistics.correct([0.5], method="holms"), "did you mean 'holm'"),
        (lambda: statistics.interval("many"), "values must be numbers"),
    ],
)
def test_what_cannot_be_used_is_refused(call, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()
