"""A small copy of the book, built once, and a way to open its pages that reaches nothing but files on the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

playwright_api = pytest.importorskip("playwright.sync_api")


@dataclass
class Visit:
    """One open page, with all that went wrong while it was open."""

    page: playwright_api.Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Build the whole book with the tiny preset in a folder of its own, and return the folder of its pages."""
    root = tmp_path_factory.mktemp("book")
    shutil.copytree(repository / "book", root / "book", ignore=shutil.ignore_patterns("executed"))
    shutil.copytree(repository / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(repository / "published", root / "published")
    for name in ("_config.yml", "_toc.yml", "requirements.lock"):
        shutil.copy(repository / name, root / name)
    preset = repository / "tests" / "browser" / "book" / "tiny.yml"
    command = [sys.executable, "-m", "fer_utils.book", "build", "--preset", str(preset)]
    command += ["--jobs=1"] if "PYTEST_XDIST_WORKER" in os.environ else []  # the other cores have tests of their own
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "FER_STORE": str(root / "store")}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return root / "build" / "_build" / "html"


@pytest.fixture
def visit(browser: playwright_api.Browser, site: Path) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a page of the book, noting errors and every request for anything not on the disk."""
    contexts = []

    def open_page(name: str, *, width: int = 1200, height: int = 900, dark: bool = False) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)

        def guard(route: playwright_api.Route) -> None:
            url = route.request.url
            if url.startswith(("file:", "data:", "blob:")):
                route.continue_()
            else:
                seen.outside.append(url)
                route.abort()

        context.route("**/*", guard)
        file, _, query = name.partition("?")
        seen.page.goto((site / file).as_uri() + (f"?{query}" if query else ""), wait_until="load")
        return seen

    yield open_page
    for context in contexts:
        context.close()
