"""A genome as a graph: each node is its own feature map, read from the inputs down to the picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_utils.checks import bad, whole
from fer_utils.genome import Genome
from fer_utils.layerize import node_layers
from fer_utils.plotting.layout import LANE, Hop, Layout, Stop, arrange
from fer_utils.plotting.lines import add_curve, connection_key, line_style
from fer_utils.plotting.look import (
    DOTS,
    GREY,
    HIGHLIGHT,
    INK,
    SGD,
    WIDTH,
    Drawing,
    frame,
    map_colours,
    show,
    styled,
    text_width,
    write,
)

END = "the picture"  # stands below all nodes, fed by the outputs
PICTURE = 1.7  # inches
MARGIN = 0.5  # inches at the left, for the layers' names
TOP = 0.08
GAP = 0.34  # inches between rows, for the lines
BELOW = 0.29  # more, where a row is so full that its texts stand below
SIZES = (8.0, 6.5)  # of a node's two lines of text
LONG = 15.0  # inches; longer figures get fewer dots
MARKS = (HIGHLIGHT, SGD)
NAMES = {"h": "hue", "s": "saturation", "v": "brightness"}


@styled
def genome_graph(genome: Genome, *, size: int = 48, labels: bool = True, highlight: Iterable[str] = ()) -> Figure:
    """Draw a genome from its inputs, at the top, down to the picture.

    Every node is a thumbnail of its own map. A connection that adds is blue, one that subtracts red, and it is the
    thicker the larger its weight; weight 0 is dotted. Where a value skips rows it is carried on in grey, and takes
    its colour where it arrives. Nodes that reach no output are left out.

    Args:
        genome: The graph.
        size: Side of the maps in pixels.
        labels: Write each node's activation beside it, and its label or id.
        highlight: Ids of nodes that get a border, the first a dark one, the second an orange one, and so on in turn.

    Returns:
        The figure.

    Raises:
        BadInput: The genome is none, or a highlighted node is not in it.

    Source: paper, figures 2 and 11; the layout is ours.
    """
    if not isinstance(genome, Genome):
        raise bad("genome", "a Genome", genome)
    marked = mark_colours([genome.node(node).id for node in checked_ids("highlight", highlight)])
    maps = genome.activations(whole("size", size, least=8, most=512))
    plan = _plan(genome, {node: node_texts(genome, node) if labels else [] for node in genome.order()})
    height = plan.tops[-1] + PICTURE + 0.36
    drawing = Drawing(WIDTH, height, dots=DOTS if height < LONG else DOTS * 3 // 4)
    sheet = drawing.sheet()
    _draw_lines(sheet, genome, plan)
    for node in genome.order():
        left, top = plan.across(node) - plan.thumb / 2, plan.tops[plan.rows_of[node]]
        show(sheet, map_colours(maps[node]), left, top, plan.thumb, plan.thumb).set_zorder(3)
        frame(sheet, left, top, plan.thumb, plan.thumb)
        if node in marked:
            frame(sheet, left, top, plan.thumb, plan.thumb, colour=marked[node], line=2.0, away=0.02)
        _write_node(sheet, plan, node)
    for row, top in enumerate(plan.tops[:-1]):
        name = f"L{row - 1}" if row else "inputs"
        write(sheet, 0.03, top + plan.thumb / 2, name, size=8, colour=GREY, down="middle")
    left = plan.across(END) - PICTURE / 2
    show(sheet, genome.image(256), left, plan.tops[-1], PICTURE, PICTURE).set_zorder(3)
    frame(sheet, left, plan.tops[-1], PICTURE, PICTURE)
    connection_key(sheet, plan.tops[-1] + PICTURE + 0.17)
    return drawing


def checked_ids(argument: str, ids: object) -> list[str]:
    """Return node ids, or refuse what is no list of texts."""
    if isinstance(ids, str) or not isinstance(ids, Iterable):
        raise bad(argument, "a sequence of node ids", ids)
    return list(ids)


def mark_colours(ids: Iterable[str]) -> dict[str, str]:
    """Give each marked node its colour: the first dark, the second orange, and so on in turn."""
    return {node: MARKS[number % len(MARKS)] for number, node in enumerate(dict.fromkeys(ids))}


def node_texts(genome: Genome, node: str) -> list[str]:
    """Write what stands beside a node: its function, then its label or id."""
    here = genome.node(node)
    if here.kind == "input":
        return [here.label]
    if here.kind == "output":
        return [here.activation, NAMES[here.label]]
    return [here.activation, here.label or here.id]


@dataclass(frozen=True)
class _Plan:
    """What stands where: rows, their tops, thumbnails and texts."""

    rows_of: Mapping[str, int]
    texts: Mapping[str, list[str]]
    thumb: float
    full: frozenset[int]  # rows whose texts stand below the thumbnails
    layout: Layout

    @cached_property
    def tops(self) -> list[float]:
        """Upper edge of each row, the picture's last."""
        tops = [TOP]
        for row in range(self.rows_of[END]):
            tops.append(tops[-1] + self.thumb + GAP + (BELOW if row in self.full else 0))
        return tops

    def across(self, node: str) -> float:
        """Middle of a node's thumbnail."""
        return MARGIN + self.layout.across[node, self.rows_of[node]]

    def leave(self, stop: Stop) -> tuple[float, float]:
        """Where lines go down from a node or a lane."""
        below = BELOW if stop[1] in self.full else 0
        return MARGIN + self.layout.across[stop], self.tops[stop[1]] + self.thumb + below


def _plan(genome: Genome, texts: dict[str, list[str]]) -> _Plan:
    """Choose sizes that fit the fullest row, and arrange the graph."""
    rows_of = {node: layer + 1 for node, layer in node_layers(genome).items()}
    rows_of[END] = 1 + max(rows_of.values())
    links = [(link.source, node) for node in genome.order() for link in genome.incoming(node)]
    links += [(node, END) for node in genome.outputs.values()]
    rows = list(rows_of.values())
    fullest = max(rows.count(row) for row in set(rows))
    thumb = max(0.32, min(0.46, (WIDTH - MARGIN) / fullest - 0.6))
    wide = {node: max(map(text_width, lines, SIZES), default=0.0) for node, lines in texts.items()}
    width = WIDTH - MARGIN - 0.05
    full = _full_rows(rows_of, links, {node: thumb + 0.17 + wide[node] for node in texts}, width)

    def reach(node: str) -> tuple[float, float]:
        if node == END:
            return PICTURE / 2, PICTURE / 2
        if rows_of[node] in full:
            return (max(thumb, wide[node]) / 2 + 0.03,) * 2
        return thumb / 2 + 0.07, thumb / 2 + 0.1 + wide[node]

    return _Plan(rows_of, texts, thumb, full, arrange(rows_of, links, width=width, reach=reach))


def _full_rows(
    rows_of: Mapping[str, int], links: Iterable[tuple[str, str]], widths: Mapping[str, float], width: float
) -> frozenset[int]:
    """Find the rows in which texts beside the thumbnails would not fit."""
    needed = dict.fromkeys(rows_of.values(), 0.0)
    for node, wide in widths.items():
        needed[rows_of[node]] += wide
    lanes = {(source, row) for source, target in links for row in range(rows_of[source] + 1, rows_of[target])}
    for _, row in lanes:
        needed[row] += LANE
    return frozenset(row for row, wide in needed.items() if wide > width)


def _write_node(sheet: Axes, plan: _Plan, node: str) -> None:
    """Write a node's function in dark type and its name in grey, at its right or below it."""
    below = plan.rows_of[node] in plan.full
    top, lines = plan.tops[plan.rows_of[node]], plan.texts[node]
    for number, (text, size, colour) in enumerate(zip(lines, SIZES, (INK, GREY), strict=False)):
        if below:
            place = plan.across(node), top + plan.thumb + 0.13 + number * 0.115
            write(sheet, *place, text, size=size, colour=colour, across="center")
        else:
            middle = top + plan.thumb / 2 + (number - (len(lines) - 1) / 2) * 0.125
            left = plan.across(node) + plan.thumb / 2 + 0.05
            write(sheet, left, middle, text, size=size, colour=colour, down="middle")


def _draw_lines(sheet: Axes, genome: Genome, plan: _Plan) -> None:
    """Draw all connections, in grey along their lanes and in their own colour for the last row."""
    arrivals = _arrivals(plan)
    for start, end in plan.layout.hops:
        if plan.rows_of[end[0]] != end[1]:  # a lane goes on, straight through the next row
            bottom = plan.leave(end)
            add_curve(sheet, [plan.leave(start), (bottom[0], plan.tops[end[1]]), bottom], **line_style(None))
    weights = {(link.source, node): link.weight for node in genome.order() for link in genome.incoming(node)}
    for (start, end), place in arrivals.items():
        style = line_style(weights.get((start[0], end[0])))
        add_curve(sheet, [plan.leave(start), (MARGIN + place, plan.tops[end[1]])], **style)


def _arrivals(plan: _Plan) -> dict[Hop, float]:
    """Spread the lines that arrive at a node over its upper edge, in the order in which they come."""
    coming: dict[Stop, list[Hop]] = {}
    for hop in plan.layout.hops:
        if plan.rows_of[hop[1][0]] == hop[1][1]:
            coming.setdefault(hop[1], []).append(hop)
    places = {}
    for stop, hops in coming.items():
        edge, most = (1.2, 0.4) if stop[0] == END else (plan.thumb * 0.8, 0.11)
        step = min(edge / max(len(hops) - 1, 1), most)
        for index, hop in enumerate(sorted(hops, key=lambda hop: plan.layout.across[hop[0]])):
            places[hop] = plan.layout.across[stop] + (index - (len(hops) - 1) / 2) * step
    return places
