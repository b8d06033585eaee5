"""The recipe's choices: what is asked, what is kept, and what many comparisons make of nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fer_utils import garden, layerize, measuring, statistics
from fer_utils.checks import BadInput
from fer_utils.questions import choices
from fer_utils.questions.choices import Choices, Hypothesis, Setting
from fer_utils.questions.choices.__main__ import main
from fer_utils.questions.choices.judging import OUTCOMES, exact_p
from fer_utils.questions.choices.running import as_table, measured


def made(*, images: int = 1, levels: int = 10, shift: float = 0.0, seeds: int = 8) -> pd.DataFrame:
    """Return a study of numbers drawn at random, of which the first level's N is shifted by so many deviations."""
    rng = np.random.default_rng(1)
    names = [(choices.BASE, ""), ("width", "double"), *(("nothing", f"seeds {n}") for n in range(levels - 1))]
    rows = [
        {"image": f"picture {image}", "factor": factor, "level": level, "seed": seed, **_outcomes(rng, move)}
        for image in range(images)
        for factor, level in names
        for move in [shift if factor == "width" else 0.0]
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows)


def _outcomes(rng: np.random.Generator, move: float) -> dict[str, float]:
    draws = rng.normal(size=4)
    return {
        "error": 10 ** (draws[0] / 4 - 2),
        "P": 0.5 + draws[1] / 10,
        "G": 0.3 + draws[2] / 10,
        "N": 10 ** ((draws[3] + move) / 4 + 1),
    }


def test_every_level_changes_what_it_says_and_nothing_else() -> None:
    own = layerize(garden.load_genome("jester")).architecture
    plan = Choices(images=("jester",))
    base, *others = plan.settings()
    assert base.recipe.is_paper
    assert base.architecture(own) == own
    for setting in others:
        recipe, shape = setting.recipe != base.recipe, setting.architecture(own) != own
        seeds = setting.first_weights(3) != 3
        assert recipe + shape + seeds == 1, (setting.factor, setting.level)
    double = Setting("jester", "width", "double", 10, 16).architecture(own)
    assert double.width == 2 * own.width


def test_every_setting_and_seed_has_a_key_of_its_own() -> None:
    plan = Choices(images=("jester", "tomato"), seeds=3)
    keys = [setting.key(seed) for setting in plan.settings() for seed in range(3)]
    assert len(set(keys)) == len(keys)
    other = Choices(images=("jester",), steps=plan.steps + 1).settings()[0]
    assert other.key(0) != plan.settings()[0].key(0)


def test_a_study_that_was_stopped_goes_on_and_ends_with_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = {name: choices.FACTORS[name] for name in ("gradient", "resolution")}
    monkeypatch.setattr("fer_utils.questions.choices.plan.FACTORS", fewer)
    plan = tmp_path / "plan.yml"
    plan.write_text("images: [jester]\nseeds: 2\nsteps: 2\nsize: 8\n")
    done: list[int] = []

    def stop(count: int, total: int, row: dict) -> None:
        done.append(count)
        if count == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        choices.run(Choices.load(plan), tmp_path / "rows", tell=stop)
    again: list[int] = []
    table = choices.run(Choices.load(plan), tmp_path / "rows", tell=lambda count, total, row: again.append(count))
    assert done == [1, 2, 3]
    assert again == list(range(4, len(table) + 1))
    assert (table.status == "trained").all()
    assert main(["--plan", str(plan), "--folder", str(tmp_path / "rows"), "--out", str(tmp_path)]) == 0
    kept = choices.published_choices(tmp_path)
    np.testing.assert_allclose(kept.N, table.N)
    row = choices.one_run(Choices.load(plan).settings()[0], 1)
    assert row["N"] == table.N[1]
    assert row["key"] == table.key[1]


def test_the_numbers_are_those_of_the_measures_table() -> None:
    evolved = layerize(garden.load_genome("tomato"))
    full = measuring.measure(evolved, target=evolved).iloc[0]
    for name, value in measured(evolved, evolved).items():
        assert value == pytest.approx(full[name], rel=1e-12), name


@pytest.mark.parametrize("sizes", [(8, 8), (8, 5), (3, 2)])
def test_the_exact_p_value_is_the_librarys(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(4)
    for shift in (0.0, 1.0, 9.0):
        first, second = rng.normal(size=sizes[0]), rng.normal(shift, 1, size=sizes[1])
        known = statistics.permutation_test(first, second, resamples=20_000)
        assert exact_p(np.append(first, np.nan), second) == pytest.approx(known)


def test_where_nothing_was_changed_p_by_p_finds_something_and_holm_does_not() -> None:
    table = made(images=2, levels=8)
    comparisons = choices.compare(table)
    assert len(comparisons) == 2 * 8 * len(OUTCOMES)
    found = choices.count(comparisons, choices.readings(table, comparisons))
    # One in twenty by definition; seeds alone make one seed and the best of eight find something nearly everywhere.
    false = {way: counts["false"] for way, counts in found.items()}
    nothing = choices.is_placebo(comparisons).sum()
    assert 0 < false["each p by itself"] < 0.12 * nothing
    assert false["one seed"] > 0.5 * nothing
    assert false["Holm"] == false["Benjamini-Hochberg"] == 0


def test_a_planted_difference_is_found_by_the_strictest_reading() -> None:
    table = made(images=2, levels=6, shift=6)
    comparisons = choices.compare(table)
    planted = comparisons[(comparisons.factor == "width") & (comparisons.outcome == "N")]
    assert (planted.holm < 0.05).all()
    assert (planted.delta == 1).all()
    assert (planted.low > 0).all()
    rest = comparisons.drop(planted.index)
    assert (rest.holm >= 0.05).all()


@pytest.mark.parametrize(
    ("shift", "direction", "verdict"),
    [
        (6, "more", "supported"),
        (6, "less", "contradicted"),
        (6, "same", "contradicted"),
        (0, "more", "undecided"),
    ],
)
def test_what_was_expected_is_judged_by_the_rule(shift: float, direction: str, verdict: str) -> None:
    comparisons = choices.compare(made(images=2, levels=6, shift=shift))
    assert choices.judge(comparisons, [Hypothesis("width", "double", "N", direction, "why")]) == [verdict]


def test_the_same_is_supported_only_where_the_interval_is_narrow() -> None:
    table = made(images=1, levels=3)
    narrow = table.assign(P=0.5 + (table.P - 0.5) / 20)
    same = [Hypothesis("width", "double", "P", "same", "why")]
    assert choices.judge(choices.compare(narrow), same) == ["supported"]
    assert choices.judge(choices.compare(table.assign(P=0.5 + 3 * (table.P - 0.5))), same) == ["undecided"]


def test_the_published_hypotheses_can_be_read_and_belong_to_the_plan() -> None:
    expected = choices.hypotheses()
    assert len(expected) > 20
    assert len({(one.factor, one.level, one.outcome) for one in expected}) == len(expected)
    assert Choices.load(Path(choices.running.FOLDER) / "plan.yml").seeds >= 8


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="did you mean 'width'"):
        Hypothesis("widht", "double", "N", "more", "")
    with pytest.raises(BadInput, match="level of width"):
        Setting("jester", "width", "triple", 1, 8)
    with pytest.raises(BadInput, match="seeds must be"):
        Choices(images=("jester",), seeds=1)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("factor,level\nwidth,double\n")
    with pytest.raises(BadInput, match=r"wrong\.csv: hypotheses must be a table of factor"):
        choices.hypotheses(wrong)
    with pytest.raises(BadInput, match="recipe for picture 0"):
        choices.compare(made()[lambda table: table.factor != choices.BASE])
    failed = as_table([{"image": "jester"}])
    assert next(iter(failed.columns)) == "image"
