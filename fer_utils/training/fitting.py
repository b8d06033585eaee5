"""The whole of training: what is stored is reused, what was interrupted goes on, what is new is trained."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.cppn import Architecture
from fer_utils.images import checked_image, resample
from fer_utils.storage import Store
from fer_utils.training.asking import Show, bar, checked_seeds, checked_store
from fer_utils.training.checkpoints import Checkpoints
from fer_utils.training.choosing import known_engine
from fer_utils.training.history import EMPTY
from fer_utils.training.initial import initialise
from fer_utils.training.loop import Lane, Tick, train
from fer_utils.training.problem import Engine, Problem, State, as_network
from fer_utils.training.recipe import Recipe
from fer_utils.training.runs import Progress, Run, as_snapshots, load_run, run_key, save_run, versions

PAPER_RECIPE = Recipe()


def fit(
    image: object,
    architecture: Architecture,
    recipe: Recipe = PAPER_RECIPE,
    *,
    seeds: Iterable[int] = (0,),
    store: Store | str | Path | Literal[False] | None = None,
    engine: str = "auto",
    device: str = "auto",
    threads: int | None = None,
    progress: bool = True,
    checkpoint_every: float = 30.0,
) -> list[Run]:
    """Train one network for each seed until it draws the image.

    A run that is stored is reused; one that was interrupted, even by SIGKILL, goes on from its last checkpoint and ends
    at the same bits. A seed whose loss is no longer finite is stopped and recorded, and the others go on.

    Args:
        image: ``(size, size, 3)`` floats in [0, 1], the target.
        architecture: Of the networks, usually that of the evolved one.
        recipe: How to train; the default is the paper's.
        seeds: Whole numbers of at least 0, each once; each run is the same to the bit as if it were alone.
        store: Where runs are kept: a `Store`, a folder, None for the default one, or False to keep nothing.
        engine: "torch", which works everywhere; "fused", compiled for this CPU and several times as fast; "gpu",
            compiled for a GPU; or "auto": fused on a CPU where there is a C++ compiler, gpu on a GPU where torch can
            compile for it, else torch. Each has its own last bits and stored runs.
        device: "cpu", "cuda", or "auto": cuda where torch sees a GPU.
        threads: CPU threads, or None for torch's present number, which is left as it is.
        progress: Whether to show a bar with the loss.
        checkpoint_every: Seconds between checkpoints, at least 0.

    Returns:
        One `Run` for each seed, in their order.

    Raises:
        BadInput: An argument is not usable, or the store cannot be written.

    Source: paper, conventional SGD.
    """
    return fit_many(
        [image],
        architecture,
        recipe,
        seeds=seeds,
        store=store,
        engine=engine,
        device=device,
        threads=threads,
        progress=progress,
        checkpoint_every=checkpoint_every,
    )[0]


def fit_many(
    images: Iterable[object],
    architecture: Architecture,
    recipe: Recipe = PAPER_RECIPE,
    *,
    seeds: Iterable[int] = (0,),
    store: Store | str | Path | Literal[False] | None = None,
    engine: str = "auto",
    device: str = "auto",
    threads: int | None = None,
    progress: bool = True,
    checkpoint_every: float = 30.0,
) -> list[list[Run]]:
    """Train one network for each image and seed, together; each run is the same to the bit as if it were alone.

    Args:
        images: Targets of one size, each as in `fit`.
        architecture: Of all networks.
        recipe: As in `fit`, and so are the other arguments.

    Returns:
        For each image, one `Run` for each seed, in their order.

    Raises:
        BadInput: An argument is not usable, or the store cannot be written.

    Source: paper, conventional SGD.
    """
    problem = _checked_problem(images, architecture, recipe)
    numbers = checked_seeds(seeds)
    kept = checked_store(store)
    maker, place = known_engine(engine, device, architecture)
    threads = None if threads is None else whole("threads", threads, least=1, most=1024)
    pause = real("checkpoint_every", checkpoint_every, least=0)
    if not isinstance(progress, bool):
        raise bad("progress", "True or False", progress)
    wanted = [
        _Task(image, seed, run_key(problem, seed, maker.maths(problem), image=image))
        for image in range(len(problem.targets))
        for seed in numbers
    ]
    runs = {}
    for key in dict.fromkeys(task.key for task in wanted):
        if kept is not None and (run := load_run(kept, key, architecture, recipe)) is not None:
            runs[key] = run
    todo = {task.key: task for task in wanted if task.key not in runs}  # the same image twice is trained once
    if todo:
        built = maker(problem, device=place, threads=threads)
        runs |= _train_all(problem, built, list(todo.values()), kept, pause=pause, progress=progress)
    found = iter([runs[task.key] for task in wanted])
    return [[next(found) for _ in numbers] for _ in problem.targets]


class _Task(NamedTuple):
    """One network to be trained."""

    image: int
    seed: int
    key: str


def _train_all(
    problem: Problem, engine: Engine, tasks: list[_Task], store: Store | None, *, pause: float, progress: bool
) -> dict[str, Run]:
    """Train the networks in groups of the engine's liking, storing each run as soon as its group is done."""
    runs = {}
    lanes = [_start(problem, task, store) for task in tasks]
    total, done = sum(lane.steps for lane in lanes), sum(lane.step for lane in lanes)
    with bar(total, done=done, shown=progress) as show:
        for first in range(0, len(lanes), engine.at_once):
            group = slice(first, first + engine.at_once)
            train(lanes[group], engine, checkpoint_every=pause, tick=_tick(show))
            for lane, task in zip(lanes[group], tasks[group], strict=True):
                runs[task.key] = _as_run(lane, problem, engine, task.key)
                _keep(runs[task.key], lane, store)
    return runs


def _tick(show: Show) -> Tick:
    return lambda seed, steps, loss: show(steps, loss, f"seed {seed}")


def _start(problem: Problem, task: _Task, store: Store | None) -> Lane:
    """Prepare one network: from its checkpoint, or from its first weights."""
    architecture, recipe = problem.architecture, problem.recipe
    checkpoints = Checkpoints(store, task.key)
    here = checkpoints.latest(architecture.weight_count)
    if here is None or here.state.step > recipe.steps:
        state = State.start(initialise(architecture, task.seed, gain=recipe.init_gain))
        here = Progress(state, EMPTY, {0: state.weights})
        checkpoints.save(here, strict=True)  # a store that cannot be written is said before the work, not after
    here = replace(here, state=replace(here.state, seed=task.seed, image=task.image))
    return Lane(task.seed, recipe.steps, frozenset(recipe.snapshots), here, here, checkpoints)


def _as_run(lane: Lane, problem: Problem, engine: Engine, key: str) -> Run:
    assert lane.loss is not None
    status = "resumed" if lane.here.resumed else "trained"
    return Run(
        network=as_network(problem.architecture, lane.here.state.weights, f"SGD twin, seed {lane.seed}"),
        seed=lane.seed,
        recipe=problem.recipe,
        history=lane.here.history,
        snapshots=as_snapshots(problem.architecture, lane.here.snapshots, lane.seed),
        seconds=lane.here.seconds,
        loss=lane.loss,
        engine=engine.name,
        device=engine.device,
        threads=engine.threads,
        status=status if lane.diverged_at is None else "diverged",
        key=key,
        diverged_at=lane.diverged_at,
        versions=versions(),
    )


def _keep(run: Run, lane: Lane, store: Store | None) -> None:
    """Store a finished run; a full disk must not cost the caller what was trained."""
    if store is None:
        return
    try:
        save_run(store, run)
        lane.checkpoints.clear()
    except BadInput as error:
        warnings.warn(f"The run of seed {run.seed} is returned, but not stored: {error}", stacklevel=4)


def _checked_problem(images: object, architecture: object, recipe: object) -> Problem:
    if isinstance(images, str | bytes | Mapping) or not isinstance(images, Iterable):
        raise bad("images", "a list of images", images)
    targets = [checked_image("image", image) for image in images]
    if not targets:
        raise BadInput("images must hold at least one image, got none.")
    if not isinstance(architecture, Architecture):
        raise bad("architecture", "an Architecture, as Architecture.parse makes it", architecture)
    if not isinstance(recipe, Recipe):
        raise bad("recipe", "a Recipe", recipe)
    if recipe.size is not None:
        targets = [resample(target, recipe.size) for target in targets]
    sides = sorted({len(target) for target in targets})
    if len(sides) > 1:
        raise bad("images", "of one side length, or the recipe to set a size", sides)
    if recipe.coarse_to_fine and recipe.coarse_to_fine[-1] >= sides[0]:
        raise bad("coarse_to_fine", f"sides below the target's own {sides[0]}", recipe.coarse_to_fine)
    return Problem(architecture, np.stack(targets), recipe)
