"""Several measures of several groups: a dot for each network, a line for each group's median."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from fer_utils.checks import BadInput, bad
from fer_utils.plotting.look import CYCLE, EVOLVED, GREY, HAIRLINE, INK, WIDTH, Drawing, map_colours, styled, text_width
from fer_utils.plotting.strips import pictures

ROW = 0.34  # inches for each group
HEAD, FOOT = 0.34, 0.34
AISLE = 0.22  # inches between panels
JITTER = 0.22  # of a row, up and down, so that equal values can be counted


@styled
def dot_groups(
    panels: Mapping[str, Mapping[str, Any]],
    *,
    log: Collection[str] = (),
    unit: Collection[str] = (),
    first: int = 1,
) -> Figure:
    """Draw measures side by side, the same groups as rows in each.

    Args:
        panels: For each measure the values of each group, ``(n,)``; nan are left out. All have the same groups.
        log: Measures on a logarithmic axis.
        unit: Measures whose axis runs from 0 to 1.
        first: How many groups from the top are evolved ones, drawn in their colour.

    Returns:
        The figure; a notebook shows it as SVG.

    Raises:
        BadInput: There is nothing to draw, or the measures have different groups.

    Source: ours.
    """
    groups = _groups(panels)
    names = max(text_width(name) for name in groups) + 0.2
    height = HEAD + ROW * len(groups) + FOOT
    drawing = Drawing(WIDTH, height, kind="svg")
    wide = (WIDTH - names - 0.1 - AISLE * (len(panels) - 1)) / len(panels)
    for number, (measure, values) in enumerate(panels.items()):
        left = names + number * (wide + AISLE)
        axes = drawing.add_axes((left / WIDTH, FOOT / height, wide / WIDTH, ROW * len(groups) / height))
        _panel(axes, [_finite(values[name]) for name in groups], first=first, log=measure in log)
        axes.set_title(measure, fontsize=9, fontweight="bold", loc="left", color=INK)
        if measure in unit:
            axes.set_xlim(-0.03, 1.03)
        axes.set_yticks(range(len(groups)), groups if number == 0 else [""] * len(groups))
        axes.tick_params(axis="y", length=0, labelsize=9)
    return drawing


@styled
def signed_maps(
    maps: Sequence[Any],
    titles: Sequence[str],
    *,
    captions: Sequence[str] | None = None,
    columns: int | None = None,
) -> Figure:
    """Draw maps that have a sign: red below zero, white at zero, blue above, each scaled by its own largest value.

    Args:
        maps: Each ``(height, width)``.
        titles: One for each.
        captions: One for each, in small grey type.
        columns: Maps in a row; by default all in one row, up to six.

    Returns:
        The figure.

    Raises:
        BadInput: A map is none, or there are more or fewer texts than maps.

    Source: ours.
    """
    shown = []
    for number, one in enumerate(maps):
        values = np.asarray(one, dtype=np.float64)
        if values.ndim != 2 or not np.isfinite(values).all():
            raise bad(f"maps[{number}]", "finite numbers of shape (height, width)", values)
        shown.append(map_colours(values / (np.abs(values).max() or 1)) / 255)
    return pictures(shown, titles, captions=captions, columns=columns)


def _groups(panels: object) -> list[str]:
    if not isinstance(panels, Mapping) or not panels or not all(panels.values()):
        raise BadInput("panels must hold at least one measure of at least one group, got none.")
    groups = list(next(iter(panels.values())))
    for measure, values in panels.items():
        if list(values) != groups:
            raise bad(f"panels[{measure!r}]", f"of the groups {', '.join(groups)}", list(values))
    return groups


def _finite(values: Any) -> Any:
    numbers = np.atleast_1d(np.asarray(values, dtype=float))
    return numbers[np.isfinite(numbers)]


def _panel(axes: Axes, values: list[Any], *, first: int, log: bool) -> None:
    for row, numbers in enumerate(values):
        colour = EVOLVED if row < first else CYCLE[(row - first) % len(CYCLE)]
        offsets = np.linspace(-JITTER, JITTER, len(numbers)) if len(numbers) > 1 else np.zeros(len(numbers))
        axes.plot(numbers, row + offsets, "o", color=colour, markersize=3.6, alpha=0.75, markeredgewidth=0)
        if len(numbers) > 1:
            middle = float(np.median(numbers))
            axes.plot([middle, middle], [row - 0.36, row + 0.36], color=INK, linewidth=1.4, zorder=3)
        if not len(numbers):
            axes.text(0.02, row, "none", color=GREY, fontsize=8, va="center", transform=axes.get_yaxis_transform())
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.hlines(
        np.arange(len(values) - 1) + 0.5, 0, 1, color=HAIRLINE, linewidth=0.5, transform=axes.get_yaxis_transform()
    )
    if log and any(len(numbers) for numbers in values):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
