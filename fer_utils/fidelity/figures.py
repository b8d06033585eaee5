"""The paper's figures: the one place for their numbers, what each shows, and the chapters that show it here.

Figures 5 and 11 to 25 follow the paper's order: after the skull in the text come butterfly and apple in the appendix.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fer_utils.checks import one_of


@dataclass(frozen=True)
class PaperFigure:
    """One figure of the paper.

    Args:
        number: As the paper has it; "S" for the supplement with all sweeps.
        what: What it shows, as words of a sentence.
        slug: The same in a file's name; "" where nothing is drawn for it here.
        images: Names of the images it is about; () where it is about none of the three.
        chapters: Numbers of the chapters that show it here.

    Source: paper; the words are ours.
    """

    number: str
    what: str
    slug: str
    images: tuple[str, ...]
    chapters: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return its number as a file's name begins, "05" or "S"."""
        return self.number.zfill(2) if self.number.isdigit() else self.number


ALL: Final = ("skull", "butterfly", "apple")
SKULL, BUTTERFLY, APPLE = (("skull",), ("butterfly",), ("apple",))

FIGURES: Final[tuple[PaperFigure, ...]] = (
    PaperFigure("1", "the same output from two representations", "teaser", SKULL, ("04",)),
    PaperFigure("2", "a small network, neuron by neuron", "small-network", (), ("01",)),
    PaperFigure("3", "the phylogeny of bred pictures", "", (), ("21",)),
    PaperFigure("4", "the target beside the picture of the SGD network", "target-and-twin", SKULL, ("03",)),
    PaperFigure("5", "feature maps, evolved and SGD", "feature-maps", SKULL, ("04",)),
    PaperFigure("6", "chosen weight sweeps", "chosen-sweeps", SKULL, ("05", "07")),
    PaperFigure("7", "not about these three networks", "", (), ("30", "31", "32")),
    PaperFigure("8", "the path to the picture: ancestors and SGD snapshots", "path", SKULL, ("08", "21")),
    PaperFigure("9", "not about these three networks", "", (), ("30", "31", "32")),
    PaperFigure("10", "serendipitous pairs: a parent and its surprising child", "", (), ("21",)),
    PaperFigure("11", "the graph beside its layered form", "layerization", SKULL, ("02",)),
    PaperFigure("12", "SGD on the raw evolved graph", "raw-graph", SKULL, ("12",)),
    PaperFigure("13", "loss curves of conventional SGD", "loss-curves", ALL, ("03",)),
    PaperFigure("14", "feature maps of the evolved network", "feature-maps-evolved", BUTTERFLY, ("04",)),
    PaperFigure("15", "feature maps of the SGD network", "feature-maps-sgd", BUTTERFLY, ("04",)),
    PaperFigure("16", "chosen weight sweeps", "chosen-sweeps", BUTTERFLY, ("05", "07")),
    PaperFigure("17", "the path to the picture: ancestors and SGD snapshots", "path", BUTTERFLY, ("08", "21")),
    PaperFigure("18", "feature maps of the evolved network", "feature-maps-evolved", APPLE, ("04",)),
    PaperFigure("19", "feature maps of the SGD network", "feature-maps-sgd", APPLE, ("04",)),
    PaperFigure("20", "chosen weight sweeps", "chosen-sweeps", APPLE, ("05", "07")),
    PaperFigure("21", "feature maps of a ReLU network", "feature-maps-relu", SKULL, ("13",)),
    PaperFigure("22", "feature maps of a ReLU network", "feature-maps-relu", BUTTERFLY, ("13",)),
    PaperFigure("23", "feature maps of a ReLU network", "feature-maps-relu", APPLE, ("13",)),
    PaperFigure("24", "principal components of each layer's maps", "principal-components", SKULL, ("11",)),
    PaperFigure("25", "sweeps along random directions", "random-directions", SKULL, ("14",)),
    PaperFigure("S", "every weight sweep, sorted by the variance it causes", "all-sweeps", ALL, ("10",)),
)


def figures_of(numbers: Iterable[str] = ()) -> tuple[PaperFigure, ...]:
    """Return figures by their numbers, all of them by default.

    Args:
        numbers: Such as "5", "05" or "S".

    Raises:
        BadInput: The paper has no such figure.

    Source: ours.
    """
    known = {figure.number: figure for figure in FIGURES}
    wanted = [one_of("figure", str(number).lstrip("0").upper(), list(known)) for number in numbers]
    return tuple(known[number] for number in wanted) if wanted else FIGURES


def file_stem(figure: PaperFigure, image: str, *, part: str = "") -> str:
    """Return a figure's file name without its ending, such as "05-feature-maps-skull".

    Args:
        figure: The figure.
        image: Name of the image that is shown.
        part: Which part of it, where there are several.

    Source: ours.
    """
    return "-".join(word for word in (figure.label, figure.slug, part, image) if word)
