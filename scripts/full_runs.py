"""Write down the loss curves of full runs of the paper's recipe, for the chapter that shows them beside the authors'.

    python scripts/full_runs.py --image skull --seeds 0 1

Runs that are in the store are taken from it; others are trained, for some twenty minutes each, and can be stopped and
go on. Only curves and how they came about are written, to published/full_runs/<image>.json.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

import fer_utils as fer
from fer_utils import storage, training
from fer_utils.training import Run

SCHEMA = "fer-full-runs/1"
ROOT = Path(__file__).resolve().parent.parent
POINTS = 300  # of each curve, evenly in the logarithm of the step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--image", default="skull")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    options = parser.parse_args()
    os.environ.setdefault("FER_STORE", str(ROOT / "build" / "store"))
    genome = fer.load_genome(options.image)
    architecture = fer.layerize(genome).architecture
    recipe = training.recipe_for(options.image).variant(snapshots=fer.Recipe().snapshots)
    runs = fer.fit(genome.image(recipe.size or 256), architecture, recipe, seeds=options.seeds)
    found = {
        "schema": SCHEMA,
        "image": options.image,
        "architecture": str(architecture),
        "recipe": recipe.to_json(),
        "runs": [described(run) for run in runs],
    }
    print(storage.write_json(ROOT / "published" / "full_runs" / f"{options.image}.json", found))


def described(run: Run) -> dict[str, object]:
    """Return a run's curve, thinned, and how it came about."""
    steps = run.history.steps
    wanted = np.unique(np.geomspace(1, steps[-1], POINTS).round())
    keep = np.unique([0, *np.searchsorted(steps, wanted)])
    return {
        "seed": run.seed,
        "loss": run.loss,
        "seconds": round(run.seconds, 1),
        "engine": run.engine,
        "threads": run.threads,
        "versions": run.versions,
        "curve": {
            "steps": steps[keep].tolist(),
            "loss": [float(f"{value:.5g}") for value in run.history.loss[keep]],
        },
    }


if __name__ == "__main__":
    main()
