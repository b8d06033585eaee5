"""Section `explorer`: how long a reader waits, from the pointer's move to the pixels, and what the page must load.

Chromium runs without a window and without a graphics card, held to the cores like everything else. A mouse drags a
slider; the time runs from the event's own stamp to the moment at which the frame with the new picture is painted.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.measure import summary
from benchmarks.subjects import ARCHITECTURES, Subject, subject
from benchmarks.tables import table
from benchmarks.workers import Worker

NETWORKS: Final = ("skull", "butterfly", "apple")
CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
PLACES: Final = ("first layer", "middle layer", "last layer")
REST: Final = "a weight like any other"
WATCH: Final = """
window.moves = []; window.rests = [];
(() => {
  let moved = null, released = null, canvas = null;
  const painted = (then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = then;
    port2.postMessage(0);
  };
  addEventListener("pointermove", (event) => { if (moved === null && event.buttons) moved = event.timeStamp; }, true);
  addEventListener("pointerup", (event) => { released = event.timeStamp; }, true);
  for (const name of ["putImageData", "drawImage"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      draw.apply(this, given);
      if (!this.canvas.classList.contains("fer-picture")) return;
      canvas = this.canvas;
      if (moved !== null) { const began = moved; moved = null; painted(() => moves.push(performance.now() - began)); }
    };
  }
  const look = () => {
    if (released !== null && canvas && canvas.dataset.sharp === "true") {
      const began = released; released = null; painted(() => rests.push(performance.now() - began));
    }
    requestAnimationFrame(look);
  };
  look();
})();
"""


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Drag weights of every network, and weigh what a page loads; without Chromium, say so."""
    if reason := obstacle():
        return {"skipped": reason}
    names = [name for name in NETWORKS if name in ARCHITECTURES]
    names = names[:1] if quick else names
    found: dict[str, Any] = {"networks": {}, "bytes": weigh(names)}
    with Worker(dragger, threads=threads, rounds=2 if quick else 9, others=1 if quick else 9) as worker:
        for name in names:
            for label in worker.turn("labels", name):
                found["networks"][label] = worker.turn("drag", name, label)
        found["first paint"] = {name: summary(worker.turn("paint", names[0])) for name in ("file, two networks",)}
    return found


def obstacle() -> str | None:
    """Say why no browser can be driven, or nothing."""
    if place() is None:
        return "There is no Chromium on the PATH."
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "Playwright is not installed."
    return None


def place() -> str | None:
    """Return where Chromium is."""
    return next((found for name in CHROMIUMS if (found := shutil.which(name))), None)


def weigh(names: Sequence[str]) -> dict[str, int]:
    """Count the bytes of scripts and styles, and of each network's data as the full page loads them."""
    from fer_utils.explorer import gallery, shell

    styles = {part: (Path(shell.__file__).parent / f"{part}.css").stat().st_size for part in shell.PARTS}
    workbench = len(shell.workbench_script().encode())
    sizes = {
        "element": styles["element"] + len(shell.script().encode()) - workbench,
        "workbench": styles["workbench"] + workbench,
    }
    offered = gallery.offers([subject(name).picture for name in names])
    return sizes | {f"data of {offer.key}": len(gallery.data_script(offer).encode()) for offer in offered}


def networks_of(name: str) -> dict[str, Any]:
    """Return the genome's network and a dense one of the same shape, published where there is one."""
    import fer_utils as fer
    from fer_utils import picbreeder, published

    who = subject(name)
    found = {f"{name}, evolved": fer.layerize(fer.load_genome(name))} if picbreeder.find(name) else {}
    runs = published.runs(name, who.architecture) if name in published.image_names() else []
    return {**found, f"{name}, dense": runs[0].network if runs else _untrained(who)}


def _untrained(who: Subject) -> Any:
    from fer_utils import training

    return training.initialise(who.architecture, 0)


def picks(network: Any, others: int) -> dict[str, list[Any]]:
    """Choose the weights that are dragged.

    Args:
        network: Any layered network.
        others: How many are taken evenly from all that compute, in the order of the layers.

    Returns:
        The first weight that computes in the first, the middle and the last layer that has any; and the others.
    """
    from fer_utils import sweeps

    weights = sorted(sweeps.sweepable(network))
    layers = sorted({layer for layer, _, _ in weights})
    middle = min(layers, key=lambda layer: abs(layer - network.architecture.depth / 2))
    by_layer = [next(weight for weight in weights if weight[0] == layer) for layer in (layers[0], middle, layers[-1])]
    spread = np.unique(np.linspace(0, len(weights) - 1, others + 2).round().astype(int)[1:-1])
    return {
        **{name: [weight] for name, weight in zip(PLACES, by_layer, strict=True)},
        REST: [weights[i] for i in spread],
    }


def dragger(*, rounds: int, others: int) -> Callable[..., Any]:
    """Hold a browser, and drag in it."""
    from playwright.sync_api import sync_playwright

    play = sync_playwright().start()
    browser = play.chromium.launch(executable_path=place(), args=list(FLAGS))
    folder = Path(tempfile.mkdtemp())

    def turn(task: str, name: str, label: str = "") -> Any:
        if task == "labels":
            return list(networks_of(name))
        if task == "paint":
            return [_first_paint(browser, folder, list(networks_of(name).values())) for _ in range(rounds)]
        return _drag_all(browser, folder, networks_of(name)[label], rounds=rounds, others=others)

    return turn


def _open(browser: Any, folder: Path, networks: Sequence[Any], chosen: Any = None) -> Any:
    """Open a page with an explorer from the disk."""
    from fer_utils.explorer import explore

    file = folder / "page.html"
    file.write_text(explore(*networks, chosen=chosen, title="benchmark", live=False).page(), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.set_default_timeout(120_000)
    page.goto(file.as_uri())
    page.evaluate("document.querySelector('fer-explorer').settled()")
    return page


def _first_paint(browser: Any, folder: Path, networks: Sequence[Any]) -> float:
    page = _open(browser, folder, networks)
    milliseconds = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.close()
    return float(milliseconds) / 1e3


def _drag_all(browser: Any, folder: Path, network: Any, *, rounds: int, others: int) -> dict[str, Any]:
    """Drag each pick's slider to and fro; seconds from move to pixels, and from letting go to the sharp picture."""
    chosen = picks(network, others)
    wanted = {weight: "" for weights in chosen.values() for weight in weights}
    page = _open(browser, folder, [network], [dict.fromkeys(wanted, "w")])
    page.evaluate(WATCH)
    order = list(wanted)
    moves: dict[Any, list[float]] = {}
    rests: list[float] = []
    for weight in order:
        moves[weight], rested = _drag(page, order.index(weight), rounds)
        rests.append(rested)
    page.close()
    middles = {name: [value for weight in weights for value in moves[weight]] for name, weights in chosen.items()}
    typical = sorted(float(np.median(moves[weight])) for weight in chosen[REST])
    return {
        **{name: summary(middles[name]) for name in PLACES},
        "median weight": summary(typical),
        "sharp after letting go": summary(rests),
    }


def _drag(page: Any, number: int, rounds: int) -> tuple[list[float], float]:
    slider = page.locator("input.fer-slider").nth(number)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle, height = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate("moves.length = rests.length = 0")
    page.mouse.move(middle, height)
    page.mouse.down()
    for step in range(rounds + 1):  # the first move is for warming up
        side = 1 if step % 2 else -1
        page.mouse.move(middle + side * (0.1 + 0.02 * step) * box["width"], height)
        page.wait_for_function("(wanted) => moves.length >= wanted", arg=step + 1, polling=20)
    page.mouse.up()
    page.wait_for_function("rests.length > 0", polling=20)
    found = page.evaluate("[moves, rests[0]]")
    page.evaluate("document.querySelector('fer-explorer').settled()")
    return [value / 1e3 for value in found[0][1 : rounds + 1]], found[1] / 1e3


def show(found: dict[str, Any]) -> str:
    """Lay out the tables."""
    if "skipped" in found:
        return f"\nThe explorer was not measured: {found['skipped']}"
    kinds = (*PLACES, "median weight", "sharp after letting go")
    rows = [(name, *(1e3 * one[kind]["median"] for kind in kinds)) for name, one in found["networks"].items()]
    paint = [(f"first paint ({name})", f"{one['median']:.2f} s") for name, one in found["first paint"].items()]
    loaded = [(name, f"{size / 1e3:.1f} KB") for name, size in found["bytes"].items()]
    return table("From the pointer to the pixels, milliseconds (median)", ("network", *kinds), rows) + table(
        "\nWhat a page waits for and loads", ("what", "how much"), [*paint, *loaded]
    )
