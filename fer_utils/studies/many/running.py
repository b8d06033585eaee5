"""From arms to rows: made one after the other, kept as they come, gone on with after a stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fer_utils import storage
from fer_utils.populations import rows as kept
from fer_utils.studies.many.arms import FIRST_SEED, Arm, Row, plan, row_of
from fer_utils.studies.running import FOLDER, read_rows, tabled

if TYPE_CHECKING:
    import pandas as pd

NAME: Final = "many"
CURVES: Final = ("image", "kind", "seed", "step", "error", "unseen", "between")
NEEDED: Final = {"image", "kind", "seed", "status", "error", "unseen", "P", "G", "N", "reuse", "coding", "images"}
Tell = Callable[[int, int, Row], None]


@dataclass(frozen=True)
class Task:
    """The rows of one arm; what `populations.rows` needs to know are its seeds and keys."""

    arm: Arm

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of its rows."""
        return tuple(range(FIRST_SEED, FIRST_SEED + self.arm.seeds))

    def key(self, seed: int) -> str:
        """Return the name of one seed's row."""
        return self.arm.key(seed)


def run_many(
    folder: str | Path,
    *,
    arms: Sequence[Arm] | None = None,
    table: str | Path | None = None,
    only: Callable[[Arm], bool] = lambda arm: True,
    tell: Tell | None = None,
) -> pd.DataFrame:
    """Make what is missing of the study, and return its table.

    What is there is what the first folder keeps and what the tables have; a row's key says how it is made.

    Args:
        folder: Where rows are kept, one small file each, in "rows".
        arms: By default the whole plan.
        table: The folder that "rows.csv" and "curves.csv" are written to, after every row; None for the first folder.
        only: Which arms to make; those left out keep the rows that are there.
        tell: Called with the number of rows that are there, of all, and the row that came.

    Source: ours.
    """
    place, tasks = Path(folder), [Task(arm) for arm in (plan() if arms is None else arms)]
    goal = Path(table) if table else place
    keys = {task.key(seed) for task in tasks for seed in task.seeds}
    there = {key: row for key, row in _tabled(goal).items() if key in keys}
    for task in tasks:
        there |= {task.key(seed): row for seed, row in kept.known(place, task).items()}
    for place_of_seed in range(max(len(task.seeds) for task in tasks)):  # every arm has a run before any has two
        for task in tasks:
            seed = FIRST_SEED + place_of_seed
            if seed not in task.seeds or task.key(seed) in there or not only(task.arm):
                continue
            row = {"key": task.key(seed), **row_of(task.arm, seed)}
            kept.keep(place, row)
            there[row["key"]] = row
            write_many(goal, tasks, there)
            if tell:
                tell(len(there), sum(len(one.seeds) for one in tasks), row)
    return write_many(goal, tasks, there)


def write_many(folder: Path, tasks: Sequence[Task], there: dict[str, Row]) -> pd.DataFrame:
    """Write rows and curves, arms in the plan's order, and return the rows."""
    import pandas as pd

    rows = [there[key] for task in tasks for key in map(task.key, task.seeds) if key in there]
    table = pd.DataFrame([{name: row[name] for name in row if name != "curve"} for row in rows])
    lines = [
        dict(zip(CURVES, (row["image"], row["kind"], row["seed"], *point), strict=True))
        for row in rows
        if row.get("unseen") is not None and row["steps"] > 0
        for point in row["curve"]
    ]
    if rows:
        storage.write_text(folder / "rows.csv", table.round(6).to_csv(index=False))
        storage.write_text(
            folder / "curves.csv", pd.DataFrame(lines, columns=list(CURVES)).round(6).to_csv(index=False)
        )
    return table


def _tabled(folder: Path) -> dict[str, Row]:
    """Return the rows of the tables with their curves, by their keys."""
    rows, file = tabled(folder / "rows.csv"), folder / "curves.csv"
    if not rows or not file.is_file():
        return {}
    curves = {
        name: [list(line) for line in lines.iloc[:, 3:].itertuples(index=False)]
        for name, lines in storage.read_table("study", file, needed=CURVES).groupby(list(CURVES[:3]), sort=False)
    }
    return {key: row | {"curve": curves.get((row["image"], row["kind"], row["seed"]), [])} for key, row in rows.items()}


def published_many(folder: Path = FOLDER) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the rows and the curves of the published study.

    Args:
        folder: Where studies are published.

    Raises:
        BadInput: They are not there, or are no such tables.

    Source: ours.
    """
    return read_rows(folder / NAME / "rows.csv", NEEDED), storage.read_table(
        "study", folder / NAME / "curves.csv", needed=CURVES
    )
