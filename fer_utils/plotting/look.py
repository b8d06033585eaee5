"""The book's one look: colours, type, and the sheet of paper every figure is drawn on.

Conventions that bite. A figure is a ``Drawing``, a matplotlib figure that belongs to no window and to no
pyplot: a notebook shows it once, as the value of its cell, and global settings stay as they were. Places on
its sheet are in inches from the top left. A hundredth of an inch is one pixel of a web page; PNGs hold two
dots for each, so that they stay sharp on dense screens.
"""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath
from numpy.typing import NDArray

WIDTH = 8.0  # inches: the width of the book's column
SCREEN = 100  # pixels of a web page to the inch
DOTS = 200  # dots of a PNG to the inch

INK = "#2f3437"
GREY = "#7a8085"
HAIRLINE = "#c3c7ca"
EMPTY = "#eceeef"
EVOLVED = "#0b7a75"
SGD = "#d9541e"
NOVEL = "#1a9850"
HIGHLIGHT = "#101214"
PLUS = "#2f55d4"
MINUS = "#d63a34"
MAPS = "bwr_r"  # -1 red, 0 white, 1 blue, as in the paper
CYCLE = (SGD, "#e09f00", "#8c4a8f", "#2a78b5", "#5fb4d9", "#8a8f94")

P = ParamSpec("P")
R = TypeVar("R")
Pixels = NDArray[np.uint8]


def style() -> Any:
    """Return the settings (matplotlib's rcParams) that every figure of the book is drawn with.

    Source: ours.
    """
    return {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 9.0,
        "text.color": INK,
        "axes.edgecolor": HAIRLINE,
        "axes.labelcolor": INK,
        "axes.labelsize": 9.0,
        "axes.linewidth": 0.8,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.unicode_minus": True,
        "figure.facecolor": "white",
        "figure.edgecolor": "white",
        "axes.facecolor": "white",
        "savefig.facecolor": "white",
        "savefig.bbox": None,  # the sheet as it is; an inline backend would cut its margins
        "savefig.dpi": "figure",
        "savefig.transparent": False,
        "grid.color": "#e6e8ea",
        "grid.linewidth": 0.7,
        "lines.linewidth": 1.4,
        "lines.solid_capstyle": "round",
        "mathtext.fontset": "dejavusans",
        "svg.hashsalt": "fer",  # the same figure gives the same file
        "xtick.color": HAIRLINE,
        "xtick.labelcolor": INK,
        "xtick.labelsize": 8.0,
        "ytick.color": HAIRLINE,
        "ytick.labelcolor": INK,
        "ytick.labelsize": 8.0,
    }


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Run a figure function under the book's settings, and leave the reader's own as they were."""

    @functools.wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(style()):
            return function(*args, **kwargs)

    return drawn


class Drawing(Figure):
    """A figure that a notebook shows exactly once, sharp, and as wide as it means to be.

    Args:
        width: In inches.
        height: In inches.
        kind: "png", or "svg" for line charts.
        dots: Dots of the PNG to the inch.

    Source: ours.
    """

    def __init__(self, width: float, height: float, *, kind: str = "png", dots: int = DOTS) -> None:
        super().__init__(figsize=(width, height), dpi=dots)
        FigureCanvasAgg(self)
        self.kind = kind

    def sheet(self) -> Axes:
        """Add axes that cover the whole figure and count inches from the top left."""
        width, height = self.get_size_inches()
        axes = self.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, width), ylim=(height, 0))
        return axes

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save as matplotlib does, under the book's settings."""
        with mpl.rc_context(style()):
            super().savefig(fname, **options)

    def _ipython_display_(self) -> None:
        """Show the figure in a notebook.

        IPython asks this before anything else, so that an inline backend, which has its own way with figures, can
        neither change it nor show it a second time.
        """
        from IPython.display import display  # only notebooks have, and need, IPython

        data, metadata = self._repr_mimebundle_()
        display(data, metadata=metadata, raw=True)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        """Return the picture by MIME type, and how wide a page should show it."""
        data = io.BytesIO()
        nameless = {"Software": None} if self.kind == "png" else {"Date": None, "Creator": None}
        self.savefig(data, format=self.kind, dpi=self.dpi, metadata=nameless)
        mime = "image/png" if self.kind == "png" else "image/svg+xml"
        text = base64.b64encode(data.getvalue()).decode() if self.kind == "png" else data.getvalue().decode()
        width = {"width": round(self.get_size_inches()[0] * SCREEN)}
        return {mime: text, "text/plain": repr(self)}, {mime: width}


def map_colours(values: NDArray[Any]) -> Pixels:
    """Colour activations: -1 and below red, 0 white, 1 and above blue.

    Args:
        values: Any shape.

    Returns:
        ``(..., 3)`` uint8.

    Source: paper, figure 5.
    """
    scaled = Normalize(-1, 1, clip=True)(np.asarray(values, dtype=np.float64))
    return np.asarray(mpl.colormaps[MAPS](scaled, bytes=True))[..., :3]


def rgb(colour: str) -> Pixels:
    """Return "#rrggbb" as three bytes."""
    return np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)], dtype=np.uint8)


def show(sheet: Axes, picture: NDArray[Any], left: float, top: float, width: float, height: float) -> AxesImage:
    """Put a picture ``(rows, columns, 3)`` on the sheet, its pixels sharp, at a place in inches."""
    limits = sheet.get_xlim(), sheet.get_ylim()
    enlarged = width * sheet.figure.dpi >= picture.shape[1]
    extent = (left, left + width, top + height, top)
    image = sheet.imshow(picture, extent=extent, aspect="auto", interpolation="nearest" if enlarged else "auto")
    sheet.set(xlim=limits[0], ylim=limits[1])
    return image


def frame(
    sheet: Axes,
    left: float,
    top: float,
    width: float,
    height: float,
    *,
    colour: str = HAIRLINE,
    line: float = 0.6,
    away: float = 0.0,
) -> None:
    """Draw a frame outside a rectangle, ``line`` points thick and ``away`` inches from it."""
    half = line / 144 + away
    corner = (left - half, top - half)
    box = Rectangle(corner, width + 2 * half, height + 2 * half, fill=False, edgecolor=colour, linewidth=line)
    box.set(joinstyle="miter", zorder=3, clip_on=False)
    sheet.add_patch(box)


def write(
    sheet: Axes,
    left: float,
    top: float,
    text: str,
    *,
    size: float = 9.0,
    colour: str = INK,
    across: str = "left",
    down: str = "baseline",
    bold: bool = False,
) -> None:
    """Write text at a place in inches; ``across`` and ``down`` say which point of the text stands there.

    "middle" is half the height of a capital: unlike matplotlib's centre it is the same for "sin" and "gaussian".
    """
    if down == "middle":
        top, down = top + 0.36 * size / 72, "baseline"
    weight = "bold" if bold else "normal"
    options: dict[str, Any] = {
        "fontsize": size,
        "color": colour,
        "ha": across,
        "va": down,
        "fontweight": weight,
        "linespacing": 1.25,
    }
    sheet.text(left, top, text, parse_math=False, zorder=4, **options)


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float = 9.0) -> float:
    """Measure one line of text in inches."""
    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans")
    return float(TextPath((0, 0), text, size=size, prop=font).get_extents().width) / 72


def wrap(text: str, width: float, *, size: float = 9.0) -> list[str]:
    """Break text into lines no wider than ``width`` inches where its blanks allow; line ends are kept."""
    lines: list[str] = []
    for part in text.split("\n"):
        lines.append("")
        for word in part.split(" "):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if lines[-1] and text_width(longer, size) > width:
                lines.append(word)
            else:
                lines[-1] = longer
    return lines


def spread(
    wanted: Iterable[float], sizes: Iterable[float], *, within: tuple[float, float] = (-np.inf, np.inf)
) -> list[float]:
    """Move centres as little as possible (least squares), in their order, until things of those sizes do not overlap.

    Args:
        wanted: Centres wished for.
        sizes: What each takes up along the line.
        within: Ends of the line. Where it is too short, the last things stand over its far end.

    Returns:
        The centres, each at least half of both sizes from the next.

    Source: ours; isotonic regression by pooling adjacent violators.
    """
    extents = list(sizes)
    if not extents:
        return []
    offsets = np.cumsum([0.0, *((one + two) / 2 for one, two in pairwise(extents))])
    first, last = within[0] + extents[0] / 2, within[1] - extents[-1] / 2 - offsets[-1]
    places = np.clip(monotone(np.array(list(wanted)) - offsets), first, max(first, last)) + offsets
    return [float(place) for place in places]


def monotone(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return the rising sequence closest to the values, in least squares."""
    pools: list[tuple[float, int]] = []
    for value in values:
        pools.append((float(value), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (low, many), (high, more) = pools.pop(), pools.pop()
            pools.append(((low * many + high * more) / (many + more), many + more))
    return np.repeat([mean for mean, _ in pools], [count for _, count in pools]).astype(np.float64)
