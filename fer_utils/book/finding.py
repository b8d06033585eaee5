"""Tables that a reader can search, and a box that finds a weight by its number, in a page without a kernel.

Both are plain HTML that is whole without a script; ``book/assets/finder.js`` makes the search box work.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from fer_utils.checks import bad
from fer_utils.cppn import Architecture

if TYPE_CHECKING:
    from IPython.display import HTML


def finder(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, label: str, hint: str = "") -> HTML:
    """Show a table whose rows a reader can filter by typing.

    Args:
        headers: One text for each column.
        rows: One value for each column, shown as text.
        label: What the search box is called, such as "Find a weight".
        hint: An example of what to type.

    Returns:
        What a notebook shows; without a script the whole table, and no box.

    Raises:
        BadInput: A row has more or fewer cells than there are columns.

    Source: ours.
    """
    from IPython.display import HTML  # only notebooks have, and need, IPython

    lines = [list(row) for row in rows]
    for line in lines:
        if len(line) != len(headers):
            raise bad("rows", f"rows of {len(headers)} cells each", line)
    head = "".join(f"<th scope='col'>{_text(text)}</th>" for text in headers)
    body = "\n".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    return HTML(
        f"<div class='fer-finder' data-label='{_text(label)}' data-hint='{_text(hint)}'>"
        f"<div class='fer-finder-rows' tabindex='0' role='region' aria-label='{_text(label)}'>"
        f"<table class='table'><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div></div>"
    )


def locator(architecture: Architecture) -> HTML:
    """Show two boxes that translate between the paper's number of a weight and its place.

    Args:
        architecture: Of the network; every network of this architecture numbers its weights alike.

    Returns:
        What a notebook shows; without a script it says the rule in words.

    Source: ours; the order of the numbers is that of the authors' code.
    """
    from IPython.display import HTML

    starts = {layer: architecture.paper_id(layer, 0, 0) for layer in range(architecture.depth + 1)}
    layers = [{"layer": layer, "start": starts[layer], "shape": architecture.shapes[layer]} for layer in starts]
    rule = ", ".join(f"layer {layer} from {start:,}" for layer, start in sorted(starts.items(), key=lambda one: one[1]))
    return HTML(
        f"<div class='fer-locator' data-layers='{_text(json.dumps(layers))}'>"
        f"<p>Within a layer the numbers run row by row. The layers begin at: {_text(rule)}.</p></div>"
    )


def _text(value: Any) -> str:
    return html.escape(str(value), quote=True)
