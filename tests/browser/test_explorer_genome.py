"""The genome beside its layers in the explorer, and who draws: the page, the worker or several."""

from __future__ import annotations

import json

import numpy as np
import pytest
from explorers import (
    Open,
    data_page,
    evolved_page,
    js_forward,
    pictures,
    save,
    set_state,
    settle,
    shown,
    state,
    two,
    two_page,
)

from fer_utils import garden
from fer_utils.explorer import payload
from fer_utils.genome import Genome
from fer_utils.layerize import layerize

pytestmark = pytest.mark.browser


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
