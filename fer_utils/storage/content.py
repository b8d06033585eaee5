"""Names made from content: one JSON text for a value, one hash for anything."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from fer_utils.checks import bad, existing_file
from fer_utils.storage.files import dumps, said_plainly


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, shortest exact floats.

    Args:
        value: as `write_json`.

    Returns:
        The text, ASCII only.

    Raises:
        BadInput: the value is not JSON (NaN and infinity included).

    Source: ours.
    """
    return dumps(value, separators=(",", ":"), ensure_ascii=True)


def content_hash(*parts: Any) -> str:
    """Hash any parts by their content.

    Args:
        *parts: texts, bytes, `Path` (the file's content), numpy arrays (dtype, shape and values) or JSON-able values;
            their order and kinds count.

    Returns:
        The SHA-256 as 64 hexadecimal digits.

    Raises:
        BadInput: a part is none of these, or its file cannot be read.

    Source: ours.
    """
    digest = hashlib.sha256()
    for part in parts:
        kind, data = _as_bytes(part)
        # The length keeps ("ab", "c") apart from ("a", "bc").
        digest.update(f"{kind}:{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


def file_hash(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, as `sha256sum` prints it.

    Args:
        path: the file.

    Returns:
        64 hexadecimal digits.

    Raises:
        BadInput: the file is missing or unreadable.

    Source: ours.
    """
    path = existing_file("path", path)
    with said_plainly(path, "read"), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _as_bytes(part: Any) -> tuple[str, bytes]:
    """Return the kind of a part of a hash, and its bytes."""
    if isinstance(part, str):
        return "text", part.encode()
    if isinstance(part, bytes):
        return "bytes", part
    if isinstance(part, Path):
        return "file", bytes.fromhex(file_hash(part))
    if isinstance(part, np.ndarray):
        if part.dtype.hasobject:
            raise bad("parts", "texts, bytes, paths, numeric arrays or JSON-able values", f"an array of {part.dtype}")
        # One byte order, so that the hash is the same on every machine.
        tidy = np.asarray(part, dtype=part.dtype.newbyteorder("<"), order="C")
        return f"array{tidy.dtype.str}{tidy.shape}", tidy.tobytes()
    return "json", canonical_json(part).encode()
