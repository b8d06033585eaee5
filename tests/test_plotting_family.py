"""Family trees: every branch has its row, pictures do not touch, and what is no tree is refused."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from fer_utils import plotting
from fer_utils.checks import BadInput
from fer_utils.plotting.family import SIDE

EDGES = [("", "0.1"), ("0.1", "1.0"), ("1.0", "2.0"), ("2.0", "9.0"), ("1.0", "2.4"), ("0.1", "8.2"), ("", "0.5")]
TREE = nx.DiGraph(EDGES)
GENERATIONS = {node: int(node.split(".")[0]) for node in TREE if node}
IMAGES = {node: np.full((8, 8, 3), 0.5) for node in GENERATIONS}


def places(figure) -> list[tuple[float, float]]:  # type: ignore[no-untyped-def]
    found = [image.get_extent() for image in figure.axes[0].images]
    return [((left + right) / 2, (top + bottom) / 2) for left, right, bottom, top in found]


def test_ends_and_names_have_pictures_and_no_two_pictures_touch() -> None:
    figure = plotting.family_tree(TREE, GENERATIONS, IMAGES, names={"9.0": "the end"}, marked=["9.0"])
    drawn = places(figure)
    assert len(drawn) >= sum(TREE.out_degree(node) == 0 for node in TREE)
    for (x1, y1), (x2, y2) in combinations(drawn, 2):
        assert abs(x1 - x2) >= SIDE or abs(y1 - y2) >= SIDE
    assert "the end" in [text.get_text() for text in figure.axes[0].texts]


def test_a_single_line_has_one_row() -> None:
    line = nx.path_graph(["0.0", "1.0", "2.0"], create_using=nx.DiGraph)
    figure = plotting.family_tree(line, {"0.0": 0, "1.0": 1, "2.0": 2}, dict.fromkeys(line, np.zeros((8, 8, 3))))
    assert len({round(y, 6) for _, y in places(figure)}) == 1


def test_what_is_no_tree_or_lacks_a_picture_is_refused() -> None:
    with pytest.raises(BadInput, match="tree must be a tree with edges from parent to child"):
        plotting.family_tree(nx.DiGraph([("a", "b"), ("b", "a")]), {}, {})
    with pytest.raises(BadInput, match="tree must have a node with a generation, got none"):
        plotting.family_tree(TREE, {}, {})
    with pytest.raises(BadInput, match=r"images must be a picture for each node, got .none for '9.0'"):
        plotting.family_tree(TREE, GENERATIONS, {node: image for node, image in IMAGES.items() if node != "9.0"})
