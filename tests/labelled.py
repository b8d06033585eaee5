"""A small labelled set with a known answer, for tests of classifiers."""

from __future__ import annotations

import numpy as np

from fer_utils.questions import LabelledSet


def easy(*, seed: int = 0, count: int = 60, noise: float = 0.1) -> LabelledSet:
    """Return a set that a straight line can tell apart: the sign of the first pixel is the label."""
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=2 * count)
    x = rng.normal(0, noise, (2 * count, 1, 4, 4))
    x[:, 0, 0, 0] += 2.0 * y - 1
    return LabelledSet("easy", x[:count], y[:count], x[count:], y[count:], classes=2)
