"""The measures of fracture, carried over to classifiers: what they mean there, and where they do not reach.

A network that draws computes each of its neurons at every pixel, and a mirror takes pixels to pixels. A classifier
computes each of its units at every *example*, and, where it looks at every place with the same weights, at every place
of it. So the axis of pixels becomes an axis of examples and places, and the mirror takes an example to its mirror
image, which must be among the examples too, and a place to the mirrored place. A neuron of a fully connected layer, a
channel of a convolution and a number of a patch are each one unit.

P, G, N and K then carry over. S does not, as a classifier's answer has no regions; nor does X, as it asks for a target
that is exactly symmetric. Three warnings. Where labels care about left and right (most handwriting), a mirror is only
a yardstick: compare with the untrained network. G is 0 for any layer that has as many units as there are samples, so
examples must be many. And answers are taken as scores less their mean over the labels, which is all that they depend
on; scores have no natural scale, so what is small is small beside the scores' own spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fer_utils.checks import bad, whole
from fer_utils.metrics import mixing, modes
from fer_utils.metrics.insides import Array, centred, varies
from fer_utils.metrics.parity import WEAK
from fer_utils.metrics.units import COPY, INFLUENCE, copies_of
from fer_utils.questions.models import Attention, stages
from fer_utils.questions.sets import Examples

COUNT: Final = 200  # weights in a sample, as for pictures
SAMPLES: Final = 3
LOOKED: Final = 64  # examples that a response is followed over
ACTIVE: Final = 1e-4  # of the scores' spread: the response from which a weight counts
MOST: Final = 20_000  # samples of a map at most, so that wide layers stay affordable


@dataclass(frozen=True)
class Fracture:
    """A classifier under the measures.

    Args:
        P: Feature parity mixing, the mean over functional units; nan where there are none.
        G: Basis-free parity mixing, the mean over layers.
        N: Response modes.
        K: Functional units: context, not a measure.
    """

    P: float
    G: float
    N: float
    K: int


@dataclass(frozen=True, eq=False)
class _Layer:
    maps: Array  # (units, samples)
    strength: Array  # (units,) first-order influence, beside the spread of the scores
    order: NDArray[np.intp]  # (samples,) where the mirror takes each sample


def with_mirrors(x: Examples) -> Examples:
    """Return examples and, behind them, their mirror images: the last axis turned round."""
    return np.concatenate([x, x[..., ::-1]])


def fracture(model: nn.Module, x: Examples, *, seed: int = 0) -> Fracture:
    """Measure a classifier's insides over some examples and their mirror images.

    Args:
        model: Of `build`, trained or not.
        x: ``(n, channels, *space)``, without their mirror images; a few hundred, and more than a layer has units.
        seed: Of the sample of weights.

    Raises:
        BadInput: The model is no classifier of `build`, or there are fewer than two examples.

    Source: ours; see `fer_utils.metrics` for the same of pictures.
    """
    if len(x) < 2:
        raise bad("x", "at least two examples", f"{len(x)} of them")
    model.eval()
    layers, scores = _opened(model, with_mirrors(x))
    kept = _functional(layers, scores)
    purity = [mixing(one.maps[mark], one.order) for one, mark in zip(layers, kept, strict=True) if mark.any()]
    mixed = np.concatenate(purity) if purity else np.empty(0)
    basis = [layer_mixing(one.maps, one.order) for one in layers]
    return Fracture(
        P=float(mixed.mean()) if len(mixed) else float("nan"),
        G=float(np.nanmean(basis)) if np.isfinite(basis).any() else float("nan"),
        N=response_modes(model, x[:LOOKED], seed=seed),
        K=len(mixed),
    )


def layer_mixing(maps: Array, order: NDArray[np.intp]) -> float:
    """Return one layer's basis-free mixing; as `metrics.parity.layer_mixing`, for layers wider than they are long too.

    Args:
        maps: ``(units, samples)``.
        order: Where the mirror takes each sample.

    Returns:
        The mean of mix(λ) over the directions the layer varies in; nan for a layer that is constant.

    Source: ours.
    """
    varying = maps[varies(maps)]
    if not len(varying):
        return float("nan")
    scored = centred(varying)
    scored /= scored.std(axis=1, keepdims=True)
    if len(scored) > scored.shape[1]:
        ways = np.linalg.svd(scored, full_matrices=False)
        white = ways[2][ways[1] ** 2 > WEAK * ways[1][0] ** 2]
    else:
        values, vectors = np.linalg.eigh(scored @ scored.T)
        strong = values > WEAK * values[-1]
        white = (vectors[:, strong] / np.sqrt(values[strong])).T @ scored
    even = (white + white[:, order]) / 2
    shares = np.linalg.eigvalsh(even @ even.T).clip(0, 1)
    return float((4 * shares * (1 - shares)).mean())


def response_modes(model: nn.Module, x: Examples, *, count: int = COUNT, seed: int = 0) -> float:
    """Return N: in how many independent ways do the answers to some examples move when single weights move?

    Formula: the geometric mean over samples of `metrics.modes` of ∂scores/∂w, exact, for weights drawn from all.
    Blind to: what the ways are about.

    Args:
        model: Gives ``(n, classes)`` scores.
        x: ``(n, channels, *space)``.
        count: Weights in a sample, at most.
        seed: Of the samples.

    Returns:
        N, at least 1; nan where fewer than two weights act.

    Source: ours.
    """
    rng = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    total = sum(one.numel() for one in model.parameters())
    drawn = rng.permutation(total)[: 2 * SAMPLES * whole("count", count, least=2)]
    maps, spread = _responses(model, torch.from_numpy(x), drawn)
    acting = maps[np.sqrt((maps**2).mean(axis=1)) > ACTIVE * spread]
    samples = [acting[number * count : (number + 1) * count] for number in range(SAMPLES)]
    full = [one for number, one in enumerate(samples) if len(one) == count or (number == 0 and len(one) > 1)]
    return float(np.exp(np.mean([np.log(modes(one)) for one in full]))) if full else float("nan")


def _responses(model: nn.Module, x: Tensor, drawn: NDArray[np.int64]) -> tuple[Array, float]:
    """Return ``(weights, examples * classes)`` derivatives of the centred scores, and the scores' spread."""
    model.eval()
    parameters = list(model.parameters())
    was = [one.requires_grad for one in parameters]
    for one in parameters:
        one.requires_grad_(True)
    chosen = torch.from_numpy(drawn)
    rows, spread = [], 0.0
    try:
        for example in x:
            scores = _centred(model(example[None]))[0]
            spread += float((scores.detach() ** 2).mean()) / len(x)
            for score in scores:
                pulls = torch.autograd.grad(score, parameters, retain_graph=True)
                rows.append(torch.cat([one.flatten() for one in pulls])[chosen].double().numpy())
    finally:
        for one, mark in zip(parameters, was, strict=True):
            one.requires_grad_(mark)
    return np.stack(rows, axis=1), float(np.sqrt(spread))


def _centred(scores: Tensor) -> Tensor:
    return scores - scores.mean(dim=1, keepdim=True)


def _opened(model: nn.Module, x: Examples) -> tuple[list[_Layer], Array]:
    """Return every hidden layer, and the centred scores ``(classes, examples)``."""
    parts = stages(model)
    value, hidden = torch.from_numpy(np.ascontiguousarray(x)), []
    for part in parts[:-1]:
        value = part(value)
        if not value.requires_grad:
            value.requires_grad_(True)
        hidden.append(value)
    scores = _centred(parts[-1](value))
    spread = float(scores.detach().double().std()) or 1.0
    energy = [np.zeros(_units(model, one)) for one in hidden]
    for label in range(scores.shape[1]):
        pulls = torch.autograd.grad(scores[:, label].sum(), hidden, retain_graph=True)
        for number, (one, pull) in enumerate(zip(hidden, pulls, strict=True)):
            maps, pulled = (_by_unit(model, part.detach().double().numpy()) for part in (one, pull))
            away = maps - maps.mean(axis=(0, 2), keepdims=True)
            energy[number] += ((pulled * away).sum(axis=2) ** 2).mean(axis=0)
    strengths = [np.sqrt(one / scores.shape[1]) / spread for one in energy]
    layers = [
        _layer(_by_unit(model, one.detach().double().numpy()), _grid(model, one, x), strength)
        for one, strength in zip(hidden, strengths, strict=True)
    ]
    return layers, scores.detach().double().numpy().T


def _units(model: nn.Module, value: Tensor) -> int:
    return int(value.shape[2] if isinstance(model, Attention) else value.shape[1])


def _by_unit(model: nn.Module, value: NDArray[Any]) -> Array:
    """Return ``(examples, units, places)`` of a layer of any kind."""
    if isinstance(model, Attention):
        value = np.moveaxis(value, 1, 2)
    return value.reshape(len(value), value.shape[1], -1)


def _grid(model: nn.Module, value: Tensor, x: Examples) -> tuple[int, ...]:
    """Return the axes of a layer's places, row after row."""
    if isinstance(model, Attention):
        return tuple(side // model.patch for side in x.shape[2:])
    return tuple(value.shape[2:]) or (1,)


def _layer(values: Array, grid: tuple[int, ...], strength: Array) -> _Layer:
    """Lay examples and places along one axis, and say where the mirror takes each; of many places take some."""
    count, units, places = values.shape
    across = np.arange(places).reshape(grid)
    mirrored = across[..., ::-1].ravel()
    half = count // 2
    kept = np.arange(half)[: max(2, MOST // (2 * places))]
    examples = np.concatenate([kept, kept + half])
    few = len(kept)
    partner = np.concatenate([np.arange(few) + few, np.arange(few)])
    order = (partner[:, None] * places + mirrored[None]).ravel()
    maps = np.moveaxis(values[examples], 1, 0).reshape(units, -1)
    return _Layer(maps, strength, order.astype(np.intp))


def _functional(layers: Sequence[_Layer], scores: Array) -> list[NDArray[np.bool_]]:
    """Mark the functional units: not constant, heard, no copy of an earlier unit of their layer or of a score."""
    found = []
    for one in layers:
        mark = varies(one.maps) & (one.strength > INFLUENCE)
        if one.maps.shape[1] == scores.shape[1]:
            mark &= ~copies_of(one.maps, scores)
        away = centred(one.maps)
        unit = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-300)
        alike = np.abs(unit @ unit.T) > COPY
        for number in np.flatnonzero(mark):
            if mark[number]:
                mark[number + 1 :] &= ~alike[number, number + 1 :]
        found.append(mark)
    return found
