"""Verdicts follow the population, and would be others if it were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fer_utils import picbreeder, populations
from fer_utils.checks import BadInput
from fer_utils.garden import bred
from fer_utils.measuring.__main__ import main
from fer_utils.populations import CLAIMS, Claim, judge

CLAIM = Claim("more", "nowhere", "N", "genome", "relu")


def made(**values: tuple[list[float], list[float]]) -> pd.DataFrame:
    """A population with the given N of genomes and of ReLU networks, by image."""
    rows = []
    for image, (genomes, trained) in values.items():
        rows += [{"image": image, "kind": "genome", "N": value, "error": 0.0} for value in genomes]
        rows += [{"image": image, "kind": "relu", "N": value, "error": 1e-3} for value in trained]
    table = pd.DataFrame(rows)
    return table.assign(status="made", lost="", P=0.0, G=0.0, S=0.0, seed=0)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"a": ([5], [9, 8, 7]), "b": ([5], [6, 7])}, "supported"),
        ({"a": ([5], [9, 8]), "b": ([5], [6, 7]), "c": ([5], [4, 9])}, "qualified"),
        ({"a": ([5], [9, 8]), "b": ([5], [4, 3])}, "not supported"),
        ({"a": ([5], [])}, "cannot be said"),
    ],
)
def test_the_verdict_follows_the_rule(values: dict, verdict: str) -> None:
    (finding,) = judge(made(**values), [CLAIM])
    assert finding.verdict == verdict


def test_networks_that_do_not_draw_their_picture_do_not_count() -> None:
    table = made(a=([5], [9, 8, 1]))
    table.loc[table.N == 1, "error"] = 0.3
    (finding,) = judge(table, [CLAIM])
    assert finding.shares == {"a": 1.0}
    assert len(populations.usable(table)) == 3
    table.loc[table.N == 9, "status"] = "failed"
    assert len(populations.usable(table)) == 2


def test_the_difference_is_tested_over_images() -> None:
    table = made(**{name: ([5], [9 + place]) for place, name in enumerate("abcdef")})
    (finding,) = judge(table, [CLAIM])
    assert finding.p_value == pytest.approx(2 / 64)
    assert np.isnan(judge(made(a=([5], [9])), [CLAIM])[0].p_value)


def test_the_published_population_is_whole_and_is_what_its_plan_says() -> None:
    table = populations.published_population()
    plan = populations.Plan.load(populations.claims.FOLDER / "plan.yml")
    wanted = {(job.image, job.kind, seed, job.steps, job.size) for job in plan.jobs() for seed in job.seeds}
    assert wanted == set(zip(table.image, table.kind, table.seed, table.steps, table["size"], strict=True))
    assert (table.status != "failed").all()
    assert len(judge(table)) == len(CLAIMS)


def test_every_genome_of_the_garden_is_measured_beside_its_nulls() -> None:
    folder = populations.claims.FOLDER / "genomes"
    table, plan = populations.published_population(folder), populations.Plan.load(folder / "plan.yml")
    assert sorted(plan.images) == sorted([*picbreeder.PAPER, *bred.bred()])
    wanted = {(job.image, job.kind, seed, job.size) for job in plan.jobs() for seed in job.seeds}
    assert wanted == set(zip(table.image, table.kind, table.seed, table["size"], strict=True))
    assert len(table) == len(wanted) and (table.status != "failed").all()
    assert (table[table.kind == "genome"].error < 1e-20).all()


def test_a_population_that_is_not_there_or_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="population must be a file that exists"):
        populations.published_population(tmp_path)
    (tmp_path / "population.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BadInput, match="a table with the columns"):
        populations.published_population(tmp_path)


def test_networks_are_measured_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import fer_utils as fer

    fer.layerize(fer.load_genome("egg")).save(tmp_path / "egg.safetensors")
    wanted = tmp_path / "table.csv"
    assert main(["egg", str(tmp_path / "egg.safetensors"), "--size", "16", "--csv", str(wanted)]) == 0
    table = pd.read_csv(wanted)
    assert len(table) == 2 and table["N"][0] == table["N"][1]
    assert "egg" in capsys.readouterr().out
    assert main(["nobody"]) == 2
    assert main([str(tmp_path / "no.safetensors")]) == 2
    assert "no.safetensors" in capsys.readouterr().err
