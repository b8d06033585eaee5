"""The measures along a road: through training, and through an ancestry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fer_utils import garden, published, training
from fer_utils.checks import BadInput, bad
from fer_utils.cppn import Network
from fer_utils.genome import Genome
from fer_utils.images import Array
from fer_utils.layerize import layerize
from fer_utils.measuring.table import measure

NAMES = ("error", "P", "G", "N", "S", "K")
Path = dict[str, dict[int, float]]  # measure to values by step


def along_training(snapshots: Mapping[int, Network], target: object, *, size: int = 64) -> Path:
    """Measure a network at the steps at which it was kept.

    Args:
        snapshots: Networks by step, as in ``Run.snapshots``.
        target: What they were to draw, as for `measure`.
        size: Side length of the grid in pixels, even.

    Returns:
        By measure ("error", "P", "G", "N", "S", "K") and step.

    Raises:
        BadInput: There are no snapshots.

    Source: ours; the steps are those of the paper's figures 8 and 17.
    """
    if not snapshots:
        raise bad("snapshots", "networks by step", "none")
    table = measure(*snapshots.values(), size=size, target=target)
    return {name: dict(zip(snapshots, table[name].astype(float), strict=True)) for name in NAMES}


def along_published(image: str, *, size: int = 64) -> list[Path]:
    """Measure all published twins of an image, of the evolved architecture and the paper's recipe, along their way.

    Args:
        image: Name of a genome that is at hand.
        size: Side length of the grid in pixels, even.

    Returns:
        One for each seed; none where none are published.

    Source: ours.
    """
    if image not in published.image_names():
        return []
    evolved = layerize(garden.load_genome(image))
    runs = published.runs(image, evolved.architecture, recipe=training.recipe_for(image), genome=evolved.genome)
    return [along_training(run.snapshots, evolved, size=size) for run in runs]


def along_ancestry(genomes: Sequence[Genome], generations: Sequence[int], *, size: int = 64) -> dict[str, Any]:
    """Measure genomes along a line of ancestors.

    Args:
        genomes: From the first ancestor on.
        generations: Of each.
        size: Side length of the grid in pixels, even.

    Returns:
        "generation", and each measure but the error, as equally long lists; where a genome has no functional unit or no
        weight that moves anything, nan.

    Raises:
        BadInput: There is none, or there are more or fewer generations than genomes.

    Source: ours.
    """
    if not genomes or len(genomes) != len(generations):
        raise BadInput(f"genomes must be one for each generation, got {len(genomes)} and {len(generations)}.")
    tables = [measure(layerize(genome), size=size) for genome in genomes]
    return {"generation": list(generations)} | {
        name: [float(table[name][0]) for table in tables] for name in NAMES if name != "error"
    }


def common_steps(paths: Sequence[Path]) -> list[int]:
    """Return the steps that all of some paths have, rising."""
    return sorted(set.intersection(*({*path["error"]} for path in paths)))


def at_steps(paths: Sequence[Path], steps: Sequence[int], name: str) -> Array:
    """Return one measure of some paths at some steps: ``(paths, steps)``."""
    return np.array([[path[name][step] for step in steps] for path in paths])
