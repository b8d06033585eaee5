"""The pieces of one step: which way is down, how far to go, and Adam's own way of going."""

from __future__ import annotations

import math

from torch import Tensor

from fer_utils.training.recipe import Recipe

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def descent_direction(gradient: Tensor, weights: Tensor, recipe: Recipe) -> Tensor:
    """Add the weights' penalties to the gradient, and divide it by its global norm where the recipe says so.

    Args:
        gradient: ``(n,)`` of the loss (and the map penalty).
        weights: ``(n,)``.
        recipe: Which penalties, and whether to normalise.

    Returns:
        ``(n,)``; of length 1 when normalised, unless the gradient is exactly zero: then zero.

    Source: the authors' code (normalisation); penalties ours.
    """
    if recipe.weight_l1:
        gradient = gradient.add(weights.sign(), alpha=recipe.weight_l1 / weights.numel())
    if recipe.weight_l2:
        gradient = gradient.add(weights, alpha=2 * recipe.weight_l2 / weights.numel())
    return normalised(gradient) if recipe.normalise_gradient else gradient


def normalised(gradient: Tensor) -> Tensor:
    """Divide a gradient by its global norm; a gradient that is exactly zero stays zero.

    Source: the authors' code.
    """
    # In double precision no square over- or underflows, so no epsilon is needed and the loss's scale cannot matter.
    exact = gradient.double()
    norm = exact.norm()
    return (exact / (norm + (norm == 0))).to(gradient.dtype)


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the rate of one step, counted from 0."""
    if recipe.schedule == "cosine":
        return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))
    return recipe.learning_rate


def adam_step(weights: Tensor, first: Tensor, second: Tensor, direction: Tensor, *, step: int, rate: float) -> None:
    """Update the weights and Adam's two running means in place.

    Args:
        weights: ``(n,)``.
        first: ``(n,)`` running mean of the direction.
        second: ``(n,)`` running mean of its square.
        direction: ``(n,)`` what Adam takes for the gradient.
        step: Updates done before this one.
        rate: Learning rate.

    Source: Kingma and Ba 2015, algorithm 1; optax and torch agree.
    """
    first.mul_(BETA_1).add_(direction, alpha=1 - BETA_1)
    second.mul_(BETA_2).addcmul_(direction, direction, value=1 - BETA_2)
    mean = first / (1 - BETA_1 ** (step + 1))
    spread = (second / (1 - BETA_2 ** (step + 1))).sqrt_().add_(EPSILON)
    weights.addcdiv_(mean, spread, value=-rate)
