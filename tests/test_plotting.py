"""Figures: every one keeps to its sheet, touches nothing else, and refuses what it cannot draw."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from drawings import EVOLVED, HISTORY, MAPS, MASK, PICTURE, TWIN, TWIN_MAPS, random_network
from matplotlib.figure import Figure
from nbclient import NotebookClient
from PIL import Image

from fer_utils import plotting
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.features import feature_maps
from fer_utils.plotting import look

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
