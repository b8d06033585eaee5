"""The reduced network: a layered network without the neurons that only copy or add.

A ``cache`` or ``identity`` neuron hands its weighted sum on as it is, so what it carries can as well be read from where
it came: the weights along every such way multiply, and add up over the ways. What remains are the neurons that bend
their sums, each reading bent neurons and inputs from any number of layers below. The paper's skull keeps 5 of 22
neurons a layer so, and a change that runs through the network costs a quarter.

Where the copying layers are many, reading every bent neuron below would cost more than it saves; then all neurons of
some layers, the stations, are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_utils.cppn import Network
from fer_utils.images import Array

COPIES = ("cache", "identity")
DISTANCES = (4, 6)  # between stations; tried besides none at all
MOST_NUMBERS = 2**23  # in a reduced network without stations: beyond, the network is so deep that it wants some


@dataclass(frozen=True, eq=False)
class Reduced:
    """The neurons kept of each layer, the outputs last, and the weights of the direct ways into them.

    ``kept[l]`` holds numbers of neurons. ``reach[l]`` is ``(width, n)`` float64: how every neuron of layer ``l``, kept
    or not, weighs in the sums of the next ``n`` kept neurons, counted from layer ``l + 1``; it weighs in no later ones.

    Source: ours.
    """

    kept: tuple[NDArray[np.int32], ...]
    reach: tuple[Array, ...]


def reduce(network: Network) -> Reduced:
    """Leave the copying neurons of a network out, but for stations where they spare work.

    Args:
        network: Any layered network.

    Source: ours.
    """
    architecture = network.architecture
    bending = sum(count for name, count in architecture.groups if name not in COPIES)
    shallow = architecture.depth**2 * architecture.width * bending <= MOST_NUMBERS
    distances = (*DISTANCES, architecture.depth + 1) if shallow else DISTANCES
    return min((_reduced(network, distance) for distance in distances), key=_work)


def _reduced(network: Network, distance: int) -> Reduced:
    architecture = network.architecture
    bending = np.flatnonzero([name not in COPIES for name in architecture.activations])
    layers = [
        np.arange(architecture.width) if layer % distance == distance - 1 else bending
        for layer in range(architecture.depth)
    ]
    kept = tuple(neurons.astype(np.int32) for neurons in (*layers, np.arange(architecture.shapes[-1][1])))
    return Reduced(kept, tuple(_reach(network, kept, layer) for layer in range(architecture.depth)))


def _reach(network: Network, kept: tuple[NDArray[np.int32], ...], layer: int) -> Array:
    """Carry each neuron of a layer upwards until all it weighs in has been kept."""
    carried = np.eye(network.architecture.width)
    found = []
    for above in range(layer + 1, len(kept)):
        carried = carried @ network.weights[above]
        found.append(carried[:, kept[above]])
        carried[:, kept[above]] = 0
        if not carried.any():
            break
    return np.concatenate(found, axis=1)


def _work(reduced: Reduced) -> float:
    """Count the weights that one change meets on its way up, in the mean over the layers it may start from."""
    layers = zip(reduced.kept, reduced.reach, strict=False)
    own = sum(np.count_nonzero(reach) / len(reach) for reach in reduced.reach)
    return float(own + sum(n * np.count_nonzero(reach[kept]) for n, (kept, reach) in enumerate(layers)))
