"""Recipes beside the paper's: other optimisers, drawn pixels, smaller pictures first, and several images together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import images
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.training import OTHER_NAMES, Recipe, fit, fit_many, initialise, other_recipe
from fer_utils.training.engine import TorchEngine
from fer_utils.training.fused import FusedEngine, obstacle
from fer_utils.training.optimisers import OPTIMISER_OF, Memory
from fer_utils.training.optimisers.library import LBFGS_SCALE
from fer_utils.training.pixels import Pixels
from fer_utils.training.problem import Problem, State, as_network, unflatten
from fer_utils.training.runs import run_key

SMALL = Architecture.parse("3;gaussian:2,identity:1,sin:2,tanh:1")
needs_compiler = pytest.mark.skipif(obstacle() is not None, reason="there is no C++ compiler")

OTHERS = {
    "soap": Recipe(optimiser="soap", learning_rate=1e-2, steps=40, schedule="cosine"),
    "muon": Recipe(optimiser="muon", learning_rate=1e-2, steps=40),
    "lbfgs": Recipe(optimiser="lbfgs", learning_rate=1.0, normalise_gradient=False, steps=40),
    "drawn pixels": Recipe(pixels=50, steps=40, schedule="cosine"),
    "coarse to fine": Recipe(coarse_to_fine=(4, 9), steps=40),
    "soap on drawn pixels, coarse to fine": Recipe(optimiser="soap", pixels=30, coarse_to_fine=(8,), steps=40),
}


def picture(size: int = 16, seed: int = 0) -> np.ndarray:
    """Paint soft coloured stripes."""
    rng = np.random.default_rng(seed)
    grid = images.coordinates(size)[:3]
    tilt = rng.normal(size=(3, 3))
    return 0.5 + 0.5 * np.sin(3 * np.einsum("ck,khw->hwc", tilt, grid))


def problem(recipe: Recipe, *, count: int = 1, size: int = 16) -> Problem:
    return Problem(SMALL, np.stack([picture(size, seed) for seed in range(count)]), recipe)


def start(seed: int = 0, image: int = 0) -> State:
    return State.start(initialise(SMALL, seed), seed=seed, image=image)


def engines(task: Problem) -> list[TorchEngine | FusedEngine]:
    """Build every engine that is there."""
    made: list[TorchEngine | FusedEngine] = [TorchEngine(task, device="cpu", threads=1)]
    return made if obstacle() else [*made, FusedEngine(task, device="cpu", threads=2)]


def same_bits(one: State, other: State) -> bool:
    names = {*one.memory, *other.memory}
    memory = all(np.array_equal(one.memory[name], other.memory[name]) for name in names)
    return one.step == other.step and memory and np.array_equal(one.weights, other.weights)


# --- optimisers ---


@pytest.mark.parametrize("name", OTHERS)
def test_a_run_may_be_cut_anywhere(name: str) -> None:
    for engine in engines(problem(OTHERS[name])):
        (whole,), losses = engine.advance([start()], 40)
        state, parts = start(), []
        for count in (1, 8, 1, 10, 3, 17):
            (state,), row = engine.advance([state], count)
            parts.append(row[0])
        assert same_bits(state, whole)
        np.testing.assert_array_equal(np.concatenate(parts), losses[0])


@pytest.mark.parametrize("name", OTHERS)
def test_every_recipe_brings_the_loss_of_the_whole_picture_down(name: str) -> None:
    for engine in engines(problem(OTHERS[name])):
        (after,), _ = engine.advance([start()], 40)
        assert engine.losses([after])[0] < 0.7 * engine.losses([start()])[0]


@needs_compiler
@pytest.mark.parametrize("name", OTHERS)
def test_both_engines_walk_the_same_way(name: str) -> None:
    task = problem(OTHERS[name])
    torch_engine, fused = engines(task)
    (_,), truth = torch_engine.advance([start()], 20)
    (_,), curve = fused.advance([start()], 20)
    # SOAP divides directions in which the first gradients hardly point, and so their rounding, by their own size.
    np.testing.assert_allclose(curve[0, :5], truth[0, :5], rtol=3e-2 if task.recipe.optimiser == "soap" else 1e-3)
    assert np.median(np.abs(curve / truth - 1)) < 0.05


def test_soap_is_adam_in_each_layers_own_basis() -> None:
    """Follow the published algorithm in plain float64, matrix by matrix, with numpy's linear algebra."""
    rng = np.random.default_rng(3)
    pulls = rng.normal(size=(25, sum(rows * columns for rows, columns in SMALL.shapes)))
    weights, memory = torch.zeros(pulls.shape[1], dtype=torch.float64), dict[str, torch.Tensor]()
    truth = [np.zeros(shape) for shape in SMALL.shapes]
    minds: list[dict[str, Any]] = [{} for _ in truth]
    for step, pull in enumerate(pulls):
        flat = torch.tensor(pull)
        weights, memory, _ = OPTIMISER_OF["soap"](
            weights, memory, lambda _, flat=flat: (flat.sum(), flat), step=step, rate=0.1, architecture=SMALL
        )
        for layer, (matrix, gradient) in enumerate(zip(truth, unflatten(SMALL, pull), strict=True)):
            mind = minds[layer]
            if step == 1:  # directions that the first gradient leaves out have no basis of their own: take ours
                mind |= known_bases(memory, layer)
            matrix -= 0.1 * plain_soap(gradient, mind, step)
    for ours, plain in zip(unflatten(SMALL, weights.numpy()), truth, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-6, atol=1e-8)


def known_bases(memory: dict[str, torch.Tensor], layer: int) -> dict[str, np.ndarray]:
    """Pick one layer's two bases out of the memory."""
    name, place = {0: ("in", 0), SMALL.depth: ("out", 0)}.get(layer, ("hidden", layer - 1))
    return {f"Q{side[0].upper()}": memory[f"{name}.{side}_basis"][place].numpy() for side in ("left", "right")}


def plain_soap(gradient: np.ndarray, mind: dict[str, Any], step: int) -> np.ndarray:
    """Do one step of SOAP for one matrix, the way its authors write it; signs of a basis cancel out."""
    if not mind:
        mind["L"], mind["R"] = gradient @ gradient.T, gradient.T @ gradient
        mind["QL"], mind["QR"] = (np.linalg.eigh(mind[side])[1][:, ::-1] for side in "LR")
        mind["M"] = mind["V"] = np.zeros_like(gradient)
        return mind["M"]
    b = 0.95
    mind["M"] = b * mind["M"] + (1 - b) * gradient
    turned = mind["QL"].T @ gradient @ mind["QR"]
    mind["V"] = b * mind["V"] + (1 - b) * turned**2
    correction = 1 - b**step
    moved = mind["QL"].T @ mind["M"] @ mind["QR"] / correction
    update = mind["QL"] @ (moved / (np.sqrt(mind["V"] / correction) + 1e-8)) @ mind["QR"].T
    mind["L"] = b * mind["L"] + (1 - b) * gradient @ gradient.T
    mind["R"] = b * mind["R"] + (1 - b) * gradient.T @ gradient
    if step % 10 == 0:
        for side, axis in (("L", 0), ("R", 1)):
            basis = mind["Q" + side]
            order = np.argsort(-np.diag(basis.T @ mind[side] @ basis))
            mind["V"] = np.take(mind["V"], order, axis=axis)
            mind["Q" + side] = np.linalg.qr(mind[side] @ basis[:, order])[0]
    return update


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("muon", lambda layers: torch.optim.Muon(layers, lr=0.05, weight_decay=0.0)),
        (
            "lbfgs",
            lambda layers: torch.optim.LBFGS(
                layers,
                lr=0.05,
                max_iter=1,
                max_eval=25,
                history_size=100,
                tolerance_grad=0,
                tolerance_change=0,
                line_search_fn="strong_wolfe",
            ),
        ),
    ],
)
def test_torchs_own_optimisers_go_the_way_they_go_uncut(name: str, tool: Any) -> None:
    goal = torch.tensor(initialise(SMALL, 5).flat())  # float64: a line search may turn on a last bit

    def ask(weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        gap = weights - goal
        return (gap**4).sum() + (gap**2).sum(), 4 * gap**3 + 2 * gap

    weights, memory, scale = torch.zeros_like(goal), Memory(), LBFGS_SCALE if name == "lbfgs" else 1.0
    layers = [torch.nn.Parameter(torch.zeros(shape, dtype=torch.float64)) for shape in SMALL.shapes]
    uncut = tool(layers)

    def closure() -> torch.Tensor:
        loss, gradient = ask(torch.cat([layer.detach().flatten() for layer in layers]))
        for layer, part in zip(layers, unflatten(SMALL, gradient), strict=True):
            layer.grad = part * scale
        return loss * scale

    for step in range(12):
        weights, memory, _ = OPTIMISER_OF[name](weights, memory, ask, step=step, rate=0.05, architecture=SMALL)
        uncut.step(closure)
    flat = torch.cat([layer.detach().flatten() for layer in layers])
    assert flat.abs().max() > 0.1
    torch.testing.assert_close(weights, flat, rtol=0, atol=1e-7)


# --- pixels ---


@given(
    sides=st.lists(st.integers(2, 15), max_size=4, unique=True).map(sorted),
    steps=st.integers(1, 60),
    data=st.data(),
)
def test_spans_cover_all_steps_and_sides_never_fall(sides: list[int], steps: int, data: st.DataObject) -> None:
    pixels = Pixels(problem(Recipe(steps=steps, coarse_to_fine=tuple(sides))))
    first = data.draw(st.integers(0, steps - 1))
    count = data.draw(st.integers(1, steps - first))
    spans = list(pixels.spans(first, count))
    listed = [side for number, side in spans for _ in range(number)]
    assert listed == [pixels.side(step) for step in range(first, first + count)]
    assert listed == sorted(listed)
    assert pixels.side(steps - 1) == 16 or steps <= len(sides)


def test_each_side_has_an_equal_share_of_the_steps() -> None:
    pixels = Pixels(problem(Recipe(steps=90, coarse_to_fine=(4, 8))))
    assert list(pixels.spans(0, 90)) == [(30, 4), (30, 8), (30, 16)]


def test_a_draw_is_decided_by_the_seed_and_the_step() -> None:
    pixels = Pixels(problem(Recipe(pixels=500)))
    inputs, target = pixels.seen(start(1), 7, 16)
    again, _ = Pixels(problem(Recipe(pixels=500))).seen(start(1), 7, 16)
    np.testing.assert_array_equal(inputs, again)
    assert not np.array_equal(inputs, pixels.seen(start(1), 8, 16)[0])
    assert not np.array_equal(inputs, pixels.seen(start(2), 7, 16)[0])
    # Every drawn pixel keeps its own colour, and all of the picture is drawn from.
    everywhere, colours = pixels.inputs(16), pixels.targets(16)[0]
    numbers = [int(np.flatnonzero((everywhere[:2] == one[:2, None]).all(axis=0))[0]) for one in inputs.T]
    np.testing.assert_array_equal(colours[:, numbers], target)
    assert len(set(numbers)) > 150


def test_drawn_gradients_are_right_on_average() -> None:
    """The mean of many draws' losses is the loss of the whole picture."""
    task = problem(Recipe(pixels=64, steps=400, learning_rate=1e-12, optimiser="sgd"))
    for engine in engines(task):
        _, losses = engine.advance([start()], 400)
        whole = engine.losses([start()])[0]
        assert losses.mean() == pytest.approx(whole, abs=4 * losses.std() / 20)
        assert losses.std() > 0


def test_the_first_pictures_are_area_means_of_the_target() -> None:
    pixels = Pixels(problem(Recipe(coarse_to_fine=(8,))))
    coarse = picture().reshape(8, 2, 8, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(pixels.targets(8)[0].T.reshape(8, 8, 3), coarse, atol=1e-6)


# --- several images ---


@pytest.mark.parametrize("engine", ["torch", pytest.param("fused", marks=needs_compiler)])
@pytest.mark.parametrize("recipe", [Recipe(steps=30), OTHERS["drawn pixels"], OTHERS["coarse to fine"], OTHERS["soap"]])
def test_images_and_seeds_together_give_the_bits_of_each_alone(engine: str, recipe: Recipe) -> None:
    targets = [picture(seed=seed) for seed in range(3)]
    options: dict[str, Any] = {"store": False, "engine": engine, "progress": False, "threads": 2}
    together = fit_many(targets, SMALL, recipe, seeds=[0, 4], **options)
    assert [[run.seed for run in runs] for runs in together] == [[0, 4]] * 3
    for target, runs in zip(targets, together, strict=True):
        for run in runs:
            (alone,) = fit(target, SMALL, recipe, seeds=[run.seed], **options)
            np.testing.assert_array_equal(alone.network.flat(), run.network.flat())
            np.testing.assert_array_equal(alone.history.loss, run.history.loss)
            assert alone.key == run.key


def test_an_image_given_twice_is_trained_once(tmp_path: Any) -> None:
    runs = fit_many([picture()] * 2, SMALL, Recipe(steps=3), store=tmp_path, progress=False)
    assert runs[0][0] is runs[1][0]
    (again,) = fit(picture(), SMALL, Recipe(steps=3), store=tmp_path, progress=False)
    assert again.reused


@pytest.mark.parametrize(
    ("targets", "recipe", "sentence"),
    [
        ([], Recipe(), "images must hold at least one image, got none."),
        ("skull", Recipe(), "images must be a list of images, got 'skull'."),
        ([picture(8), picture(9)], Recipe(), "images must be of one side length, or the recipe to set a size, got"),
        ([picture(8)], Recipe(coarse_to_fine=(4, 8)), "coarse_to_fine must be sides below the target's own 8, got"),
        ([np.zeros((4, 5, 3))], Recipe(), "image must be"),
    ],
)
def test_images_that_do_not_fit_are_refused(targets: Any, recipe: Recipe, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        fit_many(targets, SMALL, recipe, store=False)
    assert sentence in str(caught.value)


# --- recipes ---


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"pixels": 0}, "pixels must be a whole number of at least 1"),
        ({"coarse_to_fine": (8, 4)}, "coarse_to_fine must be a list of rising side lengths, got (8, 4)."),
        ({"coarse_to_fine": (8, 8)}, "coarse_to_fine must be a list of rising side lengths"),
        ({"coarse_to_fine": "64"}, "coarse_to_fine must be a list of rising side lengths, got '64'."),
        ({"coarse_to_fine": (1,)}, "side in coarse_to_fine must be a whole number of at least 2"),
        ({"optimiser": "lbfgs"}, "normalise_gradient must be False with the optimiser 'lbfgs', got True."),
        (
            {"optimiser": "lbfgs", "normalise_gradient": False, "pixels": 9},
            "pixels must be None with the optimiser 'lbfgs', got 9.",
        ),
        (
            {"optimiser": "lbfgs", "normalise_gradient": False, "coarse_to_fine": (4,)},
            "coarse_to_fine must be () with the optimiser 'lbfgs', got (4,).",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        Recipe(**change)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", OTHERS)
def test_other_recipes_are_not_the_papers_and_survive_json(name: str) -> None:
    assert not OTHERS[name].is_paper
    assert Recipe.from_json(OTHERS[name].to_json()) == OTHERS[name]


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_recipes_have_names_and_fit_any_size(name: str) -> None:
    recipe = other_recipe(name, size=48)
    assert (recipe.name, recipe.size, recipe.is_paper) == (name, 48, False)
    assert all(side < 48 for side in recipe.coarse_to_fine)
    assert other_recipe(name).coarse_to_fine == other_recipe(name, size=4096).coarse_to_fine


def test_an_unknown_recipe_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"name must be one of .*SOAP, falling rate.*got 'SOAP'"):
        other_recipe("SOAP")


def test_fields_added_later_leave_the_names_of_stored_runs_alone() -> None:
    """The name was computed when a recipe had no such fields."""
    target = np.full((1, 2, 2, 3), 0.5)
    assert not {"pixels", "coarse_to_fine"} & set(Recipe().identity())
    key = run_key(Problem(Architecture.parse("1;sin:2"), target, Recipe()), 3, "fused/1")
    assert key == "239451513cdc5be18a391db642db0b70999c5365d1ca84f4e29f11e4a8901565"
    changed = [Recipe(pixels=5), Recipe(coarse_to_fine=(4,))]
    keys = {run_key(Problem(SMALL, target, recipe), 3, "fused/1") for recipe in [Recipe(), *changed]}
    assert len(keys) == 3


@settings(max_examples=10)
@given(name=st.sampled_from(sorted(OTHERS)), seed=st.integers(0, 5), threads=st.integers(2, 3))
def test_the_number_of_threads_changes_no_bit_of_the_fused_engine(name: str, seed: int, threads: int) -> None:
    if obstacle() is not None:
        pytest.skip("there is no C++ compiler")
    task = problem(OTHERS[name], size=40)
    one, many = (FusedEngine(task, device="cpu", threads=count).advance([start(seed)], 6) for count in (1, threads))
    assert same_bits(one[0][0], many[0][0])
    np.testing.assert_array_equal(one[1], many[1])


# --- steps as a recording ---


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(steps=30),
        Recipe(steps=30, schedule="cosine", weight_l2=0.1),
        Recipe(steps=30, optimiser="sgd", learning_rate=0.02),
        Recipe(steps=30, coarse_to_fine=(5, 9)),
    ],
)
@pytest.mark.parametrize(
    "device",
    ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"))],
)
def test_the_step_that_is_recorded_goes_the_plain_way(recipe: Recipe, device: str) -> None:
    """On a CPU nothing is recorded, but every number of the step comes from the same tensors."""
    task = problem(recipe, count=2)
    plain, recorded = TorchEngine(task, device="cpu", threads=1), TorchEngine(task, device=device, threads=1)
    recorded._recorded = True
    (truth, truth_2), losses = plain.advance([start(1), start(2, image=1)], 30)
    states = [start(1), start(2, image=1)]
    rows = []
    for count in (1, 12, 17):
        states, row = recorded.advance(states, count)
        rows.append(row)
    np.testing.assert_allclose(np.concatenate(rows, axis=1), losses, rtol=1e-3)
    for state, true in zip(states, (truth, truth_2), strict=True):
        np.testing.assert_allclose(state.weights, true.weights, atol=1e-3)
        assert set(state.memory) == set(true.memory)
        assert (state.step, state.seed, state.image) == (true.step, true.seed, true.image)


@pytest.mark.parametrize("drawn", [None, 5])
def test_hidden_pixels_are_never_looked_at(drawn: int | None) -> None:
    shown = np.array([0, 3, 17, 40, 41, 200])
    plain = problem(Recipe(steps=4, pixels=drawn), count=2)
    other = plain.targets.copy().reshape(2, -1, 3)
    other[:, np.setdiff1d(np.arange(256), shown)] = 0.5
    tasks = [replace(plain, targets=one, seen=shown) for one in (plain.targets, other.reshape(plain.targets.shape))]
    for first, second in zip(*(engines(task) for task in tasks), strict=True):
        for image in (0, 1):
            ends = [engine.advance([start(image=image)], 4) for engine in (first, second)]
            assert same_bits(ends[0][0][0], ends[1][0][0])
            one = first.losses([start(image=image)])[0]
            net = as_network(SMALL, start().weights, "n").image(16)
            by_hand = ((net - plain.targets[image]) ** 2).reshape(-1, 3)[shown].mean()
            assert one == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("seen", [np.array([0, 256]), np.array([-1]), np.array([], dtype=int), np.array([0.5])])
def test_pixels_that_are_none_cannot_be_shown(seen: np.ndarray) -> None:
    with pytest.raises(BadInput, match="seen must be places of pixels, whole numbers from 0 to 255"):
        engines(replace(problem(Recipe()), seen=seen))
    with pytest.raises(BadInput, match="coarse_to_fine must be left out where pixels are hidden"):
        engines(replace(problem(Recipe(coarse_to_fine=(4, 8))), seen=np.array([0])))
