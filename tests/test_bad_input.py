"""The table of bad input: every row is something a person may do wrong, and what must be said about it.

Each row must raise ``BadInput`` with one sentence that names the thing (and the file, where there is one), and must
leave nothing behind. Rows of the same kind stand together; a new way to go wrong is a new row.
"""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from genome_files import (
    COLOURS,
    GREY_LINKS,
    GREY_NODES,
    INK,
    INPUTS,
    declaring,
    encrypted,
    link,
    node,
    with_method,
    xml,
    zipped,
)
from PIL import Image

import fer_utils as fer
from fer_utils import garden, images, picbreeder, storage, sweeps
from fer_utils.book import __main__ as book_command
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.features import feature_maps
from fer_utils.genome import Genome
from fer_utils.layerize import layerize
from fer_utils.picbreeder import __main__ as genomes_command

MASK = garden.load_genome("mask")
LAYERED = layerize(MASK)
TINY = Architecture.parse("1;gaussian:2")
GREY = np.full((8, 8, 3), 0.5)


def check_sentence(text: str, *words: str) -> None:
    """One sentence, short enough to read, that says what it must."""
    assert text.endswith((".", "?")) and "\n" not in text and len(text) < 500, text
    assert "Traceback" not in text, text
    for word in words:
        assert word in text, f"{word!r} is missing in: {text}"


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every path below a folder, with what is in it."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


# --- genome files ---


def mask(**changes: Any) -> bytes:
    """The mask's JSON with some fields changed."""
    return json.dumps({**MASK.to_json(), **changes}).encode()


def mask_part(part: str, index: int, **changes: Any) -> bytes:
    """The mask's JSON with one node or connection changed; a field set to ... is left out."""
    data = MASK.to_json()
    item = {**data[part][index], **changes}
    data[part][index] = {key: value for key, value in item.items() if value is not ...}
    return json.dumps(data).encode()


ENTITY = '<?xml version="1.0"?><!DOCTYPE data [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE data [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE data>'
BIG = b"<data>" + b" " * (9 * 1024 * 1024) + b"</data>"
LOOP = [*GREY_LINKS, link(30, 9, 10), link(31, 10, 9)]

# name of the row: (file name, its bytes, words the sentence must hold)
GENOME_FILES: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "empty file": ("g.zip", b"", ("empty",)),
    "neither zip nor xml": ("g.zip", b"hello there", ("zip or an XML", "hello")),
    "a picture instead of a genome": ("g.zip", images.png_bytes(GREY), ("zip or an XML",)),
    "a file over the limit": ("g.xml", BIG, ("8,388,608 bytes",)),
    "zip cut short": ("g.zip", zipped(xml())[:-30], ("zip", "damaged")),
    "zip with a flipped bit": ("g.zip", zipped(xml()).replace(b"PK\x03\x04", b"PK\x03\x05"), ("zip",)),
    "zip with no member": ("g.zip", zipped(), ("exactly one member", "none")),
    "zip with two members": ("g.zip", zipped(xml(), xml()), ("exactly one member", "2")),
    "encrypted zip": ("g.zip", encrypted(zipped(xml())), ("encrypted",)),
    "zip that declares too much": ("g.zip", zipped(BIG), ("8,388,608 bytes", "declared")),
    "zip bomb that hides its size": ("g.zip", declaring(zipped(BIG), 1000), ("8,388,608", "more than the 1,000")),
    "zip member longer than declared": ("g.zip", declaring(zipped(xml()), 10), ("10 bytes it declares",)),
    "zip member shorter than declared": ("g.zip", declaring(zipped(xml()), 9999), ("9,999 bytes it declares",)),
    "zip with an unknown compression": ("g.zip", with_method(zipped(xml()), 77), ("zip", "damaged")),
    "zip of something else": ("g.zip", zipped(b"hello"), ("XML", "well-formed")),
    "xml cut short": ("g.xml", xml()[:-20], ("XML", "well-formed")),
    "xml of an unknown encoding": ("g.xml", xml(head='<?xml version="1.0" encoding="none"?>'), ("XML", "well-formed")),
    "xml with a document type": ("g.xml", xml(head=DOCTYPE), ("document type or entities",)),
    "xml with entities": ("g.xml", xml(head=ENTITY), ("document type or entities",)),
    "xml with an outside entity": ("g.zip", zipped(xml(head=OUTSIDE)), ("document type or entities",)),
    "xml with another root": ("g.xml", b"<html><body/></html>", ("<data> or <genome>", "<html>")),
    "xml without a genome": ("g.xml", b"<data></data>", ("exactly one <genome>", "none")),
    "xml with two genomes": ("g.xml", b"<data><genome/><genome/></data>", ("exactly one <genome>", "2")),
    "genome without nodes": ("g.xml", xml(nodes=[]), ("<nodes>", "none")),
    "genome without links": ("g.xml", xml(links=[]), ("<links>", "none")),
    "genome with a faulty age": ("g.xml", xml(attributes='age="-3"'), ("age", "-3")),
    "node without a marking": (
        "g.xml",
        xml(nodes=[*GREY_NODES, "<node type='hidden'><activation>sin(x)</activation></node>"]),
        ("<node>", "<marking>"),
    ),
    "node without an activation": (
        "g.xml",
        xml(nodes=[*GREY_NODES, node(11).replace("<activation>gaussian(x)</activation>", "")]),
        ("1_11", "<activation>"),
    ),
    "node of an unknown activation": (
        "g.xml",
        xml(nodes=[*GREY_NODES, node(11, activation="gausian(x)")]),
        ("1_11", "gausian", "did you mean 'gaussian'"),
    ),
    "node of an unknown type": ("g.xml", xml(nodes=[*GREY_NODES, node(11, "middle")]), ("1_11", "middle", "hidden")),
    "node with a bias": ("g.xml", xml(nodes=[*GREY_NODES, node(11, more='bias="0.5"')]), ("1_11", "bias", "0.5")),
    "two nodes of one id": ("g.xml", xml(nodes=[*GREY_NODES, node(9)]), ("1_9", "twice")),
    "missing input": ("g.xml", xml(nodes=GREY_NODES[1:]), ("input", "bias, d, x and y", "d, x, y")),
    "doubled input": ("g.xml", xml(nodes=[*GREY_NODES, node(11, "in", "identity(x)", "x")]), ("input", "x")),
    "unknown input": ("g.xml", xml(nodes=[*GREY_NODES, node(11, "in", "identity(x)", "z")]), ("input", "z")),
    "no output": ("g.xml", xml(nodes=[*INPUTS, node(4)]), ("output", "ink", "none")),
    "colour output missing": ("g.xml", xml(nodes=[*INPUTS, *COLOURS[:2]]), ("output", "hue, saturation")),
    "grey and colour outputs together": ("g.xml", xml(nodes=[*INPUTS, INK, *COLOURS[1:]]), ("output", "ink")),
    "link without a source": (
        "g.xml",
        xml(links=[*GREY_LINKS, link(30, 2, 10).replace('<source branch="1" id="2"/>', "")]),
        ("1_30", "<source>"),
    ),
    "link without a weight": (
        "g.xml",
        xml(links=[*GREY_LINKS, link(30, 2, 10).replace("<weight>0.5</weight>", "")]),
        ("1_30", "<weight>"),
    ),
    "link from a node that is not there": ("g.xml", xml(links=[*GREY_LINKS, link(30, 77, 10)]), ("1_30", "1_77")),
    "link to a node that is not there": ("g.xml", xml(links=[*GREY_LINKS, link(30, 2, 77)]), ("1_30", "1_77")),
    "link into an input": ("g.xml", xml(links=[*GREY_LINKS, link(30, 9, 2)]), ("1_30", "input", "1_2")),
    "two links of one id": ("g.xml", xml(links=[*GREY_LINKS, link(24, 1, 10)]), ("1_24", "twice")),
    "two links between one pair": ("g.xml", xml(links=[*GREY_LINKS, link(30, 2, 9)]), ("1_20", "1_30", "1_9")),
    "a cycle": ("g.xml", xml(links=LOOP), ("cycle", "1_9", "1_10")),
    "a node that feeds itself": ("g.xml", xml(links=[*GREY_LINKS, link(30, 9, 9)]), ("cycle", "1_9")),
    "weight that is no number": ("g.xml", xml(links=[*GREY_LINKS, link(30, 2, 10, "much")]), ("1_30", "much")),
    "weight that is not finite": ("g.xml", xml(links=[*GREY_LINKS, link(30, 2, 10, "nan")]), ("1_30", "nan")),
    "weight too large for a float": ("g.xml", xml(links=[*GREY_LINKS, link(30, 2, 10, "1e999")]), ("1_30", "inf")),
    "json cut short": ("g.json", mask()[:200], ("JSON",)),
    "json that is empty": ("g.json", b"", ("JSON",)),
    "json that is no utf-8": ("g.json", b"\xff\xfe\xfa{}", ("JSON",)),
    "json too deep": ("g.json", b"[" * 100_000, ("JSON",)),
    "json with NaN": ("g.json", mask().replace(b"1.6", b"NaN"), ("NaN",)),
    "json of another kind": ("g.json", b"[1, 2]", ("schema", "fer-genome/1", "[1, 2]")),
    "json of another schema": ("g.json", mask(schema="fer-genome/9"), ("schema", "fer-genome/9")),
    "json without a schema": ("g.json", b"{}", ("schema", "None")),
    "json with an unknown field": ("g.json", mask(colour="red"), ("colour",)),
    "json with nodes that are no list": ("g.json", mask(nodes={}), ("nodes", "list")),
    "json without connections": ("g.json", mask(connections=None), ("connections", "list")),
    "json with a faulty age": ("g.json", mask(age="old"), ("age", "old")),
    "json with a name that is no text": ("g.json", mask(name=3), ("name", "string")),
    "json node that is no object": ("g.json", mask(nodes=["x"]), ("node", "object")),
    "json node without a kind": ("g.json", mask_part("nodes", 5, kind=...), ("node", "kind")),
    "json node of an unknown kind": ("g.json", mask_part("nodes", 5, kind="middle"), ("middle_line", "'middle'")),
    "json node with an unknown field": ("g.json", mask_part("nodes", 5, bias=1), ("node", "bias")),
    "json node with an unknown activation": ("g.json", mask_part("nodes", 5, activation="gauss"), ("gauss",)),
    "json connection without a weight": ("g.json", mask_part("connections", 0, weight=...), ("connection", "weight")),
    "json connection with a text weight": ("g.json", mask_part("connections", 0, weight="1"), ("weight", "number")),
    "json connection with a huge weight": ("g.json", mask_part("connections", 0, weight=10**400), ("x-across",)),
    "json connection to nowhere": ("g.json", mask_part("connections", 0, target="nose2"), ("x-across", "nose2")),
}


@pytest.mark.parametrize("row", GENOME_FILES)
def test_a_wrong_genome_file_is_refused_with_one_sentence(tmp_path: Path, row: str) -> None:
    filename, data, words = GENOME_FILES[row]
    path = tmp_path / filename
    path.write_bytes(data)
    with pytest.raises(BadInput) as refused:
        fer.load_genome(path)
    check_sentence(str(refused.value), str(path), *words)
    assert contents(tmp_path) == {str(path): data}


# --- pictures ---


def picture_bytes(form: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (40, 30)) -> bytes:
    """A small picture with something in it, so that it can be cut short."""
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(buffer, form)
    return buffer.getvalue()


def png_declaring(width: int, height: int) -> bytes:
    """A PNG whose header declares a size, whatever follows."""
    data = bytearray(picture_bytes())
    struct.pack_into(">II", data, 16, width, height)
    struct.pack_into(">I", data, 29, zlib.crc32(data[12:29]))
    return bytes(data)


PICTURES: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "empty picture": ("p.png", b"", ("picture", "PNG or JPEG")),
    "a text called png": ("p.png", b"this is not a picture", ("picture", "PNG or JPEG")),
    "a genome called jpg": ("p.jpg", zipped(xml()), ("picture", "PNG or JPEG")),
    "png cut short": ("p.png", picture_bytes()[:600], ("picture", "whole")),
    "png of only a header": ("p.png", picture_bytes()[:20], ("picture",)),
    "png with a broken checksum": ("p.png", picture_bytes().replace(b"IDAT", b"IDAU"), ("picture",)),
    "jpeg cut short": ("p.jpg", picture_bytes("JPEG")[:500], ("picture", "whole")),
    "png of zero width": ("p.png", png_declaring(0, 30), ("picture",)),
    "png bomb": ("p.png", png_declaring(60_000, 60_000), ("picture", "64,000,000 pixels")),
    "png over the limit": ("p.png", png_declaring(8_100, 8_000), ("picture", "64,000,000 pixels")),
    "a pdf": ("p.pdf", b"%PDF-1.7\n%%EOF", ("picture", "PNG or JPEG")),
    "an svg": ("p.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", ("picture", "PNG or JPEG")),
}


@pytest.mark.parametrize("row", PICTURES)
def test_a_wrong_picture_is_refused_with_one_sentence(tmp_path: Path, row: str) -> None:
    filename, data, words = PICTURES[row]
    path = tmp_path / filename
    path.write_bytes(data)
    with pytest.raises(BadInput) as refused:
        images.read_picture(path, 32)
    check_sentence(str(refused.value), str(path), *words)
    assert contents(tmp_path) == {str(path): data}


# --- paths ---

# name of the row: (what is called with the path, the path below an empty folder, words)
PATHS: dict[str, tuple[Callable[[Path], object], str, tuple[str, ...]]] = {
    "genome that is not there": (fer.load_genome, "none.zip", ("genome", "exists")),
    "json genome that is not there": (fer.load_genome, "none.json", ("genome", "exists")),
    "a folder as a genome": (fer.load_genome, "", ("genome", "folder")),
    "picture that is not there": (partial(images.read_picture, size=8), "none.png", ("picture", "exists")),
    "a folder as a picture": (partial(images.read_picture, size=8), "", ("picture", "folder")),
    "network that is not there": (Network.load, "none.safetensors", ("path", "exists")),
    "a folder as a network": (Network.load, "", ("folder",)),
    "arrays that are not there": (storage.load_arrays, "none.safetensors", ("path", "exists")),
    "a folder to write json to": (partial(storage.write_json, value={}), "", ("folder",)),
}


@pytest.mark.parametrize("row", PATHS)
def test_a_wrong_path_is_refused_with_one_sentence(tmp_path: Path, row: str) -> None:
    call, name, words = PATHS[row]
    with pytest.raises(BadInput) as refused:
        call(tmp_path / name)
    check_sentence(str(refused.value), str(tmp_path / name), *words)
    assert contents(tmp_path) == {}


# name of the row: (bytes of a saved network, words)
NETWORKS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty network file": (b"", ()),
    "a text as a network": (b"a network, honestly", ()),
    "a header that promises too much": (struct.pack("<Q", 2**60) + b"{}", ()),
}


@pytest.mark.parametrize("row", NETWORKS)
def test_a_wrong_network_file_is_refused_with_one_sentence(tmp_path: Path, row: str) -> None:
    data, words = NETWORKS[row]
    path = tmp_path / "net.safetensors"
    path.write_bytes(data)
    with pytest.raises(BadInput) as refused:
        Network.load(path)
    check_sentence(str(refused.value), str(path), *words)
    assert contents(tmp_path) == {str(path): data}


def test_a_damaged_network_file_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    LAYERED.save(path)
    whole = path.read_bytes()
    for cut in (1, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(BadInput, match=r"net\.safetensors"):
            Network.load(path)


# --- parameters ---

PARSE = Architecture.parse
NAN = float("nan")

# name of the row: (what is called, words)
VALUES: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "unknown genome": (lambda: fer.load_genome("skul"), ("skul", "did you mean 'skull'")),
    "empty genome name": (lambda: fer.load_genome(""), ("genome", "name or a path")),
    "genome that is a number": (lambda: fer.load_genome(576), ("genome", "576")),  # type: ignore[arg-type]
    "unknown paper genome": (lambda: picbreeder.download("pear"), ("pear", "skull, butterfly, apple")),
    "architecture: nothing": (lambda: PARSE(""), ("architecture", "depth;activation:count")),
    "architecture: not a text": (lambda: PARSE(12), ("architecture", "12")),  # type: ignore[arg-type]
    "architecture: no semicolon": (lambda: PARSE("12,sin:1"), ("architecture", "12,sin:1")),
    "architecture: no groups": (lambda: PARSE("12;"), ("architecture", "12;")),
    "architecture: no count": (lambda: PARSE("2;sin"), ("architecture", "2;sin")),
    "architecture: depth 0": (lambda: PARSE("0;sin:1"), ("depth", "at least 1", "0")),
    "architecture: depth that is no number": (lambda: PARSE("two;sin:1"), ("architecture", "two;sin:1")),
    "architecture: negative depth": (lambda: PARSE("-2;sin:1"), ("architecture", "-2;sin:1")),
    "architecture: half a depth": (lambda: PARSE("1.5;sin:1"), ("architecture", "1.5;sin:1")),
    "architecture: endless depth": (lambda: PARSE("99999;sin:1"), ("depth", "99999")),
    "architecture: unknown activation": (lambda: PARSE("2;sine:1"), ("sine", "did you mean 'sin'")),
    "architecture: zero neurons": (lambda: PARSE("2;sin:0"), ("sin", "at least 1", "0")),
    "architecture: too wide": (lambda: PARSE("2;sin:100000"), ("sin", "100000")),
    "architecture: unsorted groups": (lambda: PARSE("2;sin:1,cos:1"), ("sorted", "sin,cos")),
    "architecture: a group twice": (lambda: PARSE("2;sin:1,sin:2"), ("once", "sin,sin")),
    "weight id beyond the last": (lambda: LAYERED.weight(1392), ("weight id", "1391", "1392")),
    "weight id below zero": (lambda: LAYERED.weight(-1), ("weight id", "at least 0", "-1")),
    "weight id that is a truth": (lambda: LAYERED.weight(True), ("weight id", "True")),
    "weight id that is a fraction": (lambda: LAYERED.weight(3.0), ("weight id", "3.0")),  # type: ignore[arg-type]
    "weight id that is a text": (lambda: LAYERED.weight("7"), ("weight", "7")),  # type: ignore[arg-type]
    "weight of two numbers": (lambda: LAYERED.weight((1, 2)), ("weight", "(layer, row, column)", "(1, 2)")),
    "weight in a layer beyond the last": (lambda: LAYERED.weight((7, 0, 0)), ("layer", "at most 6", "7")),
    "weight in a row beyond the last": (lambda: LAYERED.weight((0, 4, 0)), ("row", "at most 3", "4")),
    "weight in a column beyond the last": (lambda: LAYERED.weight((6, 0, 3)), ("column", "at most 2", "3")),
    "new weight that is not finite": (lambda: LAYERED.with_weights({0: NAN}), ("finite",)),
    "neuron's map beyond the last": (lambda: feature_maps(LAYERED, 8)[2, 16], ("neuron", "16")),
    "layer of maps beyond the last": (lambda: feature_maps(LAYERED, 8)[6], ("layer", "6")),
    "maps of something else": (lambda: feature_maps(MASK, 8), ("network", "Network")),  # type: ignore[arg-type]
    "unknown node": (lambda: MASK.node("ear"), ("node", "ear", "mask")),
    "network of the wrong shape": (lambda: Network(TINY, (np.zeros((4, 2)), np.zeros((3, 2)))), ("layer 1", "(2, 3)")),
    "network without a layer": (lambda: Network(TINY, (np.zeros((4, 2)),)), ("weights", "2 matrices", "1")),
    "size 0": (lambda: LAYERED.image(0), ("size", "at least 2", "0")),
    "size 1": (lambda: MASK.image(1), ("size", "at least 2", "1")),
    "size below zero": (lambda: MASK.image(-8), ("size", "-8")),
    "size that is a fraction": (lambda: LAYERED.image(8.0), ("size", "8.0")),  # type: ignore[arg-type]
    "size that is a text": (lambda: feature_maps(LAYERED, "8"), ("size", "'8'")),  # type: ignore[arg-type]
    "size without end": (lambda: MASK.image(10**9), ("size", "1000000000")),
    "size of a picture": (lambda: images.read_picture("p.png", 1), ("size", "1")),
    "unknown way to fit": (lambda: images.read_picture("p.png", 8, fit="zoom"), ("fit", "crop, pad, stretch", "zoom")),
    "background too bright": (lambda: images.read_picture("p.png", 8, background=(2, 0, 0)), ("background", "2")),
    "background of two numbers": (lambda: images.read_picture("p.png", 8, background=(0, 0)), ("background",)),  # type: ignore[arg-type]
    "sweep over nothing": (lambda: sweeps.sweep(LAYERED, 0, []), ("values", "at least one")),
    "sweep over a text": (lambda: sweeps.sweep(LAYERED, 0, "123"), ("values", "'123'")),  # type: ignore[arg-type]
    "sweep over NaN": (lambda: sweeps.sweep(LAYERED, 0, [0.0, NAN]), ("values", "finite", "nan")),
    "sweep of an unknown weight": (lambda: sweeps.sweep(LAYERED, 10**6, [0.0]), ("weight id", "1000000")),
    "sweep of no width": (lambda: sweeps.around(LAYERED, 0, span=0), ("span", "more than 0", "0")),
    "sweep of one value": (lambda: sweeps.around(LAYERED, 0, count=1), ("count", "at least 2", "1")),
    "effect of one picture": (lambda: sweeps.effect(GREY), ("stack",)),
    "effect of a text": (lambda: sweeps.effect("pictures"), ("stack", "pictures")),
    "direction of the wrong shape": (
        lambda: sweeps.sweep_direction(LAYERED, 0, np.zeros(3), [0.0]),
        ("direction", "(4, 16)"),
    ),
    "direction that is no array": (
        lambda: sweeps.sweep_direction(LAYERED, 0, "up", [0.0]),
        ("direction", "'up'"),
    ),
    "recipe of no steps": (lambda: fer.Recipe(steps=0), ("steps", "at least 1", "0")),
    "recipe of half steps": (lambda: fer.Recipe(steps=1.5), ("steps", "1.5")),  # type: ignore[arg-type]
    "recipe that does not learn": (lambda: fer.Recipe(learning_rate=0), ("learning_rate", "more than 0")),
    "recipe with a NaN": (lambda: fer.Recipe(learning_rate=NAN), ("learning_rate", "finite", "nan")),
    "recipe with another optimiser": (lambda: fer.Recipe(optimiser="adem"), ("optimiser", "did you mean 'adam'")),
    "recipe with another schedule": (lambda: fer.Recipe(schedule="linear"), ("schedule", "constant, cosine")),
    "recipe with another init": (lambda: fer.Recipe(init="zeros"), ("init", "lecun_normal", "zeros")),
    "recipe with a negative penalty": (lambda: fer.Recipe(weight_l1=-1), ("weight_l1", "at least 0", "-1")),
    "recipe with a faulty size": (lambda: fer.Recipe(size=1), ("size", "at least 2", "1")),
    "recipe with a faulty truth": (lambda: fer.Recipe(normalise_gradient="yes"), ("normalise_gradient", "yes")),  # type: ignore[arg-type]
    "recipe with faulty snapshots": (lambda: fer.Recipe(snapshots=(0, -5)), ("snapshots", "-5")),
    "recipe with an unknown field": (lambda: fer.Recipe().variant(step=3), ("recipe", "step", "did you mean 'steps'")),
    "recipe that is a list": (lambda: fer.Recipe.from_json([1]), ("recipe", "[1]")),  # type: ignore[arg-type]
    "no seed": (lambda: fer.fit(GREY, TINY, seeds=[]), ("seeds", "[]")),
    "a seed twice": (lambda: fer.fit(GREY, TINY, seeds=[1, 1]), ("seeds", "different", "[1, 1]")),
    "a negative seed": (lambda: fer.fit(GREY, TINY, seeds=[-1]), ("seed", "at least 0", "-1")),
    "a seed that is a fraction": (lambda: fer.fit(GREY, TINY, seeds=[0.5]), ("seed", "0.5")),  # type: ignore[list-item]
    "seeds that are a number": (lambda: fer.fit(GREY, TINY, seeds=3), ("seeds", "3")),  # type: ignore[arg-type]
    "unknown engine": (lambda: fer.fit(GREY, TINY, engine="jax"), ("engine", "jax")),
    "architecture as a text": (lambda: fer.fit(GREY, "1;sin:1"), ("architecture", "1;sin:1")),  # type: ignore[arg-type]
    "target that is not square": (lambda: fer.fit(GREY[:4], TINY), ("image", "(4, 8, 3)")),
    "target without colours": (lambda: fer.fit(GREY[..., 0], TINY), ("image", "(8, 8)")),
    "target of whole numbers": (lambda: fer.fit(np.zeros((8, 8, 3), int), TINY), ("image", "int")),
    "target that is too bright": (lambda: fer.fit(GREY * 5, TINY), ("image", "[0, 1]", "2.5")),
    "target with NaN": (lambda: fer.fit(GREY * NAN, TINY), ("image", "nan")),
    "target that is a path": (lambda: fer.fit("my.png", TINY), ("image", "my.png")),
    "target of ragged lists": (lambda: fer.fit([[1.0], [1.0, 2.0]], TINY), ("image",)),
    "checkpoints before now": (lambda: fer.fit(GREY, TINY, checkpoint_every=-1), ("checkpoint_every", "-1")),
    "store that is a number": (lambda: fer.fit(GREY, TINY, store=3), ("store", "3")),  # type: ignore[arg-type]
    "genome from a text": (lambda: Genome.from_json("mask"), ("genome", "schema", "mask")),
}


@pytest.mark.parametrize("row", VALUES)
def test_a_wrong_value_is_refused_with_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    call, words = VALUES[row]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FER_STORE", str(tmp_path / "store"))
    with pytest.raises(BadInput) as refused:
        call()
    check_sentence(str(refused.value), *words)
    assert contents(tmp_path) == {}


# --- the environment ---

ENVIRONMENT: dict[str, tuple[Mapping[str, str], Callable[[], object], tuple[str, ...]]] = {
    "FER_PICBREEDER_DIR that is not there": (
        {"FER_PICBREEDER_DIR": "{folder}/none"},
        lambda: picbreeder.find("skull"),
        ("FER_PICBREEDER_DIR", "{folder}/none"),
    ),
    "FER_PICBREEDER_DIR that is a file": (
        {"FER_PICBREEDER_DIR": "{folder}/file"},
        lambda: fer.load_genome("skull"),
        ("FER_PICBREEDER_DIR", "{folder}/file"),
    ),
    "FER_STORE that is a file": (
        {"FER_STORE": "{folder}/file"},
        lambda: fer.fit(GREY, TINY, fer.Recipe(steps=1), progress=False),
        ("{folder}/file",),
    ),
}


@pytest.mark.parametrize("row", ENVIRONMENT)
def test_a_wrong_variable_is_refused_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    variables, call, words = ENVIRONMENT[row]
    (tmp_path / "file").write_text("")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(folder=tmp_path))
    with pytest.raises(BadInput) as refused:
        call()
    check_sentence(str(refused.value), *(word.format(folder=tmp_path) for word in words))
    assert contents(tmp_path) == {str(tmp_path / "file"): b""}


# --- the command line ---

HEADER = """# ---
# jupyter:
#   jupytext:
#     text_representation: {{extension: .py, format_name: percent}}
#   kernelspec: {{display_name: Python 3, language: python, name: python3}}
#   fer: {{needs: {needs}}}
# ---

# %% [markdown]
# # {title}

# %% tags=["parameters"]
{parameters}
"""


def notebook(title: str, parameters: str, needs: str = "[]") -> str:
    """The source of a small notebook."""
    return HEADER.format(title=title, parameters=parameters, needs=needs)


TRAIN = 'image = "auto"\nsteps = 600\nseeds = [0]\nrate = 3e-3\nout = "build/out"'
DRAW = 'picture = "mine.png"\nsteps = 300\nout = "build/out"'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's root folder with two notebooks, a preset and some files that are not what they seem."""
    files: dict[str, str | bytes] = {
        "notebooks/03_train_the_twin.py": notebook("Train the twin", TRAIN),
        "notebooks/06_draw_your_own_picture.py": notebook("Draw", DRAW, '["03_train_the_twin"]'),
        "notebooks/presets/quick.yml": "defaults: {image: mask}\n",
        "mine.png": images.png_bytes(GREY),
        "text.png": b"a text",
        "text.zip": b"a text",
        "cut.json": mask()[:100],
        "broken.yml": "defaults: [1, 2\n",
        "list.yml": "[1, 2]",
        "binary.yml": b"\xff\xfe\xfa",
        "unknown_notebook.yml": "'09': {steps: 3}",
        "unknown_parameter.yml": "'03': {stpes: 3}",
        "wrong_kind.yml": "'03': {steps: many}",
    }
    for name, content in files.items():
        place = tmp_path / "project" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.delenv("FER_PICBREEDER_DIR", raising=False)
    return tmp_path / "project"


# name of the row: (words after python -m fer_utils.book, words of the sentence)
COMMANDS: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "no command": ([], ("required", "command")),
    "unknown command": (["bild"], ("bild", "build")),
    "unknown option": (["build", "--pictures", "a.png"], ("--pictures",)),
    "option without a value": (["build", "--image"], ("--image",)),
    "run without a notebook": (["run"], ("notebook",)),
    "run of an unknown number": (["run", "9"], ("9", "03_train_the_twin")),
    "run of an unknown name": (["run", "03_train_a_twin"], ("did you mean '03_train_the_twin'",)),
    "unknown preset": (["build", "--preset", "quik"], ("preset", "quik", "did you mean 'quick'")),
    "preset file that is not there": (["build", "--preset", "none.yml"], ("preset", "none.yml")),
    "preset that is no yaml": (["build", "--preset", "broken.yml"], ("broken.yml", "YAML")),
    "preset that is no text": (["build", "--preset", "binary.yml"], ("binary.yml", "YAML")),
    "preset that is a list": (["build", "--preset", "list.yml"], ("list.yml", "defaults")),
    "preset for an unknown notebook": (["build", "--preset", "unknown_notebook.yml"], ("unknown_notebook.yml", "09")),
    "preset with an unknown parameter": (
        ["build", "--preset", "unknown_parameter.yml"],
        ("03_train_the_twin.stpes", "did you mean steps"),
    ),
    "preset with a value of another kind": (["build", "--preset", "wrong_kind.yml"], ("steps", "whole number", "many")),
    "setting without a value": (["build", "--set", "steps"], ("name=value", "steps")),
    "setting of an empty value": (["build", "--set", "steps="], ("steps", "value")),
    "setting of an unknown parameter": (["build", "--set", "stpes=3"], ("stpes", "did you mean steps")),
    "setting in an unknown notebook": (["build", "--set", "09.steps=3"], ("09", "03_train_the_twin")),
    "setting that its notebook lacks": (["build", "--set", "06.seeds=[1]"], ("06_draw_your_own_picture.seeds",)),
    "setting of a text for a number": (["build", "--set", "03.steps=many"], ("steps", "whole number", "many")),
    "setting of a fraction for a whole number": (["build", "--set", "03.steps=1.5"], ("steps", "1.5")),
    "setting of a number for a list": (["run", "03", "--set", "seeds=3"], ("seeds", "a list", "3")),
    "setting of the driver's own folder": (["build", "--set", "out=/tmp/x"], ("out",)),
    "unknown genome": (["build", "--image", "skul"], ("skul", "did you mean 'skull'")),
    "genome file that is not there": (["build", "--image", "none.zip"], ("none.zip",)),
    "a folder as the image": (["build", "--image", "./notebooks"], ("notebooks",)),
    "a text called zip": (["build", "--image", "text.zip"], ("text.zip", "zip or an XML")),
    "a genome cut short": (["run", "3", "--image", "cut.json"], ("cut.json", "JSON")),
    "picture that is not there": (["build", "--image", "none.png"], ("none.png",)),
    "a text called png": (["build", "--image", "text.png"], ("text.png", "PNG or JPEG")),
    "a text called png as the picture": (["run", "06", "--picture", "text.png"], ("text.png", "PNG or JPEG")),
    "a picture that is set and not there": (["run", "06", "--set", "picture=none.jpg"], ("none.jpg",)),
}


@pytest.mark.parametrize("row", COMMANDS)
def test_a_wrong_command_ends_with_one_sentence_and_code_2(
    project: Path, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    arguments, words = COMMANDS[row]
    before = contents(project.parent)
    assert book_command.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    check_sentence(captured.err.removesuffix("\n"), *words)
    assert captured.out == ""
    assert contents(project.parent) == before


# name of the row: (notebook's file, its source, words); the notebooks themselves are input too
NOTEBOOKS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "needs a later notebook": ("01_a.py", notebook("A", TRAIN, '["03_train_the_twin"]'), ("needs", "03_train")),
    "needs that are no list": ("01_a.py", notebook("A", TRAIN, "3"), ("needs", "01_a.py")),
    "no title": ("01_a.py", notebook("A", TRAIN).replace("# # A", "# A"), ("title", "01_a.py")),
    "no parameters": ("01_a.py", notebook("A", TRAIN).replace('["parameters"]', "[]"), ("parameters", "01_a.py")),
    "a parameter that is computed": ("01_a.py", notebook("A", TRAIN + "\nseed = 1 + len('a')"), ("seed", "literal")),
    "a parameters cell that does more": ("01_a.py", notebook("A", TRAIN + "\nimport os"), ("import os", "01_a.py")),
    "a parameters cell that is no python": ("01_a.py", notebook("A", "steps = = 3"), ("01_a.py", "parameters")),
    "no folder for results": ("01_a.py", notebook("A", "steps = 3"), ("out", "01_a.py")),
}


@pytest.mark.parametrize("row", NOTEBOOKS)
def test_a_wrong_notebook_ends_with_one_sentence_and_code_2(
    project: Path, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    filename, source, words = NOTEBOOKS[row]
    (project / "notebooks" / filename).write_text(source)
    before = contents(project.parent)
    assert book_command.main(["list"]) == 2
    captured = capsys.readouterr()
    check_sentence(captured.err.removesuffix("\n"), *words)
    assert captured.out == "" and contents(project.parent) == before


def test_outside_the_project_the_driver_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert book_command.main(["build"]) == 2
    check_sentence(capsys.readouterr().err.removesuffix("\n"), "root folder", str(tmp_path))
    assert contents(tmp_path) == {}


def test_the_downloads_command_takes_no_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert genomes_command.main(["skull"]) == 2
    check_sentence(capsys.readouterr().err.removesuffix("\n"), "fer_utils.picbreeder", "skull")


@pytest.mark.parametrize(
    ("module", "arguments", "word"),
    [
        ("fer_utils.book", ["build", "--image", "nowhere.zip"], "nowhere.zip"),
        ("fer_utils.book", ["run", "3", "--set", "stpes=4"], "stpes"),
        ("fer_utils.picbreeder", ["skull"], "skull"),
    ],
)
def test_the_program_itself_ends_with_code_2_and_no_traceback(
    project: Path, repository: Path, module: str, arguments: list[str], word: str
) -> None:
    before = contents(project.parent)
    environment = {**os.environ, "PYTHONPATH": str(repository), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=project, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1
    check_sentence(done.stderr.removesuffix("\n"), word)
    assert contents(project.parent) == before


def test_the_table_is_long_enough() -> None:
    tables = (GENOME_FILES, PICTURES, PATHS, NETWORKS, VALUES, ENVIRONMENT, COMMANDS, NOTEBOOKS)
    assert sum(len(table) for table in tables) >= 200
