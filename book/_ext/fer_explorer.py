"""Gives every page the explorer's script and style, straight from the package: there is one copy of them.

The directive ``{full-explorer}`` puts the explorer over all networks at hand into a page; ``:images:`` names some. Each
network's data go to a file of their own in ``_static``, which the page loads when it is wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

import fer_utils
from fer_utils import storage

FOLDER = Path(fer_utils.__file__).parent / "explorer"
SCRIPTS, STYLES = ("element.js", "sweeps.js", "replay.js"), ("element.css", "replay.css")
WORKBENCH = ("workbench.js", "workbench.css")  # the element asks for these where a page holds one
STATIC = "_static"
OFFERED = "fer_offered"


class FullExplorer(SphinxDirective):
    """Shows every network at hand in one explorer, loaded one by one."""

    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {"images": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        from fer_utils.explorer import gallery  # brings torch, which a book without this page does not need

        named = self.options.get("images", "").split()
        offered = gallery.offers(named or gallery.IMAGES)
        self.env.app.__dict__.setdefault(OFFERED, []).extend(offered)
        folder = "../" * self.env.docname.count("/") + STATIC
        return [nodes.raw("", gallery.gallery_html(offered, folder), format="html")]


def write_workbench(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        from fer_utils.explorer import shell

        storage.write_text(Path(app.outdir) / STATIC / WORKBENCH[0], shell.workbench_script())


def write_data(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and (offered := app.__dict__.get(OFFERED)):
        from fer_utils.explorer import gallery

        gallery.write_data(offered, Path(app.outdir) / STATIC)


def add_static_files(app: Sphinx, config: Config) -> None:
    config.html_static_path += [str(FOLDER / name) for name in (*SCRIPTS, *STYLES, WORKBENCH[1])]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("full-explorer", FullExplorer)
    app.connect("config-inited", add_static_files)
    app.connect("build-finished", write_workbench)
    app.connect("build-finished", write_data)
    for style in STYLES:
        app.add_css_file(style)
    for script in SCRIPTS:  # deferred scripts run in this order, and the second builds on the first
        app.add_js_file(script, loading_method="defer")
    return {"parallel_read_safe": False, "parallel_write_safe": True}
