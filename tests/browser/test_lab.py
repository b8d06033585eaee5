"""The explorer and plain sliders in a real JupyterLab: what is dragged in the page, the kernel sees, and back."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(importlib.util.find_spec("jupyterlab") is None, reason="there is no JupyterLab"),
]

PATIENCE = 60_000  # milliseconds for what takes a few seconds on a quiet machine
CELLS = (
    """
from pathlib import Path
import fer_utils as fer
from fer_utils import sweeps
mask = fer.layerize(fer.load_genome("mask"))
mouth = next(iter(sweeps.named(mask)))
live = fer.explore(mask, chosen={mouth: "mouth opening"}, size=32, full=48)
live.observe(lambda change: Path("seen.txt").write_text(repr(live.network.weight(mouth))), names="network")
live
""",
    """
from fer_utils.explorer import sliders
box = sliders(mask, {mouth: "mouth opening"}, size=32)
box.children[1].children[0].observe(lambda change: Path("slid.txt").write_text(repr(change["new"])), names="value")
box
""",
    'live.changes = [{mouth: 0.125}]\nPath("set.txt").write_text("done")',
    "live.network = fer.layerize(fer.load_genome('mask'), label='set from Python')",
)
KERNEL_ANSWERS = """async () => { const { context } = jupyterapp.shell.currentWidget;
    await context.ready; await context.sessionContext.ready; await context.sessionContext.session.kernel.info; }"""
RUN = """(number) => { jupyterapp.shell.currentWidget.content.activeCellIndex = number;
    return void jupyterapp.commands.execute('notebook:run-cell'); }"""


class Lab:
    """A JupyterLab that serves one folder on this machine alone."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.token = folder, secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        own = {f"JUPYTER_{name}_DIR": str(folder / f".{name}") for name in ("CONFIG", "DATA", "RUNTIME")}
        labs = {f"JUPYTERLAB_{name}_DIR": str(folder / f".{name}") for name in ("SETTINGS", "WORKSPACES")}
        kept = {name: value for name, value in os.environ.items() if name != "FER_BOOK_BUILD"}
        environment = {**kept, **own, **labs, "IPYTHONDIR": str(folder / ".ipython"), "JUPYTER_TOKEN": self.token}
        options = ["--no-browser", "--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0"]
        options += [f"--ServerApp.root_dir={folder}", "--ServerApp.allow_root=True"]
        options += [
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly",
            "--LabApp.news_url=None",
        ]
        with (folder / "lab.log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *options], env=environment, stdout=log, stderr=log
            )

    def wait(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError((self.folder / "lab.log").read_text()[-2000:])

    def url(self, notebook: str) -> str:
        """Return where a notebook opens, without a sidebar."""
        return f"http://127.0.0.1:{self.port}/doc/tree/{notebook}?token={self.token}"

    def stop(self) -> None:
        """End the server, and its kernels with it."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


@pytest.fixture(scope="module")
def lab_page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path]]:
    """Open a notebook in a JupyterLab of its own and run all its cells but the last two."""
    folder = tmp_path_factory.mktemp("lab")
    new = nbformat.v4
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [new.new_code_cell(cell.strip()) for cell in CELLS]
    nbformat.write(new.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "drag.ipynb")
    lab = Lab(folder)
    context = browser.new_context(viewport={"width": 1200, "height": 1400})
    context.set_default_timeout(PATIENCE)
    try:
        lab.wait()
        page = context.new_page()
        page.goto(lab.url("drag.ipynb"))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.evaluate(KERNEL_ANSWERS)
        for number in range(2):
            run_cell(page, number)
        yield page, folder
    finally:
        context.close()
        lab.stop()


def run_cell(page: Any, number: int) -> None:
    """Run a cell, again and again until it runs: what is run before the kernel is there is dropped without a word."""
    page.evaluate(RUN, number)
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").nth(number)
    for _ in range(20):
        if "[ ]" not in prompt.inner_text():
            return
        page.wait_for_timeout(500)
    run_cell(page, number)


def number_in(place: Path, *, other_than: float | None = None) -> float:
    """Read what the kernel wrote when it was told."""
    until = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until:
        text = place.read_text() if place.exists() else ""
        if text and float(text) != other_than:
            return float(text)
        time.sleep(0.05)
    raise AssertionError(f"the kernel never wrote {place.name}")


def test_a_slider_dragged_in_lab_changes_the_network_in_the_kernel_and_back(lab_page: tuple[Any, Path]) -> None:
    page, folder = lab_page
    slider = page.locator("fer-explorer .fer-slider").first
    slider.wait_for()
    start = json.loads(page.evaluate("JSON.stringify(document.querySelector('fer-explorer').state.changes)"))
    assert start == [{}]
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2, steps=6)
    page.mouse.up()
    seen = number_in(folder / "seen.txt")
    page.wait_for_timeout(1000)  # the last message may still be on its way
    (changes,) = page.evaluate("document.querySelector('fer-explorer').state.changes")
    assert list(changes.values()) == pytest.approx([number_in(folder / "seen.txt")], abs=1e-6)
    slider.focus()
    page.keyboard.press("ArrowRight")  # the key moves the slider, and not Lab's selection of cells
    number_in(folder / "seen.txt", other_than=seen)
    assert page.locator(".jp-Cell").count() == len(CELLS)

    run_cell(page, 2)  # sets a change in Python
    page.wait_for_function("Object.values(document.querySelector('fer-explorer').state.changes[0])[0] === 0.125")
    run_cell(page, 3)  # sets another network in Python
    page.wait_for_function("document.querySelector('fer-explorer').textContent.includes('set from Python')")


def test_a_plain_slider_dragged_in_lab_moves_its_value_in_the_kernel(lab_page: tuple[Any, Path]) -> None:
    page, folder = lab_page
    handle = page.locator(".jupyter-widgets .noUi-handle").first
    handle.scroll_into_view_if_needed()
    picture = page.locator(".jupyter-widgets img.widget-image").first
    before = picture.get_attribute("src")
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    number_in(folder / "slid.txt")
    page.wait_for_function(
        "(was) => document.querySelector('.jupyter-widgets img.widget-image').src !== was", arg=before
    )
