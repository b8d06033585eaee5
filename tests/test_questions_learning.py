"""Classifiers: they learn what can be learnt, and repeat themselves to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from labelled import easy

from fer_utils import questions
from fer_utils.checks import BadInput
from fer_utils.questions import LabelledSet, Study, build, learn, spoil
from fer_utils.questions.learning import _shifted, accuracy


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 16, 16), (1, 40), (2, 3), (1, 5, 7)])
@pytest.mark.parametrize("kind", questions.MODELS)
def test_every_kind_takes_one_or_two_axes_of_space(kind: str, shape: tuple[int, ...]) -> None:
    x = np.zeros((2, *shape), dtype=np.float32)
    model = build(kind, LabelledSet("", x, np.array([0, 1]), x, np.array([0, 1]), 3), seed=0)
    assert model(torch.randn(5, *shape)).shape == (5, 3)


@pytest.mark.parametrize("kind", questions.MODELS)
def test_building_and_learning_repeat_themselves_and_leave_torchs_random_numbers_alone(kind: str) -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    study = Study(epochs=2, shift=1)
    runs = [learn(build(kind, easy(), seed=1, dropout=0.2), easy(), study, seed=3) for _ in range(2)]
    assert torch.equal(torch.rand(3), expected)
    np.testing.assert_array_equal(runs[0].loss, runs[1].loss)
    other = learn(build(kind, easy(), seed=2, dropout=0.2), easy(), study, seed=3)
    assert not np.array_equal(runs[0].loss, other.loss)


def test_attention_cuts_an_image_into_the_patches_it_says() -> None:
    data = questions.digits().first(4)
    model = build("attention", data, seed=0)
    seen: list[torch.Tensor] = []
    model.embed.register_forward_hook(lambda module, given, out: seen.append(given[0]))  # type: ignore[union-attr]
    x = torch.arange(64.0).reshape(1, 1, 8, 8)
    model(x)
    assert seen[0][0, 1].tolist() == [2, 3, 10, 11]
    assert seen[0][0, 4].tolist() == [16, 17, 24, 25]


@pytest.mark.parametrize("kind", questions.MODELS)
def test_a_set_that_a_line_can_tell_apart_is_learnt_and_generalizes(kind: str) -> None:
    found = learn(build(kind, easy(), seed=0), easy(), Study(epochs=60, stop=True), seed=0)
    assert found.train_accuracy[-1] == 1
    assert found.test_accuracy[-1] > 0.95
    assert found.fitted_at == found.epochs
    assert accuracy(found.model, easy().test_x, easy().test_y) == found.test_accuracy[-1]


def test_random_labels_are_learnt_by_heart_and_tell_nothing_about_others() -> None:
    data = spoil(questions.digits().first(200), "random labels", seed=0)
    found = learn(build("mlp", data, seed=0), data, Study(epochs=300, stop=True), seed=0)
    assert found.train_accuracy[-1] == 1
    # 599 test examples at a tenth: four standard deviations either side
    assert found.test_accuracy[-1] == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / len(data.test_y)))


def test_looking_less_often_changes_nothing_but_the_test_curve_between_looks() -> None:
    data = questions.digits().first(100)
    often, rarely = (learn(build("mlp", data, seed=0), data, Study(epochs=7, look=look), seed=0) for look in (1, 3))
    np.testing.assert_array_equal(often.loss, rarely.loss)
    np.testing.assert_array_equal(often.test_accuracy[[0, 0, 0, 3, 3, 3, 6, 7]], rarely.test_accuracy)


def test_curves_of_several_seeds_are_laid_together_and_stay_where_they_stopped() -> None:
    runs = [learn(build("mlp", easy(), seed=s), easy(), Study(epochs=40, stop=True), seed=s) for s in range(3)]
    rows = questions.together(runs)
    assert rows.shape == (3, max(run.epochs for run in runs) + 1)
    assert (rows[:, -1] == 1).all()
    np.testing.assert_array_equal(questions.ends(runs), [run.test_accuracy[-1] for run in runs])
    assert questions.epochs_to_fit(runs).tolist() == [run.epochs for run in runs]
    with pytest.raises(BadInput, match="runs must hold at least one run"):
        questions.together([])


def test_studies_train_every_condition_with_every_seed() -> None:
    study, ways = Study(epochs=1), ("true labels", "noise")
    found = questions.spoiled_study(easy(), ["mlp"], ways, study, seeds=[0, 1])
    assert {pair: len(runs) for pair, runs in found.items()} == {("mlp", way): 2 for way in ways}
    by_share = questions.corruption_study(easy(), "mlp", [0.0, 1.0], study, seeds=[0])
    np.testing.assert_array_equal(by_share[0.0][0].loss, found["mlp", "true labels"][0].loss)
    assert by_share[1.0][0].loss[0] != by_share[0.0][0].loss[0]
    held = questions.remedies_study(easy(), "mlp", {"dropout": (0.5, study)}, ways, seeds=[0])
    assert list(held) == [("dropout", way) for way in ways]


def test_a_median_is_spelled_with_its_range() -> None:
    assert questions.spelled(np.array([0.5, 0.9, 0.7])) == "70 % (50 to 90)"
    assert questions.spelled(np.array([3.0, 10.0, 4.0]), percent=False) == "4 (3 to 10)"
    assert questions.spelled(np.array([1.0, 0.999])) == "100 %"


def test_weight_decay_and_shifts_change_what_is_learnt() -> None:
    data = questions.digits().first(100)
    ends = [
        learn(build("mlp", data, seed=0), data, study, seed=0).loss[-1]
        for study in (Study(epochs=5), Study(epochs=5, weight_decay=5.0), Study(epochs=5, shift=2))
    ]
    assert ends[0] < ends[1]
    assert ends[0] < ends[2]


def test_shifts_move_whole_examples_by_whole_pixels_and_fill_with_nothing() -> None:
    torch.manual_seed(0)
    x = torch.arange(1.0, 26).reshape(1, 1, 5, 5).expand(200, 1, 5, 5)
    moved = _shifted(x, 1)
    assert moved.shape == x.shape
    padded = torch.nn.functional.pad(x[:1], [1, 1, 1, 1])[0, 0]
    allowed = [padded[i : i + 5, j : j + 5] for i in range(3) for j in range(3)]
    counts = [sum(bool(torch.equal(one[0], option)) for one in moved) for option in allowed]
    assert sum(counts) == 200
    assert min(counts) > 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"epochs": 0}, "epochs must be"),
        ({"optimiser": "adan"}, "optimiser must be one of adam, sgd"),
        ({"rate": 0}, "rate must be"),
        ({"stop": 1}, "stop must be True or False"),
    ],
)
def test_a_study_that_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Study(**change)


def test_models_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadInput, match="kind must be one of mlp, cnn, attention"):
        build("cnnn", easy(), seed=0)
    with pytest.raises(BadInput, match="width must be a multiple of 4"):
        build("attention", easy(), seed=0, width=6)
    with pytest.raises(BadInput, match="dropout must be"):
        build("mlp", easy(), seed=0, dropout=1.0)
