"""Figures for print: every figure of the paper has a drawing or a reason, and files are named after it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from fer_utils import fidelity, garden, plotting, storage
from fer_utils.book.drawing import DRAWERS, Material, chosen_rows
from fer_utils.book.figures import main, print_figures, write_index
from fer_utils.book.subjects import subject
from fer_utils.checks import BadInput
from fer_utils.layerize import layerize, nodes_to_follow
from fer_utils.plotting.printing import PRINT_DOTS, print_figure

MASK = garden.load_genome("mask")
TINY = {"size": 32, "maps": 24, "steps": 30, "graph_side": 16, "graph_steps": 20, "directions": 2, "strongest": 3}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep trained networks out of the project's own store."""
    monkeypatch.setenv("FER_STORE", str(tmp_path / "store"))
    return tmp_path


def test_every_figure_that_can_be_drawn_has_a_drawing_and_no_drawing_is_left_over() -> None:
    assert {figure.slug for figure in fidelity.FIGURES if figure.slug} == set(DRAWERS)


def test_a_figure_is_saved_in_three_formats_and_twice_alike(tmp_path: Path) -> None:
    drawn = plotting.genome_graph(MASK)
    paths = print_figure(drawn, tmp_path / "a" / "02-graph-mask")
    assert [path.name for path in paths] == ["02-graph-mask.svg", "02-graph-mask.pdf", "02-graph-mask.png"]
    assert paths[0].read_text().startswith("<?xml")
    assert paths[1].read_bytes().startswith(b"%PDF")
    with Image.open(paths[2]) as picture:
        assert picture.width == round(drawn.get_size_inches()[0] * PRINT_DOTS)
    again = print_figure(drawn, tmp_path / "b" / "02-graph-mask")
    assert [storage.file_hash(path) for path in again] == [storage.file_hash(path) for path in paths]


def test_what_cannot_be_saved_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="kind must be one of svg, pdf, png"):
        print_figure(plotting.network_inputs(16), tmp_path / "x", kinds=["jpg"])
    with pytest.raises(BadInput, match="figure must be a matplotlib figure"):
        print_figure("x", tmp_path / "x")  # type: ignore[arg-type]


def test_the_mask_is_drawn_for_figures_of_every_kind(store: Path) -> None:
    some = ["4", "6", "12"]
    printed = list(print_figures(only=some, images=["mask"], folder=store / "out", kinds=["png"], options=TINY))
    names = sorted(path.name for one in printed for path in one.paths)
    assert {name.split("-")[0] for name in names} == {one.zfill(2) for one in some}
    assert "06-chosen-sweeps-evolved-mask.png" in names
    assert all(path.stat().st_size > 1000 for one in printed for path in one.paths)
    text = write_index(printed, store / "out").read_text()
    assert "| 6 | chosen weight sweeps | mask | evolved |" in text
    assert "Not drawn in this run" in text
    assert "- 7: " in text


def test_all_sweeps_are_spread_over_sheets(store: Path) -> None:
    (one, *rest) = print_figures(only=["S"], images=["mask"], folder=store / "out", kinds=["png"], options=TINY)
    assert one.paths[0].name == "S-all-sweeps-evolved-01-mask.png"
    assert any("sgd-01" in two.paths[0].name for two in rest)


def test_without_the_papers_genomes_the_mask_stands_in_for_the_skull_alone(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_PICBREEDER_DIR", str(store))
    monkeypatch.setenv("XDG_CACHE_HOME", str(store))
    printed = list(print_figures(only=["4", "14"], folder=store / "out", kinds=["svg"], options=TINY))
    assert {(one.figure.number, one.image) for one in printed} == {("4", "mask")}


def test_an_unknown_figure_is_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "99", "--out", str(tmp_path)]) == 2
    assert "figure must be one of 1, 2" in capsys.readouterr().err
    done = subprocess.run([sys.executable, "-m", "fer_utils.book.figures", "--help"], capture_output=True, text=True)
    assert "build/figures" in done.stdout


def test_a_chosen_sweep_is_drawn_over_the_range_that_the_paper_draws() -> None:
    network = layerize(MASK)
    weight = next(iter(network.connection_of))
    texts = [text.get_text() for text in chosen_rows(network, {weight: "x"}, size=16).axes[0].texts]
    assert texts[-5:] == ["w − 1", "w − 0.5", "w", "w + 0.5", "w + 1"]


def test_rows_may_have_their_own_ranges_and_each_frames_its_unchanged_picture() -> None:
    stack = [MASK.image(16)] * 3
    drawn = plotting.sweep_rows([stack, stack], ["a", "b"], ranges=[[-1, 0, 1], [-2, -1, 0]])
    texts = [text.get_text() for text in drawn.axes[0].texts]
    assert texts.count("w") == 2
    with pytest.raises(BadInput, match="ranges must be 2 rows of numbers, got '1 rows'"):
        plotting.sweep_rows([stack, stack], ["a", "b"], ranges=[[-1, 0, 1]])


def test_the_material_says_how_its_networks_were_come_by(store: Path) -> None:
    material = Material(subject("mask"), **{**TINY, "steps": 20})
    assert material.note == "the genome alone"
    assert len(material.runs) >= 1
    assert "seed 0" in material.note


def test_a_node_is_written_as_a_formula_of_the_nodes_it_reads() -> None:
    from fer_utils.plotting.nodes import formula, node_title

    node = next(node for node in MASK.order() if len(MASK.incoming(node)) > 1)
    text = formula(MASK, node)
    assert text.startswith(f"{MASK.node(node).activation}(")
    assert text.count("+") + text.count("\N{MINUS SIGN}") >= len(MASK.incoming(node)) - 1
    drawn = plotting.node_gallery(MASK, size=16)
    computed = [node for node in MASK.order() if MASK.node(node).kind != "input"]
    titles = [text.get_text() for text in drawn.axes[0].texts if text.get_text().startswith("[")]
    assert {node_title(MASK, node) for node in computed} <= set(titles)
    with pytest.raises(BadInput, match="genome must be a Genome"):
        plotting.node_gallery("mask")  # type: ignore[arg-type]


def test_two_nodes_are_followed_one_long_lived_and_one_deep() -> None:
    network = layerize(MASK)
    longest, deep = nodes_to_follow(network)
    hidden = [node.id for node in MASK.nodes if node.kind == "hidden"]
    assert {longest, deep} <= set(hidden)
    assert len(network.neurons_of[longest]) == max(len(network.neurons_of[node]) for node in hidden)
    assert len(network.neurons_of[deep]) == 1
