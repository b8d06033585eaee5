"""Load published runs, and check that each is what the index says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_utils import garden, images, storage
from fer_utils.checks import BadInput, bad, one_of
from fer_utils.cppn import Architecture, Network, forward
from fer_utils.genome import Genome
from fer_utils.images import Array
from fer_utils.published.index import FOLDER, Entry, entries, file_of, image_names
from fer_utils.training import OTHER_NAMES, Recipe, Run, other_recipe, recipe_for
from fer_utils.training.problem import as_network
from fer_utils.training.runs import as_snapshots, unpack_path

TOLERANCE: Final = 0.01  # between the recorded loss and that of the network drawn anew, as a share


@dataclass(frozen=True, eq=False, repr=False)
class PublishedRun(Run):
    """A `Run` that was published, with the kind of machine it comes from.

    Args:
        machine: Processor, cores and system.

    Source: ours.
    """

    machine: dict[str, Any] = field(default_factory=dict)


def runs(
    image_name: str,
    architecture: Architecture | None = None,
    *,
    recipe: Recipe | None = None,
    seeds: Iterable[int] | None = None,
    genome: Genome | None = None,
    folder: Path = FOLDER,
) -> list[PublishedRun]:
    """Load the published runs of an image.

    Args:
        image_name: One of `image_names`.
        architecture: Only networks of this one; None for all.
        recipe: Only those trained so; None for all.
        seeds: Only these; None for all. Seeds that are not published are left out.
        genome: The genome of the image; runs trained on any other of that name are left out. None for the one that
            `garden.load_genome` finds, and no such check where it finds none.
        folder: The published folder.

    Returns:
        The runs, status "published", sorted by architecture, recipe and seed.

    Raises:
        BadInput: The image has none, or a file is missing or is not the one that the index speaks of.

    Source: ours.
    """
    one_of("image with published runs", image_name, image_names(folder=folder))
    genome = genome if genome is not None else genome_at_hand(image_name)
    wanted = None if seeds is None else set(seeds)
    found = [entry for entry in entries(folder=folder) if entry.image == image_name]
    fitting = [entry for entry in found if entry.is_of(genome, architecture, recipe)]
    return [load(entry, folder=folder) for entry in fitting if wanted is None or entry.seed in wanted]


def runs_alike(
    image_name: str, architectures: Sequence[Architecture], *, genome: Genome | None = None, folder: Path = FOLDER
) -> list[list[PublishedRun]]:
    """Load runs in several architectures that were all trained by one recipe, so that only the architecture differs.

    Args:
        image_name: Of the image.
        architectures: One or more.
        genome: As of `runs`.
        folder: The published folder.

    Returns:
        For each architecture its runs by the paper's whole recipe; if not every one has any, by the first of
        `training.OTHER_NAMES` by which every one has. Empty if there is no such recipe.

    Raises:
        BadInput: A file is missing or is not the one that the index speaks of.

    Source: ours.
    """
    if image_name not in image_names(folder=folder):
        return []
    for recipe in (recipe_for(image_name), *map(other_recipe, OTHER_NAMES)):
        found = [runs(image_name, one, recipe=recipe, genome=genome, folder=folder) for one in architectures]
        if all(found):
            return found
    return []


def load(entry: Entry, *, folder: Path = FOLDER) -> PublishedRun:
    """Load one published run, once its file is known to be the one that the index speaks of.

    Raises:
        BadInput: The file is missing, its SHA-256 is another, or it says something else than the index.

    Source: ours.
    """
    place = file_of(entry, folder=folder)
    if (got := storage.file_hash(place)) != entry.sha256:
        raise BadInput(
            f"{place} must have the SHA-256 {entry.sha256} that the index names, got {got}: it was changed or only "
            f"half fetched, so take it from the repository again."
        )
    arrays, record = storage.load_arrays(place)
    if differing := [name for name, value in entry.record().items() if record.get(name) != value]:
        name = differing[0]
        raise bad(f"{name} in the index", f"{record.get(name)!r} as in the file", getattr(entry, name), path=place)
    return _as_run(entry, arrays, place)


def verify(run: Run, target: object) -> float:
    """Draw a run's network anew and check that its loss is the recorded one, to one per cent.

    Args:
        run: Published or not.
        target: ``(size, size, 3)`` in [0, 1], the image it was trained on; resampled to the recipe's size.

    Returns:
        The mean squared error found.

    Raises:
        BadInput: The two losses disagree.

    Source: ours.
    """
    side = run.recipe.size
    wanted = images.checked_image("target", target) if side is None else images.resample(target, side)
    found = float(np.mean((_drawn(run.network, len(wanted)) - wanted) ** 2))
    if not abs(found - run.loss) <= TOLERANCE * run.loss:
        raise BadInput(
            f"loss of {run.network.label} must be {run.loss:.4g}, as recorded, to within {TOLERANCE:.0%}, got "
            f"{found:.4g}."
        )
    return found


def genome_at_hand(image_name: str) -> Genome | None:
    """Return the genome of this name, or None where this machine has none."""
    return garden.load_genome(image_name) if garden.at_hand(image_name) else None


def _as_run(entry: Entry, arrays: Mapping[str, Any], place: Path) -> PublishedRun:
    try:
        architecture = Architecture.parse(entry.architecture)
        history, path = unpack_path(arrays)
        path[entry.steps] = arrays["weights"]
        network = as_network(architecture, arrays["weights"], f"SGD twin, seed {entry.seed}")
        snapshots = as_snapshots(architecture, path, entry.seed)
    except (KeyError, ValueError) as error:
        raise BadInput(f"{place} is no published run: {error}") from None
    same = ("seed", "seconds", "loss", "engine", "device", "threads", "key", "versions", "machine")
    return PublishedRun(
        network=network,
        recipe=Recipe.from_json(entry.recipe, path=place),
        history=history,
        snapshots=snapshots,
        status="published",
        **{name: getattr(entry, name) for name in same},
    )


def _drawn(network: Network, size: int) -> Array:
    """Draw a network's picture strip by strip: a deep one's layers at 256 pixels do not fit everywhere at once."""
    strips = np.array_split(images.coordinates(size).reshape(4, -1), 16, axis=1)
    raw = [forward(network.weights, network.architecture, strip)[1] for strip in strips]
    return np.moveaxis(images.colour(np.concatenate(raw, axis=1).reshape(3, size, size)), 0, -1)
