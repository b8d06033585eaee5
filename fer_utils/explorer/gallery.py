"""What the book's page with the full explorer offers: for each image at hand, its genome and the published networks.

A page that held all of them would weigh megabytes, so each network stands in a file of its own, a classic script
(``explore-data-<image>-<network>.js``), which the page loads when its picture is wanted (``explore.js``): a page opened
from a folder on disk may load scripts, and nothing else.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_utils import garden, published, storage
from fer_utils.checks import BadInput
from fer_utils.cppn import Network
from fer_utils.explorer.entries import entry, strongest
from fer_utils.explorer.stills import stills
from fer_utils.layerize import layerize
from fer_utils.picbreeder import PAPER

IMAGES: Final = (*PAPER, "mask", "jester", "mushroom", "tomato")
SAMPLED: Final = 200  # weights of a trained network among which the strongest are looked for


@dataclass(frozen=True)
class Offer:
    """One network on the page.

    Args:
        key: Its name in links and file names, such as "skull-sgd0".
        image: The picture it draws.
        network: The network.
        kind: "evolved", "designed", "sgd" or "relu".

    Source: ours.
    """

    key: str
    image: str
    network: Network
    kind: str

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"explore-data-{self.key}.js"

    def entry(self) -> dict[str, Any]:
        """Say what the element needs. A genome's graph names the neurons, so that they are not sent a second time."""
        named = None if self.kind in ("evolved", "designed") else strongest(self.network, sampled=SAMPLED)
        found = entry(self.network, named, key=self.key, group=title_of(self.image)) | {"kind": self.kind}
        return {name: value for name, value in found.items() if name != "names" or "graph" not in found}


def title_of(image: str) -> str:
    """Return what an image is called in the page."""
    return PAPER[image].title if image in PAPER else image.replace("_", " ").capitalize()


def offers(images: Sequence[str] = IMAGES) -> list[Offer]:
    """Collect the networks for the images that are at hand.

    Args:
        images: Names, in the order of the page; those that are not at hand are left out.

    Returns:
        For each image its genome first, then its published networks: those of the paper's recipe, ReLU, others.

    Raises:
        BadInput: None of the images is at hand, or a published file is broken.

    Source: ours.
    """
    found = [offer for image in images if garden.at_hand(image) for offer in _of_image(image)]
    if not found:
        raise BadInput(f"images must name one that is on this machine, got {', '.join(images) or 'none'}.")
    return found


def _of_image(image: str) -> Iterator[Offer]:
    genome = garden.load_genome(image)
    designed = "designed by hand" in genome.origin
    kind = "designed" if designed else "evolved"
    evolved = layerize(genome, label="Designed by hand" if designed else "Evolved")
    yield Offer(f"{image}-evolved", image, evolved, kind)
    runs = published.runs(image, genome=genome) if image in published.image_names() else []
    yield from sorted((_published(image, run) for run in runs), key=_order)


def _published(image: str, run: published.PublishedRun) -> Offer:
    relu = set(run.network.architecture.activations) == {"relu"}
    plain = run.recipe.name == "paper"
    kind = "relu" if relu else "sgd"
    name = "ReLU" if relu else "SGD" if plain else f"SGD ({run.recipe.name})"
    key = f"{image}-{kind}{run.seed}" if plain else f"{image}-{kind}-other{run.seed}"
    return Offer(key, image, run.network.relabelled(f"{name}, seed {run.seed}"), kind)


def _order(offer: Offer) -> tuple[bool, bool, str]:
    return "-other" in offer.key, offer.kind == "relu", offer.key


def write_data(offered: Sequence[Offer], folder: Path) -> list[Path]:
    """Write each network's file.

    Args:
        offered: From `offers`.
        folder: Where to; made where it is missing.

    Returns:
        The files, in the same order.

    Source: ours.
    """
    return [storage.write_text(folder / offer.file, data_script(offer)) for offer in offered]


def data_script(offer: Offer) -> str:
    """Write one network as a script that leaves it where the element looks for it."""
    text = json.dumps(offer.entry(), allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    return f"(window.FerExplorerData = window.FerExplorerData || {{}})[{json.dumps(offer.key)}] = {text};\n"


def gallery_html(offered: Sequence[Offer], folder: str) -> str:
    """Write the page's box: a chooser of pictures, and stills of the first for readers without JavaScript.

    Args:
        offered: From `offers`.
        folder: The folder of the data files and of ``explore.js``, as the page reaches it.

    Returns:
        HTML for a page that loads the element's script and styles anyway.

    Source: ours.
    """
    pictures: dict[str, list[Offer]] = {}
    for offer in offered:
        pictures.setdefault(offer.image, []).append(offer)
    listed = [
        {"title": title_of(image), "networks": [{"key": one.key, "src": f"{folder}/{one.file}"} for one in some]}
        for image, some in pictures.items()
    ]
    first = next(iter(pictures.values()))[:2]
    fallback = stills([one.network for one in first], [one.entry() for one in first])
    options = "".join(f"<option>{html.escape(title_of(image))}</option>" for image in pictures)
    text = json.dumps(listed, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<div class="fer-full"><script type="application/json">{text}</script>'
        '<p class="fer-full-bar"><label for="fer-full-picture">Picture</label>'
        f'<select id="fer-full-picture" autocomplete="off">{options}</select>'
        '<span role="status"></span></p>'
        f'<div class="fer-explorer-fallback">{fallback}</div>'
        f'</div><script src="{folder}/explore.js" defer></script>'
    )
