"""Torch's own optimisers, their state taken out and put back around every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from fer_utils.cppn import Architecture
from fer_utils.training.optimisers.plain import Ask, Memory
from fer_utils.training.problem import unflatten

LBFGS_MEMORY = 100
LBFGS_TRIES = 25  # points a line search may try
LBFGS_SCALE = 1e4  # on the loss: torch leaves out of its memory what is small in absolute terms


def muon(
    weights: Tensor, memory: Memory, ask: Ask, *, step: int, rate: float, architecture: Architecture
) -> tuple[Tensor, Memory, Tensor]:
    """Step along each layer's momentum with all its singular values made about 1; see `sgd`.

    Source: Jordan et al. 2024, "Muon"; torch's own implementation, without weight decay.
    """
    loss, direction = ask(weights)
    after = weights.clone()
    layers = [torch.nn.Parameter(matrix) for matrix in unflatten(architecture, after)]
    tool = torch.optim.Muon(layers, lr=rate, weight_decay=0.0)
    if memory:
        for layer, momentum in zip(layers, unflatten(architecture, memory["momentum"].clone()), strict=True):
            tool.state[layer]["momentum_buffer"] = momentum
    for layer, gradient in zip(layers, unflatten(architecture, direction), strict=True):
        layer.grad = gradient
    tool.step()
    momenta = [tool.state[layer]["momentum_buffer"].flatten() for layer in layers]
    return torch.cat([layer.detach().flatten() for layer in layers]), {"momentum": torch.cat(momenta)}, loss


def lbfgs(
    weights: Tensor, memory: Memory, ask: Ask, *, step: int, rate: float, architecture: Architecture
) -> tuple[Tensor, Memory, Tensor]:
    """Search along a direction built from the last 100 steps; asks at least twice a step; see `sgd`.

    Source: Liu and Nocedal 1989; torch's own implementation with a strong Wolfe line search.
    """
    flat = torch.nn.Parameter(weights.clone())
    tool = torch.optim.LBFGS(
        [flat],
        lr=rate,
        max_iter=1,
        max_eval=LBFGS_TRIES,
        history_size=LBFGS_MEMORY,
        tolerance_grad=0.0,
        tolerance_change=0.0,
        line_search_fn="strong_wolfe",
    )
    if memory:
        tool.state[flat] = _lbfgs_state(memory)

    def closure() -> Tensor:
        loss, gradient = ask(flat.detach())
        flat.grad = gradient * LBFGS_SCALE
        return loss * LBFGS_SCALE

    loss = tool.step(closure)
    return flat.detach(), _lbfgs_memory(tool.state[flat]), loss / LBFGS_SCALE


def _lbfgs_state(memory: Memory) -> dict[str, Any]:
    """Unpack torch's own state."""
    lists: dict[str, Any] = {name: list(memory[name]) for name in ("old_dirs", "old_stps", "ro")}
    plain: dict[str, Any] = {name: memory[name] for name in ("d", "H_diag", "prev_flat_grad") if name in memory}
    numbers = {name: memory[name].item() for name in ("t", "prev_loss")}
    counts = {name: int(memory[name]) for name in ("func_evals", "n_iter")}
    return {**lists, **plain, **numbers, **counts, "al": [None] * LBFGS_MEMORY}


def _lbfgs_memory(state: Mapping[str, Any]) -> Memory:
    """Pack torch's own state into tensors; float64 where a float32 would cut a number."""
    lists = {
        name: torch.stack([torch.as_tensor(one) for one in state[name]]) if state[name] else torch.zeros(0)
        for name in ("old_dirs", "old_stps", "ro")
    }
    plain = {name: torch.as_tensor(state[name]).clone() for name in ("d", "H_diag", "prev_flat_grad")}
    names = ("t", "prev_loss", "func_evals", "n_iter")
    return {**lists, **plain, **{name: torch.tensor(float(state[name]), dtype=torch.float64) for name in names}}
