"""Run what is missing of the study of choosers: python scripts/choosers.py [--plan PLAN] [--folder FOLDER]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fer_utils.checks import BadInput
from fer_utils.populations import choosers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--plan", type=Path, default=choosers.FOLDER / "plan.yml")
    parser.add_argument("--folder", type=Path, default=choosers.FOLDER, help="where the runs are kept")
    options = parser.parse_args()
    try:
        choosers.carry_out(choosers.Study.load(options.plan), options.folder, tell=lambda line: print(line, flush=True))
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
