"""A layer along other axes: its components as maps, how symmetric they can be made, and how good each basis is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_utils.checks import BadInput, bad, one_of, whole
from fer_utils.plotting.look import (
    CYCLE,
    DOTS,
    EVOLVED,
    GREY,
    INK,
    WIDTH,
    Drawing,
    Pixels,
    frame,
    map_colours,
    rgb,
    show,
    styled,
    text_width,
    write,
)
from fer_utils.plotting.strips import checked_texts
from fer_utils.plotting.tiles import shrink
from fer_utils.rotations import MEASURED, BasisScore, Components, purity

MARGIN = 0.62  # inches before the first map, for the layers' names
ASIDE = 0.78  # inches after the last, for what is not drawn
GAP = 0.1
WIDEST = 0.9
BELOW = 0.31  # inches under a map: the bar, the share and air
KEY = 0.34
HEAD = 0.45  # inches above the panels of a chart
BAR = 0.045  # inches: height of the bar under a map
TRACK = "#dfe2e4"
NAMES = {
    "neurons": "neurons",
    "pca": "principal (PCA)",
    "varimax": "sparsest (varimax)",
    "ica": "independent (ICA)",
    "symmetric": "most symmetric",
}


@styled
def component_rows(parts: Sequence[Components], *, columns: int = 10, title: str | None = None) -> Figure:
    """Draw components as maps: a row for each layer, from left to right by share of the layer's variance.

    Args:
        parts: The components of each layer, in the order wanted.
        columns: How many of a layer are drawn at most; what is left over is counted at the row's end.
        title: Written above.

    Returns:
        The figure. Each map is scaled to its own largest value: red is -1, white 0, blue 1. Under it a bar says which
        share of it is symmetric (full: all of it, empty: it is antisymmetric), and a number which share of the
        layer's variance it explains.

    Raises:
        BadInput: There are no components to draw.

    Source: paper, figure 24.
    """
    rows = _checked_parts("parts", parts)
    across = min(whole("columns", columns, least=1, most=40), max(map(len, rows)))
    side = round(min(WIDEST, (WIDTH - MARGIN - ASIDE) / across - GAP) * DOTS) / DOTS
    top = 0.36 if title else 0.08
    pitch = round((side + BELOW) * DOTS) / DOTS
    drawing = Drawing(WIDTH, top + len(rows) * pitch + KEY)
    sheet = drawing.sheet()
    if title:
        write(sheet, MARGIN, 0.2, title, size=10, bold=True)
    for number, row in enumerate(rows):
        _draw_row(sheet, row, top + number * pitch, side, across)
    _key(sheet, top + len(rows) * pitch + 0.1)
    return drawing


def _checked_parts(argument: str, found: object) -> list[Components]:
    """Return the components of layers, at least one map in all, or refuse them."""
    expected = "the Components of one or more layers"
    if isinstance(found, str | Components) or not isinstance(found, Iterable):
        raise bad(argument, expected, found)
    listed = list(found)
    for number, one in enumerate(listed):
        if not isinstance(one, Components):
            raise bad(f"{argument}[{number}]", "the Components of a layer", one)
    if not any(map(len, listed)):
        raise BadInput(f"{argument} must be {expected} that vary, got no map to draw.")
    return listed


def _draw_row(sheet: Axes, row: Components, top: float, side: float, across: int) -> None:
    """Draw one layer: its name, its strongest components, and what the others come to."""
    write(sheet, 0.05, top + side / 2 - 0.08, f"L{row.layer}", size=9, down="middle")
    write(sheet, 0.05, top + side / 2 + 0.08, f"rank {row.rank}", size=7, colour=GREY, down="middle")
    drawn = min(across, len(row))
    for index in range(drawn):
        left = MARGIN + index * (side + GAP)
        show(sheet, _tile(row, index, side), left, top, side, side)
        frame(sheet, left, top, side, side)
        bar = top + side + 0.035
        show(sheet, rgb(TRACK)[None, None], left, bar, side, BAR)
        if row.even[index] > 0.005:
            show(sheet, rgb(INK)[None, None], left, bar, side * float(row.even[index]), BAR)
        text = _percent(float(row.shares[index]))
        size = 8 if text_width(text, 8) <= side else 6
        write(sheet, left + side / 2, top + side + 0.2, text, size=size, colour=GREY, across="center")
    _write_rest(sheet, row, drawn, MARGIN + drawn * (side + GAP), top + side / 2)


def _tile(row: Components, index: int, side: float) -> Pixels:
    dots = round(side * DOTS)
    return map_colours(shrink(row.maps[index], dots))


def _write_rest(sheet: Axes, row: Components, drawn: int, left: float, middle: float) -> None:
    """Say how many components are not drawn, and how much they explain together."""
    if len(row) > drawn:
        write(sheet, left, middle - 0.08, f"{len(row) - drawn} more:", size=8, colour=GREY, down="middle")
        text = _percent(float(row.shares[drawn:].sum()))
        write(sheet, left, middle + 0.08, text, size=8, colour=GREY, down="middle")


def _percent(share: float) -> str:
    """Write "41 %", and small shares as "0.3 %" or "< 0.1 %"."""
    percent = 100 * share
    if percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if percent < 0.95 else f"{percent:.0f} %"


def _key(sheet: Axes, top: float) -> None:
    """Say below the maps what colours, bars and numbers mean."""
    start = MARGIN
    write(sheet, start, top + 0.055, "\N{MINUS SIGN}", size=8, colour=GREY, down="middle")
    show(sheet, map_colours(np.linspace(-1, 1, 256))[None], start + 0.12, top, 0.8, 0.11)
    frame(sheet, start + 0.12, top, 0.8, 0.11)
    write(sheet, start + 0.97, top + 0.055, "+   each map to its own scale", size=8, colour=GREY, down="middle")
    bar = start + 1.0 + text_width("+   each map to its own scale", 8) + 0.3
    show(sheet, rgb(TRACK)[None, None], bar, top + 0.033, 0.5, BAR)
    show(sheet, rgb(INK)[None, None], bar, top + 0.033, 0.35, BAR)
    text = "share that is symmetric      %  share of the layer's variance"
    write(sheet, bar + 0.58, top + 0.055, text, size=8, colour=GREY, down="middle")


@styled
def spectra(networks: Mapping[str, Sequence[Components]], *, colours: Sequence[str] | None = None) -> Figure:
    """Draw how symmetric the components of each layer are: a panel for each network, a dot for each component.

    Args:
        networks: By label, the components of each layer; by the method "symmetric" they are as pure as can be.
        colours: One for each network; by default the book's, the evolved one's first.

    Returns:
        The figure; a notebook shows it as SVG. A dot at the left is an antisymmetric component, one at the right a
        symmetric one, one in between a mixture. The larger a dot, the more of the layer's variance it explains (its
        area grows with the share's root, so that weak ones can be seen).

    Raises:
        BadInput: There is no network, one has no components to draw, or the colours are of another number.

    Source: ours.
    """
    if not isinstance(networks, Mapping) or not networks:
        raise bad("networks", "components by label, of at least one network", networks)
    panels = {str(label): _checked_parts(f"networks[{label!r}]", parts) for label, parts in networks.items()}
    shades = _colours(colours, len(panels))
    layers = sorted({row.layer for rows in panels.values() for row in rows})
    drawing = Drawing(WIDTH, HEAD + 0.24 * len(layers) + 0.68, kind="svg")
    every = _panels(drawing, 0.42, 0.68, len(panels))
    for axes, (label, rows), shade in zip(every, panels.items(), shades, strict=True):
        for row in rows:
            down = np.full(len(row), layers.index(row.layer))
            axes.scatter(row.even, down, s=70 * np.sqrt(row.shares), color=shade, alpha=0.6, linewidth=0, zorder=3)
        axes.hlines(range(len(layers)), 0, 1, color=TRACK, linewidth=0.7, zorder=1)
        axes.set(xlim=(-0.06, 1.06), ylim=(len(layers) - 0.4, -0.6), xticks=[0, 0.5, 1])
        axes.set_xticklabels(["anti-\nsymmetric", "half and\nhalf", "symmetric"])
        _head(axes, label, f"purity {np.mean([purity(row.even) for row in rows if len(row)]):.2f}", shade)
    every[0].set_yticks(range(len(layers)), [f"L{layer}" for layer in layers])
    _foot(drawing, every[0], "a dot is a component; the larger, the more of its layer's variance it explains")
    return drawing


@styled
def purity_bars(
    networks: Mapping[str, Sequence[BasisScore]],
    *,
    measure: str = "purity",
    colours: Sequence[str] | None = None,
) -> Figure:
    """Draw how good each basis is, as the mean over layers, beside what random rotations give.

    Args:
        networks: By label, what ``compare_bases`` returned.
        measure: "purity" or "sparseness".
        colours: One for each network; by default the book's, the evolved one's first.

    Returns:
        The figure; a notebook shows it as SVG. Bars are means over layers, small dots the layers. The grey band goes
        from the mean of the layers' 5 % quantiles of random rotations to that of the 95 % quantiles.

    Raises:
        BadInput: There is no network, one has no scores, or the measure or the colours cannot be used.

    Source: ours.
    """
    field = one_of("measure", measure, ("purity", "sparseness"))
    if not isinstance(networks, Mapping) or not networks:
        raise bad("networks", "scores by label, of at least one network", networks)
    panels = {str(label): _checked_scores(f"networks[{label!r}]", scores) for label, scores in networks.items()}
    shades = _colours(colours, len(panels))
    drawing = Drawing(WIDTH, 0.62 + 0.3 * len(MEASURED) + 0.52, kind="svg")
    drawing = Drawing(WIDTH, HEAD + 0.3 * len(MEASURED) + 0.64, kind="svg")
    every = _panels(drawing, 0.14 + max(text_width(name, 8) for name in NAMES.values()), 0.64, len(panels))
    for axes, (label, scores), shade in zip(every, panels.items(), shades, strict=True):
        _bars(axes, scores, field, shade)
        _head(axes, label, f"{len({score.layer for score in scores})} layers", shade)
        axes.set_xlabel(f"{field}, mean over layers", labelpad=2)
    every[0].set_yticks(range(len(MEASURED)), [NAMES[method] for method in MEASURED])
    _foot(drawing, every[0], "small dots: single layers; grey band: random rotations of the same layers, 5 to 95 %")
    return drawing


def _bars(axes: Axes, scores: list[BasisScore], field: str, shade: str) -> None:
    """Draw one network's bars, the layers' dots and the band of random rotations."""
    low, _, high = np.mean([getattr(score, f"null_{field}") for score in scores], axis=0)
    axes.axvspan(low, high, color=TRACK, linewidth=0, zorder=1)
    for place, method in enumerate(MEASURED):
        values = np.array([getattr(score, field) for score in scores if score.method == method])
        axes.barh(place, values.mean(), height=0.5, color=shade, alpha=0.9 if method == "neurons" else 0.45, zorder=2)
        axes.scatter(values, np.full(len(values), place), s=7, color=INK, alpha=0.45, linewidth=0, zorder=3)
        options: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False, "va": "center"}
        axes.annotate(f"{values.mean():.2f}", (1, place), (7, 0), fontsize=8, **options)
    axes.set(xlim=(0, 1), ylim=(len(MEASURED) - 0.5, -0.5), xticks=[0, 0.5, 1])


def _panels(drawing: Drawing, left: float, bottom: float, count: int) -> list[Axes]:
    """Add panels side by side, ``left`` and ``bottom`` inches from the sheet's edges; ticks at the first only."""
    width, height = drawing.get_size_inches()
    pitch = (width - left - 0.05) / count
    gap = 0.5 if count > 1 else 0.35
    panels = []
    for number in range(count):
        inner = ((left + number * pitch) / width, bottom / height)
        axes = drawing.add_axes((*inner, (pitch - gap) / width, (height - bottom - HEAD) / height))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", length=3)
        axes.set_yticks([])
        panels.append(axes)
    return panels


def _head(axes: Axes, label: str, note: str, colour: str) -> None:
    """Write a panel's label and a grey note above it."""
    options: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    axes.annotate(label, (0, 1), (0, 18), "axes fraction", color=colour, fontweight="bold", **options)
    axes.annotate(note, (0, 1), (0, 6), "axes fraction", color=GREY, fontsize=8, **options)


def _foot(drawing: Drawing, first: Axes, text: str) -> None:
    """Write a grey line at the foot of the sheet, under the first panel's left edge."""
    left = first.get_position().x0
    drawing.text(left, 0.07 / drawing.get_size_inches()[1], text, fontsize=8, color=GREY)


def _colours(colours: Sequence[str] | None, count: int) -> list[str]:
    """Return a colour for each network: as asked for, or the evolved one's and then the cycle."""
    if colours is not None:
        return checked_texts("colours", colours, count)
    return [(EVOLVED, *CYCLE)[number % (len(CYCLE) + 1)] for number in range(count)]


def _checked_scores(argument: str, found: object) -> list[BasisScore]:
    """Return scores that hold every basis, or refuse them."""
    expected = "the scores that compare_bases returns, of one or more layers"
    if isinstance(found, str) or not isinstance(found, Iterable):
        raise bad(argument, expected, found)
    listed = list(found)
    if not all(isinstance(score, BasisScore) for score in listed):
        raise bad(argument, expected, found)
    if {score.method for score in listed} != set(MEASURED):
        raise bad(argument, expected, f"{len(listed)} scores without all of {', '.join(MEASURED)}")
    return listed
