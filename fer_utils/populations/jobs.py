"""What is to be done: a plan, and the jobs it unfolds into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from fer_utils import storage
from fer_utils.checks import BadInput, bad, existing_file, one_of, real, whole
from fer_utils.measuring.networks import even_size

P = TypeVar("P")

TRAINED = ("evolved architecture", "relu")
NULLS = ("untrained", "shuffled")
KINDS = ("genome", *TRAINED, *NULLS)


@dataclass(frozen=True)
class Job:
    """Some seeds of one kind of network for one image.

    Args:
        image: Name of a genome.
        kind: One of `KINDS`: the evolved network itself ("genome"), networks trained with its architecture or with
            ReLU only, untrained ones, or the evolved one with its weights shuffled.
        seeds: Of the first weights, or of the shuffling; a genome has the one seed 0.
        steps: Of training; 0 where nothing is trained.
        size: Side length of the grid in pixels, for training and for measuring.
        init_gain: Factor on the first weights, for trained and untrained networks.

    Source: ours.
    """

    image: str
    kind: str
    seeds: tuple[int, ...]
    steps: int
    size: int
    init_gain: float = 1.0

    def key(self, seed: int) -> str:
        """Return the name of one seed's row: the same job has the same name everywhere."""
        return storage.content_hash(
            "fer-population/1", self.image, self.kind, str(seed), str(self.steps), str(self.size), repr(self.init_gain)
        )[:24]

    def only(self, seeds: Sequence[int]) -> Job:
        """Return the same job for some of its seeds."""
        return Job(self.image, self.kind, tuple(seeds), self.steps, self.size, self.init_gain)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole population.

    Args:
        images: Names of genomes.
        kinds: Some of `KINDS`.
        seeds: How many seeds of everything that has seeds.
        steps: Of training.
        size: Side length of the grid in pixels, even.
        batch: Seeds that one job trains.
        init_gain: Factor on the first weights.

    Raises:
        BadInput: A value cannot be used.

    Source: ours.
    """

    images: tuple[str, ...]
    kinds: tuple[str, ...] = KINDS
    seeds: int = 10
    steps: int = 20_000
    size: int = 64
    batch: int = 5
    init_gain: float = 1.0

    def __post_init__(self) -> None:
        """Check every field."""
        for name in ("images", "kinds"):
            value = getattr(self, name)
            if isinstance(value, str) or not value or not all(isinstance(one, str) for one in value):
                raise bad(name, "a list of names", value)
            object.__setattr__(self, name, tuple(value))
        for kind in self.kinds:
            one_of("kinds", kind, KINDS)
        for name in ("seeds", "steps", "batch"):
            whole(name, getattr(self, name), least=1)
        even_size(self.size)
        real("init_gain", self.init_gain, above=0)

    @staticmethod
    def load(path: str | Path, **changes: Any) -> Plan:
        """Read a plan from YAML.

        Args:
            path: The file.
            **changes: Fields to set otherwise.

        Raises:
            BadInput: The file is missing, or is no plan; the sentence names it.
        """
        return read_plan(Plan, path, **changes)

    def jobs(self) -> list[Job]:
        """Unfold the plan, short jobs first, so that a table is soon there to look at."""
        order = sorted(self.kinds, key=lambda kind: (kind in TRAINED, KINDS.index(kind)))
        return [job for kind in order for image in self.images for job in self._of(image, kind)]

    def _of(self, image: str, kind: str) -> list[Job]:
        if kind == "genome":
            return [Job(image, kind, (0,), 0, self.size)]
        gain = 1.0 if kind == "shuffled" else self.init_gain
        steps = self.steps if kind in TRAINED else 0
        starts = range(0, self.seeds, self.batch)
        groups = [tuple(range(start, min(start + self.batch, self.seeds))) for start in starts]
        return [Job(image, kind, group, steps, self.size, gain) for group in groups]


def read_plan(kind: type[P], path: str | Path, **changes: Any) -> P:
    """Read a plan of some kind from YAML: a frozen dataclass with images and settings that it checks itself.

    Args:
        kind: The dataclass.
        path: The file.
        **changes: Fields to set otherwise.

    Raises:
        BadInput: The file is missing, or is no plan; the sentence names it.

    Source: ours.
    """
    place = existing_file("plan", path)
    try:
        data = yaml.safe_load(place.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{place}: plan must be YAML, got {str(error).splitlines()[0]}.") from None
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(data, Mapping) or not data.keys() <= known or "images" not in data:
        raise bad("plan", f"a mapping with images and any of {', '.join(sorted(known))}", data, path=place)
    try:
        return kind(**{**data, **changes})
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from None
