"""Still pictures of sweeps, for readers without JavaScript and for print."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from fer_utils import images, sweeps
from fer_utils.cppn import Network

FRAME = 64  # side of one still picture, pixels
LEAD = "In a browser with JavaScript this is an explorer: any weight can be dragged. These are some of its pictures."


def stills(networks: Sequence[Network], entries: Sequence[dict[str, Any]]) -> str:
    """Lay the chosen sweeps of some networks out as figures with captions.

    Args:
        networks: The networks.
        entries: What the element is told of each.

    Returns:
        HTML: a sentence, and a figure for each chosen weight, five pictures in a row.

    Source: paper, figure 6.
    """
    figures = []
    for network, entry in zip(networks, entries, strict=True):
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
    return f"<p>{LEAD}</p>{''.join(figures)}"


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
