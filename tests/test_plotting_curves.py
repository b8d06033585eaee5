"""Curves, bands, races, groups and ladders: values where they belong, labels that make room."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from drawings import HISTORY
from matplotlib.figure import Figure

from fer_utils import plotting
from fer_utils.checks import BadInput
from fer_utils.plotting import look

# --- groups and ladders ---


def test_the_ladder_of_p_values_rises_and_its_lines_are_those_of_the_corrections() -> None:
    (axes,) = plotting.p_ladder([0.5, 0.001, 0.03], nothing=[True, False, False]).axes
    by_itself, hochberg, holm, changed, nothing = (line.get_ydata() for line in axes.lines)
    np.testing.assert_allclose(by_itself, 0.05)
    np.testing.assert_allclose(hochberg, [0.05 / 3, 0.1 / 3, 0.05])
    np.testing.assert_allclose(holm, [0.05 / 3, 0.05 / 2, 0.05])
    np.testing.assert_allclose(changed, [0.001, 0.03])
    np.testing.assert_allclose(nothing, [0.5])
    with pytest.raises(BadInput, match="nothing must be 2 marks"):
        plotting.p_ladder([0.1, 0.2], nothing=[True])
    with pytest.raises(BadInput, match="p_values must be numbers in"):
        plotting.p_ladder([1.2])


def test_groups_must_be_the_same_in_every_panel() -> None:
    with pytest.raises(BadInput, match="of the groups evolved, twins"):
        plotting.dot_groups({"P": {"evolved": [1], "twins": [2]}, "G": {"twins": [1], "evolved": [2]}})
    with pytest.raises(BadInput, match="at least one measure"):
        plotting.dot_groups({})
    with pytest.raises(BadInput, match=r"maps\[0\] must be finite numbers"):
        plotting.signed_maps([np.full((2, 2), np.nan)], ["a"])


# --- curves ---


def test_each_history_is_a_curve_with_its_label_at_its_end() -> None:
    other = SimpleNamespace(steps=np.array([0, 50]), loss=np.array([0.5, 0.2]))
    axes = plotting.loss_curves([HISTORY, other], ["seed 0", "seed 1"]).axes[0]
    assert [line.get_ydata().tolist() for line in axes.lines] == [HISTORY.loss.tolist(), other.loss.tolist()]
    assert {text.get_text(): mpl.colors.to_hex(text.get_color()) for text in axes.texts} == {
        "seed 0": look.CYCLE[0],
        "seed 1": look.CYCLE[1],
    }
    assert axes.get_yscale() == "log"
    assert axes.get_xscale() == "symlog"


def test_marks_are_open_circles_in_the_order_of_their_steps() -> None:
    axes = plotting.loss_curves([HISTORY], ["seed 0"], marks={"seed 0": {10: 0.1, 0: 0.3}, "theirs": {5: 0.2}}).axes[0]
    own, theirs = axes.lines[1:]
    assert own.get_xdata().tolist() == [0, 10]
    assert own.get_marker() == "o"
    assert own.get_color() == axes.lines[0].get_color()
    assert mpl.colors.to_hex(own.get_markerfacecolor()) == "#ffffff"
    assert theirs.get_color() == look.GREY
    assert [text.get_text() for text in axes.texts].count("seed 0") == 1


def test_labels_that_end_together_make_room_for_each_other() -> None:
    figure = plotting.loss_curves([HISTORY] * 4, ["a", "b", "c", "d"])
    figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in figure.axes[0].texts), key=lambda box: box.y0)
    assert all(one.y1 <= two.y0 + 1 for one, two in pairwise(boxes))


def test_losses_that_are_no_numbers_are_left_out() -> None:
    history = SimpleNamespace(steps=np.arange(4), loss=np.array([0.3, np.inf, np.nan, 0.1]))
    assert plotting.loss_curves([history], ["diverged"], xlog=False).axes[0].lines[0].get_xdata().tolist() == [0, 3]


def test_a_curve_of_one_step_can_be_drawn() -> None:
    history = SimpleNamespace(steps=np.array([0]), loss=np.array([0.3]))
    assert isinstance(plotting.loss_curves([history], ["short"]), Figure)


# --- shares along the way ---


def test_share_curves_carry_their_labels_and_values() -> None:
    series = {"coarse": [1, 0.5, 0], "fine": [1, 1, 0.9]}
    figure = plotting.share_curves([0, 1, 10], series, xlabel="step", ylabel="left")
    (axes,) = figure.axes
    assert [list(line.get_ydata()) for line in axes.lines] == [[1, 0.5, 0], [1, 1, 0.9]]
    assert {"coarse", "fine"} <= {text.get_text() for text in axes.texts}
    assert axes.get_xlabel() == "step"


def test_bands_reach_from_the_least_seed_to_the_most_around_the_median() -> None:
    figure = plotting.seed_bands([0, 2], {"a": [[0, 1], [1, 3], [0.5, 9]]}, xlabel="x", ylabel="y", level=("chance", 2))
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [0.5, 3])
    edges = axes.collections[0].get_paths()[0].vertices
    assert {(0, 0), (0, 1), (2, 1), (2, 9)} <= {tuple(point) for point in edges}
    assert [text.get_text() for text in axes.texts] == ["chance", "a"]
    keyed = plotting.seed_bands([0, 2], {"a": [0, 1]}, xlabel="", ylabel="", level=("c", 2), legend="lower right")
    assert [text.get_text() for text in keyed.axes[0].get_legend().get_texts()] == ["a", "c"]


@pytest.mark.parametrize(
    ("across", "series", "said"),
    [
        ([0, 1], {}, "series must hold at least one curve"),
        ([1, 0], {"a": [1, 2]}, "across must be rising numbers"),
        ([0, 1], {"a": [1, 2, 3]}, "2 values for each seed"),
        ([0, 1], {"a": [[1, np.nan], [2, np.nan]]}, "a value of some seed at every place"),
    ],
)
def test_bands_refuse_what_they_cannot_draw(across: Any, series: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        plotting.seed_bands(across, series, xlabel="", ylabel="")


def test_share_curves_refuse_what_they_cannot_draw() -> None:
    with pytest.raises(BadInput, match="series must hold at least one curve"):
        plotting.share_curves([0], {}, xlabel="", ylabel="")
    with pytest.raises(BadInput, match="must be one value for each of the 2 steps, got '1 values'"):
        plotting.share_curves([0, 1], {"a": [1]}, xlabel="", ylabel="")


# --- races ---


def test_relatives_in_a_race_look_alike_and_the_first_stands_out() -> None:
    times, losses = [0, 1, 10], [1, 0.5, 0.1]
    names = ["the paper's", "Adam, quick", "SOAP, quick", "SOAP, slow"]
    (axes,) = plotting.race(dict.fromkeys(names, (times, losses)), xlabel="seconds").axes
    first, adam, quick, slow = axes.lines
    assert first.get_linewidth() > adam.get_linewidth()
    assert quick.get_color() == slow.get_color() != adam.get_color()
    assert quick.get_linestyle() == adam.get_linestyle()
    assert list(first.get_xdata()) == [1, 10]  # a logarithm has no place for the start
    assert axes.get_legend() is not None


def test_the_key_of_a_race_lists_the_lowest_last() -> None:
    curves = {"a": ([1, 2], [1, 0.1]), "b": ([1, 2], [1, 0.9]), "c": ([1, 2], [1, 0.5])}
    (axes,) = plotting.race(curves, xlabel="seconds").axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["b", "c", "a"]


def test_a_race_refuses_what_it_cannot_draw() -> None:
    with pytest.raises(BadInput, match="curves must hold at least one curve"):
        plotting.race({}, xlabel="")
    with pytest.raises(BadInput, match="must be as many times as losses"):
        plotting.race({"a": ([1, 2], [1])}, xlabel="")
