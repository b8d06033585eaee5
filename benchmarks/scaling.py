"""Section `scaling`: how a step of the fused engine grows with the picture, the width, the depth and the seeds."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np

from benchmarks.measure import in_turns, summary
from benchmarks.subjects import ARCHITECTURES, STAND_IN
from benchmarks.tables import table
from benchmarks.workers import Worker

AXES: dict[str, tuple[int, ...]] = {
    "size": (64, 128, 256, 512, 1024),
    "width": (8, 16, 32, 64),
    "depth": (2, 4, 8, 16, 32),
    "seeds": (1, 2, 4, 8, 16),
    "seeds at 256 px": (1, 2, 4, 8, 16),
}
QUICK = {"size": (16, 32), "width": (4, 8), "depth": (2, 3), "seeds": (1, 2)}


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Measure each axis, its points in turns."""
    axes, rounds, seconds = (QUICK, 2, 0.02) if quick else (AXES, 5, 0.4)
    found: dict[str, Any] = {}
    with Worker(networks, threads=threads, threads_inside=threads, quick=quick) as worker:
        for axis, points in axes.items():
            ways = {str(point): partial(worker.turn, axis, point, seconds) for point in points}
            found[axis] = {point: summary(samples) for point, samples in in_turns(rounds, ways).items()}
    return found


def networks(*, threads_inside: int, quick: bool) -> Any:
    """Hold what is needed to train any network for a moment."""
    import fer_utils as fer
    from fer_utils.cppn import Architecture
    from fer_utils.training import Recipe, initialise
    from fer_utils.training.fused import FusedEngine
    from fer_utils.training.problem import Problem, State

    genome = fer.load_genome(STAND_IN)
    built: dict[tuple[str, int], Any] = {}

    def make(axis: str, point: int) -> Any:
        size, seeds = (point if axis == "size" else 16 if quick else 64 if axis == "seeds" else 256), 1
        text = ARCHITECTURES["skull"]
        if axis == "width":
            text = f"12;cache:{point - point // 3},gaussian:{point // 3}"
        if axis == "depth":
            text = f"{point};" + text.partition(";")[2]
        if axis.startswith("seeds"):
            seeds = point
        architecture = Architecture.parse(text)
        problem = Problem(architecture, genome.image(size)[None], Recipe())
        states = [State.start(initialise(architecture, seed)) for seed in range(seeds)]
        return FusedEngine(problem, device="cpu", threads=threads_inside), states

    def turn(axis: str, point: int, seconds: float) -> float:
        if (axis, point) not in built:
            built[axis, point] = make(axis, point)
        engine, states = built[axis, point]
        done, began = 0, time.perf_counter()
        while done == 0 or time.perf_counter() - began < seconds:
            states, _ = engine.advance(states, 2)
            done += 2
        return (time.perf_counter() - began) / done / len(states)

    return turn


def growth(found: dict[str, Any]) -> float:
    """Return the power with which time grows along an axis, by least squares on logarithms."""
    points = np.log([float(point) for point in found])
    times = np.log([one["median"] for one in found.values()])
    return float(np.polyfit(points, times, 1)[0])


def show(found: dict[str, Any]) -> str:
    """Lay out one table for each axis."""
    texts = []
    for axis, points in found.items():
        rows = [(point, 1e3 * one["median"], 1e3 * one["least"]) for point, one in points.items()]
        title = f"Milliseconds a step and network against {axis} (grows with power {growth(points):.2f})"
        texts.append(table(title, (axis, "median", "least"), rows))
    return "\n".join(texts)
