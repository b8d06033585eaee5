"""Weight sweeps: draw the picture again while one weight, or one direction, moves away from its value.

A weight in layer ``l`` leaves every layer below ``l`` as it is, and changes one neuron's weighted sum by
(new - old) times the map it reads. So the layers below are computed once, the sum is updated, and only
the layers above run again, all values of the sweep together. The result equals a plain re-render.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from fer_utils import activations, garden, images
from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.cppn import Network, Weight, step
from fer_utils.images import Array
from fer_utils.layerize import EvolvedNetwork

PAPER_SWEEPS: dict[str, dict[str, dict[int, str]]] = {
    "skull": {
        "evolved": {4371: "mouth opening", 5009: "winking", 5097: "eye width", 37: "jaw width"},
        "sgd": {1587: "", 81: "", 46: "", 3185: ""},
    },
    "butterfly": {
        "evolved": {1949: "wing area", 3702: "colour", 17: "butterfly to fly", 133: "vertical shape"},
        "sgd": {5603: "", 3796: "", 3848: "", 78: ""},
    },
    "apple": {
        "evolved": {42178: "stem angle", 4140: "size", 34459: "background", 17131: "stem removed"},
        "sgd": {37753: "", 135: "", 37721: "", 37809: ""},
    },
}
"""Weights the paper chose to sweep, by image and network, as paper id to the paper's label.

Source: paper, figures 6, 16 and 20 (it gives the SGD networks' sweeps no labels).
"""


def around(network: Network, weight: int | Sequence[int], *, span: float = 1.0, count: int = 5) -> Array:
    """Choose values around a weight's own: w + linspace(-span, span, count).

    Args:
        network: Any layered network.
        weight: The paper's id or (layer, row, column).
        span: Distance to either side, above 0.
        count: How many values, at least 2.

    Returns:
        ``(count,)`` float64.

    Source: paper, figure 6 (span 1, five values).
    """
    offsets = np.linspace(-1, 1, whole("count", count, least=2)) * real("span", span, above=0)
    return network.weight(weight) + offsets


def sweep(network: Network, weight: int | Sequence[int], values: Iterable[float], *, size: int = 256) -> Array:
    """Draw the picture once for each value of one weight.

    Args:
        network: Any layered network.
        weight: The paper's id or (layer, row, column).
        values: The weight's values, in order.
        size: Side length in pixels.

    Returns:
        ``(len(values), size, size, 3)`` float64 in [0, 1].

    Raises:
        BadInput: There is no such weight, or a value is not a finite number.

    Source: paper, figures 6, 16, 20.
    """
    place = network.architecture.resolve(weight)
    return _render(network, place, _values(values), _Prefix(network, images.image_size("size", size)))


def sweep_many(
    network: Network, weights: Iterable[int | Sequence[int]], offsets: Iterable[float], *, size: int = 64
) -> Iterator[tuple[Weight, Array]]:
    """Sweep many weights, each through its own value plus the same offsets, computing shared layers once.

    Args:
        network: Any layered network.
        weights: Paper ids or (layer, row, column).
        offsets: Added to each weight's own value.
        size: Side length in pixels.

    Yields:
        (layer, row, column) and its ``(len(offsets), size, size, 3)`` stack, in the order given.

    Source: paper, supplement with all sweeps.
    """
    prefix = _Prefix(network, images.image_size("size", size))
    steps = _values(offsets)
    for weight in weights:
        place = network.architecture.resolve(weight)
        yield place, _render(network, place, network.weight(place) + steps, prefix)


def sweep_direction(
    network: Network, layer: int, direction: object, values: Iterable[float], *, size: int = 256
) -> Array:
    """Draw the picture while one layer's weights move along a direction.

    Args:
        network: Any layered network.
        layer: The weight layer, 0 to depth.
        direction: ``(in, out)``, the same shape as that layer's matrix.
        values: Distances along the direction; 0 is the network as it is.
        size: Side length in pixels.

    Returns:
        ``(len(values), size, size, 3)`` float64 in [0, 1].

    Source: paper, figure 25.
    """
    index = whole("layer", layer, least=0, most=network.architecture.depth)
    shape = network.architecture.shapes[index]
    try:
        along = np.asarray(direction, dtype=np.float64)
    except (TypeError, ValueError):
        along = np.empty(0)  # refused with the rest, below
    if along.shape != shape or not np.isfinite(along).all():
        raise bad("direction", f"finite numbers of shape {shape}", direction)
    prefix = _Prefix(network, images.image_size("size", size))
    moved = network.weights[index] + _values(values)[:, None, None] * along
    return _finish(network, index, step(moved, network.architecture, index, prefix.below(index)), prefix)


def random_row_direction(network: Network, layer: int, row: int, *, seed: int) -> Array:
    """Draw a random unit direction within one row of a weight matrix.

    Args:
        network: Any layered network.
        layer: The weight layer, 0 to depth.
        row: The neuron below, whose outgoing weights move.
        seed: Seed of the direction.

    Returns:
        ``(in, out)`` float64, zero outside the row, of length 1.

    Source: paper, figure 25.
    """
    layer, row, _ = network.architecture.resolve((layer, row, 0))
    direction = np.zeros(network.architecture.shapes[layer])
    direction[row] = np.random.default_rng(whole("seed", seed, least=0)).standard_normal(direction.shape[1])
    return direction / np.linalg.norm(direction)


def effect(stack: object) -> float:
    """Measure how much a sweep moves the picture: the variance over the sweep, averaged over pixels and channels.

    Args:
        stack: ``(n, size, size, 3)``.

    Source: paper, supplement with all sweeps (its sorting order).
    """
    try:
        array = np.asarray(stack, dtype=np.float64)
    except (TypeError, ValueError):
        raise bad("stack", "images of shape (n, size, size, 3) with n at least 2", stack) from None
    if array.ndim != 4 or len(array) < 2:
        raise bad("stack", "images of shape (n, size, size, 3) with n at least 2", stack)
    return float(array.var(axis=0).mean())


def sweepable(network: Network) -> list[Weight]:
    """List the weights worth sweeping: not zero, and not a copy that only carries a value on.

    Args:
        network: Any layered network; the evolved skull has 57 such weights.

    Returns:
        (layer, row, column), layer after layer.

    Source: paper, supplement with all sweeps.
    """
    copies = network.copies if isinstance(network, EvolvedNetwork) else frozenset()
    return [weight for weight in network.nonzero() if weight not in copies]


def rank(
    network: Network,
    weights: Iterable[int | Sequence[int]],
    *,
    offsets: Iterable[float] = (-1.0, -0.5, 0.0, 0.5, 1.0),
    size: int = 64,
) -> list[tuple[Weight, float]]:
    """Sort weights by how much their sweep moves the picture, the strongest first.

    Args:
        network: Any layered network.
        weights: Paper ids or (layer, row, column).
        offsets: Added to each weight's own value.
        size: Side length in pixels.

    Returns:
        ((layer, row, column), effect) pairs; ``effect`` is the variance that the sweep causes.

    Source: paper, supplement with all sweeps (its sorting order).
    """
    found = [(weight, effect(stack)) for weight, stack in sweep_many(network, weights, offsets, size=size)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def sample(network: Network, count: int, *, seed: int) -> list[Weight]:
    """Draw weights at random from those worth sweeping, without repetition.

    Args:
        network: Any layered network.
        count: How many; all of them if there are fewer.
        seed: Seed of the draw.

    Source: ours.
    """
    weights = sweepable(network)
    wanted = min(whole("count", count, least=1), len(weights))
    chosen = np.random.default_rng(whole("seed", seed, least=0)).choice(len(weights), size=wanted, replace=False)
    return [weights[index] for index in sorted(chosen)]


def named(network: EvolvedNetwork, *, count: int = 4) -> dict[Weight, str]:
    """Give the weights of a layered genome that are known by a name.

    Args:
        network: A layered genome. The paper named four weights of each of its three; our own genomes carry
            names too; for any other, the strongest weights are taken and called by the nodes they join.
        count: How many to take where there are no names.

    Returns:
        (layer, row, column) to name.

    Source: paper, figures 6, 16 and 20; ours for our own genomes.
    """
    known = _known_names(network)
    if known:
        return known
    strongest = [weight for weight, _ in rank(network, sweepable(network))[:count]]
    return {weight: network.connection_name(weight) for weight in strongest}


def _known_names(network: EvolvedNetwork) -> dict[Weight, str]:
    """Look a genome's names up; a genome of the same name with other connections is another genome, and has none."""
    name, architecture = network.genome.name, network.architecture
    if name in PAPER_SWEEPS:
        ids = PAPER_SWEEPS[name]["evolved"]
        inside = max(ids) < architecture.weight_count
        found = {architecture.locate(paper_id): text for paper_id, text in ids.items()} if inside else {}
        return found if set(found) <= set(network.connection_of) else {}
    links = garden.NAMED_SWEEPS.get(name, {})
    whole_set = set(links) <= set(network.weight_of)
    return {network.weight_of[link]: text for link, text in links.items()} if whole_set else {}


class _Prefix:
    """The layers of a network as it is, for sweeps to start from; none is computed before it is asked for."""

    def __init__(self, network: Network, size: int) -> None:
        self.size = size
        self._network = network
        self._below = [images.coordinates(size).reshape(4, -1)]

    def below(self, layer: int) -> Array:
        """Values that weight layer ``layer`` reads: ``(in, pixels)``."""
        for below in range(len(self._below) - 1, layer):
            values = step(self._network.weights[below], self._network.architecture, below, self._below[-1])
            self._below.append(values)
        return self._below[layer]


def _values(values: Iterable[float]) -> Array:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        raise bad("values", "a sequence of numbers", values)
    numbers = [real("each of the values", value) for value in values]
    if not numbers:
        raise BadInput("values must hold at least one number, got none.")
    return np.array(numbers)


def _render(network: Network, weight: Weight, values: Array, prefix: _Prefix) -> Array:
    """Update one neuron's sum for each value, then run the layers above for all values together."""
    layer, row, column = weight
    architecture, below = network.architecture, prefix.below(layer)
    sums = network.weights[layer][:, column] @ below
    sums = sums + (values - network.weights[layer][row, column])[:, None] * below[row]
    if layer == architecture.depth:
        whole_layer = np.repeat((network.weights[layer].T @ below)[None], len(values), axis=0)
        whole_layer[:, column] = sums
    else:
        whole_layer = np.repeat(prefix.below(layer + 1)[None], len(values), axis=0)
        whole_layer[:, column] = activations.apply(architecture.activations[column], sums)
    return _finish(network, layer, whole_layer, prefix)


def _finish(network: Network, layer: int, values: Any, prefix: _Prefix) -> Array:
    """Run the layers above ``layer`` and colour the result."""
    for above in range(layer + 1, network.architecture.depth + 1):
        values = step(network.weights[above], network.architecture, above, values)
    raw = np.moveaxis(values, 1, 0).reshape(3, len(values), prefix.size, prefix.size)
    return np.ascontiguousarray(np.moveaxis(images.colour(raw), 0, -1))
