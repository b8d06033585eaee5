"""Section `sweeps`: every weight of a dense network of the skull's shape, five values each, against full forwards."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.measure import in_turns, ratios, seconds_of, summary
from benchmarks.subjects import subject
from benchmarks.tables import table
from benchmarks.workers import crew

OFFSETS = (-1.0, -0.5, 0.0, 0.5, 1.0)
ALL = 5478  # weights of the skull's network


def run(*, threads: int, quick: bool) -> dict[str, Any]:
    """Measure at two sizes: pictures, effects alone, a full forward in torch and in NumPy, in turns."""
    # At 256 pixels a random sample of the weights; the time for all of them is then extrapolated, and marked so.
    cases = {16: (40, 2)} if quick else {64: (ALL, 5), 256: (600, 5)}
    makers = {"pictures": pictures, "effects": effects, "torch forward": torch_forward, "numpy forward": by_numpy}
    found = {}
    for size, (count, rounds) in cases.items():
        with crew(makers, threads=threads, size=size, count=count, threads_inside=threads) as workers:
            samples = in_turns(rounds, {way: worker.turn for way, worker in workers.items()})
        found[str(size)] = {
            "weights_swept": count,
            "extrapolated": count < ALL,
            "seconds_a_picture": {way: summary(one) for way, one in samples.items()},
            "forward_over_sweep": {
                way: ratios(samples["torch forward"], samples[way]) for way in ("pictures", "effects")
            },
            "all_weights_seconds": {
                way: ALL * len(OFFSETS) * summary(samples[way])["median"] for way in ("pictures", "effects")
            },
        }
    return found


def _network() -> Any:
    from fer_utils.training import initialise

    return initialise(subject("skull").architecture, 0, gain=1.2)


def _weights(count: int) -> tuple[Any, list[Any]]:
    network = _network()
    every = list(network.nonzero())
    chosen = np.random.default_rng(0).choice(len(every), size=min(count, len(every)), replace=False)
    return network, [every[place] for place in chosen]


def pictures(*, size: int, count: int, threads_inside: int) -> Any:
    """Hold the sweeps that draw."""
    from fer_utils import sweeps

    network, weights = _weights(count)

    def turn() -> float:
        def work() -> None:
            for _ in sweeps.sweep_many(network, weights, OFFSETS, size=size, threads=threads_inside):
                pass

        return seconds_of(work) / (len(weights) * len(OFFSETS))

    return turn


def effects(*, size: int, count: int, threads_inside: int) -> Any:
    """Hold the sweeps that only say how much a weight moves."""
    from fer_utils import sweeps

    network, weights = _weights(count)
    return lambda: (
        seconds_of(lambda: sweeps.effects(network, weights, OFFSETS, size=size, threads=threads_inside))
        / (len(weights) * len(OFFSETS))
    )


def torch_forward(*, size: int, count: int, threads_inside: int) -> Any:
    """Hold a full forward in torch, single precision, colours and all."""
    import torch

    from fer_utils import images
    from fer_utils.cppn import forward

    torch.set_num_threads(threads_inside)
    network = _network()
    grid = torch.tensor(images.coordinates(size), dtype=torch.float32).flatten(1)
    weights = [torch.tensor(matrix, dtype=torch.float32) for matrix in network.weights]

    def turn() -> float:
        with torch.no_grad():
            return (
                seconds_of(lambda: [images.colour(forward(weights, network.architecture, grid)[1]) for _ in range(20)])
                / 20
            )

    return turn


def by_numpy(*, size: int, count: int, threads_inside: int) -> Any:
    """Hold a full picture in NumPy, double precision."""
    network = _network()
    return lambda: seconds_of(lambda: network.image(size))


def show(found: dict[str, Any]) -> str:
    """Lay out the table."""
    rows = []
    for size, one in found.items():
        times = one["seconds_a_picture"]
        rows.append(
            (
                f"{size} px",
                *(1e3 * times[way]["median"] for way in ("pictures", "effects", "torch forward", "numpy forward")),
                *(one["forward_over_sweep"][way]["median"] for way in ("pictures", "effects")),
                f"{'about ' * one['extrapolated']}{one['all_weights_seconds']['pictures']:.3g}",
            )
        )
    headers = (
        "picture",
        "drawn ms",
        "effect ms",
        "torch ms",
        "NumPy ms",
        "torch/drawn",
        "torch/effect",
        "all 27,390 s",
    )
    return table("Sweeps of a dense network of the skull's shape: milliseconds a picture", headers, rows)
