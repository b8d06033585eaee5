"""The pictures bred for this book: records of sessions, replayed when one is asked for.

Nothing but the records is kept: seed, operators and choices make every genome and every ancestor anew, to the bit, and
the hash in the record says whether they did.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from fer_utils import evolution, storage
from fer_utils.checks import bad, one_of, whole
from fer_utils.genome import Genome

FOLDER: Final = Path(__file__).parent / "sessions"


def sessions() -> tuple[str, ...]:
    """Name the recorded sessions, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def bred() -> dict[str, tuple[str, str]]:
    """Name the pictures that were published, with the session of each and its number there.

    Returns:
        Name to (session, "generation.place").

    Source: ours.
    """
    found = {}
    for name in sessions():
        # Names only: a replay, which needs more than this file, waits until a genome is asked for.
        for picture, title, *_ in storage.read_json(FOLDER / f"{name}.json")["published"]:
            found[title] = (name, picture)
    return dict(sorted(found.items()))


@cache
def play_session(name: str) -> evolution.Play:
    """Replay a recorded session.

    Args:
        name: One of `sessions`.

    Returns:
        The session in play, all its generations included. It is kept: breed on from a `Play` of your own.

    Raises:
        BadInput: There is no such session, or a picture does not come out the same.

    Source: ours.
    """
    one_of("session", name, sessions())
    return evolution.replay(evolution.load_session(FOLDER / f"{name}.json"))


def load_bred(name: str) -> Genome:
    """Load a bred genome by the name it was published under.

    Args:
        name: One of `bred`.

    Returns:
        The genome; its age is its number of generations from a minimal one.

    Raises:
        BadInput: There is no such picture.

    Source: ours.
    """
    session, picture = bred()[one_of("genome", name, bred())]
    play = play_session(session)
    note = next(one.note for one in play.session.published if one.name == name)
    return play.genome(picture, name=name, note=note)


def bred_on_from(name: str) -> str | None:
    """Name the garden's picture that a picture's session began from.

    Args:
        name: One of `bred`.

    Returns:
        One of `bred`; None where the session began from minimal genomes.

    Raises:
        BadInput: There is no such picture, or the session began from a genome that the garden does not have.

    Source: ours.
    """
    start = play_session(bred()[one_of("genome", name, bred())][0]).session.start
    if start is None:
        return None
    if start.name not in bred() or evolution.genome_hash(start) != evolution.genome_hash(load_bred(start.name)):
        raise bad("start", f"a picture of the garden for the session of {name!r} to begin from", start.name)
    return start.name


def ancestors(name: str, *, count: int | None = None) -> tuple[list[Genome], list[int]]:
    """Return the line of a bred picture's ancestors in its session, from the first generation to itself.

    Args:
        name: One of `bred`.
        count: How many, spread evenly over the line, its ends among them; None for all.

    Returns:
        The genomes, and the generation of each.

    Raises:
        BadInput: There is no such picture, or the count is below 2.

    Source: paper, figure 8, for this project's own pictures.
    """
    session, picture = bred()[one_of("genome", name, bred())]
    play = play_session(session)
    line = play.lineage(picture)
    if count is not None and whole("count", count, least=2) < len(line):
        places = np.unique(np.linspace(0, len(line) - 1, count).round().astype(int))
        line = [line[place] for place in places]
    return [play.genome(one, name=f"{name}, {one}") for one in line], [int(one.split(".")[0]) for one in line]
