"""The sentences that refuse bad input, and what passes."""

from __future__ import annotations

import math
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fer_utils.checks import BadInput, bad, existing_file, one_of, real, shorten, whole


def test_bad_input_is_a_value_error() -> None:
    assert issubclass(BadInput, ValueError)


def test_the_sentence_names_argument_expectation_and_value() -> None:
    assert str(bad("steps", "a whole number", 1.5)) == "steps must be a whole number, got 1.5."


def test_the_sentence_begins_with_the_path_where_there_is_one() -> None:
    assert str(bad("age", "at least 0", -1, path=Path("a/b.json"))) == "a/b.json: age must be at least 0, got -1."


@given(st.text() | st.binary() | st.lists(st.text()))
def test_a_shown_value_is_one_short_line(value: object) -> None:
    shown = shorten(value)
    assert len(shown) <= 80 and len(shown.splitlines()) == 1


def test_an_array_is_shown_by_its_shape_and_kind() -> None:
    assert shorten(np.zeros((3, 4))) == "an array of shape (3, 4) and dtype float64"
    assert shorten(torch.zeros(2, dtype=torch.int64)) == "an array of shape (2,) and dtype torch.int64"
    assert shorten(np.float64(2.5)) == "np.float64(2.5)"


# --- whole numbers ---

TENSORS = [torch.tensor(1.5), torch.tensor([1, 2])]


@given(st.integers())
def test_every_whole_number_passes_unchanged(number: int) -> None:
    assert whole("n", number) == number


@pytest.mark.parametrize("value", [np.int64(7), np.uint8(7), np.array(7), torch.tensor(7)])
def test_whole_numbers_of_other_libraries_become_ints(value: object) -> None:
    assert type(whole("n", value)) is int and whole("n", value) == 7


@pytest.mark.parametrize(
    "value",
    [True, np.True_, 1.0, 1.5, "3", None, [1], Fraction(3), np.float64(3), np.array(1.5), np.array([1, 2]), *TENSORS],
    ids=repr,
)
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(BadInput, match=r"^n must be a whole number, got .*\.$"):
        whole("n", value)


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9))
def test_a_whole_number_passes_exactly_within_its_limits(number: int, least: int, most: int) -> None:
    if least <= number <= most:
        assert whole("n", number, least=least, most=most) == number
    else:
        expected = f"^n must be a whole number of at least {least} and at most {most}, got {number}\\.$"
        with pytest.raises(BadInput, match=expected):
            whole("n", number, least=least, most=most)


def test_limits_are_written_as_whole_numbers() -> None:
    with pytest.raises(BadInput, match="at most 64000000, got 64000001"):
        whole("pixels", 64_000_001, most=64_000_000)


# --- real numbers ---


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60) | st.fractions())
def test_every_finite_number_becomes_a_float(number: float) -> None:
    assert type(real("r", number)) is float and real("r", number) == float(number)


@pytest.mark.parametrize("value", [np.float32(0.5), np.array(0.5), torch.tensor(0.5)])
def test_numbers_of_other_libraries_become_floats(value: object) -> None:
    assert type(real("r", value)) is float and real("r", value) == 0.5


@pytest.mark.parametrize(
    "value",
    [True, "3", b"3", None, [1.0], 1 + 2j, math.nan, math.inf, -math.inf, 10**400, np.array([1.0, 2.0]), torch.ones(2)],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    with pytest.raises(BadInput, match=r"^r must be a finite number, got .*\.$"):
        real("r", value)


@pytest.mark.parametrize(
    ("value", "limits", "words"),
    [
        (-0.1, {"least": 0}, "at least 0, got -0.1"),
        (0, {"above": 0}, "more than 0, got 0.0"),
        (1.5, {"least": 0, "most": 1}, "at least 0 and at most 1, got 1.5"),
        (3, {"above": 0, "most": 2.5}, "more than 0 and at most 2.5, got 3.0"),
    ],
)
def test_a_number_beyond_its_limits_is_told_them(value: float, limits: dict[str, float], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        real("r", value, **limits)
    assert words in str(refused.value)


def test_limits_themselves_pass_but_above_does_not() -> None:
    assert real("r", 0, least=0, most=0) == 0.0
    assert real("r", 5e-324, above=0) > 0


# --- choices ---


def test_a_known_choice_passes() -> None:
    assert one_of("fit", "pad", ("crop", "pad")) == "pad"


def test_an_unknown_choice_lists_the_known_and_suggests_the_closest() -> None:
    with pytest.raises(BadInput) as refused:
        one_of("activation", "gausian", ["sin", "gaussian"])
    said = "activation must be one of sin, gaussian (did you mean 'gaussian'?), got 'gausian'."
    assert str(refused.value) == said


@pytest.mark.parametrize("value", [None, 3, ["sin"], "", "SIN", "qqqqq"])
def test_whatever_is_not_a_choice_is_refused(value: object) -> None:
    with pytest.raises(BadInput, match="one of sin, cos"):
        one_of("activation", value, iter(["sin", "cos"]))


# --- files ---


def test_a_file_that_is_there_passes_as_text_and_as_path(tmp_path: Path) -> None:
    place = tmp_path / "a file, ünïcode.txt"
    place.write_text("")
    assert existing_file("f", place) == existing_file("f", str(place)) == place


def test_the_tilde_means_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "here").write_text("")
    assert existing_file("f", "~/here") == tmp_path / "here"


@pytest.mark.parametrize("value", [None, 3, b"x", ["x"]])
def test_what_is_no_path_is_refused(value: object) -> None:
    with pytest.raises(BadInput, match=r"^f must be a path to a file, got"):
        existing_file("f", value)


@pytest.mark.parametrize("value", ["~nobody-of-that-name/x", "a" * 5000, "a\0b", "", "none.zip", "none/at/all"])
def test_a_path_to_no_file_is_refused_in_one_short_sentence(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=r"^f must be a file") as refused:
        existing_file("f", value)
    assert len(str(refused.value)) < 300


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^f must be a file, got the folder "):
        existing_file("f", tmp_path)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
def test_a_link_to_nothing_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(BadInput, match="exists"):
        existing_file("f", tmp_path / "link")
