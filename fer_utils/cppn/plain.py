"""The parts of a layered network as plain data, for JSON: what the explorer in a page downloads, and opens again.

The schema is "fer-network/1", as for ``Network.save``'s safetensors; here the weights are one base64 text of
little-endian float32, layer after layer in numeric order, each (in, out) row-major. Seven digits of a weight survive,
which is what a page computes with.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fer_utils.checks import BadInput, bad
from fer_utils.cppn.architecture import Architecture

SCHEMA = "fer-network/1"
Parts = tuple[Architecture, tuple[np.ndarray, ...], str, dict[tuple[int, int], str]]


def pack(
    architecture: Architecture, weights: Sequence[np.ndarray], label: str, names: Mapping[tuple[int, int], str]
) -> dict[str, Any]:
    """Write the parts of a network as plain data.

    Source: ours.
    """
    flat = np.concatenate([matrix.ravel() for matrix in weights])
    return {
        "schema": SCHEMA,
        "label": label,
        "architecture": str(architecture),
        "weights": base64.b64encode(flat.astype("<f4").tobytes()).decode("ascii"),
        "names": {f"{layer},{neuron}": str(name) for (layer, neuron), name in names.items()},
    }


def unpack(data: object) -> Parts:
    """Read what `pack` wrote; further fields are for other readers, and passed over.

    Returns:
        Architecture, weights, label and names, as `Network` takes them.

    Raises:
        BadInput: The schema is another, a field is missing or broken, or the weights do not fit the architecture.

    Source: ours.
    """
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        got = data.get("schema") if isinstance(data, Mapping) else data
        raise bad("network", f'a JSON object with "schema": "{SCHEMA}"', got)
    architecture = Architecture.parse(_text(data, "architecture"))
    weights = _matrices(architecture, _text(data, "weights"))
    return architecture, weights, _text(data, "label", "network"), _names(architecture, data.get("names", {}))


def _text(data: Mapping[str, Any], key: str, usual: str | None = None) -> str:
    value = data.get(key, usual)
    if not isinstance(value, str):
        raise bad(f"{key} of the network", "a text", value)
    return value


def _matrices(architecture: Architecture, packed: str) -> tuple[np.ndarray, ...]:
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise bad("weights of the network", "base64", packed) from None
    if len(raw) != 4 * architecture.weight_count:
        wanted = f"{architecture.weight_count} float32 numbers for {architecture}"
        raise BadInput(f"weights of the network must be {wanted}, got {len(raw) / 4:g}.")
    flat = np.frombuffer(raw, "<f4").astype(np.float64)
    ends = np.cumsum([rows * columns for rows, columns in architecture.shapes])
    parts = np.split(flat, ends[:-1])
    return tuple(part.reshape(shape) for part, shape in zip(parts, architecture.shapes, strict=True))


def _names(architecture: Architecture, names: object) -> dict[tuple[int, int], str]:
    """Read {"layer,neuron": name}."""
    if not isinstance(names, Mapping):
        raise bad("names of the network", 'an object with texts by "layer,neuron"', names)
    found = {}
    for key, name in names.items():
        place = str(key).split(",")
        numbers = [int(part) for part in place if part.isascii() and part.isdigit() and len(part) < 10]
        if len(place) != 2 or len(numbers) != 2 or not isinstance(name, str):
            raise bad("names of the network", 'texts by "layer,neuron"', {key: name})
        layer, neuron = numbers
        if layer >= architecture.depth or neuron >= architecture.width:
            raise bad("names of the network", f"names of neurons of {architecture}", key)
        found[layer, neuron] = name
    return found
