"""Architectures, the paper's numbering of weights, and layered networks against loops over pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from genomes import INPUTS, OUTPUTS, architectures, networks, pixel_colour, pixel_of_network, random_network
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import activations, images, storage
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network, forward, step
from fer_utils.images import Array

PAPER = {
    "12;cache:15,gaussian:4,identity:2,sin:1": (12, 22, 5478),
    "16;cache:17,gaussian:4,sigmoid:1,sin:1": (16, 23, 8096),
    "33;cache:28,gaussian:3,sigmoid:5,sin:2": (33, 38, 46474),
}
SKULL = Architecture.parse("12;cache:15,gaussian:4,identity:2,sin:1")
EVERY_ACTIVATION = Architecture.parse("3;cache:1,cos:2,gaussian:2,identity:1,relu:2,sigmoid:2,sin:2,tanh:2")

# --- architectures ---


@pytest.mark.parametrize("text", PAPER)
def test_the_papers_architectures_have_their_depth_width_and_number_of_weights(text: str) -> None:
    architecture = Architecture.parse(text)
    depth, width, count = PAPER[text]
    assert (architecture.depth, architecture.width, architecture.weight_count) == (depth, width, count)
    assert architecture.shapes == ((4, width), *[(width, width)] * (depth - 1), (width, 3))
    assert str(architecture) == text


@given(architectures())
def test_the_notation_is_read_back_as_it_is_written(architecture: Architecture) -> None:
    assert Architecture.parse(str(architecture)) == architecture
    assert hash(Architecture.parse(str(architecture))) == hash(architecture)


def test_blanks_in_the_notation_do_not_count() -> None:
    assert Architecture.parse(" 2 ; cache : 1 ,\n sin: 3 ") == Architecture(2, (("cache", 1), ("sin", 3)))


OTHER_NOTATIONS = (
    ";",
    "2",
    "2;",
    "2;sin",
    "2;sin:",
    "2;sin:x",
    "2;:3",
    "x;sin:1",
    "-1;sin:1",
    "2;sin:1,",
    "2;,sin:1",
    "2;sin:1;cos:1",
    "2:sin;1",
    "2;sin:-1",
    "2;sin:1.5",
    "2.0;sin:1",
    "²;sin:1",
    "2;sin:٣",
    "2;sin:1:1",
    "1e3;sin:1",
    "2;sin:9999999999",
    "2;SIN:1",
    "2;sin(x):1",
    "0;sin:1",
    "2;sin:0",
    "2;sin:1,cos:1",
    "2;sin:1,sin:1",
)


@pytest.mark.parametrize("text", ["", *OTHER_NOTATIONS, None, 12, b"2;sin:1"])
def test_another_notation_is_refused_in_a_sentence(text: object) -> None:
    with pytest.raises(BadInput, match="architecture"):
        Architecture.parse(text)  # type: ignore[arg-type]


@given(architectures())
def test_neurons_stand_in_groups_by_activation(architecture: Architecture) -> None:
    spelled = [name for name, count in architecture.groups for _ in range(count)]
    assert architecture.activations == tuple(spelled) and architecture.width == len(spelled)
    for name, part in architecture.slices:
        assert set(spelled[part]) == {name} and spelled.count(name) == part.stop - part.start


def test_neurons_are_named_by_layer_activation_and_place_among_their_kind() -> None:
    assert SKULL.neuron_name(7, 15) == "L7 gaussian 0"
    assert SKULL.neuron_name(0, 14) == "L0 cache 14"
    assert SKULL.neuron_name(11, 21) == "L11 sin 0"
    assert [SKULL.neuron_name(-1, index) for index in range(4)] == [f"input {name}" for name in INPUTS]
    assert [SKULL.neuron_name(12, index) for index in range(3)] == [f"output {name}" for name in OUTPUTS]


@given(architectures(most_depth=4))
def test_no_two_neurons_share_a_name(architecture: Architecture) -> None:
    places = [(layer, neuron) for layer in range(architecture.depth) for neuron in range(architecture.width)]
    assert len({architecture.neuron_name(*place) for place in places}) == len(places)


@pytest.mark.parametrize("place", [(-2, 0), (13, 0), (0, 22), (0, -1), (-1, 4), (12, 3), (0.5, 0), (0, 1.0)])
def test_a_neuron_that_is_not_there_has_no_name(place: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match=r"layer|neuron"):
        SKULL.neuron_name(*place)


# --- the paper's weight ids ---


def every_weight_by_sorting_strings(architecture: Architecture) -> list[tuple[int, int, int]]:
    """All weights in the order of the paper's ids, made the slow way: matrices sorted by their names as text."""
    matrices = {f"Dense_{layer}": np.empty(shape) for layer, shape in enumerate(architecture.shapes)}
    return [
        (int(name.removeprefix("Dense_")), int(row), int(column))
        for name in sorted(matrices)
        for row, column in np.ndindex(matrices[name].shape)
    ]


@pytest.mark.parametrize("text", [*PAPER, "1;sin:1", "9;cos:2", "10;cos:2", "11;relu:3", "101;tanh:2"])
def test_ids_count_through_the_layers_in_alphabetical_order(text: str) -> None:
    architecture = Architecture.parse(text)
    places = every_weight_by_sorting_strings(architecture)
    assert [architecture.locate(number) for number in range(architecture.weight_count)] == places


@pytest.mark.parametrize("text", PAPER)
def test_the_id_of_the_place_of_an_id_is_the_id(text: str) -> None:
    architecture = Architecture.parse(text)
    for number in range(0, architecture.weight_count, 7):
        assert architecture.paper_id(*architecture.locate(number)) == number


@given(architectures())
def test_ids_and_places_are_each_others_inverse(architecture: Architecture) -> None:
    places = every_weight_by_sorting_strings(architecture)
    assert len(places) == architecture.weight_count
    for number, place in enumerate(places):
        assert architecture.locate(number) == place and architecture.paper_id(*place) == number


@pytest.mark.parametrize(
    ("number", "place"),
    [(4371, (7, 15, 15)), (0, (0, 0, 0)), (87, (0, 3, 21)), (88, (1, 0, 0)), (571, (1, 21, 21)), (572, (10, 0, 0))],
)
def test_skull_weights_stand_where_the_paper_has_them(number: int, place: tuple[int, int, int]) -> None:
    assert SKULL.locate(number) == place


@pytest.mark.parametrize("weight", [4371, np.int64(4371), (7, 15, 15), [7, 15, 15], (np.int64(7), 15, 15)])
def test_a_weight_may_be_given_by_id_or_by_place(weight: object) -> None:
    assert SKULL.resolve(weight) == (7, 15, 15)  # type: ignore[arg-type]


OUTSIDE = [(13, 0, 0), (-1, 0, 0), (0, 4, 0), (1, 22, 0), (12, 0, 3), (0, 0, 22), (0, -1, 0), (0.0, 0, 0)]
NO_WEIGHT = [-1, 5478, 1.0, True, "4371", None, (), (1, 2), (1, 2, 3, 4), np.array([7, 15, 15]), {7, 15}]


@pytest.mark.parametrize("weight", [*OUTSIDE, *NO_WEIGHT], ids=repr)
def test_a_weight_that_is_not_there_is_refused(weight: object) -> None:
    with pytest.raises(BadInput, match="weight"):
        SKULL.resolve(weight)  # type: ignore[arg-type]


# --- the forward pass ---


@given(networks())
def test_every_layer_computes_what_loops_over_a_pixel_compute(network: Network) -> None:
    maps, raw = network.activations(3), network.outputs(3)
    assert [layer.shape for layer in maps] == [(network.architecture.width, 3, 3)] * network.architecture.depth
    for row, column in ((0, 2), (1, 0), (2, 1)):
        *hidden, last = pixel_of_network(network, 3, row, column)
        for layer, wanted in enumerate(hidden):
            assert maps[layer][:, row, column] == pytest.approx(wanted, rel=1e-9, abs=1e-9)
        assert raw[:, row, column] == pytest.approx(last, rel=1e-9, abs=1e-9)


@given(networks())
def test_the_image_is_the_colour_of_the_readout(network: Network) -> None:
    image, raw = network.image(4), network.outputs(4)
    assert image.shape == (4, 4, 3) and image.dtype == np.float64 and image.flags.c_contiguous
    for row, column in ((0, 3), (2, 1)):
        assert image[row, column] == pytest.approx(pixel_colour(*map(float, raw[:, row, column])), abs=1e-12)


@given(networks())
def test_torch_runs_forward_as_numpy_does(network: Network) -> None:
    inputs = images.coordinates(4).reshape(4, -1)
    hidden, raw = forward(network.weights, network.architecture, inputs)
    tensors = [torch.tensor(matrix) for matrix in network.weights]
    torch_hidden, torch_raw = forward(tensors, network.architecture, torch.from_numpy(inputs))
    assert np.allclose(torch_raw, raw, rtol=1e-12, atol=1e-12)
    assert len(torch_hidden) == len(hidden)
    for one, other in zip(torch_hidden, hidden, strict=True):
        assert np.allclose(one, other, rtol=1e-12, atol=1e-12)


@given(architectures(most_depth=4), st.lists(st.integers(0, 99), min_size=1, max_size=4))
def test_a_batch_of_networks_computes_what_each_computes_alone(architecture: Architecture, seeds: list[int]) -> None:
    alone = [random_network(architecture, seed) for seed in seeds]
    inputs = images.coordinates(3).reshape(4, -1)
    batch = [np.stack(matrices) for matrices in zip(*(network.weights for network in alone), strict=True)]
    for weights, given_inputs in ((batch, inputs), ([torch.from_numpy(m) for m in batch], torch.from_numpy(inputs))):
        hidden, raw = forward(weights, architecture, given_inputs)
        assert raw.shape == (len(seeds), 3, 9)
        for index, network in enumerate(alone):
            assert np.allclose(raw[index], network.outputs(3).reshape(3, -1), rtol=1e-12, atol=1e-12)
            for layer, maps in zip(hidden, network.activations(3), strict=True):
                assert np.allclose(layer[index], maps.reshape(len(maps), -1), rtol=1e-12, atol=1e-12)


@given(networks())
def test_one_step_after_another_is_the_whole(network: Network) -> None:
    values = images.coordinates(3).reshape(4, -1)
    for layer, matrix in enumerate(network.weights):
        values = step(matrix, network.architecture, layer, values)
    assert np.array_equal(values.reshape(3, 3, 3), network.outputs(3))


@given(networks(), st.integers(3, 9))
def test_a_larger_picture_goes_through_the_same_points(network: Network, size: int) -> None:
    small, large = network.image(size), network.image(2 * size - 1)
    assert np.allclose(large[::2, ::2], small, rtol=0, atol=1e-9)


def render(weights: list[torch.Tensor], architecture: Architecture) -> torch.Tensor:
    _, raw = forward(weights, architecture, torch.from_numpy(images.coordinates(5).reshape(4, -1)))
    return images.colour(raw)


@pytest.mark.parametrize("name", activations.NAMES)
def test_the_gradient_of_the_whole_picture_is_the_finite_difference(name: str) -> None:
    check_gradient(Architecture(2, ((name, 3),)), seed=4)


@pytest.mark.parametrize("seed", range(2))
def test_the_gradient_through_all_activations_together_is_the_finite_difference(seed: int) -> None:
    check_gradient(EVERY_ACTIVATION, seed)


def check_gradient(architecture: Architecture, seed: int) -> None:
    """Compare autograd with central differences, for the squared distance to a random picture."""
    network = random_network(architecture, seed)
    target = torch.from_numpy(np.random.default_rng(seed).random((3, 25)))

    def loss(weights: list[torch.Tensor]) -> torch.Tensor:
        return ((render(weights, architecture) - target) ** 2).mean()

    weights = [torch.tensor(matrix, requires_grad=True) for matrix in network.weights]
    loss(weights).backward()
    for layer, matrix in enumerate(weights):
        for place in list(np.ndindex(*matrix.shape))[:: max(1, matrix.numel() // 6)]:
            ends = []
            for change in (1e-6, -1e-6):
                moved = [weight.detach().clone() for weight in weights]
                moved[layer][place] += change
                ends.append(float(loss(moved)))
            slope = (ends[0] - ends[1]) / 2e-6
            assert matrix.grad is not None
            assert float(matrix.grad[place]) == pytest.approx(slope, rel=1e-4, abs=1e-7)


# --- a network and its weights ---


def test_weights_are_read_only_and_a_copy_of_what_was_given() -> None:
    architecture = Architecture.parse("1;sin:2")
    given_weights = [np.ones(shape, dtype=np.float32) for shape in architecture.shapes]
    network = Network(architecture, tuple(given_weights))
    given_weights[0][0, 0] = 99
    assert network.weight(0) == 1.0 and network.weights[0].dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0][0, 0] = 5


@given(networks(most_depth=12))
def test_the_papers_row_of_weights_is_indexed_by_the_papers_ids(network: Network) -> None:
    row = network.paper_flat()
    for number in range(len(row)):
        layer, source, target = network.architecture.locate(number)
        assert row[number] == network.weights[layer][source, target] == network.weight(number)


@given(networks(most_depth=12))
def test_the_plain_row_of_weights_goes_layer_after_layer(network: Network) -> None:
    row, start = network.flat(), 0
    for matrix in network.weights:
        assert np.array_equal(row[start : start + matrix.size].reshape(matrix.shape), matrix)
        start += matrix.size
    assert start == len(row)


@given(networks(), st.data())
def test_new_weights_change_only_what_they_name(network: Network, data: st.DataObject) -> None:
    numbers = st.integers(0, network.architecture.weight_count - 1)
    changes = data.draw(st.dictionaries(numbers, st.floats(-9, 9), max_size=4))
    before = network.paper_flat()
    places = {network.architecture.locate(number): value for number, value in changes.items()}
    for changed in (network.with_weights(changes), network.with_weights(places)):
        wanted = before.copy()
        for number, value in changes.items():
            wanted[number] = value
        assert np.array_equal(changed.paper_flat(), wanted)
        assert (changed.label, changed.architecture) == (network.label, network.architecture)
    assert np.array_equal(network.paper_flat(), before)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", None, [1.0], np.ones(2)])
def test_a_new_weight_that_is_no_number_is_refused_by_its_place(value: object) -> None:
    network = random_network(EVERY_ACTIVATION, 0)
    with pytest.raises(BadInput, match=r"new value of weight \(0, 1, 2\) must be a finite number"):
        network.with_weights({(0, 1, 2): value})  # type: ignore[dict-item]


@given(networks())
def test_the_nonzero_weights_are_walked_once_each_in_order(network: Network) -> None:
    walked = list(network.nonzero())
    assert walked == sorted(set(walked))
    assert len(walked) == np.count_nonzero(network.flat())
    assert all(network.weight(place) != 0 for place in walked)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([np.zeros((4, 2))], "weights must be 2 matrices, got 1"),
        ([np.zeros((4, 2)), np.zeros((3, 2))], r"weights of layer 1 must be of shape \(2, 3\), got \(3, 2\)"),
        ([np.zeros((2, 4)), np.zeros((2, 3))], "weights of layer 0"),
        ([np.zeros((1, 4, 2)), np.zeros((2, 3))], "weights of layer 0"),
        ([np.full((4, 2), np.nan), np.zeros((2, 3))], "weights of layer 0 must be finite, got 8 that are not"),
        ([np.full((4, 2), np.inf), np.zeros((2, 3))], "weights of layer 0 must be finite, got 8 that are not"),
        ([[["a"] * 2] * 4, np.zeros((2, 3))], r"weights of layer 0 must be numbers of shape \(4, 2\)"),
        ([[[1, 2], [1]], np.zeros((2, 3))], r"weights of layer 0 must be numbers of shape \(4, 2\)"),
        ([np.zeros((4, 2)), None], "weights of layer 1"),
    ],
)
def test_wrong_weights_are_refused_with_the_layer(weights: list[object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Network(Architecture.parse("1;sin:2"), tuple(weights))  # type: ignore[arg-type]


# --- kept and found again ---


@given(networks())
def test_the_content_hash_knows_weights_and_architecture_but_no_labels(network: Network) -> None:
    assert network.relabelled("another").content_hash() == network.content_hash()
    assert network.with_weights({0: network.weight(0) + 1}).content_hash() != network.content_hash()
    same = network.with_weights({0: network.weight(0)})
    assert same.content_hash() == network.content_hash()


def test_the_content_hash_tells_activations_apart() -> None:
    weights = (np.ones((4, 2)), np.ones((2, 3)))
    hashes = {Network(Architecture(1, ((name, 2),)), weights).content_hash() for name in activations.NAMES}
    assert len(hashes) == len(activations.NAMES)


@pytest.mark.parametrize("text", ["1;sin:1", "12;cache:1,gaussian:2"])
def test_a_network_survives_its_file_to_the_last_bit(tmp_path: Path, text: str) -> None:
    network = random_network(Architecture.parse(text), 3)
    dressed = Network(network.architecture, network.weights, "a lábel", {(0, 0): "left eye", (0, 1): "ünïcode"})
    dressed.save(tmp_path / "net.safetensors")
    back = Network.load(tmp_path / "net.safetensors")
    assert (back.architecture, back.label, dict(back.names)) == (
        dressed.architecture,
        dressed.label,
        dict(dressed.names),
    )
    assert all(np.array_equal(one, other) for one, other in zip(back.weights, dressed.weights, strict=True))
    assert np.array_equal(back.image(8), dressed.image(8))


def whole_meta() -> dict[str, object]:
    return {"schema": "fer-network/1", "architecture": "1;sin:2", "label": "net", "names": []}


def whole_arrays() -> dict[str, Array]:
    return {"weights.0": np.ones((4, 2)), "weights.1": np.ones((2, 3))}


@pytest.mark.parametrize(
    ("meta", "arrays"),
    [
        ({"schema": "other/1"}, {}),
        ({"architecture": "1;sin"}, {}),
        ({"architecture": "2;sin:2"}, {}),
        ({"architecture": None}, {}),
        ({"names": [[0, 1]]}, {}),
        ({"names": 3}, {}),
        ({}, {"weights.1": np.ones((3, 3))}),
        ({}, {"weights.0": np.full((4, 2), np.nan)}),
    ],
    ids=str,
)
def test_a_file_that_is_no_whole_network_is_refused_by_name(
    tmp_path: Path, meta: dict[str, object], arrays: dict[str, Array]
) -> None:
    path = tmp_path / "net.safetensors"
    storage.save_arrays(path, {**whole_arrays(), **arrays}, {**whole_meta(), **meta})
    with pytest.raises(BadInput, match=r"net\.safetensors"):
        Network.load(path)


def test_an_architecture_with_one_function_keeps_depth_and_width() -> None:
    assert str(Architecture.parse("12;cache:15,gaussian:4,identity:2,sin:1").with_only("relu")) == "12;relu:22"
