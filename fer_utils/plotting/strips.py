"""Pictures in rows: side by side, along training, with their errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_utils.checks import bad, real, whole
from fer_utils.images import Array, checked_image
from fer_utils.plotting.look import (
    GREY,
    HIGHLIGHT,
    INK,
    WIDTH,
    Drawing,
    frame,
    show,
    styled,
    wrap,
    write,
)

GAP = 0.14
LINE = 0.155  # inches from one line of small text to the next
ERRORS = "magma_r"


def checked_images(argument: str, found: object, *, least: int = 1, square: bool = False) -> list[Array]:
    """Return a sequence of pictures as ``(height, width, 3)`` arrays in [0, 1], or refuse it."""
    expected = f"a sequence of at least {least} pictures"
    if isinstance(found, str | bytes) or not isinstance(found, Iterable):
        raise bad(argument, expected, found)
    listed = list(found)
    if len(listed) < least:
        raise bad(argument, expected, f"{len(listed)} of them")
    return [checked_image(f"{argument}[{n}]", one, square=square) for n, one in enumerate(listed)]


def checked_texts(argument: str, found: object, count: int) -> list[str]:
    """Return ``count`` texts, or refuse them."""
    expected = f"a sequence of {count} texts"
    if isinstance(found, str | bytes) or not isinstance(found, Iterable):
        raise bad(argument, expected, found)
    texts = [str(text) for text in found]
    if len(texts) != count:
        raise bad(argument, expected, f"{len(texts)} of them")
    return texts


@styled
def pictures(
    images: Sequence[Array],
    titles: Sequence[str],
    *,
    captions: Sequence[str] | None = None,
    columns: int | None = None,
    width: float | None = None,
) -> Figure:
    """Set pictures side by side, titles above and captions below.

    Args:
        images: Each ``(height, width, 3)`` in [0, 1].
        titles: One for each.
        captions: One for each, in small grey type.
        columns: Pictures in a row; by default all in one row, up to six.
        width: Of the whole figure, in inches; by default what the pictures need, at most the book's column.

    Returns:
        The figure.

    Raises:
        BadInput: An image is no picture, or there are more or fewer texts than images.

    Source: paper, figure 4.
    """
    shown = checked_images("images", images)
    heads = checked_texts("titles", titles, len(shown))
    feet = checked_texts("captions", captions, len(shown)) if captions is not None else [""] * len(shown)
    across = min(len(shown), 6) if columns is None else whole("columns", columns, least=1)
    gaps = 0.1 + (across - 1) * GAP
    whole_width = min(WIDTH, gaps + across * 3.0) if width is None else real("width", width, least=gaps + across * 0.2)
    side = max(whole_width - gaps, across * 0.2) / across
    return _grid(shown, heads, feet, across, side)


def _grid(shown: list[Array], heads: list[str], feet: list[str], across: int, side: float) -> Drawing:
    """Lay cells of one size, each as high as its tallest neighbour needs."""
    wrapped = [[wrap(text, side) if text else [] for text in group] for group in (heads, feet)]
    head, foot = (LINE * 1.1 * max(map(len, group)) + (0.07 if any(group) else 0) for group in wrapped)
    tall = side * max(image.shape[0] / image.shape[1] for image in shown)
    down = -(-len(shown) // across)
    drawing = Drawing(across * side + (across - 1) * GAP + 0.1, down * (head + tall + foot) + (down - 1) * GAP + 0.1)
    sheet = drawing.sheet()
    for index, image in enumerate(shown):
        left = 0.05 + (index % across) * (side + GAP)
        top = 0.05 + (index // across) * (head + tall + foot + GAP) + head
        framed(sheet, image, left, top, side)
        write_above(sheet, left + side / 2, top, wrapped[0][index], across="center")
        below = top + side * image.shape[0] / image.shape[1]
        write_below(sheet, left + side / 2, below, wrapped[1][index], across="center")
    return drawing


def write_above(sheet: Axes, left: float, top: float, lines: Sequence[str], **options: Any) -> None:
    """Write lines that end just above a picture."""
    for number, line in enumerate(reversed(lines)):
        write(sheet, left, top - 0.07 - number * LINE, line, **options)


def write_below(sheet: Axes, left: float, bottom: float, lines: Sequence[str], **options: Any) -> None:
    """Write small grey lines just below a picture."""
    for number, line in enumerate(lines):
        write(sheet, left, bottom + 0.155 + number * LINE, line, size=8, colour=GREY, **options)


def framed(sheet: Axes, image: Any, left: float, top: float, width: float, **options: Any) -> None:
    """Put a picture on the sheet with a thin frame, so that a white one has an edge."""
    height = width * image.shape[0] / image.shape[1]
    show(sheet, image, left, top, width, height)
    frame(sheet, left, top, width, height, **options)


@styled
def training_path(images: Sequence[Array], steps: Sequence[int], *, target: Array | None = None) -> Figure:
    """Show what a network drew at several steps of its training, and what it was meant to draw.

    Args:
        images: Each ``(size, size, 3)`` in [0, 1], in the order of the steps.
        steps: How many updates the weights had seen, one for each image.
        target: The target image, put last and framed.

    Returns:
        The figure.

    Raises:
        BadInput: An image is no picture, or there are more or fewer steps than images.

    Source: paper, figures 8 and 17.
    """
    shown = checked_images("images", images)
    numbers = list(steps) if isinstance(steps, Iterable) and not isinstance(steps, str) else []
    if len(numbers) != len(shown):
        raise bad("steps", f"{len(shown)} whole numbers, one for each image", steps)
    texts = [f"step {whole('each of the steps', number, least=0):,}" for number in numbers]
    if target is not None:
        shown.append(checked_image("target", target, square=False))
        texts.append("target")
    across = min(len(shown), 8)
    drawing = _grid(shown, [""] * len(shown), texts, across, min(1.9, (WIDTH - 0.1 - (across - 1) * GAP) / across))
    if target is not None:
        left, right, bottom, top = drawing.axes[0].images[-1].get_extent()
        frame(drawing.axes[0], left, top, right - left, bottom - top, colour=HIGHLIGHT, line=1.5, away=0.025)
        drawing.axes[0].texts[-1].set(color=INK)
    return drawing


@styled
def errors(target: Array, images: Sequence[Array], labels: Sequence[str]) -> Figure:
    """Set pictures beside their target, and under each its absolute error, all on one scale.

    Args:
        target: ``(size, size, 3)`` in [0, 1].
        images: Each of the target's shape.
        labels: One for each image.

    Returns:
        The figure; the mean squared error stands under each picture.

    Raises:
        BadInput: A shape differs from the target's, or there are more or fewer labels than images.

    Source: ours.
    """
    wanted = checked_image("target", target, square=False)
    shown = checked_images("images", images)
    texts = checked_texts("labels", labels, len(shown))
    for number, image in enumerate(shown):
        if image.shape != wanted.shape:
            raise bad(f"images[{number}]", f"of the target's shape {wanted.shape}", f"shape {image.shape}")
    side = min(2.3, (WIDTH - 0.1 - len(shown) * GAP) / (len(shown) + 1))
    tall = side * wanted.shape[0] / wanted.shape[1]
    heads = [wrap(text, side) for text in ["target", *texts]]
    head, middle = 0.12 + LINE * max(map(len, heads)), 0.34
    drawing = Drawing(0.1 + (len(shown) + 1) * (side + GAP) - GAP, head + 2 * tall + middle + 0.08)
    sheet = drawing.sheet()
    gaps = [np.abs(image - wanted).mean(axis=2) for image in shown]
    top = max(float(max(gap.max() for gap in gaps)), 1e-12)
    for index, image in enumerate([wanted, *shown]):
        left = 0.05 + index * (side + GAP)
        write_above(sheet, left + side / 2, head, heads[index], across="center")
        framed(sheet, image, left, head, side)
        if index:
            mse = float(np.mean((image - wanted) ** 2))
            write(sheet, left + side / 2, head + tall + 0.2, f"MSE {mse:.2e}", size=8, colour=GREY, across="center")
            coloured = mpl.colormaps[ERRORS](gaps[index - 1] / top, bytes=True)[..., :3]
            framed(sheet, coloured, left, head + tall + middle, side)
    _error_scale(sheet, 0.05 + side, head + tall + middle, tall, top)
    return drawing


def _error_scale(sheet: Axes, right: float, top: float, height: float, most: float) -> None:
    """Draw the colour bar of the errors at the left of the error row."""
    bar = mpl.colormaps[ERRORS](np.linspace(1, 0, 256), bytes=True)[:, None, :3]
    show(sheet, bar, right - 0.14, top, 0.1, height)
    frame(sheet, right - 0.14, top, 0.1, height)
    ends = [(f"{most:.2g}", top, "top"), ("0", top + height, "bottom")]
    for text, place, side in ends:
        write(sheet, right - 0.2, place, text, size=8, colour=GREY, across="right", down=side)
    note = "absolute\nerror, mean\nover colours"
    write(sheet, right - 0.2, top + height / 2, note, size=8, colour=GREY, across="right", down="center")
