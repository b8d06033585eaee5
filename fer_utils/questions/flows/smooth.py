"""A CPPN without kinks: its last layer says red, green and blue themselves, and nothing is clipped while it learns.

The book's own networks clip saturation and brightness and turn the hue in a circle, so their loss has kinks, at which a
gradient flow is not one thing. Here is the same network up to its last layer, and then plain numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from fer_utils import activations, images, training
from fer_utils.checks import bad, real
from fer_utils.cppn import Architecture, forward
from fer_utils.images import Array
from fer_utils.measuring.networks import derivatives
from fer_utils.metrics import Insides
from fer_utils.training.gradient import SLOPES

Tensor = torch.Tensor


@dataclass(frozen=True, eq=False)
class Smooth:
    """Networks of one architecture that learn one picture.

    Args:
        architecture: Of the hidden layers; the readout gives red, green and blue.
        target: ``(size, size, 3)`` floats in [0, 1].

    Raises:
        BadInput: The architecture has functions with kinks, or the target is no picture.

    Source: ours.
    """

    architecture: Architecture
    target: Array

    def __post_init__(self) -> None:
        """Check both."""
        if "relu" in dict(self.architecture.groups):
            raise bad("architecture", "one of smooth functions only", str(self.architecture))
        object.__setattr__(self, "target", images.checked_image("target", self.target))

    @property
    def outputs(self) -> int:
        """How many numbers are learnt: pixels times channels."""
        return self.target.size

    def start(self, seeds: Sequence[int], *, gain: float = 1.0) -> Array:
        """Draw first weights as everywhere in this book: ``(seeds, n)``."""
        factor = real("gain", gain, above=0)
        return np.stack([training.initialise(self.architecture, seed, gain=factor).flat() for seed in seeds])

    def pictures(self, weights: Array, size: int | None = None) -> Array:
        """Draw: ``(seeds, 3, pixels)``, on the target's grid or another, as raw numbers."""
        _, drawn = forward(self._matrices(torch.tensor(np.atleast_2d(weights))), self.architecture, self._points(size))
        return np.asarray(drawn)

    def losses(self, weights: Array) -> Array:
        """Return the mean squared errors, ``(seeds,)``."""
        return np.asarray(((self.pictures(weights) - self._wanted().numpy()) ** 2).mean(axis=(1, 2)))

    def slopes(self, weights: Array) -> Array:
        """Return the gradient of each network's mean squared error: ``(seeds, n)``.

        The way back is written by hand, as in `training.gradient`: steps are so small here that autograd's bookkeeping
        would be most of the work.
        """
        matrices = self._matrices(torch.tensor(np.atleast_2d(weights)))
        values, bends = self._forward(matrices)
        pull = (values[-1] - self._wanted()) * (2 / self.outputs)
        pieces: list[Tensor] = []
        for layer in range(len(matrices) - 1, -1, -1):
            pieces.append((values[layer] @ pull.transpose(1, 2)).flatten(1))
            if layer:
                pull = (matrices[layer] @ pull) * bends[layer - 1]
        return np.asarray(torch.cat(pieces[::-1], dim=1))

    def jacobian(self, weights: Array) -> Array:
        """Return how one network's picture moves with its weights, on the target's grid: ``(3 * pixels, n)``."""
        draw = self._drawing(None)
        flat = torch.tensor(np.asarray(weights, dtype=float))
        return np.asarray(torch.autograd.functional.jacobian(lambda w: draw(w).ravel(), flat, vectorize=True))

    def moving(self, weights: Array, way: Array, size: int | None = None) -> tuple[Array, Array]:
        """Return one network's picture and its derivative along a way in weights: ``(3, pixels)`` each, on any grid."""
        flat, ahead = (torch.tensor(np.asarray(one, dtype=float)) for one in (weights, way))
        found = torch.func.jvp(self._drawing(size), (flat,), (ahead,))
        return np.asarray(found[0]), np.asarray(found[1])

    def sharpness(self, weights: Array, *, rounds: int = 40) -> Array:
        """Return the largest curvature of each network's loss, by power iteration: ``(seeds,)``.

        Source: ours; descent at a rate above 2 over this number runs away from what it approaches.
        """
        flat = torch.tensor(np.atleast_2d(weights)).requires_grad_()
        drawn = forward(self._matrices(flat), self.architecture, self._points(None))[1]
        loss = ((drawn - self._wanted()) ** 2).mean(dim=(1, 2)).sum()
        (slope,) = torch.autograd.grad(loss, flat, create_graph=True)
        way = slope.detach() / slope.detach().norm(dim=1, keepdim=True)
        for _ in range(rounds):
            (turned,) = torch.autograd.grad((slope * way).sum(), flat, retain_graph=True)
            found = (turned * way).sum(dim=1)
            way = turned / turned.norm(dim=1, keepdim=True)
        return np.asarray(found.detach())

    def insides(self, weights: Array, size: int = 64, *, seen: Array | None = None, label: str = "") -> Insides:
        """Open one network for the measures.

        Args:
            weights: ``(n,)``.
            size: Side length of the measures' grid, even.
            seen: ``(3, pixels)``, the picture that is seen, where it is not the network's own: that of a linearised
                one, whose derivatives are these all the same.
            label: What tables call it.

        Returns:
            Its values and derivatives; beyond 0 and 1 the picture is clipped, and does not move.
        """
        points = self._points(size)
        matrices = self._matrices(torch.tensor(np.asarray(weights, dtype=float))[None])
        sums, hidden, below = [], [], points
        for layer, matrix in enumerate(matrices):
            total = matrix[0].T @ below
            sums.append(total if layer else total.requires_grad_())
            if layer < self.architecture.depth:
                below = torch.cat([activations.apply(name, sums[-1][part]) for name, part in self.architecture.slices])
                hidden.append(below)
        own = sums[-1].detach().numpy()
        shown = own if seen is None else np.asarray(seen)
        moves = ((shown > 0) & (shown < 1)).astype(float)[:, None]
        pulls = [pull * moves for pull in derivatives(sums[-1], [*hidden, *sums])]
        layers = tuple(one.detach().numpy() for one in hidden)
        given, depth = points.numpy(), self.architecture.depth
        reads = (given, *layers)
        ways = (tuple(pulls[:depth]), reads, tuple(pulls[depth:]))
        return Insides(label, size, given, layers, *ways, shown, shown.clip(0, 1))

    def _drawing(self, size: int | None) -> Callable[[Tensor], Tensor]:
        points = self._points(size)
        return lambda flat: forward(self._matrices(flat[None]), self.architecture, points)[1][0]

    def _wanted(self) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(np.moveaxis(self.target, -1, 0).reshape(3, -1)))

    def _points(self, size: int | None) -> Tensor:
        side = len(self.target) if size is None else size
        return torch.from_numpy(images.coordinates(side).reshape(4, -1))

    def _matrices(self, flat: Tensor) -> list[Tensor]:
        """View ``(seeds, n)`` weights as one ``(seeds, in, out)`` stack for each layer."""
        counts = [rows * columns for rows, columns in self.architecture.shapes]
        parts = flat.split(counts, dim=1)
        return [part.unflatten(1, shape) for part, shape in zip(parts, self.architecture.shapes, strict=True)]

    def _forward(self, matrices: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Return what each layer reads, the picture last, and each hidden layer's slopes."""
        values = [self._points(None).expand(len(matrices[0]), -1, -1)]
        bends = []
        for matrix in matrices[:-1]:
            sums = matrix.transpose(1, 2) @ values[-1]
            bent = [activations.apply(name, sums[:, part]) for name, part in self.architecture.slices]
            bends.append(torch.cat([self._slope(sums, piece, place) for place, piece in enumerate(bent)], dim=1))
            values.append(torch.cat(bent, dim=1))
        return [*values, matrices[-1].transpose(1, 2) @ values[-1]], bends

    def _slope(self, sums: Tensor, bent: Tensor, place: int) -> Tensor:
        name, part = self.architecture.slices[place]
        return SLOPES[name](sums[:, part], bent) if name in SLOPES else torch.ones_like(bent)
