"""Penalties on a network's inside, each as a number that torch can differentiate.

They are added to the loss that is descended, on a small square grid of their own, which keeps them cheap and, since its
side is even, lets a mirror move every pixel. What they punish is what the measures count, or what others have proposed;
whether they mend anything or only please a measure is a question for the studies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

from fer_utils import activations, images
from fer_utils.cppn import Architecture

SIDE = 32  # pixels of the grid for penalties on maps
RESPONSE_SIDE = 16  # and for those on responses, which need second derivatives
SLOTS = 64  # weights whose responses are looked at in one step
FLAT = 1e-8  # variance below which a map counts as constant


def hidden_maps(matrices: Sequence[Tensor], architecture: Architecture, side: int) -> list[Tensor]:
    """Return every hidden layer's ``(width, side * side)`` maps, differentiable in the matrices."""
    maps, below = [], grid(side, matrices[0])
    for matrix in matrices[:-1]:
        below = _bent(matrix.T @ below, architecture)
        maps.append(below)
    return maps


def grid(side: int, like: Tensor) -> Tensor:
    """Return the ``(4, side * side)`` coordinates in another tensor's kind."""
    return torch.tensor(_coordinates(side), dtype=like.dtype, device=like.device)


def map_orthogonality(maps: Sequence[Tensor]) -> Tensor:
    """Return the mean squared correlation of different neurons of a layer, the mean over layers: 0 where all differ.

    Source: ours, after orthogonality regularisers.
    """
    return torch.stack([_layer_correlation(layer) for layer in maps]).mean()


def map_variation(maps: Sequence[Tensor], side: int) -> Tensor:
    """Return the mean absolute slope of the hidden maps along both axes, the picture's half side being 1.

    Source: total variation; Rudin, Osher and Fatemi 1992 for pictures.
    """
    slopes = []
    for layer in maps:
        square = layer.reshape(len(layer), side, side)
        slopes.append((square.diff(dim=1).abs().mean() + square.diff(dim=2).abs().mean()) * (side - 1) / 4)
    return torch.stack(slopes).mean()


def parity_mixing(maps: Sequence[Tensor], side: int) -> Tensor:
    """Return the mean over neurons of 4 E (1 - E), E the even share of a map under left-right mirroring.

    Neurons that are constant count as pure. This is P, but over all neurons and not over functional units alone.

    Source: ours.
    """
    flat = torch.cat(list(maps))
    centred = flat - flat.mean(dim=1, keepdim=True)
    square = centred.reshape(len(flat), side, side)
    even = ((square + square.flip(2)) / 2).reshape(len(flat), -1)
    share = even.square().mean(dim=1) / (centred.square().mean(dim=1) + FLAT)
    return (4 * share * (1 - share)).mean()


@dataclass(frozen=True, eq=False)
class Responses:
    """How the picture moves with every sum of every layer.

    Args:
        reads: One ``(in, 3 * pixels)`` tensor for each weight matrix: what its rows multiply, once for each channel.
        errors: One ``(out, 3 * pixels)`` tensor: how the channel moves with each of its sums.

    Source: ours.
    """

    reads: list[Tensor]
    errors: list[Tensor]


def responses(matrices: Sequence[Tensor], architecture: Architecture, side: int) -> Responses:
    """Compute a network's responses, differentiable in the matrices.

    The pixels are laid out three times, and each copy is asked for one channel: so one way back gives all three.
    """
    inputs = grid(side, matrices[0])
    below, reads, offsets = inputs.repeat(1, 3), [], []
    for layer, matrix in enumerate(matrices):
        reads.append(below)
        sums = matrix.T @ below
        offsets.append(torch.zeros_like(sums, requires_grad=True))
        sums = sums + offsets[-1]
        below = _bent(sums, architecture) if layer < architecture.depth else sums
    pixels = inputs.shape[1]
    colours = images.colour(below).reshape(3, 3, pixels)
    asked = torch.stack([colours[channel, channel] for channel in range(3)]).sum()
    return Responses(reads, list(torch.autograd.grad(asked, offsets, create_graph=True)))


def response_modes(found: Responses, slots: Sequence[tuple[int, int, int]]) -> Tensor:
    """Return the logarithm of the number of independent ways in which some weights move the picture.

    This is log N of one sample: minus the logarithm of the mean squared cosine between the responses of different
    weights.

    Args:
        found: The network's responses.
        slots: Weights, as (layer, row, column), two or more.

    Source: ours.
    """
    maps = []
    for layer in sorted({slot[0] for slot in slots}):
        rows, columns = zip(*[slot[1:] for slot in slots if slot[0] == layer], strict=True)
        maps.append(found.reads[layer][list(rows)] * found.errors[layer][list(columns)])
    together = torch.cat(maps)
    unit = together / (together.square().sum(dim=1, keepdim=True) + FLAT).sqrt()
    squares = (unit @ unit.T).square()
    count = len(slots)
    return -torch.log((squares.sum() - squares.diagonal().sum()) / (count * (count - 1)) + FLAT)


def _bent(sums: Tensor, architecture: Architecture) -> Tensor:
    """Apply each group's activation; the way back through one split is less work than through many slices."""
    parts = sums.split([count for _, count in architecture.groups])
    return torch.cat(
        [activations.apply(name, part) for (name, _), part in zip(architecture.groups, parts, strict=True)]
    )


@cache
def _coordinates(side: int) -> Any:
    return images.coordinates(side).reshape(4, -1)


def _layer_correlation(layer: Tensor) -> Tensor:
    width = len(layer)
    if width < 2:
        return layer.new_zeros(())
    centred = layer - layer.mean(dim=1, keepdim=True)
    unit = centred / (centred.square().sum(dim=1, keepdim=True) + FLAT).sqrt()
    squares = (unit @ unit.T).square()
    return (squares.sum() - squares.diagonal().sum()) / (width * (width - 1))
