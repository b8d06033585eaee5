"""Shortcuts: a planted one is found, a balanced set shows none, and what is read off a layer is really there."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from test_questions import easy
from torch import nn

from fer_utils import questions
from fer_utils.checks import BadInput
from fer_utils.questions import Study, cues, probing, shortcuts
from fer_utils.questions.sets import LabelledSet


class ByColour(nn.Module):
    """Answers by the colour alone, by hand."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        high = (x.amax(dim=(2, 3)) > 0.6).float()  # red, green, blue, and yellow = red and green
        red, green, blue = high.T
        yellow = red * green
        return torch.stack([red - yellow, green - yellow, blue, 2 * yellow], dim=1)


def test_answers_by_colour_are_found_to_follow_the_colour() -> None:
    images = shortcuts.broken_images(0, count=300)
    shape, colour = (np.asarray(images.factors[name], dtype=np.int64) for name in ("shape", "colour"))
    found = shortcuts.followed(ByColour(), images.images, shape, colour)
    assert found.cue > 0.9
    assert found.label < 0.1
    assert found.label + found.cue + found.neither == pytest.approx(1)
    with pytest.raises(BadInput, match="cue must be to differ"):
        shortcuts.followed(ByColour(), images.images, shape, shape)


def test_a_planted_shortcut_is_taken_and_a_balanced_set_shows_none() -> None:
    study = Study(epochs=15, rate=3e-3, look=15)
    found = shortcuts.shortcut_study([0.0, 1.0], study, seeds=[0], examples=300)
    assert found[1.0][0].followed.cue > 0.9
    assert found[0.0][0].followed.cue < 0.2
    assert found[0.0][0].followed.label > 0.4
    rows = shortcuts.table_rows(found)
    assert [row[0] for row in rows] == ["0%", "100%"]
    np.testing.assert_allclose(shortcuts.shares(found, "cue"), [[one[0].followed.cue for one in found.values()]])


def test_the_test_images_are_the_same_for_every_strength_and_tell_nothing() -> None:
    one, other = shortcuts.broken_images(3), shortcuts.broken_images(3)
    np.testing.assert_array_equal(one.images, other.images)
    agree = np.mean(np.asarray(one.factors["shape"]) == np.asarray(one.factors["colour"]))
    assert agree == pytest.approx(0.25, abs=0.07)


# --- what is inside ---


def test_the_layers_of_a_network_are_what_its_parts_give() -> None:
    data = easy()
    model = questions.build("cnn", data, seed=0)
    made = probing.layers(model, data.test_x)
    assert list(made) == ["input", "layer 1", "layer 2", "answer"]
    x = torch.from_numpy(data.test_x)
    np.testing.assert_allclose(made["answer"], model.eval()(x).detach().numpy(), atol=1e-6)
    np.testing.assert_allclose(made["layer 1"], torch.relu(model[0](x)).flatten(1).detach().numpy(), atol=1e-6)  # type: ignore[index]
    with pytest.raises(BadInput, match="model must be a sequence of layers"):
        probing.layers(ByColour(), data.test_x)


def test_a_probe_reads_what_is_there_and_only_guesses_what_is_not() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(4, size=800)
    there = np.eye(4)[labels] @ rng.normal(size=(4, 300)) + 0.1 * rng.normal(size=(800, 300))
    assert probing.probe(there, labels, seed=0) > 0.99
    assert probing.probe(rng.normal(size=(800, 300)), labels, seed=0) == pytest.approx(0.25, abs=0.1)


def test_every_factor_is_read_off_every_layer() -> None:
    study = Study(epochs=1)
    ones = shortcuts.shortcut_study([1.0], study, seeds=[0], examples=60)[1.0]
    rows = shortcuts.probe_study(ones)
    before = shortcuts.probe_study(ones, trained=False)
    assert list(rows) == ["shape", "colour", "texture"]
    assert probing.readable(rows, "colour").shape == (1, 4)
    assert probing.readable(rows, "shape")[0, 0] == probing.readable(before, "shape")[0, 0]  # the input is the same
    assert probing.readable(rows, "colour")[0, 0] > 0.8


# --- remedies and cues ---


def test_exchanged_channels_keep_each_image_its_three_channels_in_some_order() -> None:
    images = shortcuts.tied_images(40, 1.0, seed=0)
    mixed = cues.exchange_channels(images, 0)
    np.testing.assert_array_equal(np.sort(mixed.images, axis=1), np.sort(images.images, axis=1))
    assert not np.array_equal(mixed.images, images.images)
    jittered = cues.jitter_colours(images, 0)
    assert jittered.images.shape == images.images.shape
    assert jittered.images.dtype == np.float32


def test_counterexamples_come_in_the_share_asked_for_and_break_the_tie() -> None:
    images = shortcuts.tied_images(1000, 1.0, seed=0)
    changed = cues.with_counterexamples(0.4)(images, 0)
    agree = np.mean(np.asarray(changed.factors["shape"]) == np.asarray(changed.factors["colour"]))
    assert agree == pytest.approx(0.6 + 0.4 / 4, abs=0.03)
    np.testing.assert_array_equal(changed.images[400:], images.images[400:])
    none = cues.with_counterexamples(0.0)(images, 0)
    np.testing.assert_array_equal(none.images, images.images)


def test_a_dose_of_a_remedy_changes_that_share_of_the_images_and_no_factor() -> None:
    images = shortcuts.tied_images(40, 1.0, seed=0)
    changed = cues.in_part(cues.jitter_colours, 0.25)(images, 0)
    same = (changed.images == images.images).all(axis=(1, 2, 3))
    assert not same[:10].any()
    assert same[10:].all()
    assert changed.factors == images.factors
    np.testing.assert_array_equal(cues.in_part(cues.jitter_colours, 0.0)(images, 0).images, images.images)


def test_the_lit_pixel_stands_for_the_label_as_often_as_asked_for() -> None:
    digits = questions.digits()
    for strength in (0.0, 0.7, 1.0):
        data, test_cue = cues.plant_cue(digits, strength, seed=1)
        lit = (data.train_x == 1) & (digits.train_x < 1)
        assert lit.sum(axis=(1, 2, 3)).max() == 1
        places = [tuple(np.argwhere(one)[0][1:]) if one.any() else None for one in lit]
        by_label: dict[int, list[object]] = {}
        for place, label in zip(places, data.train_y, strict=True):
            by_label.setdefault(int(label), []).append(place)
        most = np.mean([max(ones.count(p) for p in set(ones)) / len(ones) for ones in by_label.values()])
        assert most == pytest.approx(strength + (1 - strength) / 10, abs=0.08)
        assert np.mean(test_cue == data.test_y) == pytest.approx(0.1, abs=0.06)
    with pytest.raises(BadInput, match="data must be images with at least 10 pixels"):
        cues.plant_cue(questions.mnist1d(count=100), 1.0, seed=0)


def test_digits_with_an_untold_pixel_are_named_by_the_digit() -> None:
    found = shortcuts.digit_study([0.0], Study(epochs=30), seeds=[0], examples=300)[0.0][0]
    assert found.followed.label > 0.8
    assert found.followed.cue < 0.1


def test_words_for_factors_are_those_drawn() -> None:
    images = shortcuts.tied_images(5, 1.0, seed=0)
    words = [(shortcuts.name_of(images, n, "shape"), shortcuts.name_of(images, n, "colour")) for n in range(5)]
    pairs = dict(zip(questions.FACTORS["shape"], questions.FACTORS["colour"], strict=True))
    assert all(pairs[shape] == colour for shape, colour in words)
    assert isinstance(images.labelled("shape", images), LabelledSet)
