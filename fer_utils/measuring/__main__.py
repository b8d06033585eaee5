"""Measure networks from the command line: ``python -m fer_utils.measuring jester my.safetensors``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_utils import garden, storage
from fer_utils.checks import BadInput
from fer_utils.cppn import Network, plain
from fer_utils.layerize import layerize
from fer_utils.measuring.table import measure


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of measures for some networks; return 2 where one cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m fer_utils.measuring", description=__doc__.partition(":")[0])
    parser.add_argument("networks", nargs="+", help="genomes by name or file, or saved networks (.safetensors, .json)")
    parser.add_argument("--size", type=int, default=64, help="side of the grid in pixels, even (default: 64)")
    parser.add_argument("--symmetry", default="mirror_x", help="mirror_x, mirror_y or rotate_180")
    parser.add_argument("--context", action="store_true", help="with the columns of context, which take longer")
    parser.add_argument("--csv", type=Path, help="write the table to this file too")
    options = parser.parse_args(arguments)
    try:
        networks = [read_network(one) for one in options.networks]
        table = measure(*networks, size=options.size, symmetry=options.symmetry, context=options.context)
        if options.csv:
            storage.write_text(options.csv, table.to_csv(index=False))
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(table.to_string(index=False, float_format=lambda number: f"{number:.4g}") + "\n")
    return 0


def read_network(name_or_path: str) -> Network:
    """Read a network: a file that `Network.save` or the explorer wrote, or any genome by name or path."""
    if Path(name_or_path).suffix == ".safetensors" or _is_network_json(name_or_path):
        return Network.load(name_or_path)
    genome = garden.load_genome(name_or_path)
    return layerize(genome)


def _is_network_json(path: str) -> bool:
    data = storage.read_json(path, argument="network") if Path(path).suffix == ".json" else None
    return isinstance(data, dict) and data.get("schema") == plain.SCHEMA


if __name__ == "__main__":
    sys.exit(main())
