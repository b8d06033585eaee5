"""What the measures look at: a network's values and derivatives at every pixel, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import bad

Array = NDArray[np.float64]
Order = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Insides:
    """Everything that the measures look at in one network, on one grid of pixels.

    Args:
        label: What tables call the network.
        size: Side length in pixels; `pixels` below is its square.
        inputs: ``(k, pixels)``: what the network is given.
        layers: One ``(width, pixels)`` array for each hidden layer.
        pulls: One ``(3, width, pixels)`` array for each hidden layer: how each channel of the picture moves with each
            hidden value, at the same pixel.
        reads: One ``(in, pixels)`` array for each weight matrix: what its rows multiply.
        errors: One ``(3, out, pixels)`` array for each weight matrix: how the picture moves with each of its sums.
        outputs: ``(m, pixels)``: raw outputs, before they become colours.
        picture: ``(3, pixels)`` in [0, 1].

    Raises:
        BadInput: Shapes do not fit together.

    Source: ours.
    """

    label: str
    size: int
    inputs: Array
    layers: tuple[Array, ...]
    pulls: tuple[Array, ...]
    reads: tuple[Array, ...]
    errors: tuple[Array, ...]
    outputs: Array
    picture: Array

    def __post_init__(self) -> None:
        """Check that everything is of one grid."""
        pixels = self.size**2
        for name in ("inputs", "outputs", "picture"):
            if getattr(self, name).ndim != 2 or getattr(self, name).shape[1] != pixels:
                raise bad(name, f"an array of {pixels} columns", getattr(self, name))
        for layer, (maps, pull) in enumerate(zip(self.layers, self.pulls, strict=True)):
            if pull.shape != (3, *maps.shape) or maps.shape[1] != pixels:
                raise bad(f"pulls of layer {layer}", f"of shape {(3, *maps.shape)}", pull.shape)
        for layer, (read, error) in enumerate(zip(self.reads, self.errors, strict=True)):
            if read.shape[1] != pixels or error.shape[0] != 3 or error.shape[2] != pixels:
                raise bad(f"errors of weights {layer}", f"of shape (3, out, {pixels})", error.shape)

    @property
    def slots(self) -> int:
        """Count the weights, zeros among them."""
        return sum(len(read) * error.shape[1] for read, error in zip(self.reads, self.errors, strict=True))


def centred(maps: Array) -> Array:
    """Take from each row its mean."""
    return np.asarray(maps - maps.mean(axis=-1, keepdims=True))


def varies(maps: Array) -> NDArray[np.bool_]:
    """Mark the rows that are not the same everywhere, rounding aside.

    Args:
        maps: ``(n, pixels)``.
    """
    deviation = maps.std(axis=1)
    return np.asarray(deviation > 1e-8 * np.sqrt((maps**2).mean(axis=1)))
