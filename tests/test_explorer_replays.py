"""The replay of recorded sessions: what the page is given, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from fer_utils import evolution
from fer_utils.checks import BadInput
from fer_utils.explorer.replays import SIDE, replays
from fer_utils.garden import bred, load_genome


def published(*names: str, seed: int = 3) -> evolution.Play:
    play = evolution.Play(evolution.Session("small", seed, shown=3))
    play.choose(["0.1"], "round")
    for place, name in enumerate(names):
        play.publish(f"1.{place}", name)
    return play


def test_the_page_gets_the_records_and_no_genomes() -> None:
    shown = replays([bred.play_session("jester"), bred.play_session("mushroom")], selected="bear")
    data = shown.payload
    assert [evolution.Session.from_json(one) for one in data["sessions"]] == [play.session for play in shown.plays]
    assert data["selected"] == "bear"
    assert len(json.dumps(data["sessions"])) < 10_000


def test_the_gallery_shows_each_published_picture_under_its_name() -> None:
    gallery = replays(bred.play_session("mushroom")).payload["gallery"]
    assert gallery["names"] == ["bear", "mushroom", "puppy"]
    data = base64.b64decode(gallery["image"].partition(",")[2])
    strip = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=float) / 255
    assert strip.shape == (SIDE, 3 * SIDE, 3)
    for place, name in enumerate(gallery["names"]):
        gap = np.abs(strip[:, place * SIDE : (place + 1) * SIDE] - load_genome(name).image(SIDE))
        assert gap.mean() < 0.03  # lossy


def test_the_whole_garden_weighs_little() -> None:
    page = replays([bred.play_session(name) for name in bred.sessions()]).page()
    assert len(page) < 300_000


def test_a_session_that_began_with_a_genome_carries_its_genes() -> None:
    mask = load_genome("mask")
    play = evolution.Play(evolution.Session("from the mask", 1, shown=2, start=mask))
    play.publish("0.0", "again")
    start = replays(play).payload["sessions"][0]["start"]
    assert len(start["links"]) == len(mask.connections)
    assert dict(start["nodes"]).keys() == evolution.from_genome(mask).nodes.keys()


def test_the_page_holds_its_data_and_a_gallery_for_those_without_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = replays(published("a </script> b"))
    monkeypatch.setenv("FER_BOOK_BUILD", "1")
    page = shown._repr_html_()
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', page)
    assert json.loads(data)["selected"] == "a </script> b"
    assert 'alt="Pictures found in the sessions: a &lt;/script&gt; b."' in page
    assert "customElements" not in page
    monkeypatch.delenv("FER_BOOK_BUILD")
    assert 'customElements.define("fer-replay"' in shown._repr_html_()


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(BadInput, match="sessions must be one or more, got none"):
        replays([])
    with pytest.raises(BadInput, match="each of the sessions must be a session of breeding"):
        replays(["jester"])  # type: ignore[list-item]
    with pytest.raises(BadInput, match="session 'small' must have a published picture, got none"):
        replays(published())
    with pytest.raises(BadInput, match="each published name must stand for one picture, got 'lamp' more than once"):
        replays([published("lamp"), published("lamp", seed=4)])
    with pytest.raises(BadInput, match=r"selected must be one of .*lamp, got 'lantern'"):
        replays(published("lamp"), selected="lantern")
