"""Make a study anew: ``python -m fer_utils.studies search_or_sparsity``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_utils.checks import BadInput
from fer_utils.studies.known import STUDIES, study_named
from fer_utils.studies.running import FOLDER, Row, run_study
from fer_utils.studies.telling import pattern, tell_end, tell_row


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is missing of a study, say what came, and return 0; 1 where a row failed, 2 where there is no such."""
    parser = argparse.ArgumentParser(prog="python -m fer_utils.studies", description=__doc__.partition(":")[0])
    parser.add_argument("study", help=f"one of {', '.join(STUDIES)}")
    parser.add_argument("--folder", type=Path, default=Path("build/studies"), help="where rows are kept as they come")
    parser.add_argument("--table", type=Path, help="the table's file; by default published/studies/NAME/rows.csv")
    parser.add_argument(
        "--only", default="", help="make only the arms whose name has this in it (a regular expression)"
    )
    parser.add_argument("--image", default="", help="make only the subjects whose name has this in it, likewise")
    options = parser.parse_args(arguments)
    try:
        study = study_named(options.study)
        chosen, image = pattern("--only", options.only), pattern("--image", options.image)
        table = run_study(
            study,
            options.folder / study.name,
            table=options.table or FOLDER / study.name / "rows.csv",
            only=lambda arm, subject: bool(chosen.search(arm.name) and image.search(subject)),
            tell=_say,
        )
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return tell_end(table)


def _say(count: int, total: int, row: Row) -> None:
    tell_row(count, total, row, f"N {row.get('N') or 0:.1f}")


if __name__ == "__main__":
    sys.exit(main())
