"""Checkpoints of a run under way: two files written in turn, so that a good one is always there.

A checkpoint holds a state whose loss is known to be finite, and everything that a resumed run needs to reach the same
bits as one that was never interrupted. A broken checkpoint is said in a warning and the other one is used; where a
checkpoint cannot be written, that is said once and the training goes on.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from fer_utils.checks import BadInput
from fer_utils.storage import Store
from fer_utils.training.problem import State
from fer_utils.training.runs import Progress, pack_path, unpack_path

_SLOTS = ("checkpoint-0", "checkpoint-1")
_SCHEMA = "fer-checkpoint/2"
_MEMORY = "memory."


class Checkpoints:
    """The two checkpoint files of one run.

    Args:
        store: The store of runs, or None to keep nothing.
        key: The run's name in it.

    Source: ours.
    """

    def __init__(self, store: Store | None, key: str) -> None:
        self._store, self._key = store, key
        self._turn = 0
        self._failed = False
        self._saved_step = -1

    def latest(self, weight_count: int) -> Progress | None:
        """Return the furthest good checkpoint, or None.

        Args:
            weight_count: How many weights the network has; a checkpoint with another number is broken.
        """
        if self._store is None:
            return None
        found = {slot: self._load(self._store, slot, weight_count) for slot in _SLOTS}
        good = {slot: progress for slot, progress in found.items() if progress is not None}
        if not good:
            return None
        best = max(good, key=lambda slot: good[slot].state.step)
        self._turn = 1 - _SLOTS.index(best)  # never overwrite the best one first
        self._saved_step = good[best].state.step
        return good[best]

    def save(self, progress: Progress, *, strict: bool = False) -> None:
        """Write a checkpoint over the older of the two.

        Args:
            progress: The run as it stands.
            strict: Raise when it cannot be written, instead of warning once and going on.

        Raises:
            BadInput: It cannot be written, and `strict` is set.
        """
        if self._store is None or progress.state.step <= self._saved_step:
            return
        state = progress.state
        memory = {f"{_MEMORY}{name}": value for name, value in state.memory.items()}
        arrays = {"weights": state.weights, **memory}
        meta = {"schema": _SCHEMA, "step": state.step, "seconds": progress.seconds}
        try:
            path = pack_path(progress.history, progress.snapshots)
            self._store.save(self._key, _SLOTS[self._turn], {**arrays, **path}, meta)
        except BadInput as error:
            if strict:
                raise
            if not self._failed:
                warnings.warn(f"The checkpoint was not kept, and training goes on: {error}", stacklevel=4)
            self._failed = True
            return
        self._turn, self._saved_step = 1 - self._turn, state.step

    def clear(self) -> None:
        """Remove both, once the finished run is stored."""
        if self._store is not None:
            for slot in _SLOTS:
                self._store.discard(self._key, slot)
            self._store.discard_strays(self._key)

    def _load(self, store: Store, slot: str, weight_count: int) -> Progress | None:
        if not store.has(self._key, slot):
            return None
        path = store.path_of(self._key, slot)
        try:
            return _read(store, self._key, slot, weight_count)
        except (BadInput, KeyError, TypeError, ValueError) as error:
            warnings.warn(_fallback(path, error), stacklevel=5)
            return None


def _read(store: Store, key: str, slot: str, weight_count: int) -> Progress:
    """Read a checkpoint, and refuse one that does not fit the run."""
    arrays, meta = store.load(key, slot)
    history, snapshots = unpack_path(arrays)
    weights = arrays["weights"]
    if meta["schema"] != _SCHEMA or weights.shape != (weight_count,) or weights.dtype != np.float32:
        raise BadInput("It is a checkpoint of another kind of run.")
    memory = {name.removeprefix(_MEMORY): value for name, value in arrays.items() if name.startswith(_MEMORY)}
    return Progress(State(int(meta["step"]), weights, memory), history, snapshots, float(meta["seconds"]), resumed=True)


def _fallback(path: Path, error: Exception) -> str:
    return f"The checkpoint {path} is broken, so the one before it is used, or the run starts anew: {error}"
