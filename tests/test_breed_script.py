"""Breeding from the command line: a sheet for each generation, a record that can be gone on with."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from PIL import Image

from fer_utils import evolution

SCRIPT = Path(__file__).parent.parent / "scripts" / "breed.py"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    spec = importlib.util.spec_from_file_location("breed", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SIZE", 16)
    monkeypatch.setattr(sys, "argv", ["breed.py", *words])
    return int(module.main())


def test_a_session_is_begun_bred_and_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "lamp.json"
    assert run(monkeypatch, str(record), "new", "--seed", "12") == 0
    assert run(monkeypatch, str(record), "choose", "1", "0.3", "--why", "an oval", "--strength", "0.5") == 0
    assert "generation 1, 30 images shown" in capsys.readouterr().out
    assert run(monkeypatch, str(record), "publish", "1.2", "lamp") == 0
    session = evolution.replay(evolution.load_session(record)).session
    assert session.steps == (evolution.Step(("0.1", "0.3"), "an oval", 0.5),)
    assert [(one.picture, one.name) for one in session.published] == [("1.2", "lamp")]
    with Image.open(record.with_suffix(".png")) as sheet:
        assert sheet.width > 5 * 16 and len(sheet.getcolors(100_000) or []) > 50


def test_a_choice_that_was_not_shown_changes_nothing_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "lamp.json"
    run(monkeypatch, str(record), "new", "--seed", "1", "--grey")
    before = record.read_bytes()
    assert run(monkeypatch, str(record), "choose", "15", "--why", "none") == 1
    assert "picture must be the name of a picture from 0.0 to 0.14, got '0.15'." in capsys.readouterr().err
    assert record.read_bytes() == before


def test_a_new_session_never_replaces_an_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "lamp.json"
    run(monkeypatch, str(record), "new", "--seed", "1")
    before = record.read_bytes()
    assert run(monkeypatch, str(record), "new", "--seed", "2") == 1
    assert "FILE must be a new one" in capsys.readouterr().err
    assert record.read_bytes() == before
