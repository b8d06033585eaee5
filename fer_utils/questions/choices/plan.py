"""What is asked: a recipe's choices, each with its levels, and the plan that unfolds into settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_utils import storage, training
from fer_utils.checks import bad, one_of, whole
from fer_utils.cppn import Architecture
from fer_utils.measuring.networks import even_size
from fer_utils.populations.jobs import read_plan
from fer_utils.training import Recipe

BASE: Final = "the book's"
PLACEBO: Final = "nothing"
# For each factor its levels, and what each changes in the recipe or the architecture; all else is the book's.
FACTORS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "init scale": {"half": {"init_gain": 0.5}, "double": {"init_gain": 2.0}},
    "learning rate": {
        "a tenth": {"learning_rate": 3e-4},
        "a third": {"learning_rate": 1e-3},
        "three times": {"learning_rate": 1e-2},
    },
    "gradient": {"as it is": {"normalise_gradient": False}},
    "functions": {"relu": {"only": "relu"}, "tanh": {"only": "tanh"}, "sin": {"only": "sin"}},
    "width": {"half": {"width": 0.5}, "double": {"width": 2.0}},
    "depth": {"half": {"depth": 0.5}, "double": {"depth": 2.0}},
    # Plain descent on the normalised gradient, each step of about half the length of Adam's first one.
    "optimiser": {"sgd": {"optimiser": "sgd", "learning_rate": 3e-2}},
    "resolution": {"16 pixels": {"size": 16}, "64 pixels": {"size": 64}},
    # The same recipe with other seeds: whatever is found here is false, and shows how often a way to look is wrong.
    PLACEBO: {"other seeds": {"seeds_from": 1000}, "more other seeds": {"seeds_from": 2000}},
}
_OF_SHAPE = frozenset({"only", "width", "depth"})


@dataclass(frozen=True)
class Setting:
    """The book's recipe for one image, with one choice made otherwise.

    Args:
        image: Name of a genome.
        factor: One of `FACTORS`, or `BASE`.
        level: Of its levels; empty for `BASE`.
        steps: Of training.
        size: Side length in pixels of the grid to train on.

    Raises:
        BadInput: There is no such factor or level.

    Source: ours.
    """

    image: str
    factor: str
    level: str
    steps: int
    size: int

    def __post_init__(self) -> None:
        """Check the names."""
        one_of("factor", self.factor, (BASE, *FACTORS))
        one_of(f"level of {self.factor}", self.level, FACTORS.get(self.factor, {"": {}}))

    @property
    def name(self) -> str:
        """Factor and level, as in "width, double"."""
        return f"{self.factor}, {self.level}".removesuffix(", ")

    @property
    def changes(self) -> Mapping[str, Any]:
        """What is otherwise than in the book's recipe."""
        return FACTORS[self.factor][self.level] if self.factor != BASE else {}

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""
        changes = {name: value for name, value in self.changes.items() if name not in {*_OF_SHAPE, "seeds_from"}}
        base = training.recipe_for(self.image).variant(steps=self.steps, size=self.size, snapshots=(), name="choices")
        return base.variant(**changes)

    def architecture(self, own: Architecture) -> Architecture:
        """Return what is trained.

        Args:
            own: That of the image's genome.
        """
        if "only" in self.changes:
            return own.with_only(self.changes["only"])
        wider, deeper = self.changes.get("width", 1.0), self.changes.get("depth", 1.0)
        groups = tuple((name, max(1, round(count * wider))) for name, count in own.groups)
        return Architecture(max(1, round(own.depth * deeper)), groups)

    def first_weights(self, seed: int) -> int:
        """Return the seed of the first weights for one of the study's seeds."""
        return seed + int(self.changes.get("seeds_from", 0))

    def key(self, seed: int) -> str:
        """Return the name of one seed's row: a hash of all that is asked, so that the same has the same name."""
        asked = (self.image, self.factor, self.level, dict(self.changes), self.recipe.identity(), self.size, seed)
        return storage.content_hash("fer-choices/1", *asked)[:24]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The whole study.

    Args:
        images: Names of genomes.
        seeds: How many for each setting, from 0.
        steps: Of training.
        size: Side length in pixels of the grid to train on; measured is on 64.

    Raises:
        BadInput: A value cannot be used.

    Source: ours.
    """

    images: tuple[str, ...]
    seeds: int = 8
    steps: int = 5000
    size: int = 32

    def __post_init__(self) -> None:
        """Check every field."""
        names = self.images
        if isinstance(names, str) or not names or not all(isinstance(one, str) for one in names):
            raise bad("images", "a list of names", names)
        object.__setattr__(self, "images", tuple(names))
        whole("seeds", self.seeds, least=2)
        whole("steps", self.steps, least=1)
        even_size(self.size)

    @staticmethod
    def load(path: str | Path, **changes: Any) -> Choices:
        """Read a plan from YAML.

        Args:
            path: The file.
            **changes: Fields to set otherwise.

        Raises:
            BadInput: The file is missing, or is no plan; the sentence names it.
        """
        return read_plan(Choices, path, **changes)

    def settings(self) -> list[Setting]:
        """Unfold the plan, image by image, the book's own recipe first."""
        pairs = [(BASE, ""), *((factor, level) for factor, levels in FACTORS.items() for level in levels)]
        return [Setting(image, *pair, self.steps, self.size) for image in self.images for pair in pairs]
