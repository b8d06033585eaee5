"""Genomes at hand: those that come with the package, and the way to any other by name or path.

``DEFAULTS`` are three of the pictures bred for this book: they take the place of the paper's genomes on a machine that
has none of them. ``mask`` was designed by hand, so its parts are known: it is a control, something a measure of good
structure has to agree with, and is never counted as evolved. ``NAMED_SWEEPS`` says in words what single weights do,
when they move by one up and down.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fer_utils import picbreeder, storage
from fer_utils.checks import BadInput, bad, one_of
from fer_utils.cppn.plain import SCHEMA as NETWORK_SCHEMA
from fer_utils.genome import Genome

FOLDER: Final = Path(__file__).parent
DEFAULTS: Final = ("mushroom", "tomato", "jester")  # stand in for the paper's genomes, the first for the skull

NAMED_SWEEPS: Final[dict[str, dict[str, str]]] = {
    "jester": {
        "c76": "mouth open to shut",
        "c250": "size of the spectacles",
        "c98": "breadth of the face",
        "c10": "colour of the hat",
    },
    "mushroom": {
        "c2": "size of the whole",
        "c393": "foot of the stem",
        "c101": "cap up and down",
        "c64": "curve of the brim",
    },
    "tomato": {
        "c18": "size of the fruit",
        "c2": "ripe to unripe",
        "c192": "calyx to a ring",
        "c415": "tilt of the calyx",
    },
    "mask": {
        "b-mouth_shape": "mouth opening",
        "across-mouth_line": "smile",
        "b-mouth_line": "mouth up and down",
        "across-eye_height": "slant of the eyes",
        "b-eye_across": "distance between the eyes",
        "b-eye_height": "eyes up and down",
        "across-brow_height": "tilt of the brows",
        "b-brow_height": "brows up and down",
        "y-nose_height": "length of the nose",
        "b-mark_height": "forehead mark up and down",
        "b-oval": "size of the face",
        "y-oval": "chin and forehead",
    },
}


def load_genome(name_or_path: str | Path) -> Genome:
    """Load a genome by name or from a file.

    Args:
        name_or_path: The name of an embedded genome (see ``embedded``), of one bred for this book (see
            ``fer_utils.garden.bred``) or of one of the paper's (skull, butterfly, apple), or a path to a genome file:
            .json as this project writes it, .zip or .xml as Picbreeder did.

    Returns:
        The genome, checked.

    Raises:
        BadInput: The name is unknown, the genome is not on this machine (the sentence says how to get it), or the
            file is not a whole genome.

    Source: ours.
    """
    if not isinstance(name_or_path, str | Path) or not str(name_or_path).strip():
        raise bad("genome", "a name or a path", name_or_path)
    text = str(name_or_path)
    if _is_path(name_or_path):
        is_json = Path(text).suffix.lower() == ".json"
        return _read_json(Path(text)) if is_json else picbreeder.read_genome(text)
    if text in embedded():
        return _read_json(FOLDER / f"{text}.json")
    if text not in picbreeder.PAPER:
        from fer_utils.garden.bred import bred, load_bred  # brings neat-python, which the others do not need

        return load_bred(one_of("genome", text, (*embedded(), *bred(), *picbreeder.PAPER)))
    place = picbreeder.find(text)
    if place is None:
        raise BadInput(
            f"genome {text!r} must be on this machine, got neither a file in FER_PICBREEDER_DIR nor a download "
            f'(run "make genomes" or "python -m fer_utils.picbreeder" to fetch it).'
        )
    return picbreeder.read_genome(place, name=text)


def embedded() -> tuple[str, ...]:
    """Name the genomes kept whole in the package, in alphabetical order; bred ones are kept as records of sessions."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def at_hand(name: str) -> bool:
    """Whether `load_genome` would find this name on this machine."""
    if name in embedded():
        return True
    if name in picbreeder.PAPER:
        return picbreeder.find(name) is not None
    from fer_utils.garden.bred import bred  # brings neat-python, which the others do not need

    return name in bred()


def ancestors(name: str, *, count: int | None = None) -> tuple[list[Genome], list[int]]:
    """Return a bred picture's line of ancestors and their generations; see `fer_utils.garden.bred.ancestors`."""
    from fer_utils.garden import bred  # brings neat-python, which the others do not need

    return bred.ancestors(name, count=count)


def _is_path(name_or_path: str | Path) -> bool:
    """A name has no folder and no ending: "skull" is a name even where a file of that name lies."""
    return isinstance(name_or_path, Path) or Path(name_or_path).name != name_or_path or "." in name_or_path


def _read_json(path: Path) -> Genome:
    data = storage.read_json(path, argument="genome")
    if isinstance(data, dict) and data.get("schema") == NETWORK_SCHEMA:
        raise BadInput(f"{path}: genome must be a genome, got a layered network: fer.Network.load reads it.")
    return Genome.from_json(data, path=path)
