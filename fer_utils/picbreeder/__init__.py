"""Genome files archived from Picbreeder: reading them, and knowing where the paper's three come from.

A file is a zip with one XML member (whatever its name), or that XML by itself; its root is ``<data><genome>``
or, in the older form, ``<genome>``. A file comes from a stranger, so nothing in it is believed: sizes are
limited and counted while they are read, entities and document types are refused, and so is every genome
that is not whole.

Conventions that bite. Node ids are unique only as (branch, id), written "branch_id" here. A grey genome has
one output, ``ink``: it becomes the brightness v, and two nodes h and s are added, each hung on ink by a
connection of weight zero, because the paper's weight ids count them. The file's inputs bias, d, x, y are b, d, x, y.

Nothing is downloaded unless asked: ``find`` looks in FER_PICBREEDER_DIR and then in the download cache, and
``download`` (or ``python -m fer_utils.picbreeder``) fetches the authors' files, pinned by commit and SHA-256.
"""

from __future__ import annotations

from fer_utils.picbreeder.paper import PAPER, PaperGenome, cache_folder, download, download_all, find
from fer_utils.picbreeder.reading import read_genome

__all__ = ["PAPER", "PaperGenome", "cache_folder", "download", "download_all", "find", "read_genome"]
