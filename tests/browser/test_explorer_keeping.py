"""What a reader keeps of the explorer: undo and redo, links that reopen a state, pictures and networks as files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from explorers import (
    REST,
    Open,
    four,
    js_forward,
    pictures,
    save,
    set_state,
    settle,
    state,
    two,
    two_page,
    with_held,
)
from PIL import Image

from fer_utils.cppn import Network

pytestmark = pytest.mark.browser

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
