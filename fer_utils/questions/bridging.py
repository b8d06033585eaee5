"""Groups of classifiers side by side under the measures of fracture: how each chapter of this part ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from fer_utils.questions.insides import Fracture, fracture
from fer_utils.questions.sets import Examples
from fer_utils.statistics import correct, permutation_test


@dataclass(frozen=True)
class Difference:
    """Two groups under one measure.

    Args:
        first: Median of the one.
        second: Median of the other.
        p_value: Of a permutation test, corrected.
    """

    first: float
    second: float
    p_value: float


def measured(models: Mapping[str, Sequence[nn.Module]], x: Examples) -> dict[str, list[Fracture]]:
    """Measure groups of classifiers, a seed each, over the same examples.

    Args:
        models: For each group its classifiers.
        x: ``(n, channels, *space)``, without their mirror images.
    """
    return {name: [fracture(one, x, seed=seed) for seed, one in enumerate(ones)] for name, ones in models.items()}


def panels(found: Mapping[str, Sequence[Fracture]]) -> dict[str, dict[str, list[float]]]:
    """Return what `measured` gives as `plotting.dot_groups` wants it: a panel for each of P, G and N."""
    return {name: {group: [getattr(one, name) for one in ones] for group, ones in found.items()} for name in "PGN"}


def differences(found: Mapping[str, Mapping[str, Sequence[float]]], one: str, other: str) -> dict[str, Difference]:
    """Compare two groups under every measure; p-values are corrected for as many comparisons (Holm).

    Args:
        found: What `panels` gives.
        one: A group.
        other: Another.

    Source: ours.
    """
    pairs = {name: (groups[one], groups[other]) for name, groups in found.items()}
    chances = correct([permutation_test(first, second) for first, second in pairs.values()])
    return {
        name: Difference(float(np.nanmedian(first)), float(np.nanmedian(second)), float(chance))
        for (name, (first, second)), chance in zip(pairs.items(), chances, strict=True)
    }


def spelled(found: Mapping[str, Difference]) -> str:
    """Write differences as "P .93 against .91 (p = .3), N 40 against 92 (p = .02)"."""
    return ", ".join(
        f"{name} {one.first:{'.1f' if name == 'N' else '.2f'}} against {one.second:{'.1f' if name == 'N' else '.2f'}} "
        f"(p = {one.p_value:.2g})"
        for name, one in found.items()
    )
