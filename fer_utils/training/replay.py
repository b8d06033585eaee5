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


class Replay:
    """One network's steps on fixed buffers, recorded where that can be done.

    Args:
        recipe: With an optimiser of `RECORDABLE`.
        ask: Weights -> loss and direction; always on the same pixels.
        count: Number of weights.
        device: "cuda", or "cpu" to run unrecorded.

    Source: ours; the maths is the paper's, conventional SGD.
    """

    def __init__(self, recipe: Recipe, ask: Ask, *, count: int, device: str) -> None:
        self._recipe, self._ask = recipe, ask
        self._weights, self._first, self._second = torch.zeros(3, count, device=device)
        self._step = torch.zeros((), dtype=torch.float64, device=device)
        self._slot = torch.zeros(1, dtype=torch.int64, device=device)
        self._losses = torch.zeros(SLOTS, device=device)
        self._go: Callable[[], None] = self._record() if device == "cuda" else self._one

    @torch.no_grad()
    def advance(self, state: State, steps: int) -> tuple[State, Array]:
        """Do some steps; as `problem.Engine.advance` for one network."""
        self._load(state)
        parts = []
        for begin in range(0, steps, SLOTS):
            some = min(SLOTS, steps - begin)
            self._slot.zero_()
            for _ in range(some):
                self._go()
            parts.append(self._losses[:some].double().cpu())
        memory = {"first": self._first, "second": self._second} if self._recipe.optimiser == "adam" else {}
        after = replace(
            state,
            step=state.step + steps,
            weights=self._weights.cpu().numpy().copy(),
            memory={name: value.cpu().numpy().copy() for name, value in memory.items()},
        )
        return after, torch.cat(parts).numpy()

    def _load(self, state: State) -> None:
        """Fill the buffers in place: a recording knows them by their address."""
        self._weights.copy_(torch.from_numpy(state.weights))
        for name, buffer in (("first", self._first), ("second", self._second)):
            known = state.memory.get(name)
            buffer.copy_(torch.zeros_like(buffer) if known is None else torch.from_numpy(known))
        self._step.fill_(state.step)

    @torch.no_grad()
    def _one(self) -> None:
        """Do one step."""
        loss, direction = self._ask(self._weights)
        self._losses.index_copy_(0, self._slot, loss.reshape(1).to(self._losses.dtype))
        rate = self._rate()
        self._step.add_(1)
        self._slot.add_(1)
        if self._recipe.optimiser == "sgd":
            self._weights.sub_(direction * rate.to(direction.dtype))
            return
        self._first.mul_(BETA_1).add_(direction, alpha=1 - BETA_1)
        self._second.mul_(BETA_2).addcmul_(direction, direction, value=1 - BETA_2)
        mean = self._first * (rate / (1 - BETA_1**self._step)).to(direction.dtype)
        spread = (self._second / (1 - BETA_2**self._step).to(direction.dtype)).sqrt_().add_(EPSILON)
        self._weights.sub_(mean / spread)

    def _rate(self) -> Tensor:
        """Return the step's learning rate as a tensor."""
        if self._recipe.schedule == "cosine":
            fall = 0.5 * (1 + torch.cos(self._step * (math.pi / self._recipe.steps)))
            return fall * self._recipe.learning_rate
        return torch.full_like(self._step, self._recipe.learning_rate)

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
            self._slot.zero_()
            with torch.cuda.graph(graph):
                self._one()
        except RuntimeError as error:
            warnings.warn(f"The GPU cannot replay a recorded step, so each is launched anew: {error}", stacklevel=2)
            torch.cuda.synchronize()
            return self._one
        return graph.replay
