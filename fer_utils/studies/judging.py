"""Verdicts on arms, by a rule that was written down before the rows were made (``hypotheses.md`` of the study "mend").

A share says how much of the way from plain training (0) to the evolved network (1) an arm goes, in one measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fer_utils.studies.comparing import by_arm, compare, gap_closed

if TYPE_CHECKING:
    import pandas as pd

HEADLINE: Final = ("P", "G", "N")
MEASURES: Final = (*HEADLINE, "S")
QUARTER, HALF, LEVEL = 0.25, 0.5, 0.05
ENOUGH = 3  # runs at the mark, below which nothing is said
HELPS, GAMES, HURTS, NOTHING, UNSAID = "helps", "games", "hurts", "does nothing seen here", "cannot be said"


@dataclass(frozen=True)
class Verdict:
    """What is said of an arm.

    Args:
        arm: Its name.
        word: One of `HELPS`, `GAMES`, `HURTS`, `NOTHING`, `UNSAID`.
        hint: Whether it rests on p-values that are below .05 only before they are corrected.
        games: The measures that it games, where it does.
        shares: For each measure the share of the gap that it closes.
        p_values: For each measure, before correction.
        corrected: And after.
        reached: Runs at the mark.
        runs: All runs.

    Source: ours.
    """

    arm: str
    word: str
    hint: bool
    games: tuple[str, ...]
    shares: dict[str, float]
    p_values: dict[str, float]
    corrected: dict[str, float]
    reached: int
    runs: int

    def __str__(self) -> str:
        """Write it for a table."""
        word = f"games {', '.join(self.games)}" if self.word == GAMES else self.word
        return f"a hint: {word}" if self.hint else word


def verdicts(table: pd.DataFrame, *, baseline: str, better: str = "evolved") -> list[Verdict]:
    """Say of each arm whether it helps, games a measure, hurts, or does nothing that can be seen.

    Args:
        table: Rows of a study.
        baseline: The arm at the gap's worse end.
        better: The arm at its better end.

    Returns:
        A verdict for each other arm, in the table's order.

    Raises:
        BadInput: No run of the baseline came to the mark.

    Source: ours.
    """
    rows = table[table.kind != better]
    return [
        _verdict(table, arm, found, baseline, better)
        for arm, found in by_arm(compare(rows, baseline, MEASURES)).items()
    ]


def _verdict(table: Any, arm: str, found: Any, baseline: str, better: str) -> Verdict:
    shares = {name: gap_closed(table, arm, name, worse=baseline, better=better) for name in MEASURES}
    p_values = {name: found[name].p_value for name in MEASURES}
    corrected = {name: found[name].corrected for name in MEASURES}
    reached, runs = found["P"].reached, found["P"].runs
    word, games = (UNSAID, ()) if reached < ENOUGH else judged(shares, p_values)
    hint = word not in {UNSAID, NOTHING} and judged(shares, corrected) != (word, games)
    return Verdict(arm, word, hint, games, shares, p_values, corrected, reached, runs)


def judged(shares: dict[str, float], p_values: dict[str, float]) -> tuple[str, tuple[str, ...]]:
    """Apply the rule to shares of the gap and p-values; return the word, and what is gamed.

    Args:
        shares: For P, G and N at least.
        p_values: Likewise; nan is no evidence.

    Source: ours.
    """
    sure = {name: bool(p_values[name] < LEVEL) for name in HEADLINE}
    if all(sure[name] and shares[name] >= QUARTER for name in HEADLINE):
        return HELPS, ()
    both = all(shares[name] >= QUARTER for name in ("P", "N"))
    games = tuple(name for name in HEADLINE if sure[name] and shares[name] >= HALF)
    if games and not both:
        return GAMES, games
    if any(sure[name] and shares[name] <= -QUARTER for name in HEADLINE):
        return HURTS, ()
    return NOTHING, ()


def shown(share: float) -> str:
    """Write a share for a table: "+38 %"."""
    return "–" if not np.isfinite(share) else f"{100 * share:+.0f} %"


def stars(p_value: float, corrected: float) -> str:
    """Mark a number in a table: one star where p is below .05 before correction, two where it is so after it, too."""
    return "" if not p_value < 0.05 else "\\*\\*" if corrected < 0.05 else "\\*"
