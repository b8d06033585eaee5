"""Drag a weight and watch the picture, and every neuron, follow: in the static book and in JupyterLab alike.

``explore`` shows one or more networks in the custom element ``<fer-explorer>`` (``element.js``: one script without
dependencies, which computes the networks in the browser, so that no kernel is needed). ``sliders`` and
``ExplorerWidget`` are for those who work in Python: the first computes in the kernel, the second is the same element
with its state readable and settable from Python. ``all_sweeps`` lists every sweep of one network, drawn by the page as
the reader comes to it (``sweeps.js``, on the same engine).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from fer_utils.explorer.all_sweeps import AllSweeps, all_sweeps
from fer_utils.explorer.shell import Explorer, explore, payload, script, styles

if TYPE_CHECKING:
    from fer_utils.explorer.widgets import ExplorerWidget, sliders

__all__ = [
    "AllSweeps",
    "Explorer",
    "ExplorerWidget",
    "all_sweeps",
    "explore",
    "payload",
    "script",
    "sliders",
    "styles",
]


def __getattr__(name: str) -> Any:
    """Fetch the kernel-side widgets on first use; ipywidgets is slow to import and the book does not need it."""
    if name not in ("ExplorerWidget", "sliders"):
        raise AttributeError(f"module 'fer_utils.explorer' has no attribute {name!r}")
    return getattr(importlib.import_module("fer_utils.explorer.widgets"), name)
