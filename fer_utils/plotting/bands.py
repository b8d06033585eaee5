"""Curves of many seeds: the median as a line, all of them as a band, labelled where they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from fer_utils.checks import BadInput, bad, real
from fer_utils.plotting.curves import MARGINS
from fer_utils.plotting.look import CYCLE, GREY, WIDTH, Drawing, spread, styled, text_width

HEIGHT = 3.6


@styled
def seed_bands(
    across: Sequence[float],
    series: Mapping[str, Any],
    *,
    xlabel: str,
    ylabel: str,
    level: tuple[str, float] | None = None,
    xlog: bool = False,
    points: bool = False,
    limits: tuple[float, float] | None = None,
    legend: str = "",
) -> Figure:
    """Draw for each label the median over seeds, and the band from the least to the most.

    Args:
        across: ``(n,)`` rising numbers, the same for all.
        series: For each label ``(seeds, n)`` values; NaN where a seed has none.
        xlabel: What is across.
        ylabel: What the values are.
        level: A name and a value, drawn as a dotted line: chance, for instance.
        xlog: Whether across is logarithmic.
        points: Whether to mark each median, where the points are few.
        limits: Of the values; None to fit them.
        legend: Where a legend stands, in matplotlib's words such as "lower right", for curves that end together; by
            default each label stands where its curve ends.

    Returns:
        The figure; a notebook shows it as SVG.

    Raises:
        BadInput: There is nothing to draw, or a curve has more or fewer values than there are places.

    Source: ours.
    """
    places = np.asarray(across, dtype=float)
    lines = _lines(places, series)
    drawing = Drawing(WIDTH, HEIGHT, kind="svg")
    left, right, top, bottom = MARGINS
    names = [label for label, _ in lines] + ([level[0]] if level else [])
    right += 0.1 if legend else max(text_width(name) for name in names) + 0.1
    size = ((WIDTH - left - right) / WIDTH, (HEIGHT - top - bottom) / HEIGHT)
    axes = drawing.add_axes((left / WIDTH, bottom / HEIGHT, *size))
    ends = []
    for number, (label, values) in enumerate(lines):
        colour, middle = CYCLE[number % len(CYCLE)], np.nanmedian(values, axis=0)
        axes.fill_between(places, np.nanmin(values, axis=0), np.nanmax(values, axis=0), color=colour, alpha=0.18, lw=0)
        look: dict[str, Any] = {"color": colour, "markersize": 4, "zorder": 3, "label": label, "clip_on": not points}
        axes.plot(places, middle, "o-" if points else "-", **look)
        ends.append((label, middle[np.isfinite(middle)][-1], colour))
    if level:
        axes.axhline(real("level", level[1]), color=GREY, linestyle=(0, (1, 2)), linewidth=1.2, label=level[0])
        ends.append((level[0], level[1], GREY))
    axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(places[0], places[-1]))
    if xlog:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    if limits:
        axes.set_ylim(*limits)
    axes.grid(axis="y")
    if legend:
        where: Any = legend
        axes.legend(loc=where, frameon=False)
    else:
        _label(axes, ends)
    return drawing


def _lines(places: Any, series: object) -> list[tuple[str, Any]]:
    if not isinstance(series, Mapping) or not series:
        raise BadInput("series must hold at least one curve, got none.")
    if places.ndim != 1 or not len(places) or (np.diff(places) <= 0).any():
        raise bad("across", "rising numbers", places)
    lines = []
    for label, values in series.items():
        rows = np.atleast_2d(np.asarray(values, dtype=float))
        if rows.shape[-1] != len(places) or rows.ndim != 2:
            raise bad(f"series[{label!r}]", f"{len(places)} values for each seed", f"shape {rows.shape}")
        if not np.isfinite(rows).any(axis=0).all():
            raise bad(f"series[{label!r}]", "a value of some seed at every place", rows)
        lines.append((str(label), rows))
    return lines


def _label(axes: Axes, ends: list[tuple[str, float, str]]) -> None:
    """Write each label to the right of its curve's end; labels make room for each other."""
    height = HEIGHT - MARGINS[2] - MARGINS[3]
    low, high = axes.get_ylim()
    here = sorted(((value - low) / (high - low), label, colour) for label, value, colour in ends)
    heights = spread([share * height for share, *_ in here], [0.16] * len(here))
    for (_, label, colour), place in zip(here, heights, strict=True):
        look: dict[str, Any] = {"xytext": (7, 0), "textcoords": "offset points", "va": "center", "color": colour}
        axes.annotate(label, (1, place / height), xycoords="axes fraction", annotation_clip=False, **look)
