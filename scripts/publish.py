"""Bring published/runs/ up to its plan: take finished runs from the store, train what is missing.

    python scripts/publish.py --dry-run              # what is there, what is missing, how long it would take
    python scripts/publish.py --only skull           # one image
    python scripts/publish.py --finished             # publish what is finished, train nothing
    python scripts/publish.py --take FOLDER          # first take what another machine published into FOLDER

Every run is published as soon as it is finished, training goes on where it was stopped, and what is published already
is left alone: a second time nothing changes.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import torch
import yaml

import fer_utils as fer
from fer_utils import published, storage, training
from fer_utils.checks import BadInput, bad, one_of, whole
from fer_utils.genome import Genome
from fer_utils.images import Array
from fer_utils.published import Entry
from fer_utils.training import OTHER_NAMES, Recipe, Run
from fer_utils.training.checkpoints import Checkpoints
from fer_utils.training.choosing import ENGINES
from fer_utils.training.comparing import PAPER_SIZE
from fer_utils.training.engine import known_device
from fer_utils.training.problem import Problem
from fer_utils.training.reference import PATH
from fer_utils.training.runs import load_run, run_key

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = ("evolved", "relu")
WORDS = ("published", "in the store", "under way", "missing")


@dataclass(frozen=True, eq=False)
class Subject:
    """An image to be learnt: its name, its genome, and its picture, drawn when it is first asked for."""

    name: str
    genome: Genome

    @cached_property
    def target(self) -> Array:
        """The picture at the size to train at."""
        return self.genome.image(PAPER_SIZE)


@dataclass(frozen=True, eq=False)
class Job:
    """One run of the plan."""

    subject: Subject
    architecture: fer.Architecture
    recipe: Recipe
    seed: int

    def __str__(self) -> str:
        return f"{self.subject.name} · {self.architecture} · {self.recipe.name} · seed {self.seed}"

    @property
    def work(self) -> float:
        """How much there is to compute: weights times pixels times steps."""
        return _work(self.architecture, self.recipe)

    def keys(self) -> Iterator[tuple[str, Recipe]]:
        """Yield every name the run may have in the store, the one it is trained under first, with its recipe."""
        for snapshots in dict.fromkeys((self.recipe.snapshots, Recipe().snapshots, PATH)):
            recipe = self.recipe.variant(snapshots=snapshots)
            problem = Problem(self.architecture, self.subject.target[None], recipe)
            yield from (
                (run_key(problem, self.seed, engine.maths(problem)), recipe) for engine in reversed(ENGINES.values())
            )

    def published(self, folder: Path) -> Entry | None:
        """Return its entry, if its file is there and whole."""
        for entry in published.entries(folder=folder):
            same = entry.image == self.subject.name and entry.seed == self.seed
            if same and entry.is_of(self.subject.genome, self.architecture, self.recipe):
                place = published.file_of(entry, folder=folder)
                return entry if place.is_file() and storage.file_hash(place) == entry.sha256 else None
        return None

    def stored(self, store: storage.Store) -> Run | None:
        """Return it from the store, if it is finished there."""
        found = (load_run(store, key, self.architecture, recipe) for key, recipe in self.keys())
        return next((run for run in found if run is not None), None)

    def steps_done(self, store: storage.Store) -> int:
        """Return how far its training has come, where it is under way."""
        found = (Checkpoints(store, key).latest(self.architecture.weight_count) for key, _ in self.keys())
        return max((progress.state.step for progress in found if progress is not None), default=0)


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    os.environ.setdefault("FER_STORE", str(ROOT / "build" / "store"))
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: print(message, file=sys.stderr)
        carry_out(options)


def carry_out(options: argparse.Namespace) -> None:
    """Survey the plan, and bring each run of it."""
    try:
        if options.take is not None and not published.entries(folder=options.take):
            raise BadInput(f"take must be a folder with published runs and their index, got {options.take}.")
        work, missing = jobs(read_plan(options.plan), only=options.only)
        for name in missing:
            print(f"The genome of {name} is not on this machine (make genomes), so its runs are left as they are.")
        store = storage.Store.default()
        print(survey(work, store, options.folder))
        if not options.dry_run:
            for job in work:
                bring(job, store, options)
    except BadInput as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="IMAGE", help="only these images of the plan")
    parser.add_argument("--dry-run", action="store_true", help="say what is there and what is missing, and stop")
    parser.add_argument("--finished", action="store_true", help="publish what is finished, train nothing")
    parser.add_argument(
        "--take", type=Path, metavar="FOLDER", help="a published folder of another machine to take from"
    )
    parser.add_argument("--engine", default="auto", help="torch, fused, gpu or auto, for what is trained")
    parser.add_argument("--threads", type=int, help="CPU threads, for what is trained")
    parser.add_argument("--plan", type=Path, default=ROOT / "published" / "plan.yml")
    parser.add_argument("--folder", type=Path, default=published.FOLDER)
    return parser


def read_plan(path: Path) -> list[dict[str, Any]]:
    """Return the plan's rows, each with an image, networks, a recipe and seeds."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadInput(f"plan must be a YAML file, but {path} cannot be read: {error}") from None
    rows = found.get("runs") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not rows:
        raise bad("plan", 'a mapping with a list of "runs"', found, path=path)
    for row in rows:
        if not isinstance(row, dict) or set(row) != {"image", "networks", "recipe", "seeds"}:
            raise bad("row of the plan", "a mapping with image, networks, recipe and seeds", row, path=path)
        one_of("recipe in the plan", row["recipe"], ("paper", *OTHER_NAMES))
        for network in row["networks"]:
            one_of("network in the plan", network, NETWORKS)
        for seed in row["seeds"]:
            whole("seed in the plan", seed, least=0)
    return rows


def jobs(rows: Sequence[dict[str, Any]], *, only: Sequence[str] | None = None) -> tuple[list[Job], list[str]]:
    """Return every run of the plan that this machine can make, and the images whose genomes it lacks."""
    names = list(dict.fromkeys(row["image"] for row in rows))
    wanted = [one_of("image", name, names) for name in only] if only else names
    genomes = {name: published.genome_at_hand(name) for name in wanted}
    subjects = {name: Subject(name, genome) for name, genome in genomes.items() if genome is not None}
    found = [job for row in rows if row["image"] in subjects for job in _of_row(row, subjects[row["image"]])]
    return found, [name for name in wanted if name not in subjects]


def _of_row(row: dict[str, Any], subject: Subject) -> Iterator[Job]:
    evolved = fer.layerize(subject.genome).architecture
    relu = evolved.with_only("relu")
    for network in row["networks"]:
        for seed in row["seeds"]:
            yield Job(
                subject, {"evolved": evolved, "relu": relu}[network], recipe_of(row["recipe"], subject.name), seed
            )


def recipe_of(name: str, image_name: str) -> Recipe:
    """Return a recipe of the plan, for an image, with the snapshots that are published."""
    paper = training.recipe_for(image_name)
    recipe = paper if name == "paper" else training.other_recipe(name, size=paper.size)
    return recipe.variant(snapshots=published.steps_to_keep(image_name))


def survey(work: Sequence[Job], store: storage.Store, folder: Path) -> str:
    """Say for each run whether it is published, in the store, under way or missing, and how long the rest takes."""
    states = [state_of(job, store, folder) for job in work]
    rates = rates_of(folder)
    times = [
        state.share * job.work * rates.get(job.recipe.name, np.nan) for job, state in zip(work, states, strict=True)
    ]
    lines = [
        f"{job}: {state.word}{state.detail}{f', {spell(time)} to go' if state.share else ''}"
        for job, state, time in zip(work, states, times, strict=True)
    ]
    counts = Counter(state.word for state in states)
    total = ", ".join(f"{counts[word]} {word}" for word in WORDS)
    left = [time for state, time in zip(states, times, strict=True) if state.share]
    rest = f" Training takes {spell(sum(left))}, at the speed of the published runs." if left else ""
    return "\n".join([*lines, f"{len(work)} runs: {total}.{rest}"])


class State(NamedTuple):
    """How far a run is: one of `WORDS`, what to say of it, and which share of its training is still to be done."""

    word: str
    detail: str
    share: float


def state_of(job: Job, store: storage.Store, folder: Path) -> State:
    """Look a run up where it is published, then in the store, then among the checkpoints."""
    if entry := job.published(folder):
        return State("published", f", loss {entry.loss:.2e}", 0.0)
    if run := job.stored(store):
        return State("in the store", f", loss {run.loss:.2e}", 0.0)
    done = job.steps_done(store) / job.recipe.steps
    return State("under way", f", {done:.0%} done", 1 - done) if done else State("missing", "", 1.0)


def rates_of(folder: Path) -> dict[str, float]:
    """Return for each recipe's name the seconds a published run took for each weight, pixel and step (the median).

    Only runs of the kind of device that would train here count.
    """
    rates: dict[str, list[float]] = {}
    here = known_device("auto")
    for entry in (one for one in published.entries(folder=folder) if one.device == here):
        recipe = Recipe.from_json(entry.recipe)
        work = _work(fer.Architecture.parse(entry.architecture), recipe)
        rates.setdefault(recipe.name, []).append(entry.seconds / work)
    return {name: median(found) for name, found in rates.items()}


def _work(architecture: fer.Architecture, recipe: Recipe) -> float:
    return float(architecture.weight_count) * (recipe.pixels or (recipe.size or PAPER_SIZE) ** 2) * recipe.steps


def spell(seconds: float) -> str:
    """Write a duration for a person."""
    if np.isnan(seconds):
        return "a time not known yet"
    return f"about {seconds / 3600:.1f} h" if seconds >= 5400 else f"about {max(1, round(seconds / 60))} min"


def bring(job: Job, store: storage.Store, options: argparse.Namespace) -> None:
    """Publish one run, from the store or trained now, unless it is published already."""
    if job.published(options.folder):
        return
    run = taken(job, options.take) or job.stored(store)
    if run is None and options.finished:
        return
    if run is None:
        how = {"store": store, "engine": options.engine, "threads": options.threads}
        (run,) = fer.fit(job.subject.target, job.architecture, job.recipe, seeds=[job.seed], **how)
    if run.diverged_at is not None:
        print(f"{job}: diverged at step {run.diverged_at:,}, so it is not published")
        return
    published.verify(run, job.subject.target)
    name, genome = job.subject.name, job.subject.genome
    kind = run.machine if isinstance(run, published.PublishedRun) else machine(run)
    entry = published.publish(run, name, genome, machine=kind, folder=options.folder)
    print(f"published {entry.file}, {entry.bytes / 1e3:.0f} kB, loss {entry.loss:.2e}")


def taken(job: Job, folder: Path | None) -> Run | None:
    """Return the run as another machine published it, if it did; what it says of itself and its machine stays."""
    if folder is None or (entry := job.published(folder)) is None:
        return None
    return published.load(entry, folder=folder)


def machine(run: Run) -> dict[str, Any]:
    """Return the kind of this machine, with its GPU if the run was trained on one."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    kind = {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    return {**kind, "gpu": torch.cuda.get_device_name()} if run.device == "cuda" and torch.cuda.is_available() else kind


if __name__ == "__main__":
    main()
