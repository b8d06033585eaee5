"""Make the study of many images anew: ``python -m fer_utils.studies.many``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_utils.checks import BadInput
from fer_utils.studies.many.arms import Row
from fer_utils.studies.many.running import NAME, run_many
from fer_utils.studies.running import FOLDER
from fer_utils.studies.telling import pattern, tell_end, tell_row


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is missing, say what came, and return 0; 1 where a row failed, 2 where the words cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m fer_utils.studies.many", description=__doc__.partition(":")[0])
    parser.add_argument("--folder", type=Path, default=Path("build/studies") / NAME, help="where rows are kept")
    parser.add_argument("--table", type=Path, default=FOLDER / NAME, help="the folder of rows.csv and curves.csv")
    parser.add_argument(
        "--only", default="", help='make only the arms whose "family: name" has this in it (a regular expression)'
    )
    options = parser.parse_args(arguments)
    try:
        chosen = pattern("--only", options.only)
        table = run_many(
            options.folder,
            table=options.table,
            only=lambda arm: bool(chosen.search(f"{arm.family}: {arm.name}")),
            tell=_say,
        )
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return tell_end(table)


def _say(count: int, total: int, row: Row) -> None:
    tell_row(count, total, row, "" if row["status"] == "failed" else f"P {row['P']:.2f}")


if __name__ == "__main__":
    sys.exit(main())
