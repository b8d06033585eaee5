"""Weight matrices as small heat maps: a dense network and a sparse one are told apart at a glance."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure

from fer_utils.checks import bad, whole
from fer_utils.cppn import Network
from fer_utils.layerize import EvolvedNetwork
from fer_utils.plotting.look import (
    DOTS,
    GREY,
    MAPS,
    WIDTH,
    Drawing,
    Pixels,
    frame,
    rgb,
    show,
    styled,
    text_width,
    write,
)

MOST = 3.0  # weights beyond this are drawn as this; Picbreeder's own limit
LINEAR = 0.03  # below this the scale is linear, above it logarithmic
COPY = "#9aa0a5"
GAP = 0.16


@styled
def weight_matrices(network: Network, *, columns: int | None = None) -> Figure:
    """Draw every weight matrix: a row for each neuron below, a column for each neuron it feeds.

    Args:
        network: Any layered network. Copies in a layered genome, weights of 1 that only carry a value on, are grey.
        columns: Matrices in a row of the figure.

    Returns:
        The figure; the scale is symmetric and logarithmic, and the same for every network.

    Raises:
        BadInput: The network is none.

    Source: ours.
    """
    if not isinstance(network, Network):
        raise bad("network", "a fer_utils Network", network)
    count = len(network.weights)
    across = min(7, count) if columns is None else whole("columns", columns, least=1, most=20)
    cells = max(max(matrix.shape) for matrix in network.weights)
    # A weight is a whole number of dots, so that all are of one size.
    cell = max(1, min(24, int((WIDTH - 0.1 - (across - 1) * GAP) / across * DOTS // cells)))
    side = cell * cells / DOTS
    down, pitch = -(-count // across), side + 0.36
    drawing = Drawing(max(0.1 + across * (side + GAP) - GAP, 5.2), down * pitch + 0.42)
    sheet = drawing.sheet()
    for layer in range(count):
        left, top = 0.05 + layer % across * (side + GAP), 0.24 + layer // across * pitch
        board = weight_colours(network, layer).repeat(cell, axis=0).repeat(cell, axis=1)
        name = "readout" if layer == count - 1 else f"layer {layer}"
        write(sheet, left, top - 0.06, name, size=8)
        show(sheet, board, left, top, board.shape[1] / DOTS, board.shape[0] / DOTS)
        frame(sheet, left, top, board.shape[1] / DOTS, board.shape[0] / DOTS)
    _scale(sheet, 0.05, down * pitch + 0.12, copies=isinstance(network, EvolvedNetwork))
    return drawing


def weight_colours(network: Network, layer: int) -> Pixels:
    """Colour one matrix ``(in, out)``: red below 0, white at 0, blue above, copies grey."""
    board = _colours(network.weights[layer])
    if isinstance(network, EvolvedNetwork):
        for _, row, column in (weight for weight in network.copies if weight[0] == layer):
            board[row, column] = rgb(COPY)
    return board


def _colours(weights: np.ndarray) -> Pixels:
    norm = SymLogNorm(LINEAR, vmin=-MOST, vmax=MOST, clip=True, base=10)
    return np.asarray(mpl.colormaps[MAPS](norm(weights), bytes=True))[..., :3].copy()


def _scale(sheet: Axes, left: float, top: float, *, copies: bool) -> None:
    """Draw the colour bar with its ticks, and say what grey and the axes mean."""
    write(sheet, left, top + 0.055, "weight", size=8, colour=GREY, down="middle")
    start = left + 0.5
    norm = SymLogNorm(LINEAR, vmin=-MOST, vmax=MOST, base=10)
    show(sheet, _colours(norm.inverse(np.linspace(0, 1, 256)).filled())[None], start, top, 2.0, 0.11)
    frame(sheet, start, top, 2.0, 0.11)
    for tick in (-MOST, -0.3, 0, 0.3, MOST):
        place = start + 2.0 * float(norm(tick))
        text = f"{tick:g}".replace("-", "\N{MINUS SIGN}")
        write(sheet, place, top + 0.13, text, size=7, colour=GREY, across="center", down="top")
    across = start + 2.25
    if copies:
        show(sheet, rgb(COPY)[None, None], across, top, 0.11, 0.11)
        write(sheet, across + 0.17, top + 0.055, "copy", size=8, colour=GREY, down="middle")
        across += 0.17 + text_width("copy", 8) + 0.25
    write(sheet, across, top + 0.055, "rows: from, columns: to", size=8, colour=GREY, down="middle")
