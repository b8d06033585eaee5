"""Run the study of choices: ``python -m fer_utils.questions.choices``; stopped, it goes on where it was."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_utils.checks import BadInput
from fer_utils.questions.choices.plan import Choices
from fer_utils.questions.choices.running import FOLDER, Row, run, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a plan, say what came, and return 0; 1 where a run failed, 2 where the plan cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m fer_utils.questions.choices", description=__doc__.partition(":")[0]
    )
    parser.add_argument("--plan", type=Path, default=FOLDER / "plan.yml", help="a plan in YAML")
    parser.add_argument("--folder", type=Path, default=Path("build/choices"), help="where rows are kept as they come")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the table is written")
    options = parser.parse_args(arguments)
    try:
        table = run(Choices.load(options.plan), options.folder, tell=_say)
        place = write(table, options.out)
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    failed = int((table["status"] == "failed").sum())
    sys.stdout.write(f"{len(table)} rows, {failed} failed: {place}\n")
    return 1 if failed else 0


def _say(count: int, total: int, row: Row) -> None:
    said = row["problem"] if row["status"] == "failed" else f"error {row['error']:.1e}, N {row['N']:.1f}"
    sys.stdout.write(f"[{count}/{total}] {row['image']}, {row['kind']}, seed {row['seed']}: {said}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
