"""Weight sweeps: what the cached, batched computation gives is what a plain re-render gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from genomes import genomes, joined, networks, plain_nodes, random_network
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fer_utils import activations, garden, sweeps
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network, Weight
from fer_utils.genome import Genome
from fer_utils.images import Array
from fer_utils.layerize import layerize

Loader = Callable[[str], Genome]
PAPER_NAMES = pytest.mark.parametrize("name", ["skull", "butterfly", "apple"])
VALUES = st.lists(st.integers(-12, 12).map(lambda quarters: quarters / 4), min_size=1, max_size=4)
EVERY_ACTIVATION = Architecture.parse("4;cache:1,cos:1,gaussian:1,identity:1,relu:1,sigmoid:1,sin:1,tanh:1")


def rendered(network: Network, weight: Weight, values: list[float], size: int) -> Array:
    """The plain way: a whole network for each value."""
    return np.stack([network.with_weights({weight: value}).image(size) for value in values])


def close(one: Array, other: Array, tolerance: float = 1e-9) -> bool:
    return one.shape == other.shape and bool(np.abs(one - other).max() <= tolerance)


def weights_of(network: Network) -> st.SearchStrategy[Weight]:
    return st.integers(0, network.architecture.weight_count - 1).map(network.architecture.locate)


# --- one weight ---


@given(networks(), VALUES, st.data())
def test_a_sweep_is_a_plain_re_render_for_each_value(
    network: Network, values: list[float], data: st.DataObject
) -> None:
    weight = data.draw(weights_of(network))
    stack = sweeps.sweep(network, weight, values, size=4)
    assert close(stack, rendered(network, weight, values, 4))
    assert stack.dtype == np.float64 and stack.flags.c_contiguous and stack.min() >= 0 and stack.max() <= 1


@pytest.mark.parametrize("layer", range(5))
@pytest.mark.parametrize("name", activations.NAMES)
def test_a_sweep_of_every_layer_and_activation_is_a_plain_re_render(layer: int, name: str) -> None:
    network = random_network(EVERY_ACTIVATION, 11)
    rows, columns = network.architecture.shapes[layer]
    neuron = network.architecture.activations.index(name)
    weight = (layer, min(neuron, rows - 1), min(neuron, columns - 1))
    values = [-2.0, -0.1, 0.0, 1.7]
    assert close(sweeps.sweep(network, weight, values, size=6), rendered(network, weight, values, 6), 1e-12)


@given(networks(), st.data())
def test_the_weights_own_value_leaves_the_picture(network: Network, data: st.DataObject) -> None:
    weight = data.draw(weights_of(network))
    (image,) = sweeps.sweep(network, weight, [network.weight(weight)], size=5)
    assert close(image, network.image(5))


@given(networks(), st.data())
def test_the_papers_id_and_the_place_name_the_same_weight(network: Network, data: st.DataObject) -> None:
    weight = data.draw(weights_of(network))
    by_id = sweeps.sweep(network, network.architecture.paper_id(*weight), [0.5], size=4)
    assert np.array_equal(by_id, sweeps.sweep(network, weight, [0.5], size=4))


def test_values_may_be_any_iterable_of_numbers_and_keep_their_order() -> None:
    network = random_network(EVERY_ACTIVATION, 1)
    wanted = sweeps.sweep(network, 40, [1.0, -1.0, 0.0], size=4)
    for values in ((1, -1, 0), np.array([1.0, -1.0, 0.0]), iter([1.0, -1.0, 0.0]), (float(v) for v in (1, -1, 0))):
        assert np.array_equal(sweeps.sweep(network, 40, values, size=4), wanted)
    assert np.array_equal(sweeps.sweep(network, 40, [0.0, 1.0, -1.0], size=4), wanted[[2, 0, 1]])


def test_a_sweep_leaves_the_network_alone() -> None:
    network = random_network(EVERY_ACTIVATION, 2)
    before = network.content_hash()
    sweeps.sweep(network, 3, [5.0], size=4)
    assert network.content_hash() == before


NO_VALUES = [
    [],
    "123",
    b"1",
    None,
    1.0,
    np.array(1.0),
    [None],
    ["1"],
    [math.nan],
    [math.inf],
    [[1.0, 2.0]],
    np.ones((2, 2)),
]


@pytest.mark.parametrize("values", NO_VALUES, ids=repr)
def test_values_that_are_no_numbers_are_refused(values: object) -> None:
    network = random_network(EVERY_ACTIVATION, 1)
    for call in (
        lambda: sweeps.sweep(network, 0, values, size=4),  # type: ignore[arg-type]
        lambda: list(sweeps.sweep_many(network, [0], values, size=4)),  # type: ignore[arg-type]
        lambda: sweeps.sweep_direction(network, 0, np.zeros((4, 8)), values, size=4),  # type: ignore[arg-type]
    ):
        with pytest.raises(BadInput, match="values"):
            call()


@given(networks(), st.data(), st.floats(0.01, 9), st.integers(2, 9))
def test_values_around_a_weight_are_even_and_centred(
    network: Network, data: st.DataObject, span: float, count: int
) -> None:
    weight = data.draw(weights_of(network))
    own = network.weight(weight)
    values = sweeps.around(network, weight, span=span, count=count)
    wanted = [own - span + 2 * span * index / (count - 1) for index in range(count)]
    assert values == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def test_five_values_a_unit_to_either_side_are_the_papers() -> None:
    network = random_network(EVERY_ACTIVATION, 1)
    assert sweeps.around(network, 7) - network.weight(7) == pytest.approx([-1, -0.5, 0, 0.5, 1])


# --- many weights ---


@given(networks(), VALUES, st.data())
def test_sweeping_many_is_sweeping_each(network: Network, offsets: list[float], data: st.DataObject) -> None:
    weights = data.draw(st.lists(weights_of(network), max_size=4))
    found = list(sweeps.sweep_many(network, weights, offsets, size=4, engine="numpy"))
    assert [weight for weight, _ in found] == weights
    for weight, stack in found:
        values = network.weight(weight) + np.array(offsets)
        assert np.array_equal(stack, sweeps.sweep(network, weight, values, size=4))


@pytest.mark.parametrize("engine", ["auto", "numpy"])
def test_the_many_may_be_ids_and_places_and_a_generator(engine: str) -> None:
    network = random_network(EVERY_ACTIVATION, 3)
    places = [network.architecture.locate(number) for number in (5, 90, 0)]

    def mixed() -> Iterator[int | Weight]:
        yield 5
        yield places[1]
        yield 0

    assert [weight for weight, _ in sweeps.sweep_many(network, mixed(), [0.0], size=4, engine=engine)] == places
    assert list(sweeps.sweep_many(network, [], [0.0], size=4, engine=engine)) == []
    assert sweeps.rank(network, [], size=4, engine=engine) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"engine": "fussed"}, r"engine must be one of auto, numpy, fused \(did you mean 'fused'\?\), got 'fussed'"),
        ({"engine": None}, "engine must be one of auto, numpy, fused"),
        ({"threads": 0}, "threads must be a whole number of at least 1"),
        ({"threads": 1.5}, "threads must be a whole number"),
        ({"size": 1}, "size"),
        ({"offsets": [0.0, math.nan]}, "values must be a finite number, got nan"),
    ],
)
def test_faulty_options_of_many_sweeps_are_refused(options: dict[str, Any], sentence: str) -> None:
    network = random_network(EVERY_ACTIVATION, 1)
    given_options = {"offsets": [0.0, 1.0], "size": 4} | options
    for call in (sweeps.rank, sweeps.effects, lambda *a, **b: list(sweeps.sweep_many(*a, **b))):
        with pytest.raises(BadInput, match=sentence):
            call(network, [0], **given_options)


def test_one_picture_has_no_effect_to_measure() -> None:
    with pytest.raises(BadInput, match=r"offsets must be at least two numbers, got \[1.0\]"):
        sweeps.effects(random_network(EVERY_ACTIVATION, 1), [0], [1.0], size=4)


@given(networks(), st.integers(0, 9))
def test_ranks_run_from_the_strongest_to_the_weakest(network: Network, start: int) -> None:
    weights = [network.architecture.locate(n) for n in range(start, network.architecture.weight_count, 11)]
    ranked = sweeps.rank(network, weights, size=4, engine="numpy")
    assert sorted(weight for weight, _ in ranked) == sorted(weights)
    effects = [effect for _, effect in ranked]
    assert effects == sorted(effects, reverse=True)
    for weight, effect in ranked[:3]:
        values = [network.weight(weight) + offset for offset in (-1, -0.5, 0, 0.5, 1)]
        assert effect == pytest.approx(sweeps.effect(rendered(network, weight, values, 4)), abs=1e-9)


# --- a direction ---


@given(networks(), VALUES, st.data())
def test_moving_along_a_direction_is_a_plain_re_render(
    network: Network, values: list[float], data: st.DataObject
) -> None:
    layer = data.draw(st.integers(0, network.architecture.depth))
    row = data.draw(st.integers(0, network.architecture.shapes[layer][0] - 1))
    direction = sweeps.random_row_direction(network, layer, row, seed=1)
    stack = sweeps.sweep_direction(network, layer, direction, values, size=4)
    for value, image in zip(values, stack, strict=True):
        matrices = list(network.weights)
        matrices[layer] = matrices[layer] + value * direction
        plain = Network(network.architecture, tuple(matrices))
        assert close(image, plain.image(4))


@given(networks(), st.data())
def test_no_way_along_a_direction_leaves_the_picture(network: Network, data: st.DataObject) -> None:
    layer = data.draw(st.integers(0, network.architecture.depth))
    direction = np.random.default_rng(0).standard_normal(network.architecture.shapes[layer])
    (image,) = sweeps.sweep_direction(network, layer, direction, [0.0], size=4)
    assert close(image, network.image(4))


@given(networks(), VALUES, st.data())
def test_a_direction_of_one_entry_is_the_sweep_of_that_weight(
    network: Network, offsets: list[float], data: st.DataObject
) -> None:
    weight = data.draw(weights_of(network))
    direction = np.zeros(network.architecture.shapes[weight[0]])
    direction[weight[1:]] = 1
    along = sweeps.sweep_direction(network, weight[0], direction, offsets, size=4)
    assert close(along, sweeps.sweep(network, weight, network.weight(weight) + np.array(offsets), size=4))


@given(networks(), st.data(), st.integers(0, 2**32))
def test_a_random_direction_has_length_one_lies_in_its_row_and_is_its_seeds(
    network: Network, data: st.DataObject, seed: int
) -> None:
    layer = data.draw(st.integers(0, network.architecture.depth))
    row = data.draw(st.integers(0, network.architecture.shapes[layer][0] - 1))
    direction = sweeps.random_row_direction(network, layer, row, seed=seed)
    assert direction.shape == network.architecture.shapes[layer]
    assert math.sqrt(sum(value**2 for value in direction.ravel())) == pytest.approx(1)
    assert not np.delete(direction, row, axis=0).any() and direction[row].all()
    assert np.array_equal(direction, sweeps.random_row_direction(network, layer, row, seed=seed))


def test_other_seeds_give_other_directions() -> None:
    network = random_network(EVERY_ACTIVATION, 0)
    found = {sweeps.random_row_direction(network, 1, 0, seed=seed).tobytes() for seed in range(20)}
    assert len(found) == 20


@pytest.mark.parametrize(
    ("layer", "row", "seed"), [(9, 0, 0), (0, 4, 0), (0, -1, 0), (0, 0, -1), (0, 0, 0.5), (0, 0, None)]
)
def test_a_faulty_row_or_seed_is_refused(layer: int, row: int, seed: int) -> None:
    with pytest.raises(BadInput, match=r"layer|row|seed"):
        sweeps.random_row_direction(random_network(EVERY_ACTIVATION, 0), layer, row, seed=seed)


@pytest.mark.parametrize(
    "direction", [None, "up", np.zeros((8, 4)), np.zeros(4), np.full((4, 8), np.nan), [[1.0], [1.0, 2.0]], 0.0]
)
def test_a_faulty_direction_is_refused_with_the_shape_it_needs(direction: object) -> None:
    with pytest.raises(BadInput, match=r"direction must be finite numbers of shape \(4, 8\)"):
        sweeps.sweep_direction(random_network(EVERY_ACTIVATION, 0), 0, direction, [0.0], size=4)


# --- the effect ---


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(2, 4), st.just(2), st.just(2), st.just(3)), elements=st.floats(0, 1))
)
def test_the_effect_is_the_variance_over_the_sweep_by_hand(stack: Array) -> None:
    variances = []
    for pixel in stack.reshape(len(stack), -1).T.tolist():
        mean = sum(pixel) / len(pixel)
        variances.append(sum((value - mean) ** 2 for value in pixel) / len(pixel))
    assert sweeps.effect(stack) == pytest.approx(sum(variances) / len(variances), abs=1e-15)


def test_a_picture_that_turns_from_black_to_white_has_effect_one_quarter() -> None:
    stack = np.stack([np.zeros((4, 4, 3)), np.ones((4, 4, 3))])
    assert sweeps.effect(stack) == 0.25
    assert sweeps.effect(np.stack([stack[1]] * 3)) == 0


# --- which weights ---


@given(genomes())
def test_the_weights_worth_sweeping_are_the_connections_that_are_not_zero(genome: Genome) -> None:
    network = layerize(genome)
    wanted = {weight for link, weight in network.weight_of.items() if network.weight(weight) != 0}
    assert set(sweeps.sweepable(network)) == wanted
    assert sweeps.sweepable(network) == sorted(wanted)


@given(networks())
def test_of_a_trained_network_every_weight_is_worth_sweeping(network: Network) -> None:
    assert sweeps.sweepable(network) == list(network.nonzero())


@given(networks(), st.integers(1, 20), st.integers(0, 5))
def test_a_sample_has_no_repetition_and_is_its_seeds(network: Network, count: int, seed: int) -> None:
    chosen = sweeps.sample(network, count, seed=seed)
    assert len(set(chosen)) == len(chosen) == min(count, len(sweeps.sweepable(network)))
    assert set(chosen) <= set(sweeps.sweepable(network)) and chosen == sorted(chosen)
    assert chosen == sweeps.sample(network, count, seed=seed)


# --- the weights that have names ---


@PAPER_NAMES
def test_the_papers_chosen_weights_are_real_and_all_change_the_picture(paper_genome: Loader, name: str) -> None:
    network = layerize(paper_genome(name))
    named = sweeps.named(network)
    ids = sweeps.PAPER_SWEEPS[name]["evolved"]
    assert named == {network.architecture.locate(number): text for number, text in ids.items()}
    assert set(named) <= set(sweeps.sweepable(network))
    for weight in named:
        values = list(sweeps.around(network, weight))
        stack = sweeps.sweep(network, weight, values, size=32)
        assert close(stack, rendered(network, weight, values, 32))
        assert sweeps.effect(stack) > 1e-4, "nothing to see"


@PAPER_NAMES
def test_the_ids_the_paper_swept_in_its_trained_networks_are_weights_of_that_architecture(
    paper_genome: Loader, name: str
) -> None:
    architecture = layerize(paper_genome(name)).architecture
    ids = sweeps.PAPER_SWEEPS[name]["sgd"]
    assert len(ids) == 4 and all(architecture.paper_id(*architecture.locate(number)) == number for number in ids)


def test_the_paper_chose_these_weights() -> None:
    evolved = {name: tuple(networks["evolved"]) for name, networks in sweeps.PAPER_SWEEPS.items()}
    trained = {name: tuple(networks["sgd"]) for name, networks in sweeps.PAPER_SWEEPS.items()}
    assert evolved == {
        "skull": (4371, 5009, 5097, 37),
        "butterfly": (1949, 3702, 17, 133),
        "apple": (42178, 4140, 34459, 17131),
    }
    assert trained == {
        "skull": (1587, 81, 46, 3185),
        "butterfly": (5603, 3796, 3848, 78),
        "apple": (37753, 135, 37721, 37809),
    }


def test_our_own_genomes_weights_are_named_by_their_connections() -> None:
    network = layerize(garden.load_genome("mask"))
    named = sweeps.named(network)
    assert {network.connection_of[weight]: text for weight, text in named.items()} == garden.NAMED_SWEEPS["mask"]


@pytest.mark.parametrize("name", ["skull", "apple", "mask", "mine"])
def test_a_stranger_of_a_known_name_gets_its_strongest_weights(name: str) -> None:
    genome = Genome(name, plain_nodes(), joined("x>v", "y>v", "d>h", "b>s", "y>h"))
    network = layerize(genome)
    named = sweeps.named(network, count=3)
    ranked = sweeps.rank(network, sweeps.sweepable(network))
    assert list(named) == [weight for weight, _ in ranked[:3]]
    assert set(named.values()) <= {"x → v", "y → v", "d → h", "b → s", "y → h"}


def test_a_mask_with_one_connection_less_is_another_genome() -> None:
    mask = garden.load_genome("mask")
    lost = next(iter(garden.NAMED_SWEEPS["mask"]))
    other = replace(mask, connections=tuple(link for link in mask.connections if link.id != lost))
    named = sweeps.named(layerize(other))
    assert len(named) == 4 and all("→" in text for text in named.values())
