"""Studies compare at one error, keep every row, and exchange labels only within a subject."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import studies
from fer_utils.checks import BadInput
from fer_utils.studies import Arm, Made, Study, Subject, judging, making, matching, running, wired
from fer_utils.studies.__main__ import main
from fer_utils.studies.comparing import permuted_within

MARK = 3e-3


@pytest.fixture(scope="module")
def subject() -> Subject:
    return studies.subject_of("mushroom", MARK, size=16)


def table(**values: tuple[list[float], list[float]]) -> pd.DataFrame:
    """Rows of two arms, "base" and "other", with the given N by image."""
    rows = [
        {"image": image, "kind": kind, "seed": seed, "N": value, "P": value / 100, "status": "reached"}
        for image, pair in values.items()
        for kind, ones in zip(("base", "other"), pair, strict=True)
        for seed, value in enumerate(ones)
    ]
    return pd.DataFrame(rows)


# --- matching ---


@given(errors=st.lists(st.floats(1e-6, 1), min_size=1, max_size=20), mark=st.floats(1e-5, 1))
def test_a_path_is_measured_where_it_first_comes_to_the_mark(errors: list[float], mark: float) -> None:
    step, reached = studies.first_at(dict(enumerate(errors)), mark)
    assert reached == (min(errors) <= mark)
    if reached:
        assert errors[step] <= mark and all(error > mark for error in errors[:step])
    else:
        assert errors[step] == min(errors)


def test_errors_that_are_lost_are_never_the_least() -> None:
    assert studies.first_at({0: float("nan"), 1: 0.5, 2: float("inf")}, 0.1) == (1, False)


def test_the_error_is_that_of_the_exact_picture(subject: Subject) -> None:
    found = studies.path_errors({0: subject.network, 1: subject.network.with_weights({(0, 0, 0): 2.0})}, subject.target)
    assert found[0] == 0 < found[1]


@pytest.mark.parametrize("steps", [1, 30, 3000])
def test_steps_kept_rise_from_the_first_to_the_last(steps: int) -> None:
    kept = matching.steps_to_keep(steps)
    assert (kept[0], kept[-1]) == (0, steps) and list(kept) == sorted(set(kept))
    assert steps < 100 or max(np.diff(kept)) <= steps / 20


# --- making and running ---


def test_training_stops_at_the_mark_and_its_steps_are_those_of_fit(subject: Subject) -> None:
    from fer_utils import training

    made = making.trained(subject, 0, steps=300, until=0.05)
    errors = studies.path_errors(made.path, subject.target)
    assert [error <= 0.05 for error in errors.values()] == [False] * (len(errors) - 1) + [True]
    last = max(errors)
    recipe = making.short_recipe(steps=300, snapshots=(last,))
    run = training.fit(
        subject.target, subject.network.architecture, recipe, seeds=[0], store=False, threads=1, progress=False
    )[0]
    np.testing.assert_array_equal(run.snapshots[last].flat(), made.path[last].flat())
    assert made.recipe["schedule"] == "cosine" and made.recipe["steps"] == 300


def test_only_what_may_move_moves(subject: Subject) -> None:
    network, recipe = subject.network, making.short_recipe(steps=20)
    start = network.with_weights(dict.fromkeys(list(network.nonzero())[:5], 0.3))
    movable = network.flat() != 0
    made = wired.descended_on(subject.target, start, movable, recipe, seed=0, until=0.0)
    last = made.path[20].flat()
    np.testing.assert_array_equal(last[~movable], start.flat()[~movable].astype(np.float32))
    assert (last[movable] != start.flat()[movable].astype(np.float32)).mean() > 0.7  # colour is clipped, and held
    errors = studies.path_errors(made.path, subject.target)
    assert errors[20] < errors[0]
    shaken = wired.descended_on(subject.target, start, movable, recipe, seed=0, until=0.0, jitter=1.0)
    assert not np.array_equal(shaken.path[20].flat(), last)
    with pytest.raises(BadInput, match="movable must be a mask of"):
        wired.descended_on(subject.target, start, movable[:3], recipe, seed=0, until=0.0)


def test_pruning_leaves_as_many_weights_as_it_is_told(subject: Subject) -> None:
    dense = making.trained(subject, 0, steps=30, until=0.0).path[30]
    made = wired.pruned_to(subject.target, dense, 200, making.short_recipe(steps=5), until=0.0, rounds=3)
    assert {int(np.count_nonzero(one.flat())) for one in made.path.values()} == {200}
    assert max(made.path) == 15 and made.recipe["pruned_to"] == 200
    with pytest.raises(BadInput, match="keep must be a number from 1 to"):
        wired.pruned_to(subject.target, dense, 10**6, making.short_recipe(steps=5), until=0.0)


def test_ancestors_and_the_objective_start_where_they_say(subject: Subject) -> None:
    from fer_utils import garden, layerize
    from fer_utils.studies import search

    made = search.from_ancestor(subject, 0, back=2, steps=2)
    line, _ = garden.ancestors("mushroom")
    np.testing.assert_array_equal(made.path[0].flat(), layerize(line[-3]).flat())
    found = search.objective(subject, 0, generations=2)
    again = search.like_objective(subject, 0, generations=2, steps=3)
    assert list(found.path) == [2] and found.recipe["generations"] == 2 and 0 in again.path


def test_a_mixture_of_experts_reads_what_a_cppn_reads(subject: Subject) -> None:
    import torch

    from fer_utils import images
    from fer_utils.studies import experts

    grid = images.coordinates(8).reshape(4, -1)
    np.testing.assert_allclose(experts.with_distance(torch.tensor(grid[:2].T.copy())).numpy().T, grid, atol=1e-9)
    row = studies.row_of(Arm("m", "m", experts.mixture, {"experts": 2, "width": 3, "steps": 3}), subject, 0)
    assert row["status"] == "missed" and row["N"] > 0 and row["weights"] > 50


@pytest.mark.parametrize("name", studies.STUDIES)
def test_every_study_is_whole_and_says_beforehand_what_it_expects(name: str, repository: Path) -> None:
    study = studies.study_named(name)
    assert study.name == name and {"evolved", study.baseline} <= {arm.name for arm in study.arms}
    assert "## Analysis" in (repository / "published" / "studies" / name / "hypotheses.md").read_text(encoding="utf-8")
    table = studies.published_rows(name)
    assert set(table.kind) <= {arm.name for arm in study.arms} and set(table.image) <= set(study.marks)
    reached = table[table.status == "reached"]
    assert (reached.error <= reached.mark).all() and (table[table.status == "missed"].error > 0).all()
    assert not (table.status == "failed").any()


def test_a_row_says_all_that_was_measured(subject: Subject) -> None:
    row = studies.row_of(Arm("evolved", "evolved", making.evolved), subject, 0)
    assert (row["status"], row["step"]) == ("reached", 0) and row["error"] < 1e-20
    assert row["weights"] == np.count_nonzero(subject.network.flat())
    assert row["sparsity"] == pytest.approx(1 - row["weights"] / subject.network.architecture.weight_count)
    missed = studies.row_of(Arm("short", "SGD", making.trained, {"steps": 2}), subject, 0)
    assert missed["status"] == "missed" and missed["error"] == pytest.approx(missed["least_error"])


def test_what_goes_wrong_is_a_row_and_is_tried_again(tmp_path: Path) -> None:
    calls: list[int] = []

    def broken(subject: Subject, seed: int) -> Made:
        calls.append(seed)
        if len(calls) == 1:
            raise RuntimeError("no")
        return making.evolved(subject, seed)

    study = Study("toy", (Arm("a", "a", broken),), {"mushroom": MARK}, "a", seeds=2, size=16)
    first = studies.run_study(study, tmp_path)
    assert list(first.status) == ["failed", "reached"] and first.problem[0] == "RuntimeError: no"
    again = studies.run_study(study, tmp_path)
    assert list(again.status) == ["reached", "reached"] and calls == [0, 1, 0]
    studies.run_study(study, tmp_path)
    assert calls == [0, 1, 0]


def test_a_study_goes_on_from_its_table_alone(tmp_path: Path) -> None:
    study = Study("toy", (Arm("a", "a", making.evolved),), {"mushroom": MARK}, "a", seeds=1, size=16)
    first = studies.run_study(study, tmp_path / "one", table=tmp_path / "rows.csv")
    told: list[int] = []
    more = replace(study, seeds=3)
    again = studies.run_study(
        more, tmp_path / "two", table=tmp_path / "rows.csv", tell=lambda count, total, row: told.append(row["seed"])
    )
    assert told == [1, 2] and len(again) == 3
    pd.testing.assert_series_equal(again.iloc[0], first.iloc[0], check_names=False, rtol=1e-6)
    (tmp_path / "rows.csv").write_text('key\n"', encoding="utf-8")
    with pytest.raises(BadInput, match="study must be a table"):
        studies.run_study(more, tmp_path / "two", table=tmp_path / "rows.csv")


def test_a_key_changes_with_all_that_decides_a_row() -> None:
    arm = Arm("a", "a", making.trained, {"steps": 5})
    same = {"size": 16, "mark": MARK}
    keys = {
        arm.key("s", "mushroom", 0, **same),
        arm.key("s", "mushroom", 1, **same),
        arm.key("s", "tomato", 0, **same),
        arm.key("t", "mushroom", 0, **same),
        arm.key("s", "mushroom", 0, size=18, mark=MARK),
        arm.key("s", "mushroom", 0, size=16, mark=1.0),
        Arm("a", "a", making.trained, {"steps": 6}).key("s", "mushroom", 0, **same),
        Arm("a", "a", making.evolved, {"steps": 5}).key("s", "mushroom", 0, **same),
    }
    assert len(keys) == 8


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arms": (Arm("a", "a", making.evolved),) * 2}, "arms must be each of another name, got ['a']."),
        ({"baseline": "b"}, "baseline must be one of a, got 'b'."),
        ({"marks": {}}, "marks must name one subject or more, got none."),
        ({"marks": {"mushroom": 0}}, "mark of mushroom must be a finite number of more than 0, got 0"),
        ({"size": 15}, "size must be even, got 15."),
    ],
)
def test_a_study_that_cannot_be_is_refused(changes: dict[str, Any], sentence: str) -> None:
    plain: dict[str, Any] = {"arms": (Arm("a", "a", making.evolved),), "marks": {"mushroom": MARK}, "baseline": "a"}
    with pytest.raises(BadInput) as caught:
        Study("toy", **{**plain, **changes})
    assert sentence in str(caught.value)


def test_the_command_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["nothing"]) == 2
    assert "study must be one of" in capsys.readouterr().err
    assert main(["search_or_sparsity", "--only", "("]) == 2
    assert "--only must be a regular expression, got '('" in capsys.readouterr().err


def test_published_rows_are_checked(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="study must be a file that exists"):
        running.published_rows("none", tmp_path)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="study must be a table with the columns G, K, N"):
        running.published_rows("odd", tmp_path)


# --- comparing ---


def test_an_arm_that_is_always_lower_is_found_and_one_that_is_the_same_is_not() -> None:
    rng = np.random.default_rng(0)
    low = table(a=([20, 21, 22, 23, 24], [10, 11, 12, 13, 14]), b=([200, 210, 220, 230, 240], [90, 91, 92, 93, 94]))
    (one,) = studies.compare(low, "base", ["N"])
    assert one.delta == -1 and one.p_value < 0.01 and one.change == pytest.approx(np.log(0.5), abs=0.2)
    same = table(a=(list(rng.normal(9, 1, 5)), list(rng.normal(9, 1, 5))))
    assert studies.compare(same, "base", ["N"])[0].p_value > 0.05


def test_labels_are_exchanged_only_within_a_subject() -> None:
    """Between subjects the arms differ by nothing but which of them has more runs where values are large."""
    strata = [
        (np.array([1.0, 1.1, 0.9, 1.0]), np.array([1.0])),
        (np.array([9.0]), np.array([9.0, 9.1, 8.9, 9.0])),
    ]
    assert permuted_within(strata) > 0.5
    assert np.isnan(permuted_within([(np.array([1.0]), np.array([2.0]))]))


def test_p_values_of_a_table_are_corrected_for_all_of_it() -> None:
    found = studies.compare(table(a=([5, 6, 7, 8], [1, 2, 3, 4])), "base", ["N", "P"])
    assert all(one.corrected == pytest.approx(min(1, 2 * one.p_value)) for one in found)


def test_runs_that_missed_the_mark_are_not_compared_but_counted() -> None:
    rows = table(a=([5, 6, 7], [1, 2, 900]))
    rows.loc[rows.N == 900, "status"] = "missed"
    (one,) = studies.compare(rows, "base", ["N"])
    assert (one.reached, one.runs) == (2, 3) and one.delta == -1
    with pytest.raises(BadInput, match="baseline must be an arm with runs"):
        studies.compare(rows, "nobody")


def test_runs_that_all_but_came_to_the_mark_can_be_counted() -> None:
    rows = table(a=([1, 2], [3, 4])).assign(mark=0.02, error=[0.01, 0.024, 0.026, 0.02], status="missed")
    assert list(studies.near_mark(rows).status) == ["reached", "reached", "missed", "reached"]
    assert set(rows.status) == {"missed"}, "the table itself stays"
    with pytest.raises(BadInput, match="within must be"):
        studies.near_mark(rows, within=0.5)


def test_the_share_of_the_gap_is_taken_on_a_logarithmic_scale_for_modes() -> None:
    rows = pd.concat([table(a=([100], [10])), table(a=([], [1])).replace("other", "best")])
    assert studies.gap_closed(rows, "other", "N", worse="base", better="best") == pytest.approx(0.5)
    assert studies.gap_closed(rows, "other", "P", worse="base", better="best") == pytest.approx(90 / 99)
    assert np.isnan(studies.gap_closed(rows, "nobody", "N", worse="base", better="best"))


def test_where_there_is_no_gap_there_is_nothing_to_close() -> None:
    rows = pd.concat([table(a=([100], [10]), b=([10], [90])), table(a=([], [1]), b=([], [9])).replace("other", "best")])
    assert studies.gap_closed(rows, "other", "N", worse="base", better="best") == pytest.approx(0.5), "b has no gap"


def test_pairs_are_the_same_subject_and_seed_whether_or_not_they_came_to_the_mark() -> None:
    rows = table(a=([10, 20, 30], [5, 10, 15]), b=([8, 8], [4, 4]))
    rows.status = "missed"
    found = studies.paired(rows.sample(frac=1, random_state=0), "base", "other", "N")
    assert found.pairs == 5 and found.change == pytest.approx(0.5) and found.p_value == pytest.approx(2 / 32)
    assert studies.paired(rows, "base", "nobody", "N").pairs == 0


def test_panels_leave_out_what_missed_the_mark_but_name_its_arm() -> None:
    rows = table(a=([1, 2], [3, 4]))
    rows.loc[rows.kind == "other", "status"] = "missed"
    found = studies.panels(rows, "a", ["N"])
    assert list(found["N"]) == ["base", "other"] and len(found["N"]["other"]) == 0


# --- verdicts ---

SURE = {"P": 0.01, "G": 0.01, "N": 0.01}
UNSURE = {"P": 0.5, "G": 0.5, "N": 0.5}


@pytest.mark.parametrize(
    ("shares", "p_values", "word", "games"),
    [
        ({"P": 0.3, "G": 0.3, "N": 0.3}, SURE, "helps", ()),
        ({"P": 0.9, "G": 0.9, "N": 0.1}, SURE, "games", ("P", "G")),
        ({"P": -0.1, "G": 0.0, "N": 0.8}, SURE, "games", ("N",)),
        ({"P": 0.9, "G": 0.1, "N": 0.9}, SURE, "does nothing seen here", ()),
        ({"P": 0.1, "G": 0.1, "N": -0.3}, SURE, "hurts", ()),
        ({"P": 0.9, "G": 0.9, "N": 0.9}, UNSURE, "does nothing seen here", ()),
    ],
)
def test_the_verdict_follows_the_rule(shares: Any, p_values: Any, word: str, games: tuple[str, ...]) -> None:
    assert judging.judged(shares, p_values) == (word, games)


def league(parity: list[float]) -> pd.DataFrame:
    """Rows of the evolved arm, plain training, and an arm with the given P and all else as in plain training."""
    rows = [{"kind": "evolved", "seed": 0, "P": 0.0, "G": 0.0, "N": 4.0, "S": 2.0}]
    for seed in range(5):
        plain = {"seed": seed, "P": 0.5 + 0.01 * seed, "G": 0.3 + 0.01 * seed, "N": 20.0 + seed, "S": 3.0 + 0.1 * seed}
        rows += [{"kind": "base", **plain}, {"kind": "other", **plain, "P": parity[seed]}]
    return pd.DataFrame(rows).assign(image="a", status="reached")


def test_a_measure_that_is_gamed_is_named_and_weak_evidence_is_called_a_hint() -> None:
    (one,) = studies.verdicts(league([0.01, 0.02, 0.03, 0.04, 0.05]), baseline="base")
    assert (one.word, one.games, one.shares["N"]) == ("games", ("P",), pytest.approx(0))
    assert str(one) == "games P" and one.corrected["P"] < 0.05
    rows = pd.concat([league([0.01, 0.02, 0.03, 0.04, 0.05])] + [_renamed(name) for name in "cdefghij"])
    first = studies.verdicts(rows, baseline="base")[0]
    assert str(first) == "a hint: games P"
    rows.loc[(rows.kind == "other") & (rows.seed > 1), "status"] = "missed"
    assert studies.verdicts(rows, baseline="base")[0].word == "cannot be said"


def _renamed(name: str) -> pd.DataFrame:
    rows = league([0.5, 0.5, 0.5, 0.5, 0.5])
    return rows[rows.kind == "other"].assign(kind=name)


@pytest.mark.parametrize(
    ("p_value", "corrected", "marks"),
    [(0.01, 0.04, r"\*\*"), (0.01, 0.2, r"\*"), (0.05, 0.05, ""), (0.4, 1.0, ""), (float("nan"), float("nan"), "")],
)
def test_stars_say_what_stands_before_and_after_correction(p_value: float, corrected: float, marks: str) -> None:
    assert studies.stars(p_value, corrected) == marks


# --- what chapters say of a table ---


def test_a_tables_origin_counts_what_is_planned_and_what_is_missing() -> None:
    def nothing(*_: Any, **__: Any) -> Made:
        raise AssertionError

    arms = (Arm("base", "base", nothing), Arm("other", "other", nothing), Arm("once", "once", nothing, seeds=1))
    plan = Study("mine", arms, {"egg": 0.01}, "base", seeds=2, size=16)
    rows = table(egg=([1, 2], [3, 4])).assign(seconds=30.0)
    assert plan.row_count == 5 and plan.made(rows) == ["base", "other"] and plan.missing(rows) == ["once"]
    said = studies.origin(plan, rows, how="at most 9 steps")
    assert said.startswith("4 of 5 planned rows were read from `published/studies/mine`: 2 of 3 planned arms, on egg, ")
    assert "at most 9 steps, compared at a mean squared error of 0.01 (egg). They took 2 minutes" in said
    assert said.endswith("**Planned, but not made yet: 1 of its rows (once).**")
    whole = pd.concat([rows, rows[:1].assign(kind="once")])
    assert studies.origin(plan, whole).endswith("Nothing that was planned is missing.")
