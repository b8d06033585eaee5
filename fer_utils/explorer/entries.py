"""What the element is told of each network: weights, names, the sweeps offered by name, and a genome's own graph.

Conventions that bite. The element's weights are float32, layer after layer in numeric order; a weight is
[layer, row, column], and its paper id travels along. ``low`` and ``high`` of a chosen weight are offsets from its
value, not values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fer_utils import images, sweeps
from fer_utils.checks import bad, real
from fer_utils.cppn import Network, Weight
from fer_utils.layerize import EvolvedNetwork, node_layers

PAPER_RANGES = {("apple", 42178): (-3.0, 1.0)}  # the one sweep for which the paper leaves its own ±1
SAMPLED = 32  # weights of a network without named ones among which the strongest are looked for

Chosen = Mapping[Any, Any]


def entry(network: Network, chosen: Chosen | None = None, *, key: str = "", group: str = "") -> dict[str, Any]:
    """Say of one network what the element needs.

    Args:
        network: Any layered network.
        chosen: Its weights offered by name, as in `explore`.
        key: Its name in links; by default made from its content.
        group: The picture it belongs to.

    Returns:
        Plain data, an item of "networks" in the element's data.

    Raises:
        BadInput: A chosen weight does not exist, or its name or range is none.

    Source: ours.
    """
    evolved = isinstance(network, EvolvedNetwork)
    plain = network.to_json()
    about = {"graph": graph(network)} if isinstance(network, EvolvedNetwork) else {}
    return {
        "key": key or network.content_hash()[:16],
        "label": network.label,
        "kind": "evolved" if evolved else "sgd",
        **({"group": group} if group else {}),
        "architecture": plain["architecture"],
        "weights": plain["weights"],
        "names": plain["names"],
        "chosen": choice(network, chosen),
        **about,
    }


def graph(network: EvolvedNetwork) -> dict[str, Any]:
    """Lay out a genome for the element: all nodes and connections, and where each stands in the layered network.

    Args:
        network: A layered genome.

    Returns:
        The genome's own fields; "nodes" with their layer (None where no output is reached) and neurons, and "links"
        with their weight's place (None likewise).

    Source: paper, figure 11.
    """
    genome, layers = network.genome, node_layers(network.genome)
    own = {node: [[-1, images.INPUTS.index(label)]] for label, node in genome.inputs.items()}
    nodes = [
        {
            "id": node.id,
            "kind": node.kind,
            "activation": node.activation,
            "label": node.label,
            "layer": layers.get(node.id),
            "neurons": own.get(node.id, []) + _own_first(network.neurons_of.get(node.id, ()), layers.get(node.id)),
        }
        for node in genome.nodes
    ]
    places = {link: list(place) for link, place in network.weight_of.items()}
    links = [
        {"id": one.id, "source": one.source, "target": one.target, "value": one.weight, "weight": places.get(one.id)}
        for one in genome.connections
    ]
    about = {"name": genome.name, "age": genome.age, "origin": genome.origin, "note": genome.note}
    return {**about, "nodes": nodes, "links": links}


def _own_first(places: Sequence[tuple[int, int]], layer: int | None) -> list[list[int]]:
    return [list(place) for place in sorted(places, key=lambda place: (place[0] != layer, place))]


def choice(network: Network, chosen: Chosen | None) -> list[dict[str, Any]]:
    """List the weights offered by name: those given, or a genome's own, or the strongest of a sample.

    Source: paper, figures 6, 16 and 20; ours where there are no names.
    """
    if chosen is not None and not isinstance(chosen, Mapping):
        raise bad("chosen", "for each network a mapping from a weight to its name", chosen)
    if not chosen:
        chosen = sweeps.named(network) if isinstance(network, EvolvedNetwork) else strongest(network)
    return [_offer(network, weight, value) for weight, value in chosen.items()]


def strongest(network: Network, *, count: int = 4, sampled: int = SAMPLED) -> dict[Weight, str]:
    """Find weights of a network without names that move its picture most, among a fixed sample.

    Source: ours.
    """
    sample = sweeps.sample(network, sampled, seed=0) if any(network.nonzero()) else [(0, 0, 0)]
    return {weight: "" for weight, _ in sweeps.rank(network, sample, offsets=(-1.0, 0.0, 1.0), size=16)[:count]}


def _offer(network: Network, weight: Any, value: Any) -> dict[str, Any]:
    place = network.architecture.resolve(weight)
    paper_id = network.architecture.paper_id(*place)
    image = network.genome.name if isinstance(network, EvolvedNetwork) else ""
    usual = PAPER_RANGES.get((image, paper_id), (-1.0, 1.0))
    name, low, high = (value, *usual) if isinstance(value, str) else _three(value)
    low, high = real("low end of a chosen weight", low), real("high end of a chosen weight", high)
    if low >= high:
        raise bad("chosen", "a range whose low end is below its high end", value)
    return {"weight": list(place), "id": paper_id, "name": name or f"weight {paper_id}", "low": low, "high": high}


def _three(value: Any) -> tuple[str, Any, Any]:
    if not isinstance(value, list | tuple) or len(value) != 3 or not isinstance(value[0], str):
        raise bad("chosen", "a name, or (name, low, high), for each weight", value)
    return value[0], value[1], value[2]
