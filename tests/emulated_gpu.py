"""The GPU's kernel built for this processor: one thread a block, so nobody waits for another, one block at a time."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import torch

from fer_utils.training.fused import compiling
from fer_utils.training.gpu.gradient import Card, Cut

HEAD = """
#include <algorithm>
#include <cmath>
#define __host__
#define __device__
#define __global__
#define __launch_bounds__(threads)
#define __syncthreads()
#define __align__(bytes) alignas(bytes)
#define __shared__
using std::min, std::pow, std::sqrt, std::cos;
struct alignas(16) float4 { float x, y, z, w; };
struct Place { int x; };
static Place threadIdx{0}, blockIdx{0}, gridDim{1};
"""
TAILS = {
    "tiles": """
float4 room[1 << 18];
extern "C" void run_tiles(int blocks, const float *a, const float *b, const float *c, int d, int e, double f, float *g,
                          float *h, float *i, double *j) {
    for (gridDim.x = blocks, blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++) tiles(a, b, c, d, e, f, g, h, i, j);
}
""",
    "step": """
double sums[64];
extern "C" void run_gather(int blocks, const float *a, const double *b, int c, int d, float *e, float *f) {
    for (gridDim.x = blocks, blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++) gather(a, b, c, d, e, f);
}
extern "C" void run_update(int, const float *a, const float *b, float *c, float *d, float *e, double *f, long long *g,
                           float *h, int i, int j, double k, double l, double m, double n) {
    update(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
}
""",
}
COMPILER = next((path for name in compiling.COMPILERS if (path := shutil.which(name))), None)


def emulated(*, blocks: int = 7, shared: int = 1 << 22, each: int = 2) -> Card:
    """Return a card whose kernels run here."""
    return Card(shared, blocks, (Cut(1, each, 8, 4, team=1),), _build)


class _Emulation:
    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(
        self, *, grid: tuple[int, int, int], block: tuple[int, int, int], args: list[Any], shared_mem: int
    ) -> None:
        assert block == (1, 1, 1)
        self._function(grid[0], *(_as_c(value) for value in args))


def _as_c(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        assert value.is_contiguous()
        return ctypes.c_void_p(value.data_ptr())
    return ctypes.c_double(value) if isinstance(value, float) else ctypes.c_int(value)


@functools.cache
def _library(source: str, tail: str) -> ctypes.CDLL:
    assert COMPILER is not None
    with tempfile.TemporaryDirectory() as folder:
        code, made = Path(folder) / "emulated.cpp", Path(folder) / "emulated.so"
        code.write_text(HEAD + source + tail)
        warn = ("-Wall", "-Werror", "-Wno-unknown-pragmas", "-Wno-unused")
        command = [COMPILER, "-std=c++17", "-O1", *warn, "-fPIC", "-shared", "-o", made, code]
        subprocess.run(command, check=True, capture_output=True, text=True)
        return ctypes.CDLL(str(made))


def _build(source: str, name: str, _: int) -> _Emulation:
    tail = TAILS["tiles" if name == "tiles" else "step"]
    return _Emulation(getattr(_library(source, tail), f"run_{name}"))
