"""The explorer in Chromium: the same numbers as Python, and a reader's mouse, keys and finger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from explorers import EVERY, Open, js_forward, moved, pictures, pixels, random_network, settle, state, two, two_page

from fer_utils import images
from fer_utils.cppn import forward
from fer_utils.explorer import explore
from fer_utils.layerize import layerize

pytestmark = pytest.mark.browser


# ------------------------------------------------------------------------------------------------- parity


@pytest.mark.parametrize("depth", [1, 2, 7, 12])
@pytest.mark.parametrize("density", [1.0, 0.3])
def test_the_browser_computes_what_numpy_computes_for_every_activation(
    open_page: Open, depth: int, density: float
) -> None:
    network = random_network(f"{depth};{EVERY}", depth, density=density)
    page = open_page(explore(network, chosen=[{0: "a"}]).page(), wait=False)
    found = js_forward(page, 0, 64)
    assert np.abs(found["outputs"] - network.outputs(64)).max() <= 2e-5
    smooth = np.abs(found["image"][..., :3] / 255 - network.image(64)).max(axis=2) < 1 / 255
    assert smooth.mean() > 0.999  # hue may jump between two neighbours of a rounding


@pytest.mark.parametrize("name", ["skull", "butterfly", "apple"])
def test_the_browser_computes_the_papers_genomes_as_torch_and_numpy_do(
    open_page: Open, paper_genome: Callable[[str], Any], name: str
) -> None:
    network = layerize(paper_genome(name))
    page = open_page(explore(network).page(), wait=False)
    found = js_forward(page, 0, 64)["outputs"]
    weights = [torch.tensor(matrix, dtype=torch.float32) for matrix in network.weights]
    inputs = torch.tensor(images.coordinates(64).reshape(4, -1), dtype=torch.float32)
    raw = forward(weights, network.architecture, inputs)[1].reshape(3, 64, 64).numpy()
    exact = network.outputs(64)
    # The butterfly's own rounding to float32 already costs more than 2e-5, in torch as well.
    assert np.abs(found - exact).max() <= max(2e-5, np.abs(raw - exact).max())


def test_plain_javascript_computes_the_same_where_webassembly_is_missing(open_page: Open) -> None:
    network = random_network(f"5;{EVERY}", 3)
    without = (
        explore(network, chosen=[{0: "a"}]).page().replace("<head>", "<head><script>delete window.WebAssembly</script>")
    )
    page = open_page(without)
    assert page.evaluate("typeof WebAssembly") == "undefined"
    assert np.abs(js_forward(page, 0, 33)["outputs"] - network.outputs(33)).max() <= 2e-5


def test_a_changed_weight_is_computed_as_if_the_network_had_it_from_the_start(open_page: Open) -> None:
    first, second = two()
    page = open_page(two_page(), wait=False)
    changes = {"1,0,3": 0.75, "3,2,5": -1.5, "9,9,9": 4.0}
    found = js_forward(page, 1, 40, changes)["outputs"]
    changed = second.with_weights({(1, 0, 3): 0.75, (3, 2, 5): -1.5})
    assert np.abs(found - changed.outputs(40)).max() <= 2e-5
    assert np.abs(js_forward(page, 0, 40)["outputs"] - first.outputs(40)).max() <= 2e-5


@pytest.mark.parametrize("weight", ["0,3,2", "1,0,3", "3,4,4", "4,2,2"])
def test_dragging_step_by_step_shows_exactly_a_whole_new_pass(open_page: Open, weight: str) -> None:
    page = open_page(two_page())
    place = [int(part) for part in weight.split(",")]
    for value in (0.9, -0.4, 0.0, 1.3):
        page.evaluate(
            """([weight, key, value]) => { document.querySelector('fer-explorer').state =
                 { selected: { network: 1, weight }, changes: [{}, { [key]: value }] } }""",
            [place, weight, value],
        )
        settle(page)
        shown = np.array(pictures(page)[1]).reshape(96, 96, 4)
        assert (shown == js_forward(page, 1, 96, {weight: value})["image"]).all()


def test_the_maps_of_dragged_neurons_are_exactly_those_of_a_fresh_network(open_page: Open) -> None:
    first, second = two()
    chosen: Any = [{0: "a"}, {0: "b"}]
    page = open_page(explore(first, second, chosen=chosen, size=48, full=48).page())
    network, changes = first, {}
    for place, value in [((0, 3, 2), 0.75), ((2, 6, 1), -1.25), ((1, 0, 3), 0.0), ((4, 4, 2), 1.5), ((0, 3, 2), -0.5)]:
        changes[",".join(map(str, place))] = value
        network = network.with_weights({place: value})
        page.evaluate(
            "(changes) => { document.querySelector('fer-explorer').state = { changes: [changes, {}] } }", changes
        )
        settle(page)
    dragged = pixels(page.locator(".fer-tiles"))
    fresh = open_page(explore(network, second, chosen=chosen, size=48, full=48).page())
    assert pixels(fresh.locator(".fer-tiles")) == dragged


# ---------------------------------------------------------------------------------------------- reader's hands


def test_the_mouse_moves_one_picture_and_leaves_the_other(open_page: Open) -> None:
    page = open_page(two_page())
    before = pictures(page)
    box = page.get_by_role("slider", name="second: fog").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    settle(page)
    after = pictures(page)
    assert moved(before[1], after[1])
    assert after[0] == before[0]
    now = state(page)
    assert now["selected"] == {"network": 1, "weight": [2, 1, 4]}
    assert now["changes"][0] == {}
    assert list(now["changes"][1]) == ["2,1,4"]
    assert now["changes"][1]["2,1,4"] == pytest.approx(two()[1].weight((2, 1, 4)) + 0.8, abs=0.1)


def test_arrow_keys_move_the_slider_and_its_picture_only(open_page: Open) -> None:
    page = open_page(two_page())
    before = pictures(page)
    slider = page.get_by_role("slider", name="first: left eye")
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    settle(page)
    after = pictures(page)
    assert moved(before[0], after[0])
    assert after[1] == before[1]
    value = two()[0].weight((1, 0, 3)) + 0.3
    assert state(page)["changes"][0]["1,0,3"] == pytest.approx(value, abs=1e-5)
    assert slider.get_attribute("aria-valuetext") == f"{value:.3f}, change +0.300".replace("-", "−")
    page.wait_for_function("document.querySelector('.fer-live').textContent.includes('left eye')")


def test_every_network_keeps_its_own_weights_and_changes(open_page: Open) -> None:
    page = open_page(two_page())
    page.get_by_role("button", name="brightness").click()
    page.get_by_role("slider", name="first: brightness").press("End")
    page.get_by_role("slider", name="second: fog").press("Home")
    now = state(page)
    assert now["weights"] == [[4, 2, 2], [2, 1, 4]]
    assert list(now["changes"][0]) == ["4,2,2"]
    assert list(now["changes"][1]) == ["2,1,4"]
    assert now["changes"][0]["4,2,2"] == pytest.approx(two()[0].weight((4, 2, 2)) + 1, abs=1e-5)


def test_reset_brings_back_the_very_picture(open_page: Open) -> None:
    page = open_page(two_page())
    before = pictures(page)
    page.get_by_role("slider", name="first: left eye").press("End")
    page.get_by_role("button", name="brightness").click()
    page.get_by_role("slider", name="first: brightness").press("Home")
    settle(page)
    assert moved(before[0], pictures(page)[0])
    panel = page.get_by_role("region", name="first")
    panel.get_by_role("button", name="Reset", exact=True).click()
    assert list(state(page)["changes"][0]) == ["1,0,3"]
    panel.get_by_role("button", name="Reset all").click()
    settle(page)
    assert pictures(page) == before
    assert state(page)["changes"] == [{}, {}]


def test_any_weight_is_found_by_its_paper_id_or_its_place(open_page: Open) -> None:
    page = open_page(two_page())
    architecture = two()[0].architecture
    page.get_by_label("weight id").fill(str(architecture.paper_id(2, 9, 7)))
    page.get_by_label("weight id").press("Enter")
    assert state(page)["selected"]["weight"] == [2, 9, 7]
    assert page.get_by_label("row", exact=True).input_value() == "9"
    page.get_by_label("column", exact=True).fill("3")
    page.get_by_label("column", exact=True).press("Tab")
    assert state(page)["selected"]["weight"] == [2, 9, 3]
    page.get_by_label("row", exact=True).fill("10")
    page.get_by_label("row", exact=True).press("Tab")
    assert state(page)["selected"]["weight"] == [2, 9, 3]
    assert page.get_by_text("there is no such weight").is_visible()


def test_weight_ids_count_as_the_paper_counts(open_page: Open) -> None:
    network = random_network("12;cache:2,sin:1", 5)
    page = open_page(explore(network, chosen=[{0: "a"}], size=16, full=16).page())
    for paper_id in (0, 11, 12, 20, 21, 30, 47, 48, 60, network.architecture.weight_count - 1):
        page.get_by_label("weight id").fill(str(paper_id))
        page.get_by_label("weight id").press("Enter")
        place = network.architecture.locate(paper_id)
        assert state(page)["selected"]["weight"] == list(place)
        layer, row, column = place
        shown = f"weight {paper_id}: layer {layer}, row {row}, column {column}"
        assert page.locator(".fer-weight .fer-place").inner_text() == shown
        names = network.architecture.neuron_name(layer - 1, row), network.architecture.neuron_name(layer, column)
        assert page.locator(".fer-route").inner_text() == " → ".join(names)


def test_a_neuron_is_reached_by_mouse_or_keys_and_offers_its_incoming_weights(open_page: Open) -> None:
    page = open_page(two_page())
    grid = page.get_by_role("application")
    grid.focus()
    for key in ("PageUp", "Home", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert state(page)["neuron"] == [1, 3]
    assert page.locator(".fer-neuron").inner_text() == "L1 gaussian 0"
    page.keyboard.press("Enter")
    listed = page.get_by_role("group", name="Incoming weights").get_by_role("button")
    assert listed.count() == 10
    name, value = listed.first.inner_text().split("\n")[:2]
    row = next(row for row in range(10) if two()[0].architecture.neuron_name(0, row) == name)
    assert float(value.replace("−", "-")) == pytest.approx(two()[0].weight((1, row, 3)), abs=6e-4)
    page.keyboard.press("Enter")
    assert state(page)["selected"]["weight"] == [1, row, 3]
    tiles = page.locator("canvas.fer-tiles").bounding_box()
    cell = tiles["width"] / 10
    page.mouse.click(tiles["x"] + 4.5 * cell, tiles["y"] + 3.5 * cell)
    assert state(page)["neuron"] == [2, 4]


def test_the_maps_follow_the_weight_and_show_the_right_neuron(open_page: Open) -> None:
    page = open_page(two_page())
    page.evaluate("document.querySelector('fer-explorer').state = {neuron: [2, 4]}")
    settle(page)
    big = np.array(pixels(page.locator(".fer-bigmap"))).reshape(96, 96, 4)[..., :3]
    wanted = np.clip(two()[0].activations(96)[2][4], -1, 1)
    colours = 255 * np.stack([np.minimum(1, 1 - wanted), 1 - np.abs(wanted), np.minimum(1, 1 + wanted)], axis=-1)
    assert np.abs(big - colours).max() <= 2
    before = pixels(page.locator(".fer-tiles"))
    page.get_by_role("slider", name="first: left eye").press("End")
    settle(page)
    after = pixels(page.locator(".fer-tiles"))
    assert moved(before, after)


def test_original_and_difference_are_shown_on_demand(open_page: Open) -> None:
    page = open_page(two_page())
    original = pictures(page)
    page.get_by_role("button", name="Difference").click()
    settle(page)
    assert set(pictures(page)[0]) == {255}
    page.get_by_role("slider", name="first: left eye").press("End")
    settle(page)
    assert moved(pictures(page)[1], pictures(page)[0])
    page.get_by_role("button", name="Original").click()
    settle(page)
    assert pictures(page) == original


def test_play_swings_the_weight_and_pause_stops_it(open_page: Open) -> None:
    page = open_page(two_page())
    page.get_by_role("button", name="Play").first.click()
    page.wait_for_function("Object.values(document.querySelector('fer-explorer').state.changes[0]).length === 1")
    first = state(page)["changes"][0]["1,0,3"]
    page.wait_for_function("(v) => document.querySelector('fer-explorer').state.changes[0]['1,0,3'] !== v", arg=first)
    page.get_by_role("button", name="Pause").click()
    settle(page)
    held = state(page)["changes"]
    page.wait_for_timeout(200)
    assert state(page)["changes"] == held
    assert held[1] == {}


def test_with_reduced_motion_play_shows_stills(open_page: Open) -> None:
    page = open_page(two_page(), reduced_motion="reduce")
    page.get_by_role("button", name="Play").first.click()
    low = two()[0].weight((1, 0, 3)) - 1
    page.wait_for_function("'1,0,3' in document.querySelector('fer-explorer').state.changes[0]")
    assert state(page)["changes"][0]["1,0,3"] == pytest.approx(low, abs=1e-5)
    page.wait_for_timeout(300)
    assert state(page)["changes"][0]["1,0,3"] == pytest.approx(low, abs=1e-5)


def test_the_range_of_the_slider_can_be_widened(open_page: Open) -> None:
    page = open_page(two_page())
    page.get_by_label("Range of the sliders of first").select_option("−4 to +4")
    page.get_by_role("slider", name="first: left eye").press("End")
    assert state(page)["changes"][0]["1,0,3"] == pytest.approx(two()[0].weight((1, 0, 3)) + 4, abs=1e-5)


def test_state_is_read_and_set_by_scripts_and_changes_are_announced(open_page: Open) -> None:
    page = open_page(two_page())
    page.evaluate(
        """() => { const element = document.querySelector('fer-explorer'); window.heard = [];
             document.addEventListener('fer-change', (event) => heard.push(event.detail));
             element.state = { selected: { network: 1, weight: [3, 2, 5] }, view: 'difference', neuron: [2, 2],
                               changes: [{ '0,0,0': 2 }, { '3,2,5': 0.5, 'x': 1, '9,0,0': 1 }] };
             element.state = { selected: { network: 7 }, view: 'nonsense', neuron: 'x', changes: null };
             element.state = null; }"""
    )
    settle(page)
    now = state(page)
    assert now == {
        "selected": {"network": 1, "weight": [3, 2, 5]},
        "weights": [[1, 0, 3], [3, 2, 5]],
        "changes": [{"0,0,0": 2}, {"3,2,5": 0.5}],
        "held": [{}, {}],
        "neuron": [2, 2],
        "view": "difference",
        "shown": [0, 1],
        "linked": False,
        "colours": "red-blue",
    }
    assert page.evaluate("heard.length") == 0
    page.get_by_role("slider", name="second: weight").press("End")
    settle(page)
    assert page.evaluate("heard.at(-1)") == state(page)


def test_keys_and_clicks_stay_inside_so_that_jupyterlab_does_not_take_them(open_page: Open) -> None:
    page = open_page(two_page())
    page.evaluate(
        """() => { window.heard = []; for (const type of ['keydown', 'mousedown', 'focusin'])
             document.addEventListener(type, () => heard.push(type)); }"""
    )
    page.get_by_role("slider", name="first: left eye").press("ArrowRight")
    page.get_by_role("application").click()
    assert page.evaluate("heard") == []
    assert page.locator("[data-lm-suppress-shortcuts=true]").count() == 1
