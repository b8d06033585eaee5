"""What is at hand for one image: its genome, the layered network, and the published networks trained on its picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fer_utils import published, training
from fer_utils.cppn import Architecture, Network
from fer_utils.features import FeatureMaps, feature_maps, mirror_shares
from fer_utils.fidelity.numbers import PAPER_NUMBERS
from fer_utils.genome import Genome
from fer_utils.layerize import EvolvedNetwork, largest_gap, layerize
from fer_utils.published import PublishedRun

SMALL = 64  # pixels of maps that are measured rather than counted
CHECKED = 32  # pixels at which graph and layers are compared


@dataclass(frozen=True, eq=False)
class Evidence:
    """One image of the paper: everything about it that this machine has; the rest is computed when first asked for.

    Args:
        image: Its name.
        genome: None where it is not on this machine.
        twins: Published runs of the paper's whole recipe in the evolved architecture; needs no genome.
        relu: Likewise with ReLU in every neuron; where there are none, of another recipe, for which see their `recipe`.

    Source: ours.
    """

    image: str
    genome: Genome | None
    twins: Sequence[PublishedRun]
    relu: Sequence[PublishedRun]

    @property
    def architecture(self) -> Architecture:
        """The architecture as the authors write it."""
        return Architecture.parse(PAPER_NUMBERS[self.image].architecture)

    @cached_property
    def evolved(self) -> EvolvedNetwork | None:
        """The layered genome."""
        return None if self.genome is None else layerize(self.genome)

    @cached_property
    def gap(self) -> float | None:
        """Largest difference anywhere between graph and layers."""
        return None if self.evolved is None else largest_gap(self.evolved, CHECKED)

    def losses(self, step: int) -> list[float]:
        """Return the twins' losses around a step."""
        return [training.loss_near(run.history, step) for run in self.twins]

    @cached_property
    def mixed(self) -> dict[str, list[float]]:
        """Shares of distinct maps that mix left-right symmetry with its opposite: "evolved", "twin", "ReLU"."""
        networks: Mapping[str, Sequence[Network]] = {
            "evolved": [] if self.evolved is None else [self.evolved],
            "twin": [run.network for run in self.twins],
            "ReLU": [run.network for run in self.relu],
        }
        return {kind: [_mixed(network) for network in ones] for kind, ones in networks.items()}


def gather(image: str) -> Evidence:
    """Gather what is at hand for one of the paper's images.

    Args:
        image: "skull", "butterfly" or "apple".

    Source: ours.
    """
    genome = published.genome_at_hand(image)
    recipe = training.recipe_for(image)
    architecture = Architecture.parse(PAPER_NUMBERS[image].architecture)
    known = image in published.image_names()
    twins = published.runs(image, architecture, recipe=recipe, genome=genome) if known else []
    relu = published.runs_alike(image, [architecture.with_only("relu")], genome=genome)
    return Evidence(image, genome, twins, relu[0] if relu else [])


def mixed_share(maps: FeatureMaps) -> float:
    """Return the share of distinct maps with between a tenth and nine tenths of their variation in the symmetric part.

    Args:
        maps: Of one network.

    Source: ours.
    """
    shares = mirror_shares(maps)
    return float(np.mean((shares > 0.1) & (shares < 0.9))) if len(shares) else 0.0


def coloured(network: Network) -> bool:
    """Say whether a network's picture has any colour.

    Args:
        network: Any.

    Source: ours.
    """
    return bool(np.ptp(network.image(SMALL), axis=2).max() > 0.01)


def _mixed(network: Network) -> float:
    return mixed_share(feature_maps(network, SMALL))
