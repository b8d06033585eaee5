"""Where each neuron stands in a figure: rows are layers, columns are neurons, and the labels that name them.

The same frame serves feature maps and the layered graph, so that a neuron is at the same place in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from fer_utils.checks import bad
from fer_utils.cppn import Architecture, Place
from fer_utils.plotting.look import DOTS, GREY, HAIRLINE, INK, spread, text_width, write

HEADER = 0.46  # inches above the places: group names, brackets, neuron numbers
FOOTER = 0.22  # inches below: neuron numbers counted through the layer


@dataclass(frozen=True)
class Places:
    """The grid of (layer, neuron) places, measured in inches.

    Args:
        architecture: Whose neurons they are.
        left: Left edge of the first column.
        top: Top edge of the first row.
        pitch: From one column to the next.
        rise: From one row to the next.
        aisle: Extra space between groups of neurons.
        dots: Dots to the inch of the figure they stand in.

    Source: ours.
    """

    architecture: Architecture
    left: float
    top: float
    pitch: float
    rise: float
    aisle: float
    dots: int = DOTS

    @cached_property
    def columns(self) -> tuple[float, ...]:
        """Left edge of each column."""
        groups = [index for index, (_, count) in enumerate(self.architecture.groups) for _ in range(count)]
        return tuple(self.left + neuron * self.pitch + group * self.aisle for neuron, group in enumerate(groups))

    @property
    def right(self) -> float:
        """Right edge of the last column."""
        return self.columns[-1] + self.pitch

    @property
    def bottom(self) -> float:
        """Bottom edge of the last row."""
        return self.top + self.architecture.depth * self.rise

    def row(self, layer: int) -> float:
        """Top edge of a layer's row."""
        return self.top + layer * self.rise


def checked_places(argument: str, found: object, architecture: Architecture) -> list[Place]:
    """Return (layer, neuron) places of a network, or refuse them."""
    within = f"(layer, neuron) pairs within {architecture.depth} layers of {architecture.width} neurons"
    if isinstance(found, str) or not isinstance(found, Iterable):
        raise bad(argument, within, found)
    places = []
    for place in found:
        pair = tuple(place) if isinstance(place, Iterable) and not isinstance(place, str) else ()
        if len(pair) != 2 or not all(hasattr(part, "__index__") for part in pair):
            raise bad(f"each of the {argument}", within, place)
        layer, neuron = (int(part) for part in pair)
        if not (0 <= layer < architecture.depth and 0 <= neuron < architecture.width):
            raise bad(f"each of the {argument}", within, (layer, neuron))
        places.append((layer, neuron))
    return places


def number_size(pitch: float) -> float:
    """Choose a type size at which two digits fit a column."""
    return max(4.5, min(7.0, pitch * 40))


def write_columns(sheet: Axes, places: Places, *, top: float | None = None) -> None:
    """Name the columns: groups with brackets and their own numbers above, numbers through the layer below.

    Args:
        sheet: Where to write.
        places: The columns.
        top: Lower edge of the names; by default the first row, and only then are there numbers below.

    Source: ours.
    """
    above = places.top if top is None else top
    size = number_size(places.pitch)
    texts = _group_texts(places)
    middles = [(_start(places, part) + _end(places, part)) / 2 for _, part in places.architecture.slices]
    room = [text_width(text, 8) + 0.1 for text in texts]
    shifted = spread(middles, room, within=(places.left - 0.05, places.right + 0.05))
    bracket = above - 0.19
    for (_, part), text, middle, shift in zip(places.architecture.slices, texts, middles, shifted, strict=True):
        start, end = _start(places, part) + 0.02, _end(places, part) - 0.02
        _line(sheet, [start, start, end, end], [bracket + 0.035, bracket, bracket, bracket + 0.035])
        _line(sheet, [middle, middle, shift], [bracket, bracket - 0.03, bracket - 0.06])
        write(sheet, shift, bracket - 0.09, text, size=8, across="center")
        for neuron in range(part.start, part.stop):
            centre = places.columns[neuron] + places.pitch / 2
            number = str(neuron - part.start)
            write(sheet, centre, above - 0.05, number, size=size, colour=GREY, across="center")
            if top is None:
                below = places.bottom + 0.13
                write(sheet, centre, below, str(neuron), size=size, colour=GREY, across="center")


def write_rows(sheet: Axes, places: Places, *, height: float, right: float | None = None) -> None:
    """Name the layers, right-aligned before the first column; ``height`` is that of a row's content."""
    size = min(8.0, places.rise * 60)
    for layer in range(places.architecture.depth):
        edge = (places.left if right is None else right) - 0.08
        middle = places.row(layer) + height / 2
        write(sheet, edge, middle, f"L{layer}", size=size, colour=INK, across="right", down="middle")


def _group_texts(places: Places) -> list[str]:
    """Write "gaussian 0–3" where that fits, else the name alone."""
    texts = []
    for name, part in places.architecture.slices:
        last = part.stop - part.start - 1
        full = f"{name} 0–{last}" if last else f"{name} 0"
        texts.append(full if text_width(full, 8) <= _end(places, part) - _start(places, part) + 0.1 else name)
    return texts


def _start(places: Places, part: slice) -> float:
    return places.columns[part.start]


def _end(places: Places, part: slice) -> float:
    return places.columns[part.stop - 1] + places.pitch


def _line(sheet: Axes, across: list[float], down: list[float]) -> None:
    sheet.add_line(Line2D(across, down, color=HAIRLINE, linewidth=0.8, solid_capstyle="butt", clip_on=False))
