"""The shape of a layered network, in the paper's notation, and the paper's numbering of its weights.

The paper's figures name a weight by one number. It counts through the layers in the *alphabetical* order
of their names in the authors' code (Dense_0, Dense_1, Dense_10, Dense_11, Dense_12, Dense_2, …), row by
row: skull weight 4371 is (7, 15, 15). ``locate`` and ``paper_id`` translate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from fer_utils import activations, images
from fer_utils.checks import bad, one_of, whole

Place = tuple[int, int]  # (layer, neuron)
Weight = tuple[int, int, int]  # (layer, row, column)
MOST_DEPTH = 1000
MOST_WIDTH = 4096


@dataclass(frozen=True)
class Architecture:
    """A stack of alike hidden layers, each made of groups of neurons with one activation.

    Args:
        depth: Number of hidden layers, at least 1.
        groups: (activation, number of neurons) pairs, sorted by activation name as the authors write them.

    Raises:
        BadInput: The depth, an activation or a count is not usable.

    Source: paper, appendix on layerization; the notation is that of the authors' code.
    """

    depth: int
    groups: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        """Check the numbers and the names."""
        whole("depth of the architecture", self.depth, least=1, most=MOST_DEPTH)
        names = [name for name, _ in self.groups]
        if not names or names != sorted(set(names)):
            raise bad("architecture", "groups sorted by activation name, each named once", ",".join(names))
        for name, count in self.groups:
            one_of("activation in the architecture", name, activations.NAMES)
            whole(f"number of {name} neurons in the architecture", count, least=1, most=MOST_WIDTH)

    @staticmethod
    def parse(text: str) -> Architecture:
        """Read the paper's notation, such as ``12;cache:15,gaussian:4,identity:2,sin:1``.

        Args:
            text: ``depth;activation:count,...``; blanks are ignored.

        Returns:
            The architecture; ``str`` of it gives the text back.

        Raises:
            BadInput: The text does not have that form.

        Source: the authors' notation.
        """
        form = 'of the form "depth;activation:count,…", as in "12;cache:15,gaussian:4,identity:2,sin:1"'
        if not isinstance(text, str):
            raise bad("architecture", form, text)
        head, semicolon, tail = "".join(text.split()).partition(";")
        pairs = [part.partition(":") for part in tail.split(",")]
        digits = [head, *(count for _, _, count in pairs)]
        if not semicolon or not all(number.isascii() and number.isdigit() and len(number) < 10 for number in digits):
            raise bad("architecture", form, text)
        return Architecture(int(head), tuple((name, int(count)) for name, _, count in pairs))

    def with_only(self, activation: str) -> Architecture:
        """Return an architecture of the same depth and width with one function for all neurons.

        Source: paper, figures 21 to 23, with "relu".
        """
        return Architecture.parse(f"{self.depth};{activation}:{self.width}")

    def __str__(self) -> str:
        """Write the paper's notation."""
        return f"{self.depth};" + ",".join(f"{name}:{count}" for name, count in self.groups)

    @cached_property
    def width(self) -> int:
        """Neurons in a hidden layer."""
        return sum(count for _, count in self.groups)

    @cached_property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """(in, out) of every weight matrix, the readout last."""
        inner = [(self.width, self.width)] * (self.depth - 1)
        return ((len(images.INPUTS), self.width), *inner, (self.width, len(images.OUTPUTS)))

    @cached_property
    def weight_count(self) -> int:
        """Number of weights in all."""
        return sum(rows * columns for rows, columns in self.shapes)

    @cached_property
    def slices(self) -> tuple[tuple[str, slice], ...]:
        """(activation, slice of neurons) for each group, in neuron order."""
        bounds = accumulate((count for _, count in self.groups), initial=0)
        return tuple((name, slice(*ends)) for (name, _), ends in zip(self.groups, pairwise(bounds), strict=True))

    @cached_property
    def activations(self) -> tuple[str, ...]:
        """The activation of each neuron of a hidden layer."""
        return tuple(name for name, count in self.groups for _ in range(count))

    def neuron_name(self, layer: int, neuron: int) -> str:
        """Name a neuron for a reader: layer, activation, and which of that kind, as in "L7 gaussian 0".

        Args:
            layer: 0 to depth - 1; -1 names the inputs and ``depth`` the outputs.
            neuron: Index within the layer.

        Raises:
            BadInput: There is no such layer or neuron.

        Source: ours.
        """
        whole("layer", layer, least=-1, most=self.depth)
        sizes = {-1: len(images.INPUTS), self.depth: len(images.OUTPUTS)}
        whole(f"neuron of layer {layer}", neuron, least=0, most=sizes.get(layer, self.width) - 1)
        if layer == -1:
            return f"input {images.INPUTS[neuron]}"
        if layer == self.depth:
            return f"output {images.OUTPUTS[neuron]}"
        name, part = next((name, part) for name, part in self.slices if part.start <= neuron < part.stop)
        return f"L{layer} {name} {neuron - part.start}"

    @cached_property
    def paper_layers(self) -> tuple[int, ...]:
        """The weight layers in the order of the paper's ids: alphabetical in "Dense_<layer>"."""
        return tuple(sorted(range(self.depth + 1), key=lambda layer: f"Dense_{layer}"))

    @cached_property
    def _paper_starts(self) -> tuple[tuple[int, int], ...]:
        """(layer, first paper id) in the order of the ids."""
        sizes = [self.shapes[layer][0] * self.shapes[layer][1] for layer in self.paper_layers]
        return tuple(zip(self.paper_layers, accumulate(sizes[:-1], initial=0), strict=True))

    def locate(self, paper_id: int) -> Weight:
        """Translate the paper's weight id to (layer, row, column).

        Args:
            paper_id: 0 to ``weight_count`` - 1.

        Raises:
            BadInput: There is no such id.

        Source: paper, figures 6, 16, 20; the order is that of the authors' code.
        """
        number = whole("weight id", paper_id, least=0, most=self.weight_count - 1)
        layer, start = max((pair for pair in self._paper_starts if pair[1] <= number), key=lambda pair: pair[1])
        row, column = divmod(number - start, self.shapes[layer][1])
        return layer, row, column

    def paper_id(self, layer: int, row: int, column: int) -> int:
        """Translate (layer, row, column) to the paper's weight id.

        Source: paper, figures 6, 16, 20; the order is that of the authors' code.
        """
        layer, row, column = self.resolve((layer, row, column))
        return dict(self._paper_starts)[layer] + row * self.shapes[layer][1] + column

    def resolve(self, weight: int | Sequence[int]) -> Weight:
        """Accept a weight as the paper's id or as (layer, row, column), and return the latter.

        Raises:
            BadInput: It is neither, or lies outside the network.

        Source: ours.
        """
        if not isinstance(weight, list | tuple):
            return self.locate(weight)  # type: ignore[arg-type]
        if len(weight) != 3:
            raise bad("weight", "a paper id or (layer, row, column)", weight)
        layer = whole("layer of the weight", weight[0], least=0, most=self.depth)
        rows, columns = self.shapes[layer]
        row = whole(f"row of the weight in layer {layer}", weight[1], least=0, most=rows - 1)
        column = whole(f"column of the weight in layer {layer}", weight[2], least=0, most=columns - 1)
        return layer, row, column
