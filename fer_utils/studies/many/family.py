"""Families of images whose true factors are known: a garden genome, and a few of its weights, each with two values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_utils import garden
from fer_utils.checks import BadInput, bad, one_of, whole
from fer_utils.cppn import Network, Weight
from fer_utils.images import Array
from fer_utils.layerize import EvolvedNetwork, layerize

Codes = NDArray[np.float64]
UNSEEN = 16  # combinations that no network of a study is shown
BETWEEN = 16  # points between the combinations on which networks are tried too


@dataclass(frozen=True)
class Factor:
    """One thing in which the images of a family differ: one weight of the evolved network.

    Args:
        name: What one sees.
        weight: (layer, row, column) in the layered genome.
        low: What the evolved weight is multiplied by where the factor is -1.
        high: The same where it is 1; in between, a factor moves the weight along a straight line.

    Source: ours.
    """

    name: str
    weight: Weight
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Family:
    """The images of one evolved network under all combinations of its factors.

    Args:
        name: Of the genome.
        network: The genome, layered.
        factors: The true ones.

    Raises:
        BadInput: There is no factor, or a factor's weight is zero.

    Source: ours.
    """

    name: str
    network: EvolvedNetwork
    factors: tuple[Factor, ...]

    def __post_init__(self) -> None:
        """Check that every factor moves something."""
        if not self.factors:
            raise BadInput("factors must be one or more, got none.")
        for factor in self.factors:
            if self.network.weight(factor.weight) == 0 or factor.low == factor.high:
                raise bad(f"factor {factor.name!r}", "a weight that is not zero, with two values", factor)

    @property
    def combinations(self) -> Codes:
        """All combinations of factors at their two values, ``(2^k, k)`` of -1 and 1; the last factor changes first."""
        count = len(self.factors)
        return (np.indices((2,) * count).reshape(count, -1).T * 2 - 1).astype(np.float64)

    def at(self, code: Any) -> Network:
        """Return the evolved network under one combination.

        Args:
            code: ``(k,)``, one value for each factor, -1 to 1.

        Raises:
            BadInput: There are more or fewer values than factors.
        """
        values = np.asarray(code, dtype=np.float64)
        if values.shape != (len(self.factors),):
            raise bad("code", f"{len(self.factors)} values, one for each factor", values)
        changes = {
            one.weight: self.network.weight(one.weight) * (one.low + (1 + value) / 2 * (one.high - one.low))
            for one, value in zip(self.factors, values, strict=True)
        }
        return self.network.with_weights(changes)

    def images(self, codes: Any, size: int) -> Array:
        """Draw the images of some combinations: ``(n, size, size, 3)`` in [0, 1]."""
        return np.stack([self.at(code).image(size) for code in codes])


@dataclass(frozen=True, eq=False)
class Split:
    """Which combinations are shown, and on which others a network is tried.

    Args:
        shown: ``(n, k)``: what a network is trained on. For one seed, fewer are always among more.
        unseen: ``(16, k)``: combinations that are never shown, the same whatever the number shown.
        between: ``(16, k)``: points inside the box of which combinations are the corners.

    Source: ours.
    """

    shown: Codes
    unseen: Codes
    between: Codes


def split(family: Family, count: int, seed: int, *, unseen: int = UNSEEN) -> Split:
    """Draw the combinations that are shown and those that are kept back.

    Args:
        family: Of images.
        count: How many are shown.
        seed: Of the draw.
        unseen: How many are kept back.

    Raises:
        BadInput: There are not that many combinations.

    Source: ours.
    """
    everything = family.combinations
    most = len(everything) - whole("unseen", unseen, least=1, most=len(everything) - 1)
    number = whole("count", count, least=1, most=most)
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    order = rng.permutation(len(everything))
    between = rng.uniform(-1, 1, size=(BETWEEN, len(family.factors)))
    return Split(everything[order[unseen : unseen + number]], everything[order[:unseen]], between)


def baselines(family: Family, codes: Codes, asked: Codes, size: int) -> dict[str, float]:
    """Return how well one can guess an unseen image from the images shown, without any network.

    Args:
        family: Of images.
        codes: ``(n, k)``: what was shown.
        asked: ``(m, k)``: what is to be guessed.
        size: Side of the grid in pixels.

    Returns:
        Mean squared errors: "nearest" the shown image whose code is nearest (the mean over those that are equally
        near, each guessed with), "mean" the mean of those shown, "additive" a sum of one image for each factor, fitted
        by least squares (of all that fit, the shortest) and cut to [0, 1].

    Source: ours.
    """
    shown, wanted = (family.images(one, size).reshape(len(one), -1) for one in (codes, asked))
    away = ((asked[:, None] - codes[None]) ** 2).sum(axis=2)
    nearest = away <= away.min(axis=1, keepdims=True) + 1e-9
    errors = ((wanted[:, None] - shown[None]) ** 2).mean(axis=2)
    middle = shown.mean(axis=0)
    # Fitted around the mean, so that what was never seen to change adds nothing.
    slopes = np.linalg.pinv(codes - codes.mean(axis=0)) @ (shown - middle)
    added = (middle + (asked - codes.mean(axis=0)) @ slopes).clip(0, 1)
    return {
        "nearest": float(((errors * nearest).sum(axis=1) / nearest.sum(axis=1)).mean()),
        "mean": float(((wanted - middle) ** 2).mean()),
        "additive": float(((wanted - added) ** 2).mean()),
    }


# Chosen by looking at what single weights do, before anything was trained: each changes the picture by a root mean
# square of .1 or more wherever the others stand, and all combinations still show one thing on a plain ground.
FAMILIES: Final[Mapping[str, tuple[Factor, ...]]] = {
    "mushroom": (
        Factor("brim", (0, 1, 12), 0.5, 1.0),
        Factor("width of the stem", (2, 0, 9), -1.0, 1.0),
        Factor("stem joins cap", (3, 7, 14), 0.5, 1.0),
        Factor("length of the stem", (5, 0, 8), 0.0, 1.0),
        Factor("brightness of the stem", (5, 2, 8), -0.5, 1.0),
        Factor("dark core", (2, 7, 9), 0.0, 1.0),
    ),
    "tomato": (
        Factor("size", (3, 2, 14), 0.25, 1.0),
        Factor("hue", (3, 1, 9), 0.5, 1.0),
        Factor("stalk or lid", (2, 2, 13), 0.0, 1.0),
        Factor("mouth", (2, 4, 13), -1.5, 1.0),
        Factor("shine", (3, 3, 9), -1.0, 1.0),
        Factor("halo", (1, 9, 11), 0.4, 1.0),
    ),
}


@cache
def family_named(name: str) -> Family:
    """Return the family of a garden genome.

    Raises:
        BadInput: There is none of this name.

    Source: ours.
    """
    factors = FAMILIES[one_of("family", name, FAMILIES)]
    return Family(name, layerize(garden.load_genome(name), label=f"evolved {name}"), factors)
