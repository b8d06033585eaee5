"""From narrow to wide: a linear model whose error is known in closed form, random features, and trained networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import BadInput, real, whole
from fer_utils.questions.learning import Curve, Learning, Study, learn
from fer_utils.questions.models import build
from fer_utils.questions.sets import Examples, LabelledSet
from fer_utils.questions.spoiling import corrupt_labels

Rows = NDArray[np.float64]


def ridgeless_risk(ratio: float, *, signal: float = 1.0, noise: float = 0.5) -> float:
    """Return the expected excess error of least squares with as many inputs as examples times the ratio.

    For independent standard normal inputs and a true linear law, in the limit of many examples: with fewer inputs than
    examples there is only variance, noise² r / (1 - r); with more, the shortest of all exact solutions misses a part of
    the law, signal² (1 - 1 / r), and adds noise² / (r - 1). At a ratio of 1 it has no bound.

    Args:
        ratio: Inputs for each example, above 0 and not 1.
        signal: Length of the law.
        noise: Standard deviation of what is added to the answers.

    Raises:
        BadInput: The ratio is 1, or a number is out of range.

    Source: Hastie, Montanari, Rosset and Tibshirani 2022, theorem 1.
    """
    real("ratio", ratio, above=0)
    real("signal", signal, least=0)
    real("noise", noise, least=0)
    if ratio == 1:
        raise BadInput("ratio must not be 1, where the error has no bound.")
    if ratio < 1:
        return noise**2 * ratio / (1 - ratio)
    return signal**2 * (1 - 1 / ratio) + noise**2 / (ratio - 1)


def linear_study(
    inputs: Iterable[int], *, examples: int = 100, signal: float = 1.0, noise: float = 0.5, seeds: Sequence[int]
) -> Rows:
    """Measure the same excess error by drawing data and solving.

    Args:
        inputs: How many, for each point.
        examples: To learn from.
        signal: Length of the law, whose direction is drawn.
        noise: Standard deviation of what is added to the answers.
        seeds: Of the data and the law.

    Returns:
        ``(seeds, points)`` excess errors: for standard normal inputs, the squared distance from the law.

    Source: ours; after Hastie et al. 2022, figure 1.
    """
    rows = []
    for seed in seeds:
        rng = np.random.Generator(np.random.PCG64(whole("seed in seeds", seed, least=0)))
        row = []
        for count in inputs:
            law = rng.normal(size=count)
            law *= signal / np.linalg.norm(law)
            x = rng.normal(size=(examples, count))
            found = shortest(x, (x @ law + noise * rng.normal(size=examples))[:, None])[:, 0]
            row.append(np.sum((found - law) ** 2))
        rows.append(row)
    return np.array(rows)


def shortest(x: Rows, y: Rows) -> Rows:
    """Return the shortest of all weights with the least squared error.

    Args:
        x: ``(n, p)`` features.
        y: ``(n, k)`` answers.

    Returns:
        ``(p, k)``; where p is at least n and the rows are independent, it answers every example exactly.

    Source: Moore and Penrose, by NumPy's singular values.
    """
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0])


def random_features(x: Examples, width: int, *, seed: int) -> Rows:
    """Pass examples through one layer of random weights and ReLUs, which is never trained.

    Args:
        x: ``(n, channels, *space)``.
        width: Features.
        seed: Of the weights; a wider layer begins with the neurons of a narrower one.

    Returns:
        ``(n, width)``.

    Source: Rahimi and Recht 2007; Belkin et al. 2019.
    """
    flat = x.reshape(len(x), -1).astype(float)
    flat = np.hstack([flat, np.ones((len(flat), 1))])
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    weights = rng.normal(size=(whole("width", width, least=1), flat.shape[1])) / np.sqrt(flat.shape[1])
    return np.maximum(flat @ weights.T, 0) / np.sqrt(width)


def random_feature_study(
    data: LabelledSet, widths: Sequence[int], *, corrupted: float, seeds: Sequence[int]
) -> tuple[Rows, Rows]:
    """Answer from random features, with the closed form, from narrow to wide.

    Args:
        data: The set.
        widths: Features, for each point.
        corrupted: Share of the labels to learn from that are drawn at random.
        seeds: Of the corruption and the features.

    Returns:
        ``(seeds, widths)`` shares of wrong answers on the examples to learn from (as labelled), and on the test's.

    Source: Belkin, Hsu, Ma and Mandal 2019, figure 2.
    """
    train, test = [], []
    for seed in seeds:
        noisy = corrupt_labels(data, corrupted, seed=seed)
        targets = np.eye(data.classes)[noisy.train_y] - 1 / data.classes
        rows = []
        for width in widths:
            weights = shortest(random_features(noisy.train_x, width, seed=seed), targets)
            answers = [
                (random_features(x, width, seed=seed) @ weights).argmax(axis=1) for x in (noisy.train_x, noisy.test_x)
            ]
            rows.append([np.mean(answers[0] != noisy.train_y), np.mean(answers[1] != noisy.test_y)])
        train.append([row[0] for row in rows])
        test.append([row[1] for row in rows])
    return np.array(train), np.array(test)


def width_study(
    data: LabelledSet, kind: str, widths: Iterable[int], study: Study, *, corrupted: float, seeds: Sequence[int]
) -> dict[int, list[Learning]]:
    """Train whole networks from narrow to wide.

    Args:
        data: The set.
        kind: Of `MODELS`, with one hidden layer.
        widths: Of the hidden layer.
        study: How they are trained.
        corrupted: Share of the labels to learn from that are drawn at random.
        seeds: Of the corruption, the first weights and the order of the examples.

    Returns:
        For each width one `Learning` a seed.

    Source: Belkin et al. 2019, figure 3; Nakkiran et al. 2020.
    """
    noisy = {seed: corrupt_labels(data, corrupted, seed=seed) for seed in seeds}
    return {
        width: [learn(build(kind, data, seed=s, width=width, depth=1), noisy[s], study, seed=s) for s in seeds]
        for width in widths
    }


def errors(found: Mapping[int, Sequence[Learning]], which: str = "test_accuracy") -> Curve:
    """Return shares of wrong answers, ``(seeds, widths)``, of what `width_study` gives."""
    return 1 - np.stack([[getattr(run, which)[-1] for run in runs] for runs in found.values()], axis=1)


def peak(widths: Sequence[int], values: Rows) -> tuple[int, float, float]:
    """Find the worst point between two better ones in the median of the seeds.

    Args:
        widths: Rising.
        values: ``(seeds, widths)`` errors.

    Returns:
        The width of the highest inner point that is above some point on either side, how far it rises above the best
        narrower one, and how far the error falls again beyond it; the last width with 0 and 0 where there is none.

    Source: ours.
    """
    middle = np.median(values, axis=0)
    rises = [middle[at] - middle[:at].min() for at in range(1, len(middle) - 1)]
    falls = [middle[at] - middle[at + 1 :].min() for at in range(1, len(middle) - 1)]
    both = [min(rise, fall) for rise, fall in zip(rises, falls, strict=True)]
    if not both or max(both) <= 0:
        return widths[-1], 0.0, 0.0
    at = int(np.argmax(both))
    return widths[at + 1], float(rises[at]), float(falls[at])
