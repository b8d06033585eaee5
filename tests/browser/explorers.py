"""Small explorers for tests: what to show, and how to read what a page shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fer_utils import activations, garden, images
from fer_utils.cppn import Architecture, Network
from fer_utils.cppn.network import step
from fer_utils.explorer import explore, payload, script, styles
from fer_utils.layerize import layerize

EVERY = ",".join(f"{name}:2" for name in sorted(activations.NAMES))
Open = Callable[..., Any]
REST = "new Promise((resolve) => setTimeout(resolve, 450))"  # by the page's clock, however busy the machine
TEXT = "4;cache:3,gaussian:3,sin:2,tanh:2"


def settle(page: Any) -> None:
    page.evaluate("document.querySelector('fer-explorer').settled()")


def state(page: Any) -> dict[str, Any]:
    return page.evaluate("document.querySelector('fer-explorer').state")  # type: ignore[no-any-return]


def pictures(page: Any) -> list[list[int]]:
    """Read the pixels of every network's picture."""
    return [pixels(canvas) for canvas in page.locator("canvas.fer-picture").all()]


def pixels(canvas: Any) -> list[int]:
    """Read a canvas as RGBA numbers; as one string, since a long list is slow to carry over."""
    read = "(c) => JSON.stringify(Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data))"
    return json.loads(canvas.evaluate(read))  # type: ignore[no-any-return]


def js_forward(page: Any, network: int, size: int, changes: dict[str, float] | None = None) -> dict[str, Any]:
    text = page.evaluate(
        """([network, size, changes]) => {
             const { outputs, image } = document.querySelector('fer-explorer').forward(network, size, changes);
             return JSON.stringify({ outputs: Array.from(outputs), image: Array.from(image) });
           }""",
        [network, size, changes or {}],
    )
    result = json.loads(text)
    return {
        "outputs": np.array(result["outputs"]).reshape(3, size, size),
        "image": np.array(result["image"]).reshape(size, size, 4),
    }


def random_network(text: str, seed: int, *, label: str = "random", density: float = 1.0, gain: float = 1.0) -> Network:
    rng, architecture = np.random.default_rng(seed), Architecture.parse(text)
    weights = [
        (gain * rng.standard_normal(shape) * (rng.random(shape) < density) / np.sqrt(shape[0])).astype(np.float32)
        for shape in architecture.shapes
    ]
    return Network(architecture, tuple(matrix.astype(np.float64) for matrix in weights), label)


def two() -> tuple[Network, Network]:
    first = random_network("4;cache:3,gaussian:3,sin:2,tanh:2", 1, label="first", density=0.5, gain=2.0)
    return first, random_network("4;cache:3,gaussian:3,sin:2,tanh:2", 2, label="second", gain=1.5)


def two_page(**options: Any) -> str:
    chosen: Any = [{(1, 0, 3): "left eye", (4, 2, 2): ("brightness", -3, 1)}, {(2, 1, 4): "fog"}]
    return explore(*two(), chosen=chosen, title="Two networks", size=48, full=96, **options).page()


def moved(before: list[int], after: list[int]) -> bool:
    return len(before) != len(after) or max(abs(a - b) for a, b in zip(before, after, strict=True)) > 2


def data_page(data: dict[str, Any]) -> str:
    """Return a page that holds one element with just these data."""
    text = json.dumps(data).replace("<", "\\u003c")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>data</title></head>'
        f'<body><style>{styles()}</style><fer-explorer><script type="application/json">{text}</script></fer-explorer>'
        f"<script>{script()}</script></body></html>"
    )


def set_state(page: Any, **parts: Any) -> None:
    page.evaluate("(parts) => { document.querySelector('fer-explorer').state = parts }", parts)


def shown(page: Any, network: int, size: int) -> tuple[str, Any]:
    """Draw a network as it is now; return who drew it, and its ``(size, size, 4)`` bytes."""
    result = json.loads(
        page.evaluate(
            """([network, size]) => document.querySelector('fer-explorer').draw(network, size)
                 .then(({ by, image }) => JSON.stringify({ by, image: Array.from(image) }))""",
            [network, size],
        )
    )
    return result["by"], np.array(result["image"]).reshape(size, size, 4)


def four(**more: Any) -> str:
    """Four networks of two pictures, two of them shown."""
    networks = [random_network(TEXT, seed, label=f"net {seed}", density=0.6, gain=2.0) for seed in range(4)]
    data = payload(*networks, chosen=[{(1, 0, 3): f"w{seed}"} for seed in range(4)], size=24, full=48, title="Four")
    for i, entry in enumerate(data["networks"]):
        entry["group"] = "first" if i < 2 else "second"
    return data_page({**data, "shown": [0, 1], **more})


def evolved_page(**more: Any) -> str:
    return data_page({**payload(layerize(garden.load_genome("mask")), size=24, full=48), **more})


def save(page: Any, name: str, panel: int = 0) -> Path:
    details = page.locator(".fer-panel").nth(panel).locator(".fer-save")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    with page.expect_download() as found:
        details.get_by_role("button", name=name).click()
    return Path(found.value.path())


def with_held(network: Network, layer: int, neuron: int, value: float, size: int) -> Any:
    """Compute the picture with one neuron held, by NumPy and another way than the page does."""
    values = images.coordinates(size).reshape(4, -1)
    for k in range(network.architecture.depth + 1):
        values = np.array(step(network.weights[k], network.architecture, k, values))
        if k == layer:
            values[neuron] = value
    return images.colour(values.reshape(3, size, size)).transpose(1, 2, 0)
