"""A book of small notebooks, for the tests of the driver."""

from __future__ import annotations

import functools
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fer_utils import storage
from fer_utils.book.batch import run_chapters
from fer_utils.book.chapters import Chapter, read_chapters
from fer_utils.book.presets import load_preset, plan
from fer_utils.book.runner import Layout, Outcome

NOTEBOOK = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   fer:
#     needs: {needs}
# ---

# %% [markdown]
# # {title}

# %% tags=["parameters"]
steps = 3  # of nothing
words = "plain"
out = "build/out"  # where

# %% mystnb={{"image": {{"alt": "A grey square"}}}}
import json, os, pathlib, sys
from IPython.display import Image, Markdown

png = bytes.fromhex("{png}")
pathlib.Path(out, "square.png").write_bytes(png)
Image(data=png)

# %% tags=["remove-input"]
Markdown(f"**{{steps}}** {{words}}")

# %%
{body}
"""
# One grey pixel.
PNG = (
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)


def write_notebook(root: Path, name: str, body: str, needs: str = "[]") -> Path:
    """Add a notebook that draws a square, says a word, and then does what the body says."""
    title = name[3:].replace("_", " ").capitalize()
    source = NOTEBOOK.format(needs=needs, title=title, png=PNG, body=body)
    return storage.write_text(root / "notebooks" / f"{name}.py", source)


def dressed_book(root: Path, repository: Path, *, chapters: list[str], **pages: str) -> Layout:
    """Write a book with the project's own settings, extensions and looks: these chapters, and these pages' texts."""
    shutil.copy(repository / "_config.yml", root)
    for folder in ("_ext", "assets"):
        shutil.copytree(repository / "book" / folder, root / "book" / folder)
    files = ", ".join(f"{{file: {name}}}" for name in chapters)
    storage.write_text(root / "_toc.yml", f"format: jb-book\nroot: welcome\nchapters: [{files}]\n")
    storage.write_text(root / "book" / "references.bib", "")
    for name, text in {"welcome": "# Welcome\n", **pages}.items():
        storage.write_text(root / "book" / f"{name}.md", text)
    return Layout(root, "quick")


def begin_book(root: Path) -> None:
    """Write what a book has besides its notebooks."""
    storage.write_text(root / "notebooks" / "presets" / "quick.yml", "defaults: {steps: 5}\n")
    storage.write_text(root / "requirements.lock", "numpy==1\n")


def run_book(
    root: Path, *assignments: str, lines: list[str] | None = None, name: str = "quick", **how: Any
) -> list[Outcome]:
    """Run a book's notebooks with a made-up hash for the package; what is reported of them is added to the lines."""
    told: list[str] = [] if lines is None else lines
    chapters = read_chapters(root / "notebooks")
    plans = plan(chapters, load_preset("quick", root / "notebooks" / "presets"), assignments=assignments)

    def report(chapter: Chapter, status: str, _: float) -> None:
        told.append(f"{chapter.number} {status}")

    return run_chapters(chapters, plans, Layout(root, name), report=report, **{"package": "package", **how})


def stopped_build(
    root: Path, marks: list[Path], stop: Callable[[subprocess.Popen[str]], None], *options: str
) -> tuple[int, str]:
    """Build a book as a user does, stop it once its notebooks have written all marks; return its code and words."""
    line = [sys.executable, "-m", "fer_utils.book", "build", *options]
    # A parent that ignores Ctrl-C (a job in the background) hands that on; here it shall not.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(line, cwd=root, preexec_fn=heed, **pipes) as running:
        while not all(mark.exists() and mark.read_text() for mark in marks) and running.poll() is None:
            time.sleep(0.05)
        stop(running)
        _, said = running.communicate()
    return running.returncode, said
