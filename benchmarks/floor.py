"""Section `floor`: how fast a step could be at best, by counting, beside how fast it is.

A step multiplies and adds for every weight and every pixel three times: forward, gradient of the values below, and
gradient of the weights. So it has

    weights * pixels * 3 * 2

operations, and no layer-by-layer step can be faster than these at the processor's best rate of multiply-adds, which is
measured here in registers, without touching memory. Activations, colours and the optimiser come on top and are not
counted. A step that needs fewer operations, because it passes neurons that only copy, may lie below this floor.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import in_turns, ratios, seconds_of, summary
from benchmarks.steps import SIZE, fused
from benchmarks.subjects import ARCHITECTURES, subject
from benchmarks.tables import table
from benchmarks.workers import Worker

SOURCES = (Path(__file__).parent / "peak.cpp",)
ROUNDS_INSIDE = 20_000_000


def operations(weights: int, pixels: int) -> float:
    """Count the floating-point operations of one training step: forward, and backward twice."""
    return 2.0 * 3.0 * weights * pixels


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Measure the best rate and the fused engine in turns."""
    size, rounds, seconds = (24, 2, 0.02) if quick else (SIZE, 7, 0.7)
    found = {}
    with Worker(peak, threads=threads, threads_inside=threads) as best:
        for name in ARCHITECTURES:
            with Worker(fused, threads=threads, name=name, size=size, threads_inside=threads) as engine:
                count = max(1, round(seconds / engine.turn("pace")))
                ways = {
                    "rate": lambda: best.turn(ROUNDS_INSIDE // (1000 if quick else 1)),
                    "step": lambda engine=engine, count=count: engine.turn("steps", count),
                }
                samples = in_turns(rounds, ways)
            counted = operations(subject(name).architecture.weight_count, size * size)
            floors = [counted / rate for rate in samples["rate"]]
            found[name] = {
                "operations": counted,
                "rate": summary(samples["rate"]),
                "floor_seconds": summary(floors),
                "times_floor": ratios(samples["step"], floors),
            }
    return found


def peak(*, threads_inside: int) -> Any:
    """Hold the loop of multiply-adds."""
    from fer_utils.training.fused.compiling import library

    function = library(SOURCES).fer_peak
    function.restype, function.argtypes = ctypes.c_double, (ctypes.c_int, ctypes.c_long, ctypes.c_void_p)
    sink = np.zeros(threads_inside, dtype=np.float32)

    def turn(rounds: int) -> float:
        done = []
        spent = seconds_of(lambda: done.append(function(threads_inside, rounds, sink.ctypes.data)))
        return float(done[0] / spent)

    return turn


def show(found: dict[str, Any]) -> str:
    """Lay out the table."""
    rows = [
        (
            name,
            one["operations"] / 1e9,
            one["rate"]["median"] / 1e9,
            1e3 * one["floor_seconds"]["median"],
            one["times_floor"]["median"],
        )
        for name, one in found.items()
    ]
    headers = ("network", "GFLOP a step", "best GFLOP/s", "floor ms", "fused/floor")
    return table("The floor, by counting", headers, rows)
