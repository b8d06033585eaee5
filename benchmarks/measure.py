"""Turns, medians and ratios."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def in_turns(rounds: int, ways: Mapping[str, Callable[[], float]], *, warm: bool = True) -> dict[str, list[float]]:
    """Ask each way in turn, round after round.

    Args:
        rounds: How many rounds are kept.
        ways: For each name a call that works once and returns what it measured.
        warm: Whether one more round comes before them and is not kept.

    Returns:
        For each name its measurements, one a round, in the order in which they were taken.
    """
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(-1 if warm else 0, rounds):
        for name, way in ways.items():
            found = way()
            if number >= 0:
                samples[name].append(found)
    return samples


def seconds_of(work: Callable[[], Any]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def summary(samples: list[float]) -> dict[str, Any]:
    """Return median, quartiles and least of some measurements, and the measurements."""
    low, middle, high = np.quantile(samples, [0.25, 0.5, 0.75])
    return {
        "median": float(middle),
        "quartiles": [float(low), float(high)],
        "least": float(min(samples)),
        "samples": [round(value, 9) for value in samples],
    }


def ratios(slow: list[float], fast: list[float]) -> dict[str, Any]:
    """Return the summary of round by round ratios: how many times as long the first took as the second."""
    return summary([one / other for one, other in zip(slow, fast, strict=True)])
