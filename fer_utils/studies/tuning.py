"""Learn a new picture from where a network is: on the pixels that are shown, with the weights that may move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

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
RATES: Final = (1e-2, 3e-3)  # each is tried, for every network alike
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
    """Train a network on a new picture by the paper's step, at several learning rates, and keep the best.

    Args:
        network: Where to begin.
        target: ``(size, size, 3)`` in [0, 1].
        movable: ``(n,)``: which weights move, in the order of ``Network.flat``.
        until: Mean squared error over the shown pixels at which to stop.
        steps: At most, at each rate.
        shown: ``(n,)`` places of the pixels that are shown; None for all.
        rates: Learning rates, constant; the one that needs fewest steps counts, or else the one with the least error.

    Returns:
        What came of it.

    Raises:
        BadInput: The mask does not fit, or a number is out of range.

    Source: ours; the step is the paper's.
    """
    most, limit = whole("steps", steps, least=1), real("until", until, above=0)
    if movable.shape != network.flat().shape or movable.dtype != bool:
        raise bad("movable", f"a mask of {len(network.flat())} weights", movable)
    best: Tuned | None = None
    for rate in rates:
        # What is slower than the best so far need not be followed to its end.
        length = best.steps if best is not None and best.reached else most
        found = _tuned(network, target, movable, limit, length, shown, rate)
        if best is None or (found.reached, -found.steps, -found.error) > (best.reached, -best.steps, -best.error):
            best = found
    if best is None:
        raise bad("rates", "one learning rate or more", rates)
    return best


def _tuned(
    network: Network, target: Array, movable: Mask, until: float, steps: int, shown: Places | None, rate: float
) -> Tuned:
    recipe = Recipe(steps=steps, learning_rate=rate)
    problem = Problem(network.architecture, target[None], recipe, shown)
    maker, place = known_engine("auto", "cpu")
    engine, first = maker(problem, device=place, threads=1), network.flat().astype(np.float32)
    state = best = State(0, first, {}, 0)
    error, chunk = float(engine.losses([state])[0]), CHUNK if movable.all() else 1
    least = error
    while error > until and state.step < steps:
        before, count = state, min(chunk, steps - state.step)
        state, losses = _advanced(engine, state, count, movable, first)
        early = np.flatnonzero(losses <= until)
        if len(early):  # losses are those before each step: it was there already within this chunk
            state = before if early[0] == 0 else _advanced(engine, before, int(early[0]), movable, first)[0]
        if not np.isfinite(state.weights).all():
            break
        error = float(engine.losses([state])[0])
        if error < least:
            best, least = state, error
    reached = error <= until
    chosen, found = (state, error) if reached else (best, least)
    made = as_network(network.architecture, chosen.weights, f"{network.label}, tuned")
    return Tuned(made, state.step if reached else steps, bool(reached), found, rate)


def _advanced(engine: Any, state: State, steps: int, movable: Mask, first: Any) -> tuple[State, Array]:
    """Do some steps, and put back what must not move."""
    (after,), losses = engine.advance([state], steps)
    if not movable.all():
        held = np.where(movable, after.weights, first).astype(np.float32)
        after = State(after.step, held, after.memory, after.seed)
    return after, losses[0]
