"""Which way the weights of a line of ancestors went: its first principal component.

All ancestors are written in the coordinates of one network: a weight for every pair of nodes that any of them joins, 0
where an ancestor does not. These are the weights of its layered network but for those that only copy, which are all 1
and carry nothing. What a node does with its sum is not a weight: changes of activation are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer_utils.checks import BadInput, real, whole
from fer_utils.evolution.genes import CPPN
from fer_utils.images import Array


@dataclass(frozen=True)
class Drift:
    """The direction along which a line of ancestors spread most.

    Args:
        links: (source, target) of each coordinate.
        mean: ``(links,)`` the line's mean weights.
        direction: ``(links,)`` of length 1; it points to where the line ends.
        scores: ``(ancestors,)`` how far along each is, from the mean.
        share: Of the line's variance that lies along it, in [0, 1].
        chance: The same for the line's own steps with each weight's move turned round or not by a coin (mean of some
            such walks): a walk without aim has a first component too.
        p_value: Share of those walks, the line itself among them, whose share is as large.
    """

    links: tuple[tuple[int, int], ...]
    mean: Array
    direction: Array
    scores: Array
    share: float
    chance: float
    p_value: float


def drift(line: Sequence[CPPN], *, walks: int = 200, seed: int = 0) -> Drift:
    """Find the first principal component of a line's weights.

    Args:
        line: Ancestors, the oldest first; at least three.
        walks: Random walks for `Drift.chance`.
        seed: Of the walks.

    Returns:
        The component, its scores, its share, and what chance would give.

    Raises:
        BadInput: There are fewer than three ancestors, or their weights never change.

    Source: ours; first asked of a lineage by readers of the paper.
    """
    if len(line) < 3:
        raise BadInput(f"line must have at least three ancestors, got {len(line)}.")
    links = tuple(sorted({gene.key for cppn in line for gene in cppn.links()}))
    weights = np.zeros((len(line), len(links)))
    columns = {key: place for place, key in enumerate(links)}
    for row, cppn in enumerate(line):
        for gene in cppn.links():
            weights[row, columns[gene.key]] = gene.weight
    mean = weights.mean(axis=0)
    _, sizes, directions = np.linalg.svd(weights - mean, full_matrices=False)
    if not sizes[0] > 0:
        raise BadInput("line must have weights that change, got the same ones in all ancestors.")
    scores = (weights - mean) @ directions[0]
    sign = 1.0 if scores[-1] >= scores[0] else -1.0
    share = _share(weights)
    walked = _by_chance(weights, whole("walks", walks, least=1), whole("seed", seed, least=0))
    p_value = (1 + int((walked >= share).sum())) / (1 + len(walked))
    return Drift(links, mean, sign * directions[0], sign * scores, share, float(walked.mean()), p_value)


def drifted(cppn: CPPN, along: Drift, amount: float) -> CPPN:
    """Return a copy of a CPPN with its weights moved along a component.

    Args:
        cppn: Of the same session; only the connections it has are moved.
        along: The component.
        amount: How far, in the scores' units; negative goes back.

    Source: ours.
    """
    real("amount", amount)
    moves = dict(zip(along.links, amount * along.direction, strict=True))
    moved = cppn.copy()
    for gene in moved.links():
        gene.weight += float(moves.get(gene.key, 0.0))
    return moved


def _share(weights: Array) -> float:
    """Return the share of the variance along the first component."""
    sizes = np.linalg.svd(weights - weights.mean(axis=0), compute_uv=False)
    return float(sizes[0] ** 2 / (sizes**2).sum())


def _by_chance(weights: Array, walks: int, seed: int) -> Array:
    """Return the shares for walks of the same steps, each weight's move turned round or not."""
    generator = np.random.Generator(np.random.PCG64(seed))
    steps = np.diff(weights, axis=0)
    signs = (generator.choice([-1.0, 1.0], size=steps.shape) for _ in range(walks))
    return np.array([_share(np.cumsum(np.vstack([weights[:1], steps * one]), axis=0)) for one in signs])
