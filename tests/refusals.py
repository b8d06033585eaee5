"""How tests see that a refusal is one sentence and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fer_utils import garden
from fer_utils.layerize import layerize

MASK = garden.load_genome("mask")
LAYERED = layerize(MASK)
GREY = np.full((8, 8, 3), 0.5)


def check_sentence(text: str, *words: str) -> None:
    """One sentence, short enough to read, that says what it must."""
    assert text.endswith((".", "?")) and "\n" not in text and len(text) < 500, text
    assert "Traceback" not in text, text
    for word in words:
        assert word in text, f"{word!r} is missing in: {text}"


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every path below a folder, with what is in it."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}
