"""What the study of many images says, by rules that were written down before its rows were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fer_utils.checks import BadInput, bad
from fer_utils.images import Array
from fer_utils.studies.comparing import by_arm, compare, gap_closed, near_mark
from fer_utils.studies.judging import ENOUGH, NOTHING, UNSAID, judged
from fer_utils.studies.many.arms import ALONE, EVOLVED, STEPS

if TYPE_CHECKING:
    import pandas as pd

HEADLINE: Final = ("P", "G", "N")
GUESSES: Final = ("nearest", "mean", "additive")
TOLD: Final = ("factors", "one-hot", "shuffled factors")  # codings of one network for many images
ASKS: Final = ("factors", "shuffled factors")  # codings in which a combination that was not shown can be asked for
MOST = 0.8  # of the runs must draw unseen combinations better than all guesses
HALF = 0.5


@dataclass(frozen=True)
class Answer:
    """What is said of networks that draw so many images.

    Args:
        arm: Its name.
        coding: How a network is told which image is meant.
        images: How many it was shown.
        reached: Runs at the mark, those just above it among them.
        runs: All runs.
        shares: Of the gap from networks of one image each to the evolved one, closed in P, G and N.
        p_values: Before correction.
        corrected: After Holm, over all arms of the family.
        word: "helps" where P, G and N all close a quarter; as in `studies.verdicts`.
        games: What is gamed, where it is.
        reuse: Share of the gap in reuse that is closed.
        better: Runs that draw unseen combinations better than all guesses; nan where none can be asked for.

    Source: ours.
    """

    arm: str
    coding: str
    images: int
    reached: int
    runs: int
    shares: dict[str, float]
    p_values: dict[str, float]
    corrected: dict[str, float]
    word: str
    games: tuple[str, ...]
    reuse: float
    better: float

    @property
    def generalises(self) -> bool:
        """Whether most runs draw unseen combinations better than all guesses."""
        return bool(self.runs >= ENOUGH and self.better >= MOST * self.runs)

    @property
    def shares_units(self) -> bool:
        """Whether images are made of the same maps: at least half of the way to the evolved network."""
        return bool(self.reached >= ENOUGH and self.reuse >= HALF)

    @property
    def inside(self) -> str:
        """What its insides are, in words."""
        if self.word in {UNSAID, NOTHING}:
            return self.word
        return {"helps": "more whole", "hurts": "more fractured"}.get(self.word, f"games {', '.join(self.games)}")


def answers(table: pd.DataFrame, family: str = "mushroom") -> list[Answer]:
    """Say of each arm whether it generalises, shares units, and is whole inside.

    Args:
        table: Rows of the study.
        family: Of images.

    Returns:
        One for each arm that draws many images at the usual length, by coding and number of images.

    Where no run of the evolved network, or of one image each, is at the mark, there is no gap to close, and nothing is
    said of insides.

    Source: ours; the rules are those of the study's ``hypotheses.md``.
    """
    rows = near_mark(table[table.image == family])
    usual = rows[(rows.planned == STEPS) & rows.coding.isin(TOLD)]
    held = rows[rows.kind.isin([ALONE, *usual.kind])]
    known = ALONE in set(rows[rows.status == "reached"].kind)
    found = by_arm(compare(held, ALONE, HEADLINE)) if known else {}
    made = [_answer(rows, arm, found.get(arm, {})) for arm in dict.fromkeys(usual.kind)]
    return sorted(made, key=lambda one: (one.coding, one.images))


def _answer(rows: Any, arm: str, found: Any) -> Answer:
    own, good = rows[rows.kind == arm], rows[rows.status == "reached"]
    shares = {name: gap_closed(rows, arm, name, worse=ALONE, better=EVOLVED) for name in HEADLINE}
    p_values = {name: found[name].p_value if found else float("nan") for name in HEADLINE}
    corrected = {name: found[name].corrected if found else float("nan") for name in HEADLINE}
    reached = int((own.status == "reached").sum())
    word, games = judged(shares, p_values) if found and reached >= ENOUGH else (UNSAID, ())
    coding = str(own.coding.iloc[0])
    low, high, here = (good[good.kind == kind].reuse.median() for kind in (ALONE, EVOLVED, arm))
    best = own[list(GUESSES)].min(axis=1)
    better = float(((own.status == "reached") & (own.unseen < best)).sum()) if coding in ASKS else float("nan")
    reuse = float((here - low) / (high - low))
    images = int(own.images.iloc[0])
    return Answer(arm, coding, images, reached, len(own), shares, p_values, corrected, word, games, reuse, better)


@dataclass(frozen=True)
class Late:
    """What a run learns of unseen combinations after it has learnt those that it is shown.

    Args:
        widest: The largest gap between the errors on unseen and shown combinations, since the run came to the mark.
        step: Where that was.
        closed: Which share of it is gone at the end.
        fall: By which share the error on shown combinations falls in that time.

    Source: ours.
    """

    widest: float
    step: int
    closed: float
    fall: float

    @property
    def groks(self) -> bool:
        """Whether it learns the rule late: the gap closes by half, and the error on what is shown falls by less."""
        return self.closed >= HALF and self.fall < HALF


def late(curve: pd.DataFrame, mark: float) -> Late:
    """Look for a late fall of the error on unseen combinations.

    Args:
        curve: One run's rows, with "step", "error" and "unseen".
        mark: The error at which shown combinations count as learnt.

    Raises:
        BadInput: The run never came to the mark.

    Source: ours; the word is from Power et al. 2022.
    """
    here = curve.sort_values("step")
    learnt = np.flatnonzero(here.error.to_numpy() <= mark)
    if not len(learnt):
        raise BadInput(f"curve must come to an error of {mark:g}, got {here.error.min():.3g} at best.")
    after = here.iloc[learnt[0] :]
    gap = (after.unseen - after.error).to_numpy()
    top = int(np.argmax(gap))
    shown = after.error.to_numpy()
    closed = 1 - gap[-1] / gap[top] if gap[top] > 0 else float("nan")
    return Late(float(gap[top]), int(after.step.iloc[top]), float(closed), float(1 - shown[-1] / shown[top]))


def tracks(curves: pd.DataFrame, family: str, kinds: Sequence[str]) -> tuple[list[int], dict[str, Array]]:
    """Return the errors of some arms along training, at the steps that all of their runs have.

    Args:
        curves: The study's curves.
        family: Of images.
        kinds: Names of arms.

    Returns:
        The steps after the first, and "unseen, …" and "shown, …" for each arm: ``(seeds, steps)``.

    Raises:
        BadInput: No run has a curve.

    Source: ours.
    """
    here = curves[(curves.image == family) & curves.kind.isin(kinds) & (curves.step > 0)]
    runs = {key: run.set_index("step") for key, run in here.groupby(["kind", "seed"])}
    if not runs:
        raise bad("kinds", "arms with curves", list(kinds))
    steps = sorted(set.intersection(*({int(step) for step in run.index} for run in runs.values())))
    made = {}
    for kind in kinds:
        own = [run.loc[steps] for (name, _), run in runs.items() if name == kind]
        for word, column in (("unseen", "unseen"), ("shown", "error")):
            if own:
                made[f"{word}, {kind}"] = np.stack([run[column].to_numpy() for run in own])
    return steps, made
