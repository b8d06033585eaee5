"""Training of networks that draw many images: the paper's step, on pixels drawn from all images at once.

Every step looks at as many pixels whatever the number of images, so that a step costs the same and sees the same. Under
its code each image has an ordinary network (`conditioned`), whose gradient any engine can give; what the gradients of
all images say of the shared weights is their mean, and what they say of the constant input is passed on to the code.

A stack of networks is trained in one go, each on its own images and as if it were alone: one conditioned network on n
images, or n networks on one image each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fer_utils import images
from fer_utils.checks import bad, real, whole
from fer_utils.cppn import Architecture
from fer_utils.cppn.network import forward
from fer_utils.studies.many.conditioned import BIAS, Conditioned
from fer_utils.training.descent import BETA_1, BETA_2, EPSILON, learning_rate
from fer_utils.training.fused import FusedEngine, obstacle
from fer_utils.training.problem import Flat, Problem, unflatten
from fer_utils.training.recipe import Recipe
from fer_utils.training.stepping import torch_threads

PIXELS = 2048  # looked at in each step, over all images
Look = Callable[[Flat, Flat, Flat], Flat]


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a stack of S networks is to draw.

    Args:
        codes: ``(S, n, k)``: for each network the codes of its images; k may be 0.
        images: ``(S, n, size, size, 3)`` in [0, 1].

    Raises:
        BadInput: There are more or fewer images than codes.

    Source: ours.
    """

    codes: NDArray[np.float64]
    images: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check the shapes."""
        if self.codes.ndim != 3 or self.images.ndim != 5 or self.images.shape[:2] != self.codes.shape[:2]:
            raise bad("images", f"{self.codes.shape[:2]} pictures of shape (size, size, 3)", self.images)


def descend(
    starts: Sequence[Conditioned],
    lesson: Lesson,
    recipe: Recipe,
    *,
    seed: int,
    stops: Sequence[int],
    decay: float = 0.0,
    pixels: int = PIXELS,
) -> Iterator[tuple[int, list[Conditioned]]]:
    """Train a stack of networks, and hand them over at some steps.

    Args:
        starts: S networks of one architecture, with as many code values as the lesson's codes.
        lesson: What each is to draw.
        recipe: Steps, learning rate and schedule; the optimiser is Adam on a normalised gradient.
        seed: Of the pixels that are drawn.
        stops: Rising steps at which networks are handed over; 0 is the start.
        decay: At every step weights shrink by this times the learning rate (decoupled, as in AdamW).
        pixels: How many pixels a step looks at, over all images.

    Yields:
        The step, and the networks as they stand.

    Raises:
        BadInput: Networks and lesson do not fit.

    Source: the paper's step; drawn pixels and many images ours; the decay is Loshchilov and Hutter's, 2019.
    """
    shrink, values = real("decay", decay, least=0), lesson.codes.shape[2]
    if len(starts) != len(lesson.codes) or any(one.values != values for one in starts):
        raise bad("starts", f"{len(lesson.codes)} networks with {values} code values", [one.values for one in starts])
    shape, board = starts[0].architecture, _Board(lesson, seed, whole("pixels", pixels, least=1))
    folding, look = _Folding(shape, lesson.codes), _looker(shape, lesson)
    weights = np.stack([_flat(one) for one in starts]).astype(np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    step = 0
    for stop in stops:
        while step < stop:
            direction = _normalised(folding.back(look(folding.out(weights), *board.drawn())))
            rate = learning_rate(recipe, step)
            first += (1 - BETA_1) * (direction - first)
            second += (1 - BETA_2) * (direction**2 - second)
            step += 1
            mean, spread = first / (1 - BETA_1**step), np.sqrt(second / (1 - BETA_2**step)) + EPSILON
            weights *= np.float32(1 - rate * shrink)
            weights -= (rate * mean / spread).astype(np.float32)
        yield stop, [_made(row, shape, values, seed, stop) for row in weights.astype(np.float64)]


class _Folding:
    """From weights with code rows to those of the ordinary network of each image, and the gradients' way back."""

    def __init__(self, shape: Architecture, codes: NDArray[np.float64]) -> None:
        width, self.codes = shape.width, codes.astype(np.float32)
        inputs, values = len(images.INPUTS), codes.shape[2]
        self.plain, self.more = inputs * width, values * width
        self.bias = slice(BIAS * width, (BIAS + 1) * width)

    def out(self, weights: Flat) -> Flat:
        """From ``(S, n)`` with code rows to ``(S * images, m)`` without."""
        stack, number = self.codes.shape[:2]
        rows = weights[:, self.plain : self.plain + self.more].reshape(
            stack, self.codes.shape[2], self.bias.stop - self.bias.start
        )
        plain = np.concatenate([weights[:, : self.plain], weights[:, self.plain + self.more :]], axis=1)
        folded = np.repeat(plain[:, None], number, axis=1)
        if self.more:
            folded[:, :, self.bias] += self.codes @ rows
        return np.ascontiguousarray(folded.reshape(stack * number, -1))

    def back(self, gradients: Flat) -> Flat:
        """From the gradients of the images' networks to the mean gradient of the weights with code rows."""
        stack, number = self.codes.shape[:2]
        each = gradients.reshape(stack, number, -1)
        rows = (np.swapaxes(self.codes, 1, 2) @ each[:, :, self.bias]).reshape(stack, self.more) / number
        shared = each.mean(axis=1)
        return np.concatenate([shared[:, : self.plain], rows, shared[:, self.plain :]], axis=1)


class _Board:
    """Draws pixels: the inputs and colours that one step looks at, for the network of each image."""

    def __init__(self, lesson: Lesson, seed: int, pixels: int) -> None:
        stack, number, side = lesson.images.shape[:3]
        self.count, self.all = max(1, pixels // number // stack), stack * number
        self.rng = np.random.Generator(np.random.PCG64([seed, 2]))
        self.points = images.coordinates(side).reshape(4, -1).astype(np.float32)
        self.colours = lesson.images.reshape(self.all, -1, 3).astype(np.float32)

    def drawn(self) -> tuple[Flat, Flat]:
        """Return inputs ``(images, 4, count)`` and colours ``(images, 3, count)``."""
        which = self.rng.integers(self.points.shape[1], size=(self.all, self.count))
        inputs = np.swapaxes(self.points[:, which], 0, 1)
        colours = np.swapaxes(self.colours[np.arange(self.all)[:, None], which], 1, 2)
        return np.ascontiguousarray(inputs), np.ascontiguousarray(colours)


def _looker(shape: Architecture, lesson: Lesson) -> Look:
    """Return what gives gradients: the compiled kernel, or torch where there is no compiler."""
    if obstacle() is not None:
        return lambda weights, inputs, colours: torch_gradients(shape, weights, inputs, colours)
    engine = FusedEngine(Problem(shape, lesson.images[0, :1], Recipe(steps=1)), device="cpu", threads=1)
    return lambda weights, inputs, colours: engine.gradients_on(weights, inputs, colours)[1]


def torch_gradients(shape: Architecture, weights: Flat, inputs: Flat, colours: Flat) -> Flat:
    """Return each network's gradient of its own mean squared error, by autograd.

    Args:
        shape: Of the networks.
        weights: ``(S, n)``.
        inputs: ``(S, 4, pixels)``.
        colours: ``(S, 3, pixels)``.

    Source: ours.
    """
    with torch_threads(1):
        flats = [torch.tensor(row, requires_grad=True) for row in weights]
        matrices = [torch.stack(ones) for ones in zip(*(unflatten(shape, flat) for flat in flats), strict=True)]
        _, raw = forward(matrices, shape, torch.from_numpy(inputs))
        made = images.colour(raw.transpose(0, 1)).transpose(0, 1)
        loss = (made - torch.from_numpy(colours)).square().mean(dim=(1, 2)).sum()
        return np.stack([one.numpy() for one in torch.autograd.grad(loss, flats)])


def _normalised(gradients: Flat) -> Flat:
    """Give every network's gradient the length 1; one that is zero stays zero."""
    exact = gradients.astype(np.float64)
    norms = np.linalg.norm(exact, axis=1, keepdims=True)
    return (exact / np.where(norms == 0, 1, norms)).astype(np.float32)


def _flat(network: Conditioned) -> Any:
    return np.concatenate([matrix.ravel() for matrix in network.matrices()])


def _made(row: Any, shape: Architecture, values: int, seed: int, step: int) -> Conditioned:
    split = (len(images.INPUTS) + values) * shape.width
    first, rest, others = row[:split].reshape(-1, shape.width), row[split:], []
    for rows, columns in shape.shapes[1:]:
        others.append(rest[: rows * columns].reshape(rows, columns).copy())
        rest = rest[rows * columns :]
    return Conditioned(shape, first.copy(), tuple(others), f"seed {seed}, step {step:,}")
