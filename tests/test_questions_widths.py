"""Models from narrow to wide: the closed forms, and what must hold of any exact fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_questions import easy

from fer_utils import questions
from fer_utils.checks import BadInput
from fer_utils.questions.learning import Study
from fer_utils.questions.widths import random_features, shortest


@pytest.mark.parametrize("ratio", [0.2, 0.6, 1.5, 4.0])
def test_the_formula_is_what_many_draws_give(ratio: float) -> None:
    found = questions.linear_study([round(200 * ratio)], examples=200, signal=1.3, noise=0.7, seeds=range(60))
    assert found.mean() == pytest.approx(questions.ridgeless_risk(ratio, signal=1.3, noise=0.7), rel=0.1)


def test_the_formula_has_its_known_ends() -> None:
    assert questions.ridgeless_risk(1e9, signal=2, noise=1) == pytest.approx(4)  # nothing of the law is found
    assert questions.ridgeless_risk(0.5, noise=1) == pytest.approx(1)
    assert questions.ridgeless_risk(1.001) > 100
    with pytest.raises(BadInput, match="ratio must not be 1"):
        questions.ridgeless_risk(1)


@given(st.integers(2, 8), st.integers(1, 20), st.integers(0, 99))
def test_the_shortest_fit_is_exact_where_it_can_be_and_no_other_exact_fit_is_shorter(n: int, p: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, p)), rng.normal(size=(n, 2))
    found = shortest(x, y)
    np.testing.assert_allclose(found, np.linalg.pinv(x) @ y, atol=1e-8)
    if p >= n:
        np.testing.assert_allclose(x @ found, y, atol=1e-7)
        free = np.eye(p) - np.linalg.pinv(x) @ x  # whatever the examples do not see
        other = found + free @ rng.normal(size=found.shape)
        assert np.linalg.norm(other) >= np.linalg.norm(found) - 1e-9


def test_a_wider_layer_of_random_features_begins_with_the_narrower_one() -> None:
    x = easy().train_x
    narrow, wide = random_features(x, 3, seed=1), random_features(x, 12, seed=1)
    np.testing.assert_allclose(narrow * np.sqrt(3), wide[:, :3] * np.sqrt(12))
    assert (wide >= 0).all()


def test_random_features_fit_every_label_once_there_are_enough_of_them() -> None:
    train, test = questions.random_feature_study(easy(count=40, noise=0.5), [2, 200], corrupted=1.0, seeds=[0, 1])
    assert (train[:, 1] == 0).all()
    assert (train[:, 0] > 0.1).all()
    assert test.shape == (2, 2)
    np.testing.assert_allclose(test[:, 1], 0.5, atol=0.3)


def test_widths_are_trained_and_their_errors_are_read_off() -> None:
    found = questions.width_study(easy(), "mlp", [1, 8], Study(epochs=60, rate=1e-2), corrupted=0.0, seeds=[0, 1, 2])
    values = questions.errors(found)
    assert values.shape == (3, 2)
    assert values[1, 0] == pytest.approx(1 - found[1][1].test_accuracy[-1])
    assert np.median(values[:, 1]) < 0.1


def test_a_peak_is_the_worst_point_between_two_better_ones() -> None:
    assert questions.peak([1, 2, 3, 4, 5], np.array([[5, 2, 4, 3, 1.0]])) == (3, 2.0, 3.0)
    assert questions.peak([1, 2, 3], np.array([[3, 2, 1.0]])) == (3, 0.0, 0.0)
    assert questions.peak([1, 2, 3], np.array([[1, 2, 3.0]])) == (3, 0.0, 0.0)
    assert questions.peak([1, 2], np.array([[1, 2.0]])) == (2, 0.0, 0.0)
