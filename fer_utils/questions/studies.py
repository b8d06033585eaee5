"""The studies of the chapters: many classifiers under many conditions, several seeds each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from fer_utils.checks import BadInput
from fer_utils.questions.learning import Curve, Learning, Study, learn
from fer_utils.questions.models import build
from fer_utils.questions.sets import LabelledSet
from fer_utils.questions.spoiling import corrupt_labels, spoil


def spoiled_study(
    data: LabelledSet, kinds: Iterable[str], ways: Iterable[str], study: Study, *, seeds: Sequence[int]
) -> dict[tuple[str, str], list[Learning]]:
    """Train every kind of classifier on a set spoiled in every way.

    Args:
        data: The set.
        kinds: Of `MODELS`.
        ways: Of `SPOILED`.
        study: How they are trained.
        seeds: Each decides the spoiling, the first weights and the order of the examples.

    Returns:
        For each kind and way one `Learning` a seed.

    Source: Zhang et al. 2017, table 1 and figure 1a.
    """
    return {
        (kind, way): [learn(build(kind, data, seed=s), spoil(data, way, seed=s), study, seed=s) for s in seeds]
        for kind in kinds
        for way in ways
    }


def corruption_study(
    data: LabelledSet, kind: str, shares: Iterable[float], study: Study, *, seeds: Sequence[int]
) -> dict[float, list[Learning]]:
    """Train a classifier with ever more of its labels drawn at random.

    Args:
        data: The set.
        kind: Of `MODELS`.
        shares: Of labels drawn anew, 0 to 1.
        study: How it is trained.
        seeds: As in `spoiled_study`.

    Returns:
        For each share one `Learning` a seed.

    Source: Zhang et al. 2017, figures 1b and 1c.
    """
    return {
        share: [learn(build(kind, data, seed=s), corrupt_labels(data, share, seed=s), study, seed=s) for s in seeds]
        for share in shares
    }


def remedies_study(
    data: LabelledSet,
    kind: str,
    remedies: Mapping[str, tuple[float, Study]],
    ways: Iterable[str],
    *,
    seeds: Sequence[int],
) -> dict[tuple[str, str], list[Learning]]:
    """Train a classifier with each of some regularisers, on true and on spoiled data.

    Args:
        data: The set.
        kind: Of `MODELS`.
        remedies: For each name the share of neurons dropped, and how it is trained.
        ways: Of `SPOILED`.
        seeds: As in `spoiled_study`.

    Returns:
        For each remedy and way one `Learning` a seed.

    Source: Zhang et al. 2017, tables 1 and 2.
    """
    return {
        (name, way): [
            learn(build(kind, data, seed=s, dropout=dropout), spoil(data, way, seed=s), study, seed=s) for s in seeds
        ]
        for name, (dropout, study) in remedies.items()
        for way in ways
    }


def ends(runs: Sequence[Learning], which: str = "test_accuracy") -> Curve:
    """Return where the curves of several seeds end, ``(seeds,)``."""
    return np.array([getattr(run, which)[-1] for run in runs])


def together(runs: Sequence[Learning], which: str = "train_accuracy", *, epochs: int | None = None) -> Curve:
    """Return the curves of several seeds as rows of one length; a run that stopped sooner stays where it was.

    Args:
        runs: One for each seed.
        which: "train_accuracy", "test_accuracy" or "loss".
        epochs: How many; None for the longest run's.

    Returns:
        ``(seeds, epochs + 1)``.
    """
    if not runs:
        raise BadInput("runs must hold at least one run, got none.")
    length = (max(run.epochs for run in runs) if epochs is None else epochs) + 1
    curves = [getattr(run, which)[:length] for run in runs]
    return np.stack([np.pad(curve, (0, length - len(curve)), mode="edge") for curve in curves])


def epochs_to_fit(runs: Sequence[Learning]) -> Curve:
    """Return after how many epochs each run first knew all its labels, NaN where it never did."""
    return np.array([np.nan if run.fitted_at is None else float(run.fitted_at) for run in runs])


def spelled(values: Curve, *, percent: bool = True) -> str:
    """Write a median with its range, as "93 % (91 to 95)"; without the range where all round to the same."""
    middle, low, high = (
        f"{number * (100 if percent else 1):.0f}" for number in (np.median(values), values.min(), values.max())
    )
    return middle + (" %" if percent else "") + (f" ({low} to {high})" if low != high else "")
