"""The explorer where a kernel is there: the same element, and its state in Python.

The element computes in the browser, as in the static book; what travels is which networks there are and what the
reader did to them. A change made in Python shows in the page at once, and a slider dragged in the page is there for
the next cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.cppn import Architecture, Network
from fer_utils.explorer.entries import entry
from fer_utils.explorer.shell import Explorer, payload, script, styles

# The element stands inside Jupyter's own page, which would take keys, drags and the wheel for itself.
BRIDGE = """
const MINE = ["keydown", "keyup", "keypress", "mousedown", "pointerdown", "dblclick", "contextmenu", "focusin",
  "dragstart", "dragover", "drop"];
export default {
  render({ model, el }) {
    el.setAttribute("data-lm-suppress-shortcuts", "true");
    for (const kind of MINE) el.addEventListener(kind, (event) => event.stopPropagation());
    let element, gone = false;
    const build = () => {
      if (element) element.remove();
      element = document.createElement("fer-explorer");
      const data = document.createElement("script");
      data.type = "application/json";
      data.textContent = JSON.stringify(model.get("data"));
      element.append(data);
      el.append(element);
      follow();
    };
    const PARTS = ["selected", "changes", "held"];
    // Networks that the reader opened from files come after those that Python knows, and stay the page's own.
    const known = ({ selected, changes, held }) => {
      const count = model.get("data").networks.length, cut = (list) => (list || []).slice(0, count);
      const mine = { changes: cut(changes), held: cut(held) };
      return selected.network < count ? { ...mine, selected } : mine;
    };
    const part = (state) => JSON.stringify(PARTS.map((name) => state[name]));
    // Jupyter draws first and puts into the page later; the element has a state only once it is there.
    const follow = () => {
      if (element.dataset.ready !== "true") { if (!gone) requestAnimationFrame(follow); return; }
      const wanted = Object.fromEntries(PARTS.map((name) => [name, model.get(name)]));
      if (part(wanted) !== part(known(element.state))) element.state = wanted;
    };
    build();
    model.on("change:data", build);
    model.on(PARTS.map((name) => `change:${name}`).join(" "), follow);
    el.addEventListener("fer-change", ({ detail }) => {
      for (const [name, value] of Object.entries(known(detail))) model.set(name, value);
      model.save_changes();
    });
    return () => { gone = true; };
  },
};
"""


class ExplorerWidget(Explorer, anywidget.AnyWidget):
    """The explorer with its state in Python; arguments as in ``explore``.

    All of these may be read, observed and set, and ``networks`` read:

    - ``network``: the network in hand, with the changes made so far. Another one set in its place is shown instead.
    - ``selected``: {"network": index, "weight": [layer, row, column]}.
    - ``changes``: for each network a mapping from a weight ("layer,row,column"; when set, a paper id or a tuple will
      do) to its new value.
    - ``held``: for each network a mapping from a neuron ("layer,neuron") to the value it is held at; 0 knocks it out.

    Raises:
        BadInput: As ``explore``; or what is set names no weight or no neuron of its network.

    Source: ours.
    """

    _esm = script() + BRIDGE
    _css = styles()
    data = traitlets.Dict().tag(sync=True)
    selected = traitlets.Dict().tag(sync=True)
    changes = traitlets.List(traitlets.Dict()).tag(sync=True)
    held = traitlets.List(traitlets.Dict()).tag(sync=True)
    network = traitlets.Any()

    def __init__(self, *networks: Network, **options: Any) -> None:
        data = payload(*networks, **options)
        self._originals = list(networks)
        start = {"selected": data["selected"], "changes": [{} for _ in networks], "held": [{} for _ in networks]}
        anywidget.AnyWidget.__init__(self, data=data, **start)
        self._tell()

    def __repr__(self) -> str:
        """Name the networks, for places that show no widget."""
        return Explorer.__repr__(self)

    @property
    def payload(self) -> dict[str, Any]:  # type: ignore[override]
        """The element's data, without the changes."""
        return dict(self.data)

    @property
    def networks(self) -> tuple[Network, ...]:  # type: ignore[override]
        """The networks with the changes made so far; what is held at a value stays as it is."""
        changed = zip(self._originals, self.changes, strict=True)
        return tuple(
            network.with_weights({_numbers(key): value for key, value in changes.items()})
            for network, changes in changed
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widget, and the element without a kernel in places that have none."""
        shown = anywidget.AnyWidget._repr_mimebundle_(self, **options)
        bundle, *rest = shown if isinstance(shown, tuple) else (shown, {})
        return {**(bundle or {}), "text/html": self.html()}, *rest

    @traitlets.validate("selected")
    def _known_selected(self, proposal: Any) -> dict[str, Any]:
        value = proposal["value"]
        if set(value) != {"network", "weight"}:
            raise bad("selected", 'a mapping with "network" and "weight"', value)
        index = whole('"network" of selected', value["network"], least=0, most=len(self._originals) - 1)
        place = self._originals[index].architecture.resolve(_hashable(value["weight"]))
        return {"network": index, "weight": list(place)}

    @traitlets.validate("changes")
    def _known_changes(self, proposal: Any) -> list[dict[str, float]]:
        return [
            {_key(architecture.resolve(_numbers(key))): real(f"new value of weight {key}", value) for key, value in one}
            for architecture, one in self._each("changes", proposal["value"])
        ]

    @traitlets.validate("held")
    def _known_held(self, proposal: Any) -> list[dict[str, float]]:
        return [
            {_key(_neuron(architecture, key)): real(f"value of neuron {key}", value) for key, value in one}
            for architecture, one in self._each("held", proposal["value"])
        ]

    def _each(self, name: str, value: Sequence[Mapping[Any, Any]]) -> list[tuple[Architecture, Any]]:
        if len(value) != len(self._originals):
            raise bad(name, f"{len(self._originals)} mappings, one for each network", value)
        return [(network.architecture, one.items()) for network, one in zip(self._originals, value, strict=True)]

    @traitlets.validate("network")
    def _known_network(self, proposal: Any) -> Network:
        if not isinstance(proposal["value"], Network):
            raise bad("network", "a layered network (fer.layerize turns a genome into one)", proposal["value"])
        return proposal["value"]

    @traitlets.observe("selected", "changes")
    def _tell(self, _: Any = None) -> None:
        """Bring ``network`` up to date with what was changed, here or in the page."""
        if self.selected and len(self.changes) == len(self._originals):
            self._told = self.networks[self.selected["network"]]
            self.network = self._told

    @traitlets.observe("network")
    def _show(self, change: Any) -> None:
        """Show a network that was set in Python in place of the one in hand."""
        if change["new"] is getattr(self, "_told", None):
            return
        index, network = self.selected["network"], change["new"]
        self._originals[index] = self._told = network
        entries = [dict(one) for one in self.data["networks"]]
        entries[index] = entry(network)
        selected = {"network": index, "weight": entries[index]["chosen"][0]["weight"]}
        emptied = {name: [{} if n == index else one for n, one in enumerate(getattr(self, name))] for name in PARTS}
        with self.hold_trait_notifications(), self.hold_sync():
            self.set_trait("changes", emptied["changes"])
            self.set_trait("held", emptied["held"])
            self.set_trait("selected", selected)
            self.data = {**self.data, "networks": entries, "selected": selected}


PARTS = ("changes", "held")


def _hashable(weight: Any) -> Any:
    return tuple(weight) if isinstance(weight, list) else weight


def _numbers(key: Any) -> Any:
    """Read "layer,row,column" as numbers; ids and tuples are left as they are."""
    if not isinstance(key, str):
        return key
    try:
        return tuple(int(part) for part in key.split(","))
    except ValueError:
        raise BadInput(f'weight must be written "layer,row,column", got {key!r}.') from None


def _key(place: Sequence[int]) -> str:
    return ",".join(map(str, place))


def _neuron(architecture: Architecture, key: Any) -> tuple[int, int]:
    place = _numbers(key)
    if not isinstance(place, tuple) or len(place) != 2:
        raise bad("neuron", '(layer, neuron) or "layer,neuron"', key)
    layer = whole("layer of a held neuron", place[0], least=0, most=architecture.depth - 1)
    return layer, whole("held neuron", place[1], least=0, most=architecture.width - 1)
