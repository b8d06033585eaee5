"""Penalties are what they say, their gradients are right, and with none of them nothing changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from fer_utils import images, measuring, metrics
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.measuring.toys import toy_network
from fer_utils.rotations.space import mirrored
from fer_utils.training import Recipe, fit, initialise, penalties, steering
from fer_utils.training.engine import TorchEngine
from fer_utils.training.fused import FusedEngine, obstacle
from fer_utils.training.problem import Problem, State, unflatten

SMALL = Architecture.parse("3;gaussian:2,identity:1,sin:2,tanh:1")
STEERED = [
    Recipe(steps=12, map_orthogonality=0.5),
    Recipe(steps=12, map_variation=0.5),
    Recipe(steps=12, parity_mixing=0.5),
    Recipe(steps=12, response_modes=0.5, penalty_every=4),
    Recipe(steps=12, dropout=0.3),
    Recipe(steps=12, weight_noise=0.2),
    Recipe(steps=12, dropout=0.2, parity_mixing=0.1, weight_l2=0.1, optimiser="sgd", learning_rate=0.02),
]


def picture(size: int = 16) -> np.ndarray:
    grid = images.coordinates(size)[:3]
    return 0.5 + 0.5 * np.sin(3 * np.einsum("ck,khw->hwc", np.random.default_rng(0).normal(size=(3, 3)), grid))


def problem(recipe: Recipe) -> Problem:
    return Problem(SMALL, picture()[None], recipe)


def start(seed: int = 0) -> State:
    return State.start(initialise(SMALL, seed), seed=seed)


def matrices_of(network: Any) -> list[torch.Tensor]:
    return [torch.tensor(matrix) for matrix in network.weights]


# --- values ---


def test_parity_is_the_measures_own_mixing_of_every_map_that_varies() -> None:
    network = initialise(SMALL, 3)
    maps = penalties.hidden_maps(matrices_of(network), SMALL, 32)
    flat = np.concatenate([layer.numpy() for layer in maps])
    truth = metrics.mixing(flat, mirrored("mirror_x", 32)).mean()
    assert float(penalties.parity_mixing(maps, 32)) == pytest.approx(truth, rel=1e-4)


def test_parity_is_zero_for_the_unified_toy_and_large_for_the_fractured_one() -> None:
    found = {}
    for name in ("UFR", "FRAC"):
        toy = toy_network(name)
        found[name] = float(penalties.parity_mixing(penalties.hidden_maps(matrices_of(toy), toy.architecture, 32), 32))
    # UFR's is not 0: what keeps flat maps from dividing by 0 is felt. FRAC's is below its P: here every neuron counts.
    assert found["UFR"] < 1e-6 and found["FRAC"] > 0.1


def test_response_modes_are_the_logarithm_of_the_measures_modes() -> None:
    network = initialise(SMALL, 1)
    slots = [(0, 0, 1), (0, 3, 2), (1, 2, 5), (2, 1, 1), (3, 4, 2), (3, 0, 2)]
    found = penalties.responses(matrices_of(network), SMALL, 16)
    insides = measuring.insides_of_any(network, 16)
    truth = metrics.modes(metrics.response_maps(insides, slots))
    assert penalties.response_modes(found, slots).item() == pytest.approx(np.log(truth), rel=1e-4)


def test_orthogonality_is_one_for_copies_and_zero_for_waves_of_different_length() -> None:
    wave = torch.linspace(0, 2 * torch.pi, 401, dtype=torch.float64)[:-1]
    assert float(penalties.map_orthogonality([torch.stack([wave.sin(), -3 * wave.sin() + 1])])) == pytest.approx(1)
    assert float(penalties.map_orthogonality([torch.stack([wave.sin(), (2 * wave).sin()])])) < 1e-12


def test_variation_is_the_slope_and_does_not_know_the_grid() -> None:
    for side in (16, 64):
        x, y = (torch.as_tensor(one.reshape(1, -1).copy()) for one in images.coordinates(side)[:2])
        assert float(penalties.map_variation([torch.cat([3 * x, x + y])], side)) == pytest.approx(
            (3 + 0 + 1 + 1) / 2 / 2, rel=1e-6
        )


def test_dropout_takes_whole_neurons_and_keeps_the_mean() -> None:
    factors = np.mean([steering.dropped_rows(SMALL, 0.25, np.random.default_rng(seed)) for seed in range(2000)], axis=0)
    np.testing.assert_allclose(factors, 1, atol=0.06)
    pieces = unflatten(SMALL, steering.dropped_rows(SMALL, 0.5, np.random.default_rng(0)))
    assert (pieces[0] == 1).all()
    assert all(len(np.unique(row)) == 1 and row[0] in (0, 2) for piece in pieces[1:] for row in piece)


# --- gradients ---


@pytest.mark.parametrize("name", steering.PENALTIES)
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    recipe = Recipe(**{name: 0.7})
    flat = torch.tensor(initialise(SMALL, 2).flat())

    def value(weights: torch.Tensor) -> float:
        return float(steering.penalty_gradient(weights, recipe, SMALL, np.random.default_rng(5))[0])

    _, gradient = steering.penalty_gradient(flat, recipe, SMALL, np.random.default_rng(5))
    rng = np.random.default_rng(0)
    for _ in range(4):
        way = torch.tensor(rng.normal(size=len(flat)))
        step = 1e-6
        slope = (value(flat + step * way) - value(flat - step * way)) / (2 * step)
        assert float(gradient @ way) == pytest.approx(slope, rel=2e-3, abs=1e-6)


@pytest.mark.parametrize("name", steering.PENALTIES)
def test_a_step_against_the_gradient_lowers_the_penalty(name: str) -> None:
    recipe = Recipe(**{name: 1.0})
    flat = torch.tensor(initialise(SMALL, 4).flat())
    before, gradient = steering.penalty_gradient(flat, recipe, SMALL, np.random.default_rng(5))
    lower = flat - 0.01 * gradient / gradient.norm()
    assert float(steering.penalty_gradient(lower, recipe, SMALL, np.random.default_rng(5))[0]) < float(before)


# --- in the engines ---


@pytest.mark.parametrize("recipe", STEERED)
def test_a_steered_run_may_be_cut_anywhere_and_both_engines_walk_the_same_way(recipe: Recipe) -> None:
    engines = [TorchEngine(problem(recipe), device="cpu", threads=1)]
    if obstacle() is None:
        engines.append(FusedEngine(problem(recipe), device="cpu", threads=1))  # type: ignore[arg-type]
    curves = []
    for engine in engines:
        (whole,), losses = engine.advance([start()], 12)
        state = start()
        for count in (1, 4, 7):
            (state,), _ = engine.advance([state], count)
        np.testing.assert_array_equal(state.weights, whole.weights)
        curves.append(losses[0])
    np.testing.assert_allclose(curves[0], curves[-1], rtol=1e-2)


def test_what_steers_changes_the_way_and_nothing_steers_where_all_is_zero() -> None:
    plain = TorchEngine(problem(Recipe(steps=12)), device="cpu", threads=1).advance([start()], 12)[0][0].weights
    for recipe in STEERED:
        other = TorchEngine(problem(recipe), device="cpu", threads=1).advance([start()], 12)[0][0].weights
        assert not np.array_equal(plain, other)
        assert steering.steered(recipe)
    assert not steering.steered(Recipe(weight_l1=1, map_l1=1))


def test_a_strong_penalty_brings_its_measure_down() -> None:
    options: dict[str, Any] = {"store": False, "progress": False, "threads": 1}
    found = {}
    for weight in (0.0, 1.0):
        recipe = Recipe(steps=150, parity_mixing=weight)
        run = fit(picture(), SMALL, recipe, seeds=[0], **options)[0]
        maps = penalties.hidden_maps(matrices_of(run.network), SMALL, 32)
        found[weight] = float(penalties.parity_mixing(maps, 32))
    assert found[1.0] < 0.3 * found[0.0]


# --- recipes ---


@pytest.mark.parametrize("name", steering.STEERED)
def test_new_fields_at_zero_are_no_part_of_a_runs_identity(name: str) -> None:
    assert name not in Recipe().identity()
    assert Recipe(**{name: 0.1}).identity()[name] == 0.1
    assert not Recipe(**{name: 0.1}).is_paper
    assert Recipe.from_json(Recipe(**{name: 0.1}).to_json()) == Recipe(**{name: 0.1})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"parity_mixing": -1}, "parity_mixing must be a finite number of at least 0, got -1"),
        ({"dropout": 0.95}, "dropout must be a finite number of at most 0.9, got 0.95."),
        (
            {"optimiser": "lbfgs", "normalise_gradient": False, "dropout": 0.1},
            "dropout must be 0.0 with the optimiser 'lbfgs', got 0.1.",
        ),
    ],
)
def test_amounts_that_cannot_be_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        Recipe(**change)
    assert sentence in str(caught.value)
