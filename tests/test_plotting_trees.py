"""Family trees as figures: who stands where, and what is refused."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from fer_utils import evolution, plotting
from fer_utils.checks import BadInput
from fer_utils.evolution import thinned
from fer_utils.garden import bred
from fer_utils.plotting.trees import _places

GREY = np.full((8, 8, 3), 0.5)
PARENTS = {"a": "", "b": "a", "c": "b", "d": "a", "e": "d", "f": "c"}
GENERATIONS = {"a": 0, "b": 1, "c": 2, "d": 1, "e": 5, "f": 3}


def test_the_branch_that_goes_on_longest_stays_in_the_row_and_others_come_below() -> None:
    places = _places(dict.fromkeys(PARENTS, GREY), PARENTS, GENERATIONS)
    assert {key: place.row for key, place in places.items()} == {"a": 0, "d": 0, "e": 0, "b": 1, "c": 1, "f": 1}
    assert {key: place.column for key, place in places.items()} == GENERATIONS


def test_branches_share_a_row_where_they_do_not_meet() -> None:
    line = {str(number): str(number - 1) for number in range(1, 12)} | {"0": ""}
    parents = line | {"x": "2", "y": "8", "z": "9"}
    generations = {str(number): number for number in range(12)} | {"x": 3, "y": 10, "z": 10}
    places = _places(dict.fromkeys(parents, GREY), parents, generations)
    assert places["x"].row == 1
    assert {places["y"].row, places["z"].row} == {1, 2}
    assert len({(place.column, place.row) for place in places.values()}) == len(places)


@pytest.mark.parametrize("name", ["mushroom", "moth", "elites141"])
def test_a_garden_tree_is_drawn_inside_its_sheet_with_its_names(name: str) -> None:
    play = bred.play_session(name)
    kept = thinned(evolution.tree(play), stops=6)
    titles = {one.picture: one.name for one in play.session.published}
    generations = {key: len(play.lineage(key)) - 1 for key in kept}
    figure = plotting.family_tree(dict.fromkeys(kept, GREY), kept, generations, names=titles)
    (sheet,) = figure.axes
    width, height = figure.get_size_inches()
    assert len(sheet.images) == len(kept)
    for image in sheet.images:
        left, right, bottom, top = image.get_extent()
        assert 0 <= left < right <= width and 0 <= top < bottom <= height
    written = {text.get_text() for text in sheet.texts}
    assert {*titles.values(), *(str(number) for number in generations.values())} == written
    figure.canvas.draw()
    for text in sheet.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.width


def test_a_thinned_tree_keeps_beginnings_branchings_and_ends() -> None:
    graph = evolution.tree(bred.play_session("mushroom"))
    kept = thinned(graph, stops=5)
    branchings = {node for node in graph if graph.out_degree(node) > 1 and node}
    ends = {node for node in graph if graph.out_degree(node) == 0}
    assert branchings | ends | set(graph.successors("")) <= set(kept)
    assert len(kept) < len(graph) / 3
    for name, parent in kept.items():
        assert parent == "" or parent in nx.ancestors(graph, name)
    assert set(thinned(graph, stops=1000)) == set(graph) - {""}


def test_what_is_no_tree_is_refused() -> None:
    with pytest.raises(BadInput, match="pictures must be one or more, got none"):
        plotting.family_tree({}, {}, {})
    with pytest.raises(BadInput, match="generation of 'b' must be above its parent's, 1, got 1"):
        plotting.family_tree({"a": GREY, "b": GREY}, {"b": "a"}, {"a": 1, "b": 1})
    with pytest.raises(BadInput, match="picture 'a' must be"):
        plotting.family_tree({"a": GREY * 9}, {}, {"a": 0})
    with pytest.raises(BadInput, match="generation of 'a' must be a whole number"):
        plotting.family_tree({"a": GREY}, {}, {})
