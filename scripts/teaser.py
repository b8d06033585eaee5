"""Draw the README's picture anew: a picture bred for this book, and its twin of the lowest published seed.

Where none is published, one is trained for a few minutes (seed 0, kept in the store).
"""

from __future__ import annotations

from pathlib import Path

import fer_utils as fer
from fer_utils import book, garden, plotting

PLACE = Path(__file__).resolve().parent.parent / "book" / "assets" / "teaser.png"
RECIPE = fer.Recipe(name="teaser", steps=30_000, schedule="cosine", size=256)


def main() -> None:
    """Train the twin, or take it from the store, and write the picture."""
    subject = book.subject(garden.DEFAULTS[0])
    evolved = fer.layerize(subject.genome, label="bred by choosing pictures")
    run = min(book.twins(subject, evolved.architecture, RECIPE, seeds=[0]), key=lambda run: run.seed)
    twin = run.network.relabelled("trained by gradient descent")
    left, right = (fer.feature_maps(network, 128) for network in (evolved, twin))
    figure = plotting.teaser(left, right, [evolved.image(256), twin.image(256)], places=left.distinct())
    figure.savefig(PLACE, metadata={"Software": None})


if __name__ == "__main__":
    main()
