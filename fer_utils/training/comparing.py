"""What a chapter says about its recipe and its loss beside the paper's."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fer_utils.training.history import History
from fer_utils.training.recipe import Recipe
from fer_utils.training.reference import MARKED_STEPS, PAPER_LEARNING_RATES, PATH, authors_curve

_WORDS = {
    "steps": "steps",
    "size": "side of the picture in pixels",
    "learning_rate": "learning rate",
    "schedule": "schedule of the learning rate",
    "optimiser": "optimiser",
    "pixels": "pixels drawn for each step, if not all",
    "coarse_to_fine": "smaller sides to begin with",
    "normalise_gradient": "gradient divided by its length",
    "init": "first weights",
    "init_gain": "factor on the first weights",
    "weight_l1": "penalty on absolute weights",
    "weight_l2": "penalty on squared weights",
    "map_l1": "penalty on absolute activations",
    "map_orthogonality": "penalty on correlated neurons",
    "map_variation": "penalty on the slope of maps",
    "parity_mixing": "penalty on mixed parity",
    "response_modes": "penalty on response modes",
    "penalty_every": "steps from one look at a penalty to the next",
    "dropout": "chance of a neuron to be left out of a step",
    "weight_noise": "noise on the weights at each step",
}
PAPER_SIZE = 256


def recipe_for(image_name: str) -> Recipe:
    """Return the paper's recipe, with the authors' learning rate where the image is theirs, kept often on its way.

    Args:
        image_name: Any name; for an image that is not the paper's, the skull's rate is taken.

    Source: paper, conventional SGD; rates as in the authors' code.
    """
    known = image_name in PAPER_LEARNING_RATES
    return (Recipe.paper(image_name) if known else Recipe()).variant(size=PAPER_SIZE, snapshots=PATH)


def compare_recipes(here: Recipe, paper: Recipe) -> list[tuple[str, str, str]]:
    """List two recipes side by side, the settings in which they differ first and in bold.

    Args:
        here: The recipe of this run.
        paper: The recipe to compare with.

    Returns:
        Rows of (setting, here, paper), ready for a table; penalties that both leave at 0 are left out.

    Source: ours.
    """
    rows = []
    for field, words in _WORDS.items():
        ours, theirs = getattr(here, field), getattr(paper, field)
        unsaid = not ours or field == "penalty_every"
        if ours == theirs and unsaid and field != "normalise_gradient":
            continue
        mark = "**" if ours != theirs else ""
        rows.append((words, f"{mark}{_plain(ours)}{mark}", _plain(theirs)))
    return sorted(rows, key=lambda row: "**" not in row[1])


def authors_marks(image_name: str) -> dict[str, dict[int, float]]:
    """Return the authors' losses as marks for a figure; empty where the image is not theirs.

    Source: paper, figure 13; values from the authors' public data.
    """
    return {"the authors": authors_curve(image_name)} if image_name in PAPER_LEARNING_RATES else {}


def compare_with_authors(image_name: str, loss: float, *, steps: int) -> str:
    """Put a loss beside the authors' own at the nearest step they gave, in one sentence.

    Args:
        image_name: Name of the image.
        loss: Mean squared error reached here.
        steps: Steps it took.

    Source: paper, figure 13; values from the authors' public data.
    """
    if image_name not in PAPER_LEARNING_RATES:
        return "This image is not one of the paper's, so there is no value of the authors' to set beside it."
    curve = authors_curve(image_name)
    nearest = min((step for step in curve if step), key=lambda step: abs(math.log(step / steps)))
    ratio = loss / curve[nearest]
    side = f"{ratio:.1f} times" if ratio >= 1 else f"{ratio:.2f} of"
    return (
        f"The authors' own run stood at {curve[nearest]:.3g} after {nearest:,} steps at {PAPER_SIZE} pixels; "
        f"what was reached here is {side} that."
    )


def loss_near(history: History, step: int) -> float:
    """Return the median loss of the points of a curve around a step; before training, that of the first point alone.

    Args:
        history: The curve.
        step: 0 or more.

    Source: ours; single losses of this recipe jump by a factor of two from step to step.
    """
    nearest = int(np.abs(history.steps - step).argmin())
    around = history.loss[max(0, nearest - 3) : nearest + 4] if step else history.loss[:1]
    return float(np.median(around))


def beside_authors(image_name: str, histories: Sequence[History]) -> list[list[str]]:
    """List the losses of some runs at the steps for which the authors gave theirs.

    Args:
        image_name: Name of the image; where it is not the paper's, the authors' column holds dashes.
        histories: Curves of the paper's recipe.

    Returns:
        Rows of the step, a loss for each curve, the authors' loss, and how many of the curves are within a factor of
        two of it.

    Source: paper, figure 13; values from the authors' public data.
    """
    theirs = authors_curve(image_name) if image_name in PAPER_LEARNING_RATES else dict.fromkeys(MARKED_STEPS)
    rows = []
    for step, loss in theirs.items():
        ours = [loss_near(history, step) for history in histories]
        near = sum(0.5 <= one / loss <= 2 for one in ours) if loss else None
        verdict = "–" if near is None or not ours else f"{near} of {len(ours)}"
        rows.append([f"{step:,} steps", *(f"{one:.2e}" for one in ours), f"{loss:.3g}" if loss else "–", verdict])
    return rows


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"{one:,}" for one in value)
    return f"{value:,}" if isinstance(value, int) else str(value).replace("_", " ")
