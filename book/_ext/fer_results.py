"""The role ``{result}``: a number from a notebook, in the middle of a sentence.

``{result}`03_train_the_twin:loss``` shows what that notebook recorded under ``loss``, and
``{result}`03_train_the_twin:loss|.2g``` shows it in a format. Entries of entries are reached with dots. What is not
there is a warning, and the build fails. In a table the ``|`` is written ``\\|``, as everywhere in Markdown's tables.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

RESULTS = "executed/results.json"
LOGGER = logging.getLogger(__name__)


class ResultRole(SphinxRole):
    """Puts a recorded value where it stands."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        place = Path(self.env.srcdir) / RESULTS
        self.env.note_dependency(str(place))  # new results, new page
        try:
            return marked(shown(self.text, json.loads(place.read_text(encoding="utf-8")))), []
        except (LookupError, ValueError, TypeError, OSError) as error:
            reason = f"no file {RESULTS}" if isinstance(error, OSError) else " ".join(map(str, error.args))
            message = self.inliner.reporter.warning(f"result `{self.text}`: {reason}", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]

    inliner: Inliner


def marked(text: str) -> list[nodes.Node]:
    """Return a text as nodes, what stands in backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return [nodes.Text(text)]
    return [nodes.literal(part, part) if place % 2 else nodes.Text(part) for place, part in enumerate(parts) if part]


def shown(text: str, results: dict[str, Any]) -> str:
    """Return the value that ``notebook:key|format`` names, as text."""
    reference, _, layout = text.partition("|")
    notebook, colon, key = reference.strip().partition(":")
    if not colon:
        raise ValueError("it must be written notebook:key or notebook:key|format")
    if notebook not in results:
        raise LookupError(f"no results of a notebook {notebook!r}; there are {', '.join(sorted(results))}")
    value: Any = results[notebook]
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            known = ", ".join(sorted(value)) if isinstance(value, dict) else "nothing"
            raise LookupError(f"no {part!r} there; there is {known}")
        value = value[part]
    return format(value, layout.strip())


def find_unread(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Warn of roles that came out as text: in a table, the | of a format must be written \\|."""
    for text in doctree.findall(nodes.Text):
        if "{result}`" in text and not isinstance(text.parent, nodes.literal | nodes.literal_block):
            LOGGER.warning(
                f"a result was not read: {text.strip()[:80]} (in a table, write \\| for |)", location=text.parent
            )


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_role("result", ResultRole())
    app.connect("doctree-resolved", find_unread)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
