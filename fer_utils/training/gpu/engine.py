"""The torch engine with a gradient of its own: one kernel does what hundreds of launches did."""

from __future__ import annotations

from torch import Tensor

from fer_utils.checks import BadInput
from fer_utils.training.engine import TorchEngine
from fer_utils.training.gpu.gradient import GpuGradient, obstacle
from fer_utils.training.problem import Flat, Problem
from fer_utils.training.replay import Step


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

    def _make_step(self, inputs: Flat, target: Flat) -> Step:
        recipe, gradient, goal = self._problem.recipe, self._make_gradient(self._tensor(inputs)), self._tensor(target)
        return lambda buffers: gradient.step(buffers, goal, recipe)
