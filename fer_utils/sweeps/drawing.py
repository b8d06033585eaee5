"""Drawing sweeps: the pictures of a network while one weight, or one direction, moves.

A weight in layer ``l`` leaves every layer below ``l`` as it is, and changes one neuron's weighted sum by
(new - old) times the map it reads. So the layers below are computed once, the sum is updated, and only
the layers above run again, all values of the sweep together. The result equals a plain re-render.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from fer_utils import activations, images
from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.cppn import Network, Weight, step
from fer_utils.images import Array
from fer_utils.sweeps.choosing import known_engine, known_threads
from fer_utils.sweeps.compiled import Sweeper

MOST_BYTES = 128_000_000  # of pictures drawn ahead in one call of the compiled kernel


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
    return render(network, place, values_of(values), Prefix(network, images.image_size("size", size)))


def sweep_many(
    network: Network,
    weights: Iterable[int | Sequence[int]],
    offsets: Iterable[float],
    *,
    size: int = 64,
    engine: str = "auto",
    threads: int | None = None,
) -> Iterator[tuple[Weight, Any]]:
    """Sweep many weights, each through its own value plus the same offsets, computing shared layers once.

    Args:
        network: Any layered network.
        weights: Paper ids or (layer, row, column).
        offsets: Added to each weight's own value.
        size: Side length in pixels.
        engine: "numpy" in float64, "fused" in compiled float32, drawing some weights ahead; "auto" is fused where
            it can be built, else numpy.
        threads: CPU threads of the fused engine, or None for torch's present number. They do not change a bit.

    Yields:
        (layer, row, column) and its ``(len(offsets), size, size, 3)`` stack in [0, 1], float64 from numpy and float32
        from fused, in the order given.

    Source: paper, supplement with all sweeps.
    """
    steps, side = values_of(offsets), images.image_size("size", size)
    team, places = known_threads(threads), (network.architecture.resolve(weight) for weight in weights)
    if known_engine(engine) == "fused":
        yield from _drawn_ahead(network, places, steps, Sweeper(network, side, threads=team))
        return
    prefix = Prefix(network, side)
    for place in places:
        yield place, render(network, place, network.weight(place) + steps, prefix)


def changes_of(network: Network, places: Sequence[Weight], steps: Array) -> Array:
    """Return by how much every value of every sweep differs from the weight's own: ``(len(places), len(steps))``."""
    own = np.array([network.weights[layer][row, column] for layer, row, column in places])[:, None]
    return (own + steps) - own  # not just the steps: what is lost beside a large weight is no change


def _drawn_ahead(
    network: Network, places: Iterator[Weight], steps: Array, sweeper: Sweeper
) -> Iterator[tuple[Weight, Any]]:
    """Let the kernel draw as many weights at once as the memory set aside for them holds."""
    prefix = Prefix(network, sweeper.size)
    some = max(1, MOST_BYTES // (12 * len(steps) * sweeper.size**2))
    while group := list(islice(places, some)):
        stacks, lost = sweeper.pictures(group, changes_of(network, group, steps))
        for number, place in enumerate(group):
            if lost[number]:
                stacks[number][:] = render(network, place, network.weight(place) + steps, prefix)
            yield place, stacks[number]
        del stacks  # before the next are drawn


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
    prefix = Prefix(network, images.image_size("size", size))
    moved = network.weights[index] + values_of(values)[:, None, None] * along
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


class Prefix:
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


def values_of(values: Iterable[float]) -> Array:
    """Return the values of a sweep as float64, or refuse them."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        raise bad("values", "a sequence of numbers", values)
    numbers = [real("each of the values", value) for value in values]
    if not numbers:
        raise BadInput("values must hold at least one number, got none.")
    return np.array(numbers)


def render(network: Network, weight: Weight, values: Array, prefix: Prefix) -> Array:
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


def _finish(network: Network, layer: int, values: Any, prefix: Prefix) -> Array:
    """Run the layers above ``layer`` and colour the result."""
    for above in range(layer + 1, network.architecture.depth + 1):
        values = step(network.weights[above], network.architecture, above, values)
    raw = np.moveaxis(values, 1, 0).reshape(3, len(values), prefix.size, prefix.size)
    return np.ascontiguousarray(np.moveaxis(images.colour(raw), 0, -1))
