"""Networks for many images: a code is folded away, unseen images stay unseen, and measures have known answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_utils import images
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.cppn.network import forward
from fer_utils.studies import many
from fer_utils.studies.making import short_recipe
from fer_utils.studies.many import answering, arms, descending, running
from fer_utils.studies.many.__main__ import main
from fer_utils.training.fused import FusedEngine, obstacle
from fer_utils.training.problem import Problem
from fer_utils.training.recipe import Recipe

SMALL = Architecture.parse("2;gaussian:2,identity:1,sin:1")


@pytest.fixture(scope="module")
def family() -> many.Family:
    return many.family_named("mushroom")


def lesson(family: many.Family, count: int, seed: int = 0) -> tuple[many.Split, many.Lesson]:
    parts = many.split(family, count, seed)
    return parts, many.Lesson(parts.shown[None], family.images(parts.shown, 8)[None])


# --- families ---


def test_the_evolved_picture_is_one_of_its_family(family: many.Family) -> None:
    assert len(family.combinations) == 64 == len({tuple(code) for code in family.combinations})
    np.testing.assert_array_equal(family.at(np.ones(6)).image(16), family.network.image(16))
    for place in range(6):
        changed = family.at(1 - 2.0 * (np.arange(6) == place))
        assert (changed.flat() != family.network.flat()).sum() == 1


@pytest.mark.parametrize("name", many.FAMILIES)
def test_every_factor_can_be_seen(name: str) -> None:
    group = many.family_named(name)
    base = group.images([np.ones(6)], 32)[0]
    for place in range(6):
        changed = group.images([1 - 2.0 * (np.arange(6) == place)], 32)[0]
        assert np.sqrt(((changed - base) ** 2).mean()) > 0.05


@given(count=st.integers(1, 48), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_what_is_kept_back_is_never_shown(count: int, seed: int) -> None:
    group = many.family_named("mushroom")
    parts, more = many.split(group, count, seed), many.split(group, 48, seed)
    assert len(parts.shown) == count
    assert not {tuple(one) for one in parts.shown} & {tuple(one) for one in parts.unseen}
    np.testing.assert_array_equal(parts.unseen, more.unseen)
    np.testing.assert_array_equal(parts.shown, more.shown[:count])


def test_guesses_know_what_they_were_shown(family: many.Family) -> None:
    shown = np.array([np.ones(6), *(1 - 2 * row for row in np.eye(6)[:4])])
    known = many.baselines(family, shown, shown, 8)
    assert known["nearest"] == pytest.approx(0) and known["additive"] == pytest.approx(0, abs=1e-12)
    assert known["mean"] == pytest.approx(family.images(shown, 8).var(axis=0).mean())
    other = many.baselines(family, shown, np.array([-np.ones(6)]), 8)
    assert all(value > 0.01 for value in other.values())


# --- networks with a code ---


def test_under_a_code_a_network_is_an_ordinary_one() -> None:
    net = many.untrained(SMALL, 3, 0)
    code = np.array([0.5, -1.0, 2.0])
    points = images.coordinates(6).reshape(4, -1)
    longer = np.concatenate([points, np.repeat(code[:, None], points.shape[1], axis=1)])
    _, raw = forward(net.matrices(), SMALL, longer)
    np.testing.assert_allclose(net.at(code).outputs(6).reshape(3, -1), raw, atol=1e-12)
    assert net.values == 3 and many.untrained(SMALL, 2, 0).at([0, 0]).weights[1:] is not None
    for got, same in zip(many.untrained(SMALL, 5, 0).others, net.others, strict=True):
        np.testing.assert_array_equal(got, same)


def test_first_weights_have_the_variance_of_what_is_active() -> None:
    wide = Architecture.parse("1;sin:800")
    factors, hot = many.untrained(wide, 6, 0).first, many.untrained(wide, 32, 0, active=1).first
    assert factors.var() == pytest.approx(1 / 10, rel=0.1) and hot.var() == pytest.approx(1 / 5, rel=0.1)


def test_the_error_is_that_of_each_image(family: many.Family) -> None:
    codes = family.combinations[:3]
    pictures = family.images(codes, 8)
    assert many.drawing_error([family.at(code) for code in codes], pictures) == pytest.approx(0, abs=1e-20)
    turned = many.drawing_error([family.at(code) for code in codes[::-1]], pictures)
    assert turned == pytest.approx(((pictures[::-1] - pictures) ** 2).mean())


# --- training ---


def test_the_gradient_passes_through_the_code_as_autograd_has_it(family: many.Family) -> None:
    shape = family.network.architecture
    parts, task = lesson(family, 3)
    net = many.untrained(shape, 6, 1)
    flat = np.concatenate([one.ravel() for one in net.matrices()])[None].astype(np.float32)
    inputs, colours = descending._Board(task, 0, 96).drawn()
    folding = descending._Folding(shape, task.codes)
    made = folding.back(descending.torch_gradients(shape, folding.out(flat), inputs, colours))[0]
    matrices = [torch.tensor(one.astype(np.float32), requires_grad=True) for one in net.matrices()]
    codes = torch.tensor(parts.shown, dtype=torch.float32)[:, :, None].expand(-1, -1, inputs.shape[2])
    _, raw = forward(matrices, shape, torch.cat([torch.from_numpy(inputs), codes], dim=1))
    drawn = images.colour(raw.transpose(0, 1)).transpose(0, 1)
    (drawn - torch.from_numpy(colours)).square().mean().backward()
    wanted = np.concatenate([one.grad.numpy().ravel() for one in matrices])
    np.testing.assert_allclose(made, wanted, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.skipif(obstacle() is not None, reason="no C++ compiler")
def test_the_kernel_gives_each_network_the_gradient_of_its_own_pixels(family: many.Family) -> None:
    shape = family.network.architecture
    _, task = lesson(family, 4)
    weights = np.stack([many.untrained(shape, 1, seed).at([0.3]).flat() for seed in range(4)]).astype(np.float32)
    inputs, colours = descending._Board(task, 0, 200).drawn()
    engine = FusedEngine(Problem(shape, task.images[0, :1], Recipe(steps=1)), device="cpu", threads=1)
    losses, made = engine.gradients_on(weights, inputs, colours)
    wanted = descending.torch_gradients(shape, weights, inputs, colours)
    np.testing.assert_allclose(made, wanted, atol=2e-4 * np.abs(wanted).max())
    assert losses.shape == (4,) and len(set(losses)) == 4


def test_training_learns_repeats_itself_and_lets_weights_decay(family: many.Family) -> None:
    parts, task = lesson(family, 4)
    start = many.untrained(family.network.architecture, 6, 0)

    def ends(**options: Any) -> list[many.Conditioned]:
        walk = many.descend([start], task, short_recipe(steps=120), seed=0, stops=[0, 120], pixels=256, **options)
        return [nets[0] for _, nets in walk]

    begun, first = ends()
    _, again = ends()
    _, decayed = ends(decay=5.0)
    np.testing.assert_array_equal(first.first, again.first)
    errors = [many.drawing_error([one.at(code) for code in parts.shown], task.images[0]) for one in (begun, first)]
    assert errors[1] < 0.7 * errors[0]
    assert np.abs(decayed.others[1]).mean() < 0.8 * np.abs(first.others[1]).mean()


def test_a_lesson_that_does_not_fit_is_refused(family: many.Family) -> None:
    _, task = lesson(family, 2)
    with pytest.raises(BadInput, match="starts must be 1 networks with 6 code values"):
        next(many.descend([many.untrained(SMALL, 3, 0)], task, short_recipe(steps=1), seed=0, stops=[1]))
    with pytest.raises(BadInput, match="images must be"):
        many.Lesson(task.codes, task.images[:, :1])
    with pytest.raises(BadInput, match="code must be 6 values"):
        family.at([1.0])
    with pytest.raises(BadInput, match="code must be 3 values"):
        many.untrained(SMALL, 3, 0).at([1.0])
    with pytest.raises(BadInput, match="family must be one of"):
        many.family_named("pear")


# --- sharing ---


def two_units(first: list[list[float]]) -> many.Conditioned:
    """Return gauss(x + …), gauss(y + …) with two code values as given, both drawn as brightness."""
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0], *first])
    readout = np.array([[0.0, 0.0, 0.25], [0.0, 0.0, 0.2]])
    return many.Conditioned(Architecture.parse("1;gaussian:2"), rows, (readout,))


def test_a_factor_for_each_unit_is_full_alignment_and_a_mix_is_none() -> None:
    codes = np.array([[1.0, 1.0], [-1.0, 1.0]])
    apart = many.alignment(two_units([[0.6, 0.0], [0.0, 0.6]]).at, codes, size=16)
    mixed = many.alignment(two_units([[0.6, 0.6], [0.6, 0.6]]).at, codes[:1], size=16)
    assert (apart.alignment, apart.moved) == (pytest.approx(1), 0.5)
    assert (mixed.alignment, mixed.moved) == (pytest.approx(0, abs=1e-9), 1)


def test_what_all_images_have_is_reused_and_what_each_has_alone_is_not() -> None:
    net = two_units([[0.6, 0.0], [0.0, 0.6]])
    same = many.sharing([net.at([1, 1])] * 4, size=16)
    assert (same.used, same.reuse, same.distinct, same.each) == (1, 1, 2, 2)
    half = many.sharing([net.at([1, 1]), net.at([-1, 1])], size=16)
    assert half.distinct == 3 and half.reuse == pytest.approx(0.5)
    none = many.sharing([net.at([1, 1]), net.at([-1, -1])], size=16)
    assert none.distinct == 4 and none.reuse == pytest.approx(0)


def test_a_unit_is_used_where_the_picture_needs_it() -> None:
    net = two_units([[0.6, 0.0], [0.0, 0.6]])
    deaf = net.at([1, 1]).with_weights({(1, 1, 2): 0.0})
    found = many.sharing([net.at([1, 1]), deaf], size=16)
    assert found.units == ((0, 0), (0, 1)) and found.used == pytest.approx(0.75)
    with pytest.raises(BadInput, match="networks must be two or more, got 1"):
        many.sharing([deaf])


def test_copies_count_once(family: many.Family) -> None:
    networks = [family.at(code) for code in family.combinations[:2]]
    units = many.sharing(networks, size=16).units
    assert 4 <= len(units) < 30 < family.network.architecture.depth * family.network.architecture.width


@given(count=st.integers(1, 6))
@settings(max_examples=6, deadline=None)
def test_maps_that_differ_by_scale_and_sign_are_one(count: int) -> None:
    maps = np.random.default_rng(0).normal(size=(count, 400))
    assert many.count_distinct(np.concatenate([maps, -2 * maps + 1, np.ones((1, 400))])) == count


# --- rows ---


def test_a_row_says_what_was_shown_and_what_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arms, "MEASURED", 16)
    monkeypatch.setattr(arms, "SIDE", 8)
    row = many.row_of(many.Arm("a", "mushroom", "factors", 4, steps=20), 0)
    assert row["status"] == "missed" and row["unseen"] > 0 and row["between"] > 0 and 0 <= row["used"] <= 1
    assert row["curve"][0][0] == 0 and row["curve"][-1][0] == row["steps"] == 20 and row["moved"] > 0.5
    hot = many.row_of(many.Arm("b", "mushroom", "one-hot", 2, steps=10), 0)
    assert hot["unseen"] is None and "moved" not in hot and hot["P"] > 0
    alone = many.row_of(many.Arm("c", "mushroom", "alone", 2, steps=10), 0)
    assert alone["reuse"] < 0.6 and alone["unseen"] is None
    evolved = many.row_of(many.Arm("evolved", "mushroom", "evolved", 4), 0)
    assert evolved["status"] == "reached" and evolved["unseen"] < 1e-20 and evolved["P"] < 1e-9
    early = many.made(many.Arm("e", "mushroom", "factors", 2, steps=300), 0)
    assert (
        max(early.path) < 300 == max(many.made(many.Arm("e", "mushroom", "factors", 2, steps=300, whole=True), 0).path)
    )
    wrong = many.made(many.Arm("d", "mushroom", "shuffled factors", 8, steps=1), 0)
    assert sorted(map(tuple, wrong.codes)) == sorted(map(tuple, wrong.split.shown))
    assert not np.array_equal(wrong.codes, wrong.split.shown)


def test_what_went_wrong_is_a_row_and_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def broken(arm: many.Arm, seed: int) -> Any:
        calls.append(seed)
        if len(calls) == 1:
            raise RuntimeError("no")
        return {"status": "reached", "steps": 3, "unseen": 0.5, "curve": [[0, 0.5, 0.6, 0.7], [3, 0.1, 0.5, 0.4]]}

    monkeypatch.setattr(arms, "_made", broken)
    toy = [many.Arm("toy", "mushroom", "factors", 2, seeds=2)]
    assert list(many.run_many(tmp_path, arms=toy).status) == ["failed", "reached"]
    assert list(many.run_many(tmp_path, arms=toy).status) == ["reached", "reached"]
    assert calls == [10, 11, 10]
    lines = pd.read_csv(tmp_path / "curves.csv")
    assert list(lines.step) == [0, 3, 0, 3] and lines.unseen.iloc[1] == 0.5


def test_the_tables_alone_are_enough_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def made(arm: many.Arm, seed: int) -> Any:
        calls.append(seed)
        return {"status": "reached", "steps": 3, "unseen": 0.5, "curve": [[0, 0.5, 0.6, 0.7], [3, 0.1, 0.5, None]]}

    monkeypatch.setattr(arms, "_made", made)
    toy = [many.Arm("toy", "mushroom", "factors", 2, seeds=2)]
    many.run_many(tmp_path / "first", arms=toy, table=tmp_path)
    before = [(tmp_path / name).read_bytes() for name in ("rows.csv", "curves.csv")]
    many.run_many(tmp_path / "second", arms=toy, table=tmp_path)
    assert calls == [10, 11]
    assert before == [(tmp_path / name).read_bytes() for name in ("rows.csv", "curves.csv")]
    many.run_many(tmp_path / "second", arms=[replace(toy[0], seeds=3)], table=tmp_path)
    assert calls == [10, 11, 12]


def test_a_key_changes_with_all_that_decides_a_row() -> None:
    arm = many.arm_named("factors, 8 images")
    others = [
        replace(arm, count=4),
        replace(arm, steps=5),
        replace(arm, decay=0.1),
        replace(arm, coding="one-hot"),
        replace(arm, whole=True),
        replace(arm, family="tomato"),
    ]
    assert len({arm.key(0), arm.key(1), *(one.key(0) for one in others)}) == 8
    assert replace(arm, name="other").key(0) == arm.key(0)


def test_what_is_not_known_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput, match="coding must be one of"):
        many.Arm("a", "mushroom", "words", 2)
    with pytest.raises(BadInput, match="arm must be one of evolved"):
        many.arm_named("none")
    with pytest.raises(BadInput, match="study must be a file that exists"):
        many.published_many(tmp_path)
    assert main(["--only", "("]) == 2 and "--only must be a regular expression" in capsys.readouterr().err


# --- answers ---


def rows(**changes: Any) -> pd.DataFrame:
    """Rows of three arms: the evolved one, one image each, and one with the given values."""
    made = []
    for seed in range(5):
        alone = {"P": 0.6 + 0.01 * seed, "G": 0.3 + 0.01 * seed, "N": 9.0 + 0.1 * seed, "reuse": 0.1, "unseen": 0.05}
        plain = {"seed": seed, "status": "reached", "error": 0.01, "mark": 0.02, "images": 32, "planned": 2000}
        guesses = {"nearest": 0.08, "mean": 0.06, "additive": 0.04}
        better = {"P": 0.0, "G": 0.0, "N": 3.0, "reuse": 0.9, "unseen": 0.0}
        made += [
            {"kind": "evolved", "coding": "evolved", **plain, **guesses, **better},
            {"kind": "one image each", "coding": "alone", **plain, **guesses, **alone, "planned": 4000},
            {"kind": "other", "coding": "factors", **plain, **guesses, **alone}
            | {name: value + 0.001 * seed if name in "PGN" else value for name, value in changes.items()},
        ]
    return pd.DataFrame(made).assign(image="mushroom")


def test_answers_follow_the_rules() -> None:
    (same,) = many.answers(rows())
    assert (same.generalises, same.shares_units, same.inside) == (False, False, "does nothing seen here")
    (good,) = many.answers(rows(P=0.1, G=0.05, N=5.0, reuse=0.6, unseen=0.03))
    assert (good.generalises, good.shares_units, good.inside, good.better) == (True, True, "more whole", 5)
    (half,) = many.answers(rows(P=0.1, reuse=0.4))
    assert (half.inside, half.shares_units, half.games) == ("games P", False, ("P",))


def test_nothing_is_said_of_insides_without_what_they_are_held_against() -> None:
    table = rows(P=0.1, G=0.05, N=5.0, reuse=0.6, unseen=0.03)
    (alone,) = many.answers(table[table.kind != "one image each"])
    assert (alone.inside, alone.shares_units, alone.generalises) == ("cannot be said", False, True)
    (few,) = many.answers(table[(table.kind != "other") | (table.seed < 2)])
    assert (few.inside, few.generalises, few.better) == ("cannot be said", False, 2)


def test_learning_the_rule_late_is_told_from_learning_it_at_once() -> None:
    steps = {"step": [0, 1, 2, 3, 4]}
    grokking = pd.DataFrame({**steps, "error": [0.5, 0.02, 0.01, 0.01, 0.009], "unseen": [0.5, 0.2, 0.2, 0.1, 0.02]})
    never = pd.DataFrame({**steps, "error": [0.5, 0.02, 0.01, 0.01, 0.009], "unseen": [0.5, 0.2, 0.2, 0.21, 0.2]})
    both = pd.DataFrame({**steps, "error": [0.5, 0.02, 0.01, 0.005, 0.001], "unseen": [0.5, 0.2, 0.1, 0.05, 0.01]})
    assert answering.late(grokking, 0.02).groks and answering.late(grokking, 0.02).step == 2
    assert not answering.late(never, 0.02).groks and not answering.late(both, 0.02).groks
    with pytest.raises(BadInput, match="curve must come to an error of"):
        answering.late(never, 0.001)


def test_the_study_says_beforehand_what_it_expects(repository: Path) -> None:
    told = (repository / "published" / "studies" / "many" / "hypotheses.md").read_text(encoding="utf-8")
    assert "## Analysis" in told and "## Seen while planning" in told
    names = [(arm.family, arm.name) for arm in many.plan()]
    assert len(set(names)) == len(names) and len({arm.key(0) for arm in many.plan()}) == len(names)
    assert running.Task(many.plan()[0]).seeds == (10, 11, 12, 13, 14)
    table, curves = many.published_many()
    assert set(zip(table.image, table.kind, strict=True)) <= set(names) and not (table.status == "failed").any()
    assert (table[table.status == "reached"].error <= table[table.status == "reached"].mark).all()
    assert (table[table.kind == "evolved"].error < 1e-12).all()
    assert {"evolved", "untrained"} <= set(table.kind) and set(curves.kind) <= set(table.kind)
