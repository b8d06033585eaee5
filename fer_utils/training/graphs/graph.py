"""A genome's topology, evaluated at any weights, and its first ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from fer_utils import activations, images
from fer_utils.checks import BadInput
from fer_utils.genome import Genome
from fer_utils.training.initial import TRUNCATED_STD
from fer_utils.training.problem import Flat


class Reader(NamedTuple):
    """A node that computes: its activation, the numbers of the nodes it reads, and where its weights begin."""

    activation: str
    sources: tuple[int, ...]
    first: int


class Graph:
    """A genome's topology, ready to be evaluated at any flat weights.

    Args:
        genome: Where the topology comes from; its weights play no part, but for which of them are zero.
        zero_links: Whether connections of weight 0 take part.

    Attributes:
        connections: Ids of the connections that take part, in the order of the flat weights.

    Raises:
        BadInput: No connection takes part.

    Source: paper, figure 12.
    """

    def __init__(self, genome: Genome, *, zero_links: bool = True) -> None:
        taken = replace(genome, connections=tuple(c for c in genome.connections if zero_links or c.weight != 0))
        number = {node: index for index, node in enumerate(taken.order())}  # x, y, d, b are 0 to 3
        connections: list[str] = []
        self._readers: list[Reader] = []
        for node in taken.order()[len(images.INPUTS) :]:
            incoming = taken.incoming(node)
            sources = tuple(number[link.source] for link in incoming)
            self._readers.append(Reader(taken.node(node).activation, sources, len(connections)))
            connections += [link.id for link in incoming]
        if not connections:
            raise BadInput(
                f"genome must have a connection to train, got none that leads to an output in {genome.name!r}."
            )
        self._outputs = [number[node] for node in taken.outputs.values()]
        self._genome = genome
        self.connections = tuple(connections)

    def loss(self, weights: Tensor, inputs: Tensor, target: Tensor) -> Tensor:
        """Return the mean squared error over pixels and channels; autograd finds the way back to the weights.

        Args:
            weights: ``(n,)``, one for each of `connections`.
            inputs: ``(4, pixels)`` coordinates, of the same dtype.
            target: ``(3, pixels)`` RGB in [0, 1], of the same dtype.
        """
        values = list(inputs)
        for name, sources, first in self._readers:
            total = torch.zeros_like(values[0])  # a node with no source is the constant f(0)
            if sources:
                total = weights[first : first + len(sources)] @ torch.stack([values[source] for source in sources])
            values.append(activations.apply(name, total))
        outputs = torch.stack([values[number] for number in self._outputs])
        return torch.square(images.colour(outputs) - target).mean()

    def first_weights(self, seed: int, *, gain: float = 1.0) -> Flat:
        """Draw untrained weights: LeCun's truncated normal, with the fan-in of the node each leads to.

        Args:
            seed: 0 or more; the same seed gives the same weights on every machine.
            gain: Factor on every weight, above 0.

        Returns:
            ``(n,)`` float32 of mean 0 and variance gain² / fan-in, none beyond 2 deviations of the uncut normal.

        Raises:
            BadInput: The gain is too great for single precision.

        Source: paper, figure 12, which says random; the distribution is that of its conventional SGD.
        """
        rng = np.random.Generator(np.random.PCG64(seed))
        values = rng.standard_normal(len(self.connections))
        while (beyond := np.abs(values) > 2).any():
            values[beyond] = rng.standard_normal(int(beyond.sum()))
        fan_in = np.array([len(reader.sources) for reader in self._readers for _ in reader.sources])
        weights = values * (gain / TRUNCATED_STD) / np.sqrt(fan_in)
        if np.abs(weights).max() > np.finfo(np.float32).max:
            raise BadInput(f"init_gain must leave first weights within single precision, got {gain!r}.")
        return weights.astype(np.float32)

    def with_weights(self, weights: Flat, label: str) -> Genome:
        """Return the genome with these weights, under another name; a connection that takes no part keeps its own."""
        changes = {link: float(weight) for link, weight in zip(self.connections, weights, strict=True)}
        note = f"The topology of {self._genome.name}, its weights trained by gradient descent."
        return replace(self._genome.with_weights(changes), name=label, age=None, origin="", note=note)

    def to_json(self) -> list[Any]:
        """Return what decides the picture besides the weights, whatever nodes and connections are called."""
        return [[[reader.activation, *reader.sources] for reader in self._readers], self._outputs]


def mean_colour_loss(image: object) -> float:
    """Return the mean squared error of the best picture of a single colour, which is the mean.

    Args:
        image: ``(size, size, 3)`` floats in [0, 1].

    Raises:
        BadInput: It is no such image.

    Source: ours; what a training must beat to have learnt anything about shape.
    """
    target = images.checked_image("image", image)
    return float(np.square(target - target.mean(axis=(0, 1))).mean())
