"""What a kind of network brings along: how it fares with few examples, with shifts, and where two cues disagree.

The study of the chapter "Compare the biases". It has two tables. *Efficiency*: MLP, CNN and attention with equally many
weights, on known-factor images, real digits and MNIST-1D, from few examples to many, whole or with a random body under
a trained readout; tested on shifted examples too. *Preference*: the same networks where shape and texture name the
label equally well, each stopped at the same accuracy, then asked where the two disagree; with a body that is random,
or taken from a network that had learnt something else. ``python -m fer_utils.questions.biases FOLDER`` makes both, row
by row; stopped, it goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from torch import nn

from fer_utils.checks import one_of
from fer_utils.questions.factors import FACTORS, FactorImages, draw_factors
from fer_utils.questions.insides import fracture
from fer_utils.questions.learning import Learning, Study, accuracy, learn
from fer_utils.questions.matching import freeze, matched_width, transplant, weights
from fer_utils.questions.models import build
from fer_utils.questions.probing import layers, probe, probe_measure
from fer_utils.questions.sets import Examples, LabelledSet, digits, mnist1d
from fer_utils.questions.shortcuts import followed
from fer_utils.questions.tables import fill

Row = dict[str, Any]
Tell = Callable[[tuple[Any, ...], Row], None] | None
KINDS: Final = ("mlp", "cnn", "attention")
SETS: Final = ("shapes", "digits", "MNIST-1D")
SIZES: Final = (50, 100, 200)  # examples to learn from; any others can be asked for
BODIES: Final = ("learnt", "random")
CONDITIONS: Final = (
    "learnt",
    "first layer random",
    "body random",
    "body of another seed",
    "body that learnt shape",
    "body that learnt texture",
)
BUDGET: Final = 20_000  # weights
STEPS: Final = 250  # of training, about
BATCH: Final = 50
LIKE: Final = 0.9  # accuracy at which all are compared
NEAR: Final = {"x": (-0.15, 0.15), "y": (-0.15, 0.15), "size": (0.4, 0.55)}  # figures near the middle
PIXEL: Final = 2 / 16  # in units of the images' sides, at 16 pixels
SHIFTS: Final = {"shapes": (0, 1, 2, 3), "digits": (0, 1, 2, 3), "MNIST-1D": (0, 2, 4, 8)}  # pixels


def images(count: int, *, seed: int, tied: float = 0.0, right: float = 0.0) -> FactorImages:
    """Draw known-factor images near the middle.

    Args:
        count: How many.
        seed: Of everything random.
        tied: How often texture follows shape.
        right: How far to the right of the middle, in pixels.

    Source: ours.
    """
    low, high = NEAR["x"]
    within = {**NEAR, "x": (low + right * PIXEL, high + right * PIXEL)}
    return draw_factors(count, seed=seed, tied={("shape", "texture"): tied} if tied else None, within=within)


def study_of(examples: int, *, steps: int = STEPS, until: float | None = None) -> Study:
    """Return how all are trained: about as many steps whatever the number of examples, at most 200 epochs."""
    epochs = int(np.clip(round(steps * BATCH / examples), 4, 200))
    return Study(epochs=epochs, batch=BATCH, rate=2e-3, stop=until is None, look=1 if until else epochs, until=until)


# --- few examples, and shifts ---


def set_of(name: str, examples: int, seed: int) -> LabelledSet:
    """Return one of the three sets with so many examples to learn from, drawn by the seed."""
    one_of("set", name, SETS)
    if name == "shapes":
        return images(examples, seed=seed).labelled("shape", images(500, seed=10_000 + seed))
    return (digits(seed=seed) if name == "digits" else _signals(seed)).first(examples)


@lru_cache(maxsize=2)
def _signals(seed: int) -> LabelledSet:
    return mnist1d(count=2000, seed=seed)  # takes longer than to train on them


def moved(name: str, data: LabelledSet, by: int, seed: int) -> tuple[Examples, Any]:
    """Return test examples and labels, moved to the right by whole pixels.

    Shapes are drawn anew where they now stand; digits come in with empty pixels; signals, noisy everywhere, go round.
    """
    if name == "shapes":
        found = images(500, seed=10_000 + seed, right=by)
        return found.images, np.asarray(found.factors["shape"], dtype=np.int64)
    turned = np.roll(data.test_x, by, axis=-1)
    if name == "digits" and by:
        turned[..., :by] = 0
    return turned, data.test_y


def efficiency_row(name: str, kind: str, body: str, examples: int, seed: int, *, steps: int = STEPS) -> Row:
    """Train one network, and test it on shifted examples.

    Args:
        name: Of `SETS`.
        kind: Of `KINDS`.
        body: "learnt" or "random": whether all layers learn, or only the readout.
        examples: To learn from.
        seed: Of the examples, the first weights and their order.
        steps: Of training, about.

    Source: ours.
    """
    data = set_of(name, examples, seed)
    model = build(kind, data, seed=seed, width=matched_width(kind, data, BUDGET))
    if one_of("body", body, BODIES) == "random":
        freeze(model, 2)
    done = learn(model, data, study_of(examples, steps=steps), seed=seed)
    row: Row = {"weights": weights(model), "epochs": done.epochs, "train": done.train_accuracy[-1]}
    for number, by in enumerate(SHIFTS[name]):
        row[f"shift {number}"] = accuracy(model, *moved(name, data, by, seed))
    return row


# --- where two cues disagree ---


def tied_set(seed: int, *, examples: int = 1000) -> LabelledSet:
    """Return images to learn shape from, whose texture tells it too, and as many to decide when to stop."""
    return images(examples, seed=seed, tied=1.0).labelled("shape", images(400, seed=30_000 + seed, tied=1.0))


def taught(kind: str, seed: int, label: str, *, steps: int) -> nn.Module:
    """Return a network that has learnt one factor of images in which no factor tells another.

    Args:
        kind: Of `KINDS`.
        seed: Of the images, the first weights and their order.
        label: Of `FACTORS`.
        steps: Of training, about.
    """
    data = images(1000, seed=40_000 + seed).labelled(label, images(400, seed=50_000 + seed))
    model = build(kind, data, seed=60_000 + seed, width=matched_width(kind, data, BUDGET))
    learn(model, data, study_of(1000, steps=steps), seed=seed)
    return model


def prepared(kind: str, condition: str, seed: int, *, steps: int = STEPS) -> nn.Module:
    """Return an untrained network with the body of a condition.

    Args:
        kind: Of `KINDS`.
        condition: Of `CONDITIONS`.
        seed: Of the first weights.
        steps: Of the donors' training, about.
    """
    data = tied_set(seed, examples=10)
    model = build(kind, data, seed=seed, width=matched_width(kind, data, BUDGET))
    makers: dict[str, Callable[[], nn.Module]] = {
        "learnt": lambda: model,
        "first layer random": lambda: freeze(model, 1),
        "body random": lambda: freeze(model, 2),
        "body of another seed": lambda: transplant(model, _tied(kind, 100 + seed, steps).model, 2),
        "body that learnt shape": lambda: transplant(model, taught(kind, seed, "shape", steps=2 * steps), 2),
        "body that learnt texture": lambda: transplant(model, taught(kind, seed, "texture", steps=steps), 2),
    }
    return makers[one_of("condition", condition, CONDITIONS)]()


def _tied(kind: str, seed: int, steps: int) -> Learning:
    data = tied_set(seed)
    model = build(kind, data, seed=seed, width=matched_width(kind, data, BUDGET))
    return learn(model, data, study_of(1000, steps=steps, until=LIKE), seed=seed)


def preference_row(kind: str, condition: str, seed: int, *, steps: int = STEPS) -> Row:
    """Train one network where shape and texture agree, until it is right often enough, and ask where they disagree.

    Args:
        kind: Of `KINDS`.
        condition: Of `CONDITIONS`.
        seed: Of the images, the first weights and their order.
        steps: Of training, at most and about.

    Returns:
        The answers that follow either; how often it is right where they agree, on images of their own; and, for
        networks of which everything was learnt, what is inside, before and after.

    Source: ours; after Geirhos et al. 2019, cue conflict.
    """
    model, data = prepared(kind, condition, seed, steps=steps), tied_set(seed)
    before = inside(model, seed) if condition == "learnt" else {}
    done = learn(model, data, study_of(1000, steps=2 * steps, until=LIKE), seed=seed)
    test, free = images(400, seed=70_000 + seed, tied=1.0), images(800, seed=80_000 + seed)
    shape, texture = (np.asarray(free.factors[name], dtype=np.int64) for name in ("shape", "texture"))
    asked = followed(model, free.images, shape, texture)
    row: Row = {
        "weights": weights(model),
        "epochs": done.epochs,
        "agreeing": accuracy(model, test.images, np.asarray(test.factors["shape"], dtype=np.int64)),
        "by shape": asked.label,
        "by texture": asked.cue,
    }
    if condition == "learnt":
        row |= {f"untrained {name}": value for name, value in before.items()}
        row |= {f"trained {name}": value for name, value in inside(model, seed).items()}
    return row


def inside(model: nn.Module, seed: int) -> Row:
    """Return what a network holds: every factor read off every layer, and the measures of fracture.

    Args:
        model: The network.
        seed: Of the images, in which no factor tells another.
    """
    seen = images(600, seed=90_000 + seed)
    made = layers(model, seen.images)
    found: Row = {}
    for name, values in seen.factors.items():
        for layer, numbers in made.items():
            how = probe if name in FACTORS else probe_measure
            found[f"{name} at {layer}"] = how(numbers, np.asarray(values), seed=seed, most=50)
    whole_thing = fracture(model, seen.images[:200], seed=seed)
    return found | {name: getattr(whole_thing, name) for name in ("P", "G", "N", "K")}


# --- the tables ---

EFFICIENCY_KEYS: Final = ("set", "kind", "body", "examples", "seed")
PREFERENCE_KEYS: Final = ("kind", "condition", "seed")


def efficiency_jobs(
    seeds: Sequence[int], sets: Sequence[str] = SETS, sizes: Sequence[int] = SIZES
) -> Iterator[tuple[Any, ...]]:
    """Yield the keys of the table of efficiency, set after set: bodies that learn; random ones, with few examples."""
    for name in sets:
        for body, some in (("learnt", sizes), ("random", sizes[:1])):
            for count in some:
                yield from ((name, kind, body, count, seed) for seed in seeds for kind in KINDS)


def preference_jobs(seeds: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the keys of the table of preference, seed after seed."""
    for seed in seeds:
        yield from ((kind, condition, seed) for kind in KINDS for condition in CONDITIONS)


def preference_table(path: str | Path, *, seeds: Sequence[int], tell: Tell = None) -> pd.DataFrame:
    """Return the table of preference: read where it is there, made where rows are missing.

    Args:
        path: A CSV file.
        seeds: Wanted.
        tell: Called with each new row.
    """
    table = fill(path, PREFERENCE_KEYS, preference_jobs(seeds), preference_row, tell=tell)
    return table[table["seed"].isin(seeds)].reset_index(drop=True)


def efficiency_table(
    path: str | Path,
    *,
    seeds: Sequence[int],
    sets: Sequence[str] = SETS,
    sizes: Sequence[int] = SIZES,
    tell: Tell = None,
) -> pd.DataFrame:
    """Return the table of efficiency: read where it is there, made where rows are missing.

    Args:
        path: A CSV file.
        seeds: Wanted.
        sets: Wanted, of `SETS`.
        sizes: Wanted, rising.
        tell: Called with each new row.

    Returns:
        The rows wanted.
    """
    for name in sets:
        one_of("set in sets", name, SETS)
    table = fill(path, EFFICIENCY_KEYS, efficiency_jobs(seeds, sets, sizes), efficiency_row, tell=tell)
    wanted = table["set"].isin(sets) & table["seed"].isin(seeds) & table["examples"].isin(sizes)
    return table[wanted].reset_index(drop=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill both tables in a folder, say what came, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m fer_utils.questions.biases")
    parser.add_argument("folder", type=Path, help="where the tables are, such as published/questions")
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS, help="of the table of efficiency")
    options = parser.parse_args(arguments)
    seeds = range(options.seeds)
    preference_table(options.folder / "preference.csv", seeds=seeds, tell=_say)
    efficiency_table(options.folder / "efficiency.csv", seeds=seeds, sets=options.sets, tell=_say)
    return 0


def _say(job: tuple[Any, ...], row: Row) -> None:
    sys.stdout.write(f"{', '.join(map(str, job))}: {row['epochs']} epochs\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
