"""Save a figure for print: lines and letters as vectors, pictures inside them sharp."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from fer_utils import storage
from fer_utils.checks import bad, one_of

KINDS: Final = ("svg", "pdf", "png")
PRINT_DOTS: Final = 300  # to the inch, of a PNG and of pictures inside a PDF or SVG
_NAMELESS: Final = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


def print_figure(figure: Figure, place: str | Path, *, kinds: Sequence[str] = KINDS) -> list[Path]:
    """Save a figure for print, in several formats.

    Args:
        figure: The figure.
        place: Where to, without an ending; folders are made.
        kinds: Of "svg", "pdf" and "png".

    Returns:
        The files; the same figure gives the same bytes.

    Raises:
        BadInput: A format is unknown, the figure is none, or a file cannot be written.

    Source: ours.
    """
    if not isinstance(figure, Figure):
        raise bad("figure", "a matplotlib figure", figure)
    base, paths = Path(place), []
    for kind in [one_of("kind", kind, KINDS) for kind in kinds]:
        data = io.BytesIO()
        figure.savefig(data, format=kind, dpi=PRINT_DOTS, metadata=_NAMELESS[kind])
        paths.append(storage.write_bytes(base.with_name(f"{base.name}.{kind}"), data.getvalue()))
    return paths
