"""A property: whatever the network and whatever the changes, the page computes what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from explorers import Open, data_page, js_forward, random_network
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import activations, images
from fer_utils.cppn import Network, forward
from fer_utils.explorer import payload

pytestmark = pytest.mark.browser
SIZE = 33
NETWORKS = 12


def any_network(seed: int) -> Network:
    """Draw a shape, activations, sparsity and weights."""
    rng = np.random.default_rng(seed)
    kinds = sorted(rng.choice(activations.NAMES, size=int(rng.integers(1, 6)), replace=False))
    text = f"{rng.integers(1, 15)};" + ",".join(f"{kind}:{rng.integers(1, 7)}" for kind in kinds)
    return random_network(text, seed, label=f"net {seed}", density=float(rng.choice([0.15, 0.5, 1.0])), gain=1.2)


def by_torch(network: Network) -> np.ndarray:
    """Compute h, s, v in single precision, as the network was trained."""
    weights = [torch.tensor(matrix, dtype=torch.float32) for matrix in network.weights]
    inputs = torch.tensor(images.coordinates(SIZE).reshape(4, -1), dtype=torch.float32)
    return forward(weights, network.architecture, inputs)[1].reshape(3, SIZE, SIZE).numpy()


def test_any_change_of_any_network_is_computed_as_torch_computes_it(open_page: Open) -> None:
    networks = [any_network(seed) for seed in range(NETWORKS)]
    page = open_page(data_page(payload(*networks, chosen=[{0: "a"}] * NETWORKS, size=16, full=16)), wait=False)

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, NETWORKS - 1), st.integers(0, 10**6), st.integers(0, 6))
    def check(number: int, seed: int, changed: int) -> None:
        rng, network = np.random.default_rng(seed), networks[number]
        ids = rng.choice(network.architecture.weight_count, size=min(changed, 6), replace=False)
        places = [network.architecture.locate(int(one)) for one in ids]
        values = {place: float(np.float32(rng.uniform(-2, 2))) for place in places}
        changes = {",".join(map(str, place)): value for place, value in values.items()}
        found = js_forward(page, number, SIZE, changes)["outputs"]
        there = network.with_weights(values)
        wanted, exact = by_torch(there), there.outputs(SIZE)
        # Where rounding to single precision itself costs more than that, nobody can be nearer than torch is.
        assert np.abs(found - wanted).max() <= max(2e-5, 2 * np.abs(wanted - exact).max())

    check()
