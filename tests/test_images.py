"""Axes, colours, pictures read and written: each against another way to the same value."""

from __future__ import annotations

import colorsys
import io
from pathlib import Path

import matplotlib.colors
import numpy as np
import pytest
import torch
from genomes import pixel_colour, pixel_inputs
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from fer_utils import images
from fer_utils.checks import BadInput
from fer_utils.images import Array

SIXTHS = [index / 6 for index in range(7)]
EDGES = sorted(
    {*SIXTHS, *(np.nextafter(h, 0.0) for h in SIXTHS[1:]), *(np.nextafter(h, 1.0) for h in SIXTHS[:-1]), 0.99}
)

# --- coordinates ---


@given(st.integers(2, 40))
def test_the_grid_is_the_plain_formula_at_every_pixel(size: int) -> None:
    grid = images.coordinates(size)
    assert grid.shape == (4, size, size) and grid.dtype == np.float64
    for row in range(size):
        for column in range(size):
            wanted = list(pixel_inputs(size, row, column).values())
            assert grid[:, row, column] == pytest.approx(wanted, abs=1e-14)


def test_x_runs_with_the_columns_and_y_with_the_rows_from_the_top() -> None:
    x, y, d, b = images.coordinates(5)
    assert images.INPUTS == ("x", "y", "d", "b")
    assert x[0].tolist() == x[4].tolist() == [-1, -0.5, 0, 0.5, 1]
    assert y[:, 0].tolist() == y[:, 4].tolist() == [-1, -0.5, 0, 0.5, 1]
    assert (b == 1).all()
    assert d[2, 2] == 0 and d[0, 0] == pytest.approx(1.4 * 2**0.5)


def test_the_corners_are_where_a_reader_of_a_picture_expects_them() -> None:
    x, y, _, _ = images.coordinates(3)
    top_left, top_right, bottom_left = (0, 0), (0, 2), (2, 0)
    assert (x[top_left], y[top_left]) == (-1, -1)
    assert (x[top_right], y[top_right]) == (1, -1)
    assert (x[bottom_left], y[bottom_left]) == (-1, 1)


@given(st.integers(2, 65))
def test_mirroring_the_grid_turns_only_one_sign(size: int) -> None:
    grid = images.coordinates(size)
    left_right = np.array([-1, 1, 1, 1])[:, None, None]
    assert np.allclose(grid[:, :, ::-1], grid * left_right, rtol=0, atol=1e-15)
    assert np.allclose(grid[:, ::-1], grid * left_right[[1, 0, 2, 3]], rtol=0, atol=1e-15)
    assert np.allclose(grid.swapaxes(1, 2), grid[[1, 0, 2, 3]], rtol=0, atol=0)


@pytest.mark.parametrize("size", [0, 1, -3, 2.0, "8", None, True, 4097])
def test_a_faulty_size_is_refused(size: object) -> None:
    with pytest.raises(BadInput, match="size must be a whole number of at least 2 and at most 4096"):
        images.coordinates(size)  # type: ignore[arg-type]


# --- colours ---


def grid_of_colours() -> Array:
    hues = [*EDGES, *np.linspace(0, 1, 25)]
    return np.array(np.meshgrid(hues, [0, 0.3, 1], [0, 0.4, 1], indexing="ij")).astype(np.float64)


def test_hsv_equals_matplotlib_at_every_edge_of_the_hue() -> None:
    hsv = grid_of_colours()
    theirs = matplotlib.colors.hsv_to_rgb(np.moveaxis(hsv, 0, -1))
    assert np.allclose(np.moveaxis(images.hsv_to_rgb(hsv), 0, -1), theirs, rtol=0, atol=1e-14)


def test_hsv_equals_colorsys_at_every_edge_of_the_hue() -> None:
    hsv = grid_of_colours().reshape(3, -1)
    theirs = np.array([colorsys.hsv_to_rgb(*pixel) for pixel in hsv.T]).T
    assert np.allclose(images.hsv_to_rgb(hsv), theirs, rtol=0, atol=1e-14)


@given(hnp.arrays(np.float64, (3, 7), elements=st.floats(0, 1)))
def test_hsv_equals_matplotlib_and_colorsys(hsv: Array) -> None:
    ours = images.hsv_to_rgb(hsv)
    assert np.allclose(ours.T, matplotlib.colors.hsv_to_rgb(hsv.T), rtol=0, atol=1e-14)
    assert np.allclose(ours.T, [colorsys.hsv_to_rgb(*pixel) for pixel in hsv.T], rtol=0, atol=1e-14)
    assert np.allclose(images.hsv_to_rgb(torch.from_numpy(hsv)), ours, rtol=0, atol=1e-14)


def test_the_pure_hues_have_their_names() -> None:
    pure = np.array([[0, 1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6, 1], [1] * 7, [1] * 7], dtype=np.float64)
    red, yellow, green, cyan, blue, magenta = (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1)
    wanted = [red, yellow, green, cyan, blue, magenta, red]
    assert np.allclose(images.hsv_to_rgb(pure).T, wanted, rtol=0, atol=1e-14)


RAW = hnp.arrays(np.float64, (3, 2, 3), elements=st.floats(-5, 5))


@given(RAW)
def test_raw_outputs_become_the_papers_colours_pixel_by_pixel(raw: Array) -> None:
    wanted = [pixel_colour(*map(float, pixel)) for pixel in raw.reshape(3, -1).T]
    ours = images.colour(raw)
    assert ours.shape == raw.shape
    assert np.allclose(ours.reshape(3, -1).T, wanted, rtol=0, atol=1e-13)
    assert ours.min() >= 0 and ours.max() <= 1
    assert np.allclose(images.colour(torch.from_numpy(raw)), ours, rtol=0, atol=1e-14)


@given(RAW, st.integers(-3, 3))
def test_the_hue_wraps_and_the_sign_of_the_brightness_does_not_count(raw: Array, turns: int) -> None:
    turned = np.stack([raw[0] + turns, raw[1], -raw[2]])
    assert np.allclose(images.colour(turned), images.colour(raw), rtol=0, atol=1e-12)


def test_saturation_and_brightness_are_clipped() -> None:
    raw = np.array([[0.1, 0.1, 0.1], [9.0, -9.0, 0.5], [9.0, 0.5, -9.0]])
    held = np.array([[0.1, 0.1, 0.1], [1.0, 0.0, 0.5], [1.0, 0.5, 1.0]])
    assert np.allclose(images.colour(raw), images.hsv_to_rgb(held), rtol=0, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_colours_keep_their_dtype(dtype: type) -> None:
    raw = np.full((3, 4, 4), 0.3, dtype=dtype)
    assert images.colour(raw).dtype == dtype
    assert images.colour(torch.from_numpy(raw)).numpy().dtype == dtype


def test_the_gradient_of_colour_is_the_finite_difference() -> None:
    # Away from the corners of clip, |v| and the hexcone, which have no derivative.
    raw = torch.tensor([[0.07, -0.36, 1.43, -2.55], [0.2, 0.9, 1.7, -0.4], [0.3, -0.8, 0.6, 1.9]], dtype=torch.float64)
    assert torch.autograd.gradcheck(images.colour, (raw.requires_grad_(),), eps=1e-7, atol=1e-6)


# --- pictures read ---

PATTERN = np.random.default_rng(7).integers(0, 256, (6, 6, 3), dtype=np.uint8)
GREYS = PATTERN[..., 0]
ALPHA = PATTERN[..., 1]
ROUNDING = 1.01 / 255


def read(folder: Path, picture: Image.Image, form: str = "PNG", size: int = 6, **options: object) -> Array:
    """Write a picture, and read it as the package does."""
    path = folder / f"picture.{form.lower()}"
    saving = {key: value for key, value in options.items() if key in {"quality", "exif", "subsampling", "lossless"}}
    picture.save(path, form, **saving)  # type: ignore[arg-type]
    image = images.read_picture(path, size, **{k: v for k, v in options.items() if k not in saving})  # type: ignore[arg-type]
    assert image.shape == (size, size, 3) and image.dtype == np.float64
    assert image.min() >= 0 and image.max() <= 1
    return image


def as_grey(values: Array) -> Array:
    return np.repeat(values[..., None], 3, axis=-1)


def over(colour: Array, alpha: Array, background: tuple[float, float, float]) -> Array:
    share = (alpha / 255)[..., None]
    return colour / 255 * share + np.array(background) * (1 - share)


def test_a_colour_picture_of_the_wanted_size_is_read_exactly(tmp_path: Path) -> None:
    assert np.array_equal(read(tmp_path, Image.fromarray(PATTERN)), PATTERN / 255)


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "WEBP"])
def test_every_lossless_form_and_every_fit_leave_a_fitting_picture_alone(tmp_path: Path, form: str, fit: str) -> None:
    more = {"lossless": True} if form == "WEBP" else {}
    assert np.array_equal(read(tmp_path, Image.fromarray(PATTERN), form, fit=fit, **more), PATTERN / 255)


def test_a_jpeg_is_read_up_to_its_loss(tmp_path: Path) -> None:
    smooth = Image.fromarray(np.linspace(40, 200, 108).reshape(6, 6, 3).astype(np.uint8))
    image = read(tmp_path, smooth, "JPEG", quality=100, subsampling=0)
    assert np.abs(image - np.asarray(smooth) / 255).max() < 0.02


def test_a_grey_picture_is_read_exactly(tmp_path: Path) -> None:
    assert np.array_equal(read(tmp_path, Image.fromarray(GREYS)), as_grey(GREYS / 255))


def test_a_black_and_white_picture_is_read_exactly(tmp_path: Path) -> None:
    assert np.array_equal(read(tmp_path, Image.fromarray(GREYS > 127)), as_grey(GREYS > 127).astype(float))


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_are_scaled_and_not_clipped(tmp_path: Path, form: str) -> None:
    deep = (GREYS.astype(np.uint16) * 257) ^ 0x3F
    image = read(tmp_path, Image.fromarray(deep), form)
    assert np.abs(image - as_grey(deep / 65535)).max() <= 1 / 509


def test_a_float_picture_is_read_in_its_own_range(tmp_path: Path) -> None:
    unit, hundreds = (GREYS / 255).astype(np.float32), GREYS.astype(np.float32)
    assert np.abs(read(tmp_path, Image.fromarray(unit), "TIFF") - as_grey(unit)).max() <= 1 / 509
    assert (
        np.abs(read(tmp_path, Image.fromarray(hundreds), "TIFF") - as_grey(hundreds / hundreds.max())).max() <= 1 / 509
    )


@pytest.mark.parametrize("background", [(1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.2, 0.0)])
def test_transparent_pixels_show_the_background(tmp_path: Path, background: tuple[float, float, float]) -> None:
    for colour, mode in ((PATTERN, "RGBA"), (as_grey(GREYS), "LA")):
        layers = [*np.moveaxis(colour, -1, 0)[: len(mode) - 1], ALPHA]
        picture = Image.merge(mode, [Image.fromarray(layer) for layer in layers])
        image = read(tmp_path, picture, background=background)
        assert np.abs(image - over(colour, ALPHA, background)).max() < ROUNDING


def test_the_background_is_white_unless_asked_otherwise(tmp_path: Path) -> None:
    assert (read(tmp_path, Image.new("RGBA", (6, 6), (10, 20, 30, 0))) == 1).all()


def palette_picture() -> tuple[Image.Image, Array]:
    """Four colours by index, and what they stand for."""
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [12, 34, 56]], dtype=np.uint8)
    indices = np.arange(36, dtype=np.uint8).reshape(6, 6) % 4
    picture = Image.fromarray(indices).convert("L")
    picture.putpalette(colours.ravel().tolist())
    return picture, colours[indices]


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_palette_is_looked_up(tmp_path: Path, form: str) -> None:
    picture, colours = palette_picture()
    assert picture.mode == "P"
    assert np.array_equal(read(tmp_path, picture, form), colours / 255)


def test_a_palettes_transparent_colour_shows_the_background(tmp_path: Path) -> None:
    picture, colours = palette_picture()
    picture.info["transparency"] = 1
    wanted = np.where((colours == [0, 255, 0]).all(axis=-1, keepdims=True), 0.0, colours / 255)
    assert np.array_equal(read(tmp_path, picture, background=(0, 0, 0)), wanted)


def test_a_cmyk_jpeg_is_read_in_its_colours(tmp_path: Path) -> None:
    flat = Image.new("RGB", (16, 16), (200, 40, 90)).convert("CMYK")
    image = read(tmp_path, flat, "JPEG", size=16, quality=100)
    assert np.abs(image - np.array([200, 40, 90]) / 255).max() < 0.02


# What a camera's mark asks to be done with the stored rows (EXIF 2.3, tag 274).
TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("mark", TURNS)
def test_the_cameras_rotation_mark_is_obeyed(tmp_path: Path, mark: int, form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = mark
    more = {"lossless": True} if form == "WEBP" else {}
    image = read(tmp_path, Image.fromarray(PATTERN), form, exif=exif, **more)
    assert np.array_equal(image, TURNS[mark](PATTERN) / 255)


def test_a_wide_photo_marked_to_be_turned_is_cropped_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = np.zeros((8, 16, 3), dtype=np.uint8)
    stored[:, :8] = 255  # the left of the stored rows is the top of the upright picture
    image = read(tmp_path, Image.fromarray(stored), "JPEG", size=8, exif=exif, quality=100)
    assert (image[:3] > 0.9).all() and (image[5:] < 0.1).all()


# --- pictures fitted ---


def three_bands(wide: bool) -> Image.Image:
    """Red, green, blue bands of 30 × 30 along the longer side."""
    bands = np.repeat(np.eye(3, dtype=np.uint8)[:, None] * 255, 30, axis=1).reshape(90, 3)
    picture = np.repeat(bands[:, None], 30, axis=1)
    return Image.fromarray(picture.swapaxes(0, 1).copy() if wide else picture)


@pytest.mark.parametrize("wide", [True, False])
def test_crop_keeps_the_middle_square(tmp_path: Path, wide: bool) -> None:
    image = read(tmp_path, three_bands(wide), size=30)
    assert np.array_equal(image, np.broadcast_to([0.0, 1.0, 0.0], (30, 30, 3)))


@pytest.mark.parametrize("wide", [True, False])
def test_pad_shows_all_of_it_in_the_middle_of_the_background(tmp_path: Path, wide: bool) -> None:
    image = read(tmp_path, three_bands(wide), size=90, fit="pad", background=(0, 0, 0))
    upright = image.swapaxes(0, 1) if wide else image
    assert (upright[:, :30] == 0).all() and (upright[:, 60:] == 0).all()
    for band in range(3):
        assert np.array_equal(upright[30 * band : 30 * band + 30, 30:60], np.broadcast_to(np.eye(3)[band], (30, 30, 3)))


@pytest.mark.parametrize("wide", [True, False])
def test_stretch_fills_the_square_with_all_of_it(tmp_path: Path, wide: bool) -> None:
    image = read(tmp_path, three_bands(wide), size=30, fit="stretch")
    upright = image.swapaxes(0, 1) if wide else image
    for band in range(3):  # the middle of each band, away from the edges that the filter blends
        assert np.allclose(upright[10 * band + 4 : 10 * band + 6], np.eye(3)[band], atol=0.02)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (1, 5000), (5000, 1), (3, 4000), (7, 5)])
@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_a_picture_of_any_proportions_is_seen(tmp_path: Path, fit: str, size: tuple[int, int]) -> None:
    image = read(tmp_path, Image.new("RGB", size, (255, 0, 0)), size=16, fit=fit)
    red = (image == [1, 0, 0]).all(axis=-1)
    assert red.any()
    assert red.all() or (fit == "pad" and size != (1, 1))


@given(st.integers(1, 60), st.integers(1, 60), st.integers(2, 40))
def test_padding_keeps_proportions_to_a_pixel(width: int, height: int, side: int) -> None:
    buffer = images._padded(Image.new("RGB", (width, height), (255, 0, 0)), side, (255, 255, 255))
    red = (np.asarray(buffer) == [255, 0, 0]).all(axis=-1)
    shown = (int(red.any(axis=0).sum()), int(red.any(axis=1).sum()))
    assert max(shown) == side
    assert shown[0] == pytest.approx(max(1, side * width / max(width, height)), abs=0.5)
    assert shown[1] == pytest.approx(max(1, side * height / max(width, height)), abs=0.5)


def test_a_picture_may_lie_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "sélf portrait (1).JPG"
    Image.fromarray(PATTERN).save(path, "PNG")
    assert np.array_equal(images.read_picture(str(path), 6), PATTERN / 255)


@pytest.mark.parametrize("background", ["white", 1.0, (1, 1), (0, 0, 256), (0, 0, float("nan")), None])
def test_a_faulty_background_is_refused(tmp_path: Path, background: object) -> None:
    with pytest.raises(BadInput, match="background must be"):
        images.read_picture(tmp_path / "none.png", 8, background=background)  # type: ignore[arg-type]


# --- images resampled ---

UNIT_IMAGES = st.integers(2, 12).flatmap(
    lambda side: hnp.arrays(np.float64, (side, side, 3), elements=st.floats(0, 1, width=16))
)


def average_by_repeating(image: Array, side: int) -> Array:
    """The exact area average: make each pixel ``side`` × ``side``, then average blocks of the old side."""
    old = len(image)
    fine = image.repeat(side, axis=0).repeat(side, axis=1)
    return fine.reshape(side, old, side, old, 3).mean(axis=(1, 3))


@given(UNIT_IMAGES, st.integers(2, 12))
def test_shrinking_is_the_exact_area_average_by_any_factor(image: Array, side: int) -> None:
    side = min(side, len(image))
    assert np.allclose(images.resample(image, side), average_by_repeating(image, side), rtol=0, atol=1e-12)


@given(UNIT_IMAGES, st.integers(2, 12))
def test_shrinking_keeps_the_mean_of_each_channel(image: Array, side: int) -> None:
    shrunk = images.resample(image, min(side, len(image)))
    assert np.allclose(shrunk.mean(axis=(0, 1)), image.mean(axis=(0, 1)), rtol=0, atol=1e-12)


@given(UNIT_IMAGES, st.integers(2, 30))
def test_resampling_stays_within_the_images_own_range(image: Array, side: int) -> None:
    out = images.resample(image, side)
    assert out.shape == (side, side, 3) and out.dtype == np.float64
    assert image.min() - 1e-6 <= out.min() and out.max() <= image.max() + 1e-6


def test_the_same_side_changes_nothing() -> None:
    image = PATTERN / 255
    assert np.array_equal(images.resample(image, 6), image)


def test_resampling_knows_left_from_top() -> None:
    ramp = as_grey(np.tile(np.linspace(0, 1, 8), (8, 1)))
    for side in (4, 5, 16):
        out = images.resample(ramp, side)[..., 0]
        assert np.allclose(out, out[:1], rtol=0, atol=1e-6) and (np.diff(out[0]) >= 0).all()
        assert out[0, 0] < 0.2 and out[0, -1] > 0.8


# --- images checked and written ---


@pytest.mark.parametrize(
    "image",
    [
        None,
        "my.png",
        np.zeros((4, 4)),
        np.zeros((4, 4, 4)),
        np.zeros((1, 4, 4, 3)),
        np.zeros((4, 5, 3)),
        np.zeros((1, 1, 3)),
        np.zeros((4, 4, 3), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=bool),
        np.full((4, 4, 3), 1.01),
        np.full((4, 4, 3), -0.01),
        np.full((4, 4, 3), np.nan),
        np.full((4, 4, 3), np.inf),
        [[[0.1, 0.2, 0.3]], [[0.1]]],
    ],
    ids=lambda value: str(getattr(value, "dtype", type(value).__name__)) + str(getattr(value, "shape", "")),
)
def test_what_is_no_square_image_is_refused(image: object) -> None:
    with pytest.raises(BadInput, match=r"^image must be a square image of shape \(height, width, 3\)"):
        images.checked_image("image", image)


def test_a_value_outside_by_rounding_is_brought_back() -> None:
    image = np.array([[[1 + 1e-12, 0.5, -1e-12]] * 2] * 2)
    assert np.array_equal(images.checked_image("image", image)[0, 0], [1.0, 0.5, 0.0])


def decoded(data: bytes) -> Array:
    return np.asarray(Image.open(io.BytesIO(data)), dtype=np.float64) / 255


@given(hnp.arrays(np.float64, st.tuples(st.integers(2, 9), st.integers(2, 9), st.just(3)), elements=st.floats(0, 1)))
def test_a_written_png_is_right_to_half_a_step(image: Array) -> None:
    back = decoded(images.png_bytes(image))
    assert back.shape == image.shape
    assert np.abs(back - image).max() <= 1 / 510 + 1e-12


def test_eight_bit_values_survive_writing_and_reading(tmp_path: Path) -> None:
    path = tmp_path / "again.png"
    path.write_bytes(images.png_bytes(PATTERN / 255))
    assert np.array_equal(images.read_picture(path, 6), PATTERN / 255)


def test_the_same_image_gives_the_same_bytes() -> None:
    image = PATTERN / 255
    assert images.png_bytes(image) == images.png_bytes(image.copy(order="F"))
