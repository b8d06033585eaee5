"""The breeder in a real JupyterLab, driven by a real browser: clicks, keys, and what they leave on the disk."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from fer_utils import evolution, garden

pytestmark = pytest.mark.browser

PATIENCE = 180_000  # milliseconds; starting a server and a kernel takes long where much else is going on
TOKEN = "only-for-this-test"
SOURCE = "from fer_utils.explorer.breeder import breed\npanel = breed('evening', seed=11, size=32)\npanel"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[tuple[str, Path]]:
    """Start JupyterLab with settings of its own in a folder with one notebook; return its address and the folder."""
    folder = tmp_path_factory.mktemp("lab")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # otherwise Lab asks for one
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)], metadata=kernel)
    nbformat.write(notebook, folder / "breeding.ipynb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(folder / ".jupyter" / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    environment = {**os.environ, **own, "IPYTHONDIR": str(folder / ".ipython"), "PYTHONPATH": str(repository)}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    with (folder / ".server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/api?token={TOKEN}", server, folder / ".server.log")
            yield address, folder
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def page(browser: Any, lab: tuple[str, Path]) -> Iterator[Any]:
    """Open the notebook and run its cell; the breeder is there, with its pictures."""
    address, _ = lab
    context = browser.new_context(viewport={"width": 1300, "height": 1500})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{address}/lab/tree/breeding.ipynb?token={TOKEN}", wait_until="domcontentloaded", timeout=PATIENCE)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
    for _ in range(20):  # a page that is still at work may lose a key
        page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(3000)
        if page.locator(".jp-CodeCell .jp-InputPrompt").first.inner_text() not in ("[ ]:", ""):
            break
    page.locator(".fer-sheet-tile[data-name='0.14'] img").wait_for()
    yield page
    context.close()


def tile(page: Any, name: str) -> Any:
    return page.locator(f".fer-sheet:not(.fer-sheet-row) .fer-sheet-tile[data-name='{name}'] > button:first-child")


def test_a_picture_is_picked_bred_from_gone_back_to_and_published(page: Any, lab: tuple[str, Path]) -> None:
    _, folder = lab
    record = folder / "garden" / "sessions" / "evening.json"

    # Pick with the mouse, say why, breed: children appear, and the record lies on the disk.
    tile(page, "0.3").click()
    page.get_by_text("Parents: 0.3").wait_for()
    assert tile(page, "0.3").get_attribute("aria-pressed") == "true"
    page.get_by_placeholder("a line for the record").fill("a ring")
    page.get_by_role("button", name="Next generation").click()
    tile(page, "1.0").wait_for()
    assert evolution.load_session(record).steps == (evolution.Step(("0.3",), "a ring"),)

    # Walk and pick with the keyboard: the keys are the breeder's, and not JupyterLab's.
    tile(page, "1.0").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.get_by_text("Parents: 1.6").wait_for()
    assert page.locator(".jp-Notebook .jp-CodeCell").count() in {1, 2}
    # By key, since a click is lost where the page moves under the pointer between its two halves.
    page.get_by_role("button", name="Next generation").press("Enter")
    tile(page, "2.0").wait_for()

    # Back to the first ancestor in the line below, and branch from there.
    page.locator(".fer-sheet-row .fer-sheet-tile[data-name='0.3'] button").click()
    tile(page, "0.5").click()
    page.get_by_text("Parents: 0.5 (a branch from an earlier generation)").wait_for()
    page.get_by_role("button", name="Next generation").press("Enter")
    tile(page, "3.0").wait_for()

    # Enlarge one, and give it a name.
    page.locator(".fer-sheet-tile[data-name='3.7'] .fer-sheet-larger").click()
    page.get_by_text("3.7: ").wait_for()  # the kernel has drawn it; the mark on the page comes before that
    page.get_by_placeholder("what it shows").fill("lamp")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published:").wait_for()
    play = evolution.replay(evolution.load_session(record))
    assert [step.parents for step in play.session.steps] == [("0.3",), ("1.6",), ("0.5",)]
    genome = garden.load_genome(folder / "garden" / "lamp.json")
    np.testing.assert_array_equal(genome.image(16), play.genome("3.7").image(16))
