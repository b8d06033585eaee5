"""Make the project's environment, or the lock it is made from; needs Python's standard library and nothing else.

    python3 scripts/environment.py install .venv     # what `make book` and `make test` do first
    python3 scripts/environment.py lock              # what `make lock` does

What bites: PyPI's PyTorch for Linux brings some gigabytes of CUDA libraries with it. On a Linux machine without an
NVIDIA driver, and only where pip has not been told of wheels of its own (find-links), the install therefore asks
PyTorch's own index for the CPU build, and says so. TORCH_INDEX=<address> takes another index, TORCH_INDEX= none at all.
"""

from __future__ import annotations

import argparse
import ast
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST_PYTHON = (3, 11)
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
HARMLESS = {"find-links", "config-file", "disable-pip-version-check", "default-timeout", "no-cache-dir"}  # see uv below
HEADER = """\
# Every package of this project's environment, in the versions it was tested with.
# Made from pyproject.toml by `make lock`; change that file, not this one.
# A local suffix (torch's +cpu) is left out, so that each machine takes the build that fits it.
"""
BENCH_HEADER = """\
# What the benchmarks compare with, and nothing else needs: `make bench` installs it beside requirements.lock.
# Made from pyproject.toml's extra "bench" by `make lock`.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    install = commands.add_parser("install", help="make or update the environment")
    install.add_argument("folder", type=Path)
    lock = commands.add_parser("lock", help="resolve pyproject.toml anew into requirements.lock")
    lock.add_argument("--uv", default="uv", help="the uv to use")
    options = parser.parse_args(arguments)
    try:
        make_environment(options.folder) if options.command == "install" else make_lock(options.uv)
    except (subprocess.CalledProcessError, Refused) as error:
        reason = error if isinstance(error, Refused) else f"`{' '.join(map(str, error.cmd[:4]))} …` failed."
        print(
            f"The {'environment' if options.command == 'install' else 'lock'} was not made: {reason}", file=sys.stderr
        )
        return 1
    return 0


class Refused(Exception):  # noqa: N818
    """The environment cannot be made here; the message is a sentence."""


def make_environment(folder: Path) -> None:
    """Make the virtual environment `folder` if it is not there, and bring it to the lock."""
    if sys.version_info < LEAST_PYTHON:
        wanted, found = ".".join(map(str, LEAST_PYTHON)), platform.python_version()
        raise Refused(f"Python {wanted} or newer is needed, and this is {found} (make PYTHON=python{wanted} …).")
    python = folder / "bin" / "python"
    if not _runs(python):
        say(f"Making the environment {folder} with Python {platform.python_version()}.")
        try:
            _do([sys.executable, "-m", "venv", "--clear", str(folder)])
        except subprocess.CalledProcessError:
            raise Refused("python3 -m venv failed (on Debian and Ubuntu: apt install python3-venv).") from None
    settings = pip_settings(python)
    torch = torch_index(platform.system(), has_gpu=bool(shutil.which("nvidia-smi")), settings=settings, env=os.environ)
    if torch:
        say(f"No NVIDIA driver here: PyTorch comes in its CPU build from {torch} (TORCH_INDEX= to prevent that).")
    installer = choose_installer(python, torch, settings, uv=shutil.which("uv"))
    say("Installing the packages of requirements.lock; the first time, that takes a few minutes.")
    _do([*installer, "-r", str(ROOT / "requirements.lock")])
    _do([str(python), "-m", "pip", "install", "-qq", "--no-build-isolation", "--no-deps", "-e", str(ROOT)])


def make_lock(uv: str) -> None:
    """Resolve pyproject.toml into requirements.lock, with nothing of this machine in it."""
    if not shutil.which(uv):
        raise Refused(f"{uv} was not found; `pip install uv`, or `make lock UV=path/to/uv`.")
    links = pip_settings(Path(sys.executable)).get("find-links", "").split()
    # Without wheels of its own, uv is asked for the CPU build, lest the lock fill with CUDA libraries.
    source = [f"--find-links={link}" for link in links] or ["--torch-backend=cpu"]
    command = [uv, "pip", "compile", "pyproject.toml", "--extra=dev", "--python-version=3.11", "--no-header", "--quiet"]
    text = subprocess.run([*command, *source], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    _replace(ROOT / "requirements.lock", HEADER + portable(text))
    # What the benchmarks compare with stands apart, and may change no version of the project's own.
    extra = [*command[:3], "--extra=bench", "-c", "requirements.lock", *command[4:], "--no-annotate", *source]
    everything = subprocess.run([*extra, "pyproject.toml"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    own = set(portable(text).splitlines())
    new = [line for line in portable(everything).splitlines() if line not in own]
    _replace(ROOT / "benchmarks" / "requirements.lock", BENCH_HEADER + "\n".join(new) + "\n")


def _replace(place: Path, text: str) -> None:
    draft = place.with_name(f".{place.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(place)


def portable(lock: str) -> str:
    """Return the lock without local suffixes (+cpu) and without lines that name an index or a folder."""
    lines = [line for line in lock.splitlines() if not line.startswith(("--", "# http", "# file"))]
    return "\n".join(re.sub(r"^(\S+==[^+\s]+)\+\S+", r"\1", line) for line in lines) + "\n"


def torch_index(system: str, *, has_gpu: bool, settings: Mapping[str, str], env: Mapping[str, str]) -> str | None:
    """Return the index to ask for PyTorch besides pip's own, or None."""
    if "TORCH_INDEX" in env:
        return env["TORCH_INDEX"] or None
    return CPU_INDEX if system == "Linux" and not has_gpu and not settings.get("find-links") else None


def choose_installer(python: Path, torch: str | None, settings: Mapping[str, str], *, uv: str | None) -> list[str]:
    """Return the command that installs: uv where it would find exactly what pip finds, otherwise pip."""
    # uv reads none of pip's settings: where pip has an index, a proxy or a certificate of its own, pip it is.
    if uv and not torch and set(settings) <= HARMLESS:
        links = [f"--find-links={link}" for link in settings.get("find-links", "").split()]
        return [uv, "pip", "install", "-q", "--python", str(python), *links]
    return [str(python), "-m", "pip", "install", "-qq", *(["--extra-index-url", torch] if torch else [])]


def pip_settings(python: Path) -> dict[str, str]:
    """Return pip's settings from its files and from the environment, by their plain names."""
    listed = subprocess.run([str(python), "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    return read_settings(listed)


def read_settings(listed: str) -> dict[str, str]:
    """Read lines such as ``global.find-links='/wheels'``; what comes later (the environment) wins."""
    settings = {}
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = str(ast.literal_eval(value))
    return settings


def say(sentence: str) -> None:
    print(sentence, flush=True)


def _runs(python: Path) -> bool:
    return (
        python.exists() and subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True).returncode == 0
    )


def _do(command: list[str]) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
