"""Plain tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def table(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Lay out a table: the first column to the left, the others to the right.

    Args:
        title: Stands above it.
        headers: One for each column.
        rows: Cells; numbers are written with three digits.
    """
    lines = [list(headers), *[[_text(cell) for cell in row] for row in rows]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headers))]
    texts = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([f"\n{title}", texts[0], "-" * sum(widths, 2 * len(widths) - 2), *texts[1:]])


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return "–" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell)
