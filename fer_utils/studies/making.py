"""Ways to come by a network that several studies share. Each takes a subject and a seed, and returns what it made.

Training stops where it comes to the subject's mark: what lies beyond is not compared.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from fer_utils.cppn import Architecture, Network
from fer_utils.images import Array
from fer_utils.studies.arms import Made, Subject
from fer_utils.studies.matching import drawn, steps_to_keep
from fer_utils.training import Recipe, initialise
from fer_utils.training.choosing import known_engine
from fer_utils.training.problem import Problem, State, as_network

STEPS = 3000


def evolved(subject: Subject, seed: int) -> Made:
    """Return the evolved network itself."""
    return Made({0: subject.network}, 0.0, {"made": "evolved"})


def trained(
    subject: Subject,
    seed: int,
    *,
    steps: int = STEPS,
    architecture: str | None = None,
    until: float | None = None,
    **changes: Any,
) -> Made:
    """Train a network on the subject's picture by the paper's recipe, its rate falling to zero, with some changes.

    Args:
        subject: What to draw.
        seed: Of the first weights.
        steps: Of training, at most.
        architecture: In the paper's notation; None for the evolved one.
        until: The error at which to stop; None for the subject's mark.
        **changes: Fields of the recipe.

    Source: paper, conventional SGD; the falling rate is ours.
    """
    shape = Architecture.parse(architecture) if architecture else subject.network.architecture
    recipe = short_recipe(steps=steps, **changes)
    start = initialise(shape, seed, gain=recipe.init_gain)
    return descended(subject.target, start, recipe, seed=seed, until=subject.mark if until is None else until)


def short_recipe(*, steps: int = STEPS, **changes: Any) -> Recipe:
    """Return the recipe of all studies: the paper's, its rate falling along half a cosine."""
    return Recipe(steps=steps).variant(**{"schedule": "cosine", "snapshots": (), "name": "study", **changes})


def descended(
    target: Array, start: Network, recipe: Recipe, *, seed: int, until: float, step: int = 0, keep: int = 40
) -> Made:
    """Train a network on from where it is, on one thread, until it draws the picture well enough or the steps are up.

    Args:
        target: ``(size, size, 3)`` in [0, 1].
        start: Where to begin.
        recipe: Says how, and how many steps at most.
        seed: Of what a recipe draws on its way.
        until: The error at which to stop.
        step: Updates that count as done; the first on the path.
        keep: About how often the path is kept.

    Returns:
        The path, or up to where the error was first at `until` or below.

    Source: ours; the steps are those of `training.fit`.
    """
    begun, problem = time.perf_counter(), Problem(start.architecture, target[None], recipe)
    maker, place = known_engine("auto", "cpu")
    engine = maker(problem, device=place, threads=1)
    state = State(step, start.flat().astype(np.float32), {}, seed)
    path: dict[int, Any] = {step: start}
    for stop in [mark for mark in steps_to_keep(recipe.steps, count=keep) if mark > step]:
        (state,), losses = engine.advance([state], stop - state.step)
        if not np.isfinite(losses).all():
            break
        path[stop] = as_network(start.architecture, state.weights, f"seed {seed}, step {stop:,}")
        if until > 0 and float(((drawn(path[stop], len(target)) - target) ** 2).mean()) <= until:
            break
    return Made(path, time.perf_counter() - begun, recipe_record(recipe, start.architecture))


def recipe_record(recipe: Recipe, architecture: Architecture) -> dict[str, Any]:
    """Return as plain JSON what of a recipe is not as the paper has it, with steps and architecture."""
    paper, plain = Recipe().to_json(), recipe.to_json()
    changed = {name: value for name, value in plain.items() if value != paper[name]}
    left = {name: value for name, value in changed.items() if name not in {"snapshots", "name", "size"}}
    return {**left, "steps": recipe.steps, "architecture": str(architecture)}
