"""What the paper and its authors' public code and data say in numbers, apart from what other rooms already hold.

Losses, seeds and rates are in `fer_utils.training.reference`, the ids of chosen sweeps in `fer_utils.sweeps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class PaperNumbers:
    """The numbers of one of the paper's images.

    Args:
        architecture: Of the layered network, in the paper's notation.
        weights: Of that architecture.
        nonzero: How many of them are not zero in the evolved network.
        nodes: Of the graph.
        links: Of the graph, those of weight 0 included.
        age: Generations from the first ancestor.
        novel: Feature maps of the evolved network that are marked as new, or None where none are counted.
        swept: Weights in the supplement with all sweeps, or None where they are not counted.

    Source: paper, figures 5 and 11; the authors' code and data.
    """

    architecture: str
    weights: int
    nonzero: int
    nodes: int
    links: int
    age: int
    novel: int | None = None
    swept: int | None = None


PAPER_NUMBERS: Final[dict[str, PaperNumbers]] = {
    "skull": PaperNumbers(
        "12;cache:15,gaussian:4,identity:2,sin:1", 5478, 147, nodes=25, links=59, age=74, novel=24, swept=57
    ),
    "butterfly": PaperNumbers("16;cache:17,gaussian:4,sigmoid:1,sin:1", 8096, 281, nodes=34, links=108, age=104),
    "apple": PaperNumbers("33;cache:28,gaussian:3,sigmoid:5,sin:2", 46474, 918, nodes=83, links=264, age=321),
}

NOVEL_SIZE: Final = 128  # pixels of the paper's feature maps
EXAMPLE_ID: Final = (4371, (7, 15, 15))  # the skull's mouth: number, and layer, row, column
GRAPH_LOSS: Final = 4e-2  # at which training the skull's raw graph gets stuck (figure 12)
GRAPH_SEEDS: Final = 3
TARGET_GAP: Final = (1e-5, 2.7e-5)  # between the authors' 8-bit targets and an exact render, mean squared
SECONDS_A_STEP: Final = 0.5  # of the authors' code, on two CPU cores, for the skull
ANCESTORS: Final = {"skull": (12, 20, 36, 49, 74), "butterfly": (5, 17, 90, 95, 104)}  # generations in figures 8, 17
FACTOR: Final = 2.0  # within which losses of the same recipe from other first weights count as the same
