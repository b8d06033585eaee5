"""Section `floor`: how fast a step could be at best, by counting, beside how fast it is.

A step multiplies and adds for every weight and every pixel three times: forward, gradient of the values below, and
gradient of the weights. So it has

    weights * pixels * 3 * 2

operations, and no layer-by-layer step can be faster than these at the processor's best rate of multiply-adds, which is
measured here in registers, without touching memory. The fused engine leaves out neurons that only copy, where that
pays, and may lie below this floor.

Beside it stands a second sum, the plan's floor: the operations that the engine's plan really has, and one exp for each
gaussian, sigmoid and tanh neuron and pixel, and one sin with cos for each sin and cos neuron, at the rates of the
training kernel's own functions, measured likewise. Colours, slopes, memory and the optimiser are in neither.
"""

from __future__ import annotations

import ctypes
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import in_turns, ratios, seconds_of, summary
from benchmarks.steps import SIZE, fused
from benchmarks.subjects import ARCHITECTURES, subject
from benchmarks.tables import table
from benchmarks.workers import Worker
from fer_utils.cppn import Architecture
from fer_utils.training.fused import compiling, planning

SOURCES = (Path(__file__).parent / "peak.cpp", compiling.SOURCES[-1])
# Rounds of each kind of work, in peak.cpp's order; each takes about as long as a turn of steps.
ROUNDS = {"rate": 200_000_000, "exp": 10_000_000, "sin and cos": 10_000_000}
CALLS = {"gaussian": "exp", "sigmoid": "exp", "tanh": "exp", "sin": "sin and cos", "cos": "sin and cos"}


def operations(weights: int, pixels: int) -> float:
    """Count the floating-point operations of one training step: forward, and backward twice."""
    return 2.0 * 3.0 * weights * pixels


def function_calls(architecture: Architecture, pixels: int) -> dict[str, float]:
    """Count how often a step needs exp, and sin with cos: once for each neuron that has it, and pixel."""
    counts = {"exp": 0.0, "sin and cos": 0.0}
    for name, count in architecture.groups:
        if name in CALLS:
            counts[CALLS[name]] += float(count) * architecture.depth * pixels
    return counts


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Measure the best rates and the fused engine in turns."""
    size, rounds, seconds = (24, 2, 0.02) if quick else (SIZE, 7, 0.7)
    found = {}
    with Worker(peak, threads=threads, threads_inside=threads, quick=quick) as best:
        for name in ARCHITECTURES:
            with Worker(fused, threads=threads, name=name, size=size, threads_inside=threads) as engine:
                count = max(1, round(seconds / engine.turn("pace")))
                ways = {kind: partial(best.turn, kind) for kind in ROUNDS} | {
                    "step": partial(engine.turn, "steps", count)
                }
                found[name] = against_floor(subject(name).architecture, size * size, in_turns(rounds, ways))
    return found


def against_floor(architecture: Architecture, pixels: int, samples: dict[str, list[float]]) -> dict[str, Any]:
    """Put steps beside the two floors, round by round.

    Args:
        architecture: Of the network.
        pixels: How many.
        samples: Seconds of a "step", and calls a second of each of `ROUNDS`; "rate" is in operations.
    """
    counted, calls = operations(architecture.weight_count, pixels), function_calls(architecture, pixels)
    floors = [counted / rate for rate in samples["rate"]]
    extra = [
        calls["exp"] / exp + calls["sin and cos"] / wave
        for exp, wave in zip(samples["exp"], samples["sin and cos"], strict=True)
    ]
    planned = operations(planning.multiplications(architecture, planning.stations(architecture)), pixels)
    plan = [planned / rate + more for rate, more in zip(samples["rate"], extra, strict=True)]
    return {
        "operations": counted,
        "function_calls": calls,
        "rate": summary(samples["rate"]),
        "exp_rate": summary(samples["exp"]),
        "sin_and_cos_rate": summary(samples["sin and cos"]),
        "floor_seconds": summary(floors),
        "times_floor": ratios(samples["step"], floors),
        "plan_operations": planned,
        "plan_seconds": summary(plan),
        "times_plan": ratios(samples["step"], plan),
    }


def peak(*, threads_inside: int, quick: bool) -> Any:
    """Hold the loops of `ROUNDS`; a turn gives operations, or calls, a second."""
    function = compiling.library(SOURCES).fer_peak
    function.restype, function.argtypes = ctypes.c_double, (ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_void_p)
    sink = np.zeros(threads_inside, dtype=np.float32)

    def turn(kind: str) -> float:
        rounds, done = ROUNDS[kind] // (1000 if quick else 1), 0.0

        def work() -> None:
            nonlocal done
            done = function(list(ROUNDS).index(kind), threads_inside, rounds, sink.ctypes.data)

        spent = seconds_of(work)
        return done / spent * (2.0 if kind == "rate" else 1.0)  # a multiply-add is two operations

    return turn


def show(found: dict[str, Any]) -> str:
    """Lay out the tables."""
    rows = [
        (
            name,
            one["operations"] / 1e9,
            one["rate"]["median"] / 1e9,
            1e3 * one["floor_seconds"]["median"],
            one["times_floor"]["median"],
            "{:.2f} – {:.2f}".format(*one["times_floor"]["quartiles"]),
            one["plan_operations"] / 1e9,
            1e3 * one["plan_seconds"]["median"],
            one["times_plan"]["median"],
        )
        for name, one in found.items()
    ]
    headers = (
        "network",
        "GFLOP a step",
        "GFLOP/s",
        "floor ms",
        "fused/floor",
        "quartiles",
        "plan GFLOP",
        "plan ms",
        "fused/plan",
    )
    rates = [
        (what, one[what]["median"] / 1e9)
        for one in list(found.values())[:1]
        for what in ("exp_rate", "sin_and_cos_rate")
    ]
    return table("The floor, by counting", headers, rows) + "\n" + table("Functions", ("what", "billion/s"), rates)
