"""Search or sparsity? What of an evolved network's inside is due to how it was found, and what to its being sparse."""

from __future__ import annotations

from fer_utils.studies import making
from fer_utils.studies.arms import Arm, Study

MARKS = {"mushroom": 3e-3, "tomato": 3e-3}
BASELINE = "SGD, dense"


def search_or_sparsity() -> Study:
    """Return the study."""
    arms = (
        Arm("evolved", "evolved", making.evolved, seeds=1),
        Arm(BASELINE, "SGD", making.trained),
    )
    return Study("search_or_sparsity", arms, MARKS, BASELINE)
