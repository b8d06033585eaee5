"""The Python side of ``<fer-explorer>``: networks in, a piece of HTML out.

While the book is built (environment variable FER_BOOK_BUILD=1) script and styles are left out of the output, because
every page of the book loads them; anywhere else each output carries its own, and a second copy on the same page does
nothing. Where a kernel is there, ``explore`` gives a live widget, which carries the same HTML for those who open the
notebook later.
"""

from __future__ import annotations

import html
import json
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from fer_utils.checks import BadInput, bad, whole
from fer_utils.cppn import Network
from fer_utils.explorer.entries import Chosen, entry
from fer_utils.explorer.stills import stills

SCHEMA = "fer-explorer/1"
PARTS = ("element", "workbench")  # scripts and styles in the order in which they are loaded
# The files that the workbench's script is put together from: names first, then tools, then what hangs the tools in.
WORKBENCH = (
    *("begin", "map", "neuron", "views", "genome", "animation", "direction", "history", "networks", "saving", "link"),
    *("worker", "graphics_card", "equipment"),
)


class Explorer:
    """An explorer ready to be shown: the last line of a notebook cell, or ``page()`` for a file of its own.

    Args:
        networks: The networks, in the order shown.
        data: What ``payload`` made of them.

    Source: ours.
    """

    def __init__(self, networks: Sequence[Network], data: dict[str, Any]) -> None:
        self.networks = tuple(networks)
        self.payload = data

    def __repr__(self) -> str:
        """Name the networks, for places that show no HTML."""
        return f"Explorer({', '.join(network.label for network in self.networks)})"

    def _repr_html_(self) -> str:
        return self.html()

    def html(self, *, inline_assets: bool | None = None) -> str:
        """Return the element with its data and its still pictures.

        Args:
            inline_assets: Whether to add script and styles; by default yes, but not while the book is built.

        Source: ours.
        """
        return element_html(self.payload, stills(self.networks, self.payload["networks"]), inline_assets=inline_assets)

    def page(self) -> str:
        """Return a whole HTML page that works from a file on disk."""
        title = html.escape(self.payload["title"])
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<style>body { max-width: 60rem; margin: 0 auto; padding: 0.75rem; }</style></head>"
            f"<body>{self.html(inline_assets=True)}</body></html>\n"
        )


def explore(
    *networks: Network,
    image_name: str | None = None,
    chosen: Sequence[Chosen | None] | Chosen | None = None,
    size: int = 96,
    full: int = 256,
    title: str | None = None,
    live: bool | None = None,
) -> Any:
    """Show networks side by side, each with a slider for any of its weights and a map of all its neurons.

    Args:
        *networks: One or more layered networks; those of a genome bring their nodes' names.
        image_name: What the picture shows ("skull"), for the title.
        chosen: For each network, its weights offered by name: a mapping from a weight (the paper's id or
            (layer, row, column)) to a name, or to (name, low, high) with the slider's ends as offsets from the value.
            Where there is none, a genome's named weights are taken, and for other networks the four that move the
            picture most out of a fixed sample.
        size: Side of the picture while dragging, pixels, 16 to 512.
        full: Side of the picture at rest, pixels, 16 to 1024.
        title: Heading; by default made from ``image_name`` and the labels.
        live: Whether Python and the explorer keep each other up to date, which takes a kernel; by default wherever
            one is there and the book is not being built.

    Returns:
        An `Explorer`, which works without a kernel from then on; or a live one, an `ExplorerWidget`, whose
        ``network``, ``selected`` and ``changes`` Python reads and sets.

    Raises:
        BadInput: No network, something that is none, or a chosen weight that does not exist.

    Source: the paper's figures 5, 6 and 16 made movable.
    """
    options: dict[str, Any] = {"image_name": image_name, "chosen": chosen, "size": size, "full": full, "title": title}
    if kernel_is_there() if live is None else live:
        from fer_utils.explorer.live import ExplorerWidget  # slow to import, and of no use without a kernel

        return ExplorerWidget(*networks, **options)
    return Explorer(networks, payload(*networks, **options))


def kernel_is_there() -> bool:
    """Whether this process is a notebook's kernel, and not one that executes the book.

    Source: ours.
    """
    if os.environ.get("FER_BOOK_BUILD") == "1" or "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return getattr(shell, "kernel", None) is not None


def payload(
    *networks: Network,
    image_name: str | None = None,
    chosen: Sequence[Chosen | None] | Chosen | None = None,
    size: int = 96,
    full: int = 256,
    title: str | None = None,
) -> dict[str, Any]:
    """Build the element's data; arguments as in ``explore``.

    Returns:
        Plain data, schema "fer-explorer/1", as ``element.js`` describes it.

    Source: ours.
    """
    if not networks:
        raise BadInput("explore must be given at least one network, got none.")
    for network in networks:
        if not isinstance(network, Network):
            raise bad("each of the networks", "a layered network (fer.layerize turns a genome into one)", network)
    size, full = whole("size", size, least=16, most=512), whole("full", full, least=16, most=1024)
    entries = [entry(*pair) for pair in zip(networks, _one_each(chosen, len(networks)), strict=True)]
    title = title or ": ".join(filter(None, [image_name, " and ".join(network.label for network in networks)]))
    selected = {"network": 0, "weight": entries[0]["chosen"][0]["weight"]}
    head = {"schema": SCHEMA, "title": title, "size": size, "full": full}
    return {**head, "networks": _with_own_keys(entries), "selected": selected}


def element_html(data: Mapping[str, Any], fallback: str, *, inline_assets: bool | None = None) -> str:
    """Write the element around its data.

    Args:
        data: As ``payload`` makes it.
        fallback: HTML for readers without JavaScript, and for print.
        inline_assets: As for `Explorer.html`.

    Source: ours.
    """
    if inline_assets is None:
        inline_assets = os.environ.get("FER_BOOK_BUILD") != "1"
    text = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    element = (
        f'<fer-explorer><script type="application/json">{text}</script>'
        f'<div class="fer-explorer-fallback">{fallback}</div></fer-explorer>'
    )
    return f"<style>{styles()}</style>{element}<script>{script()}</script>" if inline_assets else element


@cache
def script() -> str:
    """Return the element's JavaScript, its workbench's included."""
    return f"{_text('element.js')}\n{workbench_script()}"


@cache
def workbench_script() -> str:
    """Return the workbench's JavaScript, which the element fetches as ``workbench.js``."""
    tools = "\n".join(_text(f"workbench/{name}.js") for name in WORKBENCH)
    return f'(() => {{\n"use strict";\n{tools}}})();\n'


@cache
def styles() -> str:
    """Return the element's CSS, its workbench's included."""
    return "\n".join(_text(f"{name}.css") for name in PARTS)


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _one_each(chosen: Sequence[Chosen | None] | Chosen | None, count: int) -> Sequence[Chosen | None]:
    """Give every network its own mapping; a bare mapping is understood where there is one network."""
    if chosen is None:
        return [None] * count
    if isinstance(chosen, Mapping) and count == 1:
        return [chosen]
    if not isinstance(chosen, list | tuple) or len(chosen) != count:
        raise bad("chosen", f"a list of {count} mappings, one for each network", chosen)
    return chosen


def _with_own_keys(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tell networks that are alike apart: the same one may be shown twice."""
    seen: dict[str, int] = {}
    for one in entries:
        count = seen[one["key"]] = seen.get(one["key"], 0) + 1
        one["key"] += f"-{count}" if count > 1 else ""
    return entries
