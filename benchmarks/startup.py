"""Section `startup`: what is paid once: imports, building the kernels, compiling, the first step."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from typing import Any

from benchmarks.measure import in_turns, summary
from benchmarks.steps import SIZE, engines
from benchmarks.tables import table

PIECES = {
    "import fer_utils": "import fer_utils",
    "import what trains": "import fer_utils.training",
    "build the training kernel": "from fer_utils.training.fused.compiling import library; library()",
    "build the sweeping kernel": "import fer_utils.sweeps.compiled as c; c.compiling.library(c.SOURCES)",
}
FIRST_STEP = """
from benchmarks.steps import {engine}
turn = {engine}(name="skull", size={size}, threads_inside={threads})
turn("steps", 1)
"""


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Time fresh processes in turns; kernels are built in an empty cache, everything else finds them built."""
    size, rounds = (16, 1) if quick else (SIZE, 3)
    codes = {name: code for name, code in PIECES.items() if not (quick and "build" in name)}  # a minute, on two cores
    for maker in engines().values():
        codes[f"first step of {maker.__name__}"] = FIRST_STEP.format(engine=maker.__name__, size=size, threads=threads)
    ways = {name: partial(fresh, code, threads=threads, empty_cache="build" in name) for name, code in codes.items()}
    samples = in_turns(rounds, ways, warm=not quick)
    return {name: summary(found) for name, found in samples.items()}


def fresh(code: str, *, threads: int, empty_cache: bool) -> float:
    """Run some code in a process of its own on so many cores; return its seconds from the first import to the end."""
    hold = f"import os, time\nos.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{threads}])"
    timed = f"{hold}\nbegan = time.perf_counter()\n{code}\nprint(time.perf_counter() - began)"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **({"XDG_CACHE_HOME": folder} if empty_cache else {})}
        done = subprocess.run([sys.executable, "-c", timed], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or f"It ended with {done.returncode}.").splitlines()[-1])
    return float(done.stdout.split()[-1])


def show(found: dict[str, Any]) -> str:
    """Lay out the table."""
    rows = [(name, one["median"], one["least"]) for name, one in found.items()]
    return table("Seconds paid once, in a fresh process", ("what", "median", "least"), rows)
