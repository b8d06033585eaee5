"""The paper's training step, written plainly in JAX from the maths: what "current JAX" means in the tables.

Full batch, mean squared error in RGB, the whole gradient divided by its norm, then Adam; many steps in one compiled
scan, so that no call's overhead is counted. Values are ``(pixels, neurons)``, the layout a reader of JAX expects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from fer_utils.cppn import Architecture
from fer_utils.training.problem import unflatten

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "cache": lambda x: x,
    "identity": lambda x: x,
    "sin": jnp.sin,
    "cos": jnp.cos,
    "tanh": jnp.tanh,
    "sigmoid": lambda x: 2 * jax.nn.sigmoid(x) - 1,
    "gaussian": lambda x: 2 * jnp.exp(-(x**2)) - 1,
    "relu": jax.nn.relu,
}


def image(weights: list[Any], architecture: Architecture, inputs: Any) -> Any:
    """Draw ``(pixels, 3)`` from ``(pixels, 4)``."""
    values = inputs
    for matrix in weights[:-1]:
        sums = values @ matrix
        values = jnp.concatenate([FUNCTIONS[name](sums[:, part]) for name, part in architecture.slices], axis=1)
    hue, saturation, brightness = (values @ weights[-1]).T
    return hsv_to_rgb((hue + 1) % 1, jnp.clip(saturation, 0, 1), jnp.clip(jnp.abs(brightness), 0, 1))


def hsv_to_rgb(hue: Any, saturation: Any, value: Any) -> Any:
    """Turn hue, saturation and value, each ``(pixels,)``, into ``(pixels, 3)``."""
    places = (jnp.array([5.0, 3.0, 1.0]) + 6 * hue[:, None]) % 6
    part = jnp.clip(jnp.minimum(places, 4 - places), 0, 1)
    return value[:, None] * (1 - saturation[:, None] * part)


def make_steps(
    architecture: Architecture, inputs: np.ndarray, target: np.ndarray, *, rate: float
) -> tuple[Callable[..., Any], Callable[..., Any], Callable[[np.ndarray], Any]]:
    """Compile nothing yet; return what does.

    Args:
        architecture: Of the network.
        inputs: ``(4, pixels)`` float32.
        target: ``(3, pixels)`` float32.
        rate: Learning rate.

    Returns:
        ``steps(state, count)``, which gives the state and the last loss; ``loss_and_gradient(weights)``; and
        ``start(flat weights)``, which gives a state.
    """
    grid, goal = jnp.asarray(inputs.T), jnp.asarray(target.T)
    rule = optax.adam(rate)

    def loss(weights: list[Any]) -> Any:
        return jnp.mean((image(weights, architecture, grid) - goal) ** 2)

    def step(state: Any, _: Any) -> tuple[Any, Any]:
        weights, memory = state
        value, gradient = jax.value_and_grad(loss)(weights)
        norm = jnp.sqrt(sum(jnp.sum(part**2) for part in gradient))
        norm = jnp.where(norm == 0, 1.0, norm)  # a network without a gradient stays where it is
        gradient = jax.tree.map(lambda part: part / norm, gradient)
        change, memory = rule.update(gradient, memory)
        return (optax.apply_updates(weights, change), memory), value

    def steps(state: Any, count: int) -> tuple[Any, Any]:
        state, losses = jax.lax.scan(step, state, None, length=count)
        return state, losses[-1]

    def start(flat: np.ndarray) -> Any:
        weights = [jnp.asarray(matrix) for matrix in unflatten(architecture, flat)]
        return weights, rule.init(weights)

    return jax.jit(steps, static_argnums=1), jax.jit(jax.value_and_grad(loss)), start
