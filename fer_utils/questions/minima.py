"""Studies of many minima: how sharp each is, what rescaling makes of that, and whether it tells who generalizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from fer_utils import statistics
from fer_utils.questions.flatness import (
    MEASURES,
    WORDS,
    Array,
    loss_slice,
    rank_correlations,
    rescaled,
    sharpness,
    within_correlations,
)
from fer_utils.questions.learning import Learning, Study, learn
from fer_utils.questions.models import build
from fer_utils.questions.sets import Examples, LabelledSet, Labels
from fer_utils.questions.spoiling import corrupt_labels

Values = dict[str, dict[Any, list[float]]]
REACH: Final = 3.0  # of the slice shown, in either direction


def minima(
    found: Mapping[Any, Sequence[Learning]], learnt: Callable[[Any, int], LabelledSet], *, draws: int = 10
) -> Values:
    """Measure how sharp the minimum of every run is, on what the run was trained on.

    Args:
        found: For each condition one run a seed.
        learnt: Condition and seed -> the set with the labels that were learnt.
        draws: For the trace.

    Returns:
        For each measure and condition one value a seed.

    Source: ours; after Keskar et al. 2017 and Jiang et al. 2020.
    """
    values: Values = {name: {condition: [] for condition in found} for name in MEASURES}
    for condition, runs in found.items():
        for run in runs:
            data = learnt(condition, run.seed)
            one = sharpness(run.model, data.train_x, data.train_y, seed=run.seed, draws=draws)
            for name in MEASURES:
                values[name][condition].append(getattr(one, name))
    return values


def restarts(
    data: LabelledSet, kind: str, shares: Iterable[float], study: Study, *, seeds: Sequence[int], drawn: int = 0
) -> dict[float, list[Learning]]:
    """Train on the very same labels several times: only first weights and the order of the examples differ.

    Args:
        data: The set.
        kind: Of `MODELS`.
        shares: Of labels drawn at random, once for all.
        study: How they are trained.
        seeds: Of first weights and order.
        drawn: Seed of the random labels.

    Source: ours.
    """
    return {
        share: [learn(build(kind, data, seed=s), corrupt_labels(data, share, seed=drawn), study, seed=s) for s in seeds]
        for share in shares
    }


def unseen_errors(found: Mapping[Any, Sequence[Learning]]) -> dict[Any, list[float]]:
    """Return each run's share of wrong answers on unseen examples."""
    return {condition: [float(1 - run.test_accuracy[-1]) for run in runs] for condition, runs in found.items()}


def correlations(values: Values, errors: Mapping[Any, Sequence[float]]) -> dict[str, Array]:
    """Return for each measure its rank correlation with the error over conditions, ``(seeds,)``."""
    return {name: rank_correlations(rows, errors) for name, rows in values.items()}


def correlations_within(
    families: Sequence[tuple[Values, Mapping[Any, Sequence[float]]]],
) -> dict[str, Array]:
    """Return for each measure the rank correlations with the error over seeds, for each condition."""
    return {
        name: np.concatenate([within_correlations(values[name], errors) for values, errors in families])
        for name in MEASURES
    }


def verdict(correlation: Array) -> str:
    """Say in words what correlations show: only where the interval of their median leaves 0 out do they show anything.

    Args:
        correlation: ``(n,)``, nan left out.
    """
    if not np.isfinite(correlation).any():
        return "cannot be said"
    found = statistics.interval(correlation)
    if found.low > 0:
        return "sharper goes with **more** errors"
    return "sharper goes with **fewer** errors" if found.high < 0 else "**no** sign either way"


def summed(verdicts: Mapping[str, str]) -> str:
    """Put the measures' verdicts into one phrase: who says what.

    Args:
        verdicts: For each of `MEASURES` what `verdict` says.
    """
    said: dict[str, list[str]] = {}
    for name, word in verdicts.items():
        said.setdefault(word, []).append(WORDS[name])
    if len(said) == 1:
        return f"all four measures say the same, {next(iter(said))}"
    return " and ".join(f"{word} by {', '.join(names)}" for word, names in said.items())


def spelled(correlation: Array) -> str:
    """Write the median of correlations with its interval, as "+.83 (+.60 to +.94)"."""
    if not np.isfinite(correlation).any():
        return "none"
    found = statistics.interval(correlation)
    return f"{found.median:+.2f} ({found.low:+.2f} to {found.high:+.2f})"


# --- rescaling ---


def rescaling_study(
    models: Sequence[nn.Module], data: LabelledSet, factors: Sequence[float]
) -> tuple[dict[str, Array], float]:
    """Measure the same functions, written with other weights.

    Args:
        models: "mlp" or "cnn" of `build`.
        data: What they were trained on.
        factors: By which the first layer is multiplied.

    Returns:
        For each measure ``(models, factors)`` values; and the most that any score on a test example changed, beside
        the spread of the scores.

    Source: Dinh et al. 2017.
    """
    x, worst = torch.from_numpy(data.test_x), 0.0
    values: dict[str, list[list[float]]] = {name: [] for name in MEASURES}
    for seed, model in enumerate(models):
        others = [rescaled(model, factor) for factor in factors]
        with torch.no_grad():
            scores = model.eval()(x)
            worst = max(worst, *(float((one.eval()(x) - scores).abs().max() / scores.std()) for one in others))
        sharp = [sharpness(one, data.train_x, data.train_y, seed=seed, draws=10) for one in others]
        for name in MEASURES:
            values[name].append([getattr(one, name) for one in sharp])
    return {name: np.array(rows) for name, rows in values.items()}, worst


def landscapes(
    model: nn.Module, x: Examples, y: Labels, factors: Sequence[float], *, side: int = 25
) -> tuple[list[Array], list[Array]]:
    """Return what the loss looks like around each rescaled copy of a network, and what the copy answers.

    Args:
        model: "mlp" or "cnn" of `build`.
        x: ``(n, channels, *space)``.
        y: ``(n,)`` labels.
        factors: By which the first layer is multiplied.
        side: Points along each direction.

    Returns:
        For each factor ``(side, side)`` losses as `loss_slice` gives them, and ``(classes, n)`` shares that the
        copy gives to each label.
    """
    slices, answers = [], []
    for factor in factors:
        other = rescaled(model, factor).eval()
        slices.append(loss_slice(other, x, y, reach=REACH, side=side))
        with torch.no_grad():
            answers.append(other(torch.from_numpy(x)).softmax(1).numpy().T.astype(float))
    return slices, answers
