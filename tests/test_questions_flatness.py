"""Sharpness: Hessians that are known, and rescalings that change nothing but the naive measure."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_questions import easy
from torch import nn

from fer_utils import questions
from fer_utils.checks import BadInput
from fer_utils.questions import Study, flatness
from fer_utils.questions.flatness import Curvature, fisher_rao, rescaled, sharpness


def quadratic(eigenvalues: list[float], seed: int = 0) -> Curvature:
    """Return the curvature of a bowl with these eigenvalues, turned at random."""
    count = len(eigenvalues)
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(count, count)))[0]
    matrix = torch.from_numpy(turn @ np.diag(eigenvalues) @ turn.T)
    where = torch.randn(count, dtype=torch.float64, requires_grad=True)
    return Curvature(lambda: where @ matrix @ where / 2, [where])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12), st.integers(0, 9))
def test_a_quadratic_has_the_eigenvalues_it_was_made_of(values: list[float], seed: int) -> None:
    found = quadratic(values, seed)
    assert found.top() == pytest.approx(max(values), abs=1e-2)
    scale = np.full(len(values), 3.0)
    assert found.top(scale=scale) == pytest.approx(9 * max(values), abs=9e-2)


def test_the_trace_of_a_diagonal_is_exact_and_of_any_bowl_near() -> None:
    where = torch.ones(4, dtype=torch.float64, requires_grad=True)
    weights = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)
    assert Curvature(lambda: (weights * where**2).sum() / 2, [where]).trace(draws=1) == pytest.approx(10)
    assert quadratic([1, 2, 3, 4]).trace(draws=4000) == pytest.approx(10, abs=0.3)


def test_what_is_flat_everywhere_has_no_curvature() -> None:
    where = torch.ones(5, dtype=torch.float64, requires_grad=True)
    assert Curvature(lambda: where.sum(), [where]).top() == 0
    with pytest.raises(BadInput, match="loss must be a scalar"):
        Curvature(lambda: where * 2, [where])


def test_a_softmax_of_scores_has_the_curvature_of_the_textbook() -> None:
    """For scores that are the weights themselves the Hessian is diag p - p pᵀ."""
    weights = torch.tensor([0.3, -1.0, 2.0], dtype=torch.float64, requires_grad=True)
    share = weights.detach().softmax(0).numpy()
    expected = np.linalg.eigvalsh(np.diag(share) - np.outer(share, share))[-1]
    found = Curvature(lambda: nn.functional.cross_entropy(weights[None], torch.tensor([1])), [weights])
    assert found.top() == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
@pytest.mark.parametrize("factor", [0.05, 20.0])
def test_rescaling_breaks_the_naive_measures_and_nothing_else(kind: str, factor: float) -> None:
    data = easy()
    model = questions.build(kind, data, seed=0, width=5)
    questions.learn(model, data, Study(epochs=3), seed=0)
    other = rescaled(model, factor)
    x = torch.from_numpy(data.test_x)
    np.testing.assert_allclose(other(x).detach(), model(x).detach(), atol=1e-5)
    before, after = (sharpness(one, data.train_x, data.train_y) for one in (model, other))
    assert after.top > 3 * before.top
    assert after.trace > 3 * before.trace
    assert after.adaptive == pytest.approx(before.adaptive, rel=0.01)
    assert after.fisher_rao == pytest.approx(before.fisher_rao, rel=1e-4)


def test_the_fisher_rao_norm_of_a_linear_model_is_the_spread_of_its_own_scores() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2, bias=False)).double()
    x = torch.from_numpy(easy().train_x).double()
    scores = model(x).detach()
    share = scores.softmax(1)
    expected = ((share * scores**2).sum(1) - (share * scores).sum(1) ** 2).mean().sqrt()
    assert fisher_rao(model, x) == pytest.approx(float(expected))


def test_measuring_leaves_the_model_as_it_was_and_gives_the_same_again() -> None:
    data = easy()
    model = questions.build("mlp", data, seed=0, width=4)
    was = [one.clone() for one in model.parameters()]
    one, other = (sharpness(model, data.train_x, data.train_y, seed=3) for _ in range(2))
    assert one == other
    assert all(torch.equal(a, b) for a, b in zip(was, model.parameters(), strict=True))
    assert next(model.parameters()).dtype == torch.float32


def test_the_slice_has_the_models_loss_in_its_middle_and_narrows_when_a_layer_shrinks() -> None:
    data = easy()
    model = questions.build("mlp", data, seed=0, width=4, depth=1)
    with torch.no_grad():
        scores = model(torch.from_numpy(data.train_x))
        loss = float(nn.functional.cross_entropy(scores, torch.from_numpy(data.train_y)))
    seen = flatness.loss_slice(model, data.train_x, data.train_y, reach=1, side=5)
    assert seen[2, 2] == pytest.approx(loss, abs=1e-6)
    small = flatness.loss_slice(rescaled(model, 0.1), data.train_x, data.train_y, reach=1, side=5)
    assert small[2, 2] == pytest.approx(loss, abs=1e-6)
    assert np.ptp(small[:, 2]) > 3 * np.ptp(seen[:, 2])


def test_rank_correlations_are_one_where_the_order_is_the_same_and_nan_where_there_is_none() -> None:
    sharp = {"a": [1.0, 3.0, 1.0], "b": [2.0, 2.0, 1.0], "c": [5.0, 1.0, 1.0]}
    errors = {"a": [0.1, 0.1, 0.1], "b": [0.2, 0.2, 0.2], "c": [0.3, 0.3, 0.3]}
    np.testing.assert_allclose(flatness.rank_correlations(sharp, errors), [1, -1, np.nan])
    within = flatness.within_correlations({"a": [1.0, 2.0, 3.0]}, {"a": [3.0, 2.0, 1.0]})
    np.testing.assert_allclose(within, [-1])
    with pytest.raises(BadInput, match="errors must be of the same conditions"):
        flatness.rank_correlations(sharp, {"a": [1.0]})


def test_what_cannot_be_rescaled_is_refused() -> None:
    data = easy()
    with pytest.raises(BadInput, match="model must be a sequence of layers with ReLUs"):
        rescaled(questions.build("attention", data, seed=0), 2)
    with pytest.raises(BadInput, match="factor must be"):
        rescaled(questions.build("mlp", data, seed=0), 0)
