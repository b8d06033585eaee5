"""The compiled kernel: against autograd, against the torch engine, to the bit against itself, and where it is not."""

from __future__ import annotations

import ctypes
import functools
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import activations, cppn, images
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.genome import Genome
from fer_utils.layerize import layerize
from fer_utils.training import Recipe, initialise
from fer_utils.training.engine import TorchEngine
from fer_utils.training.fused import FusedEngine, compiling, obstacle
from fer_utils.training.fused import engine as fused_engine
from fer_utils.training.problem import Engine, Problem, State, unflatten

needs_compiler = pytest.mark.skipif(obstacle() is not None, reason=f"the kernel cannot be built here: {obstacle()}")

EVERYTHING = Architecture.parse("3;cache:1,cos:2,gaussian:2,identity:1,relu:2,sigmoid:1,sin:2,tanh:1")
PAPER = {
    "skull": "12;cache:15,gaussian:4,identity:2,sin:1",
    "butterfly": "16;cache:17,gaussian:4,sigmoid:1,sin:1",
    "apple": "33;cache:28,gaussian:3,sigmoid:5,sin:2",
    "relu": "12;relu:22",
}
LOUD = Recipe(weight_l1=0.3, weight_l2=0.2, map_l1=0.4)


@st.composite
def architectures(draw: st.DrawFn) -> Architecture:
    """Draw any architecture of 1 to 6 layers and 1 to 40 neurons."""
    names = sorted(draw(st.lists(st.sampled_from(activations.NAMES), min_size=1, max_size=8, unique=True)))
    counts = [draw(st.integers(1, 40 // len(names))) for _ in names]
    return Architecture(draw(st.integers(1, 6)), tuple(zip(names, counts, strict=True)))


def problem(architecture: Architecture, size: int, recipe: Recipe | None = None, *, seed: int = 0) -> Problem:
    """Return the task of drawing a random, rather smooth picture."""
    target = np.clip(np.random.default_rng(seed).random((1, 1, 3)) + images.coordinates(size)[:3].T * 0.4, 0, 1)
    return Problem(architecture, target[None], recipe or Recipe())


def fused(task: Problem, threads: int = 1) -> FusedEngine:
    """Build the fused engine."""
    return FusedEngine(task, device="cpu", threads=threads)


def starts(architecture: Architecture, *seeds: int) -> list[State]:
    """Return untrained states."""
    return [State.start(initialise(architecture, seed)) for seed in seeds]


def by_autograd(task: Problem, flat: np.ndarray, kind: torch.dtype = torch.float64) -> tuple[float, np.ndarray]:
    """Compute the loss, and the gradient of loss and penalties, with autograd alone."""
    recipe, architecture = task.recipe, task.architecture
    weights = torch.tensor(flat, dtype=kind, requires_grad=True)
    inputs = torch.tensor(images.coordinates(task.side), dtype=kind).flatten(1)
    target = torch.tensor(np.moveaxis(task.targets[0], -1, 0), dtype=kind).flatten(1)
    hidden, outputs = cppn.forward(unflatten(architecture, weights), architecture, inputs)
    loss = torch.square(images.colour(outputs) - target).mean()
    penalty = recipe.weight_l1 * weights.abs().mean() + recipe.weight_l2 * weights.square().mean()
    penalty = penalty + recipe.map_l1 * torch.stack(hidden).abs().mean()
    (pull,) = torch.autograd.grad(loss + penalty, weights)
    return loss.item(), pull.numpy()


def distance(ours: np.ndarray, truth: np.ndarray) -> float:
    """Return the relative distance of two gradients."""
    return float(np.linalg.norm(ours - truth) / max(np.linalg.norm(truth), 1e-6))


def same_bits(one: State, other: State) -> bool:
    """Say whether two states are equal bit for bit."""
    memory = all(np.array_equal(one.memory[name], other.memory[name]) for name in (*one.memory, *other.memory))
    arrays = memory and np.array_equal(one.weights, other.weights)
    return arrays and one.step == other.step


# --- the functions ---


def bent(name: str, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Apply the kernel's function; return values and slopes, where it keeps these."""
    row, slopes = np.array(values, dtype=np.float32), np.zeros(len(values), dtype=np.float32)
    address = (ctypes.c_void_p(array.ctypes.data) for array in (row, slopes))
    compiling.library().fer_fused_bend(fused_engine.KINDS[name], *address, ctypes.c_int64(len(row)))
    return row, slopes


@needs_compiler
@pytest.mark.parametrize("name", activations.NAMES)
def test_each_function_is_right_to_a_few_ulps_over_a_wide_range(name: str) -> None:
    for width in (1e-6, 1e-3, 0.5, 3, 20, 200, 1e4):
        x = np.linspace(-width, width, 100_003, dtype=np.float32)
        truth = activations.apply(name, x.astype(np.float64))
        # A gaussian or a wave is near 1 somewhere and crosses 0 elsewhere: its error counts against 1.
        size = np.maximum(np.abs(truth), 1.0 if name in {"gaussian", "sin", "cos"} else 1e-30)
        ulps = np.abs(bent(name, x)[0] - truth) / size / 2**-23
        assert ulps.max() < 2.5, f"at {x[ulps.argmax()]}"


@needs_compiler
@pytest.mark.parametrize("name", ["sin", "cos", "gaussian"])
def test_each_kept_slope_is_right(name: str) -> None:
    for width in (1e-3, 0.5, 3, 20, 1e4):
        x = np.linspace(-width, width, 100_003, dtype=np.float32).astype(np.float64)
        exact = {"sin": np.cos(x), "cos": -np.sin(x), "gaussian": -4 * x * np.exp(-x * x)}[name]
        np.testing.assert_allclose(bent(name, x)[1], exact, rtol=0, atol=4e-7)


@needs_compiler
@pytest.mark.parametrize("name", activations.NAMES)
def test_values_beyond_all_bounds_are_torchs(name: str) -> None:
    x = torch.tensor([-np.inf, np.inf, np.nan, -3e38, 3e38, 5e4, -1e9, 0.0, -0.0, 1e-42, 100.0, -100.0])
    np.testing.assert_allclose(bent(name, x.numpy())[0], activations.apply(name, x).numpy(), rtol=1e-6, atol=1e-6)


# --- loss and gradient ---


@needs_compiler
@settings(deadline=None, max_examples=40)
@given(architectures(), st.sampled_from([2, 5, 16, 23, 24, 37]), st.sampled_from([Recipe(), LOUD]), st.integers(0, 99))
def test_loss_and_gradient_are_autograds(task: Architecture, size: int, recipe: Recipe, seed: int) -> None:
    work = problem(task, size, recipe, seed=seed)
    flat = initialise(task, seed).flat().astype(np.float32)
    truth, pull = by_autograd(work, flat)
    losses, gradients = fused(work).gradients(flat[None])
    assert losses[0] == pytest.approx(truth, rel=1e-5)
    # Where a pixel stands at an edge of the colour circle, or a sum at ReLU's corner, single precision may fall on
    # either side: autograd's own single precision says how far.
    unsure = distance(by_autograd(work, flat, torch.float32)[1], pull)
    assert distance(gradients[0], pull) < 1e-4 + 3 * unsure
    assert fused(work).losses([State(0, flat)])[0] == losses[0]


@needs_compiler
@pytest.mark.parametrize("name", PAPER)
def test_the_papers_architectures_have_autograds_gradient(name: str) -> None:
    work = problem(Architecture.parse(PAPER[name]), 40 if name == "apple" else 96)
    for seed in range(2):
        flat = initialise(work.architecture, seed).flat().astype(np.float32)
        truth, pull = by_autograd(work, flat)
        losses, gradients = fused(work).gradients(flat[None])
        assert losses[0] == pytest.approx(truth, rel=1e-5)
        unsure = distance(by_autograd(work, flat, torch.float32)[1], pull)
        assert distance(gradients[0], pull) < 1e-4 + 3 * unsure


@needs_compiler
@pytest.mark.parametrize("name", ["skull", "butterfly", "apple"])
def test_the_papers_images_have_autograds_first_step(name: str, paper_genome: Callable[[str], Genome]) -> None:
    evolved = layerize(paper_genome(name))
    work = Problem(evolved.architecture, evolved.image(40 if name == "apple" else 128)[None], Recipe())
    flat = initialise(evolved.architecture, 0).flat().astype(np.float32)
    truth, pull = by_autograd(work, flat)
    losses, gradients = fused(work).gradients(flat[None])
    assert losses[0] == pytest.approx(truth, rel=1e-5)
    assert distance(gradients[0], pull) < 1e-4 + 3 * distance(by_autograd(work, flat, torch.float32)[1], pull)
    exact = evolved.flat().astype(np.float32)
    assert fused(work).losses([State(0, exact)])[0] < 1e-9


@needs_compiler
@pytest.mark.parametrize("raw", [(0.4, 5.0, 5.0), (0.4, -1.0, 0.5), (0.4, 0.0, 1.0), (0.4, 1.0, 0.0), (7.3, 0.5, -0.4)])
def test_the_clips_pass_the_gradient_as_autograd_does(raw: tuple[float, float, float]) -> None:
    work = problem(Architecture.parse("1;identity:4"), 20)
    flat = np.concatenate([np.eye(4).ravel(), np.zeros(9), raw]).astype(np.float32)
    truth, pull = by_autograd(work, flat)
    losses, gradients = fused(work).gradients(flat[None])
    assert losses[0] == pytest.approx(truth, rel=1e-6)
    np.testing.assert_allclose(gradients[0], pull, rtol=1e-4, atol=1e-6)
    bias = slice(-3, None)  # the only weights that move all pixels alike
    np.testing.assert_array_equal(gradients[0, bias] == 0, pull[bias] == 0)


# --- steps ---


@needs_compiler
@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe(normalise_gradient=False),
        Recipe(optimiser="sgd", learning_rate=0.02),
        Recipe(schedule="cosine", steps=200),
        LOUD,
    ],
    ids=["paper", "raw gradient", "plain descent", "cosine", "penalties"],
)
def test_two_hundred_steps_follow_the_torch_engine(recipe: Recipe) -> None:
    work = problem(Architecture.parse("4;gaussian:3,identity:4,sigmoid:2,sin:2,tanh:2"), 48, recipe)
    state = starts(work.architecture, 1)
    _, curve = fused(work).advance(state, 200)
    _, truth = TorchEngine(work, device="cpu", threads=1).advance(state, 200)
    np.testing.assert_allclose(curve[0, :20], truth[0, :20], rtol=1e-4)
    # Later the last bits grow, as they would between two machines; the curves stay together.
    assert np.median(np.abs(curve / truth - 1)) < 0.02
    assert curve[0, -10:].mean() == pytest.approx(truth[0, -10:].mean(), rel=0.3)
    assert curve[0, -1] < curve[0, 0]


@needs_compiler
@pytest.mark.parametrize("size", [10, 50, 150])
def test_threads_company_and_chunks_change_no_bit(size: int) -> None:
    work = problem(EVERYTHING, size, Recipe(schedule="cosine", steps=30))
    together, curves = fused(work).advance(starts(EVERYTHING, 3, 4, 5), 9)
    for threads in (2, 3):
        again, same = fused(work, threads).advance(starts(EVERYTHING, 3, 4, 5), 9)
        assert all(map(same_bits, together, again))
        np.testing.assert_array_equal(curves, same)
    states, row = starts(EVERYTHING, 4), []
    for count in (1, 3, 5):
        states, losses = fused(work, 2).advance(states, count)
        row.extend(losses[0])
    assert same_bits(states[0], together[1])
    np.testing.assert_array_equal(row, curves[1])


@needs_compiler
def test_states_of_different_ages_may_share_a_call() -> None:
    work = problem(EVERYTHING, 20, Recipe(schedule="cosine", steps=30))
    (old,), _ = fused(work).advance(starts(EVERYTHING, 1), 7)
    pair, _ = fused(work).advance([old, *starts(EVERYTHING, 2)], 4)
    assert same_bits(pair[0], fused(work).advance([old], 4)[0][0])
    assert same_bits(pair[1], fused(work).advance(starts(EVERYTHING, 2), 4)[0][0])


@needs_compiler
def test_a_lost_network_shows_as_such_and_leaves_the_others_alone() -> None:
    work = problem(EVERYTHING, 20)
    good, bad = starts(EVERYTHING, 1, 2)
    bad.weights[5] = np.nan
    (after, _), losses = fused(work).advance([good, bad], 5)
    assert np.isnan(losses[1]).all()
    assert same_bits(after, fused(work).advance([good], 5)[0][0])


@needs_compiler
def test_what_is_given_is_not_changed() -> None:
    work, states = problem(EVERYTHING, 8), starts(EVERYTHING, 1)
    before = states[0].weights.copy()
    fused(work).advance(states, 3)
    np.testing.assert_array_equal(states[0].weights, before)
    assert not states[0].memory


def _train_once(threads: int) -> bytes:
    return fused(problem(EVERYTHING, 20), threads).advance(starts(EVERYTHING, 1), 3)[0][0].weights.tobytes()


@needs_compiler
def test_a_forked_process_can_train_too() -> None:
    here = _train_once(2)
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system does not fork")
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_train_once, (2,)) == here


# --- building ---


@pytest.fixture
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Build into an empty folder, and forget what was loaded."""
    monkeypatch.setattr(compiling.pooch, "os_cache", lambda name: tmp_path / name)
    monkeypatch.setattr(compiling, "_library", functools.cache(compiling._library.__wrapped__))
    return tmp_path / "fer_utils" / "fused"


@pytest.fixture
def quick_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile without optimising."""
    monkeypatch.setattr(compiling, "FLAGS", ("-std=c++17", "-O0", "-fPIC", "-pthread"))


def test_a_machine_without_the_compiler_says_so_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, fresh_cache: Path
) -> None:
    monkeypatch.setenv("FER_CXX", "/nonexistent")
    sentence = obstacle()
    assert sentence == ("The fused engine needs a C++ compiler, but FER_CXX names '/nonexistent', which is not one.")
    with pytest.raises(BadInput, match="FER_CXX"):
        fused(problem(EVERYTHING, 8))
    monkeypatch.delenv("FER_CXX")
    monkeypatch.setenv("PATH", "/nonexistent")
    sentence = obstacle()
    assert sentence is not None
    assert "none of g++, c++, clang++ is installed" in sentence


def test_a_compiler_that_is_none_says_so_in_one_sentence(monkeypatch: pytest.MonkeyPatch, fresh_cache: Path) -> None:
    monkeypatch.setenv("FER_CXX", "false")
    sentence = obstacle()
    assert sentence is not None
    assert "no C++ compiler in working order" in sentence


@needs_compiler
def test_a_source_that_does_not_compile_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, fresh_cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "kernel.cpp").write_text("this is no C++")
    monkeypatch.setattr(compiling, "SOURCES", (tmp_path / "kernel.cpp",))
    sentence = obstacle()
    assert sentence is not None
    assert sentence.startswith("The fused engine cannot be built: ")
    assert "error" in sentence
    assert "\n" not in sentence
    assert not list(fresh_cache.iterdir())


@needs_compiler
def test_the_kernel_is_built_once_and_a_broken_one_again(
    monkeypatch: pytest.MonkeyPatch, fresh_cache: Path, quick_build: None
) -> None:
    assert obstacle() is None
    (path,) = fresh_cache.iterdir()
    made = path.stat().st_mtime_ns
    compiling._library.cache_clear()
    assert obstacle() is None
    assert path.stat().st_mtime_ns == made
    # Another file, not the loaded one with a hole in it.
    path.unlink()
    path.write_bytes(b"rubbish")
    compiling._library.cache_clear()
    assert obstacle() is None
    assert [file.name for file in fresh_cache.iterdir()] == [path.name]
    monkeypatch.setattr(compiling, "FLAGS", (*compiling.FLAGS, "-DANOTHER"))
    compiling._library.cache_clear()
    assert obstacle() is None
    assert len(list(fresh_cache.iterdir())) == 2


@needs_compiler
def test_a_cache_that_cannot_be_written_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, fresh_cache: Path, quick_build: None
) -> None:
    fresh_cache.parent.write_text("a file where the folder should be")
    assert obstacle() is None


BUILD = """
import sys
from pathlib import Path
from fer_utils.training.fused import compiling, obstacle
compiling.FLAGS = ("-std=c++17", "-O0", "-fPIC", "-pthread")
compiling.pooch.os_cache = lambda name: Path(sys.argv[1]) / name
print(obstacle())
"""


@needs_compiler
def test_processes_that_build_at_once_do_not_disturb_each_other(tmp_path: Path, repository: Path) -> None:
    command = [sys.executable, "-c", BUILD, str(tmp_path)]
    racing = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository) for _ in range(2)]
    assert [process.communicate()[0].strip() for process in racing] == ["None"] * 2
    assert len(list((tmp_path / "fer_utils" / "fused").iterdir())) == 1


@needs_compiler
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="another processor has no such flags")
@pytest.mark.parametrize("flags", [["-march=x86-64"], ["-march=x86-64-v3"], ["-DOLD_SHUFFLES"]])
def test_plainer_processors_get_the_same_gradient(
    monkeypatch: pytest.MonkeyPatch, fresh_cache: Path, flags: list[str]
) -> None:
    work = problem(EVERYTHING, 37, LOUD)
    flat = initialise(EVERYTHING, 1).flat().astype(np.float32)
    losses, gradients = fused(work).gradients(flat[None])
    tuning = compiling._tuning
    monkeypatch.setattr(compiling, "_tuning", lambda compiler: ([*tuning(compiler)[0], *flags], "plain"))
    compiling._library.cache_clear()
    plain, same = fused(work).gradients(flat[None])
    np.testing.assert_allclose(plain, losses, rtol=1e-6)
    assert distance(same[0], gradients[0]) < 1e-5


def test_the_engines_keep_to_the_protocol() -> None:
    engine: type[Engine] = FusedEngine
    members: dict[str, Any] = {name: getattr(engine, name) for name in ("name", "maths", "advance", "losses")}
    assert members["name"] == "fused"
