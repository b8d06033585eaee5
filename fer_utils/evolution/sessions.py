"""Sessions of breeding as records: what was shown follows from the seed, the operators and the choices alone.

Conventions that bite. A picture is named "generation.place", both from 0, as in "12.3". A step names its parents, which
may be from any earlier generation: that is how a session goes back to an ancestor and branches. Every child has a
stream of random numbers of its own, named by seed, generation and place. So the genes are the same bits on every
machine; the *pictures* are as alike as the machine's sines and exponentials, to about 1e-12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from fer_utils import storage
from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.evolution.operators import Operators, describe
from fer_utils.genome import Genome

SCHEMA: Final = "fer-session/1"
SHOWN: Final = 15


@dataclass(frozen=True)
class Step:
    """One choice: the parents of the next generation.

    Args:
        parents: Names of pictures, "generation.place".
        why: The chooser's reason, in a line.
        strength: How boldly the operators work this time; 1 is as the session says.
    """

    parents: tuple[str, ...]
    why: str = ""
    strength: float = 1.0


@dataclass(frozen=True)
class Published:
    """A picture that was given a name.

    Args:
        picture: "generation.place".
        name: What it shows.
        hash: `genome_hash` of its genome, by which a replay is checked.
        note: What a reader should know about it.
    """

    picture: str
    name: str
    hash: str
    note: str = ""


@dataclass(frozen=True)
class Session:
    """A whole session of breeding.

    Args:
        name: What to call it.
        seed: Whole number from 0 to 2**32 - 1.
        operators: How children differ from parents.
        chooser: Who chose: "eye", or a chooser's name.
        shown: Pictures in a generation.
        steps: The choices, in order.
        published: What came of it.
        start: A genome to breed on from; None starts from minimal ones.

    Raises:
        BadInput: A part is not usable, or a step names a picture that was not shown by then.

    Source: ours.
    """

    name: str
    seed: int
    operators: Operators = field(default_factory=Operators)
    chooser: str = "eye"
    shown: int = SHOWN
    steps: tuple[Step, ...] = ()
    published: tuple[Published, ...] = ()
    start: Genome | None = None

    def __post_init__(self) -> None:
        """Check the numbers and the names of pictures."""
        whole("seed", self.seed, least=0, most=2**32 - 1)
        whole("shown", self.shown, least=1, most=1000)
        for number, step in enumerate(self.steps):
            real(f"strength of step {number}", step.strength, least=0, most=10)
            if not step.parents:
                raise BadInput(f"step {number} must name one parent or more, got none.")
            for picture in step.parents:
                self.check_picture(picture, generations=number + 1)
        for one in self.published:
            self.check_picture(one.picture, generations=len(self.steps) + 1)

    @property
    def images_shown(self) -> int:
        """How many pictures the chooser has seen: the budget."""
        return self.shown * (len(self.steps) + 1)

    def check_picture(self, picture: object, *, generations: int) -> tuple[int, int]:
        """Return the generation and the place in a picture's name, or refuse it.

        Args:
            picture: "generation.place".
            generations: How many generations there are.

        Raises:
            BadInput: It is not such a name, or no such picture was shown.

        Source: ours.
        """
        head, dot, tail = str(picture).partition(".")
        digits = isinstance(picture, str) and dot and all(part.isascii() and part.isdigit() for part in (head, tail))
        if not digits or int(head) >= generations or int(tail) >= self.shown:
            shown = f"the name of a picture from 0.0 to {generations - 1}.{self.shown - 1}"
            raise bad("picture", shown, picture)
        return int(head), int(tail)

    def with_step(self, parents: Sequence[str], why: str = "", *, strength: float = 1.0) -> Session:
        """Return the session with one more choice.

        Args:
            parents: Names of pictures shown so far.
            why: The reason, in a line.
            strength: How boldly the operators work this time.

        Raises:
            BadInput: A picture was not shown, or the strength is out of range.

        Source: ours.
        """
        return replace(self, steps=(*self.steps, Step(tuple(parents), why, float(strength))))

    def to_json(self) -> dict[str, Any]:
        """Return the session as plain data, ready for a JSON file."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "seed": self.seed,
            "chooser": self.chooser,
            "shown": self.shown,
            "operators": describe(self.operators),
            "start": self.start.to_json() if self.start else None,
            "steps": [[" ".join(step.parents), step.strength, step.why] for step in self.steps],
            "published": [[one.picture, one.name, one.hash, one.note] for one in self.published],
        }

    @staticmethod
    def from_json(data: object) -> Session:
        """Build a session from plain data as `to_json` writes it.

        Args:
            data: The parsed JSON.

        Raises:
            BadInput: A part is missing or of the wrong kind.

        Source: ours.
        """
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            got = data.get("schema") if isinstance(data, dict) else data
            raise bad("session", f'a JSON object with "schema": "{SCHEMA}"', got)
        missing = {"name", "seed", "chooser", "shown", "operators", "start", "steps", "published"} - set(data)
        if missing:
            raise bad("session", f"an object with the field {min(missing)!r}", sorted(data))
        for text in ("name", "chooser"):
            if not isinstance(data[text], str):
                raise bad(f"session field {text!r}", "a string", data[text])
        return Session(
            name=data["name"],
            seed=data["seed"],
            operators=Operators.from_json(data["operators"]),
            chooser=data["chooser"],
            shown=data["shown"],
            steps=tuple(_step(item) for item in _list(data, "steps")),
            published=tuple(_published(item) for item in _list(data, "published")),
            start=None if data["start"] is None else Genome.from_json(data["start"]),
        )


def save_session(path: str | Path, session: Session) -> Path:
    """Write a session so that the file is whole, whatever happens meanwhile.

    Args:
        path: Where to; a session under way writes after each choice, and goes on from there.
        session: What.

    Returns:
        The path.

    Raises:
        BadInput: The path cannot be written.

    Source: ours.
    """
    data = session.to_json()
    # A line for each choice: compact, and a reader can follow it.
    steps = ",\n".join(storage.canonical_json(step) for step in data.pop("steps"))
    head = storage.canonical_json(data)
    return storage.write_text(path, f'{head[:-1]},"steps":[\n{steps}\n]}}\n')


def keep_session(path: str | Path, session: Session) -> Path:
    """Write a session that goes on, where nothing but its own beginning stands.

    Args:
        path: A new file, or the record of this session as it was earlier.
        session: What.

    Returns:
        The path.

    Raises:
        BadInput: The file holds another session, or one that has gone on otherwise; it is left as it is.

    Source: ours.
    """
    if Path(path).exists():
        known = load_session(path)
        steps, published = session.steps[: len(known.steps)], session.published[: len(known.published)]
        if known != replace(session, steps=steps, published=published):
            raise BadInput(f"{path} must hold the beginning of session {session.name!r}, got one that went otherwise.")
    return save_session(path, session)


def load_session(path: str | Path) -> Session:
    """Read a session.

    Args:
        path: The file.

    Raises:
        BadInput: It is missing, not JSON, or not a whole session; the sentence names it.

    Source: ours.
    """
    data = storage.read_json(path, argument="session")
    try:
        return Session.from_json(data)
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def genome_hash(genome: Genome) -> str:
    """Hash what decides a genome's picture: its nodes and connections, weights to the last bit.

    Args:
        genome: Any genome; its name, age and notes do not count.

    Returns:
        64 hexadecimal digits.

    Source: ours.
    """
    data = genome.to_json()
    return storage.content_hash([data["nodes"], data["connections"]])


def _list(data: dict[str, Any], key: str) -> list[Any]:
    if not isinstance(data[key], list):
        raise bad(f"session field {key!r}", "a list", data[key])
    return list(data[key])


def _step(item: object) -> Step:
    if not isinstance(item, list) or len(item) != 3 or not isinstance(item[0], str) or not isinstance(item[2], str):
        raise bad("step", "a list of the parents' names in one string, a strength and a reason", item)
    return Step(tuple(item[0].split()), item[2], real("strength", item[1]))


def _published(item: object) -> Published:
    if not isinstance(item, list) or len(item) != 4 or not all(isinstance(part, str) for part in item):
        raise bad("published picture", "a list of its number, name, hash and note", item)
    return Published(*item)
