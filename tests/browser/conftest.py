"""A browser, and a way to open HTML in it that may reach nothing but files on the disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api")

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser() -> Iterator[playwright_api.Browser]:
    """Start the Chromium of this machine; without one these tests are left out, but never on CI."""
    place = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    if place is None and os.environ.get("CI"):
        pytest.fail("CI must have a Chromium on its PATH")
    if place is None:
        pytest.skip("no Chromium on the PATH")
    with playwright_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=place, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open HTML as a file; at the end, nothing may have been complained about or asked of the network."""
    complaints: list[str] = []
    contexts = []

    def opened(html: str, *, wait: bool = True, **options: Any) -> Any:
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 900, "height": 1500}, **options})
        context.set_default_timeout(20000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append("a dialog was opened"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(("file:", "data:", "blob:")) else complaints.append(request.url)
            ),
        )
        page.goto((tmp_path / "page.html").as_uri())
        if wait:
            page.evaluate("document.querySelector('fer-explorer').settled()")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
