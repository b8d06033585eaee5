"""Serendipity, by a rule: a chosen child that is further from its parent than its siblings are.

Chance gives a null: where a chooser does not care how far a child is from its parent, a chosen child is the furthest of
n siblings once in n times, and in the mean half of its siblings are nearer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fer_utils.evolution.drawing import draw
from fer_utils.evolution.replaying import Play


@dataclass(frozen=True)
class Pair:
    """A chosen picture beside the parent it is nearest to.

    Args:
        parent: "generation.place".
        child: "generation.place".
        distance: Root mean square difference of the two over pixels and colours, in [0, 1].
        nearer: Share of the child's siblings that are nearer to a parent than it is, in [0, 1]; a tie counts half.
        why: The reason that was given for choosing the child, where it became a parent; else empty.
    """

    parent: str
    child: str
    distance: float
    nearer: float
    why: str

    @property
    def furthest(self) -> bool:
        """Whether no sibling is as far: the rule for a serendipitous pair."""
        return self.nearer == 1.0


def chosen_pairs(play: Play, pictures: list[str] | None = None, *, size: int = 64) -> list[Pair]:
    """Compare chosen children with their parents, and both with those that were passed over.

    Args:
        play: The session.
        pictures: Which children, "generation.place"; None for all that were chosen or published. Those of the first
            generation have no parents and are left out.
        size: Side length in pixels at which they are compared.

    Returns:
        A pair for each, in the order of the children's generations.

    Raises:
        BadInput: A picture was not shown.

    Source: paper, figure 10, for the idea; the rule is ours.
    """
    reasons = {parent: step.why for step in reversed(play.session.steps) for parent in step.parents}
    if pictures is None:
        pictures = [*reasons, *(one.picture for one in play.session.published)]
    parts = {picture: play.session.check_picture(picture, generations=len(play.generations)) for picture in pictures}
    ordered = sorted((place, picture) for picture, place in parts.items() if place[0] > 0)
    return [_pair(play, picture, place, reasons.get(picture, ""), size) for place, picture in ordered]


def _pair(play: Play, child: str, place: tuple[int, int], why: str, size: int) -> Pair:
    generation, index = place
    parents = play.parents(child)
    before = draw([play.cppn(parent) for parent in parents], size)
    after = draw(play.generations[generation], size)
    apart = np.sqrt(((after[:, None].astype(np.float64) - before[None]) ** 2).mean(axis=(2, 3, 4)))
    distances = apart.min(axis=1)
    others = np.delete(distances, index)
    nearer = float(np.mean((others < distances[index]) + 0.5 * (others == distances[index]))) if len(others) else 0.5
    return Pair(parents[int(apart[index].argmin())], child, float(distances[index]), nearer, why)
