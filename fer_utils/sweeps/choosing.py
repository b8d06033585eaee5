"""Which engine draws the sweeps: the one asked for, or the fastest that is there."""

from __future__ import annotations

import warnings

from fer_utils.checks import one_of, whole
from fer_utils.sweeps.compiled import SOURCES
from fer_utils.training.fused import compiling

ENGINES = ("numpy", "fused")
_said: set[str] = set()


def known_engine(name: str) -> str:
    """Return "numpy" or "fused" for one of these or for "auto": fused where it can be built.

    Source: ours.
    """
    if one_of("engine", name, ("auto", *ENGINES)) != "auto":
        return name
    reason = compiling.obstacle(SOURCES)
    if reason is not None and reason not in _said:
        _said.add(reason)
        warnings.warn(f"{reason} NumPy draws the sweeps in its place, many times slower.", stacklevel=3)
    return "fused" if reason is None else "numpy"


def known_threads(threads: int | None) -> int | None:
    """Return a number of threads, or None as it is.

    Source: ours.
    """
    return None if threads is None else whole("threads", threads, least=1, most=1024)
