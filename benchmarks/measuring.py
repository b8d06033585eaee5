"""Section `measuring`: the headline measures of fracture, on the evolved networks and on dense ones of their shape."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.measure import in_turns, seconds_of, summary
from benchmarks.tables import table
from benchmarks.workers import Worker


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Time the whole headline set in turns, on one core whatever the number of threads."""
    del threads
    with Worker(works, threads=1, size=16 if quick else 64) as worker:
        ways = {name: partial(worker.turn, name) for name in worker.turn("names")}
        samples = in_turns(2 if quick else 5, ways)
    return {name: summary(found) for name, found in samples.items()}


def works(*, size: int) -> Any:
    """Hold every network to be measured by its name."""
    import fer_utils as fer
    from fer_utils import controls, picbreeder

    known = [name for name in picbreeder.PAPER if picbreeder.find(name)] or ["mask"]
    ways: dict[str, Callable[[], object]] = {}
    for name in known:
        evolved = fer.layerize(fer.load_genome(name))
        dense = controls.untrained(evolved, seed=0)  # as many weights and as busy units as a trained one
        ways[f"evolved {name}, {size} px"] = partial(fer.measure, evolved, size=size)
        ways[f"dense {name}, {size} px"] = partial(fer.measure, dense, size=size)
    return lambda name: list(ways) if name == "names" else seconds_of(ways[name])


def show(found: dict[str, Any]) -> str:
    """Lay out the table."""
    rows = [(name, one["median"], one["least"]) for name, one in found.items()]
    return table("Seconds for P, G, N, S, X and K, on one core", ("network", "median", "least"), rows)
