"""From a gradient to the next weights: the paper's Adam, plain descent, and three others beside them.

Every optimiser is a function of the flat weights, its memory (tensors by name, empty before the first step) and `ask`,
which gives the loss and the direction to descend at any weights. It returns the new weights, memory and the loss it
found before its step, and keeps nothing itself: so a run can be cut anywhere and go on to the same bits.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from fer_utils.training.optimisers.library import lbfgs, muon
from fer_utils.training.optimisers.plain import Ask, Memory, adam, sgd
from fer_utils.training.optimisers.soap import soap

Optimiser = Callable[..., tuple[Tensor, Memory, Tensor]]
OPTIMISER_OF: dict[str, Optimiser] = {"adam": adam, "sgd": sgd, "soap": soap, "muon": muon, "lbfgs": lbfgs}

__all__ = ["OPTIMISER_OF", "Ask", "Memory", "Optimiser"]
