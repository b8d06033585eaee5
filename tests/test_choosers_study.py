"""The study of choosers: the same budget for each, records that replay, and tables that count right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fer_utils import evolution, garden, storage
from fer_utils.checks import BadInput
from fer_utils.evolution.choosers import SIZE
from fer_utils.populations import choosers, sheets
from fer_utils.populations.choosers import Condition, Study

SMALL = Study(75, (3,), ("egg",), every=2)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[choosers.Record]:
    return choosers.carry_out(SMALL, tmp_path_factory.mktemp("study"))


def test_every_chooser_has_the_same_budget_and_the_same_first_generation(records: list[choosers.Record]) -> None:
    assert [one["chooser"] for one in records] == list(choosers.KINDS)
    plays = [evolution.replay(evolution.Session.from_json(one["session"])) for one in records]
    assert {play.session.images_shown for play in plays} == {75}
    first = [[evolution.genome_hash(play.genome(f"0.{place}")) for place in range(15)] for play in plays]
    assert all(one == first[0] for one in first)


def test_coverage_sizes_and_errors_are_those_counted_by_hand(records: list[choosers.Record]) -> None:
    one = records[-1]
    play = evolution.replay(evolution.Session.from_json(one["session"]))
    pictures = np.concatenate([evolution.draw(generation, SIZE) for generation in play.generations[:-1]])
    columns = [list(evolution.DESCRIPTORS).index(name) for name in choosers.MEASURES]
    cells = np.minimum((evolution.describe_pictures(pictures)[:, columns] * choosers.CELLS).astype(int), 5)
    last = one["rows"][-1]
    assert last["covered"] == len({tuple(cell) for cell in cells})
    error = ((pictures - garden.load_genome("egg").image(SIZE)) ** 2).mean(axis=(1, 2, 3)).min()
    assert last["error_egg"] == pytest.approx(error, abs=1e-6)
    chosen = play.session.steps[-1].parents[0]
    assert last["links"] == len(play.cppn(chosen).links())
    assert last["depth"] == len(play.lineage(chosen)) - 1
    assert last["images"] == 15 * len(play.session.steps)


def test_a_study_goes_on_with_what_is_missing_and_refuses_another_ones_runs(tmp_path: Path) -> None:
    short = replace(SMALL, images_shown=30)
    said: list[str] = []
    choosers.carry_out(short, tmp_path, tell=said.append)
    assert len(said) == 5
    kept = tmp_path / "random-seed3.json"
    marked = {**storage.read_json(kept), "marked": True}
    storage.write_json(kept, marked)
    (tmp_path / "novelty-seed3.json").unlink()
    again = choosers.carry_out(short, tmp_path)
    assert again[0].get("marked"), "what is there is left alone"
    assert (tmp_path / "novelty-seed3.json").is_file()
    with pytest.raises(BadInput, match=r"random-seed3.json must be of this study \(75 images shown\)"):
        choosers.carry_out(SMALL, tmp_path)
    kept.write_text(json.dumps({"schema": "other"}))
    with pytest.raises(BadInput, match=r"random-seed3.json must be a chooser's run"):
        choosers.published_study(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("images_shown: 30", "plan must be a mapping with images_shown, seeds, targets and every"),
        ("{images_shown: 30, seeds: 3, targets: [egg], every: 1}", "seeds must be a list"),
        ("{images_shown: few, seeds: [3], targets: [egg], every: 1}", "images_shown must be a whole number"),
        ("images_shown: [", "must be a YAML file"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "plan.yml").write_text(text)
    with pytest.raises(BadInput, match=words):
        Study.load(tmp_path / "plan.yml")


def test_conditions_that_make_no_sense_are_refused() -> None:
    with pytest.raises(BadInput, match="target must be given for the chooser objective and for no other"):
        Condition("random", 1, "egg")
    with pytest.raises(BadInput, match="target must be given"):
        Condition("objective", 1)
    with pytest.raises(BadInput, match="chooser must be one of"):
        Condition("judge", 1)
    with pytest.raises(BadInput, match="images_shown must be at least 30"):
        choosers.run(Condition("random", 1), replace(SMALL, images_shown=20))
    with pytest.raises(BadInput, match="folder must be one with runs of choosers"):
        choosers.published_study(Path("nowhere"))


def test_variety_is_the_mean_over_pairs() -> None:
    pictures = np.stack([np.full((4, 4, 3), value) for value in (0.0, 0.5, 1.0)])
    assert choosers.variety(pictures) == pytest.approx((0.5 + 1.0 + 0.5) / 3)


def test_tables_hold_a_row_for_each_run_and_curves_a_row_for_each_chooser(records: list[choosers.Record]) -> None:
    ends = sheets.as_ends(records)
    assert list(ends.chooser) == list(choosers.KINDS)
    one = ends.iloc[0]
    assert one.gain == pytest.approx((one.links - one.first_links) / one.depth)
    shown, covered = sheets.along(records, "covered")
    assert shown == [15, 45, 60]
    assert set(covered) == set(choosers.KINDS)
    assert covered["random"].shape == (1, 3)
    assert len(sheets.as_rows(records)) == 3 * len(records)
    with pytest.raises(BadInput, match="column must be one of"):
        sheets.along(records, "beauty")
    cut = {**records[0], "rows": records[0]["rows"][:1]}
    with pytest.raises(BadInput, match="records must be of one study"):
        sheets.along([records[1], cut], "links")


def test_a_contact_sheet_shows_what_was_chosen_first_and_last(records: list[choosers.Record]) -> None:
    pictures, pages = sheets.sheet(records[1], count=2, size=16)
    assert pages == ["0", "3"]
    play = evolution.replay(evolution.Session.from_json(records[1]["session"]))
    wanted = evolution.draw([play.cppn(play.session.steps[place].parents[0]) for place in (0, -1)], 16)
    np.testing.assert_array_equal(pictures, wanted)


def test_what_aiming_found_is_compared_with_bred_and_trained_networks() -> None:
    ends = pd.DataFrame(
        {"chooser": ["objective", "objective", "random"], "target": ["egg", "egg", ""], "seed": [0, 1, 0]}
        | {"P": [0.1, 0.5, 0.9], "N": [9.0, 4.0, 1.0]}
    )
    population = pd.DataFrame(
        {"image": ["egg"] * 3, "kind": ["genome", "evolved architecture", "relu"], "P": [0.0, 0.6, 9], "N": [3, 12, 9]}
    )
    assert list(sheets.beside_population(ends, population, "P").nearer_to_bred) == [True, False]
    # By their ratio: 9 is nearer to 12 than to 3, 4 is nearer to 3.
    assert list(sheets.beside_population(ends, population, "N").nearer_to_bred) == [False, True]


def test_the_published_study_is_whole_and_replays() -> None:
    plan = Study.load(choosers.FOLDER / "plan.yml")
    records = choosers.published_study()
    assert len(records) == len(list(plan.conditions()))
    assert {one["images_shown"] for one in records} == {plan.images_shown}
    one = records[-1]
    play = evolution.replay(evolution.Session.from_json(one["session"]))
    assert len(play.cppn(play.session.steps[-1].parents[0]).links()) == one["rows"][-1]["links"]
