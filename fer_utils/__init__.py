"""Train, evolve, visualise and measure the insides of networks that draw the same image.

The names below are the package's whole face; everything else stays inside its room
(``fer_utils.images``, ``fer_utils.plotting`` and so on). Most are fetched on first use, so that importing the
package draws, trains and opens nothing, and decides nothing about devices or threads.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# A room and a function share this name. Imported here, once, the name is the function whatever is imported later.
from fer_utils.layerize import layerize

if TYPE_CHECKING:
    from fer_utils.cppn import Architecture, Network
    from fer_utils.explorer import explore
    from fer_utils.features import feature_maps
    from fer_utils.garden import load_genome
    from fer_utils.measuring import measure
    from fer_utils.sweeps import sweep
    from fer_utils.training import Recipe, Run, fit

__all__ = [
    "Architecture",
    "Network",
    "Recipe",
    "Run",
    "explore",
    "feature_maps",
    "fit",
    "layerize",
    "load_genome",
    "measure",
    "sweep",
]

_ROOM_OF = {
    "Architecture": "cppn",
    "Network": "cppn",
    "Recipe": "training",
    "Run": "training",
    "explore": "explorer",
    "feature_maps": "features",
    "fit": "training",
    "load_genome": "garden",
    "measure": "measuring",
    "sweep": "sweeps",
}


def __getattr__(name: str) -> Any:
    """Fetch a public name from its room on first use."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'fer_utils' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"fer_utils.{_ROOM_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
