"""Weight sweeps as rows of pictures, each picture with the weight it was drawn with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_utils.checks import BadInput, bad, real, whole
from fer_utils.images import Array
from fer_utils.plotting.look import GREY, HIGHLIGHT, INK, WIDTH, Drawing, frame, styled, text_width, wrap, write
from fer_utils.plotting.strips import LINE, checked_images, checked_texts, framed

GAP = 0.1
MINUS_SIGN = "\N{MINUS SIGN}"


@styled
def sweep_rows(
    stacks: Sequence[Array],
    labels: Sequence[str],
    values: Sequence[Sequence[float]] | None = None,
    *,
    centre: int | None = 2,
    offsets: Sequence[float] | None = None,
    ranges: Sequence[Sequence[float]] | None = None,
) -> Figure:
    """Show weight sweeps, one a row: the picture at each value, the unchanged one framed.

    Args:
        stacks: Each ``(n, size, size, 3)`` in [0, 1]; n is the same for all.
        labels: One for each row; further lines of it are set in grey.
        values: For each row the weight's n values, written under the pictures.
        centre: Index of the unchanged picture; None for no frame.
        offsets: The n distances from the weight's own value, the same in every row; 0 at ``centre``.
        ranges: For each row its own n distances, in place of ``offsets`` and ``centre``; 0 is the unchanged picture.

    Returns:
        The figure.

    Raises:
        BadInput: Stacks, labels, values and offsets do not go together.

    Source: paper, figures 6, 16 and 20.
    """
    if isinstance(stacks, str) or not isinstance(stacks, Iterable):
        raise bad("stacks", "a sequence of image stacks", stacks)
    rows = [checked_images(f"stacks[{number}]", stack, square=True) for number, stack in enumerate(stacks)]
    if not rows or len({len(row) for row in rows}) != 1:
        raise BadInput(f"stacks must be one or more, of equal length, got lengths {[len(row) for row in rows]}.")
    count = len(rows[0])
    texts = checked_texts("labels", labels, len(rows))
    middle = None if centre is None else whole("centre", centre, least=0, most=count - 1)
    notes = _sweep_notes(len(rows), count, values, offsets, middle)
    middles = [middle] * len(rows)
    if ranges is not None:
        notes, middles = _range_notes(ranges, len(rows), count)
    parts = [_label_lines(text) for text in texts]
    margin = 0.12 + max([text_width(line, size) for lines in parts for line, size, _ in lines], default=0)
    side = min(1.5, (WIDTH - margin - 0.05 - (count - 1) * GAP) / count)
    pitch = side + (0.32 if any(map(any, notes)) else 0.14)
    drawing = Drawing(margin + count * (side + GAP) - 0.05, len(rows) * pitch + 0.06)
    sheet = drawing.sheet()
    for index, row in enumerate(rows):
        top = 0.06 + index * pitch
        _sweep_label(sheet, parts[index], top + side / 2)
        for place, image in enumerate(row):
            left = margin + place * (side + GAP)
            framed(sheet, image, left, top, side)
            if place == middles[index]:
                frame(sheet, left, top, side, side, colour=HIGHLIGHT, line=1.5, away=0.025)
            note, ink = notes[index][place], INK if place == middles[index] else GREY
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
        write(sheet, 0.03, start + number * LINE, line, size=size, colour=colour, down="middle")


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


def _range_notes(ranges: Sequence[Sequence[float]], rows: int, count: int) -> tuple[list[list[str]], list[int | None]]:
    """Write the distances of rows that differ in them, and find where each row's unchanged picture is."""
    listed = list(ranges)
    if len(listed) != rows:
        raise bad("ranges", f"{rows} rows of numbers", f"{len(listed)} rows")
    steps = [_numbers(f"ranges[{number}]", row, count) for number, row in enumerate(listed)]
    zeros = [next((place for place, step in enumerate(row) if abs(step) < 1e-9), None) for row in steps]
    return [[_offset(step) for step in row] for row in steps], zeros


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
