"""Graphs, layers and weights: every connection has its line, and lines cross no more than they must."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from drawings import EVOLVED, MAPS, MASK, TWIN, frames, pictures_in, texts
from genomes import genomes
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from fer_utils import plotting
from fer_utils.genome import Genome
from fer_utils.layerize import layerize, node_layers
from fer_utils.plotting import layout, look, matrices

# --- graphs ---


def test_a_graph_shows_every_node_and_the_picture() -> None:
    figure = plotting.genome_graph(MASK, size=16)
    shown, maps = pictures_in(figure), MASK.activations(16)
    for node, one in zip(MASK.order(), shown, strict=False):
        assert (one == look.map_colours(maps[node])).all()
    assert shown[len(MASK.order())] == pytest.approx(MASK.image(256))
    written = texts(figure)
    assert {"inputs", "x", "eyes", "hue", "saturation", "brightness", "gaussian"} <= set(written)


def curves(figure: Figure) -> list[Any]:
    return [artist for artist in figure.axes[0].get_children() if isinstance(artist, mpl.patches.PathPatch)]


def test_a_connection_is_blue_where_it_adds_and_red_where_it_subtracts_and_thick_where_large() -> None:
    adding, subtracting, small = (plotting.graphs.line_style(weight) for weight in (2.0, -2.0, 0.1))
    assert adding["edgecolor"] == look.PLUS
    assert subtracting["edgecolor"] == look.MINUS
    assert small["linewidth"] < adding["linewidth"] == subtracting["linewidth"]
    assert "linestyle" in plotting.graphs.line_style(0.0)


def test_a_graph_has_one_curve_for_each_connection() -> None:
    drawn = curves(plotting.genome_graph(MASK))
    signs = [np.sign(link.weight) for link in MASK.connections if link.target in MASK.order()]
    colours = [mpl.colors.to_hex(curve.get_edgecolor()) for curve in drawn]
    # One more of each colour stands in the key.
    assert colours.count(look.PLUS) == signs.count(1) + 1
    assert colours.count(look.MINUS) == signs.count(-1) + 1


def test_highlighted_nodes_get_frames_of_their_own_colours_in_graph_and_layers_alike() -> None:
    marked = [MASK.outputs["v"], MASK.inputs["x"]]
    drawn = plotting.genome_graph(MASK, highlight=marked)
    assert len(frames(drawn, look.HIGHLIGHT)) == len(frames(drawn, look.SGD)) == 1
    assert frames(plotting.genome_graph(MASK), look.HIGHLIGHT) == []
    layered = plotting.layered_graph(EVOLVED, highlight=marked)
    assert len(frames(layered, look.SGD)) == 1
    rings = [one for one in layered.axes[0].get_children() if isinstance(one, mpl.patches.Circle)]
    colours = [mpl.colors.to_hex(ring.get_edgecolor()) for ring in rings]
    assert colours.count(look.HIGHLIGHT) == len(EVOLVED.neurons_of[marked[0]]) - 1
    assert colours.count(look.SGD) == len(EVOLVED.neurons_of[marked[1]])


@given(genomes())
@settings(max_examples=15, deadline=None)
def test_any_genome_can_be_drawn_both_ways(genome: Genome) -> None:
    assert isinstance(plotting.genome_graph(genome, size=8), Figure)
    assert isinstance(plotting.layered_graph(layerize(genome)), Figure)


def test_a_layered_graph_has_one_curve_for_each_weight_that_means_something() -> None:
    drawn = curves(plotting.layered_graph(EVOLVED))
    assert len(drawn) == len(EVOLVED.copies) + len(EVOLVED.connection_of) + 3 + 4  # to the picture, and in the key


def test_a_highlighted_node_is_ringed_in_every_layer_it_lives_in() -> None:
    node = MASK.inputs["b"]
    figure = plotting.layered_graph(EVOLVED, highlight=[node])
    rings = [artist for artist in figure.axes[0].get_children() if isinstance(artist, mpl.patches.Circle)]
    assert len(rings) == len(EVOLVED.neurons_of[node])
    assert len(frames(figure, look.HIGHLIGHT)) == 1


def test_copies_are_dots_and_so_are_empty_places() -> None:
    copied, empty = plotting.layered_graph(EVOLVED).axes[0].lines[:2]
    computing = sum(MASK.node(node).kind != "input" for node in EVOLVED.neurons_of)
    assert len(copied.get_xdata()) == len(EVOLVED.node_of) - computing
    assert len(empty.get_xdata()) == MAPS.used.size - len(EVOLVED.node_of)


ROWS_OF = {"a": 0, "b": 0, "c": 1, "d": 1, "e": 3}


def arranged(links: list[tuple[str, str]], rows_of: dict[str, int] = ROWS_OF) -> layout.Layout:
    return layout.arrange(rows_of, links, width=6.0, reach=lambda _: (0.3, 0.5))


def test_lines_that_need_not_cross_do_not() -> None:
    links = [("a", "d"), ("b", "c"), ("d", "e"), ("c", "e"), ("a", "e")]
    found = arranged(links)
    assert layout.crossings(found.rows, found.hops) == 0


def test_a_long_connection_passes_every_row_between() -> None:
    found = arranged([("a", "e"), ("b", "e")])
    assert {(("a", 0), ("a", 1)), (("a", 1), ("a", 2)), (("a", 2), ("e", 3))} <= set(found.hops)


@given(genomes())
@settings(max_examples=30, deadline=None)
def test_nothing_in_a_row_overlaps_and_all_keeps_to_the_sheet(genome: Genome) -> None:
    rows_of = {node: layer + 1 for node, layer in node_layers(genome).items()}
    links = [(link.source, node) for node in genome.order() for link in genome.incoming(node)]
    found = layout.arrange(rows_of, links, width=40.0, reach=lambda _: (0.3, 0.5))
    for row in found.rows:
        spans = []
        for node, here in row:
            left, right = (0.3, 0.5) if rows_of[node] == here else (layout.LANE / 2, layout.LANE / 2)
            spans.append((found.across[node, here] - left, found.across[node, here] + right))
        assert all(one[1] <= two[0] + 1e-6 for one, two in pairwise(spans))
        assert spans[0][0] >= -1e-6
        assert spans[-1][1] <= 40 + 1e-6


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 2)), min_size=1, max_size=8))
@settings(deadline=None)
def test_spread_things_keep_their_order_and_do_not_overlap(things: list[tuple[float, float]]) -> None:
    wanted, sizes = zip(*things, strict=True)
    places = look.spread(wanted, sizes)
    for one in range(len(places) - 1):
        assert places[one + 1] - places[one] >= (sizes[one] + sizes[one + 1]) / 2 - 1e-9


def test_things_with_room_enough_stay_where_they_are() -> None:
    assert look.spread([0.0, 5.0, 9.0], [1, 1, 1]) == [0.0, 5.0, 9.0]
    assert look.spread([0.0, 0.0], [1, 1]) == [-0.5, 0.5]
    assert look.spread([0.0, 0.0], [1, 1], within=(0, 9)) == [0.5, 1.5]


# --- weights ---


def test_weights_are_red_below_zero_blue_above_and_copies_grey() -> None:
    for layer, row, column in list(EVOLVED.nonzero()):
        red, _, blue = (int(part) for part in matrices.weight_colours(EVOLVED, layer)[row, column])
        if (layer, row, column) in EVOLVED.copies:
            assert (red, blue) == (0x9A, 0xA5)
        else:
            assert np.sign(blue - red) == np.sign(EVOLVED.weight((layer, row, column)))


def test_every_matrix_is_shown_in_whole_dots_and_one_scale() -> None:
    figure = plotting.weight_matrices(EVOLVED)
    shapes = [shown.shape[:2] for shown in pictures_in(figure)][: len(EVOLVED.weights)]
    cell = shapes[0][0] // 4
    assert shapes == [(rows * cell, columns * cell) for rows, columns in EVOLVED.architecture.shapes]
    assert {"layer 0", "layer 5", "readout", "copy"} <= set(texts(figure))
    assert "copy" not in texts(plotting.weight_matrices(TWIN))
