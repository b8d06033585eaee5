"""What a benchmark ran on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

PACKAGES = ("fer-utils", "torch", "numpy", "jax", "jaxlib", "optax")


def describe() -> dict[str, Any]:
    """Return the kind of machine, the versions, and how busy it was."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor(),
        "vectors": _vectors(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "load_before": os.getloadavg()[0],
    }


def is_busy(machine: dict[str, Any]) -> bool:
    """Say whether other work was going on when the benchmark began."""
    return bool(machine["load_before"] > 0.5)


def peak_memory_mb() -> float:
    """Return the most memory this process has ever had resident."""
    return int((_first("/proc/self/status", "VmHWM") or "0 kB").split()[0]) / 1024


def _vectors() -> str:
    flags = (_first("/proc/cpuinfo", "flags") or "").split()
    return "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "other"


def _first(path: str, name: str) -> str | None:
    place = Path(path)
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == name), None)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
