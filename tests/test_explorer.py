"""The Python side of the explorer: data, HTML, and the widgets that need a kernel."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import ipywidgets
import nbformat
import numpy as np
import pytest
from PIL import Image

from fer_utils import garden, storage, sweeps
from fer_utils.book.chapters import Chapter
from fer_utils.book.runner import Layout, execute
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.explorer import Explorer, ExplorerWidget, explore, payload, script, shell, sliders, styles
from fer_utils.layerize import EvolvedNetwork, layerize

TEXT = "3;cache:2,gaussian:2,tanh:1"


def network(seed: int = 0, label: str = "net") -> Network:
    rng, architecture = np.random.default_rng(seed), Architecture.parse(TEXT)
    return Network(architecture, tuple(rng.standard_normal(shape) for shape in architecture.shapes), label)


def mask() -> EvolvedNetwork:
    return layerize(garden.load_genome("mask"))


def inline_data(page: str) -> Any:
    found = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def test_the_weights_travel_as_float32_layer_after_layer() -> None:
    one = network()
    entry = payload(one, chosen={0: "a"})["networks"][0]
    values = np.frombuffer(base64.b64decode(entry["weights"]), dtype="<f4")
    assert values.tolist() == one.flat().astype(np.float32).tolist()
    assert entry["architecture"] == TEXT
    assert entry["label"] == "net"


def test_a_chosen_weight_carries_its_place_its_paper_id_and_its_range() -> None:
    one = network()
    data = payload(one, chosen=[{9: "by id", (3, 4, 2): ("by place", -3, 1)}])
    first, second = data["networks"][0]["chosen"]
    place = list(one.architecture.locate(9))
    assert first == {"weight": place, "id": 9, "name": "by id", "low": -1.0, "high": 1.0}
    paper_id = one.architecture.paper_id(3, 4, 2)
    assert second == {"weight": [3, 4, 2], "id": paper_id, "name": "by place", "low": -3.0, "high": 1.0}
    assert data["selected"] == {"network": 0, "weight": place}


def test_a_genome_brings_its_named_weights_and_its_nodes() -> None:
    one = mask()
    entry = payload(one)["networks"][0]
    assert {tuple(item["weight"]): item["name"] for item in entry["chosen"]} == sweeps.named(one)
    assert entry["kind"] == "evolved"
    assert entry["names"] == {f"{layer},{neuron}": name for (layer, neuron), name in one.names.items()}


def test_the_papers_sweeps_are_offered_by_name(paper_genome: Callable[[str], Any]) -> None:
    entry = payload(layerize(paper_genome("skull")))["networks"][0]
    assert entry["chosen"][0] == {"weight": [7, 15, 15], "id": 4371, "name": "mouth opening", "low": -1.0, "high": 1.0}


def test_the_apples_stem_keeps_the_papers_own_range(paper_genome: Callable[[str], Any]) -> None:
    entry = payload(layerize(paper_genome("apple")))["networks"][0]
    assert {item["id"]: (item["low"], item["high"]) for item in entry["chosen"]} == {
        42178: (-3.0, 1.0),
        4140: (-1.0, 1.0),
        34459: (-1.0, 1.0),
        17131: (-1.0, 1.0),
    }


@pytest.mark.parametrize("chosen", [None, [None], [{}], {}])
def test_a_network_without_named_weights_offers_four_that_move_its_picture(chosen: Any) -> None:
    one = network()
    offered = payload(one, chosen=chosen)["networks"][0]["chosen"]
    assert len(offered) == 4
    assert [item["name"] for item in offered] == [f"weight {item['id']}" for item in offered]
    assert offered == payload(one, chosen=chosen)["networks"][0]["chosen"]


def test_a_network_of_zeros_is_shown_all_the_same() -> None:
    shapes = Architecture.parse(TEXT).shapes
    assert explore(Network(Architecture.parse(TEXT), tuple(np.zeros(shape) for shape in shapes))).html()


def test_the_title_says_what_is_shown() -> None:
    pair = network(0, "evolved"), network(1, "twin")
    both = [{0: "a"}, {0: "b"}]
    assert payload(*pair, chosen=both)["title"] == "evolved and twin"
    assert payload(*pair, chosen=both, image_name="skull")["title"] == "skull: evolved and twin"
    assert payload(*pair, chosen=both, title="T")["title"] == "T"


def test_the_html_holds_the_data_and_stills_with_words_for_them() -> None:
    shown = explore(network(0, "left"), network(1, "right"), chosen=[{0: "a", 1: "b"}, {2: "c"}], title="T")
    page = shown.html(inline_assets=False)
    assert inline_data(page) == shown.payload
    pictures = re.findall(r'<img src="data:image/jpeg;base64,([^"]+)" alt="([^"]+)">', page)
    assert [re.search("while (.*?) goes", alt)[1] for _, alt in pictures] == ["a", "b", "c"]  # type: ignore[index]
    sizes = [Image.open(io.BytesIO(base64.b64decode(data))).size for data, _ in pictures]
    assert sizes == [(5 * 64 + 4 * 4, 64)] * 3
    assert "<fer-explorer>" in page
    assert script() not in page


def test_script_and_styles_come_along_except_while_the_book_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = explore(network(), chosen={0: "a"})
    monkeypatch.delenv("FER_BOOK_BUILD", raising=False)
    assert script() in shown._repr_html_()
    assert styles() in shown._repr_html_()
    monkeypatch.setenv("FER_BOOK_BUILD", "1")
    assert script() not in shown._repr_html_()
    assert styles() not in shown._repr_html_()
    assert script() in shown.html(inline_assets=True)
    assert script() in shown.page()


def test_the_assets_can_stand_inside_a_page_and_ask_for_nothing_from_outside() -> None:
    assert "</script" not in script()
    assert "<!--" not in script()
    assert "</style" not in styles()
    assets = (script() + styles()).replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.search(r"https?://|@import|url\(|\bfetch\(|import\(", assets)


def test_the_element_that_every_page_loads_is_small() -> None:
    folder = resources.files("fer_utils.explorer")
    assert sum(len((folder / f"element.{ending}").read_bytes()) for ending in ("js", "css")) < 60_000


def test_the_workbench_is_all_the_files_of_its_folder_and_none_is_long() -> None:
    files = {
        place.stem: place.read_text(encoding="utf-8") for place in Path(shell.__file__).parent.glob("workbench/*.js")
    }
    assert sorted(shell.WORKBENCH) == sorted(files)
    assert all(text.strip() in shell.workbench_script() and text.count("\n") < 300 for text in files.values())


@pytest.mark.parametrize("words", ["</script><b>", "<!-- <script>", '"><img src=x onerror=alert(1)>', "a & b"])
def test_words_cannot_break_out_of_the_data_or_the_stills(words: str) -> None:
    one = Network(network().architecture, network().weights, words, {(0, 0): words})
    shown = explore(one, chosen={0: words}, title=words)
    page = shown.html(inline_assets=False)
    assert inline_data(page) == shown.payload
    assert page.count("</script>") == 1
    assert page.count("<img ") == 1
    assert "<b>" not in page
    assert "<!--" not in page
    assert shown.page().count("<title>") == 1


def test_an_explorer_names_its_networks_in_plain_text() -> None:
    assert repr(explore(network(0, "a"), network(1, "b"), chosen=[{0: "x"}, {0: "y"}])) == "Explorer(a, b)"
    assert isinstance(explore(network(), chosen={0: "x"}), Explorer)


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((), {}, "at least one network"),
        (("skull",), {}, "layered network"),
        ((network(),), {"size": 8}, "size"),
        ((network(),), {"full": 4096}, "full"),
        ((network(),), {"chosen": [{0: "a"}, {0: "b"}]}, "1 mappings"),
        ((network(),), {"chosen": [[0]]}, "mapping"),
        ((network(),), {"chosen": {9999: "a"}}, "weight id"),
        ((network(),), {"chosen": {(0, 9, 0): "a"}}, "row"),
        ((network(),), {"chosen": {0: 3}}, "name"),
        ((network(),), {"chosen": {0: ("a", 1, -1)}}, "low end"),
        ((network(),), {"chosen": {0: ("a", float("nan"), 1)}}, "low end"),
    ],
)
def test_what_cannot_be_explored_is_refused_in_a_sentence(arguments: Any, options: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        explore(*arguments, **options)


# ------------------------------------------------------------------------------------------------- widgets


def knobs(box: ipywidgets.HBox) -> tuple[ipywidgets.FloatSlider, ...]:
    return box.children[1].children  # type: ignore[no-any-return]


def test_a_slider_moves_the_picture_to_what_the_changed_network_draws() -> None:
    one = network()
    box = sliders(one, {(1, 2, 3): "smile", 9: ""}, size=24)
    assert [knob.description for knob in knobs(box)] == ["smile", "weight 9"]
    before = box.children[0].value
    knobs(box)[0].value += 0.7
    after = box.children[0].value
    assert after != before
    drawn = np.asarray(Image.open(io.BytesIO(after)), dtype=float) / 255
    assert np.abs(drawn - one.with_weights({(1, 2, 3): one.weight((1, 2, 3)) + 0.7}).image(24)).max() < 1 / 255
    knobs(box)[0].value -= 0.7
    assert box.children[0].value == before


def test_sliders_reach_a_span_to_either_side_and_take_lists_of_weights() -> None:
    one = network()
    (knob,) = knobs(sliders(one, [[1, 2, 3]], span=2.5, size=8))
    assert (knob.min, knob.max) == pytest.approx((knob.value - 2.5, knob.value + 2.5))
    assert knob.value == one.weight((1, 2, 3))


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        (("skull", [0]), {}, "network"),
        ((network(), []), {}, "at least one weight"),
        ((network(), 3), {}, "weights"),
        ((network(), "0"), {}, "weights"),
        ((network(), [9999]), {}, "weight id"),
        ((network(), [0]), {"span": 0}, "span"),
        ((network(), [0]), {"size": 1}, "size"),
    ],
)
def test_sliders_refuse_what_they_cannot_show(arguments: Any, options: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        sliders(*arguments, **options)


# ------------------------------------------------------------------------------- the same element from Python


def test_explore_is_live_only_where_a_kernel_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython

    one = network()
    assert type(explore(one, chosen={0: "a"})) is Explorer
    assert isinstance(explore(one, chosen={0: "a"}, live=True), ExplorerWidget)
    monkeypatch.setattr(IPython, "get_ipython", lambda: type("Shell", (), {"kernel": object()})())
    assert isinstance(explore(one, chosen={0: "a"}), ExplorerWidget)
    assert type(explore(one, chosen={0: "a"}, live=False)) is Explorer
    monkeypatch.setenv("FER_BOOK_BUILD", "1")
    assert type(explore(one, chosen={0: "a"})) is Explorer


def test_the_explorer_widget_holds_state_that_python_reads_and_sets() -> None:
    one, two = network(0), network(1)
    widget = ExplorerWidget(one, two, chosen=[{0: "a"}, {1: "b"}])
    assert widget.selected == widget.data["selected"]
    assert widget.changes == widget.held == [{}, {}]
    widget.changes = [{}, {"1,2,3": 0.25}]
    assert widget.networks[1].weight((1, 2, 3)) == 0.25
    assert widget.networks[0].content_hash() == one.content_hash()
    assert repr(widget) == "Explorer(net, net)"


def test_changes_and_choices_may_be_set_by_paper_id_or_place() -> None:
    one = network()
    widget = ExplorerWidget(one, chosen={0: "a"})
    paper_id = one.architecture.paper_id(1, 2, 3)
    widget.changes = [{paper_id: 0.5, (0, 1, 1): 2}]
    assert widget.changes == [{"1,2,3": 0.5, "0,1,1": 2.0}]
    widget.selected = {"network": 0, "weight": paper_id}
    assert widget.selected == {"network": 0, "weight": [1, 2, 3]}
    widget.held = [{(1, 4): 0}]
    assert widget.held == [{"1,4": 0.0}]


def test_the_network_in_hand_follows_the_page_and_whoever_watches_is_told() -> None:
    one, two = network(0, "left"), network(1, "right")
    widget = ExplorerWidget(one, two, chosen=[{0: "a"}, {1: "b"}])
    seen: list[Network] = []
    widget.observe(lambda change: seen.append(change["new"]), names="network")
    widget.set_state({"changes": [{"1,2,3": 0.25}, {}]})  # as a message from the page does
    assert widget.network.weight((1, 2, 3)) == 0.25
    widget.set_state({"selected": {"network": 1, "weight": [0, 0, 0]}})
    assert widget.network.label == "right"
    assert [one.label for one in seen] == ["left", "right"]


def test_another_network_set_in_python_is_shown_in_place_of_the_one_in_hand() -> None:
    one, two = network(0, "left"), network(1, "right")
    widget = ExplorerWidget(one, two, chosen=[{0: "a"}, {1: "b"}])
    widget.selected = {"network": 1, "weight": [0, 0, 0]}
    widget.changes = [{"0,0,0": 9.0}, {"1,2,3": 0.25}]
    other = mask()
    widget.network = other
    assert widget.networks[1].content_hash() == other.content_hash()
    assert widget.changes == [{"0,0,0": 9.0}, {}]
    assert widget.selected["network"] == 1
    shown = widget.data["networks"]
    assert [one["label"] for one in shown] == ["left", "mask"]
    assert widget.selected["weight"] == shown[1]["chosen"][0]["weight"] == widget.data["selected"]["weight"]
    widget.changes = [{}, {tuple(widget.selected["weight"]): 0.0}]
    assert widget.network.weight(widget.selected["weight"]) == 0.0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("network", "skull", "layered network"),
        ("selected", {"network": 0}, "weight"),
        ("selected", {"network": 2, "weight": [0, 0, 0]}, "network.*at most 0"),
        ("selected", {"network": 0, "weight": [9, 0, 0]}, "layer"),
        ("changes", [{}, {}], "1 mappings"),
        ("changes", [{"0,0,9": 1.0}], "column"),
        ("changes", [{"mouth": 1.0}], "layer,row,column"),
        ("changes", [{"0,0,0": float("nan")}], "finite"),
        ("changes", [{"0,0,0": "1"}], "finite"),
        ("held", [{"3,0": 0.0}], "layer of a held neuron"),
        ("held", [{"0,9": 0.0}], "held neuron"),
        ("held", [{4371: 0.0}], "neuron"),
    ],
)
def test_what_cannot_be_set_is_refused_and_nothing_changes(name: str, value: Any, said: str) -> None:
    widget = ExplorerWidget(network(), chosen={0: "a"})
    before = getattr(widget, name)
    with pytest.raises(BadInput, match=said):
        setattr(widget, name, value)
    assert getattr(widget, name) == before


def test_a_live_explorer_is_saved_with_the_element_that_needs_no_kernel() -> None:
    widget = ExplorerWidget(network(), chosen={0: "a"})
    bundle, *_ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert inline_data(bundle["text/html"])["networks"] == widget.data["networks"]


LIVE = """
import fer_utils as fer
from fer_utils import sweeps
mask = fer.layerize(fer.load_genome("mask"))
mouth = next(iter(sweeps.named(mask)))
shown = fer.explore(mask)
shown.changes = [{mouth: 0.25}]
assert shown.network.weight(mouth) == 0.25
shown
---
import matplotlib.pyplot as plt
from ipywidgets import FloatSlider, interact

@interact(change=FloatSlider(min=-1, max=1, step=0.05))
def draw(change=0.0):
    plt.imshow(mask.with_weights({mouth: mask.weight(mouth) + change}).image(32))
---
from fer_utils.explorer import sliders
box = sliders(mask, {mouth: "mouth opening"}, size=16)
before = box.children[0].value
box.children[1].children[0].value += 0.5
assert box.children[0].value != before
box
"""


def test_a_notebook_shows_live_explorers_and_sliders() -> None:
    from nbclient import NotebookClient

    new = nbformat.v4
    notebook = new.new_notebook(cells=[new.new_code_cell(cell.strip()) for cell in LIVE.split("---")])
    with_environment = {name: value for name, value in os.environ.items() if name != "FER_BOOK_BUILD"}
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute(env=with_environment)
    views = [output.data for cell in notebook.cells for output in cell.outputs if "data" in output]
    assert len([one for one in views if "application/vnd.jupyter.widget-view+json" in one]) == 3
    assert "<fer-explorer>" in views[0]["text/html"]
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    (drawn,) = [one["state"]["outputs"] for one in states if one["model_name"] == "OutputModel"]
    assert "image/png" in drawn[0]["data"]


def test_a_notebook_run_for_the_book_keeps_the_element_alone(tmp_path: Path) -> None:
    source = tmp_path / "notebooks" / "01_drag_it.py"
    cell = [line for line in LIVE.split("---")[0].strip().splitlines() if not line.startswith(("shown.", "assert"))]
    head = [
        "# ---",
        "# jupyter:",
        "#   fer:",
        "#     needs: []",
        "# ---",
        "",
        "# %% [markdown]",
        "# # Drag it",
        "",
        "# %%",
    ]
    storage.write_text(source, "\n".join([*head, *cell]) + "\n")
    chapter = Chapter("01_drag_it", source, "Drag it", (), {"out": "out"})
    done = execute(chapter, {}, tmp_path / "work", Layout(tmp_path, "quick"))
    (output,) = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
    assert set(output["data"]) == {"text/html", "text/plain"}
    assert output["data"]["text/html"].startswith("<fer-explorer>")
    assert "FER_BOOK_BUILD" not in os.environ
