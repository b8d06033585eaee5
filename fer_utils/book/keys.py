"""The key of a notebook: a hash of everything that its result depends on.

Same key, same result: the notebook need not run again. The key holds the notebook's source, the package's source, the
lock, the parameters, the content of the files that parameters name, and the content of the results it builds on.
The folder it writes to is not part of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fer_utils
from fer_utils import published, storage
from fer_utils.book.chapters import Chapter
from fer_utils.book.notes import NETWORKS, RESULTS
from fer_utils.book.subjects import genome_file

PACKAGE = Path(fer_utils.__file__).parent
PUBLISHED = (".json", ".safetensors", ".csv")
KINDS = (".py", ".js", ".css", ".json", ".cpp", ".h")


def chapter_key(
    chapter: Chapter, parameters: Mapping[str, Any], *, package: str, lock: str, needs: Mapping[str, str]
) -> str:
    """Return the key of a notebook with these parameters.

    Args:
        chapter: The notebook.
        parameters: All of its parameters but the folder it writes to.
        package: Hash of the package's source.
        lock: Hash of the lock.
        needs: For each notebook it builds on, the hash of that one's results.

    Returns:
        64 hexadecimal digits.

    Raises:
        BadInput: A parameter names a genome or a file that is not there.

    Source: ours.
    """
    files = {name: content_of(name, value) for name, value in parameters.items()}
    return storage.content_hash(chapter.source, package, lock, dict(parameters), files, dict(needs))


def content_of(name: str, value: Any) -> str | None:
    """Return the hash of the file that a parameter stands for, or None where it stands for itself."""
    if name == "image":
        return storage.file_hash(genome_file(value))
    # os.path, because it says no to texts that could not be a path at all, where pathlib raises.
    return storage.file_hash(value) if isinstance(value, str) and os.path.isfile(value) else None  # noqa: PTH113


def sources_hash() -> str:
    """Return the hash of all that any notebook may read besides its parameters: the package, and what is published.

    Source: ours.
    """
    return storage.content_hash(package_hash(), folder_hash(published.FOLDER, only=PUBLISHED))


def package_hash(folder: Path = PACKAGE) -> str:
    """Return the hash of the package's source: names and contents of its files of code and data.

    Args:
        folder: The package.

    Source: ours.
    """
    return folder_hash(folder, only=KINDS)


def folder_hash(folder: Path, *, only: tuple[str, ...] = ()) -> str:
    """Return the hash of a folder: names and contents of its files, hidden and compiled ones left out.

    Args:
        folder: The folder; one that is not there has the hash of an empty one.
        only: Endings of the files that count; none means all.

    Source: ours.
    """
    parts: list[Any] = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith((".", "__pycache__")) for part in inside.parts)
        if path.is_file() and not hidden and (not only or path.suffix in only):
            parts += [inside.as_posix(), _content(path)]
    return storage.content_hash(*parts)


def _content(path: Path) -> Any:
    """Return what counts of a file: of results, all but how the networks were come by."""
    if path.name != RESULTS:
        return path
    return {name: value for name, value in storage.read_json(path).items() if name != NETWORKS}
