"""The benchmarks at the command line: ``python -m benchmarks [section …]`` (``make bench``)."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks import drawing, exploring, floor, machine, measuring, memory, profile, scaling, startup, steps, sweeping
from fer_utils import storage
from fer_utils.checks import BadInput

SCHEMA = "fer-benchmarks/1"
SECTIONS: dict[str, ModuleType] = {
    "steps": steps,
    "floor": floor,
    "profile": profile,
    "memory": memory,
    "scaling": scaling,
    "sweeps": sweeping,
    "drawing": drawing,
    "measuring": measuring,
    "startup": startup,
    "explorer": exploring,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the sections asked for, all by default; the file grows section by section.

    Returns:
        0; 1 where a section failed (the others are written); 2 where there is no such section.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small and few, to see that everything works")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument(
        "--out", type=Path, help="default: build/benchmarks.json, and benchmarks-quick.json for --quick"
    )
    options = parser.parse_args(arguments)
    if strangers := [name for name in options.sections if name not in SECTIONS]:
        sys.stderr.write(f"section must be one of {', '.join(SECTIONS)}, got {strangers[0]!r}.\n")
        return 2
    options.out = options.out or Path("build") / ("benchmarks-quick.json" if options.quick else "benchmarks.json")
    here = machine.describe()
    report: dict[str, Any] = {"schema": SCHEMA, "quick": options.quick, "threads": options.threads, "machine": here}
    report |= _known(options.out, report) or {"sections": {}, "failed": {}}
    say(f"{here['processor']}, {options.threads} of {here['cores']} cores, {here['vectors']}")
    if machine.is_busy(here):
        say(f"Other work is going on (load {here['load_before']:.1f}): ratios hold better than milliseconds.")
    failed = [name for name in options.sections or SECTIONS if not _section(name, report, options)]
    say(f"\nWritten to {options.out}." + (f" Failed: {', '.join(failed)}." if failed else ""))
    return 1 if failed else 0


def _known(out: Path, report: dict[str, Any]) -> dict[str, Any]:
    """Return the sections an earlier run of the same kind wrote; nothing where it ran on or with something else."""
    try:
        before: Any = storage.read_json(out) if out.exists() else {}
    except BadInput:
        return {}
    if not isinstance(before, dict) or _kind(before) != _kind(report):
        return {}
    return {"sections": before.get("sections", {}), "failed": before.get("failed", {})}


def _kind(report: dict[str, Any]) -> dict[str, Any]:
    """Return what must be alike for two sections to stand in one file."""
    alike = {name: report.get(name) for name in ("schema", "quick", "threads")}
    return alike | {name: value for name, value in report.get("machine", {}).items() if name != "load_before"}


def _section(name: str, report: dict[str, Any], options: argparse.Namespace) -> bool:
    began, load = time.monotonic(), os.getloadavg()[0]
    try:
        found = SECTIONS[name].run(threads=options.threads, quick=options.quick)
    except Exception as error:  # whatever it is, the other sections must still run
        reason = str(error) if isinstance(error, RuntimeError | BadInput) else f"{type(error).__name__}: {error}"
        report["sections"].pop(name, None)  # numbers of an earlier state must not stand for this one
        report["failed"][name] = reason
        storage.write_json(options.out, report)
        say(f"\nSection {name} failed: {reason}")
        return False
    seconds = round(time.monotonic() - began, 1)
    report["sections"][name] = {"found": found, "seconds": seconds, "load_before": load, "quick": options.quick}
    report["failed"].pop(name, None)
    storage.write_json(options.out, report)
    say(SECTIONS[name].show(found))
    return True


def say(text: str) -> None:
    """Tell the person who waits."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
