"""The store of runs: a folder of keys, each made from everything that decides its run's result."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pooch

from fer_utils.checks import BadInput, bad
from fer_utils.storage.arrays import load_arrays, save_arrays
from fer_utils.storage.files import said_plainly

_KEY = re.compile(r"[0-9a-f]{8,64}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Store:
    """A folder of runs, each under the key made from what decides its result.

    Layout: `<folder>/<key>/<name>.safetensors`. Any number of processes may read and write it at once.

    Args:
        folder: the root; it is made on the first save.

    Source: ours.
    """

    def __init__(self, folder: str | Path) -> None:
        if not isinstance(folder, str | Path) or not str(folder):
            raise bad("folder", "a path", folder)
        self.folder = Path(folder).expanduser()
        with said_plainly(self.folder, "looked into"):
            is_file = self.folder.exists() and not self.folder.is_dir()
        if is_file:
            raise BadInput(f"folder must be a folder for the store of runs, but {self.folder} is a file.")

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r})"

    @classmethod
    def default(cls) -> Store:
        """Return the store named by the environment variable FER_STORE, else the one in the user's cache folder."""
        return cls(os.environ.get("FER_STORE") or pooch.os_cache("fer_utils") / "runs")

    def folder_of(self, key: str) -> Path:
        """Return the folder of a key, whether or not it exists.

        Raises:
            BadInput: the key is not 8 to 64 hexadecimal digits.
        """
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise bad("key", "8 to 64 lower-case hexadecimal digits", key)
        return self.folder / key

    def path_of(self, key: str, name: str) -> Path:
        """Return the file of one name under a key, whether or not it exists.

        Raises:
            BadInput: the key or the name cannot be a file's name.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise bad("name", "letters, digits, - and _ only", name)
        return self.folder_of(key) / f"{name}.safetensors"

    def has(self, key: str, name: str | None = None) -> bool:
        """Say whether anything is stored under a key, or the file of this name."""
        with said_plainly(self.folder, "looked into"):
            if name is not None:
                return self.path_of(key, name).is_file()
            return any(self.folder_of(key).glob("*.safetensors"))

    def save(self, key: str, name: str, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> Path:
        """Save arrays and their record under a key; see `save_arrays`."""
        return save_arrays(self.path_of(key, name), arrays, meta)

    def load(self, key: str, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Load what `save` saved; see `load_arrays`."""
        return load_arrays(self.path_of(key, name))

    def keys(self) -> tuple[str, ...]:
        """Return every key under which something is stored, sorted."""
        with said_plainly(self.folder, "looked into"):
            if not self.folder.is_dir():
                return ()
            folders = [entry.name for entry in self.folder.iterdir() if entry.is_dir() and _KEY.fullmatch(entry.name)]
        return tuple(sorted(key for key in folders if self.has(key)))

    def discard(self, key: str, name: str) -> None:
        """Remove one file of a key, if it is there."""
        path = self.path_of(key, name)
        with said_plainly(path, "removed"):
            path.unlink(missing_ok=True)

    def discard_strays(self, key: str) -> None:
        """Remove the temporary files that killed writers left under a key."""
        folder = self.folder_of(key)
        with said_plainly(folder, "tidied"):
            for stray in folder.glob(".*.tmp"):
                stray.unlink(missing_ok=True)

    def remove(self, key: str) -> None:
        """Remove everything stored under a key, if there is anything."""
        folder = self.folder_of(key)
        if folder.is_dir():
            with said_plainly(folder, "removed"):
                shutil.rmtree(folder)
