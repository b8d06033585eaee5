"""Section `memory`: the most memory a process needs to train the skull's network, and how much of it is imports."""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks.machine import peak_memory_mb
from benchmarks.steps import SIZE, engines
from benchmarks.tables import table
from benchmarks.workers import Worker

# What each engine imports before there is a network; every process has the project, and with it torch, besides.
IMPORTS = {"fused": "fer_utils.training.fused", "torch": "fer_utils.training.engine", "jax": "benchmarks.jax_step"}


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Train a few steps in a fresh process for each engine."""
    size = 24 if quick else SIZE
    found = {}
    for way, maker in engines().items():
        with Worker(
            measured, threads=threads, imports=IMPORTS[way], engine=maker, size=size, threads_inside=threads
        ) as worker:
            found[way] = worker.turn()
    return found


def measured(*, imports: str, engine: Any, size: int, threads_inside: int) -> Any:
    """Note the memory after the imports, then after training."""
    importlib.import_module(imports)
    imported = peak_memory_mb()
    turn = engine(name="skull", size=size, threads_inside=threads_inside)

    def report() -> dict[str, float]:
        turn("steps", 5)
        return {"imports_mb": imported, "peak_mb": peak_memory_mb()}

    return report


def show(found: dict[str, Any]) -> str:
    """Lay out the table."""
    rows = [(way, one["imports_mb"], one["peak_mb"], one["peak_mb"] - one["imports_mb"]) for way, one in found.items()]
    return table("Resident memory in MB, the skull's network", ("engine", "after imports", "peak", "difference"), rows)
