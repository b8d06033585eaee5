"""Trained networks that take too long for a build: committed under ``published/runs/``, each with how it came about.

One safetensors file holds a run: its weights, its thinned loss curve, its snapshots. The index ``published/runs.json``
says of each what it is, how it was trained, on what kind of machine, and the SHA-256 of its file. `runs` reads them,
`verify` renders one and compares, `publish` adds one; `scripts/publish.py` makes them all.

Conventions that bite:

- A run is found by the image's name, the genome's content, architecture, recipe and seed. The target's pixels are no
  part of it, unlike in the store: their last bits differ from machine to machine, and the genome decides them anyway.
- Which snapshots were kept, and what a recipe is called, do not tell recipes apart; a recipe without a size stands for
  every size.
- ``machine`` is where a run was published: where it was trained, unless its store was carried there. What
  another machine published (``--take``) keeps that machine's.
"""

from __future__ import annotations

from fer_utils.published.index import FOLDER, Entry, Timing, entries, file_of, genome_hash, image_names, timings
from fer_utils.published.reading import PublishedRun, genome_at_hand, load, runs, runs_alike, verify
from fer_utils.published.writing import publish, steps_to_keep, thinned

__all__ = [
    "FOLDER",
    "Entry",
    "PublishedRun",
    "Timing",
    "entries",
    "file_of",
    "genome_at_hand",
    "genome_hash",
    "image_names",
    "load",
    "publish",
    "runs",
    "runs_alike",
    "steps_to_keep",
    "thinned",
    "timings",
    "verify",
]
