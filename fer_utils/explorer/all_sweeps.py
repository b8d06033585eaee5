"""The Python side of ``<fer-sweeps>``: every sweep of a network, sorted by effect, drawn by the page itself.

Nothing is drawn here but the few stills of the fallback: the page gets the weights and the order, some tens of
kilobytes, and draws what the reader looks at.
"""

from __future__ import annotations

import base64
import html
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from fer_utils import sweeps
from fer_utils.checks import BadInput, bad, whole
from fer_utils.cppn import Network, Weight
from fer_utils.explorer.shell import script, styles
from fer_utils.explorer.stills import picture_strip
from fer_utils.layerize import EvolvedNetwork

SCHEMA = "fer-sweeps/1"
OFFSETS = (-1.0, -0.5, 0.0, 0.5, 1.0)
STILLS = 6  # strips in the fallback


class AllSweeps:
    """All sweeps of a network, ready to be shown: the last line of a notebook cell.

    Args:
        network: The network.
        ranked: ((layer, row, column), effect), the strongest first.
        offsets: Added to each weight's own value.
        size: Side of a picture in the page, pixels.
        known: What some weights are known for.

    Source: paper, supplement with all sweeps.
    """

    def __init__(
        self,
        network: Network,
        ranked: Sequence[tuple[Weight, float]],
        *,
        offsets: Sequence[float],
        size: int,
        known: Mapping[Weight, str],
    ) -> None:
        self.network, self.ranked, self.offsets, self.size = network, list(ranked), tuple(offsets), size
        self.known = dict(known)

    def __repr__(self) -> str:
        """Say what it is, for places that show no HTML."""
        return f"AllSweeps({self.network.label}, {len(self.ranked):,} weights)"

    @property
    def payload(self) -> dict[str, Any]:
        """Plain data as ``sweeps.js`` describes it."""
        ids = np.array([self.network.architecture.paper_id(*weight) for weight, _ in self.ranked], dtype="<u4")
        effects = np.array([effect for _, effect in self.ranked], dtype="<f4")
        names = {f"{layer},{neuron}": str(name) for (layer, neuron), name in self.network.names.items()}
        network = {
            "label": self.network.label,
            "architecture": str(self.network.architecture),
            "weights": self.network.to_json()["weights"],
            "names": names,
        }
        known = {str(self.network.architecture.paper_id(*weight)): name for weight, name in self.known.items()}
        head = {"schema": SCHEMA, "offsets": list(self.offsets), "size": self.size, "network": network}
        return {**head, "ids": _packed(ids), "effects": _packed(effects), "known": known}

    def _repr_html_(self) -> str:
        data = json.dumps(self.payload, allow_nan=False).replace("<", "\\u003c")
        element = (
            f'<fer-sweeps><script type="application/json">{data}</script>'
            f'<div class="fer-explorer-fallback">{self._stills()}</div></fer-sweeps>'
        )
        if os.environ.get("FER_BOOK_BUILD") == "1":
            return element
        return f"<style>{styles()}</style>{element}<script>{script()}</script><script>{sweeps_script()}</script>"

    def _stills(self) -> str:
        """Draw the strongest sweeps for readers without JavaScript, and for print."""
        figures = []
        for weight, effect in self.ranked[:STILLS]:
            values = self.network.weight(weight) + np.array(self.offsets)
            number = self.network.architecture.paper_id(*weight)
            strip = picture_strip(sweeps.sweep(self.network, weight, values, size=64))
            text = html.escape(f"{self.network.label}: weight {number}, effect {effect:.1e}")
            figures.append(
                f'<figure><figcaption>{text}</figcaption><img src="{strip}" alt="Pictures drawn while weight {number} '
                f'goes from {values[0]:.2f} to {values[-1]:.2f}."></figure>'
            )
        return "".join(figures)


def all_sweeps(
    network: Network, *, offsets: Iterable[float] = OFFSETS, size: int = 56, rank_size: int = 64, engine: str = "auto"
) -> AllSweeps:
    """Show every sweep of a network in a page, sorted by how much it moves the picture, searchable by number.

    Args:
        network: Any layered network. Of a layered genome the weights that compute are swept, of any other all that
            are not zero.
        offsets: Added to each weight's own value, from the left picture to the right.
        size: Side of a picture in the page, in pixels, 16 to 128.
        rank_size: Side of the pictures by which the effects are measured.
        engine: As in `fer_utils.sweeps.rank`.

    Returns:
        What a notebook shows.

    Raises:
        BadInput: It is no network, or has no weight to sweep.

    Source: paper, supplement with all sweeps.
    """
    if not isinstance(network, Network):
        raise bad("network", "a fer_utils Network", network)
    side, moves = whole("size", size, least=16, most=128), [float(offset) for offset in offsets]
    weights = sweeps.sweepable(network)
    if not weights:
        raise BadInput("network must have a weight that is not zero, got none.")
    ranked = sweeps.rank(network, weights, offsets=moves, size=rank_size, engine=engine)
    known = sweeps.named(network) if isinstance(network, EvolvedNetwork) else {}
    return AllSweeps(network, ranked, offsets=moves, size=side, known=known)


def _packed(numbers: np.ndarray) -> str:
    return base64.b64encode(numbers.tobytes()).decode("ascii")


@cache
def sweeps_script() -> str:
    """Return the element's JavaScript; it needs the explorer's before it."""
    return (resources.files(__package__) / "sweeps.js").read_text(encoding="utf-8")
