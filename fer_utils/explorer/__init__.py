"""Drag a weight and watch the picture, and every neuron, follow: in the static book and in JupyterLab alike.

``explore`` shows one or more networks in the custom element ``<fer-explorer>`` (``element.js``, and the tools that its
folder ``workbench`` has: scripts without dependencies, which compute the networks in the browser, so that no kernel is
needed). Where a kernel is there, the same element comes as an ``ExplorerWidget``, whose state Python reads and sets.
``gallery`` lists what the book's page with the full explorer offers, ``sliders`` is for those who want to see the code,
and ``all_sweeps`` lists every sweep of one network, drawn by the page as the reader comes to it (``sweeps.js``, on the
same engine). ``breed`` breeds pictures in JupyterLab, and ``replays`` shows recorded sessions, bred anew in the page
(``replay.js``).

To see all the code there is, in a notebook with a kernel:

    import matplotlib.pyplot as plt
    from ipywidgets import interact

    @interact(change=(-1.0, 1.0, 0.05))
    def draw(change=0.0):
        plt.imshow(evolved.with_weights({4371: evolved.weight(4371) + change}).image(128))
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from fer_utils.explorer.all_sweeps import AllSweeps, all_sweeps
from fer_utils.explorer.replays import Replays, replays
from fer_utils.explorer.shell import Explorer, explore, payload, script, styles

if TYPE_CHECKING:
    from fer_utils.explorer.breeder import Breeder, breed
    from fer_utils.explorer.live import ExplorerWidget
    from fer_utils.explorer.widgets import sliders

__all__ = [
    "AllSweeps",
    "Breeder",
    "Explorer",
    "ExplorerWidget",
    "Replays",
    "all_sweeps",
    "breed",
    "explore",
    "payload",
    "replays",
    "script",
    "sliders",
    "styles",
]

_ROOM_OF = {"Breeder": "breeder", "ExplorerWidget": "live", "breed": "breeder", "sliders": "widgets"}


def __getattr__(name: str) -> Any:
    """Fetch the kernel-side widgets on first use; ipywidgets is slow to import and the book does not need it."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'fer_utils.explorer' has no attribute {name!r}")
    return getattr(importlib.import_module(f"fer_utils.explorer.{_ROOM_OF[name]}"), name)
