"""Building a kernel: one call of the C++ compiler, the result kept in the user's cache folder.

A plain shared library called through ctypes is built in seconds and asks for nothing but a compiler; an extension of
torch would want ninja, Python's headers, and half a minute for torch's own. The file's name holds a hash of the source
and of the compiler's predefined macros, which tell its version and what this processor can do: a home folder shared by
different machines holds one library for each kind.
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pooch

from fer_utils import storage
from fer_utils.checks import BadInput, shorten

SOURCES = tuple(
    Path(__file__).parent / name for name in ("kernel.cpp", "tile.h", "plan.h", "products.h", "functions.h")
)
FLAGS = ("-std=c++17", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-pthread")
COMPILERS = ("g++", "c++", "clang++")
PATIENCE = 300  # seconds a compiler may take


def obstacle(sources: tuple[Path, ...] | None = None) -> str | None:
    """Say in one sentence why the fused engine cannot be used here, or return None where it can.

    The first call compiles the kernel, for a few seconds, unless that was done before.

    Args:
        sources: The C++ file to build and the headers it reads; by default those of the training kernel.

    Source: ours.
    """
    try:
        library(sources)
    except BadInput as error:
        return str(error)
    return None


def library(sources: tuple[Path, ...] | None = None) -> ctypes.CDLL:
    """Return a compiled kernel, building it if need be.

    The compiler is the one named by the environment variable FER_CXX, else the first of `COMPILERS` that is there.

    Args:
        sources: The C++ file to build and the headers it reads; by default those of the training kernel.

    Raises:
        BadInput: There is no compiler, or it cannot build the kernel.

    Source: ours.
    """
    return _library(os.environ.get("FER_CXX") or "", sources or SOURCES)


@functools.cache
def _library(wanted: str, sources: tuple[Path, ...]) -> ctypes.CDLL:
    compiler = _compiler(wanted)
    tuning, macros = _tuning(compiler)
    mark = storage.content_hash(*sources, " ".join([*FLAGS, *tuning]), macros)
    path = _folder() / f"{sources[0].stem}-{mark[:32]}.so"
    if path.exists():
        try:
            return ctypes.CDLL(str(path))
        except OSError:  # a broken file: build it again
            path.unlink(missing_ok=True)
    return _build([compiler, *FLAGS, *tuning, str(sources[0])], path)


def _compiler(wanted: str) -> str:
    found = [path for name in ([wanted] if wanted else COMPILERS) if (path := shutil.which(name))]
    if found:
        return found[0]
    if wanted:
        raise BadInput(f"The fused engine needs a C++ compiler, but FER_CXX names {shorten(wanted)}, which is not one.")
    raise BadInput(f"The fused engine needs a C++ compiler, and none of {', '.join(COMPILERS)} is installed.")


def _tuning(compiler: str) -> tuple[list[str], str]:
    """Return the flags for this very processor that the compiler understands, and its predefined macros under them."""
    for flags in (["-march=native"], ["-mcpu=native"], []):
        done = _run([compiler, *flags, "-dM", "-E", "-x", "c++", os.devnull])
        if done.returncode == 0:
            return flags, done.stdout
    raise BadInput(f"The fused engine cannot be built: {compiler} is no C++ compiler in working order.")


def _build(command: list[str], path: Path) -> ctypes.CDLL:
    """Compile in a folder aside and move the library in place, so that no other process ever sees half of one."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as aside:
            made = Path(aside) / path.name
            done = _run([*command, "-shared", "-o", str(made)])
            if done.returncode != 0:
                complaint = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
                raise BadInput(f"The fused engine cannot be built: {shorten(complaint.strip(), most=300)}")
            made.replace(path)
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise BadInput(f"The fused engine cannot be built: {shorten(str(error), most=300)}") from None


def _folder() -> Path:
    """Return the cache folder for compiled kernels, or a passing one where the cache cannot be written."""
    folder = Path(pooch.os_cache("fer_utils")) / "fused"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _passing_folder()
    return folder if os.access(folder, os.W_OK) else _passing_folder()


def _passing_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fer_utils-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", f"error: {error}")
