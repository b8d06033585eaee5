"""The torch engine: the recipe's steps, readable, on any device torch sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fer_utils.checks import BadInput, one_of
from fer_utils.images import Array
from fer_utils.training.descent import descent_direction
from fer_utils.training.gradient import Differentiable, Gradient
from fer_utils.training.optimisers import Ask
from fer_utils.training.pixels import Pixels
from fer_utils.training.problem import Flat, Problem, State
from fer_utils.training.replay import RECORDABLE, Replay, Step, plain_step
from fer_utils.training.steering import steered
from fer_utils.training.stepping import torch_threads, walk

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
    at_once = 1

    @staticmethod
    def maths(problem: Problem) -> str:
        """Return "torch/1"."""
        return "torch/1"

    def __init__(self, problem: Problem, *, device: str, threads: int | None) -> None:
        self.device = device
        self.threads = threads or torch.get_num_threads()
        self._problem = problem
        self._pixels = Pixels(problem)
        self._gradients: dict[int, Differentiable] = {}
        plain = problem.recipe.optimiser in RECORDABLE and not self._pixels.drawn and not steered(problem.recipe)
        self._recorded = device == "cuda" and plain
        self._replays: dict[tuple[int, int], Replay] = {}

    def advance(self, states: Sequence[State], steps: int) -> tuple[list[State], Array]:
        """Do some steps for each network, one network after the other."""
        with torch_threads(self.threads):
            go = self._replay if self._recorded else self._walk
            pairs = [go(state, steps) for state in states]
        return [state for state, _ in pairs], np.stack([losses for _, losses in pairs])

    def losses(self, states: Sequence[State]) -> Array:
        """Return the losses of the states as they stand."""
        side = self._problem.side
        targets = self._tensor(self._pixels.targets(side))
        with torch_threads(self.threads):
            gradient = self._gradient(self._pixels.inputs(side))
            return np.array(
                [float(gradient.loss(self._tensor(state.weights), targets[state.image])) for state in states]
            )

    def _walk(self, state: State, steps: int) -> tuple[State, Array]:
        recipe, architecture = self._problem.recipe, self._problem.architecture
        return walk(state, steps, recipe, architecture, self._pixels, self._look, device=self.device)

    def _replay(self, state: State, steps: int) -> tuple[State, Array]:
        """Do the steps from recordings, one for each picture they look at."""
        parts = []
        for count, side in self._pixels.spans(state.step, steps):
            if (side, state.image) not in self._replays:
                seen = self._pixels.seen(state, state.step, side)
                self._replays[side, state.image] = Replay(
                    self._make_step(*seen),
                    remembers=self._problem.recipe.optimiser == "adam",
                    count=len(state.weights),
                    device=self.device,
                )
            state, losses = self._replays[side, state.image].advance(state, count)
            parts.append(losses)
        return state, np.concatenate(parts)

    def _make_step(self, inputs: Flat, target: Flat) -> Step:
        return plain_step(self._problem.recipe, self._look(inputs, target))

    def _look(self, inputs: Flat, target: Flat) -> Ask:
        """Return what gives loss and direction at any weights, on these pixels."""
        gradient = self._gradient(inputs)
        goal, recipe = self._tensor(target), self._problem.recipe
        if steered(recipe):  # its penalties come before the normalisation
            recipe = recipe.variant(normalise_gradient=False)

        def ask(weights: Tensor) -> tuple[Tensor, Tensor]:
            loss, downhill = gradient(weights, goal)
            return loss, descent_direction(downhill, weights, recipe)

        return ask

    def _gradient(self, inputs: Flat) -> Differentiable:
        """Return the buffers for so many pixels, looking at these."""
        count, seen = inputs.shape[1], self._tensor(inputs)
        if count not in self._gradients:
            self._gradients[count] = self._make_gradient(seen)
        self._gradients[count].look_at(seen)
        return self._gradients[count]

    def _make_gradient(self, inputs: Tensor) -> Differentiable:
        return Gradient(self._problem.architecture, inputs, map_l1=self._problem.recipe.map_l1)

    def _tensor(self, flat: Flat) -> Tensor:
        # torch.tensor copies: torch's own memory is aligned alike in every process, and so are the bits that come out.
        return torch.tensor(flat, device=self.device)


def known_device(name: str) -> str:
    """Return "cpu" or "cuda" for one of `DEVICES`; "auto" is cuda where torch sees a GPU.

    Raises:
        BadInput: The name is unknown, or there is no GPU.
    """
    there = torch.cuda.is_available()
    if one_of("device", name, DEVICES) == "cuda" and not there:
        raise BadInput("device must be one that is there, got 'cuda' on a machine where torch sees no GPU.")
    return ("cuda" if there else "cpu") if name == "auto" else name
