"""The table of bad files: every row is something a person may hand over, and what must be said about it.

Each row must raise ``BadInput`` with one sentence that names the thing and the file, and must leave nothing behind.
Rows of the same kind stand together; a new way to go wrong is a new row. Values and commands have tables of their own.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
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
from refusals import GREY, LAYERED, MASK, check_sentence, contents

import fer_utils as fer
from fer_utils import images, storage
from fer_utils.checks import BadInput
from fer_utils.cppn import Network

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
