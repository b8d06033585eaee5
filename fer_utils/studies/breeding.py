"""Breed from a network's weights: how many children look like pictures, and how many of them are different pictures?

Where a network comes from plays no part: its weights move by one rule, its children are judged by the rule of `looks`,
and two pictures are two where they differ by `DISTINCT`.

Convention that bites: only weights move. What evolution does besides, new nodes and connections, no dense network can
do, so it is left out for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_utils import evolution
from fer_utils.checks import one_of, real, whole
from fer_utils.cppn import Network
from fer_utils.studies.looks import Pictures, apart, distinct, draw_many, image_like
from fer_utils.studies.tasks import RATE, Mask, moved

SIDE: Final = 32  # pixels a side at which children are drawn
EVEN: Final = 0.15  # median root mean square difference of a child from its parent, where steps are even
PLAIN: Final = 0.5  # standard deviation of a weight's move where they are not: that of evolution's operators
DISTINCT: Final = 0.1  # root mean square difference from which two pictures are two
SYMMETRIC: Final = 0.95  # share of a picture's variance that its mirror image keeps, from which it is symmetric
TRIALS: Final = 24  # children that an even step is found with
STEPS: Final = (1e-4, 16.0)  # between which it is looked for
CHOICES: Final = ("random", "novelty")
NEIGHBOURS: Final = 5


@dataclass(frozen=True, eq=False)
class Brood:
    """Children of one parent.

    Args:
        pictures: ``(count, SIDE, SIDE, 3)``.
        like: ``(count,)``: which look like pictures.
        kept: Places of those that do, and are unlike the parent and unlike each other.
        symmetric: Share of all children that are symmetric.

    Source: ours.
    """

    pictures: Pictures
    like: NDArray[np.bool_]
    kept: list[int]
    symmetric: float


def even_step(network: Network, movable: Mask, *, seed: int, rate: float = RATE, change: float = EVEN) -> float:
    """Find the size of a weight's move at which the median child differs by so much from its parent.

    Args:
        network: The parent.
        movable: ``(n,)``: which weights move.
        seed: Of the children that are tried.
        rate: Chance of each weight to move; 0 for exactly one.
        change: Root mean square difference.

    Returns:
        A standard deviation, within `STEPS`; its upper end where no step goes so far.

    Source: ours.
    """
    rng = _generator(seed, 17)
    ways = np.array([moved(movable, rng, rate=rate) for _ in range(TRIALS)])
    parent = draw_many(network.architecture, network.flat()[None], SIDE)

    def middle(step: float) -> float:
        drawn = draw_many(network.architecture, network.flat() + step * ways, SIDE)
        return float(np.median(apart(drawn, parent)))

    low, high = np.log(STEPS)
    for _ in range(10):
        half = (low + high) / 2
        low, high = (half, high) if middle(float(np.exp(half))) < real("change", change, above=0) else (low, half)
    return float(np.exp(high))


def brood(
    network: Network, movable: Mask, *, step: float, count: int, seed: int, rate: float = RATE, least: float = DISTINCT
) -> Brood:
    """Draw the children of a network, and judge them.

    Args:
        network: The parent.
        movable: ``(n,)``: which weights move.
        step: Standard deviation of a weight's move.
        count: How many children.
        seed: Of their moves.
        rate: Chance of each weight to move; 0 for exactly one.
        least: Root mean square difference from which two pictures are two.

    Source: ours.
    """
    drawn = children(network, movable, step=step, count=count, seed=seed, rate=rate)
    parent = draw_many(network.architecture, network.flat()[None], SIDE)
    return _judged(drawn, parent, least)


def children(
    network: Network, movable: Mask, *, step: float, count: int, seed: int, rate: float = RATE, size: int = SIDE
) -> Pictures:
    """Draw the children that `brood` judges, at any size: ``(count, size, size, 3)``; see `brood` for the arguments."""
    rng = _generator(seed, 29)
    flats = network.flat() + step * np.array([moved(movable, rng, rate=rate) for _ in range(count)])
    return draw_many(network.architecture, flats, size)


def generations(
    network: Network, movable: Mask, *, step: float, choice: str, count: int, shown: int, seed: int
) -> list[Brood]:
    """Breed for some generations, one parent each, chosen from the last by a rule that sees pictures alone.

    Args:
        network: The first parent.
        movable: ``(n,)``: which weights move.
        step: Standard deviation of a weight's move, the same in all generations.
        choice: "random", any child; or "novelty", of the children that look like pictures the one that is farthest from
            the pictures seen before (mean over the nearest five). Where none does, the parent stays.
        count: Generations.
        shown: Children in each.
        seed: Of moves and choices.

    Returns:
        A brood for each generation; "kept" counts what is unlike all that was kept in the generations before.

    Source: ours, after Lehman and Stanley 2010 (novelty with a least criterion).
    """
    one_of("choice", choice, CHOICES)
    rng, here, broods = _generator(seed, 31), network.flat(), list[Brood]()
    known = draw_many(network.architecture, here[None], SIDE)
    for _ in range(whole("count", count, least=1)):
        flats = here + step * np.array([moved(movable, rng) for _ in range(shown)])
        drawn = draw_many(network.architecture, flats, SIDE)
        one = _judged(drawn, known, DISTINCT)
        broods.append(one)
        place = rng.integers(shown) if choice == "random" else _newest(one, known)
        known = np.concatenate([known, drawn[one.kept]])
        here = flats[place] if place is not None else here
    return broods


def _newest(one: Brood, known: Any) -> int | None:
    likely = np.flatnonzero(one.like)
    if not len(likely):
        return None
    nearest = np.sort(apart(one.pictures[likely], known), axis=1)[:, :NEIGHBOURS]
    return int(likely[nearest.mean(axis=1).argmax()])


def _judged(drawn: Pictures, known: Any, least: float) -> Brood:
    drawn = np.nan_to_num(drawn)
    like = image_like(drawn)
    places = np.flatnonzero(like)
    kept = [int(places[place]) for place in distinct(drawn[places], known, least=least)]
    mirrored = [evolution.DESCRIPTORS["symmetry"](picture) >= SYMMETRIC for picture in drawn]
    return Brood(drawn, like, kept, float(np.mean(mirrored)))


def bred(network: Network, movable: Mask, seed: int, *, shown: int = 40, count: int = 8) -> dict[str, Any]:
    """Return what a study's row says of breeding from a network; see `consequences` for the columns.

    Args:
        network: The first parent.
        movable: ``(n,)``: which weights move.
        seed: Of all that is drawn.
        shown: Children of the first generation alone; half as many in each generation of a session.
        count: Generations of a session.

    Source: ours.
    """
    steps = {
        "even": (even_step(network, movable, seed=seed), RATE),
        "plain": (PLAIN, RATE),
        "one": (even_step(network, movable, seed=seed, rate=0.0), 0.0),
    }
    found: dict[str, Any] = {}
    for name, (step, rate) in steps.items():
        one = brood(network, movable, step=step, count=shown, seed=seed, rate=rate)
        found |= {f"step_{name}": step, f"like_{name}": float(one.like.mean()), f"symmetric_{name}": one.symmetric}
        found[f"distinct_{name}"] = len(one.kept)
        parent = draw_many(network.architecture, network.flat()[None], SIDE)
        likely = one.pictures[one.like]
        found[f"far_{name}"] = len(distinct(likely, parent, least=2 * DISTINCT))
    for name in ("even", "plain"):
        for choice in CHOICES:
            step = steps[name][0]
            broods = generations(network, movable, step=step, choice=choice, count=count, shown=shown // 2, seed=seed)
            found[f"{choice}_{name}"] = sum(len(one.kept) for one in broods)
            found[f"last_{choice}_{name}"] = float(broods[-1].like.mean())
    return found


def _generator(seed: int, salt: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([whole("seed", seed, least=0), salt]))
