"""What rewrites a network leaves its picture alone."""

from __future__ import annotations

import numpy as np
import pytest
from genomes import architectures, networks, random_network
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import metrics, transforms
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.garden import load_genome
from fer_utils.layerize import layerize
from fer_utils.measuring import insides_of

seeds = st.integers(0, 2**16)


def same_picture(first: Network, second: Network) -> None:
    np.testing.assert_allclose(first.outputs(8), second.outputs(8), atol=1e-8, rtol=1e-8)


@settings(max_examples=25)
@given(networks(), seeds)
def test_permuting_rescaling_and_rotating_keep_the_picture(network: Network, seed: int) -> None:
    for change in (transforms.permute, transforms.rescale, transforms.rotate_linear):
        same_picture(network, change(network, seed=seed))


@settings(max_examples=25)
@given(architectures(most_depth=4), seeds, st.data())
def test_more_neurons_keep_the_picture(architecture: Architecture, seed: int, data: st.DataObject) -> None:
    network = random_network(architecture, seed)
    name = data.draw(st.sampled_from([name for name, _ in architecture.groups]))
    twice = transforms.duplicate(network, name, seed=seed)
    dead = transforms.add_dead(network, name, 2, seed=seed)
    assert dict(twice.architecture.groups)[name] == dict(architecture.groups)[name] + 1
    assert dict(dead.architecture.groups)[name] == dict(architecture.groups)[name] + 2
    same_picture(network, twice)
    same_picture(network, dead)


def test_a_permutation_moves_neurons_and_a_rotation_mixes_them() -> None:
    network = random_network(Architecture.parse("3;cache:4,gaussian:3"), 0)
    moved = transforms.permute(network, seed=1)
    assert not np.array_equal(moved.weights[0], network.weights[0])
    np.testing.assert_array_equal(np.sort(moved.weights[0][0]), np.sort(network.weights[0][0]))
    turned = transforms.rotate_linear(network, seed=1)
    np.testing.assert_array_equal(turned.weights[0][:, 4:], network.weights[0][:, 4:])
    np.testing.assert_allclose(
        np.linalg.norm(turned.weights[0][:, :4], axis=1), np.linalg.norm(network.weights[0][:, :4], axis=1)
    )


@pytest.mark.parametrize("amount", [0.0, 0.3, 0.7])
def test_a_part_of_a_rotation_keeps_the_picture_too(amount: float) -> None:
    network = random_network(Architecture.parse("2;identity:5,sin:2"), 3)
    turned = transforms.rotate_linear(network, seed=5, amount=amount)
    same_picture(network, turned)
    if amount == 0:
        np.testing.assert_allclose(turned.weights[0], network.weights[0], atol=1e-10)


def test_linear_channels_that_nothing_feeds_stay_out_of_a_rotation() -> None:
    network = random_network(Architecture.parse("1;cache:3"), 0)
    matrices = [matrix.copy() for matrix in network.weights]
    matrices[0][:, 1] = 0
    turned = transforms.rotate_linear(Network(network.architecture, tuple(matrices)), seed=2)
    assert not turned.weights[0][:, 1].any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda net: transforms.permute(net, seed=-1), "seed must be a whole number of at least 0"),
        (lambda net: transforms.rescale(net, seed=0, most=0.5), "most must be a factor of at least 1"),
        (lambda net: transforms.duplicate(net, "relu", seed=0), "activation must be one of"),
        (lambda net: transforms.add_dead(net, "sin", 0, seed=0), "count must be a whole number of at least 1"),
    ],
)
def test_what_cannot_be_done_is_refused(call, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call(random_network(Architecture.parse("2;identity:5,sin:2"), 3))


def test_copies_of_copies_draw_the_same_and_are_no_further_units() -> None:
    network = layerize(load_genome("mask"))
    wide = transforms.duplicate(network, "gaussian", seed=3, times=5)
    assert wide.architecture.width == network.architecture.width + 5
    assert np.allclose(wide.image(16), network.image(16), atol=1e-12)
    assert transforms.duplicate(network, "gaussian", seed=3, times=0) is network
    units = [len(metrics.functional_units(insides_of(one, 16))) for one in (network, wide)]
    assert units[0] == units[1]
