"""Choosers without a person: who picks the parents, and by what.

A chooser looks at a session in play and names the next parents; nothing else about the search changes. It sees small
pictures and the five descriptors, and of the genes at most how many there are. What it draws is named by its seed and
the generation, so a session that was interrupted goes on with the same choices on the same machine. The choices are in
the record; a replay needs no chooser.

- `Random` picks any picture of the last generation: the null.
- `Novelty` picks what is least like all that was shown before (novelty search, Lehman & Stanley 2011).
- `MapElites` picks from an archive that keeps the best of each kind of picture (Mouret & Clune 2015).
- `Curiosity` picks parents whose children differ most (evolvability).
- `Objective` picks what is closest to a given picture (Woolley & Stanley 2011): the contrast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np

from fer_utils import images
from fer_utils.checks import bad, one_of, whole
from fer_utils.evolution.descriptors import DESCRIPTORS, describe_pictures
from fer_utils.evolution.drawing import Pictures, draw
from fer_utils.evolution.replaying import Play
from fer_utils.evolution.streams import Stream
from fer_utils.images import Array

SIZE: Final = 64
NEIGHBOURS: Final = 15
NOVEL_ENOUGH: Final = 0.1
CELLS: Final = 6
MEASURES: Final = ("symmetry", "complexity", "colourfulness", "regions")
FADING: Final = 0.8
SALT: Final = 7919  # keeps a chooser's stream apart from the children's of the same seed


class Chooser(Protocol):
    """Whoever picks the parents of the next generation."""

    name: str

    def choose(self, play: Play) -> tuple[list[str], str]:
        """Name the parents and the reason, in a line."""
        ...


class Random:
    """Pick any picture of the last generation.

    Args:
        seed: Whole number of at least 0.

    Source: ours; the null.
    """

    name = "random"

    def __init__(self, seed: int) -> None:
        self.seed = whole("seed", seed, least=0, most=2**32 - 1)

    def choose(self, play: Play) -> tuple[list[str], str]:
        """Name the parents and the reason, in a line."""
        last = len(play.generations) - 1
        return [f"{last}.{self._stream(play).below(play.session.shown)}"], "by lot"

    def _stream(self, play: Play) -> Stream:
        return Stream(SALT, self.seed, len(play.generations))


class _Watcher(Random):
    """A chooser that takes in each generation once, those before it came too."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._seen = 0

    def _catch_up(self, play: Play) -> None:
        while self._seen < len(play.generations):
            pictures = draw(play.generations[self._seen], SIZE)
            self._take_in(play, [f"{self._seen}.{place}" for place in range(len(pictures))], pictures)
            self._seen += 1

    def _take_in(self, play: Play, names: list[str], pictures: Pictures) -> None:
        raise NotImplementedError


class Novelty(_Watcher):
    """Pick what is least like all that was shown before.

    Args:
        seed: Whole number of at least 0; breaks no ties, there are none.

    Attributes:
        archive: pyribs' `ProximityArchive` of the descriptors of what was new enough.

    Source: Lehman & Stanley (2011).
    """

    name = "novelty"

    def __init__(self, seed: int) -> None:
        from ribs.archives import ProximityArchive  # slow to import, and only two choosers want it

        super().__init__(seed)
        self.archive: Any = ProximityArchive(
            solution_dim=2, measure_dim=len(DESCRIPTORS), k_neighbors=NEIGHBOURS, novelty_threshold=NOVEL_ENOUGH
        )
        self._novelty: Array = np.zeros(0)

    def choose(self, play: Play) -> tuple[list[str], str]:
        """Name the most novel picture of the last generation."""
        self._catch_up(play)
        best = int(np.argmax(self._novelty))
        return [f"{len(play.generations) - 1}.{best}"], f"novelty {self._novelty[best]:.2f}"

    def _take_in(self, play: Play, names: list[str], pictures: Pictures) -> None:
        described = describe_pictures(pictures)
        self._novelty = np.asarray(self.archive.compute_novelty(described))
        self.archive.add(_numbers(names), np.zeros(len(names)), described)


class MapElites(_Watcher):
    """Pick from an archive that keeps the best of each kind of picture, each cell as likely as any other.

    Args:
        seed: Whole number of at least 0.
        measures: Descriptors that span the archive, `CELLS` cells along each.
        quality: What makes the best: a descriptor, or "simplicity" (the fewest connections).

    Attributes:
        archive: pyribs' `GridArchive`.

    Raises:
        BadInput: A descriptor is unknown, or there is none.

    Source: Mouret & Clune (2015).
    """

    name = "map-elites"

    def __init__(self, seed: int, *, measures: Sequence[str] = MEASURES, quality: str = "simplicity") -> None:
        from ribs.archives import GridArchive

        super().__init__(seed)
        if isinstance(measures, str) or not len(measures):
            raise bad("measures", "one descriptor or more", measures)
        self.measures = [list(DESCRIPTORS).index(one_of("measures", name, DESCRIPTORS)) for name in measures]
        self.quality = one_of("quality", quality, ("simplicity", *DESCRIPTORS))
        self.archive: Any = GridArchive(solution_dim=2, dims=[CELLS] * len(measures), ranges=[(0, 1)] * len(measures))

    def choose(self, play: Play) -> tuple[list[str], str]:
        """Name the elite of a cell, each as likely as any other."""
        self._catch_up(play)
        elites = self.archive.data("solution")
        ordered = sorted((int(generation), int(place)) for generation, place in elites)
        generation, place = self._stream(play).pick(ordered)
        return [f"{generation}.{place}"], f"one of {len(ordered)} elites"

    def _take_in(self, play: Play, names: list[str], pictures: Pictures) -> None:
        described = describe_pictures(pictures)
        if self.quality == "simplicity":
            best = np.array([-float(len(play.cppn(name).links())) for name in names])
        else:
            best = described[:, list(DESCRIPTORS).index(self.quality)]
        self.archive.add(_numbers(names), best, described[:, self.measures])


class Curiosity(_Watcher):
    """Pick parents whose children differ most.

    A picture that has had no children is expected to do as its parents did, a fresh one as the best so far; each time
    it is picked its worth fades by `FADING`, so that no parent is picked for ever.

    Args:
        seed: Whole number of at least 0; decides among equals.

    Attributes:
        worth: Expected spread of a picture's children, by its name.

    Source: ours; after evolvability search (Mengistu, Lehman & Clune 2016), which draws children to measure them.
    """

    name = "curiosity"

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.worth: dict[str, float] = {}

    def choose(self, play: Play) -> tuple[list[str], str]:
        """Name the picture of most worth."""
        self._catch_up(play)
        best = max(self.worth.values())
        chosen = self._stream(play).pick([name for name, worth in self.worth.items() if worth == best])
        return [chosen], f"children expected to spread by {best:.2f}"

    def _take_in(self, play: Play, names: list[str], pictures: Pictures) -> None:
        described = describe_pictures(pictures)
        spread = float(np.sqrt(described.var(axis=0).sum()))
        for parent in play.parents(names[0]):
            self.worth[parent] = spread * FADING
        self.worth |= dict.fromkeys(names, spread)


class Objective(_Watcher):
    """Pick what is closest to a given picture, of all that was shown.

    Args:
        target: ``(n, n, 3)`` in [0, 1].

    Attributes:
        best: The mean squared error over pixels and colours of the closest so far.

    Raises:
        BadInput: The target is no picture.

    Source: Woolley & Stanley (2011).
    """

    name = "objective"

    def __init__(self, target: object) -> None:
        super().__init__(0)
        self.target = images.resample(target, SIZE)
        self.best = np.inf
        self._closest = ""

    def choose(self, play: Play) -> tuple[list[str], str]:
        """Name the closest picture so far."""
        self._catch_up(play)
        return [self._closest], f"error {self.best:.4f}"

    def _take_in(self, play: Play, names: list[str], pictures: Pictures) -> None:
        errors = ((pictures - self.target) ** 2).mean(axis=(1, 2, 3))
        if errors.min() < self.best:
            self.best, self._closest = float(errors.min()), names[int(errors.argmin())]


def breed_with(play: Play, chooser: Chooser, *, images_shown: int) -> Play:
    """Let a chooser breed until its budget is spent.

    Args:
        play: Where to go on from; it is changed.
        chooser: Who picks the parents.
        images_shown: The budget, in images shown since the session began; the last generation fits into it whole.

    Returns:
        The session in play.

    Raises:
        BadInput: The budget is not a whole number of at least 1.

    Source: ours.
    """
    whole("images_shown", images_shown, least=1)
    while play.session.images_shown + play.session.shown <= images_shown:
        parents, why = chooser.choose(play)
        play.choose(parents, why)
    return play


def _numbers(names: list[str]) -> Array:
    """Return generation and place of each name: what the archives keep for a solution."""
    return np.array([[float(part) for part in name.split(".")] for name in names])
