"""Doing a job, in whichever process it lands."""

from __future__ import annotations

import time
from typing import Any

from fer_utils import controls, garden, measuring, training
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.layerize import EvolvedNetwork, layerize
from fer_utils.populations.jobs import TRAINED, Job
from fer_utils.training import Recipe, lost

Row = dict[str, Any]


def do_job(job: Job, store: str | None = None) -> list[Row]:
    """Do one job, and return a row for each of its seeds; what goes wrong becomes a row too.

    Args:
        job: What to do.
        store: Folder of trained runs, for this machine; None to keep none.

    Source: ours.
    """
    begun = time.perf_counter()
    try:
        evolved = layerize(garden.load_genome(job.image))
        networks = _networks(job, evolved, store)
        rows = [_measured(job, seed, network, evolved) | more for seed, (network, more) in networks.items()]
    except Exception as error:
        # Whatever it was, the other jobs go on, and the table says what happened to this one.
        reason = str(error) if isinstance(error, BadInput) else f"{type(error).__name__}: {error}"
        rows = [_named(job, seed) | {"status": "failed", "problem": reason} for seed in job.seeds]
    seconds = (time.perf_counter() - begun) / len(job.seeds)
    return [row | {"seconds": round(seconds, 3)} for row in rows]


def recipe_of(job: Job) -> Recipe:
    """Return the recipe of a trained job: the paper's for that image, but for steps, grid and gain."""
    return training.recipe_for(job.image).variant(
        steps=job.steps, size=job.size, init_gain=job.init_gain, snapshots=(), name="population"
    )


def architecture_of(job: Job, evolved: Network) -> Architecture:
    """Return the architecture that a job trains."""
    return evolved.architecture.with_only("relu") if job.kind == "relu" else evolved.architecture


def _networks(job: Job, evolved: EvolvedNetwork, store: str | None) -> dict[int, tuple[Network, Row]]:
    """Return each seed's network, with what is to be said of it."""
    if job.kind == "genome":
        return {0: (evolved, {"status": "evolved"})}
    if job.kind == "untrained":
        return {seed: (controls.untrained(evolved, seed=seed, gain=job.init_gain), {}) for seed in job.seeds}
    if job.kind == "shuffled":
        return {seed: (controls.shuffled(evolved, seed=seed), {}) for seed in job.seeds}
    target = evolved.image(job.size)
    runs = training.fit(
        target,
        architecture_of(job, evolved),
        recipe_of(job),
        seeds=job.seeds,
        store=store or False,
        threads=1,
        progress=False,
    )
    return {
        run.seed: (run.network, {"status": run.status, "lost": lost(run.network, target), "engine": run.engine})
        for run in runs
    }


def _measured(job: Job, seed: int, network: Network, evolved: Network) -> Row:
    table = measuring.measure(network, size=job.size, target=evolved)
    numbers = {name: float(table[name][0]) for name in table.columns if name != "network"}
    return _named(job, seed) | {"architecture": str(network.architecture), "status": "made"} | numbers


def _named(job: Job, seed: int) -> Row:
    recipe = recipe_of(job) if job.kind in TRAINED else None
    return {
        "key": job.key(seed),
        "image": job.image,
        "kind": job.kind,
        "seed": seed,
        "steps": job.steps,
        "size": job.size,
        "init_gain": job.init_gain,
        "optimiser": recipe.optimiser if recipe else "",
        "learning_rate": recipe.learning_rate if recipe else float("nan"),
        "normalised": bool(recipe and recipe.normalise_gradient),
        "problem": "",
        "lost": "",
        "engine": "",
    }
