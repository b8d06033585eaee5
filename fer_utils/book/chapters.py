"""What the driver knows of a notebook before it runs: its title, its needs, its parameters.

A notebook is a py:percent file ``NN_verb_noun.py``. Its YAML header may hold ``fer: {needs: [...], each_image: true}``:
the earlier notebooks whose results it reads, and whether the book has a page of it for each image (`siblings` makes
these). Exactly one cell carries the tag ``parameters``, and holds nothing but plain assignments of literals.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from fer_utils.checks import BadInput, one_of

SET_OFF = "-"  # in a page's name, between the notebook and the image: 03_train_the_twin-butterfly
OUT = "out"  # the one parameter that is the driver's: the folder for a notebook's results


@dataclass(frozen=True)
class Shown:
    """An image that the book shows.

    Args:
        image: What a notebook's parameter `image` is set to.
        name: Short name, fit for a file's name.
        title: The name as a heading has it.

    Source: ours.
    """

    image: str
    name: str
    title: str


@dataclass(frozen=True)
class Chapter:
    """One notebook of the book, as its source describes it; or, where `shown` is set, its page for one image."""

    name: str
    source: Path
    title: str
    needs: tuple[str, ...]
    parameters: dict[str, Any]
    each_image: bool = False
    shown: Shown | None = None

    @property
    def number(self) -> str:
        """The two digits its name begins with."""
        return self.name[:2]

    @property
    def notebook(self) -> str:
        """The name of the notebook behind it, which all pages of that notebook share."""
        return self.source.stem


def read_chapters(folder: Path) -> tuple[Chapter, ...]:
    """Read all notebooks of a folder, in the order of their numbers.

    Args:
        folder: Where the ``NN_verb_noun.py`` files are.

    Returns:
        The chapters; each needs only earlier ones.

    Raises:
        BadInput: There is no notebook, or one of them has a faulty header or parameters cell.

    Source: ours.
    """
    chapters = tuple(read_chapter(path) for path in sorted(folder.glob("[0-9][0-9]_*.py")))
    if not chapters:
        raise BadInput(f"{folder} must hold notebooks named NN_verb_noun.py, and holds none.")
    for place, chapter in enumerate(chapters):
        for need in chapter.needs:
            if need not in [earlier.name for earlier in chapters[:place]]:
                raise BadInput(f"{chapter.source}: needs must name earlier notebooks, got {need!r}.")
    return chapters


def read_chapter(path: Path) -> Chapter:
    """Read one notebook's header and parameters.

    Args:
        path: The py:percent file.

    Returns:
        The chapter.

    Raises:
        BadInput: The header or the parameters cell cannot be understood.

    Source: ours.
    """
    notebook = read_notebook(path)
    header = notebook.metadata.get("fer", {})
    needs, each_image = _header(header, path)
    if SET_OFF in path.stem:
        raise BadInput(f"{path}: a notebook's name must do without \"{SET_OFF}\", which sets off a page's image.")
    parameters = _parameters(notebook, path)
    if each_image and "image" not in parameters:
        raise BadInput(f"{path}: with `each_image` the parameters must include `image`, got {', '.join(parameters)}.")
    return Chapter(path.stem, path, _title(notebook, path), needs, parameters, each_image)


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Return a py:percent file as a notebook, or refuse it."""
    try:
        return jupytext.read(path)
    except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:  # what a faulty header leads to
        raise BadInput(f"{path} must be a py:percent notebook, but it cannot be read: {error}.") from None


def find_chapter(chapters: Sequence[Chapter], wanted: str, *, argument: str = "NB") -> Chapter:
    """Return the chapter of a number ("5", "05") or a whole name."""
    return find_chapters(chapters, wanted, argument=argument)[0]


def find_chapters(chapters: Sequence[Chapter], wanted: str, *, argument: str = "NB") -> tuple[Chapter, ...]:
    """Return the chapters that a few letters stand for.

    Args:
        chapters: Those there are, pages for one image among them.
        wanted: A notebook by number or name ("5", "05_sweep_the_weights") stands for all of its pages; followed by
            an image ("05-butterfly"), for one page.
        argument: What the message calls `wanted`.

    Returns:
        At least one chapter.

    Raises:
        BadInput: There is no such notebook, or no page of it for that image.

    Source: ours.
    """
    text, set_off, image = str(wanted).removesuffix(".py").partition(SET_OFF)
    found = [one for one in chapters if text == one.notebook or (text.isdigit() and text.zfill(2) == one.number)]
    if not found:
        one_of(argument, text, list(dict.fromkeys(chapter.notebook for chapter in chapters)))
    if not set_off:
        return tuple(found)
    pages = {one.shown.name: one for one in found if one.shown}
    if not pages:
        raise BadInput(f"{argument} {wanted} is not there: {found[0].notebook} has one page, without an image's name.")
    return (pages[one_of(f"{argument} {text}: the image", image, list(pages))],)


def short_name(name: str) -> str:
    """Return the shortest name that `find_chapters` knows a page by: "03", or "03-butterfly"."""
    _, set_off, image = name.partition(SET_OFF)
    return name[:2] + set_off + image


def cells_tagged(notebook: nbformat.NotebookNode, tag: str) -> list[nbformat.NotebookNode]:
    """Return a notebook's cells that carry a tag."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def _header(header: Any, path: Path) -> tuple[tuple[str, ...], bool]:
    """Return what the header's part `fer` says: needs, and whether there is a page for each image."""
    needs = header.get("needs", []) if isinstance(header, dict) else None
    if not isinstance(needs, list) or not all(isinstance(need, str) for need in needs):
        raise BadInput(f"{path}: the header's `fer: needs:` must be a list of notebooks, got {header!r}.")
    each_image = header.get("each_image", False)
    if not isinstance(each_image, bool):
        raise BadInput(f"{path}: the header's `fer: each_image:` must be true or false, got {each_image!r}.")
    return tuple(needs), each_image


def _title(notebook: nbformat.NotebookNode, path: Path) -> str:
    """Return the first heading of the first cell."""
    first = notebook.cells[0].source if notebook.cells else ""
    line = next((line for line in first.splitlines() if line.startswith("# ")), None)
    if line is None:
        raise BadInput(f"{path}: the first cell must begin with a title (# …).")
    return line[2:].strip()


def _parameters(notebook: nbformat.NotebookNode, path: Path) -> dict[str, Any]:
    """Return names and default values of the parameters cell."""
    cells = cells_tagged(notebook, "parameters")
    if len(cells) != 1:
        raise BadInput(f"{path}: one cell must have the tag `parameters`, got {len(cells)}.")
    try:
        statements = ast.parse(cells[0].source).body
    except SyntaxError as error:
        raise BadInput(f"{path}: the parameters cell must be Python, but is not: {error}.") from None
    values = {}
    for statement in statements:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if not isinstance(statement, ast.Assign) or not isinstance(target, ast.Name):
            raise BadInput(f"{path}: the parameters cell must hold plain assignments, got {ast.unparse(statement)!r}.")
        try:
            values[target.id] = ast.literal_eval(statement.value)
        except ValueError:
            raise BadInput(f"{path}: the parameter {target.id} must be a literal value.") from None
    if OUT not in values:
        raise BadInput(f"{path}: the parameters must include `{OUT}`, the folder for results.")
    return values
