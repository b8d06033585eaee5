"""Many p-values at once: from the smallest up, with the lines below which each way of reading calls them a finding."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from fer_utils.checks import bad, real
from fer_utils.plotting.curves import MARGINS
from fer_utils.plotting.look import CYCLE, GREY, INK, WIDTH, Drawing, styled, text_width

HEIGHT = 3.8


@styled
def p_ladder(p_values: Any, *, nothing: Any = (), level: float = 0.05) -> Figure:
    """Draw p-values by rank on a logarithmic axis, with what each correction asks of the one at that rank.

    Args:
        p_values: ``(n,)`` in [0, 1].
        nothing: ``(n,)`` of True where nothing was changed, so that what is found is false; drawn as open circles.
        level: Below which an uncorrected p-value is called a finding.

    Returns:
        The figure; a notebook shows it as SVG.

    Raises:
        BadInput: There are no p-values, one is not in [0, 1], or marks are not as many.

    Source: Holm 1979; Benjamini and Hochberg 1995, whose figures look like this.
    """
    numbers = np.asarray(p_values, dtype=float).ravel()
    marks = np.zeros(len(numbers), dtype=bool) if len(nothing) == 0 else np.asarray(nothing, dtype=bool).ravel()
    if not len(numbers) or not ((numbers >= 0) & (numbers <= 1)).all():
        raise bad("p_values", "numbers in [0, 1]", p_values)
    if len(marks) != len(numbers):
        raise bad("nothing", f"{len(numbers)} marks", len(marks))
    alpha, count = real("level", level, above=0, most=1), len(numbers)
    order = np.argsort(numbers, kind="stable")
    ranks, rising, false = np.arange(1, count + 1), numbers[order], marks[order]
    lines = {
        f"each by itself: {alpha:g}": np.full(count, alpha),
        "Benjamini-Hochberg": alpha * ranks / count,
        "Holm": alpha / (count - ranks + 1),
    }
    drawing = Drawing(WIDTH, HEIGHT, kind="svg")
    left, right, top, bottom = MARGINS
    right += max(text_width(name) for name in lines) + 0.1
    size = ((WIDTH - left - right) / WIDTH, (HEIGHT - top - bottom) / HEIGHT)
    axes = drawing.add_axes((left / WIDTH, bottom / HEIGHT, *size))
    for place, (name, heights) in enumerate(lines.items()):
        axes.plot(ranks, heights, color=CYCLE[place], linewidth=1.3)
        # The three lines end in one point; their names stand below each other beside it.
        axes.annotate(
            name,
            (1, heights[-1]),
            xycoords=("axes fraction", "data"),
            xytext=(7, (1 - place) * 13),
            textcoords="offset points",
            va="center",
            color=CYCLE[place],
            annotation_clip=False,
        )
    shown: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 4, "zorder": 3, "clip_on": False}
    axes.plot(ranks[~false], rising[~false], color=INK, label="something was changed", markeredgewidth=0, **shown)
    if false.any():
        axes.plot(
            ranks[false], rising[false], color=GREY, label="only the seeds were", markerfacecolor="white", **shown
        )
        axes.legend(loc="lower right", frameon=False)
    axes.set(xlabel="comparisons, from the smallest p-value up", ylabel="p-value", yscale="log", xlim=(0, count + 1))
    axes.grid(axis="y")
    return drawing
