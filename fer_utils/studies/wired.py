"""Training that holds to a wiring: only some weights move, the others stay where they are to the bit."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import bad
from fer_utils.cppn import Network
from fer_utils.images import Array
from fer_utils.studies.arms import Made
from fer_utils.studies.making import recipe_record
from fer_utils.studies.matching import drawn, steps_to_keep
from fer_utils.training import Recipe
from fer_utils.training.choosing import known_engine
from fer_utils.training.descent import learning_rate
from fer_utils.training.problem import Problem, State, as_network

Mask = NDArray[np.bool_]


def descended_on(
    target: Array,
    start: Network,
    movable: Mask,
    recipe: Recipe,
    *,
    seed: int,
    until: float,
    jitter: float = 0.0,
) -> Made:
    """Train some of a network's weights on from where they are, until it draws the picture well enough.

    After every step the weights that must not move are put back. They take part in the gradient's length, which the
    paper's optimiser does not feel, since it divides by the running size of each weight's own gradient.

    Args:
        target: ``(size, size, 3)`` in [0, 1].
        start: Where to begin.
        movable: ``(n,)``: which weights move, in the order of ``Network.flat``.
        recipe: Says how, and how many steps at most.
        seed: Of the jitter.
        until: The error at which to stop.
        jitter: Standard deviation of noise that is put on every movable weight at every step, in units of that step's
            learning rate.

    Returns:
        The path, as `making.descended` keeps it.

    Raises:
        BadInput: The mask does not fit.

    Source: ours.
    """
    flat = start.flat().astype(np.float32)
    if movable.shape != flat.shape or movable.dtype != bool:
        raise bad("movable", f"a mask of {len(flat)} weights", movable)
    begun, problem = time.perf_counter(), Problem(start.architecture, target[None], recipe)
    maker, place = known_engine("auto", "cpu")
    engine, rng = maker(problem, device=place, threads=1), np.random.Generator(np.random.PCG64(seed))
    state = State(0, flat, {}, seed)
    path: dict[int, Any] = {0: start}
    for stop in steps_to_keep(recipe.steps)[1:]:
        while state.step < stop:
            noise = jitter * learning_rate(recipe, state.step)
            (state,), _ = engine.advance([state], 1)
            moved = np.where(movable, state.weights, flat)
            if noise:
                moved += movable * (noise * rng.standard_normal(len(flat))).astype(np.float32)
            state = State(state.step, moved.astype(np.float32), state.memory, seed)
        if not np.isfinite(state.weights).all():
            break
        path[stop] = as_network(start.architecture, state.weights, f"seed {seed}, step {stop:,}")
        if float(((drawn(path[stop], len(target)) - target) ** 2).mean()) <= until:
            break
    record = {**recipe_record(recipe, start.architecture), "movable": int(movable.sum()), "jitter": jitter}
    return Made(path, time.perf_counter() - begun, record)


def pruned_to(target: Array, network: Network, keep: int, recipe: Recipe, *, until: float, rounds: int = 5) -> Made:
    """Take away a network's smallest weights, round by round, and train what is left on after each.

    Args:
        target: ``(size, size, 3)`` in [0, 1].
        network: A trained one.
        keep: Weights left in the end.
        recipe: Of every round but that the last has three times its steps.
        until: The error at which the last round stops.
        rounds: How often some are taken; each leaves the same share of those before.

    Returns:
        The path of the last round alone: everything on it has the weights that are left.

    Raises:
        BadInput: There are not that many weights.

    Source: ours, after Han et al. 2015.
    """
    begun, left = time.perf_counter(), int(np.count_nonzero(network.flat()))
    if not 1 <= keep <= left:
        raise bad("keep", f"a number from 1 to {left}, the weights there are", keep)
    made = Made({0: network}, 0.0)
    for number, count in enumerate(np.geomspace(left, keep, rounds + 1)[1:].round().astype(int)):
        here = made.path[max(made.path)]
        flat = here.flat()
        kept = np.zeros(len(flat), dtype=bool)
        kept[np.argsort(-np.abs(flat), kind="stable")[:count]] = True
        start = as_network(here.architecture, np.where(kept, flat, 0).astype(np.float32), f"{count} weights kept")
        last = number == rounds - 1
        way = recipe.variant(steps=3 * recipe.steps) if last else recipe
        made = descended_on(target, start, kept, way, seed=0, until=until if last else 0.0)
    return Made(made.path, time.perf_counter() - begun, {**made.recipe, "pruned_to": keep, "rounds": rounds})
