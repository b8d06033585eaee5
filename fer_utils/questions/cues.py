"""Giveaways and remedies: a lit pixel in real images; images that disturb a giveaway or contradict it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import bad, real, whole
from fer_utils.questions.factors import FactorImages, draw_factors
from fer_utils.questions.sets import Examples, LabelledSet, Labels


def exchange_channels(images: FactorImages, seed: int) -> FactorImages:
    """Put the colour channels of each image into a random order, as a first attempt at hiding the colour."""
    rng = np.random.Generator(np.random.PCG64(seed))
    orders = np.array([rng.permutation(3) for _ in images.images])
    mixed = np.take_along_axis(images.images, orders[:, :, None, None], axis=1)
    return FactorImages(mixed, images.factors)


def jitter_colours(images: FactorImages, seed: int) -> FactorImages:
    """Exchange the channels of each image, and stretch and lift each by a random amount."""
    mixed = exchange_channels(images, seed)
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    shape = (*mixed.images.shape[:2], 1, 1)
    changed = mixed.images * rng.uniform(-1, 1, shape) + rng.uniform(0, 0.5, shape)
    return FactorImages(changed.astype(np.float32), mixed.factors)


def in_part(
    remedy: Callable[[FactorImages, int], FactorImages], share: float
) -> Callable[[FactorImages, int], FactorImages]:
    """Return a remedy that changes only a share of the images, the first ones, which are no others than the rest.

    Args:
        remedy: What is done to them.
        share: 0 to 1: the dose.
    """
    real("share", share, least=0, most=1)

    def dosed(images: FactorImages, seed: int) -> FactorImages:
        count = round(share * len(images.images))
        if not count:
            return images
        first = FactorImages(images.images[:count], {name: v[:count] for name, v in images.factors.items()})
        return FactorImages(np.concatenate([remedy(first, seed).images, images.images[count:]]), images.factors)

    return dosed


def with_counterexamples(share: float) -> Callable[[FactorImages, int], FactorImages]:
    """Return a remedy that replaces a share of the images by ones whose colour follows nothing.

    Args:
        share: 0 to 1.
    """
    real("share", share, least=0, most=1)

    def remedy(images: FactorImages, seed: int) -> FactorImages:
        count = round(share * len(images.images))
        free = draw_factors(max(count, 1), seed=20_000 + seed, size=images.images.shape[-1])
        new = {
            name: np.concatenate([free.factors[name][:count], values[count:]])
            for name, values in images.factors.items()
        }
        return FactorImages(np.concatenate([free.images[:count], images.images[count:]]), new)

    return remedy


def plant_cue(data: LabelledSet, strength: float, *, seed: int) -> tuple[LabelledSet, Labels]:
    """Light one pixel of the edge in every image: which one stands for a label, as often as asked for for the true one.

    Args:
        data: Images with at least as many pixels on the edge as there are labels.
        strength: How often, while learning, the pixel is that of the true label; else it is drawn. In the test it is
            always drawn.
        seed: Of the draws.

    Returns:
        The set, and for each test image the label that its pixel stands for.

    Raises:
        BadInput: The examples are no images, or too small.

    Source: ours.
    """
    real("strength", strength, least=0, most=1)
    if len(data.shape) != 3 or 2 * sum(data.shape[1:]) - 4 < data.classes:
        raise bad("data", f"images with at least {data.classes} pixels on their edge", data.shape)
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    height, width = data.shape[1:]
    edge = [
        (row, column)
        for row in range(height)
        for column in range(width)
        if row in (0, height - 1) or column in (0, width - 1)
    ]
    places = np.array(edge)[:: max(1, len(edge) // data.classes)][: data.classes]
    drawn = rng.integers(data.classes, size=len(data.train_y))
    cue = np.where(rng.random(len(data.train_y)) < strength, data.train_y, drawn)
    test_cue = rng.integers(data.classes, size=len(data.test_y))
    lit = [_lit(x, places[numbers]) for x, numbers in ((data.train_x, cue), (data.test_x, test_cue))]
    return data.variant(train_x=lit[0], test_x=lit[1], name=f"{data.name} with a lit pixel"), test_cue


def _lit(x: Examples, places: NDArray[np.int64]) -> Examples:
    lit = x.copy()
    lit[np.arange(len(x)), :, places[:, 0], places[:, 1]] = 1.0
    return lit
