"""Sweeps along random directions: which way the axes of a layer point does not matter to them.

Turn a layer's values by any rotation, and the weights that read them by its inverse, and the network computes the same.
A single weight is then another thing altogether, but a direction drawn at random from all directions is as likely as
before. What is seen along random directions is therefore no accident of the neurons' axes (paper, figure 25).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fer_utils.checks import real, whole
from fer_utils.cppn import Network
from fer_utils.images import Array
from fer_utils.sweeps.drawing import random_row_direction, sweep_direction

STEP = 1e-3  # along a direction, for the response


@dataclass(frozen=True)
class Direction:
    """A random unit direction in one row of one weight matrix.

    Args:
        layer: The weight layer.
        row: The neuron below, whose outgoing weights move.
        seed: Of the direction.
    """

    layer: int
    row: int
    seed: int

    def of(self, network: Network) -> Array:
        """Return it for a network, ``(in, out)``."""
        return random_row_direction(network, self.layer, self.row, seed=self.seed)

    def sweep(self, network: Network, values: object, *, size: int) -> Array:
        """Draw the picture at some distances along it, ``(n, size, size, 3)``."""
        return sweep_direction(network, self.layer, self.of(network), np.asarray(values, dtype=float), size=size)


def random_directions(network: Network, count: int, *, seed: int) -> list[Direction]:
    """Draw layers, rows and directions, the same for every network of one architecture.

    Args:
        network: Gives the architecture.
        count: How many.
        seed: Of the draw.

    Source: paper, figure 25.
    """
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    shapes = network.architecture.shapes
    layers = rng.integers(len(shapes), size=whole("count", count, least=1))
    return [Direction(int(layer), int(rng.integers(shapes[layer][0])), int(rng.integers(2**31))) for layer in layers]


def response(network: Network, direction: Direction, *, size: int = 64) -> Array:
    """Return how the picture changes along a direction at its very beginning: a difference quotient.

    Args:
        network: Any layered network.
        direction: Where to go.
        size: Side length in pixels.

    Returns:
        ``(size, size, 3)``, change for each unit of distance.

    Source: ours.
    """
    low, high = direction.sweep(network, (-STEP, STEP), size=size)
    return (high - low) / (2 * STEP)


def matched_reach(
    network: Network, direction: Direction, change: float, *, size: int = 64, most: float = 64.0
) -> float:
    """Find how far to go along a direction, to either side, until the picture has changed by a given amount.

    Args:
        network: Any layered network.
        direction: Where to go.
        change: Root of the mean squared difference from the unchanged picture, mean of both sides, above 0.
        size: Side length in pixels.
        most: Farthest distance that is tried.

    Returns:
        The distance, to one part in thirty; infinity where even the farthest changes the picture less.

    Source: ours; equal pushes move an evolved network and a trained one by very unequal amounts.
    """
    real("change", change, above=0)

    def moved(distance: float) -> float:
        low, here, high = direction.sweep(network, (-distance, 0.0, distance), size=size)
        return float(np.sqrt(np.mean([(low - here) ** 2, (high - here) ** 2])))

    high = STEP
    while moved(high) < change:
        high *= 2
        if high > most:
            return float("inf")
    low = high / 2
    while high / low > 1.03:
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if moved(middle) >= change else (middle, high)
    return high


def spread_share(change: Array) -> float:
    """Say over how much of the picture a change is spread: 1 where every pixel changes alike, near 0 where one does.

    Args:
        change: ``(size, size, 3)``.

    Returns:
        The participation ratio of the squared change over pixels; NaN where nothing changes.

    Source: ours.
    """
    power = np.sum(np.asarray(change, dtype=float) ** 2, axis=-1).ravel()
    total = float(np.sum(power))
    return float("nan") if total == 0 else total**2 / (len(power) * float(np.sum(power**2)))
