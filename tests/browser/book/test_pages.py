"""The built pages, opened from the disk in a real browser with the network blocked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from small_book import dressed_book
from test_book_pages import executed_notebook

from fer_utils import storage
from fer_utils.book.build import build_book, gather
from fer_utils.book.chapters import Chapter, Shown
from fer_utils.book.runner import Outcome
from fer_utils.book.siblings import LABEL, expand

pytestmark = pytest.mark.browser

CONTENTS = yaml.safe_load((Path(__file__).parents[3] / "_toc.yml").read_text(encoding="utf-8"))
FILES = (CONTENTS["root"], *(chapter["file"] for part in CONTENTS["parts"] for chapter in part["chapters"]))
PAGES = tuple(f"{name}.html" for name in FILES)
SWEEPS = "executed/05_sweep_the_weights.html"
EVOLVED, TWIN = 0, 1

# A picture's pixels as a number that changes when any of them does.
PIXELS = """canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    .data.reduce((sum, value, index) => (sum * 31 + value * (index % 97 + 1)) % 1000000007, 7)"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_an_error_and_asks_the_network_for_nothing(visit: Callable, name: str) -> None:
    seen = visit(name)
    seen.page.wait_for_timeout(200)
    assert seen.errors == []
    assert seen.outside == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_no_wider_than_a_phone(visit: Callable, name: str) -> None:
    seen = visit(name, width=390, height=844)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_every_page_of_the_book_is_looked_at(site: Path) -> None:
    built = {str(page.relative_to(site)) for page in site.rglob("*.html") if "_static" not in page.parts}
    assert built - set(PAGES) <= {"index.html", "search.html", "genindex.html"}
    assert set(PAGES) <= built


def _pixels(seen, panel: int) -> int:
    """Read a panel's picture once it has come to rest."""
    canvas = seen.page.locator(".fer-panel").nth(panel).locator("canvas.fer-picture")
    before = None
    for _ in range(100):
        now = canvas.evaluate(PIXELS)
        if now == before:
            return now
        before = now
        seen.page.wait_for_timeout(150)
    raise AssertionError("the picture never came to rest")


def _slider(seen, panel: int):
    return seen.page.locator(".fer-panel").nth(panel).locator("input.fer-slider").first


@pytest.fixture
def sweeping(visit: Callable):
    seen = visit(SWEEPS)
    seen.page.locator(".fer-explorer").scroll_into_view_if_needed()
    _pixels(seen, EVOLVED)
    return seen


def test_dragging_a_slider_changes_its_own_picture_and_no_other(sweeping) -> None:
    before = _pixels(sweeping, EVOLVED), _pixels(sweeping, TWIN)
    box = _slider(sweeping, EVOLVED).bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    sweeping.page.mouse.move(*middle)
    sweeping.page.mouse.down()
    sweeping.page.mouse.move(middle[0] + box["width"] / 3, middle[1], steps=8)
    sweeping.page.mouse.up()
    assert _pixels(sweeping, EVOLVED) != before[0]
    assert _pixels(sweeping, TWIN) == before[1]
    assert sweeping.errors == []


def test_reset_brings_the_picture_back_to_the_last_pixel(sweeping) -> None:
    before = _pixels(sweeping, TWIN)
    _slider(sweeping, TWIN).focus()
    for _ in range(20):
        sweeping.page.keyboard.press("ArrowRight")
    assert _pixels(sweeping, TWIN) != before
    sweeping.page.locator(".fer-panel").nth(TWIN).get_by_role("button", name="Reset", exact=True).click()
    assert _pixels(sweeping, TWIN) == before


def test_the_keyboard_moves_a_slider_and_its_value_is_announced(sweeping) -> None:
    before = _pixels(sweeping, EVOLVED)
    slider = _slider(sweeping, EVOLVED)
    said = slider.get_attribute("aria-valuetext")
    slider.focus()
    for _ in range(10):
        sweeping.page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") != said
    assert _pixels(sweeping, EVOLVED) != before


def test_the_arrow_keys_walk_from_neuron_to_neuron_and_name_each(sweeping) -> None:
    neurons = sweeping.page.locator(".fer-map")
    neurons.focus()
    first = sweeping.page.locator(".fer-neuron").inner_text()
    sweeping.page.keyboard.press("ArrowUp")
    assert sweeping.page.locator(".fer-neuron").inner_text() != first


def test_the_panel_says_in_html_what_it_shows_where_no_script_runs(site: Path) -> None:
    page = (site / SWEEPS).read_text(encoding="utf-8")
    inside = page.split("<fer-explorer", 1)[1].split("</fer-explorer>", 1)[0]
    assert re.search(r'<img[^>]+alt="[^"]{20,}"', inside)


def test_a_word_is_found_by_the_search_page_without_a_server(visit: Callable) -> None:
    seen = visit("search.html?q=layerize")
    seen.page.wait_for_selector("#search-results li", timeout=10_000)
    assert seen.page.locator("#search-results li").count() >= 1


@pytest.mark.parametrize("name", ["welcome.html", SWEEPS])
def test_a_dark_page_has_a_dark_ground_and_a_dark_panel(visit: Callable, name: str) -> None:
    seen = visit(name, dark=True)
    lightness = (
        "node => getComputedStyle(node).backgroundColor.match(/[0-9.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0)"
    )
    assert seen.page.locator("body").evaluate(lightness) < 200
    if name == SWEEPS:
        assert seen.page.locator(".fer-explorer").evaluate(lightness) < 250


def test_every_executed_figure_has_words_for_those_who_cannot_see_it(site: Path) -> None:
    figures = 0
    for page in sorted((site / "executed").glob("*.html")):
        for tag in re.findall(r"<img[^>]*_images/[^>]*>", page.read_text(encoding="utf-8")):
            alt = re.search(r'alt="([^"]*)"', tag)
            assert alt, f"{page.name}: {tag}"
            assert " " in alt[1].strip(), f"{page.name}: {tag}"
            assert len(alt[1]) > 20, f"{page.name}: {tag}"
            figures += 1
    assert figures >= 15


def test_the_numbers_on_the_first_page_are_those_the_notebooks_recorded(site: Path) -> None:
    results = json.loads((site.parents[2] / "book" / "executed" / "results.json").read_text(encoding="utf-8"))
    numbers = results["04_compare_neuron_by_neuron"]
    page = (site / "welcome.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", " ", page)
    for value in (str(numbers["evolved_novel"]), str(numbers["twin_novel"]), f"{numbers['loss']:.1e}"):
        assert re.search(rf"(?<![\d.]){re.escape(value)}(?![\d.])", text), value


# Sibling pages: a book of two chapters, the first of them for three images


@pytest.fixture(scope="module")
def small_book(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Build the small book with the project's own looks, and return the folder of its chapters' pages."""
    root = tmp_path_factory.mktemp("siblings")
    layout = dressed_book(root, repository, chapters=["executed/01_make_it", "executed/02_use_it"])
    make = Chapter("01_make_it", Path("01_make_it.py"), "Make it", (), {"image": "auto", "out": "o"}, each_image=True)
    use = Chapter("02_use_it", Path("02_use_it.py"), "Use it", (), {"out": "o"})
    shown = [Shown(name, name, name.capitalize()) for name in ("skull", "butterfly", "apple")]
    chapters = expand([make, use], shown)
    for chapter in chapters:
        storage.write_text(layout.executed(chapter.name), nbformat.writes(executed_notebook()))
        layout.artefacts(chapter.name).mkdir(parents=True)
    outcomes = [Outcome(one.name, one.title, "ran", 1.0, "0" * 64, {}, one.needs) for one in chapters]
    gather(outcomes, layout, preset="quick", chapters=chapters, note="The paper's vase is not on this machine.")
    return build_book(layout, chapters).parent / "executed"


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def phone(request: pytest.FixtureRequest, browser, small_book: Path) -> Iterator:
    """Open the first chapter on a phone, by day and by night."""
    scheme = "dark" if request.param else "light"
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto((small_book / "01_make_it.html").as_uri())
    yield page
    context.close()


def _tabs(page):
    return page.get_by_role("navigation", name=LABEL)


def test_a_reader_with_a_phone_goes_to_a_sibling_and_back(phone) -> None:
    for title, heading, path in (
        ("Butterfly", "Make it: the butterfly", "01_make_it-butterfly.html"),
        ("Apple", "Make it: the apple", "01_make_it-apple.html"),
        ("Skull", "Make it", "01_make_it.html"),
    ):
        tab = _tabs(phone).get_by_role("link", name=title, exact=True)
        box = tab.bounding_box()
        assert box["height"] >= 32, "a thumb finds it"
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
        tab.click()
        assert phone.url.endswith(f"/{path}")
        assert phone.locator("article h1").inner_text().removesuffix("#").strip() == heading
        assert _tabs(phone).locator("[aria-current=page]").inner_text() == title
        assert _tabs(phone).get_by_role("link").count() == 2
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_tabs_stand_out_from_the_page_and_the_present_one_from_the_others(phone) -> None:
    light = "node => getComputedStyle(node).{0}.match(/[0-9.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0)"
    ground = phone.locator("body").evaluate(light.format("backgroundColor"))
    for tab in _tabs(phone).locator("a, strong").all():
        assert abs(tab.evaluate(light.format("color")) - ground) > 300
    weights = _tabs(phone).locator("a, strong").evaluate_all("all => all.map(one => +getComputedStyle(one).fontWeight)")
    assert weights[0] > weights[1] == weights[2]


def test_a_page_says_which_image_is_missing(phone) -> None:
    assert phone.locator("p.fer-missing").inner_text() == "The paper’s vase is not on this machine."


def test_the_next_page_of_the_last_sibling_is_the_next_chapter(browser, small_book: Path) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto((small_book / "01_make_it.html").as_uri())
    seen = []
    while page.locator("a.right-next").count():
        with page.expect_navigation():  # the link is looked for on the next page, not on what is left of this one
            page.locator("a.right-next").click()
        seen.append(Path(page.url).stem)
    assert seen == ["01_make_it-butterfly", "01_make_it-apple", "02_use_it"]
    page.goto((small_book / "01_make_it-apple.html").as_uri())
    present = page.locator(".bd-sidebar-primary nav li.current.active").last
    assert present.locator(":scope > a").inner_text() == "The apple", "the sidebar shows where one is"
    page.close()
