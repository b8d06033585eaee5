"""The torch engine: the recipe's steps, readable, on any device torch sees."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from fer_utils import images
from fer_utils.checks import BadInput, one_of
from fer_utils.images import Array
from fer_utils.training.gradient import Gradient
from fer_utils.training.problem import Problem, State
from fer_utils.training.recipe import Recipe

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
DEVICES = ("auto", "cpu", "cuda")


class TorchEngine:
    """Trains with plain torch operations in float32; see `problem.Engine` for what each member does.

    Args:
        problem: What to train.
        device: "cpu" or "cuda".
        threads: CPU threads, or None for torch's present number; torch's own setting is put back after each call.

    Source: paper, conventional SGD.
    """

    name = "torch"
    maths = "torch/1"
    at_once = 1

    def __init__(self, problem: Problem, *, device: str, threads: int | None) -> None:
        self.device = device
        self.threads = threads or torch.get_num_threads()
        self._recipe = problem.recipe
        # torch.tensor copies: torch's own memory is aligned alike in every process, and so are the bits that come out.
        grid = torch.tensor(images.coordinates(problem.target.shape[0]), dtype=torch.float32, device=device)
        target = torch.tensor(np.moveaxis(problem.target, -1, 0), dtype=torch.float32, device=device)
        self._gradient = Gradient(
            problem.architecture, grid.flatten(1), target.flatten(1), map_l1=problem.recipe.map_l1
        )

    def advance(self, states: Sequence[State], steps: int) -> tuple[list[State], Array]:
        """Do some steps for each network, one network after the other."""
        with _threads(self.threads):
            pairs = [self._advance(state, steps) for state in states]
        return [state for state, _ in pairs], np.stack([losses for _, losses in pairs])

    def losses(self, states: Sequence[State]) -> Array:
        """Return the losses of the states as they stand."""
        with _threads(self.threads):
            return np.array([float(self._gradient.loss(self._tensor(state.weights))) for state in states])

    def _tensor(self, flat: np.ndarray) -> Tensor:
        return torch.tensor(flat, device=self.device)

    @torch.no_grad()
    def _advance(self, state: State, steps: int) -> tuple[State, Array]:
        weights, first, second = (self._tensor(flat) for flat in (state.weights, state.first, state.second))
        losses = []
        for step in range(state.step, state.step + steps):
            loss, gradient = self._gradient(weights)
            losses.append(loss)
            direction = descent_direction(gradient, weights, self._recipe)
            rate = learning_rate(self._recipe, step)
            if self._recipe.optimiser == "adam":
                adam_step(weights, first, second, direction, step=step, rate=rate)
            else:
                weights.sub_(direction, alpha=rate)
        after = State(state.step + steps, *(flat.cpu().numpy() for flat in (weights, first, second)))
        return after, torch.stack(losses).double().cpu().numpy()


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
    if not recipe.normalise_gradient:
        return gradient
    # In double precision no square over- or underflows, so no epsilon is needed and the loss's scale cannot matter.
    exact = gradient.double()
    norm = exact.norm()
    return (exact / torch.where(norm == 0, 1.0, norm)).to(gradient.dtype)


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


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the rate of one step, counted from 0."""
    if recipe.schedule == "cosine":
        return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))
    return recipe.learning_rate


def known_device(name: str) -> str:
    """Return "cpu" or "cuda" for one of `DEVICES`; "auto" is cuda where torch sees a GPU.

    Raises:
        BadInput: The name is unknown, or there is no GPU.
    """
    there = torch.cuda.is_available()
    if one_of("device", name, DEVICES) == "cuda" and not there:
        raise BadInput("device must be one that is there, got 'cuda' on a machine where torch sees no GPU.")
    return ("cuda" if there else "cpu") if name == "auto" else name


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Use so many threads for a while, and put torch's own setting back."""
    before = torch.get_num_threads()
    if before == count:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
