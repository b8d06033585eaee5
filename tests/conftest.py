"""What all tests share: where the paper's genomes are, how their absence is said, how examples are drawn, and which
tests may run on another core.

Hypothesis draws the same examples every time ("steady"). ``HYPOTHESIS_PROFILE=explore`` looks for new ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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


BUILT = "tests/browser/book/"  # tests of one built copy of the book, which takes minutes to make


class Sharing(LoadScopeScheduling):
    """Hands out modules to the workers, whole, since tests of a module share what it makes; the built book's as one."""

    def _split_scope(self, nodeid: str) -> str:
        return BUILT if nodeid.startswith(BUILT) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """Say who hands out the tests where there are several workers."""
    return Sharing(config, log)


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
