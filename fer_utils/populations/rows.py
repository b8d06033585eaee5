"""What is kept: a small file for each row as it comes, and the table made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fer_utils import storage
from fer_utils.checks import BadInput
from fer_utils.populations.working import Row

if TYPE_CHECKING:
    import pandas as pd

ORDER = ("image", "kind", "seed")
MEASURES = ("error", "P", "G", "N", "S", "X", "K")
FIRST = (*ORDER, "status", "lost", *MEASURES, "picture_mixing", "architecture", "steps", "size")


class Keyed(Protocol):
    """Work whose rows have names: a population's job, or a study's."""

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of its rows."""
        ...

    def key(self, seed: int) -> str:
        """Return the name of one seed's row."""
        ...


def keep(folder: Path, row: Row) -> None:
    """Write one row's file, atomically."""
    storage.write_text(folder / "rows" / f"{row['key']}.json", json.dumps(row, sort_keys=True) + "\n")


def known(folder: Path, job: Keyed) -> dict[int, Row]:
    """Return the rows of a job that are there already; failed ones are not, so that they are tried again."""
    found = {seed: _read(folder / "rows" / f"{job.key(seed)}.json") for seed in job.seeds}
    return {seed: row for seed, row in found.items() if row is not None and row["status"] != "failed"}


def read_rows(folder: str | Path) -> list[Row]:
    """Return all rows in a population's folder, whatever plan they are from.

    Raises:
        BadInput: A file is broken; the sentence names it.

    Source: ours.
    """
    rows = [_read(path) for path in sorted((Path(folder) / "rows").glob("*.json"))]
    return [row for row in rows if row is not None]


def as_table(rows: Iterable[Row]) -> pd.DataFrame:
    """Return rows as a table, sorted by image, kind and seed, what matters most in the first columns."""
    import pandas as pd

    table = pd.DataFrame(list(rows))
    if not len(table):
        return table
    columns = [name for name in FIRST if name in table] + sorted(set(table.columns) - set(FIRST))
    return table[columns].sort_values(list(ORDER), ignore_index=True)


def write_table(folder: str | Path, rows: Iterable[Row]) -> pd.DataFrame:
    """Write rows as population.csv and population.parquet, each atomically, and return the table.

    Args:
        folder: Where to; made where it is missing.
        rows: Of the population.

    Source: ours.
    """
    place, table = Path(folder), as_table(rows)
    storage.write_text(place / "population.csv", table.to_csv(index=False))
    storage.write_bytes(place / "population.parquet", table.to_parquet(index=False))
    return table


def _read(path: Path) -> dict[str, Any] | None:
    """Read one row; None where there is none."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: a population's row must be readable JSON, got {error}.") from None
    if not isinstance(row, dict) or not {"key", "status", *ORDER} <= row.keys():
        raise BadInput(f"{path}: a population's row must have key, status, image, kind and seed.")
    return row
