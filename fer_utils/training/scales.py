"""How much of a picture's coarse and fine structure a network has learnt."""

from __future__ import annotations

import numpy as np

from fer_utils.checks import BadInput
from fer_utils.images import Array, checked_image


def errors_by_scale(image: object, target: object) -> dict[int, float]:
    """Split the error of a picture by the size of the structures it is made of.

    Both pictures are taken apart into waves. A band holds the waves that go from 1 to 2, from 2 to 4, from 4 to 8, …
    times through the picture's side; its share is the error's energy in it over the target's. 1 means that nothing of
    that size has been learnt, 0 that all of it has; noise that is not in the target can bring it above 1.

    Args:
        image: ``(size, size, 3)`` in [0, 1].
        target: Of the same shape.

    Returns:
        The lowest number of waves of each band -> share of its error; the picture's mean is left out, and bands in
        which the target has less than a millionth of its energy.

    Raises:
        BadInput: The shapes differ.

    Source: ours; that coarse comes before fine is the spectral bias of Rahaman et al. 2019.
    """
    ours, goal = checked_image("image", image), checked_image("target", target)
    if ours.shape != goal.shape:
        raise BadInput(f"image must be of the target's shape {goal.shape}, got {ours.shape}.")
    wrong, whole = _energy(ours - goal), _energy(goal)
    waves = np.hypot(*np.meshgrid(*[np.fft.fftfreq(goal.shape[0], 1 / goal.shape[0])] * 2))
    bands = [2**power for power in range(int(np.log2(goal.shape[0] / 2)))]
    inside = {low: (waves >= low) & (waves < 2 * low) for low in bands}
    least = 1e-6 * whole[waves >= 1].sum()
    return {
        low: float(wrong[part].sum() / whole[part].sum()) for low, part in inside.items() if whole[part].sum() > least
    }


def _energy(picture: Array) -> Array:
    """Return the energy of each wave, over the channels."""
    return np.asarray(np.abs(np.fft.fft2(picture, axes=(0, 1))) ** 2).sum(axis=-1)
