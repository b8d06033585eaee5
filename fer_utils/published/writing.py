"""Write a finished run's file, small, and its entry in the index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_utils import storage
from fer_utils.checks import BadInput, bad
from fer_utils.genome import Genome
from fer_utils.published.index import FOLDER, INDEX, SCHEMA, Entry, entries, file_of, genome_hash
from fer_utils.training import PAPER_PATHS, History, Recipe, Run
from fer_utils.training.runs import pack_path

MOST_POINTS: Final = 400  # of a loss curve


def publish(run: Run, image_name: str, genome: Genome, *, machine: Mapping[str, Any], folder: Path = FOLDER) -> Entry:
    """Write a finished run's file and add it to the index; entries of other runs stay as they are.

    Args:
        run: Finished, with a recipe that has a name and a size.
        image_name: Name of the image.
        genome: That image's genome.
        machine: Its kind: processor, cores, system.
        folder: The published folder.

    Returns:
        The new entry. The same run once more gives the same bytes.

    Raises:
        BadInput: The run diverged or has no size, another recipe holds its file's name, or a file cannot be written.

    Source: ours.
    """
    if run.diverged_at is not None or not np.isfinite(run.loss):
        raise bad("run", "a finished one", f"one that diverged at step {run.diverged_at}")
    if run.recipe.size is None:
        raise bad("size of the recipe", "a number, so that the run can be trained again", None)
    entry = _described(run, image_name, genome_hash(genome), dict(machine))
    known = entries(folder=folder)
    if any(one.file == entry.file and not one.is_of(genome, run.network.architecture, run.recipe) for one in known):
        raise BadInput(f"{entry.file} holds a run of another genome or recipe: name the recipe anew, or remove it.")
    place = storage.save_arrays(file_of(entry, folder=folder), _arrays(run, image_name), entry.record())
    entry = Entry(**{**entry.record(), "sha256": storage.file_hash(place), "bytes": place.stat().st_size})
    others = [one for one in known if one.file != entry.file]
    rows = [asdict(one) for one in sorted([*others, entry], key=Entry.sort_key)]
    storage.write_json(folder / INDEX, {"schema": SCHEMA, "runs": rows})
    return entry


def steps_to_keep(image_name: str) -> tuple[int, ...]:
    """Return the steps whose snapshots are published, as far as a run has them: those the paper shows, and tens.

    Source: paper, figures 8 and 17.
    """
    return tuple(sorted({*Recipe().snapshots, *PAPER_PATHS.get(image_name, ())}))


def thinned(history: History, *, most: int = MOST_POINTS) -> History:
    """Return a loss curve with fewer points, evenly in the logarithm of the step; the first and the last stay.

    Args:
        history: The curve, with at least one point.
        most: Points to keep at most, at least 2.

    Source: ours.
    """
    steps = history.steps
    if len(steps) <= most:
        return history
    wanted = np.geomspace(max(1, steps[1]), steps[-1], most - 2)
    keep = np.unique([0, *np.searchsorted(steps, wanted).clip(max=len(steps) - 1), len(steps) - 1])
    return History(steps[keep], history.loss[keep])


def _described(run: Run, image_name: str, genome: str, machine: dict[str, Any]) -> Entry:
    architecture = str(run.network.architecture)
    slugs = [_slug(text) for text in (image_name, architecture, run.recipe.name)]
    plain = {name: getattr(run, name) for name in ("seed", "loss", "engine", "device", "threads", "versions", "key")}
    return Entry(
        image=image_name,
        genome=genome,
        architecture=architecture,
        recipe=run.recipe.to_json(),
        steps=int(run.history.steps[-1]),
        seconds=round(run.seconds, 1),
        machine=machine,
        file=f"{'-'.join(slugs)}-seed{run.seed}.safetensors",
        **plain,
    )


def _arrays(run: Run, image_name: str) -> dict[str, Any]:
    """Return what a run's file holds; the last snapshot is the weights, so it is not written twice."""
    last = run.recipe.steps
    kept = {step: run.snapshots[step] for step in steps_to_keep(image_name) if step in run.snapshots and step != last}
    path = {step: network.flat().astype(np.float32) for step, network in kept.items()}
    return {"weights": run.network.flat().astype(np.float32), **pack_path(thinned(run.history), path)}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace(":", "")).strip("-")
