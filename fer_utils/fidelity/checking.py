"""Compare numbers: counts and names exactly, losses within a factor, what other draws decide not at all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from fer_utils.features import feature_maps
from fer_utils.fidelity.evidence import Evidence
from fer_utils.fidelity.numbers import EXAMPLE_ID, FACTOR, NOVEL_SIZE, PAPER_NUMBERS, SECONDS_A_STEP
from fer_utils.fidelity.rows import (
    DIFFERS,
    NO_GENOME,
    NOT_POSSIBLE,
    REPRODUCED,
    Row,
    judged,
    spelled,
    within_factor,
)
from fer_utils.layerize import EvolvedNetwork
from fer_utils.sweeps import PAPER_SWEEPS, sweep, sweepable
from fer_utils.training import initialise
from fer_utils.training.comparing import PAPER_SIZE, recipe_for
from fer_utils.training.reference import MARKED_STEPS, PAPER_LEARNING_RATES, PAPER_SEEDS, authors_curve

DATA = "the authors' code and data"
DRAWS, SIDE = 200, 16  # of first weights, for the loss before training; pixels it is taken at
_COUNTED = "a count has no tolerance"


def number_rows(evidence: Sequence[Evidence]) -> list[Row]:
    """Set every number of the paper's beside ours.

    Args:
        evidence: One for each image, from `gather`.

    Returns:
        Rows, image after image.

    Source: ours.
    """
    return list(chain.from_iterable(_of_image(one) for one in evidence))


def _of_image(one: Evidence) -> list[Row]:
    rows = [*_counts(one), *_ids(one), *_recipe(one), *(_loss(one, step) for step in MARKED_STEPS[1:]), _first(one)]
    return [*rows, _speed(one)] if one.image == "skull" else rows


def _counts(one: Evidence) -> list[Row]:
    """Counts and names that the genome alone decides."""
    paper, network = PAPER_NUMBERS[one.image], one.evolved
    ours = dict.fromkeys(_COUNTS) if network is None else _counted(network)
    theirs = [paper.architecture, paper.weights, paper.nonzero, paper.nodes, paper.links, paper.age]
    wanted = dict(zip(_COUNTS, [*theirs, paper.novel, paper.swept], strict=True))
    return [
        _exact(one.image, item, value, ours[item], source, chapters)
        for item, (source, chapters) in _COUNTS.items()
        if (value := wanted[item]) is not None
    ]


_COUNTS = {
    "architecture of the layered network": (DATA, ("02",)),
    "weights of that architecture": (DATA, ("02",)),
    "of which not zero in the evolved network": (DATA, ("02",)),
    "nodes of the graph": (DATA, ("01",)),
    "links of the graph": (DATA, ("01",)),
    "age in generations": (DATA, ("01",)),
    "feature maps marked as new": ("figure 5", ("04",)),
    "weights that neither copy nor are zero": ("supplement", ("10",)),
}


def _counted(network: EvolvedNetwork) -> dict[str, object]:
    genome, architecture = network.genome, network.architecture
    novel = int(feature_maps(network, NOVEL_SIZE).novel().sum()) if PAPER_NUMBERS[genome.name].novel else None
    found = [str(architecture), architecture.weight_count, sum(1 for _ in network.nonzero()), len(genome.nodes)]
    return dict(
        zip(_COUNTS, [*found, len(genome.connections), genome.age, novel, len(sweepable(network))], strict=True)
    )


def _exact(image: str, item: str, theirs: object, ours: object, source: str, chapters: tuple[str, ...]) -> Row:
    if ours is None:
        return Row(item, image, _written(theirs), "–", NOT_POSSIBLE, "none", NO_GENOME, source, chapters)
    verdict = judged(ours == theirs)
    return Row(item, image, _written(theirs), _written(ours), verdict, "none", _COUNTED, source, chapters)


def _written(value: object) -> str:
    """Write a count with its commas, and an architecture so that a narrow column can break it."""
    return value.replace(";", "; ").replace(",", ", ") if isinstance(value, str) else f"{value:,}"


def _ids(one: Evidence) -> list[Row]:
    """The weights the paper chose to sweep, by their numbers."""
    source = f"figure {_SWEEP_FIGURES[one.image]}"
    sgd = "they are weights of the authors' network; in ours, another draw, the same places hold other weights"
    theirs = ", ".join(map(str, PAPER_SWEEPS[one.image]["sgd"]))
    item = "numbers of the chosen weights, SGD"
    rows = [_evolved_ids(one, source), Row(item, one.image, theirs, "–", NOT_POSSIBLE, "–", sgd, source, ("05",))]
    return [*rows, _example(one)] if one.image == "skull" else rows


_SWEEP_FIGURES = {"skull": "6", "butterfly": "16", "apple": "20"}


def _example(one: Evidence) -> Row:
    """Say what the one number stands for that is spelled out."""
    number, place = EXAMPLE_ID
    found = one.architecture.locate(number)
    theirs, ours = (f"weight {number}: layer {n[0]}, row {n[1]}, column {n[2]}" for n in (place, found))
    why = "layers are counted in the alphabetical order of their names"
    item = "what a number stands for"
    return Row(item, one.image, theirs, ours, judged(found == place), "none", why, DATA, ("07",))


def _evolved_ids(one: Evidence, source: str) -> Row:
    """Every number must be a connection of the genome, and draw the same from the layers as from the graph."""
    ids, network, chapters = list(PAPER_SWEEPS[one.image]["evolved"]), one.evolved, ("05", "07")
    item, theirs = "numbers of the chosen weights, evolved", ", ".join(map(str, ids))
    if network is None:
        return Row(item, one.image, theirs, "–", NOT_POSSIBLE, "none", NO_GENOME, source, chapters)
    links = [number for number in ids if network.architecture.locate(number) in network.connection_of]
    gap = max((drawn_apart(network, number) for number in links), default=np.inf)
    ours = f"{len(links)} of {len(ids)} are connections; both ways of drawing agree to {gap:.0e}"
    why = "a number that was read wrongly would land on an empty place, or draw another picture"
    same = links == ids and gap < 1e-9
    return Row(item, one.image, theirs, ours, judged(same), "1e-9", why, source, chapters)


def drawn_apart(network: EvolvedNetwork, number: int, *, size: int = 32) -> float:
    """Move a weight by one in the layers, found by the paper's number, and in the graph, and compare the pictures.

    Args:
        network: A layered genome.
        number: The paper's, of a weight that is a connection.
        size: Side of the pictures in pixels.

    Returns:
        The largest difference at any pixel.

    Source: ours.
    """
    place = network.architecture.locate(number)
    moved = network.weight(place) + 1
    graph = network.genome.with_weights({network.connection_of[place]: moved}).image(size)
    return float(np.abs(sweep(network, number, [moved], size=size)[0] - graph).max())


def _recipe(one: Evidence) -> list[Row]:
    """The recipe: everything but the seed is the same."""
    rate = PAPER_LEARNING_RATES[one.image]
    theirs = f"seed {PAPER_SEEDS[one.image]}, rate {rate:g}, 100,000 steps, {PAPER_SIZE} pixels"
    same = recipe_for(one.image)
    seeds = ("seeds " if len(one.twins) > 1 else "seed ") + (", ".join(str(run.seed) for run in one.twins) or "none")
    ours = f"{seeds}, rate {same.learning_rate:g}, {same.steps:,} steps, {same.size} pixels"
    why = "a seed means another draw here: the random numbers are NumPy's, theirs JAX's; all else is the same"
    equal = same.is_paper and same.learning_rate == rate
    verdict = judged(equal) if one.twins else NOT_POSSIBLE
    return [Row("recipe of the SGD network", one.image, theirs, ours, verdict, "the seed", why, DATA, ("03",))]


def _loss(one: Evidence, step: int) -> Row:
    theirs, ours = authors_curve(one.image)[step], one.losses(step)
    item, source = f"loss after {step:,} steps", "figure 13; their data"
    if not ours:
        why = "no run of the whole recipe is published here"
        return Row(item, one.image, f"{theirs:.3g}", "–", NOT_POSSIBLE, "a factor of 2", why, source, ("03",))
    same = within_factor(ours, theirs, FACTOR)
    ratio = float(np.median(ours)) / theirs
    why = "other first weights; single losses of this recipe jump by as much from step to step"
    why += "" if same else f"; here the median is {ratio:.3g} times theirs"
    return Row(
        item, one.image, f"{theirs:.3g}", spelled(ours), judged(same), "a factor of 2", why, source, ("03",), "13"
    )


def _first(one: Evidence) -> Row:
    """The loss before training is decided by the draw alone: is theirs one that our draws could have given?"""
    theirs, item, source = authors_curve(one.image)[0], "loss before training", "figure 13; their data"
    if one.genome is None:
        return Row(item, one.image, f"{theirs:.3g}", "–", NOT_POSSIBLE, "–", NO_GENOME, source, ("03",))
    target = one.genome.image(SIDE)
    draws = [float(np.mean((initialise(one.architecture, n).image(SIDE) - target) ** 2)) for n in range(DRAWS)]
    low, high = np.quantile(draws, [0.025, 0.975])
    inside = bool(low <= theirs <= high)
    below = np.mean(np.array(draws) < theirs)
    ours = f"{low:.2g} to {high:.2g} (19 in 20 of {DRAWS} draws; {below:.0%} lie below theirs)"
    why = "it depends on the first weights alone; one draw in twenty falls outside by chance"
    tolerance = "inside that range"
    return Row(item, one.image, f"{theirs:.3g}", ours, judged(inside), tolerance, why, source, ("03",))


def _speed(one: Evidence) -> Row:
    """How long a step takes: not a result of the paper's, but a reason to have many seeds."""
    theirs = f"about {SECONDS_A_STEP:g} s a step on two CPU cores"
    rates = [run.seconds / run.recipe.steps for run in one.twins]
    why = "another engine, same mathematics; of machines that are alike only in kind"
    if not rates:
        return Row("time of training", one.image, theirs, "–", NOT_POSSIBLE, "–", why, DATA, ("09",))
    middle = float(np.median(rates))
    verdict = REPRODUCED if 0.5 <= middle / SECONDS_A_STEP <= 2 else DIFFERS
    ours = f"{1e3 * middle:.1f} ms a step, {SECONDS_A_STEP / middle:.0f} times as fast"
    return Row("time of training", one.image, theirs, ours, verdict, "a factor of 2", why, DATA, ("09",))
