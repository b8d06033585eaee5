"""Random genomes, architectures and layered networks, and the plainest ways to compute them.

The strategies are hypothesis's. The evaluators are the tests' second opinion: one pixel at a time, one number
at a time, from the formulas alone; they share no code with the package.
"""

from __future__ import annotations

import colorsys
import functools
import math
from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import strategies as st

from fer_utils import activations
from fer_utils.cppn import Architecture, Network
from fer_utils.genome import Connection, Genome, Node

INPUTS = ("x", "y", "d", "b")
OUTPUTS = ("h", "s", "v")

# --- the plainest ways to compute ---

FORMULA: dict[str, Callable[[float], float]] = {
    "cache": lambda t: t,
    "identity": lambda t: t,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "sigmoid": lambda t: 2 / (1 + math.exp(-t)) - 1,
    "gaussian": lambda t: 2 * math.exp(-(t**2)) - 1,
    "relu": lambda t: t if t > 0 else 0.0,
}


def pixel_inputs(size: int, row: int, column: int) -> dict[str, float]:
    """What a network sees at one pixel."""
    x, y = 2 * column / (size - 1) - 1, 2 * row / (size - 1) - 1
    return {"x": x, "y": y, "d": 1.4 * math.hypot(x, y), "b": 1.0}


def pixel_of_graph(genome: Genome, size: int, row: int, column: int) -> dict[str, float]:
    """Evaluate every node of a graph at one pixel, by recursion over its sources."""
    seen = pixel_inputs(size, row, column)
    nodes = {node.id: node for node in genome.nodes}

    @functools.cache
    def value(node_id: str) -> float:
        node = nodes[node_id]
        if node.kind == "input":
            return seen[node.label]
        links = [link for link in genome.connections if link.target == node_id]
        return FORMULA[node.activation](sum(link.weight * value(link.source) for link in links))

    return {node_id: value(node_id) for node_id in nodes}


def pixel_of_network(network: Network, size: int, row: int, column: int) -> list[list[float]]:
    """Evaluate every layer of a layered network at one pixel, the raw outputs last, with loops only."""
    below = list(pixel_inputs(size, row, column).values())
    layers = []
    names = [name for name, count in network.architecture.groups for _ in range(count)]
    for layer, matrix in enumerate(network.weights):
        above = []
        for neuron in range(matrix.shape[1]):
            total = sum(float(matrix[source, neuron]) * value for source, value in enumerate(below))
            above.append(FORMULA[names[neuron]](total) if layer < network.architecture.depth else total)
        layers.append(above)
        below = above
    return layers


def pixel_colour(h: float, s: float, v: float) -> tuple[float, float, float]:
    """The paper's colour of one pixel's raw outputs."""
    return colorsys.hsv_to_rgb((h + 1) % 1, min(max(s, 0.0), 1.0), min(abs(v), 1.0))


# --- strategies ---

weights = st.integers(-16, 16).map(lambda eighths: eighths / 8)
"""Weights of a moderate size, zero among them; eighths, so that they read well when a test fails."""


@st.composite
def genomes(draw: st.DrawFn, *, most_hidden: int = 8, names: Sequence[str] = activations.NAMES) -> Genome:
    """Any small acyclic genome: dead branches, skips, outputs that feed on, lonely nodes, unread inputs, any order.

    Hidden nodes and outputs are laid in a line, each reading from what is before it; that every graph can be laid
    so is what acyclic means. Nodes and connections then come in an order of their own.
    """
    hidden = [f"n{index}" for index in range(draw(st.integers(0, most_hidden)))]
    line = draw(st.permutations([*hidden, *OUTPUTS]))
    earlier = list(INPUTS)
    links = []
    for target in line:
        # Half of the time the node just before is read, so that deep chains are not rare.
        chained = {earlier[-1]} if draw(st.booleans()) else set()
        for source in sorted(chained | draw(st.sets(st.sampled_from(earlier), max_size=3))):
            links.append(Connection(f"{source}-{target}", source, target, draw(weights)))
        earlier.append(target)
    nodes = [Node(name, "input", "identity", name) for name in INPUTS]
    nodes += [
        Node(name, "output" if name in OUTPUTS else "hidden", draw(st.sampled_from(names)), name * (name in OUTPUTS))
        for name in line
    ]
    return Genome("random", tuple(draw(st.permutations(nodes))), tuple(draw(st.permutations(links))))


@st.composite
def architectures(draw: st.DrawFn, *, most_depth: int = 14, most_count: int = 3) -> Architecture:
    """Any small architecture; the depth reaches two digits, where alphabetical and numeric order part."""
    names = sorted(draw(st.sets(st.sampled_from(activations.NAMES), min_size=1, max_size=4)))
    groups = tuple((name, draw(st.integers(1, most_count))) for name in names)
    return Architecture(draw(st.integers(1, most_depth)), groups)


@st.composite
def networks(draw: st.DrawFn, *, most_depth: int = 5) -> Network:
    """Any small network, some of its weights zero."""
    architecture = draw(architectures(most_depth=most_depth))
    return random_network(architecture, draw(st.integers(0, 2**16)))


def random_network(architecture: Architecture, seed: int) -> Network:
    """A network whose signal neither dies nor explodes; a tenth of the weights are zero."""
    draw = np.random.default_rng(seed)
    matrices = [draw.normal(0, 1.5 / np.sqrt(shape[0]), shape) for shape in architecture.shapes]
    kept = [draw.random(matrix.shape) > 0.1 for matrix in matrices]
    return Network(architecture, tuple(matrix * mask for matrix, mask in zip(matrices, kept, strict=True)))


# --- genomes built by hand ---


def plain_nodes(*hidden: Node) -> tuple[Node, ...]:
    """Inputs and outputs around some hidden nodes; all of them the identity."""
    ends = [Node(name, "input", "identity", name) for name in INPUTS]
    return (*ends, *hidden, *(Node(name, "output", "identity", name) for name in OUTPUTS))


def joined(*pairs: str, weight: float = 0.5) -> tuple[Connection, ...]:
    """Connections written as "source>target"."""
    return tuple(Connection(pair, *pair.split(">"), weight) for pair in pairs)
