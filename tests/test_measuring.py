"""The table measures networks of any kind, and says so plainly where it cannot."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import fer_utils as fer
from fer_utils import measuring, metrics
from fer_utils.checks import BadInput
from fer_utils.cppn import Network
from fer_utils.measuring.toys import toy_network


class Siren(nn.Module):
    """A small network of sines, as for pictures by coordinates."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.last = nn.Linear(2, 12), nn.Linear(12, 12), nn.Linear(12, 3)

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.last(torch.sin(3 * self.second(torch.sin(3 * self.first(points))))))


class Fourier(nn.Module):
    """A ReLU network that sees sines and cosines of the coordinates."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("turns", torch.randn(2, 8, generator=torch.Generator().manual_seed(0)))
        self.net = nn.Sequential(nn.Linear(16, 10), nn.ReLU(), nn.Linear(10, 1), nn.Sigmoid())

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        angles = points @ self.turns
        return self.net(torch.cat([angles.sin(), angles.cos()], dim=1))


class AsModule(nn.Module):
    """A layered network without biases, as a torch module: the same insides by another way."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*matrix.shape, bias=False) for matrix in network.weights)
        for layer, matrix in zip(self.layers, network.weights, strict=True):
            layer.weight.data = torch.from_numpy(matrix.T.copy())

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        values = points
        for layer in self.layers[:-1]:
            values = torch.tanh(layer(values))
        return self.layers[-1](values)[:, 2:].abs().clamp(0, 1)


@pytest.fixture(scope="module")
def opened() -> dict[str, metrics.Insides]:
    """The two modules, opened."""
    torch.manual_seed(0)
    return {
        "siren": measuring.insides_of_module(Siren(), 32),
        "fourier": measuring.insides_of_module(Fourier(), 32),
    }


def test_torch_modules_can_be_measured(opened: dict[str, metrics.Insides]) -> None:
    siren, fourier = opened["siren"], opened["fourier"]
    assert [len(maps) for maps in siren.layers] == [12, 12]
    assert [len(maps) for maps in fourier.layers] == [10]
    assert len(fourier.inputs) == 16  # the encoding is what the network is given
    assert siren.slots == 3 * 12 + 13 * 12 + 13 * 3  # biases among them
    table = fer.measure(siren, fourier, size=32, target=np.full((32, 32, 3), 0.5))
    assert list(table["network"]) == ["module", "module"]
    assert np.isfinite(table[["P", "G", "N", "error"]].to_numpy()).all()


def test_a_module_is_opened_exactly(opened: dict[str, metrics.Insides]) -> None:
    torch.manual_seed(0)
    net = Siren()
    before = [value.clone() for value in net.parameters()]
    insides = measuring.insides_of_module(net, 32)
    for old, new in zip(before, net.parameters(), strict=True):
        assert torch.equal(old, new) and new.dtype == torch.float32
    step, weight = 1e-5, net.second.weight
    pictures = []
    for sign in (-1, 1):
        other = Siren()
        other.load_state_dict(net.state_dict())
        other = other.double()
        with torch.no_grad():
            other.second.weight[4, 7] += sign * step
            pictures.append(other(measuring.modules.plain_coordinates(32)).numpy())
    slope = ((pictures[1] - pictures[0]) / (2 * step)).T
    assert weight.shape == (12, 12)
    np.testing.assert_allclose(metrics.response_maps(insides, [(1, 7, 4)])[0], slope, atol=1e-7)


def test_the_same_network_measures_the_same_as_a_module() -> None:
    rng = np.random.default_rng(2)
    architecture = fer.Architecture.parse("2;tanh:6")
    matrices = [rng.normal(size=shape) for shape in architecture.shapes]
    matrices[-1][:, :2] = 0  # grey: no hue, no saturation
    network = Network(architecture, tuple(matrices))
    own = measuring.insides_of(network, 32)
    other = measuring.insides_of_module(
        AsModule(network),
        32,
        coordinates=lambda size: torch.from_numpy(fer.images.coordinates(size).reshape(4, -1).T.copy()),
    )
    np.testing.assert_allclose(own.picture, other.picture, atol=1e-12)
    for layer in range(2):
        np.testing.assert_allclose(own.layers[layer], other.layers[layer], atol=1e-12)
    np.testing.assert_allclose(own.errors[0], other.errors[0], atol=1e-12)
    units = [metrics.functional_units(one) for one in (own, other)]
    assert [unit.neuron for unit in units[0]] == [unit.neuron for unit in units[1]]


def test_the_table_has_a_row_for_each_network_and_says_what_the_error_is() -> None:
    genome = measuring.toy("UFR")
    table = fer.measure(genome, toy_network("FRAC"), toy_network("ENT"), context=True)
    assert list(table["network"]) == ["UFR", "FRAC", "ENT"]
    assert table["error"][0] == 0
    assert table["error"][1] < 1e-12 < 1e-4 < table["error"][2]
    assert table["X"].notna().all()
    assert (table["kept"] > 0).all() and (table["bits"] > table["kept"]).all()
    shaded = fer.measure(toy_network("UFR+shade"))
    assert shaded["X"].isna().all()  # not a symmetric picture: no response need be pure
    assert shaded["picture_mixing"][0] > 0


def test_the_target_is_what_the_networks_were_to_draw() -> None:
    table = fer.measure(toy_network("FRAC"), target=measuring.toy("UFR"))
    assert table["error"][0] < 1e-12
    with pytest.raises(BadInput, match="target must be a picture of the grid's own side, 64 pixels"):
        fer.measure(toy_network("FRAC"), target=np.zeros((32, 32, 3)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fer.measure(), "networks must be one or more"),
        (lambda: fer.measure("skull.zip"), "network must be a Network, a Run, a Genome or a torch module"),
        (lambda: fer.measure(toy_network("UFR"), size=33), "size must be even, got 33"),
        (lambda: fer.measure(toy_network("UFR"), symmetry="left"), "symmetry must be one of"),
        (lambda: measuring.insides_of(3), "network must be a fer_utils Network"),
        (lambda: measuring.insides_of_module(nn.Linear(2, 3)), "module must be one with at least two linear layers"),
        (lambda: measuring.insides_of_module(nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))), "module's output must"),
        (lambda: measuring.toy("MIX"), "toy must be one of"),
    ],
)
def test_what_cannot_be_measured_is_refused(call, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()


def test_a_module_that_uses_a_layer_twice_is_refused() -> None:
    shared = nn.Linear(2, 2)
    with pytest.raises(BadInput, match="use each linear layer once"):
        measuring.insides_of_module(nn.Sequential(shared, nn.Tanh(), shared, nn.Tanh(), nn.Linear(2, 3)))


def test_the_evolved_networks_of_the_paper_are_purer_than_untrained_ones(paper_genome) -> None:
    from fer_utils import controls

    evolved = fer.layerize(paper_genome("skull"))
    table = fer.measure(evolved, *(controls.untrained(evolved, seed=seed) for seed in range(3)))
    assert table["P"][0] < 0.1 < 0.4 < table["P"][1:].min()
    assert table["G"][0] < 0.1 < table["G"][1:].min()


def test_measures_are_followed_through_training_and_ancestry() -> None:
    from fer_utils import garden, training

    target = toy_network("UFR")
    recipe = fer.Recipe(steps=40, size=16, snapshots=(10,))
    runs = fer.fit(target.image(16), target.architecture, recipe, seeds=[0, 1], store=False, progress=False)
    paths = [measuring.along_training(run.snapshots, target, size=16) for run in runs]
    assert measuring.common_steps(paths) == [0, 10, 40]
    errors = measuring.at_steps(paths, [0, 40], "error")
    assert errors.shape == (2, 2)
    assert errors[1, 1] == pytest.approx(runs[1].history.loss[-1], rel=1e-4)
    untrained = fer.measure(training.initialise(target.architecture, 0), size=16, target=target)
    assert paths[0]["N"][0] == pytest.approx(untrained["N"][0])
    line = measuring.along_ancestry(*garden.ancestors("egg", count=3), size=16)
    assert len(line["generation"]) == len(line["N"]) == 3
    alone = fer.measure(garden.load_genome("egg"), size=16)
    assert line["N"][-1] == pytest.approx(alone["N"][0])
    with pytest.raises(BadInput, match="genomes must be one for each generation"):
        measuring.along_ancestry([], [])
    with pytest.raises(BadInput, match="snapshots must be networks by step"):
        measuring.along_training({}, target)
