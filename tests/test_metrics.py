"""Measures have known answers on toys, keep still under what changes nothing, and agree with plain second opinions."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from genomes import networks
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import measuring, metrics, transforms
from fer_utils.checks import BadInput
from fer_utils.cppn import Network
from fer_utils.measuring.toys import toy_network
from fer_utils.metrics import rejected
from fer_utils.rotations.space import mirrored

SIZE = 64
ORDER = mirrored("mirror_x", SIZE)
OPEN = {name: measuring.insides_of(toy_network(name), SIZE) for name in measuring.TOYS}


def numbers(insides: metrics.Insides) -> dict[str, float]:
    order = mirrored("mirror_x", insides.size)
    units = metrics.functional_units(insides)
    return {
        "P": metrics.feature_mixing(insides, units, order),
        "G": metrics.basis_free_mixing(insides, order),
        "X": metrics.response_mixing(insides, order),
        "N": metrics.response_modes(insides),
        "S": metrics.region_modes(insides, metrics.segments(insides.picture, order)),
        "K": len(units),
    }


FOUND = {name: numbers(insides) for name, insides in OPEN.items()}


# --- the toys ---


def test_all_unshaded_toys_draw_one_picture() -> None:
    for name in ("FRAC", "FRAC2"):
        np.testing.assert_allclose(OPEN[name].picture, OPEN["UFR"].picture, atol=4e-7)
    np.testing.assert_allclose(OPEN["ENT"].picture, OPEN["UFR+shade"].picture, atol=1e-12)


@pytest.mark.parametrize("measure", ["P", "G", "X"])
def test_the_unified_toy_mixes_nothing(measure: str) -> None:
    assert FOUND["UFR"][measure] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ["UFR+shade", "FRAC", "ENT"])
def test_basis_free_mixing_does_not_see_a_linear_remix(name: str) -> None:
    assert FOUND[name]["G"] == pytest.approx(0, abs=1e-9)


def test_one_odd_unit_is_pure() -> None:
    assert FOUND["UFR+shade"]["P"] == pytest.approx(0, abs=1e-9)


def test_fracture_is_seen() -> None:
    assert FOUND["FRAC"]["P"] > 0.7
    assert FOUND["FRAC2"]["P"] > 0.5
    assert FOUND["FRAC2"]["G"] > 0.1
    assert FOUND["FRAC"]["N"] > 1.3 * FOUND["UFR"]["N"]
    assert FOUND["FRAC2"]["N"] > 2 * FOUND["UFR"]["N"]
    assert FOUND["FRAC2"]["S"] > FOUND["FRAC"]["S"] > FOUND["UFR"]["S"]
    assert FOUND["FRAC"]["X"] > 0.6


def test_entanglement_of_linear_channels_is_seen_by_p_alone() -> None:
    assert FOUND["ENT"]["P"] > 0.1
    assert FOUND["ENT"]["N"] < 1.3 * FOUND["UFR+shade"]["N"]


def test_functional_units_are_the_nodes_that_a_person_would_count() -> None:
    assert {name: FOUND[name]["K"] for name in ("UFR", "UFR+shade", "FRAC", "FRAC2")} == {
        "UFR": 7,
        "UFR+shade": 8,
        "FRAC": 14,
        "FRAC2": 26,
    }


def test_the_regions_of_the_toys_are_the_background_the_eyes_and_the_cheeks() -> None:
    regions = metrics.segments(OPEN["UFR"].picture, ORDER)
    assert len(regions) == 3
    assert regions[0].sum() > 3500
    for region in regions:
        np.testing.assert_array_equal(region, region[ORDER])  # both eyes are one region


# --- what changes nothing ---


@pytest.mark.parametrize("name", ["UFR+shade", "FRAC2"])
@pytest.mark.parametrize(
    ("change", "modes"),
    [
        (lambda network: transforms.permute(network, seed=1), 0.15),
        (lambda network: transforms.rescale(network, seed=1, most=1), 0.15),
        (lambda network: transforms.duplicate(network, "gaussian", seed=1), 0.15),
        (lambda network: transforms.add_dead(network, "sigmoid", seed=1), 0.15),
    ],
    ids=["permute", "flip signs", "duplicate", "add dead"],
)
def test_measures_keep_still_where_nothing_changes(name: str, change, modes: float) -> None:
    other = numbers(measuring.insides_of(change(toy_network(name)), SIZE))
    for measure in ("P", "G"):
        assert other[measure] == pytest.approx(FOUND[name][measure], abs=3e-3)
    assert other["K"] == FOUND[name]["K"]
    for measure in ("N", "S"):
        assert other[measure] == pytest.approx(FOUND[name][measure], rel=modes)


@pytest.mark.parametrize("name", ["UFR", "FRAC", "FRAC2"])
def test_resolution_changes_little(name: str) -> None:
    fine = numbers(measuring.insides_of(toy_network(name), 2 * SIZE))
    assert fine["P"] == pytest.approx(FOUND[name]["P"], abs=6e-3)
    assert fine["G"] == pytest.approx(FOUND[name]["G"], abs=6e-3)
    assert fine["N"] == pytest.approx(FOUND[name]["N"], rel=0.15)


@settings(max_examples=15)
@given(networks(most_depth=3), st.integers(0, 99))
def test_a_rotation_of_linear_channels_leaves_basis_free_mixing(network: Network, seed: int) -> None:
    turned = measuring.insides_of(transforms.rotate_linear(network, seed=seed), 16)
    order = mirrored("mirror_x", 16)
    # Which weak directions are left out may change at the edge of the threshold, and nothing else.
    before = metrics.basis_free_mixing(measuring.insides_of(network, 16), order)
    after = metrics.basis_free_mixing(turned, order)
    assert np.isnan(before) == np.isnan(after)
    if np.isfinite(before):
        assert 0 <= after <= 1


def test_another_symmetry_is_another_order_of_the_pixels() -> None:
    turned = mirrored("mirror_y", SIZE)
    units = metrics.functional_units(OPEN["UFR"])
    assert metrics.feature_mixing(OPEN["UFR"], units, ORDER) == pytest.approx(0, abs=1e-9)
    assert metrics.feature_mixing(OPEN["UFR"], units, turned) > 0.1


# --- second opinions ---


@given(networks(most_depth=3))
@settings(max_examples=10)
def test_response_maps_are_what_a_small_step_does(network: Network) -> None:
    insides = measuring.insides_of(network, 8)
    strengths = metrics.weight_strengths(insides)
    for layer, row, column in metrics.sample_weights(strengths, count=6, seed=0):
        step = 1e-6
        value = network.weights[layer][row, column]
        ends = [network.with_weights({(layer, row, column): value + sign * step}).image(8) for sign in (-1, 1)]
        slope = np.moveaxis((ends[1] - ends[0]) / (2 * step), -1, 0).reshape(3, -1)
        exact = metrics.response_maps(insides, [(layer, row, column)])[0]
        smooth = np.abs(slope - exact) < 1e-3 * (1 + np.abs(exact))
        assert smooth.mean() > 0.95  # clips, sectors of hue and ReLU have corners; a few pixels may sit on one
        assert strengths[layer][row, column] == pytest.approx(np.sqrt((exact**2).mean()))


def test_modes_count_what_is_independent() -> None:
    assert metrics.modes(np.ones((5, 4))) == pytest.approx(1)
    twice = np.repeat(np.eye(3), 2, axis=0)
    pairs = list(itertools.permutations(range(6), 2))
    alike = np.mean([abs(float(twice[a] @ twice[b])) for a, b in pairs])
    assert metrics.modes(twice) == pytest.approx(1 / alike)
    assert metrics.modes(np.eye(4)) == np.inf
    assert np.isnan(metrics.modes(np.ones((1, 4))))
    assert np.isnan(metrics.modes(np.zeros((7, 4))))


@given(st.integers(0, 2**16))
@settings(max_examples=20)
def test_mixing_is_that_of_the_two_parts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = mirrored("mirror_x", 6)
    a, b = rng.normal(size=(2, 36))
    even, odd = a + a[order], b - b[order]
    even -= even.mean()
    share = (even @ even) / (even @ even + odd @ odd)
    assert metrics.mixing((even + odd)[None], order)[0] == pytest.approx(4 * share * (1 - share))
    assert metrics.mixing(np.stack([even, odd]), order) == pytest.approx([0, 0], abs=1e-12)


def test_layer_mixing_agrees_with_scipys_generalised_eigenvalues() -> None:
    from scipy.linalg import eigh

    maps = np.random.default_rng(3).normal(size=(5, SIZE**2))
    scored = (maps - maps.mean(1, keepdims=True)) / maps.std(1, keepdims=True)
    even, odd = (scored + scored[:, ORDER]) / 2, (scored - scored[:, ORDER]) / 2
    shares = eigh(even @ even.T, even @ even.T + odd @ odd.T, eigvals_only=True)
    assert metrics.layer_mixing(maps, ORDER) == pytest.approx(float((4 * shares * (1 - shares)).mean()))


def test_influence_says_how_far_a_unit_moves_the_picture() -> None:
    insides = OPEN["UFR+shade"]
    units = metrics.functional_units(insides)
    shade = next(
        unit
        for unit in units
        if metrics.mixing(metrics.unit_maps(insides, [unit]), np.arange(SIZE**2))[0] == 0
        and np.allclose(metrics.unit_maps(insides, [unit])[0], -metrics.unit_maps(insides, [unit])[0][ORDER])
    )
    away = metrics.unit_maps(insides, [shade])[0]
    # Brightness reads the shade with weight .12, and the picture has three channels of it.
    assert shade.influence == pytest.approx(0.12 * away.std(), rel=1e-6)


def test_needed_weights_are_the_fewest_that_keep_the_picture() -> None:
    flat = np.array([3.0, 0.001, -2.0, 0.0, 1.0])
    found = metrics.needed_weights(flat, lambda row: np.array([row.sum()]), error=1e-4)
    assert found.kept == 3
    assert found.bits == pytest.approx(np.log2(10) + 48)
    assert metrics.needed_weights(flat, lambda row: np.zeros(1)).kept == 0


def test_locality_is_one_where_each_weight_keeps_to_its_region() -> None:
    half = np.arange(16) < 8
    insides = dataclasses.replace(
        OPEN["UFR"],
        size=4,
        inputs=np.ones((1, 16)),
        layers=(),
        pulls=(),
        reads=(np.stack([half, ~half]).astype(float),),
        errors=(np.ones((3, 1, 16)),),
        outputs=np.ones((1, 16)),
        picture=np.ones((3, 16)),
    )
    assert metrics.locality(insides, [half, ~half]) == pytest.approx(1)
    everywhere = dataclasses.replace(insides, reads=(np.ones((2, 16)),))
    assert metrics.locality(everywhere, [half, ~half]) == pytest.approx(0)
    assert np.isnan(metrics.locality(everywhere, [half]))


# --- the rejected ones do fail as they are said to ---


def test_the_rejected_measures_fail_as_the_book_says() -> None:
    plain, fine = OPEN["UFR"], measuring.insides_of(toy_network("UFR"), 2 * SIZE)
    assert rejected.roughness(fine) < 0.6 * rejected.roughness(plain)  # halves when the resolution doubles
    turned = OPEN["ENT"]
    assert rejected.compressed_size(turned) > 1.1 * rejected.compressed_size(OPEN["UFR+shade"])
    dead = measuring.insides_of(transforms.add_dead(toy_network("UFR"), "gaussian", 6, seed=0), SIZE)
    for measure in (rejected.roughness, rejected.effective_dimension, rejected.redundancy):
        assert measure(dead) != pytest.approx(measure(plain), rel=0.02)
    assert rejected.alignment(OPEN["UFR"], OPEN["FRAC2"]) > 0.5
    regions = metrics.segments(plain.picture, ORDER)
    assert 0 < rejected.best_unit_per_region(plain, regions) <= 1
    assert 0 < rejected.spatial_share(plain) <= 1
    assert 0 < rejected.response_overlap(plain) <= 1
    assert 0 < rejected.effective_rank(plain) <= 1


# --- refusals ---


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadInput, match="pulls of layer 0 must be of shape"):
        dataclasses.replace(OPEN["UFR"], pulls=tuple(pull[:2] for pull in OPEN["UFR"].pulls))
    with pytest.raises(BadInput, match="picture must be an array of 4096 columns"):
        dataclasses.replace(OPEN["UFR"], picture=np.ones((3, 7)))
    with pytest.raises(BadInput, match="responses must be an array"):
        metrics.modes(np.ones(3))
    with pytest.raises(BadInput, match="influence must be a finite number of at least 0"):
        metrics.functional_units(OPEN["UFR"], influence=-1)
