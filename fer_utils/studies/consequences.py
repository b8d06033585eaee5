"""What fracture costs, if it costs anything: generalization, creativity and learning on, network by network.

`consequences_of` asks one network all three questions and returns plain columns, so that any study can add them to its
rows (`Study.after`). The columns, where S is a task's source ("evolved", "twin", "edit") and M a mask:

- ``hidden_S_M``: error on the hidden pixels when the shown ones are first drawn to the mark, ``shown_S_M`` on those,
  ``before_S_M`` on the hidden ones before a step was made; ``hidden_S`` the geometric mean over masks; ``outside``:
  error against the evolved network's picture beyond the frame.
- ``steps_S`` to the mark from the old picture (the budget where it was not reached); ``beside_S``: mean squared change
  where the task changes nothing.
- ``steps_1`` to ``steps_5`` for five tasks in a row, from the three sources in turn; ``reached`` how many of them,
  ``rest`` the mean over the second to the fifth, ``first`` the error on the first task after the fifth, ``back`` the
  steps back to the old picture.
- ``like_E``, ``distinct_E``, ``far_E``, ``symmetric_E``, ``step_E`` of a first generation; ``random_E``, ``novelty_E``,
  ``last_…`` of a session: see `breeding`; E is "even", "plain" or "one".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from fer_utils.controls import movable_weights, untrained
from fer_utils.cppn import Network
from fer_utils.images import Array
from fer_utils.studies import making, search
from fer_utils.studies.arms import Arm, Made, Study, Subject
from fer_utils.studies.breeding import bred
from fer_utils.studies.matching import first_at, path_errors
from fer_utils.studies.tasks import EDITS, MASKS, Mask, Task, edit, mutant, outside_frame, shown_pixels
from fer_utils.studies.tuning import tune
from fer_utils.studies.wired import pruned_to

MARKS: Final = search.MARKS
BASELINE: Final = "SGD, dense"
SOURCES: Final = ("evolved", "twin", "edit")
SHORT: Final = dict(zip(MASKS, ("right", "lower", "tenth"), strict=True))
ROW: Final = 5  # tasks in a row
BUDGET: Final = 150  # steps for a task
STEPS, LONG = 2000, 8000
RATIOS: Final = ("hidden_evolved", "hidden_twin", "hidden_edit", "beside_edit", "first", "outside")
OUTCOMES: Final = (
    *("hidden_evolved", "hidden_twin", "hidden_edit", "steps_evolved", "steps_twin", "steps_edit", "rest", "back"),
    *("beside_edit", "first", "distinct_even", "distinct_plain", "distinct_one", "novelty_even"),
    *("like_even", "like_plain"),
)
UNCHANGED: Final = 0.02  # of a colour: what a task leaves as it was
LEAST_UNCHANGED: Final = 0.02  # share of the pixels below which nothing is said of them


def consequences() -> Study:
    """Return the study."""
    penalties: dict[str, Any] = {"steps": 1200, "penalty_every": 8}
    arms = (
        Arm("evolved", "evolved", making.evolved),
        Arm(BASELINE, "SGD", trained_well, {"steps": STEPS}),
        Arm("evolved, every slot free", "evolved", making.evolved, later={"every_slot": True}),
        Arm("evolved, made dense, noise .1", "made dense", search.made_dense, {"noise": 0.1}),
        Arm("SGD, dense, 8,000 steps", "SGD", trained_long, {"steps": LONG}),
        Arm("SGD, pruned to 4 times the evolved count", "pruned", pruned_long, {"times": 4, "steps": LONG}),
        Arm("untrained", "untrained", fresh),
        Arm("weight decay .1", "weight decay", trained_well, {"steps": STEPS, "weight_l2": 0.1}),
        Arm("first weights × ½", "first weights", trained_well, {"steps": STEPS, "init_gain": 0.5}),
        Arm("parity penalty .3", "parity penalty", making.trained, {"parity_mixing": 0.3, **penalties}),
        Arm("modes penalty .03", "modes penalty", making.trained, {"response_modes": 0.03, **penalties}),
    )
    return Study("consequences", arms, MARKS, BASELINE, after=consequences_of)


def consequences_of(
    network: Network,
    subject: Subject,
    seed: int,
    *,
    every_slot: bool = False,
    parts: Iterable[str] = ("generalizing", "continuing", "breeding"),
) -> dict[str, Any]:
    """Ask a network that draws a subject's picture what its inside is good for.

    Args:
        network: Layered.
        subject: What it draws.
        seed: Of tasks, masks and children; the same seed means the same tasks for every network.
        every_slot: Whether weights that are zero, and those that only carry a value on, may move too.
        parts: Which of the three questions.

    Returns:
        Columns for a row: numbers, and None where there is none.

    Source: ours; the questions are the paper's, section 5.
    """
    wanted = set(parts)
    movable = np.ones(len(network.flat()), dtype=bool) if every_slot else movable_weights(network)
    found: dict[str, Any] = {}
    if "generalizing" in wanted:
        for source in SOURCES:
            found |= _generalized(network, subject, tasks_of(subject, source, seed)[0], movable, seed)
        beyond = [outside_frame(one, subject.size) for one in (network, subject.network)]
        found["outside"] = float(((beyond[0] - beyond[1]) ** 2).mean())
    if "continuing" in wanted:
        for source in SOURCES:
            found |= _learned(network, subject, tasks_of(subject, source, seed)[0], movable)
        found |= _continued(network, subject, in_a_row(subject, seed), movable)
    if "breeding" in wanted:
        found |= bred(network, movable, seed)
    return found


@cache
def tasks_of(subject: Subject, source: str, seed: int) -> tuple[Task, ...]:
    """Return two tasks from one source; kept, since every arm is given the same."""
    numbers = [2 * seed + number for number in range(2)]
    if source == "edit":
        kinds = [EDITS[number % len(EDITS)] for number in numbers]
        return tuple(Task(source, kind, edit(subject.network, kind, seed, size=subject.size)) for kind in kinds)
    parent = subject.network if source == "evolved" else _end(trained_well(subject, seed, steps=STEPS), subject)
    return tuple(Task(source, f"mutant {one}", mutant(parent, one, size=subject.size)) for one in numbers)


def in_a_row(subject: Subject, seed: int) -> list[Task]:
    """Return five tasks from the three sources in turn; which comes first depends on the seed."""
    turns = [SOURCES[(seed + number) % len(SOURCES)] for number in range(ROW)]
    return [tasks_of(subject, source, seed)[number // len(SOURCES)] for number, source in enumerate(turns)]


def trained_well(subject: Subject, seed: int, *, steps: int, tries: int = 4, **changes: Any) -> Made:
    """Train a network, and once more with another seed where it does not come to the mark.

    A few seeds lose all colour early and never come back; a twin that draws something else is no twin.

    Args:
        subject: What to draw.
        seed: Of the first weights; then 100 more, and so on.
        steps: Of training, at most.
        tries: Seeds, at most; the last stands, come to the mark or not.
        **changes: Fields of the recipe.
    """
    return _trained_well(subject, seed, steps, tries, tuple(sorted(changes.items())))


@cache
def _trained_well(subject: Subject, seed: int, steps: int, tries: int, changes: tuple[tuple[str, Any], ...]) -> Made:
    seconds = 0.0
    for number in range(tries):
        made = making.trained(subject, seed + 100 * number, steps=steps, **dict(changes))
        seconds += made.seconds
        if min(path_errors(made.path, subject.target).values()) <= subject.mark:
            break
    return Made(made.path, seconds, {**made.recipe, "seed": seed + 100 * number})


@cache
def trained_long(subject: Subject, seed: int, *, steps: int) -> Made:
    """Train the network that `trained_well` found for so many steps, mark or no mark: a twin as good as it gets."""
    first = trained_well(subject, seed, steps=STEPS)
    made = making.trained(subject, first.recipe["seed"], steps=steps, until=0.0)
    return Made({steps: made.path[max(made.path)]}, made.seconds, {**made.recipe, "seed": first.recipe["seed"]})


def pruned_long(subject: Subject, seed: int, *, times: float, steps: int) -> Made:
    """Prune the network of `trained_long` to so many times the weights that the evolved one has, and train it on."""
    dense = trained_long(subject, seed, steps=steps)
    keep = round(times * np.count_nonzero(subject.network.flat()))
    recipe = making.short_recipe(steps=steps // 16)
    made = pruned_to(subject.target, dense.path[max(dense.path)], keep, recipe, until=subject.mark)
    return Made(made.path, dense.seconds + made.seconds, made.recipe)


def fresh(subject: Subject, seed: int) -> Made:
    """Return an untrained network, which has everything still to learn: the null."""
    return Made({0: untrained(subject.network, seed=seed)}, 0.0, {"made": "untrained"})


def _end(made: Made, subject: Subject) -> Network:
    network: Network = made.path[first_at(path_errors(made.path, subject.target), subject.mark)[0]]
    return network


def _generalized(network: Network, subject: Subject, task: Task, movable: Mask, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mask, short in SHORT.items():
        shown = shown_pixels(mask, subject.size, seed=seed)
        hidden = np.setdiff1d(np.arange(subject.size**2), shown)
        tuned = tune(network, task.target, movable=movable, until=subject.mark, steps=BUDGET, shown=shown)
        name = f"{task.source}_{short}"
        found[f"hidden_{name}"] = _error(tuned.network, task.target, hidden)
        found[f"shown_{name}"] = tuned.error
        found[f"before_{name}"] = _error(network, task.target, hidden)
    errors = [found[f"hidden_{task.source}_{short}"] for short in SHORT.values()]
    return {**found, f"hidden_{task.source}": float(np.exp(np.mean(np.log(errors))))}


def _learned(network: Network, subject: Subject, task: Task, movable: Mask) -> dict[str, Any]:
    tuned = tune(network, task.target, movable=movable, until=subject.mark, steps=BUDGET)
    beside = _beside(network, tuned.network, subject, task)
    return {f"steps_{task.source}": tuned.steps, f"beside_{task.source}": beside}


def _continued(network: Network, subject: Subject, tasks: Sequence[Task], movable: Mask) -> dict[str, Any]:
    here, steps, reached = network, list[int](), 0
    for task in tasks:
        tuned = tune(here, task.target, movable=movable, until=subject.mark, steps=BUDGET)
        here, reached = tuned.network, reached + tuned.reached
        steps.append(tuned.steps)
    back = tune(here, subject.target, movable=movable, until=subject.mark, steps=BUDGET)
    return {
        **{f"steps_{number + 1}": count for number, count in enumerate(steps)},
        "rest": float(np.mean(steps[1:])),
        "reached": reached,
        "first": _error(here, tasks[0].target),
        "back": back.steps,
    }


def _beside(before: Network, after: Network, subject: Subject, task: Task) -> float | None:
    """Return the mean squared change of what the task leaves as it was; None where that is next to nothing."""
    same = (np.abs(task.target - subject.target).max(axis=-1) < UNCHANGED).ravel()
    if same.mean() < LEAST_UNCHANGED:
        return None
    return float(((after.image(subject.size) - before.image(subject.size)) ** 2).reshape(-1, 3)[same].mean())


def _error(network: Network, target: Array, places: Any = slice(None)) -> float:
    return float(((network.image(len(target)) - target) ** 2).reshape(-1, 3)[places].mean())
