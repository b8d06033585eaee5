"""What `image` stands for: a genome by name, a genome file, or, on "auto", the best that this machine has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_utils import garden, images, picbreeder
from fer_utils.checks import BadInput, bad, existing_file
from fer_utils.genome import Genome

AUTO = "auto"
BEST = "skull"  # the paper's first example
STAND_IN = garden.DEFAULTS[0]  # the bred genome shown where the skull is not at hand
PICTURE_ENDINGS = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Subject:
    """The genome whose image a notebook is about.

    Args:
        name: Short name, for labels and file names.
        title: The name as a heading has it.
        genome: The genome.
        embedded: Whether it comes with the package.
        note: One sentence that says what it is, and why it was taken.
        source: What `fer.load_genome` takes: a name or a path.
        evolved: False where the genome was designed by hand.

    Source: ours.
    """

    name: str
    title: str
    genome: Genome
    embedded: bool
    note: str
    source: str
    evolved: bool


def subject(image: str) -> Subject:
    """Load the genome that `image` stands for, with a sentence about it.

    Args:
        image: "auto", the name of a genome, or a path to a genome file (.zip, .xml, .json).

    Returns:
        The subject.

    Raises:
        BadInput: The genome is unknown or not at hand, the file is not a genome, or it is a picture.

    Source: ours.
    """
    source = resolve(image)
    genome = garden.load_genome(source)
    embedded = source in garden.embedded() or _is_bred(source)
    paper = picbreeder.PAPER.get(source)
    name = source if embedded or paper else Path(source).stem
    title = paper.title if paper else name.replace("_", " ").capitalize()
    evolved = "designed by hand" not in genome.origin
    note = _note(source, title, embedded=embedded, evolved=evolved, stands_in=image == AUTO)
    return Subject(name, title, genome, embedded, note, source, evolved)


def resolve(image: str) -> str:
    """Return the name or path that `image` stands for; "auto" becomes a name.

    Raises:
        BadInput: It is a picture, which has no genome, or not a text at all.

    Source: ours.
    """
    if not isinstance(image, str) or not image.strip():
        raise bad("image", f'"{AUTO}", the name of a genome or a path to a genome file', image)
    if image.lower().endswith(PICTURE_ENDINGS):
        raise BadInput(
            f"image must be a genome, and {image} is a picture: give it as `picture` to the notebook "
            f'06_draw_your_own_picture, or run "make book IMAGE={image}".'
        )
    if image == AUTO:
        return BEST if picbreeder.find(BEST) else STAND_IN
    return image


def genome_file(image: str) -> Path:
    """Return the file behind `image`, wherever it is, so that its content can be hashed.

    Raises:
        BadInput: As `subject`, save that the file is not read.

    Source: ours.
    """
    source = resolve(image)
    if source in garden.embedded():
        return garden.FOLDER / f"{source}.json"
    if _is_bred(source):
        from fer_utils.garden.bred import FOLDER, bred

        return FOLDER / f"{bred()[source][0]}.json"
    if source in picbreeder.PAPER and (place := picbreeder.find(source)):
        return place
    if source in picbreeder.PAPER or Path(source).suffix == "":
        garden.load_genome(source)  # says why there is no such genome
    return existing_file("image", source)


def check_inputs(parameters: Mapping[str, Any]) -> None:
    """Refuse a genome or a picture that cannot be read, before any notebook runs.

    Args:
        parameters: Of one notebook; only `image` and `picture` are looked at.

    Raises:
        BadInput: As `subject` and `fer_utils.images.read_picture`.

    Source: ours.
    """
    if "image" in parameters:
        subject(parameters["image"])
    if "picture" in parameters:
        images.read_picture(parameters["picture"], 16)


def _is_bred(source: str) -> bool:
    """Whether this is the name of a picture bred for this book."""
    if source in picbreeder.PAPER or not source.isidentifier():
        return False
    from fer_utils.garden.bred import bred  # brings neat-python, which most builds do not need

    return source in bred()


def _note(source: str, title: str, *, embedded: bool, evolved: bool, stands_in: bool) -> str:
    """Say in one sentence what the genome is."""
    kind = "evolved for this book" if evolved else "designed by hand that comes with this project"
    if embedded and stands_in:
        return (
            f"The paper's {BEST} is not on this machine, so the {title.lower()}, a genome {kind}, stands in for it; "
            f"`make genomes` fetches the paper's genomes."
        )
    if embedded:
        return f"The image is the {title.lower()}, a genome {kind}."
    if paper := picbreeder.PAPER.get(source):
        return f"The image is the paper's {title.lower()}, number {paper.number} in the Picbreeder archive."
    return f"The image is drawn by the genome in the file `{Path(source).name}`."
