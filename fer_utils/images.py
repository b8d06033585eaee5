"""Coordinates in, colours out, pictures read and written: the only place that decides axes.

Conventions that bite. An image is ``(height, width, 3)`` in [0, 1], row 0 at the top. Inside a network
the channel comes first: ``(4, size, size)`` coordinates in, ``(3, size, size)`` raw outputs (h, s, v) out.
x runs with the columns from -1 (left) to 1 (right), y with the rows from -1 (top) to 1 (bottom), both ends
included; d = 1.4 √(x² + y²); b = 1. (Paper, section on Picbreeder's CPPNs.)
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from fer_utils.checks import BadInput, bad, existing_file, one_of, real, whole

Array = NDArray[np.float64]

INPUTS: tuple[str, ...] = ("x", "y", "d", "b")
OUTPUTS: tuple[str, ...] = ("h", "s", "v")
MOST_PIXELS = 64_000_000
MOST_SIZE = 4096


def image_size(argument: str, value: object) -> int:
    """Return ``value`` as a side length in pixels (2 to 4096), or refuse it."""
    return whole(argument, value, least=2, most=MOST_SIZE)


def coordinates(size: int) -> Array:
    """Lay the grid a network sees.

    Args:
        size: Side length in pixels, 2 to 4096.

    Returns:
        ``(4, size, size)`` float64: x, y, d and b of every pixel.

    Source: paper, section on Picbreeder's CPPNs.
    """
    line = np.linspace(-1.0, 1.0, image_size("size", size))
    y, x = np.meshgrid(line, line, indexing="ij")
    return np.stack([x, y, 1.4 * np.sqrt(x * x + y * y), np.ones_like(x)])


def hsv_to_rgb(hsv: Any) -> Any:
    """Turn hue, saturation and value into red, green and blue.

    Args:
        hsv: ``(3, ...)`` in [0, 1], numpy or torch.

    Returns:
        ``(3, ...)`` in [0, 1], the same kind as ``hsv``.

    Source: the usual hexcone formula; equal to matplotlib's.
    """
    h, s, v = hsv[0], hsv[1], hsv[2]
    # Each channel is v minus the chroma times a trapezoid in the hue; the three trapezoids differ by a shift.
    if isinstance(hsv, torch.Tensor):
        # Made where it is needed: a number that comes from the processor cannot be part of a recorded step on a GPU.
        shift = (5 - 2 * torch.arange(3, dtype=hsv.dtype, device=hsv.device)).view(3, *[1] * h.dim())
        ramp = torch.remainder(shift + 6 * h, 6)
        return v - v * s * torch.minimum(ramp, 4 - ramp).clamp(0, 1)
    ramp = np.mod(np.array([5.0, 3.0, 1.0], dtype=h.dtype).reshape(3, *[1] * h.ndim) + 6 * h, 6)
    return v - v * s * np.clip(np.minimum(ramp, 4 - ramp), 0, 1)


def colour(outputs: Any) -> Any:
    """Turn a network's raw outputs into colours.

    Args:
        outputs: ``(3, ...)`` raw hue, saturation and brightness, any range, numpy or torch.

    Returns:
        ``(3, ...)`` red, green and blue in [0, 1].

    Source: paper, section on Picbreeder's CPPNs: hsv2rgb((h + 1) mod 1, clip(s), clip(|v|)).
    """
    if isinstance(outputs, torch.Tensor):
        h = torch.remainder(outputs[0] + 1, 1)
        return hsv_to_rgb(torch.stack([h, outputs[1].clamp(0, 1), outputs[2].abs().clamp(0, 1)]))
    h = np.mod(outputs[0] + 1, 1)
    return hsv_to_rgb(np.stack([h, np.clip(outputs[1], 0, 1), np.clip(np.abs(outputs[2]), 0, 1)]))


def checked_image(argument: str, image: object, *, square: bool = True) -> Array:
    """Return ``image`` as ``(height, width, 3)`` float64 in [0, 1], or refuse it."""
    expected = f"a{' square' if square else 'n'} image of shape (height, width, 3) with values in [0, 1]"
    try:
        array = np.asarray(image)
    except ValueError:  # lists of different lengths
        raise bad(argument, expected, image) from None
    if array.ndim != 3 or array.shape[2] != 3 or not np.issubdtype(array.dtype, np.floating):
        raise bad(argument, expected, image)
    if min(array.shape[:2]) < 2 or (square and array.shape[0] != array.shape[1]):
        raise bad(argument, expected, image)
    if not np.isfinite(array).all() or array.min() < -1e-9 or array.max() > 1 + 1e-9:
        raise bad(argument, expected, f"values from {np.min(array):.3g} to {np.max(array):.3g}")
    return np.clip(array.astype(np.float64), 0.0, 1.0)


def read_picture(
    path: str | Path,
    size: int,
    *,
    fit: str = "crop",
    background: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Array:
    """Read a PNG or JPEG of any size and mode as a square target image.

    Args:
        path: The file. Greyscale, palette, 16-bit and transparent pictures are understood, and the camera's
            rotation mark is obeyed.
        size: Side length wanted, in pixels.
        fit: "crop" keeps the middle square, "pad" shows all on the background, "stretch" fills the square.
        background: Red, green, blue in [0, 1] behind transparent pixels and padding.

    Returns:
        ``(size, size, 3)`` float64 in [0, 1].

    Raises:
        BadInput: The file is missing, not a picture, cut short, or larger than 64 million pixels.

    Source: ours.
    """
    side = image_size("size", size)
    one_of("fit", fit, ("crop", "pad", "stretch"))
    if isinstance(background, str) or not hasattr(background, "__len__") or len(background) != 3:
        raise bad("background", "three numbers from 0 to 1", background)
    paper = tuple(round(255 * real("background", part, least=0, most=1)) for part in background)
    place = existing_file("picture", path)
    picture = _open_picture(place)
    flat = Image.new("RGBA", picture.size, (*paper, 255))
    flat.alpha_composite(picture)
    rgb = flat.convert("RGB")
    if fit == "crop":
        rgb = ImageOps.fit(rgb, (side, side), Image.Resampling.LANCZOS)
    elif fit == "pad":
        rgb = _padded(rgb, side, paper)
    else:
        rgb = rgb.resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(rgb, dtype=np.float64) / 255


def _padded(picture: Image.Image, side: int, paper: tuple[int, ...]) -> Image.Image:
    """Shrink or enlarge to fit, and put in the middle of a square; a thin line keeps at least one pixel."""
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    square = Image.new("RGB", (side, side), paper)
    square.paste(picture.resize((width, height), Image.Resampling.LANCZOS), ((side - width) // 2, (side - height) // 2))
    return square


def _open_picture(place: Path) -> Image.Image:
    """Open, decode and turn upright; every way a file can be broken ends in one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below, and firm
            with Image.open(place, formats=("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise bad("picture", f"of at most {MOST_PIXELS:,} pixels", opened.size, path=place)
                upright = ImageOps.exif_transpose(opened)
                return _eight_bit(upright).convert("RGBA")
    except Image.DecompressionBombError:
        raise BadInput(f"{place}: picture must be of at most {MOST_PIXELS:,} pixels, got a larger one.") from None
    except UnidentifiedImageError:
        raise BadInput(f"{place}: picture must be a PNG or JPEG file, got something else.") from None
    except (OSError, SyntaxError, EOFError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise bad("picture", "a whole, readable PNG or JPEG file", str(error), path=place) from None


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Scale 16-bit and float greyscale to 8 bits; Pillow's own conversion would clip them to white."""
    if picture.mode not in {"I", "I;16", "I;16B", "I;16L", "F"}:
        return picture
    values = np.asarray(picture, dtype=np.float64)
    top = 65535.0 if picture.mode != "F" else max(1.0, float(values.max()))
    return Image.fromarray(np.round(np.clip(values / top, 0, 1) * 255).astype(np.uint8))


def resample(image: object, size: int) -> Array:
    """Change the side length of a square image: averaging over area to shrink it, bilinear to enlarge it.

    Args:
        image: ``(n, n, 3)`` in [0, 1].
        size: New side length in pixels.

    Returns:
        ``(size, size, 3)`` float64 in [0, 1].

    Source: ours.
    """
    array = checked_image("image", image)
    side = image_size("size", size)
    if side == array.shape[0]:
        return array
    if side < array.shape[0]:
        shares = _area_shares(array.shape[0], side)
        return np.clip(np.einsum("rh,hwc,kw->rkc", shares, array, shares, optimize=True), 0, 1)
    channels = [Image.fromarray(array[..., c].astype(np.float32)) for c in range(3)]
    planes = [channel.resize((side, side), Image.Resampling.BILINEAR) for channel in channels]
    return np.clip(np.stack([np.asarray(plane, dtype=np.float64) for plane in planes], axis=-1), 0, 1)


def _area_shares(old: int, new: int) -> Array:
    """Say how much of each new pixel each old one covers: ``(new, old)``, rows summing to 1.

    Pillow's BOX filter takes whole pixels only: from 30 to 29 it would drop one line and keep the others.
    """
    edges = np.linspace(0, old, new + 1)
    starts = np.arange(old)
    overlap = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return np.clip(overlap, 0, None) * new / old


def to_bytes(image: object) -> NDArray[np.uint8]:
    """Round an image in [0, 1] to 8 bits a channel."""
    return np.round(checked_image("image", image, square=False) * 255).astype(np.uint8)


def png_bytes(image: object) -> bytes:
    """Encode an image as a PNG file.

    Args:
        image: ``(height, width, 3)`` in [0, 1].

    Returns:
        The bytes of the file.

    Source: ours.
    """
    buffer = io.BytesIO()
    Image.fromarray(to_bytes(image)).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
