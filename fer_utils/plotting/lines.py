"""Connections as lines: colour by sign, width by size, grey for values that are only carried on."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from fer_utils.plotting.grids import colour_bar
from fer_utils.plotting.look import GREY, MINUS, PLUS, text_width, write

CARRIED = "#b9bec2"
LARGE = 3.0  # weights from here on get the thickest line; Picbreeder's own limit
Point = tuple[float, float]


def line_style(weight: float | None) -> dict[str, Any]:
    """Choose how a connection looks.

    Args:
        weight: Its weight; None for a value that is carried on unchanged.

    Source: ours.
    """
    if weight is None:
        return {"edgecolor": CARRIED, "linewidth": 0.9, "zorder": 1.0}
    if weight == 0:
        return {"edgecolor": GREY, "linewidth": 1.0, "linestyle": (0, (1, 2)), "zorder": 1.1}
    thickness = 0.5 + 2.1 * min(abs(weight) / LARGE, 1) ** 0.7
    return {"edgecolor": PLUS if weight > 0 else MINUS, "linewidth": thickness, "alpha": 0.85, "zorder": 2.0}


def add_curve(sheet: Axes, points: list[Point], **look: Any) -> None:
    """Draw a smooth line through points in inches, upright at each of them."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(points):
        vertices += [(x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2), (x1, y1)]
        codes += [Path.CURVE4] * 3
    # Not add_patch: it measures every curve to set limits that the sheet already has.
    sheet.add_artist(PathPatch(Path(vertices, codes), fill=False, capstyle="butt", **look))


def connection_key(sheet: Axes, top: float) -> None:
    """Say below a graph what colours and lines mean."""
    across = colour_bar(sheet, 0.05, top) + 0.3
    for weight, text in ((2.0, "adds"), (-2.0, "subtracts"), (0.0, "weight 0"), (None, "carried on")):
        path = Path([(across, top + 0.055), (across + 0.27, top + 0.055)])
        sheet.add_artist(PathPatch(path, fill=False, capstyle="butt", **line_style(weight)))
        write(sheet, across + 0.34, top + 0.055, text, size=8, colour=GREY, down="middle")
        across += 0.34 + text_width(text, 8) + 0.28
