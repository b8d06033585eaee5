"""The same runs as they are often read: one seed, the best of several, every p-value by itself.

Nothing here is invented to fail. Each of these ways is common, and each is applied to the very rows from which the
careful reading is made, so that what differs is the reading alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fer_utils.questions.choices.judging import LEVEL, LOGARITHMIC, is_placebo, values
from fer_utils.questions.choices.plan import BASE

if TYPE_CHECKING:
    import pandas as pd

TENTH: Final = 0.1  # how much, as a share, is taken for a difference where nobody asks about spread
# From the most credulous to the strictest.
WAYS: Final = ("one seed", "best of the seeds", "each p by itself", "Benjamini-Hochberg", "Holm")


def readings(table: pd.DataFrame, comparisons: pd.DataFrame) -> pd.DataFrame:
    """Say for each comparison which ways of reading find a difference.

    *One seed*: the first seed of the level differs by more than a tenth from the first of the book's recipe. *Best of
    the seeds*: the level's lowest value, of whichever seed, is more than a tenth below the book's first; so is an
    improvement claimed (less error, less mixing, fewer modes) when the new way is tried until it works and the old one
    once. The others go by the p-values.

    Args:
        table: The study's.
        comparisons: From `compare`, on that table.

    Returns:
        One column of True and False for each of `WAYS`, and "turned", whether what one seed found goes against the
        median of all seeds; a row for each comparison.

    Source: ours.
    """
    import pandas as pd

    rows = []
    for one in comparisons.itertuples():
        usual, changed = (
            _plain(values(table, one.image, factor, level, one.outcome), one.outcome)
            for factor, level in ((BASE, ""), (one.factor, one.level))
        )
        single = changed[0] / usual[0] - 1
        rows.append(
            {
                "one seed": abs(single) > TENTH,
                "best of the seeds": np.nanmin(changed) < (1 - TENTH) * usual[0],
                "each p by itself": one.p < LEVEL,
                "Benjamini-Hochberg": one.bh < LEVEL,
                "Holm": one.holm < LEVEL,
                "turned": abs(single) > TENTH and np.sign(single) != np.sign(one.difference),
            }
        )
    return pd.DataFrame(rows, index=comparisons.index)


def count(comparisons: pd.DataFrame, found: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count what each way finds.

    Args:
        comparisons: From `compare`.
        found: From `readings`.

    Returns:
        For each of `WAYS`: "found" among the comparisons in which something was changed, how many of these "vanish"
        under Holm's correction, and "false", those found where nothing was changed.

    Source: ours.
    """
    nothing = is_placebo(comparisons)
    held = found["Holm"].to_numpy(dtype=bool)
    counts = {}
    for way in WAYS:
        said = found[way].to_numpy(dtype=bool)
        counts[way] = {
            "found": int((said & ~nothing).sum()),
            "vanish": int((said & ~nothing & ~held).sum()),
            "false": int((said & nothing).sum()),
        }
    return counts


def _plain(numbers: np.ndarray, outcome: str) -> np.ndarray:
    return 10**numbers if outcome in LOGARITHMIC else numbers
