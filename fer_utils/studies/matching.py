"""Where on a path to measure: the one definition of "at matched error".

Response modes grow with fit and with training time, so networks are compared at one error and not at one step. A path
is followed from its beginning; the network measured is the **first that is kept at which the error is at the mark or
below**. Paths are kept often (about a twentieth of their length apart, more closely at first), so its error is near the
mark from below; how near is in every row, under "error". A network that begins below the mark, as an evolved one does,
is measured where it begins to be so. What never gets there is measured where its error was least, as "missed".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch

from fer_utils.checks import bad, real
from fer_utils.cppn import Network
from fer_utils.images import Array
from fer_utils.measuring.modules import plain_coordinates

# Pictures of layered networks that are still about, by side: a path is looked at while it is made, and again after.
_seen: WeakKeyDictionary[Network, dict[int, Array]] = WeakKeyDictionary()


def path_errors(path: Mapping[int, Any], target: Array) -> dict[int, float]:
    """Return the mean squared error of every network on a path, on the target's own grid.

    Args:
        path: Networks or torch modules by step.
        target: ``(size, size, 3)`` in [0, 1].

    Raises:
        BadInput: The path is empty.

    Source: ours.
    """
    if not path:
        raise bad("path", "networks by step", "none")
    return {step: float(((drawn(one, len(target)) - target) ** 2).mean()) for step, one in path.items()}


def first_at(errors: Mapping[int, float], mark: float) -> tuple[int, bool]:
    """Return the step at which a path is measured, and whether it came to the mark.

    Args:
        errors: By step, from `path_errors`; what is not finite counts as infinite.
        mark: Above 0.

    Returns:
        The first step at the mark or below, and True; or the step of the least error, and False.

    Raises:
        BadInput: There are no errors, or the mark is not above 0.

    Source: ours.
    """
    limit = real("mark", mark, above=0)
    if not errors:
        raise bad("errors", "a value by step", "none")
    for step in sorted(errors):
        if errors[step] <= limit:
            return step, True
    finite = {step: error if np.isfinite(error) else np.inf for step, error in errors.items()}
    return min(sorted(finite), key=finite.__getitem__), False


def drawn(network: Any, size: int) -> Array:
    """Draw what a layered network or a torch module draws: ``(size, size, 3)``."""
    if isinstance(network, Network):
        sides = _seen.setdefault(network, {})
        if size not in sides:
            sides[size] = network.image(size)
        return sides[size]
    with torch.no_grad():
        points = plain_coordinates(size).to(next(network.parameters()).dtype)
        return np.asarray(network(points).double().numpy()).reshape(size, size, -1)


def steps_to_keep(steps: int, *, count: int = 40) -> tuple[int, ...]:
    """Return the steps at which a path is kept: ever farther apart at first, evenly from a tenth of the way on.

    Args:
        steps: Length of the path.
        count: About how many.

    Source: ours.
    """
    early = np.geomspace(1, max(1, steps // 10), count // 4)
    late = np.linspace(steps // 10, steps, 3 * count // 4 + 1)
    return tuple(sorted({0, *(int(step) for step in early), *(int(step) for step in late)}))
