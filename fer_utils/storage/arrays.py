"""Named arrays and their record in one safetensors file with a checksum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from fer_utils.checks import BadInput, bad, existing_file
from fer_utils.storage.content import canonical_json, content_hash
from fer_utils.storage.files import said_plainly, write_bytes

_CHECKSUM = "_sha256"


def save_arrays(path: str | Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> Path:
    """Write named arrays and their record as one safetensors file, atomically.

    Args:
        path: where to write.
        arrays: name -> numpy array of numbers or booleans.
        meta: the record, JSON-able.

    Returns:
        The path.

    Raises:
        BadInput: an array is not numeric, the record is not JSON, or the path cannot be written.

    Source: ours; the format is https://huggingface.co/docs/safetensors.
    """
    # order="C", not ascontiguousarray: that one turns a number into an array of length 1.
    tidy = {name: np.array(array, order="C") for name, array in arrays.items()}
    for name, array in tidy.items():
        if array.dtype.kind not in "biufc":
            raise bad("arrays", "a dict of numeric numpy arrays", f"{array.dtype} under {name!r}")
    # The checksum lies inside the record: with two entries in the file's header their order, and so its bytes, varies.
    text = canonical_json({**meta, _CHECKSUM: _checksum(tidy, meta)})
    try:
        data = safetensors.numpy.save(tidy, {"meta": text})
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"arrays must be a dict of numeric numpy arrays, but they cannot be saved: {error}.") from None
    return write_bytes(path, data)


def load_arrays(path: str | Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what `save_arrays` wrote, and check that not a bit has changed.

    Args:
        path: the file.

    Returns:
        The arrays by name (sorted, writable) and the record.

    Raises:
        BadInput: the file is missing, truncated, corrupted or was not written by `save_arrays`; the message names it.

    Source: ours.
    """
    path = existing_file("path", path)
    with said_plainly(path, "read"):
        data = path.read_bytes()
    try:
        head = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
        arrays = {name: array.copy() for name, array in sorted(safetensors.numpy.load(data).items())}
        meta = json.loads(head["meta"])
        checksum = meta.pop(_CHECKSUM)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadInput(f"{path} is not a whole file of saved arrays ({type(error).__name__}: {error}).") from None
    if checksum != _checksum(arrays, meta):
        raise BadInput(f"{path} is corrupted: its content does not match its own checksum.")
    return arrays, meta


def _checksum(arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> str:
    """Hash named arrays and their record."""
    return content_hash(dict(meta), *(part for name in sorted(arrays) for part in (name, arrays[name])))
