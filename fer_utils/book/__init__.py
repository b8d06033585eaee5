"""The book: what its notebooks say and keep, and the driver that runs and builds it.

Notebooks use the names below. The driver (``python -m fer_utils.book``) is in the modules, lowest first: `chapters`
(what a notebook declares), `siblings` (its page for each image), `presets` (its parameters), `keys` (what its result
depends on), `runner` (papermill, and what is kept), `workers` (processes side by side), `batch` (all notebooks, each
after those it needs), `manifest` (what ran), `build` (the pages). No other room knows that notebooks exist.

Conventions that bite: a notebook runs in the project's root folder, writes only to the folder `out` it is given, and
counts as done only when its executed copy, its results and its stamp are all in place.
"""

from __future__ import annotations

from fer_utils.book.finding import finder, locator
from fer_utils.book.linking import chapter_links, chapter_numbers
from fer_utils.book.looping import loop
from fer_utils.book.notes import describe, keep, over_seeds, provenance, record, say, table, weight_label
from fer_utils.book.studies import published, race, seconds_to
from fer_utils.book.subjects import Subject, subject
from fer_utils.book.twins import describe_published, published_twins, second_twin, twins, twins_alike

__all__ = [
    "Subject",
    "chapter_links",
    "chapter_numbers",
    "describe",
    "describe_published",
    "finder",
    "keep",
    "locator",
    "loop",
    "over_seeds",
    "provenance",
    "published",
    "published_twins",
    "race",
    "record",
    "say",
    "second_twin",
    "seconds_to",
    "subject",
    "table",
    "twins",
    "twins_alike",
    "weight_label",
]
