"""What ran in a build: the machine-readable manifest, all results in one file, and the page made from both.

The page is part of the book, so that a reader can see whether a figure was made today or kept from last week, with
which parameters and seeds, and which networks were trained rather than fetched.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from fer_utils import storage
from fer_utils.book.chapters import short_name
from fer_utils.book.notes import NETWORKS, RESULTS, markdown_table
from fer_utils.book.runner import REUSED, Layout, Outcome
from fer_utils.book.workers import threads_each

SCHEMA = "fer-book-manifest/1"
PACKAGES = ("fer-utils", "torch", "numpy", "matplotlib", "jupyter-book", "myst-nb", "papermill", "ipykernel")

_MORE_FRESH = ("trained", "resumed", "diverged", "published", "reused")
_HEAD = """\
# What ran in this build

Every figure and number in this book comes from a notebook, and this page says when each of them last ran. *Ran*
means: in this build. *Reused* means: nothing it depends on has changed since an earlier build, neither the notebook,
nor the package, nor its parameters, nor the results it builds on; so its pages were kept as they were.
"""


def all_results(outcomes: Sequence[Outcome], layout: Layout) -> dict[str, dict[str, Any]]:
    """Gather what the notebooks recorded.

    Args:
        outcomes: One for each notebook.
        layout: Where their results are.

    Returns:
        For each notebook's name its results; notebooks that recorded nothing are left out.

    Source: ours.
    """
    places = {outcome.name: layout.artefacts(outcome.name) / RESULTS for outcome in outcomes}
    return {name: storage.read_json(place) for name, place in places.items() if place.exists()}


def make_manifest(
    outcomes: Sequence[Outcome], results: Mapping[str, Mapping[str, Any]], *, preset: str, root: Path, jobs: int = 1
) -> dict[str, Any]:
    """Describe a build.

    Args:
        outcomes: One for each notebook, in order.
        results: What `all_results` gathered.
        preset: The preset's name.
        root: The project's root, to ask git for the commit.
        jobs: How many notebooks ran at a time.

    Returns:
        A JSON-able mapping without host names or paths of this machine, other than those the user gave as parameters.

    Source: ours.
    """
    return {
        "schema": SCHEMA,
        "preset": preset,
        "commit": _commit(root),
        "versions": _versions(),
        "machine": _machine(jobs),
        "seconds": round(sum(outcome.seconds for outcome in outcomes if outcome.status != REUSED), 2),
        "chapters": [_chapter(outcome, results.get(outcome.name, {})) for outcome in outcomes],
        "networks": _networks(outcomes, results),
    }


def manifest_page(manifest: Mapping[str, Any]) -> str:
    """Write the manifest as a page of the book.

    Args:
        manifest: From `make_manifest`.

    Returns:
        Markdown.

    Source: ours.
    """
    chapters, networks = manifest["chapters"], manifest["networks"]
    ran = sum(chapter["status"] != REUSED for chapter in chapters)
    parts = [
        _HEAD,
        f"In this build {ran} of {len(chapters)} notebooks ran, with the preset `{manifest['preset']}`.",
        markdown_table(
            ["notebook", "status", "seconds", "seeds", "builds on", "key"],
            [
                [
                    _link(c),
                    c["status"],
                    f"{c['seconds']:.1f}",
                    _seeds(c["seeds"]),
                    _numbers(c["needs"]),
                    f"`{c['key'][:8]}`",
                ]
                for c in chapters
            ],
        ),
        "## Networks",
        _networks_part(networks),
        "## Parameters",
        "\n".join(f"- {_link(c)}: " + _spelled(c["parameters"]) for c in chapters),
        "## Software and machine",
        markdown_table(
            ["package", "version"], [["python", manifest["versions"]["python"]], *_packages(manifest["versions"])]
        ),
        _machine_sentence(manifest),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _chapter(outcome: Outcome, results: Mapping[str, Any]) -> dict[str, Any]:
    seeds = outcome.parameters.get("seeds", outcome.parameters.get("seed", results.get("seeds", [])))
    return {
        "name": outcome.name,
        "title": outcome.title,
        "status": outcome.status,
        "seconds": outcome.seconds,
        "key": outcome.key,
        "parameters": outcome.parameters,
        "needs": list(outcome.needs),
        "seeds": seeds if isinstance(seeds, list) else [seeds],
    }


def _networks(outcomes: Sequence[Outcome], results: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """List each network once, with the freshest of its origins: who trained it also uses it."""
    found: dict[str, dict[str, Any]] = {}
    for outcome in outcomes:
        for network in results.get(outcome.name, {}).get(NETWORKS, []):
            status = "reused" if outcome.status == REUSED else str(network.get("status", "reused"))
            key = str(network.get("key", len(found)))
            one = found.setdefault(key, {**network, "status": status, "chapters": []})
            one["chapters"].append(outcome.name)
            one["status"] = min(one["status"], status, key=_rank)
    return list(found.values())


def _rank(status: str) -> int:
    return _MORE_FRESH.index(status) if status in _MORE_FRESH else len(_MORE_FRESH)


def _networks_part(networks: Sequence[Mapping[str, Any]]) -> str:
    if not networks:
        return "No network was trained or fetched."
    words = {
        "trained": "trained in this build",
        "resumed": "trained in this build, resumed",
        "reused": "kept from before",
    }
    words |= {"published": "loaded from the published weights"}
    rows = [
        [
            n.get("recipe", ""),
            n.get("engine", ""),
            n.get("seed", ""),
            f"{n['steps']:,}" if isinstance(n.get("steps"), int) else "",
            n.get("size") or "",
            f"{n['loss']:.2e}" if isinstance(n.get("loss"), float) else "",
            words.get(n["status"], n["status"]),
            f"{n['seconds']:.0f}" if isinstance(n.get("seconds"), int | float) else "",
            _numbers(n["chapters"]),
        ]
        for n in networks
    ]
    return markdown_table(
        ["recipe", "engine", "seed", "steps", "pixels", "loss", "status", "seconds of training", "used in"], rows
    )


def _link(chapter: Mapping[str, Any]) -> str:
    return f"{short_name(chapter['name'])} [{chapter['title']}]({chapter['name']}.ipynb)"


def _seeds(seeds: Sequence[Any]) -> str:
    return ", ".join(map(str, seeds))


def _numbers(names: Sequence[str]) -> str:
    return ", ".join(map(short_name, names))


def _spelled(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name} = {value!r}`" for name, value in parameters.items()) or "none"


def _packages(versions: Mapping[str, str]) -> list[list[str]]:
    return [[name, version] for name, version in versions.items() if name != "python"]


def _machine_sentence(manifest: Mapping[str, Any]) -> str:
    machine, commit = manifest["machine"], manifest["commit"]
    gpu = "with a GPU that PyTorch can use" if machine["gpu"] else "without a GPU"
    threads = f"{machine['threads']} thread{'' if machine['threads'] == 1 else 's'}"
    side_by_side = f"{machine['jobs']} notebooks at a time, each with {threads}"
    cores = f"{machine['cpus']} CPU cores, {threads if machine['jobs'] == 1 else side_by_side}"
    return f"{machine['system']} on {machine['processor']}, {cores}, {gpu}." + (
        f" Source: commit `{commit}`." if commit else ""
    )


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}


def _machine(jobs: int) -> dict[str, Any]:
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cpus": os.cpu_count(),
        "jobs": jobs,
        "threads": threads_each(jobs),
        "gpu": torch.cuda.is_available(),
    }


def _commit(root: Path) -> str | None:
    """Return the commit's short name, with a + where files differ from it; None without git."""

    def ask(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()

    try:
        if Path(ask("rev-parse", "--show-toplevel")) != root.resolve():
            return None
        return ask("rev-parse", "--short=12", "HEAD") + ("+" if ask("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None
