"""Pictures in rows: side by side, along training, with their errors, along a weight sweep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_utils.checks import BadInput, bad, real, whole
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
    text_width,
    wrap,
    write,
)

GAP = 0.14
LINE = 0.155  # inches from one line of small text to the next
ERRORS = "magma_r"
MINUS_SIGN = "\N{MINUS SIGN}"


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
    whole_width = min(WIDTH, across * 3.0 + (across - 1) * GAP + 0.1) if width is None else width
    side = (real("width", whole_width, above=0.5) - 0.1 - (across - 1) * GAP) / across
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
        _picture(sheet, image, left, top, side)
        write(sheet, left + side / 2, top - 0.07, "\n".join(wrapped[0][index]), across="center", down="bottom")
        below = top + side * image.shape[0] / image.shape[1] + 0.06
        write(
            sheet,
            left + side / 2,
            below,
            "\n".join(wrapped[1][index]),
            size=8,
            colour=GREY,
            across="center",
            down="top",
        )
    return drawing


def _picture(sheet: Axes, image: Any, left: float, top: float, width: float, **options: Any) -> None:
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
    if not isinstance(steps, Iterable) or isinstance(steps, str) or len(list(steps)) != len(shown):
        raise bad("steps", f"{len(shown)} whole numbers, one for each image", steps)
    texts = [f"step {whole('each of the steps', step, least=0):,}" for step in steps]
    if target is not None:
        shown.append(checked_image("target", target, square=False))
        texts.append("target")
    across = min(len(shown), 8)
    drawing = _grid(shown, [""] * len(shown), texts, across, min(1.9, (WIDTH - 0.1 - (across - 1) * GAP) / across))
    if target is not None:
        last = drawing.axes[0].images[-1].get_extent()
        frame(drawing.axes[0], last[0], last[3], last[1] - last[0], last[2] - last[3], colour=HIGHLIGHT, line=1.8)
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
        write(sheet, left + side / 2, head - 0.07, "\n".join(heads[index]), across="center", down="bottom")
        _picture(sheet, image, left, head, side)
        if index:
            mse = float(np.mean((image - wanted) ** 2))
            write(sheet, left + side / 2, head + tall + 0.2, f"MSE {mse:.2e}", size=8, colour=GREY, across="center")
            coloured = mpl.colormaps[ERRORS](gaps[index - 1] / top, bytes=True)[..., :3]
            _picture(sheet, coloured, left, head + tall + middle, side)
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


@styled
def sweep_rows(
    stacks: Sequence[Array],
    labels: Sequence[str],
    values: Sequence[Sequence[float]] | None = None,
    *,
    centre: int | None = 2,
    offsets: Sequence[float] | None = None,
) -> Figure:
    """Show weight sweeps, one a row: the picture at each value, the unchanged one framed.

    Args:
        stacks: Each ``(n, size, size, 3)`` in [0, 1]; n is the same for all.
        labels: One for each row; further lines of it are set in grey.
        values: For each row the weight's n values, written under the pictures.
        centre: Index of the unchanged picture; None for no frame.
        offsets: The n distances from the weight's own value, the same in every row; 0 at ``centre``.

    Returns:
        The figure.

    Raises:
        BadInput: Stacks, labels, values and offsets do not go together.

    Source: paper, figures 6, 16 and 20.
    """
    if isinstance(stacks, str) or not isinstance(stacks, Iterable):
        raise bad("stacks", "a sequence of image stacks", stacks)
    rows = [checked_images(f"stacks[{number}]", stack) for number, stack in enumerate(stacks)]
    if not rows or len({len(row) for row in rows}) != 1:
        raise BadInput(f"stacks must be one or more, of equal length, got lengths {[len(row) for row in rows]}.")
    count = len(rows[0])
    texts = checked_texts("labels", labels, len(rows))
    middle = None if centre is None else whole("centre", centre, least=0, most=count - 1)
    notes = _sweep_notes(len(rows), count, values, offsets, middle)
    parts = [_label_lines(text) for text in texts]
    margin = 0.12 + max([text_width(line, size) for lines in parts for line, size, _ in lines], default=0)
    side = min(1.5, (WIDTH - margin - 0.05 - (count - 1) * 0.1) / count)
    pitch = side + (0.32 if any(map(any, notes)) else 0.14)
    drawing = Drawing(margin + count * (side + 0.1) - 0.05, len(rows) * pitch + 0.06)
    sheet = drawing.sheet()
    for index, row in enumerate(rows):
        top = 0.06 + index * pitch
        _sweep_label(sheet, parts[index], top + side / 2)
        for place, image in enumerate(row):
            left = margin + place * (side + 0.1)
            kept = {"colour": HIGHLIGHT, "line": 1.8} if place == middle else {}
            _picture(sheet, image, left, top, side, **kept)
            ink = INK if place == middle else GREY
            note = notes[index][place]
            write(sheet, left + side / 2, top + side + 0.16, note, size=8, colour=ink, across="center")
    return drawing


def _label_lines(text: str) -> list[tuple[str, float, str]]:
    """Break a row's label into (line, size, colour), the first line dark and the others grey."""
    first, *others = text.split("\n")
    wrapped = [(line, 9.0, INK) for line in wrap(first, 1.5)]
    return wrapped + [(line, 8.0, GREY) for other in others for line in wrap(other, 1.5, size=8)]


def _sweep_label(sheet: Axes, lines: list[tuple[str, float, str]], middle: float) -> None:
    start = middle - LINE * (len(lines) - 1) / 2
    for number, (line, size, colour) in enumerate(lines):
        write(sheet, 0.03, start + number * LINE, line, size=size, colour=colour, down="center")


def _sweep_notes(
    rows: int,
    count: int,
    values: Sequence[Sequence[float]] | None,
    offsets: Sequence[float] | None,
    centre: int | None,
) -> list[list[str]]:
    """Write what stands under each picture: its offset, its value, or both."""
    notes = [[""] * count for _ in range(rows)]
    if offsets is not None:
        steps = _numbers("offsets", offsets, count)
        if centre is not None and abs(steps[centre]) > 1e-9:
            raise bad(f"offsets[{centre}], at the centre,", "0", steps[centre])
        notes = [[_offset(step) for step in steps] for _ in range(rows)]
    if values is not None:
        listed = list(values)
        if len(listed) != rows:
            raise bad("values", f"{rows} rows of numbers", f"{len(listed)} rows")
        numbers = [_numbers(f"values[{number}]", row, count) for number, row in enumerate(listed)]
        written = [[f"{value:.3g}".replace("-", MINUS_SIGN) for value in row] for row in numbers]
        both = zip(notes, written, strict=True)
        notes = [[" = ".join(filter(None, pair)) for pair in zip(*pairs, strict=True)] for pairs in both]
    return notes


def _numbers(argument: str, found: object, count: int) -> list[float]:
    if isinstance(found, str) or not isinstance(found, Iterable):
        raise bad(argument, f"{count} numbers", found)
    listed = list(found)
    if len(listed) != count:
        raise bad(argument, f"{count} numbers, one for each picture", f"{len(listed)} of them")
    return [real(f"each of the {argument}", value) for value in listed]


def _offset(step: float) -> str:
    sign = "+" if step > 0 else MINUS_SIGN
    return "w" if abs(step) < 1e-9 else f"w {sign} {abs(step):.3g}"
