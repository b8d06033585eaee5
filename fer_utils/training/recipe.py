"""How a network is trained, as one frozen value: the paper's recipe by default, variants by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from fer_utils.checks import BadInput, bad, one_of, real, whole
from fer_utils.images import image_size
from fer_utils.training.reference import PAPER_LEARNING_RATES

OPTIMISERS = ("adam", "sgd", "soap", "muon", "lbfgs")
SCHEDULES = ("constant", "cosine")
INITS = ("lecun_normal",)
MOST_STEPS = 1_000_000_000
MOST_DRAWN = 1 << 24
MOST_DROPOUT = 0.9

# What may differ while the recipe is still the paper's: its length, rate, resolution and what is written down.
_FREE = frozenset({"steps", "learning_rate", "size", "snapshots", "name"})
# Penalties, and what else has an amount that is 0 in the paper's recipe.
_AMOUNTS = (
    "weight_l1",
    "weight_l2",
    "map_l1",
    "map_orthogonality",
    "map_variation",
    "parity_mixing",
    "response_modes",
    "dropout",
    "weight_noise",
)
# Fields that came after the first stored runs: at their defaults they are no part of a run's identity.
_LATER = frozenset(
    {
        "pixels",
        "coarse_to_fine",
        "map_orthogonality",
        "map_variation",
        "parity_mixing",
        "response_modes",
        "dropout",
        "weight_noise",
        "penalty_every",
    }
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A way to train; the defaults are the paper's conventional SGD.

    Args:
        steps: Updates of the weights, at least 1.
        learning_rate: Above 0; with a normalised gradient and plain SGD it is the length of each step.
        optimiser: "adam" (0.9, 0.999, 1e-8, bias-corrected), "sgd" (no momentum), "soap", "muon" or "lbfgs"; the last
            measures its own steps, so its learning rate is best 1 and its gradient must not be normalised.
        normalise_gradient: Divide the whole gradient by its global L2 norm before the optimiser sees it.
        schedule: "constant", or "cosine": the rate falls along half a cosine to zero at the last step.
        init: "lecun_normal": truncated normal of variance 1 / fan-in.
        init_gain: Factor on the first weights, above 0.
        size: Side length in pixels to train at, or None for the target's own; the target is resampled.
        pixels: How many pixels each step draws, with repetition; None for all of them.
        coarse_to_fine: Rising side lengths to train at before the target's own, each for an equal share of the steps.
        weight_l1: Weight of the mean absolute weight, added to the loss that is descended.
        weight_l2: Weight of the mean squared weight, likewise.
        map_l1: Weight of the mean absolute hidden activation over layers, neurons and pixels, likewise.
        map_orthogonality: Weight of the mean squared correlation between neurons of a layer, likewise.
        map_variation: Weight of the mean absolute slope of the hidden maps, likewise.
        parity_mixing: Weight of the hidden maps' mean parity mixing under left-right mirroring, likewise.
        response_modes: Weight of the logarithm of the number of response modes, estimated anew at each step, likewise.
        dropout: Chance of each hidden neuron to be left out of a step, below 1.
        weight_noise: Standard deviation of the noise on the weights at which a step looks, times 1 / √fan-in.
        penalty_every: Penalties on correlation, slope, parity and modes are looked at only every so many steps, and
            count so many times as much then.
        snapshots: Steps at which the network is kept; 0 and the last are kept always.
        name: What a figure calls this recipe; no part of the maths.

    Raises:
        BadInput: A value is of the wrong kind or out of range.

    Source: paper, conventional SGD; the normalised gradient is in the authors' code only; all else ours.
    """

    steps: int = 100_000
    learning_rate: float = 3e-3
    optimiser: str = "adam"
    normalise_gradient: bool = True
    schedule: str = "constant"
    init: str = "lecun_normal"
    init_gain: float = 1.0
    size: int | None = None
    pixels: int | None = None
    coarse_to_fine: tuple[int, ...] = ()
    weight_l1: float = 0.0
    weight_l2: float = 0.0
    map_l1: float = 0.0
    map_orthogonality: float = 0.0
    map_variation: float = 0.0
    parity_mixing: float = 0.0
    response_modes: float = 0.0
    dropout: float = 0.0
    weight_noise: float = 0.0
    penalty_every: int = 1
    snapshots: tuple[int, ...] = (0, 100, 200, 400, 1_000, 10_000, 100_000)
    name: str = "paper"

    def __post_init__(self) -> None:
        """Check every field, and store it in its plain kind."""
        if not isinstance(self.normalise_gradient, bool):
            raise bad("normalise_gradient", "True or False", self.normalise_gradient)
        if not isinstance(self.name, str) or not 0 < len(self.name) <= 100:
            raise bad("name", "a text of 1 to 100 letters", self.name)
        plain = {
            "steps": whole("steps", self.steps, least=1, most=MOST_STEPS),
            "learning_rate": real("learning_rate", self.learning_rate, above=0),
            "optimiser": one_of("optimiser", self.optimiser, OPTIMISERS),
            "schedule": one_of("schedule", self.schedule, SCHEDULES),
            "init": one_of("init", self.init, INITS),
            "init_gain": real("init_gain", self.init_gain, above=0),
            "size": None if self.size is None else image_size("size", self.size),
            "pixels": None if self.pixels is None else whole("pixels", self.pixels, least=1, most=MOST_DRAWN),
            "penalty_every": whole("penalty_every", self.penalty_every, least=1),
            "coarse_to_fine": _rising_sides(self.coarse_to_fine),
            "snapshots": _steps_to_keep(self.snapshots),
        }
        for penalty in _AMOUNTS:
            plain[penalty] = real(penalty, getattr(self, penalty), least=0)
        real("dropout", self.dropout, most=MOST_DROPOUT)
        for field, value in plain.items():
            object.__setattr__(self, field, value)
        if self.optimiser == "lbfgs":
            _refuse_for_line_search(self)

    @classmethod
    def paper(cls, image_name: str, **changes: Any) -> Recipe:
        """Return the authors' recipe for one of the paper's images.

        The seeds they used are in `PAPER_SEEDS`: skull 2, butterfly 0, apple 0.

        Args:
            image_name: "skull" or "butterfly" (learning rate 3e-3), or "apple" (3e-4).
            **changes: Fields to set otherwise, as in `variant`.

        Raises:
            BadInput: The name is none of these, or a change is not usable.

        Source: paper, conventional SGD; rates as in the authors' code.
        """
        rate = PAPER_LEARNING_RATES[one_of("image_name", image_name, PAPER_LEARNING_RATES)]
        return cls(learning_rate=rate).variant(**changes)

    def variant(self, **changes: Any) -> Recipe:
        """Return a copy with some fields changed.

        Args:
            **changes: New values by field name.

        Raises:
            BadInput: A name is no field of a recipe, or a value is not usable.

        Source: ours.
        """
        _refuse_unknown(changes)
        return replace(self, **changes)

    @property
    def is_paper(self) -> bool:
        """Say whether this is the paper's method, whatever its length, rate, resolution and name."""
        paper = Recipe()
        return all(getattr(self, name) == getattr(paper, name) for name in _NAMES if name not in _FREE)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as plain JSON."""
        return {**asdict(self), "snapshots": list(self.snapshots), "coarse_to_fine": list(self.coarse_to_fine)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, path: str | Path | None = None) -> Recipe:
        """Read what `to_json` wrote; fields that are missing have their defaults.

        Args:
            value: Field name -> value.
            path: File it was read from, for messages.

        Raises:
            BadInput: It is not a mapping, has an unknown field, or a value is not usable.

        Source: ours.
        """
        if not isinstance(value, Mapping):
            raise bad("recipe", "a mapping of field names to values", value, path=path)
        try:
            return cls().variant(**value)
        except (BadInput, TypeError) as error:
            raise BadInput(f"{path}: {error}" if path is not None else str(error)) from None

    def identity(self) -> dict[str, Any]:
        """Return what decides a run's result, besides its target: all but the name, the size (the target has it), and
        snapshots beyond the last step.
        """
        default = Recipe().to_json()
        plain = self.to_json()
        plain = {name: value for name, value in plain.items() if name not in _LATER or value != default[name]}
        plain["snapshots"] = [step for step in self.snapshots if 0 < step < self.steps]
        return {name: value for name, value in plain.items() if name not in {"name", "size"}}


_NAMES = tuple(field.name for field in fields(Recipe))


def _refuse_unknown(changes: Mapping[str, Any]) -> None:
    for name in changes:
        one_of("field of the recipe", name, _NAMES)


def _refuse_for_line_search(recipe: Recipe) -> None:
    """A line search compares losses, so the loss must be the same function at every step, and the gradient its own."""
    never = (("response_modes", 0.0), ("dropout", 0.0), ("weight_noise", 0.0))
    for field, fit in (("normalise_gradient", False), ("pixels", None), ("coarse_to_fine", ()), *never):
        value = getattr(recipe, field)
        if value != fit:
            raise bad(field, f"{fit} with the optimiser 'lbfgs'", value)


def _rising_sides(value: object) -> tuple[int, ...]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise bad("coarse_to_fine", "a list of rising side lengths", value)
    sides = tuple(image_size("side in coarse_to_fine", side) for side in value)
    if list(sides) != sorted(set(sides)):
        raise bad("coarse_to_fine", "a list of rising side lengths", sides)
    return sides


def _steps_to_keep(value: object) -> tuple[int, ...]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise bad("snapshots", "a list of steps", value)
    return tuple(sorted({whole("step in snapshots", step, least=0, most=MOST_STEPS) for step in value}))
