"""Feature maps: each neuron's activation over the pixel grid, addressed by (layer, neuron).

A map is *novel* when no earlier map of the network equals it to within the tolerance at every pixel; in an
evolved network this sets the neurons that compute apart from those that only carry a value on (paper,
figure 5: green borders).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from fer_utils import images
from fer_utils.checks import bad, real, whole
from fer_utils.cppn import Architecture, Network, Place
from fer_utils.images import Array


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """Every hidden activation of one network, by (layer, neuron).

    Args:
        label: The network's label.
        architecture: The network's architecture.
        values: One ``(width, size, size)`` float64 array a layer.
        inputs: ``(4, size, size)``: x, y, d, b.
        names: Names of neurons beyond their place, where known.
        used: ``(depth, width)`` bool; False for the empty places of a layered genome, which nothing feeds. Their
            maps are constant, and not always 0: an empty gaussian says 1.

    Source: paper, figures 5, 14, 15.
    """

    label: str
    architecture: Architecture
    values: tuple[Array, ...]
    inputs: Array
    names: Mapping[Place, str]
    used: NDArray[np.bool_]

    @overload
    def __getitem__(self, place: int) -> Array: ...
    @overload
    def __getitem__(self, place: Place) -> Array: ...
    def __getitem__(self, place: int | Place) -> Array:
        """Return one map ``(size, size)`` by (layer, neuron), or a layer's ``(width, size, size)``."""
        layer, neuron = place if isinstance(place, tuple) else (place, None)
        maps = self.values[whole("layer", layer, least=0, most=len(self.values) - 1)]
        return maps if neuron is None else maps[whole("neuron", neuron, least=0, most=len(maps) - 1)]

    def __iter__(self) -> Iterator[Place]:
        """Walk all places, layer after layer."""
        return iter([(layer, neuron) for layer, maps in enumerate(self.values) for neuron in range(len(maps))])

    @property
    def size(self) -> int:
        """Side length in pixels."""
        return int(self.inputs.shape[-1])

    def name(self, layer: int, neuron: int) -> str:
        """Name a neuron by its place, and by its node where it has one: "L7 gaussian 0 (mouth)"."""
        known = self.names.get((layer, neuron))
        place = self.architecture.neuron_name(layer, neuron)
        return f"{place} ({known})" if known else place

    def novel(self, tolerance: float = 1e-2) -> NDArray[np.bool_]:
        """Mark the maps that are the first of their kind, reading layer by layer and left to right.

        Args:
            tolerance: Two maps are the same if they differ by no more than this at every pixel.

        Returns:
            ``(depth, width)`` bool. As in the paper the first copy of each input and the first empty place
            count too: the evolved skull's 24 are 19 nodes, 4 inputs and the constant 0.

        Source: paper, figure 5 (tolerance 1e-2).
        """
        limit = real("tolerance", tolerance, above=0)
        marks = np.zeros((self.architecture.depth, self.architecture.width), dtype=bool)
        places = list(self)
        flat = np.concatenate([maps.reshape(len(maps), -1) for maps in self.values])
        # A few pixels rule most pairs out; only what agrees there is compared in full.
        few = flat[:, :: max(1, flat.shape[1] // 61)]
        seen: list[int] = []
        for index, place in enumerate(places):
            close = np.abs(few[seen] - few[index]).max(axis=1, initial=0) <= limit
            alike = (np.abs(flat[seen[old]] - flat[index]).max() <= limit for old in np.flatnonzero(close))
            if not any(alike):
                marks[place] = True
                seen.append(index)
        return marks

    def distinct(self, tolerance: float = 1e-2) -> list[Place]:
        """List the network's own maps, each once: novel, not the same everywhere, and not a copy of an input.

        Args:
            tolerance: Two maps are the same if they differ by no more than this at every pixel.

        Returns:
            (layer, neuron), layer after layer; for the evolved skull its 19 computing nodes.

        Source: ours.
        """
        marks = self.novel(tolerance)
        varying = [place for place in self if marks[place] and np.ptp(self[place]) > tolerance]
        return [place for place in varying if np.abs(self.inputs - self[place]).max(axis=(1, 2)).min() > tolerance]


def mirror_shares(maps: FeatureMaps) -> Array:
    """Measure, for each distinct map, how much of its variation is the same left and right.

    A map minus its mean is the sum of a part that mirroring keeps and a part whose sign it turns; the share
    is that of the first part in the sum of squares. 1 is purely symmetric, 0 purely antisymmetric.

    Args:
        maps: The maps of one network.

    Returns:
        ``(number of distinct maps,)`` float64 in [0, 1], in the order of ``maps.distinct()``.

    Source: ours.
    """
    shares = []
    for place in maps.distinct():
        centred = maps[place] - maps[place].mean()
        kept = (centred + centred[:, ::-1]) / 2
        shares.append(float((kept**2).sum() / (centred**2).sum()))
    return np.array(shares)


def scaled(maps: FeatureMaps) -> FeatureMaps:
    """Divide each layer's maps by the layer's largest absolute value, for functions that know no bound, such as ReLU.

    Args:
        maps: The maps of one network.

    Returns:
        Maps within [-1, 1]; a layer that is zero everywhere stays so.

    Source: ours; the paper's colours run from -1 to 1.
    """
    values = tuple(layer / (np.abs(layer).max() or 1.0) for layer in maps.values)
    return replace(maps, values=values)


def dead(maps: FeatureMaps) -> NDArray[np.bool_]:
    """Mark the neurons that say the same everywhere, ``(depth, width)``.

    Source: ours.
    """
    return np.array([np.ptp(layer, axis=(1, 2)) == 0 for layer in maps.values])


def feature_maps(network: Network, size: int = 128) -> FeatureMaps:
    """Compute every hidden activation of a network.

    Args:
        network: Any layered network.
        size: Side length in pixels.

    Returns:
        The maps; ``maps[layer, neuron]`` is ``(size, size)`` float64.

    Source: paper, figures 5, 14, 15.
    """
    if not isinstance(network, Network):
        raise bad("network", "a fer_utils Network", network)
    side = images.image_size("size", size)
    values = tuple(network.activations(side))
    used = np.array([matrix.any(axis=0) for matrix in network.weights[:-1]])
    for place in network.names:
        used[place] = True  # a node that nothing feeds is a constant, but it is there
    return FeatureMaps(network.label, network.architecture, values, images.coordinates(side), network.names, used)
