"""Many loss curves at once, told apart by a key rather than by labels at their ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from fer_utils.checks import BadInput, bad
from fer_utils.plotting.look import CYCLE, INK, WIDTH, Drawing, styled

HEIGHT = 4.6
KEY = 2.5  # inches on the right for the key
MARGINS = (0.72, 0.15, 0.5)  # left, top, bottom
DASHES = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)))


@styled
def race(
    curves: Mapping[str, tuple[Any, Any]], *, xlabel: str, ylabel: str = "mean squared error", linear: bool = False
) -> Figure:
    """Draw loss against time for many recipes on logarithmic axes, or anything else that runs side by side.

    What stands before a comma in a name decides the colour, what stands after it the dash, so that relatives look
    alike. The first curve is drawn in ink, and thicker. The key lists the curves by where they end, the lowest last.

    Args:
        curves: For each name times above 0 and losses above 0, arrays of equal length.
        xlabel: What the times are.
        ylabel: What the values are.
        linear: Whether time runs evenly, and may be 0.

    Returns:
        The figure; a notebook shows it as SVG.

    Raises:
        BadInput: There is no curve, or one has more times than losses.

    Source: ours.
    """
    if not isinstance(curves, Mapping) or not curves:
        raise BadInput("curves must hold at least one curve, got none.")
    looks = _looks(list(curves))
    drawing = Drawing(WIDTH, HEIGHT, kind="svg")
    left, top, bottom = MARGINS
    size = ((WIDTH - left - KEY) / WIDTH, (HEIGHT - top - bottom) / HEIGHT)
    axes = drawing.add_axes((left / WIDTH, bottom / HEIGHT, *size))
    ends = {}
    for name, pair in curves.items():
        times, losses = (np.asarray(values, dtype=float) for values in pair)
        if times.shape != losses.shape or times.ndim != 1:
            raise bad(f"curves[{name!r}]", "as many times as losses", f"shapes {times.shape} and {losses.shape}")
        there = (linear | (times > 0)) & (losses > 0)
        (line,) = axes.plot(times[there], losses[there], label=name, **looks[name])
        ends[line] = losses[there][-1]
    axes.set(xscale="linear" if linear else "log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    axes.grid(axis="y")
    axes.tick_params(which="both", length=3)
    order = sorted(ends, key=lambda line: -ends[line])
    place: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.02, 0.5), "frameon": False}
    axes.legend(order, [str(line.get_label()) for line in order], handlelength=3.2, labelspacing=0.7, **place)
    return drawing


def _looks(names: list[str]) -> dict[str, dict[str, Any]]:
    """Choose colour and dash by the two halves of each name."""
    halves = {name: [half.strip() for half in (*name.split(",", 1), "")[:2]] for name in names}
    families = list(dict.fromkeys(halves[name][0] for name in names[1:]))
    kinds = list(dict.fromkeys(halves[name][1] for name in names[1:] if halves[name][1]))
    looks = {
        name: {
            "color": CYCLE[families.index(family) % len(CYCLE)],
            "linestyle": DASHES[(kinds.index(kind) if kind else 0) % len(DASHES)],
            "linewidth": 1.4,
        }
        for name, (family, kind) in halves.items()
        if name != names[0]
    }
    return {names[0]: {"color": INK, "linewidth": 2.4}, **looks}
