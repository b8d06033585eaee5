"""What the authors' public code and data say that the paper's text does not, and what of it matters in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from fer_utils import training
from fer_utils.cppn import Network, forward
from fer_utils.fidelity.evidence import Evidence
from fer_utils.fidelity.numbers import TARGET_GAP
from fer_utils.fidelity.rows import DIFFERS, NO_GENOME, NOT_POSSIBLE, REPRODUCED, Row, judged
from fer_utils.images import Array, colour
from fer_utils.layerize import EvolvedNetwork, layerize
from fer_utils.sweeps import PAPER_OFFSETS, PAPER_SWEEPS
from fer_utils.training.comparing import PAPER_SIZE
from fer_utils.training.reference import MARKED_STEPS, authors_curve

_CODE, _DATA = "their code, not the text", "their data"


def found_rows(evidence: Sequence[Evidence], *, target: Array, network: Network, steps: int = 1000) -> list[Row]:
    """List what was found in the authors' code and data, with what each of it comes to.

    Args:
        evidence: One for each image, from `gather`.
        target: ``(size, size, 3)`` in [0, 1], small: a network is trained on it with and without the normalisation.
        network: Gives that network's architecture.
        steps: Of that training.

    Returns:
        One row for each finding; "reproduced" means that we do the same.

    Source: the authors' public code and data.
    """
    here = [one for one in evidence if one.evolved is not None]
    return [
        _eight_bits(here),
        normalised_row(target, network, steps=steps),
        _grids(here),
        _axes(here),
        _layer_order(here),
        _caption(here),
        _ids(here),
        _cycles(here),
    ]


def _row(item: str, theirs: str, ours: str, verdict: str, why: str, source: str, chapters: tuple[str, ...]) -> Row:
    return Row(item, "", theirs, ours, verdict, "–", why, source, chapters)


def _cannot(item: str, theirs: str, source: str, chapters: tuple[str, ...]) -> Row:
    return _row(item, theirs, "–", NOT_POSSIBLE, NO_GENOME, source, chapters)


def _span(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:.1e}" if len(values) == 1 else f"{low:.1e} to {high:.1e}"


def _eight_bits(here: Sequence[Evidence]) -> Row:
    """Tell what rounding to 8 bits costs, beside how far their targets are from an exact render."""
    item = "the target is an 8-bit picture"
    theirs = f"{TARGET_GAP[0]:.0e} to {TARGET_GAP[1]:.1e} from an exact render (mean squared)"
    if not here:
        return _cannot(item, theirs, _DATA, ("03",))
    costs = [rounding_cost(one.genome.image(PAPER_SIZE)) for one in here if one.genome is not None]
    why = "we train on the exact picture and report the loss against it; " + (
        "rounding alone explains their distance"
        if max(costs) >= TARGET_GAP[0]
        else "rounding alone explains only a part of their distance, and we do not know the rest"
    )
    return _row(item, theirs, f"rounding costs {_span(costs)}", DIFFERS, why, _DATA, ("03",))


def rounding_cost(picture: Array) -> float:
    """Return the mean squared error that rounding a picture in [0, 1] to 8 bits costs."""
    return float(np.mean((picture - np.round(picture * 255) / 255) ** 2))


def normalised_row(target: Array, network: Network, *, steps: int, seeds: Sequence[int] = (0, 1, 2)) -> Row:
    """Train a small network with and without dividing the gradient by its length, all else equal."""
    recipe = training.Recipe(steps=steps, size=len(target), snapshots=())
    losses = {
        divided: [
            run.loss
            for run in training.fit(
                target, network.architecture, recipe.variant(normalise_gradient=divided), seeds=seeds, progress=False
            )
        ]
        for divided in (True, False)
    }
    ours = f"with it {np.median(losses[True]):.1e}, without {np.median(losses[False]):.1e}"
    ours += f" ({len(target)} pixels, {steps:,} steps, median of {len(seeds)} seeds)"
    better = np.median(losses[True]) < np.median(losses[False])
    why = f"we do as the code does; on this picture it {'helps' if better else 'does not help'}"
    theirs = "the whole gradient is divided by its length before Adam"
    return _row("the gradient is normalised", theirs, ours, REPRODUCED, why, _CODE, ("03",))


def _grids(here: Sequence[Evidence]) -> Row:
    """Tell what the other common choice of a pixel's place would cost."""
    item, theirs = "where a pixel is", "from -1 to 1 inclusive, edges and all"
    if not here:
        return _cannot(item, theirs, _CODE, ("01",))
    found = {one.image: between_grids(one.evolved) for one in here if one.evolved is not None}
    costs = list(found.values())
    ours = f"the same; the middles of pixels would be {_span(costs)} away (mean squared)"
    more = all(cost > authors_curve(image)[MARKED_STEPS[-1]] for image, cost in found.items())
    why = f"the other common convention costs {'more than' if more else 'as much as'} training for 100,000 steps leaves"
    return _row(item, theirs, ours, REPRODUCED, why, _CODE, ("01",))


def between_grids(network: Network, *, size: int = PAPER_SIZE, every: int = 4) -> float:
    """Return the mean squared difference between a picture drawn at pixel edges (-1 to 1) and at pixel middles.

    Args:
        network: Any layered network.
        size: Side in pixels.
        every: Only every so many rows and columns are drawn.

    Source: ours.
    """
    edges, middles = np.linspace(-1, 1, size), (np.arange(size) + 0.5) / size * 2 - 1
    return float(np.mean((_drawn(network, edges[::every]) - _drawn(network, middles[::every])) ** 2))


def _drawn(network: Network, axis: Array) -> Array:
    y, x = np.meshgrid(axis, axis, indexing="ij")
    inputs = np.stack([x, y, 1.4 * np.hypot(x, y), np.ones_like(x)])
    raw = forward(network.weights, network.architecture, inputs.reshape(4, -1))[1]
    return np.moveaxis(colour(raw.reshape(3, *x.shape)), 0, -1)


def _axes(here: Sequence[Evidence]) -> Row:
    """Tell what it would cost to take the two codes' names of the axes at their word."""
    item = "the order of x and y"
    theirs = "the layered code names y first, the graph code x; each builds its grid to match, so the picture is one"
    if not here:
        return _cannot(item, theirs, _CODE, ("01",))
    drawn = [one.genome.image(64) for one in here if one.genome is not None]
    swapped = [float(np.mean((picture - np.swapaxes(picture, 0, 1)) ** 2)) for picture in drawn]
    why = "one convention here, x across and y down; mixed up, pictures would lie on their side"
    return _row(item, theirs, f"x, y; a mix-up would cost {_span(swapped)}", DIFFERS, why, _CODE, ("01",))


def _layer_order(here: Sequence[Evidence]) -> Row:
    """Count the chosen weights that would be looked for in a wrong place if layers were counted by number."""
    item, theirs = "how weights are numbered", "layers in the alphabetical order of their names: 0, 1, 10, 11, …, 2"
    if not here:
        return _cannot(item, theirs, _CODE, ("07",))
    places = [
        (one.evolved, number, by_number(one.evolved, number))
        for one in here
        if one.evolved is not None
        for number in PAPER_SWEEPS[one.image]["evolved"]
    ]
    moved = [one for one in places if one[0].architecture.locate(one[1]) != one[2]]
    empty = [one for one in moved if not one[0].weight(one[2])]
    ours = f"the same; counted 0, 1, 2, …, {len(moved)} of {len(places)} would be others, {len(empty)} of them zero"
    why = "so the order can be told from the figures: every chosen weight of the evolved networks is a connection"
    return _row(item, theirs, ours, REPRODUCED, why, _CODE, ("07",))


def by_number(network: EvolvedNetwork, number: int) -> tuple[int, int, int]:
    """Return the place a number would stand for if layers were counted in numerical order."""
    left = number
    for layer, (rows, columns) in enumerate(network.architecture.shapes):
        if left < rows * columns:
            return layer, left // columns, left % columns
        left -= rows * columns
    raise AssertionError("the number is within the network")


def _caption(here: Sequence[Evidence]) -> Row:
    """One sweep is not what its caption says of all."""
    theirs = "every sweep goes from -1 to +1 about the weight; the apple's stem goes from -3 to +1"
    ours = "both ranges are drawn: " + ", ".join(
        f"{image} {number} from {offsets[0]:+g} to {offsets[-1]:+g}"
        for image, one in PAPER_OFFSETS.items()
        for number, offsets in one.items()
    )
    why = "the picture's file and its caption disagree; the file's range is the one that shows the stem swing"
    return _row("captions and files", theirs, ours, REPRODUCED, why, "figure 20", ("05",))


def _ids(here: Sequence[Evidence]) -> Row:
    """Count node numbers that occur more than once when the branch is left out."""
    item, theirs = "names of nodes", "a number, unique only together with its branch"
    if not here:
        return _cannot(item, theirs, _DATA, ("01",))
    counts = [
        sum(count > 1 for count in Counter(node.id.rpartition("_")[2] for node in one.genome.nodes).values())
        for one in here
        if one.genome is not None
    ]
    ours = f"branch and number; numbers alone would clash {', '.join(map(str, counts))} times"
    images = ", ".join(one.image for one in here)
    return _row(item, theirs, ours, judged(True), f"in {images}", _DATA, ("01",))


def _cycles(here: Sequence[Evidence]) -> Row:
    """A graph in a circle cannot be drawn; the two codes treat it differently."""
    item, theirs = "circles in a genome", "a value of 0 is put in, with a note on the screen"
    if not here:
        return _cannot(item, theirs, _CODE, ("01",))
    layers = [layerize(one.genome).architecture.depth for one in here if one.genome is not None]
    why = "none of the genomes has one, so nothing depends on it"
    return _row(item, theirs, f"an error; all {len(layers)} genomes are free of them", DIFFERS, why, _CODE, ("01",))
