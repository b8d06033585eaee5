"""Layerization: rewrite a genome's graph as a dense layered network that computes exactly the same.

The rules (paper, appendix on layerization). A node's layer is its longest path from an input. A value
lives from its own layer to the last layer that something reads it from; in between, ``cache`` neurons
carry it on with weight 1. Outputs live to the end, where the readout picks them up with weight 1. Each
hidden layer gets, for every activation, as many neurons as the fullest layer needs, so all are alike.

Within a group, neurons are filled in the order in which the genome is evaluated (``Genome.order``). The
paper's weight ids depend on that order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fer_utils import images
from fer_utils.cppn import Architecture, Network, Place, Weight
from fer_utils.genome import Genome, Node


@dataclass(frozen=True, eq=False)
class EvolvedNetwork(Network):
    """A layered genome, with the map between neurons and nodes, weights and connections.

    ``node_of[layer, neuron]`` is the node whose value a neuron holds; ``neurons_of[node]`` lists its neurons,
    its own first and the caches after; ``connection_of[weight]`` and ``weight_of[connection]`` translate
    between (layer, row, column) and connection ids; ``copies`` are the weights of 1 that only carry a value on.

    Source: paper, appendix on layerization and figure 11.
    """

    genome: Genome = field(kw_only=True)
    node_of: Mapping[Place, str] = field(kw_only=True)
    neurons_of: Mapping[str, tuple[Place, ...]] = field(kw_only=True)
    connection_of: Mapping[Weight, str] = field(kw_only=True)
    weight_of: Mapping[str, Weight] = field(kw_only=True)
    copies: frozenset[Weight] = field(kw_only=True)

    def connection_name(self, weight: int | Sequence[int]) -> str:
        """Say which nodes a weight joins in the genome, as in "540_106 → 576_223"; "copy" or "empty" otherwise."""
        place = self.architecture.resolve(weight)
        if place in self.connection_of:
            link = next(link for link in self.genome.connections if link.id == self.connection_of[place])
            return " → ".join(self.genome.node(node).label or node for node in (link.source, link.target))
        return "copy" if place in self.copies else "empty"


def layerize(genome: Genome, *, label: str | None = None) -> EvolvedNetwork:
    """Rewrite a genome as a layered network that computes exactly the same.

    Args:
        genome: The graph; nodes that reach no output are left out.
        label: What figures call the network; by default the genome's name.

    Returns:
        The network, with its maps to nodes and connections.

    Source: paper, appendix on layerization and figure 11.
    """
    layers = node_layers(genome)
    alive = _lifetimes(genome, layers)
    architecture, place = _assign(genome, layers, alive)
    matrices = [np.zeros(shape) for shape in architecture.shapes]
    copies = _write_copies(genome, architecture, layers, place, matrices)
    weight_of = _write_connections(genome, layers, place, matrices)
    node_of = {(layer, neuron): node for (node, layer), neuron in place.items() if 0 <= layer < architecture.depth}
    neurons_of = {
        node: tuple(sorted(key for key, value in node_of.items() if value == node)) for node in genome.order()
    }
    return EvolvedNetwork(
        architecture,
        tuple(matrices),
        label or genome.name,
        {key: genome.node(node).label or node for key, node in node_of.items()},
        genome=genome,
        node_of=node_of,
        neurons_of=neurons_of,
        connection_of={weight: connection for connection, weight in weight_of.items()},
        weight_of=weight_of,
        copies=copies,
    )


def largest_gap(network: EvolvedNetwork, size: int) -> float:
    """Compare the layered network with its own graph, over the picture and every neuron that holds a node's value.

    Args:
        network: A layered genome.
        size: Side length in pixels.

    Returns:
        The largest absolute difference at any pixel.

    Source: ours; the two are evaluated by different code.
    """
    graph, layered = network.genome.activations(size), network.activations(size)
    gaps = [np.abs(layered[layer][neuron] - graph[node]).max() for (layer, neuron), node in network.node_of.items()]
    return float(max(*gaps, np.abs(network.image(size) - network.genome.image(size)).max()))


@dataclass(frozen=True)
class BridgeRow:
    """One weight under all its names.

    Args:
        number: The paper's id.
        place: (layer, row, column).
        below: Name of the neuron it starts from.
        above: Name of the neuron it leads to.
        weight: Its value.
        connection: The nodes it joins in the genome, or "copy".
        name: What it is known for, if anything.

    Source: paper, figures 6, 16 and 20.
    """

    number: int
    place: Weight
    below: str
    above: str
    weight: float
    connection: str
    name: str = ""


def bridge(network: EvolvedNetwork, named: Mapping[Weight, str] | None = None) -> list[BridgeRow]:
    """List every weight of a layered genome that is not zero under all its names, in the order of the paper's ids.

    Args:
        network: A layered genome. Connections of weight 0 are listed too, since the genome has them.
        named: What some weights are known for, by (layer, row, column).

    Source: paper, figures 6, 16 and 20.
    """
    known, architecture = named or {}, network.architecture
    places = sorted({*network.nonzero(), *network.connection_of}, key=lambda place: architecture.paper_id(*place))
    return [
        BridgeRow(
            number=architecture.paper_id(*place),
            place=place,
            below=architecture.neuron_name(place[0] - 1, place[1]),
            above=architecture.neuron_name(place[0], place[2]),
            weight=network.weight(place),
            connection=network.connection_name(place),
            name=known.get(place, ""),
        )
        for place in places
    ]


def nodes_to_follow(network: EvolvedNetwork) -> list[str]:
    """Choose two nodes to follow from the graph to its layers: the one that lives longest, and one deep in the graph.

    Args:
        network: A layered genome.

    Returns:
        Ids of two hidden nodes, or of others where there are no hidden ones; of one where there is no other.

    Source: ours; the paper marks two neurons in figure 11.
    """
    placed = [node for node in network.neurons_of if network.neurons_of[node]]
    hidden = [node for node in placed if network.genome.node(node).kind == "hidden"] or placed
    longest = max(hidden, key=lambda node: (len(network.neurons_of[node]), node))
    once = [node for node in hidden if len(network.neurons_of[node]) == 1 and node != longest]
    deep = max(once or hidden, key=lambda node: (network.neurons_of[node][0][0], node))
    return list(dict.fromkeys([longest, deep]))


def node_layers(genome: Genome) -> dict[str, int]:
    """Find each node's layer: its longest path from an input, minus one, so that inputs are at -1.

    Source: paper, appendix on layerization.
    """
    layers = dict.fromkeys(genome.inputs.values(), -1)
    for node_id in genome.order():
        if node_id not in layers:
            # A node with no source is the constant f(0); it sits in the first hidden layer.
            layers[node_id] = 1 + max((layers[link.source] for link in genome.incoming(node_id)), default=-1)
    return layers


def _lifetimes(genome: Genome, layers: dict[str, int]) -> dict[str, int]:
    """Find the last layer in which each node's value must stand."""
    depth = 1 + max(layers.values())
    alive = {}
    for node_id in genome.order():
        readers = [layers[link.target] - 1 for link in genome.outgoing(node_id) if link.target in layers]
        is_output = node_id in genome.outputs.values()
        alive[node_id] = depth - 1 if is_output else max(readers, default=layers[node_id])
    return alive


def _group(node: Node, layer: int, own_layer: int) -> str:
    """A node stands in its activation's group in its own layer and in ``cache`` afterwards."""
    return node.activation if layer == own_layer else "cache"


def _assign(
    genome: Genome, layers: dict[str, int], alive: dict[str, int]
) -> tuple[Architecture, dict[tuple[str, int], int]]:
    """Give each (node, layer) a neuron; inputs stand at layer -1 in the order x, y, d, b."""
    depth = 1 + max(layers.values())
    ranks: dict[tuple[str, int], tuple[str, int]] = {}
    widths: Counter[str] = Counter()
    for layer in range(depth):
        counts: Counter[str] = Counter()
        for node_id in genome.order():
            if layers[node_id] <= layer <= alive[node_id]:
                group = _group(genome.node(node_id), layer, layers[node_id])
                ranks[node_id, layer] = (group, counts[group])
                counts[group] += 1
        widths |= counts  # the fullest layer decides
    architecture = Architecture(depth, tuple(sorted(widths.items())))
    starts = {name: part.start for name, part in architecture.slices}
    place = {key: starts[group] + rank for key, (group, rank) in ranks.items()}
    place.update({(node_id, -1): index for index, node_id in enumerate(genome.inputs.values())})
    return architecture, place


def _write_copies(
    genome: Genome,
    architecture: Architecture,
    layers: dict[str, int],
    place: dict[tuple[str, int], int],
    matrices: list[images.Array],
) -> frozenset[Weight]:
    """Write the weights of 1 that carry values on, and those of the readout."""
    copies = set()
    for (node_id, layer), neuron in place.items():
        if layer > layers[node_id]:
            copies.add((layer, place[node_id, layer - 1], neuron))
    for column, node_id in enumerate(genome.outputs.values()):
        copies.add((architecture.depth, place[node_id, architecture.depth - 1], column))
    for layer, row, column in copies:
        matrices[layer][row, column] = 1.0
    return frozenset(copies)


def _write_connections(
    genome: Genome, layers: dict[str, int], place: dict[tuple[str, int], int], matrices: list[images.Array]
) -> dict[str, Weight]:
    """Write each connection's weight where it now stands."""
    weight_of = {}
    for node_id in genome.order():
        for link in genome.incoming(node_id):
            layer = layers[node_id]
            weight_of[link.id] = (layer, place[link.source, layer - 1], place[node_id, layer])
            layer, row, column = weight_of[link.id]
            matrices[layer][row, column] = link.weight
    return weight_of
