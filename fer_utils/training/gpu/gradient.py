"""Loss, gradient and step by the kernels: what they are told of the network, their buffers, and their launches."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from fer_utils.cppn import Architecture
from fer_utils.training.recipe import Recipe
from fer_utils.training.replay import Buffers

TILES, STEP = (Path(__file__).with_name(name) for name in ("tiles.cu", "step.cu"))
KINDS = {"cache": "KEEP", "identity": "KEEP"}  # the others' names in the kernel are their own, in capitals
KEEPS_SLOPE = ("sin", "cos", "gaussian")  # the slope of the others follows from their value
INPUTS = 4
TEAM = 1024  # threads that make the step itself


class Cut(NamedTuple):
    """How the work is cut among threads.

    Args:
        threads: Of a block.
        each: Pixels that a thread takes through the layers.
        rows: Of a matrix's gradient, in one thread's registers.
        cols: As many columns.
        team: Threads that make the step itself.

    Source: ours.
    """

    threads: int
    each: int
    rows: int
    cols: int
    team: int = TEAM


CUTS = tuple(Cut(threads, 2, 8, 4) for threads in (256, 128, 64, 32))  # the first of them whose tile finds room
BLOCKS_EACH = 4  # blocks a multiprocessor at most, so that large pictures need no more memory than small ones
LIKELY = Architecture(12, (("relu", 22),))  # of the paper's size, to see whether this machine can compile at all


class Launch(Protocol):
    """A compiled kernel."""

    def __call__(
        self, *, grid: tuple[int, int, int], block: tuple[int, int, int], args: list[Any], shared_mem: int
    ) -> None:
        """Run it."""


class Card(NamedTuple):
    """What a GPU offers.

    Args:
        shared: Bytes of shared memory that a block may have.
        blocks: How many blocks to run at most.
        cuts: Ways to cut the work, the best first; the first is taken whose tile finds room.
        build: Takes the kernel's source, a function's name and bytes of shared memory; gives what runs it.

    Source: ours.
    """

    shared: int
    blocks: int
    cuts: tuple[Cut, ...]
    build: Callable[[str, str, int], Launch]


def this_card() -> Card:
    """Return what torch's present GPU offers."""
    seen = torch.cuda.get_device_properties()
    shared = getattr(seen, "shared_memory_per_block_optin", 48 * 1024)  # torch's type stubs do not know it
    return Card(shared, BLOCKS_EACH * seen.multi_processor_count, CUTS, _build)


def obstacle(architecture: Architecture = LIKELY) -> str | None:
    """Say in one sentence why the kernel cannot train this network here, or return None where it can.

    Args:
        architecture: Of the network; by default one of the paper's size.

    Source: ours.
    """
    if not torch.cuda.is_available():
        return "The gpu engine needs a GPU, and torch sees none."
    card = this_card()
    cut = cut_for(architecture, card)
    if cut is None:
        return f"The gpu engine has no room for layers of {architecture.width} neurons on this GPU."
    try:
        card.build(source_for(TILES, architecture, cut), "tiles", shared_bytes(architecture, cut))
    except Exception as error:  # whatever a private corner of torch may raise, training goes on with the torch engine
        said = " ".join(str(error).split()).removesuffix(".")
        return f"The gpu engine cannot be built: {said[:300]}."
    return None


def cut_for(architecture: Architecture, card: Card) -> Cut | None:
    """Return how to cut the work, or None where the network's layers are too wide for this GPU."""
    return next((cut for cut in card.cuts if shared_bytes(architecture, cut) <= card.shared), None)


def shared_bytes(architecture: Architecture, cut: Cut) -> int:
    """Return the bytes of shared memory that a block needs: see the kernel's own list."""
    tall = max(architecture.width, INPUTS)
    sums = max(cut.threads * cut.rows * cut.cols, tall * tall)
    return 4 * (2 * tall * _padded(tall) + 2 * tall * cut.each * (cut.threads + 1) + sums)


def source_for(source: Path, architecture: Architecture, cut: Cut) -> str:
    """Return a source's text for one architecture.

    Args:
        source: `TILES` or `STEP`.
        architecture: Of the network.
        cut: How the work is cut.
    """
    groups, kept = [], 0
    for name, rows in architecture.slices:
        groups.append(f"GROUP({KINDS.get(name, name.upper())}, {rows.start}, {rows.stop}, {kept})")
        kept += (rows.stop - rows.start) * (name in KEEPS_SLOPE)
    known = {
        "DEPTH": architecture.depth,
        "WIDTH": architecture.width,
        "WEIGHTS": architecture.weight_count,
        "SLOPES": max(kept, 1),
        "GROUPS": " ".join(groups),
        **{name.upper(): value for name, value in cut._asdict().items()},
    }
    return "\n".join([*(f"#define {name} {value}" for name, value in known.items()), source.read_text("utf-8")])


class GpuGradient:
    """Computes the loss and its gradient for one architecture and one number of pixels, as `gradient.Gradient` does.

    Args:
        architecture: Of the networks.
        inputs: ``(4, pixels)`` float32 tensor on the GPU.
        map_l1: Weight of the mean absolute hidden activation in the gradient.
        card: The GPU; by default torch's present one.

    Source: paper, conventional SGD; the penalty is ours.
    """

    def __init__(
        self, architecture: Architecture, inputs: Tensor, *, map_l1: float = 0.0, card: Card | None = None
    ) -> None:
        card = card or this_card()
        cut = cut_for(architecture, card)
        assert cut is not None
        self._cut, self._shared = cut, shared_bytes(architecture, cut)
        self._inputs, self._pixels = inputs.clone(memory_format=torch.contiguous_format), inputs.shape[1]
        self._map_pull = map_l1 / (architecture.depth * architecture.width * self._pixels)
        tile = cut.threads * cut.each
        self._blocks = min(card.blocks, -(-self._pixels // tile))
        self._tiles = card.build(source_for(TILES, architecture, cut), "tiles", self._shared)
        step = source_for(STEP, architecture, cut)
        self._gather, self._update = (card.build(step, name, _room_to_add(cut)) for name in ("gather", "update"))
        slopes = sum(count for name, count in architecture.groups if name in KEEPS_SLOPE)
        self._values = inputs.new_empty(self._blocks, architecture.depth * architecture.width * tile)
        self._slopes = inputs.new_empty(self._blocks, architecture.depth * max(slopes, 1) * tile)
        self._partial = inputs.new_empty(self._blocks, architecture.weight_count)
        self._errors = torch.empty(self._blocks, dtype=torch.float64, device=inputs.device)

    def look_at(self, inputs: Tensor) -> None:
        """Take other pixels, as many as before: ``(4, pixels)``."""
        self._inputs.copy_(inputs)

    def loss(self, weights: Tensor, target: Tensor) -> Tensor:
        """Return the mean squared error over pixels and channels, as a tensor of one number."""
        return self._run(weights, target, descend=False)[0]

    def __call__(self, weights: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient, as `gradient.Gradient` does."""
        return self._run(weights, target, descend=True)

    def step(self, buffers: Buffers, target: Tensor, recipe: Recipe) -> None:
        """Do one whole step of `recipe`, in place.

        Args:
            buffers: Of the network that is trained.
            target: ``(3, pixels)`` RGB in [0, 1].
            recipe: With Adam or plain descent.
        """
        loss, gradient = self(buffers.weights, target)
        each = 1 / buffers.weights.numel()
        how = [int(recipe.optimiser == "adam"), int(recipe.normalise_gradient), float(recipe.learning_rate)]
        period = float(recipe.steps if recipe.schedule == "cosine" else 0)
        penalties = [recipe.weight_l1 * each, 2 * recipe.weight_l2 * each]
        args = [gradient, loss, *buffers, *how, period, *penalties]
        self._launch(self._update, 1, self._cut.team, args, _room_to_add(self._cut))

    def _run(self, weights: Tensor, target: Tensor, *, descend: bool) -> tuple[Tensor, Tensor]:
        """Launch what finds loss and gradient, on torch's present stream."""
        gradient, loss = torch.empty_like(weights), weights.new_empty(())
        seen = [weights.contiguous(), self._inputs, target.contiguous(), self._pixels, int(descend), self._map_pull]
        room = [self._values, self._slopes, self._partial, self._errors]
        self._launch(self._tiles, self._blocks, self._cut.threads, [*seen, *room], self._shared)
        rows = -(-weights.numel() // min(self._cut.threads, 32))
        found = [self._partial, self._errors, self._blocks, int(descend), gradient, loss]
        self._launch(self._gather, rows, self._cut.threads, found, _room_to_add(self._cut))
        return loss, gradient

    def _launch(self, kernel: Launch, blocks: int, threads: int, args: list[Any], shared: int) -> None:
        kernel(grid=(blocks, 1, 1), block=(threads, 1, 1), args=args, shared_mem=shared)


@functools.cache
def _build(source: str, name: str, shared: int) -> Launch:
    """Compile one of a source's functions for torch's present GPU, with the compiler that torch brings along."""
    launch: Any = torch.cuda._compile_kernel(source, name)
    launch.set_shared_memory_config(shared)
    return launch


def _room_to_add(cut: Cut) -> int:
    """Return the bytes of shared memory in which a block adds its threads' numbers in double precision."""
    return 8 * max(cut.threads, cut.team)


def _padded(rows: int) -> int:
    return -(-rows // 4) * 4
