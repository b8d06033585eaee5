"""Sibling pages: one notebook, a page for each image that the book shows.

A preset names the images. The first is the book's own, and its pages keep the notebooks' names; each other image adds
a sibling to every notebook whose header says ``each_image: true``: ``03_train_the_twin-butterfly``, with parameters,
key, results and stamp of its own. What a page says of its siblings is written into the copy that the book gathers, not
into the executed one, so that a notebook need not run again because another image came or went.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import nbformat

from fer_utils import garden, picbreeder
from fer_utils.book.chapters import SET_OFF, Chapter, Shown
from fer_utils.book.subjects import resolve, subject
from fer_utils.checks import BadInput

LABEL = "The same chapter for another image"  # what a screen reader calls the tabs


@dataclass(frozen=True)
class Choice:
    """The images that a book shows, and what is to be said of those that it should have shown.

    Args:
        shown: The images, the book's own first.
        note: One sentence; empty where all are there.

    Source: ours.
    """

    shown: tuple[Shown, ...]
    note: str = ""


def choose_images(wanted: Sequence[str]) -> Choice:
    """Choose the images that the book shows: those wanted that are on this machine, others in place of the rest.

    Args:
        wanted: Values of a notebook's `image`, the book's own first; the same genome twice counts once.

    Returns:
        The choice. For each of the paper's genomes that is missing, one of `garden.DEFAULTS` is shown that is not
        shown already, as long as there are any.

    Raises:
        BadInput: A genome is unknown or cannot be read, or two genomes have the same short name.

    Source: ours.
    """
    sources = {resolve(image): image for image in reversed(wanted)}  # of two names for a genome, the first one stays
    images = [image for image in dict.fromkeys(wanted) if sources[resolve(image)] == image]
    missing = [image for image in images if _is_missing(resolve(image))]
    there = [image for image in images if image not in missing]
    known = {resolve(image) for image in there}
    stand_ins = [name for name in garden.DEFAULTS if name not in known][: len(missing)]
    shown = tuple(_shown(image) for image in (*there, *stand_ins))
    for place, one in enumerate(shown):
        if twin := next((other for other in shown[:place] if other.name == one.name), None):
            raise BadInput(
                f"images must differ in their short names, got {twin.image} and {one.image}, both {one.name}."
            )
    titles = [_shown(name).title for name in stand_ins]
    return Choice(shown, _note([picbreeder.PAPER[resolve(image)].title for image in missing], titles))


def expand(chapters: Sequence[Chapter], shown: Sequence[Shown]) -> tuple[Chapter, ...]:
    """Turn notebooks into pages: one for each image where the notebook's header says so.

    Args:
        chapters: The notebooks.
        shown: The images, the book's own first.

    Returns:
        The pages, siblings beside each other; each needs the pages of its own image where there are such.

    Source: ours.
    """
    several = {chapter.name for chapter in chapters if chapter.each_image}
    pages: list[Chapter] = []
    for chapter in chapters:
        for place, one in enumerate(shown if chapter.each_image else ()):
            end, title = (
                ("", chapter.title) if place == 0 else (SET_OFF + one.name, f"{chapter.title}: the {_low(one)}")
            )
            needs = tuple(need + end if need in several else need for need in chapter.needs)
            pages.append(replace(chapter, name=chapter.name + end, title=title, needs=needs, shown=one))
        if not (chapter.each_image and shown):
            pages.append(chapter)
    return tuple(pages)


def siblings_of(chapter: Chapter, chapters: Sequence[Chapter]) -> list[Chapter]:
    """Return all pages of a page's notebook, itself among them; a notebook that has but one page gives that one."""
    return [one for one in chapters if one.notebook == chapter.notebook]


def with_links(notebook: nbformat.NotebookNode, chapter: Chapter, chapters: Sequence[Chapter], note: str) -> None:
    """Write into an executed page which image it is for, and the way to its siblings.

    Args:
        notebook: The executed notebook; its first cell is changed.
        chapter: The page.
        chapters: All pages of the book.
        note: A sentence on images that are missing; may be empty.

    Source: ours.
    """
    family = siblings_of(chapter, chapters)
    lines = notebook.cells[0].source.splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("# "))
    new = [f"# {chapter.title}"]
    if len(family) > 1:
        # Markdown between two pieces of HTML: so the build checks the links, and a screen reader has a landmark.
        new += ["", f'<nav class="fer-siblings" aria-label="{LABEL}">', "", *(_tab(one, chapter) for one in family)]
        new += ["", "</nav>"]
    if note:
        new += ["", "{.fer-missing}", note]
    notebook.cells[0].source = "\n".join([*lines[:at], *new, *lines[at + 1 :]])


def with_sections(toc: Any, chapters: Sequence[Chapter], *, folder: str = "executed") -> Any:
    """Return a table of contents in which siblings stand below the page that has the notebook's own name.

    Args:
        toc: The content of ``_toc.yml``; not changed.
        chapters: All pages of the book.
        folder: Where the pages are, as the table of contents has it.

    Source: ours.
    """
    if isinstance(toc, list):
        return [with_sections(one, chapters, folder=folder) for one in toc]
    if not isinstance(toc, Mapping):
        return toc
    new = {key: with_sections(value, chapters, folder=folder) for key, value in toc.items()}
    page = PurePosixPath(str(toc.get("file", "")))
    others = [one for one in chapters if one.notebook == page.stem and one.name != page.stem and one.shown]
    if page.parent == PurePosixPath(folder) and others:
        sections = [{"file": f"{folder}/{one.name}", "title": f"The {_low(one.shown)}"} for one in others if one.shown]
        new["sections"] = [*sections, *new.get("sections", [])]
    return new


def _is_missing(source: str) -> bool:
    """Whether this is one of the paper's genomes, and not on this machine."""
    return source in picbreeder.PAPER and source not in garden.embedded() and picbreeder.find(source) is None


def _shown(image: str) -> Shown:
    found = subject(image)
    return Shown(image, re.sub(r"[^A-Za-z0-9]+", "_", found.name).strip("_") or "image", found.title)


def _low(shown: Shown) -> str:
    return shown.title[:1].lower() + shown.title[1:]


def _note(missing: Sequence[str], stand_ins: Sequence[str]) -> str:
    """Say in one sentence which of the paper's genomes are not shown, and what is shown instead."""
    if not missing:
        return ""
    are, they_have = ("are", "they have") if len(missing) > 1 else ("is", "it has")
    instead = f"{they_have} no pages here"
    if stand_ins:
        were, stand = ("were", "stand") if len(stand_ins) > 1 else ("was", "stands")
        others = _listed([f"the {title.lower()}" for title in stand_ins])
        instead = f"{others}, which {were} bred for this book, {stand} in"
    names = _listed([title.lower() for title in missing])
    return f"The paper's {names} {are} not on this machine, so {instead}; `make genomes` fetches the paper's genomes."


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _tab(one: Chapter, present: Chapter) -> str:
    """Write one item of the list of siblings: the present page in bold, the others as links."""
    title = one.shown.title if one.shown else one.title
    if one.name == present.name:
        return f'- <strong aria-current="page">{html.escape(title)}</strong>'
    plain = re.sub(r"([^\w\s])", r"\\\1", title)  # nothing in a file's name is markup
    return f"- [{plain}]({one.name}.ipynb)"
