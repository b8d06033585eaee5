"""Networks that draw many images: a CPPN that is given a code beside the coordinates.

The code is the same at every pixel, so under one code a conditioned network **is** an ordinary layered network: what
the code adds is added to the weights of the constant input b. `Conditioned.at` hands that network over, and everything
this project can do with a network it can do with it, measures among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer_utils import images
from fer_utils.checks import bad, whole
from fer_utils.cppn import Architecture, Network
from fer_utils.cppn.network import forward
from fer_utils.images import INPUTS, Array
from fer_utils.training import initialise

BIAS = INPUTS.index("b")


@dataclass(frozen=True, eq=False)
class Conditioned:
    """A layered network with more inputs than the coordinates.

    Args:
        architecture: Of the network under any one code.
        first: ``(4 + k, width)``: weights from x, y, d, b and the k values of the code to the first layer.
        others: The other layers' matrices (in, out), the readout last.
        label: What tables call it.

    Raises:
        BadInput: A matrix has the wrong shape.

    Source: ours.
    """

    architecture: Architecture
    first: Array
    others: tuple[Array, ...]
    label: str = "conditioned"

    def __post_init__(self) -> None:
        """Check the shapes."""
        inputs, width = self.architecture.shapes[0]
        if self.first.ndim != 2 or len(self.first) < inputs or self.first.shape[1] != width:
            raise bad("first", f"of shape ({inputs} + k, {width})", self.first)
        shapes = [one.shape for one in self.others]
        if shapes != list(self.architecture.shapes[1:]):
            raise bad("others", f"of the shapes {list(self.architecture.shapes[1:])}", shapes)

    @property
    def values(self) -> int:
        """How many values a code has."""
        return len(self.first) - len(INPUTS)

    def at(self, code: Any) -> Network:
        """Return the ordinary network that this one is under a code.

        Args:
            code: ``(k,)``.

        Raises:
            BadInput: It has more or fewer values.
        """
        given = np.asarray(code, dtype=np.float64)
        if given.shape != (self.values,):
            raise bad("code", f"{self.values} values", given)
        first = self.first[: len(INPUTS)].astype(np.float64)
        first[BIAS] += given @ self.first[len(INPUTS) :]
        return Network(self.architecture, (first, *self.others), self.label)

    def matrices(self) -> list[Array]:
        """Return all matrices, the first with the code's rows."""
        return [self.first, *self.others]


def untrained(architecture: Architecture, values: int, seed: int, *, active: int | None = None) -> Conditioned:
    """Draw a conditioned network's first weights, as training draws them.

    Args:
        architecture: Of the network under one code.
        values: How many values a code has.
        seed: Of the weights.
        active: How many of them are not zero at a time, by default all: the first layer's variance is 1 / (4 + active).

    Source: ours; otherwise as `training.initialise`.
    """
    count = whole("values", values, least=1)
    own = whole("active", count if active is None else active, least=1, most=count)
    plain = initialise(architecture, seed)
    rows, width = architecture.shapes[0]
    rng = np.random.Generator(np.random.PCG64([whole("seed", seed, least=0), 1]))
    more = rng.standard_normal((count, width)).clip(-2, 2)  # drawn apart, so that a seed begins alike with any code
    factor = 1 / np.sqrt(rows + own)
    first = np.concatenate([plain.weights[0] * np.sqrt(rows) * factor, more * factor])
    return Conditioned(architecture, first.astype(np.float32).astype(np.float64), plain.weights[1:], "untrained")


def one_hot(count: int) -> Array:
    """Return a code of its own for each of so many images: ``(count, count)``."""
    return np.eye(whole("count", count, least=1))


def networks_at(network: Conditioned, codes: Any) -> list[Network]:
    """Return the ordinary networks under several codes."""
    return [network.at(code) for code in codes]


def drawing_error(networks: Sequence[Network], pictures: Array) -> float:
    """Return the mean squared error of some networks, each against its own image, on the images' grid.

    Args:
        networks: n of them, of one architecture.
        pictures: ``(n, size, size, 3)`` in [0, 1].

    Raises:
        BadInput: There are more or fewer networks than pictures.

    Source: ours.
    """
    if len(networks) != len(pictures):
        raise bad("networks", f"{len(pictures)} of them, one for each image", len(networks))
    points = images.coordinates(pictures.shape[1]).reshape(4, -1)
    matrices = [np.stack(ones) for ones in zip(*(one.weights for one in networks), strict=True)]
    _, raw = forward(matrices, networks[0].architecture, points)
    drawn = images.colour(np.moveaxis(raw, 1, 0))  # (3, n, pixels)
    return float(((np.moveaxis(drawn, 0, -1).reshape(pictures.shape) - pictures) ** 2).mean())
