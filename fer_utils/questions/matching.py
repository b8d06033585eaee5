"""Make kinds of network comparable: as many weights each; and give one what another has learnt, layer by layer."""

from __future__ import annotations

import torch
from torch import nn

from fer_utils.checks import bad, one_of, whole
from fer_utils.questions.models import MODELS, build, stages
from fer_utils.questions.sets import LabelledSet


def weights(model: nn.Module) -> int:
    """Return how many numbers a network can learn, biases among them."""
    return sum(one.numel() for one in model.parameters())


def matched_width(kind: str, data: LabelledSet, budget: int, *, depth: int = 2) -> int:
    """Return the width with which a kind of network comes nearest to a number of weights.

    Args:
        kind: Of `MODELS`.
        data: Gives the shape of an example and the number of labels.
        budget: Weights wanted.
        depth: Hidden layers.

    Raises:
        BadInput: Not even the narrowest network has so few weights.

    Source: ours.
    """
    one_of("kind", kind, tuple(MODELS))
    whole("budget", budget, least=1)
    step = 4 if kind == "attention" else 1

    def size(width: int) -> int:
        return weights(build(kind, data, seed=0, width=step * width, depth=depth))

    if size(1) > 2 * budget:
        raise bad("budget", f"at least {size(1) // 2} weights for {kind} on {data.name}", budget)
    low, high = 1, 2
    while size(high) < budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if size(middle) < budget else (low, middle)
    return step * min((low, high), key=lambda width: abs(size(width) - budget))


def freeze(model: nn.Module, layers: int) -> nn.Module:
    """Keep the first layers of a classifier of `build` from learning, in place.

    Args:
        model: The classifier.
        layers: How many; all of the hidden ones leave the readout to learn.

    Raises:
        BadInput: There are not so many hidden layers.

    Source: ours; Zhang, Bengio and Singer 2022 freeze layers to see which matter.
    """
    parts = _hidden(model, layers)
    for part in parts:
        for one in _own(model, part):
            one.requires_grad_(False)
    return model


def transplant(model: nn.Module, donor: nn.Module, layers: int) -> nn.Module:
    """Give a classifier the first layers of another, and keep them from learning, in place.

    Args:
        model: Who receives.
        donor: Of the same shape up to there; it stays as it was.
        layers: How many.

    Raises:
        BadInput: There are not so many hidden layers, or the two are not of one shape.

    Source: ours; after Yosinski et al. 2014.
    """
    pairs = zip(_hidden(model, layers), _hidden(donor, layers), strict=True)
    with torch.no_grad():
        for mine, theirs in pairs:
            for own, given in zip(_own(model, mine), _own(donor, theirs), strict=True):
                if own.shape != given.shape:
                    raise bad("donor", f"of the model's shape {tuple(own.shape)} in each layer", tuple(given.shape))
                own.copy_(given)
    return freeze(model, layers)


def _hidden(model: nn.Module, layers: int) -> list[nn.Module]:
    parts = stages(model)[:-1]
    return parts[: whole("layers", layers, least=0, most=len(parts))]


def _own(model: nn.Module, part: nn.Module) -> list[nn.Parameter]:
    """Return the weights of one stage; a stage that holds its whole model answers for its own part alone."""
    own = getattr(part, "own", None)
    return list(own() if own is not None else part.parameters())
