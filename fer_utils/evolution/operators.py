"""How a child differs from its parents: the operators of NEAT as Picbreeder used them, without species.

neat-python's own operators draw from Python's global source, its normal numbers go through the system's logarithm, and
it lists sets in whatever order they have; none of that can be replayed to the bit elsewhere. Here they are written anew
on its genes, with a `Stream` as an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from neat.innovation import InnovationTracker

from fer_utils.checks import BadInput, bad, real
from fer_utils.evolution.genes import ACTIVATIONS, CPPN, INPUTS, OUTPUTS, LinkGene, NodeGene
from fer_utils.evolution.streams import Stream

TRIES = 20


@dataclass(frozen=True, kw_only=True)
class Operators:
    """How often and how far a child departs from its parents.

    Args:
        add_node: Chance that a connection is split by a new node.
        add_link: Chance that two nodes are joined that were not.
        activation: Chance that one node changes its activation.
        weight_rate: Chance of each weight to move; one moves at least.
        weight_power: Standard deviation of a move.
        weight_fresh: Share of the moves that draw the weight anew instead.
        weight_limit: No weight is larger than this, either way.
        cross: Chance that a child of several parents has the genes of all; otherwise it comes from one of them.
        start_link: Chance of each connection from an input to an output to be there at the start.
        colour: 1 where hue and saturation may be reached, 0 for grey pictures.

    Raises:
        BadInput: A number is out of range.

    Source: Stanley & Miikkulainen (2002) and paper, section on Picbreeder, for the kinds; the numbers are ours.
    """

    add_node: float = 0.2
    add_link: float = 0.25
    activation: float = 0.15
    weight_rate: float = 0.25
    weight_power: float = 0.5
    weight_fresh: float = 0.1
    weight_limit: float = 5.0
    cross: float = 0.75
    start_link: float = 0.6
    colour: float = 1.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        for one in fields(self):
            open_ended = one.name in {"weight_power", "weight_limit"}
            real(one.name, getattr(self, one.name), least=0, most=None if open_ended else 1)

    def scaled(self, strength: float) -> Operators:
        """Return operators for bolder (more than 1) or more careful (less than 1) children.

        Args:
            strength: Multiplies the chances of structure and activation, and the size of moves; chances end at 1.

        Source: ours; Picbreeder had one slider for it too.
        """
        factor = real("strength", strength, least=0, most=10)
        names = ("add_node", "add_link", "activation", "weight_rate")
        chances = {name: min(1.0, getattr(self, name) * factor) for name in names}
        return Operators(**asdict(self) | chances | {"weight_power": self.weight_power * factor})

    @staticmethod
    def from_json(data: object) -> Operators:
        """Read the operators as `dataclasses.asdict` writes them, or refuse them."""
        known = {one.name for one in fields(Operators)}
        if not isinstance(data, dict) or set(data) != known:
            raise bad("operators", f"an object with the fields {', '.join(sorted(known))}", data)
        return Operators(**{name: real(name, value) for name, value in data.items()})


class Innovations:
    """The numbers of new genes in one session: the same change in the same generation has the same number.

    Args:
        links: The highest innovation number there is.
        nodes: The highest node number there is.

    Source: Stanley & Miikkulainen (2002); the counting of connections is neat-python's.
    """

    def __init__(self, *, links: int = 0, nodes: int = len(OUTPUTS) - 1) -> None:
        self._tracker = InnovationTracker(links)
        self._nodes: dict[int, int] = {}
        self._last_node = nodes

    def link(self, source: int, target: int) -> int:
        """Number a connection."""
        return int(self._tracker.get_innovation_number(source, target))

    def node(self, split: int) -> int:
        """Number the node that splits the connection with this innovation number."""
        if split not in self._nodes:
            self._last_node += 1
            self._nodes[split] = self._last_node
        return self._nodes[split]

    def next_generation(self) -> None:
        """Forget which changes were made, not how far the counting went."""
        self._tracker.reset_generation()
        self._nodes.clear()

    @staticmethod
    def after(cppn: CPPN) -> Innovations:
        """Count on from a CPPN's genes."""
        links = max((gene.innovation for gene in cppn.connections.values()), default=0)
        return Innovations(links=links, nodes=max(cppn.nodes))


def begin(stream: Stream, innovations: Innovations, operators: Operators) -> CPPN:
    """Draw a minimal CPPN: inputs, outputs, and nothing between them.

    Args:
        stream: Where chance comes from.
        innovations: The session's numbers.
        operators: For `start_link`, `weight_limit` and `colour`.

    Returns:
        The genes. Brightness reads at least one of x, y and d.

    Source: NEAT's minimal start.
    """
    cppn, open_outputs = CPPN(0), _open_outputs(operators)
    # What a grey picture does not reach stays 0: any other activation might make a colour out of nothing.
    cppn.nodes = {key: NodeGene.of(key, "identity") for key in OUTPUTS.values()}
    cppn.nodes |= {key: NodeGene.of(key, stream.pick(ACTIVATIONS)) for key in open_outputs}
    sure = stream.pick([INPUTS["x"], INPUTS["y"], INPUTS["d"]])
    for target in open_outputs:
        for source in INPUTS.values():
            wanted = stream.happens(operators.start_link)
            if wanted or (source, target) == (sure, OUTPUTS["v"]):
                weight = _fresh(stream, operators)
                cppn.add_link(LinkGene.of(source, target, weight, innovations.link(source, target)))
    return cppn


def breed(parents: Sequence[CPPN], stream: Stream, innovations: Innovations, operators: Operators) -> CPPN:
    """Make one child: of one parent, or of several crossed, and then changed.

    Args:
        parents: One or more.
        stream: Where chance comes from.
        innovations: The session's numbers.
        operators: How often and how far.

    Returns:
        The child's genes; the parents are left as they are.

    Raises:
        BadInput: There is no parent.

    Source: paper, section on Picbreeder.
    """
    if not parents:
        raise BadInput("parents must be one or more, got none.")
    crossed = len(parents) > 1 and stream.happens(operators.cross)
    child = cross(parents, stream) if crossed else stream.pick(parents).copy()
    mutate(child, stream, innovations, operators)
    return child


def cross(parents: Sequence[CPPN], stream: Stream) -> CPPN:
    """Cross two or more CPPNs: genes with the same number come from any of those that have it.

    Args:
        parents: Two or more; all are equally fit, so genes that only some have are all kept.
        stream: Where chance comes from.

    Returns:
        A child without a cycle: an extra connection that would close one is left out.

    Source: Stanley & Miikkulainen (2002), for several parents.
    """
    child = CPPN(0)
    for key in sorted({key for parent in parents for key in parent.nodes}):
        child.nodes[key] = stream.pick([one.nodes[key] for one in parents if key in one.nodes]).copy()
    by_number: dict[int, list[LinkGene]] = {}
    for parent in parents:
        for gene in parent.connections.values():
            by_number.setdefault(gene.innovation, []).append(gene)
    for _, genes in sorted(by_number.items()):
        gene = stream.pick(genes).copy()
        # The same two nodes may have been joined in two generations, under two numbers: the older one stands.
        if gene.key not in child.connections and not child.would_close_a_cycle(*gene.key):
            child.add_link(gene)
    return child


def mutate(cppn: CPPN, stream: Stream, innovations: Innovations, operators: Operators) -> None:
    """Change a CPPN in place: perhaps a node, a connection, an activation, and always a weight.

    Args:
        cppn: The genes.
        stream: Where chance comes from.
        innovations: The session's numbers.
        operators: How often and how far.

    Source: paper, section on Picbreeder.
    """
    if stream.happens(operators.add_node):
        split_link(cppn, stream, innovations)
    if stream.happens(operators.add_link):
        join_nodes(cppn, stream, innovations, operators)
    if stream.happens(operators.activation):
        closed = set(OUTPUTS.values()) - set(_open_outputs(operators))
        gene = cppn.nodes[stream.pick(sorted(set(cppn.nodes) - closed))]
        gene.activation = stream.pick([name for name in ACTIVATIONS if name != gene.activation])
    move_weights(cppn, stream, operators)


def split_link(cppn: CPPN, stream: Stream, innovations: Innovations) -> None:
    """Put a new node on a connection: weight 1 into it, the old weight out of it, the old connection switched off."""
    links = cppn.links()
    if not links:
        return
    old = stream.pick(links)
    node = innovations.node(old.innovation)
    if node in cppn.nodes:  # only where a child is changed twice in one generation
        return
    old.enabled = False
    source, target = old.key
    cppn.nodes[node] = NodeGene.of(node, stream.pick(ACTIVATIONS))
    cppn.add_link(LinkGene.of(source, node, 1.0, innovations.link(source, node)))
    cppn.add_link(LinkGene.of(node, target, old.weight, innovations.link(node, target)))


def join_nodes(cppn: CPPN, stream: Stream, innovations: Innovations, operators: Operators) -> None:
    """Join two nodes that are not, or switch their connection on again; never closes a cycle, may find no pair."""
    hidden = [key for key in sorted(cppn.nodes) if key not in OUTPUTS.values()]
    sources, targets = [*INPUTS.values(), *hidden], [*_open_outputs(operators), *hidden]
    for _ in range(TRIES):
        source, target = stream.pick(sources), stream.pick(targets)
        known = cppn.connections.get((source, target))
        if (known and known.enabled) or (not known and cppn.would_close_a_cycle(source, target)):
            continue
        if known:
            known.enabled = True
        else:
            weight = _fresh(stream, operators)
            cppn.add_link(LinkGene.of(source, target, weight, innovations.link(source, target)))
        return


def move_weights(cppn: CPPN, stream: Stream, operators: Operators) -> None:
    """Move some weights, at least one, or draw them anew."""
    links = cppn.links()
    sure = stream.pick(links) if links else None
    for gene in links:
        if stream.happens(operators.weight_rate) or gene is sure:
            anew = stream.happens(operators.weight_fresh)
            moved = _fresh(stream, operators) if anew else gene.weight + operators.weight_power * stream.bell()
            gene.weight = min(max(moved, -operators.weight_limit), operators.weight_limit)


def _fresh(stream: Stream, operators: Operators) -> float:
    """Draw a weight from anywhere within half the limit."""
    return (stream.uniform() - 0.5) * operators.weight_limit


def _open_outputs(operators: Operators) -> list[int]:
    return list(OUTPUTS.values()) if operators.colour else [OUTPUTS["v"]]


def describe(operators: Operators) -> dict[str, Any]:
    """Return the operators as plain data."""
    return asdict(operators)
