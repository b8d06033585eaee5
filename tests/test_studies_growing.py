"""A network that grows draws the same picture, and descent can use what has grown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import activations
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.studies import making
from fer_utils.studies.growing import grown, smaller
from fer_utils.training import initialise

MUSHROOM = "6;cache:7,cos:1,gaussian:1,identity:2,sigmoid:1,sin:2,tanh:1"


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Architecture, Architecture]:
    """An architecture, and one that is no smaller in anything and has three neurons that carry a value."""
    names = sorted({*draw(st.sets(st.sampled_from(activations.NAMES), min_size=1, max_size=4)), "cache"})
    old = {name: draw(st.integers(0, 3)) for name in names}
    old[names[0]] = max(1, old[names[0]])
    new = {name: count + draw(st.integers(0, 3)) for name, count in old.items()}
    new["cache"] = max(3, new["cache"])
    depth = draw(st.integers(1, 4))
    groups = [tuple((name, counts[name]) for name in names if counts[name]) for counts in (old, new)]
    return Architecture(depth, groups[0]), Architecture(depth + draw(st.integers(0, 3)), groups[1])


@settings(max_examples=60, deadline=None)
@given(both=pairs(), seed=st.integers(0, 99))
def test_growth_changes_nothing_that_is_computed(both: tuple[Architecture, Architecture], seed: int) -> None:
    network = initialise(both[0], seed, gain=1.5)
    larger = grown(network, both[1], seed=seed + 1)
    assert larger.architecture == both[1]
    np.testing.assert_allclose(larger.outputs(8), network.outputs(8), rtol=0, atol=1e-12)


def test_growth_by_all_stages_keeps_the_picture_of_a_trained_network_in_single_precision_too() -> None:
    import torch

    from fer_utils import images
    from fer_utils.cppn import forward

    whole = Architecture.parse(MUSHROOM)
    target = initialise(whole, 5, gain=2.0).image(16)
    start = initialise(smaller(whole, 0.2), 0)
    trained = making.descended(target, start, making.short_recipe(steps=50), seed=0, until=0.0).path[50]
    network, points = trained, torch.tensor(images.coordinates(16).reshape(4, -1), dtype=torch.float32)
    before = forward([torch.tensor(one, dtype=torch.float32) for one in trained.weights], trained.architecture, points)
    for share in (0.4, 0.6, 0.8, 1.0):
        network = grown(network, smaller(whole, share), seed=round(10 * share))
    assert network.architecture == whole
    after = forward([torch.tensor(one, dtype=torch.float32) for one in network.weights], whole, points)
    np.testing.assert_allclose(after[1].numpy(), before[1].numpy(), atol=1e-5)
    np.testing.assert_allclose(network.image(32), trained.image(32), atol=1e-9)


def test_a_network_of_the_same_architecture_does_not_change() -> None:
    network = initialise(Architecture.parse("2;cache:3,tanh:2"), 1)
    np.testing.assert_array_equal(grown(network, network.architecture, seed=4).flat(), network.flat())


def test_descent_uses_what_has_grown() -> None:
    whole = Architecture.parse("3;cache:4,sin:3,tanh:3")
    old = initialise(smaller(whole, 0.34), 0)
    larger = grown(old, whole, seed=1)
    target = initialise(whole, 9, gain=2.0).image(16)
    path = making.descended(target, larger, making.short_recipe(steps=30), seed=0, until=0.0).path
    errors = {step: float(((one.image(16) - target) ** 2).mean()) for step, one in path.items()}
    assert min(errors.values()) < errors[0]
    silent = [np.flatnonzero(np.abs(matrix).sum(axis=1) == 0) for matrix in larger.weights[1:]]
    woken = [np.abs(path[30].weights[1:][layer][rows]).sum() for layer, rows in enumerate(silent) if len(rows)]
    assert woken and min(woken) > 0


def test_a_new_neuron_listens_and_is_not_heard() -> None:
    old = initialise(Architecture.parse("2;cache:3,tanh:1"), 0)
    larger = grown(old, Architecture.parse("2;cache:3,tanh:2"), seed=1)
    assert np.abs(larger.weights[0][:, 4]).min() > 0 and np.abs(larger.weights[1][:, 4]).min() > 0
    assert not larger.weights[1][4, :4].any() and not larger.weights[2][4].any()
    heard = [one.copy() for one in larger.weights]
    heard[2][4] = 0.5
    louder = Network(larger.architecture, tuple(heard))
    assert np.abs(louder.outputs(8) - old.outputs(8)).max() > 1e-3  # so the equality above is not for want of signal


@given(share=st.floats(0.01, 1))
def test_a_smaller_architecture_keeps_every_kind_and_three_that_carry(share: float) -> None:
    whole = Architecture.parse(MUSHROOM)
    part = smaller(whole, share)
    assert [name for name, _ in part.groups] == [name for name, _ in whole.groups]
    assert all(count <= most for (_, count), (_, most) in zip(part.groups, whole.groups, strict=True))
    assert sum(count for name, count in part.groups if name in {"cache", "identity"}) >= 3
    assert 1 <= part.depth <= whole.depth and smaller(whole, 1.0) == whole


def test_growth_that_cannot_be_is_refused() -> None:
    network = initialise(Architecture.parse("2;cache:2,tanh:2"), 0)
    with pytest.raises(BadInput, match="architecture must be no smaller in anything than 2;cache:2,tanh:2, got"):
        grown(network, Architecture.parse("2;cache:1,tanh:3"), seed=0)
    with pytest.raises(BadInput, match="architecture must be no smaller"):
        grown(network, Architecture.parse("1;cache:2,tanh:2"), seed=0)
    with pytest.raises(BadInput, match="A new layer needs 3 identity or cache neurons, got 3;cache:2,tanh:2"):
        grown(network, Architecture.parse("3;cache:2,tanh:2"), seed=0)
    with pytest.raises(BadInput, match="share must be"):
        smaller(network.architecture, 0)
