"""Train layered networks on one target image: the paper's recipe to the letter, and labelled variants of it.

`Recipe` says how, `fit` does it for any number of seeds, `Run` is what comes back. The modules, lowest first:
`reference` (what the authors reached), `recipe`, `others` (recipes beside the paper's), `initial` (first weights),
`asking` (what training is asked with), `history`, `problem` (what an engine is given), `pixels` (what a step looks at),
`descent` and `optimisers` (from a gradient to a step), `gradient`, `penalties` and `steering` (what bends a step beyond
the loss), `stepping`, `replay` and `engine` (the maths),
`fused` (the same, compiled), `choosing` (between them), `runs` and `checkpoints` (what is kept), `loop` and `fitting`
(the whole), `losing` (what may be lost on the way); and `graphs`, for the raw graph.

Conventions that bite:

- Weights are trained in float32 and handed on as float64 networks with the very same values.
- The loss is the mean squared error over all pixels and the three RGB channels. Penalties steer the gradient but are
  not part of the reported loss, so curves of different recipes can be compared.
- A recipe that looks at fewer pixels notes the loss on those along the way; a run's final loss is always that of all.
- A loss at step n belongs to the weights after n updates: step 0 is the untrained network, and the curve's last point
  is the trained one. Snapshots count the same way.
- The same recipe, target, seed and engine give the same bits on the same machine with the same number of threads,
  interrupted or not. Another machine, engine or (with torch) thread count adds in another order, and 100,000 steps
  make that visible.
"""

from __future__ import annotations

from fer_utils.training.comparing import (
    authors_marks,
    beside_authors,
    compare_recipes,
    compare_with_authors,
    loss_near,
    recipe_for,
)
from fer_utils.training.fitting import fit, fit_many
from fer_utils.training.history import History
from fer_utils.training.initial import initialise
from fer_utils.training.losing import lost
from fer_utils.training.others import OTHER_NAMES, other_recipe
from fer_utils.training.recipe import Recipe
from fer_utils.training.reference import PAPER_PATHS, PAPER_SEEDS, authors_curve
from fer_utils.training.runs import Run
from fer_utils.training.scales import errors_by_scale

__all__ = [
    "OTHER_NAMES",
    "PAPER_PATHS",
    "PAPER_SEEDS",
    "History",
    "Recipe",
    "Run",
    "authors_curve",
    "authors_marks",
    "beside_authors",
    "compare_recipes",
    "compare_with_authors",
    "errors_by_scale",
    "fit",
    "fit_many",
    "initialise",
    "loss_near",
    "lost",
    "other_recipe",
    "recipe_for",
]
