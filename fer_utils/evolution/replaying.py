"""A session in play: the generations that follow from its record, and the ways back through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fer_utils.checks import BadInput
from fer_utils.evolution.genes import CPPN, from_genome, to_genome
from fer_utils.evolution.operators import Innovations, begin, breed, mutate
from fer_utils.evolution.sessions import Published, Session, genome_hash
from fer_utils.evolution.streams import Stream
from fer_utils.genome import Genome


class Play:
    """A session with all that was shown in it.

    Args:
        session: The record; its choices are replayed.

    Attributes:
        session: The record so far.
        generations: The genes of every generation, in the order shown.

    Source: ours.
    """

    def __init__(self, session: Session) -> None:
        self.session = replace(session, steps=(), published=())
        self._innovations = Innovations.after(from_genome(session.start)) if session.start else Innovations()
        self.generations: list[list[CPPN]] = [[self._first(place) for place in range(session.shown)]]
        for step in session.steps:
            self.choose(step.parents, step.why, strength=step.strength)
        self.session = session

    def choose(self, parents: Sequence[str], why: str = "", *, strength: float = 1.0) -> list[CPPN]:
        """Choose parents and show their children.

        Args:
            parents: Names of pictures shown so far, "generation.place"; earlier ones branch.
            why: The reason, in a line.
            strength: How boldly the operators work this time.

        Returns:
            The new generation's genes.

        Raises:
            BadInput: A picture was not shown, or the strength is out of range.

        Source: paper, section on Picbreeder.
        """
        session = self.session.with_step(parents, why, strength=strength)
        chosen = [self.cppn(picture) for picture in session.steps[-1].parents]
        operators = session.operators.scaled(strength)
        self._innovations.next_generation()
        children = []
        for place in range(session.shown):
            stream = Stream(session.seed, len(self.generations), place)
            children.append(breed(chosen, stream, self._innovations, operators))
        self.session = session
        self.generations.append(children)
        return children

    def cppn(self, picture: str) -> CPPN:
        """Return the genes of a picture, or refuse its name."""
        generation, place = self.session.check_picture(picture, generations=len(self.generations))
        return self.generations[generation][place]

    def parents(self, picture: str) -> tuple[str, ...]:
        """Name the pictures that were chosen as parents of this one; none for the first generation."""
        generation, _ = self.session.check_picture(picture, generations=len(self.generations))
        return self.session.steps[generation - 1].parents if generation else ()

    def lineage(self, picture: str) -> list[str]:
        """Name the ancestors of a picture, the oldest first and itself last, along the first parent of each."""
        line = [picture]
        while parents := self.parents(line[-1]):
            line.append(parents[0])
        return line[::-1]

    def genome(self, picture: str, *, name: str = "", note: str = "") -> Genome:
        """Return a picture's genome.

        Args:
            picture: "generation.place".
            name: What to call it; its session and number by default.
            note: What a reader should know about it.

        Returns:
            The genome; its age is the number of generations to its first ancestor, and those that the start had before.

        Raises:
            BadInput: No such picture was shown.

        Source: ours.
        """
        by = "by eye" if self.session.chooser == "eye" else f"by the chooser {self.session.chooser!r}"
        origin = f"Bred {by} for this book: session {self.session.name!r}, picture {picture}."
        before = self.session.start.age if self.session.start else None
        age = len(self.lineage(picture)) - 1 + (before or 0)
        return to_genome(
            self.cppn(picture), name=name or f"{self.session.name} {picture}", age=age, origin=origin, note=note
        )

    def publish(self, picture: str, name: str, note: str = "") -> Genome:
        """Give a picture a name and write it into the record.

        Args:
            picture: "generation.place".
            name: What it shows.
            note: What a reader should know about it.

        Returns:
            The genome.

        Raises:
            BadInput: No such picture was shown.

        Source: ours; publishing is Picbreeder's.
        """
        genome = self.genome(picture, name=name, note=note)
        entry = Published(picture, name, genome_hash(genome), note)
        others = tuple(one for one in self.session.published if one.name != name)
        self.session = replace(self.session, published=(*others, entry))
        return genome

    def _first(self, place: int) -> CPPN:
        """Make one of the first generation: a minimal one, or the start and its children."""
        session, stream = self.session, Stream(self.session.seed, 0, place)
        if session.start is None:
            return begin(stream, self._innovations, session.operators)
        cppn = from_genome(session.start)
        if place:
            mutate(cppn, stream, self._innovations, session.operators)
        return cppn


def replay(session: Session) -> Play:
    """Replay a session and check what it published.

    Args:
        session: The record.

    Returns:
        The session in play, ready to go on.

    Raises:
        BadInput: A published genome does not come out the same to the bit.

    Source: ours.
    """
    play = Play(session)
    for one in session.published:
        found = genome_hash(play.genome(one.picture))
        if found != one.hash:
            raise BadInput(
                f"published picture {one.name!r} of session {session.name!r} must replay to the hash {one.hash[:12]}…, "
                f"got {found[:12]}…."
            )
    return play
