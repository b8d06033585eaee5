"""Labelled examples, split into those to learn from and those to be tested on; two sets that are always at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import BadInput, bad, real, whole

Examples = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """Examples with labels.

    Args:
        name: For titles.
        train_x: ``(n, channels, *space)`` float32, one or two axes of space.
        train_y: ``(n,)`` int64, from 0 to ``classes`` - 1.
        test_x: ``(m, channels, *space)``.
        test_y: ``(m,)``.
        classes: How many labels there are, at least 2.

    Raises:
        BadInput: The shapes do not belong together, a value is not finite, or a label is out of range.

    Source: ours.
    """

    name: str
    train_x: Examples
    train_y: Labels
    test_x: Examples
    test_y: Labels
    classes: int

    def __post_init__(self) -> None:
        whole("classes", self.classes, least=2)
        for part in ("train", "test"):
            x, y = getattr(self, f"{part}_x"), getattr(self, f"{part}_y")
            x, y = np.ascontiguousarray(x, dtype=np.float32), np.asarray(y)
            if x.ndim not in (3, 4) or not len(x) or not np.isfinite(x).all():
                raise bad(f"{part}_x", "finite numbers of shape (n, channels, *space) with one or two axes of space", x)
            if y.shape != (len(x),) or y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= self.classes:
                raise bad(f"{part}_y", f"{len(x)} whole numbers from 0 to {self.classes - 1}", y)
            object.__setattr__(self, f"{part}_x", x)
            object.__setattr__(self, f"{part}_y", y.astype(np.int64))
        if self.train_x.shape[1:] != self.test_x.shape[1:]:
            raise bad("test_x", f"examples of shape {self.train_x.shape[1:]}, as in train_x", self.test_x)

    @property
    def shape(self) -> tuple[int, ...]:
        """Channels and space of one example."""
        return self.train_x.shape[1:]

    @property
    def chance(self) -> float:
        """The accuracy of the best constant answer on the test examples: always the most frequent label."""
        return float(np.bincount(self.test_y).max() / len(self.test_y))

    def variant(self, **changes: Any) -> LabelledSet:
        """Return the set with some parts replaced."""
        return replace(self, **changes)

    def first(self, count: int) -> LabelledSet:
        """Return the set with only the first examples to learn from.

        Raises:
            BadInput: There are not so many.
        """
        whole("count", count, least=2, most=len(self.train_x))
        return self.variant(train_x=self.train_x[:count], train_y=self.train_y[:count])


def split(name: str, x: object, y: object, *, test_share: float, seed: int) -> LabelledSet:
    """Split examples at random, each label in the same share on both sides.

    Args:
        name: For titles.
        x: ``(n, channels, *space)``.
        y: ``(n,)`` whole numbers from 0.
        test_share: Of the examples, above 0 and at most 0.9.
        seed: Of the split.

    Raises:
        BadInput: The shapes do not belong together, or a label is too rare to be on both sides.

    Source: ours.
    """
    from sklearn.model_selection import train_test_split  # slow to import, and only wanted here

    examples, labels = np.asarray(x, dtype=np.float32), np.asarray(y)
    real("test_share", test_share, above=0, most=0.9)
    try:
        train_x, test_x, train_y, test_y = train_test_split(
            examples, labels, test_size=test_share, stratify=labels, random_state=whole("seed", seed, least=0)
        )
    except ValueError as error:
        raise BadInput(f"examples and labels must be fit to be split, got {error}") from None
    return LabelledSet(name, train_x, train_y, test_x, test_y, classes=int(labels.max()) + 1)


def digits(*, seed: int = 0, test_share: float = 1 / 3) -> LabelledSet:
    """Return scikit-learn's handwritten digits: 1,797 real images of 8 × 8 pixels, grey, in [0, 1].

    Args:
        seed: Of the split.
        test_share: Of the examples.

    Source: Alpaydin and Kaynak 1998 (UCI), as scikit-learn carries it.
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    return split("digits", found.images[:, None] / 16, found.target, test_share=test_share, seed=seed)


def mnist1d(*, count: int = 5000, seed: int = 42) -> LabelledSet:
    """Return MNIST-1D: ten shapes as signals of 40 numbers, shifted, scaled, sheared and noisy; generated, not loaded.

    Args:
        count: Examples in all, a fifth of them for the test; a multiple of 10.
        seed: Of all that is random in it.

    Source: Greydanus and Kobak 2024, by their own package.
    """
    from mnist1d.data import get_dataset_args, make_dataset

    if whole("count", count, least=50) % 10:
        raise bad("count", "a multiple of 10", count)
    wanted = get_dataset_args()
    wanted.num_samples, wanted.seed = count, whole("seed", seed, least=0, most=2**32 - 1)
    found = _fenced(make_dataset, wanted)
    parts = {name: found[name][:, None] for name in ("x", "x_test")}
    return LabelledSet("MNIST-1D", parts["x"], found["y"], parts["x_test"], found["y_test"], classes=10)


def _fenced(work: Any, *arguments: Any) -> Any:
    """Call what draws from NumPy's and Python's global random numbers, and leave their state as it was."""
    import random

    states = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        return work(*arguments)
    finally:
        np.random.set_state(states[0])  # noqa: NPY002
        random.setstate(states[1])
