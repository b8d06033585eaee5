"""Mends what keeps people out in buttons that are not the book's own: what is seen on them and what is heard differ.

Icons and key caps count as words there, and an ``aria-label`` says something else. So the signs are hidden from screen
readers, and the name stands in the button itself, for the ear alone where the eye has the icon.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

SIGNS = re.compile(r'<(i class="[^"]*\bfa-[^"]*"|span class="search-button__kbd-shortcut")(?![^>]*aria-hidden)')
SUMMARY = re.compile(r'<summary aria-label="Toggle hidden content">')  # it says itself what it shows and hides
KINDS = "search-button-field|theme-switch-button"
BUTTON = re.compile(rf'(<button class="[^"]*\b({KINDS})\b[^>]*?) aria-label="([^"]+)"([^>]*>)')


def mend_pages(app: Sphinx, exception: Exception | None) -> None:
    for page in Path(app.outdir).rglob("*.html") if exception is None else ():
        page.write_text(mended(page.read_text(encoding="utf-8")), encoding="utf-8")


def mended(text: str) -> str:
    """Return a page whose buttons are called what they show."""
    text = SUMMARY.sub("<summary>", text)
    return BUTTON.sub(_with_its_name, SIGNS.sub(r'<\1 aria-hidden="true"', text))


def _with_its_name(button: re.Match[str]) -> str:
    begin, kind, name, end = button.groups()
    return f"{begin}{end}" + (f'<span class="visually-hidden">{name}</span>' if kind == "theme-switch-button" else "")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
