"""What a network does alike for several images, and what each factor moves in it.

Everything here takes **one ordinary network for each image**, of one architecture: a conditioned network under several
codes, an evolved network under several values of a few weights, or networks that never met. A neuron is "the same" in
all of them by its place. Neurons that copy another one in all images, or an input or output, or that never vary, are
set aside once, for all images together, as functional units are for one image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_utils import images, metrics
from fer_utils.checks import bad, real
from fer_utils.cppn import Network
from fer_utils.cppn.network import forward, step
from fer_utils.images import Array
from fer_utils.measuring import insides_of
from fer_utils.metrics.insides import centred, varies
from fer_utils.metrics.units import COPY, copies_of
from fer_utils.rotations.space import mirrored, one_thread

MATTERS: Final = 1e-2  # root mean square change of the picture from which a unit matters
ALIKE: Final = 0.99  # correlation, either sign, from which two maps are the same
MOVED: Final = 0.1  # of a unit's standard deviation: from here on a factor moves it
Place = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Sharing:
    """What several images have in common inside.

    Args:
        units: (layer, neuron) of each unit that matters in one image or more.
        effects: ``(units, images)``: root mean square change of the picture where the unit is held at its mean.
        distinct: How many different maps there are in all images together.
        each: How many there are in one image, on average.

    Source: ours.
    """

    units: tuple[Place, ...]
    effects: Array
    distinct: int
    each: float

    @property
    def used(self) -> float:
        """The share of the images in which a unit matters, on average over units."""
        return float((self.effects > MATTERS).mean()) if self.effects.size else float("nan")

    @property
    def reuse(self) -> float:
        """How much of an image's insides the others have too: 1 where all have the same maps, 0 where none is shared.

        Formula: 1 - (D / K - 1) / (n - 1), for D maps in all n images and K in one.
        """
        count = self.effects.shape[1]
        if count < 2 or not self.each:
            return float("nan")
        return 1 - (self.distinct / self.each - 1) / (count - 1)


def sharing(networks: Sequence[Network], *, size: int = 32) -> Sharing:
    """Look at which units matter in which of several images, and how many different maps they have.

    Args:
        networks: One for each image, of one architecture; two or more.
        size: Side of the grid in pixels.

    Raises:
        BadInput: There are fewer than two, or of several architectures.

    Source: ours.
    """
    _of_one_shape(networks)
    with one_thread():
        hidden = [_hidden(one, size) for one in networks]
        units = common_units(networks, size=size)
        effects = np.stack([_effects(one, maps, units) for one, maps in zip(networks, hidden, strict=True)], axis=1)
        mattering = np.asarray((effects > MATTERS).any(axis=1))
        kept = tuple(unit for unit, own in zip(units, mattering.tolist(), strict=True) if own)
        maps = [np.stack([one[layer][neuron] for layer, neuron in kept]) for one in hidden] if kept else []
        # A map that does nothing in an image is none of its maps.
        used = [one[effects[mattering, number] > MATTERS] for number, one in enumerate(maps)]
        each = [count_distinct(one) for one in used]
        everything = np.concatenate(used) if used else np.empty((0, size * size))
    return Sharing(kept, effects[mattering], count_distinct(everything), float(np.mean(each)) if each else 0.0)


def common_units(networks: Sequence[Network], *, size: int = 32) -> tuple[Place, ...]:
    """List the neurons that say something of their own, over all images together.

    Neurons that never vary are dropped, and so are copies of the coordinates or of raw outputs; of neurons that copy
    each other in all images the first counts.

    Args:
        networks: One for each image.
        size: Side of the grid in pixels.

    Source: ours, as `metrics.functional_units`.
    """
    shape, points = networks[0].architecture, images.coordinates(size).reshape(4, -1)
    runs = [forward(one.weights, shape, points) for one in networks]
    long = np.concatenate([np.concatenate(hidden) for hidden, _ in runs], axis=1)
    ends = np.concatenate([np.tile(points, len(runs)), np.concatenate([raw for _, raw in runs], axis=1)])
    free = np.flatnonzero(varies(long) & ~copies_of(long, ends))
    unit = _unit_length(long[free])
    alike = np.abs(unit @ unit.T) > COPY
    first = [index for index in range(len(free)) if not alike[index, :index].any()]
    return tuple((int(place) // shape.width, int(place) % shape.width) for place in free[first])


def count_distinct(maps: Array, *, alike: float = ALIKE) -> int:
    """Count maps that differ: each that correlates with no counted one by `alike` or more, with either sign.

    Args:
        maps: ``(n, pixels)``; constant ones do not count.
        alike: Above 0, at most 1.

    Source: ours.
    """
    limit = real("alike", alike, above=0, most=1)
    unit = _unit_length(maps[varies(maps)]) if len(maps) else maps
    alike_pairs = np.abs(unit @ unit.T) >= limit
    counted = np.zeros(len(unit), dtype=bool)
    for row in range(len(unit)):
        counted[row] = not (alike_pairs[row] & counted).any()
    return int(counted.sum())


@dataclass(frozen=True, eq=False)
class Alignment:
    """Which factors move which units.

    Args:
        moves: ``(units, factors)``: root mean square change of a unit's map when a factor is turned over, in units of
            the map's standard deviation over all images and pixels.

    Source: ours.
    """

    moves: Array

    @property
    def moved(self) -> float:
        """The share of the units that one factor moves, on average over factors."""
        return float((self.moves > MOVED).mean()) if self.moves.size else float("nan")

    @property
    def alignment(self) -> float:
        """How far units answer to one factor each: 0 where every unit answers to all alike, 1 where each has its own.

        Formula: 1 - H / log k of each unit's squared moves, k factors; the mean over units, by their squared moves.
        Source: the disentanglement of Eastwood and Williams 2018, for moves in the place of importances.
        """
        squares = self.moves**2
        totals = squares.sum(axis=1)
        if squares.size == 0 or squares.shape[1] < 2 or not totals.sum():
            return float("nan")
        shares = squares[totals > 0] / totals[totals > 0, None]
        logs = np.log(np.where(shares > 0, shares, 1))
        purity = 1 + (shares * logs).sum(axis=1) / np.log(squares.shape[1])
        return float((purity * totals[totals > 0]).sum() / totals.sum())


def alignment(at: Callable[[Any], Network], codes: Any, *, size: int = 32) -> Alignment:
    """Turn each factor over, and look at which units move.

    Args:
        at: From a code of -1 and 1 to the network that draws its image.
        codes: ``(n, k)``: where to stand when a factor is turned over.
        size: Side of the grid in pixels.

    Raises:
        BadInput: The codes are none.

    Source: ours.
    """
    stands = np.asarray(codes, dtype=np.float64)
    if stands.ndim != 2 or not stands.size:
        raise bad("codes", "of shape (n, k)", stands)
    with one_thread():
        networks = [at(code) for code in stands]
        units = sharing(networks, size=size).units if len(networks) > 1 else common_units(networks, size=size)
        here = np.stack([_picked(one, units, size) for one in networks])
        deviation = np.maximum(here.std(axis=(0, 2)), 1e-12)
        columns = []
        for factor in range(stands.shape[1]):
            turned = stands * np.where(np.arange(stands.shape[1]) == factor, -1, 1)
            there = np.stack([_picked(at(code), units, size) for code in turned])
            columns.append(np.sqrt(((there - here) ** 2).mean(axis=(0, 2))) / deviation)
    return Alignment(np.stack(columns, axis=1))


def mean_measures(networks: Sequence[Network], *, size: int = 64) -> dict[str, float]:
    """Measure P, G, N and K of each image's network, and return their means; of N the geometric one.

    Args:
        networks: One for each image.
        size: Side of the grid in pixels, even.

    Source: ours.
    """
    order, rows = mirrored("mirror_x", size), []
    with one_thread():
        for one in networks:
            opened = insides_of(one, size)
            units = metrics.functional_units(opened)
            mixed = metrics.feature_mixing(opened, units, order), metrics.basis_free_mixing(opened, order)
            rows.append((*mixed, np.log(metrics.response_modes(opened)), len(units)))
    parity, free, modes, count = np.nanmean(rows, axis=0)
    return {"P": float(parity), "G": float(free), "N": float(np.exp(modes)), "K": float(count)}


def _of_one_shape(networks: Sequence[Network]) -> None:
    if len(networks) < 2:
        raise bad("networks", "two or more", len(networks))
    if len({str(one.architecture) for one in networks}) > 1:
        raise bad("networks", "of one architecture", sorted({str(one.architecture) for one in networks}))


def _hidden(network: Network, size: int) -> list[Array]:
    hidden, _ = forward(network.weights, network.architecture, images.coordinates(size).reshape(4, -1))
    return hidden


def _picked(network: Network, units: Sequence[Place], size: int) -> Array:
    hidden = _hidden(network, size)
    return np.stack([hidden[layer][neuron] for layer, neuron in units]) if units else np.empty((0, size * size))


def _effects(network: Network, hidden: list[Array], units: Sequence[Place]) -> Array:
    """Hold each unit at its mean over the picture, and return how far the picture moves, root mean square."""
    picture = images.colour(step(network.weights[-1], network.architecture, len(hidden), hidden[-1]))
    found = np.zeros(len(units))
    for layer in {layer for layer, _ in units}:
        places = [number for number, unit in enumerate(units) if unit[0] == layer]
        below = np.repeat(hidden[layer][None], len(places), axis=0)
        for row, number in enumerate(places):
            below[row, units[number][1]] = below[row, units[number][1]].mean()
        for above in range(layer + 1, len(network.weights)):
            below = step(network.weights[above], network.architecture, above, below)
        changed = np.moveaxis(images.colour(np.moveaxis(below, 1, 0)), 0, 1)
        found[places] = np.sqrt(((changed - picture) ** 2).mean(axis=(1, 2)))
    return found


def _unit_length(maps: NDArray[np.float64]) -> Array:
    away = centred(maps)
    return np.asarray(away / np.linalg.norm(away, axis=1, keepdims=True))
