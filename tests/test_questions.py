"""Labelled sets, built in, drawn and read from files of their formats: known answers, and what is wrong is named."""

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
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled import easy

from fer_utils import questions
from fer_utils.checks import BadInput
from fer_utils.questions import LabelledSet
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


def squeezed(data: bytes) -> bytes:
    """Compress without the time of day, since what is squeezed here names a test."""
    return gzip.compress(data, mtime=0)


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
        (squeezed(b"\0\0\x08"), "must be an IDX file of bytes"),
        (squeezed(b"\0\0\x0d\x01\0\0\0\1abcd"), "must be an IDX file of bytes"),
        (squeezed(idx(np.zeros(3, dtype=np.uint8))[:-1]), "must hold 3 bytes, as its head states, got 2"),
        (squeezed(b"\0\0\x08\x03" + b"\xff" * 12 + b"a"), "must hold 4294967295 × 4294967295 × 4294967295 bytes"),
        (squeezed(idx(np.zeros(3, dtype=np.uint8)))[:-9], "must be a gzipped IDX file"),
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
