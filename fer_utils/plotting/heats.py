"""Numbers as a picture without axes, for films and rows of pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

from fer_utils.checks import bad, real, whole

HEAT = colormaps["magma"]


def heat_picture(values: Any, *, low: float, high: float, side: int = 200) -> NDArray[np.float64]:
    """Colour numbers, dark for low and light for high, as a square picture.

    Args:
        values: ``(rows, columns)``; nan is not allowed.
        low: What is darkest, with all below.
        high: What is lightest, with all above; more than `low`.
        side: Of the picture, in pixels; numbers are repeated, none is mixed with another.

    Returns:
        ``(side, side, 3)`` in [0, 1].

    Raises:
        BadInput: The values are not such an array, or the ends are the wrong way round.

    Source: ours.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 2 or not numbers.size or not np.isfinite(numbers).all():
        raise bad("values", "finite numbers of shape (rows, columns)", numbers)
    real("high", high, above=real("low", low))
    places = [np.arange(whole("side", side, least=1)) * count // side for count in numbers.shape]
    return np.asarray(HEAT(((numbers - low) / (high - low)).clip(0, 1))[np.ix_(*places)][..., :3])
