"""The GPU engine: loss and gradient of a step in one kernel, compiled for the network at hand.

`tiles.cu` takes the picture through the network and back, `step.cu` adds up and makes the step; `gradient` builds them,
with the compiler that torch brings along, and runs them in the place of the torch engine's many small operations;
`engine` is the torch engine with this gradient, its steps recorded (`replay`).

Conventions that bite: only CUDA, and torch finds its compiler only where CUDA's toolkit is; the same bits on every run
on one kind of card, other last bits than the other engines. No GPU is needed to test it: a C++ compiler makes a
faithful copy of the kernels (`tests/emulated_gpu.py`).
"""

from __future__ import annotations

from fer_utils.training.gpu.engine import GpuEngine
from fer_utils.training.gpu.gradient import obstacle

__all__ = ["GpuEngine", "obstacle"]
