"""What bends a step beyond the loss: penalties on the network's inside, dropout, and noise on the weights.

Works with every engine: the engine gives loss and gradient at any weights, and steering asks for them where it wants
them and adds its own. What it draws is decided by the seed and the step, so a run may be cut anywhere.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fer_utils.cppn import Architecture
from fer_utils.training import penalties
from fer_utils.training.descent import normalised
from fer_utils.training.optimisers.plain import Ask
from fer_utils.training.problem import State, unflatten
from fer_utils.training.recipe import Recipe

PENALTIES = ("map_orthogonality", "map_variation", "parity_mixing", "response_modes")
STEERED = (*PENALTIES, "dropout", "weight_noise")
SALT = 31_337  # keeps these draws apart from those of pixels


def steered(recipe: Recipe) -> bool:
    """Say whether a recipe bends its steps beyond the loss."""
    return any(getattr(recipe, name) for name in STEERED)


def steer(ask: Ask, recipe: Recipe, architecture: Architecture, *, seed: int, step: int) -> Ask:
    """Return loss and direction with everything that the recipe adds.

    Args:
        ask: Weights -> loss and gradient, not normalised.
        recipe: Which penalties, how much dropout and noise, and whether to normalise.
        architecture: Of the network.
        seed: Of the network.
        step: Updates done.

    Returns:
        Weights -> the loss (of the disturbed network, where there is dropout or noise; without penalties), and the
        direction, normalised where the recipe says so.

    Source: ours; dropout after Srivastava et al. 2014, penalties at some steps only after Karras et al. 2020.
    """

    def asked(weights: Tensor) -> tuple[Tensor, Tensor]:
        rng = np.random.Generator(np.random.PCG64([seed, step, SALT]))
        scale = _kept(recipe, architecture, weights, rng)
        shift = _noise(recipe, architecture, weights, rng)
        loss, gradient = ask(weights * scale + shift)
        gradient = gradient * scale
        if step % recipe.penalty_every == 0 and any(getattr(recipe, name) for name in PENALTIES):
            added = penalty_gradient(weights, recipe, architecture, rng)[1]
            gradient = gradient.add(added, alpha=recipe.penalty_every)
        return loss, normalised(gradient) if recipe.normalise_gradient else gradient

    return asked


def penalty_gradient(
    weights: Tensor, recipe: Recipe, architecture: Architecture, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return the sum of a recipe's penalties, each times its weight, and its gradient.

    Args:
        weights: ``(n,)``.
        recipe: Which, and how much of each.
        architecture: Of the network.
        rng: Draws the weights whose responses are looked at.

    Returns:
        A number, and ``(n,)``.
    """
    with torch.enable_grad():
        flat = weights.detach().clone().requires_grad_()
        matrices = unflatten(architecture, flat)
        total = flat.new_zeros(())
        if recipe.map_orthogonality or recipe.map_variation or recipe.parity_mixing:
            maps = penalties.hidden_maps(matrices, architecture, penalties.SIDE)
            total = total + recipe.map_orthogonality * penalties.map_orthogonality(maps)
            total = total + recipe.map_variation * penalties.map_variation(maps, penalties.SIDE)
            total = total + recipe.parity_mixing * penalties.parity_mixing(maps, penalties.SIDE)
        if recipe.response_modes:
            found = penalties.responses(matrices, architecture, penalties.RESPONSE_SIDE)
            slots = _slots(architecture, rng)
            total = total + recipe.response_modes * penalties.response_modes(found, slots)
        (gradient,) = torch.autograd.grad(total, flat)
    return total.detach(), gradient


def dropped_rows(architecture: Architecture, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return a factor for every weight that takes whole hidden neurons away for a step, and makes the others stronger.

    Args:
        architecture: Of the network.
        share: Chance of a hidden neuron to be away, below 1.
        rng: Draws them.

    Returns:
        ``(n,)``: 0 for what a neuron that is away feeds, 1 / (1 - share) for what the others feed, 1 for the inputs.
    """
    factors = [np.ones(architecture.shapes[0])]
    for shape in architecture.shapes[1:]:
        stays = rng.random((shape[0], 1)) >= share
        factors.append(np.broadcast_to(stays / (1 - share), shape))
    return np.concatenate([one.ravel() for one in factors])


def _kept(recipe: Recipe, architecture: Architecture, weights: Tensor, rng: np.random.Generator) -> Tensor:
    if not recipe.dropout:
        return torch.ones_like(weights)
    return torch.as_tensor(dropped_rows(architecture, recipe.dropout, rng)).to(weights)


def _noise(recipe: Recipe, architecture: Architecture, weights: Tensor, rng: np.random.Generator) -> Tensor:
    """Draw noise as large, against the first weights of a layer, as the recipe says."""
    if not recipe.weight_noise:
        return torch.zeros_like(weights)
    parts = [rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in architecture.shapes]
    return recipe.weight_noise * torch.as_tensor(np.concatenate([one.ravel() for one in parts])).to(weights)


def _slots(architecture: Architecture, rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Draw weights from all slots, each as likely as any other, none twice."""
    count = min(penalties.SLOTS, architecture.weight_count)
    drawn = rng.choice(architecture.weight_count, size=count, replace=False)
    starts = np.cumsum([0, *(rows * columns for rows, columns in architecture.shapes)])
    layers = np.searchsorted(starts, drawn, side="right") - 1
    return [
        (int(layer), *divmod(int(place - starts[layer]), architecture.shapes[layer][1]))
        for place, layer in zip(drawn, layers, strict=True)
    ]


def ask_at(ask: Ask, state: State, step: int, recipe: Recipe, architecture: Architecture) -> Ask:
    """Return what a step of one network asks: steered where the recipe says so."""
    return steer(ask, recipe, architecture, seed=state.seed, step=step) if steered(recipe) else ask
