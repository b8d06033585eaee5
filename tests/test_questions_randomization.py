"""The test of how well a classifier learns noise: its p-values are what they say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from labelled import easy

from fer_utils import questions
from fer_utils.checks import BadInput
from fer_utils.questions import Study, randomization_test


class Constant:
    """A classifier that has learnt nothing but which label is frequent."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:
        self.answer = np.bincount(y).argmax()

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.full(len(x), self.answer)


def test_a_classifier_that_learns_the_truth_gets_the_smallest_p_value() -> None:
    from sklearn.tree import DecisionTreeClassifier

    found = randomization_test(lambda seed: DecisionTreeClassifier(random_state=seed), easy(), shuffles=19)
    assert found.p_value == pytest.approx(1 / 20)
    assert found.test_true > 0.95
    assert found.memorised == 1, "a tree learns any labels by heart"
    assert "p = 0.05" in str(found)


def test_labels_without_any_meaning_give_p_values_that_are_not_small_too_often() -> None:
    from sklearn.tree import DecisionTreeClassifier

    small = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        data = (rng.normal(size=(60, 5)), rng.integers(2, size=60))
        found = randomization_test(lambda s: DecisionTreeClassifier(random_state=s), data, shuffles=9, seed=seed)
        small += found.p_value <= 0.2
    assert small <= 16  # eight are expected; with probability .9985 no more than sixteen


def test_a_constant_answer_is_no_better_than_after_shuffling() -> None:
    found = randomization_test(lambda seed: Constant(), easy(), shuffles=5)
    assert found.p_value == 1
    assert found.test_true == pytest.approx(max(easy().chance, 1 - easy().chance), abs=0.35)


def test_a_torch_module_and_plain_arrays_are_taken_too() -> None:
    data = easy()
    x, y = np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_y, data.test_y])
    names = np.array(["cat", "dog"])[y]
    found = randomization_test(
        lambda seed: torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 2)),
        (x, names),
        shuffles=3,
        study=Study(epochs=40, rate=0.05),
    )
    assert found.test_true > 0.95
    assert found.p_value == 0.25


def test_what_is_no_classifier_or_no_data_is_refused() -> None:
    with pytest.raises(BadInput, match="model_factory must give a torch module or something with fit and predict"):
        randomization_test(lambda seed: 3, easy())
    with pytest.raises(BadInput, match="data must be a LabelledSet, or a pair"):
        randomization_test(lambda seed: Constant(), np.zeros(3))  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="data must be 3 examples"):
        randomization_test(lambda seed: Constant(), (np.zeros((4, 2)), np.zeros(3)))


def test_the_test_can_be_drawn() -> None:
    found = questions.RandomizationTest(1.0, 0.9, (1.0, 0.98), (0.1, 0.12), 0.1)
    drawn = found.plot()
    assert [axes.get_title(loc="left") for axes in drawn.axes] == ["labels learnt", "right on unseen examples"]
    assert [text.get_text() for text in drawn.axes[0].get_yticklabels()] == ["true labels", "shuffled labels"]


def test_answers_that_know_the_labels_differ_from_answers_dealt_out_and_guesses_do_not() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(10, size=300)
    known = np.where(rng.random(300) < 0.3, labels, rng.integers(10, size=300))
    assert questions.chance_p_value(known, labels, permutations=199) == pytest.approx(1 / 200)
    chances = [
        questions.chance_p_value(np.random.default_rng(seed).integers(10, size=300), labels, permutations=99)
        for seed in range(40)
    ]
    assert sum(one <= 0.2 for one in chances) <= 16  # eight are expected
    assert questions.chance_p_value(np.zeros(300, dtype=int), labels) == 1
    with pytest.raises(BadInput, match="answers must be 300 labels"):
        questions.chance_p_value(known[:5], labels)
