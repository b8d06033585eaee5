"""A layered genome as a graph: the same places as in the grid of its maps, with the connections between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from fer_utils import images
from fer_utils.checks import bad
from fer_utils.cppn import Weight
from fer_utils.images import Array
from fer_utils.layerize import EvolvedNetwork
from fer_utils.plotting.graphs import LONG, NAMES, checked_ids, mark_colours
from fer_utils.plotting.lines import Point, add_curve, connection_key, line_style
from fer_utils.plotting.look import (
    DOTS,
    GREY,
    WIDTH,
    Drawing,
    frame,
    map_colours,
    show,
    spread,
    styled,
    text_width,
    write,
)
from fer_utils.plotting.places import HEADER, Place, Places, write_columns, write_rows

MARGIN = 0.48
GAP = 0.36  # inches between rows, for the lines
AISLE = 0.06
PICTURE = 1.5
SIZE = 64  # pixels of a thumbnail's map
COPY = "#9aa0a5"
UNUSED = "#e6e9eb"


@styled
def layered_graph(network: EvolvedNetwork, *, highlight: Iterable[str] = ()) -> Figure:
    """Draw a layered genome: a row for each layer, every neuron at its place, and all connections.

    Neurons that compute are thumbnails of their maps, copies are grey dots joined by grey lines, empty places faint
    dots. Connections look as in ``genome_graph``.

    Args:
        network: A layered genome.
        highlight: Ids of nodes that get a ring, and all their copies too, in the colours of ``genome_graph``.

    Returns:
        The figure.

    Raises:
        BadInput: The network is no layered genome, or a highlighted node is not in it.

    Source: paper, figure 11.
    """
    if not isinstance(network, EvolvedNetwork):
        raise bad("network", "a layered genome, as layerize returns it", network)
    marked = mark_colours([network.genome.node(node).id for node in checked_ids("highlight", highlight)])
    architecture = network.architecture
    pitch = min(0.62, (WIDTH - MARGIN - 0.05 - AISLE * (len(architecture.groups) - 1)) / architecture.width)
    thumb = min(0.4, pitch * 0.86)
    names = 0.05 + HEADER  # lower edge of the columns' names
    first = names + 0.06  # the inputs' row
    places = Places(architecture, MARGIN, first + thumb + GAP, pitch, thumb + GAP, AISLE)
    last = places.row(architecture.depth)  # the outputs' row
    drawing = Drawing(WIDTH, last + thumb + GAP + PICTURE + 0.36, dots=DOTS if last < LONG else DOTS * 3 // 4)
    sheet = drawing.sheet()
    spots = _spots(network, places, thumb)
    _draw_lines(sheet, network, spots, thumb)
    _draw_neurons(sheet, network, spots, thumb)
    _draw_ends(sheet, network, spots, thumb)
    for node, colour in marked.items():
        _ring(sheet, network, node, spots, thumb, colour)
    write_columns(sheet, places, top=names)
    write_rows(sheet, places, height=thumb)
    for top, name in ((first, "inputs"), (last, "outputs")):
        write(sheet, 0.03, top + thumb / 2, name, size=8, colour=GREY, down="middle")
    connection_key(sheet, last + thumb + GAP + PICTURE + 0.17)
    return drawing


def _spots(network: EvolvedNetwork, places: Places, thumb: float) -> dict[Place, Point]:
    """Find the middle of every neuron; layer -1 holds the inputs, layer ``depth`` the outputs.

    Inputs and outputs stand near the neurons they are joined to.
    """
    depth = network.architecture.depth
    spots = {
        (layer, neuron): (left + places.pitch / 2, places.row(layer) + thumb / 2)
        for layer in range(depth)
        for neuron, left in enumerate(places.columns)
    }
    ends = ((-1, network.weights[0], 0, images.INPUTS), (depth, network.weights[-1].T, depth - 1, images.OUTPUTS))
    for layer, weights, beside, labels in ends:
        joined = [[spots[beside, int(neuron)][0] for neuron in np.flatnonzero(row)] for row in weights]
        texts = [text_width(NAMES.get(label, label), 8) + 0.13 for label in labels]
        wanted = [
            (float(np.median(near)) if near else places.left) + text / 2
            for near, text in zip(joined, texts, strict=True)
        ]
        order = sorted(range(len(labels)), key=lambda index: (wanted[index], index))
        sizes = [thumb + texts[index] + 0.08 for index in order]
        placed = spread([wanted[index] for index in order], sizes, within=(places.left, WIDTH))
        for index, across in zip(order, placed, strict=True):
            spots[layer, index] = (across - texts[index] / 2, places.row(layer) + thumb / 2)
    return spots


def _draw_lines(sheet: Axes, network: EvolvedNetwork, spots: Mapping[Place, Point], thumb: float) -> None:
    """Draw copies in grey, and connections of the genome, those of weight 0 too, in their colours."""
    lines: dict[Weight, float | None] = dict.fromkeys(network.copies)
    lines |= {weight: network.weight(weight) for weight in network.connection_of}
    coming: dict[Place, list[Place]] = {}
    for layer, row, column in sorted(lines, key=lambda weight: spots[weight[0] - 1, weight[1]]):
        coming.setdefault((layer, column), []).append((layer - 1, row))
    for end, starts in coming.items():
        step = min(thumb * 0.8 / max(len(starts) - 1, 1), 0.1)
        for index, start in enumerate(starts):
            weight = lines[end[0], start[1], end[1]]
            # Lines meet a dot in its middle, and spread over the upper edge of a thumbnail.
            above = 0 if _is_copy(network, end) else thumb / 2
            below = 0 if _is_copy(network, start) else thumb / 2
            arrival = spots[end][0] + (index - (len(starts) - 1) / 2) * step, spots[end][1] - above
            add_curve(sheet, [(spots[start][0], spots[start][1] + below), arrival], **line_style(weight))


def _is_copy(network: EvolvedNetwork, place: Place) -> bool:
    """Tell whether a neuron only carries on what an earlier one, or an input, says."""
    node = network.node_of.get(place)
    if node is None:
        return False
    return network.genome.node(node).kind == "input" or network.neurons_of[node][0] != place


def _draw_neurons(sheet: Axes, network: EvolvedNetwork, spots: Mapping[Place, Point], thumb: float) -> None:
    """Draw thumbnails where a node is computed, dots where it is copied, faint dots where there is nothing."""
    values = network.activations(SIZE)
    copied, empty = [], []
    for layer in range(network.architecture.depth):
        for neuron in range(network.architecture.width):
            across, down = spots[layer, neuron]
            if (layer, neuron) not in network.node_of:
                empty.append((across, down))
            elif _is_copy(network, (layer, neuron)):
                copied.append((across, down))
            else:
                _thumbnail(sheet, values[layer][neuron], across, down, thumb)
    for points, colour, diameter in ((copied, COPY, 5.5), (empty, UNUSED, 4.0)):
        dots = np.array(points).reshape(-1, 2)
        sheet.plot(dots[:, 0], dots[:, 1], "o", color=colour, markersize=diameter, markeredgewidth=0, zorder=2.5)


def _draw_ends(sheet: Axes, network: EvolvedNetwork, spots: Mapping[Place, Point], thumb: float) -> None:
    """Draw the inputs above, the outputs below, and the picture they make."""
    depth = network.architecture.depth
    ends = ((-1, images.INPUTS, images.coordinates(SIZE)), (depth, images.OUTPUTS, network.outputs(SIZE)))
    for layer, labels, maps in ends:
        for index, (label, one) in enumerate(zip(labels, maps, strict=True)):
            across, down = spots[layer, index]
            _thumbnail(sheet, one, across, down, thumb)
            text = NAMES.get(label, label)
            write(sheet, across + thumb / 2 + 0.08, down, text, size=8, down="middle")
    outputs = [spots[depth, index] for index in range(len(images.OUTPUTS))]
    left, right = min(outputs)[0] - thumb / 2, max(outputs)[0] + thumb / 2
    middle = min(max((left + right) / 2, PICTURE / 2 + 0.05), WIDTH - PICTURE / 2 - 0.05)
    top = outputs[0][1] + thumb / 2 + GAP
    for number, (across, down) in enumerate(sorted(outputs)):
        add_curve(sheet, [(across, down + thumb / 2), (middle + (number - 1) * 0.3, top)], **line_style(None))
    show(sheet, network.image(256), middle - PICTURE / 2, top, PICTURE, PICTURE).set_zorder(3)
    frame(sheet, middle - PICTURE / 2, top, PICTURE, PICTURE)


def _thumbnail(sheet: Axes, values: Array, across: float, down: float, side: float) -> None:
    show(sheet, map_colours(values), across - side / 2, down - side / 2, side, side).set_zorder(3)
    frame(sheet, across - side / 2, down - side / 2, side, side)


def _ring(
    sheet: Axes, network: EvolvedNetwork, node: str, spots: Mapping[Place, Point], thumb: float, colour: str
) -> None:
    """Put a frame round a node and a ring round each of its copies."""
    own = [(-1, index) for index, input_node in enumerate(network.genome.inputs.values()) if input_node == node]
    for place in [*own, *network.neurons_of[node]]:
        across, down = spots[place]
        if _is_copy(network, place):
            ring = Circle((across, down), 0.085, fill=False, edgecolor=colour, linewidth=1.8, zorder=5)
            sheet.add_artist(ring)
        else:
            corner = across - thumb / 2, down - thumb / 2
            frame(sheet, *corner, thumb, thumb, colour=colour, line=1.8, away=0.02)
