"""The paper's three genomes: which files they are, where to look for them, how to fetch them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pooch

from fer_utils import storage
from fer_utils.checks import BadInput, one_of
from fer_utils.picbreeder.archive import one_line

COMMIT: Final = "23a9c452a57810c86db07c3ed23c1d1352011299"
SOURCE: Final = f"https://raw.githubusercontent.com/akarshkumar0101/fer/{COMMIT}/picbreeder_genomes/"


@dataclass(frozen=True)
class PaperGenome:
    """One of the three genomes the paper studies: its number at Picbreeder, and the SHA-256 of its file."""

    name: str
    number: int
    title: str
    sha256: str

    @property
    def filename(self) -> str:
        """The file's name in the authors' repository."""
        return f"{self.name}.zip"


PAPER: Final[dict[str, PaperGenome]] = {
    genome.name: genome
    for genome in (
        PaperGenome("skull", 576, "Skull", "63adfccc384d6fb48c79719c9336483c478839e1fc4773f289d3aee9fefaabb2"),
        PaperGenome("butterfly", 4376, "Butterfly", "62df8bf336617ffbcf1a981a70d31378453e806efdd1850f4d394da88b106610"),
        PaperGenome("apple", 5736, "Apple", "2a81d8ce890d39e80d7221c0d58034d0a402560cf138229e2f73219d6e261434"),
    )
}


def find(name: str) -> Path | None:
    """Find one of the paper's genomes on this machine; never downloads.

    Args:
        name: A key of ``PAPER``.

    Returns:
        Its path in the folder FER_PICBREEDER_DIR, else in the download cache, else None.

    Raises:
        BadInput: The name is unknown, FER_PICBREEDER_DIR is not a folder, or a file there is not the authors'
            (the sentence gives both hashes).

    Source: ours.
    """
    genome = PAPER[one_of("genome", name, PAPER)]
    folder = os.environ.get("FER_PICBREEDER_DIR")
    if folder and not Path(folder).is_dir():
        raise BadInput(f"FER_PICBREEDER_DIR must be a folder that exists, got {folder}.")
    if folder and (place := Path(folder) / genome.filename).is_file():
        _check_hash(place, genome)
        return place
    cached = cache_folder() / genome.filename
    # A damaged file in the cache is as good as none: the next download replaces it.
    return cached if cached.is_file() and storage.file_hash(cached) == genome.sha256 else None


def download(name: str) -> Path:
    """Download one of the paper's genomes into the cache, unless the right file is already there.

    Args:
        name: A key of ``PAPER``.

    Returns:
        The path of the file in the cache.

    Raises:
        BadInput: The name is unknown, the network does not answer, or what came has the wrong hash.

    Source: the authors' repository at ``COMMIT``.
    """
    genome = PAPER[one_of("genome", name, PAPER)]
    url = SOURCE + genome.filename
    pooch.get_logger().setLevel("WARNING")
    try:
        place = pooch.retrieve(url, f"sha256:{genome.sha256}", genome.filename, cache_folder())
    except ValueError as error:
        found = next((text for text in re.findall("[0-9a-f]{64}", str(error)) if text != genome.sha256), "another")
        raise BadInput(f"{url} must be the authors' file with SHA-256 {genome.sha256}, got {found}.") from None
    except OSError as error:
        # requests' errors are OSErrors too; their long texts name the same cause over and over.
        raise BadInput(f"{url} cannot be downloaded to {cache_folder()}: {_cause(error)}.") from None
    return Path(place)


def download_all() -> dict[str, Path]:
    """Download the paper's three genomes; see ``download``."""
    return {name: download(name) for name in PAPER}


def cache_folder() -> Path:
    """Return the folder that downloads go to."""
    return Path(pooch.os_cache("fer_utils")) / "picbreeder"


def _check_hash(place: Path, genome: PaperGenome) -> None:
    found = storage.file_hash(place)
    if found != genome.sha256:
        raise BadInput(
            f"{place}: must be the authors' file with SHA-256 {genome.sha256}, got one with {found} "
            f"(to read a file of your own, give its path)."
        )


def _cause(error: BaseException) -> str:
    """Walk down to the first cause: "Connection refused" says more than four layers of retries."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return one_line(OSError(getattr(error, "strerror", None) or error))
