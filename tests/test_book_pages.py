"""From an executed notebook to pages: numbers in the prose, nothing loaded from elsewhere, any warning an error."""

from __future__ import annotations

import importlib.util
import json
import re
from base64 import b64encode
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from external_loads import css_loads, external_loads, html_loads
from small_book import PNG, dressed_book

from fer_utils import storage
from fer_utils.book.build import BuildFailed, _without_links, build_book, build_chapter
from fer_utils.book.runner import Layout

WELCOME = """\
# Welcome

The loss is {result}`01_make_it:loss|.1e`, the kinds are {result}`01_make_it:kinds.sin`. It is small: $x^2 < 1$.

| in a table |
|---|
| {result}`01_make_it:loss\\|.2e` |

![A grey square](executed/01_make_it/square.png)

[The chapter](executed/01_make_it.ipynb)
"""


def executed_notebook() -> nbformat.NotebookNode:
    """Return a notebook as the driver leaves it, with every kind of cell and output that matters to the pages."""
    new = nbformat.v4
    picture = new.new_output(
        "display_data", data={"image/png": b64encode(bytes.fromhex(PNG)).decode(), "text/plain": "<Figure>"}
    )
    computed = new.new_output("display_data", data={"text/markdown": "| a |\n| --- |\n| **computed** |"})
    chatter = new.new_output("stream", name="stderr", text="chatter of a progress bar")
    cells = [
        new.new_markdown_cell("# Make it\n\n**Claim.** It can be made."),
        new.new_code_cell("steps = 5  # shown", metadata={"tags": ["parameters"]}),
        new.new_code_cell("steps = 5  # hidden", metadata={"tags": ["injected-parameters", "remove-cell"]}),
        new.new_code_cell(
            "draw()", metadata={"mystnb": {"image": {"alt": "A grey square"}}}, outputs=[picture, chatter]
        ),
        new.new_code_cell("book.say(secretly)", metadata={"tags": ["remove-input"]}, outputs=[computed]),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new.new_notebook(cells=cells, metadata={"kernelspec": kernel, "fer": {"needs": []}})


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Layout:
    """Return a small book with the project's own settings, extensions and looks."""
    root = tmp_path_factory.mktemp("small book")
    pages = {"welcome": WELCOME, "not_in_the_toc": "# Forgotten"}
    layout = dressed_book(root, repository, chapters=["executed/01_make_it"], **pages)
    storage.write_text(root / "book" / "executed" / "01_make_it.ipynb", nbformat.writes(executed_notebook()))
    storage.write_bytes(root / "book" / "executed" / "01_make_it" / "square.png", bytes.fromhex(PNG))
    storage.write_json(
        root / "book" / "executed" / "results.json", {"01_make_it": {"loss": 0.00123, "kinds": {"sin": 4}}}
    )
    return layout


@pytest.fixture(scope="module")
def site(layout: Layout) -> Path:
    """Build the small book."""
    return build_book(layout).parent


def page(site: Path, name: str) -> str:
    return (site / f"{name}.html").read_text(encoding="utf-8")


def test_numbers_reach_the_prose_in_their_format(site: Path) -> None:
    assert "The loss is 1.2e-03, the kinds are 4." in page(site, "welcome")
    assert "<p>1.23e-03</p>" in page(site, "welcome")


def test_the_first_page_to_open_leads_into_the_book(site: Path) -> None:
    assert "url=welcome.html" in page(site, "index")


def test_only_pages_of_the_table_of_contents_are_built(site: Path) -> None:
    assert not (site / "not_in_the_toc.html").exists()


def test_a_figure_has_its_alternative_text_and_a_hidden_cell_is_hidden(site: Path) -> None:
    chapter = page(site, "executed/01_make_it")
    assert 'alt="A grey square"' in chapter
    assert "shown" in chapter
    assert "<strong>computed</strong>" in chapter
    assert "<table" in chapter
    for hidden in ("# hidden", "secretly", "chatter"):
        assert hidden not in chapter


def test_every_page_has_the_explorer_and_none_has_thebe(site: Path) -> None:
    for name in ("welcome", "executed/01_make_it"):
        text = page(site, name)
        assert "_static/element.js" in text
        assert "_static/element.css" in text
        assert "thebe" not in text.lower()
    assert (site / "_static" / "element.js").is_file()
    assert not list((site / "_static").glob("*.py"))


def test_buttons_are_called_what_they_show(site: Path) -> None:
    """axe-core looks at the pages in a browser; this is what was mended for it."""
    text = page(site, "executed/01_make_it")
    assert "Toggle hidden content" not in text
    for kind in ("search-button-field", "theme-switch-button"):
        buttons = re.findall(rf"<button[^>]*{kind}[^>]*>", text)
        assert buttons
        assert not [button for button in buttons if "aria-label" in button]
    assert '<span class="visually-hidden">Color mode</span>' in text


def test_the_pages_load_nothing_from_elsewhere(site: Path) -> None:
    assert external_loads(site) == []


def test_mathematics_is_set_by_the_books_own_mathjax(site: Path) -> None:
    assert "_static/mathjax/tex-mml-chtml.js" in page(site, "welcome")
    assert (
        site / "_static" / "mathjax" / "output" / "chtml" / "fonts" / "woff-v2" / "MathJax_Main-Regular.woff"
    ).is_file()


@pytest.mark.parametrize(
    ("prose", "words"),
    [
        (
            "{result}`01_make_it:lost`",
            "welcome.md:3: WARNING: result `01_make_it:lost`: no 'lost' there; there is kinds, loss",
        ),
        ("{result}`02_nothing:loss`", "no results of a notebook '02_nothing'; there are 01_make_it"),
        ("[nowhere](nowhere.md)", "nowhere"),
        ("| a |\n|---|\n| {result}`01_make_it:loss|.1e` |", "a result was not read"),
    ],
)
def test_a_warning_fails_the_build_and_leaves_the_old_site(layout: Layout, site: Path, prose: str, words: str) -> None:
    before = page(site, "welcome")
    welcome = layout.root / "book" / "welcome.md"
    welcome.write_text(f"# Welcome\n\n{prose}\n")
    try:
        with pytest.raises(BuildFailed) as caught:
            build_book(layout)
    finally:
        welcome.write_text(WELCOME)
    assert words in str(caught.value)
    assert "pages.log" in str(caught.value)
    assert page(site, "welcome") == before
    assert not list((layout.build / "running").iterdir())


def test_one_notebook_gets_a_page_of_its_own(layout: Layout) -> None:
    storage.write_text(layout.executed("01_make_it"), nbformat.writes(executed_notebook()))
    opened = build_chapter("01_make_it", layout)
    text = (opened.parent / "01_make_it.html").read_text(encoding="utf-8")
    assert "url=01_make_it.html" in opened.read_text(encoding="utf-8")
    assert 'alt="A grey square"' in text
    assert "element.js" in text
    assert external_loads(opened.parent) == []


# The role's own reading


@pytest.fixture(scope="module")
def role(repository: Path) -> ModuleType:
    """Return book/_ext/fer_results.py as a module."""
    spec = importlib.util.spec_from_file_location("fer_results", repository / "book" / "_ext" / "fer_results.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a:n", "5478"), ("a:n|,", "5,478"), ("a:deep.loss | .1e", "1.0e-03"), ("a:name", "skull"), ("a:many", "[1, 2]")],
)
def test_a_result_is_shown_in_its_format(role: ModuleType, text: str, shown: str) -> None:
    results = {"a": {"n": 5478, "deep": {"loss": 0.001}, "name": "skull", "many": [1, 2]}}
    assert role.shown(text, results) == shown


@pytest.mark.parametrize("text", ["a", "a:", "a:x", "b:n", "a:n.x", "a:n|.2q", "a:many|.2f"])
def test_a_result_that_cannot_be_shown_is_an_error(role: ModuleType, text: str) -> None:
    with pytest.raises((LookupError, ValueError, TypeError)):
        role.shown(text, {"a": {"n": 5478, "many": [1, 2]}})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("run `make x` now", [("#text", "run "), ("literal", "make x"), ("#text", " now")]),
        ("plain", [("#text", "plain")]),
        ("one ` alone", [("#text", "one ` alone")]),
    ],
)
def test_what_stands_in_backticks_is_shown_as_code(role: ModuleType, text: str, parts: list[tuple[str, str]]) -> None:
    assert [(one.tagname, one.astext()) for one in role.marked(text)] == parts


# The search for external loads finds what it should


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<script src="//cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="http://cdn.example/x.css">',
        '<link rel="preload" href="https://cdn.example/x.woff2" as="font">',
        '<img src="https://example/x.png">',
        '<img srcset="a.png 1x, https://example/x.png 2x">',
        '<iframe src="https://example"></iframe>',
        '<object data="https://example/x.svg"></object>',
        '<p style="background: url(https://example/x.png)">',
        "<style>@import 'https://example/x.css';</style>",
        '<script>const THEBE_JS_URL = "https://unpkg.com/thebe"</script>',
        '<svg><image href="https://example/x.png"/></svg>',
    ],
)
def test_an_external_load_is_found(text: str) -> None:
    assert len(list(html_loads(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://arxiv.org/abs/2505.11581">the paper</a>',
        '<link rel="canonical" href="https://example/book">',
        '<script src="_static/x.js"></script><img src="data:image/png;base64,xx//yy">',
        '<script type="application/json">{"see": "https://example"}</script>',
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    ],
)
def test_a_link_is_no_load(text: str) -> None:
    assert list(html_loads(text)) == []


def test_style_sheets_are_searched_too(tmp_path: Path) -> None:
    storage.write_text(
        tmp_path / "a" / "x.css", '@font-face { src: url("https://fonts.example/f.woff") } b { c: url(d.png) }'
    )
    assert external_loads(tmp_path) == ["a/x.css: https://fonts.example/f.woff"]
    assert list(css_loads("@import url(//fonts.example/f.css)")) == ["//fonts.example/f.css"]


def test_links_to_other_chapters_become_words_on_a_single_page() -> None:
    from fer_utils.book.build import _without_links

    text = '"see [](09_measure_the_speed), [the twin](03_train_the_twin) and [x](https://a.b/03_c)"'
    assert _without_links(text) == '"see chapter 9, the twin and [x](https://a.b/03_c)"'


@pytest.mark.parametrize(
    ("written", "alone"),
    [
        ('{"cells": [{"source": ["See [fracture](16_measure_fracture), then."]}]}', "See fracture, then."),
        ('{"cells": [{"source": ["See [fracture](16_measure_fracture.ipynb)."]}]}', "See fracture."),
        ('{"cells": [{"source": ["See [](03_train_the_twin)."]}]}', "See chapter 3."),
        ('{"cells": [{"source": ["See [there](https://a.b/16_c)."]}]}', "See [there](https://a.b/16_c)."),
    ],
)
def test_a_page_alone_has_words_in_place_of_links_to_chapters(written: str, alone: str) -> None:
    assert json.loads(_without_links(written)) == {"cells": [{"source": [alone]}]}
