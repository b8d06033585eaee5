"""Open a layered network for the measures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from fer_utils import activations, images
from fer_utils.checks import bad, whole
from fer_utils.cppn import Architecture, Network
from fer_utils.metrics import Insides

Tensor = torch.Tensor


def insides_of(network: Network, size: int = 64) -> Insides:
    """Compute what the measures look at in a layered network.

    Args:
        network: Any layered network.
        size: Side length in pixels, even.

    Returns:
        Its values and derivatives at every pixel, float64.

    Raises:
        BadInput: It is no network, or the size is not even.

    Source: ours.
    """
    if not isinstance(network, Network):
        raise bad("network", "a fer_utils Network", network)
    side = even_size(size)
    inputs = torch.from_numpy(images.coordinates(side).reshape(4, -1))
    matrices = [torch.from_numpy(np.array(matrix)) for matrix in network.weights]
    sums, hidden = _forward(matrices, network.architecture, inputs)
    picture = images.colour(sums[-1].reshape(3, side, side)).reshape(3, -1)
    pulls = derivatives(picture, [*hidden, *sums])
    layers = [layer.detach().numpy() for layer in hidden]
    return Insides(
        label=network.label,
        size=side,
        inputs=inputs.numpy(),
        layers=tuple(layers),
        pulls=tuple(pulls[: len(hidden)]),
        reads=(inputs.numpy(), *layers),
        errors=tuple(pulls[len(hidden) :]),
        outputs=sums[-1].detach().numpy(),
        picture=picture.detach().numpy(),
    )


def even_size(size: object) -> int:
    """Return the grid's side, or refuse it: an odd side has a middle column, which no mirror moves."""
    side = whole("size", size, least=2, most=4096)
    if side % 2:
        raise bad("size", "even", side)
    return side


def derivatives(picture: Tensor, values: Sequence[Tensor]) -> list[np.ndarray]:
    """Return how each channel of a picture moves with values at the same pixel: ``(3, n, pixels)`` for each.

    Args:
        picture: ``(3, pixels)``; no pixel of it may depend on the values at another.
        values: ``(n, pixels)`` tensors that it was computed from.

    Source: ours.
    """
    rows = [
        torch.autograd.grad(channel.sum(), list(values), retain_graph=True, materialize_grads=True)
        for channel in picture
    ]
    return [torch.stack(channels).numpy() for channels in zip(*rows, strict=True)]


def _forward(matrices: list[Tensor], architecture: Architecture, inputs: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Return the sums of every layer, the readout's last, and the hidden values; all with a gradient."""
    sums: list[Tensor] = []
    hidden: list[Tensor] = []
    below = inputs
    for layer, matrix in enumerate(matrices):
        total = matrix.T @ below
        sums.append(total if layer else total.requires_grad_())
        if layer < architecture.depth:
            parts = [activations.apply(name, total[part]) for name, part in architecture.slices]
            below = torch.cat(parts)
            hidden.append(below)
    return sums, hidden
