"""The scalar functions a node may apply, in one registry for numpy arrays and torch tensors alike.

Two conventions bite. ``sigmoid`` and ``gaussian`` are the shifted ones of Picbreeder, with values in
(-1, 1]: sigmoid(x) = 2σ(x) - 1 and gaussian(x) = 2 exp(-x²) - 1. ``cache`` is the identity under
another name: a neuron that only carries a value on to the next layer (paper, appendix on layerization).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from fer_utils.checks import one_of

FORMULAS: dict[str, str] = {
    "cache": "x, carried on",
    "identity": "x",
    "sin": "sin x",
    "cos": "cos x",
    "tanh": "tanh x",
    "sigmoid": "2 / (1 + exp(-x)) - 1",
    "gaussian": "2 exp(-x²) - 1",
    "relu": "max(x, 0)",
}

NAMES: tuple[str, ...] = tuple(FORMULAS)


def apply(name: str, values: Any) -> Any:
    """Apply a named activation to every element.

    Args:
        name: One of ``NAMES``.
        values: numpy array or torch tensor of any shape and float dtype.

    Returns:
        The same kind, shape and dtype as ``values``.

    Raises:
        BadInput: The name is unknown; the message lists the known ones.

    Source: paper, section on CPPNs; formulas as in Picbreeder.
    """
    return _FUNCTIONS[one_of("activation", name, NAMES)](values)


def _library(values: Any) -> Any:
    return torch if isinstance(values, torch.Tensor) else np


def _keep(values: Any) -> Any:
    return values


def _sigmoid(values: Any) -> Any:
    # 2σ(x) - 1 = tanh(x / 2): one call, no overflow for large negative x.
    return _library(values).tanh(values * 0.5)


def _gaussian(values: Any) -> Any:
    return _library(values).exp(-values * values) * 2 - 1


def _relu(values: Any) -> Any:
    return torch.relu(values) if isinstance(values, torch.Tensor) else np.maximum(values, 0)


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "cache": _keep,
    "identity": _keep,
    "sin": lambda values: _library(values).sin(values),
    "cos": lambda values: _library(values).cos(values),
    "tanh": lambda values: _library(values).tanh(values),
    "sigmoid": _sigmoid,
    "gaussian": _gaussian,
    "relu": _relu,
}
