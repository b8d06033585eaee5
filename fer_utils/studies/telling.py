"""What the commands of studies share: patterns to choose by, a line for each row that came, and the end."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from fer_utils.checks import BadInput
from fer_utils.studies.running import Row

if TYPE_CHECKING:
    import pandas as pd


def pattern(argument: str, text: str) -> re.Pattern[str]:
    """Read a regular expression from the command line, or refuse it."""
    try:
        return re.compile(text)
    except re.error as error:
        raise BadInput(f"{argument} must be a regular expression, got {text!r} ({error}).") from None


def tell_row(count: int, total: int, row: Row, end: str) -> None:
    """Write which row came, and how it ended: `end`, or what went wrong."""
    said = row["problem"] if row["status"] == "failed" else f"{row['status']}, error {row['error']:.1e}, {end}"
    sys.stdout.write(f"[{count}/{total}] {row['image']}, {row['kind']}, seed {row['seed']}: {said}\n")
    sys.stdout.flush()


def tell_end(table: pd.DataFrame) -> int:
    """Write how many rows there are, and return the command's code: 1 where one failed."""
    failed = int((table["status"] == "failed").sum()) if len(table) else 0
    sys.stdout.write(f"{len(table)} rows, {failed} failed\n")
    return 1 if failed else 0
