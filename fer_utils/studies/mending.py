"""A league of mitigations: what is said to make a representation better, each held against plain training."""

from __future__ import annotations

from typing import Any

import numpy as np

from fer_utils.cppn import Architecture
from fer_utils.studies import making, search
from fer_utils.studies.arms import Arm, Made, Study, Subject
from fer_utils.studies.experts import mixture

BASELINE = "SGD, dense"
STEPS = 2000
MARKS = {**search.MARKS, "mushroom": 2e-2}  # the error from which the book says that a network draws its picture
EVERY = 8  # steps from one look at a penalty to the next: a look costs as much as two dozen steps without

# Family, and for each dose what it changes in the recipe; the first dose of all comes before the second of any.
RECIPES: tuple[tuple[str, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
    ("parity penalty", ((".3", {"parity_mixing": 0.3}), (".03", {"parity_mixing": 0.03}))),
    ("modes penalty", ((".03", {"response_modes": 0.03}), (".003", {"response_modes": 0.003}))),
    ("weight decay", ((".1", {"weight_l2": 0.1}), (".01", {"weight_l2": 0.01}))),
    ("L1 on weights", ((".1", {"weight_l1": 0.1}), (".01", {"weight_l1": 0.01}))),
    ("L1 on maps", ((".1", {"map_l1": 0.1}), (".01", {"map_l1": 0.01}))),
    ("orthogonal maps", ((".3", {"map_orthogonality": 0.3}), (".03", {"map_orthogonality": 0.03}))),
    ("smooth maps", ((".1", {"map_variation": 0.1}), (".01", {"map_variation": 0.01}))),
    ("dropout", ((".05", {"dropout": 0.05}), (".2", {"dropout": 0.2}))),
    ("weight noise", ((".1", {"weight_noise": 0.1}), (".3", {"weight_noise": 0.3}))),
    ("SOAP", (("", {"optimiser": "soap"}),)),
    ("Muon", (("", {"optimiser": "muon"}),)),
    ("SGD, normalised", (("", {"optimiser": "sgd", "learning_rate": 0.03}),)),
    ("SGD, plain", (("", {"optimiser": "sgd", "learning_rate": 0.1, "normalise_gradient": False}),)),
    ("L-BFGS", (("", {"optimiser": "lbfgs", "learning_rate": 1.0, "normalise_gradient": False}),)),
    ("first weights", (("× ½", {"init_gain": 0.5}), ("× 2", {"init_gain": 2.0}), ("× ¼", {"init_gain": 0.25}))),
)
SHAPES = (
    ("width", (("× ½", {"width": 0.5}), ("× 2", {"width": 2.0}))),
    ("depth", (("× ½", {"depth": 0.5}), ("× 2", {"depth": 2.0}))),
)
LOOKED_AT = ("parity_mixing", "response_modes", "map_orthogonality", "map_variation")


def mend() -> Study:
    """Return the study."""
    first: list[Arm] = []
    second: list[Arm] = []
    for family, doses in RECIPES:
        made = [_recipe_arm(family, dose, changes) for dose, changes in doses]
        first, second = first + made[:1], second + made[1:]
    for family, doses in SHAPES:
        made = [Arm(f"{family} {dose}", family, reshaped, {"steps": STEPS, **changes}) for dose, changes in doses]
        first, second = first + made[:1], second + made[1:]
    arms = (
        Arm("evolved", "evolved", making.evolved, seeds=1),
        Arm(BASELINE, "SGD", making.trained, {"steps": STEPS}),
        *first,
        Arm("pruned to 4 times the evolved count", "pruned and repaired", search.pruned, {"times": 4, "steps": STEPS}),
        *second,
        Arm("pruned to the evolved count", "pruned and repaired", search.pruned, {"times": 1, "steps": STEPS}),
        Arm("a mixture of 3 experts", "mixture of experts", mixture, {"experts": 3, "width": 9, "steps": STEPS}),
    )
    return Study("mend", arms, MARKS, BASELINE)


def reshaped(subject: Subject, seed: int, *, width: float = 1.0, depth: float = 1.0, steps: int = STEPS) -> Made:
    """Train a network of another width or depth, its kinds of neurons in the same shares.

    Args:
        subject: What to draw.
        seed: Of the first weights.
        width: Factor on the neurons of each kind, at least one of which stays.
        depth: Factor on the layers.
        steps: Of training, at most.
    """
    own = subject.network.architecture
    groups = tuple((name, max(1, int(np.floor(width * count + 0.5)))) for name, count in own.groups)
    shape = Architecture(max(1, int(np.floor(depth * own.depth + 0.5))), groups)
    return making.trained(subject, seed, steps=steps, architecture=str(shape))


def _recipe_arm(family: str, dose: str, changes: dict[str, Any]) -> Arm:
    rare = {"penalty_every": EVERY} if set(changes) & set(LOOKED_AT) else {}
    return Arm(f"{family} {dose}".strip(), family, making.trained, {"steps": STEPS, **changes, **rare})
