"""SOAP: Adam in the basis of each layer's own second moments, which turns slowly."""

from __future__ import annotations

import torch
from torch import Tensor

from fer_utils.cppn import Architecture
from fer_utils.training.descent import EPSILON
from fer_utils.training.optimisers.plain import Ask, Memory

BETA, EVERY = 0.95, 10  # the authors' own settings: of all four running means, and between two new bases


def soap(
    weights: Tensor, memory: Memory, ask: Ask, *, step: int, rate: float, architecture: Architecture
) -> tuple[Tensor, Memory, Tensor]:
    """Run Adam in the slowly turning basis in which each layer's gradients are uncorrelated; see `sgd`.

    Hidden layers have one shape, so they are turned together.

    Source: Vyas et al. 2024, "SOAP: improving and stabilizing Shampoo using Adam", algorithm 3.
    """
    loss, direction = ask(weights)
    exact = direction.double()  # near-zero directions of a float32 product would be blown up to full size
    after = weights.clone()
    fresh: Memory = {}
    for name, part in _stacks(architecture).items():
        known = {key.removeprefix(f"{name}."): value for key, value in memory.items() if key.startswith(f"{name}.")}
        stack, gradient = after[part.flat].view(part.shape), exact[part.flat].view(part.shape)
        if known:
            update, known = _soap_update(gradient, known, step=step)
            stack.sub_(update.to(stack.dtype), alpha=rate)
        else:
            known = _soap_start(gradient)
        fresh |= {f"{name}.{key}": value for key, value in known.items()}
    return after, fresh, loss


def _soap_start(gradient: Tensor) -> Memory:
    """Take the bases of the first gradient; as in the authors' code, the first step goes nowhere."""
    left, right = gradient @ gradient.mT, gradient.mT @ gradient
    bases = {f"{side}_basis": torch.linalg.eigh(one)[1].flip(-1) for side, one in (("left", left), ("right", right))}
    zeros = torch.zeros_like(gradient)
    return {"left": left, "right": right, **bases, "first": zeros, "second": zeros}


def _soap_update(gradient: Tensor, now: Memory, *, step: int) -> tuple[Tensor, Memory]:
    """Return the step of a stack of layers (before the rate), and what is remembered."""
    left, right = now["left_basis"], now["right_basis"]
    first = now["first"].lerp(gradient, 1 - BETA)
    turned = left.mT @ gradient @ right
    second = now["second"].lerp(turned.square(), 1 - BETA)
    unbiased = 1 - BETA**step
    scaled = (left.mT @ first @ right / unbiased) / ((second / unbiased).sqrt() + EPSILON)
    after = {
        **now,
        "first": first,
        "second": second,
        "left": now["left"].lerp(gradient @ gradient.mT, 1 - BETA),
        "right": now["right"].lerp(gradient.mT @ gradient, 1 - BETA),
    }
    return left @ scaled @ right.mT, _soap_turn(after) if step % EVERY == 0 else after


def _soap_turn(now: Memory) -> Memory:
    """Improve both bases by one power iteration; the running mean of squares goes where its direction goes."""
    after = dict(now)
    for side, axis in (("left", -2), ("right", -1)):
        basis, mean = now[f"{side}_basis"], now[side]
        sizes = torch.einsum("bij,bik,bkj->bj", basis, mean, basis)
        order = sizes.argsort(dim=-1, descending=True)
        sorted_basis = basis.gather(2, order[:, None, :].expand_as(basis))
        after[f"{side}_basis"] = torch.linalg.qr(mean @ sorted_basis)[0]
        where = order[:, :, None] if axis == -2 else order[:, None, :]
        after["second"] = after["second"].gather(axis, where.expand_as(after["second"]))
    return after


class _Stack:
    """Layers of one shape that follow each other in the flat weights."""

    def __init__(self, flat: slice, shape: tuple[int, int, int]) -> None:
        self.flat, self.shape = flat, shape


def _stacks(architecture: Architecture) -> dict[str, _Stack]:
    """Name the first layer, the hidden ones together, and the readout."""
    (first_in, width), depth = architecture.shapes[0], architecture.depth
    start, end = first_in * width, first_in * width + (depth - 1) * width * width
    stacks = {"in": _Stack(slice(0, start), (1, first_in, width))}
    if depth > 1:
        stacks["hidden"] = _Stack(slice(start, end), (depth - 1, width, width))
    rows, columns = architecture.shapes[-1]
    return {**stacks, "out": _Stack(slice(end, end + rows * columns), (1, rows, columns))}
