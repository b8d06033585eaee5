"""Data made meaningless, bit by bit or at once: random labels, shuffled and random pixels, noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from fer_utils.checks import one_of, real, whole
from fer_utils.questions.sets import Examples, LabelledSet


def corrupt_labels(data: LabelledSet, share: float, *, seed: int) -> LabelledSet:
    """Replace labels to learn from by ones drawn at random; those of the test stay true.

    Args:
        data: The set.
        share: Of the labels that are drawn anew, 0 to 1. A label drawn anew may come out as it was: at a share of 1 all
            are independent of the examples.
        seed: Of the draw.

    Source: Zhang et al. 2017, section 2.
    """
    rng = _generator(seed)
    real("share", share, least=0, most=1)
    drawn = rng.random(len(data.train_y)) < share
    labels = np.where(drawn, rng.integers(data.classes, size=len(data.train_y)), data.train_y)
    return data.variant(train_y=labels)


def shuffle_pixels(data: LabelledSet, *, seed: int) -> LabelledSet:
    """Put the pixels of all examples into the same random order: what is near is no longer near.

    Source: Zhang et al. 2017, section 2.
    """
    order = _generator(seed).permutation(int(np.prod(data.shape[1:])))
    return data.variant(train_x=_reordered(data.train_x, order), test_x=_reordered(data.test_x, order))


def random_pixels(data: LabelledSet, *, seed: int) -> LabelledSet:
    """Put the pixels of each example into a random order of its own: only their values are left.

    Source: Zhang et al. 2017, section 2.
    """
    rng = _generator(seed)
    count = int(np.prod(data.shape[1:]))
    parts = {
        name: np.concatenate([_reordered(one[None], rng.permutation(count)) for one in getattr(data, name)])
        for name in ("train_x", "test_x")
    }
    return data.variant(**parts)


def noise_pixels(data: LabelledSet, *, seed: int) -> LabelledSet:
    """Replace every example by noise with the mean and the spread of the set's own values.

    Source: Zhang et al. 2017, section 2.
    """
    rng = _generator(seed)
    mean, spread = float(data.train_x.mean()), float(data.train_x.std())
    parts = {
        name: rng.normal(mean, spread, getattr(data, name).shape).astype(np.float32) for name in ("train_x", "test_x")
    }
    return data.variant(**parts)


SPOILED: Final[dict[str, Callable[[LabelledSet, int], LabelledSet]]] = {
    "true labels": lambda data, seed: data,
    "random labels": lambda data, seed: corrupt_labels(data, 1.0, seed=seed),
    "shuffled pixels": lambda data, seed: shuffle_pixels(data, seed=seed),
    "random pixels": lambda data, seed: random_pixels(data, seed=seed),
    "noise": lambda data, seed: noise_pixels(data, seed=seed),
}


def spoil(data: LabelledSet, way: str, *, seed: int) -> LabelledSet:
    """Spoil a set in one of the ways of `SPOILED`, "true labels" (not at all) among them.

    Source: Zhang et al. 2017, figure 1.
    """
    return SPOILED[one_of("way", way, tuple(SPOILED))](data, seed)


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))


def _reordered(x: Examples, order: np.ndarray) -> Examples:
    flat = x.reshape(*x.shape[:2], -1)
    return np.ascontiguousarray(flat[..., order].reshape(x.shape))
