"""Figures of components: what is drawn is right, fits the sheet, and touches nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from genomes import random_network
from matplotlib.figure import Figure

from fer_utils import garden, plotting
from fer_utils.checks import BadInput
from fer_utils.features import FeatureMaps, feature_maps
from fer_utils.layerize import layerize
from fer_utils.plotting import components as module
from fer_utils.plotting import look
from fer_utils.plotting.tiles import shrink
from fer_utils.rotations import MEASURED, METHODS, Components, compare_bases, components, purity

EVOLVED = layerize(garden.load_genome("mask"), label="evolved mask")
MAPS = feature_maps(EVOLVED, 24)
OTHER = feature_maps(random_network(EVOLVED.architecture, 0), 24)


def rows_of(maps: FeatureMaps, method: str = "pca") -> list[Components]:
    return [components(maps, layer, method=method) for layer in range(maps.architecture.depth)]


PARTS = {"evolved": rows_of(MAPS, "symmetric"), "random": rows_of(OTHER, "symmetric")}
SCORES = {"evolved": compare_bases(MAPS, rotations=5), "random": compare_bases(OTHER, rotations=5)}
LONG = "a network with a name that goes on"
FIGURES: dict[str, Callable[[], Figure]] = {
    "component_rows": lambda: plotting.component_rows(rows_of(OTHER), title="all layers"),
    "component_rows, many": lambda: plotting.component_rows(PARTS["random"], columns=30),
    "component_rows, one": lambda: plotting.component_rows(PARTS["evolved"][:1], columns=1),
    "purity_bars": lambda: plotting.purity_bars(SCORES),
    "purity_bars, one": lambda: plotting.purity_bars({LONG: SCORES["random"]}, measure="sparseness"),
    "spectra": lambda: plotting.spectra(PARTS),
    "spectra, one": lambda: plotting.spectra({LONG: PARTS["random"][2:3]}, colours=["#123456"]),
}


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


# --- every figure ---


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_fits_the_column_and_leaves_the_settings_as_they_were(name: str) -> None:
    before = dict(mpl.rcParams)
    figure = FIGURES[name]()
    figure._repr_mimebundle_()  # type: ignore[attr-defined]
    assert dict(mpl.rcParams) == before
    assert figure.get_size_inches()[0] <= look.WIDTH + 1e-6


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_leaves_the_sheet(name: str) -> None:
    figure = FIGURES[name]()
    figure.canvas.draw()
    found: list[Any] = [*figure.texts]
    for axes in figure.axes:
        ticks = [*axes.get_xticklabels(), *axes.get_yticklabels()] if axes.axison else []
        found += [*axes.texts, axes.xaxis.label, *ticks]
    for text in found:
        if text.get_text():
            box = text.get_window_extent()
            inside = box.x0 > -1 and box.y0 > -1 and box.x1 < figure.bbox.x1 + 1 and box.y1 < figure.bbox.y1 + 1
            assert inside, f"{text.get_text()!r} lies at {box}, outside {figure.bbox}"


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_gives_the_same_bytes(name: str) -> None:
    one, two = (FIGURES[name]()._repr_mimebundle_() for _ in range(2))  # type: ignore[attr-defined]
    assert one == two


# --- component_rows ---


def test_each_component_is_drawn_as_its_map_with_its_share_and_bar() -> None:
    part = rows_of(OTHER)[1]
    figure = plotting.component_rows([part], columns=40)
    pictures = [np.asarray(image.get_array()) for image in figure.axes[0].images]
    tiles = [picture for picture in pictures if picture.shape[0] > 1]
    assert len(tiles) == len(part)
    for tile, one in zip(tiles, part.maps, strict=True):
        assert np.array_equal(tile, look.map_colours(shrink(one, tile.shape[0])))
    bars = [
        image for image in figure.axes[0].images if np.array_equal(image.get_array(), look.rgb(look.INK)[None, None])
    ]
    widths = [image.get_extent()[1] - image.get_extent()[0] for image in bars[:-1]]  # the last is the key's
    side = tiles[0].shape[0] / look.DOTS
    assert widths == pytest.approx([side * share for share in part.even if share > 0.005])
    assert [text for text in texts(figure) if text.endswith(" %")] == [module._percent(share) for share in part.shares]


def test_layers_stand_in_the_order_given_with_their_names_and_ranks() -> None:
    chosen = [rows_of(OTHER)[layer] for layer in (2, 0)]
    words = texts(plotting.component_rows(chosen))
    assert [word for word in words if word in ("L0", "L1", "L2")] == ["L2", "L0"]
    assert [word for word in words if word.startswith("rank")] == [f"rank {part.rank}" for part in chosen]


def test_what_is_not_drawn_is_counted() -> None:
    part = rows_of(OTHER)[3]
    words = texts(plotting.component_rows([part], columns=2))
    assert f"{len(part) - 2} more:" in words
    assert module._percent(part.shares[2:].sum()) in words
    assert not any("more" in word for word in texts(plotting.component_rows([part], columns=len(part))))


@pytest.mark.parametrize(
    ("share", "text"), [(0.414, "41 %"), (1.0, "100 %"), (0.0094, "0.9 %"), (0.0096, "1 %"), (0.0004, "< 0.1 %")]
)
def test_small_shares_are_not_rounded_to_nothing(share: float, text: str) -> None:
    assert module._percent(share) == text


# --- spectra and bars ---


def test_each_dot_is_a_component_at_its_even_share() -> None:
    figure = plotting.spectra(PARTS)
    for axes, parts in zip(figure.axes, PARTS.values(), strict=True):
        dots = [one for one in axes.collections if isinstance(one, mpl.collections.PathCollection)]
        drawn = np.concatenate([np.asarray(dot.get_offsets()) for dot in dots])
        wanted = [(share, part.layer) for part in parts for share in part.even]
        assert drawn == pytest.approx(np.array(wanted))
        mean = np.mean([purity(part.even) for part in parts if len(part)])
        assert f"purity {mean:.2f}" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("measure", ["purity", "sparseness"])
def test_bars_are_means_over_layers_and_the_band_is_that_of_random_rotations(measure: str) -> None:
    figure = plotting.purity_bars(SCORES, measure=measure)
    for axes, scores in zip(figure.axes, SCORES.values(), strict=True):
        band, *bars = [patch for patch in axes.patches if isinstance(patch, mpl.patches.Rectangle)]
        wanted = [np.mean([getattr(one, measure) for one in scores if one.method == name]) for name in MEASURED]
        assert [bar.get_width() for bar in bars] == pytest.approx(wanted)
        ends = np.mean([getattr(one, f"null_{measure}") for one in scores], axis=0)[[0, 2]]
        assert [band.get_x(), band.get_x() + band.get_width()] == pytest.approx(list(ends))
        assert [f"{value:.2f}" for value in wanted] == [text.get_text() for text in axes.texts][: len(wanted)]


def test_every_basis_has_a_name() -> None:
    assert tuple(module.NAMES) == MEASURED == ("neurons", *METHODS)


# --- refusals ---

CONSTANT = Components(np.zeros((0, 4, 4)), np.zeros((0, 3)), np.zeros(0), np.zeros(0), "pca", 0, 0)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (None, "parts must be the Components of one or more layers, got None"),
        (PARTS["evolved"][0], "parts must be the Components of one or more layers"),
        ([MAPS], r"parts\[0\] must be the Components of a layer"),
        ([], "parts must be .* that vary, got no map to draw"),
        ([CONSTANT], "parts must be .* that vary, got no map to draw"),
    ],
)
def test_what_are_no_components_is_refused(parts: Sequence[Components], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        plotting.component_rows(parts)
    with pytest.raises(BadInput, match=sentence.replace("parts", r"networks\['a'\]", 1)):
        plotting.spectra({"a": parts})


@pytest.mark.parametrize("columns", [0, 41, 2.0])
def test_a_row_has_a_whole_number_of_columns(columns: object) -> None:
    with pytest.raises(BadInput, match="columns must be a whole number"):
        plotting.component_rows(PARTS["evolved"], columns=columns)  # type: ignore[arg-type]


@pytest.mark.parametrize("figure", [plotting.spectra, plotting.purity_bars])
@pytest.mark.parametrize("networks", [{}, [], None, "mask"])
def test_a_comparison_needs_networks(figure: Callable[..., Figure], networks: object) -> None:
    with pytest.raises(BadInput, match=r"networks must be .* of at least one network"):
        figure(networks)


@pytest.mark.parametrize("scores", [None, "pca", [], [MAPS], SCORES["random"][:3]])
def test_bars_need_scores_of_every_basis(scores: Any) -> None:
    with pytest.raises(BadInput, match=r"networks\['a'\] must be the scores that compare_bases returns"):
        plotting.purity_bars({"a": scores})


def test_other_settings_of_comparisons_are_checked() -> None:
    with pytest.raises(BadInput, match="measure must be one of purity, sparseness"):
        plotting.purity_bars(SCORES, measure="pureness")
    with pytest.raises(BadInput, match="colours must be a sequence of 2 texts"):
        plotting.purity_bars(SCORES, colours=["#000000"])
    with pytest.raises(BadInput, match="colours must be a sequence of 2 texts"):
        plotting.spectra(PARTS, colours=["#000000"])
