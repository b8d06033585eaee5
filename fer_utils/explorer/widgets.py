"""Sliders for those who work in Python: plain ipywidgets, and the explorer with its state in Python.

Both need a running kernel. ``sliders`` computes there; ``ExplorerWidget`` computes in the browser, with the same
script as the static book, and only its state travels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import anywidget
import ipywidgets
import traitlets

from fer_utils import images
from fer_utils.checks import BadInput, bad, real
from fer_utils.cppn import Network
from fer_utils.explorer.shell import payload, script, styles


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


class ExplorerWidget(anywidget.AnyWidget):
    """The explorer with its state in Python; arguments as in ``explore``.

    ``selected`` is {"network": index, "weight": [layer, row, column]}; ``changes`` holds one mapping for each network,
    from "layer,row,column" to the changed weight's value. Both may be read, observed and set; a change that names no
    weight of its network is ignored. ``networks`` returns the networks as they are shown.

    Source: ours.
    """

    _esm = (
        script()
        + """
export default {
  render({ model, el }) {
    const element = document.createElement("fer-explorer");
    const data = document.createElement("script");
    data.type = "application/json";
    data.textContent = JSON.stringify(model.get("data"));
    element.append(data);
    el.append(element);
    const follow = () => {
      const wanted = { selected: model.get("selected"), changes: model.get("changes") };
      const { selected, changes } = element.state;
      if (JSON.stringify(wanted) !== JSON.stringify({ selected, changes })) element.state = wanted;
    };
    follow();
    model.on("change:selected change:changes", follow);
    element.addEventListener("fer-change", ({ detail }) => {
      model.set({ selected: detail.selected, changes: detail.changes });
      model.save_changes();
    });
  },
};
"""
    )
    _css = styles()
    data = traitlets.Dict().tag(sync=True)
    selected = traitlets.Dict().tag(sync=True)
    changes = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, *networks: Network, **options: Any) -> None:
        data = payload(*networks, **options)
        self._originals = networks
        super().__init__(data=data, selected=data["selected"], changes=[{} for _ in networks])

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks with the changes made so far."""
        changed = zip(self._originals, self.changes, strict=True)
        return tuple(
            network.with_weights({tuple(map(int, key.split(","))): value for key, value in changes.items()})
            for network, changes in changed
        )


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
