"""What the commands of studies share: patterns to choose by, a line for each row that came, the end; and what chapters
say of where a table comes from."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from fer_utils.checks import BadInput
from fer_utils.studies.arms import Study
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


def origin(study: Study, table: pd.DataFrame, *, how: str = "") -> str:
    """Say where the rows of a study come from, how many of those planned are there, and at which error they stand.

    Args:
        study: The plan.
        table: Its published rows.
        how: What else holds for all of them, such as "at most 4,000 steps"; empty for nothing.

    Returns:
        Markdown.

    Source: ours.
    """
    subjects = [one for one in study.marks if one in set(table["image"])]
    marks = " and ".join(f"{study.marks[one]:g} ({one})" for one in subjects)
    arms, count = "; ".join(study.missing(table)), study.row_count - len(table)
    held = ", ".join(filter(None, [f"up to {study.seeds} seeds of each", f"{study.size} pixels", how]))
    return (
        f"{len(table)} of {study.row_count} planned rows were read from `published/studies/{study.name}`: "
        f"{len(study.made(table))} of {len(study.arms)} planned arms, on {' and '.join(subjects)}, {held}, compared at "
        f"a mean squared error of {marks}. They took {table['seconds'].sum() / 60:.0f} minutes of one busy core; "
        f"`python -m fer_utils.studies {study.name}` makes them anew and goes on where it was stopped. What was "
        "expected, and how it is decided, was written down before, in "
        f"`published/studies/{study.name}/hypotheses.md`. "
    ) + (
        f"**Planned, but not made yet: {count} of its rows{f' ({arms})' if arms else ''}.**"
        if count > 0
        else "Nothing that was planned is missing."
    )
