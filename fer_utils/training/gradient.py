"""Loss and gradient of a layered network on a target image, in buffers that are kept from step to step.

The values come from the same functions every other room uses (`activations.apply`, `images.colour`). Only the way back
through the layers is written by hand: a matrix product, and a product with the activation's slope. Autograd does the
same at three times the cost, as it allocates, copies and frees hundreds of megabytes a step. The colours' way back is
autograd's own, with its gradient of 0 outside the clips.

Conventions that bite: values are ``(neurons, pixels)``, so that each activation's neurons are contiguous rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from fer_utils import activations, images
from fer_utils.cppn import Architecture
from fer_utils.training.problem import unflatten

# Pixels done in one go: a picture of 256 × 256. Larger pictures take several goes in the same memory.
TILE = 65_536

# Slope of each activation from its input x and its value y; those not named have slope 1.
SLOPES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "sin": lambda x, y: torch.cos(x),
    "cos": lambda x, y: torch.sin(x).neg_(),
    "tanh": lambda x, y: torch.square(y).neg_().add_(1),
    "sigmoid": lambda x, y: torch.square(y).neg_().add_(1).mul_(0.5),
    "gaussian": lambda x, y: torch.add(y, 1).mul_(x).mul_(-2),
    "relu": lambda x, y: (y > 0).to(y.dtype),
}


class Differentiable(Protocol):
    """What an engine asks for loss and gradient; `Gradient` says what each member does."""

    def look_at(self, inputs: Tensor) -> None:
        """Take other pixels."""

    def loss(self, weights: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""

    def __call__(self, weights: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient."""


class Gradient:
    """Computes the loss and its gradient for one architecture and one number of pixels.

    Args:
        architecture: Of the networks.
        inputs: ``(4, pixels)`` float tensor; its dtype and device are used throughout.
        map_l1: Weight of the mean absolute hidden activation in the gradient.

    Source: paper, conventional SGD; the penalty is ours.
    """

    def __init__(self, architecture: Architecture, inputs: Tensor, *, map_l1: float = 0.0) -> None:
        self.architecture = architecture
        tile = min(TILE, inputs.shape[1])
        depth, width = architecture.depth, architecture.width
        self._tiles = [part.contiguous() for part in inputs.split(tile, dim=1)]
        self._map_pull = map_l1 / (depth * width * inputs.shape[1])
        self._bent = [(name, rows) for name, rows in architecture.slices if name in SLOPES]
        self._hidden = inputs.new_empty(depth, width * tile)
        self._slopes = inputs.new_empty(depth, sum(rows.stop - rows.start for _, rows in self._bent) * tile)
        self._carried = inputs.new_empty(2, width * tile)

    def look_at(self, inputs: Tensor) -> None:
        """Take other pixels, as many as before: ``(4, pixels)``."""
        for tile, part in zip(self._tiles, inputs.split(self._tiles[0].shape[1], dim=1), strict=True):
            tile.copy_(part)

    @torch.no_grad()
    def loss(self, weights: Tensor, target: Tensor) -> Tensor:
        """Return the mean squared error over pixels and channels, as a tensor of one number.

        Args:
            weights: ``(n,)``, layer after layer.
            target: ``(3, pixels)`` RGB in [0, 1].
        """
        matrices = unflatten(self.architecture, weights)
        errors = [self._error(self._forward(matrices, tile), target, start) for start, tile in self._starts()]
        return torch.stack(errors).sum()

    @torch.no_grad()
    def __call__(self, weights: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient.

        Args:
            weights: ``(n,)``, layer after layer.
            target: ``(3, pixels)`` RGB in [0, 1].

        Returns:
            The mean squared error as a tensor of one number, and the ``(n,)`` gradient of it and of the map penalty.
        """
        matrices = unflatten(self.architecture, weights)
        gradient = torch.zeros_like(weights)
        pieces = unflatten(self.architecture, gradient)
        errors = []
        for start, tile in self._starts():
            outputs = self._forward(matrices, tile).requires_grad_()
            with torch.enable_grad():
                error = self._error(outputs, target, start)
            (pull,) = torch.autograd.grad(error, outputs)
            errors.append(error.detach())
            self._backward(matrices, pieces, tile, pull)
        return torch.stack(errors).sum(), gradient

    def _starts(self) -> list[tuple[int, Tensor]]:
        return [(number * self._tiles[0].shape[1], tile) for number, tile in enumerate(self._tiles)]

    def _error(self, outputs: Tensor, target: Tensor, start: int) -> Tensor:
        """Return a tile's share of the mean squared error."""
        part = target[:, start : start + outputs.shape[1]]
        return torch.square(images.colour(outputs) - part).sum() / target.numel()

    def _layer(self, buffer: Tensor, layer: int, pixels: int) -> Tensor:
        """Return the first part of one row of a buffer as ``(neurons, pixels)``."""
        neurons = buffer.shape[1] // self._tiles[0].shape[1]
        return buffer[layer, : neurons * pixels].view(neurons, pixels)

    def _forward(self, matrices: list[Tensor], inputs: Tensor) -> Tensor:
        """Fill the buffers of values and slopes; return the raw outputs."""
        below, pixels = inputs, inputs.shape[1]
        for layer, matrix in enumerate(matrices[:-1]):
            values = self._layer(self._hidden, layer, pixels)
            slopes = self._layer(self._slopes, layer, pixels).split([rows.stop - rows.start for _, rows in self._bent])
            torch.mm(matrix.t(), below, out=values)
            for (name, rows), slope in zip(self._bent, slopes, strict=True):
                sums = values[rows]
                bent = activations.apply(name, sums)
                slope.copy_(SLOPES[name](sums, bent))
                sums.copy_(bent)
            below = values
        return matrices[-1].t() @ below

    def _backward(self, matrices: list[Tensor], pieces: list[Tensor], inputs: Tensor, pull: Tensor) -> None:
        """Add this tile's gradient to the pieces, walking down from the pull on the raw outputs."""
        pixels = inputs.shape[1]
        for layer in range(len(matrices) - 1, 0, -1):
            values = self._layer(self._hidden, layer - 1, pixels)
            pieces[layer].addmm_(values, pull.t())
            pull = torch.mm(matrices[layer], pull, out=self._layer(self._carried, layer % 2, pixels))
            if self._map_pull:
                pull.add_(values.sign(), alpha=self._map_pull)
            slopes = self._layer(self._slopes, layer - 1, pixels).split([r.stop - r.start for _, r in self._bent])
            for (_, rows), slope in zip(self._bent, slopes, strict=True):
                pull[rows].mul_(slope)
        pieces[0].addmm_(inputs, pull.t())
