"""Labelled sets, factors, spoiled data, classifiers, and the test of how well they learn noise: known answers."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import questions
from fer_utils.checks import BadInput
from fer_utils.questions import LabelledSet, Study, build, draw_factors, learn, randomization_test, spoil
from fer_utils.questions.factors import MEASURES
from fer_utils.questions.files import (
    CIFAR10,
    CIFAR10_PARTS,
    CIFAR10_RECORD,
    MNIST,
    cifar10,
    mnist,
    read_cifar10,
    read_idx,
)
from fer_utils.questions.learning import _shifted, accuracy


def easy(*, seed: int = 0, count: int = 60, noise: float = 0.1) -> LabelledSet:
    """Return a set that a straight line can tell apart: the sign of the first pixel is the label."""
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=2 * count)
    x = rng.normal(0, noise, (2 * count, 1, 4, 4))
    x[:, 0, 0, 0] += 2.0 * y - 1
    return LabelledSet("easy", x[:count], y[:count], x[count:], y[count:], classes=2)


# --- sets ---


def test_the_digits_are_sklearns_and_every_label_is_on_both_sides() -> None:
    data = questions.digits(seed=3)
    assert data.shape == (1, 8, 8)
    assert len(data.train_x) + len(data.test_x) == 1797
    assert 0 <= data.train_x.min() <= data.train_x.max() <= 1
    shares = [np.bincount(y, minlength=10) / len(y) for y in (data.train_y, data.test_y)]
    np.testing.assert_allclose(shares[0], shares[1], atol=0.005)


def test_mnist1d_is_the_same_for_a_seed_and_leaves_global_random_numbers_alone() -> None:
    np.random.seed(5)  # noqa: NPY002
    random.seed(5)
    expected = np.random.random(), random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    random.seed(5)
    one, other = questions.mnist1d(count=100, seed=1), questions.mnist1d(count=100, seed=1)
    assert (np.random.random(), random.random()) == expected  # noqa: NPY002
    np.testing.assert_array_equal(one.train_x, other.train_x)
    assert one.shape == (1, 40)
    assert (len(one.train_x), len(one.test_x)) == (80, 20)
    assert not np.array_equal(one.train_x, questions.mnist1d(count=100, seed=2).train_x)


def test_chance_is_the_share_of_the_most_frequent_label() -> None:
    x = np.zeros((4, 1, 3), dtype=np.float32)
    assert LabelledSet("", x, np.array([0, 1, 1, 1]), x, np.array([0, 0, 0, 1]), 2).chance == 0.75


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"train_x": np.zeros((60, 4))}, "train_x must be finite numbers of shape"),
        ({"train_x": np.full((60, 1, 4, 4), np.nan)}, "train_x must be finite"),
        ({"train_y": np.zeros(3, dtype=int)}, "train_y must be 60 whole numbers from 0 to 1"),
        ({"train_y": np.full(60, 2)}, "train_y must be 60 whole numbers from 0 to 1"),
        ({"train_y": np.zeros(60)}, "train_y must be"),
        ({"test_x": np.zeros((60, 1, 5, 4))}, r"test_x must be examples of shape \(1, 4, 4\)"),
        ({"classes": 1}, "classes must be"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        easy().variant(**change)


def test_the_first_examples_can_be_taken_but_not_more_than_there_are() -> None:
    assert len(easy().first(10).train_x) == 10
    with pytest.raises(BadInput, match="count must be"):
        easy().first(61)


# --- files of real sets ---


def idx(array: np.ndarray) -> bytes:
    """Write an array of bytes in the IDX format."""
    return struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def test_downloads_are_pinned_and_off_until_asked_for() -> None:
    for known in (MNIST, CIFAR10):
        assert all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in known.values())
    assert not set(questions.__all__) & {"mnist", "cifar10"}, "what a chapter uses needs no network"


def test_mnist_is_read_from_files_of_its_format(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    parts = [rng.integers(256, size=(5, 28, 28)), np.arange(5), rng.integers(256, size=(3, 28, 28)), np.arange(3)]
    for name, part in zip(MNIST, parts, strict=True):
        (tmp_path / name).write_bytes(gzip.compress(idx(part.astype(np.uint8))))
    data = mnist(tmp_path)
    np.testing.assert_allclose(data.train_x[:, 0], parts[0] / 255, atol=1e-7)
    np.testing.assert_array_equal(data.test_y, parts[3])


@settings(max_examples=30)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=3), st.integers(0, 99))
def test_any_array_of_bytes_survives_the_format(
    tmp_path_factory: pytest.TempPathFactory, shape: Any, seed: int
) -> None:
    array = np.random.default_rng(seed).integers(256, size=shape).astype(np.uint8)
    path = tmp_path_factory.mktemp("idx") / "a.gz"
    path.write_bytes(gzip.compress(idx(array)))
    np.testing.assert_array_equal(read_idx(path), array)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no gzip", "must be a gzipped IDX file"),
        (gzip.compress(b"\0\0\x08"), "must be an IDX file of bytes"),
        (gzip.compress(b"\0\0\x0d\x01\0\0\0\1abcd"), "must be an IDX file of bytes"),
        (gzip.compress(idx(np.zeros(3, dtype=np.uint8))[:-1]), "must hold 3 bytes, as its head states, got 2"),
        (gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12 + b"a"), "must hold 4294967295 × 4294967295 × 4294967295 bytes"),
        (gzip.compress(idx(np.zeros(3, dtype=np.uint8)))[:-9], "must be a gzipped IDX file"),
    ],
)
def test_a_broken_idx_file_is_named_with_what_is_wrong(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "bad.gz").write_bytes(content)
    with pytest.raises(BadInput, match=said) as caught:
        read_idx(tmp_path / "bad.gz")
    assert str(tmp_path / "bad.gz") in str(caught.value)


def archive(folder: Path, parts: dict[str, bytes]) -> Path:
    """Write parts into a compressed tar file, as CIFAR-10's authors do."""
    path = folder / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as out:
        for name, data in parts.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(data)
            out.addfile(member, io.BytesIO(data))
    return path


def records(labels: list[int], seed: int = 0) -> bytes:
    """Write records of a label and random pixels."""
    rng = np.random.default_rng(seed)
    return b"".join(bytes([one]) + rng.integers(256, size=3072).astype(np.uint8).tobytes() for one in labels)


def test_cifar10_is_read_from_an_archive_of_its_format(tmp_path: Path) -> None:
    parts = {name: records([number, 9 - number], number) for number, name in enumerate(CIFAR10_PARTS)}
    archive(tmp_path, {**parts, "readme.html": b"hello"})
    data = cifar10(tmp_path)
    assert data.shape == (3, 32, 32)
    assert data.train_y.tolist() == [0, 9, 1, 8, 2, 7, 3, 6, 4, 5]
    assert data.test_y.tolist() == [5, 4]
    raw = np.frombuffer(parts["test_batch.bin"], dtype=np.uint8)[1:CIFAR10_RECORD].reshape(3, 32, 32)
    np.testing.assert_allclose(data.test_x[0], raw / 255, atol=1e-7)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"test_batch.bin": None}, "six parts of CIFAR-10, but test_batch.bin is missing"),
        ({"data_batch_2.bin": b"abc"}, "data_batch_2.bin in .* must hold records of 3073 bytes, got 3 bytes"),
        ({"data_batch_3.bin": records([10])}, "largest label in data_batch_3.bin must be"),
    ],
)
def test_a_wrong_archive_is_named_with_what_is_wrong(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    parts = {name: records([1]) for name in CIFAR10_PARTS} | change
    path = archive(tmp_path, {name: data for name, data in parts.items() if data is not None})
    with pytest.raises(BadInput, match=said):
        read_cifar10(path)


def test_what_is_no_archive_or_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(b"nothing")
    with pytest.raises(BadInput, match="must be CIFAR-10's binary archive"):
        cifar10(tmp_path)
    with pytest.raises(BadInput, match="folder must hold train-images"):
        mnist(tmp_path)


# --- factors ---


def test_the_same_seed_draws_the_same_images_with_their_factors() -> None:
    one, other = draw_factors(20, seed=4), draw_factors(20, seed=4)
    np.testing.assert_array_equal(one.images, other.images)
    assert set(one.factors) == {"shape", "colour", "texture", "x", "y", "size", "background"}
    assert not np.array_equal(one.images, draw_factors(20, seed=5).images)


def test_a_colour_and_a_background_can_be_read_off_the_picture() -> None:
    drawn = draw_factors(200, seed=0, size=24)
    ink = drawn.images.max(axis=(2, 3)) - drawn.images.min(axis=(2, 3))
    brightest = drawn.images.max(axis=(2, 3)).argmax(axis=1)
    for number, channel in ((0, 0), (1, 1), (2, 2)):
        assert (brightest[drawn.factors["colour"] == number] == channel).mean() > 0.95
    assert (ink.max(axis=1) > 0.4).all(), "every figure is visible"
    corner = np.median(drawn.images[:, :, 0, :], axis=(1, 2))
    assert np.corrcoef(corner, np.asarray(drawn.factors["background"], dtype=float))[0, 1] > 0.9


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 1), st.integers(0, 50))
def test_tied_factors_agree_as_often_as_was_asked_for(strength: float, seed: int) -> None:
    drawn = draw_factors(3000, seed=seed, size=8, tied={("shape", "colour"): strength})
    agree = np.mean(drawn.factors["shape"] == drawn.factors["colour"])
    assert agree == pytest.approx(strength + (1 - strength) / 4, abs=0.045)
    free = np.mean(drawn.factors["shape"] == drawn.factors["texture"])
    assert free == pytest.approx(0.25, abs=0.045)


def test_a_chain_of_ties_is_followed_in_any_order() -> None:
    ties = {("colour", "texture"): 1.0, ("shape", "colour"): 1.0}
    drawn = draw_factors(50, seed=0, tied=ties)
    np.testing.assert_array_equal(drawn.factors["shape"], drawn.factors["texture"])


@settings(max_examples=10, deadline=None)
@given(st.floats(0, 1), st.integers(0, 50))
def test_the_correlation_of_two_measures_is_the_one_dialled(strength: float, seed: int) -> None:
    drawn = draw_factors(3000, seed=seed, size=8, tied={("x", "background"): strength})
    values = {name: np.asarray(drawn.factors[name], dtype=float) for name in ("x", "y", "background")}
    assert np.corrcoef(values["x"], values["background"])[0, 1] == pytest.approx(strength, abs=0.07)
    assert np.corrcoef(values["y"], values["background"])[0, 1] == pytest.approx(0, abs=0.07)
    low, high = MEASURES["background"]
    assert low <= values["background"].min() <= values["background"].max() <= high


def test_a_category_and_a_measure_follow_each_other_by_quarters_of_the_range() -> None:
    low, high = MEASURES["size"]
    led = draw_factors(400, seed=0, size=8, tied={("shape", "size"): 1.0})
    way = (np.asarray(led.factors["size"], dtype=float) - low) / (high - low)
    np.testing.assert_array_equal((4 * way).astype(int), led.factors["shape"])
    leads = draw_factors(400, seed=0, size=8, tied={("size", "shape"): 1.0, ("shape", "colour"): 1.0})
    way = (np.asarray(leads.factors["size"], dtype=float) - low) / (high - low)
    np.testing.assert_array_equal((4 * way).astype(int), leads.factors["shape"])
    np.testing.assert_array_equal(leads.factors["shape"], leads.factors["colour"])


def test_a_measure_keeps_within_the_range_it_is_given_and_the_picture_shows_it() -> None:
    drawn = draw_factors(200, seed=0, size=24, within={"x": (0.1, 0.5), "background": (0.0, 0.0)})
    assert 0.1 <= np.asarray(drawn.factors["x"]).min() <= np.asarray(drawn.factors["x"]).max() <= 0.5
    assert (np.asarray(drawn.factors["background"]) == 0).all()
    ink = drawn.images.max(axis=1)
    ink = np.where(ink > 0.2, ink, 0)
    axis = (np.arange(24) + 0.5) / 12 - 1
    for name, over in (("x", (ink.sum(1) @ axis)), ("y", (ink.sum(2) @ axis))):
        centre = over / ink.sum(axis=(1, 2))
        assert np.corrcoef(centre, np.asarray(drawn.factors[name], dtype=float))[0, 1] > 0.9
    covered = (ink > 0).mean(axis=(1, 2))
    discs = drawn.factors["shape"] == 0
    assert np.corrcoef(covered[discs], np.asarray(drawn.factors["size"], dtype=float)[discs] ** 2)[0, 1] > 0.95


@pytest.mark.parametrize(
    ("within", "said"),
    [
        ({"colour": (0, 1)}, "measure in within must be one of x, y, size, background"),
        ({"x": 1}, "must be a lowest and a highest value"),
        ({"x": (0.5, 0.1)}, "must be a lowest and a highest value"),
        ({"size": (0.0, 0.1)}, "a lowest and a highest value above 0"),
        ({"x": (0, 7)}, "an end of within"),
    ],
)
def test_ranges_that_make_no_sense_are_refused(within: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        draw_factors(4, seed=0, within=within)


@pytest.mark.parametrize(
    ("tied", "said"),
    [
        ({("shape", "shape"): 1.0}, "pairs of two different factors"),
        ({("shape", "weight"): 1.0}, "factor in tied must be one of shape, colour, texture, x, y, size, background"),
        ({("shape", "colour"): 1.5}, "strength in tied must be"),
        ({("shape", "colour"): 1.0, ("texture", "colour"): 1.0}, "at most one leader"),
        ({("shape", "colour"): 1.0, ("colour", "shape"): 1.0}, "must not run in a circle"),
    ],
)
def test_ties_that_make_no_sense_are_refused(tied: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        draw_factors(4, seed=0, tied=tied)


# --- spoiling ---


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 1), st.integers(0, 99))
def test_labels_are_drawn_anew_in_the_share_asked_for(share: float, seed: int) -> None:
    labels = np.zeros(4000, dtype=int)
    x = np.zeros((4000, 1, 1), dtype=np.float32)
    data = questions.corrupt_labels(LabelledSet("", x, labels, x, labels, 10), share, seed=seed)
    assert np.mean(data.train_y != 0) == pytest.approx(0.9 * share, abs=0.04)
    assert (data.test_y == 0).all()


def test_shuffled_pixels_are_in_one_order_and_random_pixels_in_many() -> None:
    x = np.arange(2 * 2 * 3 * 3, dtype=np.float32).reshape(2, 2, 3, 3)
    data = LabelledSet("", x, np.array([0, 1]), x, np.array([0, 1]), 2)
    one = questions.shuffle_pixels(data, seed=1)
    order = one.train_x[0, 0].ravel().astype(int)
    assert sorted(order) == list(range(9))
    for example in range(2):
        for channel in range(2):
            np.testing.assert_array_equal(one.test_x[example, channel].ravel(), x[example, channel].ravel()[order])
    many = questions.random_pixels(data, seed=1)
    assert sorted(many.train_x[1, 1].ravel()) == sorted(x[1, 1].ravel())
    np.testing.assert_array_equal(many.train_x[0, 1] - many.train_x[0, 0], np.full((3, 3), 9.0))
    assert not np.array_equal(many.train_x[1, 0] - 18, many.train_x[0, 0])


def test_noise_has_the_sets_own_mean_and_spread() -> None:
    data = questions.digits()
    noise = questions.noise_pixels(data, seed=0)
    assert noise.train_x.mean() == pytest.approx(data.train_x.mean(), abs=0.01)
    assert noise.train_x.std() == pytest.approx(data.train_x.std(), abs=0.01)


@pytest.mark.parametrize("way", questions.SPOILED)
def test_every_way_of_spoiling_keeps_shapes_and_repeats_itself(way: str) -> None:
    data = easy()
    one, other = spoil(data, way, seed=2), spoil(data, way, seed=2)
    np.testing.assert_array_equal(one.train_x, other.train_x)
    np.testing.assert_array_equal(one.train_y, other.train_y)
    assert one.shape == data.shape
    np.testing.assert_array_equal(one.test_y, data.test_y)


# --- models and learning ---


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


# --- the randomization test ---


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
