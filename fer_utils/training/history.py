"""The loss along the path: every step at first, then thinned evenly in the logarithm of the step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_utils.images import Array


@dataclass(frozen=True, eq=False)
class History:
    """A loss curve.

    Args:
        steps: ``(n,)`` int64, rising from 0: how many updates the weights had seen.
        loss: ``(n,)`` float64: their mean squared error in RGB.

    Source: ours.
    """

    steps: NDArray[np.int64]
    loss: Array

    def __post_init__(self) -> None:
        """Keep both as read-only copies."""
        for name, kind in (("steps", np.int64), ("loss", np.float64)):
            array = np.array(getattr(self, name), dtype=kind)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.steps)

    def extended(self, first: int, losses: Array) -> History:
        """Return the curve with the losses of the steps `first`, `first` + 1, … added, where they are kept.

        Args:
            first: Step of the first of the losses.
            losses: ``(n,)`` one for each step.

        Source: ours.
        """
        steps = np.arange(first, first + len(losses))
        keep = is_kept(steps)
        return History(np.append(self.steps, steps[keep]), np.append(self.loss, losses[keep]))

    def closed(self, step: int, loss: float) -> History:
        """Return the curve with its last point added, unless it is there."""
        if len(self) and self.steps[-1] == step:
            return self
        return History(np.append(self.steps, step), np.append(self.loss, loss))


EMPTY = History(np.array([], dtype=np.int64), np.array([]))


def is_kept(steps: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which steps a history keeps: those a number of three digits can write, followed by zeros.

    So every step to 1,000, every tenth to 10,000, every hundredth to 100,000: 900 points for each power of ten.

    Source: ours.
    """
    stride = np.ones_like(steps)
    for digits in range(4, 10):
        stride[steps >= 10 ** (digits - 1)] = 10 ** (digits - 3)
    return np.asarray(steps % stride == 0)
