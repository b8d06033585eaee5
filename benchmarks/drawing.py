"""Section `drawing`: maps, layers and pictures as a reader's notebook asks for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.measure import in_turns, seconds_of, summary
from benchmarks.tables import table
from benchmarks.workers import Worker


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Time each kind of work in turns."""
    with Worker(works, threads=threads, size=16 if quick else 128) as worker:
        ways = {name: partial(worker.turn, name) for name in worker.turn("names")}
        samples = in_turns(2 if quick else 7, ways)
    return {name: summary(found) for name, found in samples.items()}


def works(*, size: int) -> Any:
    """Hold every kind of work by its name."""
    import fer_utils as fer
    from fer_utils import evolution, picbreeder

    known = [name for name in picbreeder.PAPER if picbreeder.find(name)] or ["mask"]
    genomes = {name: fer.load_genome(name) for name in known}
    networks = {name: fer.layerize(genome) for name, genome in genomes.items()}
    first = known[0] if "skull" not in known else "skull"
    ways: dict[str, Callable[[], object]] = {}
    for name, network in networks.items():
        ways[f"feature maps of the {name}, {size} px"] = partial(fer.feature_maps, network, size)
    for name, genome in genomes.items():
        ways[f"layerize the {name}"] = partial(fer.layerize, genome)
    ways[f"15 pictures of the {first}'s graph, {size} px"] = partial(fifteen, genomes[first], size)
    ways[f"15 pictures of the {first}'s layers, {size} px"] = partial(fifteen, networks[first], size)
    page = [evolution.from_genome(genomes[first])] * 15
    ways[f"a breeder's page of 15 like the {first}, {size} px"] = partial(evolution.draw, page, size)
    return lambda name: list(ways) if name == "names" else seconds_of(ways[name])


def fifteen(drawn: Any, size: int) -> None:
    """Draw a genome or a network fifteen times over, as a page of a breeder's would."""
    for _ in range(15):
        drawn.image(size)


def show(found: dict[str, Any]) -> str:
    """Lay out the table."""
    rows = [(name, 1e3 * one["median"], 1e3 * one["least"]) for name, one in found.items()]
    return table("Milliseconds for what a notebook asks", ("work", "median", "least"), rows)
