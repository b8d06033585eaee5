"""The Python side of ``<fer-explorer>``: networks in, a piece of HTML out.

Conventions that bite. The element's weights are float32, layer after layer in numeric order; a weight is
[layer, row, column], and its paper id travels along. ``low`` and ``high`` of a chosen weight are offsets from its
value, not values. While the book is built (environment variable FER_BOOK_BUILD=1) script and styles are left out of
the output, because every page of the book loads them; anywhere else each output carries its own, and a second copy
on the same page does nothing.
"""

from __future__ import annotations

import base64
import html
import io
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from PIL import Image

from fer_utils import images, sweeps
from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.cppn import Network, Weight
from fer_utils.layerize import EvolvedNetwork

SCHEMA = "fer-explorer/1"
FRAME = 64  # side of one still picture, pixels
PAPER_RANGES = {("apple", 42178): (-3.0, 1.0)}  # the one sweep for which the paper leaves its own ±1
SAMPLED = 32  # weights of a network without named ones among which the strongest are looked for

Chosen = Mapping[Any, Any]


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
        if inline_assets is None:
            inline_assets = os.environ.get("FER_BOOK_BUILD") != "1"
        data = json.dumps(self.payload, allow_nan=False).replace("<", "\\u003c")
        element = (
            f'<fer-explorer><script type="application/json">{data}</script>'
            f'<div class="fer-explorer-fallback">{_stills(self.networks, self.payload)}</div></fer-explorer>'
        )
        return f"<style>{styles()}</style>{element}<script>{script()}</script>" if inline_assets else element

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
) -> Explorer:
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

    Returns:
        The explorer; a notebook shows it, and it works without a kernel from then on.

    Raises:
        BadInput: No network, something that is none, or a chosen weight that does not exist.

    Source: the paper's figures 5, 6 and 16 made movable.
    """
    data = payload(*networks, image_name=image_name, chosen=chosen, size=size, full=full, title=title)
    return Explorer(networks, data)


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
    entries = [_entry(*pair) for pair in zip(networks, _one_each(chosen, len(networks)), strict=True)]
    title = title or ": ".join(filter(None, [image_name, " and ".join(network.label for network in networks)]))
    selected = {"network": 0, "weight": entries[0]["chosen"][0]["weight"]}
    head = {"schema": SCHEMA, "title": title, "size": size, "full": full}
    return {**head, "networks": entries, "selected": selected}


@cache
def script() -> str:
    """Return the element's JavaScript."""
    return (resources.files(__package__) / "element.js").read_text(encoding="utf-8")


@cache
def styles() -> str:
    """Return the element's CSS."""
    return (resources.files(__package__) / "element.css").read_text(encoding="utf-8")


def _one_each(chosen: Sequence[Chosen | None] | Chosen | None, count: int) -> Sequence[Chosen | None]:
    """Give every network its own mapping; a bare mapping is understood where there is one network."""
    if chosen is None:
        return [None] * count
    if isinstance(chosen, Mapping) and count == 1:
        return [chosen]
    if not isinstance(chosen, list | tuple) or len(chosen) != count:
        raise bad("chosen", f"a list of {count} mappings, one for each network", chosen)
    return chosen


def _entry(network: Network, chosen: Chosen | None) -> dict[str, Any]:
    evolved = isinstance(network, EvolvedNetwork)
    return {
        "key": network.content_hash()[:16],
        "label": network.label,
        "kind": "evolved" if evolved else "sgd",
        "architecture": str(network.architecture),
        "weights": weights_base64(network),
        "names": {f"{layer},{neuron}": str(name) for (layer, neuron), name in network.names.items()},
        "chosen": _choice(network, chosen),
    }


def _choice(network: Network, chosen: Chosen | None) -> list[dict[str, Any]]:
    if chosen is not None and not isinstance(chosen, Mapping):
        raise bad("chosen", "for each network a mapping from a weight to its name", chosen)
    if not chosen:
        chosen = sweeps.named(network) if isinstance(network, EvolvedNetwork) else _strongest(network)
    return [_offer(network, weight, value) for weight, value in chosen.items()]


def _strongest(network: Network, count: int = 4) -> dict[Weight, str]:
    sample = sweeps.sample(network, SAMPLED, seed=0) if any(network.nonzero()) else [(0, 0, 0)]
    return {weight: "" for weight, _ in sweeps.rank(network, sample, offsets=(-1.0, 0.0, 1.0), size=16)[:count]}


def _offer(network: Network, weight: Any, value: Any) -> dict[str, Any]:
    place = network.architecture.resolve(weight)
    paper_id = network.architecture.paper_id(*place)
    image = network.genome.name if isinstance(network, EvolvedNetwork) else ""
    usual = PAPER_RANGES.get((image, paper_id), (-1.0, 1.0))
    name, low, high = (value, *usual) if isinstance(value, str) else _three(value)
    low, high = real("low end of a chosen weight", low), real("high end of a chosen weight", high)
    if low >= high:
        raise bad("chosen", "a range whose low end is below its high end", value)
    return {"weight": list(place), "id": paper_id, "name": name or f"weight {paper_id}", "low": low, "high": high}


def _three(value: Any) -> tuple[str, Any, Any]:
    if not isinstance(value, list | tuple) or len(value) != 3 or not isinstance(value[0], str):
        raise bad("chosen", "a name, or (name, low, high), for each weight", value)
    return value[0], value[1], value[2]


def _stills(networks: Sequence[Network], data: dict[str, Any]) -> str:
    """Lay the chosen sweeps out as still pictures, for readers without JavaScript and for print."""
    figures = []
    for network, entry in zip(networks, data["networks"], strict=True):
        for item in entry["chosen"]:
            values = network.weight(item["weight"]) + np.linspace(item["low"], item["high"], 5)
            strip = picture_strip(sweeps.sweep(network, item["weight"], values, size=FRAME))
            label, name = html.escape(entry["label"]), html.escape(item["name"])
            number = f"weight {item['id']}"
            called = number if item["name"] == number else f"{name} ({number})"
            ends = f"from {values[0]:.2f} to {values[-1]:.2f}"
            figures.append(
                f"<figure><figcaption>{label}: {called}, {ends}</figcaption>"
                f'<img src="{strip}" alt="Five pictures drawn by '
                f'{label} while {name} goes {ends}, the unchanged one in the middle of the range."></figure>'
            )
    return "".join(figures)


def weights_base64(network: Network) -> str:
    """Pack the weights as the elements read them: little-endian float32, layer after layer."""
    return base64.b64encode(network.flat().astype("<f4").tobytes()).decode("ascii")


def picture_strip(stack: images.Array) -> str:
    """Encode pictures ``(n, size, size, 3)`` side by side as a data URI."""
    return f"data:image/jpeg;base64,{_jpeg(_strip(stack))}"


def _jpeg(image: images.Array) -> str:
    """Encode a picture in base64; a page holds many, and as PNG they would weigh more than the networks."""
    buffer = io.BytesIO()
    Image.fromarray(images.to_bytes(image)).save(buffer, format="JPEG", quality=80, optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _strip(stack: images.Array, *, gap: int = 4) -> images.Array:
    """Put pictures ``(n, size, size, 3)`` next to each other on white."""
    padded = np.pad(stack, ((0, 0), (0, 0), (0, gap), (0, 0)), constant_values=1.0)
    return np.concatenate(list(padded), axis=1)[:, :-gap]
