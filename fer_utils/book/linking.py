"""Links from one chapter to others by their numbers, where there are such chapters."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

NOTEBOOKS = Path("notebooks")  # notebooks run in the project's root folder


def chapter_numbers(folder: Path = NOTEBOOKS) -> list[str]:
    """List the numbers of the book's chapters, such as "04".

    Args:
        folder: Where the notebooks are.

    Source: ours.
    """
    return sorted(path.stem[:2] for path in folder.glob("[0-9][0-9]_*.py"))


def chapter_links(numbers: Iterable[str], folder: Path = NOTEBOOKS) -> str:
    """Write links to chapters, as Markdown; a number without a chapter is left out.

    Args:
        numbers: Such as "04".
        folder: Where the notebooks are.

    Returns:
        Such as "[4](04_compare_neuron_by_neuron), [7](07_find_any_weight)"; "–" where there are none.

    Source: ours.
    """
    found = {path.stem[:2]: path.stem for path in folder.glob("[0-9][0-9]_*.py")}
    return ", ".join(f"[{int(number)}]({found[number]})" for number in numbers if number in found) or "–"
