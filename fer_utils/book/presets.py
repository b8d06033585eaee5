"""Which parameters a notebook runs with: its own defaults, then the preset's, then what was asked for by hand.

A preset is a YAML file: ``defaults`` for every notebook that knows the parameter, then a mapping for each notebook,
named by its number or its whole name. ``images`` lists what the book shows, its own image first, and ``for`` has
parameters of the pages for one image. By hand, ``03.steps=2000`` sets a parameter of one notebook, on all of its pages,
``03-butterfly.steps=2000`` on one page, and ``steps=2000`` that of every notebook that has it.
Values are YAML; their kind must be that of the notebook's own default.
A name that no notebook knows is refused: papermill alone would only warn, and the typing error would cost a night.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fer_utils.book.chapters import OUT, Chapter, find_chapters
from fer_utils.checks import BadInput, existing_file, one_of, shorten

Parameters = dict[str, Any]

IMAGES, FOR = "images", "for"  # a preset's entries that are no notebooks

_ASSIGNMENT = re.compile(r"(?:(?P<chapter>[\w-]+)\.)?(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_NEXT = re.compile(r"\s+(?=(?:[\w-]+\.)?[A-Za-z_]\w*=)")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Preset:
    """A named set of parameters: some for all notebooks, some for each, some for the pages of one image."""

    name: str
    path: Path
    defaults: Parameters
    chapters: Mapping[str, Parameters]
    images: tuple[str, ...] = ()
    for_images: Mapping[str, Parameters] = field(default_factory=dict)


def load_preset(wanted: str, folder: Path) -> Preset:
    """Read a preset by its name or its path.

    Args:
        wanted: A name such as "quick", or the path of a YAML file.
        folder: Where the named presets are.

    Returns:
        The preset; a path's name is that of its file.

    Raises:
        BadInput: There is no such preset, or it is not a mapping of mappings.

    Source: ours.
    """
    if str(wanted).endswith((".yml", ".yaml")):
        path = existing_file("preset", wanted)
    else:
        path = folder / f"{one_of('preset', wanted, sorted(place.stem for place in folder.glob('*.yml')))}.yml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} must be a YAML file: {' '.join(str(error).split())}.") from None
    if not isinstance(content, dict):
        raise BadInput(f"{path} must map `defaults` and notebooks to their parameters.")
    images, for_images = _images(path, content.pop(IMAGES, None), content.pop(FOR, {}))
    if not all(isinstance(value, dict) for value in content.values()):
        raise BadInput(f"{path} must map `defaults` and notebooks to their parameters.")
    defaults = content.pop("defaults", {})
    if images and defaults.setdefault("image", images[0]) != images[0]:
        raise BadInput(f"{path}: images must begin with the defaults' image, {defaults['image']}, got {images[0]}.")
    chapters = {str(name).zfill(2): values for name, values in content.items()}
    return Preset(path.stem, path, defaults, chapters, images, for_images)


def _images(path: Path, images: Any, for_images: Any) -> tuple[tuple[str, ...], dict[str, Parameters]]:
    """Check a preset's list of images and the parameters that belong to some of them."""
    if images is not None and not (isinstance(images, list) and images and all(isinstance(i, str) for i in images)):
        raise BadInput(f"{path}: {IMAGES} must be a list of genomes, such as [auto, butterfly], got {shorten(images)}.")
    if not isinstance(for_images, dict) or not all(isinstance(values, dict) for values in for_images.values()):
        raise BadInput(f"{path}: {FOR} must map images to parameters, got {shorten(for_images)}.")
    for image in for_images:
        one_of(f"{path}: {FOR}: the image", image, images or [])
    return tuple(images or ()), for_images


def plan(
    chapters: Sequence[Chapter],
    preset: Preset,
    *,
    image: str | None = None,
    picture: str | None = None,
    assignments: Iterable[str] = (),
    only: Chapter | None = None,
) -> dict[str, Parameters]:
    """Settle every notebook's parameters, `out` excepted.

    Args:
        chapters: The book's notebooks, or its pages (see `fer_utils.book.siblings`).
        preset: The preset.
        image: Value of `image` for all notebooks that have it; None leaves the preset's.
        picture: Likewise for `picture`.
        assignments: Texts of one or more assignments each, such as "03.steps=2000 seeds=[0, 1]".
        only: The notebook that assignments without a notebook are for; None means all that know the parameter.

    Returns:
        For each chapter's name all of its parameters with their values.

    Raises:
        BadInput: A notebook or a parameter is unknown (the closest known one is named), or a value is of another
            kind than the notebook's own.

    Source: ours.
    """
    plans = {chapter.name: {k: v for k, v in chapter.parameters.items() if k != OUT} for chapter in chapters}
    _update(plans, chapters, preset.defaults, f"{preset.path}: ")
    for wanted, values in preset.chapters.items():
        _update(plans, find_chapters(chapters, wanted, argument=f"{preset.path}: the notebook"), values, "")
    for chapter in chapters:
        plans[chapter.name] |= {"image": chapter.shown.image} if chapter.shown else {}
    for wanted, values in preset.for_images.items():
        _update_for(plans, chapters, wanted, values, f"{preset.path}: {FOR}: {wanted}.")
    shared = {"image": image, "picture": picture}
    _update(plans, chapters, {name: value for name, value in shared.items() if value}, "")
    for text in assignments:
        for number, name, value in parse_assignments(text):
            alone = [only] if only else chapters
            takers = find_chapters(chapters, number, argument="The notebook") if number else alone
            _update(plans, takers, {name: _Typed(value)}, "")
    _keep_apart(plans, chapters)
    return plans


def parse_assignments(text: str) -> list[tuple[str | None, str, str]]:
    """Split "03.steps=2000 image=my file.png" into (notebook or None, name, text of the value).

    Args:
        text: Assignments with white space between them; white space inside a value is part of it.

    Returns:
        One triple for each.

    Raises:
        BadInput: A piece is not of the form name=value.

    Source: ours.
    """
    found = []
    for piece in _NEXT.split(text.strip()) if text.strip() else []:
        match = _ASSIGNMENT.fullmatch(piece)
        if match is None:
            raise BadInput(f"A parameter must be written name=value or notebook.name=value, got {shorten(piece)}.")
        found.append((match["chapter"], match["name"], match["value"].strip()))
    return found


class _Typed(str):
    """The text of a value as typed by a person, still to be read as YAML."""


def _update(plans: dict[str, Parameters], chapters: Sequence[Chapter], values: Mapping[str, Any], place: str) -> None:
    """Set parameters of every chapter that knows them; one of them must."""
    for name, value in values.items():
        takers = [chapter for chapter in chapters if name in plans[chapter.name]]
        if not takers:
            notebooks = {chapter.notebook for chapter in chapters}
            alone = f"{notebooks.pop()}." if len(notebooks) == 1 else ""
            raise _unknown(f"{place}{alone}{name}", name, {key for chapter in chapters for key in plans[chapter.name]})
        for taker in takers:
            plans[taker.name][name] = typed(f"{taker.name}.{name}", value, taker.parameters[name])


def _update_for(
    plans: dict[str, Parameters], chapters: Sequence[Chapter], image: str, values: Mapping[str, Any], place: str
) -> None:
    """Set parameters of the pages for one image; names are checked even where the image has no pages here."""
    pages = [chapter for chapter in chapters if chapter.each_image]
    trial = {chapter.name: dict(plans[chapter.name]) for chapter in pages}
    _update(trial, pages, values, place)
    for page in pages:
        if page.shown and page.shown.image == image:
            plans[page.name] = trial[page.name]


def _keep_apart(plans: Mapping[str, Parameters], chapters: Sequence[Chapter]) -> None:
    """Refuse another image for a page that is named after its own."""
    for chapter in chapters:
        several = sum(other.notebook == chapter.notebook for other in chapters) > 1
        if several and chapter.shown and plans[chapter.name]["image"] != chapter.shown.image:
            raise BadInput(
                f"{chapter.name}.image cannot be set, because the image tells the pages of a notebook apart: "
                f"`make book IMAGE=...` builds the book for one image."
            )


def _unknown(argument: str, name: str, known: Iterable[str]) -> BadInput:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {close[0]}?" if close else "."
    return BadInput(f"{argument} is not a parameter here (known: {', '.join(names) or 'none'}){hint}")


def typed(argument: str, value: Any, default: Any) -> Any:
    """Return a value in the kind of the notebook's own default.

    Args:
        argument: The parameter's name, for the message.
        value: A value from a preset, or the text a person typed (then read as YAML).
        default: The notebook's own value; None takes any kind.

    Returns:
        The value; a whole number where the default is a float becomes a float.

    Raises:
        BadInput: The value is of another kind.

    Source: ours.
    """
    if isinstance(value, _Typed):
        value = _read(argument, value, text=isinstance(default, str))
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if default is not None and type(value) is not type(default):
        raise BadInput(f"{argument} must be {_KINDS[type(default)]}, such as {default!r}, got {shorten(value)}.")
    if not isinstance(value, (*_KINDS, type(None))):
        raise BadInput(f"{argument} must be a text, a number, true, false or a list, got {shorten(value)}.")
    return value


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a mapping",
}


def _read(argument: str, typed: str, *, text: bool) -> Any:
    """Read what a person typed as YAML, but leave a text a text and take 1e-3 for the number it is."""
    try:
        value = yaml.safe_load(typed)
    except yaml.YAMLError:
        value = typed
    if text:
        return value if isinstance(value, str) and value else str(typed)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    if value is None and typed not in ("null", "None", "~"):
        raise BadInput(f"{argument} must have a value after the =.")
    return None if value == "None" else value
