"""Random directions: the same for every network of one shape, and measured as the pictures say."""

from __future__ import annotations

import numpy as np
import pytest
from genomes import random_network
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import sweeps
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network

SHAPE = Architecture.parse("3;gaussian:2,identity:2,sin:1")


def test_the_same_seed_draws_the_same_directions_for_every_network_of_a_shape() -> None:
    one, other = random_network(SHAPE, 0), random_network(SHAPE, 1)
    assert sweeps.random_directions(one, 9, seed=2) == sweeps.random_directions(other, 9, seed=2)
    assert sweeps.random_directions(one, 9, seed=2) != sweeps.random_directions(one, 9, seed=3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 500))
def test_a_direction_is_of_length_one_within_one_row(seed: int) -> None:
    network = random_network(SHAPE, seed)
    (one,) = sweeps.random_directions(network, 1, seed=seed)
    found = one.of(network)
    assert np.linalg.norm(found) == pytest.approx(1)
    assert set(np.flatnonzero(found.any(axis=1))) <= {one.row}
    np.testing.assert_allclose(one.sweep(network, [0.0], size=9)[0], network.image(9), atol=1e-12)


def test_random_directions_do_not_notice_a_rotation_of_the_layer() -> None:
    """Over many draws a row's directions have no favourite: their mean is zero and their spread the same all around."""
    network = random_network(SHAPE, 0)
    drawn = np.array([sweeps.random_row_direction(network, 1, 0, seed=seed)[0] for seed in range(3000)])
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.04)
    np.testing.assert_allclose(drawn.T @ drawn / len(drawn), np.eye(5) / 5, atol=0.03)


def test_a_response_is_the_slope_of_the_pictures() -> None:
    network = random_network(SHAPE, 3)
    (one,) = sweeps.random_directions(network, 1, seed=0)
    low, high = one.sweep(network, [-1e-4, 1e-4], size=12)
    np.testing.assert_allclose(sweeps.response(network, one, size=12), (high - low) / 2e-4, atol=1e-3)


def test_a_matched_reach_changes_the_picture_by_what_was_asked_for() -> None:
    found = 0
    for seed in range(6):
        network = random_network(SHAPE, seed)
        for one in sweeps.random_directions(network, 4, seed=seed):
            far = sweeps.matched_reach(network, one, 0.05, size=16)
            if np.isfinite(far):
                pictures = one.sweep(network, [-far, far], size=16)
                moved = np.sqrt(np.mean((pictures - network.image(16)) ** 2))
                assert moved == pytest.approx(0.05, rel=0.1)
                found += 1
    assert found > 10


def test_a_direction_that_moves_nothing_has_no_reach() -> None:
    still = Network(SHAPE, tuple(np.zeros(shape) for shape in SHAPE.shapes), "still")
    (one,) = sweeps.random_directions(still, 1, seed=0)
    nowhere = sweeps.Direction(1, 2, one.seed)  # an identity that says 0 everywhere
    assert sweeps.matched_reach(still, nowhere, 0.1, size=8) == float("inf")
    assert np.isnan(sweeps.spread_share(sweeps.response(still, nowhere, size=8)))
    with pytest.raises(BadInput, match="change must be"):
        sweeps.matched_reach(still, nowhere, 0.0)


def test_spread_is_one_where_all_pixels_change_alike_and_small_where_one_does() -> None:
    assert sweeps.spread_share(np.full((5, 5, 3), -0.3)) == pytest.approx(1)
    alone = np.zeros((5, 5, 3))
    alone[2, 3] = 1
    assert sweeps.spread_share(alone) == pytest.approx(1 / 25)
    half = np.zeros((4, 4, 3))
    half[:2] = 1
    assert sweeps.spread_share(half) == pytest.approx(0.5)
