"""Every sweep of a network in the page: order, search, and pictures equal to Python's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fer_utils import sweeps
from fer_utils.garden import load_genome
from fer_utils.layerize import layerize

pytestmark = pytest.mark.browser

PAGE = "executed/10_sweep_every_weight.html"
IDS = "rows => rows.map(row => Number(row.dataset.id))"
PIXELS = """row => { const c = row.querySelector("canvas");
    return [c.width, c.height, ...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]; }"""


@pytest.fixture
def page(visit: Callable):
    seen = visit(PAGE)
    seen.page.wait_for_selector("fer-sweeps li")
    yield seen.page
    assert seen.errors == []


def ids(page, which: int = 0) -> list[int]:
    return page.locator("fer-sweeps").nth(which).locator("li").evaluate_all(IDS)


def test_the_strongest_come_first_and_more_can_be_had(page) -> None:
    network = layerize(load_genome("mask"))
    ranked = [network.architecture.paper_id(*weight) for weight, _ in sweeps.rank(network, sweeps.sweepable(network))]
    shown = ids(page)
    assert len(shown) == 16
    assert shown[:5] == ranked[:5]
    page.locator("fer-sweeps").first.get_by_role("button", name="More").click()
    assert ids(page) == ranked[: len(ids(page))] or set(ids(page)) == set(ranked[: len(ids(page))])
    assert len(ids(page)) > 16


def test_a_search_finds_by_number_by_place_and_by_name(page) -> None:
    first = page.locator("fer-sweeps").first
    network = layerize(load_genome("mask"))
    weight, name = next(iter(sweeps.named(network).items()))
    number = network.architecture.paper_id(*weight)
    for typed in (str(number), " ".join(map(str, weight)), name):
        first.locator("input").fill(typed)
        assert number in ids(page)
        assert len(ids(page)) <= 2
    first.locator("input").fill("99999999")
    assert ids(page) == []
    assert "none of" in first.locator(".fer-sweeps-count").inner_text()


def test_the_pictures_are_pythons(page) -> None:
    network = layerize(load_genome("mask"))
    first = page.locator("fer-sweeps").first
    for number in ids(page)[:3]:
        first.locator("input").fill(str(number))
        row = first.locator("li")
        row.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('fer-sweeps li').dataset.drawn === 'yes'")
        width, height, *data = row.evaluate(PIXELS)
        strip = np.array(data, dtype=float).reshape(height, width, 4)[..., :3] / 255
        values = network.weight(number) + np.linspace(-1, 1, 5)
        for place, picture in enumerate(sweeps.sweep(network, number, values, size=height)):
            found = strip[:, place * (height + 4) : place * (height + 4) + height]
            gap = np.abs(found - picture)
            assert np.median(gap) < 0.004
            assert (gap.max(axis=-1) < 0.02).mean() > 0.99  # single precision may turn a hue at its seam


def test_only_what_is_seen_is_drawn(page) -> None:
    page.wait_for_timeout(800)
    drawn = page.locator("fer-sweeps").nth(1).locator("li[data-drawn]").count()
    assert drawn < 16


def test_the_list_fits_a_phone(visit: Callable) -> None:
    page = visit(PAGE, width=390, height=800).page
    page.wait_for_selector("fer-sweeps li")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
