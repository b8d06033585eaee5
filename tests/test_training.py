"""Recipes, first weights, the gradient by hand against autograd and differences, single steps against plain numpy."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import activations, cppn, images
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.training import PAPER_SEEDS, History, Recipe, authors_curve, descent, engine, gradient, initialise
from fer_utils.training.history import EMPTY, is_kept
from fer_utils.training.problem import Problem, State, unflatten

EVERYTHING = "2;cache:1,cos:1,gaussian:2,identity:1,relu:1,sigmoid:1,sin:2,tanh:1"


@st.composite
def architectures(draw: st.DrawFn) -> Architecture:
    """Draw any small architecture."""
    names = draw(st.lists(st.sampled_from(sorted(activations.NAMES)), min_size=1, max_size=4, unique=True))
    counts = [draw(st.integers(1, 3)) for _ in names]
    return Architecture(draw(st.integers(1, 4)), tuple(zip(sorted(names), counts, strict=True)))


def exact_task(architecture: Architecture, *, size: int = 9, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """Return weights, inputs and a random target, all in float64."""
    rng = np.random.default_rng(seed)
    weights = torch.tensor(initialise(architecture, seed, gain=1.5).flat())
    return weights, torch.tensor(images.coordinates(size)).flatten(1), torch.tensor(rng.random((3, size * size)))


def by_autograd(
    architecture: Architecture, weights: torch.Tensor, inputs: torch.Tensor, target: torch.Tensor, map_l1: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute the loss and the gradient of loss plus penalty with autograd alone."""
    free = weights.clone().requires_grad_()
    hidden, outputs = cppn.forward(unflatten(architecture, free), architecture, inputs)
    loss = torch.square(images.colour(outputs) - target).mean()
    (pull,) = torch.autograd.grad(loss + map_l1 * torch.stack(hidden).abs().mean(), free)
    return loss.detach(), pull


def differences(ours: gradient.Gradient, weights: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the slope of the loss by central differences, weight by weight."""
    slopes = torch.empty_like(weights)
    for index in range(len(weights)):
        nudge = torch.zeros_like(weights)
        nudge[index] = 1e-7  # so small that no pixel crosses a clip or a sixth of the hue circle
        slopes[index] = (ours.loss(weights + nudge, target) - ours.loss(weights - nudge, target)) / 2e-7
    return slopes


# --- recipes ---


def test_the_default_recipe_is_the_papers() -> None:
    recipe = Recipe()
    assert (recipe.steps, recipe.learning_rate, recipe.optimiser) == (100_000, 3e-3, "adam")
    assert recipe.normalise_gradient
    assert recipe.is_paper


@pytest.mark.parametrize(("name", "rate"), [("skull", 3e-3), ("butterfly", 3e-3), ("apple", 3e-4)])
def test_each_paper_image_has_the_authors_rate_seed_and_curve(name: str, rate: float) -> None:
    recipe = Recipe.paper(name, steps=10)
    assert (recipe.learning_rate, recipe.steps, recipe.is_paper) == (rate, 10, True)
    assert PAPER_SEEDS[name] >= 0
    curve = authors_curve(name)
    assert list(curve) == [0, 1_000, 10_000, 100_000]
    assert sorted(curve.values(), reverse=True) == list(curve.values())


@pytest.mark.parametrize(
    "change", [{"steps": 5}, {"learning_rate": 1.0}, {"size": 64}, {"snapshots": ()}, {"name": "x"}]
)
def test_length_rate_size_and_name_leave_it_the_papers(change: dict[str, Any]) -> None:
    assert Recipe().variant(**change).is_paper


@pytest.mark.parametrize(
    "change",
    [
        {"optimiser": "sgd"},
        {"normalise_gradient": False},
        {"schedule": "cosine"},
        {"init_gain": 0.5},
        {"weight_l1": 1e-3},
        {"weight_l2": 1e-3},
        {"map_l1": 1e-3},
    ],
)
def test_any_other_change_makes_it_another_recipe(change: dict[str, Any]) -> None:
    assert not Recipe().variant(**change).is_paper


@given(st.integers(1, 10**6), st.floats(1e-9, 1e9), st.lists(st.integers(0, 10**6)), st.sampled_from(["adam", "sgd"]))
def test_a_recipe_survives_json(steps: int, rate: float, snapshots: list[int], optimiser: str) -> None:
    recipe = Recipe(steps=steps, learning_rate=rate, snapshots=tuple(snapshots), optimiser=optimiser)
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_a_recipe_is_frozen_and_its_numbers_plain() -> None:
    recipe = Recipe(steps=np.int64(3), learning_rate=np.float32(0.5), snapshots=[3, 1, 3])  # type: ignore[arg-type]
    assert (type(recipe.steps), type(recipe.learning_rate), recipe.snapshots) == (int, float, (1, 3))
    with pytest.raises(FrozenInstanceError):
        recipe.steps = 4  # type: ignore[misc]


def test_every_field_is_documented() -> None:
    assert all(f"\n        {field.name}: " in (Recipe.__doc__ or "") for field in fields(Recipe))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"steps": 0}, "steps must be a whole number of at least 1"),
        ({"steps": 1.5}, "steps must be a whole number"),
        ({"steps": True}, "steps must be a whole number"),
        ({"learning_rate": 0}, "learning_rate must be a finite number"),
        ({"learning_rate": float("nan")}, "learning_rate must be a finite number"),
        ({"learning_rate": "fast"}, "learning_rate must be a finite number"),
        (
            {"optimiser": "adm"},
            "optimiser must be one of adam, sgd, soap, muon, lbfgs (did you mean 'adam'?), got 'adm'.",
        ),
        ({"schedule": "cosin"}, "(did you mean 'cosine'?)"),
        ({"init": "zeros"}, "init must be one of lecun_normal"),
        ({"init_gain": -1}, "init_gain must be a finite number"),
        ({"normalise_gradient": 1}, "normalise_gradient must be True or False, got 1."),
        ({"size": 1}, "size must be a whole number of at least 2"),
        ({"weight_l1": -1e-3}, "weight_l1 must be a finite number of at least 0"),
        ({"map_l1": float("inf")}, "map_l1 must be a finite number"),
        ({"snapshots": [-1]}, "step in snapshots must be a whole number of at least 0"),
        ({"snapshots": "all"}, "snapshots must be a list of steps, got 'all'."),
        ({"snapshots": 5}, "snapshots must be a list of steps"),
        ({"name": ""}, "name must be a text"),
        ({"learning_rat": 1}, "(did you mean 'learning_rate'?)"),
    ],
)
def test_a_wrong_field_is_refused_in_one_sentence(change: dict[str, Any], sentence: str) -> None:
    for make in (lambda: Recipe().variant(**change), lambda: Recipe.from_json(change)):
        with pytest.raises(BadInput) as caught:
            make()
        assert sentence in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_wrong_recipe_file_is_named() -> None:
    with pytest.raises(BadInput, match=r"my\.json: field of the recipe must be one of"):
        Recipe.from_json({"stepz": 3}, path="my.json")
    with pytest.raises(BadInput, match=r"my\.json: recipe must be a mapping"):
        Recipe.from_json([], path="my.json")  # type: ignore[arg-type]


@pytest.mark.parametrize("ask", [Recipe.paper, authors_curve])
def test_an_image_the_paper_has_not_is_refused(ask: Any) -> None:
    with pytest.raises(BadInput, match="one of skull, butterfly, apple"):
        ask("cat")


# --- first weights ---


def test_first_weights_have_the_variance_of_lecun_and_its_bound() -> None:
    wide = initialise(Architecture.parse("3;identity:300"), 1)
    for matrix in wide.weights[1:3]:
        assert matrix.var() == pytest.approx(1 / 300, rel=0.02)
        assert abs(matrix.mean()) < 4 / 300 / 300**0.5
        bound = 2 / initialise.__globals__["TRUNCATED_STD"] / 300**0.5
        assert 0.999 * bound < np.abs(matrix).max() <= bound * (1 + 1e-6)
        # Of a normal cut at 2 deviations, 0.6827 / 0.9545 lie within 1.
        assert np.mean(np.abs(matrix) < bound / 2) == pytest.approx(0.7152, abs=0.006)
    assert wide.weights[0].var() == pytest.approx(1 / 4, rel=0.15)


def test_the_gain_scales_the_first_weights() -> None:
    architecture = Architecture.parse("2;relu:5")
    one, two = initialise(architecture, 3), initialise(architecture, 3, gain=2)
    np.testing.assert_array_equal(two.flat(), 2 * one.flat())


def test_first_weights_are_the_same_in_every_version() -> None:
    start = initialise(Architecture.parse("1;relu:2"), 2).flat()[:3]
    np.testing.assert_allclose(start, [0.10746240615844727, -0.29714256525039673, -0.23479507863521576], rtol=1e-6)


def test_first_weights_are_single_precision_values() -> None:
    flat = initialise(Architecture.parse("2;relu:5"), 0).flat()
    np.testing.assert_array_equal(flat, flat.astype(np.float32))


# --- the gradient ---


@settings(deadline=None, max_examples=60)
@given(architectures(), st.sampled_from([0.0, 0.7]), st.sampled_from([81, 50, 7]), st.integers(0, 1000))
def test_the_gradient_by_hand_is_autograds(architecture: Architecture, map_l1: float, tile: int, seed: int) -> None:
    weights, inputs, target = exact_task(architecture, seed=seed)
    kept, gradient.TILE = gradient.TILE, tile
    try:
        ours = gradient.Gradient(architecture, inputs, map_l1=map_l1)
    finally:
        gradient.TILE = kept
    loss, pull = by_autograd(architecture, weights, inputs, target, map_l1)
    for _ in range(2):  # the second time the buffers hold old values
        again, mine = ours(weights, target)
        torch.testing.assert_close(again, loss, rtol=1e-12, atol=0)
        torch.testing.assert_close(mine, pull, rtol=1e-9, atol=1e-13)
    torch.testing.assert_close(ours.loss(weights, target), loss, rtol=1e-12, atol=0)


@pytest.mark.parametrize("seed", range(4))
def test_the_gradient_is_the_slope_of_the_whole_render(seed: int) -> None:
    architecture = Architecture.parse(EVERYTHING)
    weights, inputs, target = exact_task(architecture, size=12, seed=seed)
    ours = gradient.Gradient(architecture, inputs)
    torch.testing.assert_close(ours(weights, target)[1], differences(ours, weights, target), rtol=1e-5, atol=1e-7)


def test_the_hue_saturation_and_brightness_paths_all_carry_their_slope() -> None:
    architecture = Architecture.parse("1;identity:4")
    _, inputs, target = exact_task(architecture)
    weights = torch.zeros(architecture.weight_count, dtype=torch.float64)
    matrices = unflatten(architecture, weights)
    matrices[0].copy_(torch.eye(4))
    matrices[1].copy_(torch.tensor([[0.7, 0.1, -0.2], [0.3, 0.2, 0.1], [0.1, 0.1, 0.1], [0.2, 0.4, -0.6]]))
    ours = gradient.Gradient(architecture, inputs)
    readout = unflatten(architecture, ours(weights, target)[1])[-1]
    assert (readout.abs() > 1e-4).all()
    torch.testing.assert_close(ours(weights, target)[1], differences(ours, weights, target), rtol=1e-5, atol=1e-7)


def test_the_gradient_is_zero_outside_the_clips() -> None:
    architecture = Architecture.parse("1;identity:4")
    _, inputs, target = exact_task(architecture)
    bright = torch.zeros(architecture.weight_count, dtype=torch.float64)
    matrices = unflatten(architecture, bright)
    matrices[0].copy_(torch.eye(4))
    matrices[1][3] = torch.tensor([0.1, 5.0, 5.0])  # saturation and brightness 5 everywhere: both clipped at 1
    readout = unflatten(architecture, gradient.Gradient(architecture, inputs)(bright, target)[1])[-1]
    assert (readout[:, 1:] == 0).all()
    assert (readout[:, 0] != 0).any()


@pytest.mark.parametrize("name", sorted(activations.NAMES))
def test_every_activation_has_its_slope(name: str) -> None:
    x = torch.linspace(-3, 3, 60, dtype=torch.float64, requires_grad=True)
    y = activations.apply(name, x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    ours = gradient.SLOPES.get(name, lambda x, y: torch.ones_like(x))(x.detach(), y.detach())
    torch.testing.assert_close(ours, slope)


# --- one step ---


def single_steps(recipe: Recipe, count: int) -> tuple[State, State, np.ndarray]:
    """Take some steps with the torch engine; return the states before and after, and the losses."""
    architecture = Architecture.parse("2;gaussian:2,sin:3")
    target = np.random.default_rng(5).random((8, 8, 3))
    start = State.start(initialise(architecture, 1))
    states, losses = engine.TorchEngine(Problem(architecture, target[None], recipe), device="cpu", threads=1).advance(
        [start], count
    )
    return start, states[0], losses[0]


def numpy_adam(recipe: Recipe, count: int) -> np.ndarray:
    """Follow the same path in plain float64 numpy, with autograd's gradient."""
    architecture = Architecture.parse("2;gaussian:2,sin:3")
    target = torch.tensor(np.random.default_rng(5).random((8, 8, 3))).permute(2, 0, 1).flatten(1)
    inputs = torch.tensor(images.coordinates(8)).flatten(1)
    weights = initialise(architecture, 1).flat()
    m = v = np.zeros_like(weights)
    for t in range(1, count + 1):
        g = by_autograd(architecture, torch.tensor(weights), inputs, target, recipe.map_l1)[1].numpy()
        g = g + recipe.weight_l1 * np.sign(weights) / len(weights) + recipe.weight_l2 * 2 * weights / len(weights)
        g = g / np.sqrt(np.sum(g**2)) if recipe.normalise_gradient else g
        rate = recipe.learning_rate
        if recipe.schedule == "cosine":
            rate *= (1 + np.cos(np.pi * (t - 1) / recipe.steps)) / 2
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        adam = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        weights = weights - rate * (adam if recipe.optimiser == "adam" else g)
    return weights


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"normalise_gradient": False},
        {"schedule": "cosine", "steps": 20},
        {"optimiser": "sgd"},
        {"optimiser": "sgd", "normalise_gradient": False},
        {"weight_l1": 0.3, "weight_l2": 0.2, "map_l1": 0.1},
    ],
)
@pytest.mark.parametrize("count", [1, 15])
def test_steps_follow_a_plain_numpy_optimiser(change: dict[str, Any], count: int) -> None:
    recipe = Recipe(learning_rate=0.01).variant(**change)
    _, after, _ = single_steps(recipe, count)
    np.testing.assert_allclose(after.weights, numpy_adam(recipe, count), rtol=0, atol=2e-5)


def test_adam_is_torchs_adam() -> None:
    rng = torch.Generator().manual_seed(0)
    weights = torch.randn(50, generator=rng, dtype=torch.float64)
    theirs = weights.clone().requires_grad_()
    optimiser = torch.optim.Adam([theirs], lr=0.1, betas=(0.9, 0.999), eps=1e-8)
    first, second = torch.zeros_like(weights), torch.zeros_like(weights)
    for step in range(30):
        pull = torch.randn(50, generator=rng, dtype=torch.float64)
        theirs.grad = pull
        optimiser.step()
        descent.adam_step(weights, first, second, pull, step=step, rate=0.1)
    torch.testing.assert_close(weights, theirs.detach(), rtol=1e-12, atol=1e-12)


@given(st.integers(-60, 60))
def test_the_scale_of_the_loss_leaves_the_trajectory_equal(power: int) -> None:
    pull = torch.tensor(np.random.default_rng(0).normal(size=100), dtype=torch.float32)
    plain = descent.descent_direction(pull, pull, Recipe())
    assert torch.equal(descent.descent_direction(pull * 2.0**power, pull, Recipe()), plain)
    assert float(plain.norm()) == pytest.approx(1, abs=1e-6)


def test_a_zero_gradient_moves_nothing() -> None:
    zero = torch.zeros(5)
    assert torch.equal(descent.descent_direction(zero, zero, Recipe()), zero)


def test_one_normalised_plain_step_has_the_length_of_the_rate() -> None:
    before, after, _ = single_steps(Recipe(optimiser="sgd", learning_rate=0.25), 1)
    assert np.linalg.norm(after.weights - before.weights) == pytest.approx(0.25, rel=1e-5)


def test_one_call_or_many_give_the_same_bits() -> None:
    recipe = Recipe(steps=12, schedule="cosine")
    _, whole, losses = single_steps(recipe, 12)
    architecture, target = Architecture.parse("2;gaussian:2,sin:3"), np.random.default_rng(5).random((8, 8, 3))
    state, parts = State.start(initialise(architecture, 1)), []
    for count in (1, 4, 7):
        torch_engine = engine.TorchEngine(Problem(architecture, target[None], recipe), device="cpu", threads=1)
        (state,), row = torch_engine.advance([state], count)
        parts.append(row[0])
    np.testing.assert_array_equal(state.weights, whole.weights)
    for name in ("first", "second"):
        np.testing.assert_array_equal(state.memory[name], whole.memory[name])
    np.testing.assert_array_equal(np.concatenate(parts), losses)


def test_the_cosine_starts_at_the_rate_and_ends_near_zero() -> None:
    recipe = Recipe(steps=100, schedule="cosine", learning_rate=2.0)
    rates = [descent.learning_rate(recipe, step) for step in range(100)]
    assert rates[0] == 2.0
    assert rates[50] == pytest.approx(1.0)
    assert 0 < rates[-1] < 1e-3
    assert rates == sorted(rates, reverse=True)


def test_the_torch_engine_leaves_torchs_threads_as_they_were() -> None:
    before = torch.get_num_threads()
    problem = Problem(Architecture.parse("1;sin:2"), np.zeros((1, 4, 4, 3)), Recipe())
    other = engine.TorchEngine(problem, device="cpu", threads=before + 1)
    other.advance([State.start(initialise(problem.architecture, 0))], 1)
    assert torch.get_num_threads() == before


# --- histories ---


def test_a_history_keeps_every_step_at_first_and_three_digits_later() -> None:
    kept = np.flatnonzero(is_kept(np.arange(100_001)))
    assert list(kept[:1001]) == list(range(1001))
    assert all(len(str(step).rstrip("0")) <= 3 for step in kept)
    assert len(kept) == 1 + 999 + 900 + 900 + 1


@given(st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_a_history_does_not_depend_on_how_it_was_cut(cuts: list[int]) -> None:
    losses = np.random.default_rng(0).random(sum(cuts))
    pieces, start = EMPTY, 0
    for cut in cuts:
        pieces, start = pieces.extended(start, losses[start : start + cut]), start + cut
    whole = EMPTY.extended(0, losses)
    np.testing.assert_array_equal(pieces.steps, whole.steps)
    np.testing.assert_array_equal(pieces.loss, whole.loss)


def test_the_last_point_of_a_history_is_there_once() -> None:
    history = History(np.arange(3), np.ones(3))
    assert list(history.closed(2, 0.5).steps) == [0, 1, 2]
    assert list(history.closed(3, 0.5).steps) == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="read-only"):
        history.loss[0] = 0
