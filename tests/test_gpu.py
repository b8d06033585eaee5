"""The GPU's kernel, built for this processor: against autograd, against the torch engine, and where there is no GPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from emulated_gpu import COMPILER, emulated
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fused import EVERYTHING, LOUD, PAPER, architectures, by_autograd, distance, problem, starts

from fer_utils import images
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.training import Recipe, choosing, fit, gpu, initialise
from fer_utils.training.engine import TorchEngine
from fer_utils.training.gpu import GpuEngine
from fer_utils.training.gpu import gradient as gpu_gradient
from fer_utils.training.gpu.gradient import CUTS, Card, GpuGradient
from fer_utils.training.problem import Engine, Problem, State

needs_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no C++ compiler")
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


class Emulated(GpuEngine):
    """The engine with the kernel that was built for this processor."""

    def __init__(self, task: Problem, card: Card) -> None:
        self._card = card
        TorchEngine.__init__(self, task, device="cpu", threads=1)
        self._recorded = task.recipe.optimiser in ("adam", "sgd") and not self._pixels.drawn

    def _make_gradient(self, inputs: torch.Tensor) -> GpuGradient:
        return GpuGradient(self._problem.architecture, inputs, map_l1=self._problem.recipe.map_l1, card=self._card)


def kernel(task: Problem, weights: np.ndarray, card: Card) -> tuple[float, np.ndarray, float]:
    """Return the kernel's loss and gradient, and the loss it finds without going back."""
    inputs = torch.tensor(images.coordinates(task.side), dtype=torch.float32).flatten(1).contiguous()
    target = torch.tensor(np.moveaxis(task.targets[0], -1, 0).copy(), dtype=torch.float32).flatten(1)
    gradient = GpuGradient(task.architecture, inputs, map_l1=task.recipe.map_l1, card=card)
    loss, slope = gradient(torch.tensor(weights), target)
    return float(loss), slope.numpy(), float(gradient.loss(torch.tensor(weights), target))


# --- the kernel ---


@needs_compiler
@settings(deadline=None, max_examples=12)
@given(
    architectures(),
    st.integers(3, 17),
    st.sampled_from([0.0, 0.4]),
    st.sampled_from([1, 2, 4]),
    st.sampled_from([1, 5, 999]),
)
def test_loss_and_gradient_are_autograds(
    architecture: Architecture, size: int, map_l1: float, each: int, blocks: int
) -> None:
    task, weights = (
        problem(architecture, size, Recipe(map_l1=map_l1)),
        initialise(architecture, 1).flat().astype(np.float32),
    )
    loss, slope, alone = kernel(task, weights, emulated(each=each, blocks=blocks))
    truth, true_slope = by_autograd(task, weights)
    bare = by_autograd(problem(architecture, size, Recipe()), weights)[0]
    assert loss == pytest.approx(bare, rel=1e-4) == alone
    assert distance(slope, true_slope) < 1e-3
    assert np.isfinite(truth)


@needs_compiler
@pytest.mark.parametrize("name", PAPER)
def test_the_papers_architectures_have_autograds_gradient(name: str) -> None:
    architecture = Architecture.parse(PAPER[name])
    task, weights = problem(architecture, 24), initialise(architecture, 3).flat().astype(np.float32)
    loss, slope, _ = kernel(task, weights, emulated(blocks=40))
    truth, true_slope = by_autograd(task, weights)
    assert loss == pytest.approx(truth, rel=1e-4)
    assert distance(slope, true_slope) < 1e-3


@needs_compiler
def test_every_cut_of_the_work_gives_one_gradient() -> None:
    task, weights = problem(EVERYTHING, 13), initialise(EVERYTHING, 3).flat().astype(np.float32)
    found = [kernel(task, weights, emulated(each=each, blocks=blocks)) for each in (1, 2, 4) for blocks in (1, 3, 200)]
    for loss, slope, _ in found[1:]:
        assert loss == pytest.approx(found[0][0], rel=1e-6)
        assert distance(slope, found[0][1]) < 1e-5


@needs_compiler
@pytest.mark.parametrize(
    "raw", [(0.3, -0.2, 0.5), (0.3, 0.0, 1.0), (-1.7, 1.0, -1.0), (0.1, 1.4, 0.0), (2.0, 0.5, -0.4)]
)
def test_the_clips_pass_the_gradient_as_autograd_does(raw: tuple[float, float, float]) -> None:
    """One neuron that carries the constant input on, so the weights of the last layer are the raw outputs."""
    architecture = Architecture.parse("1;identity:1")
    weights = np.array([0, 0, 0, 1, *raw], dtype=np.float32)
    task = problem(architecture, 4)
    assert distance(kernel(task, weights, emulated())[1], by_autograd(task, weights)[1]) < 1e-5


@needs_compiler
def test_a_lost_network_shows_in_the_loss() -> None:
    weights = initialise(EVERYTHING, 1).flat().astype(np.float32)
    weights[3] = np.nan
    assert np.isnan(kernel(problem(EVERYTHING, 9), weights, emulated())[0])


# --- the step ---


RECIPES = {
    "plain": Recipe(steps=40),
    "not normalised": Recipe(steps=40, normalise_gradient=False),
    "cosine, penalties": Recipe(steps=40, schedule="cosine", weight_l1=0.3, weight_l2=0.1),
    "sgd": Recipe(steps=40, optimiser="sgd", learning_rate=0.02),
    "small pictures first": Recipe(steps=40, coarse_to_fine=(5, 9)),
    "loud": LOUD,
    "drawn pixels": Recipe(steps=40, pixels=30),
    "muon": Recipe(steps=40, optimiser="muon"),
}


@needs_compiler
@pytest.mark.parametrize("name", RECIPES)
def test_forty_steps_follow_the_torch_engine(name: str) -> None:
    task = problem(EVERYTHING, 16, RECIPES[name])
    (truth,), losses = TorchEngine(task, device="cpu", threads=1).advance(starts(EVERYTHING, 1), 40)
    engine, states, rows = Emulated(task, emulated()), starts(EVERYTHING, 1), []
    for count in (1, 12, 27):
        states, row = engine.advance(states, count)
        rows.append(row)
    np.testing.assert_allclose(np.concatenate(rows, axis=1), losses, rtol=1e-3)
    np.testing.assert_allclose(states[0].weights, truth.weights, atol=5e-3)
    assert set(states[0].memory) == set(truth.memory)
    assert (states[0].step, states[0].seed) == (truth.step, truth.seed)
    lost = TorchEngine(task, device="cpu", threads=1).losses(states)
    np.testing.assert_allclose(engine.losses(states), lost, rtol=1e-5)


@needs_compiler
def test_a_gradient_of_zero_moves_nothing() -> None:
    """A black picture, drawn by weights of zero: there is no way down, and no division by the length of none."""
    task = Problem(EVERYTHING, np.zeros((1, 8, 8, 3)), Recipe(steps=3))
    still = State(0, np.zeros(EVERYTHING.weight_count, dtype=np.float32))
    (after,), losses = Emulated(task, emulated()).advance([still], 3)
    assert not after.weights.any()
    assert not losses.any()


@needs_compiler
def test_cutting_a_run_changes_no_bit() -> None:
    task = problem(EVERYTHING, 12)
    whole, losses = Emulated(task, emulated()).advance(starts(EVERYTHING, 2), 30)
    first, _ = Emulated(task, emulated()).advance(starts(EVERYTHING, 2), 11)
    second, rest = Emulated(task, emulated()).advance(first, 19)
    np.testing.assert_array_equal(second[0].weights, whole[0].weights)
    np.testing.assert_array_equal(rest, losses[:, 11:])


# --- which card, which engine ---


def test_wide_layers_take_fewer_threads_and_very_wide_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def card() -> Card:
        return Card(227 * 1024, 528, CUTS, lambda *_: lambda **_: None)

    def threads(width: int) -> int | None:
        cut = gpu_gradient.cut_for(Architecture(2, (("relu", width),)), card())
        return None if cut is None else cut.threads

    found = [threads(width) for width in (22, 38, 64, 100, 600)]
    assert found[0] == 256
    assert found[-1] is None
    numbers = [count for count in found if count is not None]
    assert numbers == sorted(numbers, reverse=True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(gpu_gradient, "this_card", card)
    assert gpu.obstacle() is None
    said = gpu.obstacle(Architecture(2, (("relu", 600),)))
    assert said == "The gpu engine has no room for layers of 600 neurons on this GPU."


def test_a_gpu_that_cannot_compile_leaves_the_work_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("CUDA_HOME environment variable is not set.")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(gpu_gradient, "this_card", lambda: Card(227 * 1024, 528, CUTS, broken))
    monkeypatch.setattr(choosing, "_said", set())
    with pytest.warns(
        UserWarning, match=r"cannot be built: CUDA_HOME .* is not set\. The torch engine trains in its place"
    ):
        assert choosing.known_engine("auto", "auto", EVERYTHING) == (TorchEngine, "cuda")
    assert choosing.known_engine("auto", "cpu")[1] == "cpu"
    with pytest.raises(BadInput, match="The gpu engine cannot be built"):
        GpuEngine(problem(EVERYTHING, 8), device="cuda", threads=1)


def test_a_gpu_that_can_trains_with_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(gpu_gradient, "this_card", lambda: Card(227 * 1024, 528, CUTS, lambda *_: lambda **_: None))
    assert choosing.known_engine("auto", "auto") == (GpuEngine, "cuda")
    assert choosing.known_engine("gpu", "auto") == (GpuEngine, "cuda")
    assert choosing.known_engine("fused", "auto")[1] == "cpu"
    assert choosing.known_engine("torch", "cuda") == (TorchEngine, "cuda")


def test_the_gpu_engine_works_on_no_processor() -> None:
    with pytest.raises(BadInput, match="device must be 'cuda' for the gpu engine, got 'cpu'"):
        GpuEngine(problem(EVERYTHING, 8), device="cpu", threads=1)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_its_engine_is_refused_in_one_sentence() -> None:
    with pytest.raises(BadInput) as caught:
        fit(np.zeros((8, 8, 3)), EVERYTHING, Recipe(steps=2), engine="gpu", store=False, progress=False)
    assert str(caught.value) == "The gpu engine needs a GPU, and torch sees none."


def test_the_engine_keeps_to_the_protocol() -> None:
    for name in vars(Engine):
        assert name.startswith("_") or hasattr(GpuEngine, name) or name in ("device", "threads", "at_once", "name")
    assert GpuEngine.name == "gpu"
    assert choosing.ENGINES["gpu"] is GpuEngine
    marks = [engine.maths(problem(EVERYTHING, 8)) for engine in choosing.ENGINES.values()]
    assert len(set(marks)) == len(marks), "each engine has its own bits, so its runs have their own names"


@needs_gpu
@pytest.mark.parametrize("name", PAPER)
def test_on_a_gpu_the_kernel_gives_autograds_gradient_twice_to_the_bit(name: str) -> None:
    architecture = Architecture.parse(PAPER[name])
    task, weights = problem(architecture, 33), initialise(architecture, 3).flat().astype(np.float32)
    inputs = torch.tensor(images.coordinates(33), dtype=torch.float32).flatten(1).contiguous().cuda()
    target = torch.tensor(np.moveaxis(task.targets[0], -1, 0).copy(), dtype=torch.float32).flatten(1).cuda()
    gradient = GpuGradient(architecture, inputs)
    once, again = (gradient(torch.tensor(weights).cuda(), target)[1].cpu().numpy() for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert distance(once, by_autograd(task, weights)[1]) < 1e-3
