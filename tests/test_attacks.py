"""Attacks do to a network what they say, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from genomes import random_network
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import feature_maps, measuring
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture

NETWORK = random_network(Architecture.parse("3;cache:3,gaussian:2,sin:2"), 4)


def test_a_rewritten_network_draws_the_same() -> None:
    others = measuring.rewritten(NETWORK, seed=2)
    assert len(others) == 6
    for network in others.values():
        np.testing.assert_allclose(network.outputs(12), NETWORK.outputs(12), atol=1e-9)
    assert len({network.content_hash() for network in others.values()}) == 6


@settings(max_examples=20)
@given(st.floats(0, 1))
def test_the_smallest_weights_go_first(share: float) -> None:
    left = measuring.without_smallest(NETWORK, share)
    before, after = np.abs(NETWORK.flat()), np.abs(left.flat())
    gone = (after == 0) & (before > 0)
    assert gone.sum() == round(share * np.count_nonzero(before))
    if gone.any() and (after > 0).any():
        assert before[gone].max() <= after[after > 0].min()


def test_a_network_without_an_input_is_symmetric_in_all_its_units() -> None:
    blind = measuring.without_input(NETWORK, "x")
    table = measuring.measure(blind, size=16)
    assert table["P"][0] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(blind.image(16), blind.image(16)[:, ::-1], atol=1e-12)


def test_every_rejected_measure_gives_a_number() -> None:
    numbers = measuring.rejected_numbers(measuring.insides_of(NETWORK, 16))
    assert len(numbers) == 9
    assert np.isfinite(list(numbers.values())).all()


def test_tiles_lie_where_their_neurons_are() -> None:
    maps = feature_maps(NETWORK, 8)
    sheet = measuring.layer_tiles(maps, [0, 2], neurons=4)
    assert sheet.shape == (2 * 10 - 2, 4 * 10 - 2, 3)
    assert sheet.min() >= 0 and sheet.max() <= 1
    value = np.clip(maps[2, 3], -1, 1)
    np.testing.assert_allclose(sheet[10:, 30:, 1], 1 - np.abs(value))


def test_numbers_are_written_as_briefly_as_they_can_be() -> None:
    assert measuring.as_words({"P": 0.031, "N": 145.04}) == "P 0.03 · N 145"


def test_a_share_beyond_all_is_refused() -> None:
    with pytest.raises(BadInput, match="share must be a finite number of at least 0 and at most 1"):
        measuring.without_smallest(NETWORK, 1.5)
