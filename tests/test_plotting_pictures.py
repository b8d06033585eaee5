"""Pictures, errors and sweeps: shown as they are, with numbers that are NumPy's."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from drawings import PICTURE, frames, pictures_in, texts

from fer_utils import plotting
from fer_utils.checks import BadInput
from fer_utils.plotting import look

# --- pictures ---


def test_pictures_are_shown_as_they_are() -> None:
    figure = plotting.pictures([PICTURE, PICTURE[:12]], ["one", "two"])
    assert all(
        (shown == wanted).all() for shown, wanted in zip(pictures_in(figure), [PICTURE, PICTURE[:12]], strict=True)
    )
    assert all(image.get_interpolation() == "nearest" for image in figure.axes[0].images)


def test_a_width_asked_for_is_kept() -> None:
    assert plotting.pictures([PICTURE], ["one"], width=3.4).get_size_inches()[0] == pytest.approx(3.4)


def test_columns_break_into_rows() -> None:
    extents = [
        image.get_extent() for image in plotting.pictures([PICTURE] * 3, ["a", "b", "c"], columns=2).axes[0].images
    ]
    assert extents[0][3] == extents[1][3] < extents[2][3]
    assert extents[0][0] == extents[2][0]


def test_the_target_ends_the_path_in_a_frame() -> None:
    figure = plotting.training_path([PICTURE] * 3, [0, 100, 10_000], target=PICTURE)
    assert texts(figure)[-1] == "target"
    assert {"step 0", "step 100", "step 10,000"} <= set(texts(figure))
    assert len(frames(figure, look.HIGHLIGHT)) == 1
    assert frames(plotting.training_path([PICTURE], [0]), look.HIGHLIGHT) == []


def test_the_errors_written_are_numpys() -> None:
    images = [PICTURE * 0.5, np.clip(PICTURE + 0.1, 0, 1)]
    written = texts(plotting.errors(PICTURE, images, ["half", "lighter"]))
    for image in images:
        assert f"MSE {np.mean((image - PICTURE) ** 2):.2e}" in written


def test_errors_share_one_scale_that_ends_at_the_largest() -> None:
    white, black = np.ones((8, 8, 3)), np.zeros((8, 8, 3))
    figure = plotting.errors(white, [black, white], ["black", "white"])
    _, _, worst, _, none, _ = pictures_in(figure)
    ends = [list(mpl.colormaps["magma_r"](end, bytes=True))[:3] for end in (1.0, 0.0)]
    assert [worst[0, 0].tolist(), none[0, 0].tolist()] == ends
    assert "1" in texts(figure)


def test_equal_pictures_have_no_error() -> None:
    assert "MSE 0.00e+00" in texts(plotting.errors(PICTURE, [PICTURE], ["same"]))


def test_sweeps_say_offset_and_value_under_each_picture() -> None:
    stack = np.stack([PICTURE] * 3)
    figure = plotting.sweep_rows([stack], ["mouth"], [[-2.0, -1.5, -1.0]], centre=1, offsets=[-0.5, 0, 0.5])
    assert texts(figure)[-3:] == ["w − 0.5 = −2", "w = −1.5", "w + 0.5 = −1"]
    assert texts(plotting.sweep_rows([stack], ["mouth"], [[-2.0, -1.5, -1.0]], centre=None))[-3:] == [
        "−2",
        "−1.5",
        "−1",
    ]


def test_the_unchanged_picture_of_each_sweep_is_framed() -> None:
    stacks = [np.stack([PICTURE] * 5)] * 3
    figure = plotting.sweep_rows(stacks, ["a", "b", "c"], centre=1)
    framed = frames(figure, look.HIGHLIGHT)
    seconds = [figure.axes[0].images[index].get_extent() for index in (1, 6, 11)]
    assert len(framed) == 3
    for box, extent in zip(framed, seconds, strict=True):
        assert box.get_x() < extent[0] < extent[1] < box.get_x() + box.get_width()
    assert frames(plotting.sweep_rows(stacks, ["a", "b", "c"], centre=None), look.HIGHLIGHT) == []


# --- verdicts ---


def test_verdicts_are_drawn_in_rows_and_what_does_not_fit_is_refused() -> None:
    verdicts = ("good", "other", "none")
    drawn = plotting.verdict_tiles({"1": ["good"], "2": ["other", "none"]}, verdicts=verdicts, across=1)
    texts = [text.get_text() for text in drawn.axes[0].texts]
    assert texts[:5] == ["1", "\N{CHECK MARK}", "2", "≠", "–"]
    assert texts[-1] == "none"
    wrong: list[tuple[Any, str]] = [
        ({}, "tiles must be"),
        ({"1": []}, r"tiles\['1'\] must be"),
        ({"1": ["bad"]}, "good"),
    ]
    for found, words in wrong:
        with pytest.raises(BadInput, match=words):
            plotting.verdict_tiles(found, verdicts=verdicts)
    with pytest.raises(BadInput, match="verdicts must be 3 texts"):
        plotting.verdict_tiles({"1": ["good"]}, verdicts=["good"])
