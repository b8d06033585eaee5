"""Shortcuts: where an easy factor gives a hard one away, which of them is used, and is the other still inside?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fer_utils.checks import bad, one_of, real, whole
from fer_utils.questions.cues import plant_cue
from fer_utils.questions.factors import FACTORS, FactorImages, draw_factors
from fer_utils.questions.learning import Learning, Study, learn
from fer_utils.questions.models import build
from fer_utils.questions.probing import probes
from fer_utils.questions.sets import Examples, LabelledSet, Labels
from fer_utils.questions.sets import digits as load_digits
from fer_utils.questions.studies import spelled

LABEL, CUE = "shape", "colour"


@dataclass(frozen=True)
class Followed:
    """What a classifier's answers follow where the cue says something else than the label.

    Args:
        label: Share of answers that are the label.
        cue: Share that are what the cue says.
        neither: Share that are neither.

    Source: ours; after Geirhos et al. 2019, cue conflict.
    """

    label: float
    cue: float
    neither: float


@dataclass(frozen=True, eq=False)
class Shortcut:
    """One trained classifier, and what it goes by.

    Args:
        learning: Its training.
        followed: What its answers follow in conflict.
        broken: Its share of right answers where cue and label have nothing to do with each other.
    """

    learning: Learning
    followed: Followed
    broken: float


def tied_images(count: int, strength: float, *, seed: int, size: int = 16) -> FactorImages:
    """Draw images whose colour follows their shape, as often as asked for; texture follows nothing.

    Args:
        count: How many.
        strength: 0, colour tells nothing about shape, to 1, it tells all.
        seed: Of everything random.
        size: Side in pixels.

    Source: ours.
    """
    return draw_factors(count, seed=seed, size=size, tied={(LABEL, CUE): strength})


def followed(model: nn.Module, x: Examples, label: Labels, cue: Labels) -> Followed:
    """Say what a classifier's answers follow, on the examples where label and cue disagree.

    Args:
        model: Gives ``(n, classes)`` scores.
        x: ``(n, channels, *space)``.
        label: ``(n,)``.
        cue: ``(n,)`` the label that the cue stands for.

    Raises:
        BadInput: They never disagree.

    Source: ours; after Geirhos et al. 2019.
    """
    conflict = label != cue
    if not conflict.any():
        raise bad("cue", "to differ from the label somewhere", "the same everywhere")
    answers = answered(model, x[conflict])
    by_label, by_cue = float(np.mean(answers == label[conflict])), float(np.mean(answers == cue[conflict]))
    return Followed(by_label, by_cue, max(0.0, 1 - by_label - by_cue))


@torch.no_grad()
def answered(model: nn.Module, x: Examples) -> Labels:
    """Return a classifier's answers, ``(n,)``."""
    model.eval()
    return np.concatenate([model(some).argmax(1).numpy() for some in torch.from_numpy(x).split(1024)])


def shortcut_study(
    strengths: Iterable[float],
    study: Study,
    *,
    seeds: Sequence[int],
    examples: int = 1000,
    kind: str = "cnn",
    depth: int = 2,
    remedy: Callable[[FactorImages, int], FactorImages] | None = None,
) -> dict[float, list[Shortcut]]:
    """Train on shapes whose colour gives them away ever more often, and break the tie for the test.

    Args:
        strengths: How often colour follows shape while learning.
        study: How the classifiers are trained.
        seeds: Each decides images, first weights and order.
        examples: To learn from.
        kind: Of `MODELS`.
        depth: Hidden layers.
        remedy: Changes the images to learn from; given them and the seed.

    Returns:
        For each strength one `Shortcut` a seed. The test images are the same for all strengths of a seed.

    Source: ours; after Geirhos et al. 2019 and 2020.
    """
    found = {}
    for strength in strengths:
        real("strength", strength, least=0, most=1)
        found[strength] = [
            _shortcut(tied_images(examples, strength, seed=seed), study, seed, kind, depth, remedy) for seed in seeds
        ]
    return found


def broken_images(seed: int, *, count: int = 800) -> FactorImages:
    """Return the test images of a seed, in which colour follows nothing."""
    return tied_images(count, 0.0, seed=10_000 + whole("seed", seed, least=0))


def _shortcut(
    images: FactorImages,
    study: Study,
    seed: int,
    kind: str,
    depth: int,
    remedy: Callable[[FactorImages, int], FactorImages] | None,
) -> Shortcut:
    images = images if remedy is None else remedy(images, seed)
    test = broken_images(seed)
    data = images.labelled(LABEL, test)
    learning = learn(build(kind, data, seed=seed, depth=depth), data, study, seed=seed)
    cue = np.asarray(test.factors[CUE], dtype=np.int64)
    return Shortcut(
        learning, followed(learning.model, data.test_x, data.test_y, cue), float(learning.test_accuracy[-1])
    )


def digit_study(
    strengths: Iterable[float], study: Study, *, seeds: Sequence[int], examples: int = 600
) -> dict[float, list[Shortcut]]:
    """Train on handwritten digits of which one pixel gives the label away, ever more often.

    Args:
        strengths: How often the pixel tells the label while learning.
        study: How the classifiers are trained.
        seeds: Each decides the pixels, first weights and order.
        examples: To learn from.

    Returns:
        For each strength one `Shortcut` a seed.

    Source: ours; after Geirhos et al. 2020.
    """
    digits = load_digits().first(examples)
    return {strength: [_digit_shortcut(digits, strength, study, seed) for seed in seeds] for strength in strengths}


def _digit_shortcut(digits: LabelledSet, strength: float, study: Study, seed: int) -> Shortcut:
    data, cue = plant_cue(digits, strength, seed=seed)
    learning = learn(build("mlp", data, seed=seed), data, study, seed=seed)
    return Shortcut(
        learning, followed(learning.model, data.test_x, data.test_y, cue), float(learning.test_accuracy[-1])
    )


# --- for the chapter's tables and figures ---


def probe_study(ones: Sequence[Shortcut], *, trained: bool = True) -> dict[str, dict[str, list[float]]]:
    """Probe several classifiers, each on the test images of its seed.

    Args:
        ones: Of one strength.
        trained: Whether to probe them as they are, or as they were before training.

    Returns:
        For each factor and layer the share of right answers for each seed.

    Source: ours; after Hermann and Lampinen 2020.
    """
    found: dict[str, dict[str, list[float]]] = {}
    for one in ones:
        images, seed = broken_images(one.learning.seed), one.learning.seed
        model = one.learning.model if trained else build("cnn", images.labelled(LABEL, images), seed=seed)
        for factor, row in probes(model, images, seed=seed).items():
            for name, value in row.items():
                found.setdefault(factor, {}).setdefault(name, []).append(value)
    return found


def shares(found: Mapping[float, Sequence[Shortcut]], what: str) -> NDArray[np.float64]:
    """Return shares of answers that follow the "label", the "cue" or "neither", ``(seeds, strengths)``."""
    one_of("what", what, ("label", "cue", "neither"))
    return np.array([[getattr(one.followed, what) for one in ones] for ones in found.values()]).T


def name_of(images: FactorImages, number: int, factor: str) -> str:
    """Return the word for a factor of one image."""
    return FACTORS[one_of("factor", factor, tuple(FACTORS))][int(images.factors[factor][number])]


def table_rows(found: Mapping[Any, Sequence[Shortcut]]) -> list[list[str]]:
    """Return a row for each condition: how much was learnt, how much is right without the tie, what is followed."""
    return [
        [
            f"{condition:.0%}" if isinstance(condition, float) else str(condition),
            spelled(np.array([one.learning.train_accuracy[-1] for one in ones])),
            spelled(np.array([one.broken for one in ones])),
            spelled(np.array([one.followed.label for one in ones])),
            spelled(np.array([one.followed.cue for one in ones])),
        ]
        for condition, ones in found.items()
    ]
