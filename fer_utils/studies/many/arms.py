"""What the study of many images compares, and how one row of it is made."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from fer_utils import storage
from fer_utils.checks import BadInput, bad, one_of
from fer_utils.cppn import Network
from fer_utils.images import Array
from fer_utils.studies.making import short_recipe
from fer_utils.studies.many.conditioned import Conditioned, drawing_error, one_hot, untrained
from fer_utils.studies.many.descending import Lesson, descend
from fer_utils.studies.many.family import Family, Split, baselines, family_named, split
from fer_utils.studies.many.sharing import alignment, mean_measures, sharing
from fer_utils.studies.matching import first_at, steps_to_keep
from fer_utils.training import initialise

Row = dict[str, Any]
SIDE, MEASURED = 32, 64  # pixels a side: what networks are trained and ablated on, and where P, G and N are measured
LOOKED, OPENED, STANDS = 8, 4, 4  # images looked at for sharing, for P, G and N, and to turn factors over
KEPT = 20  # about how many steps of a path are kept
STEPS, LENGTH = 2000, 20  # of training; the long runs have so many times as many
MARKS: Final = {"mushroom": 2e-2, "tomato": 1.5e-2}
COUNTS: Final = (2, 4, 8, 16, 32)  # images shown
FIRST_SEED = 10  # the first ten were used while the study was planned
EVOLVED, ALONE = "evolved", "one image each"
CODINGS: Final = ("evolved", "untrained", "factors", "one-hot", "shuffled factors", "alone")


@dataclass(frozen=True)
class Arm:
    """One way to come by networks that draw the images of a family.

    Args:
        name: What tables call it.
        family: Of images.
        coding: How the network is told which image is meant; one of `CODINGS`. "shuffled factors" hands the factors'
            codes to the wrong images; "alone" trains a network of its own for each image.
        count: How many images are shown.
        steps: Of training.
        decay: Of the weights, as in `descend`.
        seeds: How many.
        whole: Whether training goes on after the mark; that of long runs does in any case.

    Raises:
        BadInput: The coding is none.

    Source: ours.
    """

    name: str
    family: str
    coding: str
    count: int
    steps: int = STEPS
    decay: float = 0.0
    seeds: int = 5
    whole: bool = False

    def __post_init__(self) -> None:
        """Check the coding."""
        one_of("coding", self.coding, CODINGS)

    @property
    def long(self) -> bool:
        """Whether this is a long run."""
        return self.steps > 2 * STEPS

    def key(self, seed: int) -> str:
        """Return the name of one row: the same work has the same name everywhere."""
        parts = (
            self.family,
            self.coding,
            str(self.count),
            str(self.steps),
            repr(self.decay),
            str(seed),
            str(self.whole),
        )
        return storage.content_hash("fer-many/2", repr(MARKS[self.family]), *parts)[:24]


def plan() -> tuple[Arm, ...]:
    """Return all arms, what matters most first."""
    long = f"factors, 16 images, {LENGTH} times the steps"
    return (
        Arm(EVOLVED, "mushroom", "evolved", 32),
        Arm("untrained", "mushroom", "untrained", 32),
        *_told("mushroom", "factors", 32, 8, 2),
        Arm(ALONE, "mushroom", "alone", 8, steps=2 * STEPS),
        *_told("mushroom", "factors", 16, 4),
        *_told("mushroom", "one-hot", 32, 8),
        *_told("mushroom", "shuffled factors", 32),
        Arm(long, "mushroom", "factors", 16, steps=LENGTH * STEPS, seeds=3),
        Arm(f"{long}, decay 1", "mushroom", "factors", 16, steps=LENGTH * STEPS, decay=1.0, seeds=3),
        *_told("mushroom", "one-hot", 2, 16, 4),
        Arm(f"{long}, decay .1", "mushroom", "factors", 16, steps=LENGTH * STEPS, decay=0.1, seeds=3),
        Arm(EVOLVED, "tomato", "evolved", 32),
        *_told("tomato", "factors", 32, 8),
        Arm(ALONE, "tomato", "alone", 8, steps=2 * STEPS),
        *_told("tomato", "factors", 16, 4, 2),
    )


def _told(family: str, coding: str, *counts: int) -> list[Arm]:
    """Return arms that differ in the number of images."""
    return [Arm(f"{coding}, {count} images", family, coding, count) for count in counts]


def arm_named(name: str, family: str = "mushroom") -> Arm:
    """Return an arm of the plan.

    Raises:
        BadInput: There is none of this name for this family.

    Source: ours.
    """
    here = [arm for arm in plan() if arm.family == family]
    found = next((arm for arm in here if arm.name == name), None)
    if found is None:
        raise bad("arm", f"one of {', '.join(arm.name for arm in here)}", name)
    return found


def row_of(arm: Arm, seed: int) -> Row:
    """Make one arm's networks and measure them at the mark; what goes wrong becomes a row too.

    Args:
        arm: What to make.
        seed: Of the images that are shown, of the first weights and of the pixels.

    Returns:
        "status" ("reached", "missed" or "failed"), "error", "unseen" and "between" (errors at the mark; on what was
        shown, on combinations that were not, and on points between), the same with "_last" (at the end), what can be
        guessed without a network ("nearest", "mean", "additive"; likewise "between_…"), P, G, N and K, "used", "reuse",
        "moved", "alignment", "curve" (step, error, unseen, between), "seconds", "recipe".

    Source: ours.
    """
    row: Row = {"image": arm.family, "kind": arm.name, "seed": seed, "mark": MARKS[arm.family]}
    row |= {"coding": arm.coding, "images": arm.count, "decay": arm.decay, "planned": arm.steps}
    try:
        return row | _made(arm, seed)
    except Exception as error:
        # Whatever it was, the other rows go on, and the table says what happened to this one.
        reason = str(error) if isinstance(error, BadInput) else f"{type(error).__name__}: {error}"
        return row | {"status": "failed", "problem": reason}


@dataclass(frozen=True, eq=False)
class Trained:
    """What one row is measured on.

    Args:
        family: Of images.
        split: Which are shown.
        path: By step, what draws: one conditioned network, or one for each image.
        codes: ``(n, k)``: the code of each image shown, as the network is told it.
        asks: Whether a code that was not shown can be asked for.
        seconds: What it took.

    Source: ours.
    """

    family: Family
    split: Split
    path: dict[int, Sequence[Any]]
    codes: Array
    asks: bool
    seconds: float

    def shown(self, step: int) -> list[Network]:
        """Return the networks of the images shown."""
        nets = self.path[step]
        return [(nets[number % len(nets)]).at(code) for number, code in enumerate(self.codes)]

    def at(self, step: int, codes: Any) -> list[Network]:
        """Return the networks under other codes."""
        return [self.path[step][0].at(code) for code in codes]


def made(arm: Arm, seed: int) -> Trained:
    """Train what an arm asks for, or take it where nothing is to be trained.

    Args:
        arm: What to make.
        seed: As in `row_of`.

    Source: ours.
    """
    family = family_named(arm.family)
    parts, shape, begun = split(family, arm.count, seed), family.network.architecture, time.perf_counter()
    codes = _codes(arm, parts, seed)
    asks = arm.coding in {"evolved", "untrained", "factors", "shuffled factors"}
    if arm.coding == "evolved":
        return Trained(family, parts, {0: [family]}, codes, asks, 0.0)
    if arm.coding == "alone":
        firsts = [initialise(shape, 1000 * seed + number).weights for number in range(arm.count)]
        starts = [Conditioned(shape, first, tuple(others)) for first, *others in firsts]
        lesson = Lesson(codes[:, None], family.images(parts.shown, SIDE)[:, None])
    else:
        starts = [untrained(shape, codes.shape[1], seed, active=1 if arm.coding == "one-hot" else None)]
        lesson = Lesson(codes[None], family.images(parts.shown, SIDE)[None])
    steps = 0 if arm.coding == "untrained" else arm.steps
    stops = steps_to_keep(steps, count=KEPT) if steps else (0,)
    walk = descend(starts, lesson, short_recipe(steps=arm.steps), seed=seed, stops=stops, decay=arm.decay)
    run = Trained(family, parts, {}, codes, asks, 0.0)
    pictures, until = family.images(parts.shown, SIDE), 0.0 if arm.long or arm.whole else MARKS[arm.family]
    for step, networks in walk:
        run.path[step] = networks
        if drawing_error(run.shown(step), pictures) <= until:
            break
    return replace(run, seconds=time.perf_counter() - begun)


def _codes(arm: Arm, parts: Split, seed: int) -> Array:
    """Return what the network is told of each image shown: ``(n, k)``."""
    if arm.coding == "one-hot":
        return one_hot(arm.count)
    if arm.coding == "alone":
        return np.zeros((arm.count, 0))
    if arm.coding == "shuffled factors":
        return np.random.Generator(np.random.PCG64([seed, 3])).permutation(parts.shown)
    return parts.shown


def _made(arm: Arm, seed: int) -> Row:
    run = made(arm, seed)
    curve = _curve(run)
    at = {int(step): errors for step, *errors in curve}
    step, reached = first_at({here: errors[0] for here, errors in at.items()}, MARKS[arm.family])
    names, last = ("error", "unseen", "between"), max(at)
    asked = {"": run.split.unseen, "between_": run.split.between}
    guesses = {
        prefix + name: value
        for prefix, codes in asked.items()
        for name, value in baselines(run.family, run.split.shown, codes, SIDE).items()
    }
    return {
        "status": "reached" if reached else "missed",
        "problem": "",
        "step": step,
        "steps": last,
        "least_error": min(errors[0] for errors in at.values()),
        **dict(zip(names, at[step], strict=True)),
        **{f"{name}_last": value for name, value in zip(names, at[last], strict=True)},
        **guesses,
        **insides(run, step),
        **({f"{name}_last": value for name, value in insides(run, last).items()} if arm.long else {}),
        "curve": curve,
        "seconds": round(run.seconds, 2),
        "recipe": json.dumps({"steps": arm.steps, "decay": arm.decay, "schedule": "cosine", "trained_at": SIDE}),
    }


def insides(run: Trained, step: int) -> Row:
    """Measure what an arm's networks are like inside at one step.

    Args:
        run: What was made.
        step: Of its path.

    Returns:
        P, G, N and K, each a mean over at most four images shown; "used" and "reuse" over at most eight; "moved" and
        "alignment" where factors can be turned over.

    Source: ours.
    """
    networks = run.shown(step)[:LOOKED]
    shared = sharing(networks, size=SIDE)
    found: Row = {**mean_measures(networks[:OPENED], size=MEASURED), "used": shared.used, "reuse": shared.reuse}
    if run.asks:
        turned = alignment(run.path[step][0].at, run.codes[:STANDS], size=SIDE)
        found |= {"moved": turned.moved, "alignment": turned.alignment}
    return {name: _plain(value) for name, value in found.items()}


def _curve(run: Trained) -> list[list[Any]]:
    """Return for every step its errors on what was shown, on what was not, and in between."""
    split = run.split
    pictures = [run.family.images(codes, SIDE) for codes in (split.shown, split.unseen, split.between)]
    lines: list[list[Any]] = []
    for step in run.path:
        others = [run.at(step, codes) if run.asks else None for codes in (split.unseen, split.between)]
        drawn = [run.shown(step), *others]
        lines.append([step, *(_error(one, wanted) for one, wanted in zip(drawn, pictures, strict=True))])
    return lines


def _error(networks: Sequence[Network] | None, pictures: Array) -> float | None:
    return drawing_error(networks, pictures) if networks is not None else None


def _plain(value: float) -> float | None:
    """A number that JSON has."""
    return float(value) if np.isfinite(value) else None
