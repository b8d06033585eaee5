"""Attacks on the measures: the same network written otherwise, and the same network damaged a little at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import real
from fer_utils.cppn import Network
from fer_utils.features import FeatureMaps
from fer_utils.metrics import Insides, functional_units, rejected
from fer_utils.transforms import LINEAR, add_dead, duplicate, permute, rescale, rotate_linear

GAP = 2  # pixels between tiles


def rewritten(network: Network, *, seed: int) -> dict[str, Network]:
    """Write a network in other ways that draw the same picture to rounding.

    Args:
        network: Any layered network.
        seed: Of everything drawn by lot.

    Returns:
        By what was done, the network as it is first.

    Source: ours.
    """
    kinds = [name for name, _ in network.architecture.groups]
    bent = next((name for name in kinds if name not in LINEAR), kinds[0])
    return {
        "as it is": network,
        "neurons in another order": permute(network, seed=seed),
        "rescaled, signs turned": rescale(network, seed=seed),
        "one neuron of each layer doubled": duplicate(network, bent, seed=seed),
        "a dead neuron in each layer": add_dead(network, bent, seed=seed),
        "linear channels rotated": rotate_linear(network, seed=seed),
    }


def without_smallest(network: Network, share: float) -> Network:
    """Set a share of a network's weights to zero, the smallest ones; nothing is tuned afterwards.

    Args:
        network: Any layered network.
        share: Of its weights that are not zero, 0 to 1.

    Source: ours.
    """
    flat = network.flat()
    order = np.argsort(np.abs(flat), kind="stable")
    own = order[np.abs(flat[order]) > 0]
    flat[own[: round(real("share", share, least=0, most=1) * len(own))]] = 0
    ends = np.cumsum([rows * columns for rows, columns in network.architecture.shapes])[:-1]
    pieces = zip(np.split(flat, ends), network.architecture.shapes, strict=True)
    matrices = tuple(piece.reshape(shape) for piece, shape in pieces)
    return Network(network.architecture, matrices, f"{network.label}, {share:.0%} of its weights gone")


def without_input(network: Network, name: str = "x") -> Network:
    """Cut one input off a network: what it draws then has that input's symmetry, and so has every unit.

    Args:
        network: Any layered network.
        name: "x" or "y".

    Source: ours.
    """
    first = network.weights[0].copy()
    first["xydb".index(name)] = 0
    return Network(network.architecture, (first, *network.weights[1:]), f"{network.label}, without {name}")


def rejected_numbers(insides: Insides) -> dict[str, float]:
    """Return all rejected measures that look at one network alone, by name.

    Source: ours.
    """
    return {
        "roughness": rejected.roughness(insides),
        "effective rank": rejected.effective_rank(insides),
        "effective rank of distinct maps": rejected.effective_rank_of_units(insides),
        "effective dimension": rejected.effective_dimension(insides),
        "redundancy": rejected.redundancy(insides),
        "compressed size": rejected.compressed_size(insides),
        "response overlap": rejected.response_overlap(insides),
        "share of the picture moved": rejected.spatial_share(insides),
        "functional units": float(len(functional_units(insides))),
    }


def layer_tiles(maps: FeatureMaps, layers: Sequence[int], *, neurons: int) -> NDArray[np.float64]:
    """Lay a few layers' maps out as one picture, for films: layers as rows, neurons as columns.

    Args:
        maps: A network's maps.
        layers: Which.
        neurons: How many columns, from the left.

    Returns:
        ``(height, width, 3)`` in [0, 1]: red at -1 and below, white at 0, blue at 1 and above.

    Source: the paper's colours, figure 5.
    """
    side, count = maps.size + GAP, min(neurons, maps.architecture.width)
    sheet = np.ones((side * len(layers) - GAP, side * count - GAP, 3))
    for row, layer in enumerate(layers):
        for column in range(count):
            value = np.clip(maps[layer, column], -1, 1)
            tile = np.stack(
                [np.where(value < 0, 1, 1 - value), 1 - np.abs(value), np.where(value > 0, 1, 1 + value)], -1
            )
            sheet[row * side : row * side + maps.size, column * side : column * side + maps.size] = tile
    return sheet


def as_words(numbers: Mapping[str, float]) -> str:
    """Write measures in one line, as in "P 0.03 · G 0.02 · N 5.6"."""
    return " · ".join(f"{name} {value:.2f}" if value < 10 else f"{name} {value:.0f}" for name, value in numbers.items())
