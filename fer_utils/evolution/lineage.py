"""Family trees of sessions: who came from whom, and how a picture's line went.

A tree has a node for every picture that was chosen or published, and for their ancestors; most pictures were passed
over and are not in it. Where a step has several parents, a picture hangs on the first, so that the tree is a tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import networkx as nx
import numpy as np

from fer_utils.checks import one_of
from fer_utils.evolution.descriptors import DESCRIPTORS, describe_pictures
from fer_utils.evolution.drawing import draw
from fer_utils.evolution.replaying import Play
from fer_utils.images import Array

ROOT: Final = ""


@dataclass(frozen=True)
class TreeMeasures:
    """What a session's tree is like.

    Args:
        depth: Generations from a first picture to the furthest chosen one.
        chosen: Pictures in the tree.
        leaves: Pictures in it without chosen children: the ends of its branches.
        branching: Mean number of chosen children among those that have any; 1 for a single line.
        imbalance: Colless' index over pairs of branches, divided by its largest value: 0 for a tree whose branches are
            alike, 1 for a comb; 0 where nothing branches.
    """

    depth: int
    chosen: int
    leaves: int
    branching: float
    imbalance: float


@dataclass(frozen=True)
class LineMeasures:
    """How a picture's line of ancestors went, the oldest first.

    Args:
        names: Pictures, "generation.place".
        descriptors: ``(generations, 5)`` float64 in [0, 1], in the order of `DESCRIPTORS`.
        nodes: Hidden nodes of each.
        links: Connections of each.
    """

    names: tuple[str, ...]
    descriptors: Array
    nodes: tuple[int, ...]
    links: tuple[int, ...]

    def along(self, descriptor: str) -> Array:
        """Return one descriptor along the line."""
        found: Array = self.descriptors[:, list(DESCRIPTORS).index(one_of("descriptor", descriptor, DESCRIPTORS))]
        return found

    def first(self, descriptor: str, least: float) -> int | None:
        """Return the first place on the line where a descriptor is at least this, or None."""
        there = np.flatnonzero(self.along(descriptor) >= least)
        return int(there[0]) if len(there) else None

    def settled(self, descriptor: str, least: float) -> int | None:
        """Return the first place from which a descriptor is at least this to the end of the line, or None."""
        below = np.flatnonzero(self.along(descriptor) < least)
        place = int(below[-1]) + 1 if len(below) else 0
        return place if place < len(self.names) else None


def tree(play: Play) -> nx.DiGraph:
    """Lay out the family tree of all that was chosen or published.

    Args:
        play: The session.

    Returns:
        A tree of the pictures' names under the root `ROOT`, from parent to child; the first generation hangs on it.

    Source: paper, figure on phylogeny.
    """
    graph = nx.DiGraph()
    graph.add_node(ROOT)
    ends = [parent for step in play.session.steps for parent in step.parents]
    for end in dict.fromkeys([*ends, *(one.picture for one in play.session.published)]):
        nx.add_path(graph, [ROOT, *play.lineage(end)])
    return graph


def measure_tree(play: Play) -> TreeMeasures:
    """Measure a session's family tree.

    Args:
        play: The session.

    Returns:
        Depth, branching and balance; all 0 where nothing was chosen.

    Source: Colless (1982) for balance; the others are plain counts.
    """
    graph = tree(play)
    children = [graph.out_degree(node) for node in graph if node != ROOT]
    lengths = nx.single_source_shortest_path_length(graph, ROOT)
    having = [count for count in children if count]
    return TreeMeasures(
        depth=max(lengths.values()) - 1 if children else 0,
        chosen=len(children),
        leaves=sum(count == 0 for count in children),
        branching=float(np.mean(having)) if having else 0.0,
        imbalance=imbalance(graph),
    )


def imbalance(graph: nx.DiGraph) -> float:
    """Return Colless' index of a rooted tree, divided by its largest value.

    Args:
        graph: A tree, edges from parent to child. Where a node has more than two branches, each is compared with the
            next larger one.

    Returns:
        0 (balanced) to 1 (a comb); 0 for fewer than three leaves.

    Source: Colless (1982).
    """
    leaves: dict[object, int] = {}
    total = 0
    for node in reversed(list(nx.topological_sort(graph))):
        sizes = sorted(leaves[child] for child in graph.successors(node))
        leaves[node] = sum(sizes) or 1
        total += sum(larger - smaller for smaller, larger in pairwise(sizes))
    count = sum(graph.out_degree(node) == 0 for node in graph)
    most = (count - 1) * (count - 2) / 2
    return float(total / most) if most else 0.0


def measure_line(play: Play, picture: str, *, size: int = 64) -> LineMeasures:
    """Follow a picture's ancestors and measure each.

    Args:
        play: The session.
        picture: "generation.place".
        size: Side length in pixels at which they are described.

    Returns:
        Descriptors and sizes along the line.

    Raises:
        BadInput: No such picture was shown.

    Source: paper, section on the path to an image.
    """
    names = play.lineage(picture)
    cppns = [play.cppn(name) for name in names]
    return LineMeasures(
        names=tuple(names),
        descriptors=describe_pictures(draw(cppns, size)),
        nodes=tuple(sum(key > 2 for key in cppn.nodes) for cppn in cppns),
        links=tuple(len(cppn.links()) for cppn in cppns),
    )
