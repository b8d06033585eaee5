"""Growth that changes nothing at first: a layered network gains neurons and layers and still draws the same picture.

A **new neuron** listens to the layer below through fresh random weights, and nothing listens to it yet: its weights to
neurons that were there before are zero. A **new layer** comes between the last hidden layer and the readout. Three of
its identity neurons (or caches, which are the same) carry the three raw outputs up, all its other neurons are new. So
a layer can be put in only where an architecture has three neurons that carry a value as it is.

What the network computes is the same in exact arithmetic, and to the last digits or so in floating point. Gradient
descent can use the new weights at once: the readout of a new neuron has a gradient as soon as the neuron varies.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import BadInput, bad, real
from fer_utils.cppn import Architecture, Network
from fer_utils.images import OUTPUTS
from fer_utils.training.initial import initialise

CARRIERS = ("cache", "identity")  # activations that carry a value as it is


def smaller(architecture: Architecture, share: float) -> Architecture:
    """Shrink an architecture: so large a share of its layers, and of the neurons of each kind.

    Args:
        architecture: The whole.
        share: Above 0, at most 1. Layers are rounded to the nearest number, neurons up, so that every kind stays; at
            least three that carry values stay where there are so many.

    Raises:
        BadInput: The share is out of range.

    Source: ours.
    """
    part = real("share", share, above=0, most=1)
    counts = {name: int(np.ceil(part * count - 1e-9)) for name, count in architecture.groups}
    for name, count in architecture.groups:
        lacking = len(OUTPUTS) - sum(counts.get(one, 0) for one in CARRIERS)
        if name in CARRIERS and lacking > 0:
            counts[name] = min(count, counts[name] + lacking)
    depth = max(1, int(np.floor(part * architecture.depth + 0.5)))
    return Architecture(depth, tuple((name, counts[name]) for name, _ in architecture.groups))


def grown(network: Network, architecture: Architecture, *, seed: int) -> Network:
    """Widen and deepen a network to an architecture without changing what it draws.

    Args:
        network: What there is.
        architecture: What it becomes: no kind of neuron fewer, no layer fewer.
        seed: Of the weights into new neurons: those of `training.initialise`.

    Returns:
        The larger network; its first layers hold the old ones, old neurons first within each kind.

    Raises:
        BadInput: The architecture is smaller in something, or has too few neurons that carry a value for a new layer.

    Source: ours, after Net2Net (Chen, Goodfellow and Shlens 2016) and NEAT's complexification.
    """
    old = network.architecture
    counts = dict(architecture.groups)
    fewer = [name for name, count in old.groups if counts.get(name, 0) < count]
    if fewer or architecture.depth < old.depth:
        raise bad("architecture", f"no smaller in anything than {old}", str(architecture))
    return _deepened(_widened(network, Architecture(old.depth, architecture.groups), seed), architecture, seed)


def _widened(network: Network, architecture: Architecture, seed: int) -> Network:
    """Put new neurons into every hidden layer: fresh weights in, zeros out."""
    fresh, kept = initialise(architecture, seed).weights, _kept(network.architecture, architecture)
    new = np.setdiff1d(np.arange(architecture.width), kept)
    matrices = []
    for layer, (old, drawn) in enumerate(zip(network.weights, fresh, strict=True)):
        matrix = drawn.copy()
        rows = np.arange(len(matrix)) if layer == 0 else kept
        columns = np.arange(matrix.shape[1]) if layer == architecture.depth else kept
        if layer > 0:
            matrix[np.ix_(new, columns)] = 0
        matrix[np.ix_(rows, columns)] = old
        matrices.append(matrix)
    return Network(architecture, tuple(matrices), network.label)


def _deepened(network: Network, architecture: Architecture, seed: int) -> Network:
    """Put new layers between the last hidden layer and the readout, as many as are lacking."""
    matrices, fresh = list(network.weights), initialise(architecture, seed).weights
    places = [place for place, name in enumerate(architecture.activations) if name in CARRIERS][: len(OUTPUTS)]
    for layer in range(network.architecture.depth, architecture.depth):
        if len(places) < len(OUTPUTS):
            raise BadInput(f"A new layer needs {len(OUTPUTS)} identity or cache neurons, got {architecture}.")
        matrix, readout = fresh[layer].copy(), np.zeros((architecture.width, len(OUTPUTS)))
        matrix[:, places] = matrices[-1]
        readout[places, range(len(OUTPUTS))] = 1
        matrices[-1:] = [matrix, readout]
    return Network(architecture, tuple(matrices), network.label)


def _kept(old: Architecture, new: Architecture) -> NDArray[np.int64]:
    """Say where in a layer of the new architecture the neurons of the old one stand."""
    starts, sizes = {name: part.start for name, part in new.slices}, dict(old.groups)
    return np.concatenate([starts[name] + np.arange(sizes[name]) for name, _ in old.groups])
