"""What all tests share: where the paper's genomes are, how their absence is said, and how examples are drawn.

Hypothesis draws the same examples every time ("steady"). ``HYPOTHESIS_PROFILE=explore`` looks for new ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fer_utils import picbreeder
from fer_utils.genome import Genome

settings.register_profile(
    "steady",
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


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
