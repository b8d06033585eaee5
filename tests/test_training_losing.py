"""What a network may lose for good is told from what it draws."""

from __future__ import annotations

import numpy as np
import torch

from fer_utils import garden, images
from fer_utils.cppn import Architecture, Network, forward
from fer_utils.layerize import layerize
from fer_utils.training import lost

MASK = garden.load_genome("mask")


def plain(h: float, s: float, v: float, x: float = 0.0) -> Network:
    """Return a network whose outputs are the constants given, brightness changing with x."""
    below = np.zeros((4, 2))
    below[3, 0], below[0, 1] = 1.0, 1.0  # the constant, and x
    return Network(Architecture.parse("1;identity:2"), (below, np.array([[h, s, v], [0, 0, x]])), "plain")


def test_a_white_sheet_has_lost_everything() -> None:
    assert lost(plain(0, -1, 5), MASK.image(16)) == "everything"


def test_a_grey_picture_of_a_coloured_target_has_lost_colour() -> None:
    assert lost(plain(0, -1, 0.5, x=0.4), MASK.image(16)) == "colour"
    assert lost(plain(0.2, 0.5, 0.5, x=0.4), MASK.image(16)) == ""


def test_nothing_is_lost_that_the_target_does_not_have() -> None:
    grey = np.repeat(MASK.image(16).mean(axis=-1, keepdims=True), 3, axis=-1)
    assert lost(plain(0, -1, 0.5, x=0.4), grey) == ""
    assert lost(plain(0, -1, 5), np.ones((8, 8, 3))) == ""
    assert lost(layerize(MASK), MASK.image(16)) == ""


def test_what_is_lost_stays_lost() -> None:
    """Behind the clips the gradient is exactly zero: steps change no pixel of a white sheet."""
    white, target = plain(0, -1, 5), MASK.image(12)
    inputs = torch.tensor(images.coordinates(12)).flatten(1)
    weights = [torch.tensor(matrix, requires_grad=True) for matrix in white.weights]
    outputs = forward(weights, white.architecture, inputs)[1]
    loss = torch.square(images.colour(outputs) - torch.tensor(np.moveaxis(target, -1, 0)).flatten(1)).mean()
    loss.backward()
    assert loss.item() > 0
    assert all(float(one.grad.abs().max()) == 0 for one in weights if one.grad is not None)
