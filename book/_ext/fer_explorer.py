"""Gives every page the explorer's script and style, straight from the package: there is one copy of them."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

import fer_utils

FOLDER = Path(fer_utils.__file__).parent / "explorer"
SCRIPTS, STYLES = ("element.js", "sweeps.js", "replay.js"), ("element.css", "replay.css")


def add_static_files(app: Sphinx, config: Config) -> None:
    config.html_static_path += [str(FOLDER / name) for name in (*SCRIPTS, *STYLES)]


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", add_static_files)
    for style in STYLES:
        app.add_css_file(style)
    for script in SCRIPTS:  # deferred scripts run in this order, and the second builds on the first
        app.add_js_file(script, loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
