"""Rewrite a network without changing what it draws: the attacks that a measure of representation must withstand.

A measure of what a network computes should not care how it is written down. Each function here returns another network
that draws the same picture to rounding: neurons in another order, scaled or with their sign turned where the function
allows, split into twins, joined by neurons that nobody reads, or, where a layer's channels are linear, turned into each
other. `densified` and the like, which do change a network, are in `controls`.

Convention that bites: all hidden layers of an architecture are alike, so a neuron more in one is a neuron more in each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import ortho_group

from fer_utils.checks import bad, one_of, whole
from fer_utils.cppn import Architecture, Network
from fer_utils.images import Array

LINEAR = ("cache", "identity")
ODD = ("sin", "tanh", "sigmoid", *LINEAR)  # f(-x) = -f(x)
EVEN = ("cos", "gaussian")  # f(-x) = f(x)
Generator = np.random.Generator


def permute(network: Network, *, seed: int) -> Network:
    """Put the neurons of every layer in another order, each within its kind.

    Args:
        network: Any layered network.
        seed: Of the order.

    Source: ours.
    """
    rng = _generator(seed)
    matrices = [matrix.copy() for matrix in network.weights]
    for layer in range(network.architecture.depth):
        for _, part in network.architecture.slices:
            old = np.arange(part.start, part.stop)
            new = rng.permutation(old)
            matrices[layer][:, old] = matrices[layer][:, new]
            matrices[layer + 1][old] = matrices[layer + 1][new]
    return _like(network, matrices, "permuted")


def rescale(network: Network, *, seed: int, most: float = 4.0) -> Network:
    """Scale what may be scaled: linear and ReLU neurons by any factor, others by a sign where they are odd or even.

    Args:
        network: Any layered network.
        seed: Of the factors.
        most: Factors lie between its inverse and this.

    Raises:
        BadInput: `most` is below 1.

    Source: ours.
    """
    if not most >= 1:
        raise bad("most", "a factor of at least 1", most)
    rng = _generator(seed)
    matrices = [matrix.copy() for matrix in network.weights]
    for layer in range(network.architecture.depth):
        for neuron, name in enumerate(network.architecture.activations):
            factor = np.exp(rng.uniform(-np.log(most), np.log(most)))
            sign = rng.choice([-1.0, 1.0])
            inward, outward = _factors(name, factor, sign)
            matrices[layer][:, neuron] *= inward
            matrices[layer + 1][neuron] *= outward
    return _like(network, matrices, "rescaled")


def duplicate(network: Network, activation: str, *, seed: int, share: float = 0.5, times: int = 1) -> Network:
    """Split one neuron of a kind in every layer into two that do the same and share its outgoing weights.

    Args:
        network: Any layered network.
        activation: Which kind; one that the architecture has.
        seed: Which neuron of the kind, layer by layer.
        share: The first twin's part of the outgoing weights.
        times: How often; each time another neuron is drawn, which may be a copy.

    Raises:
        BadInput: The architecture has no such neurons, or times is no whole number from 0 on.

    Source: ours.
    """
    rng = _generator(seed)
    for _ in range(whole("times", times, least=0)):
        network = _duplicated(network, activation, rng, share)
    return network


def _duplicated(network: Network, activation: str, rng: np.random.Generator, share: float) -> Network:
    part = dict(network.architecture.slices)[one_of("activation", activation, dict(network.architecture.groups))]
    chosen = [int(rng.integers(part.start, part.stop)) for _ in range(network.architecture.depth)]
    matrices = [matrix.copy() for matrix in network.weights]
    for layer, neuron in enumerate(chosen):
        column, row = matrices[layer][:, neuron], matrices[layer + 1][neuron]
        matrices[layer] = np.insert(matrices[layer], part.stop, column, axis=1)
        matrices[layer + 1] = np.insert(matrices[layer + 1], part.stop, (1 - share) * row, axis=0)
        matrices[layer + 1][neuron] = share * row
    return _wider(network, activation, 1, matrices, "duplicated")


def add_dead(network: Network, activation: str, count: int = 1, *, seed: int) -> Network:
    """Add neurons that compute something and that nobody reads.

    Args:
        network: Any layered network.
        activation: Their function; one that the architecture has.
        count: How many in each layer.
        seed: Of their incoming weights, normal with variance 1 / fan-in.

    Raises:
        BadInput: The architecture has no such neurons.

    Source: ours.
    """
    rng, more = _generator(seed), whole("count", count, least=1)
    part = dict(network.architecture.slices)[one_of("activation", activation, dict(network.architecture.groups))]
    matrices = [matrix.copy() for matrix in network.weights]
    for layer in range(network.architecture.depth):
        fresh = rng.normal(0, len(matrices[layer]) ** -0.5, (len(matrices[layer]), more))
        matrices[layer] = np.insert(matrices[layer], [part.stop] * more, fresh, axis=1)
        matrices[layer + 1] = np.insert(matrices[layer + 1], [part.stop] * more, 0.0, axis=0)
    return _wider(network, activation, more, matrices, "with dead neurons")


def rotate_linear(network: Network, *, seed: int, amount: float = 1.0) -> Network:
    """Turn the linear channels of every layer into each other, and undo it where they are read.

    Channels that nothing feeds stay out of it: mixed in, they would become copies that were not there before.

    Args:
        network: Any layered network; one without linear neurons comes back as it is.
        seed: Of the rotations.
        amount: 0 for none, 1 for the whole random rotation, between them a part of the way.

    Source: ours.
    """
    rng = _generator(seed)
    names = network.architecture.activations
    matrices = [matrix.copy() for matrix in network.weights]
    for layer in range(network.architecture.depth):
        used = np.asarray(network.weights[layer].any(axis=0))
        linear = [neuron for neuron, name in enumerate(names) if name in LINEAR and used[neuron]]
        if len(linear) < 2:
            continue
        turn = _part_of_turn(ortho_group.rvs(len(linear), random_state=rng), amount)
        matrices[layer][:, linear] = matrices[layer][:, linear] @ turn.T
        matrices[layer + 1][linear] = turn @ matrices[layer + 1][linear]
    return _like(network, matrices, "rotated")


def _part_of_turn(turn: Array, amount: float) -> Array:
    """Go part of the way to a rotation: along its logarithm, after making it one that can be reached."""
    if amount == 1:
        return turn
    turn = turn.copy()
    if np.linalg.det(turn) < 0:
        turn[0] *= -1  # a reflection cannot be reached by turning
    values, vectors = np.linalg.eig(turn)
    part = vectors @ np.diag(np.exp(1j * amount * np.angle(values))) @ np.linalg.inv(vectors)
    left, _, right = np.linalg.svd(part.real)
    return np.asarray(left @ right)


def _factors(name: str, factor: float, sign: float) -> tuple[float, float]:
    """Return what a neuron's incoming and outgoing weights may be multiplied by."""
    if name in LINEAR:
        return sign * factor, sign / factor
    if name == "relu":
        return factor, 1 / factor
    return sign, (sign if name in ODD else 1.0)


def _like(network: Network, matrices: Sequence[Array], what: str) -> Network:
    return Network(network.architecture, tuple(matrices), f"{network.label}, {what}")


def _wider(network: Network, activation: str, count: int, matrices: Sequence[Array], what: str) -> Network:
    groups = tuple((name, old + count * (name == activation)) for name, old in network.architecture.groups)
    architecture = Architecture(network.architecture.depth, groups)
    return Network(architecture, tuple(matrices), f"{network.label}, {what}")


def _generator(seed: object) -> Generator:
    return np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
