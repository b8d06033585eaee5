"""How sharp is a minimum? By the largest curvature, by two measures that no rescaling can change, and by a picture.

The naive measures look at the Hessian of the loss with respect to the weights as they are written: its largest
eigenvalue, and its trace. In a network of ReLUs one layer may be multiplied by any positive number and the next divided
by it; what the network computes stays the same, and the naive measures become whatever one likes. Two measures do not:
*adaptive* sharpness, the largest eigenvalue where each weight is counted in units of its own size; and the
*Fisher-Rao norm*, how far the answers move when all weights grow together.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.questions.sets import Examples, Labels

Array = NDArray[np.float64]
TOLERANCE: Final = 1e-3  # relative, of an eigenvalue
MEASURES: Final = ("top", "trace", "adaptive", "fisher_rao")
WORDS: Final = {
    "top": "top eigenvalue",
    "trace": "trace",
    "adaptive": "adaptive sharpness",
    "fisher_rao": "Fisher-Rao norm",
}


@dataclass(frozen=True)
class Sharpness:
    """A minimum under four measures.

    Args:
        top: Largest eigenvalue of the Hessian of the mean cross-entropy.
        trace: Its trace, estimated.
        adaptive: Largest eigenvalue with each weight in units of its own size.
        fisher_rao: √(θᵀFθ), F the Fisher information of the answers.
    """

    top: float
    trace: float
    adaptive: float
    fisher_rao: float


class Curvature:
    """The Hessian of a loss, as what it does to directions.

    Args:
        loss: Gives the loss, a scalar, from the parameters as they are.
        parameters: The weights; of at least one the loss depends.

    Source: Pearlmutter 1994.
    """

    def __init__(self, loss: Callable[[], Tensor], parameters: Sequence[Tensor]) -> None:
        self.parameters = list(parameters)
        self.size = sum(one.numel() for one in self.parameters)
        value = loss()
        if value.ndim:
            raise bad("loss", "a scalar", f"shape {tuple(value.shape)}")
        self.slopes = torch.autograd.grad(value, self.parameters, create_graph=True)

    def times(self, direction: Array) -> Array:
        """Return the Hessian times a direction, ``(n,)``."""
        pieces = torch.from_numpy(np.ascontiguousarray(direction, dtype=np.float64).ravel()).split(
            [one.numel() for one in self.parameters]
        )
        along = sum(
            (slope * piece.reshape(slope.shape).to(slope.dtype)).sum()
            for slope, piece in zip(self.slopes, pieces, strict=True)
        )
        if not isinstance(along, Tensor) or not along.requires_grad:  # a loss that is linear in all weights
            return np.zeros(self.size)
        found = torch.autograd.grad(along, self.parameters, retain_graph=True, materialize_grads=True)
        return torch.cat([one.flatten() for one in found]).double().numpy()

    def top(self, *, scale: Array | None = None, seed: int = 0) -> float:
        """Return the largest eigenvalue of H, or of S H S for a diagonal S, by Lanczos' method.

        Args:
            scale: ``(n,)`` the diagonal of S; None for ones.
            seed: Of the first direction.

        Source: Lanczos 1950, by SciPy's ARPACK.
        """
        from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

        factor = np.ones(self.size) if scale is None else np.asarray(scale, dtype=np.float64)
        rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
        start = rng.normal(size=self.size)

        def work(direction: Array) -> Array:
            return factor * self.times(factor * direction.ravel())

        if not np.any(work(start)):
            return 0.0
        if self.size < 3:
            columns = [work(column) for column in np.eye(self.size)]
            return float(np.linalg.eigvalsh(np.array(columns))[-1])
        shaped = LinearOperator((self.size, self.size), matvec=work, dtype=np.float64)
        options: dict[str, Any] = {"which": "LA", "tol": TOLERANCE, "v0": start, "maxiter": 1000}
        try:
            return float(eigsh(shaped, k=1, return_eigenvectors=False, **options)[0])
        except ArpackError as error:
            raise BadInput(f"The largest eigenvalue could not be found: {error}.") from None

    def trace(self, *, draws: int = 30, seed: int = 0) -> float:
        """Return an estimate of the trace: the mean of vᵀHv over random signs v.

        Source: Hutchinson 1990.
        """
        rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
        signs = rng.choice([-1.0, 1.0], size=(whole("draws", draws, least=1), self.size))
        return float(np.mean([one @ self.times(one) for one in signs]))


def sharpness(model: nn.Module, x: Examples, y: Labels, *, seed: int = 0, draws: int = 20) -> Sharpness:
    """Measure how sharp a classifier's minimum is, on the examples and labels it was trained on.

    Args:
        model: Gives ``(n, classes)`` scores; it is looked at in double precision, and left as it was.
        x: ``(n, channels, *space)``.
        y: ``(n,)`` labels as they were learnt.
        seed: Of first directions and of the trace's draws.
        draws: Of the trace.

    Source: Keskar et al. 2017 (top); Kwon et al. 2021 (adaptive); Liang et al. 2019 (Fisher-Rao).
    """
    exact = copy.deepcopy(model).double().eval()
    inputs, labels = torch.from_numpy(x).double(), torch.from_numpy(y)
    parameters = list(exact.parameters())
    for one in parameters:
        one.requires_grad_(True)
    curvature = Curvature(lambda: nn.functional.cross_entropy(exact(inputs), labels), parameters)
    sizes = torch.cat([one.detach().abs().flatten() for one in parameters]).numpy()
    return Sharpness(
        top=curvature.top(seed=seed),
        trace=curvature.trace(draws=draws, seed=seed),
        adaptive=curvature.top(scale=sizes, seed=seed),
        fisher_rao=fisher_rao(exact, inputs),
    )


def fisher_rao(model: nn.Module, inputs: Tensor) -> float:
    """Return √(θᵀFθ): how far the answers move, in the Fisher metric, for each unit of growth of all weights.

    Args:
        model: Gives ``(n, classes)`` scores.
        inputs: Of the model's own precision.

    Source: Liang, Poggio, Rakhlin and Stokes 2019, definition 2, with the model's own answers for the labels.
    """
    now = {name: one.detach() for name, one in model.named_parameters()}

    def scores_of(weights: dict[str, Tensor]) -> Tensor:
        return torch.func.functional_call(model, weights, (inputs,))

    scores, moved = torch.func.jvp(scores_of, (now,), (now,))[:2]
    shares = scores.softmax(1)
    spread = (shares * moved**2).sum(1) - (shares * moved).sum(1) ** 2
    return float(spread.clamp(min=0).mean().sqrt())


# --- the same network, written otherwise ---


def rescaled(model: nn.Module, factor: float, *, layer: int = 0) -> nn.Module:
    """Multiply what feeds a layer of ReLUs by a number, and divide what reads it: the same function, other weights.

    Args:
        model: "mlp" or "cnn" of `build`; it is left as it was.
        factor: Above 0.
        layer: Which hidden layer, from 0.

    Returns:
        The rescaled copy.

    Raises:
        BadInput: The model is no sequence of layers, or the factor is not above 0.

    Source: Dinh, Pascanu, Bengio and Bengio 2017, section 3.
    """
    real("factor", factor, above=0)
    if not isinstance(model, nn.Sequential):
        raise bad("model", "a sequence of layers with ReLUs, as build gives it for mlp and cnn", type(model).__name__)
    other = copy.deepcopy(model)
    weighted = [part for part in other if isinstance(part, nn.Linear | nn.Conv1d | nn.Conv2d)]
    whole("layer", layer, least=0, most=len(weighted) - 2)
    with torch.no_grad():
        for one in weighted[layer].parameters():
            one.mul_(factor)
        weighted[layer + 1].weight.div_(factor)
    return other


@torch.no_grad()
def loss_slice(model: nn.Module, x: Examples, y: Labels, *, reach: float, side: int = 25, seed: int = 0) -> Array:
    """Return the loss around a network's weights: along one random direction in its first layer, one in its last.

    Args:
        model: "mlp" or "cnn" of `build`.
        x: ``(n, channels, *space)``.
        y: ``(n,)`` labels.
        reach: How far to either side; both directions have unit length, however large the weights are.
        side: Points along each direction.
        seed: Of the directions.

    Returns:
        ``(side, side)`` mean cross-entropy; down the first layer's direction, across the last one's.

    Source: ours; after Li et al. 2018, who would scale the directions by the weights.
    """
    probe = copy.deepcopy(model).eval()
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    weighted = [part for part in probe.modules() if isinstance(part, nn.Linear | nn.Conv1d | nn.Conv2d)]
    ends = [weighted[0].weight, weighted[-1].weight]
    maker = torch.Generator().manual_seed(whole("seed", seed, least=0))
    ways = [torch.randn(one.shape, generator=maker) for one in ends]
    ways = [way / way.norm() for way in ways]
    start = [one.clone() for one in ends]
    steps = np.linspace(-real("reach", reach, above=0), reach, whole("side", side, least=2))
    found = np.empty((side, side))
    for row, down in enumerate(steps):
        ends[0].copy_(start[0] + down * ways[0])
        for column, across in enumerate(steps):
            ends[1].copy_(start[1] + across * ways[1])
            found[row, column] = float(nn.functional.cross_entropy(probe(inputs), labels))
    return found


# --- does it tell who generalizes? ---


def rank_correlations(sharp: Mapping[Any, Sequence[float]], errors: Mapping[Any, Sequence[float]]) -> Array:
    """Return for each seed the rank correlation of sharpness and error over conditions, ``(seeds,)``.

    Args:
        sharp: For each condition one value a seed.
        errors: The same of errors on unseen examples.

    Returns:
        Spearman's ρ; nan where all of a seed's values are alike.

    Raises:
        BadInput: The two have different conditions, or there are fewer than three.

    Source: ours; after Jiang et al. 2020.
    """
    return _spearman(*(np.array(list(one.values()), dtype=float).T for one in _paired(sharp, errors, least=3)))


def within_correlations(sharp: Mapping[Any, Sequence[float]], errors: Mapping[Any, Sequence[float]]) -> Array:
    """Return for each condition the rank correlation of sharpness and error over seeds, ``(conditions,)``."""
    return _spearman(*(np.array(list(one.values()), dtype=float) for one in _paired(sharp, errors, least=1)))


def _paired(first: Mapping[Any, Any], second: Mapping[Any, Any], *, least: int) -> tuple[Any, Any]:
    if list(first) != list(second) or len(first) < least:
        raise bad("errors", f"of the same conditions as sharp, at least {least}", list(second))
    return first, second


def _spearman(first: Array, second: Array) -> Array:
    from scipy.stats import rankdata

    found = []
    for one, other in zip(first, second, strict=True):
        ranks = rankdata(one), rankdata(other)
        flat = np.ptp(one) == 0 or np.ptp(other) == 0
        found.append(np.nan if flat else np.corrcoef(*ranks)[0, 1])
    return np.array(found)
