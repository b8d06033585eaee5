"""New pictures for a network to learn, equally far from the old one, and what of them is shown.

They come from three sources, so that none is at home everywhere. A *mutant of the evolved network* is what evolution
would have tried next; its twin has never met such a thing. A *mutant of the twin* is the same the other way round. An
*edit* is nobody's mutant: the picture moved, stretched, turned, bent or recoloured.

Conventions that bite: every task differs by the same root mean square, `CHANGE`, from the picture of the network that
it was made from, and looks like a picture by the rule of `looks`; where no try reaches that, it is refused. A twin's
own picture is not quite the old one, so its mutants are a little farther from that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_utils import images
from fer_utils.checks import BadInput, one_of, whole
from fer_utils.controls import movable_weights
from fer_utils.cppn import Network, forward
from fer_utils.images import Array
from fer_utils.studies.looks import apart, draw_many, image_like

CHANGE: Final = 0.2  # root mean square difference of a task from the old picture
WITHIN: Final = 0.1  # of CHANGE: how near the difference must come
RATE: Final = 0.25  # chance of each weight to move, as in evolution's own operators
TRIES: Final = 60
SIDE: Final = 32  # pixels at which it is judged whether a task looks like a picture
EDITS: Final = ("move", "stretch", "turn", "bend", "recolour")
MASKS: Final = ("right half", "lower half", "nine tenths")  # what is hidden
SEEN: Final = 0.1  # share of the pixels that is shown where nine tenths are hidden
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Task:
    """A picture to learn.

    Args:
        source: "evolved", "twin" or "edit".
        name: Which, as in "mutant 2" or "turn".
        target: ``(size, size, 3)`` in [0, 1].

    Source: ours.
    """

    source: str
    name: str
    target: Array


def moved(movable: Mask, rng: np.random.Generator, *, rate: float = RATE) -> Array:
    """Draw a direction: each movable weight takes part with a chance, at least one does, by a normal number.

    Args:
        movable: ``(n,)``: which weights may move.
        rng: Draws.
        rate: Chance of each; 0 for exactly one weight.

    Returns:
        ``(n,)``, zero where a weight stays.

    Source: ours, after the operators of `fer_utils.evolution`.
    """
    places = np.flatnonzero(movable)
    if not len(places):
        raise BadInput("movable must mark one weight or more, got none.")
    chosen = rng.random(len(places)) < rate
    chosen[rng.integers(len(places))] = True
    direction = np.zeros(len(movable))
    direction[places] = chosen * rng.normal(size=len(places))
    return direction


def mutant(network: Network, seed: int, *, size: int, change: float = CHANGE, every: bool = False) -> Array:
    """Draw a mutant of a network: some weights moved along a random direction until the picture differs enough.

    Args:
        network: The parent.
        seed: Of the directions.
        size: Side length of the picture in pixels.
        change: Root mean square difference from the parent's picture.
        every: Whether all weight slots may move, not only those that are there.

    Returns:
        ``(size, size, 3)`` in [0, 1], drawn in single precision.

    Raises:
        BadInput: No direction leads to such a picture.

    Source: ours.
    """
    rng = np.random.Generator(np.random.PCG64([whole("seed", seed, least=0), 271]))
    movable = np.ones(len(network.flat()), dtype=bool) if every else movable_weights(network)
    for _ in range(TRIES):
        direction = moved(movable, rng)

        def at(amounts: Array, side: int, direction: Array = direction) -> Any:
            return draw_many(network.architecture, network.flat() + amounts[:, None] * direction, side)

        found = _as_far(at, change, size)
        if found is not None:
            return found
    raise BadInput(f"network must have a mutant that looks like a picture, got none in {TRIES} tries.")


def edit(network: Network, kind: str, seed: int, *, size: int, change: float = CHANGE) -> Array:
    """Draw a network's picture moved, stretched, turned, bent or recoloured until it differs enough.

    Args:
        network: Draws the picture; none of its weights moves.
        kind: One of `EDITS`.
        seed: Of the way.
        size: Side length in pixels.
        change: Root mean square difference from the old picture.

    Returns:
        ``(size, size, 3)`` in [0, 1]: drawn anew on other coordinates or in other colours, nothing is resampled.

    Raises:
        BadInput: The kind is unknown, or no edit of it leads so far.

    Source: ours.
    """
    place = EDITS.index(one_of("kind", kind, EDITS))
    rng = np.random.Generator(np.random.PCG64([whole("seed", seed, least=0), place, 577]))
    for _ in range(TRIES):
        angle = float(rng.uniform(0, 2 * np.pi))

        def at(amounts: Array, side: int, angle: float = angle) -> Any:
            return np.array([_edited(network, kind, amount, angle, side) for amount in amounts])

        found = _as_far(at, change, size, most=1.0)
        if found is not None:
            return found
    raise BadInput(f"network must have an edit of the kind {kind!r} that goes so far, got none in {TRIES} tries.")


def amount_for(at: Callable[[Array], Any], change: float, *, most: float = 4.0, within: float = WITHIN) -> float | None:
    """Find how far to go along a way until the picture differs by so much.

    Args:
        at: Draws the pictures at some amounts, ``(count, side, side, 3)``; at 0 the old one.
        change: Root mean square difference that is wanted.
        most: The largest amount.
        within: Share of the change by which it may be missed.

    Returns:
        The first amount found, or None where the picture jumps over it or never differs so much.

    Source: ours.
    """
    amounts = np.concatenate([[0.0], np.geomspace(most / 250, most, 14)])
    pictures = at(amounts)
    old = pictures[:1]
    far = apart(pictures, old)[:, 0]
    if not (far >= change).any():
        return None
    first = int(np.argmax(far >= change))
    low, high = float(amounts[first - 1]), float(amounts[first])
    for _ in range(3):  # each time among four amounts in between
        between = np.linspace(low, high, 5)
        reach = apart(at(between), old)[:, 0]
        place = max(1, int(np.argmax(reach >= change)))
        low, high = float(between[place - 1]), float(between[place])
    reached = float(apart(at(np.array([high])), old)[0, 0])
    return high if abs(reached - change) <= within * change else None


def _as_far(at: Callable[..., Any], change: float, size: int, *, most: float = 4.0) -> Array | None:
    """Look for the picture on a small grid, and draw it at its size where it looks like one and differs enough."""
    amount = amount_for(lambda amounts: at(amounts, SIDE), change, most=most)
    if amount is None or not image_like(at(np.array([amount]), SIDE))[0]:
        return None
    # The same weights differ by a little more or less on another grid.
    pictures = at(amount * np.concatenate([[0.0], np.linspace(0.8, 1.2, 9)]), size)
    missed = np.abs(apart(pictures[1:], pictures[:1])[:, 0] - change)
    best = int(missed.argmin())
    return np.asarray(pictures[1 + best], dtype=np.float64) if missed[best] <= WITHIN * change else None


def shown_pixels(mask: str, size: int, *, seed: int) -> NDArray[np.int64]:
    """Return the places of the pixels that are shown.

    Args:
        mask: One of `MASKS`: what is hidden.
        size: Side length in pixels.
        seed: Of those that are drawn, where nine tenths are hidden.

    Returns:
        ``(n,)`` whole numbers, counted row by row.

    Source: ours.
    """
    one_of("mask", mask, MASKS)
    row, column = np.divmod(np.arange(size * size), size)
    if mask == "right half":
        return np.flatnonzero(column < size // 2)
    if mask == "lower half":
        return np.flatnonzero(row < size // 2)
    rng = np.random.Generator(np.random.PCG64([whole("seed", seed, least=0), 1009]))
    return np.sort(rng.choice(size * size, size=round(SEEN * size * size), replace=False))


def outside_frame(network: Network, size: int, *, reach: float = 1.5) -> Array:
    """Draw a network's picture beyond its frame: coordinates from -reach to reach, the frame's own pixels left out.

    Args:
        network: Any.
        size: Side length of the grid in pixels.
        reach: More than 1.

    Returns:
        ``(n, 3)`` colours of the pixels outside.

    Source: ours.
    """
    line = np.linspace(-reach, reach, images.image_size("size", size))
    y, x = np.meshgrid(line, line, indexing="ij")
    outside = (np.abs(x) > 1) | (np.abs(y) > 1)
    return _colours(network, x[outside], y[outside]).T


def _colours(network: Network, x: Array, y: Array, *, hue: float = 0.0) -> Array:
    """Draw a network at any coordinates: ``(3, pixels)``."""
    x, y = x.ravel(), y.ravel()
    inputs = np.stack([x, y, 1.4 * np.hypot(x, y), np.ones_like(x)])
    _, raw = forward(network.weights, network.architecture, inputs)
    return np.asarray(images.colour(np.asarray(raw) + np.array([hue, 0, 0])[:, None]))


def _edited(network: Network, kind: str, amount: float, angle: float, size: int) -> Array:
    x, y = images.coordinates(size)[:2]
    hue, sign = 0.0, 1.0 if angle < np.pi else -1.0
    if kind == "move":
        x, y = x + amount * np.cos(angle), y + amount * np.sin(angle)
    elif kind == "stretch":
        factor = (1 + 2 * amount) ** sign
        x, y = x * factor, y / factor
    elif kind == "turn":
        turned = sign * amount * np.pi
        x, y = np.cos(turned) * x - np.sin(turned) * y, np.sin(turned) * x + np.cos(turned) * y
    elif kind == "bend":
        x = x + 2 * sign * amount * (y**2 - 1 / 3)
    else:
        hue = sign * amount / 2
        if not _coloured(network, size):
            return _toned(network, amount, sign, size)
    return np.moveaxis(_colours(network, x, y, hue=hue).reshape(3, size, size), 0, -1)


def _coloured(network: Network, size: int) -> bool:
    picture = network.image(SIDE)
    return bool(np.ptp(picture, axis=-1).max() > 0.05)


def _toned(network: Network, amount: float, sign: float, size: int) -> Array:
    """Give a grey picture a tone: its red and its blue fade against each other."""
    tone = np.array([1 - amount * (sign > 0), 1 - amount / 2, 1 - amount * (sign < 0)])
    return network.image(size) * tone
