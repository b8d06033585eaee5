"""Controls take away one thing at a time, and keep the rest."""

from __future__ import annotations

import numpy as np
import pytest
from genomes import random_network

from fer_utils import controls, layerize, measuring
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture

NETWORK = layerize(measuring.toy("UFR"))
PICTURE = NETWORK.image(24)


def test_an_untrained_network_has_the_shape_and_nothing_else() -> None:
    one = controls.untrained(NETWORK, seed=1)
    assert one.architecture == NETWORK.architecture
    two = controls.untrained(NETWORK, seed=1, gain=2)
    np.testing.assert_allclose(two.weights[0], 2 * one.weights[0], rtol=1e-6)


def test_shuffling_exchanges_values_and_leaves_copies() -> None:
    other = controls.shuffled(NETWORK, seed=0)
    for old, new in zip(NETWORK.weights, other.weights, strict=True):
        np.testing.assert_array_equal(old != 0, new != 0)
    assert sorted(NETWORK.flat()) == sorted(other.flat())
    for place in NETWORK.copies:
        assert other.weight(place) == 1
    assert np.abs(other.image(24) - PICTURE).max() > 0.1


def test_the_fresh_topology_moves_only_what_was_evolved() -> None:
    made = controls.fresh_topology(NETWORK, PICTURE, seed=0, steps=50)
    movable = controls.movable_weights(NETWORK)
    np.testing.assert_array_equal(made.network.flat()[~movable], NETWORK.flat()[~movable])
    assert made.weights <= np.count_nonzero(NETWORK.flat())
    start = controls.fresh_topology(NETWORK, PICTURE, seed=0, steps=1)
    assert made.error < start.error


def test_making_dense_fills_every_slot_and_comes_back_to_the_picture() -> None:
    made = controls.densified(NETWORK, PICTURE, seed=0, steps=300)
    assert made.weights == NETWORK.architecture.weight_count
    assert made.error < 1e-3
    drawn = made.network.image(24)
    assert ((drawn - PICTURE) ** 2).mean() == pytest.approx(made.error, rel=1e-3)


def test_pruning_leaves_as_many_weights_as_asked_for() -> None:
    dense = controls.densified(NETWORK, PICTURE, seed=0, steps=100).network
    made = controls.pruned(dense, PICTURE, keep=40, rounds=3, steps=60)
    assert made.weights == 40
    with pytest.raises(BadInput, match="keep must be a whole number"):
        controls.pruned(NETWORK, PICTURE, keep=10_000)


def test_a_narrow_architecture_keeps_depth_and_kinds() -> None:
    half = controls.narrow(Architecture.parse("12;cache:15,gaussian:4,identity:2,sin:1"))
    assert str(half) == "12;cache:8,gaussian:2,identity:1,sin:1"


def test_noise_fills_its_range_and_can_be_smooth() -> None:
    rough, smooth = controls.noise_image(32, seed=0), controls.noise_image(32, seed=0, smooth=0.1)
    for image in (rough, smooth):
        assert (image.min(axis=(0, 1)) == 0).all() and (image.max(axis=(0, 1)) == 1).all()
    assert np.abs(np.diff(smooth, axis=1)).mean() < 0.5 * np.abs(np.diff(rough, axis=1)).mean()


def test_tuning_never_ends_worse_than_it_began() -> None:
    start = random_network(Architecture.parse("2;gaussian:4,sin:2"), 0)
    before = ((start.image(24) - PICTURE) ** 2).mean()
    assert controls.tuned(start, PICTURE, steps=120).error < before
    with pytest.raises(BadInput, match="movable must be a mask of"):
        controls.tuned(start, PICTURE, movable=np.ones(3, dtype=bool))
