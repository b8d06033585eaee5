"""The workbench of the explorer: networks side by side, neurons held, sweeps that play, views and random directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explorers import (
    REST,
    Open,
    four,
    js_forward,
    moved,
    pictures,
    pixels,
    set_state,
    settle,
    state,
    two,
    two_page,
    with_held,
)

pytestmark = pytest.mark.browser

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
