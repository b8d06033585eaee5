"""Handing sweeps to the compiled kernel, `sweeping.cpp`: float32, several values of many weights in one call."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fer_utils import images
from fer_utils.cppn import Network, Weight
from fer_utils.images import Array
from fer_utils.sweeps.reduced import Reduced, reduce
from fer_utils.training.fused import compiling
from fer_utils.training.fused.engine import KINDS

HERE = Path(__file__).parent
SOURCES = (HERE / "sweeping.cpp", HERE / "bending.h", HERE / "gathering.h", *compiling.SOURCES[-2:])
TOGETHER = 4  # stacks in one block of memory; whoever keeps one of them keeps the block
Single = NDArray[np.float32]


class Task(ctypes.Structure):
    """What the kernel is told; the same fields in the same order as in sweeping.cpp."""

    _fields_ = (
        *((name, ctypes.c_int32) for name in ("depth", "width", "weights", "values", "threads")),
        ("pixels", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("kinds", "inputs", "matrices", "firsts", "kept", "columns", "reach")),
        *((name, ctypes.c_void_p) for name in ("places", "changes", "pictures", "effects", "lost")),
    )


class Sweeper:
    """Draws sweeps of one network at one size.

    Args:
        network: Any layered network.
        size: Side length in pixels.
        threads: CPU threads, or None for torch's present number. Their number does not change a bit.

    Raises:
        BadInput: The kernel cannot be built.

    Source: ours.
    """

    def __init__(self, network: Network, size: int, *, threads: int | None = None) -> None:
        self._library = compiling.library(SOURCES)
        self._network, self.size = network, size
        self._threads = threads or torch.get_num_threads()
        self._arrays = _arrays(network, reduce(network))
        self._arrays["inputs"] = _single(images.coordinates(size))

    def pictures(self, weights: Sequence[Weight], changes: Array) -> tuple[list[Single], NDArray[np.bool_]]:
        """Draw every picture of some sweeps.

        Args:
            weights: (layer, row, column) of each.
            changes: ``(len(weights), values)``: each new value less the weight's own.

        Returns:
            For each weight its ``(values, size, size, 3)`` float32 pictures, and whether single precision failed it.
        """
        shape = (changes.shape[1], self.size, self.size, 3)
        stacks = _blank(len(weights), shape)
        return stacks, self._run(weights, changes, pictures=np.array([stack.ctypes.data for stack in stacks], np.uintp))

    def effects(self, weights: Sequence[Weight], changes: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Measure the variance over each sweep, averaged over pixels and channels, keeping no picture.

        Args:
            weights: (layer, row, column) of each.
            changes: ``(len(weights), values)``: each new value less the weight's own.

        Returns:
            ``(len(weights),)`` float64, and whether single precision failed the weight.
        """
        effects = np.empty(len(weights))
        return effects, self._run(weights, changes, effects=effects)

    def _run(self, weights: Sequence[Weight], changes: Array, **results: NDArray[Any]) -> NDArray[np.bool_]:
        lost = np.zeros(len(weights), dtype=np.uint8)
        arrays = self._arrays | results | {"lost": lost}
        arrays["places"] = np.array(weights, dtype=np.int32)
        arrays["changes"] = _single(changes)
        task = Task(
            depth=self._network.architecture.depth,
            width=self._network.architecture.width,
            weights=len(weights),
            values=changes.shape[1],
            threads=self._threads,
            pixels=self.size**2,
            **{name: array.ctypes.data for name, array in arrays.items()},
        )
        if self._library.fer_sweep_run(ctypes.byref(task)):
            raise MemoryError("The compiled sweeps find not enough memory for this network.")
        return lost.astype(bool)


def _arrays(network: Network, reduced: Reduced) -> dict[str, NDArray[Any]]:
    """Lay a network out as the kernel reads it."""
    counts = [len(neurons) for neurons in reduced.kept]
    return {
        "kinds": np.array([KINDS[name] for name in network.architecture.activations], dtype=np.int32),
        "matrices": _single(network.flat()),
        "firsts": np.cumsum([0, *counts], dtype=np.int32),
        "kept": np.concatenate(reduced.kept),
        "columns": np.array([reach.shape[1] for reach in reduced.reach], dtype=np.int32),
        "reach": _single(np.concatenate([reach.ravel() for reach in reduced.reach])),
    }


def _blank(count: int, shape: tuple[int, ...]) -> list[Single]:
    """Make room for stacks, a few in one block: the system hands large blocks out several times faster."""
    blocks = [np.empty((min(TOGETHER, count - start), *shape), np.float32) for start in range(0, count, TOGETHER)]
    return [stack for block in blocks for stack in block]


def _single(values: Array) -> Single:
    """Return the numbers in single precision, row after row; those it cannot hold become infinite."""
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(values, dtype=np.float32)
