"""Controls: networks that a measure's value must be held against before it means anything.

Nulls say what a value is without any learning or search: untrained networks, shuffled weights, noise. Others take away
one difference between an evolved network and its twin at a time: the evolved one made dense, the trained one made
sparse, the evolved topology with fresh weights. Those that are tuned to a picture afterwards say how near they came.

Convention that bites: tuning uses the paper's step (Adam on a normalised gradient) in float32 on one thread, with a
rate that falls to zero along half a cosine; weights outside a mask never move. A picture is drawn at the grid's own
size (``evolved.image(64)``), not shrunk to it: a network sees points, not areas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fer_utils import images
from fer_utils.checks import bad, real, whole
from fer_utils.cppn import Architecture, Network
from fer_utils.images import Array
from fer_utils.layerize import EvolvedNetwork
from fer_utils.training import initialise
from fer_utils.training.descent import adam_step, normalised
from fer_utils.training.gradient import Gradient
from fer_utils.training.problem import as_network, unflatten
from fer_utils.training.stepping import torch_threads

Mask = NDArray[np.bool_]
RATE, STEPS = 3e-3, 3000


@dataclass(frozen=True, eq=False)
class Control:
    """A control that was tuned to a picture.

    Args:
        network: The control.
        error: Mean squared error against the picture, on the grid it was tuned on.
        weights: How many weights are not zero.

    Source: ours.
    """

    network: Network
    error: float
    weights: int


def untrained(network: Network, *, seed: int, gain: float = 1.0) -> Network:
    """Return a network of the same architecture with first weights as training draws them.

    Args:
        network: Gives the architecture.
        seed: Of the weights.
        gain: Factor on them.

    Source: ours.
    """
    return initialise(network.architecture, seed, gain=gain)


def shuffled(network: Network, *, seed: int) -> Network:
    """Exchange the values of a network's own weights at random; where they are stays, and so do copies.

    Args:
        network: A layered genome, whose copying weights of 1 stay, or any other network.
        seed: Of the exchange.

    Source: ours.
    """
    flat, movable = network.flat(), movable_weights(network)
    flat[movable] = _generator(seed).permutation(flat[movable])
    return _of(network, flat, f"{network.label}, weights shuffled")


def movable_weights(network: Network) -> Mask:
    """Mark the weights that are not zero and do not only carry a value on, in the order of ``Network.flat``."""
    marks = [matrix != 0 for matrix in network.weights]
    for layer, row, column in network.copies if isinstance(network, EvolvedNetwork) else ():
        marks[layer][row, column] = False
    return np.concatenate([matrix.ravel() for matrix in marks])


def fresh_topology(network: EvolvedNetwork, target: object, *, seed: int, steps: int = STEPS) -> Control:
    """Draw new weights on an evolved topology and train them, and only them, on a picture.

    Args:
        network: A layered genome; its copies stay.
        target: The picture, ``(n, n, 3)`` in [0, 1]; the grid is its own.
        seed: Of the weights: normal, of variance 1 / the number of weights that feed the same neuron.
        steps: Of training.

    Source: ours; the paper's figure 12 asks the same on the graph.
    """
    movable = movable_weights(network)
    rng = _generator(seed)
    feeding = [np.broadcast_to((matrix != 0).sum(axis=0), matrix.shape).ravel() for matrix in network.weights]
    flat = network.flat()
    flat[movable] = rng.normal(size=int(movable.sum())) / np.sqrt(np.concatenate(feeding)[movable])
    start = _of(network, flat, f"{network.label}'s topology, seed {seed}")
    return tuned(start, target, movable=movable, steps=steps)


def densified(
    network: Network, target: object, *, seed: int, noise: float = 0.01, steps: int = STEPS, rate: float = 1e-4
) -> Control:
    """Put a little noise on every weight slot, zeros among them, and tune the network back to its picture.

    Args:
        network: Usually an evolved one.
        target: The picture, ``(n, n, 3)`` in [0, 1]; the grid is its own.
        seed: Of the noise.
        noise: Its standard deviation, times 1 / √fan-in.
        steps: Of tuning.
        rate: Of tuning; small, since the paper's rate would break what was evolved within a few steps.

    Source: ours.
    """
    rng, scale = _generator(seed), real("noise", noise, above=0)
    noisy = [matrix + rng.normal(size=matrix.shape) * scale / np.sqrt(len(matrix)) for matrix in network.weights]
    start = Network(network.architecture, tuple(noisy), f"{network.label}, made dense")
    return tuned(start, target, steps=steps, rate=rate)


def pruned(network: Network, target: object, *, keep: int, rounds: int = 8, steps: int = STEPS) -> Control:
    """Take away a network's smallest weights, round by round, and tune what is left to the picture each time.

    Args:
        network: Usually a trained one.
        target: The picture, ``(n, n, 3)`` in [0, 1]; the grid is its own.
        keep: Weights left in the end.
        rounds: How often some are taken; each round leaves the same share of those before.
        steps: Of tuning, over all rounds; the last has as many as all others together.

    Raises:
        BadInput: There are not that many weights.

    Source: ours, after Han et al. 2015.
    """
    left = int(np.count_nonzero(network.flat()))
    wanted, times = whole("keep", keep, least=1, most=left), whole("rounds", rounds, least=1)
    counts = np.geomspace(left, wanted, times + 1)[1:].round().astype(int)
    each = max(1, whole("steps", steps, least=2) // (2 * times))
    control = Control(network, 0.0, left)
    for number, count in enumerate(counts):
        flat = control.network.flat()
        kept = np.zeros(len(flat), dtype=bool)
        kept[np.argsort(-np.abs(flat), kind="stable")[:count]] = True
        start = _of(network, np.where(kept, flat, 0), f"{network.label}, {wanted} weights kept")
        last = number == times - 1
        control = tuned(start, target, movable=kept, steps=steps // 2 if last else each)
    return control


def narrow(architecture: Architecture, *, share: float = 0.5) -> Architecture:
    """Return an architecture of the same depth and kinds with fewer neurons of each kind, at least one.

    Args:
        architecture: The wide one.
        share: Of the neurons that stay.

    Source: ours.
    """
    part = real("share", share, above=0, most=1)
    return Architecture(architecture.depth, tuple((name, max(1, round(part * n))) for name, n in architecture.groups))


def noise_image(size: int, *, seed: int, smooth: float = 0.0) -> Array:
    """Draw a picture of noise.

    Args:
        size: Side length in pixels.
        seed: Of the noise.
        smooth: Standard deviation of a Gaussian blur, as a share of the side; 0 for none.

    Returns:
        ``(size, size, 3)`` in [0, 1], each channel stretched to its whole range.

    Source: ours.
    """
    from scipy.ndimage import gaussian_filter

    side = images.image_size("size", size)
    values = _generator(seed).normal(size=(side, side, 3))
    if blur := real("smooth", smooth, least=0) * side:
        values = gaussian_filter(values, (blur, blur, 0), mode="reflect")
    low, high = values.min(axis=(0, 1)), values.max(axis=(0, 1))
    return np.asarray((values - low) / (high - low))


def tuned(
    network: Network,
    target: object,
    *,
    movable: Mask | None = None,
    steps: int = STEPS,
    rate: float = RATE,
) -> Control:
    """Train a network on from where it is, some of its weights held fast.

    Args:
        network: Where to begin.
        target: The picture, ``(n, n, 3)`` in [0, 1]; the grid is its own.
        movable: ``(n,)``: which weights move, in the order of ``Network.flat``; None for all.
        steps: Updates.
        rate: Adam's at the first step; it falls to zero.

    Returns:
        The network with the least error seen, measured every hundred steps and at both ends.

    Raises:
        BadInput: The mask does not fit, or steps, rate or target cannot be used.

    Source: the paper's step; the mask and the falling rate are ours.
    """
    flat = torch.from_numpy(network.flat().astype(np.float32))
    if movable is not None and (movable.shape != flat.shape or movable.dtype != bool):
        raise bad("movable", f"a mask of {len(flat)} weights", movable)
    count, first = whole("steps", steps, least=1), real("rate", rate, above=0)
    mask = torch.ones_like(flat) if movable is None else torch.from_numpy(movable.astype(np.float32))
    picture = images.checked_image("target", target)
    wanted = torch.from_numpy(np.moveaxis(picture, -1, 0).reshape(3, -1).astype(np.float32).copy())
    inputs = torch.from_numpy(images.coordinates(len(picture)).reshape(4, -1).astype(np.float32))
    with torch_threads(1):
        best, error = _descend(Gradient(network.architecture, inputs), flat, wanted, mask, count, first)
    made = as_network(network.architecture, best.numpy(), network.label)
    return Control(made, error, int(np.count_nonzero(made.flat())))


def _descend(
    gradient: Gradient, flat: torch.Tensor, wanted: torch.Tensor, mask: torch.Tensor, steps: int, rate: float
) -> tuple[torch.Tensor, float]:
    """Walk down, and return the best weights seen with their error."""
    means, squares = torch.zeros_like(flat), torch.zeros_like(flat)
    best, error = flat.clone(), float(gradient.loss(flat, wanted))
    for step in range(steps):
        _, way = gradient(flat, wanted)
        falling = 0.5 * rate * (1 + np.cos(np.pi * step / steps))
        adam_step(flat, means, squares, normalised(way * mask), step=step, rate=float(falling))
        if (step + 1) % 100 == 0 or step + 1 == steps:
            now = float(gradient.loss(flat, wanted))
            if now < error:
                best, error = flat.clone(), now
    return best, error


def _of(network: Network, flat: Array, label: str) -> Network:
    return Network(network.architecture, tuple(unflatten(network.architecture, flat)), label)


def _generator(seed: object) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
