"""Download the paper's genomes: ``python -m fer_utils.picbreeder``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from fer_utils.checks import BadInput, shorten
from fer_utils.picbreeder.paper import PAPER, download


def main(arguments: Sequence[str] | None = None) -> int:
    """Download all three genomes, with a line for each (``make genomes``).

    Returns:
        0; 1 if a file could not be fetched; 2 if anything was asked for on the command line.

    Source: ours.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given:
        sys.stderr.write(f"fer_utils.picbreeder must be called without arguments, got {shorten(given[0])}.\n")
        return 2
    for name, genome in PAPER.items():
        try:
            sys.stdout.write(f"{name:<10} Picbreeder {genome.number:<5} {download(name)}\n")
        except BadInput as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
