"""From a study to its rows: made one after the other, kept as they come, gone on with after a stop."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from fer_utils import measuring, storage
from fer_utils.checks import BadInput
from fer_utils.cppn import Network
from fer_utils.populations import rows as kept
from fer_utils.studies.arms import After, Arm, Made, Study, Subject, subject_of
from fer_utils.studies.matching import first_at, path_errors

if TYPE_CHECKING:
    import pandas as pd

FOLDER: Final = Path(__file__).parent.parent.parent / "published" / "studies"
MEASURES: Final = ("P", "G", "N", "S", "X", "K")
Row = dict[str, Any]
Tell = Callable[[int, int, Row], None]


@dataclass(frozen=True, eq=False)
class Task:
    """One row to be made; what `populations.rows` needs to know of it is its seeds and its key."""

    study: Study
    arm: Arm
    subject: str
    seeds: tuple[int, ...]

    def key(self, seed: int) -> str:
        """Return the name of one seed's row."""
        mark = self.study.marks[self.subject]
        return self.arm.key(self.study.name, self.subject, seed, size=self.study.size, mark=mark)


def run_study(
    study: Study,
    folder: str | Path,
    *,
    table: str | Path | None = None,
    only: Callable[[Arm, str], bool] = lambda arm, subject: True,
    tell: Tell | None = None,
) -> pd.DataFrame:
    """Make what is missing of a study, and return its table.

    What is there is what the folder keeps and what the table's file has; a row's key says how it is made.

    Args:
        study: What to make.
        folder: Where rows are kept, one small file each, in "rows".
        table: The file that the table is written to, after every arm; None for "rows.csv" in the folder.
        only: Which arms to make for which subjects; those left out keep the rows that are there.
        tell: Called with the number of rows that are there, of all, and the row that came.

    Returns:
        A row for each arm, subject and seed that is there, sorted as the study names its arms.

    Source: ours.
    """
    place, there, subjects = Path(folder), dict[str, Row](), dict[str, Subject]()
    file, tasks = Path(table) if table else place / "rows.csv", list(_tasks(study))
    published = tabled(file)
    for task in tasks:
        keys = {task.key(seed) for seed in task.seeds}
        there |= {key: row for key, row in published.items() if key in keys}
        there |= {task.key(seed): row for seed, row in kept.known(place, task).items()}
    for task in tasks:
        missing = [seed for seed in task.seeds if task.key(seed) not in there and only(task.arm, task.subject)]
        for seed in missing:
            if task.subject not in subjects:
                subjects[task.subject] = subject_of(task.subject, study.marks[task.subject], size=study.size)
            row = {"key": task.key(seed), **row_of(task.arm, subjects[task.subject], seed, study.after)}
            kept.keep(place, row)
            there[row["key"]] = row
            if tell:
                tell(len(there), sum(len(one.seeds) for one in tasks), row)
        if missing:
            write_rows(study, file, list(there.values()))
    return write_rows(study, file, list(there.values()))


def row_of(arm: Arm, subject: Subject, seed: int, after: After | None = None, *, made: Made | None = None) -> Row:
    """Make one network and measure it at the subject's mark; what goes wrong becomes a row too.

    Args:
        arm: How it is made.
        subject: What it draws.
        seed: Of all that chance has a part in.
        after: What else is asked of the network, as in `Study.after`.
        made: What the arm made with that seed, where it has been made already.

    Returns:
        "status" ("reached", "missed" or "failed"), "error", the measures, "weights" (not zero), "sparsity" (share of
        the slots that are zero), "step" (at which it was measured), "least_error" (of the path), "seconds", "recipe",
        and what `after` adds.

    Source: ours.
    """
    row: Row = {"image": subject.name, "kind": arm.name, "family": arm.family, "seed": seed, "mark": subject.mark}
    try:
        made = made or arm.make(subject, seed, **arm.settings)
        errors = path_errors(made.path, subject.target)
        step, reached = first_at(errors, subject.mark)
        network = made.path[step]
        table = measuring.measure(network, size=subject.size, target=subject.network)
        further = dict(after(network, subject, seed, **arm.later)) if after else {}
    except Exception as error:
        # Whatever it was, the other rows go on, and the table says what happened to this one.
        reason = str(error) if isinstance(error, BadInput) else f"{type(error).__name__}: {error}"
        return row | {"status": "failed", "problem": reason}
    flat = weights_of(network)
    return row | {
        "status": "reached" if reached else "missed",
        "problem": "",
        "step": step,
        "steps": max(errors),
        "least_error": min(errors.values()),
        **{name: _plain(table[name][0]) for name in ("error", *MEASURES)},
        "weights": int(np.count_nonzero(flat)),
        "sparsity": float(np.mean(flat == 0)),
        "seconds": round(made.seconds, 2),
        "recipe": json.dumps(dict(made.recipe), sort_keys=True),
        **further,
    }


def weights_of(network: Any) -> Any:
    """Return all weights of a layered network or a torch module in one row."""
    if isinstance(network, Network):
        return network.flat()
    return torch.cat([one.detach().flatten() for one in network.parameters()]).numpy()


def write_rows(study: Study, file: Path, rows: list[Row]) -> pd.DataFrame:
    """Write the table, arms in the study's order, and return the table."""
    table = kept.as_table(rows)
    if len(table):
        order = {arm.name: place for place, arm in enumerate(study.arms)}
        table = table.sort_values(
            ["kind", "image", "seed"], key=lambda one: one.map(order) if one.name == "kind" else one, ignore_index=True
        )
        storage.write_text(file, table.round(7).to_csv(index=False))
    return table


def tabled(file: Path) -> dict[str, Row]:
    """Return the rows of a table by their keys, without failed ones; none where there is no table, or one without keys.

    Args:
        file: The table of a study.

    Raises:
        BadInput: It is no table.

    Source: ours.
    """
    import pandas as pd

    if not file.is_file() or "key" not in (table := read_rows(file)):
        return {}
    good = table[(table["status"] != "failed") & table["key"].notna()]
    plain = good.astype(object)
    plain = plain.where(pd.notna(plain), None)
    return {row["key"]: row for row in plain.to_dict("records")}


def published_rows(name: str, folder: Path = FOLDER) -> pd.DataFrame:
    """Read the rows of a published study.

    Args:
        name: Of the study.
        folder: Where studies are published.

    Raises:
        BadInput: They are not there, or are no such table.

    Source: ours.
    """
    return read_rows(folder / name / "rows.csv", {"image", "kind", "family", "seed", "status", "error", *MEASURES})


def read_rows(place: Path, needed: Collection[str] = ()) -> pd.DataFrame:
    """Read a table of a study.

    Args:
        place: The file.
        needed: Columns that it must have.

    Raises:
        BadInput: It is not there, no table, or a column is missing.

    Source: ours.
    """
    return storage.read_table("study", place, needed=sorted(needed), texts=("problem", "recipe", "key"))


def _tasks(study: Study) -> Iterator[Task]:
    for arm in study.arms:
        for subject in study.marks:
            yield Task(study, arm, subject, tuple(range(study.seeds if arm.seeds is None else arm.seeds)))


def _plain(value: Any) -> float | None:
    """A number that JSON has."""
    return float(value) if np.isfinite(value) else None
