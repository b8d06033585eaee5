"""One seed's way down: loss and gradient, a step, and what is kept so that nothing is lost.

A whole step replaces the position at once, so that an interruption, wherever it comes, leaves a position that was
reached, and the run goes on from there to the same bits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from fer_utils import images
from fer_utils.images import Array
from fer_utils.training.checkpoints import Checkpoints
from fer_utils.training.descent import adam_step, descent_direction, learning_rate
from fer_utils.training.graphs.graph import Graph
from fer_utils.training.problem import Flat, State
from fer_utils.training.recipe import Recipe
from fer_utils.training.runs import Progress

Tick = Callable[[int, float], None]


class Position(NamedTuple):
    """Updates done, the weights, and Adam's two means (zero, and unused, with plain descent)."""

    step: int
    weights: Tensor
    first: Tensor
    second: Tensor


class Slope:
    """Loss and gradient of a graph on one target, in single precision on the CPU.

    Args:
        graph: The topology.
        target: ``(size, size, 3)`` in [0, 1].

    Source: paper, figure 12.
    """

    def __init__(self, graph: Graph, target: Array) -> None:
        self._graph = graph
        self._inputs = _rows(images.coordinates(len(target)))
        self._target = _rows(np.moveaxis(target, -1, 0))

    def __call__(self, weights: Tensor) -> tuple[float, Tensor]:
        """Return the mean squared error at some weights, and its ``(n,)`` gradient."""
        free = weights.detach().requires_grad_()
        with torch.enable_grad():
            loss = self._graph.loss(free, self._inputs, self._target)
        (gradient,) = torch.autograd.grad(loss, free)
        return float(loss.detach()), gradient


class Walk:
    """One seed on its way from where it stands to the recipe's last step.

    Args:
        here: Where it stands: at its first weights, or as its checkpoint says.
        recipe: How it goes.
        checkpoints: Where it is kept.

    Attributes:
        loss: Of the last weights, once it has ended.
        diverged_at: Step at which the loss was no longer finite, if it came to that.
    """

    def __init__(self, here: Progress, recipe: Recipe, checkpoints: Checkpoints) -> None:
        self.loss = float("nan")
        self.diverged_at: int | None = None
        self._here, self._recipe, self._checkpoints = here, recipe, checkpoints
        self._safe = _position(here.state)  # the last position whose loss is known to be finite
        self._losses: list[float] = []
        self._snapshots = dict(here.snapshots)
        self._began = time.perf_counter()

    def train(self, slope: Slope, *, checkpoint_every: float, tick: Tick) -> None:
        """Go to the end, or to where the loss is lost.

        Args:
            slope: Gives loss and gradient.
            checkpoint_every: Seconds between checkpoints.
            tick: Told how many steps were done, and the loss.
        """
        saved, position = time.monotonic(), self._safe
        try:
            while True:
                loss, gradient = slope(position.weights)
                if not (np.isfinite(loss) and torch.isfinite(position.weights).all()):
                    self.diverged_at = position.step
                    return
                self._note(position, loss)
                if position.step == self._recipe.steps:
                    return
                position = step_down(position, gradient, self._recipe)
                tick(1, loss)
                if time.monotonic() - saved >= checkpoint_every:
                    self._checkpoints.save(self.progress())
                    saved = time.monotonic()
        except BaseException:  # KeyboardInterrupt above all: nothing that was trained is lost
            self._checkpoints.save(self.progress())
            raise

    def progress(self) -> Progress:
        """Return the last position whose loss is known to be finite, with the losses of the steps before it."""
        position, start = self._safe, self._here.state.step
        history = self._here.history.extended(start, np.array(self._losses[: position.step - start]))
        memory = {"first": position.first.numpy(), "second": position.second.numpy()}
        state = State(position.step, position.weights.numpy(), memory)
        seconds = self._here.seconds + time.perf_counter() - self._began
        return replace(self._here, state=state, history=history, snapshots=dict(self._snapshots), seconds=seconds)

    def ended(self) -> Progress:
        """Return the whole way, its last weights among the snapshots and their loss at the end of its curve."""
        last = self.progress()
        weights = {**last.snapshots, last.state.step: last.state.weights}
        return replace(last, history=last.history.closed(last.state.step, self.loss), snapshots=weights)

    def _note(self, position: Position, loss: float) -> None:
        self._losses.append(loss)
        self._safe, self.loss = position, loss
        if position.step in self._recipe.snapshots:
            self._snapshots[position.step] = position.weights.numpy()


@torch.no_grad()
def step_down(position: Position, gradient: Tensor, recipe: Recipe) -> Position:
    """Do one of the recipe's steps; what is given stays as it is.

    Args:
        position: Where to start.
        gradient: ``(n,)`` of the loss there.
        recipe: Its optimiser ("adam" or "sgd"), penalties and rate.

    Source: paper, conventional SGD.
    """
    step, weights, first, second = position
    direction, rate = descent_direction(gradient, weights, recipe), learning_rate(recipe, step)
    if recipe.optimiser == "sgd":
        return Position(step + 1, weights.sub(direction, alpha=rate), first, second)
    weights, first, second = weights.clone(), first.clone(), second.clone()
    adam_step(weights, first, second, direction, step=step, rate=rate)
    return Position(step + 1, weights, first, second)


def _position(state: State) -> Position:
    weights = torch.tensor(state.weights)
    means = [torch.tensor(state.memory[name]) if state.memory else torch.zeros_like(weights) for name in _MEANS]
    return Position(state.step, weights, *means)


_MEANS = ("first", "second")


def _rows(values: Array) -> Tensor:
    """Return ``(channels, pixels)`` in single precision, row after row."""
    flat: Flat = np.ascontiguousarray(values.reshape(len(values), -1), dtype=np.float32)
    return torch.tensor(flat)  # a copy, in torch's own memory: aligned alike in every process, so the same bits
