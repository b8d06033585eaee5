"""Rotations of a layer: what was mixed is found again, what cannot be beaten is not, and copies add nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from genomes import networks, random_network
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fer_utils import images, rotations
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.features import FeatureMaps, feature_maps
from fer_utils.genome import Genome
from fer_utils.layerize import layerize
from fer_utils.rotations import compare_bases, components, even_shares, own_maps, purity, sparseness, turning
from fer_utils.rotations.space import whiten

Maps = NDArray[np.float64]
SIZE = 16
X, Y, D, _ = images.coordinates(SIZE)


def layer_of(*layers: Maps) -> FeatureMaps:
    """Make the maps of a network out of any layers, each ``(width, size, size)``."""
    width, size = layers[0].shape[:2]
    architecture = Architecture.parse(f"{len(layers)};identity:{width}")
    used = np.ones((len(layers), width), dtype=bool)
    return FeatureMaps("toy", architecture, tuple(layers), images.coordinates(size), {}, used)


def mixed(sources: Maps, matrix: Maps) -> Maps:
    """Mix maps: neuron n says the sum of ``matrix[n, s]`` times source s."""
    return np.tensordot(matrix, sources, axes=1)


def turn(width: int, seed: int = 0) -> Maps:
    """Return an orthogonal matrix."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(width, width)))[0]


def unit(maps: Maps) -> Maps:
    """Return maps as centred rows of length 1."""
    flat = maps.reshape(len(maps), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def agreement(found: Maps, sources: Maps) -> Maps:
    """Return, for each source, the largest |correlation| with a map found."""
    return np.abs(unit(found) @ unit(sources).T).max(axis=0)


NOISE = np.random.default_rng(1).normal(size=(5, SIZE, SIZE))


# --- principal components ---


def test_principal_components_are_those_of_a_plain_decomposition_of_the_covariance() -> None:
    found = components(layer_of(NOISE * np.arange(1, 6)[:, None, None] + 3), 0, least=0)
    flat = (NOISE * np.arange(1, 6)[:, None, None]).reshape(5, -1)
    values, vectors = np.linalg.eigh(np.cov(flat, bias=True))
    assert found.shares == pytest.approx(values[::-1] / values.sum())
    assert np.abs((found.directions * vectors.T[::-1]).sum(axis=1)) == pytest.approx(1)
    assert (found.method, found.layer, found.rank, len(found)) == ("pca", 0, 5, 5)


@pytest.mark.parametrize("method", rotations.METHODS)
def test_directions_reproduce_the_maps(method: str) -> None:
    layer = mixed(NOISE, turn(5)) * 4 + 2
    found = components(layer_of(layer), 0, method=method)
    assert np.linalg.norm(found.directions, axis=1) == pytest.approx(1)
    flat = layer.reshape(5, -1)
    said = found.directions @ (flat - flat.mean(axis=1, keepdims=True))
    said /= np.abs(said).max(axis=1, keepdims=True)
    assert said == pytest.approx(found.maps.reshape(len(found), -1), abs=1e-9)


@settings(max_examples=15)
@given(networks(), st.sampled_from(rotations.METHODS))
def test_components_are_uncorrelated_scaled_and_in_order(network: Network, method: str) -> None:
    maps = feature_maps(network, 12)
    for layer in range(network.architecture.depth):
        found = components(maps, layer, method=method)
        rows = unit(found.maps) if len(found) else np.zeros((0, 144))
        assert rows @ rows.T == pytest.approx(np.eye(len(found)), abs=1e-5)
        assert np.abs(found.maps).max(axis=(1, 2)) == pytest.approx(np.ones(len(found)))
        assert found.maps.mean(axis=(1, 2)) == pytest.approx(np.zeros(len(found)), abs=1e-7)
        assert (np.diff(found.shares) <= 1e-12).all() and found.shares.sum() <= 1 + 1e-9
        assert found.even == pytest.approx(even_shares(found.maps), abs=1e-6)
        assert len(found) <= found.rank <= network.architecture.width


@pytest.mark.parametrize("method", rotations.METHODS)
def test_the_shares_of_all_components_are_the_whole_layer(method: str) -> None:
    assert components(layer_of(mixed(NOISE, turn(5))), 0, method=method).shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("method", rotations.METHODS)
def test_a_share_is_what_regressing_the_neurons_on_the_component_explains(method: str) -> None:
    layer = mixed(NOISE, np.random.default_rng(3).normal(size=(5, 5)))
    found = components(layer_of(layer), 0, method=method, least=0)
    flat = layer.reshape(5, -1) - layer.reshape(5, -1).mean(axis=1, keepdims=True)
    for one, share in zip(found.maps.reshape(5, -1), found.shares, strict=True):
        rest = flat - np.outer(flat @ one / (one @ one), one)
        assert share == pytest.approx(1 - (rest**2).sum() / (flat**2).sum())


def test_the_first_of_the_largest_pixels_is_positive() -> None:
    for sign in (1, -1):
        found = components(layer_of(sign * np.stack([X, Y])), 0)
        assert found.maps.reshape(2, -1)[:, 0] == pytest.approx(1) or found.maps[:, 0, 0] == pytest.approx([1, 1])
        assert all(one.ravel()[np.abs(one).ravel() > 1 - 1e-9][0] > 0 for one in found.maps)


# --- rank ---


def test_copies_constants_and_sums_add_nothing_to_the_rank() -> None:
    layer = np.stack([X, X, -2 * X, np.ones_like(X), np.full_like(X, 1 / 3), Y, X + Y])
    for method in rotations.METHODS:
        found = components(layer_of(layer), 0, method=method, least=0)
        assert (found.rank, len(found)) == (2, 2)


@pytest.mark.parametrize("method", rotations.METHODS)
def test_a_constant_layer_has_no_components(method: str) -> None:
    found = components(layer_of(np.full((3, SIZE, SIZE), 1 / 3)), 0, method=method)
    assert (found.rank, len(found), found.maps.shape, found.directions.shape) == (0, 0, (0, SIZE, SIZE), (0, 3))


@pytest.mark.parametrize("method", rotations.METHODS)
def test_a_layer_of_one_neuron_has_its_map_as_its_component(method: str) -> None:
    found = components(layer_of(Y[None] * -3 + 7), 0, method=method)
    assert (found.shares, found.even) == (pytest.approx([1]), pytest.approx([1]))
    assert found.maps[0] == pytest.approx(-Y)
    assert found.directions == pytest.approx(np.ones((1, 1)))


def test_weak_components_are_left_out_by_their_share_of_the_strongest() -> None:
    layer = np.stack([unit(X[None]), 0.1 * unit(Y[None]), 0.001 * unit(X[None] * Y)]).reshape(3, SIZE, SIZE)
    counts = [len(components(layer_of(layer), 0, least=least)) for least in (0, 1e-7, 1e-3, 0.02, 1)]
    assert counts == [3, 3, 2, 1, 1]
    assert {components(layer_of(layer), 0, least=least).rank for least in (0, 0.02)} == {3}


# --- the most symmetric rotation ---


def test_a_mixed_even_and_odd_map_are_found_again_pure() -> None:
    even, odd = np.cos(3 * X) + Y, np.sin(3 * X) * (1 + D)
    layer = mixed(np.stack([even, odd]), turn(2, 3))
    assert purity(even_shares(layer)) < 0.9
    found = components(layer_of(layer), 0, method="symmetric")
    assert sorted(found.even) == pytest.approx([0, 1], abs=1e-12)
    assert agreement(found.maps, np.stack([even, odd])) == pytest.approx(1)


@pytest.mark.parametrize(
    ("symmetry", "kept", "turned"),
    [("mirror_x", Y, X), ("mirror_y", X, Y), ("rotate_180", X * Y, X + Y)],
)
def test_each_symmetry_keeps_what_it_should(symmetry: str, kept: Maps, turned: Maps) -> None:
    assert even_shares(np.stack([kept, turned]), symmetry) == pytest.approx([1, 0], abs=1e-12)
    found = components(layer_of(np.stack([kept + turned, kept - 2 * turned])), 0, method="symmetric", symmetry=symmetry)
    assert sorted(found.even) == pytest.approx([0, 1], abs=1e-12)


def test_an_order_of_pixels_serves_as_a_symmetry() -> None:
    transposed = np.arange(SIZE * SIZE).reshape(SIZE, SIZE).T
    layer = np.stack([2 * X + Y, X * Y])
    for order in (transposed, transposed.ravel().astype(np.int32)):
        assert even_shares(np.stack([X + Y, X - Y]), order) == pytest.approx([1, 0], abs=1e-12)
        assert components(layer_of(layer), 0, symmetry=order).even == pytest.approx(even_shares(layer, order))


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_no_other_uncorrelated_components_are_purer_and_no_map_goes_beyond_the_ends(seed: int, width: int) -> None:
    numbers = np.random.default_rng(seed)
    layer = numbers.normal(size=(width, 6, 6)) + numbers.normal(size=(width, 1, 1)) * images.coordinates(6)[0]
    found = components(layer_of(layer), 0, method="symmetric", least=0)
    rows = unit(found.maps)
    for _ in range(5):
        other = np.linalg.qr(numbers.normal(size=(len(rows), len(rows))))[0] @ rows
        shares = even_shares(other.reshape(-1, 6, 6))
        assert purity(shares) <= purity(found.even) + 1e-9
        assert (4 * shares * (1 - shares)).sum() >= (4 * found.even * (1 - found.even)).sum() - 1e-9
    anywhere = even_shares(mixed(layer, numbers.normal(size=(20, width))))
    assert found.even.min() - 1e-9 <= anywhere.min() and anywhere.max() <= found.even.max() + 1e-9


def test_correlated_neurons_can_be_purer_than_any_rotation() -> None:
    # One pure map said three times over, beside one that is half and half: what the docstring warns of.
    half = unit(X[None])[0].reshape(SIZE, SIZE) + unit(X[None] ** 2)[0].reshape(SIZE, SIZE)
    layer = np.stack([Y, Y + half, Y - half, half])
    found = components(layer_of(layer), 0, method="symmetric", least=0)
    assert sorted(found.even) == pytest.approx([0.5, 1])
    assert purity(even_shares(layer)) > 0.7 > purity(found.even)


def test_components_equally_symmetric_are_the_principal_ones_among_themselves() -> None:
    layer = mixed(np.stack([3 * Y, D, np.cos(5 * Y), X]), turn(4, 5))
    found = components(layer_of(layer), 0, method="symmetric", least=0)
    evens = components(layer_of(mixed(np.stack([3 * Y, D, np.cos(5 * Y)]), turn(4, 5)[:, :3])), 0, least=0)
    assert found.even == pytest.approx(np.round(found.even), abs=1e-9)
    assert np.abs(unit(found.maps[found.even > 0.5]) @ unit(evens.maps).T) == pytest.approx(np.eye(3), abs=1e-6)


# --- no matter how the layer is turned ---


@settings(max_examples=15)
@given(st.integers(0, 1000), st.sampled_from(["pca", "symmetric"]))
def test_turning_the_layer_changes_neither_maps_nor_shares(seed: int, method: str) -> None:
    strengths = np.array([5.0, 4, 3, 2, 1])[:, None, None]
    plain = components(layer_of(NOISE * strengths), 0, method=method)
    other = components(layer_of(mixed(NOISE * strengths, turn(5, seed))), 0, method=method)
    assert other.shares == pytest.approx(plain.shares)
    assert other.even == pytest.approx(plain.even)
    assert other.maps == pytest.approx(plain.maps, abs=1e-7)
    assert other.directions @ turn(5, seed) == pytest.approx(plain.directions, abs=1e-7)


@given(st.integers(0, 1000))
def test_even_shares_are_the_same_after_any_invertible_mixing(seed: int) -> None:
    matrix = np.random.default_rng(seed).normal(size=(5, 5))
    assume(np.linalg.cond(matrix) < 1e3)
    plain = components(layer_of(NOISE), 0, method="symmetric", least=0)
    other = components(layer_of(mixed(NOISE, matrix)), 0, method="symmetric", least=0)
    assert sorted(other.even) == pytest.approx(sorted(plain.even), abs=1e-8)


# --- the sparsest and the most independent ---


def blobs(count: int) -> Maps:
    """A few small squares, apart from each other."""
    maps = np.zeros((count, SIZE, SIZE))
    for index in range(count):
        maps[index, 3 * index : 3 * index + 2, 5 * (index % 3) : 5 * (index % 3) + 2] = 1
    return maps


@pytest.mark.parametrize("method", ["varimax", "ica"])
@pytest.mark.parametrize("seed", range(5))
def test_mixed_sparse_maps_are_found_again(method: str, seed: int) -> None:
    layer = mixed(blobs(4), turn(4, seed) * 3 + 0.2)
    found = components(layer_of(layer), 0, method=method, least=0, seed=seed)
    assert agreement(layer, blobs(4)).max() < 0.98
    assert (agreement(found.maps, blobs(4)) > 0.999).all()
    assert sparseness(found.maps) > sparseness(layer) + 0.05


def test_the_sparsest_rotation_has_larger_fourth_powers_than_any_tried() -> None:
    layer = NOISE**3
    found = unit(components(layer_of(layer), 0, method="varimax", least=0).maps)
    reached = (found**4).sum()
    for seed in range(200):
        assert ((turn(5, seed) @ found) ** 4).sum() < reached


def test_of_several_summits_the_sparsest_rotation_is_the_highest() -> None:
    space = whiten(np.random.default_rng(0).normal(size=(8, 8, 8)), 0)
    starts = [np.eye(8), *turning.random_turns(8, turning.STARTS - 1, 0)]
    summits = [float(((turning._climb(space.whitened, start) @ space.whitened) ** 4).sum()) for start in starts]
    assert max(summits) > min(summits) + 1, "a layer on which the start does not matter tests nothing"
    reached = ((turning.varimax_turn(space, seed=0) @ space.whitened) ** 4).sum()
    assert reached == pytest.approx(max(summits))


def test_random_rotations_are_rotations_and_prefer_no_direction() -> None:
    turns = turning.random_turns(3, 20_000, 0)
    assert turns @ turns.swapaxes(1, 2) == pytest.approx(np.broadcast_to(np.eye(3), turns.shape), abs=1e-12)
    # Each entry of a rotation drawn fairly has mean 0, mean square 1/k and mean fourth power 3 / (k (k + 2)).
    assert turns.mean(axis=0) == pytest.approx(np.zeros((3, 3)), abs=0.02)
    assert (turns**2).mean(axis=0) == pytest.approx(np.full((3, 3), 1 / 3), abs=0.02)
    assert (turns**4).mean(axis=0) == pytest.approx(np.full((3, 3), 3 / 15), abs=0.02)


@pytest.mark.parametrize("method", ["varimax", "ica"])
def test_a_search_is_decided_by_its_seed(method: str) -> None:
    one, two = (components(layer_of(NOISE), 0, method=method, seed=4) for _ in range(2))
    assert np.array_equal(one.maps, two.maps) and np.array_equal(one.directions, two.directions)


# --- measures ---


def test_purity_and_sparseness_have_their_ends_where_they_should() -> None:
    assert purity(np.array([0, 1, 1])) == 1
    assert purity(np.array([0.5])) == 0
    assert purity(np.array([0.75, 1])) == pytest.approx(0.75)
    assert purity(np.array([0.75, 1]), weights=np.array([3, 1])) == pytest.approx(0.625)
    pixel = np.zeros((1, SIZE, SIZE))
    pixel[0, 3, 4] = -7
    halves = np.sign(X)[None]
    noise = np.random.default_rng(0).normal(size=(1, 256, 256))
    assert sparseness(pixel + 5) == pytest.approx(1)
    assert sparseness(halves * 3) == pytest.approx(0)
    assert sparseness(noise) == pytest.approx(1 - np.sqrt(2 / np.pi), abs=5e-3)
    assert sparseness(np.concatenate([pixel, halves])) == pytest.approx(0.5)


def test_a_layers_own_maps_are_each_there_once() -> None:
    layer = np.stack([np.ones_like(X), X, -3 * X + 1, Y, X + 1e-4 * Y, X + 0.1 * Y])
    assert np.array_equal(own_maps(layer_of(layer), 0), layer[[1, 3, 5]])
    assert own_maps(layer_of(np.ones((2, SIZE, SIZE))), 0).shape == (0, SIZE, SIZE)


def test_bases_are_compared_layer_by_layer_and_constant_layers_have_no_scores() -> None:
    rotated = mixed(np.stack([3 * Y, np.sin(4 * X)]), turn(2, 3))
    maps = layer_of(np.stack([X, Y]), np.ones((2, SIZE, SIZE)), rotated)
    scores = compare_bases(maps, rotations=20)
    assert [(score.layer, score.method) for score in scores] == [(n, m) for n in (0, 2) for m in rotations.MEASURED]
    table = {(score.layer, score.method): score for score in scores}
    assert [table[0, "neurons"].purity, table[0, "symmetric"].purity] == pytest.approx([1, 1])
    assert table[2, "symmetric"].purity == pytest.approx(1)
    assert table[2, "neurons"].purity < 0.99
    for score in scores:
        own = score.method == "neurons"
        parts = own_maps(maps, score.layer) if own else components(maps, score.layer, method=score.method).maps
        assert score.count == len(parts)
        assert score.purity == pytest.approx(purity(even_shares(parts)))
        assert score.sparseness == pytest.approx(sparseness(parts))
        low, middle, high = score.null_purity
        assert 0 <= low < middle < high <= table[score.layer, "symmetric"].purity
        assert list(score.null_sparseness) == sorted(score.null_sparseness)


def test_the_null_is_what_rotating_an_even_and_an_odd_map_gives() -> None:
    # Turned by an angle t, an even and an odd map have even shares cos² t and sin² t: the purity is |cos 2t|, whose
    # quantiles for t even over the circle are sin(q π / 2).
    score = compare_bases(layer_of(np.stack([X, Y])), rotations=4000)[0]
    assert score.null_purity == pytest.approx([np.sin(q * np.pi / 2) for q in (0.05, 0.5, 0.95)], abs=0.03)


def test_the_comparison_is_decided_by_its_seed() -> None:
    assert compare_bases(layer_of(NOISE), seed=3, rotations=5) == compare_bases(layer_of(NOISE), seed=3, rotations=5)
    assert compare_bases(layer_of(NOISE), seed=3, rotations=5) != compare_bases(layer_of(NOISE), seed=4, rotations=5)


def test_the_skulls_neurons_are_purer_than_rotations_of_their_layers(paper_genome: Callable[[str], Genome]) -> None:
    scores = compare_bases(feature_maps(layerize(paper_genome("skull")), 32), rotations=30)
    means = {m: np.mean([score.purity for score in scores if score.method == m]) for m in rotations.MEASURED}
    null = np.mean([score.null_purity[2] for score in scores])
    assert means["neurons"] > null + 0.05 and means["symmetric"] > null + 0.05


# --- refusals ---

PLAIN = layer_of(np.stack([X, Y]))
ROTATED_90 = np.rot90(np.arange(SIZE * SIZE).reshape(SIZE, SIZE))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"method": "varimin"}, "method must be one of pca, .*did you mean 'varimax'"),
        ({"layer": 1}, "layer must be a whole number of at least 0 and at most 0, got 1"),
        ({"layer": "0"}, "layer must be a whole number"),
        ({"symmetry": "mirror"}, "symmetry must be one of mirror_x, mirror_y, rotate_180"),
        ({"symmetry": ROTATED_90}, "symmetry must be .* undoes itself, got .*moves pixels"),
        ({"symmetry": np.arange(9)}, "symmetry must be .* order of all 256 pixels"),
        ({"symmetry": np.arange(256.0)}, "symmetry must be .* order of all 256 pixels"),
        ({"symmetry": np.zeros(256, dtype=int)}, "symmetry must be .* order of all 256 pixels"),
        ({"least": -0.1}, "least must be a finite number of at least 0 and at most 1"),
        ({"least": float("nan")}, "least must be a finite number"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"seed": None}, "seed must be a whole number"),
        ({"maps": "skull"}, "maps must be the FeatureMaps of a network, got 'skull'"),
    ],
)
def test_what_cannot_be_used_is_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        components(**{"maps": PLAIN, "layer": 0, **wrong})  # type: ignore[arg-type]
    others = {name: value for name, value in wrong.items() if name not in ("layer", "method")}
    if others:
        with pytest.raises(BadInput, match=sentence):
            compare_bases(**{"maps": PLAIN, **others})  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [0, 1.5, True])
def test_a_null_needs_a_whole_number_of_rotations(count: object) -> None:
    with pytest.raises(BadInput, match="rotations must be a whole number of at least 1"):
        compare_bases(PLAIN, rotations=count)  # type: ignore[arg-type]


@pytest.mark.parametrize("shares", [[], [1.2], [-0.1], [float("nan")]])
def test_purity_is_of_shares(shares: list[float]) -> None:
    with pytest.raises(BadInput, match="shares must be one or more numbers of at least 0 and at most 1"):
        purity(np.array(shares))


@pytest.mark.parametrize("weights", [[1], [0, 0], [-1, 2], [float("nan"), 1]])
def test_purity_is_weighted_by_as_many_weights_as_shares(weights: list[float]) -> None:
    with pytest.raises(BadInput, match="weights must be 2 numbers of at least 0, not all of them 0"):
        purity(np.array([0, 1]), weights=np.array(weights))


@pytest.mark.parametrize("shape", [(0, 4, 4), (4, 4)])
def test_sparseness_is_of_maps(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="maps must be one or more maps"):
        sparseness(np.zeros(shape))


def test_the_smallest_picture_can_be_taken_apart() -> None:
    maps = feature_maps(random_network(Architecture.parse("1;sin:3"), 0), 2)
    for method in rotations.METHODS:
        assert len(components(maps, 0, method=method)) <= 3
