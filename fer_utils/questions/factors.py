"""Images whose every factor is known: shape, colour, texture, place, size, background; any pair as tied as you like.

Four kinds of shape, colour and texture are categories, each as likely as the others; place, size and background are
measures, drawn evenly from a range. What follows another factor takes its share of the way: of four kinds the second,
of a range what lies between a quarter and half of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import BadInput, bad, one_of, real, whole
from fer_utils.questions.sets import LabelledSet

SHAPES: Final = ("disc", "square", "triangle", "cross")
COLOURS: Final = ("red", "green", "blue", "yellow")
TEXTURES: Final = ("plain", "rows", "columns", "checks")
FACTORS: Final = {
    "shape": SHAPES,
    "colour": COLOURS,
    "texture": TEXTURES,
}  # the categories; each may be a label or a cue
MEASURES: Final = {"x": (-0.35, 0.35), "y": (-0.35, 0.35), "size": (0.35, 0.6), "background": (0.0, 0.35)}
RGB: Final = np.array([[0.9, 0.2, 0.2], [0.2, 0.8, 0.3], [0.25, 0.35, 0.95], [0.9, 0.85, 0.2]])
ALL: Final = (*FACTORS, *MEASURES)
NOISE: Final = 0.03  # standard deviation of what is added to every pixel


@dataclass(frozen=True, eq=False)
class FactorImages:
    """Images, and what each was drawn from.

    Args:
        images: ``(n, 3, size, size)`` float32, near [0, 1].
        factors: For "shape", "colour" and "texture" ``(n,)`` whole numbers from 0; for "x", "y", "size" and
            "background" ``(n,)`` floats.

    Source: ours.
    """

    images: NDArray[np.float32]
    factors: dict[str, NDArray[np.generic]]

    def labelled(self, label: str, test: FactorImages, *, name: str = "") -> LabelledSet:
        """Take one category for the label, and other images for the test.

        Args:
            label: "shape", "colour" or "texture".
            test: The images to be tested on.
            name: For titles.

        Raises:
            BadInput: The label is no category.
        """
        one_of("label", label, tuple(FACTORS))
        y, test_y = (np.asarray(part.factors[label], dtype=np.int64) for part in (self, test))
        return LabelledSet(name or f"images by {label}", self.images, y, test.images, test_y, len(FACTORS[label]))


def draw_factors(
    count: int,
    *,
    seed: int,
    size: int = 16,
    tied: Mapping[tuple[str, str], float] | None = None,
    within: Mapping[str, tuple[float, float]] | None = None,
) -> FactorImages:
    """Draw images from random factors.

    Args:
        count: How many.
        seed: Of everything random.
        size: Side in pixels, at least 8.
        tied: For a pair of factors, such as ("shape", "colour") or ("x", "background"), how often the second follows
            the first; otherwise it is drawn freely. 0 is independence, 1 is perfect agreement; between two measures it
            is their correlation. A factor may follow only one other, and none that follows it.
        within: For a measure the range it is drawn from, where that is not `MEASURES`' own.

    Returns:
        The images with their factors.

    Raises:
        BadInput: A factor is unknown, a probability or a range cannot be, or the ties run in a circle.

    Source: ours.
    """
    whole("count", count, least=1)
    whole("size", size, least=8, most=256)
    ranges = _ranges(within or {})
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    factors: dict[str, NDArray[np.generic]] = {
        name: rng.integers(len(kinds), size=count) for name, kinds in FACTORS.items()
    }
    ties = [(pair, rng.random(count) < strength) for pair, strength in _ordered(tied or {})]
    factors |= {name: rng.uniform(low, high, count) for name, (low, high) in ranges.items()}
    between = np.random.Generator(np.random.PCG64([seed, 1]))  # where in its share of a range a follower lies
    for (leader, follower), follows in ties:
        way = _way(factors[leader], leader, ranges, between)
        led = _at(way, follower, ranges)
        factors[follower] = np.where(follows, led, factors[follower])
    clean = _drawn(factors, size)
    return FactorImages((clean + rng.normal(0, NOISE, clean.shape)).astype(np.float32), factors)


def _ranges(within: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return every measure's range."""
    for name, ends in within.items():
        one_of("measure in within", name, tuple(MEASURES))
        if not isinstance(ends, tuple | list) or len(ends) != 2:
            raise bad(f"within[{name!r}]", "a lowest and a highest value", ends)
        low, high = (real(f"an end of within[{name!r}]", end, least=-1, most=1) for end in ends)
        if high < low or (name == "size" and low <= 0):
            raise bad(f"within[{name!r}]", "a lowest and a highest value" + " above 0" * (name == "size"), ends)
    return MEASURES | {name: (float(low), float(high)) for name, (low, high) in within.items()}


def _way(
    values: NDArray[np.generic], name: str, ranges: Mapping[str, tuple[float, float]], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return how far along its range each value of a factor is, in [0, 1); a category has a share of it to itself."""
    numbers = np.asarray(values, dtype=float)
    if name in FACTORS:
        return np.asarray((numbers + rng.random(len(numbers))) / len(FACTORS[name]))
    low, high = ranges[name]
    return np.asarray((numbers - low) / (high - low)) if high > low else rng.random(len(numbers))


def _at(way: NDArray[np.float64], name: str, ranges: Mapping[str, tuple[float, float]]) -> NDArray[np.generic]:
    """Return the value of a factor so far along its range."""
    if name in FACTORS:
        return np.asarray(np.minimum(way * len(FACTORS[name]), len(FACTORS[name]) - 1), dtype=np.int64)
    low, high = ranges[name]
    return np.asarray(low + (high - low) * way)


def _ordered(tied: Mapping[tuple[str, str], float]) -> list[tuple[tuple[str, str], float]]:
    """Return the ties so that a leader is settled before it is followed."""
    waiting = dict(tied)
    for pair, strength in waiting.items():
        if not isinstance(pair, tuple) or len(pair) != 2 or pair[0] == pair[1]:
            raise bad("tied", "pairs of two different factors", pair)
        for name in pair:
            one_of("factor in tied", name, ALL)
        real("strength in tied", strength, least=0, most=1)
    followers = [follower for _, follower in waiting]
    if len(set(followers)) < len(followers):
        raise bad("tied", "at most one leader for each factor", list(waiting))
    done: list[tuple[tuple[str, str], float]] = []
    while waiting:
        ready = [pair for pair in waiting if pair[0] not in {follower for _, follower in waiting}]
        if not ready:
            raise BadInput(f"tied must not run in a circle, got {list(tied)}.")
        done += [(pair, waiting.pop(pair)) for pair in ready]
    return done


def _drawn(factors: Mapping[str, NDArray[np.generic]], size: int) -> NDArray[np.float64]:
    """Draw the figures on their backgrounds, without noise."""
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    down, across = np.meshgrid(axis, axis, indexing="ij")
    place = {name: np.asarray(factors[name], dtype=float)[:, None, None] for name in MEASURES}
    u, v = (across - place["x"]) / place["size"], (down - place["y"]) / place["size"]
    inside = np.select(
        [np.asarray(factors["shape"])[:, None, None] == number for number in range(len(SHAPES))],
        [
            u**2 + v**2 <= 1,
            np.maximum(np.abs(u), np.abs(v)) <= 0.85,
            (v <= 0.8) & (v >= 2 * np.abs(u) - 1.1),
            (np.minimum(np.abs(u), np.abs(v)) <= 0.3) & (np.maximum(np.abs(u), np.abs(v)) <= 1),
        ],
    ).astype(bool)
    rows, columns = np.indices((size, size))
    stripes = np.stack([np.ones((size, size)), rows // 2 % 2, columns // 2 % 2, (rows // 2 + columns // 2) % 2])
    ink = RGB[np.asarray(factors["colour"])][:, :, None, None]
    dark = 0.45 + 0.55 * stripes[np.asarray(factors["texture"])][:, None]
    return np.where(inside[:, None], ink * dark, place["background"][:, None])
