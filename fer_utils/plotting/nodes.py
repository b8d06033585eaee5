"""A genome node by node: each with its map, and the formula it computes."""

from __future__ import annotations

from matplotlib.figure import Figure

from fer_utils.checks import bad, whole
from fer_utils.genome import Genome
from fer_utils.plotting.graphs import NAMES
from fer_utils.plotting.grids import colour_bar
from fer_utils.plotting.look import GREY, INK, WIDTH, Drawing, frame, map_colours, show, styled, wrap, write

GAP = 0.16
LINE = 0.14
SMALL = 6.8


@styled
def node_gallery(genome: Genome, *, size: int = 96, columns: int = 6) -> Figure:
    """Draw every node of a genome in the order in which it is computed: its map, its name, and its formula.

    Args:
        genome: The graph; nodes that reach no output are left out.
        size: Side of the maps in pixels.
        columns: Maps in a row.

    Returns:
        The figure. Nodes are numbered 1, 2, 3, …; a formula names the nodes it reads by these numbers, inputs by
        their letters.

    Raises:
        BadInput: The genome is none.

    Source: paper, figure 2; the layout is ours.
    """
    if not isinstance(genome, Genome):
        raise bad("genome", "a Genome", genome)
    maps, across = genome.activations(whole("size", size, least=8, most=512)), whole("columns", columns, least=1)
    order = [node for node in genome.order() if genome.node(node).kind != "input"]
    side = (WIDTH - 0.1 - (across - 1) * GAP) / across
    formulas = [wrap(formula(genome, node), side, size=SMALL) for node in order]
    rows = [range(start, min(start + across, len(order))) for start in range(0, len(order), across)]
    heights = [0.22 + side + 0.1 + LINE * max(len(formulas[index]) for index in row) for row in rows]
    drawing = Drawing(WIDTH, 0.05 + sum(heights) + GAP * len(rows) + 0.25)
    sheet, top = drawing.sheet(), 0.05
    for row, height in zip(rows, heights, strict=True):
        for place, index in enumerate(row):
            left = 0.05 + place * (side + GAP)
            write(sheet, left, top + 0.14, node_title(genome, order[index]), size=8, colour=INK, bold=True)
            show(sheet, map_colours(maps[order[index]]), left, top + 0.22, side, side)
            frame(sheet, left, top + 0.22, side, side)
            for line, text in enumerate(formulas[index]):
                write(sheet, left, top + 0.22 + side + 0.14 + line * LINE, text, size=SMALL, colour=GREY)
        top += height + GAP
    colour_bar(sheet, 0.05, top)
    return drawing


def formula(genome: Genome, node: str) -> str:
    """Write what a node computes, such as "sin(1.2 x - 0.5 [3])"; [3] is the third node that is computed.

    Args:
        genome: The graph.
        node: Its id.

    Source: ours.
    """
    numbers, inside = _numbers(genome), ""
    for link in genome.incoming(node):
        source = genome.node(link.source)
        name = source.label if source.kind == "input" else f"[{numbers[link.source]}]"
        sign = "\N{MINUS SIGN}" if link.weight < 0 else "+" if inside else ""
        amount = f"{abs(link.weight):.2g} " if abs(link.weight) != 1 else ""
        inside += f"{' ' if inside else ''}{sign}{' ' if inside else ''}{amount}{name}"
    return f"{genome.node(node).activation}({inside or '0'})"


def node_title(genome: Genome, node: str) -> str:
    """Return a node's number, and its name if it is an output."""
    here, number = genome.node(node), _numbers(genome)[node]
    return f"[{number}] {NAMES.get(here.label, '') if here.kind == 'output' else ''}".strip()


def _numbers(genome: Genome) -> dict[str, int]:
    computed = [node for node in genome.order() if genome.node(node).kind != "input"]
    return {node: number for number, node in enumerate(computed, 1)}
