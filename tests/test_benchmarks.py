"""The benchmarks: turns, ratios, counts, and that every section writes what it says."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks import __main__ as command
from benchmarks import exploring, floor, machine, measure, memory, recipes, scaling, startup, steps, subjects, tables
from benchmarks.subjects import subject
from benchmarks.workers import Worker
from fer_utils import garden, images, storage
from fer_utils.layerize import layerize
from fer_utils.training import Recipe
from fer_utils.training.engine import TorchEngine
from fer_utils.training.fused import obstacle
from fer_utils.training.gradient import Gradient
from fer_utils.training.problem import Problem, State

needs_jax = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax comes with `make bench`")
needs_compiler = pytest.mark.skipif(obstacle() is not None, reason="there is no C++ compiler")
needs_linux = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores can be chosen on Linux alone")


def test_ways_take_turns_and_the_first_round_does_not_count() -> None:
    said: list[str] = []
    numbers = iter(range(100))

    def way(name: str) -> Any:
        return lambda: (said.append(name), float(next(numbers)))[1]

    samples = measure.in_turns(2, {"a": way("a"), "b": way("b")})
    assert said == ["a", "b"] * 3
    assert samples == {"a": [2.0, 4.0], "b": [3.0, 5.0]}
    assert measure.in_turns(1, {"a": way("a")}, warm=False) == {"a": [6.0]}


def test_ratios_are_taken_round_by_round() -> None:
    """A machine that slows down tenfold in the last round leaves every ratio as it is."""
    found = measure.ratios([3.0, 6.0, 30.0], [1.0, 2.0, 10.0])
    assert (found["median"], found["quartiles"], found["least"]) == (3.0, [3.0, 3.0], 3.0)


def test_a_summary_keeps_every_sample() -> None:
    assert measure.summary([3.0, 1.0, 2.0]) == {
        "median": 2.0,
        "quartiles": [1.5, 2.5],
        "least": 1.0,
        "samples": [3.0, 1.0, 2.0],
    }


def test_operations_are_counted_as_a_loop_would() -> None:
    architecture = subject("skull").architecture
    forward = sum(rows * columns for rows, columns in architecture.shapes)
    by_hand = sum(2 * rows * columns for _ in range(3) for rows, columns in architecture.shapes) * 10
    assert floor.operations(architecture.weight_count, 10) == by_hand
    assert floor.operations(forward, 256 * 256) == pytest.approx(2.15e9, rel=0.01)  # as the design notes count it


def test_function_calls_are_counted_neuron_by_neuron() -> None:
    architecture = subject("butterfly").architecture
    neurons = [
        architecture.neuron_name(layer, n) for layer in range(architecture.depth) for n in range(architecture.width)
    ]
    exps = sum(any(f" {name} " in f" {text} " for name in ("gaussian", "sigmoid", "tanh")) for text in neurons)
    waves = sum(any(f" {name} " in f" {text} " for name in ("sin", "cos")) for text in neurons)
    assert (exps, waves) == (16 * 5, 16)
    assert floor.function_calls(architecture, 10) == {"exp": 10 * exps, "sin and cos": 10 * waves}


def test_the_floor_is_operations_over_the_best_rate() -> None:
    """At 1 operation a second and 2 functions a second the times are the counts, and half of them on top."""
    architecture, samples = subject("skull").architecture, {"rate": [1.0], "exp": [2.0], "sin and cos": [2.0]}
    found = floor.against_floor(architecture, 10, {**samples, "step": [1e7]})
    assert found["floor_seconds"]["median"] == 5478 * 60
    assert found["plan_operations"] == 2082 * 60  # five bending neurons a layer, each reading those of all layers below
    assert found["plan_seconds"]["median"] == 2082 * 60 + 12 * (4 + 1) * 10 / 2
    assert found["times_floor"]["median"] == pytest.approx(1e7 / (5478 * 60))


def test_growth_is_the_power_of_the_axis() -> None:
    points = {str(point): {"median": 0.1 * point**2} for point in (1, 2, 4, 8)}
    assert scaling.growth(points) == pytest.approx(2)


def test_weights_are_dragged_in_every_part_of_a_network() -> None:
    network = layerize(garden.load_genome("mask"))
    chosen = exploring.picks(network, others=5)
    assert [layer for name in exploring.PLACES for layer, _, _ in chosen[name]] == [0, 3, 5]
    assert len(set(chosen[exploring.REST])) == 5
    assert all(network.weight(weight) and weight not in network.copies for some in chosen.values() for weight in some)


def test_without_a_browser_the_explorer_is_not_measured_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploring.shutil, "which", lambda name: None)
    found = exploring.run(threads=1, quick=True)
    assert found == {"skipped": "There is no Chromium on the PATH."}
    assert "not measured: There is no Chromium" in exploring.show(found)


def test_a_table_lines_up() -> None:
    text = tables.table("Title", ("what", "ms"), [("a", 1234.5), ("longer", 0.01234), ("none", None)])
    assert text.splitlines()[1:] == [
        "Title",
        "what        ms",
        "-" * 14,
        "a        1,234",
        "longer  0.0123",
        "none         –",
    ]


def test_the_machine_is_described_without_a_name_of_its_own() -> None:
    here = machine.describe()
    assert {"processor", "cores", "memory_gb", "packages", "load_before"} <= set(here)
    assert os.uname().nodename not in str(here)
    assert machine.peak_memory_mb() > 10


def double(*, factor: int) -> Any:
    return lambda number: number * factor


def failing(**_: Any) -> Any:
    raise ValueError("no luck")


def cores(**_: Any) -> Any:
    return lambda: (len(os.sched_getaffinity(0)), os.environ["OMP_NUM_THREADS"])


@needs_linux
def test_a_worker_works_on_as_many_cores_as_it_may() -> None:
    with Worker(double, threads=1, factor=3) as worker:
        assert [worker.turn(1), worker.turn(5)] == [3, 15]
    before = dict(os.environ)
    with Worker(cores, threads=1) as worker:
        assert worker.turn() == (1, "1")
    assert dict(os.environ) == before


@needs_linux
def test_a_worker_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="ValueError: no luck"):
        Worker(failing, threads=1)


def test_engines_that_disagree_are_not_compared() -> None:
    good = (0.5, np.ones(3))
    assert steps.agreement({"torch": good, "fused": good})["fused"] == {"loss": 0, "gradient": 0}
    with pytest.raises(RuntimeError, match="fused and torch differ by 1"):
        steps.agreement({"torch": good, "fused": (0.55, np.ones(3))})


def _noise(name: str) -> tuple[Any, Problem, np.ndarray, np.ndarray]:
    """A subject, its problem with a random picture, and the pixels and colours as JAX takes them.

    In a picture with a symmetry some gradients are exactly 0, and Adam blows their rounding up.
    """
    who, target = subject(name), np.random.default_rng(3).random((24, 24, 3)).astype(np.float32)
    grid = images.coordinates(24).reshape(4, -1).astype(np.float32)
    problem = Problem(who.architecture, target[None].astype(float), Recipe())
    return who, problem, grid, np.moveaxis(target, -1, 0).reshape(3, -1)


@needs_jax
@pytest.mark.parametrize("name", ["skull", "ReLU"])
def test_twenty_steps_in_jax_are_twenty_of_ours(name: str) -> None:
    from benchmarks.jax_step import make_steps

    who, problem, grid, goal = _noise(name)
    advance, _, start = make_steps(who.architecture, grid, goal, rate=Recipe().learning_rate)
    (weights, _), last = advance(start(who.weights()), 20)
    (ours,), losses = TorchEngine(problem, device="cpu", threads=1).advance([State(0, who.weights())], 20)
    assert float(last) == pytest.approx(losses[0, -1], rel=1e-3)
    flat = np.concatenate([np.asarray(matrix).ravel() for matrix in weights])
    assert np.linalg.norm(flat - ours.weights) < 2e-3 * np.linalg.norm(ours.weights - who.weights())


@needs_jax
@pytest.mark.parametrize("name", ["butterfly", "apple"])
def test_gradients_in_jax_are_ours_along_our_way(name: str) -> None:
    """Where hues wrap round, two ways part after some steps by rounding alone; at the same weights they must agree."""
    from benchmarks.jax_step import make_steps

    who, problem, grid, goal = _noise(name)
    _, loss_and_gradient, start = make_steps(who.architecture, grid, goal, rate=Recipe().learning_rate)
    engine = TorchEngine(problem, device="cpu", threads=1)
    gradient = Gradient(who.architecture, torch.tensor(grid))
    state = State(0, who.weights())
    for _ in range(3):
        loss, ours = gradient(torch.tensor(state.weights), torch.tensor(goal))
        theirs_loss, matrices = loss_and_gradient(start(state.weights)[0])
        theirs = np.concatenate([np.asarray(matrix).ravel() for matrix in matrices])
        assert float(theirs_loss) == pytest.approx(float(loss), rel=1e-5)
        assert np.linalg.norm(theirs - ours.numpy()) < 1e-4 * np.linalg.norm(ours.numpy())
        (state,), _ = engine.advance([state], 1)


def work_here(patch: pytest.MonkeyPatch) -> None:
    """Let workers work in this process, but for those whose memory is weighed or that hold a browser."""
    alone = {"benchmarks.memory", "benchmarks.exploring"}
    begin, turn, close = Worker.__init__, Worker.turn, Worker.close

    def begin_here(self: Any, maker: Any, *, threads: int, **options: Any) -> None:
        if maker.__module__ in alone:
            begin(self, maker, threads=threads, **options)
        else:
            self.here = maker(**options)

    patch.setattr(Worker, "__init__", begin_here)
    patch.setattr(
        Worker, "turn", lambda self, *given: self.here(*given) if "here" in vars(self) else turn(self, *given)
    )
    patch.setattr(Worker, "close", lambda self: None if "here" in vars(self) else close(self))


@pytest.fixture(scope="module")
def quick_report(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A quick run of every section, on one network and with few processes, as it was written."""
    out = tmp_path_factory.mktemp("bench") / "found.json"
    with pytest.MonkeyPatch.context() as patch:
        work_here(patch)
        for name in ("butterfly", "apple", "ReLU"):
            patch.delitem(subjects.ARCHITECTURES, name)
        patch.setattr(startup, "PIECES", {"import fer_utils": "import fer_utils"})
        patch.setattr(steps, "engines", lambda: {"fused": steps.fused, "torch": steps.torch_engine})
        patch.setattr(startup, "engines", lambda: {"fused": steps.fused})
        patch.setattr(memory, "engines", lambda: {"fused": steps.fused})
        assert command.main(["--quick", "--threads", "1", "--out", str(out)]) == 0
    return storage.read_json(out)


def _summaries(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, dict):
        return []
    return [value] if "samples" in value else [one for part in value.values() for one in _summaries(part)]


@needs_linux
@needs_compiler
def test_a_quick_run_writes_every_section_with_every_sample(quick_report: Any) -> None:
    assert quick_report["schema"] == command.SCHEMA
    assert set(quick_report["sections"]) == set(command.SECTIONS)
    assert not quick_report["failed"]
    for name, section in quick_report["sections"].items():
        summaries = _summaries(section["found"])
        assert summaries or name == "memory" or "skipped" in section["found"]
        for one in summaries:
            assert one["least"] == pytest.approx(min(one["samples"]), abs=1e-9)
            assert one["least"] <= one["quartiles"][0] <= one["median"] <= one["quartiles"][1]
            assert one["least"] > 0 or name == "profile"  # whose parts are differences of times


@needs_linux
@needs_compiler
def test_what_a_quick_run_found_hangs_together(quick_report: Any) -> None:
    found = {name: section["found"] for name, section in quick_report["sections"].items()}
    step = found["steps"]["skull"]
    times = {way: one["samples"] for way, one in step["seconds_a_step"].items()}
    # to the nine digits behind the point that samples are written with
    by_hand = [slow / fast for slow, fast in zip(times["torch"], times["fused"], strict=True)]
    assert step["times_fused"]["torch"]["samples"] == pytest.approx(by_hand, rel=1e-3)
    assert max(step["agreement"]["fused"].values()) < steps.AGREE
    below = found["floor"]["skull"]
    assert below["plan_operations"] < below["operations"]
    assert below["plan_seconds"]["median"] > below["floor_seconds"]["median"] * 2082 / 5478
    whole, parts = found["profile"]["skull"]["step"], found["profile"]["skull"]["parts"]
    sums = [sum(ones) for ones in zip(*(parts[part]["samples"] for part in parts), strict=True)]
    assert whole["samples"] == pytest.approx(sums, abs=3e-9)
    assert {name.split()[0] for name in found["measuring"]} == {"evolved", "dense"}
    assert found["memory"]["fused"]["peak_mb"] >= found["memory"]["fused"]["imports_mb"] > 50
    assert found["sweeps"]["16"]["extrapolated"]
    for times in found["explorer"].get("networks", {}).values():
        assert set(times) == {*exploring.PLACES, "median weight", "sharp after letting go"}
    assert set(found["startup"]) == {"import fer_utils", "first step of fused"}


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sections that cost nothing."""
    monkeypatch.setattr(command.memory, "run", lambda **_: {"fused": {"imports_mb": 1.0, "peak_mb": 2.0}})
    monkeypatch.setattr(command.drawing, "run", lambda **_: {"maps": measure.summary([1.0, 2.0])})


@pytest.mark.parametrize("error", [RuntimeError("A worker died."), KeyError("oh"), ZeroDivisionError("no time")])
def test_a_section_that_fails_leaves_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, easy: None, error: Exception
) -> None:
    def broken(**_: Any) -> Any:
        raise error

    out = tmp_path / "found.json"
    assert command.main(["--quick", "--out", str(out), "drawing"]) == 0
    monkeypatch.setattr(command.drawing, "run", broken)
    assert command.main(["--quick", "--out", str(out), "drawing", "memory"]) == 1
    report = storage.read_json(out)
    assert set(report["sections"]) == {"memory"}  # an earlier success does not stand for what failed now
    assert list(report["failed"]) == ["drawing"]
    assert str(error) in report["failed"]["drawing"]
    assert f"Section drawing failed: {report['failed']['drawing']}\n" in capsys.readouterr().out


def test_a_later_run_keeps_the_other_sections_of_its_kind_alone(tmp_path: Path, easy: None) -> None:
    out = tmp_path / "found.json"
    assert command.main(["--quick", "--threads", "1", "--out", str(out), "drawing"]) == 0
    assert command.main(["--quick", "--threads", "1", "--out", str(out), "memory"]) == 0
    assert set(storage.read_json(out)["sections"]) == {"drawing", "memory"}
    assert command.main(["--threads", "1", "--out", str(out), "memory"]) == 0  # in full: another kind
    assert set(storage.read_json(out)["sections"]) == {"memory"}
    assert storage.read_json(out)["quick"] is False


def test_a_file_that_is_no_report_is_replaced(tmp_path: Path, easy: None) -> None:
    out = tmp_path / "found.json"
    for text in ("not JSON", "[1, 2]", "{}"):
        out.write_text(text, encoding="utf-8")
        assert command.main(["--quick", "--out", str(out), "memory"]) == 0
        assert set(storage.read_json(out)["sections"]) == {"memory"}


@pytest.mark.parametrize(("load", "says"), [(3.0, True), (0.1, False)])
def test_a_busy_machine_is_named_in_the_table(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    easy: None,
    load: float,
    says: bool,
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    assert command.main(["--quick", "--out", str(tmp_path / "found.json"), "memory"]) == 0
    assert ("Other work is going on" in capsys.readouterr().out) is says


def test_an_unknown_section_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["stesp"]) == 2
    assert "section must be one of steps, floor" in capsys.readouterr().err


def test_the_first_mark_a_run_reaches_is_found() -> None:
    run = {"steps": [0, 5, 10], "seconds": [0.0, 0.1, 0.2], "loss": [0.3, 0.01, 0.02]}
    assert recipes.reached(run, 1e-2) == (5, 0.1)
    assert recipes.reached(run, 1e-3) is None
    assert recipes.reached({**run, "loss": [0.3, None, 0.001]}, 1e-2) == (10, 0.2)


def test_a_study_does_no_run_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "SIZE", 12)
    few = {"short": Recipe(steps=4, size=12), "cosine": Recipe(steps=4, size=12, schedule="cosine", name="cosine")}
    monkeypatch.setattr(recipes, "recipes", lambda image: few)
    out = tmp_path / "study.json"
    recipes.study("mask", [0], out)
    before = out.read_bytes()
    recipes.study("mask", [0], out)
    assert out.read_bytes() == before
    found = recipes.study("mask", [0, 1], out)
    assert [run["seed"] for run in found["runs"]["short"]] == [0, 1]
    assert found["runs"]["short"][0]["steps"] == [0, 1, 2, 3, 4]


def test_what_the_benchmarks_need_changes_no_version_of_the_projects_own(repository: Path) -> None:
    def pins(name: str) -> dict[str, str]:
        lines = (repository / name).read_text(encoding="utf-8").splitlines()
        return dict(line.split("==", 1) for line in lines if "==" in line and not line.startswith((" ", "#")))

    own, extra = pins("requirements.lock"), pins("benchmarks/requirements.lock")
    assert {"jax", "jaxlib", "optax"} <= set(extra)
    assert not set(own) & set(extra)
