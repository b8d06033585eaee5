"""What a study is made of: subjects, arms, and the paths that arms hand over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fer_utils import garden, storage
from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.images import Array
from fer_utils.layerize import EvolvedNetwork, layerize
from fer_utils.measuring.networks import even_size

if TYPE_CHECKING:
    import pandas as pd

SIZE = 64  # pixels a side


@dataclass(frozen=True, eq=False)
class Subject:
    """An evolved picture that arms are to draw.

    Args:
        name: Of the genome.
        network: The genome, layered.
        target: ``(size, size, 3)`` in [0, 1]: what it draws, exactly, on the grid.
        mark: Mean squared error at which networks are compared.

    Source: ours.
    """

    name: str
    network: EvolvedNetwork
    target: Array
    mark: float

    @property
    def size(self) -> int:
        """Side of the grid in pixels."""
        return len(self.target)


@dataclass(frozen=True, eq=False)
class Made:
    """What an arm hands over.

    Args:
        path: Networks (or torch modules from x and y to colours) by step, rising; the last is where it ended.
        seconds: What it took.
        recipe: How, as plain JSON.

    Source: ours.
    """

    path: Mapping[int, Any]
    seconds: float
    recipe: Mapping[str, Any] = field(default_factory=dict)


Make = Callable[..., Made]
After = Callable[..., Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Arm:
    """A way to come by a network.

    Args:
        name: What tables call it, dose included; one of its kind in a study.
        family: What it is a dose of, as in "weight decay".
        make: Called with the subject, the seed and the settings.
        settings: Keyword arguments for it, plain JSON: they decide the row's key.
        seeds: How many; None for the study's number, 1 where chance has no part in it.
        later: Keyword arguments for what the study asks of the network afterwards, plain JSON.

    Source: ours.
    """

    name: str
    family: str
    make: Make
    settings: Mapping[str, Any] = field(default_factory=dict)
    seeds: int | None = None
    later: Mapping[str, Any] = field(default_factory=dict)

    def key(self, study: str, subject: str, seed: int, *, size: int, mark: float) -> str:
        """Return the name of one row: the same work has the same name everywhere."""
        parts = (study, self.name, self.make.__name__, dict(self.settings), subject, str(seed), str(size), repr(mark))
        later = (dict(self.later),) if self.later else ()
        return storage.content_hash("fer-study/1", *parts, *later)[:24]


@dataclass(frozen=True, eq=False)
class Study:
    """Subjects × arms × seeds.

    Args:
        name: Of its folder.
        arms: In the order in which they are made: the cheap ones first.
        marks: For each subject's name the error at which networks are compared.
        baseline: The name of the arm that others are held against.
        seeds: How many of everything that has seeds.
        size: Side of the grid in pixels, even.
        after: What else is asked of the network that was measured: called with it, the subject, the seed and the arm's
            `later`; gives further columns. None for nothing.

    Raises:
        BadInput: Two arms have one name, the baseline is none of them, or a number is out of range.

    Source: ours.
    """

    name: str
    arms: tuple[Arm, ...]
    marks: Mapping[str, float]
    baseline: str
    seeds: int = 5
    size: int = SIZE
    after: After | None = None

    def __post_init__(self) -> None:
        """Check names and numbers."""
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise bad("arms", "each of another name", sorted({name for name in names if names.count(name) > 1}))
        if self.baseline not in names:
            raise bad("baseline", f"one of {', '.join(names)}", self.baseline)
        if not self.marks:
            raise BadInput("marks must name one subject or more, got none.")
        for name, mark in self.marks.items():
            real(f"mark of {name}", mark, above=0)
        whole("seeds", self.seeds, least=1)
        even_size(self.size)

    def arm(self, name: str) -> Arm:
        """Return the arm of a name, or refuse it."""
        found = next((arm for arm in self.arms if arm.name == name), None)
        if found is None:
            raise bad("arm", f"one of {', '.join(arm.name for arm in self.arms)}", name)
        return found

    @property
    def row_count(self) -> int:
        """How many rows are planned: arms × subjects × seeds."""
        return len(self.marks) * sum(self.seeds if arm.seeds is None else arm.seeds for arm in self.arms)

    def made(self, table: pd.DataFrame) -> list[str]:
        """Name the arms that have rows in a table, in the study's order."""
        there = set(table["kind"])
        return [arm.name for arm in self.arms if arm.name in there]

    def missing(self, table: pd.DataFrame) -> list[str]:
        """Name the arms that are planned and have no row in a table."""
        there = set(table["kind"])
        return [arm.name for arm in self.arms if arm.name not in there]


def subject_of(name: str, mark: float, *, size: int = SIZE) -> Subject:
    """Load a subject.

    Args:
        name: Of a genome that is at hand.
        mark: The error at which networks are compared.
        size: Side of the grid in pixels, even.

    Raises:
        BadInput: There is no such genome, or a number is out of range.

    Source: ours.
    """
    network = layerize(garden.load_genome(name), label=f"evolved {name}")
    side = even_size(size)
    return Subject(name, network, network.image(side), real("mark", mark, above=0))
