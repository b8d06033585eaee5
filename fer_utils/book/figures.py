"""Every figure of the paper at print quality: ``python -m fer_utils.book.figures`` (``make figures``).

The numbers, names and images of the figures come from `fer_utils.fidelity`, the drawings from `fer_utils.plotting`,
as in the chapters. Files are named ``<figure number>-<what>-<image>``; ``index.md`` beside them says what each shows.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fer_utils import fidelity, storage
from fer_utils.book.drawing import DRAWERS, Material
from fer_utils.book.notes import markdown_table
from fer_utils.book.subjects import subject
from fer_utils.checks import BadInput, one_of
from fer_utils.fidelity import PaperFigure
from fer_utils.plotting.printing import KINDS, print_figure

FOLDER = Path("build/figures")
SHORT_STEPS = {"butterfly": 4000, "apple": 1000}  # of training what is not published, as in the preset `quick`
OWN = "mask"  # stands in where the paper's genomes are not at hand, and is the small network of figure 2


@dataclass(frozen=True)
class Printed:
    """One drawing that was saved.

    Args:
        figure: The paper's figure.
        image: Whose networks it shows.
        part: Which part of the figure, if it has several.
        note: What a reader should know of the networks in it.
        paths: Its files.

    Source: ours.
    """

    figure: PaperFigure
    image: str
    part: str
    note: str
    paths: tuple[Path, ...]


def print_figures(
    *,
    only: Iterable[str] = (),
    images: Iterable[str] = (),
    folder: Path = FOLDER,
    kinds: Sequence[str] = KINDS,
    options: dict[str, int] | None = None,
) -> Iterator[Printed]:
    """Draw the paper's figures and save them, one after the other.

    Args:
        only: Numbers of figures, such as "5" or "S"; all by default.
        images: Names of images, of the paper's or any other genome; by default those the figure is about, and the mask
            where none of the paper's genomes is at hand.
        folder: Where the files go.
        kinds: Of "svg", "pdf" and "png".
        options: For `Material`: sizes and steps.

    Yields:
        Each drawing as it is saved.

    Raises:
        BadInput: A figure, an image or a format is unknown.

    Source: paper, all figures.
    """
    wanted, asked = fidelity.figures_of(only), tuple(images)
    for kind in kinds:
        one_of("kind", kind, KINDS)
    materials: dict[str, Material] = {}
    for figure in wanted:
        for image in _images(figure, asked) if figure.slug else ():
            if image not in materials:
                materials[image] = Material(
                    subject(image), **{"steps": SHORT_STEPS.get(image, 10_000), **(options or {})}
                )
            material = materials[image]
            for part, drawn in DRAWERS[figure.slug](material):
                place = folder / fidelity.file_stem(figure, image, part=part)
                paths = tuple(print_figure(drawn, place, kinds=kinds))
                yield Printed(figure, image, part, material.note, paths)


def _images(figure: PaperFigure, asked: Sequence[str]) -> Sequence[str]:
    """Choose whose networks are drawn: those asked for, else the paper's that are at hand, else the mask."""
    if not figure.images:
        return (OWN,)
    if asked:
        return asked
    there = [one for one in figure.images if fidelity.gather(one).genome is not None]
    return there or ((OWN,) if "skull" in figure.images else ())


def write_index(printed: Sequence[Printed], folder: Path) -> Path:
    """Write what each file shows, and which figures have no file and why.

    Args:
        printed: What `print_figures` yielded.
        folder: Where the files are.

    Source: ours.
    """
    rows = [
        [one.figure.number, one.figure.what, one.image, one.part or "–", one.note, one.paths[0].stem] for one in printed
    ]
    drawn = {one.figure.number for one in printed}
    rest = [figure for figure in fidelity.FIGURES if figure.number not in drawn]
    lines = [f"- {figure.number}: {figure.what}" for figure in rest]
    text = "# Figures of the paper, drawn anew\n\n" + markdown_table(
        ["figure", "what", "image", "part", "networks", "file"], rows
    )
    return storage.write_text(
        folder / "index.md", text + ("\n\nNot drawn in this run:\n\n" + "\n".join(lines) if lines else "") + "\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw what the command line asks for; return 2 where that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m fer_utils.book.figures", description=__doc__.partition(":")[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="FIGURE", help='numbers, such as 5 24 S; "all" sweeps')
    parser.add_argument("--image", nargs="+", default=[], metavar="IMAGE", help="other images than the paper's")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), help="svg pdf png")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the files (default: build/figures)")
    options = parser.parse_args(arguments)
    start, printed = time.monotonic(), []
    try:
        for one in print_figures(only=options.only, images=options.image, folder=options.out, kinds=options.kinds):
            printed.append(one)
            sys.stdout.write(f"{one.paths[0].stem}: {', '.join(path.suffix[1:] for path in one.paths)}\n")
            sys.stdout.flush()
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    index = write_index(printed, options.out)
    sys.stdout.write(f"{len(printed)} drawings after {time.monotonic() - start:.0f} s; {index} says what each shows.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
