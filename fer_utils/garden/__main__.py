"""Replay the garden: ``python -m fer_utils.garden`` (``make garden``), or one of yours: ``… garden MY_FOLDER``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from fer_utils import evolution
from fer_utils.checks import BadInput, shorten
from fer_utils.garden import bred
from fer_utils.garden.publishing import RECORDS


def main(arguments: Sequence[str] | None = None, *, folder: Path = bred.FOLDER) -> int:
    """Replay every recorded session, with a line for each picture; all are tried, whatever fails.

    Args:
        arguments: Folders with records, or with a folder `sessions` of them; none for the book's own.
        folder: Where the book's own records are.

    Returns:
        0; 1 if a picture did not come out the same or a record is broken; 2 if what was named is no folder.

    Source: ours.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if strangers := [one for one in given if not Path(one).is_dir()]:
        sys.stderr.write(f"fer_utils.garden must be given folders of recorded sessions, got {shorten(strangers[0])}.\n")
        return 2
    folders = [Path(one) / RECORDS if (Path(one) / RECORDS).is_dir() else Path(one) for one in given] or [folder]
    paths = [path for place in folders for path in sorted(place.glob("*.json"))]
    return max([_replayed(path) for path in paths], default=0)


def _replayed(path: Path) -> int:
    """Replay one session and say what came of it: 0, or 1 if it is not what was recorded."""
    try:
        play = evolution.replay(evolution.load_session(path))
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for one in play.session.published:
        age, shown = len(play.lineage(one.picture)) - 1, play.session.images_shown
        sys.stdout.write(
            f"{one.name:<10} by {play.session.chooser:<10} {age:>3} generations, {shown:>4} images shown, "
            f"the same: {one.hash[:12]}\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
