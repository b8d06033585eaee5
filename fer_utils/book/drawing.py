"""How each of the paper's figures is drawn from the networks of one image."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from fer_utils import features, plotting, rotations, sweeps, training
from fer_utils.book.notes import weight_label
from fer_utils.book.subjects import Subject
from fer_utils.book.twins import twins, twins_alike
from fer_utils.cppn import Network, Weight
from fer_utils.features import FeatureMaps, feature_maps
from fer_utils.fidelity import fullest_path
from fer_utils.layerize import EvolvedNetwork, layerize, nodes_to_follow
from fer_utils.training import Recipe, Run
from fer_utils.training.graphs import fit_graph
from fer_utils.training.reference import PAPER_PATHS

Parts = Iterator[tuple[str, Figure]]
PAGE: Final = 24  # rows of sweeps on a sheet


@dataclass(frozen=True, eq=False)
class Material:
    """The networks of one image, loaded or trained when a figure first asks for them.

    Args:
        subject: The image's genome.
        size: Side of pictures in pixels.
        maps: Side of feature maps in pixels, as in the paper.
        steps: Of training, where no network of the paper's whole recipe is published.
        graph_side: Side of the raw graph's target in pixels.
        graph_steps: Of training the raw graph.
        directions: Random directions that are drawn.
        strongest: Sweeps of the trained network that are drawn; of the evolved one all are.

    Source: ours.
    """

    subject: Subject
    size: int = 256
    maps: int = 128
    steps: int = 10_000
    graph_side: int = 64
    graph_steps: int = 3000
    directions: int = 6
    strongest: int = 2 * PAGE

    @cached_property
    def evolved(self) -> EvolvedNetwork:
        """The layered genome."""
        name = self.subject.name
        return layerize(self.subject.genome, label=f"evolved {name}" if self.subject.evolved else name)

    @cached_property
    def target(self) -> np.ndarray:
        """The picture."""
        return self.subject.genome.image(self.size)

    @cached_property
    def runs(self) -> Sequence[Run]:
        """Its SGD twins: published, or trained shorter."""
        return twins(self.subject, self.evolved.architecture, self._recipe, seeds=[0])

    @cached_property
    def relu(self) -> Sequence[Run]:
        """Likewise with ReLU in every neuron; where the paper's recipe has none, published ones of another."""
        return twins_alike(self.subject, [self.evolved.architecture.with_only("relu")], self._recipe, seeds=[0])[0]

    @property
    def _recipe(self) -> Recipe:
        return training.recipe_for(self.subject.name).variant(steps=self.steps, size=self.size)

    @cached_property
    def twin(self) -> Network:
        """The first of the twins."""
        return self.runs[0].network.relabelled(f"SGD twin, seed {self.runs[0].seed}")

    @property
    def note(self) -> str:
        """Say how the networks that were used were come by."""
        used = {"twin": self.__dict__.get("runs"), "ReLU twin": self.__dict__.get("relu")}
        said = [
            f"{kind} {'published' if runs[0].status == 'published' else 'trained here'}, seed {runs[0].seed}, "
            f"{_road(runs[0].recipe)}{runs[0].recipe.steps:,} steps, loss {runs[0].loss:.1e}"
            for kind, runs in used.items()
            if runs
        ]
        return "; ".join(said) or "the genome alone"

    @cached_property
    def both_maps(self) -> tuple[FeatureMaps, FeatureMaps]:
        """Feature maps of the evolved network and of the twin."""
        return feature_maps(self.evolved, self.maps), feature_maps(self.twin, self.maps)


def _road(recipe: Recipe) -> str:
    return "" if recipe.is_paper else f"recipe {recipe.name}, "


def _teaser(one: Material) -> Parts:
    left, right = one.both_maps
    pictures = [one.evolved.image(one.size), one.twin.image(one.size)]
    yield "", plotting.teaser(left, right, pictures, places=left.distinct())


def _small_network(one: Material) -> Parts:
    yield "", plotting.node_gallery(one.subject.genome, size=one.maps)
    yield "graph", plotting.genome_graph(one.subject.genome)


def _target_and_twin(one: Material) -> Parts:
    yield "", plotting.errors(one.target, [one.twin.image(one.size)], [one.twin.label])


def _loss_curves(one: Material) -> Parts:
    yield (
        "",
        plotting.loss_curves(
            [run.history for run in one.runs],
            [f"{one.subject.name}, seed {run.seed}" for run in one.runs],
            marks=training.authors_marks(one.subject.name),
        ),
    )


def _evolved_maps(one: Material) -> Parts:
    yield "", plotting.map_grid(feature_maps(one.evolved, one.maps), title=one.evolved.label)


def _sgd_maps(one: Material) -> Parts:
    yield "", plotting.map_grid(feature_maps(one.twin, one.maps), title=one.twin.label)


def _both_maps(one: Material) -> Parts:
    left, right = one.both_maps
    yield "", plotting.map_pair(left, right, titles=[one.evolved.label, one.twin.label])
    yield "evolved", plotting.map_grid(left, title=one.evolved.label)
    yield "sgd", plotting.map_grid(right, title=one.twin.label)


def _relu_maps(one: Material) -> Parts:
    network = one.relu[0].network.relabelled(f"ReLU twin, seed {one.relu[0].seed}")
    yield "", plotting.map_grid(features.scaled(feature_maps(network, one.maps)), title=network.label)


def _chosen_sweeps(one: Material) -> Parts:
    known = sweeps.named(one.evolved)
    yield "evolved", chosen_rows(one.evolved, known, size=one.maps)
    ranked = sweeps.rank(one.twin, sweeps.sample(one.twin, 300, seed=0), offsets=sweeps.PAPER_SPAN)
    yield "sgd", chosen_rows(one.twin, {weight: "" for weight, _ in ranked[: len(known)]}, size=one.maps)


def chosen_rows(network: Network, known: Mapping[Weight, str], *, span: float = 1.0, size: int = 128) -> Figure:
    """Draw chosen sweeps, each over the paper's range for it.

    Args:
        network: Any layered network.
        known: For each weight, (layer, row, column), what it is called.
        span: Factor on the paper's range.
        size: Side of the pictures in pixels.

    Source: paper, figures 6, 16 and 20.
    """
    genome = network.genome.name if isinstance(network, EvolvedNetwork) else ""
    ids = [network.architecture.paper_id(*weight) for weight in known]
    ranges = [[span * step for step in sweeps.offsets_of(genome, number)] for number in ids]
    return plotting.sweep_rows(
        [
            sweeps.sweep(network, weight, network.weight(weight) + np.array(steps), size=size)
            for weight, steps in zip(known, ranges, strict=True)
        ],
        [weight_label(network, weight, name) for weight, name in known.items()],
        ranges=ranges,
    )


def _all_sweeps(one: Material) -> Parts:
    """Every sweep of the evolved network, and the strongest of the twin's, on sheets."""
    for name, network, most in (("evolved", one.evolved, None), ("sgd", one.twin, one.strongest)):
        ranked = sweeps.rank(network, sweeps.sweepable(network), offsets=sweeps.PAPER_SPAN)[:most]
        for sheet, start in enumerate(range(0, len(ranked), PAGE), 1):
            some = [weight for weight, _ in ranked[start : start + PAGE]]
            stacks = [stack for _, stack in sweeps.sweep_many(network, some, sweeps.PAPER_SPAN, size=96)]
            labels = [weight_label(network, weight) for weight in some]
            yield f"{name}-{sheet:02d}", plotting.sweep_rows(stacks, labels, offsets=sweeps.PAPER_SPAN)


def _path(one: Material) -> Parts:
    steps = PAPER_PATHS.get(one.subject.name, PAPER_PATHS["skull"])
    run = fullest_path(one.runs, steps)
    kept = [step for step in steps if step in run.snapshots]
    yield "sgd", plotting.training_path([run.snapshots[step].image(one.size) for step in kept], kept, target=one.target)


def _layerization(one: Material) -> Parts:
    marked = nodes_to_follow(one.evolved)
    yield "graph", plotting.genome_graph(one.subject.genome, highlight=marked)
    yield "layers", plotting.layered_graph(one.evolved, highlight=marked)


def _raw_graph(one: Material) -> Parts:
    target = one.subject.genome.image(one.graph_side)
    recipe = training.recipe_for(one.subject.name).variant(steps=one.graph_steps, size=one.graph_side)
    runs = fit_graph(target, one.subject.genome, recipe, seeds=[0, 1, 2], threads=1, progress=False)
    names = [f"graph, seed {run.seed}" for run in runs]
    yield "curves", plotting.loss_curves([run.history for run in runs], names)
    yield "pictures", plotting.errors(target, [run.genome.image(one.graph_side) for run in runs], names)


def _components(one: Material) -> Parts:
    for name, network in (("evolved", one.evolved), ("sgd", one.twin)):
        maps = feature_maps(network, min(one.maps, 64))
        rows = [rotations.components(maps, layer) for layer in range(network.architecture.depth)]
        yield name, plotting.component_rows(rows, title=network.label)


def _directions(one: Material) -> Parts:
    drawn = sweeps.random_directions(one.evolved, one.directions, seed=0)
    for name, network in (("evolved", one.evolved), ("sgd", one.twin)):
        stacks = [each.sweep(network, sweeps.PAPER_SPAN, size=one.maps) for each in drawn]
        labels = [f"{network.label}\nlayer {each.layer}, row {each.row}" for each in drawn]
        yield name, plotting.sweep_rows(stacks, labels, offsets=sweeps.PAPER_SPAN)


DRAWERS: Final[Mapping[str, Callable[[Material], Parts]]] = {
    "teaser": _teaser,
    "small-network": _small_network,
    "target-and-twin": _target_and_twin,
    "feature-maps": _both_maps,
    "chosen-sweeps": _chosen_sweeps,
    "path": _path,
    "layerization": _layerization,
    "raw-graph": _raw_graph,
    "loss-curves": _loss_curves,
    "feature-maps-evolved": _evolved_maps,
    "feature-maps-sgd": _sgd_maps,
    "feature-maps-relu": _relu_maps,
    "principal-components": _components,
    "random-directions": _directions,
    "all-sweeps": _all_sweeps,
}
