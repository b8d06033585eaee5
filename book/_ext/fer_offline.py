"""Keeps the pages self-contained: takes out what Jupyter Book adds that would ask another host.

That is thebe (live code through a public Binder): its scripts, its styles, and the block of settings in each page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

UNWANTED = "thebe"


def drop_files(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document) -> None:
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if not _mentions(file)]


def drop_blocks(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for block in list(doctree.findall(nodes.raw)):
        if "text/x-thebe-config" in block.astext() or "kernelName = " in block.astext():
            block.parent.remove(block)


def drop_source_maps(app: Sphinx, exception: Exception | None) -> None:
    """Remove the theme's source maps: megabytes that only the theme's developers could use."""
    for path in (Path(app.outdir) / "_static").rglob("*.map") if exception is None else ():
        path.unlink()


def _mentions(file: Any) -> bool:
    attributes = getattr(file, "attributes", {})
    return UNWANTED in f"{getattr(file, 'filename', file)} {attributes.get('body', '')}".lower()


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", drop_files, priority=999)
    app.connect("doctree-resolved", drop_blocks, priority=999)
    app.connect("build-finished", drop_source_maps)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
