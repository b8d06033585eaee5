"""The index of published runs: what it says of each, and which run a question means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from fer_utils import storage
from fer_utils.checks import bad, whole
from fer_utils.cppn import Architecture
from fer_utils.genome import Genome
from fer_utils.training import Recipe
from fer_utils.training.comparing import PAPER_SIZE

FOLDER: Final = Path(__file__).parent.parent.parent / "published"
INDEX: Final = "runs.json"
SCHEMA: Final = "fer-published/1"


@dataclass(frozen=True)
class Entry:
    """What the index says of one published run.

    Args:
        image: Name of the image it was trained on.
        genome: Hash of that image's genome, from `genome_hash`.
        architecture: In the paper's notation.
        recipe: As `Recipe.to_json` writes it.
        seed: Of the first weights.
        steps: How many were done.
        loss: Mean squared error in RGB on all pixels.
        seconds: Training time.
        engine: Name of the engine.
        device: "cpu" or "cuda".
        threads: CPU threads.
        versions: Of python, numpy, torch and this package.
        machine: Its kind: processor, cores, system.
        key: The run's name in the store of the machine that trained it.
        file: Name of its file in ``published/runs/``.
        sha256: Of that file.
        bytes: Size of that file.

    Source: ours.
    """

    image: str
    genome: str
    architecture: str
    recipe: dict[str, Any]
    seed: int
    steps: int
    loss: float
    seconds: float
    engine: str
    device: str
    threads: int
    versions: dict[str, str]
    machine: dict[str, Any]
    key: str
    file: str
    sha256: str = ""
    bytes: int = 0

    def record(self) -> dict[str, Any]:
        """Return what the run's own file says too: all but its hash and size."""
        return {name: value for name, value in asdict(self).items() if name not in {"sha256", "bytes"}}

    def sort_key(self) -> tuple[str, str, str, int, str]:
        """Return its place in the index."""
        return self.image, self.architecture, self.recipe.get("name", ""), self.seed, self.file

    def is_of(self, genome: Genome | None, architecture: Architecture | None, recipe: Recipe | None) -> bool:
        """Say whether it was trained on this genome's image, in this architecture, by this recipe; None fits all."""
        return (
            (genome is None or self.genome == genome_hash(genome))
            and (architecture is None or self.architecture == str(architecture))
            and (recipe is None or _same_recipe(recipe, Recipe.from_json(self.recipe)))
        )


class Timing(NamedTuple):
    """How long networks of one architecture took to train on one image.

    Args:
        image: Name of the image.
        architecture: In the paper's notation.
        runs: How many were timed.
        seconds_a_step: Their median.
        work: Multiply-adds of a step: weights × pixels × 3, once forward and twice back.
        machine: Of the first of them.

    Source: ours.
    """

    image: str
    architecture: str
    runs: int
    seconds_a_step: float
    work: float
    machine: dict[str, Any]


def timings(engine: str, *, folder: Path = FOLDER) -> list[Timing]:
    """Return how long the published runs of one engine took by the paper's recipe, the quickest step first.

    Args:
        engine: Its name.
        folder: The published folder.

    Source: ours.
    """
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries(folder=folder):
        if entry.engine == engine and Recipe.from_json(entry.recipe).is_paper:
            found.setdefault((entry.image, entry.architecture), []).append(entry)
    return sorted((_timing(group) for group in found.values()), key=lambda one: one.seconds_a_step)


def image_names(*, folder: Path = FOLDER) -> tuple[str, ...]:
    """Name the images that have published runs, in alphabetical order."""
    return tuple(sorted({entry.image for entry in entries(folder=folder)}))


def entries(*, folder: Path = FOLDER) -> tuple[Entry, ...]:
    """Read the index, sorted by image, architecture, recipe and seed; without an index there are none.

    Args:
        folder: The published folder.

    Raises:
        BadInput: The index is no JSON, or not as `publish` writes it.

    Source: ours.
    """
    place = folder / INDEX
    if not place.is_file():
        return ()
    found = storage.read_json(place, argument="index of published runs")
    if not isinstance(found, Mapping) or found.get("schema") != SCHEMA or not isinstance(found.get("runs"), list):
        raise bad("index of published runs", f'a list of runs with the schema "{SCHEMA}"', found, path=place)
    return tuple(sorted((_as_entry(one, place) for one in found["runs"]), key=Entry.sort_key))


def file_of(entry: Entry, *, folder: Path = FOLDER) -> Path:
    """Return the place of a run's file."""
    return folder / "runs" / entry.file


def genome_hash(genome: Genome) -> str:
    """Return the hash of what a genome draws: its nodes and connections; name, note and order do not count."""
    plain = genome.to_json()
    parts = [sorted(plain[name], key=lambda part: str(part["id"])) for name in ("nodes", "connections")]
    return storage.content_hash("fer-genome-content/1", *parts)


def _timing(group: list[Entry]) -> Timing:
    first, pixels = group[0], (Recipe.from_json(group[0].recipe).size or PAPER_SIZE) ** 2
    return Timing(
        image=first.image,
        architecture=first.architecture,
        runs=len(group),
        seconds_a_step=median(one.seconds / one.steps for one in group),
        work=3.0 * pixels * Architecture.parse(first.architecture).weight_count,
        machine=first.machine,
    )


def _as_entry(value: object, place: Path) -> Entry:
    names = {one.name for one in fields(Entry)}
    if not isinstance(value, Mapping) or set(value) != names:
        raise bad("run in the index", f"a mapping with {', '.join(sorted(names))}", value, path=place)
    for name in ("image", "genome", "architecture", "key", "file", "sha256"):
        if not isinstance(value[name], str):
            raise bad(f"{name} of a run in the index", "a text", value[name], path=place)
    if Path(value["file"]).name != value["file"]:
        raise bad("file of a run in the index", "a plain file name", value["file"], path=place)
    whole("seed of a run in the index", value["seed"], least=0)
    Recipe.from_json(value["recipe"], path=place)
    return Entry(**value)


def _same_recipe(wanted: Recipe, found: Recipe) -> bool:
    """Say whether two recipes train the same network: neither their names nor what they keep on the way counts."""
    same = wanted.variant(snapshots=()).identity() == found.variant(snapshots=()).identity()
    return same and wanted.size in (None, found.size)
