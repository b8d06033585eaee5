"""Records of breeding: written, read, replayed to the bit, gone on with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_utils.checks import BadInput
from fer_utils.evolution import (
    Operators,
    Play,
    Session,
    from_genome,
    genome_hash,
    keep_session,
    load_session,
    replay,
    save_session,
    to_genome,
)
from fer_utils.garden import load_genome

PLAIN = Session("plain", 5, shown=4)


def played(session: Session = PLAIN, choices: tuple[tuple[str, ...], ...] = (("0.1",), ("1.3", "0.2"))) -> Play:
    play = Play(session)
    for parents in choices:
        play.choose(parents, f"because of {parents[0]}")
    return play


def hashes(play: Play) -> list[str]:
    return [genome_hash(to_genome(cppn, name="any")) for generation in play.generations for cppn in generation]


def test_a_session_gives_the_genome_it_has_always_given() -> None:
    play = Play(Session("x", 5))
    play.choose(["0.1"])
    play.choose(["1.3", "0.2"])
    play.choose(["2.4", "1.0"], strength=3.0)
    assert genome_hash(play.genome("3.7")) == "5f85477a9164297b00d8c5c3aa94897065fbe42b04c6412e0fc90f22a53a1dae"


def test_a_replay_gives_the_same_genomes(tmp_path: Path) -> None:
    play = played()
    play.publish("2.0", "lamp", "a note")
    path = save_session(tmp_path / "one.json", play.session)
    again = replay(load_session(path))
    assert again.session == play.session
    assert hashes(again) == hashes(play)


def test_a_session_gone_on_with_after_a_stop_is_the_session_without_the_stop(tmp_path: Path) -> None:
    whole = played(choices=(("0.1",), ("1.3", "0.2"), ("2.0",)))
    path = save_session(tmp_path / "stopped.json", played().session)
    resumed = replay(load_session(path))
    resumed.choose(["2.0"], "because of 2.0")
    assert hashes(resumed) == hashes(whole)
    assert resumed.session == whole.session


def test_going_back_to_an_ancestor_does_not_disturb_what_was_shown() -> None:
    straight = played()
    before = hashes(straight)
    straight.choose(["0.1"], "back to the first")
    assert hashes(straight)[: len(before)] == before
    assert straight.lineage("3.0") == ["0.1", "3.0"]
    assert straight.genome("3.0").age == 1
    assert played().lineage("2.2") == ["0.1", "1.3", "2.2"]


def test_seed_choice_and_strength_all_decide() -> None:
    first = hashes(played())
    assert hashes(played(replace(PLAIN, seed=6))) != first
    assert hashes(played(choices=(("0.1",), ("1.3", "0.3")))) != first
    bold, careful = Play(PLAIN), Play(PLAIN)
    bold.choose(["0.1"], strength=2.0)
    careful.choose(["0.1"], strength=0.1)
    assert hashes(bold)[4:] != hashes(careful)[4:]


def test_the_budget_is_counted_in_images_shown() -> None:
    assert PLAIN.images_shown == 4
    assert played().session.images_shown == 12


def test_a_session_may_start_from_a_genome() -> None:
    mask = load_genome("mask")
    session = Session("from the mask", 1, shown=3, start=mask)
    play = played(session, (("0.0",), ("1.2",)))
    np.testing.assert_allclose(play.genome("0.0").image(16), mask.image(16), atol=1e-12)
    assert len({*hashes(play)}) == 9
    assert hashes(replay(Session.from_json(json.loads(json.dumps(play.session.to_json()))))) == hashes(play)
    fresh = play.cppn("2.0").connections.values()
    assert len({gene.innovation for gene in fresh}) == len(fresh)
    assert len(from_genome(mask).nodes) <= len(play.cppn("2.0").nodes)


def test_a_picture_is_as_old_as_its_line_and_the_start_together() -> None:
    parent = played().genome("2.1")
    assert parent.age == 2
    play = played(Session("on from it", 1, shown=3, start=parent), (("0.1",), ("1.2",)))
    assert play.genome("2.0").age == 4


def test_publishing_twice_under_one_name_keeps_the_later_picture() -> None:
    play = played()
    play.publish("1.0", "lamp")
    genome = play.publish("2.1", "lamp")
    assert [one.picture for one in play.session.published] == ["2.1"]
    assert genome.name == "lamp" and genome.age == 2 and "by eye" in genome.origin


def test_a_replay_that_comes_out_otherwise_is_refused() -> None:
    play = played()
    play.publish("2.0", "lamp")
    (entry,) = play.session.published
    forged = replace(play.session, published=(replace(entry, hash="0" * 64),))
    with pytest.raises(BadInput, match=r"published picture 'lamp' of session 'plain' must replay to the hash 0000"):
        replay(forged)


def test_the_hash_is_of_what_decides_the_picture() -> None:
    genome = played().genome("2.0")
    assert genome_hash(replace(genome, name="other", note="x", age=99)) == genome_hash(genome)
    link = genome.connections[0]
    moved = genome.with_weights({link.id: float(np.nextafter(link.weight, 9))})
    assert genome_hash(moved) != genome_hash(genome)


@pytest.mark.parametrize("picture", ["3.0", "0.4", "1", "a.b", "-1.0", "", "1.²", 1.0])
def test_a_picture_that_was_not_shown_is_refused(picture: object) -> None:
    play = played()
    with pytest.raises(BadInput, match=r"picture must be the name of a picture from 0.0 to 2.3, got"):
        play.choose([picture])  # type: ignore[list-item]
    assert len(play.generations) == 3
    assert len(play.session.steps) == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"schema": "fer-session/9"}, 'session must be a JSON object with "schema": "fer-session/1"'),
        ({"seed": -1}, "seed must be a whole number of at least 0 and at most 4294967295, got -1"),
        ({"chooser": 3}, "session field 'chooser' must be a string, got 3"),
        ({"steps": "0.1"}, "session field 'steps' must be a list"),
        ({"steps": [["", 1.0, ""]]}, "step 0 must name one parent or more, got none"),
        ({"steps": [["5.1", 1.0, ""]]}, "picture must be the name of a picture from 0.0 to 0.3, got '5.1'"),
        ({"steps": [["0.1", 99, ""]]}, "strength of step 0 must be"),
        ({"steps": [["0.1", 1.0]]}, "step must be a list of"),
        ({"published": [["0.1", "x"]]}, "published picture must be a list of"),
        ({"operators": {"add_node": 1}}, "operators must be an object with the fields"),
    ],
)
def test_a_broken_record_is_refused_and_its_file_named(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(played().session.to_json() | change))
    with pytest.raises(BadInput) as refused:
        load_session(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert sentence in str(refused.value)


def test_a_record_without_a_field_is_refused() -> None:
    data = PLAIN.to_json()
    del data["operators"]
    with pytest.raises(BadInput, match="session must be an object with the field 'operators'"):
        Session.from_json(data)


def test_a_choice_without_parents_is_refused() -> None:
    with pytest.raises(BadInput, match="step 0 must name one parent or more"):
        Play(PLAIN).choose([])


def test_the_operators_are_part_of_the_record() -> None:
    session = replace(PLAIN, operators=Operators(add_node=0.9, colour=0.0))
    assert Session.from_json(session.to_json()).operators == session.operators


def test_a_record_is_kept_only_where_its_own_beginning_stands(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    whole = played()
    for count in range(len(whole.session.steps) + 1):
        keep_session(path, replace(whole.session, steps=whole.session.steps[:count]))
    whole.publish("2.0", "lamp")
    keep_session(path, whole.session)
    assert load_session(path) == whole.session
    for other in (PLAIN, replace(whole.session, seed=6), played(choices=(("0.2",), ("1.3",))).session):
        with pytest.raises(BadInput, match=r"one\.json must hold the beginning of session 'plain', got one that went"):
            keep_session(path, other)
    assert load_session(path) == whole.session
