"""Write files so that they are whole or absent, and say plainly why one cannot be written or read."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from fer_utils.checks import BadInput, existing_file


def write_bytes(path: str | Path, data: bytes, *, replace: bool = True) -> Path:
    """Write a file so that it is whole or absent, even when the power fails.

    Args:
        path: where to write; missing parent folders are made.
        data: the bytes.
        replace: whether an existing file is replaced; otherwise it is refused, even one that appears meanwhile.

    Returns:
        The path.

    Raises:
        BadInput: the path cannot be written (a folder, read-only, no space left); what was there before is untouched.

    Source: ours.
    """
    path = Path(path)
    with said_plainly(path, "written"):
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
        try:
            with temporary.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            if replace:
                temporary.replace(path)
            else:
                os.link(temporary, path)  # the one way to give a name that fails where the name is taken
                temporary.unlink()
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    return path


def write_text(path: str | Path, text: str) -> Path:
    """Write UTF-8 text atomically.

    Args:
        path: where to write.
        text: the text, written as it is.

    Returns:
        The path.

    Raises:
        BadInput: as `write_bytes`.

    Source: ours.
    """
    return write_bytes(path, text.encode())


def write_json(path: str | Path, value: Any, *, replace: bool = True) -> Path:
    """Write a value as readable JSON, atomically.

    Args:
        path: where to write.
        value: anything made of dicts, lists, texts, numbers (numpy's too), booleans and None.
        replace: as `write_bytes`.

    Returns:
        The path.

    Raises:
        BadInput: as `write_bytes`, or the value is not JSON.

    Source: ours.
    """
    return write_bytes(path, (dumps(value, indent=2) + "\n").encode(), replace=replace)


def read_json(path: str | Path, *, argument: str = "path") -> Any:
    """Read a JSON file.

    Args:
        path: the file, UTF-8.
        argument: how the caller calls this path, for messages.

    Returns:
        The value.

    Raises:
        BadInput: the file is missing, unreadable or not JSON; the message names it.

    Source: ours.
    """
    path = existing_file(argument, path)
    with said_plainly(path, "read"):
        data = path.read_bytes()
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{argument} must be a JSON file, but {path} is not: {error}.") from None


@contextmanager
def said_plainly(path: Path, done: str) -> Iterator[None]:
    """Turn an error of the file system into one sentence that names the path."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).rstrip(".")
        raise BadInput(f"{path} cannot be {done}: {reason[:1].lower()}{reason[1:]}.") from error


def dumps(value: Any, **layout: Any) -> str:
    """Write JSON with sorted keys; numpy numbers become plain ones."""
    try:
        return json.dumps(value, sort_keys=True, allow_nan=False, default=_plain, **{"ensure_ascii": False, **layout})
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"The value cannot be written as JSON: {error}.") from None


def _plain(value: Any) -> Any:
    """Turn numpy's numbers and arrays into what JSON knows."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power failure, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
