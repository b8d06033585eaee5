"""A finished run of a graph, its key in the store, and how it is written and read back."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np

from fer_utils.checks import BadInput
from fer_utils.genome import Genome
from fer_utils.images import Array
from fer_utils.storage import Store, content_hash
from fer_utils.training.graphs.graph import Graph
from fer_utils.training.history import History
from fer_utils.training.problem import Flat
from fer_utils.training.recipe import Recipe
from fer_utils.training.runs import pack_path, unpack_path

RUN = "graph-run"
_SCHEMA = "fer-graph-run/1"
_MATHS = "graph-torch/1"  # changes whenever the same problem would give other bits
_PLAIN = ("seed", "seconds", "threads", "status", "diverged_at", "versions")


@dataclass(frozen=True, eq=False)
class GraphRun:
    """One graph with trained weights, and how it came about.

    Args:
        genome: With the trained weights; of a diverged run, with the last ones whose loss was finite.
        seed: Of its first weights.
        recipe: How it was trained.
        history: Its loss curve.
        loss: Mean squared error of ``genome``; NaN when not even the untrained one had a finite one.
        connections: Ids of the connections that were trained.
        snapshots: ``(n,)`` float32 weights of those, by step; the first and the last are always there.
        seconds: Training time, over all sittings.
        threads: CPU threads used in the last sitting.
        status: "trained", "resumed" (from a checkpoint), "reused" (from the store) or "diverged".
        key: Its name in the store.
        diverged_at: Step at which the loss was no longer finite, or None.
        versions: Of python, numpy, torch and this package.

    Source: ours.
    """

    genome: Genome
    seed: int
    recipe: Recipe
    history: History
    loss: float
    connections: tuple[str, ...]
    snapshots: dict[int, Flat]
    seconds: float
    threads: int
    status: str
    key: str
    diverged_at: int | None = None
    versions: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"GraphRun(seed={self.seed}, steps={self.history.steps[-1]:,}, loss={self.loss:.3g}, {self.status})"


def graph_key(graph: Graph, target: Array, recipe: Recipe, seed: int) -> str:
    """Return the name under which a run is stored: a hash of all that decides its result.

    Source: ours.
    """
    return content_hash(_SCHEMA, _MATHS, graph.to_json(), recipe.identity(), target, seed)


def trained_genome(graph: Graph, weights: Flat, seed: int) -> Genome:
    """Return the genome with trained weights, named after its seed."""
    return graph.with_weights(weights, f"SGD on the graph, seed {seed}")


def save_graph_run(store: Store, run: GraphRun) -> None:
    """Store a finished run under its key; the last snapshot is its trained weights."""
    plain = {name: getattr(run, name) for name in _PLAIN}
    loss = None if np.isnan(run.loss) else run.loss
    meta = {"schema": _SCHEMA, "recipe": run.recipe.to_json(), "loss": loss, **plain}
    store.save(run.key, RUN, pack_path(run.history, run.snapshots), meta)


def load_graph_run(store: Store, key: str, graph: Graph, recipe: Recipe) -> GraphRun | None:
    """Load a finished run, or None where there is none.

    Args:
        store: Where to look.
        key: Its name, from `graph_key`.
        graph: The topology it was trained on; the stored one may have other names for its parts.
        recipe: What was asked for; the stored one may differ in name.

    Returns:
        The run. A broken file is said in a warning, and counts as none.

    Source: ours.
    """
    if not store.has(key, RUN):
        return None
    try:
        arrays, meta = store.load(key, RUN)
        history, snapshots = unpack_path(arrays)
        plain = {name: meta[name] for name in _PLAIN}
        return GraphRun(
            genome=trained_genome(graph, snapshots[max(snapshots)], meta["seed"]),
            recipe=recipe,
            history=history,
            loss=float("nan") if meta["loss"] is None else meta["loss"],
            connections=graph.connections,
            snapshots=snapshots,
            key=key,
            **{**plain, "status": "diverged" if meta["status"] == "diverged" else "reused"},
        )
    except (BadInput, KeyError, TypeError, ValueError, IndexError) as error:
        warnings.warn(f"{store.path_of(key, RUN)} is no usable run, so it is trained again: {error}", stacklevel=4)
        return None
