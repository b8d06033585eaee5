"""N and X: in how many independent ways does the picture move when single weights move?

The response map of a weight is how the picture changes with it, J = ∂Y/∂w. At a pixel it is what the weight
multiplies, times how the picture moves with the sum it feeds: exact, with no step to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_utils.checks import bad, whole
from fer_utils.metrics.insides import Array, Insides, Order
from fer_utils.metrics.parity import mixing

Weight = tuple[int, int, int]
ACTIVE = 1e-4  # root mean square response from which a weight counts
COUNT = 200  # weights in a sample
SAMPLES = 3


def weight_strengths(insides: Insides, *, pixels: NDArray[Any] | None = None) -> list[Array]:
    """Return the root mean square response of every weight slot, zeros among them.

    Args:
        insides: The network.
        pixels: Only these, as indices or a mask; None for all.

    Returns:
        One ``(in, out)`` array for each weight matrix.

    Source: ours.
    """
    chosen = slice(None) if pixels is None else pixels
    found = []
    for read, error in zip(insides.reads, insides.errors, strict=True):
        seen, pushed = read[:, chosen], error[..., chosen]
        found.append(np.sqrt((seen**2) @ (pushed**2).sum(axis=0).T / (3 * seen.shape[1])))
    return found


def sample_weights(
    strengths: Sequence[Array], *, count: int = COUNT, seed: int = 0, strongest: float = 1
) -> list[Weight]:
    """Draw weight slots among those that act, all alike likely, zeros of the matrix among them.

    Args:
        strengths: What `weight_strengths` returned.
        count: How many, at most; all of them where fewer act.
        seed: Of the draw.
        strongest: Draw only from this share of those that act, the strongest; above 0 and at most 1.

    Returns:
        (layer, row, column), without repetition.

    Raises:
        BadInput: Count or seed cannot be used.

    Source: ours.
    """
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    flat = np.concatenate([matrix.ravel() for matrix in strengths])
    active = np.flatnonzero(flat > ACTIVE)
    if strongest < 1:
        active = active[np.argsort(-flat[active], kind="stable")][: int(np.ceil(strongest * len(active)))]
    drawn = rng.permutation(active)[: whole("count", count, least=2)]
    starts = np.cumsum([0, *(matrix.size for matrix in strengths)])
    layers = np.searchsorted(starts, drawn, side="right") - 1
    return [
        (int(layer), *divmod(int(place - starts[layer]), strengths[layer].shape[1]))
        for place, layer in zip(drawn, layers, strict=True)
    ]


def response_maps(insides: Insides, weights: Sequence[Weight], *, pixels: NDArray[Any] | None = None) -> Array:
    """Return the response maps of some weights: ``(n, 3, pixels)``, change of the picture for each unit of weight.

    Args:
        insides: The network.
        weights: As (layer, row, column).
        pixels: Only these; None for all.

    Source: ours.
    """
    chosen = slice(None) if pixels is None else pixels
    maps = [
        insides.reads[layer][row, chosen] * insides.errors[layer][:, column][:, chosen]
        for layer, row, column in weights
    ]
    return np.stack(maps) if maps else np.empty((0, *insides.picture[:, chosen].shape))


def modes(responses: Array) -> float:
    """Return the number of independent ways in which these responses move the picture.

    Formula: 1 / mean over a ≠ b of cos²(J_a, J_b). Weights that all move the picture alike have 1 mode; n responses at
    right angles to each other have no bound, so compare samples of one size.

    Args:
        responses: ``(n, ...)``; those that are zero are left out.

    Returns:
        At least 1; nan for fewer than two responses.

    Raises:
        BadInput: There is no axis but the first.

    Source: ours.
    """
    if responses.ndim < 2:
        raise bad("responses", "an array (n, ...)", responses)
    if len(responses) < 2:
        return float("nan")
    flat = responses.reshape(len(responses), -1)
    lengths = np.linalg.norm(flat, axis=1)
    unit = flat[lengths > 0] / lengths[lengths > 0, None]
    count = len(unit)
    if count < 2:
        return float("nan")
    squares = (unit @ unit.T) ** 2
    mean = (squares.sum() - np.trace(squares)) / (count * (count - 1))
    return float(1 / mean) if mean > 0 else float("inf")


def response_modes(insides: Insides, *, count: int = COUNT, seed: int = 0, samples: int = SAMPLES) -> float:
    """Return N: the modes of the whole picture under single weights.

    Formula: the geometric mean over samples of `modes` for weights drawn from all slots of the dense architecture,
    zeros included, whose root mean square response is above 1e-4.
    Invariances: the order and sign of neurons; scale where the activation allows; roughly, copies of neurons.
    Cost: a backward pass for each channel, then a Gram matrix of each sample. Blind to: what the modes are about. It
    grows with fit and with training time, so compare at the same error.

    Args:
        insides: The network.
        count: Weights in a sample.
        seed: Of the first sample; the others follow.
        samples: How many.

    Returns:
        N; nan where fewer than two weights act.

    Source: ours.
    """
    strengths = weight_strengths(insides)
    draws = [sample_weights(strengths, count=count, seed=seed + one) for one in range(samples)]
    return geometric_mean([modes(response_maps(insides, drawn)) for drawn in draws])


def response_mixing(insides: Insides, order: Order, *, count: int = COUNT, seed: int = 0) -> float:
    """Return X: the mean parity mixing of response maps.

    Formula: the mean over a sample of weights of mix(E), E the even share of J (its mean kept).
    Meaningful only for a picture that is exactly symmetric: of any other, no response need be pure.

    Args:
        insides: The network.
        order: The symmetry.
        count: Weights in the sample.
        seed: Of the sample.

    Returns:
        X in [0, 1]; nan where no weight acts.

    Source: ours.
    """
    drawn = sample_weights(weight_strengths(insides), count=count, seed=seed)
    if not drawn:
        return float("nan")
    return float(mixing(response_maps(insides, drawn), order, centre=False).mean())


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean; nan where there is nothing, or a value is nan."""
    return float(np.exp(np.mean(np.log(values)))) if len(values) else float("nan")
