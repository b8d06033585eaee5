"""Breed pictures by eye from the command line: one contact sheet for each generation, one line for each choice.

    python scripts/breed.py FILE new --seed 7 [--grey] [--from GENOME]
    python scripts/breed.py FILE choose 3 11.4 --why "two eyes" [--strength 0.5]
    python scripts/breed.py FILE show [--generation 12]
    python scripts/breed.py FILE publish 44.2 lamp --note "…"

FILE is the session's record; the sheet is written beside it as a PNG. A bare place means the last generation's.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from fer_utils import evolution, garden
from fer_utils.checks import BadInput

SIZE, GAP, COLUMNS = 128, 6, 5


def main() -> int:
    options = _parser().parse_args()
    try:
        play = _open(options)
        last = len(play.generations) - 1
        if options.command == "choose":
            parents = [one if "." in one else f"{last}.{one}" for one in options.pictures]
            play.choose(parents, options.why, strength=options.strength)
        if options.command == "publish":
            play.publish(options.picture, options.name, options.note)
        evolution.save_session(options.file, play.session)
    except BadInput as error:
        print(error, file=sys.stderr)
        return 1
    generation = getattr(options, "generation", None)
    generation = len(play.generations) - 1 if generation is None else generation
    out = options.sheet or options.file.with_suffix(".png")
    sheet(play, generation).save(out)
    print(f"generation {generation}, {play.session.images_shown} images shown; {out}")
    return 0


def sheet(play: evolution.Play, generation: int) -> Image.Image:
    """Lay one generation out, each picture with its place."""
    pictures = evolution.draw(play.generations[generation], SIZE)
    rows, step = -(-len(pictures) // COLUMNS), SIZE + GAP
    page = Image.new("RGB", (COLUMNS * step + GAP, rows * (step + 12) + GAP), (90, 90, 110))
    pen = ImageDraw.Draw(page)
    for place, picture in enumerate(pictures):
        left, top = GAP + place % COLUMNS * step, GAP + place // COLUMNS * (step + 12)
        page.paste(Image.fromarray(np.round(picture * 255).astype(np.uint8)), (left, top + 12))
        pen.text((left, top), str(place), fill=(255, 255, 255))
    return page


def _open(options: argparse.Namespace) -> evolution.Play:
    if options.command != "new":
        return evolution.replay(evolution.load_session(options.file))
    if options.file.exists():
        raise BadInput(f"FILE must be a new one, got {options.file}, which holds a session already.")
    operators = evolution.Operators(colour=0.0 if options.grey else 1.0)
    start = garden.load_genome(options.start) if options.start else None
    return evolution.Play(evolution.Session(options.file.stem, options.seed, operators, start=start))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sheet", type=Path, help="where to write the contact sheet; default: beside the record")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new")
    new.add_argument("--seed", type=int, required=True)
    new.add_argument("--grey", action="store_true")
    new.add_argument("--from", dest="start")
    choose = commands.add_parser("choose")
    choose.add_argument("pictures", nargs="+")
    choose.add_argument("--why", required=True)
    choose.add_argument("--strength", type=float, default=1.0)
    show = commands.add_parser("show")
    show.add_argument("--generation", type=int)
    publish = commands.add_parser("publish")
    publish.add_argument("picture")
    publish.add_argument("name")
    publish.add_argument("--note", default="")
    return parser


if __name__ == "__main__":
    sys.exit(main())
