"""Files that are either whole or not there, names made from content, and the store of runs.

Three ideas:

- **Atomic**: every file is written to a temporary neighbour, flushed to the disk and renamed over the old one. A reader
  sees the old file or the new one, never half of either; a failed write leaves nothing behind.
- **Content hashes**: a run is stored under the hash of everything that decides its result, so the same recipe on the
  same target with the same seed finds the stored run, and any other does not.
- **No pickle**: arrays are safetensors files with one JSON string beside them, and a checksum over both.

Conventions that bite: a `Path` given to `content_hash` stands for the file's content, a `str` for its own letters; the
integer 1 and the float 1.0 hash differently; NaN and infinity are not JSON and are refused.
"""

from __future__ import annotations

from fer_utils.storage.arrays import load_arrays, save_arrays
from fer_utils.storage.content import canonical_json, content_hash, file_hash
from fer_utils.storage.files import read_json, write_bytes, write_json, write_text
from fer_utils.storage.store import Store
from fer_utils.storage.tables import read_table

__all__ = [
    "Store",
    "canonical_json",
    "content_hash",
    "file_hash",
    "load_arrays",
    "read_json",
    "read_table",
    "save_arrays",
    "write_bytes",
    "write_json",
    "write_text",
]
