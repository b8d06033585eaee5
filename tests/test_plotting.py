"""Figures: what is drawn is right, and nothing but the figure is touched."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from genomes import genomes
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from nbclient import NotebookClient
from PIL import Image

from fer_utils import garden, plotting
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.features import FeatureMaps, feature_maps
from fer_utils.genome import Genome
from fer_utils.layerize import layerize, node_layers
from fer_utils.plotting import grids, layout, look, matrices, tiles

MASK = garden.load_genome("mask")
EVOLVED = layerize(MASK, label="evolved mask")
MAPS = feature_maps(EVOLVED, 40)
PICTURE = MASK.image(24)


def random_network(architecture: Architecture, seed: int = 0) -> Network:
    numbers = np.random.default_rng(seed)
    weights = tuple(numbers.normal(0, 1 / np.sqrt(shape[0]), shape) for shape in architecture.shapes)
    return Network(architecture, weights, "SGD twin, seed 0")


TWIN = random_network(EVOLVED.architecture)
TWIN_MAPS = feature_maps(TWIN, 40)
HISTORY = SimpleNamespace(steps=np.array([0, 1, 10, 100]), loss=np.array([0.3, 0.2, 0.1, 0.01]))

FIGURES: dict[str, Callable[[], Figure]] = {
    "dot_groups": lambda: plotting.dot_groups(
        {"P": {"evolved": [0.1], "twins": [0.4, 0.5]}, "N": {"evolved": [5], "twins": [90, np.nan]}},
        log=["N"],
        unit=["P"],
    ),
    "errors": lambda: plotting.errors(PICTURE, [PICTURE * 0.5], ["half"]),
    "genome_graph": lambda: plotting.genome_graph(MASK, highlight=[MASK.outputs["v"]]),
    "layered_graph": lambda: plotting.layered_graph(EVOLVED, highlight=[MASK.inputs["b"]]),
    "race": lambda: plotting.race({"a": ([1, 9], [0.1, 0.01]), "b, c": ([1, 5], [0.2, 0.1])}, xlabel="seconds"),
    "seed_bands": lambda: plotting.seed_bands(
        [0, 1], {"a": [[0, 1], [1, 2]]}, xlabel="x", ylabel="y", level=("c", 0.5)
    ),
    "share_curves": lambda: plotting.share_curves([0, 9], {"coarse": [1, 0], "fine": [1, 1]}, xlabel="a", ylabel="b"),
    "loss_curves": lambda: plotting.loss_curves([HISTORY], ["seed 0"], marks={"the authors": {0: 0.3, 1000: 0.007}}),
    "map_gallery": lambda: plotting.map_gallery(MAPS, MAPS.distinct()[:7], captions=list("abcdefg")),
    "map_grid": lambda: plotting.map_grid(MAPS, highlight=[(1, 2)], title="all"),
    "map_pair": lambda: plotting.map_pair(MAPS, TWIN_MAPS),
    "network_inputs": lambda: plotting.network_inputs(),
    "node_gallery": lambda: plotting.node_gallery(MASK, size=24),
    "p_ladder": lambda: plotting.p_ladder([0.5, 0.001, 0.03], nothing=[True, False, False]),
    "pictures": lambda: plotting.pictures([PICTURE, PICTURE], ["one", "two"], captions=["", "a caption"]),
    "signed_maps": lambda: plotting.signed_maps([np.eye(8), -np.eye(8)], ["one", "two"], captions=["", "a caption"]),
    "sweep_rows": lambda: plotting.sweep_rows(
        [np.stack([PICTURE] * 5)], ["mouth\nweight 3"], offsets=[-1, -0.5, 0, 0.5, 1]
    ),
    "teaser": lambda: plotting.teaser(MAPS, TWIN_MAPS, [PICTURE, PICTURE], places=MAPS.distinct()),
    "training_path": lambda: plotting.training_path([PICTURE] * 3, [0, 100, 10_000], target=PICTURE),
    "verdict_tiles": lambda: plotting.verdict_tiles({"1": ["a"], "2": ["b", "c"]}, verdicts=["a", "b", "c"]),
    "weight_matrices": lambda: plotting.weight_matrices(EVOLVED),
}


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def pictures_in(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for image in figure.axes[0].images]


def frames(figure: Figure, colour: str) -> list[Any]:
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, mpl.patches.Rectangle)]
    return [patch for patch in boxes if mpl.colors.to_hex(patch.get_edgecolor()) == colour]


def test_the_ladder_of_p_values_rises_and_its_lines_are_those_of_the_corrections() -> None:
    (axes,) = plotting.p_ladder([0.5, 0.001, 0.03], nothing=[True, False, False]).axes
    by_itself, hochberg, holm, changed, nothing = (line.get_ydata() for line in axes.lines)
    np.testing.assert_allclose(by_itself, 0.05)
    np.testing.assert_allclose(hochberg, [0.05 / 3, 0.1 / 3, 0.05])
    np.testing.assert_allclose(holm, [0.05 / 3, 0.05 / 2, 0.05])
    np.testing.assert_allclose(changed, [0.001, 0.03])
    np.testing.assert_allclose(nothing, [0.5])
    with pytest.raises(BadInput, match="nothing must be 2 marks"):
        plotting.p_ladder([0.1, 0.2], nothing=[True])
    with pytest.raises(BadInput, match="p_values must be numbers in"):
        plotting.p_ladder([1.2])


def test_groups_must_be_the_same_in_every_panel() -> None:
    with pytest.raises(BadInput, match="of the groups evolved, twins"):
        plotting.dot_groups({"P": {"evolved": [1], "twins": [2]}, "G": {"twins": [1], "evolved": [2]}})
    with pytest.raises(BadInput, match="at least one measure"):
        plotting.dot_groups({})
    with pytest.raises(BadInput, match=r"maps\[0\] must be finite numbers"):
        plotting.signed_maps([np.full((2, 2), np.nan)], ["a"])


# --- every figure ---


@pytest.mark.parametrize("name", plotting.__all__)
def test_every_figure_is_tried_here(name: str) -> None:
    elsewhere = {"style", "family_tree", "heat_picture"}  # the last two have tests of their own, beside what they draw
    assert name in FIGURES or name in elsewhere


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_leaves_the_settings_as_they_were(name: str) -> None:
    before = dict(mpl.rcParams)
    figure = FIGURES[name]()
    figure._repr_mimebundle_()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_no_wider_than_the_column(name: str) -> None:
    width, _ = FIGURES[name]().get_size_inches()
    assert width <= look.WIDTH + 1e-6


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_leaves_the_sheet(name: str) -> None:
    figure = FIGURES[name]()
    figure.canvas.draw()
    sheet = figure.bbox
    for axes in figure.axes:
        for text in axes.texts:
            if text.get_text():
                box = text.get_window_extent()
                inside = (
                    box.x0 > sheet.x0 - 1 and box.x1 < sheet.x1 + 1 and box.y0 > sheet.y0 - 1 and box.y1 < sheet.y1 + 1
                )
                assert inside, f"{text.get_text()!r} lies at {box}, outside {sheet}"


@pytest.mark.parametrize("name", ["genome_graph", "loss_curves", "map_grid"])
def test_the_same_figure_gives_the_same_bytes(name: str) -> None:
    assert FIGURES[name]()._repr_mimebundle_() == FIGURES[name]()._repr_mimebundle_()


def test_the_settings_of_the_reader_do_not_show() -> None:
    plain = FIGURES["pictures"]()._repr_mimebundle_()[0]["image/png"]
    with mpl.rc_context({"font.family": "serif", "text.color": "red", "figure.facecolor": "black"}):
        assert FIGURES["pictures"]()._repr_mimebundle_()[0]["image/png"] == plain


def test_figures_never_load_pyplot() -> None:
    code = (
        "import sys, numpy as np\n"
        "from fer_utils import features, garden, layerize, plotting\n"
        "maps = features.feature_maps(layerize(garden.load_genome('mask')), 16)\n"
        "plotting.map_grid(maps)._repr_mimebundle_()\n"
        "plotting.genome_graph(garden.load_genome('mask'))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run(
        [
            sys.executable,
            "-c",
            code,
        ],
        check=True,
    )


def test_an_executed_notebook_shows_each_figure_once() -> None:
    setup = "import numpy as np\nfrom fer_utils import plotting\npicture = np.zeros((8, 8, 3))"
    pyplot = "%matplotlib inline\nimport matplotlib.pyplot as plt"
    draw = "plotting.pictures([picture], ['black'], width=2)"
    line = (
        "from types import SimpleNamespace\n"
        "plotting.loss_curves([SimpleNamespace(steps=np.arange(3), loss=np.ones(3))], ['seed 0'])"
    )
    cells = [nbformat.v4.new_code_cell(source) for source in (setup, draw, pyplot, draw, line)]
    notebook = NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=120).execute()
    shown = [cell.outputs for cell in notebook.cells]
    assert [len(outputs) for outputs in shown] == [0, 1, 0, 1, 1]
    for outputs in (shown[1], shown[3]):
        assert set(outputs[0].data) == {"image/png", "text/plain"}
        assert outputs[0].metadata == {"image/png": {"width": 200}}
        with Image.open(io.BytesIO(base64.b64decode(outputs[0].data["image/png"]))) as png:
            assert png.width == 400  # two dots for a pixel of the page
    assert set(shown[4][0].data) == {"image/svg+xml", "text/plain"}
    json.dumps(notebook)


def test_a_figure_can_still_be_saved_by_hand() -> None:
    data = io.BytesIO()
    FIGURES["teaser"]().savefig(data, format="png", dpi=50, bbox_inches="tight")
    assert data.getvalue().startswith(b"\x89PNG")


# --- maps ---


def test_red_is_minus_one_white_is_zero_and_blue_is_one() -> None:
    red, white, blue = look.map_colours(np.array([-1.0, 0.0, 1.0]))
    assert red.tolist() == [255, 0, 0]
    assert min(white) >= 253
    assert blue.tolist() == [0, 0, 255]


def test_values_beyond_one_look_like_one() -> None:
    assert (look.map_colours(np.array([-9.0, 9.0])) == look.map_colours(np.array([-1.0, 1.0]))).all()


def painted(maps: FeatureMaps, **options: Any) -> tuple[np.ndarray, Callable[[int, int], np.ndarray]]:
    """Return the board of a grid, and a way to cut a place with its border out of it."""
    places = grids._places(maps, 0.34, 0.5, 7.95)
    board = tiles.paint(maps, places, **{"mark_novel": True, **options})
    side = tiles.tile_side(places) + 2 * tiles.RING

    def cell(layer: int, neuron: int) -> np.ndarray:
        top, left = (
            round(layer * places.rise * places.dots),
            round((places.columns[neuron] - places.left) * places.dots),
        )
        return board[top : top + side, left : left + side]

    return board, cell


@pytest.mark.parametrize("place", MAPS.distinct()[::4])
def test_each_map_is_painted_at_its_place(place: tuple[int, int]) -> None:
    _, cell = painted(MAPS)
    middle = cell(*place)[tiles.RING : -tiles.RING, tiles.RING : -tiles.RING]
    assert (middle == look.map_colours(tiles.shrink(MAPS[place], len(middle)))).all()


@pytest.mark.parametrize("maps", [MAPS, TWIN_MAPS])
def test_green_borders_stand_at_exactly_the_novel_places(maps: FeatureMaps) -> None:
    _, cell = painted(maps)
    green = {place for place in maps if (cell(*place)[0, 0] == look.rgb(look.NOVEL)).all()}
    assert green == {place for place in maps if maps.novel()[place] and maps.used[place]}


def test_no_border_is_green_where_none_is_wanted() -> None:
    board, _ = painted(MAPS, mark_novel=False)
    assert not (board == look.rgb(look.NOVEL)).all(axis=-1).any()


def test_empty_places_are_plain_grey_and_highlights_dark() -> None:
    _, cell = painted(MAPS, highlight=[(1, 2)])
    empty = next(place for place in MAPS if not MAPS.used[place])
    assert (cell(*empty)[tiles.RING : -tiles.RING, tiles.RING : -tiles.RING] == look.rgb(look.EMPTY)).all()
    assert (cell(*empty)[0] == 255).all()
    assert (cell(1, 2)[0] == look.rgb(look.HIGHLIGHT)).all()


def test_a_grid_is_one_picture_whose_dots_are_the_figures_dots() -> None:
    figure = plotting.map_grid(MAPS)
    assert len(figure.axes) == 1
    board, expected = pictures_in(figure)[0], painted(MAPS)[0]
    assert (board == expected).all()
    left, right, bottom, top = figure.axes[0].images[0].get_extent()
    assert (right - left) * figure.dpi == pytest.approx(board.shape[1])
    assert (bottom - top) * figure.dpi == pytest.approx(board.shape[0])


def test_a_grid_names_every_row_and_column() -> None:
    written = texts(plotting.map_grid(MAPS, title="the mask"))
    assert {
        "the mask",
        "cache 0–6",
        "cos 0",
        "gaussian 0–3",
        "sigmoid 0–3",
        *(f"L{layer}" for layer in range(6)),
    } <= set(written)
    # 0 to 3 stand over cache, gaussian and sigmoid, and at the bottom.
    assert written.count("3") == 4
    assert written.count("15") == 1


def test_a_neurons_column_carries_its_name_and_its_number() -> None:
    figure = plotting.map_grid(MAPS)
    places = grids._places(MAPS, grids.MARGIN, 0.05 + grids.HEADER, look.WIDTH - 0.05)
    middle = places.columns[9] + places.pitch / 2  # gaussian 1 is neuron 9
    here = [text.get_text() for text in figure.axes[0].texts if abs(text.get_position()[0] - middle) < 0.01]
    assert here == ["1", "9"]


def test_two_narrow_networks_stand_side_by_side_and_wide_ones_below_each_other() -> None:
    boards = [image.get_extent() for image in plotting.map_pair(MAPS, TWIN_MAPS).axes[0].images[:2]]
    assert boards[0][3] == boards[1][3]
    assert boards[0][1] < boards[1][0]
    wide = feature_maps(random_network(Architecture.parse("2;cache:30,sin:10")), 16)
    boards = [image.get_extent() for image in plotting.map_pair(wide, wide).axes[0].images[:2]]
    assert boards[0][0] == boards[1][0]
    assert boards[0][2] < boards[1][3]


def test_a_pair_is_titled_by_the_networks_labels_or_as_told() -> None:
    assert {"evolved mask", "SGD twin, seed 0"} <= set(texts(plotting.map_pair(MAPS, TWIN_MAPS)))
    assert {"before", "after"} <= set(texts(plotting.map_pair(MAPS, TWIN_MAPS, titles=["before", "after"])))


def test_a_gallery_shows_the_chosen_maps_under_their_names() -> None:
    chosen = MAPS.distinct()[3:8]
    figure = plotting.map_gallery(MAPS, chosen, columns=3)
    assert all(
        (shown == look.map_colours(MAPS[place])).all()
        for shown, place in zip(pictures_in(figure), chosen, strict=False)
    )
    written = texts(figure)
    for place in chosen:
        assert set(MAPS.name(*place).partition(" (")[0:1]) <= set(written)
        assert f"({MAPS.names[place]})" in written


def test_the_inputs_are_shown_in_order() -> None:
    figure = plotting.network_inputs(16)
    assert [text for text in texts(figure) if text in "xydb"] == ["x", "y", "d", "b"]
    assert pictures_in(figure)[0][0, 0].tolist() == [255, 0, 0]  # x is -1 at the left
    assert pictures_in(figure)[0][0, -1].tolist() == [0, 0, 255]


def test_the_skulls_grid_has_a_green_border_for_each_novel_neuron(paper_genome: Callable[[str], Genome]) -> None:
    maps = feature_maps(layerize(paper_genome("skull")), 64)
    _, cell = painted(maps)
    assert (
        sum((cell(*place)[0, 0] == look.rgb(look.NOVEL)).all() for place in maps)
        == (maps.novel() & maps.used).sum()
        == 23
    )


@pytest.mark.parametrize("name", ["skull", "butterfly", "apple"])
def test_the_papers_grids_are_light_and_their_tiles_legible(paper_genome: Callable[[str], Genome], name: str) -> None:
    maps = feature_maps(layerize(paper_genome(name)), 64)
    png = plotting.map_grid(maps)._repr_mimebundle_()[0]["image/png"]
    assert len(png) * 3 / 4 < 1.5e6
    assert tiles.tile_side(grids._places(maps, grids.MARGIN, 0.5, look.WIDTH - 0.05)) >= 24


@given(st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_shrinking_keeps_the_mean(size: int, side: int) -> None:
    maps = np.random.default_rng(size).normal(size=(2, size, size))
    shrunk = tiles.shrink(maps, side)
    assert shrunk.shape == (2, side, side)
    if side <= size:
        assert shrunk.mean() == pytest.approx(maps.mean(), abs=1e-9)
    if side == size:
        assert shrunk == pytest.approx(maps)


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


# --- curves ---


def test_each_history_is_a_curve_with_its_label_at_its_end() -> None:
    other = SimpleNamespace(steps=np.array([0, 50]), loss=np.array([0.5, 0.2]))
    axes = plotting.loss_curves([HISTORY, other], ["seed 0", "seed 1"]).axes[0]
    assert [line.get_ydata().tolist() for line in axes.lines] == [HISTORY.loss.tolist(), other.loss.tolist()]
    assert {text.get_text(): mpl.colors.to_hex(text.get_color()) for text in axes.texts} == {
        "seed 0": look.CYCLE[0],
        "seed 1": look.CYCLE[1],
    }
    assert axes.get_yscale() == "log"
    assert axes.get_xscale() == "symlog"


def test_marks_are_open_circles_in_the_order_of_their_steps() -> None:
    axes = plotting.loss_curves([HISTORY], ["seed 0"], marks={"seed 0": {10: 0.1, 0: 0.3}, "theirs": {5: 0.2}}).axes[0]
    own, theirs = axes.lines[1:]
    assert own.get_xdata().tolist() == [0, 10]
    assert own.get_marker() == "o"
    assert own.get_color() == axes.lines[0].get_color()
    assert mpl.colors.to_hex(own.get_markerfacecolor()) == "#ffffff"
    assert theirs.get_color() == look.GREY
    assert [text.get_text() for text in axes.texts].count("seed 0") == 1


def test_labels_that_end_together_make_room_for_each_other() -> None:
    figure = plotting.loss_curves([HISTORY] * 4, ["a", "b", "c", "d"])
    figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in figure.axes[0].texts), key=lambda box: box.y0)
    assert all(one.y1 <= two.y0 + 1 for one, two in pairwise(boxes))


def test_losses_that_are_no_numbers_are_left_out() -> None:
    history = SimpleNamespace(steps=np.arange(4), loss=np.array([0.3, np.inf, np.nan, 0.1]))
    assert plotting.loss_curves([history], ["diverged"], xlog=False).axes[0].lines[0].get_xdata().tolist() == [0, 3]


def test_a_curve_of_one_step_can_be_drawn() -> None:
    history = SimpleNamespace(steps=np.array([0]), loss=np.array([0.3]))
    assert isinstance(plotting.loss_curves([history], ["short"]), Figure)


# --- pictures ---


def test_pictures_are_shown_as_they_are() -> None:
    figure = plotting.pictures([PICTURE, PICTURE[:12]], ["one", "two"])
    assert all(
        (shown == wanted).all() for shown, wanted in zip(pictures_in(figure), [PICTURE, PICTURE[:12]], strict=True)
    )
    assert all(image.get_interpolation() == "nearest" for image in figure.axes[0].images)


def test_a_width_asked_for_is_kept() -> None:
    assert plotting.pictures([PICTURE], ["one"], width=3.4).get_size_inches()[0] == pytest.approx(3.4)


def test_columns_break_into_rows() -> None:
    extents = [
        image.get_extent() for image in plotting.pictures([PICTURE] * 3, ["a", "b", "c"], columns=2).axes[0].images
    ]
    assert extents[0][3] == extents[1][3] < extents[2][3]
    assert extents[0][0] == extents[2][0]


def test_the_target_ends_the_path_in_a_frame() -> None:
    figure = FIGURES["training_path"]()
    assert texts(figure)[-1] == "target"
    assert {"step 0", "step 100", "step 10,000"} <= set(texts(figure))
    assert len(frames(figure, look.HIGHLIGHT)) == 1
    assert frames(plotting.training_path([PICTURE], [0]), look.HIGHLIGHT) == []


def test_the_errors_written_are_numpys() -> None:
    images = [PICTURE * 0.5, np.clip(PICTURE + 0.1, 0, 1)]
    written = texts(plotting.errors(PICTURE, images, ["half", "lighter"]))
    for image in images:
        assert f"MSE {np.mean((image - PICTURE) ** 2):.2e}" in written


def test_errors_share_one_scale_that_ends_at_the_largest() -> None:
    white, black = np.ones((8, 8, 3)), np.zeros((8, 8, 3))
    figure = plotting.errors(white, [black, white], ["black", "white"])
    _, _, worst, _, none, _ = pictures_in(figure)
    ends = [list(mpl.colormaps["magma_r"](end, bytes=True))[:3] for end in (1.0, 0.0)]
    assert [worst[0, 0].tolist(), none[0, 0].tolist()] == ends
    assert "1" in texts(figure)


def test_equal_pictures_have_no_error() -> None:
    assert "MSE 0.00e+00" in texts(plotting.errors(PICTURE, [PICTURE], ["same"]))


def test_sweeps_say_offset_and_value_under_each_picture() -> None:
    stack = np.stack([PICTURE] * 3)
    figure = plotting.sweep_rows([stack], ["mouth"], [[-2.0, -1.5, -1.0]], centre=1, offsets=[-0.5, 0, 0.5])
    assert texts(figure)[-3:] == ["w − 0.5 = −2", "w = −1.5", "w + 0.5 = −1"]
    assert texts(plotting.sweep_rows([stack], ["mouth"], [[-2.0, -1.5, -1.0]], centre=None))[-3:] == [
        "−2",
        "−1.5",
        "−1",
    ]


def test_the_unchanged_picture_of_each_sweep_is_framed() -> None:
    stacks = [np.stack([PICTURE] * 5)] * 3
    figure = plotting.sweep_rows(stacks, ["a", "b", "c"], centre=1)
    framed = frames(figure, look.HIGHLIGHT)
    seconds = [figure.axes[0].images[index].get_extent() for index in (1, 6, 11)]
    assert len(framed) == 3
    for box, extent in zip(framed, seconds, strict=True):
        assert box.get_x() < extent[0] < extent[1] < box.get_x() + box.get_width()
    assert frames(plotting.sweep_rows(stacks, ["a", "b", "c"], centre=None), look.HIGHLIGHT) == []


# --- refusals ---

STACK = np.stack([PICTURE] * 5)
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no pictures": (lambda: plotting.pictures([], []), "images must be a sequence of at least 1 pictures"),
    "a number": (lambda: plotting.pictures(3, []), "images must be"),  # type: ignore[arg-type]
    "not a picture": (lambda: plotting.pictures([np.zeros((4, 4))], ["flat"]), r"images\[0\] must be"),
    "too bright": (lambda: plotting.pictures([PICTURE * 2 + 1], ["bright"]), r"images\[0\] must be"),
    "too few titles": (lambda: plotting.pictures([PICTURE], []), "titles must be a sequence of 1 texts"),
    "a title that is a text": (lambda: plotting.pictures([PICTURE], "a"), "titles must be"),
    "too many captions": (lambda: plotting.pictures([PICTURE], ["a"], captions=["b", "c"]), "captions must be"),
    "no columns": (lambda: plotting.pictures([PICTURE], ["a"], columns=0), "columns must be"),
    "no width": (lambda: plotting.pictures([PICTURE], ["a"], width=0.1), "width must be"),
    "maps that are none": (lambda: plotting.map_grid(PICTURE), "maps must be the FeatureMaps"),  # type: ignore[arg-type]
    "a place outside": (lambda: plotting.map_grid(MAPS, highlight=[(6, 0)]), "each of the highlight must be"),
    "a place that is none": (lambda: plotting.map_gallery(MAPS, ["ab"]), "each of the places must be"),  # type: ignore[list-item]
    "no places": (lambda: plotting.map_gallery(MAPS, []), "places must hold at least one"),
    "other depths": (
        lambda: plotting.map_pair(MAPS, feature_maps(random_network(Architecture.parse("2;sin:3")), 8)),
        "right must be of 6 layers",
    ),
    "one title for two": (lambda: plotting.map_pair(MAPS, MAPS, titles=["a"]), "titles must be"),
    "no genome": (lambda: plotting.genome_graph(EVOLVED), "genome must be a Genome"),  # type: ignore[arg-type]
    "an unknown node": (lambda: plotting.genome_graph(MASK, highlight=["nobody"]), "nobody"),
    "a tiny map": (lambda: plotting.genome_graph(MASK, size=2), "size must be"),
    "not layered": (lambda: plotting.layered_graph(TWIN), "network must be a layered genome"),  # type: ignore[arg-type]
    "a text of nodes": (lambda: plotting.layered_graph(EVOLVED, highlight="ab"), "highlight must be"),
    "no network": (lambda: plotting.weight_matrices(MASK), "network must be"),  # type: ignore[arg-type]
    "no histories": (lambda: plotting.loss_curves([], []), "histories must hold at least one"),
    "a history that is none": (lambda: plotting.loss_curves([3], ["a"]), r"histories\[0\] must be"),
    "nothing to draw": (
        lambda: plotting.loss_curves([SimpleNamespace(steps=[0], loss=[np.nan])], ["a"]),
        r"histories\[0\] must have a loss above 0",
    ),
    "marks that are none": (lambda: plotting.loss_curves([HISTORY], ["a"], marks={"b": 3}), "marks must be"),  # type: ignore[dict-item]
    "a mark below zero": (lambda: plotting.loss_curves([HISTORY], ["a"], marks={"b": {0: -1}}), "each loss in marks"),
    "too few steps": (lambda: plotting.training_path([PICTURE], []), "steps must be 1 whole numbers"),
    "a step below zero": (lambda: plotting.training_path([PICTURE], [-1]), "each of the steps must be"),
    "another size": (
        lambda: plotting.errors(PICTURE, [PICTURE[:12]], ["a"]),
        r"images\[0\] must be of the target's shape",
    ),
    "no stacks": (lambda: plotting.sweep_rows([], []), "stacks must be one or more"),
    "unequal stacks": (lambda: plotting.sweep_rows([STACK, STACK[:3]], ["a", "b"]), "stacks must be"),
    "a centre outside": (lambda: plotting.sweep_rows([STACK[:2]], ["a"]), "centre must be"),
    "an offset centre": (
        lambda: plotting.sweep_rows([STACK], ["a"], offsets=[0, 1, 2, 3, 4]),
        r"offsets\[2\], at the centre",
    ),
    "too few offsets": (lambda: plotting.sweep_rows([STACK], ["a"], offsets=[0]), "offsets must be 5 numbers"),
    "too few values": (lambda: plotting.sweep_rows([STACK], ["a"], []), "values must be 1 rows"),
    "three pictures": (
        lambda: plotting.teaser(MAPS, MAPS, [PICTURE] * 3, places=MAPS.distinct()),
        "a teaser must have two images",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_arguments_are_refused_in_one_sentence(case: str) -> None:
    draw, sentence = REFUSED[case]
    with pytest.raises(BadInput, match=sentence) as refusal:
        draw()
    assert str(refusal.value).endswith(".")


# --- shares along the way ---


def test_share_curves_carry_their_labels_and_values() -> None:
    series = {"coarse": [1, 0.5, 0], "fine": [1, 1, 0.9]}
    figure = plotting.share_curves([0, 1, 10], series, xlabel="step", ylabel="left")
    (axes,) = figure.axes
    assert [list(line.get_ydata()) for line in axes.lines] == [[1, 0.5, 0], [1, 1, 0.9]]
    assert {"coarse", "fine"} <= {text.get_text() for text in axes.texts}
    assert axes.get_xlabel() == "step"


def test_bands_reach_from_the_least_seed_to_the_most_around_the_median() -> None:
    figure = plotting.seed_bands([0, 2], {"a": [[0, 1], [1, 3], [0.5, 9]]}, xlabel="x", ylabel="y", level=("chance", 2))
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [0.5, 3])
    edges = axes.collections[0].get_paths()[0].vertices
    assert {(0, 0), (0, 1), (2, 1), (2, 9)} <= {tuple(point) for point in edges}
    assert [text.get_text() for text in axes.texts] == ["chance", "a"]
    keyed = plotting.seed_bands([0, 2], {"a": [0, 1]}, xlabel="", ylabel="", level=("c", 2), legend="lower right")
    assert [text.get_text() for text in keyed.axes[0].get_legend().get_texts()] == ["a", "c"]


@pytest.mark.parametrize(
    ("across", "series", "said"),
    [
        ([0, 1], {}, "series must hold at least one curve"),
        ([1, 0], {"a": [1, 2]}, "across must be rising numbers"),
        ([0, 1], {"a": [1, 2, 3]}, "2 values for each seed"),
        ([0, 1], {"a": [[1, np.nan], [2, np.nan]]}, "a value of some seed at every place"),
    ],
)
def test_bands_refuse_what_they_cannot_draw(across: Any, series: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        plotting.seed_bands(across, series, xlabel="", ylabel="")


def test_share_curves_refuse_what_they_cannot_draw() -> None:
    with pytest.raises(BadInput, match="series must hold at least one curve"):
        plotting.share_curves([0], {}, xlabel="", ylabel="")
    with pytest.raises(BadInput, match="must be one value for each of the 2 steps, got '1 values'"):
        plotting.share_curves([0, 1], {"a": [1]}, xlabel="", ylabel="")


# --- races ---


def test_relatives_in_a_race_look_alike_and_the_first_stands_out() -> None:
    times, losses = [0, 1, 10], [1, 0.5, 0.1]
    names = ["the paper's", "Adam, quick", "SOAP, quick", "SOAP, slow"]
    (axes,) = plotting.race(dict.fromkeys(names, (times, losses)), xlabel="seconds").axes
    first, adam, quick, slow = axes.lines
    assert first.get_linewidth() > adam.get_linewidth()
    assert quick.get_color() == slow.get_color() != adam.get_color()
    assert quick.get_linestyle() == adam.get_linestyle()
    assert list(first.get_xdata()) == [1, 10]  # a logarithm has no place for the start
    assert axes.get_legend() is not None


def test_the_key_of_a_race_lists_the_lowest_last() -> None:
    curves = {"a": ([1, 2], [1, 0.1]), "b": ([1, 2], [1, 0.9]), "c": ([1, 2], [1, 0.5])}
    (axes,) = plotting.race(curves, xlabel="seconds").axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["b", "c", "a"]


def test_a_race_refuses_what_it_cannot_draw() -> None:
    with pytest.raises(BadInput, match="curves must hold at least one curve"):
        plotting.race({}, xlabel="")
    with pytest.raises(BadInput, match="must be as many times as losses"):
        plotting.race({"a": ([1, 2], [1])}, xlabel="")


# --- verdicts ---


def test_verdicts_are_drawn_in_rows_and_what_does_not_fit_is_refused() -> None:
    verdicts = ("good", "other", "none")
    drawn = plotting.verdict_tiles({"1": ["good"], "2": ["other", "none"]}, verdicts=verdicts, across=1)
    texts = [text.get_text() for text in drawn.axes[0].texts]
    assert texts[:5] == ["1", "\N{CHECK MARK}", "2", "≠", "–"]
    assert texts[-1] == "none"
    wrong: list[tuple[Any, str]] = [
        ({}, "tiles must be"),
        ({"1": []}, r"tiles\['1'\] must be"),
        ({"1": ["bad"]}, "good"),
    ]
    for found, words in wrong:
        with pytest.raises(BadInput, match=words):
            plotting.verdict_tiles(found, verdicts=verdicts)
    with pytest.raises(BadInput, match="verdicts must be 3 texts"):
        plotting.verdict_tiles({"1": ["good"]}, verdicts=["good"])
