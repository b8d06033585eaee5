"""Open any torch module that maps coordinates to colours: a SIREN, a network with Fourier features, your own."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from fer_utils import images
from fer_utils.checks import BadInput, bad
from fer_utils.measuring.networks import derivatives, even_size
from fer_utils.metrics import Insides

Tensor = torch.Tensor


def insides_of_module(
    module: nn.Module,
    size: int = 64,
    *,
    coordinates: Callable[[int], Tensor] | None = None,
    label: str = "module",
) -> Insides:
    """Compute what the measures look at in a torch module that maps coordinates to an image.

    The weights are those of the module's linear layers, biases among them as weights from a constant 1. The hidden maps
    are what the linear layers read, but for the first: what that one reads (raw coordinates, or an encoding of them)
    counts as input.

    Args:
        module: Maps ``(pixels, k)`` coordinates to ``(pixels, 3)`` or ``(pixels, 1)`` colours in [0, 1], each pixel by
            itself. It is copied, and left as it was.
        size: Side length in pixels, even.
        coordinates: From the size to ``(size * size, k)``, row after row; by default x and y in [-1, 1].
        label: What tables call it.

    Returns:
        Its values and derivatives at every pixel, float64.

    Raises:
        BadInput: It is no module, has fewer than two linear layers, or gives something else than colours.

    Source: ours.
    """
    if not isinstance(module, nn.Module):
        raise bad("module", "a torch.nn.Module", module)
    side = even_size(size)
    net = copy.deepcopy(module).double().eval().requires_grad_(False)
    points = (coordinates or plain_coordinates)(side).double()
    reads, sums = _watched(net, points.requires_grad_())
    if len(reads) < 2:
        raise bad("module", "one with at least two linear layers that are used", f"one with {len(reads)}")
    raw = sums.pop("picture")
    picture = _as_channels(raw, side)
    order = list(reads)
    hidden = [reads[name] for name in order[1:]]
    pulls = derivatives(picture, [*hidden, *(sums[name] for name in order)])
    pulls = [np.ascontiguousarray(np.swapaxes(pull, 1, 2)) for pull in pulls]
    values = [reads[name].detach().numpy().T for name in order]
    return Insides(
        label=label,
        size=side,
        inputs=values[0],
        layers=tuple(values[1:]),
        pulls=tuple(pulls[: len(hidden)]),
        reads=tuple(_with_bias(net.get_submodule(name), value) for name, value in zip(order, values, strict=True)),
        errors=tuple(pulls[len(hidden) :]),
        outputs=raw.detach().numpy().T,
        picture=picture.detach().numpy(),
    )


def plain_coordinates(size: int) -> Tensor:
    """Return x and y in [-1, 1] for every pixel, row after row: ``(size * size, 2)`` float64."""
    return torch.from_numpy(images.coordinates(size).reshape(4, -1)[:2].T.copy())


def _watched(net: nn.Module, points: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Run a module and keep what each linear layer read and said, in the order in which they ran."""
    reads: dict[str, Tensor] = {}
    sums: dict[str, Tensor] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Any, ...], Tensor], None]:
        def hook(_: nn.Module, given: tuple[Any, ...], said: Tensor) -> None:
            if name in reads:
                raise BadInput(f"module must use each linear layer once, got {name!r} a second time.")
            reads[name], sums[name] = given[0], said

        return hook

    hooks = [one.register_forward_hook(watch(name)) for name, one in net.named_modules() if isinstance(one, nn.Linear)]
    try:
        sums["picture"] = net(points)
    finally:
        for hook in hooks:
            hook.remove()
    return reads, sums


def _as_channels(raw: Tensor, side: int) -> Tensor:
    """Check a module's output, and return it as ``(3, pixels)``."""
    if raw.ndim != 2 or raw.shape[0] != side**2 or raw.shape[1] not in (1, 3):
        raise bad("module's output", f"of shape ({side**2}, 3) or ({side**2}, 1)", tuple(raw.shape))
    return raw.T.expand(3, -1).clamp(0, 1)


def _with_bias(linear: Any, read: np.ndarray) -> np.ndarray:
    return np.concatenate([read, np.ones((1, read.shape[1]))]) if linear.bias is not None else read
