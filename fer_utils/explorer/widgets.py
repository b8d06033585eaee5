"""Sliders for those who work in Python, made of plain ipywidgets; they compute in the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ipywidgets

from fer_utils import images
from fer_utils.checks import BadInput, bad, real
from fer_utils.cppn import Network


def sliders(network: Network, weights: Iterable[Any], *, span: float = 1.0, size: int = 128) -> ipywidgets.HBox:
    """Show a picture with one ipywidgets slider for each of some weights.

    Args:
        network: Any layered network.
        weights: The paper's ids or (layer, row, column); a mapping gives them names.
        span: How far each slider reaches to either side of its weight's value, above 0.
        size: Side of the picture, pixels.

    Returns:
        A box: the picture (``box.children[0]``), and the sliders (``box.children[1].children``), whose ``.value`` is
        the weight's.

    Raises:
        BadInput: No weight, or one that the network does not have.

    Source: ours, after the paper's figure 6.
    """
    if not isinstance(network, Network):
        raise bad("network", "a layered network (fer.layerize turns a genome into one)", network)
    span, size = real("span", span, above=0), images.image_size("size", size)
    if isinstance(weights, str | bytes) or not isinstance(weights, Iterable):
        raise bad("weights", "paper ids or (layer, row, column), in a list or as the keys of a mapping", weights)
    names = dict(weights) if isinstance(weights, Mapping) else dict.fromkeys(_hashable(weights), "")
    if not names:
        raise BadInput("weights must name at least one weight, got none.")
    places = [network.architecture.resolve(weight) for weight in names]
    knobs = [_knob(network, place, name, span) for place, name in zip(places, names.values(), strict=True)]
    picture = ipywidgets.Image(format="png", width=2 * size, height=2 * size)

    def redraw(_: object = None) -> None:
        values = {place: knob.value for place, knob in zip(places, knobs, strict=True)}
        picture.value = images.png_bytes(network.with_weights(values).image(size))

    for knob in knobs:
        knob.observe(redraw, names="value")
    redraw()
    return ipywidgets.HBox([picture, ipywidgets.VBox(knobs)])


def _hashable(weights: Iterable[Any]) -> list[Any]:
    return [tuple(weight) if isinstance(weight, list) else weight for weight in weights]


def _knob(network: Network, place: Sequence[int], name: str, span: float) -> ipywidgets.FloatSlider:
    value = network.weight(place)
    layer, row, column = place
    return ipywidgets.FloatSlider(
        value=value,
        min=value - span,
        max=value + span,
        step=span / 100,
        description=name or f"weight {network.architecture.paper_id(layer, row, column)}",
        style={"description_width": "10em"},
        layout={"width": "26em"},
        readout_format=".3f",
    )
