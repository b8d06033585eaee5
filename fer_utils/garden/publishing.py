"""A garden of one's own: a folder of records of breeding, and of the genomes that were given a name.

``<folder>/sessions/<session>.json`` is the record, kept from the first choice on; ``<folder>/<name>.json`` is a
published genome, for `load_genome` and for ``make book IMAGE=…``. A published file is never written over.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from fer_utils import evolution, picbreeder, storage
from fer_utils.checks import BadInput, bad
from fer_utils.garden import bred, embedded

RECORDS: Final = "sessions"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,39}")


def file_name(argument: str, name: object) -> str:
    """Return a name that may name a file, or refuse it."""
    if not isinstance(name, str) or not _NAME.fullmatch(name.strip()):
        raise bad(argument, "up to 40 letters, digits, spaces, - and _, a letter or digit first", name)
    return name.strip()


def record_path(folder: str | Path, session: str) -> Path:
    """Return where a garden keeps the record of a session.

    Args:
        folder: The garden.
        session: The session's name.

    Raises:
        BadInput: The name cannot name a file.

    Source: ours.
    """
    return Path(folder) / RECORDS / f"{file_name('name of the session', session)}.json"


def publish(play: evolution.Play, picture: str, name: str, note: str = "", *, folder: str | Path) -> Path:
    """Give a picture a name: write its genome to a garden, and the publication into the session's record.

    Args:
        play: The session; its record is changed if, and only if, all was written.
        picture: "generation.place".
        name: What it shows; also the file's name.
        note: What a reader should know about it.
        folder: The garden.

    Returns:
        The genome's file.

    Raises:
        BadInput: No such picture was shown, the name is taken or cannot name a file, or a file cannot be written.

    Source: ours; publishing is Picbreeder's.
    """
    title = file_name("name", name)
    place, record = Path(folder) / f"{title}.json", record_path(folder, play.session.name)
    if title in {*embedded(), *bred.bred(), *picbreeder.PAPER} or title in {one.name for one in play.session.published}:
        raise BadInput(f"name must be a new one, got {title!r}, which another picture has.")
    if place.exists():
        raise BadInput(f"name must be a new one, got {title!r}, which {place} has.")
    before = play.session
    by = "by eye" if before.chooser == "eye" else f"by the chooser {before.chooser!r}"
    origin = f"Bred {by}: session {before.name!r}, picture {picture}, {before.images_shown} pictures shown."
    genome = replace(play.publish(picture, title, note.strip()), origin=origin)
    try:
        storage.write_json(place, genome.to_json(), replace=False)
        try:
            evolution.keep_session(record, play.session)
        except BaseException:
            place.unlink()
            raise
    except BaseException:
        play.session = before
        raise
    return place
