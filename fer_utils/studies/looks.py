"""When does a picture look like one? A rule that knows nothing of where a picture comes from.

Four numbers of a picture must lie where those of the pictures bred for this book lie, a tenth of their range wider on
either side. The rule tells pictures from noise, from flat colour and from what is all edges; it knows nothing of taste.

Convention that bites: the numbers depend on the grid, so a picture is judged by pictures drawn at its own size.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from fer_utils import garden, images
from fer_utils.checks import bad
from fer_utils.cppn import Architecture, forward
from fer_utils.garden.bred import bred
from fer_utils.images import Array
from fer_utils.layerize import layerize
from fer_utils.training.problem import unflatten
from fer_utils.training.stepping import torch_threads

LOOKS: Final = ("contrast", "variation", "compressed", "coarse")
WIDER: Final = 0.1  # of the range of the garden's pictures, on either side
LEVELS: Final = 32  # to which colours are rounded before they are compressed
BLUR: Final = 1 / 16  # of the side: what survives this is coarse
AT_ONCE: Final = 32  # networks drawn in one go
# Bred after the rule was fixed, and left out of it, so that the rows keep their rule.
LATER: Final = frozenset({"frog", "gnome", "kingfisher", "planet", "teapot"})
# `limits_of` the garden's pictures at 32 pixels, which take seconds to breed anew; a test does, and compares.
KNOWN: Final[dict[int, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    32: ((0.2370966, 0.0145849, 0.1930013, 0.0406667), (0.3965526, 0.2788239, 0.5566732, 0.7299001)),
}
Pictures = NDArray[np.float32]


def draw_many(architecture: Architecture, flats: Any, size: int) -> Pictures:
    """Draw many networks of one architecture.

    Args:
        architecture: Of all of them.
        flats: ``(count, n)`` weights, each row in the order of ``Network.flat``.
        size: Side length in pixels.

    Returns:
        ``(count, size, size, 3)`` float32 in [0, 1], in single precision.

    Source: ours.
    """
    weights = torch.as_tensor(np.asarray(flats, dtype=np.float32))
    inputs = torch.as_tensor(images.coordinates(size).reshape(4, -1).astype(np.float32))
    drawn = [np.zeros((0, size, size, 3), dtype=np.float32)]
    with torch.no_grad(), torch_threads(1):
        for some in weights.split(AT_ONCE) if len(weights) else ():
            # Each matrix of each network, as one batch.
            matrices = [
                torch.stack(layer) for layer in zip(*[unflatten(architecture, one) for one in some], strict=True)
            ]
            _, raw = forward(matrices, architecture, inputs)
            colours = images.colour(raw.movedim(1, 0)).movedim(0, -1)
            drawn.append(colours.reshape(-1, size, size, 3).numpy())
    return np.concatenate(drawn)


def look_at(pictures: Any) -> Array:
    """Return the four numbers of each picture.

    Args:
        pictures: ``(count, size, size, 3)`` in [0, 1].

    Returns:
        ``(count, 4)``, in the order of `LOOKS`: root mean square difference from the mean colour; mean absolute
        difference of neighbours; size after compression, as a share of that before; share of the variance that
        survives a blur of a sixteenth of the side.

    Raises:
        BadInput: They are no pictures.

    Source: ours.
    """
    array = np.asarray(pictures, dtype=np.float64)
    if array.ndim != 4 or array.shape[-1] != 3 or not np.isfinite(array).all():
        raise bad("pictures", "finite, of shape (count, size, size, 3)", pictures)
    return np.array([_look(picture) for picture in array]).reshape(-1, len(LOOKS))


def image_like(pictures: Any) -> NDArray[np.bool_]:
    """Say of each picture whether its four numbers lie where those of the garden's pictures lie.

    Args:
        pictures: ``(count, size, size, 3)`` in [0, 1].

    Returns:
        ``(count,)`` truth values.

    Source: ours.
    """
    array = np.asarray(pictures)
    found = look_at(array)
    low, high = ranges(array.shape[1])
    return np.asarray(((found >= low) & (found <= high)).all(axis=1))


@cache
def garden_pictures(size: int) -> tuple[Array, ...]:
    """Draw the pictures bred for this book before the rule was fixed, in the order of `fer_utils.garden.bred.bred`."""
    return tuple(layerize(garden.load_genome(name)).image(size) for name in bred() if name not in LATER)


@cache
def ranges(size: int) -> tuple[Array, Array]:
    """Return the least and the largest of each number that a picture of this size may have: ``(4,)`` each."""
    if size in KNOWN:
        low, high = KNOWN[size]
        return np.array(low), np.array(high)
    return limits_of(look_at(np.array(garden_pictures(size))))


def limits_of(numbers: Array) -> tuple[Array, Array]:
    """Return limits that hold all rows of ``(count, 4)`` numbers, and a tenth of their range beyond."""
    low, high = numbers.min(axis=0), numbers.max(axis=0)
    return low - WIDER * (high - low), high + WIDER * (high - low)


def apart(pictures: Any, others: Any) -> Array:
    """Return the root mean square difference of every picture from every other: ``(count, others)``, in [0, 1].

    Args:
        pictures: ``(count, size, size, 3)`` in [0, 1].
        others: ``(others, size, size, 3)``, of the same size.

    Source: ours.
    """
    first, second = (np.asarray(one, dtype=np.float64) for one in (pictures, others))
    if first.shape[1:] != second.shape[1:]:
        raise bad("others", f"pictures of shape {first.shape[1:]}", second)
    values = int(np.prod(first.shape[1:]))  # -1 would not do where there are no pictures
    flat, flats = first.reshape(-1, values), second.reshape(-1, values)
    squares = (flat**2).sum(axis=1)[:, None] + (flats**2).sum(axis=1)[None] - 2 * flat @ flats.T
    return np.asarray(np.sqrt(np.maximum(squares, 0) / values))


def distinct(pictures: Any, known: Any, *, least: float) -> list[int]:
    """Return the places of pictures that are unlike all known ones, and unlike those found before them.

    Args:
        pictures: ``(count, size, size, 3)``, looked at in this order.
        known: ``(any, size, size, 3)``: pictures that do not count.
        least: Root mean square difference from which two pictures are two.

    Source: ours.
    """
    far = apart(pictures, known).min(axis=1, initial=np.inf) if len(known) else np.full(len(pictures), np.inf)
    between, found = apart(pictures, pictures), list[int]()
    for place in range(len(pictures)):
        if far[place] >= least and all(between[place, other] >= least for other in found):
            found.append(place)
    return found


def passing(pictures: Sequence[Any]) -> float:
    """Return the share of pictures that look like one; nan where there are none."""
    return float(image_like(np.array(pictures)).mean()) if len(pictures) else float("nan")


def _look(picture: Array) -> tuple[float, float, float, float]:
    centred = picture - picture.mean(axis=(0, 1))
    variance = float((centred**2).mean())
    steps = np.abs(np.diff(picture, axis=0)).mean() + np.abs(np.diff(picture, axis=1)).mean()
    levels = np.round(picture * (LEVELS - 1)).astype(np.int16)
    raw = (np.diff(levels, axis=1, prepend=0) % 256).astype(np.uint8).tobytes()
    blurred = ndimage.gaussian_filter(centred, (BLUR * len(picture), BLUR * len(picture), 0), mode="nearest")
    coarse = float((blurred**2).mean()) / variance if variance > 1e-9 else 1.0
    return variance**0.5, float(steps) / 2, len(zlib.compress(raw, 6)) / len(raw), coarse
