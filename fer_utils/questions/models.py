"""Three small kinds of classifier: fully connected, convolutional, and with attention; for one or two axes of space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from fer_utils.checks import bad, one_of, real, whole
from fer_utils.questions.sets import LabelledSet


def mlp(shape: tuple[int, ...], classes: int, *, width: int = 128, depth: int = 2, dropout: float = 0.0) -> nn.Module:
    """Build a fully connected network with ReLUs.

    Args:
        shape: Channels and space of an example.
        classes: Outputs.
        width: Neurons in a hidden layer.
        depth: Hidden layers.
        dropout: Share of neurons that are silent in each step of training.

    Source: Zhang et al. 2017, section 2.1, smaller.
    """
    layers: list[nn.Module] = [nn.Flatten()]
    inside = int(np.prod(shape))
    for _ in range(depth):
        layers += [nn.Linear(inside, width), nn.ReLU(), nn.Dropout(dropout)]
        inside = width
    return nn.Sequential(*layers, nn.Linear(inside, classes))


def cnn(shape: tuple[int, ...], classes: int, *, width: int = 16, depth: int = 2, dropout: float = 0.0) -> nn.Module:
    """Build a network of convolutions three pixels wide, halving the space after each but the first.

    Args:
        shape: Channels and space of an example, one or two axes.
        classes: Outputs.
        width: Channels of the first layer; doubled whenever the space is halved.
        depth: Convolutions.
        dropout: As in `mlp`, before the readout.

    Source: Zhang et al. 2017, section 2.1, smaller.
    """
    channels, space = shape[0], shape[1:]
    convolution, pool = ((nn.Conv1d, nn.MaxPool1d), (nn.Conv2d, nn.MaxPool2d))[len(space) - 1]
    layers: list[nn.Module] = []
    for place in range(depth):
        if place and min(space) >= 4:
            layers.append(pool(2))
            space = tuple(side // 2 for side in space)
        after = width * 2 ** min(place, 3)
        layers += [convolution(channels, after, 3, padding=1), nn.ReLU()]
        channels = after
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(dropout), nn.Linear(channels * int(np.prod(space)), classes))


class Attention(nn.Module):
    """A small transformer over patches: each patch may look at every other.

    Args:
        shape: Channels and space of an example, one or two axes.
        classes: Outputs.
        width: Numbers for a patch; a multiple of 4, since there are four heads.
        depth: Layers.
        dropout: As in `mlp`.

    Source: Dosovitskiy et al. 2021 (patches) and Vaswani et al. 2017 (layers), smaller.
    """

    def __init__(
        self, shape: tuple[int, ...], classes: int, *, width: int = 32, depth: int = 2, dropout: float = 0.0
    ) -> None:
        super().__init__()
        fits = (side for side in (4, 2, 1) if all(n % side == 0 and n >= 4 * side for n in shape[1:]))
        self.patch = next(fits, 1)
        count = int(np.prod([n // self.patch for n in shape[1:]]))
        self.embed = nn.Linear(shape[0] * self.patch ** len(shape[1:]), width)
        self.places = nn.Parameter(0.1 * torch.randn(count, width))
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.out = nn.Sequential(nn.Flatten(), nn.Linear(count * width, classes))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(n, classes)`` scores for ``(n, channels, *space)`` examples."""
        return self.out(self.layers(self.embedded(x)))

    def embedded(self, x: Tensor) -> Tensor:
        """Return ``(n, patches, width)``: the patches, row after row, each with its place."""
        for axis in range(2, x.ndim):  # cut every axis of space into patches: (n, channels, *places, *inside)
            x = x.unfold(axis, self.patch, self.patch)
        spaces = (x.ndim - 2) // 2
        x = x.movedim(1, 1 + spaces).flatten(1, spaces).flatten(2)
        return self.embed(x) + self.places


class _First(nn.Module):
    """The patches and the first layer of attention, as one stage."""

    def __init__(self, model: Attention) -> None:
        super().__init__()
        self.model = model

    def own(self) -> list[nn.Parameter]:
        """Return the weights of this stage alone."""
        model = self.model
        return [*model.embed.parameters(), model.places, *model.layers.layers[0].parameters()]

    def forward(self, x: Tensor) -> Tensor:
        return self.model.layers.layers[0](self.model.embedded(x))


def stages(model: nn.Module) -> list[nn.Module]:
    """Cut a classifier of `build` into its layers, each with its nonlinearity, and the readout.

    Args:
        model: Of any of the three kinds. Its own parts are handed out, not copies.

    Returns:
        One module for each layer and the readout, to be called one after the other.

    Raises:
        BadInput: It is none of the three kinds.

    Source: ours.
    """
    if isinstance(model, Attention):
        return [_First(model), *list(model.layers.layers)[1:], model.out]
    if not isinstance(model, nn.Sequential):
        raise bad("model", "a sequence of layers, or attention, as build gives it", type(model).__name__)
    found: list[nn.Module] = []
    waiting: list[nn.Module] = []
    for layer in model:
        waiting.append(layer)
        if isinstance(layer, nn.ReLU):
            found, waiting = [*found, nn.Sequential(*waiting)], []
    return [*found, nn.Sequential(*waiting)]


MODELS: Final[dict[str, Callable[..., nn.Module]]] = {"mlp": mlp, "cnn": cnn, "attention": Attention}


def build(
    kind: str,
    data: LabelledSet,
    *,
    seed: int,
    width: int | None = None,
    depth: int | None = None,
    dropout: float = 0.0,
) -> nn.Module:
    """Build an untrained classifier for a set.

    Args:
        kind: "mlp", "cnn" or "attention".
        data: Gives the shape of an example and the number of labels.
        seed: Of the first weights; torch's own random state is left as it was.
        width: Neurons, channels, or numbers for a patch; None for the kind's usual.
        depth: Hidden layers; None for two.
        dropout: Share of neurons that are silent in each step of training, 0 to 0.95.

    Returns:
        The network, on the CPU.

    Raises:
        BadInput: The kind is unknown or a number is out of range.

    Source: ours.
    """
    one_of("kind", kind, tuple(MODELS))
    options: dict[str, Any] = {"dropout": real("dropout", dropout, least=0, most=0.95)}
    for name, value in (("width", width), ("depth", depth)):
        if value is not None:
            options[name] = whole(name, value, least=1, most=4096)
    if kind == "attention" and options.get("width", 4) % 4:
        raise bad("width", "a multiple of 4 for attention, which has four heads", width)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(whole("seed", seed, least=0))
        return MODELS[kind](data.shape, data.classes, **options)
