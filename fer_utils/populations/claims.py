"""Each claim, held against a population: supported, qualified or not supported, by a rule that was fixed beforehand.

The rule looks at each image by itself. A claim says that one kind of network has more of something than another; in an
image it *holds* where at least nine in ten pairs of networks, one of each kind, are in that order. It is **supported**
where it holds in every image, **qualified** where it holds in more than half of them, and **not supported** otherwise.
Trained networks count only where they came to draw their picture; how many did is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fer_utils import statistics, storage
from fer_utils.checks import real
from fer_utils.populations.jobs import TRAINED

if TYPE_CHECKING:
    import pandas as pd

FOLDER: Final = Path(__file__).parent.parent.parent / "published" / "populations"
DRAWN = 2e-2  # mean squared error up to which a trained network is said to draw its picture
ENOUGH = 0.9  # share of pairs in the claimed order from which a claim holds in an image
VERDICTS = ("supported", "qualified", "not supported", "cannot be said")


@dataclass(frozen=True)
class Claim:
    """Something that is said of kinds of networks.

    Args:
        text: The claim, in a sentence.
        source: Where it is made.
        measure: A column of the population's table.
        less: The kind that is to have less of it.
        more: The kind that is to have more.

    Source: ours, in our words.
    """

    text: str
    source: str
    measure: str
    less: str
    more: str


CLAIMS: Final = (
    Claim(
        "Evolved networks keep what is symmetric apart from what is not, unit by unit; trained ones mix them.",
        "unified against fractured, figures 5, 14, 15",
        "P",
        "genome",
        "evolved architecture",
    ),
    Claim(
        "This is no matter of the wrong basis.",
        "figure 24",
        "G",
        "genome",
        "evolved architecture",
    ),
    Claim(
        "Training is what mixes the units.",
        "a common reading of figures 5, 14, 15",
        "P",
        "untrained",
        "evolved architecture",
    ),
    Claim(
        "The trained network's picture can be moved in more independent ways than the evolved one's.",
        "sweeps, figures 6, 16, 20, 25",
        "N",
        "genome",
        "evolved architecture",
    ),
    Claim(
        "Training is what brings these ways about.",
        "ours",
        "N",
        "untrained",
        "evolved architecture",
    ),
    Claim(
        "So it is within single regions of the picture.",
        "sweeps of one part, figures 6, 16, 20",
        "S",
        "genome",
        "evolved architecture",
    ),
    Claim(
        "Networks of ReLU only are mixed as well.",
        "figures 21 to 23",
        "P",
        "genome",
        "relu",
    ),
    Claim(
        "Networks of ReLU only can be moved in more ways as well.",
        "figures 21 to 23",
        "N",
        "genome",
        "relu",
    ),
    Claim(
        "It is the evolved weights that keep units pure, and not the wiring alone.",
        "ours",
        "P",
        "genome",
        "shuffled",
    ),
)


@dataclass(frozen=True)
class Finding:
    """What a population says of a claim.

    Args:
        claim: The claim.
        verdict: One of `VERDICTS`.
        shares: For each image the share of pairs in the claimed order; images without both kinds are left out.
        less: Medians of the kind that was to have less, by image.
        more: Medians of the other.
        p_value: Of the difference over images (paired permutation of the images' medians); nan for fewer than two.

    Source: ours.
    """

    claim: Claim
    verdict: str
    shares: dict[str, float]
    less: dict[str, float]
    more: dict[str, float]
    p_value: float

    @property
    def holds_in(self) -> list[str]:
        """Name the images in which the claim holds."""
        return [image for image, share in self.shares.items() if share >= ENOUGH]


def published_population(folder: Path = FOLDER) -> pd.DataFrame:
    """Read the population that was published.

    Raises:
        BadInput: It is not there, or is no such table.

    Source: ours.
    """
    needed = ("image", "kind", "seed", "status", "lost", "error", "P", "G", "N", "S")
    return storage.read_table("population", folder / "population.csv", needed=needed, texts=("lost", "problem"))


def usable(table: pd.DataFrame, *, drawn: float = DRAWN) -> pd.DataFrame:
    """Keep what may be compared: everything that did not fail, and of trained networks those that draw their picture.

    Args:
        table: A population.
        drawn: Largest mean squared error of a trained network.

    Source: ours.
    """
    limit = real("drawn", drawn, above=0)
    return table[(table.status != "failed") & (~table.kind.isin(TRAINED) | (table.error <= limit))]


def judge(table: pd.DataFrame, claims: Sequence[Claim] = CLAIMS, *, drawn: float = DRAWN) -> list[Finding]:
    """Hold claims against a population.

    Args:
        table: A population, from `population` or `published_population`.
        claims: What is claimed.
        drawn: As for `usable`.

    Returns:
        A finding for each claim, in their order.

    Source: ours.
    """
    rows = usable(table, drawn=drawn)
    return [_judge(rows, claim) for claim in claims]


def _judge(rows: pd.DataFrame, claim: Claim) -> Finding:
    shares, less, more = {}, {}, {}
    for image in dict.fromkeys(rows.image):
        low, high = (_values(rows, image, kind, claim.measure) for kind in (claim.less, claim.more))
        if len(low) and len(high):
            shares[image] = statistics.area_under_curve(low, high)
            less[image], more[image] = float(np.median(low)), float(np.median(high))
    return Finding(claim, _verdict(list(shares.values())), shares, less, more, _p_value(less, more))


def _values(rows: pd.DataFrame, image: str, kind: str, measure: str) -> Any:
    values = rows[(rows.image == image) & (rows.kind == kind)][measure].to_numpy(dtype=float)
    return values[np.isfinite(values)]


def _verdict(shares: Sequence[float]) -> str:
    if not shares:
        return VERDICTS[3]
    holding = sum(share >= ENOUGH for share in shares)
    if holding == len(shares):
        return VERDICTS[0]
    return VERDICTS[1] if holding > len(shares) / 2 else VERDICTS[2]


def _p_value(less: dict[str, float], more: dict[str, float]) -> float:
    if len(less) < 2:
        return float("nan")
    return statistics.permutation_test(list(less.values()), list(more.values()), paired=True)
