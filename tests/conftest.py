"""What all tests share: where the paper's genomes are, and how their absence is said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_utils import picbreeder
from fer_utils.genome import Genome


@pytest.fixture(scope="session")
def paper_genome() -> Callable[[str], Genome]:
    """Return a loader of the paper's genomes by name; skips where they are not at hand, fails where they must be."""

    def load(name: str) -> Genome:
        path = picbreeder.find(name)
        if path is None and os.environ.get("FER_REQUIRE_GENOMES"):
            pytest.fail(f"FER_REQUIRE_GENOMES is set, but the genome {name!r} is not at hand")
        if path is None:
            pytest.skip(f"the paper's genome {name!r} is not at hand (make genomes, or set FER_PICBREEDER_DIR)")
        return picbreeder.read_genome(path, name=name)

    return load


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root folder of the project."""
    return Path(__file__).resolve().parent.parent
