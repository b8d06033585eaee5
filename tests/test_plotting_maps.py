"""Feature maps: each is painted at its place, in the paper's colours, and the new ones are framed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from drawings import MAPS, TWIN_MAPS, pictures_in, random_network, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import plotting
from fer_utils.cppn import Architecture
from fer_utils.features import FeatureMaps, feature_maps
from fer_utils.genome import Genome
from fer_utils.layerize import layerize
from fer_utils.plotting import grids, look, tiles


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
