"""The breeder's page of pictures, as a widget: ``sheet.js`` says what was clicked, and nothing else."""

from __future__ import annotations

from importlib import resources

import anywidget
import traitlets


class Sheet(anywidget.AnyWidget):
    """A page of pictures that can be picked and looked at.

    Attributes:
        names: What each is called, "generation.place".
        pictures: Each as a data URI.
        picked: Names of those picked, in the order of the clicks.
        looked: Name of the one looked at last.
        marks: Words that stand in a picture's corner, by its name.
        choose: Whether pictures may be picked, or only looked at.
        label: What the page shows, for readers of a screen.
    """

    _esm = (resources.files(__package__) / "sheet.js").read_text(encoding="utf-8")
    _css = (resources.files(__package__) / "sheet.css").read_text(encoding="utf-8")
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    pictures = traitlets.List(traitlets.Unicode()).tag(sync=True)
    picked = traitlets.List(traitlets.Unicode()).tag(sync=True)
    looked = traitlets.Unicode().tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)
    choose = traitlets.Bool(True).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
