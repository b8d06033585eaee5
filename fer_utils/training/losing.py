"""What a network may lose for good: where a clip holds everywhere, the gradient through it is exactly zero.

Saturation is clipped below at 0 and brightness above at 1. A network whose raw saturation is negative at every pixel
draws in grey, and nothing pulls it back; one whose brightness is beyond 1 everywhere as well draws a white sheet.
"""

from __future__ import annotations

import numpy as np

from fer_utils import images
from fer_utils.cppn import Network

FLAT = 1e-9  # differences below this are none


def lost(network: Network, target: object) -> str:
    """Say what a network has lost that its target has.

    Args:
        network: Trained or not.
        target: ``(size, size, 3)`` in [0, 1].

    Returns:
        "everything" where it draws a single colour, "colour" where it draws in grey, "" otherwise or where the target
        is no better.

    Source: ours; a consequence of the paper's colours, in its own recipe.
    """
    wanted = images.checked_image("target", target)
    drawn = network.image(len(wanted))
    if np.ptp(drawn, axis=(0, 1)).max() < FLAT < np.ptp(wanted, axis=(0, 1)).max():
        return "everything"
    if np.ptp(drawn, axis=-1).max() < FLAT < np.ptp(wanted, axis=-1).max():
        return "colour"
    return ""
