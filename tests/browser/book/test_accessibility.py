"""axe-core looks at the explorer, at its page and at a chapter, by day and by night: nothing may keep people out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
CHAPTER = "executed/05_sweep_the_weights.html"  # prose, figures, tables and an explorer


def violations(page: Any, within: str = "html") -> list[str]:
    """Let axe-core look at a part of a page; return what it finds grave, each as a line with the first place."""
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("(within) => axe.run(within)", within)
    assert found["passes"], "axe-core has looked at something"
    return [
        f"{one['id']} ({one['impact']}, {len(one['nodes'])} places): {one['help']}; {one['nodes'][0]['html'][:160]}; "
        f"{one['nodes'][0]['failureSummary'][:300]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


def settle(page: Any) -> None:
    page.evaluate("document.querySelector('fer-explorer').settled()")
    page.wait_for_selector("fer-explorer[data-workbench=true]")


def test_axe_core_finds_what_is_wrong(browser: Any) -> None:
    """A check that could not fail would be none."""
    page = browser.new_page()
    page.set_content(
        '<html lang="en"><title>t</title><body><main><input><p style="color:#ccc">pale</p></main></body></html>'
    )
    found = violations(page)
    assert [line.split(" ")[0] for line in found] == ["color-contrast", "label"]
    page.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", [CHAPTER, "explore.html"])
def test_a_page_of_the_book_keeps_nobody_out(visit: Callable[..., Any], name: str, dark: bool) -> None:
    seen = visit(name, dark=dark)
    settle(seen.page)
    assert violations(seen.page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_explorer_alone_keeps_nobody_out_on_a_phone(visit: Callable[..., Any], dark: bool) -> None:
    seen = visit("explore.html", width=390, height=844, dark=dark)
    settle(seen.page)
    assert violations(seen.page, ".fer-explorer") == []
