"""How much each weight moves the picture, and which weights are worth a look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from fer_utils import garden, images
from fer_utils.checks import bad, whole
from fer_utils.cppn import Network, Weight
from fer_utils.images import Array
from fer_utils.layerize import EvolvedNetwork
from fer_utils.sweeps.choosing import known_engine, known_threads
from fer_utils.sweeps.compiled import Sweeper
from fer_utils.sweeps.drawing import Prefix, changes_of, render, values_of

MOST_PIXELS = 2**26  # pixels of all pictures measured in one call of the compiled kernel: less than a second's work

PAPER_SWEEPS: dict[str, dict[str, dict[int, str]]] = {
    "skull": {
        "evolved": {4371: "mouth opening", 5009: "winking", 5097: "eye width", 37: "jaw width"},
        "sgd": {1587: "", 81: "", 46: "", 3185: ""},
    },
    "butterfly": {
        "evolved": {1949: "wing area", 3702: "colour", 17: "butterfly to fly", 133: "vertical shape"},
        "sgd": {5603: "", 3796: "", 3848: "", 78: ""},
    },
    "apple": {
        "evolved": {42178: "stem angle", 4140: "size", 34459: "background", 17131: "stem removed"},
        "sgd": {37753: "", 135: "", 37721: "", 37809: ""},
    },
}
"""Weights the paper chose to sweep, by image and network, as paper id to the paper's label.

Source: paper, figures 6, 16 and 20 (it gives the SGD networks' sweeps no labels).
"""

PAPER_SPAN: tuple[float, ...] = (-1.0, -0.5, 0.0, 0.5, 1.0)
PAPER_OFFSETS: dict[str, dict[int, tuple[float, ...]]] = {"apple": {42178: (-3.0, -2.0, -1.0, 0.0, 1.0)}}
"""Distances from a weight's own value at which the paper draws a chosen sweep: `PAPER_SPAN`, save where it is listed.

Source: paper, figure 20; the authors' files.
"""


def offsets_of(image: str, number: int) -> tuple[float, ...]:
    """Return the distances from its own value at which the paper draws the sweep of a weight.

    Args:
        image: Name of the image.
        number: The paper's id.

    Source: paper, figures 6, 16 and 20.
    """
    return PAPER_OFFSETS.get(image, {}).get(number, PAPER_SPAN)


def effect(stack: object) -> float:
    """Measure how much a sweep moves the picture: the variance over the sweep, averaged over pixels and channels.

    Args:
        stack: ``(n, size, size, 3)``.

    Source: paper, supplement with all sweeps (its sorting order).
    """
    try:
        array = np.asarray(stack, dtype=np.float64)
    except (TypeError, ValueError):
        raise bad("stack", "images of shape (n, size, size, 3) with n at least 2", stack) from None
    if array.ndim != 4 or len(array) < 2:
        raise bad("stack", "images of shape (n, size, size, 3) with n at least 2", stack)
    return float(array.var(axis=0).mean())


def effects(
    network: Network,
    weights: Iterable[int | Sequence[int]],
    offsets: Iterable[float] = (-1.0, -0.5, 0.0, 0.5, 1.0),
    *,
    size: int = 64,
    engine: str = "auto",
    threads: int | None = None,
) -> Array:
    """Measure how much each weight's sweep moves the picture, without keeping a picture.

    Args:
        network: Any layered network.
        weights: Paper ids or (layer, row, column).
        offsets: Added to each weight's own value; at least two.
        size: Side length in pixels.
        engine: "numpy" in float64, "fused" in compiled float32; "auto" is fused where it can be built, else numpy.
        threads: CPU threads of the fused engine, or None for torch's present number. They do not change a bit.

    Returns:
        ``(len(weights),)`` float64: the `effect` of each, in the order given.

    Source: paper, supplement with all sweeps (its sorting order).
    """
    steps, side, team = values_of(offsets), images.image_size("size", size), known_threads(threads)
    if len(steps) < 2:
        raise bad("offsets", "at least two numbers", offsets)
    places = [network.architecture.resolve(weight) for weight in weights]
    if known_engine(engine) == "fused":
        return _measured_together(network, places, steps, Sweeper(network, side, threads=team))
    prefix = Prefix(network, side)
    return np.array([_measured(network, place, steps, prefix) for place in places])


def _measured(network: Network, place: Weight, steps: Array, prefix: Prefix) -> float:
    return effect(render(network, place, network.weight(place) + steps, prefix))


def _measured_together(network: Network, places: Sequence[Weight], steps: Array, sweeper: Sweeper) -> Array:
    """Let the kernel measure; in portions, since it hears no Ctrl-C before it is done."""
    prefix, left = Prefix(network, sweeper.size), iter(places)
    some = max(1, MOST_PIXELS // (len(steps) * sweeper.size**2))
    found = [np.empty(0)]
    while group := list(islice(left, some)):
        values, lost = sweeper.effects(group, changes_of(network, group, steps))
        for number in np.flatnonzero(lost):
            values[number] = _measured(network, group[number], steps, prefix)
        found.append(values)
    return np.concatenate(found)


def sweepable(network: Network) -> list[Weight]:
    """List the weights worth sweeping: not zero, and not a copy that only carries a value on.

    Args:
        network: Any layered network; the evolved skull has 57 such weights.

    Returns:
        (layer, row, column), layer after layer.

    Source: paper, supplement with all sweeps.
    """
    copies = network.copies if isinstance(network, EvolvedNetwork) else frozenset()
    return [weight for weight in network.nonzero() if weight not in copies]


def rank(
    network: Network,
    weights: Iterable[int | Sequence[int]],
    *,
    offsets: Iterable[float] = (-1.0, -0.5, 0.0, 0.5, 1.0),
    size: int = 64,
    engine: str = "auto",
    threads: int | None = None,
) -> list[tuple[Weight, float]]:
    """Sort weights by how much their sweep moves the picture, the strongest first.

    Args:
        network: Any layered network.
        weights: Paper ids or (layer, row, column).
        offsets: Added to each weight's own value; at least two.
        size: Side length in pixels.
        engine: "numpy", "fused" or "auto", as for `effects`.
        threads: CPU threads of the fused engine, or None for torch's present number.

    Returns:
        ((layer, row, column), effect) pairs; ``effect`` is the variance that the sweep causes.

    Source: paper, supplement with all sweeps (its sorting order).
    """
    places = [network.architecture.resolve(weight) for weight in weights]
    found = effects(network, places, offsets, size=size, engine=engine, threads=threads).tolist()
    return sorted(zip(places, found, strict=True), key=lambda pair: (-pair[1], pair[0]))


def sample(network: Network, count: int, *, seed: int) -> list[Weight]:
    """Draw weights at random from those worth sweeping, without repetition.

    Args:
        network: Any layered network.
        count: How many; all of them if there are fewer.
        seed: Seed of the draw.

    Source: ours.
    """
    weights = sweepable(network)
    wanted = min(whole("count", count, least=1), len(weights))
    chosen = np.random.default_rng(whole("seed", seed, least=0)).choice(len(weights), size=wanted, replace=False)
    return [weights[index] for index in sorted(chosen)]


def named(network: EvolvedNetwork, *, count: int = 4) -> dict[Weight, str]:
    """Give the weights of a layered genome that are known by a name.

    Args:
        network: A layered genome. The paper named four weights of each of its three; our own genomes carry
            names too; for any other, the strongest weights are taken and called by the nodes they join.
        count: How many to take where there are no names.

    Returns:
        (layer, row, column) to name.

    Source: paper, figures 6, 16 and 20; ours for our own genomes.
    """
    known = _known_names(network)
    if known:
        return known
    strongest = [weight for weight, _ in rank(network, sweepable(network))[:count]]
    return {weight: network.connection_name(weight) for weight in strongest}


def _known_names(network: EvolvedNetwork) -> dict[Weight, str]:
    """Look a genome's names up; a genome of the same name with other connections is another genome, and has none."""
    name, architecture = network.genome.name, network.architecture
    if name in PAPER_SWEEPS:
        ids = PAPER_SWEEPS[name]["evolved"]
        inside = max(ids) < architecture.weight_count
        found = {architecture.locate(paper_id): text for paper_id, text in ids.items()} if inside else {}
        return found if set(found) <= set(network.connection_of) else {}
    links = garden.NAMED_SWEEPS.get(name, {})
    whole_set = set(links) <= set(network.weight_of)
    return {network.weight_of[link]: text for link, text in links.items()} if whole_set else {}
