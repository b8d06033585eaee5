"""The linearised network: it keeps the features it was born with, and everything about it can be calculated.

Near its first weights w0 a network is f(w0) + J (w - w0). Taken at its word everywhere, that is a linear model whose
features are the columns of J; its gradient flow under the mean squared error has a closed form, direction by direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq

from fer_utils.checks import bad, real
from fer_utils.images import Array
from fer_utils.metrics import Insides
from fer_utils.questions.flows.smooth import Smooth

SMALLEST = 1e-10  # singular values below this share of the largest are none
LONGEST = 1e12


@dataclass(frozen=True, eq=False)
class Linearised:
    """A network, taken as linear in its weights.

    Args:
        task: What it learns.
        origin: ``(n,)`` first weights, about which it is linear.

    Source: Jacot, Gabriel and Hongler 2018; Lee et al. 2019, section 2.
    """

    task: Smooth
    origin: Array
    _left: Array = field(init=False, repr=False)
    _sizes: Array = field(init=False, repr=False)
    _right: Array = field(init=False, repr=False)
    _missing: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Take the Jacobian apart into its directions."""
        left, sizes, right = np.linalg.svd(self.task.jacobian(self.origin), full_matrices=False)
        kept = sizes > SMALLEST * sizes[0]
        wanted = np.moveaxis(self.task.target, -1, 0).ravel()
        missing = self.task.pictures(self.origin)[0].ravel() - wanted
        for name, value in (("_left", left[:, kept]), ("_sizes", sizes[kept]), ("_right", right[kept])):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_missing", missing)

    @property
    def best(self) -> float:
        """The least mean squared error it can have."""
        inside = self._left.T @ self._missing
        return float((self._missing @ self._missing - inside @ inside) / self.task.outputs)

    def flowed(self, time: float) -> Array:
        """Return how far the weights are from the first ones after some time of gradient flow: ``(n,)``."""
        return self._moved(-np.expm1(-2 * self._sizes**2 * real("time", time, least=0) / self.task.outputs))

    def stepped(self, rate: float, steps: int) -> Array:
        """Return the same after some steps of gradient descent: ``(n,)``."""
        return self._moved(1 - (1 - 2 * rate * self._sizes**2 / self.task.outputs) ** steps)

    def picture(self, moved: Array, size: int | None = None) -> Array:
        """Draw the linear model: ``(3, pixels)`` raw numbers, on the target's grid or another."""
        drawn, change = self.task.moving(self.origin, moved, size)
        return np.asarray(drawn + change)

    def loss(self, moved: Array) -> float:
        """Return the linear model's mean squared error."""
        wanted = np.moveaxis(self.task.target, -1, 0).reshape(3, -1)
        return float(((self.picture(moved) - wanted) ** 2).mean())

    def time_to(self, loss: float) -> float:
        """Return after how much time of gradient flow its error is this.

        Raises:
            BadInput: It never is.
        """
        first = float(self._missing @ self._missing) / self.task.outputs
        if not self.best < real("loss", loss) <= first:
            raise bad("loss", f"above {self.best:.3g}, the least, and at most {first:.3g}, the first", loss)
        if loss == first:
            return 0.0

        def gap(power: float) -> float:
            return self._loss_at(10**power) - loss

        return float(10 ** brentq(gap, -12, np.log10(LONGEST), xtol=1e-12))

    def insides(self, moved: Array, size: int = 64) -> Insides:
        """Open it for the measures: features and derivatives are those of the first weights, the picture is its own."""
        return self.task.insides(self.origin, size, seen=self.picture(moved, size), label="linearised")

    def _loss_at(self, time: float) -> float:
        inside = self._left.T @ self._missing
        left = inside * np.exp(-2 * self._sizes**2 * time / self.task.outputs)
        return self.best + float(left @ left) / self.task.outputs

    def _moved(self, shares: Array) -> Array:
        return np.asarray(-self._right.T @ (shares / self._sizes * (self._left.T @ self._missing)))


def matched(model: Linearised, losses: Sequence[float]) -> tuple[int, Array]:
    """Find where a real network's path and the linear model's have the same error, as far along as both go.

    Args:
        model: The linear model.
        losses: The real network's, along its path.

    Returns:
        The last place on the path that the linear model can match, and where that one's weights then are.

    Raises:
        BadInput: There is no such place.

    Source: ours.
    """
    places = [place for place, loss in enumerate(losses) if loss > model.best * 1.001]
    if not places:
        raise bad("losses", f"some above {model.best:.3g}, the linear model's least", min(losses, default=None))
    return places[-1], model.flowed(model.time_to(losses[places[-1]]))
