"""The paper's Adam, and plain descent."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from fer_utils.cppn import Architecture
from fer_utils.training.descent import adam_step

Memory = dict[str, Tensor]
Ask = Callable[[Tensor], tuple[Tensor, Tensor]]


def sgd(
    weights: Tensor, memory: Memory, ask: Ask, *, step: int, rate: float, architecture: Architecture
) -> tuple[Tensor, Memory, Tensor]:
    """Go a step against the direction.

    Args:
        weights: ``(n,)`` flat weights.
        memory: Not used.
        ask: Weights -> loss and direction.
        step: Updates done before this one.
        rate: Learning rate.
        architecture: Says which weights are a layer's.

    Returns:
        The new weights, the new memory, and the loss before the step.

    Source: paper, conventional SGD, without Adam.
    """
    loss, direction = ask(weights)
    return weights.sub(direction, alpha=rate), memory, loss


def adam(
    weights: Tensor, memory: Memory, ask: Ask, *, step: int, rate: float, architecture: Architecture
) -> tuple[Tensor, Memory, Tensor]:
    """Divide a running mean of the direction by the root of one of its square; see `sgd` for the arguments.

    Source: Kingma and Ba 2015, algorithm 1; the paper's optimiser.
    """
    loss, direction = ask(weights)
    after = weights.clone()
    first, second = (memory[name].clone() if memory else torch.zeros_like(weights) for name in ("first", "second"))
    adam_step(after, first, second, direction, step=step, rate=rate)
    return after, {"first": first, "second": second}, loss
