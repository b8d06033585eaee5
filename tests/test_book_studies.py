"""Published studies: what is read, and how a race is summed up."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_utils import book, storage
from fer_utils.book import studies
from fer_utils.checks import BadInput


def run(*losses: float | None) -> dict[str, list]:
    return {"steps": list(range(len(losses))), "seconds": [2.0 * n for n in range(len(losses))], "loss": list(losses)}


def test_a_study_is_read_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "FOLDER", tmp_path)
    storage.write_json(tmp_path / "speed" / "a.json", {"x": 1})
    assert book.published("speed/a.json") == {"x": 1}
    with pytest.raises(BadInput, match=r"nothing\.json"):
        book.published("nothing.json")


def test_the_first_point_at_a_mark_counts() -> None:
    assert book.seconds_to(run(0.5, 0.1, 0.2, 0.05), 0.1) == 2.0
    assert book.seconds_to(run(0.5, None, 0.01), 0.1) == 4.0
    assert book.seconds_to(run(0.5), 0.1) is None


def test_a_race_has_medians_only_where_more_than_half_arrive() -> None:
    ones = [run(1, 0.1, 0.01), run(1, 0.5, 0.02), run(1, 0.6, 0.3)]
    (row,) = book.race({"a": ones}, [0.5, 0.1, 0.01])
    assert (row["runs"], row["steps"], row["loss"], row["loss_range"]) == (3, 2, 0.02, (0.01, 0.3))
    assert [row["reached"][mark]["median"] for mark in (0.5, 0.1, 0.01)] == [2.0, 4.0, None]
    assert [row["reached"][mark]["shown"] for mark in (0.5, 0.1, 0.01)] == ["2.0 s", "4.0 s", "1 of 3 runs"]


def test_who_does_not_arrive_counts_as_late() -> None:
    ones = [run(1, 0.1), run(1, 1, 0.1), run(1, 1, 1, 0.1), run(1), run(1)]
    (row,) = book.race({"a": ones}, [0.1])
    assert row["reached"][0.1]["median"] == 6.0  # the third of five, two of which never arrive


def test_the_published_speed_is_of_a_whole_run_and_of_five_seeds() -> None:
    measured = book.published("speed/benchmarks.json")
    assert not measured["quick"]
    assert {"steps", "floor", "memory", "scaling", "sweeps", "drawing", "startup"} <= set(measured["sections"])
    study = book.published("speed/recipes_skull.json")
    for name, runs in study["runs"].items():
        assert sorted(one["seed"] for one in runs) == [0, 1, 2, 3, 4], name
        assert all(len(one["steps"]) == len(one["seconds"]) == len(one["loss"]) for one in runs)
