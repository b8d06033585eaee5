"""The Python side of ``<fer-replay>``: records of breeding in, a piece of HTML out that breeds them anew.

The page gets the records (a few kilobytes for a session of hundreds of pictures) and one small picture of each that was
published. ``replay.js`` makes every generation from them, to the bit, and draws it.
"""

from __future__ import annotations

import base64
import html
import io
import json
import os
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from PIL import Image

from fer_utils import images
from fer_utils.checks import BadInput, bad, one_of
from fer_utils.evolution import CPPN, Play, Session, from_genome, replay

SCHEMA: Final = "fer-replay/1"
SIDE: Final = 64  # of a picture in the gallery, pixels
QUALITY: Final = 85  # of WebP, out of 100


class Replays:
    """Sessions ready to be shown: the last line of a notebook cell.

    Args:
        plays: Sessions in play, each with at least one published picture.
        selected: Name of the published picture to begin with.

    Source: paper, section on Picbreeder, whose site keeps every picture's ancestry.
    """

    def __init__(self, plays: Sequence[Play], selected: str) -> None:
        self.plays, self.selected = tuple(plays), selected

    def __repr__(self) -> str:
        """Say what it is, for places that show no HTML."""
        return f"Replays({', '.join(play.session.name for play in self.plays)})"

    @property
    def payload(self) -> dict[str, Any]:
        """Plain data as ``replay.js`` describes it."""
        found = sorted((one.name, play, one.picture) for play in self.plays for one in play.session.published)
        pictures = [play.genome(picture).image(SIDE) for _, play, picture in found]
        gallery = {"side": SIDE, "image": _strip(pictures), "names": [name for name, *_ in found]}
        sessions = [_record(play.session) for play in self.plays]
        return {"schema": SCHEMA, "selected": self.selected, "sessions": sessions, "gallery": gallery}

    def html(self, *, inline_assets: bool | None = None) -> str:
        """Return the element with its data and a gallery that needs no script.

        Args:
            inline_assets: Whether to add script and styles; by default yes, but not while the book is built.

        Source: ours.
        """
        if inline_assets is None:
            inline_assets = os.environ.get("FER_BOOK_BUILD") != "1"
        payload = self.payload
        data = json.dumps(payload, allow_nan=False).replace("<", "\\u003c")
        names = html.escape(", ".join(payload["gallery"]["names"]))
        element = (
            f'<fer-replay><script type="application/json">{data}</script><div class="fer-replay-fallback">'
            f'<img src="{payload["gallery"]["image"]}" alt="Pictures found in the sessions: {names}.">'
            "</div></fer-replay>"
        )
        return f"<style>{styles()}</style>{element}<script>{script()}</script>" if inline_assets else element

    def page(self) -> str:
        """Return a whole HTML page that works from a file on disk."""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>How these pictures were bred</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<style>body { max-width: 60rem; margin: 0 auto; padding: 0.75rem; }</style></head>"
            f"<body>{self.html(inline_assets=True)}</body></html>\n"
        )

    def _repr_html_(self) -> str:
        return self.html()


def replays(sessions: Play | Session | Iterable[Play | Session], *, selected: str | None = None) -> Replays:
    """Show recorded sessions of breeding step by step: what was shown, what was chosen, and why.

    Args:
        sessions: One or more, as records or in play, each with a published picture.
        selected: Name of the published picture to begin with; by default the last one of the first session.

    Returns:
        What a notebook shows; it needs no kernel and no network.

    Raises:
        BadInput: There is no session, one published nothing, a record does not come out the same, a name stands for two
            pictures, or no picture has the name selected.

    Source: paper, section on Picbreeder.
    """
    given = [sessions] if isinstance(sessions, Play | Session) else list(sessions)
    for one in given:
        if not isinstance(one, Play | Session):
            raise bad("each of the sessions", "a session of breeding, as a record or in play", one)
    plays = [replay(one) if isinstance(one, Session) else one for one in given]
    if not plays:
        raise BadInput("sessions must be one or more, got none.")
    for play in plays:
        if not play.session.published:
            raise BadInput(f"session {play.session.name!r} must have a published picture, got none.")
    names = [one.name for play in plays for one in play.session.published]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadInput(f"each published name must stand for one picture, got {twice[0]!r} more than once.")
    first = plays[0].session.published[-1].name
    return Replays(plays, first if selected is None else one_of("selected", selected, names))


@cache
def script() -> str:
    """Return the element's JavaScript."""
    return (resources.files(__package__) / "replay.js").read_text(encoding="utf-8")


@cache
def styles() -> str:
    """Return the element's CSS."""
    return (resources.files(__package__) / "replay.css").read_text(encoding="utf-8")


def _record(session: Session) -> dict[str, Any]:
    """Return the record as the script reads it: a genome to start from as numbered genes."""
    start = None if session.start is None else _genes(from_genome(session.start))
    return session.to_json() | {"start": start}


def _genes(cppn: CPPN) -> dict[str, Any]:
    nodes = [[key, gene.activation] for key, gene in sorted(cppn.nodes.items())]
    return {"nodes": nodes, "links": [[*gene.key, gene.weight, gene.innovation] for gene in cppn.links()]}


def _strip(pictures: Sequence[images.Array]) -> str:
    """Encode pictures side by side as a data URI."""
    buffer = io.BytesIO()
    side_by_side = images.to_bytes(np.concatenate(list(pictures), axis=1))
    Image.fromarray(side_by_side).save(buffer, format="WebP", quality=QUALITY, method=6)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
