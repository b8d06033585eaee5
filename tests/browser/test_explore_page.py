"""The page that is all explorer: pictures and networks loaded one by one from the disk, links, own files, print."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from external_loads import external_loads
from small_book import dressed_book

import fer_utils as fer
from fer_utils import garden, storage
from fer_utils.book.build import build_book
from fer_utils.explorer import gallery
from fer_utils.layerize import layerize

pytestmark = pytest.mark.browser

IMAGES = ("mask", "tomato")
EXPLORE = "# Explore\n\n```{full-explorer}\n:images: " + " ".join(IMAGES) + "\n```\n"


@pytest.fixture(scope="module")
def explore(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Build a book of one page with the project's own looks and two pictures; return the page."""
    root = tmp_path_factory.mktemp("full page")
    return build_book(dressed_book(root, repository, chapters=["explore"], explore=EXPLORE)).parent / "explore.html"


@pytest.fixture
def opened(browser: Any, explore: Path) -> Iterator[Callable[..., Any]]:
    """Open the page from the disk; at the end, nothing may have been complained about or asked of the network."""
    contexts, complaints = [], []

    def visit(hash_: str = "", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 1400}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(("file:", "data:", "blob:")) else complaints.append(asked.url),
        )
        page.goto(explore.as_uri() + hash_)
        if options.get("java_script_enabled", True):
            settle(page)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def settle(page: Any) -> None:
    page.wait_for_selector("fer-explorer[data-workbench=true]")
    page.evaluate("document.querySelector('fer-explorer').settled()")


def labels(page: Any) -> list[str]:
    return page.evaluate(  # type: ignore[no-any-return]
        "[...document.querySelectorAll('fer-explorer')].flatMap((one) => one.networkJSON ? "
        "one.state.shown.map((index) => one.networkJSON(index).label) : [])"
    )


def test_the_page_shows_the_first_picture_and_loads_no_other(opened: Callable[..., Any]) -> None:
    page = opened()
    assert page.locator("fer-explorer").count() == 1
    assert labels(page)[0] == "Designed by hand"
    loaded = page.evaluate("Object.keys(window.FerExplorerData)")
    assert loaded
    assert all(key.startswith("mask-") for key in loaded)


def test_another_picture_is_loaded_when_chosen_and_the_first_waits_as_it_was_left(opened: Callable[..., Any]) -> None:
    page = opened()
    page.evaluate("document.querySelector('fer-explorer').state = { changes: [{ '0,0,0': 0.5 }] }")
    page.get_by_label("Picture", exact=True).select_option("Tomato")
    page.wait_for_function("'tomato-evolved' in window.FerExplorerData")
    page.wait_for_function("document.querySelector('fer-explorer').textContent.includes('Tomato')")
    settle(page)
    assert labels(page) == ["Evolved", "SGD, seed 0"]
    page.get_by_label("Picture", exact=True).select_option("Mask")
    page.wait_for_function("document.querySelector('fer-explorer').textContent.includes('Mask')")
    assert page.evaluate("document.querySelector('fer-explorer').state.changes[0]") == {"0,0,0": 0.5}
    assert page.locator("fer-explorer").count() == 1


def test_a_copied_link_opens_the_page_with_the_same_picture_and_changes(opened: Callable[..., Any]) -> None:
    page = opened()
    page.get_by_label("Picture", exact=True).select_option("Tomato")
    page.wait_for_function("document.querySelector('fer-explorer').textContent.includes('Tomato')")
    settle(page)
    page.evaluate("document.querySelector('fer-explorer').state = { changes: [{ '0,0,1': 0.25 }] }")
    link = page.evaluate("document.querySelector('fer-explorer').link()")
    again = opened("#" + link.split("#", 1)[1])
    assert again.locator(".fer-full-bar select").input_value() == "Tomato"
    changes, *others = again.evaluate("document.querySelector('fer-explorer').state.changes")
    assert changes == pytest.approx({"0,0,1": 0.25})
    assert others and not any(others)


@pytest.mark.parametrize("broken", ["#fer=", "#fer=!!", "#fer=bm90aGluZw", "#fer=e30", "#elsewhere"])
def test_a_broken_link_opens_the_first_picture(opened: Callable[..., Any], broken: str) -> None:
    assert labels(opened(broken))[0] == "Designed by hand"


def test_a_network_whose_file_is_missing_is_named_in_a_sentence(explore: Path, browser: Any) -> None:
    data = explore.parent / "_static" / "explore-data-tomato-evolved.js"
    aside = data.rename(data.with_suffix(".away"))
    page = browser.new_page()
    try:
        page.goto(explore.as_uri())
        settle(page)
        page.locator(".fer-full-bar select").select_option("Tomato")
        page.wait_for_function("document.querySelector('.fer-full-bar [role=status]').textContent")
        said = page.locator(".fer-full-bar [role=status]").inner_text()
        assert said.startswith("The tomato cannot be shown: ")
        assert "explore-data-tomato-evolved.js is missing" in said
        assert page.locator("fer-explorer").count() == 1
    finally:
        aside.rename(data)
        page.close()


def test_what_the_page_downloads_python_reads(opened: Callable[..., Any], tmp_path: Path) -> None:
    page = opened()
    mask = layerize(garden.load_genome("mask"))
    weight = next(iter(mask.weight_of.values()))
    changes = {",".join(map(str, weight)): 0.75}
    page.evaluate("(changes) => document.querySelector('fer-explorer').state = { changes: [changes] }", changes)
    text = page.evaluate("JSON.stringify(document.querySelector('fer-explorer').networkJSON(0))")
    place = storage.write_text(tmp_path / "mask.json", text)
    network = fer.Network.load(place)
    wanted = mask.with_weights({weight: 0.75})
    assert network.flat() == pytest.approx(wanted.flat().astype(np.float32))
    assert np.abs(network.image(32) - wanted.image(32)).max() < 1e-4
    assert dict(network.names) == dict(mask.names)


def test_a_file_of_ones_own_is_opened_beside_the_others(opened: Callable[..., Any], tmp_path: Path) -> None:
    page = opened()
    own = layerize(garden.load_genome("mask")).with_weights({(0, 0, 0): 0.5}).relabelled("my own run")
    own.save(tmp_path / "mine.json")
    page.locator("fer-explorer input[type=file]").set_input_files(tmp_path / "mine.json")
    page.wait_for_function("document.querySelector('fer-explorer').textContent.includes('my own run')")
    settle(page)
    assert labels(page) == ["Designed by hand", "my own run (file)"]


def test_without_javascript_the_page_shows_stills_with_captions(opened: Callable[..., Any]) -> None:
    page = opened(java_script_enabled=False)
    figures = page.locator(".fer-explorer-fallback figure")
    assert figures.count() >= 4
    assert figures.first.locator("img").is_visible()
    assert "mouth opening" in figures.first.locator("figcaption").inner_text()
    assert page.get_by_text("In a browser with JavaScript").is_visible()
    assert not page.locator(".fer-full-bar").is_visible()


def test_on_paper_the_stills_stand_in_for_the_explorer(opened: Callable[..., Any]) -> None:
    page = opened()
    fallback, live = page.locator(".fer-explorer-fallback"), page.locator(".fer-explorer")
    assert (fallback.is_visible(), live.is_visible()) == (False, True)
    page.emulate_media(media="print")
    assert (fallback.is_visible(), live.is_visible()) == (True, False)
    assert fallback.locator("figcaption").first.is_visible()


def test_the_page_asks_nothing_of_another_host_and_fits_a_phone(opened: Callable[..., Any], explore: Path) -> None:
    assert external_loads(explore.parent) == []
    page = opened(viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_each_networks_data_are_small_and_whole(explore: Path) -> None:
    files = sorted((explore.parent / "_static").glob("explore-data-*.js"))
    assert {file.name.split("-")[2] for file in files} == set(IMAGES)
    for offer in gallery.offers(IMAGES):
        text = (explore.parent / "_static" / offer.file).read_text(encoding="utf-8")
        assert len(text.encode()) < 300_000
        entry = json.loads(text.split("] = ", 1)[1].rstrip(";\n"))
        values = np.frombuffer(base64.b64decode(entry["weights"]), "<f4")
        assert values.tolist() == offer.network.flat().astype(np.float32).tolist()
        assert entry["chosen"]
