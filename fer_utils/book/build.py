"""Gather what the notebooks made under ``book/executed/`` and let Jupyter Book turn everything into pages.

The pages are always built from scratch, in seconds, beside the old site: Sphinx repeats no warning for a page it has
read before, so a build on top of an old one could pass where a fresh clone fails. Any warning is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
import yaml

from fer_utils import storage
from fer_utils.book.chapters import Chapter
from fer_utils.book.manifest import all_results, make_manifest, manifest_page
from fer_utils.book.notes import RESULTS
from fer_utils.book.runner import Layout, Outcome, replace_folder
from fer_utils.book.siblings import with_links, with_sections
from fer_utils.checks import BadInput

PICTURES = (".png", ".svg")
_MAIN = "from jupyter_book.cli.main import main; main()"  # `python -m jupyter_book` does not exist


class BuildFailed(Exception):  # noqa: N818 (the message is for a person)
    """The pages could not be built; the message says why, with every warning."""


def gather(
    outcomes: Sequence[Outcome],
    layout: Layout,
    *,
    preset: str,
    chapters: Sequence[Chapter] = (),
    note: str = "",
    jobs: int = 1,
) -> Path:
    """Put executed notebooks, their pictures, all results and the manifest where the book looks for them.

    Args:
        outcomes: What `run_chapters` returned.
        layout: Where things are.
        preset: The preset's name, for the manifest.
        chapters: The pages that have siblings, or might have, are told of them.
        note: A sentence for these pages on images that are missing.
        jobs: How many notebooks ran at a time, for the manifest.

    Returns:
        The folder ``book/executed``, replaced as a whole.

    Source: ours.
    """
    draft = layout.build / "running" / f"gathered-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        for outcome in outcomes:
            storage.write_bytes(draft / f"{outcome.name}.ipynb", _page(outcome.name, layout, chapters, note))
            for picture in sorted(layout.artefacts(outcome.name).iterdir()):
                if picture.suffix in PICTURES:
                    storage.write_bytes(draft / outcome.name / picture.name, picture.read_bytes())
        results = all_results(outcomes, layout)
        manifest = make_manifest(outcomes, results, preset=preset, root=layout.root, jobs=jobs)
        storage.write_json(draft / RESULTS, results)
        storage.write_json(draft / "manifest.json", manifest)
        storage.write_text(draft / "manifest.md", manifest_page(manifest))
        replace_folder(draft, layout.root / "book" / "executed")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return layout.root / "book" / "executed"


def _page(name: str, layout: Layout, chapters: Sequence[Chapter], note: str) -> bytes:
    """Return an executed notebook as the book has it: as it is, or with the way to its siblings."""
    content = layout.executed(name).read_bytes()
    chapter = next((one for one in chapters if one.name == name and one.shown), None)
    if chapter is None:
        return content
    notebook = nbformat.reads(content.decode(), as_version=4)
    with_links(notebook, chapter, chapters, note)
    return (nbformat.writes(notebook) + "\n").encode()


def build_book(layout: Layout, chapters: Sequence[Chapter] = ()) -> Path:
    """Build the whole book from ``book/`` and ``_toc.yml``.

    Args:
        layout: Its root has ``book/``, ``_config.yml`` and ``_toc.yml``; the site replaces ``build/_build/html``.
        chapters: The book's pages; siblings are added to the table of contents, in ``build/toc.yml``.

    Returns:
        The page to open.

    Raises:
        BuildFailed: Jupyter Book failed or warned; the site from before is left alone.
        BadInput: ``_toc.yml`` is not YAML.

    Source: ours.
    """
    written = layout.root / "_toc.yml"
    try:
        content = with_sections(yaml.safe_load(written.read_text(encoding="utf-8")), chapters)
    except yaml.YAMLError as error:
        raise BadInput(f"{written} must be a YAML file: {' '.join(str(error).split())}.") from None
    text = "# Made from _toc.yml, with the sibling pages of this build.\n" + yaml.safe_dump(content, sort_keys=False)
    toc = storage.write_text(layout.build / "toc.yml", text)
    return _build_pages(layout.root / "book", toc, layout.build / "_build" / "html", layout)


def build_chapter(name: str, layout: Layout) -> Path:
    """Build the page of one executed notebook, with sliders and all, outside the book.

    Args:
        name: The notebook.
        layout: Where its executed copy is; the page goes to ``build/single/<name>``.

    Returns:
        The page to open.

    Raises:
        BuildFailed: As `build_book`.

    Source: ours.
    """
    source = layout.build / "running" / f"source-{os.getpid()}"
    shutil.rmtree(source, ignore_errors=True)
    try:
        shutil.copytree(layout.root / "book" / "assets", source / "assets")
        bibliography = layout.root / "book" / "references.bib"
        storage.write_bytes(source / bibliography.name, bibliography.read_bytes() if bibliography.exists() else b"")
        alone = _without_links(layout.executed(name).read_text(encoding="utf-8"))
        storage.write_text(source / f"{name}.ipynb", alone)
        toc = storage.write_text(source / "_toc.yml", f"format: jb-book\nroot: {name}\n")
        return _build_pages(source, toc, layout.build / layout.name / name, layout)
    finally:
        shutil.rmtree(source, ignore_errors=True)


def _without_links(notebook: str) -> str:
    """Turn links to other chapters, which do not exist beside a single page, into words."""
    return re.sub(
        r"\[([^\[\]]*)\]\((\d\d)_\w+(?:\.ipynb)?\)", lambda link: link[1] or f"chapter {int(link[2])}", notebook
    )


def _build_pages(source: Path, toc: Path, place: Path, layout: Layout) -> Path:
    """Run Jupyter Book in a folder of its own and move the site to its place."""
    draft = layout.build / "running" / f"site-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    command = [sys.executable, "-c", _MAIN, "build", str(source), "--config", str(layout.root / "_config.yml")]
    command += ["--toc", str(toc), "--path-output", str(draft), "-W", "-n", "--keep-going", "-q"]
    log = layout.build / "pages.log"
    try:
        environment = {**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(command, cwd=layout.root, capture_output=True, text=True, env=environment)
        said = re.sub("\x1b\\[[0-9;]*m", "", done.stderr + done.stdout)
        if done.returncode:
            storage.write_text(log, said)
            raise BuildFailed(_sentence(said, log.relative_to(layout.root)))
        log.unlink(missing_ok=True)
        replace_folder(draft / "_build" / "html", place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place / "index.html"


def _sentence(said: str, log: Path) -> str:
    """Say why the pages were not built, with the lines that matter."""
    lines = [line for line in said.splitlines() if re.search("WARNING|ERROR|CRITICAL|Error:", line)]
    lines = list(dict.fromkeys(lines)) or said.strip().splitlines()[-5:]
    return "\n  ".join([f"The pages were not built; Jupyter Book said (all of it is in {log}):", *lines])
