"""The torch engine's step as a recording: on a GPU the launches of its many small kernels cost more than their work.

A CUDA graph records one whole step (loss, gradient, optimiser) on fixed buffers and replays it in a single launch. So
nothing in a step may depend on a Python number that changes: the step's own number, and with it the learning rate and
Adam's corrections, are tensors here. Without a GPU the same step runs unrecorded, which is how the tests follow it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from fer_utils.images import Array
from fer_utils.training.descent import BETA_1, BETA_2, EPSILON
from fer_utils.training.optimisers import Ask
from fer_utils.training.problem import State
from fer_utils.training.recipe import Recipe

RECORDABLE = ("adam", "sgd")
WARM_UP = 3  # steps before a recording, so that torch's libraries have chosen their ways of working
SLOTS = 1024  # losses kept on the device between two looks at them


class Buffers(NamedTuple):
    """What a step reads and writes; none is ever replaced, since a recording knows them by their address.

    Args:
        weights: ``(n,)``.
        first: ``(n,)`` Adam's running mean of the direction.
        second: ``(n,)`` its running mean of the square.
        step: One float64: the steps done.
        slot: One int64: where in `losses` the next loss goes.
        losses: ``(SLOTS,)`` each before its step.

    Source: ours.
    """

    weights: Tensor
    first: Tensor
    second: Tensor
    step: Tensor
    slot: Tensor
    losses: Tensor


Step = Callable[[Buffers], None]  # does one step, in place


class Replay:
    """One network's steps on fixed buffers, recorded where that can be done.

    Args:
        step: Does one of them, always on the same pixels.
        remembers: Whether Adam's means are part of the state.
        count: Number of weights.
        device: "cuda", or "cpu" to run unrecorded.

    Source: ours; the maths is the paper's, conventional SGD.
    """

    def __init__(self, step: Step, *, remembers: bool, count: int, device: str) -> None:
        self._step, self._remembers = step, remembers
        weights, first, second = torch.zeros(3, count, device=device)
        self._buffers = Buffers(
            weights=weights,
            first=first,
            second=second,
            step=torch.zeros((), dtype=torch.float64, device=device),
            slot=torch.zeros(1, dtype=torch.int64, device=device),
            losses=torch.zeros(SLOTS, device=device),
        )
        self._go: Callable[[], None] = self._record() if device == "cuda" else self._one

    @torch.no_grad()
    def advance(self, state: State, steps: int) -> tuple[State, Array]:
        """Do some steps; as `problem.Engine.advance` for one network."""
        self._load(state)
        parts = []
        for begin in range(0, steps, SLOTS):
            some = min(SLOTS, steps - begin)
            self._buffers.slot.zero_()
            for _ in range(some):
                self._go()
            parts.append(self._buffers.losses[:some].double().cpu())
        weights, first, second = (buffer.cpu().numpy().copy() for buffer in self._buffers[:3])
        after = replace(
            state,
            step=state.step + steps,
            weights=weights,
            memory={"first": first, "second": second} if self._remembers else {},
        )
        return after, torch.cat(parts).numpy()

    def _load(self, state: State) -> None:
        """Fill the buffers in place."""
        self._buffers.weights.copy_(torch.from_numpy(state.weights))
        for name, buffer in (("first", self._buffers.first), ("second", self._buffers.second)):
            known = state.memory.get(name)
            buffer.copy_(torch.zeros_like(buffer) if known is None else torch.from_numpy(known))
        self._buffers.step.fill_(state.step)

    @torch.no_grad()
    def _one(self) -> None:
        """Do one step."""
        self._step(self._buffers)

    def _record(self) -> Callable[[], None]:
        """Record one step; where that fails, say so and go on without, slower."""
        try:
            aside = torch.cuda.Stream()
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                for _ in range(WARM_UP):
                    self._one()
            torch.cuda.current_stream().wait_stream(aside)
            graph = torch.cuda.CUDAGraph()
            self._buffers.slot.zero_()
            with torch.cuda.graph(graph):
                self._one()
        except RuntimeError as error:
            warnings.warn(f"The GPU cannot replay a recorded step, so each is launched anew: {error}", stacklevel=2)
            torch.cuda.synchronize()
            return self._one
        return graph.replay


def plain_step(recipe: Recipe, ask: Ask) -> Step:
    """Return what does one step in torch's own operations.

    Args:
        recipe: With an optimiser of `RECORDABLE`.
        ask: Weights -> loss and direction; always on the same pixels.

    Source: paper, conventional SGD.
    """

    def one(buffers: Buffers) -> None:
        loss, direction = ask(buffers.weights)
        buffers.losses.index_copy_(0, buffers.slot, loss.reshape(1).to(buffers.losses.dtype))
        rate = _rate(recipe, buffers.step)
        buffers.step.add_(1)
        buffers.slot.add_(1)
        if recipe.optimiser == "sgd":
            buffers.weights.sub_(direction * rate.to(direction.dtype))
            return
        buffers.first.mul_(BETA_1).add_(direction, alpha=1 - BETA_1)
        buffers.second.mul_(BETA_2).addcmul_(direction, direction, value=1 - BETA_2)
        mean = buffers.first * (rate / (1 - BETA_1**buffers.step)).to(direction.dtype)
        spread = (buffers.second / (1 - BETA_2**buffers.step).to(direction.dtype)).sqrt_().add_(EPSILON)
        buffers.weights.sub_(mean / spread)

    return one


def _rate(recipe: Recipe, step: Tensor) -> Tensor:
    """Return the step's learning rate as a tensor."""
    if recipe.schedule == "cosine":
        fall = 0.5 * (1 + torch.cos(step * (math.pi / recipe.steps)))
        return fall * recipe.learning_rate
    return torch.full_like(step, recipe.learning_rate)
