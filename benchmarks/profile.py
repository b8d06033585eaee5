"""Section `profile`: where the time of a fused step goes, and how near to the processor's best each part of it comes.

The engine can stop halfway: at the loss (forward and colours), or at the gradient (backward too, without an update).
The parts are the differences, round by round. Forward multiplies every weight of the plan with every pixel once,
backward twice; what a part takes beside its multiplications at the best rate is functions, colours and memory.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.floor import operations, peak
from benchmarks.measure import in_turns, ratios, seconds_of, summary
from benchmarks.subjects import ARCHITECTURES, subject
from benchmarks.tables import table
from benchmarks.workers import Worker
from fer_utils.training.fused import planning

SIZE = 256
SHARES = {"forward": 1 / 3, "backward": 2 / 3}  # of a step's multiplications


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Let the three ways through the engine take turns with the best rate."""
    size, rounds = (24, 2) if quick else (SIZE, 9)
    found = {}
    with Worker(peak, threads=threads, threads_inside=threads, quick=quick) as best:
        for name in ARCHITECTURES:
            with Worker(halves, threads=threads, name=name, size=size, threads_inside=threads) as engine:
                ways = {what: partial(engine.turn, what) for what in ("loss", "gradient", "step")}
                samples = in_turns(rounds, {"rate": partial(best.turn, "rate"), **ways})
            found[name] = by_part(name, size * size, samples)
    return found


def by_part(name: str, pixels: int, samples: dict[str, list[float]]) -> dict[str, Any]:
    """Split a step into its parts, round by round.

    Args:
        name: Of a network.
        pixels: How many.
        samples: Seconds of a "loss", a "gradient" and a "step", and operations a second at best, the "rate".
    """
    architecture = subject(name).architecture
    planned = operations(planning.multiplications(architecture, planning.stations(architecture)), pixels)
    parts = {
        "forward": samples["loss"],
        "backward": [back - loss for back, loss in zip(samples["gradient"], samples["loss"], strict=True)],
        "update": [step - back for step, back in zip(samples["step"], samples["gradient"], strict=True)],
    }
    floors = {part: [share * planned / rate for rate in samples["rate"]] for part, share in SHARES.items()}
    return {
        "step": summary(samples["step"]),
        "parts": {part: summary(found) for part, found in parts.items()},
        "times_floor": {part: ratios(parts[part], floor) for part, floor in floors.items()},
    }


def halves(*, name: str, size: int, threads_inside: int) -> Any:
    """Hold the engine; a turn gives seconds for one whole picture, the middle of a few."""
    from fer_utils.training import Recipe
    from fer_utils.training.fused import FusedEngine
    from fer_utils.training.problem import Problem, State

    one = subject(name)
    problem = Problem(one.architecture, one.target(size)[None], Recipe(steps=1_000_000))
    engine = FusedEngine(problem, device="cpu", threads=threads_inside)
    state = State(0, one.weights())
    ways = {
        "loss": lambda: engine.losses([state]),
        "gradient": lambda: engine.gradients(state.weights[None]),
        "step": lambda: engine.advance([state], 1),
    }

    def turn(what: str) -> float:
        return float(np.median([seconds_of(ways[what]) for _ in range(9)]))

    return turn


def show(found: dict[str, Any]) -> str:
    """Lay out the table."""
    rows = [
        (
            name,
            *(1e3 * one["parts"][part]["median"] for part in ("forward", "backward", "update")),
            *(one["times_floor"][part]["median"] for part in SHARES),
        )
        for name, one in found.items()
    ]
    headers = ("network", "forward ms", "backward ms", "update ms", "forward/its floor", "backward/its floor")
    return table("Where a fused step's time goes", headers, rows)
