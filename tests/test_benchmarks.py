"""The benchmarks: turns, ratios, counts, and that every section writes what it says."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import floor, machine, measure, recipes, scaling, steps, tables
from benchmarks.subjects import subject
from benchmarks.workers import Worker
from fer_utils import images, storage
from fer_utils.training import Recipe
from fer_utils.training.engine import TorchEngine
from fer_utils.training.fused import obstacle
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


def test_growth_is_the_power_of_the_axis() -> None:
    points = {str(point): {"median": 0.1 * point**2} for point in (1, 2, 4, 8)}
    assert scaling.growth(points) == pytest.approx(2)


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


@needs_jax
def test_steps_in_jax_are_steps_of_ours() -> None:
    from benchmarks.jax_step import make_steps

    for name in ("skull", "ReLU"):  # a symmetric picture has gradients of exactly 0, whose rounding Adam blows up
        who = subject(name)
        target = who.target(24)
        goal = np.moveaxis(target, -1, 0).reshape(3, -1).astype(np.float32)
        grid = images.coordinates(24).reshape(4, -1).astype(np.float32)
        advance, _, start = make_steps(who.architecture, grid, goal, rate=3e-3)
        (weights, _), last = advance(start(who.weights()), 6)
        engine = TorchEngine(Problem(who.architecture, target[None], Recipe()), device="cpu", threads=1)
        (ours,), losses = engine.advance([State(0, who.weights())], 6)  # few: Adam makes last bits grow
        assert float(last) == pytest.approx(losses[0, -1], rel=1e-3)
        flat = np.concatenate([np.asarray(matrix).ravel() for matrix in weights])
        assert np.abs(flat - ours.weights).max() < 5e-3


@needs_linux
@needs_compiler
def test_a_quick_run_writes_its_sections_with_every_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found.json"
    assert command.main(["--quick", "--threads", "1", "--out", str(out), "sweeps", "drawing", "memory"]) == 0
    report = storage.read_json(out)
    assert report["schema"] == command.SCHEMA
    assert set(report["sections"]) == {"sweeps", "drawing", "memory"}
    sweeps = report["sections"]["sweeps"]["found"]["16"]
    assert len(sweeps["seconds_a_picture"]["pictures"]["samples"]) == 2
    assert sweeps["forward_over_sweep"]["pictures"]["median"] > 0
    memory = report["sections"]["memory"]["found"]["fused"]
    assert memory["peak_mb"] >= memory["imports_mb"] > 50
    assert "Milliseconds for what a notebook asks" in capsys.readouterr().out
    assert command.main(["--quick", "--threads", "1", "--out", str(out), "drawing"]) == 0
    assert set(storage.read_json(out)["sections"]) == {"sweeps", "drawing", "memory"}  # the others are kept


def test_a_section_that_fails_leaves_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> Any:
        raise RuntimeError("A worker died.")

    monkeypatch.setattr(command.drawing, "run", broken)
    monkeypatch.setattr(command.memory, "run", lambda **_: {"fused": {"imports_mb": 1.0, "peak_mb": 2.0}})
    out = tmp_path / "found.json"
    assert command.main(["--quick", "--out", str(out), "drawing", "memory"]) == 1
    assert set(storage.read_json(out)["sections"]) == {"memory"}
    assert "Section drawing failed: A worker died." in capsys.readouterr().out


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
