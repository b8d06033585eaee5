"""What every training engine is given and gives back; the place where another engine slots in.

An engine is built for one `Problem` and advances any number of networks through it. Everything that must survive an
interruption is in the plain numpy `State`: an engine keeps nothing between two calls that could change a bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fer_utils.cppn import Architecture, Network
from fer_utils.images import Array
from fer_utils.training.recipe import Recipe

Flat = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Problem:
    """One training task, but for the seed.

    Args:
        architecture: Of the networks.
        targets: ``(images, size, size, 3)`` float64 in [0, 1], already at the size to train at.
        recipe: How to train.
        seen: ``(n,)`` whole numbers: the pixels that are looked at, counted row by row; None for all.

    Source: ours.
    """

    architecture: Architecture
    targets: Array
    recipe: Recipe
    seen: NDArray[np.int64] | None = None

    @property
    def side(self) -> int:
        """Side length of the targets in pixels."""
        return int(self.targets.shape[1])


@dataclass(frozen=True, eq=False)
class State:
    """Where one network stands between two steps.

    Args:
        step: Updates done.
        weights: ``(n,)`` float32, layer after layer, each (in, out) row by row.
        memory: What the optimiser carries from step to step, arrays by name; empty before the first step.
        seed: Of the network, for recipes that draw pixels.
        image: Which of the problem's targets it learns.

    Source: ours.
    """

    step: int
    weights: Flat
    memory: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    seed: int = 0
    image: int = 0

    @classmethod
    def start(cls, network: Network, *, seed: int = 0, image: int = 0) -> State:
        """Return the state before the first step."""
        return cls(0, network.flat().astype(np.float32), {}, seed, image)


class Engine(Protocol):
    """A way to do the steps; `choosing.ENGINES` lists the known ones.

    Attributes:
        name: What the run's record calls it.
        device: "cpu" or "cuda".
        threads: How many CPU threads it uses.
        at_once: How many networks `advance` is best given in one call.
    """

    name: str
    device: str
    threads: int
    at_once: int

    def __init__(self, problem: Problem, *, device: str, threads: int | None) -> None: ...

    @staticmethod
    def maths(problem: Problem) -> str:
        """Return a mark that changes whenever the same problem would give other bits; part of a run's key."""
        ...

    def advance(self, states: Sequence[State], steps: int) -> tuple[list[State], Array]:
        """Do some steps for each network.

        Args:
            states: S of them; each goes on from its own step, as if it were alone.
            steps: How many.

        Returns:
            The new states, and ``(S, steps)`` float64 losses, each **before** its step, on the pixels it looked at.
        """
        ...

    def losses(self, states: Sequence[State]) -> Array:
        """Return the ``(S,)`` float64 losses of the states as they stand, on all pixels of their targets."""
        ...


def unflatten(architecture: Architecture, flat: Any) -> list[Any]:
    """View ``(n,)`` weights, numpy or torch, as one (in, out) matrix a layer."""
    matrices, start = [], 0
    for rows, columns in architecture.shapes:
        matrices.append(flat[start : start + rows * columns].reshape(rows, columns))
        start += rows * columns
    return matrices


def as_network(architecture: Architecture, flat: Flat, label: str) -> Network:
    """Make a network of trained weights; float64 holds the very same values."""
    return Network(architecture, tuple(unflatten(architecture, flat.astype(np.float64))), label)
