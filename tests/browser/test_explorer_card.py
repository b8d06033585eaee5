"""Drawing on a graphics card, here one made of software that the page is told to use all the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from explorers import EVERY, Open, js_forward, pictures, random_network, set_state, settle, shown, state, two_page

from fer_utils.explorer import explore

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
SOFTWARE_GL = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def browser(browser: Any) -> Iterator[Any]:
    """Start a second Chromium, one that offers WebGL; the first is told to have none."""
    place = next(found for name in CHROMIUMS if (found := shutil.which(name)))
    chromium = browser.browser_type.launch(executable_path=place, args=SOFTWARE_GL)
    page = chromium.new_page()
    if not page.evaluate("Boolean(document.createElement('canvas').getContext('webgl2'))"):
        pytest.skip("this Chromium draws no WebGL, not even in software")
    yield chromium
    chromium.close()


def on_card(html: str) -> str:
    return html.replace("<fer-explorer", '<fer-explorer data-renderer="gl"')


@pytest.mark.parametrize(
    ("text", "density"), [(f"5;{EVERY}", 1.0), (f"12;{EVERY}", 0.3), ("3;relu:9", 1.0), ("2;sin:1", 1.0)]
)
def test_the_card_draws_what_the_processor_draws(open_page: Open, text: str, density: float) -> None:
    network = random_network(text, 3, density=density)
    page = open_page(on_card(explore(network, chosen=[{0: "a"}], size=16, full=16).page()))
    set_state(page, changes=[{"0,1,0": 0.75, "2,0,2": -0.5}], held=[{}])
    by, image = shown(page, 0, 48)
    assert by == "gl"
    wanted = js_forward(page, 0, 48, {"0,1,0": 0.75, "2,0,2": -0.5})["image"]
    gap = np.abs(image.astype(int) - wanted).max(axis=2)
    assert (gap > 4).mean() <= 0.001  # hue may jump between two neighbours of a rounding
    assert np.median(gap) <= 1


def test_the_card_holds_neurons_as_the_processor_does(open_page: Open) -> None:
    page = open_page(on_card(two_page()))
    set_state(page, held=[{"0,4": 0, "2,3": 0.75, "4,2": -0.5}, {}])
    by, image = shown(page, 0, 48)
    plain = open_page(two_page())
    set_state(plain, held=[{"0,4": 0, "2,3": 0.75, "4,2": -0.5}, {}])
    other, wanted = shown(plain, 0, 48)
    assert (by, other) == ("gl", "worker")
    assert (np.abs(image.astype(int) - wanted).max(axis=2) > 4).mean() <= 0.001


def test_a_card_made_of_software_is_left_alone_unless_asked_for(open_page: Open) -> None:
    page = open_page(two_page())
    assert shown(page, 0, 32)[0] == "worker"
    assert page.locator("fer-explorer").get_attribute("data-drawn-by") is None


def test_a_lost_card_costs_no_picture(open_page: Open) -> None:
    spy = """<script>window.cards = []; const plain = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        const context = plain.call(this, kind, ...more);
        if (kind === 'webgl2' && context) cards.push(context); return context; };</script>"""
    page = open_page(on_card(two_page()).replace("<head>", f"<head>{spy}"))
    set_state(page, changes=[{"1,0,3": 0.75}, {}])
    settle(page)
    assert page.locator("fer-explorer").get_attribute("data-drawn-by") == "gl"
    page.evaluate("cards[0].getExtension('WEBGL_lose_context').loseContext()")
    page.wait_for_function("document.querySelector('fer-explorer').dataset.drawnBy === 'page'")
    settle(page)
    wanted = js_forward(page, 0, 96, {"1,0,3": 0.75})["image"]
    assert (np.array(pictures(page)[0]).reshape(96, 96, 4) == wanted).all()
    assert state(page)["changes"] == [{"1,0,3": 0.75}, {}]
    page.wait_for_function("cards.length === 2")  # a new one takes over
    page.wait_for_timeout(50)
    assert shown(page, 0, 32)[0] == "gl"
