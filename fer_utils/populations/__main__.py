"""Run a population from the command line: ``python -m fer_utils.populations published/populations/plan.yml``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_utils.checks import BadInput
from fer_utils.populations.jobs import Plan
from fer_utils.populations.running import population
from fer_utils.populations.working import Row


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a plan, say what came, and return 0; 1 where a run failed, 2 where the plan cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m fer_utils.populations", description=__doc__.partition(":")[0])
    parser.add_argument("plan", type=Path, help="a plan in YAML")
    parser.add_argument("--folder", type=Path, default=Path("build/population"), help="where rows and tables are kept")
    parser.add_argument("--scheduler", help="address of a running Dask scheduler; by default a cluster of this machine")
    parser.add_argument("--workers", type=int, help="processes of that cluster; by default one a core")
    parser.add_argument("--store", type=Path, help="folder of trained runs, so that a killed run resumes")
    options = parser.parse_args(arguments)
    try:
        table = population(
            Plan.load(options.plan),
            options.folder,
            scheduler=options.scheduler,
            workers=options.workers,
            store=options.store,
            tell=_say,
        )
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    failed = int((table["status"] == "failed").sum())
    sys.stdout.write(f"{len(table)} rows, {failed} failed: {options.folder / 'population.csv'}\n")
    return 1 if failed else 0


def _say(count: int, total: int, row: Row) -> None:
    said = row["problem"] if row["status"] == "failed" else f"error {row['error']:.1e}, N {row['N']:.1f}"
    sys.stdout.write(f"[{count}/{total}] {row['image']}, {row['kind']}, seed {row['seed']}: {said}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
