"""Learn a new picture from where a network is: on the pixels that are shown, with the weights that may move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import bad, real, whole
from fer_utils.cppn import Network
from fer_utils.images import Array
from fer_utils.training import Recipe
from fer_utils.training.choosing import known_engine
from fer_utils.training.problem import Problem, State, as_network

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
RATES: Final = (1e-2, 3e-3)  # tried for every network alike
TRIAL: Final = 30  # steps of a trial
CHUNK: Final = 10  # steps in one call, where all weights move


@dataclass(frozen=True, eq=False)
class Tuned:
    """What came of learning a new picture.

    Args:
        network: As it was when it first drew the shown pixels well enough, or else when it did so best.
        steps: Updates until then; where it never did, all there were.
        reached: Whether it did.
        error: Mean squared error over the shown pixels.
        rate: The learning rate that this came from.

    Source: ours.
    """

    network: Network
    steps: int
    reached: bool
    error: float
    rate: float


def tune(
    network: Network,
    target: Array,
    *,
    movable: Mask,
    until: float,
    steps: int,
    shown: Places | None = None,
    rates: tuple[float, ...] = RATES,
) -> Tuned:
    """Train a network on a new picture by the paper's step, at the learning rate that does best at first.

    Args:
        network: Where to begin.
        target: ``(size, size, 3)`` in [0, 1].
        movable: ``(n,)``: which weights move, in the order of ``Network.flat``.
        until: Mean squared error over the shown pixels at which to stop.
        steps: At most, those of the better trial among them.
        shown: ``(n,)`` places of the pixels that are shown; None for all.
        rates: Learning rates, constant. Each has a trial of `TRIAL` steps; the one that is there first goes on, or else
            the one with the least error.

    Returns:
        What came of it.

    Raises:
        BadInput: The mask does not fit, or a number is out of range.

    Source: ours; the step is the paper's.
    """
    most, limit = whole("steps", steps, least=1), real("until", until, above=0)
    if movable.shape != network.flat().shape or movable.dtype != bool:
        raise bad("movable", f"a mask of {len(network.flat())} weights", movable)
    if not rates:
        raise bad("rates", "one learning rate or more", rates)
    walks = [_Walk(network, target, movable, limit, shown, rate) for rate in rates]
    for walk in walks:
        walk.go_on(min(TRIAL, most))
    best = min(walks, key=lambda walk: (not walk.there, walk.state.step if walk.there else 0, walk.least))
    best.go_on(most)
    reached = best.there
    chosen = best.state if reached else best.best
    made = as_network(network.architecture, chosen.weights, f"{network.label}, tuned")
    return Tuned(made, best.state.step if reached else most, reached, best.error if reached else best.least, best.rate)


class _Walk:
    """One learning rate's way down."""

    def __init__(
        self, network: Network, target: Array, movable: Mask, until: float, shown: Places | None, rate: float
    ) -> None:
        problem = Problem(network.architecture, target[None], Recipe(learning_rate=rate), shown)
        maker, place = known_engine("auto", "cpu")
        self._engine = maker(problem, device=place, threads=1)
        self._first, self._movable, self._until, self.rate = network.flat().astype(np.float32), movable, until, rate
        self.state = self.best = State(0, self._first, {}, 0)
        self.error = self.least = float(self._engine.losses([self.state])[0])

    @property
    def there(self) -> bool:
        """Whether it draws the shown pixels well enough."""
        return bool(self.error <= self._until)

    def go_on(self, steps: int) -> None:
        """Go on to so many steps in all, or to where it is there, or to where it is lost."""
        chunk = CHUNK if self._movable.all() else 1
        while not self.there and self.state.step < steps:
            before, count = self.state, min(chunk, steps - self.state.step)
            after, losses = self._advanced(before, count)
            early = np.flatnonzero(losses <= self._until)
            if len(early):  # losses are those before each step: it was there already within this chunk
                after = self._advanced(before, int(early[0]))[0]
            if not np.isfinite(after.weights).all():
                return
            self.state, self.error = after, float(self._engine.losses([after])[0])
            if self.error < self.least:
                self.best, self.least = after, self.error

    def _advanced(self, state: State, steps: int) -> tuple[State, Array]:
        """Do some steps, and put back what must not move."""
        (after,), losses = self._engine.advance([state], steps)
        if not self._movable.all():
            held = np.where(self._movable, after.weights, self._first).astype(np.float32)
            after = State(after.step, held, after.memory, after.seed)
        return after, losses[0]
