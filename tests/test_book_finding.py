"""Searchable tables and the box that translates weight numbers, as HTML; their behaviour is tested in the browser."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from fer_utils import book
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture


class Reader(HTMLParser):
    """Collects the texts of cells and the attributes of boxes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.boxes: list[dict[str, str | None]] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag in ("td", "th")
        if self._inside:
            self.cells.append("")
        if tag == "div":
            self.boxes.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.cells[-1] += data.strip()


def test_a_table_shows_every_cell_as_text() -> None:
    page = book.finder(["a", "b"], [(1, "<b>x</b> & 'y'"), (2.5, "→")], label='Find "it"', hint="a & b").data
    read = Reader(page)
    assert read.cells == ["a", "b", "1", "<b>x</b> & 'y'", "2.5", "→"]
    assert read.boxes[0]["data-label"] == 'Find "it"'
    assert read.boxes[0]["data-hint"] == "a & b"


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(BadInput, match=r"rows must be rows of 2 cells each, got \[1\]"):
        book.finder(["a", "b"], [(1,)], label="Find")


def test_the_box_for_numbers_knows_where_each_layer_begins() -> None:
    architecture = Architecture.parse("12;cache:15,gaussian:4,identity:2,sin:1")
    read = Reader(book.locator(architecture).data)
    layers = json.loads(read.boxes[0]["data-layers"] or "")
    assert len(layers) == 13
    for part in layers:
        assert architecture.locate(part["start"]) == (part["layer"], 0, 0)
        assert tuple(part["shape"]) == architecture.shapes[part["layer"]]
