"""Time to a loss: the paper's recipe and those beside it, on one picture, several seeds.

Each network is followed at a hundred points of its way: the loss over the whole picture, the steps done, and the
seconds of processor time spent training so far, on one thread, so that other work on the machine hardly matters. The
loss is taken outside that time. Every run is written as soon as it is done, and a run that is there is not done again.

    python -m benchmarks.recipes --image skull --seeds 0 1 2 3 4 --out build/recipes.json
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import fer_utils as fer
from fer_utils import storage
from fer_utils.cppn import Architecture
from fer_utils.training import Recipe, initialise, recipe_for
from fer_utils.training.choosing import known_engine
from fer_utils.training.others import OTHER_NAMES, other_recipe
from fer_utils.training.problem import Problem, State

SCHEMA = "fer-recipes/1"
SIZE = 256
PAPERS_STEPS = 20_000  # of the paper's 100,000: enough for the first marks; its own full run stands beside
POINTS = 100
MARKS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4)


def recipes(image: str) -> dict[str, Recipe]:
    """List the recipes to compare, the paper's first."""
    paper = recipe_for(image).variant(steps=PAPERS_STEPS, size=SIZE)
    return {"the paper's": paper, **{name: other_recipe(name, size=SIZE) for name in OTHER_NAMES}}


def follow(architecture: Architecture, target: np.ndarray, recipe: Recipe, seed: int) -> dict[str, Any]:
    """Train one network, and note the way.

    Args:
        architecture: Of the network.
        target: ``(size, size, 3)``.
        recipe: How to train.
        seed: Of the first weights.

    Returns:
        Rows ``steps``, ``seconds`` and ``loss`` of the points along the way, and what says how they came about.
    """
    maker, device = known_engine("auto", "cpu")
    engine = maker(Problem(architecture, target[None], recipe), device=device, threads=1)
    state, seconds = State.start(initialise(architecture, seed, gain=recipe.init_gain), seed=seed), 0.0
    rows = [(0, 0.0, float(engine.losses([state])[0]))]
    while state.step < recipe.steps and np.isfinite(rows[-1][2]):
        began = time.process_time()
        (state,), _ = engine.advance([state], min(max(1, recipe.steps // POINTS), recipe.steps - state.step))
        seconds += time.process_time() - began
        rows.append((state.step, seconds, float(engine.losses([state])[0])))
    steps, times, losses = (list(column) for column in zip(*rows, strict=True))
    return {
        "seed": seed,
        "engine": engine.name,
        "recipe": recipe.to_json(),
        "steps": steps,
        "seconds": [round(value, 3) for value in times],
        "loss": [float(f"{value:.5g}") if np.isfinite(value) else None for value in losses],
    }


def reached(run: dict[str, Any], mark: float) -> tuple[int, float] | None:
    """Return steps and seconds at the first point whose loss is at the mark or below, or None."""
    for step, seconds, loss in zip(run["steps"], run["seconds"], run["loss"], strict=True):
        if loss is not None and loss <= mark:
            return step, seconds
    return None


def study(image: str, seeds: list[int], out: Path) -> dict[str, Any]:
    """Follow every recipe and seed that is not in the file yet; the file grows run by run."""
    genome = fer.load_genome(image)
    evolved, target = fer.layerize(genome), genome.image(SIZE)
    fresh: dict[str, Any] = {"schema": SCHEMA, "image": image, "size": SIZE, "runs": {}}
    found: Any = storage.read_json(out) if out.exists() else fresh
    for seed in seeds:
        for name, recipe in recipes(image).items():
            kept = found["runs"].setdefault(name, [])
            if any(run["seed"] == seed and run["recipe"] == recipe.to_json() for run in kept):
                continue
            kept.append(follow(evolved.architecture, target, recipe, seed))
            storage.write_json(out, found)
            sys.stderr.write(f"{name}, seed {seed}: {kept[-1]['loss'][-1]} in {kept[-1]['seconds'][-1]:.0f} s\n")
    return found


def main() -> None:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recipes", description=__doc__.split("\n")[0])
    parser.add_argument("--image", default="mask")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--out", type=Path, default=Path("build/recipes.json"))
    options = parser.parse_args()
    study(options.image, options.seeds, options.out)


if __name__ == "__main__":
    main()
