"""The first weights: LeCun's truncated normal, drawn by numpy so that they outlive any version of torch."""

from __future__ import annotations

import numpy as np

from fer_utils.checks import bad, real, whole
from fer_utils.cppn import Architecture, Network
from fer_utils.images import Array

# Standard deviation of a normal of deviation 1 cut at -2 and 2; dividing by it gives the cut one deviation 1 again.
TRUNCATED_STD = 0.87962566103423978
MOST_SEED = 2**63 - 1


def initialise(architecture: Architecture, seed: int, *, gain: float = 1.0) -> Network:
    """Draw an untrained network.

    Args:
        architecture: Its shapes.
        seed: 0 or more; the same seed gives the same weights on every machine.
        gain: Factor on every weight, above 0.

    Returns:
        A network with weights of mean 0 and variance gain² / fan-in, none beyond 2 deviations of the uncut normal
        (2.27 of its own); every value is a float32.

    Raises:
        BadInput: An argument is not usable.

    Source: paper, conventional SGD; flax's lecun_normal, which the authors used, in formula.
    """
    if not isinstance(architecture, Architecture):
        raise bad("architecture", "an Architecture, as Architecture.parse makes it", architecture)
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0, most=MOST_SEED)))
    factor = real("gain", gain, above=0) / TRUNCATED_STD
    draws = [_truncated_normal(rng, shape) * factor / np.sqrt(shape[0]) for shape in architecture.shapes]
    weights = tuple(draw.astype(np.float32).astype(np.float64) for draw in draws)
    return Network(architecture, weights, f"untrained, seed {seed}")


def _truncated_normal(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Draw standard normal values, and draw those beyond 2 again until none is."""
    values = rng.standard_normal(shape)
    while (beyond := np.abs(values) > 2).any():
        values[beyond] = rng.standard_normal(int(beyond.sum()))
    return values
