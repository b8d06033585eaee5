"""Handing a training problem to the compiled kernel."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fer_utils import images
from fer_utils.checks import BadInput
from fer_utils.images import Array
from fer_utils.training.engine import learning_rate
from fer_utils.training.fused.compiling import library
from fer_utils.training.problem import Flat, Problem, State

TILE = 512  # pixels: the activations of all layers of the paper's networks then fit in a second-level cache
PARTS = 32  # the finest division of one picture among threads; fixed, since it decides the order of sums
TRAIN, GRADIENT, LOSS = range(3)
KINDS = {"cache": 0, "identity": 0, "sin": 1, "cos": 2, "tanh": 3, "sigmoid": 4, "gaussian": 5, "relu": 6}


class Task(ctypes.Structure):
    """What the kernel is told; the same fields in the same order as in kernel.cpp."""

    _fields_ = (
        *((name, ctypes.c_int32) for name in ("job", "depth", "groups", "networks", "threads", "tile", "parts")),
        *((name, ctypes.c_int32) for name in ("adam", "normalise")),
        *((name, ctypes.c_int64) for name in ("pixels", "steps")),
        *((name, ctypes.c_double) for name in ("weight_l1", "weight_l2", "map_l1")),
        *((name, ctypes.c_void_p) for name in ("kinds", "counts", "inputs", "target", "weights", "first", "second")),
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
    maths = "fused/1"

    def __init__(self, problem: Problem, *, device: str, threads: int | None) -> None:
        if device != "cpu":
            raise BadInput(f"device must be 'cpu' for the fused engine, got {device!r}.")
        self._library = library()
        self.device = device
        self.threads = threads or torch.get_num_threads()
        self._problem = problem
        pixels = problem.target.shape[0] ** 2
        self._parts = min(PARTS, math.ceil(pixels / TILE))
        # Enough networks in one call that small pictures keep all threads busy; large ones do so by themselves.
        self.at_once = math.ceil(4 * self.threads / self._parts)
        self._inputs = _single(images.coordinates(problem.target.shape[0]))
        self._target = _single(np.moveaxis(problem.target, -1, 0))
        self._kinds = np.array([KINDS[name] for name, _ in problem.architecture.groups], dtype=np.int32)
        self._counts = np.array([count for _, count in problem.architecture.groups], dtype=np.int32)

    def advance(self, states: Sequence[State], steps: int) -> tuple[list[State], Array]:
        """Do some steps for each network, all in one call."""
        recipe = self._problem.recipe
        weights, first, second = (
            np.stack([getattr(state, name) for state in states]) for name in ("weights", "first", "second")
        )
        rates = [[learning_rate(recipe, step) for step in range(s.step, s.step + steps)] for s in states]
        ages = np.array([state.step for state in states], dtype=np.int64)
        losses = self._run(TRAIN, weights, steps, first=first, second=second, ages=ages, rates=np.array(rates))
        rows = zip(states, weights, first, second, strict=True)
        return [State(state.step + steps, *(row.copy() for row in flats)) for state, *flats in rows], losses

    def losses(self, states: Sequence[State]) -> Array:
        """Return the losses of the states as they stand."""
        return self._run(LOSS, np.stack([state.weights for state in states]), 1)[:, 0]

    def gradients(self, weights: Flat) -> tuple[Array, Flat]:
        """Return losses and gradients, without a step.

        Args:
            weights: ``(S, n)`` float32.

        Returns:
            The ``(S,)`` losses, and the ``(S, n)`` float32 gradients of loss and penalties, not normalised.
        """
        gradient = np.empty_like(weights)
        return self._run(GRADIENT, weights, 1, gradient=gradient)[:, 0], gradient

    def _run(self, job: int, weights: Flat, steps: int, **arrays: NDArray[Any]) -> Array:
        """Call the kernel; it works in place on the weights and on the other arrays."""
        losses = np.empty((len(weights), steps))
        recipe, architecture = self._problem.recipe, self._problem.architecture
        arrays |= {"kinds": self._kinds, "counts": self._counts, "inputs": self._inputs, "target": self._target}
        arrays |= {"weights": np.ascontiguousarray(weights), "losses": losses}
        task = Task(
            job=job,
            depth=architecture.depth,
            groups=len(architecture.groups),
            networks=len(weights),
            threads=min(self.threads, len(weights) * self._parts),
            tile=TILE,
            parts=self._parts,
            adam=recipe.optimiser == "adam",
            normalise=recipe.normalise_gradient,
            pixels=self._target.shape[1],
            steps=steps,
            weight_l1=recipe.weight_l1,
            weight_l2=recipe.weight_l2,
            map_l1=recipe.map_l1,
            **{name: array.ctypes.data for name, array in arrays.items()},
        )
        if self._library.fer_fused_run(ctypes.byref(task)):
            raise MemoryError("The fused engine finds not enough memory for this network.")
        return losses


def _single(values: Array) -> Flat:
    """Return ``(channels, pixels)`` in single precision, row after row."""
    return np.ascontiguousarray(values.reshape(len(values), -1), dtype=np.float32)
