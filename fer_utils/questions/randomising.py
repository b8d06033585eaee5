"""How well does your classifier learn noise? It is trained on true and on shuffled labels, and tested on true ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import nn

from fer_utils import plotting
from fer_utils.checks import BadInput, bad, whole
from fer_utils.questions.learning import Study, accuracy, learn
from fer_utils.questions.sets import LabelledSet, Labels, split


@dataclass(frozen=True)
class RandomizationTest:
    """What `randomization_test` found.

    Args:
        train_true: Accuracy on the examples to learn from, with their true labels.
        test_true: Accuracy on the test examples, having learnt from true labels.
        train_shuffled: For each shuffle of the labels, how many of the shuffled labels were learnt by heart.
        test_shuffled: For each shuffle, accuracy on the test examples with their true labels.
        chance: Accuracy of always giving the test's most frequent label.

    Source: ours; after Zhang et al. 2017.
    """

    train_true: float
    test_true: float
    train_shuffled: tuple[float, ...]
    test_shuffled: tuple[float, ...]
    chance: float

    @property
    def p_value(self) -> float:
        """How often shuffled labels lead to as good a test as the true ones; the true ones count as one shuffle more.

        Source: Phipson and Smyth 2010, so that it is never 0.
        """
        as_good = sum(one >= self.test_true for one in self.test_shuffled)
        return (1 + as_good) / (1 + len(self.test_shuffled))

    @property
    def memorised(self) -> float:
        """Median share of shuffled labels that were learnt by heart."""
        return float(np.median(self.train_shuffled))

    def plot(self) -> Figure:
        """Draw both accuracies, with true labels and with every shuffle.

        Returns:
            The figure; a notebook shows it as SVG.
        """
        shown = {
            "labels learnt": ([self.train_true], self.train_shuffled),
            "right on unseen examples": ([self.test_true], self.test_shuffled),
        }
        return plotting.dot_groups(
            {name: {"true labels": true, "shuffled labels": list(rest)} for name, (true, rest) in shown.items()},
            unit=list(shown),
        )

    def __str__(self) -> str:
        """Say it in two sentences."""
        return (
            f"True labels: {self.train_true:.0%} learnt, {self.test_true:.0%} right on unseen examples (after shuffled "
            f"labels {np.median(self.test_shuffled):.0%} in the median; p = {self.p_value:.3g}). "
            f"Of shuffled labels it learnt {self.memorised:.0%} by heart."
        )


def randomization_test(
    model_factory: Callable[[int], Any],
    data: LabelledSet | tuple[object, object],
    *,
    shuffles: int = 19,
    study: Study | None = None,
    seed: int = 0,
) -> RandomizationTest:
    """Train a classifier on true labels once, and on shuffled ones many times.

    A classifier that learns shuffled labels by heart could have learnt the true ones by heart too: that it fits them
    shows nothing. That it is right on unseen examples, and is not after learning shuffled labels, does.

    Args:
        model_factory: Seed -> a fresh classifier: a torch module that gives ``(n, classes)`` scores, or anything with
            scikit-learn's ``fit(x, y)`` and ``predict(x)``, which is given each example as a flat row.
        data: A `LabelledSet`, or ``(x, y)``, of which a third is kept for the test.
        shuffles: How often the labels are shuffled; the smallest possible p-value is 1 / (shuffles + 1).
        study: How a torch module is trained; None for the usual.
        seed: Of the split, the shuffles, and the classifiers.

    Returns:
        Both accuracies under both, and a permutation p-value.

    Raises:
        BadInput: The factory gives no classifier, or the data are not usable.

    Source: ours; after Zhang et al. 2017.
    """
    whole("shuffles", shuffles, least=1)
    whole("seed", seed, least=0)
    if not isinstance(data, LabelledSet):
        data = _as_set(data, seed)
    train_true, test_true = _accuracies(model_factory, data, study, seed)
    found = []
    for number in range(shuffles):
        rng = np.random.Generator(np.random.PCG64([seed, number]))
        shuffled = data.variant(train_y=rng.permutation(data.train_y))
        found.append(_accuracies(model_factory, shuffled, study, seed + 1 + number))
    train, test = zip(*found, strict=True)
    return RandomizationTest(train_true, test_true, train, test, data.chance)


def chance_p_value(answers: Labels, labels: Labels, *, permutations: int = 999, seed: int = 0) -> float:
    """Say how often answers dealt out anew are as right as these: whether they have to do with the labels at all.

    Args:
        answers: ``(n,)`` a classifier's answers on unseen examples.
        labels: ``(n,)`` the true ones.
        permutations: How often they are dealt out.
        seed: Of the dealing.

    Returns:
        A permutation p-value, one-sided; never 0.

    Raises:
        BadInput: There are not as many answers as labels.

    Source: Phipson and Smyth 2010; Ojala and Garriga 2010, test 1.
    """
    if answers.shape != labels.shape or answers.ndim != 1:
        raise bad("answers", f"{len(labels)} labels, as there are true ones", answers)
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    right = np.mean(answers == labels)
    as_good = sum(
        np.mean(rng.permutation(answers) == labels) >= right for _ in range(whole("permutations", permutations))
    )
    return float(1 + as_good) / (1 + permutations)


def _as_set(data: object, seed: int) -> LabelledSet:
    if not isinstance(data, tuple) or len(data) != 2:
        raise bad("data", "a LabelledSet, or a pair of examples and labels", data)
    x, y = np.asarray(data[0], dtype=np.float32), np.unique(np.asarray(data[1]), return_inverse=True)[1]
    if x.ndim < 2 or len(x) != len(y):
        raise bad("data", f"{len(y)} examples, as there are labels, in an array of two to four axes", x)
    while x.ndim < 3:
        x = x[:, None]
    return split("the data", x, y, test_share=1 / 3, seed=seed)


def _accuracies(
    factory: Callable[[int], Any], data: LabelledSet, study: Study | None, seed: int
) -> tuple[float, float]:
    model = factory(seed)
    if isinstance(model, nn.Module):
        learn(model, data, study, seed=seed)
        return accuracy(model, data.train_x, data.train_y), accuracy(model, data.test_x, data.test_y)
    if not hasattr(model, "fit") or not hasattr(model, "predict"):
        raise BadInput(
            f"model_factory must give a torch module or something with fit and predict, got {type(model).__name__}."
        )
    rows: list[NDArray[Any]] = [part.reshape(len(part), -1) for part in (data.train_x, data.test_x)]
    model.fit(rows[0], data.train_y)
    train, test = (np.asarray(model.predict(part)) for part in rows)
    return float((train == data.train_y).mean()), float((test == data.test_y).mean())
