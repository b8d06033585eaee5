"""Which engine does the steps: the one asked for, or the fastest that is there."""

from __future__ import annotations

import warnings

from fer_utils.checks import one_of
from fer_utils.training.engine import TorchEngine, known_device
from fer_utils.training.fused import FusedEngine, obstacle
from fer_utils.training.problem import Engine

ENGINES: dict[str, type[Engine]] = {"torch": TorchEngine, "fused": FusedEngine}
_said: set[str] = set()


def known_engine(name: str, device: str) -> tuple[type[Engine], str]:
    """Return the engine of this name, and the device it works on.

    Args:
        name: One of `ENGINES`, or "auto": fused on a CPU where it can be built, else torch.
        device: "cpu", "cuda", or "auto": cuda where torch sees a GPU and the engine can use it.

    Returns:
        The engine's class, and "cpu" or "cuda".

    Raises:
        BadInput: A name is unknown; the message lists the known ones.

    Source: ours.
    """
    one_of("engine", name, ("auto", *ENGINES))
    place = known_device("cpu" if (name, device) == ("fused", "auto") else device)
    if name == "auto":
        name = "fused" if place == "cpu" and _can_be_built() else "torch"
    return ENGINES[name], place


def _can_be_built() -> bool:
    """Say whether the fused engine is there; where it is not, tell the person once."""
    reason = obstacle()
    if reason is not None and reason not in _said:
        _said.add(reason)
        warnings.warn(f"{reason} The torch engine trains in its place, several times slower.", stacklevel=4)
    return reason is None
