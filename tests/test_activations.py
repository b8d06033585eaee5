"""Every activation against the formula on paper, in numpy and in torch, with its derivative."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from genomes import FORMULA
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import activations
from fer_utils.checks import BadInput

NAMES = pytest.mark.parametrize("name", activations.NAMES)
VALUES = np.concatenate([np.linspace(-6, 6, 241), [-1e3, -40.0, 40.0, 1e3, 1e-12, -1e-12]])

# The derivatives, by hand.
SLOPE = {
    "cache": lambda t: 1.0,
    "identity": lambda t: 1.0,
    "sin": math.cos,
    "cos": lambda t: -math.sin(t),
    "tanh": lambda t: 1 - math.tanh(t) ** 2,
    "sigmoid": lambda t: 2 * math.exp(-t) / (1 + math.exp(-t)) ** 2,
    "gaussian": lambda t: -4 * t * math.exp(-t * t),
    "relu": lambda t: float(t > 0),
}


def test_the_names_are_the_papers_and_cache() -> None:
    assert activations.NAMES == ("cache", "identity", "sin", "cos", "tanh", "sigmoid", "gaussian", "relu")
    assert tuple(activations.FORMULAS) == activations.NAMES
    assert all(activations.FORMULAS.values())


@NAMES
def test_numpy_agrees_with_the_formula(name: str) -> None:
    moderate = VALUES[np.abs(VALUES) < 100]
    assert np.allclose(activations.apply(name, moderate), [FORMULA[name](t) for t in moderate], rtol=0, atol=1e-14)


@NAMES
def test_torch_agrees_with_numpy(name: str) -> None:
    assert np.allclose(
        activations.apply(name, torch.from_numpy(VALUES)), activations.apply(name, VALUES), rtol=0, atol=1e-15
    )


@NAMES
@given(value=st.floats(-100, 100))
def test_one_value_agrees_with_the_formula(name: str, value: float) -> None:
    assert activations.apply(name, np.array([value]))[0] == pytest.approx(FORMULA[name](value), rel=1e-12, abs=1e-14)


@NAMES
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3, 4)])
def test_shape_and_dtype_stay(name: str, dtype: str, shape: tuple[int, ...]) -> None:
    array = np.ones(shape, dtype=dtype)
    out = activations.apply(name, array)
    assert out.shape == shape and out.dtype == array.dtype
    tensor = activations.apply(name, torch.from_numpy(array))
    assert tuple(tensor.shape) == shape and tensor.dtype == getattr(torch, dtype)


@NAMES
def test_what_comes_in_is_left_alone(name: str) -> None:
    array, tensor = VALUES.copy(), torch.from_numpy(VALUES.copy())
    activations.apply(name, array)
    activations.apply(name, tensor)
    assert np.array_equal(array, VALUES) and np.array_equal(tensor.numpy(), VALUES)


@NAMES
def test_the_gradient_is_the_derivative_on_paper(name: str) -> None:
    values = torch.from_numpy(VALUES[np.abs(VALUES) < 100]).requires_grad_()
    (gradient,) = torch.autograd.grad(activations.apply(name, values).sum(), values)
    assert np.allclose(gradient, [SLOPE[name](t) for t in values.tolist()], rtol=0, atol=1e-13)


@NAMES
def test_the_gradient_is_the_finite_difference(name: str) -> None:
    # No value lies at 0, where relu has a corner.
    values = torch.linspace(-3, 3, 40, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda t: activations.apply(name, t), (values,), eps=1e-6, atol=1e-8)


def test_the_shifted_ones_run_from_minus_one_to_one() -> None:
    far = np.array([-1e6, 0.0, 1e6])
    assert activations.apply("sigmoid", far).tolist() == [-1.0, 0.0, 1.0]
    assert activations.apply("gaussian", far).tolist() == [-1.0, 1.0, -1.0]


@pytest.mark.parametrize("name", ["gauss", "", "sin(x)", None, 3])
def test_an_unknown_name_is_told_the_known_ones(name: object) -> None:
    with pytest.raises(BadInput, match="activation must be one of cache, identity, sin, cos, tanh, sigmoid, gaussian"):
        activations.apply(name, VALUES)  # type: ignore[arg-type]
