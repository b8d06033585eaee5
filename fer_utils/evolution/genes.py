"""A CPPN under evolution: neat-python's genes, with just what Picbreeder's had.

Conventions that bite. Nodes have whole numbers for names, as in neat-python: the inputs x, y, d, b are -1 to -4, the
outputs h, s, v are 0 to 2, hidden nodes come after. A node gene has an activation and no bias (the bias is the input
b); a connection gene has a weight, an innovation number, and may be switched off, as the first half of a split is.
What draws the picture is a `Genome`; `to_genome` and `from_genome` go there and back.
"""

from __future__ import annotations

from typing import Final

from neat.attributes import BoolAttribute, FloatAttribute, StringAttribute
from neat.genes import DefaultConnectionGene, DefaultNodeGene
from neat.genome import DefaultGenome
from neat.graphs import creates_cycle

from fer_utils import images
from fer_utils.genome import Connection, Genome, Node

ACTIVATIONS: Final = ("identity", "sin", "cos", "sigmoid", "gaussian", "tanh")
INPUTS: Final = dict(zip(images.INPUTS, (-1, -2, -3, -4), strict=True))
OUTPUTS: Final = dict(zip(images.OUTPUTS, (0, 1, 2), strict=True))
LABELS: Final = {key: label for label, key in (INPUTS | OUTPUTS).items()}


class NodeGene(DefaultNodeGene):
    """A node: neat-python's gene without bias, response, aggregation and time constant."""

    _gene_attributes = [StringAttribute("activation")]  # noqa: RUF012 (neat-python's own way)
    activation: str

    @staticmethod
    def of(key: int, activation: str) -> NodeGene:
        """Make a gene without drawing anything."""
        gene = NodeGene(key)
        gene.activation = activation
        return gene


class LinkGene(DefaultConnectionGene):
    """A connection: neat-python's gene, its weight given and never drawn from the global source."""

    _gene_attributes = [FloatAttribute("weight"), BoolAttribute("enabled")]  # noqa: RUF012
    weight: float
    enabled: bool

    @staticmethod
    def of(source: int, target: int, weight: float, innovation: int, *, enabled: bool = True) -> LinkGene:
        """Make a gene without drawing anything."""
        gene = LinkGene((source, target), innovation=innovation)
        gene.weight, gene.enabled = weight, enabled
        return gene


class CPPN(DefaultGenome):
    """A genome under evolution: neat-python's, with node genes and connection genes by their keys.

    Args:
        key: Its number; any.

    Source: paper, section on Picbreeder; Stanley & Miikkulainen (2002) for genes and innovation numbers.
    """

    nodes: dict[int, NodeGene]
    connections: dict[tuple[int, int], LinkGene]

    def copy(self) -> CPPN:
        """Copy the genes, so that the copy can be changed."""
        twin = CPPN(self.key)
        twin.nodes = {key: gene.copy() for key, gene in self.nodes.items()}
        twin.connections = {key: gene.copy() for key, gene in self.connections.items()}
        return twin

    def add_link(self, gene: LinkGene) -> None:
        """Put a connection gene in its place."""
        self.connections[gene.key] = gene

    def would_close_a_cycle(self, source: int, target: int) -> bool:
        """Say whether this connection would close a cycle, those switched off counted too: they may come back."""
        return bool(creates_cycle(list(self.connections), (source, target)))

    def links(self) -> list[LinkGene]:
        """Return the connections that are switched on, oldest first."""
        return sorted((gene for gene in self.connections.values() if gene.enabled), key=lambda gene: gene.innovation)


def to_genome(cppn: CPPN, *, name: str, age: int | None = None, origin: str = "", note: str = "") -> Genome:
    """Turn a CPPN under evolution into a genome that draws.

    Args:
        cppn: The genes.
        name: What to call the genome.
        age: Generations from its first ancestor.
        origin: Where it comes from, in a sentence.
        note: What a reader should know about it.

    Returns:
        The genome; connections that are switched off are left out, nodes that reach no output are kept.

    Source: ours.
    """
    nodes = [Node(label, "input", "identity", label) for label in INPUTS]
    nodes += [_node(gene) for _, gene in sorted(cppn.nodes.items())]
    links = [
        Connection(f"c{gene.innovation}", _id(gene.key[0]), _id(gene.key[1]), gene.weight) for gene in cppn.links()
    ]
    return Genome(name, tuple(nodes), tuple(links), age=age, origin=origin, note=note)


def from_genome(genome: Genome) -> CPPN:
    """Turn a genome into a CPPN that can evolve.

    Args:
        genome: Any genome.

    Returns:
        The genes, numbered in the genome's own order: hidden nodes from 3, innovations from 1. The picture is the same;
        labels of hidden nodes are lost.

    Source: ours.
    """
    cppn = CPPN(0)
    hidden = [node.id for node in genome.nodes if node.kind == "hidden"]
    keys = {genome.inputs[label]: key for label, key in INPUTS.items()}
    keys |= {genome.outputs[label]: key for label, key in OUTPUTS.items()}
    keys |= {node_id: key for key, node_id in enumerate(hidden, start=len(OUTPUTS))}
    for node in genome.nodes:
        if node.kind != "input":
            cppn.nodes[keys[node.id]] = NodeGene.of(keys[node.id], node.activation)
    for number, link in enumerate(genome.connections, start=1):
        cppn.add_link(LinkGene.of(keys[link.source], keys[link.target], link.weight, number))
    return cppn


def _node(gene: NodeGene) -> Node:
    label = LABELS.get(gene.key, "")
    return Node(_id(gene.key), "output" if label else "hidden", gene.activation, label)


def _id(key: int) -> str:
    return LABELS.get(key, f"n{key}")
