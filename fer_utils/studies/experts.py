"""A mixture of experts: several small networks, and a gate that sees the coordinates and weighs their answers."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fer_utils import images
from fer_utils.checks import whole
from fer_utils.studies.arms import Made, Subject
from fer_utils.studies.matching import drawn, steps_to_keep
from fer_utils.training.descent import learning_rate
from fer_utils.training.recipe import Recipe
from fer_utils.training.stepping import torch_threads

SIDE = 32  # pixels a side of the picture it is trained on: the evolved network's own, drawn on this grid


class Expert(nn.Module):
    """A CPPN in two hidden layers, a third of each sine, gaussian and tanh.

    Args:
        width: Neurons in a layer, at least 3.

    Source: ours.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, width), nn.Linear(width, width)])
        self.last = nn.Linear(width, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return raw hue, saturation and brightness, ``(pixels, 3)``."""
        for layer in self.layers:
            waves, bells, steps = layer(inputs).tensor_split(3, dim=1)
            inputs = torch.cat([waves.sin(), 2 * torch.exp(-bells.square()) - 1, steps.tanh()], dim=1)
        return self.last(inputs)


class Mixture(nn.Module):
    """Experts and their gate: raw outputs are weighed by a softmax of a linear function of the coordinates' gate.

    Args:
        experts: How many, at least 2.
        width: Of each expert's layers.

    Source: Jacobs, Jordan, Nowlan and Hinton 1991.
    """

    def __init__(self, experts: int, width: int) -> None:
        super().__init__()
        self.experts = nn.ModuleList([Expert(width) for _ in range(whole("experts", experts, least=2))])
        self.gate = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, experts))

    def forward(self, points: Tensor) -> Tensor:
        """Return colours ``(pixels, 3)`` of x and y ``(pixels, 2)``."""
        inputs = with_distance(points)
        shares = self.gate(inputs).softmax(dim=1)
        answers = torch.stack([expert(inputs) for expert in self.experts], dim=2)
        raw = (answers * shares[:, None]).sum(dim=2)
        return images.colour(raw.T).T


def with_distance(points: Tensor) -> Tensor:
    """Return x, y, distance and 1, ``(pixels, 4)``: a CPPN's inputs from x and y."""
    corner = images.coordinates(2)
    scale = float(corner[2, 0, 0] / np.hypot(corner[0, 0, 0], corner[1, 0, 0]))
    distance = scale * (points.square().sum(dim=1, keepdim=True) + 1e-12).sqrt()
    return torch.cat([points, distance, float(corner[3, 0, 0]) * torch.ones_like(distance)], dim=1)


def mixture(subject: Subject, seed: int, *, experts: int, width: int, steps: int) -> Made:
    """Train a mixture of experts with Adam, its rate falling to zero, until it draws the picture well enough.

    Args:
        subject: What to draw.
        seed: Of the first weights.
        experts: How many.
        width: Of each expert's layers.
        steps: Of training, at most.
    """
    begun, marks = time.perf_counter(), set(steps_to_keep(steps))
    with torch.random.fork_rng(), torch_threads(1):
        torch.manual_seed(seed)
        net = Mixture(experts, width)
        points = torch.tensor(images.coordinates(SIDE).reshape(4, -1)[:2].T.copy(), dtype=torch.float32)
        target = torch.tensor(subject.network.image(SIDE).reshape(-1, 3), dtype=torch.float32)
        recipe = Recipe(steps=steps, schedule="cosine", learning_rate=1e-2)
        tool = torch.optim.Adam(net.parameters(), lr=recipe.learning_rate)
        path: dict[int, Any] = {}
        for step in range(steps + 1):
            if step in marks:
                path[step] = _copy(net, experts, width)
                if ((drawn(path[step], subject.size) - subject.target) ** 2).mean() <= subject.mark:
                    break
            tool.param_groups[0]["lr"] = learning_rate(recipe, step)
            tool.zero_grad()
            (net(points) - target).square().mean().backward()
            tool.step()
    record = {"experts": experts, "width": width, "steps": steps, "learning_rate": 1e-2, "trained_at": SIDE}
    return Made(path, time.perf_counter() - begun, record)


def _copy(net: Mixture, experts: int, width: int) -> Mixture:
    twin = Mixture(experts, width)
    twin.load_state_dict(net.state_dict())
    return twin
