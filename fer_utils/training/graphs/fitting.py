"""The whole of training a graph: what is stored is reused, what was interrupted goes on, what is new is trained."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import torch

from fer_utils import images
from fer_utils.checks import BadInput, bad, one_of, real, whole
from fer_utils.genome import Genome
from fer_utils.images import Array
from fer_utils.storage import Store
from fer_utils.training.asking import Show, bar, checked_seeds, checked_store
from fer_utils.training.checkpoints import Checkpoints
from fer_utils.training.graphs.graph import Graph
from fer_utils.training.graphs.runs import GraphRun, graph_key, load_graph_run, save_graph_run, trained_genome
from fer_utils.training.graphs.walking import Slope, Tick, Walk
from fer_utils.training.history import EMPTY
from fer_utils.training.problem import State
from fer_utils.training.recipe import Recipe
from fer_utils.training.runs import Progress, versions
from fer_utils.training.stepping import torch_threads

PAPER_RECIPE = Recipe()


def fit_graph(
    image: object,
    genome: Genome,
    recipe: Recipe = PAPER_RECIPE,
    *,
    seeds: Iterable[int] = (0, 1, 2),
    zero_links: bool = True,
    store: Store | str | Path | Literal[False] | None = None,
    threads: int | None = None,
    progress: bool = True,
    checkpoint_every: float = 30.0,
) -> list[GraphRun]:
    """Train a genome's own graph, from random weights, until it draws the image.

    Stored runs are reused, interrupted ones go on to the same bits, and a seed whose loss is no longer finite is
    stopped and recorded, as in `fit`.

    Args:
        image: ``(size, size, 3)`` floats in [0, 1], the target.
        genome: Gives the topology; its weights are drawn anew, and only connections that lead to an output count.
        recipe: How to train; the default is the paper's. Its optimiser is "adam" or "sgd", and it has no map penalty,
            drawn pixels or smaller pictures to begin with.
        seeds: Whole numbers of at least 0, each once; each run is the same to the bit as if it were alone.
        zero_links: Whether connections of weight 0 are free as well. The paper counts the two that it adds to the skull
            among its graph's 59 links, so by default they are; without them the skull's graph draws only in grey.
        store: Where runs are kept: a `Store`, a folder, None for the default one, or False to keep nothing.
        threads: CPU threads, or None for torch's present number, which is left as it is.
        progress: Whether to show a bar with the loss.
        checkpoint_every: Seconds between checkpoints, at least 0.

    Returns:
        One `GraphRun` for each seed, in their order.

    Raises:
        BadInput: An argument is not usable, or the store cannot be written.

    Source: paper, figure 12.
    """
    target, numbers, kept = _checked_target(image, recipe), checked_seeds(seeds), checked_store(store)
    if not isinstance(genome, Genome):
        raise bad("genome", "a Genome, as load_genome gives it", genome)
    for name, value in (("zero_links", zero_links), ("progress", progress)):
        if not isinstance(value, bool):
            raise bad(name, "True or False", value)
    threads = None if threads is None else whole("threads", threads, least=1, most=1024)
    pause = real("checkpoint_every", checkpoint_every, least=0)
    graph = Graph(genome, zero_links=zero_links)
    keys = {seed: graph_key(graph, target, recipe, seed) for seed in numbers}
    runs = {seed: load_graph_run(kept, key, graph, recipe) for seed, key in keys.items()} if kept is not None else {}
    task = _Task(graph, Slope(graph, target), recipe, kept)
    missing = [seed for seed in numbers if runs.get(seed) is None]
    used = torch_threads(threads or torch.get_num_threads())
    with used, bar(len(missing) * recipe.steps, shown=progress) as show:
        runs |= {seed: _train(task, seed, keys[seed], pause=pause, tick=_tick(show, seed)) for seed in missing}
    return [run for seed in numbers if (run := runs[seed]) is not None]


class _Task(NamedTuple):
    """What the seeds have in common."""

    graph: Graph
    slope: Slope
    recipe: Recipe
    store: Store | None


def _train(task: _Task, seed: int, key: str, *, pause: float, tick: Tick) -> GraphRun:
    """Train one seed, from its checkpoint or its first weights, and store it."""
    graph, recipe, checkpoints = task.graph, task.recipe, Checkpoints(task.store, key)
    here = _start(task, seed, checkpoints)
    if len(here.history):
        tick(here.state.step, here.history.loss[-1])
    walk = Walk(here, recipe, checkpoints)
    walk.train(task.slope, checkpoint_every=pause, tick=tick)
    ended = walk.ended()
    status = "resumed" if here.resumed else "trained"
    run = GraphRun(
        genome=trained_genome(graph, ended.state.weights, seed),
        seed=seed,
        recipe=recipe,
        history=ended.history,
        loss=walk.loss,
        connections=graph.connections,
        snapshots=ended.snapshots,
        seconds=ended.seconds,
        threads=torch.get_num_threads(),
        status=status if walk.diverged_at is None else "diverged",
        key=key,
        diverged_at=walk.diverged_at,
        versions=versions(),
    )
    _keep(run, checkpoints, task.store)
    return run


def _tick(show: Show, seed: int) -> Tick:
    return lambda steps, loss: show(steps, loss, f"seed {seed}")


def _start(task: _Task, seed: int, checkpoints: Checkpoints) -> Progress:
    here = checkpoints.latest(len(task.graph.connections))
    if here is not None and here.state.step <= task.recipe.steps:
        return here
    state = State(0, task.graph.first_weights(seed, gain=task.recipe.init_gain))
    here = Progress(state, EMPTY, {0: state.weights})
    checkpoints.save(here, strict=True)  # a store that cannot be written is said before the work, not after
    return here


def _keep(run: GraphRun, checkpoints: Checkpoints, store: Store | None) -> None:
    """Store a finished run; a full disk must not cost the caller what was trained."""
    if store is None:
        return
    try:
        save_graph_run(store, run)
        checkpoints.clear()
    except BadInput as error:
        warnings.warn(f"The run of seed {run.seed} is returned, but not stored: {error}", stacklevel=4)


def _checked_target(image: object, recipe: object) -> Array:
    """Return the target at the size to train at; refuse a recipe that a graph cannot be trained by."""
    target = images.checked_image("image", image)
    if not isinstance(recipe, Recipe):
        raise bad("recipe", "a Recipe", recipe)
    one_of("optimiser", recipe.optimiser, ("adam", "sgd"))
    # A graph has no layers whose maps could be weighed alike, and every step sees every pixel.
    for name, fit in (("map_l1", 0), ("pixels", None), ("coarse_to_fine", ())):
        if getattr(recipe, name) != fit:
            raise bad(name, f"{fit} when a graph is trained", getattr(recipe, name))
    return target if recipe.size is None else images.resample(target, recipe.size)
