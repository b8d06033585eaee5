"""The searchable table and the box for weight numbers, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fer_utils.garden import load_genome
from fer_utils.layerize import bridge, layerize

pytestmark = pytest.mark.browser

PAGE = "executed/07_find_any_weight.html"
SHOWN = "rows => rows.filter(row => !row.hidden).map(row => row.cells[0].textContent)"


def numbers_shown(page) -> list[int]:
    return [int(text) for text in page.eval_on_selector_all(".fer-finder tbody tr", SHOWN)]


def test_typing_leaves_the_rows_that_have_every_word(visit: Callable) -> None:
    page = visit(PAGE).page
    rows = bridge(layerize(load_genome("mask")))
    box = page.locator(".fer-finder input")
    assert numbers_shown(page) == [row.number for row in rows]
    box.fill("copy")
    assert numbers_shown(page) == [row.number for row in rows if row.connection == "copy"]
    assert page.locator(".fer-finder-count").inner_text().startswith(f"{len(numbers_shown(page))} of {len(rows)}")
    wanted = rows[len(rows) // 2]
    box.fill(f"{wanted.number} {wanted.above.split()[1]}")
    assert wanted.number in numbers_shown(page)
    box.fill("no such thing")
    assert numbers_shown(page) == []
    box.fill("")
    assert len(numbers_shown(page)) == len(rows)


def test_a_number_gives_its_place_and_a_place_its_number(visit: Callable) -> None:
    page = visit(PAGE).page
    architecture = layerize(load_genome("mask")).architecture
    number, place = page.locator(".fer-locator input").all()
    for wanted in (0, 37, architecture.weight_count // 2, architecture.weight_count - 1):
        number.fill(str(wanted))
        assert place.input_value() == ", ".join(map(str, architecture.locate(wanted)))
        found = place.input_value()
        number.fill("")
        place.fill(f"({found})")
        assert number.input_value() == str(wanted)


def test_what_is_no_number_of_a_weight_is_said(visit: Callable) -> None:
    page = visit(PAGE).page
    architecture = layerize(load_genome("mask")).architecture
    number, place = page.locator(".fer-locator input").all()
    number.fill(str(architecture.weight_count))
    assert (
        page.locator(".fer-locator output").inner_text() == f"a whole number from 0 to {architecture.weight_count - 1}"
    )
    place.fill("0, 99, 0")
    assert "layer 0 has rows 0 to 3" in page.locator(".fer-locator output").inner_text()


@pytest.mark.parametrize("dark", [False, True])
def test_labels_can_be_read_in_light_and_dark(visit: Callable, dark: bool) -> None:
    page = visit(PAGE, dark=dark).page
    page.wait_for_function(f"document.documentElement.dataset.theme === '{'dark' if dark else 'light'}'")
    colours = page.eval_on_selector_all(
        ".fer-finder-bar label", "all => all.map(one => getComputedStyle(one).color.match(/[0-9.]+/g).map(Number))"
    )
    for red, green, blue, *_ in colours:
        assert (min(red, green, blue) > 150) if dark else (max(red, green, blue) < 110)


def test_the_table_fits_a_phone(visit: Callable) -> None:
    page = visit(PAGE, width=390, height=800).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
