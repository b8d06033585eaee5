"""Does the order matter? Gradient descent through a curriculum of pictures, on a fixed and on a growing network.

A run has five stages: four *lessons* for half of the steps together, then the subject's picture for the other half.
Every stage begins with a fresh optimiser and its rate falls to zero anew. On a growing network every stage but the
first also begins with growth that changes nothing at first (`growing`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fer_utils import garden, images
from fer_utils.checks import one_of, whole
from fer_utils.cppn import Architecture
from fer_utils.images import Array
from fer_utils.layerize import layerize
from fer_utils.studies import making
from fer_utils.studies.arms import Arm, Made, Study, Subject
from fer_utils.studies.growing import grown, smaller
from fer_utils.studies.matching import path_errors
from fer_utils.training import initialise
from fer_utils.training.losing import lost

BASELINE = "SGD, direct"
MARKS = {"mushroom": 2e-2, "tomato": 5e-3}
STEPS = 3000
STAGES = 5
SHAMS: Final = ("jester", "moth", "fish", "clown", "sunset")  # bred by eye, of other sessions than the subjects
EVERY = 9  # a path is kept about every so many steps, since a stage's first steps lead far
# Each against its own null: the same stages with other pictures, another order, or no growth.
CONTRASTS: Final = (
    ("ancestors", "sham"),
    ("ancestors", "ancestors, the last ones first"),
    ("ancestors, growing", "sham, growing"),
    ("growing", "direct, rate restarted"),
    ("growing", "direct, three fifths of the network"),
)
SIDES: Final = (4, 8, 16, 32)  # pixels a side of the coarse pictures
ORDERS: Final = ("target", "ancestors", "reversed", "last ancestors", "sham", "coarse")


def order() -> Study:
    """Return the study."""
    arms = (
        Arm("evolved", "evolved", making.evolved, seeds=1),
        Arm(BASELINE, "direct", direct, {"steps": STEPS}),
        _arm("direct, rate restarted", "target"),
        _arm("ancestors", "ancestors"),
        _arm("sham", "sham"),
        _arm("coarse to fine", "coarse"),
        _arm("growing", "target", growing=True),
        _arm("ancestors, growing", "ancestors", growing=True),
        _arm("sham, growing", "sham", growing=True),
        _arm("coarse to fine, growing", "coarse", growing=True),
        _arm("ancestors, the last ones first", "reversed"),
        _arm("ancestors, only the last four", "last ancestors"),
        Arm("direct, three fifths of the network", "direct", direct, {"steps": STEPS, "share": 0.6}),
    )
    return Study("order", arms, MARKS, BASELINE, seeds=10)


def lessons(subject: Subject, order: str, *, seed: int = 0, count: int = STAGES - 1) -> list[Array]:
    """Return the pictures that come before the subject's, in order.

    Args:
        subject: What is to be drawn in the end.
        order: "target": the subject's own picture each time; "ancestors": of the subject, spread evenly over its line;
            "reversed": the same, the last first; "last ancestors": its nearest; "sham": of another picture of the
            garden, spread likewise; "coarse": the subject's picture, blurred less and less.
        seed: Says whose ancestors the sham's are: the line of ``SHAMS[seed % 5]``.
        count: How many, from 1 to 4.

    Returns:
        Each ``(size, size, 3)`` in [0, 1].

    Raises:
        BadInput: There is no such order, or the count is out of range.

    Source: ours; the paper's section 7 asks for the order of learning.
    """
    one_of("order", order, ORDERS)
    whole("count", count, least=1, most=len(SIDES))
    if order == "target":
        return [subject.target] * count
    if order == "coarse":
        return [blurred(subject.target, side) for side in SIDES[-count:]]
    name = SHAMS[seed % len(SHAMS)] if order == "sham" else subject.name
    line, _ = garden.ancestors(name, count=None if order == "last ancestors" else count + 1)
    drawn = [layerize(one).image(subject.size) for one in line[-1 - count : -1]]
    return drawn[::-1] if order == "reversed" else drawn


def blurred(target: Array, side: int) -> Array:
    """Return a picture as a coarse one of some pixels a side shows it, on the picture's own grid."""
    return images.resample(images.resample(target, min(side, len(target))), len(target))


def stages_of(architecture: Architecture, *, growing: bool, count: int = STAGES) -> list[Architecture]:
    """Return the architecture of each stage: the whole from the first on, or rising by equal shares to the whole."""
    shares = [(stage + 1) / count for stage in range(count)]
    return [smaller(architecture, share) for share in shares] if growing else [architecture] * count


@dataclass(frozen=True)
class Growth:
    """A stage of growth.

    Args:
        architecture: What the network has become.
        change: By how much any raw output at any pixel changed when it did.

    Source: ours.
    """

    architecture: Architecture
    change: float


def growths(architecture: Architecture, *, seed: int = 0, size: int = 64) -> list[Growth]:
    """Grow an untrained network stage by stage, and measure what that changes.

    Args:
        architecture: The whole.
        seed: Of the first weights and of those into new neurons.
        size: Side of the grid in pixels.

    Source: ours.
    """
    first, *rest = stages_of(architecture, growing=True)
    network, found = initialise(first, seed), [Growth(first, 0.0)]
    for stage, shape in enumerate(rest):
        larger = grown(network, shape, seed=STAGES * seed + stage)
        found.append(Growth(shape, float(np.abs(larger.outputs(size) - network.outputs(size)).max())))
        network = larger
    return found


def direct(subject: Subject, seed: int, *, steps: int = STEPS, share: float = 1.0) -> Made:
    """Train a network on the subject's picture alone, its rate falling once.

    Args:
        subject: What to draw.
        seed: Of the first weights.
        steps: Of training, at most.
        share: Of the subject's architecture, as in `growing.smaller`.

    Source: paper, conventional SGD; the falling rate is ours.
    """
    start = initialise(smaller(subject.network.architecture, share), seed)
    recipe = making.short_recipe(steps=steps)
    made = making.descended(subject.target, start, recipe, seed=seed, until=subject.mark, keep=steps // EVERY)
    return Made(made.path, made.seconds, {**made.recipe, "lost": _lost(made.path, subject)})


def taught(
    subject: Subject,
    seed: int,
    *,
    order: str,
    growing: bool = False,
    steps: int = STEPS,
    until: float | None = None,
) -> Made:
    """Train a network on one picture after the other, the subject's last.

    Args:
        subject: What is to be drawn in the end.
        seed: Of the first weights, of those into new neurons, and of the sham.
        order: Which pictures come before, as in `lessons`.
        growing: Begin with a fifth of the architecture, and grow at every stage.
        steps: Of training in all: half for the lessons, half for the subject.
        until: Error on the *subject's* picture at which nothing more is trained; None for the subject's mark.

    Returns:
        The whole path, lessons included: what draws the subject well enough during a lesson is measured there.

    Source: ours.
    """
    begun, mark = time.perf_counter(), subject.mark if until is None else until
    targets = [*lessons(subject, order, seed=seed), subject.target]
    shapes = stages_of(subject.network.architecture, growing=growing)
    early = steps // (2 * (STAGES - 1))
    network, done = initialise(shapes[0], seed), 0
    path: dict[int, Any] = {}
    for stage, (target, shape) in enumerate(zip(targets, shapes, strict=True)):
        last = stage == STAGES - 1
        recipe = making.short_recipe(steps=steps - done if last else early)
        start = grown(network, shape, seed=STAGES * seed + stage)
        until_here = mark if last or order == "target" else 0.0
        made = making.descended(target, start, recipe, seed=seed, until=until_here, keep=recipe.steps // EVERY)
        path |= {done + step: one for step, one in made.path.items()}
        if min(path_errors(made.path, subject.target).values()) <= mark:
            break
        network, done = made.path[max(made.path)], done + recipe.steps
    record = {"order": order, "steps": steps, "schedule": "cosine", "stages": [str(shape) for shape in shapes]}
    return Made(path, time.perf_counter() - begun, {**record, "lost": _lost(path, subject)})


def ends(made: Made, *, steps: int = STEPS) -> list[tuple[int, Any]]:
    """Return the network that each stage of a path ended with, and its step; stages that never came are left out.

    Args:
        made: What `taught` returned.
        steps: Those it was given.

    Source: ours.
    """
    early, last = steps // (2 * (STAGES - 1)), max(made.path)
    starts = [early * stage for stage in range(STAGES)]
    stops = [min(stop, last) for start, stop in zip(starts, [*starts[1:], steps], strict=True) if start < last]
    return [(stop, made.path[stop]) for stop in stops]


def _lost(path: Any, subject: Subject) -> str:
    return lost(path[max(path)], subject.target)


def _arm(name: str, order: str, *, growing: bool = False) -> Arm:
    family = "growing" if growing else "fixed"
    return Arm(name, family, taught, {"order": order, "growing": growing, "steps": STEPS})
