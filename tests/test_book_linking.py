"""Links between chapters: by number, and only where there is such a chapter."""

from __future__ import annotations

from pathlib import Path

from fer_utils.book import chapter_links, chapter_numbers


def test_links_are_written_to_chapters_that_are_there(tmp_path: Path) -> None:
    for name in ("04_look.py", "12_sweep.py", "notes.py"):
        (tmp_path / name).touch()
    assert chapter_numbers(tmp_path) == ["04", "12"]
    assert chapter_links(["04", "99", "12"], tmp_path) == "[4](04_look), [12](12_sweep)"
    assert chapter_links(["99"], tmp_path) == "–"
