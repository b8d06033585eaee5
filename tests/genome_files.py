"""Small Picbreeder files for tests: whole ones, and ones broken in one place."""

from __future__ import annotations

import io
import struct
import zipfile


def node(number: int, kind: str = "hidden", activation: str = "gaussian(x)", label: str = "", more: str = "") -> str:
    """Write a <node> the way the archive does."""
    name = f'label="{label}" ' if label else ""
    mark = f'<marking branch="1" id="{number}"/>'
    return f'<node {name}{more} type="{kind}">{mark}<activation>{activation}</activation></node>'


def link(number: int, source: int, target: int, weight: str = "0.5") -> str:
    """Write a <link> the way the archive does."""
    ends = f'<source branch="1" id="{source}"/><target branch="1" id="{target}"/>'
    return f'<link><marking branch="1" id="{number}"/>{ends}<weight>{weight}</weight></link>'


INPUTS = [node(number, "in", "identity(x)", label) for number, label in enumerate(["bias", "d", "x", "y"])]
INK = node(4, "out", "gaussian(x)", "ink")
COLOURS = [node(4 + i, "out", "sin(x)", label) for i, label in enumerate(["hue", "saturation", "brightness"])]
GREY_NODES = [*INPUTS, INK, node(9), node(10, activation="sin(x)")]
GREY_LINKS = [link(20, 2, 9, "2.0"), link(21, 3, 10), link(22, 9, 4, "-1.5"), link(23, 10, 4), link(24, 0, 9)]


def xml(
    *,
    nodes: list[str] | None = None,
    links: list[str] | None = None,
    attributes: str = 'age="7"',
    head: str = '<?xml version="1.0" encoding="UTF-8"?>',
    older: bool = False,
) -> bytes:
    """Write a genome file; by default a whole grey one of seven nodes and five links."""
    inner_nodes = "".join(GREY_NODES if nodes is None else nodes)
    inner_links = "".join(GREY_LINKS if links is None else links)
    genome = f"<genome {attributes}><nodes>{inner_nodes}</nodes><links>{inner_links}</links></genome>"
    return f"{head}\n{genome if older else f'<data>{genome}</data>'}".encode()


def zipped(*members: bytes, name: str = "a") -> bytes:
    """Pack members into a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, member in enumerate(members):
            archive.writestr(name + "b" * index, member)
    return buffer.getvalue()


def _headers(archive: bytes) -> tuple[int, int]:
    """Find the one member's local header and its entry in the central directory."""
    return archive.index(b"PK\x03\x04"), archive.index(b"PK\x01\x02")


def declaring(archive: bytes, size: int) -> bytes:
    """Let a zip of one member declare another unpacked size than it has."""
    data, (local, central) = bytearray(archive), _headers(archive)
    struct.pack_into("<I", data, local + 22, size)
    struct.pack_into("<I", data, central + 24, size)
    return bytes(data)


def encrypted(archive: bytes) -> bytes:
    """Mark a zip's one member as encrypted."""
    data, (local, central) = bytearray(archive), _headers(archive)
    data[local + 6] |= 1
    data[central + 8] |= 1
    return bytes(data)


def with_method(archive: bytes, method: int) -> bytes:
    """Let a zip's one member claim another method of compression."""
    data, (local, central) = bytearray(archive), _headers(archive)
    struct.pack_into("<H", data, local + 8, method)
    struct.pack_into("<H", data, central + 10, method)
    return bytes(data)
