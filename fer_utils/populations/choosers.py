"""What each chooser finds when all are shown the same number of pictures: sessions bred, followed and measured.

A *run* is a chooser, a seed and, where the chooser aims, a target. All runs of a seed begin with the same first
generation. Each becomes one file with the session's record, which replays to the bit, and what was seen along it; a
study that was stopped goes on with the runs that are missing.

Conventions that bite. Coverage is counted in the grid that the chooser `MapElites` keeps (four descriptors, six cells
each), so that chooser is judged by its own ruler; `variety` is a ruler that no chooser knows. Sizes and depths are
those of the picture that was chosen, not of all that was shown. The last page is shown and not chosen from: rows end
before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from fer_utils import evolution, garden, storage
from fer_utils.checks import BadInput, bad, existing_file, one_of, whole
from fer_utils.evolution.choosers import CELLS, MEASURES, SIZE
from fer_utils.images import Array
from fer_utils.layerize import layerize
from fer_utils.measuring import measure

FOLDER: Final = Path(__file__).parent.parent.parent / "published" / "choosers"
KINDS: Final = ("random", "novelty", "map-elites", "curiosity", "objective")
SCHEMA: Final = "fer-chooser-run/1"
SAMPLE: Final = 100  # pictures compared for variety
SMALL: Final = 16  # side at which they are compared
Record = dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """Who chooses, from which first generation, and towards what.

    Args:
        chooser: One of `KINDS`.
        seed: Of the first generation and of the chooser.
        target: Name of the genome whose picture is aimed at; empty for choosers that do not aim.

    Raises:
        BadInput: The chooser is unknown, or it aims at nothing, or does not aim and has a target.

    Source: ours.
    """

    chooser: str
    seed: int
    target: str = ""

    def __post_init__(self) -> None:
        """Check the parts."""
        one_of("chooser", self.chooser, KINDS)
        whole("seed", self.seed, least=0, most=2**32 - 1)
        if (self.chooser == "objective") != bool(self.target):
            raise BadInput(f"target must be given for the chooser objective and for no other, got {self.target!r}.")

    @property
    def name(self) -> str:
        """The run's name, for its file."""
        return "-".join(filter(None, (self.chooser, self.target, f"seed{self.seed}")))

    def make(self) -> evolution.Chooser:
        """Make the chooser."""
        if self.target:
            return evolution.Objective(garden.load_genome(self.target).image(SIZE))
        kinds = (evolution.Random, evolution.Novelty, evolution.MapElites, evolution.Curiosity)
        return dict(zip(KINDS, kinds, strict=False))[self.chooser](self.seed)


@dataclass(frozen=True)
class Study:
    """The same budget for every chooser.

    Args:
        images_shown: The budget of each run.
        seeds: Of the first generations.
        targets: Names of genomes: what is aimed at, and what every run's pictures are compared with.
        every: Generations from one row to the next.
    """

    images_shown: int
    seeds: tuple[int, ...]
    targets: tuple[str, ...] = garden.DEFAULTS
    every: int = 10

    @staticmethod
    def load(path: str | Path) -> Study:
        """Read a study's plan, or refuse it.

        Raises:
            BadInput: It is no YAML, or a part is missing, unknown or of the wrong kind.

        Source: ours.
        """
        place = existing_file("plan", path)
        try:
            found = yaml.safe_load(place.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise BadInput(f"{place} must be a YAML file: {' '.join(str(error).split())}.") from None
        if not isinstance(found, dict) or set(found) != {"images_shown", "seeds", "targets", "every"}:
            raise bad("plan", "a mapping with images_shown, seeds, targets and every", found, path=place)
        for name in ("seeds", "targets"):
            if not isinstance(found[name], list) or not found[name]:
                raise bad(name, "a list", found[name], path=place)
        return Study(
            whole("images_shown", found["images_shown"], least=1),
            tuple(whole("seed", seed, least=0) for seed in found["seeds"]),
            tuple(found["targets"]),
            whole("every", found["every"], least=1),
        )

    def conditions(self) -> Iterator[Condition]:
        """Yield all runs, seed by seed, so that a study that was stopped has whole seeds."""
        for seed in self.seeds:
            yield from (Condition(kind, seed) for kind in KINDS if kind != "objective")
            yield from (Condition("objective", seed, target) for target in self.targets)


def carry_out(study: Study, folder: str | Path, *, tell: Callable[[str], None] | None = None) -> list[Record]:
    """Run what is missing of a study.

    Args:
        study: What is wanted.
        folder: Where the runs are kept, one file each.
        tell: Called with a line as each run is there.

    Returns:
        All runs of the study, in its order.

    Raises:
        BadInput: A file that is there is broken or is of another study; the sentence names it.

    Source: ours.
    """
    records = []
    for condition in study.conditions():
        path = Path(folder) / f"{condition.name}.json"
        if path.is_file():
            record = read_run(path)
            if record["images_shown"] != study.images_shown or set(study.targets) - set(record["end"]["errors"]):
                raise BadInput(f"{path} must be of this study ({study.images_shown} images shown), remove it first.")
        else:
            record = run(condition, study)
            storage.write_text(path, storage.canonical_json(record) + "\n")
        records.append(record)
        if tell:
            tell(f"{condition.name}: {record['rows'][-1]['covered']} cells, {record['rows'][-1]['links']} connections")
    return records


def run(condition: Condition, study: Study) -> Record:
    """Let one chooser spend the budget, and say what was seen on the way.

    Args:
        condition: Who chooses.
        study: The budget, and what the pictures are compared with.

    Returns:
        Plain data: the condition, the session's record, "rows" along it and its "end".

    Raises:
        BadInput: A target is unknown, or the budget does not reach for two generations.

    Source: ours; the contrast is Woolley & Stanley (2011).
    """
    if study.images_shown < 2 * evolution.Session("", 0).shown:
        raise bad("images_shown", f"at least {2 * evolution.Session('', 0).shown}", study.images_shown)
    session = evolution.Session(condition.name, condition.seed, chooser=condition.chooser)
    play = evolution.breed_with(evolution.Play(session), condition.make(), images_shown=study.images_shown)
    targets = {name: garden.load_genome(name).image(SIZE) for name in study.targets}
    rows, pictures = _followed(play, targets, study.every)
    return {
        "schema": SCHEMA,
        "chooser": condition.chooser,
        "seed": condition.seed,
        "target": condition.target,
        "images_shown": study.images_shown,
        "session": play.session.to_json(),
        "rows": rows,
        "end": _end(play, rows, pictures),
    }


def read_run(path: str | Path) -> Record:
    """Read one run's file, or refuse it."""
    record = storage.read_json(path, argument="run")
    if not isinstance(record, dict) or record.get("schema") != SCHEMA or not {"rows", "end", "session"} <= set(record):
        raise BadInput(f'{path} must be a chooser\'s run, a JSON object with "schema": "{SCHEMA}".')
    return record


def published_study(folder: str | Path = FOLDER) -> list[Record]:
    """Read all runs in a folder, sorted by chooser, target and seed.

    Raises:
        BadInput: There are none, or one is broken.

    Source: ours.
    """
    records = [read_run(path) for path in sorted(Path(folder).glob("*-seed*.json"))]
    if not records:
        raise bad("folder", "one with runs of choosers", folder)
    return sorted(records, key=lambda one: (KINDS.index(one["chooser"]), one["target"], one["seed"]))


def _followed(play: evolution.Play, targets: dict[str, Array], every: int) -> tuple[list[Record], Array]:
    """Walk through a session's generations: rows at the checkpoints, and all pictures, small."""
    seen: set[tuple[int, ...]] = set()
    best = dict.fromkeys(targets, float("inf"))
    rows, small = [], []
    columns = [list(evolution.DESCRIPTORS).index(name) for name in MEASURES]
    for generation, step in enumerate(play.session.steps):
        pictures = evolution.draw(play.generations[generation], SIZE)
        described = evolution.describe_pictures(pictures)[:, columns]
        seen |= {tuple(cell) for cell in np.minimum((described * CELLS).astype(int), CELLS - 1).tolist()}
        for name, target in targets.items():
            best[name] = min(best[name], float(((pictures - target) ** 2).mean(axis=(1, 2, 3)).min()))
        small.append(pictures.reshape(len(pictures), SMALL, SIZE // SMALL, SMALL, SIZE // SMALL, 3).mean(axis=(2, 4)))
        if generation % every == 0 or generation == len(play.session.steps) - 1:
            rows.append(_row(play, generation, step.parents[0], len(seen), best))
    return rows, np.concatenate(small)


def _row(play: evolution.Play, generation: int, chosen: str, covered: int, best: dict[str, float]) -> Record:
    cppn = play.cppn(chosen)
    return {
        "generation": generation,
        "images": play.session.shown * (generation + 1),
        "covered": covered,
        "links": len(cppn.links()),
        "nodes": sum(key > 2 for key in cppn.nodes),
        "depth": len(play.lineage(chosen)) - 1,
        **{f"error_{name}": round(error, 6) for name, error in best.items()},
    }


def _end(play: evolution.Play, rows: list[Record], pictures: Array) -> Record:
    """Measure what was chosen last, and how various everything that was shown is."""
    chosen = play.session.steps[-1].parents[0]
    table = measure(layerize(play.genome(chosen)), size=SIZE)
    line = play.lineage(chosen)
    errors = {key.removeprefix("error_"): value for key, value in rows[-1].items() if key.startswith("error_")}
    places = np.linspace(0, len(pictures) - 1, min(SAMPLE, len(pictures))).round().astype(int)
    return {
        "errors": errors,
        "first_links": len(play.cppn(line[0]).links()),
        "variety": round(variety(pictures[places]), 5),
        **{name: _plain(table[name][0]) for name in ("P", "G", "N", "K")},
    }


def variety(pictures: Array) -> float:
    """Return how much pictures differ: the root mean square difference over pixels and colours, mean over all pairs.

    Args:
        pictures: ``(count, size, size, 3)`` in [0, 1], two or more.

    Source: ours.
    """
    flat = np.asarray(pictures, dtype=np.float64).reshape(len(pictures), -1)
    squares = ((flat[:, None] - flat[None]) ** 2).mean(axis=-1)
    return float(np.sqrt(squares)[np.triu_indices(len(flat), 1)].mean())


def _plain(value: Any) -> float | None:
    """Return a number for JSON, which has no nan."""
    return round(float(value), 5) if np.isfinite(value) else None
