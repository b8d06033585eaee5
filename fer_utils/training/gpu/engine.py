"""The torch engine with a gradient of its own: one kernel does what hundreds of launches did."""

from __future__ import annotations

from torch import Tensor

from fer_utils.checks import BadInput
from fer_utils.training.engine import TorchEngine
from fer_utils.training.gpu.gradient import Buffers, GpuGradient, obstacle
from fer_utils.training.problem import Flat, Problem
from fer_utils.training.recipe import Recipe
from fer_utils.training.replay import Replay


class GpuEngine(TorchEngine):
    """Trains on a GPU in float32; see `problem.Engine` for what each member does.

    Args:
        problem: What to train.
        device: "cuda".
        threads: As for the torch engine; the work is the GPU's.

    Raises:
        BadInput: The device is another one, or the kernel cannot be used; `obstacle` says why.

    Source: ours; the maths is the paper's, conventional SGD.
    """

    name = "gpu"

    @staticmethod
    def maths(problem: Problem) -> str:
        """Return "gpu/1"."""
        return "gpu/1"

    def __init__(self, problem: Problem, *, device: str, threads: int | None) -> None:
        if device != "cuda":
            raise BadInput(f"device must be 'cuda' for the gpu engine, got {device!r}.")
        if reason := obstacle(problem.architecture):
            raise BadInput(reason)
        super().__init__(problem, device=device, threads=threads)

    def _make_gradient(self, inputs: Tensor) -> GpuGradient:
        return GpuGradient(self._problem.architecture, inputs, map_l1=self._problem.recipe.map_l1)

    def _make_replay(self, count: int, inputs: Flat, target: Flat) -> Replay:
        gradient = self._make_gradient(self._tensor(inputs))
        return KernelReplay(self._problem.recipe, gradient, self._tensor(target), count=count, device=self.device)


class KernelReplay(Replay):
    """One network's steps on fixed buffers, the whole step by the kernel.

    Args:
        recipe: With an optimiser of `RECORDABLE`.
        gradient: Of the network, on the pixels that are always looked at.
        target: Their colours, ``(3, pixels)``.
        count: Number of weights.
        device: "cuda", or "cpu" to run unrecorded.

    Source: ours.
    """

    def __init__(self, recipe: Recipe, gradient: GpuGradient, target: Tensor, *, count: int, device: str) -> None:
        self._kernel, self._target = gradient, target
        super().__init__(recipe, lambda weights: gradient(weights, target), count=count, device=device)

    def _one(self) -> None:
        buffers = Buffers(self._weights, self._first, self._second, self._step, self._slot, self._losses)
        self._kernel.step(buffers, self._target, self._recipe)
