"""The Python side of the explorer: data, HTML, and the widgets that need a kernel."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from typing import Any

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from fer_utils import garden, sweeps
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.explorer import Explorer, ExplorerWidget, explore, payload, script, sliders, styles
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
    assert not re.search(r"https?://|@import|url\(|\bfetch\(|import\(", script() + styles())
    assert len(script().encode()) + len(styles().encode()) < 70_000


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


def test_the_explorer_widget_holds_state_that_python_reads_and_sets() -> None:
    one, two = network(0), network(1)
    widget = ExplorerWidget(one, two, chosen=[{0: "a"}, {1: "b"}])
    assert widget.selected == widget.data["selected"]
    assert widget.changes == [{}, {}]
    widget.changes = [{}, {"1,2,3": 0.25}]
    assert widget.networks[1].weight((1, 2, 3)) == 0.25
    assert widget.networks[0].content_hash() == one.content_hash()
