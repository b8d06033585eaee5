"""Networks as JSON: what a page downloads is what Python reads, and what is broken is refused in a sentence."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from genomes import networks
from hypothesis import given

from fer_utils import garden, storage
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.measuring.__main__ import read_network

TEXT = "2;cache:1,sin:2"


def small() -> Network:
    rng, architecture = np.random.default_rng(0), Architecture.parse(TEXT)
    weights = tuple(rng.standard_normal(shape).astype(np.float32).astype(float) for shape in architecture.shapes)
    return Network(architecture, weights, "small one", {(1, 2): "n7"})


@given(networks())
def test_a_network_comes_back_from_json_to_the_last_digit_of_float32(network: Network) -> None:
    back = Network.from_json(json.loads(json.dumps(network.to_json())))
    assert str(back.architecture) == str(network.architecture)
    assert back.flat().tolist() == network.flat().astype(np.float32).astype(float).tolist()
    assert (back.label, dict(back.names)) == (network.label, dict(network.names))


def test_load_reads_json_and_what_save_wrote_alike(tmp_path: Path) -> None:
    one = small()
    storage.write_json(tmp_path / "one.json", {**one.to_json(), "kind": "sgd", "origin": {"key": "k", "changes": {}}})
    one.save(tmp_path / "one.safetensors")
    one.save(tmp_path / "two.JSON")
    assert Network.load(tmp_path / "two.JSON").to_json() == one.to_json()
    from_json, from_save = (Network.load(tmp_path / f"one.{ending}") for ending in ("json", "safetensors"))
    assert from_json.content_hash() == from_save.content_hash() == one.content_hash()
    assert dict(from_json.names) == dict(from_save.names) == {(1, 2): "n7"}


def test_the_measures_take_a_downloaded_network_too(tmp_path: Path) -> None:
    place = storage.write_json(tmp_path / "one.json", small().to_json())
    assert read_network(str(place)).content_hash() == small().content_hash()
    storage.write_json(tmp_path / "mask.json", garden.load_genome("mask").to_json())
    assert read_network(str(tmp_path / "mask.json")).label == "mask"


def with_weights(change: Callable[[np.ndarray], Any]) -> dict[str, Any]:
    raw = np.asarray(change(small().flat()), dtype="<f4").tobytes()
    return {"weights": base64.b64encode(raw).decode()}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"schema": "fer-network/2"}, "schema.*fer-network/1.*fer-network/2"),
        ({"architecture": 3}, "architecture of the network must be a text"),
        ({"architecture": "2;sine:3"}, "one of .*did you mean"),
        ({"architecture": "2;cache:1"}, "weights of the network must be 8 float32 numbers .*got 30"),
        ({"architecture": "999;cache:4096"}, "weights of the network must be"),
        ({"weights": None}, "weights of the network must be a text"),
        ({"weights": "no base64!"}, "must be base64"),
        ({"weights": base64.b64encode(b"123").decode()}, "got 0.75"),
        (with_weights(lambda flat: flat * np.nan), "must be finite"),
        ({"label": ["a"]}, "label of the network must be a text"),
        ({"names": [1]}, "names of the network must be an object"),
        ({"names": {"1": "a"}}, "names of the network"),
        ({"names": {"0,9": "a"}}, "names of neurons of 2;cache:1,sin:2"),
        ({"names": {"0,1": 7}}, "names of the network"),
    ],
)
def test_a_broken_network_is_refused_with_its_file(tmp_path: Path, broken: dict[str, Any], said: str) -> None:
    place = storage.write_json(tmp_path / "bad.json", {**small().to_json(), **broken})
    with pytest.raises(BadInput, match=said) as caught:
        Network.load(place)
    assert str(caught.value).startswith(str(place))


@pytest.mark.parametrize("text", ["", "[1, 2", "[]", '"text"', "null", "{}", '{"schema": "fer-genome/1"}'])
def test_a_file_that_holds_no_network_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"bad\.json"):
        Network.load(tmp_path / "bad.json")


def test_who_reads_a_network_as_a_genome_is_told_how_to_read_it(tmp_path: Path) -> None:
    place = storage.write_json(tmp_path / "one.json", small().to_json())
    with pytest.raises(BadInput, match=r"one\.json: .*fer\.Network\.load"):
        garden.load_genome(place)
