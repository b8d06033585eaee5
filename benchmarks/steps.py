"""Section `steps`: one training step at 256 pixels, the paper's recipe, four networks, three engines in turn."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.measure import in_turns, ratios, summary
from benchmarks.subjects import ARCHITECTURES, subject
from benchmarks.tables import table
from benchmarks.workers import crew

SIZE = 256
AGREE = 1e-4  # relative difference of first losses and gradients above which nothing here may be compared


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Measure; see the module's first line."""
    size, rounds, seconds = (24, 2, 0.02) if quick else (SIZE, 9, 1.0)
    return {name: one_network(name, size, rounds, seconds, threads) for name in ARCHITECTURES}


def one_network(name: str, size: int, rounds: int, seconds: float, threads: int) -> dict[str, Any]:
    """Let the engines take turns on one network."""
    with crew(engines(), threads=threads, name=name, size=size, threads_inside=threads) as workers:
        firsts = {way: worker.turn("first") for way, worker in workers.items()}
        gaps = agreement(firsts)
        # As many steps a turn as fill the time: the same number for all would give the fast ones too short a turn.
        counts = {way: max(1, round(seconds / worker.turn("pace"))) for way, worker in workers.items()}
        ways = {way: partial(worker.turn, "steps", counts[way]) for way, worker in workers.items()}
        samples = in_turns(rounds, ways)
    return {
        "size": size,
        "picture": subject(name).picture,
        "seconds_a_step": {way: summary(found) for way, found in samples.items()},
        "times_fused": {way: ratios(found, samples["fused"]) for way, found in samples.items() if way != "fused"},
        "agreement": gaps,
    }


def engines() -> dict[str, Callable[..., Callable[..., Any]]]:
    """List what takes part: JAX only where it is installed."""
    there = importlib.util.find_spec("jax") is not None and importlib.util.find_spec("optax") is not None
    return {"fused": fused, "torch": torch_engine, **({"jax": jax_engine} if there else {})}


def agreement(firsts: dict[str, tuple[float, np.ndarray]]) -> dict[str, dict[str, float]]:
    """Compare every engine's first loss and gradient with the torch engine's.

    Raises:
        RuntimeError: They differ, so that the engines do not do the same work.
    """
    loss, gradient = firsts["torch"]
    gaps = {
        way: {
            "loss": abs(other - loss) / loss,
            "gradient": float(np.linalg.norm(slope - gradient) / np.linalg.norm(gradient)),
        }
        for way, (other, slope) in firsts.items()
    }
    for way, gap in gaps.items():
        if max(gap.values()) > AGREE:
            raise RuntimeError(f"{way} and torch differ by {max(gap.values()):.1e} on the first step.")
    return gaps


def fused(*, name: str, size: int, threads_inside: int) -> Callable[..., Any]:
    """Hold the fused engine."""
    from fer_utils.training.fused import FusedEngine

    return _own_engine(FusedEngine, name, size, threads_inside)


def torch_engine(*, name: str, size: int, threads_inside: int) -> Callable[..., Any]:
    """Hold the torch engine."""
    from fer_utils.training.engine import TorchEngine

    return _own_engine(TorchEngine, name, size, threads_inside)


def _own_engine(engine: Any, name: str, size: int, threads: int) -> Callable[..., Any]:
    from fer_utils.training import Recipe
    from fer_utils.training.problem import Problem, State

    who = subject(name)
    target = who.target(size)[None]
    held = {"state": State(0, who.weights())}
    built = engine(Problem(who.architecture, target, Recipe()), device="cpu", threads=threads)
    # One step of plain descent at rate 1 without normalisation moves the weights by the gradient.
    plain = Recipe(optimiser="sgd", normalise_gradient=False, learning_rate=1.0)
    prober = engine(Problem(who.architecture, target, plain), device="cpu", threads=threads)

    def turn(what: str, count: int = 2) -> Any:
        if what == "first":
            start = State(0, who.weights())
            (after,), losses = prober.advance([start], 1)
            return float(losses[0, 0]), start.weights.astype(float) - after.weights
        began = time.perf_counter()
        (held["state"],), _ = built.advance([held["state"]], count)
        return (time.perf_counter() - began) / count

    turn("steps", 1)
    return turn


def jax_engine(*, name: str, size: int, threads_inside: int) -> Callable[..., Any]:
    """Hold the step in JAX, compiled before the first turn."""
    import jax

    from benchmarks.jax_step import make_steps
    from fer_utils import images
    from fer_utils.training import Recipe

    who = subject(name)
    grid = images.coordinates(size).reshape(4, -1).astype(np.float32)
    goal = np.moveaxis(who.target(size), -1, 0).reshape(3, -1).astype(np.float32)
    steps, loss_and_gradient, start = make_steps(who.architecture, grid, goal, rate=Recipe().learning_rate)
    held = {"state": start(who.weights())}

    def turn(what: str, count: int = 2) -> Any:
        if what == "first":
            loss, slopes = loss_and_gradient(start(who.weights())[0])
            return float(loss), np.concatenate([np.asarray(part, dtype=float).ravel() for part in slopes])
        if count not in compiled:  # another length is another program
            compiled.add(count)
            jax.block_until_ready(steps(held["state"], count))
        began = time.perf_counter()
        held["state"], last = steps(held["state"], count)
        jax.block_until_ready((held["state"], last))
        return (time.perf_counter() - began) / count

    compiled: set[int] = set()
    return turn


def show(found: dict[str, Any]) -> str:
    """Lay out the table."""
    rows = []
    for name, one in found.items():
        times, over = one["seconds_a_step"], one["times_fused"]
        rows.append(
            (
                name,
                *(1e3 * times[way]["median"] if way in times else None for way in ("fused", "torch", "jax")),
                *(over[way]["median"] if way in over else None for way in ("torch", "jax")),
                _spread(over.get("jax")),
            )
        )
    headers = ("network", "fused ms", "torch ms", "JAX ms", "torch/fused", "JAX/fused", "quartiles")
    return table("Milliseconds a training step (medians; ratios round by round)", headers, rows)


def _spread(one: dict[str, Any] | None) -> str:
    return "–" if one is None else f"{one['quartiles'][0]:.2f} – {one['quartiles'][1]:.2f}"
