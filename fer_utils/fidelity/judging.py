"""Judge each figure: what of it can be had here, by which number we say so, and where it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from fer_utils import rotations
from fer_utils.features import FeatureMaps, feature_maps
from fer_utils.fidelity.checking import drawn_apart
from fer_utils.fidelity.evidence import SMALL, Evidence, coloured
from fer_utils.fidelity.figures import FIGURES, PaperFigure
from fer_utils.fidelity.numbers import ANCESTORS, FACTOR, GRAPH_LOSS, GRAPH_SEEDS, PAPER_NUMBERS
from fer_utils.fidelity.rows import DIFFERS, NO_GENOME, NOT_POSSIBLE, Row, judged, spelled, within_factor
from fer_utils.sweeps import PAPER_SWEEPS, sweepable
from fer_utils.training import Run
from fer_utils.training.reference import MARKED_STEPS, PAPER_PATHS, authors_curve

_NO_TWIN = "no network of the whole recipe is published here"
_OTHER_DRAW = "their network is not to be had, so ours is another draw by the same recipe"
Walked = TypeVar("Walked", bound=Run)
Judge = Callable[[PaperFigure, Evidence], list[Row]]


def figure_rows(
    evidence: Sequence[Evidence], *, graph_losses: Sequence[float] = (), chapters: Sequence[str] = ()
) -> list[Row]:
    """Judge every figure of the paper.

    Args:
        evidence: One for each image, from `gather`.
        graph_losses: Where training the skull's raw graph ended, one for each seed.
        chapters: Numbers of the chapters that this book has; what would be shown in another cannot be shown.

    Returns:
        Rows in the paper's order; a figure of several parts or images has several.

    Source: ours.
    """
    by_image = {one.image: one for one in evidence}
    rows: list[Row] = []
    for figure in FIGURES:
        if figure.number == "12":
            rows += _raw_graph(figure, by_image["skull"], graph_losses)
        elif figure.number in _ALONE:
            rows += _ALONE[figure.number](figure, chapters)
        else:
            rows += [row for image in figure.images for row in _JUDGES[figure.slug](figure, by_image[image])]
        rows += _ancestors(figure, chapters)
    return rows


def _row(figure: PaperFigure, image: str, item: str, verdict: str, ours: str, tolerance: str, why: str) -> Row:
    source = "supplement" if figure.number == "S" else f"figure {figure.number}"
    return Row(item, image, "", ours, verdict, tolerance, why, source, figure.chapters, figure.number)


def _cannot(figure: PaperFigure, image: str, item: str, why: str) -> list[Row]:
    return [_row(figure, image, item, NOT_POSSIBLE, "–", "–", why)]


def _twin(figure: PaperFigure, one: Evidence) -> list[Row]:
    """Show a network trained by their recipe that draws the picture as well as theirs."""
    last = MARKED_STEPS[-1]
    if not one.twins:
        return _cannot(figure, one.image, figure.what, _NO_TWIN)
    ours, theirs = one.losses(last), authors_curve(one.image)[last]
    same = within_factor(ours, theirs, FACTOR)
    said = f"loss {spelled(ours)}; theirs {theirs:.2g}"
    return [_row(figure, one.image, figure.what, judged(same), said, "a factor of 2", _OTHER_DRAW)]


def _curves(figure: PaperFigure, one: Evidence) -> list[Row]:
    """Show the loss along training at the steps for which they gave theirs."""
    if not one.twins:
        return _cannot(figure, one.image, figure.what, _NO_TWIN)
    curve = authors_curve(one.image)
    near = {step: within_factor(one.losses(step), curve[step], FACTOR) for step in MARKED_STEPS[1:]}
    far = [f"{step:,}" for step, same in near.items() if not same]
    said = f"within the factor at {sum(near.values())} of {len(near)} steps" + (
        f", not at {', '.join(far)} (median of {len(one.twins)})" if far else f" (median of {len(one.twins)})"
    )
    return [_row(figure, one.image, figure.what, judged(not far), said, "a factor of 2 at every step", _OTHER_DRAW)]


def _evolved_maps(figure: PaperFigure, one: Evidence) -> list[Row]:
    """Show the evolved network's own maps: the same network, to rounding."""
    item = "feature maps of the evolved network"
    if one.evolved is None or one.gap is None:
        return _cannot(figure, one.image, item, NO_GENOME)
    said = f"every neuron agrees with its node to {one.gap:.0e}"
    same, wanted = one.gap < 1e-9, PAPER_NUMBERS[one.image].novel
    if wanted is not None:
        novel = int(feature_maps(one.evolved).novel().sum())
        said, same = f"{novel} new maps of {wanted}; {said}", same and novel == wanted
    why = "it is the same network, evaluated in double precision"
    return [_row(figure, one.image, item, judged(same), said, "1e-9; counts none", why)]


def _sgd_maps(figure: PaperFigure, one: Evidence) -> list[Row]:
    return _more_mixed(figure, one, "feature maps of the SGD network", "twin", _OTHER_DRAW)


def _relu_maps(figure: PaperFigure, one: Evidence) -> list[Row]:
    other = next((run.recipe.name for run in one.relu if not run.recipe.is_paper), "")
    ours = f"*{other}*, not that of the other networks" if other else "that of the other networks"
    if (
        other
        and one.evolved is not None
        and coloured(one.evolved)
        and not any(coloured(run.network) for run in one.relu)
    ):
        ours += ", and it draws in grey: its colour ran into the clip"
    rows = _more_mixed(figure, one, figure.what, "ReLU", f"the paper gives no recipe for these; ours is {ours}")
    return [replace(row, verdict=DIFFERS) for row in rows] if other else rows


def _more_mixed(figure: PaperFigure, one: Evidence, item: str, kind: str, why: str) -> list[Row]:
    """Show a trained network's maps; what the figure shows by eye, disorder, is held against the evolved maps."""
    if not one.mixed[kind]:
        return _cannot(figure, one.image, item, f"{_NO_TWIN}; the chapter trains a shorter one")
    if not one.mixed["evolved"]:
        return _cannot(figure, one.image, item, NO_GENOME)
    evolved = one.mixed["evolved"][0]
    said = f"{np.median(one.mixed[kind]):.0%} of the distinct maps mix left-right symmetry, evolved {evolved:.0%}"
    said += f" ({len(one.mixed[kind])} seed{'s' if len(one.mixed[kind]) > 1 else ''})"
    same = min(one.mixed[kind]) > evolved
    return [_row(figure, one.image, item, judged(same), said, "more than the evolved one, every seed", why)]


def _both_maps(figure: PaperFigure, one: Evidence) -> list[Row]:
    return [*_evolved_maps(figure, one), *_sgd_maps(figure, one)]


def _sweeps(figure: PaperFigure, one: Evidence) -> list[Row]:
    """Show the chosen sweeps: the evolved network's are exactly theirs, the SGD network's cannot be."""
    ids = list(PAPER_SWEEPS[one.image]["evolved"])
    sgd = "the weights were chosen by hand in their network; ours has none that corresponds, so chapter 5 ranks its own"
    rest = _cannot(figure, one.image, "the SGD network's sweeps", sgd)
    if one.evolved is None:
        return [*_cannot(figure, one.image, "the evolved network's sweeps", NO_GENOME), *rest]
    gap = max(drawn_apart(one.evolved, number) for number in ids)
    said = f"{len(ids)} sweeps, layers and graph agree to {gap:.0e}"
    why = "it is the same network; what each sweep shows is still for the eye"
    return [_row(figure, one.image, "the evolved network's sweeps", judged(gap < 1e-9), said, "1e-9", why), *rest]


def _all_sweeps(figure: PaperFigure, one: Evidence) -> list[Row]:
    item = "all sweeps of the evolved network"
    sgd = _twin(figure, one)[0]
    rest = [_row(figure, one.image, "all sweeps of the SGD network", sgd.verdict, sgd.ours, sgd.tolerance, sgd.why)]
    if one.evolved is None:
        return [*_cannot(figure, one.image, item, NO_GENOME), *rest]
    count, wanted = len(sweepable(one.evolved)), PAPER_NUMBERS[one.image].swept
    said = f"{count} weights" + (f" of {wanted}" if wanted else "")
    why = "every connection of the genome that is not zero" + ("" if wanted else "; they give no count for this image")
    links = sum(link.weight != 0 for link in one.evolved.genome.connections)
    return [_row(figure, one.image, item, judged(count == (wanted or links)), said, "none", why), *rest]


def _layers(figure: PaperFigure, one: Evidence) -> list[Row]:
    if one.gap is None:
        return _cannot(figure, one.image, figure.what, NO_GENOME)
    why = "another layout of the same two networks, with two nodes marked in both"
    return [_row(figure, one.image, figure.what, judged(one.gap < 1e-9), f"they agree to {one.gap:.0e}", "1e-9", why)]


def _path(figure: PaperFigure, one: Evidence) -> list[Row]:
    """Show the SGD network at their steps."""
    steps = PAPER_PATHS[one.image]
    if not one.twins:
        return _cannot(figure, one.image, "SGD snapshots at their steps", _NO_TWIN)
    kept = [step for step in steps if step in fullest_path(one.twins, steps).snapshots]
    said = f"steps {', '.join(f'{step:,}' for step in kept)}"
    said += "" if len(kept) == len(steps) else "; the others were not kept"
    verdict = judged(len(kept) == len(steps))
    return [_row(figure, one.image, "SGD snapshots at their steps", verdict, said, "none", _OTHER_DRAW)]


def fullest_path(runs: Sequence[Walked], steps: Sequence[int]) -> Walked:
    """Return the run that was kept at most of some steps; of several, the first.

    Args:
        runs: At least one.
        steps: Wanted.

    Source: ours.
    """
    return max(runs, key=lambda run: len(set(steps) & set(run.snapshots)))


def _components(figure: PaperFigure, one: Evidence) -> list[Row]:
    """Show principal components: those of the SGD network are less pure than the evolved network's neurons."""
    if one.evolved is None or not one.twins:
        return _cannot(figure, one.image, figure.what, NO_GENOME if one.evolved is None else _NO_TWIN)
    evolved = _purity_of_neurons(feature_maps(one.evolved, SMALL))
    ours = [_purity_of_components(feature_maps(run.network, SMALL)) for run in one.twins]
    said = f"mean purity of the SGD network's components {spelled(ours)}; the evolved network's neurons {evolved:.2f}"
    tolerance = "below the evolved one, every seed"
    return [_row(figure, one.image, figure.what, judged(max(ours) < evolved), said, tolerance, _OTHER_DRAW)]


def _purity_of_neurons(maps: FeatureMaps) -> float:
    own = [rotations.own_maps(maps, layer) for layer in range(maps.architecture.depth)]
    return float(np.mean([rotations.purity(rotations.even_shares(one)) for one in own if len(one)]))


def _purity_of_components(maps: FeatureMaps) -> float:
    parts = [rotations.components(maps, layer) for layer in range(maps.architecture.depth)]
    return float(np.mean([rotations.purity(part.even) for part in parts if len(part.even)]))


def _directions(figure: PaperFigure, one: Evidence) -> list[Row]:
    why = "their code cannot draw their directions again; ours are drawn by lot in the same way and shown as they come"
    if one.evolved is None:
        return _cannot(figure, one.image, figure.what, NO_GENOME)
    return [_row(figure, one.image, figure.what, DIFFERS, "other directions", "–", why)]


_JUDGES: Mapping[str, Judge] = {
    "teaser": _twin,
    "target-and-twin": _twin,
    "loss-curves": _curves,
    "feature-maps": _both_maps,
    "feature-maps-evolved": _evolved_maps,
    "feature-maps-sgd": _sgd_maps,
    "feature-maps-relu": _relu_maps,
    "chosen-sweeps": _sweeps,
    "all-sweeps": _all_sweeps,
    "layerization": _layers,
    "path": _path,
    "principal-components": _components,
    "random-directions": _directions,
}


def _raw_graph(figure: PaperFigure, one: Evidence, losses: Sequence[float]) -> list[Row]:
    """Show training on the graph itself: stuck where they were stuck."""
    if one.genome is None or not losses:
        return _cannot(figure, one.image, figure.what, NO_GENOME)
    same = within_factor(losses, GRAPH_LOSS, FACTOR) and len(losses) >= GRAPH_SEEDS
    said = f"stuck at {spelled(losses)}; theirs near {GRAPH_LOSS:.0e}"
    why = "other first weights, a smaller picture and fewer steps; more of both changes it by a few per cent"
    return [_row(figure, one.image, figure.what, judged(same), said, "a factor of 2", why)]


def _small(figure: PaperFigure, chapters: Sequence[str]) -> list[Row]:
    why = "their example's weights are not given; ours is another small network, drawn node by node"
    return [_row(figure, "", figure.what, DIFFERS, "another network", "–", why)]


def _lineage(figure: PaperFigure, chapters: Sequence[str]) -> list[Row]:
    """Show what needs family trees: with this project's own, where the book has them."""
    if set(figure.chapters) & set(chapters):
        why = "Picbreeder's family trees are not public; ours are those of the pictures bred for this book"
        return [_row(figure, "", figure.what, DIFFERS, "our own lineages", "–", why)]
    return _cannot(figure, "", figure.what, "Picbreeder's family trees are not public")


def _apart(figure: PaperFigure, chapters: Sequence[str]) -> list[Row]:
    why = "nothing in it is computed from the three genomes or their training, so there is nothing to compute again"
    return _cannot(figure, "", figure.what, why)


_ALONE: Mapping[str, Callable[[PaperFigure, Sequence[str]], list[Row]]] = {
    "2": _small,
    "3": _lineage,
    "7": _apart,
    "9": _apart,
    "10": _lineage,
}


def _ancestors(figure: PaperFigure, chapters: Sequence[str]) -> list[Row]:
    """Say of the figures that show a path what became of its evolved half."""
    if figure.slug != "path":
        return []
    (image,) = figure.images
    there = "21" in chapters
    why = f"the ancestors (generations {', '.join(map(str, ANCESTORS[image]))}) are not public"
    why += "; the book shows those of its own bred pictures" if there else ""
    return [_row(figure, image, "the evolved picture's ancestors", NOT_POSSIBLE, "–", "–", why)]
