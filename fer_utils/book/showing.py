"""Make an executed notebook ready to be read: the values that ran, and nothing of the machinery that ran it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import nbformat

from fer_utils.book.chapters import cells_tagged

_SHOWN_OTHERWISE = {"show-input", "hide-input", "remove-input", "hide-cell", "remove-cell"}
_WIDGET = "application/vnd.jupyter.widget-view+json"


def tidy(
    notebook: nbformat.NotebookNode, parameters: Mapping[str, Any], *, moved: tuple[str, str]
) -> nbformat.NotebookNode:
    """Return the executed notebook as the book shows it.

    Code is folded away behind a button, unless its cell says otherwise. The parameters cell shows the values that
    ran, with its comments; the cell that papermill put in is hidden. What only a live kernel could use (widgets, with
    their state) and papermill's own notes are left out.

    Args:
        notebook: As papermill left it; changed in place.
        parameters: The values it ran with.
        moved: The folder it wrote to while running, and the one its results are in now.

    Returns:
        The same notebook.

    Source: ours.
    """
    notebook.metadata = {
        key: notebook.metadata[key] for key in ("kernelspec", "language_info", "fer") if key in notebook.metadata
    }
    for cell in notebook.cells:
        for note in ("papermill", "execution"):
            cell.metadata.pop(note, None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(_still, cell.outputs) if output is not None]
    injected = cells_tagged(notebook, "injected-parameters")
    for cell in injected:
        cell.source = cell.source.replace(*moved)
        cell.metadata["tags"] = [*cell.metadata["tags"], "remove-cell"]
    for cell in cells_tagged(notebook, "parameters") if injected else []:
        cell.source = with_values(cell.source, parameters)
    for cell in notebook.cells:
        if cell.cell_type == "code" and not any(tag in _SHOWN_OTHERWISE for tag in cell.metadata.get("tags", [])):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
    return notebook


def with_values(source: str, values: Mapping[str, Any]) -> str:
    """Return assignments with other values on their right sides, and everything else, comments too, as it was.

    Args:
        source: Python code: one plain assignment a statement.
        values: New values by name; names that are missing keep theirs.

    Source: ours.
    """
    lines = source.splitlines()
    for statement in reversed(ast.parse(source).body):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        name, old = statement.targets[0].id, statement.value
        if name in values and old.end_lineno is not None and values[name] != ast.literal_eval(old):
            # Columns count UTF-8 bytes.
            head = lines[old.lineno - 1].encode()[: old.col_offset].decode()
            tail = lines[old.end_lineno - 1].encode()[old.end_col_offset :].decode()
            lines[old.lineno - 1 : old.end_lineno] = [head + _literal(values[name]) + tail]
    return "\n".join(lines)


def _literal(value: Any) -> str:
    """Write a value as code, texts in the double quotes that the notebooks use."""
    text = repr(value)
    plain = isinstance(value, str) and text[0] == "'" and '"' not in text and "\\" not in text
    return f'"{value}"' if plain else text


def _still(output: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    """Return an output without its widget; None where nothing is left but a widget's name."""
    data = output.get("data")
    if not data or _WIDGET not in data:
        return output
    del data[_WIDGET]
    return output if set(data) - {"text/plain"} else None
