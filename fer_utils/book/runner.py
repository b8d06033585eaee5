"""Run a notebook through papermill, and keep what it makes, whole or not at all.

A notebook is executed in a folder of its own under ``build/``. Only when its last cell has run do its results and its
executed copy move to their places, and last of all its stamp, which holds its key. A notebook whose key equals its
stamp's is not run again. A notebook that fails leaves its last good results and its stamp alone.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat

from fer_utils import storage
from fer_utils.book.chapters import OUT, Chapter, read_notebook
from fer_utils.book.keys import folder_hash
from fer_utils.book.presets import Parameters
from fer_utils.book.showing import tidy
from fer_utils.checks import BadInput

RAN, REUSED, RUNNING, FAILED = "ran", "reused", "running", "failed"


class NotebookFailed(Exception):  # noqa: N818 (the message is a sentence for a person)
    """A notebook stopped with an error; the message names notebook, cell and error."""


@dataclass(frozen=True)
class Layout:
    """Where one set of executed notebooks is kept: a folder of `build/` for each preset, another for single runs."""

    root: Path
    name: str

    @property
    def build(self) -> Path:
        """Everything that is made, and can be thrown away."""
        return self.root / "build"

    def executed(self, chapter: str) -> Path:
        """The executed copy of a notebook."""
        return self.build / "executed" / self.name / f"{chapter}.ipynb"

    def stamp(self, chapter: str) -> Path:
        """The record that its executed copy and its results are whole, and what key they have."""
        return self.build / "executed" / self.name / f"{chapter}.json"

    def artefacts(self, chapter: str) -> Path:
        """The folder of its results."""
        return self.build / "artefacts" / self.name / chapter


@dataclass(frozen=True)
class Outcome:
    """What happened to one notebook in this build, and what its executed copy rests on."""

    name: str
    title: str
    status: str
    seconds: float
    key: str
    parameters: dict[str, Any]
    needs: tuple[str, ...]


def make(chapter: Chapter, parameters: Parameters, layout: Layout, key: str) -> Outcome:
    """Execute a notebook and put what it made in its place.

    Args:
        chapter: The notebook.
        parameters: All of its parameters but `out`.
        layout: Where things are kept.
        key: What its stamp will say.

    Returns:
        What happened.

    Raises:
        NotebookFailed: It stopped with an error.
        BadInput: It refused what it was given.

    Source: ours.
    """
    start = time.monotonic()
    workplace = layout.build / "running" / f"{layout.name}-{chapter.name}-{os.getpid()}"
    try:
        notebook = execute(chapter, parameters, workplace, layout)
        seconds = round(time.monotonic() - start, 2)
        outcome = Outcome(chapter.name, chapter.title, RAN, seconds, key, dict(parameters), chapter.needs)
        _move_into_place(notebook, workplace / OUT, outcome, layout)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    return outcome


def kept(chapter: Chapter, layout: Layout, key: str) -> Outcome | None:
    """Return the last good run of a notebook, if it had this key and everything it left is still there, unchanged.

    Args:
        chapter: The notebook.
        layout: Where things are kept.
        key: Its key now.

    Returns:
        What happened then, as reused; or None.

    Source: ours.
    """
    stamp = layout.stamp(chapter.name)
    if not stamp.exists() or not layout.executed(chapter.name).exists():
        return None
    try:
        found = dict(storage.read_json(stamp))
        artefacts = found.pop("artefacts")
        whole = found["key"] == key and artefacts == folder_hash(layout.artefacts(chapter.name))
        return Outcome(**{**found, "status": REUSED, "needs": tuple(found["needs"])}) if whole else None
    except (BadInput, KeyError):  # a stamp that cannot be read vouches for nothing
        return None


def _move_into_place(notebook: nbformat.NotebookNode, results: Path, outcome: Outcome, layout: Layout) -> None:
    """Put results and executed copy in their places, the stamp last."""
    layout.stamp(outcome.name).unlink(missing_ok=True)
    replace_folder(results, layout.artefacts(outcome.name))
    storage.write_text(layout.executed(outcome.name), nbformat.writes(notebook) + "\n")
    stamp = {**asdict(outcome), "artefacts": folder_hash(layout.artefacts(outcome.name))}
    storage.write_json(layout.stamp(outcome.name), stamp)


def replace_folder(new: Path, place: Path) -> None:
    """Move the folder `new` to `place`, over what was there.

    Args:
        new: A folder on the same disk.
        place: Where it goes; what was there is removed once the new one stands.

    Source: ours.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    old = new.with_name(f"{new.name}.old")
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def execute(chapter: Chapter, parameters: Parameters, workplace: Path, layout: Layout) -> nbformat.NotebookNode:
    """Execute one notebook in a folder of its own.

    Args:
        chapter: The notebook.
        parameters: All of its parameters but `out`.
        workplace: A folder that does not exist yet; its results are left in ``workplace/out``.
        layout: Where a failed notebook is kept to be looked at.

    Returns:
        The executed notebook, made ready for the book.

    Raises:
        NotebookFailed: It stopped with an error.
        BadInput: It refused what it was given.

    Source: ours.
    """
    import papermill  # seconds to import, and not wanted where nothing has to run
    from nbclient.exceptions import DeadKernelError

    (workplace / OUT).mkdir(parents=True)
    notebook = read_notebook(chapter.source)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    copy, executed = workplace / "notebook.ipynb", workplace / "executed.ipynb"
    nbformat.write(notebook, copy)
    out = (workplace / OUT).relative_to(layout.root).as_posix()
    try:
        with _for_the_book():
            papermill.execute_notebook(
                *(str(path).replace("{", "{{").replace("}", "}}") for path in (copy, executed)),
                parameters={**parameters, OUT: out},
                kernel_name="python3",
                cwd=layout.root,
                progress_bar=False,
                extra_arguments=[
                    "--log-level=CRITICAL"
                ],  # remarks on sockets and shutdown; real errors reach the cells
            )
    except papermill.PapermillExecutionError as error:
        raise _failure(chapter, error, executed, layout) from None
    except DeadKernelError:
        raise NotebookFailed(f"Notebook {chapter.name} failed: its kernel died (out of memory?).") from None
    final = layout.artefacts(chapter.name).relative_to(layout.root).as_posix()
    return tidy(nbformat.read(executed, as_version=4), {**parameters, OUT: final}, moved=(out, final))


@contextmanager
def _for_the_book() -> Iterator[None]:
    """Let kernels know that the book is being built: its pages load the explorer's script once, and have no kernel."""
    before = os.environ.get("FER_BOOK_BUILD")
    os.environ["FER_BOOK_BUILD"] = "1"
    try:
        yield
    finally:
        os.environ.pop("FER_BOOK_BUILD")
        if before is not None:
            os.environ["FER_BOOK_BUILD"] = before


def _failure(chapter: Chapter, error: Any, executed: Path, layout: Layout) -> Exception:
    """Turn papermill's error into one sentence; keep the notebook unless the fault is in what was asked for."""
    reason = " ".join(str(error.evalue).split())
    if error.ename == BadInput.__name__:
        return BadInput(f"{chapter.name}: {reason}")
    folder = layout.build / "failed" / layout.name
    folder.mkdir(parents=True, exist_ok=True)
    trace = re.sub("\x1b\\[[0-9;]*m", "", "\n".join(error.traceback))
    storage.write_text(folder / f"{chapter.name}.log", trace + "\n")
    executed.replace(folder / f"{chapter.name}.ipynb")
    first = next((line.strip() for line in error.source.splitlines() if line.strip() and line[0] != "#"), "")
    kept = (folder / f"{chapter.name}.ipynb").relative_to(layout.root)
    return NotebookFailed(
        f"Notebook {chapter.name} failed in cell {error.exec_count} ({first}): "
        f"{error.ename}{': ' if reason else ''}{reason} (kept in {kept}, with the log beside it)"
    )
