"""The compiled sweeps: against plain re-renders in float64, to the bit against themselves, and where they are not."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from genomes import networks, random_network
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import activations, cppn, garden, images, sweeps
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network, Weight
from fer_utils.genome import Genome
from fer_utils.images import Array
from fer_utils.layerize import layerize
from fer_utils.sweeps import choosing, compiled, drawing, ranking
from fer_utils.sweeps.compiled import Sweeper
from fer_utils.sweeps.reduced import Reduced, _reduced, reduce
from fer_utils.training.fused import compiling

OBSTACLE = compiling.obstacle(compiled.SOURCES)
needs_compiler = pytest.mark.skipif(OBSTACLE is not None, reason=f"the kernel cannot be built here: {OBSTACLE}")
OFFSETS = [-1.0, -0.5, 0.0, 0.5, 1.0]
SKULL = Architecture.parse("12;cache:15,gaussian:4,identity:2,sin:1")
EVERYTHING = Architecture.parse("5;cache:3,cos:2,gaussian:2,identity:1,relu:2,sigmoid:1,sin:2,tanh:1")


def every_weight(network: Network, step: int = 1) -> list[Weight]:
    return [network.architecture.locate(number) for number in range(0, network.architecture.weight_count, step)]


def drawn(network: Network, weights: list[Weight], offsets: list[float], size: int, threads: int = 1) -> list[Array]:
    stacks = sweeps.sweep_many(network, weights, offsets, size=size, engine="fused", threads=threads)
    return [stack for _, stack in stacks]


def largest_sums(network: Network, below: Array, layer: int) -> Array:
    """How large the terms of each neuron's sum are together, whatever their signs."""
    return np.abs(network.weights[layer]).T @ np.abs(below)


def jittered(network: Network, moved: Network, size: int, seed: int) -> Array:
    """Draw the moved network's picture with an error of a last place of single precision in every sum.

    The kernel adds moves to the unchanged network's sums, so a last place of these counts as well.
    """
    draw, architecture = np.random.default_rng(seed), network.architecture
    old = new = images.coordinates(size).reshape(4, -1)
    for layer, matrix in enumerate(moved.weights):
        error = 2.0**-23 * (largest_sums(network, old, layer) + largest_sums(moved, new, layer))
        old = cppn.step(network.weights[layer], architecture, layer, old)
        new = matrix.T @ new + error * draw.uniform(-1, 1, error.shape)
        if layer < architecture.depth:
            new = np.stack([activations.apply(n, row) for n, row in zip(architecture.activations, new, strict=True)])
    return np.moveaxis(images.colour(new).reshape(3, size, size), 0, -1)


def check(network: Network, weight: Weight, offsets: list[float], stack: Array) -> None:
    """Compare with plain re-renders of a whole network for each value.

    The colour is continuous in the raw outputs, even where the hue wraps, so no pixel is excused. But a deep network
    may enlarge a last place, and a hue of 1000 has only 13 bits behind the point: how far such errors, drawn at
    random, move the worst pixel says what single precision can be asked for.
    """
    for offset, image in zip(offsets, stack, strict=True):
        moved, size = network.with_weights({weight: network.weight(weight) + offset}), len(image)
        truth = moved.image(size)
        unsure = max(np.abs(jittered(network, moved, size, seed) - truth).max() for seed in range(3))
        assert np.abs(image - truth).max() <= 2e-6 + 5 * unsure, (weight, offset)


# --- the reduced network ---


def values_of_reduced(network: Network, reduced: Reduced, size: int) -> Array:
    """Compute the raw outputs by the reduced network alone, from the sums of its first layer on."""
    inputs = images.coordinates(size).reshape(4, -1)
    names, depth = network.architecture.activations, network.architecture.depth
    # The first layer reads the inputs and is whole; later layers read kept neurons, and the first layer's copies.
    whole = cppn.step(network.weights[0], network.architecture, 0, inputs)
    sums = [np.zeros((len(neurons), inputs.shape[1])) for neurons in reduced.kept]

    def hand_on(layer: int, neurons: Array, values: Array) -> None:
        columns = reduced.reach[layer][neurons]
        for above in range(layer + 1, depth + 1):
            here, columns = np.split(columns, [min(len(reduced.kept[above]), columns.shape[1])], axis=1)
            if here.shape[1]:
                sums[above] += here.T @ values

    hand_on(0, np.arange(network.architecture.width), whole)
    for layer in range(1, depth):
        kept = reduced.kept[layer]
        if not len(kept):
            continue
        values = [activations.apply(names[n], row) for n, row in zip(kept, sums[layer], strict=True)]
        hand_on(layer, kept, np.array(values))
    return sums[depth]


@given(networks(most_depth=9), st.integers(1, 10))
def test_the_reduced_network_computes_the_same(network: Network, distance: int) -> None:
    reduced = _reduced(network, distance)
    wanted = network.outputs(4).reshape(3, -1)
    np.testing.assert_allclose(values_of_reduced(network, reduced, 4), wanted, atol=1e-9 * (1 + np.abs(wanted).max()))


def test_only_neurons_that_bend_are_kept_where_that_is_cheaper() -> None:
    skull = reduce(random_network(SKULL, 0))
    assert [list(neurons) for neurons in skull.kept] == [[15, 16, 17, 18, 21]] * 12 + [[0, 1, 2]]
    deep = reduce(random_network(Architecture.parse("40;cache:20,gaussian:10"), 0))
    assert {len(neurons) for neurons in deep.kept} == {10, 30, 3}


def test_of_an_all_bending_network_each_layer_reaches_only_the_next() -> None:
    reduced = reduce(random_network(Architecture.parse("6;relu:7"), 0))
    assert [reach.shape for reach in reduced.reach] == [(7, 7)] * 5 + [(7, 3)]


# --- the pictures ---


@needs_compiler
@given(networks(most_depth=9), st.sampled_from([2, 5, 16, 23, 37]), st.data())
def test_compiled_sweeps_are_plain_re_renders(network: Network, size: int, data: st.DataObject) -> None:
    numbers = st.integers(0, network.architecture.weight_count - 1)
    weights = [network.architecture.locate(n) for n in data.draw(st.lists(numbers, min_size=1, max_size=6))]
    offsets = data.draw(st.lists(st.integers(-12, 12).map(lambda n: n / 4), min_size=1, max_size=3))
    for weight, stack in zip(weights, drawn(network, weights, offsets, size), strict=True):
        assert stack.shape == (len(offsets), size, size, 3) and stack.dtype == np.float32 and stack.flags.c_contiguous
        assert stack.min() >= 0 and stack.max() <= 1
        check(network, weight, offsets, stack)


@needs_compiler
@pytest.mark.parametrize("layer", range(EVERYTHING.depth + 1))
def test_every_layer_and_activation_is_a_plain_re_render(layer: int) -> None:
    network = random_network(EVERYTHING, 3)
    rows, columns = EVERYTHING.shapes[layer]
    weights = [(layer, number % rows, number) for number in range(columns)]
    for weight, stack in zip(weights, drawn(network, weights, OFFSETS, 13), strict=True):
        check(network, weight, OFFSETS, stack)


@needs_compiler
@pytest.mark.parametrize(
    "text",
    ["12;cache:15,gaussian:4,identity:2,sin:1", "33;cache:28,gaussian:3,sigmoid:5,sin:2", "12;relu:22", "7;identity:4"],
)
def test_the_papers_shapes_are_plain_re_renders(text: str) -> None:
    network = random_network(Architecture.parse(text), 5)
    weights = every_weight(network, network.architecture.weight_count // 12)
    for weight, stack in zip(weights, drawn(network, weights, [-0.7, 0.9], 17), strict=True):
        check(network, weight, [-0.7, 0.9], stack)


def check_genome(genome: Genome) -> None:
    network = layerize(genome)
    weights = sweeps.sweepable(network)[::3] + every_weight(network, network.architecture.weight_count // 12)
    for weight, stack in zip(weights, drawn(network, weights, [-1.0, 0.5], 19), strict=True):
        check(network, weight, [-1.0, 0.5], stack)


@needs_compiler
def test_our_own_genome_is_a_plain_re_render() -> None:
    check_genome(garden.load_genome("mask"))


@needs_compiler
@pytest.mark.parametrize("name", ["skull", "butterfly", "apple"])
def test_the_papers_genomes_are_plain_re_renders(paper_genome: Callable[[str], Genome], name: str) -> None:
    check_genome(paper_genome(name))


@needs_compiler
@pytest.mark.parametrize("architecture", [EVERYTHING, SKULL], ids=str)
def test_a_weights_own_value_gives_the_unchanged_picture_to_the_bit(architecture: Architecture) -> None:
    network = random_network(architecture, 8)
    stacks = drawn(network, every_weight(network, 37), [0.0, 0.25, 1e-300], 21)
    assert all(np.array_equal(stack[number], stacks[0][0]) for stack in stacks for number in (0, 2))
    check(network, (0, 0, 0), [0.0], stacks[0][:1])


@needs_compiler
def test_angles_beyond_the_vector_units_are_right() -> None:
    network = random_network(Architecture.parse("2;cos:2,identity:1,sin:2"), 1)
    for weight, stack in zip([(0, 0, 0), (0, 1, 4)], drawn(network, [(0, 0, 0), (0, 1, 4)], [9e4], 8), strict=True):
        check(network, weight, [9e4], stack)


@needs_compiler
@pytest.mark.parametrize("offset", [1e25, 1e39])
def test_numbers_beyond_single_precision_are_left_to_numpy(offset: float) -> None:
    network = random_network(Architecture.parse("3;identity:2,relu:1"), 2)
    weights = every_weight(network)
    stacks = drawn(network, weights, [0.5, offset], 5)
    for weight, stack in zip(weights, stacks, strict=True):
        values = [network.weight(weight) + 0.5, network.weight(weight) + offset]
        truth = sweeps.sweep(network, weight, values, size=5)
        assert np.abs(stack[0] - truth[0]).max() < 1e-5
        assert np.isfinite(stack).all()
    # Of the lost ones, the numbers are numpy's own.
    sweeper = Sweeper(network, 5, threads=1)
    changes = np.full((len(weights), 2), offset)
    _, lost = sweeper.pictures(weights, changes)
    if offset > 1e38:
        assert lost.any()
        number = int(np.flatnonzero(lost)[0])
        values = network.weight(weights[number]) + np.array([0.5, offset])
        truth = sweeps.sweep(network, weights[number], values, size=5)
        np.testing.assert_array_equal(stacks[number], truth.astype(np.float32))
        exact = sweeps.effects(network, weights, [0.5, offset], size=5, engine="numpy")
        fused = sweeps.effects(network, weights, [0.5, offset], size=5, engine="fused")
        assert np.isfinite(fused).all()
        assert fused[number] == exact[number]


# --- the same bits ---


@needs_compiler
@pytest.mark.parametrize("size", [7, 30])
def test_threads_company_and_order_change_no_bit(size: int) -> None:
    network = random_network(EVERYTHING, 6)
    weights = every_weight(network, 13)
    together = drawn(network, weights, OFFSETS, size)
    effects = sweeps.effects(network, weights, OFFSETS, size=size, engine="fused", threads=1)
    for threads in (2, 3):
        assert all(map(np.array_equal, together, drawn(network, weights, OFFSETS, size, threads)))
        again = sweeps.effects(network, weights, OFFSETS, size=size, engine="fused", threads=threads)
        np.testing.assert_array_equal(effects, again)
    backwards = drawn(network, weights[::-1], OFFSETS, size)[::-1]
    assert all(map(np.array_equal, together, backwards))
    for number in (0, len(weights) - 1):
        (alone,) = drawn(network, [weights[number]], OFFSETS[:2], size)
        assert np.array_equal(alone, together[number][:2])
        (effect,) = sweeps.effects(network, [weights[number]], OFFSETS, size=size, engine="fused")
        assert effect == effects[number]


@needs_compiler
def test_portions_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    network = random_network(EVERYTHING, 6)
    weights = every_weight(network, 29)
    wanted = drawn(network, weights, OFFSETS, 9)
    effects = sweeps.effects(network, weights, OFFSETS, size=9, engine="fused")
    monkeypatch.setattr(drawing, "MOST_BYTES", 3 * 12 * 5 * 81)
    monkeypatch.setattr(ranking, "MOST_PIXELS", 2 * 5 * 81)
    assert all(map(np.array_equal, wanted, drawn(network, weights, OFFSETS, 9)))
    np.testing.assert_array_equal(sweeps.effects(network, weights, OFFSETS, size=9, engine="fused"), effects)


# --- the effects ---


@needs_compiler
@given(networks(most_depth=9), st.sampled_from([2, 11, 16, 33]), st.integers(0, 9))
def test_effects_are_the_variance_of_the_pictures(network: Network, size: int, start: int) -> None:
    weights = every_weight(network)[start::17] or [(0, 0, 0)]
    found = sweeps.effects(network, weights, OFFSETS, size=size, engine="fused")
    wanted = [sweeps.effect(stack) for stack in drawn(network, weights, OFFSETS, size)]
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-12)


@needs_compiler
def test_faint_effects_are_not_lost_beside_the_pictures_own_brightness() -> None:
    network = random_network(SKULL, 4)
    offsets = [-2e-4, -1e-4, 0.0, 1e-4, 2e-4]
    weights = every_weight(network, 301)
    found = sweeps.effects(network, weights, offsets, size=16, engine="fused")
    exact = sweeps.effects(network, weights, offsets, size=16, engine="numpy")
    assert np.median(exact) < 1e-6
    np.testing.assert_allclose(found, exact, rtol=2e-2, atol=1e-13)


@needs_compiler
def test_ranks_are_those_of_numpy_up_to_single_precision() -> None:
    network = random_network(SKULL, 0)
    weights = every_weight(network, 101)
    fused = sweeps.rank(network, weights, size=16, engine="fused")
    exact = dict(sweeps.rank(network, weights, size=16, engine="numpy"))
    assert {weight for weight, _ in fused} == set(exact)
    assert [effect for _, effect in fused] == pytest.approx([exact[weight] for weight, _ in fused], rel=1e-3, abs=1e-9)


@needs_compiler
def test_a_weight_that_no_output_hears_has_no_effect_at_all() -> None:
    architecture = Architecture.parse("3;gaussian:2,identity:2")
    network = random_network(architecture, 0)
    deaf = [matrix.copy() for matrix in network.weights]
    deaf[2][3] = 0  # nothing reads neuron 3 of layer 1
    network = Network(architecture, tuple(deaf))
    assert sweeps.effects(network, [(1, 0, 3)], OFFSETS, size=8, engine="fused")[0] == 0


# --- where it cannot be built ---


@pytest.fixture
def no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling.pooch, "os_cache", lambda name: tmp_path / name)
    monkeypatch.setattr(compiling, "_library", functools.cache(compiling._library.__wrapped__))
    monkeypatch.setattr(choosing, "_said", set())
    monkeypatch.setenv("FER_CXX", "/nonexistent")


def test_without_a_compiler_numpy_draws_and_says_so_once(no_compiler: None) -> None:
    network = random_network(EVERYTHING, 1)
    with pytest.warns(UserWarning, match=r"FER_CXX names '/nonexistent'.* NumPy draws the sweeps in its place") as told:
        found = list(sweeps.sweep_many(network, [7, 300], OFFSETS, size=6))
    assert len(told) == 1
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        effects = sweeps.effects(network, [7, 300], OFFSETS, size=6)
        ranked = sweeps.rank(network, [7, 300], offsets=OFFSETS, size=6)
    for weight, stack in found:
        np.testing.assert_array_equal(
            stack, sweeps.sweep(network, weight, network.weight(weight) + np.array(OFFSETS), size=6)
        )
    np.testing.assert_array_equal(effects, [sweeps.effect(stack) for _, stack in found])
    assert sorted(effect for _, effect in ranked) == sorted(effects)


def test_asked_for_by_name_without_a_compiler_it_refuses(no_compiler: None) -> None:
    network = random_network(EVERYTHING, 1)
    with pytest.raises(BadInput, match="needs a C\\+\\+ compiler, but FER_CXX names"):
        sweeps.rank(network, [7], size=6, engine="fused")


@needs_compiler
@pytest.mark.skipif(compiling.os.uname().machine != "x86_64", reason="another processor has no such flags")
@pytest.mark.parametrize("flags", [["-march=x86-64"], ["-march=x86-64-v3"]])
def test_plainer_processors_draw_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: list[str]) -> None:
    network = random_network(EVERYTHING, 1)
    weights = every_weight(network, 41)
    wanted = drawn(network, weights, OFFSETS, 21)
    tuning = compiling._tuning
    monkeypatch.setattr(compiling.pooch, "os_cache", lambda name: tmp_path / name)
    monkeypatch.setattr(compiling, "_library", functools.cache(compiling._library.__wrapped__))
    monkeypatch.setattr(compiling, "_tuning", lambda compiler: ([*tuning(compiler)[0], *flags], "plain"))
    for plain, stack in zip(drawn(network, weights, OFFSETS, 21), wanted, strict=True):
        np.testing.assert_allclose(plain, stack, atol=2e-5)
