"""Kinds of network made comparable, bodies handed on, tables gone on with, and minima put in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from test_questions import easy
from torch import nn

from fer_utils import plotting, questions, storage
from fer_utils.checks import BadInput
from fer_utils.questions import Study, biases, bridging, matching, minima, probing, tables
from fer_utils.questions.insides import Fracture
from fer_utils.questions.models import stages

KINDS = ("mlp", "cnn", "attention")


# --- stages, frozen and transplanted ---


@pytest.mark.parametrize("kind", KINDS)
def test_the_stages_of_a_network_one_after_the_other_are_the_network(kind: str) -> None:
    data = easy()
    model = questions.build(kind, data, seed=0).eval()
    parts = stages(model)
    assert len(parts) == 3
    x = value = torch.from_numpy(data.test_x)
    for part in parts:
        value = part(value)
    np.testing.assert_allclose(value.detach(), model(x).detach(), atol=1e-5)
    with pytest.raises(BadInput, match="model must be a sequence of layers, or attention"):
        stages(nn.Linear(2, 2))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_frozen_stays_and_the_rest_learns(kind: str) -> None:
    data = easy()
    model = questions.build(kind, data, seed=0, width=8)
    matching.freeze(model, 1)
    before = [one.clone() for one in model.parameters()]
    still = [not one.requires_grad for one in model.parameters()]
    assert any(still) and not all(still)
    questions.learn(model, data, Study(epochs=2, weight_decay=0.1), seed=0)
    moved = [not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)]
    assert all(m != s for m, s in zip(moved, still, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_transplanted_body_says_what_the_donors_says(kind: str) -> None:
    data = easy()
    model, donor = (questions.build(kind, data, seed=seed, width=8) for seed in (0, 1))
    own = probing.layers(model, data.test_x)["layer 2"]
    matching.transplant(model, donor, 2)
    given, theirs = (probing.layers(one, data.test_x) for one in (model, donor))
    np.testing.assert_array_equal(given["layer 2"], theirs["layer 2"])
    assert not np.allclose(given["layer 2"], own)
    assert not np.allclose(given["answer"], theirs["answer"])
    trained = [one.requires_grad for one in model.parameters()]
    assert sum(trained) == 2  # the readout's weights and biases
    assert all(one.requires_grad for one in donor.parameters())
    with pytest.raises(BadInput, match="donor must be of the model's shape"):
        matching.transplant(model, questions.build(kind, data, seed=0, width=4), 1)
    with pytest.raises(BadInput, match="layers must be"):
        matching.freeze(model, 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["shapes", "digits", "MNIST-1D"])
def test_the_matched_width_is_the_nearest(kind: str, name: str) -> None:
    data = biases.set_of(name, 10, 0)
    width, step = matching.matched_width(kind, data, 20_000), 4 if kind == "attention" else 1
    sizes = {
        at: matching.weights(questions.build(kind, data, seed=0, width=at))
        for at in (width - step, width, width + step)
    }
    assert min(sizes, key=lambda at: abs(sizes[at] - 20_000)) == width
    assert abs(sizes[width] - 20_000) < 5000
    with pytest.raises(BadInput, match="budget must be at least"):
        matching.matched_width(kind, data, 10)


def test_training_until_an_accuracy_stops_there() -> None:
    data = easy()
    done = questions.learn(questions.build("mlp", data, seed=0), data, Study(epochs=50, rate=1e-2, until=0.9), seed=0)
    assert done.epochs < 50
    assert done.test_accuracy[-1] >= 0.9 > done.test_accuracy[:-1].max()
    with pytest.raises(BadInput, match="until must be"):
        Study(until=1.5)


# --- the study ---


def test_texture_tells_all_where_it_is_tied_and_nothing_where_it_is_not() -> None:
    tied, free = biases.images(600, seed=0, tied=1.0), biases.images(600, seed=0)
    agree = [np.mean(np.asarray(one.factors["shape"]) == np.asarray(one.factors["texture"])) for one in (tied, free)]
    assert agree[0] == 1
    assert agree[1] == pytest.approx(0.25, abs=0.07)
    moved = biases.images(600, seed=0, right=2)
    np.testing.assert_allclose(np.asarray(moved.factors["x"]) - np.asarray(free.factors["x"]), 0.25, atol=1e-9)


def test_a_shift_moves_digits_onto_empty_pixels_and_turns_signals_round() -> None:
    data = biases.set_of("digits", 20, 0)
    turned, labels = biases.moved("digits", data, 2, 0)
    np.testing.assert_array_equal(turned[..., 2:], data.test_x[..., :-2])
    assert (turned[..., :2] == 0).all()
    np.testing.assert_array_equal(labels, data.test_y)
    signals = biases.set_of("MNIST-1D", 20, 0)
    np.testing.assert_array_equal(biases.moved("MNIST-1D", signals, 3, 0)[0][..., 3:], signals.test_x[..., :-3])


def test_a_row_of_efficiency_says_the_same_again_and_a_random_body_stays_random() -> None:
    one, other = (biases.efficiency_row("digits", "mlp", "learnt", 100, 0, steps=40) for _ in range(2))
    assert one == other
    assert one["train"] > 0.5
    random = biases.efficiency_row("digits", "mlp", "random", 100, 0, steps=40)
    assert random["shift 0"] < one["shift 0"]


def test_a_readout_follows_what_the_body_under_it_had_learnt() -> None:
    row = biases.preference_row("attention", "body that learnt texture", 0, steps=150)
    assert row["by texture"] > 0.6 > 0.2 > row["by shape"]
    with pytest.raises(BadInput, match="condition must be one of"):
        biases.prepared("mlp", "body", 0)


# --- tables ---


def test_a_table_that_was_stopped_goes_on_and_keeps_its_rows(tmp_path: Path) -> None:
    path, done = tmp_path / "table.csv", []

    def work(kind: str, seed: int) -> dict[str, Any]:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append((kind, seed))
        return {"value": seed + 0.5}

    jobs = [(kind, seed) for kind in "ab" for seed in (0, 1, 2)]
    with pytest.raises(KeyboardInterrupt):
        tables.fill(path, ("kind", "seed"), jobs, work)
    done.append(("", -1))  # so that it does not stop again
    found = tables.fill(path, ("kind", "seed"), jobs, work)
    assert [*zip(found.kind, found.seed, strict=True)] == jobs
    assert len(done) == len(jobs) + 1, "no row was made twice"
    np.testing.assert_array_equal(tables.by_seed(found, {}, "kind", "value"), [[0.5, 0.5], [1.5, 1.5], [2.5, 2.5]])
    assert list(tables.grouped(found, {}, "kind", "value")) == ["a", "b"]
    with pytest.raises(BadInput, match="where must be what some rows are"):
        tables.by_seed(found, {"kind": "c"}, "seed", "value")


def test_who_is_ahead_is_said_with_an_interval_of_paired_differences() -> None:
    first, second, gap = tables.ahead(
        {"low": np.array([1.0, 2, 3]), "high": np.array([3.0, 4, 5]), "least": np.zeros(3)}
    )
    assert (first, second, gap.median, gap.low, gap.high) == ("high", "low", 2, 2, 2)
    with pytest.raises(BadInput, match="groups must be at least two"):
        tables.ahead({"one": np.zeros(3)})


def test_the_published_tables_hold_rows_of_the_study_each_once() -> None:
    folder = Path(questions.__file__).parents[2] / "published" / "questions"
    for name, keys in (("preference", biases.PREFERENCE_KEYS), ("efficiency", biases.EFFICIENCY_KEYS)):
        table = storage.read_table("table", folder / f"{name}.csv", needed=keys)
        rows = [tuple(row) for row in table[list(keys)].to_numpy().tolist()]
        assert rows
        assert len(set(rows)) == len(rows)
        assert set(table.kind) <= set(biases.KINDS)
        shares = table.filter(regex=r"^(train|shift.*|agreeing|by .*)$").to_numpy()
        assert ((shares >= 0) & (shares <= 1)).all()


# --- side by side ---


def test_groups_are_compared_under_every_measure_with_corrected_p_values() -> None:
    found = {
        "low": [Fracture(P=0.1 + 0.01 * n, G=0.5, N=10.0 + n, K=3) for n in range(5)],
        "high": [Fracture(P=0.8 + 0.01 * n, G=0.5, N=10.0 + n, K=3) for n in range(5)],
    }
    panels = bridging.panels(found)
    assert list(panels) == ["P", "G", "N"]
    said = bridging.differences(panels, "low", "high")
    assert said["P"].p_value == pytest.approx(3 * 2 / 252)
    assert said["N"].p_value == 1
    assert bridging.spelled(said).startswith("P 0.12 against 0.82 (p = 0.024), G 0.50 against 0.50")
    plotting.dot_groups(panels)


def test_groups_of_models_are_measured_seed_by_seed() -> None:
    data = easy()
    models = {"untrained": [questions.build("mlp", data, seed=seed, width=4) for seed in (0, 1)]}
    found = bridging.measured(models, data.test_x[:20])
    assert len(found["untrained"]) == 2
    assert found["untrained"][0].N >= 1


# --- minima ---


def test_only_an_interval_without_zero_is_a_verdict() -> None:
    assert minima.verdict(np.array([0.8, 0.9, 0.7, 0.9, 0.8])) == "sharper goes with **more** errors"
    assert minima.verdict(-np.array([0.8, 0.9, 0.7, 0.9, 0.8])) == "sharper goes with **fewer** errors"
    assert minima.verdict(np.array([0.8, -0.9, 0.1, 0.3, -0.2])) == "**no** sign either way"
    assert minima.verdict(np.array([np.nan])) == "cannot be said"
    assert minima.spelled(np.array([0.5, 0.5, np.nan])) == "+0.50 (+0.50 to +0.50)"


def test_verdicts_are_summed_up_by_who_says_what() -> None:
    assert minima.summed(dict.fromkeys(("top", "trace"), "x")) == "all four measures say the same, x"
    assert (
        minima.summed({"top": "x", "trace": "y", "adaptive": "x"})
        == "x by top eigenvalue, adaptive sharpness and y by trace"
    )


def test_restarts_share_their_labels_and_nothing_else() -> None:
    data = easy()
    found = minima.restarts(data, "mlp", [1.0], Study(epochs=1), seeds=[0, 1], drawn=3)[1.0]
    labels = torch.from_numpy(questions.corrupt_labels(data, 1.0, seed=3).train_y)
    for run in found:
        scores = run.model(torch.from_numpy(data.train_x))
        assert float(nn.functional.cross_entropy(scores, labels).detach()) == pytest.approx(run.loss[-1], abs=1e-5)
    assert found[0].loss[0] != found[1].loss[0]


def test_every_run_is_measured_on_the_labels_that_it_learnt() -> None:
    data = easy()
    found = questions.corruption_study(data, "mlp", [0.0, 1.0], Study(epochs=2), seeds=[0, 1])
    asked = []

    def learnt(share: float, seed: int) -> questions.LabelledSet:
        asked.append((share, seed))
        return questions.corrupt_labels(data, share, seed=seed)

    values = minima.minima(found, learnt, draws=2)
    assert asked == [(0.0, 0), (0.0, 1), (1.0, 0), (1.0, 1)]
    assert {name: [len(v) for v in rows.values()] for name, rows in values.items()} == {key: [2, 2] for key in values}
    errors = minima.unseen_errors(found)
    assert errors[0.0][1] == pytest.approx(1 - found[0.0][1].test_accuracy[-1])
    assert minima.correlations_within([(values, errors)])["top"].shape == (2,)


def test_rescaled_copies_answer_alike_and_their_landscapes_differ() -> None:
    data = easy()
    model = questions.build("mlp", data, seed=0, width=6)
    measured, changed = minima.rescaling_study([model], data, [0.25, 1.0, 4.0])
    assert changed < 1e-4
    assert measured["top"].shape == (1, 3)
    slices, answers = minima.landscapes(model, data.train_x[:8], data.train_y[:8], [0.25, 1.0], side=5)
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-5)
    assert not np.allclose(slices[0], slices[1], atol=1e-3)


# --- probes of measures, and heat ---


def test_a_measure_is_read_off_where_it_is_there_and_not_where_it_is_not() -> None:
    rng = np.random.default_rng(0)
    values = rng.random(600)
    there = values[:, None] @ rng.normal(size=(1, 30)) + 0.01 * rng.normal(size=(600, 30))
    assert probing.probe_measure(there, values, seed=0) > 0.99
    assert probing.probe_measure(rng.normal(size=(600, 30)), values, seed=0) < 0.1


def test_heat_is_dark_for_low_light_for_high_and_every_number_is_a_square() -> None:
    picture = plotting.heat_picture(np.array([[0.0, 1.0], [1.0, 2.0]]), low=0, high=1, side=10)
    assert picture.shape == (10, 10, 3)
    assert picture[0, 0].sum() < 0.1
    assert picture[9, 0].sum() > 2.5
    np.testing.assert_array_equal(picture[0, 9], picture[9, 9])  # above the highest is the highest
    with pytest.raises(BadInput, match="high must be"):
        plotting.heat_picture(np.zeros((2, 2)), low=1, high=1)
    with pytest.raises(BadInput, match="values must be finite"):
        plotting.heat_picture(np.full((2, 2), np.nan), low=0, high=1)


def test_the_table_of_a_study_can_be_read_by_pandas_alone(tmp_path: Path) -> None:
    tables.fill(tmp_path / "t.csv", ("seed",), [(0,)], lambda seed: {"value": 1 / 3})
    assert pd.read_csv(tmp_path / "t.csv").value[0] == pytest.approx(1 / 3, abs=1e-5)
