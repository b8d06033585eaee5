"""A family tree of pictures: generations from left to right, a row for each branch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_utils.checks import BadInput, bad
from fer_utils.images import Array, checked_image
from fer_utils.plotting.look import EVOLVED, GREY, HAIRLINE, HIGHLIGHT, WIDTH, Drawing, frame, show, styled, write

if TYPE_CHECKING:
    import networkx as nx

SIDE = 0.56  # inches of a thumbnail
ROW = 0.82  # inches from one branch to the next
LEFT, RIGHT, TOP = 0.35, 0.35, 0.45


@styled
def family_tree(
    tree: nx.DiGraph,
    generations: Mapping[str, int],
    images: Mapping[str, Array],
    *,
    names: Mapping[str, str] | None = None,
    marked: Collection[str] = (),
) -> Figure:
    """Draw a family tree, with pictures where there is room for them.

    Every node is a dot. Ends of branches and nodes with names have their picture, and so have as many of the others as
    fit without touching, the earlier ones first.

    Args:
        tree: From parent to child; a forest under one root that is not drawn where it has no generation.
        generations: Of each node.
        images: Of each node, ``(size, size, 3)`` in [0, 1].
        names: Texts for some nodes, under their pictures.
        marked: Nodes whose pictures have a dark frame.

    Returns:
        The figure.

    Raises:
        BadInput: It is no tree, it is empty, or a node has no picture.

    Source: paper, figure 3; the layout is ours.
    """
    import networkx as nx

    if not isinstance(tree, nx.DiGraph) or not nx.is_arborescence(tree):
        raise bad("tree", "a tree with edges from parent to child", tree)
    nodes = [node for node in nx.topological_sort(tree) if node in generations]
    if not nodes:
        raise BadInput("tree must have a node with a generation, got none.")
    if missing := [node for node in nodes if node not in images]:
        raise bad("images", "a picture for each node", f"none for {missing[0]!r}")
    last = max(generations[node] for node in nodes)
    step = (WIDTH - LEFT - RIGHT) / max(last, 1)
    across = {node: LEFT + step * generations[node] for node in nodes}
    rows = _rows(tree, _branches(tree, nodes), across)
    drawing = Drawing(WIDTH, TOP + ROW * max(rows.values()) + SIDE / 2 + 0.45)
    sheet = drawing.sheet()
    places = {node: (across[node], TOP + ROW * rows[node]) for node in nodes}
    _draw_lines(sheet, tree, places)
    texts = dict(names or {})
    for node in _with_pictures(tree, places, rows, texts):
        _thumbnail(sheet, images[node], places[node], text=texts.get(node, ""), marked=node in marked)
    foot = float(drawing.get_size_inches()[1]) - 0.06
    for generation in range(0, last + 1, 5):
        text = str(generation) if generation else "gen. 0"
        write(sheet, LEFT + step * generation, foot, text, size=8, colour=GREY, across="center")
    return drawing


def _branches(tree: nx.DiGraph, nodes: list[str]) -> list[list[str]]:
    """Cut the tree into branches, each from its first node on: the child with the longest descent goes on."""
    reach: dict[str, int] = {}
    for node in reversed(nodes):
        reach[node] = 1 + max((reach[child] for child in tree.successors(node)), default=0)
    roots = [node for node in nodes if not any(parent in reach for parent in tree.predecessors(node))]
    waiting = sorted(roots, key=lambda node: reach[node])
    found = []
    while waiting:
        branch = [waiting.pop()]
        while children := sorted(tree.successors(branch[-1]), key=lambda child: -reach[child]):
            branch.append(children[0])
            waiting += children[1:]
        found.append(branch)
    return found


def _rows(tree: nx.DiGraph, branches: list[list[str]], across: Mapping[str, float]) -> dict[str, int]:
    """Give each branch the nearest row below its parent's in which there is room for it and for the line to it."""
    rows: dict[str, int] = {}
    taken: list[tuple[int, float, float]] = []
    for branch in branches:
        parent = next((one for one in tree.predecessors(branch[0]) if one in rows), None)
        start = across[parent] if parent else across[branch[0]]
        first, last = min(start, across[branch[0]] - SIDE / 2) - 0.05, across[branch[-1]] + SIDE / 2 + 0.05
        row = rows[parent] + 1 if parent else 0
        while any(one == row and low < last and first < high for one, low, high in taken):
            row += 1
        rows |= dict.fromkeys(branch, row)
        taken.append((row, first, last))
        taken += [(one, start - 0.05, start + 0.05) for one in range(rows[parent] + 1 if parent else row, row)]
    return rows


def _draw_lines(sheet: Axes, tree: nx.DiGraph, places: Mapping[str, tuple[float, float]]) -> None:
    """Draw each child's line: down from its parent's row, then along its own."""
    for parent, child in tree.edges:
        if parent in places and child in places:
            (start, high), (end, low) = places[parent], places[child]
            sheet.plot([start, start, end], [high, low, low], color=HAIRLINE, linewidth=1.4, zorder=1)
    across, down = zip(*places.values(), strict=True)
    sheet.plot(across, down, "o", color=EVOLVED, markersize=3, zorder=2)


def _with_pictures(
    tree: nx.DiGraph,
    places: Mapping[str, tuple[float, float]],
    rows: Mapping[str, int],
    names: Mapping[str, str],
) -> list[str]:
    """Choose the nodes that have pictures: names and ends of branches, then whoever still fits."""
    sure = [node for node in places if node in names] + [node for node in places if not list(tree.successors(node))]
    chosen: list[str] = []
    for node in dict.fromkeys([*sure, *places]):
        near = (abs(places[node][0] - places[one][0]) for one in chosen if rows[one] == rows[node])
        if all(gap >= SIDE + 0.08 for gap in near):
            chosen.append(node)
    return chosen


def _thumbnail(sheet: Axes, image: Array, place: tuple[float, float], *, text: str, marked: bool) -> None:
    """Put a picture on its dot."""
    shown = checked_image("images", image)
    left, top = place[0] - SIDE / 2, place[1] - SIDE / 2
    show(sheet, shown, left, top, SIDE, SIDE).set_zorder(3)
    frame(sheet, left, top, SIDE, SIDE, colour=HIGHLIGHT if marked else HAIRLINE, line=1.6 if marked else 0.6)
    if text:
        write(sheet, place[0], top + SIDE + 0.14, text, size=8, across="center")
