"""Run a layered network on every pixel, and keep one with its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch

from fer_utils import activations, images, storage
from fer_utils.checks import BadInput, bad, real
from fer_utils.cppn import plain
from fer_utils.cppn.architecture import Architecture, Weight
from fer_utils.images import Array


def step(matrix: Any, architecture: Architecture, layer: int, below: Any) -> Any:
    """Compute one layer from the one below: weighted sums, then each group's activation.

    Args:
        matrix: ``(..., in, out)`` weights of this layer, numpy or torch.
        architecture: Which activation each neuron has.
        layer: 0 to ``depth``; the readout (``depth``) is linear.
        below: ``(..., in, pixels)`` values of the layer below.

    Returns:
        ``(..., out, pixels)``.

    Source: paper, section on CPPNs.
    """
    sums = matrix.swapaxes(-1, -2) @ below
    if layer == architecture.depth:
        return sums
    parts = [activations.apply(name, sums[..., part, :]) for name, part in architecture.slices]
    return torch.cat(parts, dim=-2) if isinstance(sums, torch.Tensor) else np.concatenate(parts, axis=-2)


def forward(weights: Sequence[Any], architecture: Architecture, inputs: Any) -> tuple[list[Any], Any]:
    """Run a network, or a batch of them that share an architecture, on every pixel.

    Args:
        weights: One ``(..., in, out)`` matrix a layer, the readout last; numpy or torch.
        architecture: The architecture they follow.
        inputs: ``(4, pixels)``, the same kind.

    Returns:
        The hidden layers, each ``(..., width, pixels)``, and the raw outputs ``(..., 3, pixels)``.

    Source: paper, section on CPPNs.
    """
    hidden: list[Any] = []
    below = inputs
    for layer, matrix in enumerate(weights):
        below = step(matrix, architecture, layer, below)
        hidden.append(below)
    return hidden[:-1], hidden[-1]


@dataclass(frozen=True, eq=False)
class Network:
    """A layered network with its weights: one network is one picture.

    Args:
        architecture: Depth, groups, shapes.
        weights: One (in, out) matrix a layer, the readout last; kept as read-only float64.
        label: What a figure calls it, as in "evolved skull" or "SGD twin, seed 2".
        names: Names of neurons beyond their place, by (layer, neuron); for a layered genome, the node.

    Raises:
        BadInput: A matrix has the wrong shape or a value that is not finite.

    Source: paper, section on CPPNs.
    """

    architecture: Architecture
    weights: tuple[Array, ...]
    label: str = "network"
    names: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the shapes and freeze the arrays."""
        wanted = self.architecture.shapes
        if len(self.weights) != len(wanted):
            raise bad("weights", f"{len(wanted)} matrices", len(self.weights))
        frozen = tuple(_frozen(layer, matrix, wanted[layer]) for layer, matrix in enumerate(self.weights))
        object.__setattr__(self, "weights", frozen)
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))

    def activations(self, size: int) -> list[Array]:
        """Compute every hidden activation: a ``(width, size, size)`` float64 array for each layer."""
        hidden, _ = forward(self.weights, self.architecture, images.coordinates(size).reshape(4, -1))
        return [layer.reshape(-1, size, size) for layer in hidden]

    def outputs(self, size: int) -> Array:
        """Compute the raw outputs h, s, v: ``(3, size, size)`` float64."""
        _, raw = forward(self.weights, self.architecture, images.coordinates(size).reshape(4, -1))
        return np.asarray(raw).reshape(3, size, size)

    def image(self, size: int = 256) -> Array:
        """Draw the picture: ``(size, size, 3)`` float64 in [0, 1]."""
        return np.ascontiguousarray(np.moveaxis(images.colour(self.outputs(size)), 0, -1))

    def weight(self, weight: int | Sequence[int]) -> float:
        """Return one weight, named by the paper's id or by (layer, row, column)."""
        layer, row, column = self.architecture.resolve(weight)
        return float(self.weights[layer][row, column])

    def with_weights(self, changes: Mapping[Any, float]) -> Network:
        """Return a copy in which some weights have new values.

        Args:
            changes: New value by weight, each named by the paper's id or by (layer, row, column).
        """
        matrices = [matrix.copy() for matrix in self.weights]
        for weight, value in changes.items():
            layer, row, column = self.architecture.resolve(weight)
            matrices[layer][row, column] = real(f"new value of weight {(layer, row, column)}", value)
        return Network(self.architecture, tuple(matrices), self.label, self.names)

    def relabelled(self, label: str) -> Network:
        """Return the same network under another label."""
        return replace(self, label=label)

    def nonzero(self) -> Iterator[Weight]:
        """Walk the weights that are not zero, as (layer, row, column)."""
        for layer, matrix in enumerate(self.weights):
            for row, column in np.argwhere(matrix):
                yield layer, int(row), int(column)

    def flat(self) -> Array:
        """Return all weights in one row, layer after layer in numeric order."""
        return np.concatenate([matrix.ravel() for matrix in self.weights])

    def paper_flat(self) -> Array:
        """Return all weights in one row, so that index equals the paper's weight id."""
        return np.concatenate([self.weights[layer].ravel() for layer in self.architecture.paper_layers])

    def content_hash(self) -> str:
        """Return a hash of architecture and weights; labels and names do not count."""
        return storage.content_hash(str(self.architecture), *self.weights)

    def save(self, path: str | Path) -> None:
        """Write architecture, weights, label and names to one file, atomically.

        Args:
            path: The file, safetensors with every digit; one that ends in .json is written as JSON, which the
                explorer in a page opens, with the weights as float32.
        """
        if _is_json(path):
            storage.write_json(path, self.to_json())
            return
        arrays = {f"weights.{layer}": matrix for layer, matrix in enumerate(self.weights)}
        names = [[layer, neuron, name] for (layer, neuron), name in self.names.items()]
        meta = {"schema": plain.SCHEMA, "architecture": str(self.architecture), "label": self.label, "names": names}
        storage.save_arrays(path, arrays, meta)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a JSON file (schema "fer-network/1"); the weights travel as float32."""
        return plain.pack(self.architecture, self.weights, self.label, self.names)

    @staticmethod
    def from_json(data: object, *, path: str | Path | None = None) -> Network:
        """Read plain data as ``to_json`` writes it, and as the explorer in a page downloads it.

        Args:
            data: The parsed JSON.
            path: The file it comes from, for the sentence that refuses it.

        Raises:
            BadInput: The data are no whole network; the sentence says what is wrong.
        """
        try:
            return Network(*plain.unpack(data))
        except BadInput as error:
            raise BadInput(f"{path}: {error}" if path is not None else str(error)) from None

    @staticmethod
    def load(path: str | Path) -> Network:
        """Read a network: a file that ``save`` wrote, or a JSON file that the explorer downloaded.

        Args:
            path: The file; one that ends in .json is read as JSON.

        Raises:
            BadInput: The file is missing, broken or of another kind; the sentence names it.
        """
        if _is_json(path):
            return Network.from_json(storage.read_json(path, argument="network file"), path=path)
        arrays, meta = storage.load_arrays(path)
        if meta.get("schema") != plain.SCHEMA:
            raise bad("network file", f'one with the schema "{plain.SCHEMA}"', meta.get("schema"), path=path)
        try:
            architecture = Architecture.parse(meta["architecture"])
            weights = tuple(arrays[f"weights.{layer}"] for layer in range(architecture.depth + 1))
            names = {(int(layer), int(neuron)): str(name) for layer, neuron, name in meta["names"]}
            return Network(architecture, weights, str(meta["label"]), names)
        except BadInput as error:
            raise BadInput(f"{path}: {error}") from None
        except (KeyError, TypeError, ValueError) as error:
            raise bad("network file", "whole", f"a file without {error}", path=path) from None


def _is_json(path: str | Path) -> bool:
    return str(path).lower().endswith(".json")


def _frozen(layer: int, matrix: object, shape: tuple[int, int]) -> Array:
    try:
        array = np.array(matrix, dtype=np.float64)
    except (TypeError, ValueError):  # texts, or rows of different lengths
        raise bad(f"weights of layer {layer}", f"numbers of shape {shape}", matrix) from None
    if array.shape != shape:
        raise bad(f"weights of layer {layer}", f"of shape {shape}", array.shape)
    if not np.isfinite(array).all():
        raise BadInput(
            f"weights of layer {layer} must be finite, got {np.count_nonzero(~np.isfinite(array))} that are not."
        )
    array.flags.writeable = False
    return array
