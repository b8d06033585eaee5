"""Recipes beside the paper's: other roads to the same picture, most of them far shorter.

They are different science. A twin trained by one of them is labelled with its name, never stands in a table of
reproductions, and whether the road changes what is inside is a question for the measures, not for the loss.
"""

from __future__ import annotations

from typing import Any

from fer_utils.checks import one_of
from fer_utils.training.recipe import Recipe
from fer_utils.training.reference import PATH

_COARSE = (32, 64, 128)
_FIELDS: dict[str, dict[str, Any]] = {
    "Adam, falling rate": {"steps": 10_000, "schedule": "cosine"},
    "Adam, drawn pixels": {"steps": 20_000, "schedule": "cosine", "pixels": 4096},
    "Adam, small pictures first": {"steps": 10_000, "schedule": "cosine", "coarse_to_fine": _COARSE},
    "L-BFGS": {"steps": 1500, "optimiser": "lbfgs", "learning_rate": 1.0, "normalise_gradient": False},
    "Muon, falling rate": {"steps": 3000, "optimiser": "muon", "learning_rate": 3e-2, "schedule": "cosine"},
    "Muon, drawn pixels": {
        "steps": 8000,
        "optimiser": "muon",
        "learning_rate": 3e-2,
        "schedule": "cosine",
        "pixels": 8192,
    },
    "SOAP, falling rate": {"steps": 3000, "optimiser": "soap", "learning_rate": 1e-2, "schedule": "cosine"},
    "SOAP, small pictures first": {
        "steps": 3000,
        "optimiser": "soap",
        "learning_rate": 1e-2,
        "schedule": "cosine",
        "coarse_to_fine": _COARSE,
    },
    "SOAP, drawn pixels": {
        "steps": 20_000,
        "optimiser": "soap",
        "learning_rate": 1e-2,
        "schedule": "cosine",
        "pixels": 2048,
    },
    "SOAP, drawn pixels, gently": {  # a rate that the apple's deep networks survive
        "steps": 20_000,
        "optimiser": "soap",
        "learning_rate": 3e-3,
        "schedule": "cosine",
        "pixels": 2048,
    },
}

OTHER_NAMES: tuple[str, ...] = tuple(_FIELDS)


def other_recipe(name: str, *, size: int | None = None) -> Recipe:
    """Return a recipe beside the paper's by its name.

    Args:
        name: One of `OTHER_NAMES`.
        size: Side length in pixels to train at, or None for the target's own; smaller pictures to begin with are only
            those that are smaller.

    Raises:
        BadInput: The name is unknown; the message lists the known ones.

    Source: ours; the optimisers' papers are named in `optimisers`.
    """
    recipe = Recipe(name=name, size=size, snapshots=PATH, **_FIELDS[one_of("name", name, OTHER_NAMES)])
    if recipe.size is None:
        return recipe
    return recipe.variant(coarse_to_fine=[side for side in recipe.coarse_to_fine if side < recipe.size])
