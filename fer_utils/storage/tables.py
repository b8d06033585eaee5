"""Tables of rows, as they are published: read, and refused in one sentence where they are no such tables."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from fer_utils.checks import BadInput, bad, existing_file

if TYPE_CHECKING:
    import pandas as pd


def read_table(
    argument: str, path: str | Path, *, needed: Collection[str] = (), texts: Collection[str] = ()
) -> pd.DataFrame:
    """Read a table, texts that are not there as empty ones.

    Args:
        argument: What the caller calls it.
        path: A CSV file.
        needed: Columns that it must have.
        texts: Columns of text, where it has them.

    Raises:
        BadInput: It is not there, no table, or a column is missing.

    Source: ours.
    """
    import pandas as pd

    place = existing_file(argument, path)
    try:
        table = pd.read_csv(place, dtype=dict.fromkeys(texts, object))
    except (OSError, ValueError) as error:
        raise BadInput(f"{place}: {argument} must be a table, but it cannot be read: {error}.") from None
    if missing := [name for name in needed if name not in table]:
        has = ", ".join(map(str, table.columns[:8]))
        raise bad(argument, f"a table with the columns {', '.join(missing)}", f"one of {has}", path=place)
    return table.fillna({name: "" for name in texts if name in table})
