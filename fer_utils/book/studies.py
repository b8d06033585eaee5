"""Results that take too long for a build: measured once, committed under ``published/``, read by the chapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import fer_utils
from fer_utils import storage

FOLDER = Path(fer_utils.__file__).parent.parent / "published"


def published(name: str) -> dict[str, Any]:
    """Read a published study.

    Args:
        name: Its file under ``published/``, such as "speed/benchmarks.json".

    Raises:
        BadInput: There is no such file, or it is not JSON.

    Source: ours.
    """
    return dict(storage.read_json(FOLDER / name, argument="study"))


def seconds_to(run: Mapping[str, Any], mark: float) -> float | None:
    """Return the seconds of training after which a run's loss is first at the mark or below, or None.

    Args:
        run: Of the study of recipes: rows ``seconds`` and ``loss``.
        mark: A loss.

    Source: ours.
    """
    pairs = zip(run["seconds"], run["loss"], strict=True)
    return next((seconds for seconds, loss in pairs if loss is not None and loss <= mark), None)


def race(runs: Mapping[str, Sequence[Mapping[str, Any]]], marks: Sequence[float]) -> list[dict[str, Any]]:
    """Sum up the study of recipes: for each recipe the seconds to each mark, and where it ends.

    Args:
        runs: For each recipe's name its runs, one for each seed.
        marks: Losses to be reached.

    Returns:
        For each recipe its name, runs, steps, median and range of the final loss, median seconds, and for each
        mark how many runs reach it, the median of their seconds (None where no more than half reach it; those that do
        not count as late), and a text that says the one or the other.

    Source: ours.
    """
    rows = []
    for name, ones in runs.items():
        ends = [one["loss"][-1] for one in ones]
        spent = [one["seconds"][-1] for one in ones]
        reached = {}
        for mark in marks:
            times = [found for one in ones if (found := seconds_to(one, mark)) is not None]
            enough = 2 * len(times) > len(ones)
            middle = median(times + [float("inf")] * (len(ones) - len(times))) if enough else None
            shown = (
                f"{middle:.{0 if middle >= 10 else 1}f} s"
                if middle is not None
                else f"{len(times)} of {len(ones)} runs"
            )
            reached[mark] = {"runs": len(times), "median": middle, "shown": shown}
        rows.append(
            {
                "name": name,
                "runs": len(ones),
                "steps": ones[0]["steps"][-1],
                "loss": median(ends),
                "loss_range": (min(ends), max(ends)),
                "seconds": median(spent),
                "reached": reached,
            }
        )
    return rows
