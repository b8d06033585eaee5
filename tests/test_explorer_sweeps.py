"""All sweeps of a network: what the page is given, in which order, and what is refused."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

from fer_utils import sweeps
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.explorer import all_sweeps
from fer_utils.garden import load_genome
from fer_utils.layerize import layerize
from fer_utils.training import initialise

TWIN = initialise(Architecture.parse("2;gaussian:2,sin:2"), 3, gain=1.5)


def unpacked(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=kind)


def test_the_page_gets_every_weight_in_the_order_of_its_effect() -> None:
    data = all_sweeps(TWIN, rank_size=16, engine="numpy").payload
    ids, effects = unpacked(data["ids"], "<u4"), unpacked(data["effects"], "<f4")
    assert sorted(ids) == list(range(TWIN.architecture.weight_count))
    assert (np.diff(effects) <= 0).all()
    number = int(ids[5])
    stack = sweeps.sweep(TWIN, number, TWIN.weight(number) + np.array(data["offsets"]), size=16)
    assert effects[5] == pytest.approx(sweeps.effect(stack), rel=1e-5)


def test_a_genome_brings_its_names_and_leaves_its_copies_out() -> None:
    network = layerize(load_genome("mask"))
    data = all_sweeps(network, rank_size=16).payload
    ids = set(unpacked(data["ids"], "<u4").tolist())
    assert ids == {network.architecture.paper_id(*weight) for weight in sweeps.sweepable(network)}
    assert set(data["known"].values()) == set(sweeps.named(network).values())
    assert {int(number) for number in data["known"]} <= ids


def test_the_page_holds_its_data_and_stills_for_those_without_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_BOOK_BUILD", "1")
    page = all_sweeps(TWIN, rank_size=16)._repr_html_()
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', page)
    assert json.loads(data)["schema"] == "fer-sweeps/1"
    assert page.count("<img") == 6
    monkeypatch.delenv("FER_BOOK_BUILD")
    alone = all_sweeps(TWIN, rank_size=16)._repr_html_()
    assert 'customElements.define("fer-sweeps"' in alone
    assert alone.index('customElements.define("fer-explorer"') < alone.index('customElements.define("fer-sweeps"')


def test_what_has_no_sweep_is_refused() -> None:
    with pytest.raises(BadInput, match="network must be a fer_utils Network, got 'skull'"):
        all_sweeps("skull")  # type: ignore[arg-type]
    empty = Network(TWIN.architecture, tuple(np.zeros(shape) for shape in TWIN.architecture.shapes), "empty")
    with pytest.raises(BadInput, match="network must have a weight that is not zero, got none"):
        all_sweeps(empty)
    with pytest.raises(BadInput, match="size must be a whole number of at least 16"):
        all_sweeps(TWIN, size=8)
