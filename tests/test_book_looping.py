"""Films: the frames, and which of them is seen when."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fer_utils import book
from fer_utils.checks import BadInput


def plain(shade: float, size: int = 8) -> np.ndarray:
    return np.full((size, size, 3), float(shade))


def test_a_track_holds_its_frames_in_the_order_of_their_steps() -> None:
    page = book.loop({"twin": {100: plain(1.0), 0: plain(0.0), 10: plain(0.5)}}, alt="a picture").data
    (code,) = re.findall(r"data:image/webp;base64,([^']+)", page)
    strip = np.asarray(Image.open(io.BytesIO(base64.b64decode(code))).convert("RGB"), dtype=float)
    assert strip.shape == (8, 24, 3)
    assert [round(part.mean() / 255, 1) for part in np.split(strip, 3, axis=1)] == [0.0, 0.5, 1.0]


def test_a_track_shows_its_last_frame_where_it_has_none() -> None:
    page = book.loop({"a": {0: plain(0), 5: plain(1)}, "b": {2: plain(0), 9: plain(1)}}, alt="x").data
    assert json.loads(re.findall(r"data-steps='([^']+)'", page)[0]) == [0, 2, 5, 9]
    assert [json.loads(found) for found in re.findall(r"data-frames='([^']+)'", page)] == [[0, 0, 1, 1], [0, 0, 0, 1]]


def test_titles_and_descriptions_cannot_break_the_page() -> None:
    page = book.loop({"<b>&'": {0: plain(0)}}, alt='"quoted"').data
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page


@pytest.mark.parametrize("tracks", [{}, {"a": {}}, "film"])
def test_a_film_without_pictures_is_refused(tracks: Any) -> None:
    with pytest.raises(BadInput, match="tracks must hold at least one track"):
        book.loop(tracks, alt="x")


def test_frames_of_different_sizes_are_refused() -> None:
    with pytest.raises(BadInput, match="tracks must be pictures of one size in each track"):
        book.loop({"a": {0: plain(0), 1: plain(0, size=9)}}, alt="x")


def test_a_film_may_say_something_else_than_steps_and_wait_for_its_reader() -> None:
    page = book.loop(
        {"a": {0: plain(0), 50: plain(1)}}, alt="x", label="Rotation", said={0: "none", 50: "P <1"}, plays=False
    )
    assert "data-label='Rotation'" in page.data and "data-still" in page.data
    assert "&lt;1" in page.data
    with pytest.raises(BadInput, match="said must be a text for each step, got 'none for step 50'"):
        book.loop({"a": {0: plain(0), 50: plain(1)}}, alt="x", said={0: "none"})


def test_wide_frames_take_the_whole_line() -> None:
    wide = np.zeros((8, 40, 3))
    assert "fer-wide" in book.loop({"a": {0: wide}}, alt="x").data
    assert "fer-wide" not in book.loop({"a": {0: plain(0)}}, alt="x").data
