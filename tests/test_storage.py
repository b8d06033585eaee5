"""Files that are whole or absent, hashes of content, arrays with a checksum, the store of runs."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fer_utils import storage
from fer_utils.checks import BadInput
from fer_utils.storage import Store

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NUMERIC = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]), hnp.array_shapes(min_dims=0, max_dims=3)
)


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# --- writing ---


def test_a_written_file_holds_the_bytes_and_leaves_no_neighbour(tmp_path: Path) -> None:
    path = storage.write_bytes(tmp_path / "deep" / "er" / "file.bin", b"abc")
    assert path.read_bytes() == b"abc"
    assert names_in(path.parent) == ["file.bin"]


def test_a_written_file_has_the_usual_permissions(tmp_path: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    assert storage.write_text(tmp_path / "file", "x").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_failed_write_keeps_the_old_file_names_the_path_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int, moment: str
) -> None:
    path = storage.write_text(tmp_path / "file.txt", "old")

    def fail(*_: object) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(*((os, "fsync", fail) if moment == "fsync" else (Path, "replace", fail)))
    with pytest.raises(BadInput, match=r"file\.txt cannot be written: .+\.$") as caught:
        storage.write_text(path, "new")
    assert "\n" not in str(caught.value)
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["file.txt"]


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        storage.write_text(tmp_path / "file.txt", "new")
    assert names_in(tmp_path) == []


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="it is a folder"):
        storage.write_text(tmp_path, "x")


def test_a_file_that_must_be_new_replaces_nothing_and_leaves_no_neighbour(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "a.json"
    storage.write_json(path, {"a": 1}, replace=False)
    with pytest.raises(BadInput, match=r"a\.json cannot be written: file exists"):
        storage.write_json(path, {"a": 2}, replace=False)
    assert storage.read_json(path) == {"a": 1}
    assert [one.name for one in path.parent.iterdir()] == ["a.json"]


def test_a_file_cannot_be_a_parent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="cannot be written"):
        storage.write_text(tmp_path / "file" / "child", "x")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="permission denied"):
        storage.write_text(tmp_path / "file", "x")


def test_a_writer_killed_at_any_moment_leaves_an_old_or_a_new_file(tmp_path: Path) -> None:
    path = storage.write_bytes(tmp_path / "file", b"0" * 200_000)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from fer_utils.storage import write_bytes\n"
        "print('go', flush=True)\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    write_bytes(sys.argv[2], str(n % 10).encode() * 200_000)\n"
    )
    root = str(Path(__file__).resolve().parent.parent)
    with subprocess.Popen([sys.executable, "-c", code, root, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.05)
        writer.kill()
    data = path.read_bytes()
    assert len(data) == 200_000
    assert len(set(data)) == 1


# --- JSON ---


@given(JSON)
def test_json_comes_back_as_it_was(value: object) -> None:
    assert json.loads(storage.canonical_json(value)) == value


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert storage.canonical_json({"b": 1, "a": [0.1, None]}) == '{"a":[0.1,null],"b":1}'


def test_numpy_numbers_are_plain_in_json(tmp_path: Path) -> None:
    path = storage.write_json(tmp_path / "a.json", {"n": np.int64(3), "x": np.float32(0.5), "row": np.arange(2)})
    assert storage.read_json(path) == {"n": 3, "x": 0.5, "row": [0, 1]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object()])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(BadInput, match="cannot be written as JSON"):
        storage.canonical_json({"value": value})


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": NaN}', b"\xff\xfe\x00", b"[" * 100_000])
def test_a_broken_json_file_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "broken.json").write_bytes(data)
    with pytest.raises(BadInput, match=r"preset must be a JSON file, but .*broken\.json is not"):
        storage.read_json(tmp_path / "broken.json", argument="preset")


def test_a_missing_json_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.json"):
        storage.read_json(tmp_path / "nowhere.json")


# --- hashes ---


def test_a_file_hash_is_sha256(tmp_path: Path) -> None:
    path = storage.write_bytes(tmp_path / "f", b"hello")
    assert storage.file_hash(path) == hashlib.sha256(b"hello").hexdigest()


def test_a_path_stands_for_its_content_and_a_text_for_itself(tmp_path: Path) -> None:
    a, b = storage.write_text(tmp_path / "a", "same"), storage.write_text(tmp_path / "b", "same")
    assert storage.content_hash(a) == storage.content_hash(b)
    assert storage.content_hash(str(a)) != storage.content_hash(str(b))


def test_different_parts_have_different_hashes() -> None:
    parts = [
        ("ab", "c"),
        ("a", "bc"),
        ("abc",),
        (b"abc",),
        (["abc"],),
        (1,),
        (1.0,),
        (True,),
        (np.zeros(4),),
        (np.zeros((2, 2)),),
        (np.zeros(4, np.float32),),
        (np.zeros(8, np.float32),),
        (),
    ]
    assert len({storage.content_hash(*part) for part in parts}) == len(parts)


@given(NUMERIC)
def test_the_hash_of_an_array_does_not_depend_on_its_layout(array: np.ndarray) -> None:
    swapped = array.astype(array.dtype.newbyteorder(">"))
    assert (
        storage.content_hash(array) == storage.content_hash(np.array(array, order="F")) == storage.content_hash(swapped)
    )


def test_a_hash_is_the_same_in_every_version() -> None:
    known = "e3c5767e540006bd086fb8de78901ccf5bf23315f7777d8ca4d3efdd508533ee"
    assert storage.content_hash("text", b"bytes", np.arange(3.0), {"a": [1, 2.5]}) == known


def test_an_array_of_objects_has_no_hash() -> None:
    with pytest.raises(BadInput, match="numeric arrays"):
        storage.content_hash(np.array([object()]))


# --- arrays ---


@given(
    arrays=st.dictionaries(st.text("abc.", min_size=1), NUMERIC, max_size=3), meta=st.dictionaries(st.text("ab"), JSON)
)
def test_arrays_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, arrays: dict, meta: dict) -> None:
    path = storage.save_arrays(tmp_path_factory.mktemp("arrays") / "a", arrays, meta)
    back, record = storage.load_arrays(path)
    assert record == meta
    assert list(back) == sorted(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_the_same_arrays_give_the_same_file(tmp_path: Path) -> None:
    arrays, meta = {"b": np.arange(4.0), "a": np.eye(2)}, {"z": 1, "a": [2]}
    hashes = {storage.file_hash(storage.save_arrays(tmp_path / "f", arrays, meta)) for _ in range(8)}
    assert len(hashes) == 1


def test_every_flipped_bit_and_every_cut_is_noticed(tmp_path: Path) -> None:
    whole = storage.save_arrays(tmp_path / "good", {"a": np.arange(3.0)}, {"k": 1}).read_bytes()
    flipped = [whole[:i] + bytes([byte ^ 1]) + whole[i + 1 :] for i, byte in enumerate(whole)]
    for data in [*flipped, *(whole[:cut] for cut in range(len(whole)))]:
        (tmp_path / "bad").write_bytes(data)
        with pytest.raises(BadInput, match="bad"):
            storage.load_arrays(tmp_path / "bad")


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([object()]), np.array([1j], dtype=np.complex128)])
def test_arrays_of_other_things_are_refused(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(BadInput, match="arrays must be"):
        storage.save_arrays(tmp_path / "a", {"a": array}, {})
    assert names_in(tmp_path) == []


# --- the store ---


def test_the_store_keeps_finds_lists_and_removes(tmp_path: Path) -> None:
    store, key = Store(tmp_path / "runs"), storage.content_hash("run")
    assert store.keys() == ()
    assert not store.has(key)
    store.save(key, "run", {"a": np.ones(2)}, {"seed": 1})
    assert store.has(key)
    assert store.has(key, "run")
    assert not store.has(key, "checkpoint-0")
    assert store.keys() == (key,)
    arrays, meta = store.load(key, "run")
    assert meta == {"seed": 1}
    np.testing.assert_array_equal(arrays["a"], np.ones(2))
    store.remove(key)
    assert store.keys() == ()
    store.remove(key)


def test_strays_of_killed_writers_are_tidied_away(tmp_path: Path) -> None:
    store, key = Store(tmp_path), "0123456789abcdef"
    path = store.save(key, "run", {}, {})
    (path.parent / ".run.safetensors.1-ab.tmp").write_bytes(b"half")
    store.discard_strays(key)
    assert names_in(path.parent) == ["run.safetensors"]


@pytest.mark.parametrize("key", ["", "..", "../../etc", "XYZ", "0123", "g" * 64, None, 3])
def test_a_key_that_is_no_hash_is_refused(tmp_path: Path, key: object) -> None:
    with pytest.raises(BadInput, match="key must be 8 to 64"):
        Store(tmp_path).remove(key)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a.b", None])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: object) -> None:
    with pytest.raises(BadInput, match="name must be letters"):
        Store(tmp_path).load("0123456789abcdef", name)  # type: ignore[arg-type]


def test_a_store_in_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="is a file"):
        Store(tmp_path / "file")


def test_the_default_store_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_STORE", str(tmp_path / "mine"))
    assert Store.default().folder == tmp_path / "mine"
    monkeypatch.delenv("FER_STORE")
    assert Store.default().folder.parts[-2:] == ("fer_utils", "runs")


# --- tables ---


def test_a_table_is_read_with_empty_texts_for_missing_ones(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("seed,problem,error\n1,,0.5\n2,lost,\n", encoding="utf-8")
    table = storage.read_table("rows", tmp_path / "rows.csv", needed=["seed"], texts=["problem", "recipe"])
    assert list(table.problem) == ["", "lost"] and list(table.seed) == [1, 2] and np.isnan(table.error.iloc[1])
    assert "recipe" not in table


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", r"rows\.csv: rows must be a table with the columns seed, got 'one of a, b'\."),
        ('seed\n"', r"rows\.csv: rows must be a table, but it cannot be read"),
        ("", r"rows\.csv: rows must be a table, but it cannot be read"),
        (b"seed\n\xff\xfe\n", r"rows\.csv: rows must be a table, but it cannot be read"),
        (None, r"rows must be a file that exists, got .*rows\.csv"),
    ],
)
def test_what_is_no_such_table_is_named(tmp_path: Path, text: str | bytes | None, said: str) -> None:
    if text is not None:
        (tmp_path / "rows.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput, match=said):
        storage.read_table("rows", tmp_path / "rows.csv", needed=["seed"])
