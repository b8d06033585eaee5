"""One network's steps, one after the other: look at the pixels, ask for the gradient, let the optimiser go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch

from fer_utils.cppn import Architecture
from fer_utils.images import Array
from fer_utils.training.descent import learning_rate
from fer_utils.training.optimisers import OPTIMISER_OF, Ask
from fer_utils.training.pixels import Pixels
from fer_utils.training.problem import Flat, State
from fer_utils.training.recipe import Recipe
from fer_utils.training.steering import ask_at

Look = Callable[[Flat, Flat], Ask]


@torch.no_grad()
def walk(
    state: State, steps: int, recipe: Recipe, architecture: Architecture, pixels: Pixels, look: Look, *, device: str
) -> tuple[State, Array]:
    """Do some steps for one network.

    Args:
        state: Where it stands.
        steps: How many.
        recipe: Its optimiser and rate.
        architecture: Of the network.
        pixels: What each step looks at.
        look: Takes inputs ``(4, pixels)`` and target ``(3, pixels)``; gives loss and direction at any weights; where
            the recipe steers, the direction must not be normalised yet.
        device: Where the weights live meanwhile.

    Returns:
        The new state, and the ``(steps,)`` float64 losses, each before its step.
    """
    optimiser, step, losses = OPTIMISER_OF[recipe.optimiser], state.step, []
    weights = torch.tensor(state.weights, device=device)
    memory = {name: torch.tensor(value, device=device) for name, value in state.memory.items()}
    for count, side in pixels.spans(state.step, steps):
        for number in range(count):
            if number == 0 or pixels.drawn:
                ask = look(*pixels.seen(state, step, side))
            rate, here = learning_rate(recipe, step), ask_at(ask, state, step, recipe, architecture)
            weights, memory, loss = optimiser(weights, memory, here, step=step, rate=rate, architecture=architecture)
            losses.append(loss)
            step += 1
    kept = {name: value.cpu().numpy() for name, value in memory.items()}
    after = replace(state, step=step, weights=weights.cpu().numpy(), memory=kept)
    return after, torch.stack(losses).double().cpu().numpy()


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
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
