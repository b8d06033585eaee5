"""What a picture is like: pictures whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from fer_utils.evolution import DESCRIPTORS, describe_pictures
from fer_utils.evolution.descriptors import count_regions

SIZE = 32
LINE = np.linspace(0, 1, SIZE)


def grey(plane: np.ndarray) -> np.ndarray:
    return np.repeat(plane[..., None], 3, axis=-1)


def of(name: str, picture: np.ndarray) -> float:
    return DESCRIPTORS[name](picture)


ONE_COLOUR = np.broadcast_to([0.2, 0.5, 0.7], (SIZE, SIZE, 3))
RAMP = grey(np.tile(LINE, (SIZE, 1)))  # brighter to the right
STRIPES = grey(np.tile(np.arange(SIZE) % 2, (SIZE, 1)).astype(float))
QUARTERS = grey(np.kron([[0.0, 1.0], [1.0, 0.0]], np.ones((SIZE // 2, SIZE // 2))))
NOISE = np.random.default_rng(0).random((SIZE, SIZE, 3))
RINGS = grey(0.5 + 0.5 * np.cos(12 * np.hypot(*np.meshgrid(2 * LINE - 1, 2 * LINE - 1))))


@pytest.mark.parametrize(
    ("name", "picture", "value"),
    [
        ("symmetry", ONE_COLOUR, 1.0),
        ("symmetry", RINGS, 1.0),
        ("symmetry", RAMP.transpose(1, 0, 2), 1.0),
        ("symmetry", RAMP, 0.0),
        ("symmetry", QUARTERS, 0.0),
        ("complexity", ONE_COLOUR, 0.0),
        ("complexity", RAMP, 0.0),  # every step is one level
        ("colourfulness", RINGS, 0.0),
        ("colourfulness", ONE_COLOUR, 0.3 * np.hypot(-0.3, -0.35)),
        ("regions", ONE_COLOUR, 0.0),
        ("regions", QUARTERS, 2 / 6),
        ("uprightness", RAMP, 1.0),
        ("uprightness", RAMP.transpose(1, 0, 2), 0.0),
        ("uprightness", RINGS, 0.5),
        ("uprightness", ONE_COLOUR, 0.5),
    ],
)
def test_a_descriptor_gives_the_known_answer(name: str, picture: np.ndarray, value: float) -> None:
    assert of(name, picture) == pytest.approx(value, abs=1e-12)


def test_alternating_stripes_need_one_bit_a_step() -> None:
    # 16 steps up and 15 down in a row of 32 pixels.
    up, down = 16 / 31, 15 / 31
    assert of("complexity", STRIPES) == pytest.approx(-(up * np.log2(up) + down * np.log2(down)) / 6)


def test_noise_is_more_complex_than_rings_and_rings_than_a_ramp() -> None:
    assert of("complexity", NOISE) > of("complexity", RINGS) > of("complexity", RAMP)


def test_half_a_symmetric_variance_scores_a_half() -> None:
    even, odd = np.cos(np.pi * (2 * LINE - 1)), np.sin(np.pi * (2 * LINE - 1))
    even = even - even.mean()
    mixed = even / np.sqrt((even**2).sum()) + odd / np.sqrt((odd**2).sum())
    assert of("symmetry", grey(np.tile(0.5 + mixed / 4, (SIZE, 1)))) == pytest.approx(0.5)


def test_a_red_half_and_a_green_half_are_as_colourful_as_a_picture_can_be() -> None:
    halves = np.zeros((SIZE, SIZE, 3))
    halves[:, : SIZE // 2, 0] = halves[:, SIZE // 2 :, 1] = 1
    assert of("colourfulness", halves) == 1.0


def test_a_speck_is_no_region() -> None:
    speck = np.zeros((SIZE, SIZE, 3))
    speck[3:4, 3:6] = 1  # 3 of 1024 pixels, less than 1/256
    assert count_regions(speck) == 1
    speck[3, 6] = 1
    assert count_regions(speck) == 2


def test_every_descriptor_stays_between_0_and_1_and_the_mirror_changes_none() -> None:
    pictures = [ONE_COLOUR, RAMP, STRIPES, QUARTERS, NOISE, RINGS]
    found = describe_pictures(pictures)
    assert found.shape == (6, 5)
    assert found.min() >= 0
    assert found.max() <= 1
    mirrored = describe_pictures([picture[:, ::-1] for picture in pictures])
    np.testing.assert_allclose(mirrored, found, atol=0.02)  # steps run the other way: brightness rounds to even
