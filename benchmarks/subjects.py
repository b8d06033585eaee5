"""What is trained and swept: the paper's architectures, each with its own picture where that is at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import fer_utils as fer
from fer_utils import picbreeder
from fer_utils.cppn import Architecture
from fer_utils.images import Array

ARCHITECTURES = {
    "skull": "12;cache:15,gaussian:4,identity:2,sin:1",
    "butterfly": "16;cache:17,gaussian:4,sigmoid:1,sin:1",
    "apple": "33;cache:28,gaussian:3,sigmoid:5,sin:2",
    "ReLU": "12;relu:22",
}
STAND_IN = "mask"  # its picture is taken where the paper's is not at hand


@dataclass(frozen=True)
class Subject:
    """A network's shape and the picture it learns."""

    name: str
    architecture: Architecture
    picture: str

    def target(self, size: int) -> Array:
        """Draw the picture: ``(size, size, 3)``."""
        return fer.load_genome(self.picture).image(size)

    def weights(self, seed: int = 0) -> np.ndarray:
        """Draw first weights: ``(n,)`` float32."""
        from fer_utils.training import initialise

        return initialise(self.architecture, seed).flat().astype(np.float32)


def subject(name: str) -> Subject:
    """Return one of `ARCHITECTURES` with its picture; the ReLU network learns the skull's."""
    wanted = "skull" if name == "ReLU" else name
    return Subject(name, Architecture.parse(ARCHITECTURES[name]), wanted if picbreeder.find(wanted) else STAND_IN)
