"""Which engine does the steps: the one asked for, or the fastest that is there."""

from __future__ import annotations

import warnings

from fer_utils.checks import one_of
from fer_utils.cppn import Architecture
from fer_utils.training import fused, gpu
from fer_utils.training.engine import DEVICES, TorchEngine, known_device
from fer_utils.training.fused import FusedEngine
from fer_utils.training.gpu import GpuEngine
from fer_utils.training.gpu.gradient import LIKELY
from fer_utils.training.problem import Engine

ENGINES: dict[str, type[Engine]] = {"torch": TorchEngine, "fused": FusedEngine, "gpu": GpuEngine}
_HOMES = {"fused": "cpu", "gpu": "cuda"}  # the only device of each compiled engine
_said: set[str] = set()


def known_engine(name: str, device: str, architecture: Architecture = LIKELY) -> tuple[type[Engine], str]:
    """Return the engine of this name, and the device it works on.

    Args:
        name: One of `ENGINES`, or "auto": fused on a CPU and gpu on a GPU where they can be built, else torch.
        device: "cpu", "cuda", or "auto": cuda where torch sees a GPU and the engine can use it.
        architecture: Of the networks, since a GPU has no room for very wide layers.

    Returns:
        The engine's class, and "cpu" or "cuda".

    Raises:
        BadInput: A name is unknown; the message lists the known ones.

    Source: ours.
    """
    one_of("engine", name, ("auto", *ENGINES))
    one_of("device", device, DEVICES)
    place = _HOMES[name] if device == "auto" and name in _HOMES else known_device(device)
    if name == "auto":
        reason = gpu.obstacle(architecture) if place == "cuda" else fused.obstacle()
        name = "torch" if _told(reason) else "gpu" if place == "cuda" else "fused"
    return ENGINES[name], place


def _told(reason: str | None) -> bool:
    """Say whether there is an obstacle, and tell the person of it once."""
    if reason is not None and reason not in _said:
        _said.add(reason)
        warnings.warn(f"{reason} The torch engine trains in its place, several times slower.", stacklevel=4)
    return reason is not None
