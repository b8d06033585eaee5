"""Draw the README's picture anew: the mask, and a twin trained on it for a few minutes (seed 0, kept in the store)."""

from __future__ import annotations

from pathlib import Path

import fer_utils as fer
from fer_utils import plotting

PLACE = Path(__file__).resolve().parent.parent / "book" / "assets" / "teaser.png"
RECIPE = fer.Recipe(name="teaser", steps=30_000, schedule="cosine", size=256)


def main() -> None:
    """Train the twin, or take it from the store, and write the picture."""
    mask = fer.layerize(fer.load_genome("mask"), label="designed by hand")
    (run,) = fer.fit(mask.image(256), mask.architecture, RECIPE, seeds=[0])
    twin = run.network.relabelled("trained by gradient descent")
    left, right = (fer.feature_maps(network, 128) for network in (mask, twin))
    figure = plotting.teaser(left, right, [mask.image(256), twin.image(256)], places=left.distinct())
    figure.savefig(PLACE, metadata={"Software": None})


if __name__ == "__main__":
    main()
