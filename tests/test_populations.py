"""A population is done once, survives whoever dies, and says what failed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from fer_utils import populations
from fer_utils.checks import BadInput
from fer_utils.populations import Job, Plan, rows, working
from fer_utils.populations.__main__ import main

SMALL = Plan(images=("mask",), seeds=2, steps=20, size=16, batch=1)


@pytest.fixture(scope="module")
def client():
    """A real scheduler with two worker processes, on this machine."""
    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with LocalCluster(n_workers=2, **options) as cluster, Client(cluster) as ready:
        yield ready


def test_a_plan_unfolds_into_jobs_short_ones_first() -> None:
    jobs = Plan(images=("mask", "egg"), seeds=7, batch=3).jobs()
    assert [job.kind for job in jobs[:2]] == ["genome", "genome"]
    assert jobs[-1].kind == "relu"
    trained = [job for job in jobs if job.kind == "relu" and job.image == "egg"]
    assert [job.seeds for job in trained] == [(0, 1, 2), (3, 4, 5), (6,)]
    assert all(job.steps == 20_000 for job in trained)
    assert all(job.steps == 0 for job in jobs if job.kind == "untrained")


def test_every_row_has_a_name_of_its_own_that_does_not_change() -> None:
    keys = [job.key(seed) for job in SMALL.jobs() for seed in job.seeds]
    assert len(set(keys)) == len(keys)
    again = [job.key(seed) for job in SMALL.jobs() for seed in job.seeds]
    assert keys == again
    alone = Job("mask", "relu", (1,), 20, 16)
    assert alone.key(1) == Job("mask", "relu", (0, 1, 2), 20, 16).key(1)  # however seeds are batched
    assert alone.key(1) != Job("mask", "relu", (1,), 21, 16).key(1)


def test_a_population_is_done_once(client: Client, tmp_path: Path) -> None:
    came: list[str] = []
    table = populations.population(SMALL, tmp_path, client=client, tell=lambda *said: came.append(said[2]["kind"]))
    assert len(table) == len(came) == 9
    assert (table["status"] != "failed").all()
    assert table[table.kind == "genome"]["error"].item() < 1e-20
    again: list[object] = []
    same = populations.population(SMALL, tmp_path, client=client, tell=lambda *said: again.append(said))
    assert again == []
    pd.testing.assert_frame_equal(table, same)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "population.parquet"), table)
    assert len(pd.read_csv(tmp_path / "population.csv")) == 9
    assert len(populations.read_rows(tmp_path)) == 9


def test_a_row_is_what_the_rooms_make_alone(client: Client, tmp_path: Path) -> None:
    import fer_utils as fer
    from fer_utils import training

    table = populations.population(SMALL, tmp_path, client=client)
    row = table[(table.kind == "evolved architecture") & (table.seed == 1)].iloc[0]
    evolved = fer.layerize(fer.load_genome("mask"))
    recipe = training.recipe_for("mask").variant(steps=20, size=16, snapshots=())
    (run,) = fer.fit(evolved.image(16), evolved.architecture, recipe, seeds=[1], store=False, threads=1, progress=False)
    alone = fer.measure(run.network, size=16, target=evolved)
    for name in ("P", "G", "N", "error"):
        np.testing.assert_allclose(row[name], alone[name][0], rtol=1e-6)


def test_what_fails_is_a_row_and_the_rest_goes_on(client: Client, tmp_path: Path) -> None:
    plan = Plan(images=("nobody", "mask"), kinds=("genome", "untrained"), seeds=1, size=16)
    table = populations.population(plan, tmp_path, client=client)
    failed = table[table.status == "failed"]
    assert sorted(failed["image"]) == ["nobody", "nobody"]
    assert all("genome" in said for said in failed["problem"])
    assert len(table) == 4
    tried: list[str] = []
    populations.population(plan, tmp_path, client=client, tell=lambda *said: tried.append(said[2]["image"]))
    assert tried == ["nobody", "nobody"]  # only what failed is tried again


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    plan = Plan(images=("mask",), kinds=("evolved architecture", "untrained"), seeds=4, steps=3000, size=32, batch=1)
    peace = populations.population(plan, tmp_path / "peace", workers=2)
    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    struck: list[int] = []
    with LocalCluster(n_workers=2, **options) as cluster, Client(cluster) as ready:

        def strike(count: int, total: int, row: dict) -> None:
            if row["kind"] != "untrained" and not struck:
                time.sleep(0.2)  # the next ones are under way
                struck.append(next(iter(cluster.workers.values())).pid)
                os.kill(struck[0], signal.SIGKILL)

        war = populations.population(plan, tmp_path / "war", client=ready, store=tmp_path / "store", tell=strike)
    assert struck
    assert (war["status"] != "failed").all()
    same = ["image", "kind", "seed", "error", "P", "G", "N"]
    pd.testing.assert_frame_equal(peace[same], war[same])


def test_a_job_that_nothing_survives_becomes_a_row(tmp_path: Path) -> None:
    table = rows.as_table(populations.running._lost_row(SMALL.jobs()[0], seed, "KilledWorker") for seed in (0,))
    assert table["problem"].item() == "KilledWorker"


def test_the_command_runs_a_plan_and_says_what_came(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.yml"
    plan.write_text("images: [mask]\nkinds: [genome, untrained]\nseeds: 1\nsize: 16\n", encoding="utf-8")
    assert main([str(plan), "--folder", str(tmp_path / "out"), "--workers", "1"]) == 0
    assert "2 rows, 0 failed" in capsys.readouterr().out
    plan.write_text("images: [nobody]\nkinds: [genome]\nsize: 16\n", encoding="utf-8")
    assert main([str(plan), "--folder", str(tmp_path / "out2"), "--workers", "1"]) == 1
    plan.write_text("imags: [mask]\n", encoding="utf-8")
    assert main([str(plan)]) == 2
    assert "plan must be a mapping with images" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": "mask"}, "images must be a list of names"),
        ({"kinds": ("evolve",)}, "kinds must be one of"),
        ({"size": 15}, "size must be even"),
        ({"seeds": 0}, "seeds must be a whole number"),
        ({"init_gain": 0}, "init_gain must be"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Plan(**{"images": ("mask",), **changes})


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match=r"x\.json: a population's row must be readable JSON"):
        populations.read_rows(tmp_path)
    (tmp_path / "rows" / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="must have key"):
        populations.read_rows(tmp_path)


def test_a_scheduler_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"scheduler must be reachable, got tcp://127\.0\.0\.1:1"):
        populations.population(SMALL, tmp_path, scheduler="tcp://127.0.0.1:1")


def test_a_worker_answers_for_any_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("none left")

    monkeypatch.setattr(working, "_networks", broken)
    (row,) = working.do_job(Job("mask", "genome", (0,), 0, 16))
    assert (row["status"], row["problem"]) == ("failed", "MemoryError: none left")
