"""Loss curves, labelled where they end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, NullLocator

from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.plotting.look import CYCLE, GREY, WIDTH, Drawing, spread, styled, text_width
from fer_utils.plotting.strips import checked_texts

HEIGHT = 4.2
GRADUAL = colormaps["viridis"]  # for curves that have an order
MARGINS = (0.72, 0.12, 0.15, 0.5)  # left, right, top, bottom, in inches


@styled
def loss_curves(
    histories: Sequence[Any],
    labels: Sequence[str],
    *,
    marks: Mapping[str, Mapping[int, float]] | None = None,
    xlog: bool = True,
    xlabel: str = "training step",
    colours: Sequence[str] | None = None,
) -> Figure:
    """Draw loss against training step on logarithmic axes.

    Args:
        histories: Each with ``.steps`` and ``.loss``, arrays of equal length.
        labels: One for each curve, written where it ends.
        marks: Single values from elsewhere, as {label: {step: loss}}, drawn as open circles. A label that is also a
            curve's takes the curve's colour.
        xlog: Whether the steps are on a logarithmic axis too; step 0 then stands at its left end.
        xlabel: What the steps are.
        colours: One for each curve; by default the book's.

    Returns:
        The figure; a notebook shows it as SVG.

    Raises:
        BadInput: A curve has no values to draw, or there are more or fewer labels than curves.

    Source: paper, figures 4 and 13.
    """
    curves = _curves(histories)
    texts = checked_texts("labels", labels, len(curves))
    shades = list(CYCLE) if colours is None else checked_texts("colours", colours, len(curves))
    series = [
        (text, shades[index % len(shades)], *curve)
        for index, (text, curve) in enumerate(zip(texts, curves, strict=True))
    ]
    circles = _marks(marks or {}, {text: colour for text, colour, *_ in series})
    drawing = Drawing(WIDTH, HEIGHT, kind="svg")
    left, right, top, bottom = MARGINS
    right += max(text_width(text) for text, *_ in [*series, *circles]) + 0.1
    inner = (WIDTH - left - right, HEIGHT - top - bottom)
    axes = drawing.add_axes((left / WIDTH, bottom / HEIGHT, inner[0] / WIDTH, inner[1] / HEIGHT))
    for _, colour, steps, loss in series:
        axes.plot(steps, loss, color=colour, zorder=3)
    for _, colour, steps, loss in circles:
        axes.plot(steps, loss, "o", color=colour, markerfacecolor="white", markersize=6, zorder=4, clip_on=False)
    _scales(axes, max(float(steps[-1]) for _, _, steps, _ in [*series, *circles]), xlog=xlog)
    axes.set_xlabel(xlabel)
    _end_labels(axes, [*series, *circles])
    return drawing


def _curves(histories: object) -> list[tuple[Any, Any]]:
    """Return each history's steps and losses where a logarithm exists."""
    if isinstance(histories, str) or not isinstance(histories, Iterable):
        raise bad("histories", "a sequence of histories with .steps and .loss", histories)
    curves = []
    for number, history in enumerate(histories):
        if not hasattr(history, "steps") or not hasattr(history, "loss"):
            raise bad(f"histories[{number}]", "a history with .steps and .loss", history)
        steps, loss = np.asarray(history.steps, dtype=float), np.asarray(history.loss, dtype=float)
        if steps.ndim != 1 or steps.shape != loss.shape:
            raise bad(f"histories[{number}]", "of as many steps as losses", f"shapes {steps.shape} and {loss.shape}")
        drawable = np.isfinite(loss) & (loss > 0)
        if not drawable.any():
            raise BadInput(f"histories[{number}] must have a loss above 0 to draw, got none.")
        curves.append((steps[drawable], loss[drawable]))
    if not curves:
        raise BadInput("histories must hold at least one history, got none.")
    return curves


def _marks(marks: object, known: dict[str, str]) -> list[tuple[str, str, Any, Any]]:
    """Return (label, colour, steps, losses) for each set of marks."""
    if not isinstance(marks, Mapping) or not all(isinstance(one, Mapping) and one for one in marks.values()):
        raise bad("marks", "of the form {label: {step: loss}}", marks)
    found = []
    for label, points in marks.items():
        steps = [whole(f"each step in marks[{label!r}]", step, least=0) for step in points]
        loss = [real(f"each loss in marks[{label!r}]", value, above=0) for value in points.values()]
        order = np.argsort(steps)
        found.append((str(label), known.get(label, GREY), np.array(steps)[order], np.array(loss)[order]))
    return found


def _scales(axes: Axes, last: float, *, xlog: bool) -> None:
    axes.set_yscale("log")
    if xlog:
        axes.set_xscale("symlog", linthresh=1, linscale=0.4)  # a logarithm that has a place for step 0
        axes.set_xticks([0, *(10**power for power in range(len(str(int(last)))))])
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(0, max(last, 1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y")
    axes.set(xlabel="training step", ylabel="mean squared error")
    axes.tick_params(length=3)


def _end_labels(axes: Axes, series: list[tuple[str, str, Any, Any]]) -> None:
    """Write each label to the right of its last point; labels that end at the same step make room for each other."""
    height = HEIGHT - MARGINS[2] - MARGINS[3]
    to_inches = axes.transScale + axes.transLimits
    ends = {}
    for label, colour, steps, loss in series:
        if label not in ends:  # marks that share a curve's label need no second one
            ends[label] = (*to_inches.transform((steps[-1], loss[-1])), colour)
    for column in {round(across, 2) for across, _, _ in ends.values()}:
        here = sorted((item for item in ends.items() if round(item[1][0], 2) == column), key=lambda item: item[1][1])
        places = spread([item[1][1] * height for item in here], [0.16] * len(here))
        for (label, (across, _, colour)), place in zip(here, places, strict=True):
            shift: dict[str, Any] = {"xytext": (7, 0), "textcoords": "offset points", "va": "center", "color": colour}
            shift["path_effects"] = [withStroke(linewidth=3, foreground="white")]  # a longer curve may pass behind it
            axes.annotate(label, (across, place / height), xycoords="axes fraction", annotation_clip=False, **shift)


@styled
def share_curves(steps: Sequence[int], series: Mapping[str, Sequence[float]], *, xlabel: str, ylabel: str) -> Figure:
    """Draw shares against steps, the steps on a logarithmic axis, each curve labelled where it ends.

    Args:
        steps: Rising whole numbers; 0 stands at the left end.
        series: For each label one share for each step.
        xlabel: What the steps are.
        ylabel: What the shares are of.

    Returns:
        The figure; a notebook shows it as SVG.

    Raises:
        BadInput: There is nothing to draw, or a curve has more or fewer values than there are steps.

    Source: ours.
    """
    if not isinstance(series, Mapping) or not series:
        raise BadInput("series must hold at least one curve, got none.")
    across = np.array([whole("each of the steps", step, least=0) for step in steps], dtype=float)
    for label, values in series.items():
        if len(values) != len(across):
            raise bad(f"series[{label!r}]", f"one value for each of the {len(across)} steps", f"{len(values)} values")
    drawing = Drawing(WIDTH, HEIGHT, kind="svg")
    left, right, top, bottom = MARGINS
    right += max(text_width(label) for label in series) + 0.1
    size = ((WIDTH - left - right) / WIDTH, (HEIGHT - top - bottom) / HEIGHT)
    axes = drawing.add_axes((left / WIDTH, bottom / HEIGHT, *size))
    shades = [to_hex(GRADUAL(place)) for place in np.linspace(0.05, 0.85, len(series))]
    lines = [
        (label, colour, across, np.asarray(values, dtype=float))
        for (label, values), colour in zip(series.items(), shades, strict=True)
    ]
    for _, colour, _, heights in lines:
        axes.plot(across, heights, color=colour, zorder=3)
    _scales(axes, float(across[-1]), xlog=True)
    axes.set_yscale("linear")
    axes.set_ylim(0, max(1.05, min(1.6, 1.02 * max(heights.max() for *_, heights in lines))))
    axes.set(xlabel=xlabel, ylabel=ylabel)
    _end_labels(axes, lines)
    return drawing
