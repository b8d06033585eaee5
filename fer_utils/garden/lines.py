"""The garden's family lines, followed: what happened on the way to each picture, and the trees of the sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import networkx as nx
import numpy as np

from fer_utils import evolution
from fer_utils.checks import one_of
from fer_utils.garden.bred import bred, play_session, sessions
from fer_utils.images import Array

SIZE = 64


@dataclass(frozen=True)
class Line:
    """The way to one picture of the garden.

    Args:
        name: The picture's.
        session: The session it was bred in.
        chooser: Who chose: "eye", or a chooser's name.
        measures: Descriptors and sizes of every ancestor.
        errors: ``(ancestors,)`` mean squared difference of each from the picture it led to.
        drift: Which way the weights went; None where there are fewer than three ancestors.
    """

    name: str
    session: str
    chooser: str
    measures: evolution.LineMeasures
    errors: Array
    drift: evolution.Drift | None

    @property
    def generations(self) -> list[int]:
        """The generation of each ancestor."""
        return [int(name.split(".")[0]) for name in self.measures.names]

    @property
    def steps_away(self) -> float:
        """Share of the steps that lead away from what the picture will be, pixel by pixel."""
        return float((np.diff(self.errors) > 0).mean()) if len(self.errors) > 1 else float("nan")


@cache
def line(name: str) -> Line:
    """Follow the ancestors of a bred picture.

    Args:
        name: One of `bred`.

    Returns:
        Its line.

    Raises:
        BadInput: There is no such picture.

    Source: paper, section on the path to an image.
    """
    session, picture = bred()[one_of("genome", name, bred())]
    play = play_session(session)
    names = play.lineage(picture)
    cppns = [play.cppn(one) for one in names]
    drawn = evolution.draw(cppns, SIZE).astype(np.float64)
    return Line(
        name=name,
        session=session,
        chooser=play.session.chooser,
        measures=evolution.measure_line(play, picture, size=SIZE),
        errors=((drawn - drawn[-1]) ** 2).mean(axis=(1, 2, 3)),
        drift=evolution.drift(cppns) if len(cppns) > 2 else None,
    )


def lines(names: Sequence[str] | None = None) -> list[Line]:
    """Follow the ancestors of several pictures: all of the garden, by default, those bred by eye first."""
    wanted = list(bred()) if names is None else list(names)
    return sorted((line(name) for name in wanted), key=lambda one: one.chooser != "eye")


def pairs(*, size: int = 32) -> dict[str, list[evolution.Pair]]:
    """Compare parents and chosen children in every session; see `fer_utils.evolution.chosen_pairs`.

    Args:
        size: Side length in pixels at which they are compared.

    Returns:
        By session, those by eye first.

    Source: paper, figure 10.
    """
    ordered = sorted(sessions(), key=lambda name: play_session(name).session.chooser != "eye")
    return {name: evolution.chosen_pairs(play_session(name), size=size) for name in ordered}


def picture(session: str, name: str, *, size: int = 128) -> Array:
    """Draw one picture of a session: ``(size, size, 3)`` in [0, 1].

    Args:
        session: One of `sessions`.
        name: "generation.place".
        size: Side length in pixels.

    Raises:
        BadInput: There is no such session or picture.

    Source: ours.
    """
    drawn: Array = evolution.draw([play_session(session).cppn(name)], size)[0].astype(np.float64)
    return drawn


@dataclass(frozen=True)
class FamilyTree:
    """A session's family tree with its pictures, as `fer_utils.plotting.family_tree` takes it."""

    tree: nx.DiGraph
    generations: dict[str, int]
    images: dict[str, Array]
    names: dict[str, str]


def family_tree(session: str, *, size: int = 96) -> FamilyTree:
    """Lay out all that was chosen or published in a session.

    Args:
        session: One of `sessions`.
        size: Side length of the pictures in pixels.

    Raises:
        BadInput: There is no such session.

    Source: paper, figure 3.
    """
    play = play_session(session)
    graph = evolution.tree(play)
    nodes = [node for node in graph if "." in node]
    drawn = evolution.draw([play.cppn(node) for node in nodes], size).astype(np.float64)
    return FamilyTree(
        graph,
        {node: int(node.split(".")[0]) for node in nodes},
        dict(zip(nodes, drawn, strict=True)),
        {one.picture: one.name for one in play.session.published},
    )
