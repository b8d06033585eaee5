"""What each step of a recipe looks at: the whole target, a smaller copy of it at first, or a draw of its pixels.

The paper looks at every pixel in every step. The two other ways are different science, and cheaper: `coarse_to_fine`
climbs through smaller copies, and `pixels` draws some anew for each step, with repetition. A draw is decided by the
network's seed and the step alone, so an interrupted run draws the same ones again. A problem may also hide pixels for
good; then every step, and every loss, knows only the others.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fer_utils import images
from fer_utils.checks import bad
from fer_utils.images import Array
from fer_utils.training.problem import Flat, Problem, State


class Pixels:
    """The pictures of one problem at every side it is trained at, in single precision.

    Args:
        problem: Its targets, and the recipe.

    Raises:
        BadInput: Pixels are hidden and the recipe looks at smaller copies, or those that are seen are no pixels.

    Source: paper, conventional SGD (every pixel); the rest ours.
    """

    def __init__(self, problem: Problem) -> None:
        if problem.seen is not None:
            _check_seen(problem)
        self._problem = problem
        self._recipe = problem.recipe
        self._sides = (*problem.recipe.coarse_to_fine, problem.side)
        self._inputs: dict[int, Flat] = {}
        self._targets: dict[int, Flat] = {}

    @property
    def most(self) -> int:
        """The most pixels that a step looks at."""
        return self._recipe.pixels or self.inputs(self._problem.side).shape[1]

    @property
    def drawn(self) -> bool:
        """Whether each step draws its own pixels."""
        return self._recipe.pixels is not None

    def side(self, step: int) -> int:
        """Return the side length of the picture a step looks at; each has an equal share of the recipe's steps."""
        stage = step * len(self._sides) // self._recipe.steps
        return self._sides[min(stage, len(self._sides) - 1)]

    def spans(self, first: int, steps: int) -> Iterator[tuple[int, int]]:
        """Cut some steps into runs with the same picture.

        Args:
            first: The first of the steps.
            steps: How many.

        Yields:
            (how many steps, side of their picture).
        """
        done = 0
        while done < steps:
            side, begin = self.side(first + done), done
            while done < steps and self.side(first + done) == side:
                done += 1
            yield done - begin, side

    def inputs(self, side: int) -> Flat:
        """Return the coordinates, ``(4, pixels)``."""
        if side not in self._inputs:
            self._inputs[side] = self._shown(_rows(images.coordinates(side)))
        return self._inputs[side]

    def targets(self, side: int) -> Flat:
        """Return all targets, ``(images, 3, pixels)``."""
        if side not in self._targets:
            whole = [images.resample(target, side) for target in self._problem.targets]
            self._targets[side] = np.stack([self._shown(_rows(np.moveaxis(target, -1, 0))) for target in whole])
        return self._targets[side]

    def seen(self, state: State, step: int, side: int) -> tuple[Flat, Flat]:
        """Return what one step of one network looks at.

        Args:
            state: Whose image it is, and whose seed decides a draw, together with the step.
            step: Number of the step.
            side: Side of the picture.

        Returns:
            ``(4, pixels)`` coordinates and ``(3, pixels)`` colours.
        """
        inputs, target = self.inputs(side), self.targets(side)[state.image]
        if self._recipe.pixels is None:
            return inputs, target
        rng = np.random.Generator(np.random.PCG64([state.seed, step]))
        drawn = rng.integers(0, inputs.shape[1], self._recipe.pixels)
        return inputs[:, drawn], target[:, drawn]

    def _shown(self, rows: Flat) -> Flat:
        """Leave out what the problem hides."""
        seen = self._problem.seen
        return rows if seen is None else np.ascontiguousarray(rows[:, seen])


def _check_seen(problem: Problem) -> None:
    seen, most = np.asarray(problem.seen), problem.side**2
    if seen.ndim != 1 or not len(seen) or seen.dtype.kind != "i" or seen.min() < 0 or seen.max() >= most:
        raise bad("seen", f"places of pixels, whole numbers from 0 to {most - 1}", problem.seen)
    if problem.recipe.coarse_to_fine:
        raise bad("coarse_to_fine", "left out where pixels are hidden", problem.recipe.coarse_to_fine)


def _rows(values: Array) -> Flat:
    """Return ``(channels, pixels)`` in single precision, row after row."""
    return np.ascontiguousarray(values.reshape(len(values), -1), dtype=np.float32)
