"""Handing a training problem to the compiled kernel."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fer_utils.checks import BadInput
from fer_utils.images import Array
from fer_utils.training.descent import learning_rate, normalised
from fer_utils.training.fused import planning
from fer_utils.training.fused.compiling import library
from fer_utils.training.optimisers import Ask
from fer_utils.training.pixels import Pixels
from fer_utils.training.problem import Flat, Problem, State
from fer_utils.training.steering import steered
from fer_utils.training.stepping import torch_threads, walk

TILE = 512  # pixels: the activations of all layers of the paper's networks then fit in a second-level cache
PARTS = 32  # the finest division of one picture among threads; fixed, since it decides the order of sums
DRAWS = 32  # steps whose draws of pixels are handed over in one call
TRAIN, GRADIENT, LOSS = range(3)
KINDS = {"cache": 0, "identity": 0, "sin": 1, "cos": 2, "tanh": 3, "sigmoid": 4, "gaussian": 5, "relu": 6}
STEPS_INSIDE = ("adam", "sgd")  # optimisers that the kernel knows; for others it gives the gradient


class Task(ctypes.Structure):
    """What the kernel is told; the same fields in the same order as in tile.h."""

    _fields_ = (
        *((name, ctypes.c_int32) for name in ("job", "depth", "groups", "networks", "threads", "tile", "parts")),
        *((name, ctypes.c_int32) for name in ("adam", "normalise")),
        *((name, ctypes.c_int64) for name in ("pixels", "steps")),
        *((name, ctypes.c_double) for name in ("weight_l1", "weight_l2", "map_l1")),
        *((name, ctypes.c_void_p) for name in ("kinds", "counts", "stations", "inputs", "targets")),
        *((name, ctypes.c_void_p) for name in ("input_at", "target_at")),
        *((name, ctypes.c_void_p) for name in ("weights", "first", "second")),
        *((name, ctypes.c_void_p) for name in ("ages", "rates", "losses", "gradient")),
    )


class FusedEngine:
    """Trains in compiled C++ in float32; see `problem.Engine` for what each member does.

    Args:
        problem: What to train.
        device: "cpu".
        threads: CPU threads, or None for torch's present number. Their number does not change a bit.

    Raises:
        BadInput: The device is another one, or the kernel cannot be built; `obstacle` says why.

    Source: ours; the maths is the paper's, conventional SGD.
    """

    name = "fused"

    @staticmethod
    def maths(problem: Problem) -> str:
        """Return "fused/2" where copying neurons are left out, which gives other last bits, and "fused/1" elsewhere."""
        return "fused/1" if all(_stations(problem)) else "fused/2"

    def __init__(self, problem: Problem, *, device: str, threads: int | None) -> None:
        if device != "cpu":
            raise BadInput(f"device must be 'cpu' for the fused engine, got {device!r}.")
        self._library = library()
        self.device = device
        self.threads = threads or torch.get_num_threads()
        self._problem = problem
        self._pixels = Pixels(problem)
        # Enough networks in one call that small pictures keep all threads busy; large ones do so by themselves.
        self.at_once = math.ceil(4 * self.threads / _parts(self._pixels.most))
        self._kinds = np.array([KINDS[name] for name, _ in problem.architecture.groups], dtype=np.int32)
        self._counts = np.array([count for _, count in problem.architecture.groups], dtype=np.int32)
        self._stations = np.array(_stations(problem), dtype=np.int32)

    def advance(self, states: Sequence[State], steps: int) -> tuple[list[State], Array]:
        """Do some steps for each network, all in one call where they look at pictures of one size."""
        recipe = self._problem.recipe
        if recipe.optimiser not in STEPS_INSIDE or steered(recipe):
            pairs = [self._walk(state, steps) for state in states]
        elif len(states) > 1 and any(self._plan(state, steps) != self._plan(states[0], steps) for state in states):
            alone = [self.advance([state], steps) for state in states]
            pairs = [(after[0], losses[0]) for after, losses in alone]
        else:
            return self._advance(list(states), steps)
        return [state for state, _ in pairs], np.stack([losses for _, losses in pairs])

    def losses(self, states: Sequence[State]) -> Array:
        """Return the losses of the states as they stand."""
        return self._run(LOSS, _stacked(states), *self._whole(states, self._problem.side, 1))[:, 0]

    def gradients(self, weights: Flat) -> tuple[Array, Flat]:
        """Return losses and gradients on the whole of the first target, without a step.

        Args:
            weights: ``(S, n)`` float32.

        Returns:
            The ``(S,)`` losses, and the ``(S, n)`` float32 gradients of loss and penalties, not normalised.
        """
        gradient, states = np.empty_like(weights), [State(0, flat) for flat in weights]
        losses = self._run(GRADIENT, weights.copy(), *self._whole(states, self._problem.side, 1), gradient=gradient)
        return losses[:, 0], gradient

    def gradients_on(self, weights: Flat, inputs: Flat, targets: Flat) -> tuple[Array, Flat]:
        """Return losses and gradients of some networks, each on pixels of its own, without a step.

        Args:
            weights: ``(S, n)`` float32.
            inputs: ``(S, 4, pixels)`` float32: x, y, d and b of what each looks at.
            targets: ``(S, 3, pixels)`` float32: the colours there.

        Returns:
            The ``(S,)`` losses, and the ``(S, n)`` float32 gradients of loss and penalties, not normalised.
        """
        gradient = np.empty_like(weights)
        number = np.arange(len(weights), dtype=np.int64)[:, None]
        pictures = np.ascontiguousarray(inputs), np.ascontiguousarray(targets)
        places = tuple(rows * inputs.shape[-1] * number for rows in (4, 3))
        losses = self._run(GRADIENT, weights.copy(), pictures, (places[0], places[1]), gradient=gradient)
        return losses[:, 0], gradient

    def _plan(self, state: State, steps: int) -> list[tuple[int, int]]:
        return list(self._pixels.spans(state.step, steps))

    def _advance(self, states: list[State], steps: int) -> tuple[list[State], Array]:
        """Do the steps inside the kernel, in calls of one picture size each."""
        parts = []
        for count, side in self._plan(states[0], steps):
            most = DRAWS if self._pixels.drawn else count
            for first in range(0, count, most):
                some = min(most, count - first)
                looks = self._drawn if self._pixels.drawn else self._whole
                states, losses = self._call(states, some, *looks(states, side, some))
                parts.append(losses)
        return states, np.concatenate(parts, axis=1)

    def _call(
        self, states: list[State], steps: int, pictures: tuple[Flat, Flat], places: tuple[Any, Any]
    ) -> tuple[list[State], Array]:
        recipe = self._problem.recipe
        weights = _stacked(states)
        memory = {name: np.stack([_remembered(state, name) for state in states]) for name in ("first", "second")}
        rates = [[learning_rate(recipe, step) for step in range(s.step, s.step + steps)] for s in states]
        ages = np.array([state.step for state in states], dtype=np.int64)
        losses = self._run(TRAIN, weights, pictures, places, ages=ages, rates=np.array(rates), **memory)
        kept = memory if recipe.optimiser == "adam" else {}
        return [
            replace(
                state,
                step=state.step + steps,
                weights=weights[row].copy(),
                memory={name: values[row].copy() for name, values in kept.items()},
            )
            for row, state in enumerate(states)
        ], losses

    def _walk(self, state: State, steps: int) -> tuple[State, Array]:
        """Let an optimiser in torch, or what steers, ask the kernel for gradients."""
        recipe, architecture = self._problem.recipe, self._problem.architecture
        with torch_threads(1):  # matrices of a few dozen rows gain nothing from more, and lose their last bits
            return walk(state, steps, recipe, architecture, self._pixels, self._look, device="cpu")

    def _look(self, inputs: Flat, target: Flat) -> Ask:
        at = np.zeros((1, 1), dtype=np.int64)
        pictures = np.ascontiguousarray(inputs), np.ascontiguousarray(target)

        def ask(weights: Tensor) -> tuple[Tensor, Tensor]:
            flat = weights.numpy()[None].copy()
            gradient = np.empty_like(flat)
            losses = self._run(GRADIENT, flat, pictures, (at, at), gradient=gradient)
            downhill = torch.from_numpy(gradient[0])
            if self._problem.recipe.normalise_gradient and not steered(self._problem.recipe):
                downhill = normalised(downhill)
            return torch.tensor(losses[0, 0], dtype=torch.float64), downhill

        return ask

    def _whole(self, states: Sequence[State], side: int, steps: int) -> tuple[tuple[Flat, Flat], tuple[Any, Any]]:
        """Return whole pictures, and where in them each step of each network finds its own."""
        inputs, targets = self._pixels.inputs(side), self._pixels.targets(side)
        at = np.array([[targets[0].size * state.image] * steps for state in states], dtype=np.int64)
        return (inputs, targets), (np.zeros_like(at), at)

    def _drawn(self, states: Sequence[State], side: int, steps: int) -> tuple[tuple[Flat, Flat], tuple[Any, Any]]:
        """Return the same for steps that draw their pixels."""
        seen = [self._pixels.seen(state, state.step + step, side) for state in states for step in range(steps)]
        number = np.arange(len(seen)).reshape(len(states), steps)
        places = [rows * self._pixels.most * number for rows in (4, 3)]
        # stack alone would keep the layout that indexing gave the draws, which is not the kernel's
        inputs, targets = (np.ascontiguousarray(np.stack(ones)) for ones in zip(*seen, strict=True))
        return (inputs, targets), (places[0], places[1])

    def _run(
        self,
        job: int,
        weights: Flat,
        pictures: tuple[Flat, Flat],
        places: tuple[NDArray[np.int64], NDArray[np.int64]],
        **arrays: NDArray[Any],
    ) -> Array:
        """Call the kernel; it works in place on the weights and on the other arrays."""
        recipe, architecture = self._problem.recipe, self._problem.architecture
        networks, steps = places[0].shape
        pixels = pictures[0].shape[-1]
        losses = np.empty((networks, steps))
        arrays |= {"kinds": self._kinds, "counts": self._counts, "stations": self._stations}
        arrays |= {"weights": weights, "losses": losses}
        arrays |= {"inputs": pictures[0], "targets": pictures[1], "input_at": places[0], "target_at": places[1]}
        task = Task(
            job=job,
            depth=architecture.depth,
            groups=len(architecture.groups),
            networks=networks,
            threads=min(self.threads, networks * _parts(pixels)),
            tile=TILE,
            parts=_parts(pixels),
            adam=recipe.optimiser == "adam",
            normalise=recipe.normalise_gradient,
            pixels=pixels,
            steps=steps,
            weight_l1=recipe.weight_l1,
            weight_l2=recipe.weight_l2,
            map_l1=recipe.map_l1,
            **{name: array.ctypes.data for name, array in arrays.items()},
        )
        if self._library.fer_fused_run(ctypes.byref(task)):
            raise MemoryError("The fused engine finds not enough memory for this network.")
        return losses


def _stations(problem: Problem) -> tuple[bool, ...]:
    """Return the layers to compute in full: all of them where the values of all neurons are asked for."""
    return (True,) * problem.architecture.depth if problem.recipe.map_l1 else planning.stations(problem.architecture)


def _parts(pixels: int) -> int:
    return min(PARTS, math.ceil(pixels / TILE))


def _stacked(states: Sequence[State]) -> Flat:
    """Copy the weights of some networks into one array."""
    return np.stack([state.weights for state in states])


def _remembered(state: State, name: str) -> Flat:
    """Return one of Adam's running means; zero before the first step, and with plain descent, which has none."""
    known = state.memory.get(name)
    return np.zeros_like(state.weights) if known is None else known
