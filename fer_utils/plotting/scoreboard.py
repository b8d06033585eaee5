"""A tile for each thing that was checked, coloured by what became of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from fer_utils.checks import bad, whole
from fer_utils.plotting.look import EVOLVED, GREY, HAIRLINE, INK, WIDTH, Drawing, styled, text_width, write

LOOKS = (("\N{CHECK MARK}", EVOLVED, "#d5ebe8"), ("≠", "#a86200", "#fbe6c4"), ("–", GREY, "#eceeef"))
HEAD = 0.24  # inches of a tile's own name
GAP = 0.08


@styled
def verdict_tiles(
    tiles: Mapping[str, Sequence[str]], *, verdicts: Sequence[str], across: int = 13, part: float = 0.24
) -> Figure:
    """Draw a tile for each thing that was checked, with a band for each of its parts.

    Args:
        tiles: For each tile's name the verdicts on its parts, from the top down; at least one each.
        verdicts: The three that there are: good, other, none. Signs and colours follow their order.
        across: Tiles in a row.
        part: Height of a band in inches.

    Returns:
        The figure.

    Raises:
        BadInput: There are no tiles, a tile has no parts, or there are not three verdicts.

    Source: ours.
    """
    looks = _looks(tiles, verdicts)
    count = whole("across", across, least=1)
    side = (WIDTH - 0.1 - (count - 1) * GAP) / count
    names = list(tiles)
    rows = [names[start : start + count] for start in range(0, len(names), count)]
    tall = [HEAD + part * max(len(tiles[name]) for name in row) for row in rows]
    drawing = Drawing(WIDTH, 0.05 + sum(tall) + GAP * len(rows) + 0.3)
    sheet = drawing.sheet()
    top = 0.05
    for row, height in zip(rows, tall, strict=True):
        for place, name in enumerate(row):
            _tile(sheet, 0.05 + place * (side + GAP), top, side, name, [looks[one] for one in tiles[name]], part)
        top += height + GAP
    _key(sheet, top + 0.08, looks)
    return drawing


def _looks(tiles: object, verdicts: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    if isinstance(verdicts, str) or len(verdicts) != len(LOOKS):
        raise bad("verdicts", f"{len(LOOKS)} texts", verdicts)
    known = dict(zip(verdicts, LOOKS, strict=True))
    if not isinstance(tiles, Mapping) or not tiles:
        raise bad("tiles", "a mapping from names to verdicts, with at least one name", tiles)
    for name, parts in tiles.items():
        if not len(parts) or set(parts) - set(known):
            raise bad(f"tiles[{name!r}]", f"one or more of {', '.join(known)}", parts)
    return known


def _tile(
    sheet: Axes, left: float, top: float, side: float, name: str, parts: list[tuple[str, str, str]], part: float
) -> None:
    write(sheet, left + side / 2, top + HEAD - 0.08, name, size=9, bold=True, across="center")
    for number, (sign, ink, fill) in enumerate(parts):
        upper = top + HEAD + number * part
        box = Rectangle((left, upper), side, part - 0.03, facecolor=fill, edgecolor=HAIRLINE, linewidth=0.5)
        sheet.add_patch(box)
        write(
            sheet, left + side / 2, upper + part / 2 - 0.015, sign, size=9, colour=ink, across="center", down="middle"
        )


def _key(sheet: Axes, top: float, looks: Mapping[str, tuple[str, str, str]]) -> None:
    left = 0.05
    for name, (sign, ink, fill) in looks.items():
        sheet.add_patch(Rectangle((left, top), 0.2, 0.15, facecolor=fill, edgecolor=HAIRLINE, linewidth=0.5))
        write(sheet, left + 0.1, top + 0.075, sign, size=8, colour=ink, across="center", down="middle")
        write(sheet, left + 0.27, top + 0.075, name, size=8, colour=INK, down="middle")
        left += 0.27 + text_width(name, 8) + 0.3
