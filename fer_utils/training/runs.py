"""A finished run, its key in the store, and how it is written and read back."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from fer_utils import __version__, storage
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.storage import Store
from fer_utils.training.history import History
from fer_utils.training.problem import Flat, Problem, State, as_network
from fer_utils.training.recipe import Recipe

RUN = "run"
_SCHEMA = "fer-run/1"


@dataclass(frozen=True, eq=False)
class Run:
    """One trained network and how it came about.

    Args:
        network: The trained network; of a diverged run, the last one whose loss was finite.
        seed: Of its first weights.
        recipe: How it was trained.
        history: Its loss curve.
        snapshots: Networks along the path, by step; the first and the last are always there.
        seconds: Training time, over all sittings.
        loss: Mean squared error of ``network`` on the target; NaN when not even the untrained network had a finite one.
        engine: Name of the engine.
        device: "cpu" or "cuda".
        threads: CPU threads used in the last sitting.
        status: "trained", "resumed" (from a checkpoint), "reused" (from the store) or "diverged".
        key: Its name in the store.
        reused: Whether it was taken from the store whole.
        diverged_at: Step at which the loss was no longer finite, or None.
        versions: Of python, numpy, torch and this package.

    Source: ours.
    """

    network: Network
    seed: int
    recipe: Recipe
    history: History
    snapshots: dict[int, Network]
    seconds: float
    loss: float
    engine: str
    device: str
    threads: int
    status: str
    key: str
    reused: bool = False
    diverged_at: int | None = None
    versions: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Run(seed={self.seed}, steps={self.history.steps[-1]:,}, loss={self.loss:.3g}, {self.status})"


@dataclass(frozen=True, eq=False)
class Progress:
    """A run under way: all that a resumed run needs to go on to the same bits.

    Args:
        state: The weights and the optimiser's memory.
        history: Losses of the steps done.
        snapshots: ``(n,)`` float32 weights by step.
        seconds: Training time so far.
        resumed: Whether it came from a checkpoint.

    Source: ours.
    """

    state: State
    history: History
    snapshots: dict[int, Flat]
    seconds: float = 0.0
    resumed: bool = False


def run_key(problem: Problem, seed: int, maths: str, *, image: int = 0) -> str:
    """Return the name under which a run is stored: a hash of all that decides its result.

    Args:
        problem: Architecture, target and recipe.
        seed: Of the first weights.
        maths: The engine's mark.
        image: Which of the problem's targets.

    Source: ours.
    """
    architecture, recipe = str(problem.architecture), problem.recipe.identity()
    return storage.content_hash(_SCHEMA, maths, architecture, recipe, problem.targets[image], seed)


def versions() -> dict[str, str]:
    """Return the versions that a run's record names."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "fer_utils": __version__,
    }


def save_run(store: Store, run: Run) -> None:
    """Store a finished run under its key."""
    path = {step: network.flat().astype(np.float32) for step, network in run.snapshots.items()}
    arrays = {"weights": run.network.flat().astype(np.float32), **pack_path(run.history, path)}
    meta = {
        "schema": _SCHEMA,
        "architecture": str(run.network.architecture),
        "recipe": run.recipe.to_json(),
        "loss": None if np.isnan(run.loss) else run.loss,
        **{name: getattr(run, name) for name in _PLAIN},
    }
    store.save(run.key, RUN, arrays, meta)


_PLAIN = ("seed", "seconds", "engine", "device", "threads", "status", "diverged_at", "versions")


def load_run(store: Store, key: str, architecture: Architecture, recipe: Recipe) -> Run | None:
    """Load a finished run, or None where there is none.

    Args:
        store: Where to look.
        key: Its name, from `run_key`.
        architecture: Of the network.
        recipe: What was asked for; the stored one may differ in name.

    Returns:
        The run. A broken file is said in a warning, and counts as none.

    Source: ours.
    """
    if not store.has(key, RUN):
        return None
    try:
        arrays, meta = store.load(key, RUN)
        history, path = unpack_path(arrays)
        seed, stored = meta["seed"], {name: meta[name] for name in _PLAIN}
        return Run(
            network=as_network(architecture, arrays["weights"], f"SGD twin, seed {seed}"),
            recipe=recipe,
            history=history,
            snapshots=as_snapshots(architecture, path, seed),
            loss=float("nan") if meta["loss"] is None else meta["loss"],
            key=key,
            reused=True,
            **{**stored, "status": "diverged" if meta["status"] == "diverged" else "reused"},
        )
    except (BadInput, KeyError, TypeError, ValueError, IndexError) as error:
        warnings.warn(f"{store.path_of(key, RUN)} is no usable run, so it is trained again: {error}", stacklevel=4)
        return None


def as_snapshots(architecture: Architecture, path: Mapping[int, Flat], seed: int) -> dict[int, Network]:
    """Make networks of the weights kept along the path."""
    return {
        step: as_network(architecture, flat, f"SGD twin, seed {seed}, step {step:,}") for step, flat in path.items()
    }


def pack_path(history: History, snapshots: Mapping[int, Flat]) -> dict[str, Any]:
    """Turn a history and snapshots into arrays for the store."""
    return {
        "history_steps": history.steps,
        "history_loss": history.loss,
        "snapshot_steps": np.array(list(snapshots), dtype=np.int64),
        "snapshots": np.stack(list(snapshots.values())),
    }


def unpack_path(arrays: Mapping[str, Any]) -> tuple[History, dict[int, Flat]]:
    """Undo `pack_path`."""
    steps = [int(step) for step in arrays["snapshot_steps"]]
    snapshots = dict(zip(steps, arrays["snapshots"], strict=True))
    return History(arrays["history_steps"], arrays["history_loss"]), snapshots
