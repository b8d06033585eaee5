"""Tables of studies that take long: filled row by row, kept in a file, gone on with after a stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_utils import statistics, storage
from fer_utils.checks import bad

Row = dict[str, Any]
Key = tuple[Any, ...]


def fill(
    path: str | Path,
    keys: Sequence[str],
    jobs: Iterable[Key],
    work: Callable[..., Row],
    *,
    tell: Callable[[Key, Row], None] | None = None,
) -> pd.DataFrame:
    """Fill a table row by row; rows that are there are kept, so that a study that was stopped goes on.

    Args:
        path: A CSV file, there or not yet.
        keys: The columns that name a row.
        jobs: The rows wanted.
        work: Makes a row's other values of its key.
        tell: Called with each new row.

    Returns:
        The table.

    Raises:
        BadInput: The file is there, and is no such table.

    Source: ours.
    """
    path = Path(path)
    rows = storage.read_table("table", path, needed=keys).to_dict("records") if path.exists() else []
    done = {tuple(row[key] for key in keys) for row in rows}
    for job in jobs:
        if job in done:
            continue
        row = work(*job)
        rows.append(dict(zip(keys, job, strict=True)) | row)
        storage.write_text(path, pd.DataFrame(rows).to_csv(index=False, float_format="%.5g", lineterminator="\n"))
        if tell:
            tell(job, row)
    return storage.read_table("table", path, needed=keys)


def by_seed(table: pd.DataFrame, where: Mapping[str, Any], across: str, value: str) -> NDArray[np.float64]:
    """Return a value for each seed and each place across, ``(seeds, places)``, in rising order; NaN where none is.

    Args:
        table: With a column "seed".
        where: The rows wanted, as column -> value.
        across: A column.
        value: A column of numbers.

    Raises:
        BadInput: There are no such rows.

    Source: ours.
    """
    chosen = table[np.logical_and.reduce([table[name] == wanted for name, wanted in where.items()])] if where else table
    if not len(chosen):
        raise bad("where", "what some rows are", dict(where))
    return np.asarray(chosen.pivot(index="seed", columns=across, values=value).to_numpy(dtype=np.float64))


def grouped(table: pd.DataFrame, where: Mapping[str, Any], group: str, value: str) -> dict[str, NDArray[np.float64]]:
    """Return for each group its values, one a seed in rising order; groups in the order of the table.

    Args:
        table: With a column "seed".
        where: The rows wanted, as column -> value.
        group: A column.
        value: A column of numbers.
    """
    names = list(dict.fromkeys(table[group]))
    return {str(name): by_seed(table, {**where, group: name}, group, value)[:, 0] for name in names}


def ahead(groups: Mapping[str, NDArray[np.float64]]) -> tuple[str, str, statistics.Interval]:
    """Return the group with the highest median, the next one, and how far ahead it is, seed by seed, with interval.

    Args:
        groups: For each at least two values, one a seed, the same seeds in each.

    Raises:
        BadInput: There are fewer than two groups.

    Source: ours.
    """
    if len(groups) < 2:
        raise bad("groups", "at least two groups", f"{len(groups)} of them")
    first, second = sorted(groups, key=lambda name: -float(np.median(groups[name])))[:2]
    return first, second, statistics.interval(groups[first] - groups[second])
