"""What tests of figures draw from, and how they look inside a figure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from fer_utils import garden
from fer_utils.cppn import Architecture, Network
from fer_utils.features import feature_maps
from fer_utils.layerize import layerize

MASK = garden.load_genome("mask")
EVOLVED = layerize(MASK, label="evolved mask")
MAPS = feature_maps(EVOLVED, 40)
PICTURE = MASK.image(24)


def random_network(architecture: Architecture, seed: int = 0) -> Network:
    numbers = np.random.default_rng(seed)
    weights = tuple(numbers.normal(0, 1 / np.sqrt(shape[0]), shape) for shape in architecture.shapes)
    return Network(architecture, weights, "SGD twin, seed 0")


TWIN = random_network(EVOLVED.architecture)
TWIN_MAPS = feature_maps(TWIN, 40)
HISTORY = SimpleNamespace(steps=np.array([0, 1, 10, 100]), loss=np.array([0.3, 0.2, 0.1, 0.01]))


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def pictures_in(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for image in figure.axes[0].images]


def frames(figure: Figure, colour: str) -> list[Any]:
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, mpl.patches.Rectangle)]
    return [patch for patch in boxes if mpl.colors.to_hex(patch.get_edgecolor()) == colour]
