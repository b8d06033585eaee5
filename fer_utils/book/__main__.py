"""The driver at the command line: ``python -m fer_utils.book build | run | list`` (``make book``, ``make run``).

Exit codes: 0 all is well, 1 a notebook or the pages failed, 2 what was asked for cannot be, 130 stopped by hand.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from fer_utils.book.batch import run_chapters
from fer_utils.book.build import BuildFailed, build_book, build_chapter, gather
from fer_utils.book.chapters import Chapter, find_chapter, read_chapters
from fer_utils.book.presets import Parameters, Preset, load_preset, plan
from fer_utils.book.runner import FAILED, REUSED, RUNNING, Layout, NotebookFailed
from fer_utils.book.siblings import Choice, choose_images, expand, siblings_of
from fer_utils.book.subjects import PICTURE_ENDINGS, check_inputs
from fer_utils.book.workers import MOST, cores
from fer_utils.checks import BadInput, whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for, from the project's root folder.

    Args:
        arguments: Words of the command line; None takes the program's own.

    Returns:
        0; 1 where a notebook or the pages failed; 2 where the input is bad; 130 where it was stopped.

    Source: ours.
    """
    try:
        _clean_up_when_terminated()
        options = _parser().parse_args(arguments)
        {"build": _build, "run": _run, "list": _list}[options.command](options)
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (NotebookFailed, BuildFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Finished notebooks are kept, and training goes on from its last checkpoint.\n")
        return 130
    return 0


def _clean_up_when_terminated() -> None:
    """Let a polite request to end (SIGTERM) do what Ctrl-C does, so that nothing half-made is left behind."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence, instead of printing its usage."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]} (see python -m fer_utils.book --help).")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m fer_utils.book", description="Run the book's notebooks and build its pages.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    build = commands.add_parser("build", help="bring all notebooks up to date and build the pages")
    run = commands.add_parser("run", help="run one notebook, beside the book")
    run.add_argument("notebook", help='its number or name, such as "05"')
    listing = commands.add_parser("list", help="list the notebooks, their parameters and their pages")
    for command in (build, run, listing):
        command.add_argument("--preset", default="quick", help="quick, paper, or a path to a YAML file")
    for command in (build, run):
        command.add_argument("--image", default="", help="a genome by name or path, or a picture (.png, .jpg)")
        command.add_argument("--picture", default="", help="a picture for the notebook that takes any")
        command.add_argument("--set", action="append", default=[], help='parameters: "03.steps=2000 seeds=[0, 1]"')
    build.add_argument("--jobs", type=int, help=f"notebooks at a time (otherwise one for each core, at most {MOST})")
    return parser


def _build(options: argparse.Namespace) -> None:
    start = time.monotonic()
    jobs = whole("JOBS", min(cores(), MOST) if options.jobs is None else options.jobs, least=1)
    preset = load_preset(options.preset, _presets())
    image, _ = _image_and_picture(options)
    choice = choose_images(preset.images) if preset.images and not image else Choice(())
    chapters = expand(read_chapters(_notebooks()), choice.shown)
    plans = _planned(options, _shown_first(preset, choice), chapters)
    if choice.note:
        _tell(choice.note)
    layout = Layout(Path.cwd(), preset.name)
    outcomes = run_chapters(chapters, plans, layout, jobs=jobs, report=_Reporter(chapters).report)
    gather(outcomes, layout, preset=layout.name, chapters=chapters, note=choice.note, jobs=jobs)
    _tell("Building the pages …")
    page = build_book(layout, chapters)
    _tell(f"The book is ready after {time.monotonic() - start:.0f} s. Open {page.as_uri()}")


def _run(options: argparse.Namespace) -> None:
    chapters = read_chapters(_notebooks())
    chapter = find_chapter(chapters, options.notebook)
    plans = _planned(options, load_preset(options.preset, _presets()), chapters, only=chapter)
    layout = Layout(Path.cwd(), "single")
    run_chapters([chapter], plans, layout, report=_Reporter([chapter]).report)
    _tell(f"Executed: {layout.executed(chapter.name)}")
    _tell(f"Open {build_chapter(chapter.name, layout).as_uri()}")


def _list(options: argparse.Namespace) -> None:
    chapters = read_chapters(_notebooks())
    images = load_preset(options.preset, _presets()).images if any(one.each_image for one in chapters) else ()
    pages = expand(chapters, choose_images(images).shown if images else ())
    for chapter in chapters:
        _tell(f"{chapter.name}: {chapter.title}")
        for name, value in chapter.parameters.items():
            _tell(f"    {name} = {value!r}")
        several = [page.shown.name for page in siblings_of(chapter, pages) if page.shown]
        if len(several) > 1:
            _tell(f"    a page for each image: {', '.join(several)} (such as {chapter.number}-{several[1]})")


def _planned(
    options: argparse.Namespace, preset: Preset, chapters: Sequence[Chapter], *, only: Chapter | None = None
) -> dict[str, Parameters]:
    """Settle all parameters and refuse what cannot be read, before anything runs."""
    image, picture = _image_and_picture(options)
    plans = plan(chapters, preset, image=image, picture=picture, assignments=options.set, only=only)
    plans = {only.name: plans[only.name]} if only else plans
    for parameters in plans.values():
        check_inputs(parameters)
    return plans


def _image_and_picture(options: argparse.Namespace) -> tuple[str, str]:
    """Tell a genome from a picture; either is empty where it was not given."""
    image, picture = options.image.strip(), options.picture.strip()
    return ("", image) if image.lower().endswith(PICTURE_ENDINGS) else (image, picture)


def _shown_first(preset: Preset, choice: Choice) -> Preset:
    """Return the preset with the first image that is shown as that of the whole book."""
    own = {"image": choice.shown[0].image} if choice.shown else {}
    return replace(preset, defaults={**preset.defaults, **own})


def _notebooks() -> Path:
    folder = Path.cwd() / "notebooks"
    if not folder.is_dir():
        raise BadInput(f"The book is built from the project's root folder, and {Path.cwd()} has no notebooks/.")
    return folder


def _presets() -> Path:
    return _notebooks() / "presets"


class _Reporter:
    """One line as each notebook begins or is found up to date, and one as it ends."""

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        most = f"[{len(chapters)}/{len(chapters)}]"
        self.places = {one.name: f"[{n}/{len(chapters)}]".ljust(len(most)) for n, one in enumerate(chapters, 1)}
        self.width = max(len(chapter.name) for chapter in chapters)

    def report(self, chapter: Chapter, status: str, seconds: float) -> None:
        words = {RUNNING: "running …", REUSED: "reused", FAILED: "failed"}.get(status, f"done in {seconds:.1f} s")
        _tell(f"{self.places[chapter.name]} {chapter.name:<{self.width}}  {words}")


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
