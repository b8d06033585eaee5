"""The garden's sessions: all of them replayed, and what they promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_utils import evolution, garden, layerize, published, sweeps
from fer_utils.book.subjects import genome_file, subject
from fer_utils.checks import BadInput
from fer_utils.garden import bred
from fer_utils.garden.__main__ import main


@pytest.mark.parametrize("name", bred.sessions())
def test_a_garden_session_replays_to_the_same_hashes(name: str) -> None:
    session = evolution.load_session(bred.FOLDER / f"{name}.json")
    assert session.name == name
    assert session.published
    play = evolution.replay(session)  # refuses a picture whose hash is another
    assert len(play.generations) == len(session.steps) + 1
    for one in session.published:
        assert evolution.genome_hash(play.genome(one.picture)) == one.hash


@pytest.mark.parametrize("name", bred.sessions())
def test_every_choice_by_eye_has_its_reason(name: str) -> None:
    session = evolution.load_session(bred.FOLDER / f"{name}.json")
    assert all(step.why for step in session.steps)


def test_every_picture_by_eye_is_forty_generations_old_and_says_where_it_comes_from() -> None:
    for name, (session, picture) in bred.bred().items():
        genome = garden.load_genome(name)
        assert genome.name == name
        assert picture in genome.origin and genome.note
        if bred.play_session(session).session.chooser == "eye":
            assert genome.age is not None and genome.age >= 40


def test_every_picture_by_eye_has_forty_choices_by_eye_behind_it() -> None:
    for session, picture in bred.bred().values():
        play = bred.play_session(session)
        if play.session.chooser == "eye":
            assert len(play.lineage(picture)) > 40, picture


def test_dull_finds_of_programs_were_bred_on_by_eye() -> None:
    found = {name: bred.bred_on_from(name) for name in bred.bred()}
    pairs = {name: parent for name, parent in found.items() if parent}
    assert pairs == {
        "frog": "fields",
        "gnome": "plume",
        "kingfisher": "buoy",
        "planet": "tunnel",
        "teapot": "ribbons",
    }
    for name, parent in pairs.items():
        start = bred.play_session(bred.bred()[name][0]).genome("0.0").image(16)
        np.testing.assert_allclose(start, garden.load_genome(parent).image(16), atol=1e-12)
        own = len(bred.play_session(bred.bred()[name][0]).lineage(bred.bred()[name][1])) - 1
        assert garden.load_genome(name).age == own + (garden.load_genome(parent).age or 0)


def test_a_session_from_a_strange_genome_has_no_parent_in_the_garden(monkeypatch: pytest.MonkeyPatch) -> None:
    play = evolution.Play(evolution.Session("strange", 1, shown=2, start=garden.load_genome("mask")))
    monkeypatch.setattr(bred, "play_session", lambda name: play)
    with pytest.raises(BadInput, match=r"start must be a picture of the garden .* got 'mask'"):
        bred.bred_on_from("frog")


def test_a_bred_genome_draws_the_same_picture_in_layers() -> None:
    genome = garden.load_genome("tomato")
    np.testing.assert_allclose(layerize(genome).image(32), genome.image(32), atol=1e-9)


def test_some_pictures_are_symmetric_and_some_have_colour() -> None:
    found = {name: evolution.describe_pictures([garden.load_genome(name).image(64)])[0] for name in bred.bred()}
    assert sum(symmetry > 0.999 for symmetry, *_ in found.values()) >= 4
    assert sum(colour > 0.2 for _, _, colour, *_ in found.values()) >= 4


def test_the_garden_is_small() -> None:
    assert sum(path.stat().st_size for path in bred.FOLDER.iterdir()) < 1_000_000


def test_no_two_pictures_share_a_name() -> None:
    names = [
        one.name
        for session in bred.sessions()
        for one in evolution.load_session(bred.FOLDER / f"{session}.json").published
    ]
    assert sorted(names) == sorted(bred.bred())
    assert not set(names) & set(garden.embedded())


def test_strangers_are_refused() -> None:
    with pytest.raises(BadInput, match=r"genome must be one of .* \(did you mean 'mushroom'\?\), got 'mushrom'"):
        garden.load_genome("mushrom")
    with pytest.raises(BadInput, match=r"session must be one of .*tomato, got 'nobody'"):
        bred.play_session("nobody")


@pytest.mark.parametrize("name", bred.bred())
def test_a_bred_picture_is_a_subject_of_the_book_by_its_name(name: str) -> None:
    found = subject(name)
    assert (found.name, found.embedded, found.evolved) == (name, True, True)
    assert "a genome evolved for this book" in found.note
    assert genome_file(name).name == f"{bred.bred()[name][0]}.json"
    np.testing.assert_array_equal(found.genome.image(16), bred.load_bred(name).image(16))


def test_the_garden_has_pictures_by_eye_and_by_choosers() -> None:
    by = [bred.play_session(session).session.chooser for session, _ in bred.bred().values()]
    assert by.count("eye") >= 6
    assert len(by) - by.count("eye") >= 6
    assert set(by) <= {"eye", "random", "novelty", "map-elites", "curiosity", "objective"}


def test_the_command_replays_everything_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(bred.bred())
    assert all("the same: " in line for line in lines)


def test_the_command_goes_on_after_a_session_that_is_not_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, forged = (bred.FOLDER / f"{name}.json" for name in ("egg", "fish"))
    (tmp_path / "zz.json").write_bytes(good.read_bytes())
    (tmp_path / "aa.json").write_text(forged.read_text(encoding="utf-8").replace('"seed":3', '"seed":4'))
    assert main([], folder=tmp_path) == 1
    said = capsys.readouterr()
    assert "'fish' of session 'fish' must replay to the hash" in said.err
    assert said.out.startswith("egg")
    assert main(["now"]) == 2


def test_the_command_replays_a_garden_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "egg.json").write_bytes((bred.FOLDER / "egg.json").read_bytes())
    for folder in (tmp_path, tmp_path / "sessions"):
        assert main([str(folder)]) == 0
        assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["egg"]


def test_what_is_at_hand_is_known_without_loading_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FER_PICBREEDER_DIR", str(tmp_path))
    monkeypatch.setenv("FER_CACHE", str(tmp_path))
    assert garden.at_hand("mask") and garden.at_hand("egg")
    assert not garden.at_hand("nobody")


def test_ancestors_run_from_the_first_generation_to_the_picture() -> None:
    genomes, generations = garden.ancestors("egg")
    assert generations[0] <= 1 and generations == sorted(generations)
    np.testing.assert_array_equal(genomes[-1].image(16), bred.load_bred("egg").image(16))
    few, at = garden.ancestors("egg", count=4)
    assert len(few) == 4 and at[0] == generations[0] and at[-1] == generations[-1]
    with pytest.raises(BadInput, match="count must be a whole number of at least 2"):
        garden.ancestors("egg", count=1)


def test_the_books_defaults_are_bred_by_eye_and_are_found_by_those_who_publish() -> None:
    assert len(garden.DEFAULTS) == 3
    for name in garden.DEFAULTS:
        assert bred.play_session(bred.bred()[name][0]).session.chooser == "eye"
        assert published.genome_at_hand(name) == garden.load_genome(name)
    assert published.genome_at_hand("nobody") is None


@pytest.mark.parametrize("name", garden.DEFAULTS)
def test_weights_of_the_defaults_have_names_and_move_the_picture(name: str) -> None:
    network = layerize(garden.load_genome(name))
    named = sweeps.named(network)
    assert {network.connection_of[weight]: text for weight, text in named.items()} == garden.NAMED_SWEEPS[name]
    moved = dict(sweeps.rank(network, list(named)))
    assert min(moved.values()) > 1e-3
