"""The workbench's tools on a bare page: networks side by side, views, history, links, files, genome, directions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explorers import (
    Open,
    data_page,
    js_forward,
    moved,
    pictures,
    pixels,
    random_network,
    set_state,
    settle,
    shown,
    state,
    two,
    two_page,
)
from PIL import Image

from fer_utils import garden, images
from fer_utils.cppn import Network
from fer_utils.cppn.network import step
from fer_utils.explorer import payload
from fer_utils.genome import Genome
from fer_utils.layerize import layerize

pytestmark = pytest.mark.browser

REST = "new Promise((resolve) => setTimeout(resolve, 450))"  # by the page's clock, however busy the machine
TEXT = "4;cache:3,gaussian:3,sin:2,tanh:2"


def four(**more: Any) -> str:
    """Four networks of two pictures, two of them shown."""
    networks = [random_network(TEXT, seed, label=f"net {seed}", density=0.6, gain=2.0) for seed in range(4)]
    data = payload(*networks, chosen=[{(1, 0, 3): f"w{seed}"} for seed in range(4)], size=24, full=48, title="Four")
    for i, entry in enumerate(data["networks"]):
        entry["group"] = "first" if i < 2 else "second"
    return data_page({**data, "shown": [0, 1], **more})


def evolved_page(**more: Any) -> str:
    return data_page({**payload(layerize(garden.load_genome("mask")), size=24, full=48), **more})


# ------------------------------------------------------------------------------------------- side by side


def test_other_networks_take_the_place_of_those_shown(open_page: Open) -> None:
    page = open_page(four())
    assert [panel.get_attribute("aria-label") for panel in page.locator(".fer-panel").all()] == ["net 0", "net 1"]
    page.get_by_label("Network shown here: net 1").select_option("net 3")
    assert state(page)["shown"] == [0, 3]
    assert state(page)["selected"]["network"] == 3
    page.get_by_label("Network shown here: net 0").select_option("net 3")
    assert state(page)["shown"] == [3, 0]  # they change places
    page.get_by_role("button", name="second").click()
    assert state(page)["shown"] == [2, 3]
    page.get_by_role("button", name="Put net 3 away").click()
    assert state(page)["shown"] == [2]
    page.get_by_role("button", name="Compare with").click()
    assert state(page)["shown"] == [2, 3]
    settle(page)
    wanted = [js_forward(page, i, 48)["image"] for i in (2, 3)]
    assert all((np.array(p).reshape(48, 48, 4) == w).all() for p, w in zip(pictures(page), wanted, strict=True))


def test_linked_networks_move_by_as_much_and_others_stay(open_page: Open) -> None:
    page = open_page(two_page())
    page.get_by_label("move together").check()
    page.get_by_role("slider", name="first: left eye").press("End")
    now, (first, second) = state(page), two()
    assert now["linked"] is True
    for changes, network in zip(now["changes"], (first, second), strict=True):
        assert changes["1,0,3"] == pytest.approx(network.weight((1, 0, 3)) + 1, abs=1e-5)
    page.get_by_label("move together").uncheck()
    page.get_by_role("slider", name="first: left eye").press("Home")
    assert state(page)["changes"][1] == now["changes"][1]
    assert state(page)["changes"][0] != now["changes"][0]


def test_several_weights_are_moved_at_once_each_by_its_own_slider(open_page: Open) -> None:
    page = open_page(two_page())
    page.get_by_role("slider", name="first: left eye").press("End")
    page.get_by_role("slider", name="first: brightness").press("Home")
    page.get_by_role("group", name="Incoming weights").get_by_role("button").nth(1).click()
    panel = page.get_by_role("region", name="first")
    assert panel.get_by_role("slider").count() == 3
    panel.get_by_role("slider").nth(2).press("End")
    settle(page)
    changes = state(page)["changes"][0]
    assert len(changes) == 3
    wanted = two()[0].with_weights({tuple(map(int, key.split(","))): value for key, value in changes.items()})
    assert np.abs(js_forward(page, 0, 96, changes)["outputs"] - wanted.outputs(96)).max() <= 2e-5
    assert (np.array(pictures(page)[0]).reshape(96, 96, 4) == js_forward(page, 0, 96, changes)["image"]).all()


@pytest.mark.parametrize("way", ["Incoming", "Outgoing"])
def test_a_weight_is_dragged_in_the_list_itself_and_moved_there_by_arrow_keys(open_page: Open, way: str) -> None:
    page = open_page(two_page())
    if way == "Outgoing":
        page.get_by_text("Outgoing weights").click()
    row = page.get_by_role("group", name=f"{way} weights").get_by_role("button").nth(1)
    weight = row.get_attribute("data-weight")
    before = two()[0].weight(tuple(map(int, weight.split(","))))
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 10, steps=5)
    page.mouse.up()
    assert state(page)["changes"][0][weight] == pytest.approx(before + 0.5, abs=0.02)
    assert state(page)["neuron"] == [1, 3]
    value = state(page)["changes"][0][weight]
    row.press("ArrowLeft")
    row.press("Shift+ArrowLeft")
    assert state(page)["changes"][0][weight] == pytest.approx(value - 0.12, abs=1e-5)


# --------------------------------------------------------------------------------------- holding neurons


def with_held(network: Network, layer: int, neuron: int, value: float, size: int) -> Any:
    """Compute the picture with one neuron held, by NumPy and another way than the page does."""
    values = images.coordinates(size).reshape(4, -1)
    for k in range(network.architecture.depth + 1):
        values = np.array(step(network.weights[k], network.architecture, k, values))
        if k == layer:
            values[neuron] = value
    return images.colour(values.reshape(3, size, size)).transpose(1, 2, 0)


@pytest.mark.parametrize(("layer", "neuron", "value"), [(0, 4, 0.0), (2, 3, 0.75), (3, 0, -1.5), (4, 2, 0.5)])
def test_a_held_neuron_counts_with_its_value_in_picture_and_maps(
    open_page: Open, layer: int, neuron: int, value: float
) -> None:
    page = open_page(two_page())
    set_state(page, held=[{f"{layer},{neuron}": value}, {}])
    settle(page)
    image = np.array(pictures(page)[0]).reshape(96, 96, 4)[..., :3] / 255
    close = np.abs(image - with_held(two()[0], layer, neuron, value, 96)).max(axis=2) < 2 / 255
    assert close.mean() > 0.998
    set_state(page, held=[{}, {}])
    settle(page)
    assert (np.array(pictures(page)[0]).reshape(96, 96, 4) == js_forward(page, 0, 96)["image"]).all()


def test_a_reader_knocks_a_neuron_out_holds_it_and_lets_it_go(open_page: Open) -> None:
    page = open_page(two_page())
    before = pictures(page)
    page.get_by_role("button", name="Knock out").click()
    assert state(page)["held"] == [{"1,3": 0}, {}]
    settle(page)
    assert moved(before[0], pictures(page)[0])
    assert "knocked out" in page.locator(".fer-close .fer-place").inner_text()
    page.get_by_label("hold at").fill("0.5")
    page.get_by_label("hold at").press("Tab")
    assert state(page)["held"] == [{"1,3": 0.5}, {}]
    page.get_by_role("button", name="Let go").click()
    settle(page)
    assert state(page)["held"] == [{}, {}]
    assert pictures(page) == before


# --------------------------------------------------------------------------------------------- animation


@pytest.mark.parametrize("easing", ["smooth", "even", "stills"])
def test_a_weight_plays_through_its_range_in_the_manner_chosen(open_page: Open, easing: str) -> None:
    page = open_page(two_page())
    page.get_by_label("How first plays").select_option(easing)
    page.get_by_role("button", name="Play").first.click()
    page.evaluate(
        """() => { window.seen = new Set();
             document.addEventListener('fer-change', ({ detail }) => seen.add(detail.changes[0]['1,0,3'] ?? 0)); }"""
    )
    page.wait_for_timeout(1600)
    seen = np.array(page.evaluate("[...seen]")) - two()[0].weight((1, 0, 3))
    page.get_by_role("button", name="Pause").click()
    assert np.abs(seen).max() <= 1 + 1e-5
    if easing == "stills":
        assert set(np.round(seen, 4)) <= {-1.0, -0.5, 0.0}
    else:
        assert len(seen) > 3
    page.evaluate(REST)  # a pause ends a gesture
    page.get_by_role("button", name="Undo").click()  # a whole animation is one step
    assert state(page)["changes"] == [{}, {}]


# ------------------------------------------------------------------------------------------------- views


def test_even_and_odd_halves_are_what_they_say(open_page: Open) -> None:
    page = open_page(two_page())
    now = np.array(pictures(page)[0], dtype=float).reshape(96, 96, 4)[..., :3]
    page.get_by_role("button", name="Even").click()
    settle(page)
    even = np.array(pictures(page)[0], dtype=float).reshape(96, 96, 4)[..., :3]
    assert (even == even[:, ::-1]).all()
    assert np.abs(even - (now + now[:, ::-1]) / 2).max() <= 1
    page.get_by_role("button", name="Odd").click()
    settle(page)
    odd = np.array(pictures(page)[0], dtype=float).reshape(96, 96, 4)[..., :3]
    signed = (now - now[:, ::-1]).sum(axis=2) / 765
    wanted = 255 * np.stack([np.minimum(1, 1 - signed), 1 - np.abs(signed), np.minimum(1, 1 + signed)], axis=-1)
    assert np.abs(odd - wanted).max() <= 2


def test_views_hold_for_the_maps_too(open_page: Open) -> None:
    page = open_page(two_page())
    set_state(page, neuron=[2, 4], view="odd", colours="cividis")
    settle(page)
    values = two()[0].activations(96)[2][4]
    odd = np.clip((values - values[:, ::-1]) / 2, -1, 1)[..., None]
    low, middle, high = np.array([0, 34, 78]), np.array([124, 123, 120]), np.array([254, 232, 56])
    wanted = np.where(odd < 0, middle + (low - middle) * -odd, middle + (high - middle) * odd)
    big = np.array(pixels(page.locator(".fer-bigmap"))).reshape(96, 96, 4)[..., :3]
    assert np.abs(big - wanted).max() <= 2
    set_state(page, view="difference", colours="red-blue")
    settle(page)
    assert set(pixels(page.locator(".fer-bigmap"))) == {255}


def test_the_colours_of_the_maps_are_chosen(open_page: Open) -> None:
    page = open_page(two_page())
    before = pixels(page.locator(".fer-tiles"))
    page.get_by_label("Colours of the maps").select_option("blue to yellow")
    settle(page)
    assert state(page)["colours"] == "cividis"
    assert moved(before, pixels(page.locator(".fer-tiles")))


# ----------------------------------------------------------------------------------------------- history


def test_undo_and_redo_go_by_whole_gestures(open_page: Open) -> None:
    page = open_page(two_page())
    slider = page.get_by_role("slider", name="first: left eye")
    slider.evaluate(  # five steps of one drag
        """(slider) => { for (let k = 1; k <= 5; k++) { slider.value = k / 100;
             slider.dispatchEvent(new Event('input', { bubbles: true })); } }"""
    )
    page.evaluate(REST)  # a pause ends a gesture
    page.get_by_role("button", name="Knock out").click()
    page.evaluate(REST)  # a pause ends a gesture
    moved_to = state(page)["changes"]
    page.get_by_role("button", name="Undo").click()
    assert (state(page)["changes"], state(page)["held"]) == (moved_to, [{}, {}])
    page.keyboard.press("Control+z")
    assert state(page)["changes"] == [{}, {}]
    page.keyboard.press("Control+Shift+z")
    page.get_by_role("button", name="Redo").click()
    assert (state(page)["changes"], state(page)["held"]) == (moved_to, [{"1,3": 0}, {}])
    assert page.get_by_role("button", name="Redo").is_disabled()
    page.get_by_role("button", name="Reset all networks").click()
    assert (state(page)["changes"], state(page)["held"]) == ([{}, {}], [{}, {}])
    page.get_by_role("button", name="Undo").click()
    assert state(page)["changes"] == moved_to


# -------------------------------------------------------------------------------------------------- links


def test_a_link_reopens_the_same_state_and_the_same_pictures(open_page: Open) -> None:
    page = open_page(four())
    set_state(
        page,
        shown=[1, 2],
        selected={"network": 2, "weight": [2, 3, 4]},
        changes=[{}, {"1,0,3": 0.5}, {"0,1,1": -0.25, "4,2,2": 1.5}, {}],
        held=[{}, {}, {"2,1": 0}, {}],
        neuron=[2, 1],
        view="even",
        linked=True,
        colours="cividis",
    )
    settle(page)
    wanted, drawn, link = state(page), pictures(page), page.evaluate("document.querySelector('fer-explorer').link()")
    fresh = open_page(four(), wait=False)
    fresh.goto(link)
    fresh.reload()
    settle(fresh)
    assert state(fresh) == wanted
    assert pictures(fresh) == drawn
    fresh.evaluate("location.hash = ''")
    set_state(fresh, changes=[{}, {}, {}, {}])
    fresh.evaluate("(link) => { location.hash = new URL(link).hash }", link)
    fresh.wait_for_function("Object.keys(document.querySelector('fer-explorer').state.changes[2]).length === 2")
    settle(fresh)
    assert state(fresh) == wanted


def test_the_link_is_copied_or_offered_for_copying(open_page: Open) -> None:
    page = open_page(two_page())
    page.get_by_role("slider", name="first: left eye").press("End")
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("document.querySelector('.fer-note').textContent.includes('opens this very state')")
    assert page.evaluate("location.href") == page.evaluate("document.querySelector('fer-explorer').link()")


@pytest.mark.parametrize("hash_", ["#fer=%%%", "#fer=AAAA", "#fer=eyJ2Ijo5fQ", "#fer=bnVsbA", "#fer="])
def test_a_broken_link_is_a_sentence(open_page: Open, hash_: str) -> None:
    page = open_page(two_page())
    page.evaluate("(hash) => { location.hash = hash }", hash_)
    page.wait_for_function("document.querySelector('.fer-note').textContent.includes('cannot be read')")
    assert state(page)["changes"] == [{}, {}]


# ------------------------------------------------------------------------------------------------- files


def save(page: Any, name: str, panel: int = 0) -> Path:
    details = page.locator(".fer-panel").nth(panel).locator(".fer-save")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    with page.expect_download() as found:
        details.get_by_role("button", name=name).click()
    return Path(found.value.path())


@pytest.mark.parametrize("size", [256, 2048])
def test_the_picture_is_saved_as_png(open_page: Open, size: int) -> None:
    page = open_page(two_page())
    page.context.set_default_timeout(60000)
    set_state(page, changes=[{"1,0,3": 0.9}, {}])
    with Image.open(save(page, f"{size} px")) as picture:
        found = np.asarray(picture.convert("RGB")) / 255
    assert found.shape == (size, size, 3)
    if size == 256:
        close = np.abs(found - two()[0].with_weights({(1, 0, 3): 0.9}).image(256)).max(axis=2) < 2 / 255
        assert close.mean() > 0.998


def test_the_changed_network_comes_back_in_python_and_in_the_page(open_page: Open) -> None:
    page = open_page(two_page())
    set_state(page, changes=[{"1,0,3": 0.9, "4,2,2": -1.25}, {}], held=[{"2,4": 0}, {}])
    settle(page)
    drawn = pictures(page)[0]
    path = save(page, "network")
    network = Network.from_json(json.loads(path.read_text(encoding="utf-8")))
    assert network.weight((1, 0, 3)) == pytest.approx(0.9)
    assert not any(network.weight((3, 4, column)) for column in range(10))  # knocked out: nothing leads on
    page.locator("input[type=file]").set_input_files(path)
    page.wait_for_function("document.querySelector('fer-explorer').state.changes.length === 3")
    assert state(page)["shown"] == [0, 2]
    settle(page)
    assert pictures(page)[1] == drawn


@pytest.mark.parametrize(("layer", "neuron", "value"), [(2, 4, 0.4), (0, 1, -0.7)])
def test_a_held_neuron_is_written_into_the_weights_where_they_can_express_it(
    open_page: Open, layer: int, neuron: int, value: float
) -> None:
    page = open_page(two_page())
    set_state(page, held=[{f"{layer},{neuron}": value}, {}])
    network = Network.from_json(page.evaluate("document.querySelector('fer-explorer').networkJSON(0)"))
    close = np.abs(network.image(48) - with_held(two()[0], layer, neuron, value, 48)).max(axis=2) < 1 / 255
    assert close.mean() > 0.998


def test_what_weights_cannot_express_is_not_saved_but_said(open_page: Open) -> None:
    page = open_page(two_page())
    set_state(page, held=[{"2,0": 0.4}, {}])
    page.locator(".fer-save summary").first.click()
    page.locator(".fer-save").first.get_by_role("button", name="network").click()
    page.wait_for_function("document.querySelector('.fer-note').textContent.includes('weights alone cannot express')")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("null", "schema"),
        ('{"schema": "fer-network/2"}', "schema"),
        ('{"schema": "fer-network/1", "architecture": "1;cache:1", "weights": "AAAA"}', "must have 7 weights"),
        ('{"schema": "fer-network/1", "label": "<img src=x onerror=alert(1)>", "architecture": "x"}', "must read like"),
    ],
)
def test_a_file_that_is_no_network_is_a_sentence(open_page: Open, tmp_path: Path, text: str, said: str) -> None:
    page = open_page(two_page())
    (tmp_path / "own.json").write_text(text, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(tmp_path / "own.json")
    page.wait_for_function("(said) => document.querySelector('.fer-note').textContent.includes(said)", arg=said)
    assert state(page)["shown"] == [0, 1]


def test_a_file_is_dropped_on_the_explorer(open_page: Open) -> None:
    page = open_page(two_page())
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.items.add(new File([text], 'own.json'));
             const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
             document.querySelector('.fer-picture').dispatchEvent(drop); }""",
        json.dumps(two()[1].to_json()),
    )
    page.wait_for_function("document.querySelector('fer-explorer').state.shown.includes(2)")
    settle(page)
    assert (np.array(pictures(page)[1]).reshape(96, 96, 4) == js_forward(page, 1, 96)["image"]).all()


# ------------------------------------------------------------------------------------------------ genome


def test_neurons_are_named_after_the_genome_where_no_names_came(open_page: Open) -> None:
    network = layerize(garden.load_genome("mask"))
    data = payload(network, size=24, full=48)
    data["networks"][0].pop("names", None)
    page = open_page(data_page(data))
    inputs = network.genome.inputs.values()
    (layer, neuron), node = next(item for item in network.node_of.items() if item[1] not in inputs)
    set_state(page, neuron=[layer, neuron])
    label = network.genome.node(node).label or node
    assert f"genome node {label}" in page.locator(".fer-close .fer-place").inner_text()


def test_the_genome_stands_beside_its_layers_and_both_show_the_same_neuron(open_page: Open) -> None:
    page = open_page(evolved_page(), viewport={"width": 1300, "height": 1200})
    network = layerize(garden.load_genome("mask"))
    assert page.locator(".fer-graph").is_visible()
    assert page.locator(".fer-tiles").is_visible()
    assert page.locator(".fer-node").count() == len(network.genome.order())
    knob = page.locator(".fer-node").nth(6)
    knob.click()
    layer, neuron = state(page)["neuron"]
    node = network.node_of[layer, neuron]
    assert network.neurons_of[node][0] == (layer, neuron) or (layer, neuron) in network.neurons_of[node]
    assert page.locator(".fer-kin").count() == len(network.neurons_of[node]) - 1
    assert knob.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Layers", exact=True).click()
    assert not page.locator(".fer-graph").is_visible()
    page.get_by_role("button", name="Genome", exact=True).click()
    assert not page.locator(".fer-tiles").is_visible()


def test_arrow_keys_walk_the_genome(open_page: Open) -> None:
    page = open_page(evolved_page(), viewport={"width": 1300, "height": 1200})
    page.locator(".fer-node").first.focus()
    seen = set()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        seen.add(tuple(state(page)["neuron"]))
        assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    assert len(seen) >= 3


def test_a_link_of_the_genome_is_its_weight(open_page: Open) -> None:
    page = open_page(evolved_page(), viewport={"width": 1300, "height": 1200})
    network = layerize(garden.load_genome("mask"))
    page.locator(".fer-hand").nth(3).evaluate("(link) => link.dispatchEvent(new MouseEvent('click'))")
    weight = tuple(state(page)["selected"]["weight"])
    assert weight in network.connection_of
    assert page.locator(".fer-edge.fer-now").count() == 1


def test_the_changed_genome_is_read_back_by_python(open_page: Open) -> None:
    page = open_page(evolved_page())
    network = layerize(garden.load_genome("mask"))
    weight = next(iter(network.connection_of))
    set_state(page, changes=[{",".join(map(str, weight)): 0.625}])
    genome = Genome.from_json(json.loads(save(page, "genome").read_text(encoding="utf-8")))
    assert genome == network.genome.with_weights({network.connection_of[weight]: 0.625})


def test_a_broken_genome_is_a_sentence_and_the_rest_goes_on(open_page: Open) -> None:
    data = payload(layerize(garden.load_genome("mask")), size=24, full=48)
    data["networks"][0]["graph"]["links"][0]["source"] = "<img src=x onerror=alert(1)>"
    page = open_page(data_page(data), viewport={"width": 1300, "height": 1200})
    assert "The genome cannot be shown" in page.locator(".fer-graph-box").inner_text()
    assert page.locator(".fer-explorer img").count() == 0
    assert page.locator(".fer-slider").count() > 0


def test_a_neuron_is_written_out(open_page: Open) -> None:
    page = open_page(two_page())
    page.get_by_text("Written out").click()
    page.evaluate("document.querySelector('fer-explorer').state = {neuron: [0, 3]}")
    text = page.locator(".fer-formula").inner_text()
    weights = {name: two()[0].weight((0, row, 3)) for row, name in enumerate("xydb")}
    assert text.startswith("= gaussian(")
    for name, weight in weights.items():
        assert (f"{float(f'{abs(weight):.3g}'):g}·{name}" in text) == (weight != 0)


# --------------------------------------------------------------------------------------------- directions


def test_a_random_direction_is_of_length_one_and_the_same_for_a_seed(open_page: Open) -> None:
    page = open_page(two_page())
    page.get_by_text("Random direction").click()
    slider = page.get_by_role("slider", name="Distance along the random direction")
    box = page.locator(".fer-direction")
    box.get_by_label("layer of weights").fill("2")
    box.get_by_label("from neuron").fill("5")
    box.get_by_label("from neuron").press("Tab")
    slider.press("End")

    def moves() -> Any:
        changes = state(page)["changes"][0]
        assert set(changes) == {f"2,5,{column}" for column in range(10)}
        return np.array([changes[f"2,5,{column}"] - two()[0].weight((2, 5, column)) for column in range(10)])

    first = moves()
    assert np.linalg.norm(first) == pytest.approx(3, abs=1e-4)
    slider.press("Home")
    assert moves() == pytest.approx(-first, abs=1e-5)
    page.get_by_role("button", name="Reset all", exact=True).first.click()
    box.get_by_role("button", name="Another").click()
    slider.press("End")
    assert np.linalg.norm(moves()) == pytest.approx(3, abs=1e-4)
    assert np.abs(moves() - first).max() > 0.1


# -------------------------------------------------------------------------------- the worker and the card


def test_the_page_draws_itself_where_workers_are_refused(open_page: Open) -> None:
    refused = (
        "<script>window.Worker = class { constructor() { throw new DOMException('no', 'SecurityError') } }</script>"
    )
    page = open_page(two_page().replace("<head>", f"<head>{refused}"))
    drawn = page.evaluate("document.querySelector('fer-explorer').draw(0, 64).then(({ by }) => by)")
    assert drawn == "page"
    page.get_by_role("slider", name="first: left eye").press("End")
    settle(page)
    changes = state(page)["changes"][0]
    assert (np.array(pictures(page)[0]).reshape(96, 96, 4) == js_forward(page, 0, 96, changes)["image"]).all()


def test_the_worker_draws_what_the_page_would(open_page: Open) -> None:
    page = open_page(two_page())
    set_state(page, changes=[{"0,3,2": 0.75}, {}], held=[{"2,1": 0.5}, {}])
    by, image = shown(page, 0, 64)
    assert by == "worker"
    page.evaluate("document.querySelector('fer-explorer').state = { held: [{}, {}] }")
    assert (shown(page, 0, 64)[1] == js_forward(page, 0, 64, {"0,3,2": 0.75})["image"]).all()
    assert (shown(page, 0, 64)[1] != image).any()


@pytest.mark.parametrize("cores", [1, 3])
def test_workers_share_a_picture_and_draw_it_to_the_bit(open_page: Open, cores: int) -> None:
    several = f"<script>Object.defineProperty(navigator, 'hardwareConcurrency', {{ value: {cores} }})</script>"
    page = open_page(two_page().replace("<head>", f"<head>{several}"))
    for value in (0.75, -0.5):  # the second time from the layer that was kept
        changes = {"2,3,4": value}
        set_state(page, changes=[changes, {}], selected={"network": 0, "weight": [2, 3, 4]})
        settle(page)
        assert (np.array(pictures(page)[0]).reshape(96, 96, 4) == js_forward(page, 0, 96, changes)["image"]).all()
        assert (shown(page, 0, 37)[1] == js_forward(page, 0, 37, changes)["image"]).all()
