"""Doing it: each setting and seed is trained, measured, and kept as a row, so that what was stopped goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fer_utils import garden, measuring, metrics, storage, training
from fer_utils.checks import BadInput
from fer_utils.cppn import Network
from fer_utils.layerize import layerize
from fer_utils.populations import read_rows, rows
from fer_utils.questions.choices.plan import Choices, Setting
from fer_utils.rotations.space import mirrored, one_thread
from fer_utils.training import lost

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
Tell = Callable[[int, int, Row], None]
FOLDER: Final = Path(__file__).parents[3] / "published" / "choices"
MEASURED_AT: Final = 64  # side of the measures' grid in pixels, whatever was trained on
COLUMNS: Final = (
    *("image", "factor", "level", "seed", "status", "lost", "error", "P", "G", "N", "K"),
    *("architecture", "steps", "size", "measured_at", "engine", "seconds", "key", "problem"),
)


def one_run(setting: Setting, seed: int) -> Row:
    """Train and measure one network.

    Args:
        setting: Which choice is made otherwise.
        seed: Of the study's.

    Returns:
        Its row; what goes wrong becomes a row that says so.

    Source: ours.
    """
    begun = time.perf_counter()
    row: Row = {
        "key": setting.key(seed),
        "image": setting.image,
        "kind": setting.name,
        "factor": setting.factor,
        "level": setting.level,
        "seed": seed,
        "steps": setting.steps,
        "size": setting.recipe.size,
        "measured_at": MEASURED_AT,
        "problem": "",
        "lost": "",
    }
    try:
        row |= _trained(setting, seed)
    except BadInput as error:
        row |= {"status": "failed", "problem": str(error)}
    return row | {"seconds": round(time.perf_counter() - begun, 3)}


def run(plan: Choices, folder: str | Path, *, tell: Tell | None = None) -> pd.DataFrame:
    """Run the study, or what of it is not there yet, and return its table.

    Args:
        plan: What to run.
        folder: Where rows are kept, one small file each, as they come.
        tell: Called with the number of rows that are there, of all, and the row that came.

    Returns:
        A row for each setting and seed, in the plan's order.

    Source: ours.
    """
    place = Path(folder)
    there = {row["key"]: row for row in read_rows(place) if row["status"] != "failed"}
    wanted = [(setting, seed) for setting in plan.settings() for seed in range(plan.seeds)]
    found: list[Row] = []
    for setting, seed in wanted:
        row = there.get(setting.key(seed))
        if row is None:
            row = one_run(setting, seed)
            rows.keep(place, row)
            if tell:
                tell(len(found) + 1, len(wanted), row)
        found.append(row)
    return as_table(found)


def as_table(found: list[Row]) -> pd.DataFrame:
    """Return rows as the study's table."""
    import pandas as pd

    return pd.DataFrame(found).reindex(columns=list(COLUMNS))


def write(table: pd.DataFrame, folder: str | Path) -> Path:
    """Write the table as choices.csv, atomically, and return the file."""
    place = Path(folder) / "choices.csv"
    storage.write_text(place, table.to_csv(index=False))
    return place


def published_choices(folder: Path = FOLDER) -> pd.DataFrame:
    """Read the study that was published.

    Raises:
        BadInput: It is not there, or is no such table.

    Source: ours.
    """
    texts = ("level", "lost", "problem")
    return storage.read_table("study", folder / "choices.csv", needed=COLUMNS, texts=texts)


def _trained(setting: Setting, seed: int) -> Row:
    evolved = layerize(garden.load_genome(setting.image))
    recipe = setting.recipe
    assert recipe.size is not None
    target = evolved.image(recipe.size)
    (made,) = training.fit(
        target,
        setting.architecture(evolved.architecture),
        recipe,
        seeds=[setting.first_weights(seed)],
        store=False,
        threads=1,
        progress=False,
    )
    said = {"status": made.status, "engine": made.engine, "lost": lost(made.network, target)}
    return said | {"architecture": str(made.network.architecture)} | measured(made.network, evolved)


def measured(network: Network, evolved: Network) -> dict[str, float]:
    """Return error, P, G, N and K as `measuring.measure` does, without what takes longer and is not asked here.

    Args:
        network: A layered network.
        evolved: What draws its picture.

    Source: ours.
    """
    with one_thread():
        inside = measuring.insides_of(network, MEASURED_AT)
        order = mirrored("mirror_x", MEASURED_AT)
        units = metrics.functional_units(inside)
        wanted = np.moveaxis(evolved.image(MEASURED_AT), -1, 0).reshape(3, -1)
        return {
            "error": float(((inside.picture - wanted) ** 2).mean()),
            "P": metrics.feature_mixing(inside, units, order),
            "G": metrics.basis_free_mixing(inside, order),
            "N": metrics.response_modes(inside),
            "K": float(len(units)),
        }
