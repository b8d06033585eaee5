"""The measures of fracture for classifiers: toys whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from test_questions import easy
from torch import nn

from fer_utils import metrics, questions
from fer_utils.checks import BadInput
from fer_utils.questions import insides
from fer_utils.questions.models import Attention


def images(count: int = 150, side: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 1, side, side)).astype(np.float32)


def network(weights: np.ndarray) -> nn.Module:
    """Return a fully connected network of one hidden layer with these first weights, ``(width, 1, 4, 4)``."""
    model = questions.build("mlp", easy(), seed=0, width=len(weights), depth=1)
    with torch.no_grad():
        model[1].weight.copy_(torch.from_numpy(weights.reshape(len(weights), -1)))  # type: ignore[index]
    return model


def drawn(width: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(width, 1, 4, 4)).astype(np.float32)


def test_units_that_do_not_see_the_mirror_are_pure_in_any_basis() -> None:
    weights = drawn(6)
    found = insides.fracture(network(weights + weights[..., ::-1]), images())
    assert pytest.approx(0, abs=1e-6) == found.P
    assert pytest.approx(0, abs=1e-6) == found.G
    assert found.K == 6


def test_mirrored_pairs_are_mixed_unit_by_unit_and_pure_in_another_basis() -> None:
    weights = drawn(3)
    model = network(np.concatenate([weights, weights[..., ::-1]]))
    with torch.no_grad():
        model[1].bias[3:].copy_(model[1].bias[:3])  # type: ignore[index]
    found = insides.fracture(model, images())
    assert found.P > 0.5
    assert pytest.approx(0, abs=1e-6) == found.G


def test_units_drawn_at_random_are_mixed_in_any_basis() -> None:
    found = insides.fracture(network(drawn(6)), images())
    assert found.P > 0.5
    assert found.G > 0.3


def test_a_convolution_with_symmetric_filters_is_pure_wherever_the_figure_stands() -> None:
    model = questions.build("cnn", easy(), seed=0, width=4, depth=2)
    with torch.no_grad():
        for part in (model[0], model[3]):  # type: ignore[index]
            part.weight.copy_((part.weight + part.weight.flip(-1)) / 2)
    found = insides.fracture(model, images())
    assert pytest.approx(0, abs=1e-6) == found.P
    assert pytest.approx(0, abs=1e-6) == found.G
    plain = insides.fracture(questions.build("cnn", easy(), seed=0, width=4, depth=2), images())
    assert min(plain.P, plain.G) > 0.1


def test_attention_that_takes_a_patch_for_its_mirror_image_is_pure() -> None:
    model = questions.build("attention", easy(), seed=0, width=8)
    assert isinstance(model, Attention)
    side = 4 // model.patch
    with torch.no_grad():
        patch = model.embed.weight.reshape(8, model.patch, model.patch)
        model.embed.weight.copy_(((patch + patch.flip(-1)) / 2).flatten(1))
        places = model.places.reshape(side, side, 8)
        model.places.copy_(((places + places.flip(1)) / 2).flatten(0, 1))
    found = insides.fracture(model, images())
    assert pytest.approx(0, abs=1e-5) == found.P
    assert pytest.approx(0, abs=1e-4) == found.G


def test_basis_free_mixing_is_that_of_the_pictures_for_narrow_layers_and_the_same_by_the_other_way() -> None:
    rng = np.random.default_rng(0)
    maps, order = rng.normal(size=(5, 40)), np.r_[20:40, 0:20]
    expected = metrics.layer_mixing(maps, order)
    assert insides.layer_mixing(maps, order) == pytest.approx(expected)
    copied = np.concatenate([maps] * 9)  # wider than long; copies add nothing
    assert insides.layer_mixing(copied, order) == pytest.approx(expected)


def test_a_layer_as_wide_as_the_samples_are_many_is_pure_whatever_it_holds() -> None:
    """The warning in the module's words: such a layer can say anything."""
    maps, order = np.random.default_rng(0).normal(size=(60, 40)), np.r_[20:40, 0:20]
    assert insides.layer_mixing(maps, order) == pytest.approx(0, abs=1e-6)


def test_dead_units_and_copies_do_not_count() -> None:
    weights = drawn(4)
    model = network(np.concatenate([weights, weights[:1], -np.zeros_like(weights[:1])]))
    with torch.no_grad():
        model[1].bias[4].copy_(model[1].bias[0])  # type: ignore[index]
    assert insides.fracture(model, images()).K == 4


def test_responses_of_a_linear_model_on_single_pixels_have_the_modes_one_can_count() -> None:
    """Two labels: the weights of one pixel answer alike, those of two pixels at right angles: N = 2 d - 1."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(5, 2, bias=False))
    x = np.eye(5, dtype=np.float32)[:, None]
    assert insides.response_modes(model, x, count=10) == pytest.approx(9)
    assert insides.response_modes(model, x[:1], count=10) == pytest.approx(1)


def test_responses_are_those_of_small_steps() -> None:
    model = questions.build("cnn", easy(), seed=0, width=2).double()
    x = torch.from_numpy(images(3)).double()
    drawn_weights = np.array([0, 20, 50])
    found, _ = insides._responses(model, x, drawn_weights)
    flat = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
    for row, number in enumerate(drawn_weights):
        ends = []
        for step in (1e-5, -1e-5):
            other = flat.clone()
            other[number] += step
            torch.nn.utils.vector_to_parameters(other, model.parameters())
            scores = model(x).detach()
            ends.append((scores - scores.mean(1, keepdim=True)).flatten().numpy())
        torch.nn.utils.vector_to_parameters(flat, model.parameters())
        np.testing.assert_allclose(found[row], (ends[0] - ends[1]) / 2e-5, atol=1e-6)


def test_what_learns_and_what_is_frozen_stays_so_and_nothing_is_measured_of_nothing() -> None:
    model = questions.build("mlp", easy(), seed=0, width=3)
    next(iter(model.parameters())).requires_grad_(False)
    insides.fracture(model, images(20))
    assert [one.requires_grad for one in model.parameters()][:2] == [False, True]
    with pytest.raises(BadInput, match="x must be at least two examples"):
        insides.fracture(model, images(1))
