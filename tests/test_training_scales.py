"""Errors by the size of structures: known waves in, known shares out."""

from __future__ import annotations

import numpy as np
import pytest

from fer_utils.checks import BadInput
from fer_utils.training import errors_by_scale


def wave(count: int, size: int = 64, *, across: bool = True) -> np.ndarray:
    """Draw a grey wave that goes `count` times through the picture."""
    line = 0.15 * np.cos(2 * np.pi * count * np.arange(size) / size)
    plane = np.broadcast_to(line if across else line[:, None], (size, size))
    return np.repeat(plane[..., None], 3, axis=-1)


def test_a_wave_that_is_missing_shows_in_its_own_band_alone() -> None:
    target = 0.5 + wave(1) + wave(5, across=False) + wave(20)
    shares = errors_by_scale(target - wave(5, across=False), target)
    assert shares[4] == pytest.approx(1)
    assert shares[1] == pytest.approx(0, abs=1e-20)
    assert shares[16] == pytest.approx(0, abs=1e-20)


def test_half_a_wave_leaves_a_quarter_of_its_energy() -> None:
    target = 0.5 + wave(3)
    assert errors_by_scale(target - 0.5 * wave(3), target) == pytest.approx({2: 0.25})


def test_the_mean_and_empty_bands_do_not_count() -> None:
    target = 0.4 + wave(6)
    assert errors_by_scale(target + 0.1, target) == pytest.approx({4: 0}, abs=1e-20)


def test_noise_can_be_worse_than_nothing() -> None:
    target = 0.5 + 0.1 * wave(9)
    assert errors_by_scale(target + 0.3 * wave(10), target)[8] > 1


def test_pictures_of_different_shapes_are_refused() -> None:
    with pytest.raises(BadInput, match="image must be of the target's shape"):
        errors_by_scale(np.zeros((8, 8, 3)), np.zeros((9, 9, 3)))
