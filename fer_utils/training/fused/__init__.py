"""The fused engine: the recipe's steps in compiled C++, several times as fast as torch on a CPU.

`kernel.cpp` says how, with its headers; `compiling` builds it once per machine, with whatever C++ compiler is there;
`planning` finds which copying neurons can be left out; `engine` hands the kernel a training problem. Where there is no
compiler, `obstacle` says so in one sentence.

Conventions that bite: only the CPU; the same bits for any number of threads and any company of other seeds, but
another processor, compiler or flag may add in another order.
"""

from __future__ import annotations

from fer_utils.training.fused.compiling import obstacle
from fer_utils.training.fused.engine import FusedEngine

__all__ = ["FusedEngine", "obstacle"]
