"""Lists what built pages would load from elsewhere: ``python tests/external_loads.py build/_build/html``.

A link that a reader may click is no load; a script, a style, a picture, a font or a frame is. Inline scripts count too,
where they name an address: nothing that could be fetched is trusted not to be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_EXTERNAL = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_CSS = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s;]+)""", re.IGNORECASE)
_ADDRESS = re.compile(r"""["'`](?:https?:)?//[^"'`\s]+""", re.IGNORECASE)
_LOADING = {"src", "srcset", "poster", "data", "background", "xlink:href"}
# These rels of <link> are read by the browser when the page opens; "next", "canonical" and the like are not.
_LOADING_RELS = {
    "stylesheet",
    "preload",
    "prefetch",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
    "icon",
    "shortcut",
    "manifest",
}


def external_loads(site: Path) -> list[str]:
    """Return one line for each external load in the HTML and CSS files of a site."""
    found = []
    for path in sorted(site.rglob("*")):
        if path.suffix in (".html", ".css"):
            text = path.read_text(encoding="utf-8")
            loads = css_loads(text) if path.suffix == ".css" else html_loads(text)
            found += [f"{path.relative_to(site)}: {load}" for load in loads]
    return found


def css_loads(text: str) -> Iterator[str]:
    """Yield the external addresses of a style sheet."""
    yield from _CSS.findall(text)


def html_loads(text: str) -> Iterator[str]:
    """Yield the external loads of a page."""
    page = _Page()
    page.feed(text)
    page.close()
    yield from page.found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        rels = set(attributes.get("rel", "").lower().split())
        loading = _LOADING | (
            {"href"} if tag in ("use", "image") or (tag == "link" and rels & _LOADING_RELS) else set()
        )
        for name in loading & set(attributes) if tag != "a" else ():
            if any(_EXTERNAL.match(part) for part in attributes[name].split(",")):
                self.found.append(f"<{tag} {name}={attributes[name]!r}>")
        self.found += [f"<{tag} style: {load}>" for load in css_loads(attributes.get("style", ""))]
        is_data = attributes.get("type", "").endswith("json")
        self.inside = tag if tag == "style" or (tag == "script" and not is_data) else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "style":
            self.found += [f"<style>: {load}" for load in css_loads(data)]
        elif self.inside == "script":
            self.found += [f"<script>: {load}" for load in _ADDRESS.findall(data)]


if __name__ == "__main__":
    lines = external_loads(Path(sys.argv[1]))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.exit(bool(lines))
