"""A garden of one's own: records and published genomes, never written over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_utils import evolution, garden, storage
from fer_utils.checks import BadInput
from fer_utils.garden.publishing import publish, record_path


def played(name: str = "evening") -> evolution.Play:
    play = evolution.Play(evolution.Session(name, 5, shown=3))
    play.choose(["0.1"], "round")
    return play


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_published_picture_can_be_loaded_and_its_record_replays(tmp_path: Path) -> None:
    play = played()
    path = publish(play, "1.2", " lamp ", "with a shade", folder=tmp_path)
    assert path == tmp_path / "lamp.json"
    genome = garden.load_genome(path)
    assert (genome.name, genome.note, genome.age) == ("lamp", "with a shade", 1)
    assert genome.origin == "Bred by eye: session 'evening', picture 1.2, 6 pictures shown."
    again = evolution.replay(evolution.load_session(record_path(tmp_path, "evening")))
    assert again.session == play.session
    assert evolution.genome_hash(genome) == again.session.published[0].hash
    np.testing.assert_array_equal(genome.image(16), again.genome("1.2").image(16))


def test_a_session_goes_on_after_publishing_and_publishes_again(tmp_path: Path) -> None:
    play = played()
    publish(play, "1.2", "lamp", folder=tmp_path)
    play.choose(["1.2", "0.0"], "back and across", strength=2.0)
    publish(play, "2.0", "moon", folder=tmp_path)
    session = evolution.load_session(record_path(tmp_path, "evening"))
    assert [one.name for one in session.published] == ["lamp", "moon"]
    assert set(files(tmp_path)) == {"lamp.json", "moon.json", "sessions/evening.json"}


@pytest.mark.parametrize("name", ["lamp", "mask", "tomato", "skull"])
def test_a_name_that_is_taken_is_refused_and_nothing_changes(tmp_path: Path, name: str) -> None:
    publish(played(), "1.0", "lamp", folder=tmp_path)
    before = files(tmp_path)
    for play in (played("another"), evolution.replay(evolution.load_session(record_path(tmp_path, "evening")))):
        session = play.session
        with pytest.raises(BadInput, match=f"name must be a new one, got '{name}'"):
            publish(play, "1.1", name, folder=tmp_path)
        assert play.session == session
    assert files(tmp_path) == before


@pytest.mark.parametrize("name", ["", "../lamp", ".hidden", "a/b", "x" * 41, "lamp\n;", 3])
def test_a_name_that_cannot_name_a_file_is_refused(tmp_path: Path, name: object) -> None:
    with pytest.raises(BadInput, match="name must be up to 40 letters"):
        publish(played(), "1.0", name, folder=tmp_path)  # type: ignore[arg-type]
    assert files(tmp_path) == {}


def test_a_record_that_cannot_be_written_takes_the_genome_back(tmp_path: Path) -> None:
    other = played()
    other.choose(["1.1"], "elsewhere")
    evolution.save_session(record_path(tmp_path, "evening"), other.session)
    play, before = played(), files(tmp_path)
    with pytest.raises(BadInput, match="must hold the beginning of session 'evening'"):
        publish(play, "1.0", "lamp", folder=tmp_path)
    assert files(tmp_path) == before
    assert play.session == played().session


def test_a_file_that_appears_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda self: False)  # as if it came between the look and the write
    storage.write_text(tmp_path / "lamp.json", "another's")
    with pytest.raises(BadInput, match=r"lamp\.json cannot be written: file exists"):
        publish(played(), "1.0", "lamp", folder=tmp_path)
    assert (tmp_path / "lamp.json").read_text() == "another's"
