"""Context beside the measures, each with its warning: how few weights do, and how local they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fer_utils.checks import real
from fer_utils.metrics.insides import Array, Insides
from fer_utils.metrics.modes import COUNT, response_maps, sample_weights, weight_strengths
from fer_utils.metrics.regions import Mask

ERROR = 1e-3  # mean squared error that the pruned picture may have against the whole network's own
BITS = 16  # for the value of each weight that is kept


@dataclass(frozen=True)
class Needed:
    """How many weights a picture needs.

    Args:
        kept: Weights kept.
        bits: What it takes to say which and what: log2 of the number of choices, and 16 bits each.

    Source: ours.
    """

    kept: int
    bits: float


def needed_weights(flat: Array, draw: Callable[[Array], Array], *, error: float = ERROR) -> Needed:
    """Count the weights that must be kept, largest first, for the picture to stay what it is.

    This **is** sparsity, and nothing else: a network that training left dense needs many by construction.

    Args:
        flat: ``(n,)``: all weights in a row.
        draw: From such a row to the picture, any shape.
        error: Mean squared error allowed against the picture of all weights.

    Returns:
        The fewest found by halving: the error need not fall with every weight, so fewer might do.

    Raises:
        BadInput: The error is not above 0.

    Source: ours.
    """
    limit, target = real("error", error, above=0), draw(flat)
    ranks = np.argsort(np.argsort(-np.abs(flat), kind="stable"), kind="stable")
    low, high = 0, int(np.count_nonzero(flat))
    while low < high:
        middle = (low + high) // 2
        if ((draw(np.where(ranks < middle, flat, 0)) - target) ** 2).mean() <= limit:
            high = middle
        else:
            low = middle + 1
    choices = math.lgamma(len(flat) + 1) - math.lgamma(high + 1) - math.lgamma(len(flat) - high + 1)
    return Needed(high, choices / math.log(2) + BITS * high)


def locality(insides: Insides, regions: list[Mask], *, count: int = COUNT, seed: int = 0) -> float:
    """Return D: how much each weight keeps to one region, in the manner of disentanglement scores.

    Formula: 1 - H(region | weight) / log(number of regions), the mean over weights by response energy; a region's share
    is the mean energy of the response in it, so that large regions count no more than small ones.
    Warning: it answers to rotation, but ReLU networks score highest and shuffled networks match evolved ones.

    Args:
        insides: The network.
        regions: Of the target.
        count: Weights in the sample.
        seed: Of the sample.

    Returns:
        D in [0, 1]; nan with fewer than two regions or no weight that acts.

    Source: ours, after Eastwood and Williams 2018.
    """
    drawn = sample_weights(weight_strengths(insides), count=count, seed=seed)
    if len(regions) < 2 or not drawn:
        return float("nan")
    energy = (response_maps(insides, drawn) ** 2).sum(axis=1)
    shares = np.stack([energy[:, region].mean(axis=1) for region in regions], axis=1)
    totals = shares.sum(axis=1)
    shares, totals = shares[totals > 0], totals[totals > 0]
    part = shares / totals[:, None]
    entropy = -(part * np.log(np.where(part > 0, part, 1))).sum(axis=1) / np.log(len(regions))
    return float(((1 - entropy) * totals).sum() / totals.sum())
