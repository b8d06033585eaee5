"""Many notebooks at a time: the order, what they share, what a failure and a request to end leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small_book import begin_book, run_book, stopped_build, write_notebook

from fer_utils import storage
from fer_utils.book import workers
from fer_utils.book.keys import folder_hash
from fer_utils.book.runner import Layout, NotebookFailed, Outcome
from fer_utils.checks import BadInput

# Two notebooks that each wait for the other come to an end only where both run at once.
MEET = """\
pathlib.Path("{mine}").touch()
import time
while not pathlib.Path("{other}").exists(): time.sleep(0.02)"""
KEEP = 'pathlib.Path(out, "results.json").write_text(json.dumps({"threads": os.environ["OMP_NUM_THREADS"]}))'
Runs = Callable[..., list[Outcome]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project without notebooks."""
    begin_book(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def runs(root: Path) -> Runs:
    """Return a function that runs the project's notebooks, some at a time."""

    return lambda jobs, lines=None, name="quick": run_book(root, jobs=jobs, lines=lines, name=name)


def test_notebooks_that_do_not_need_each_other_run_side_by_side(root: Path, runs: Runs) -> None:
    write_notebook(root, "01_come", MEET.format(mine="a", other="b"))
    write_notebook(root, "02_meet", MEET.format(mine="b", other="a"))
    write_notebook(root, "03_part", "", '["01_come", "02_meet"]')
    lines: list[str] = []
    assert [outcome.name for outcome in runs(2, lines)] == ["01_come", "02_meet", "03_part"]
    assert lines[:2] == ["01 running", "02 running"]
    assert sorted(lines[2:4]) == ["01 ran", "02 ran"]
    assert lines[4:] == ["03 running", "03 ran"]


def test_a_notebook_that_waits_is_passed_by_one_that_does_not(root: Path, runs: Runs) -> None:
    write_notebook(root, "01_begin", MEET.format(mine="a", other="b"))
    write_notebook(root, "02_wait", "", '["01_begin"]')
    write_notebook(root, "03_pass", MEET.format(mine="b", other="a"))
    lines: list[str] = []
    runs(2, lines)
    assert lines[:2] == ["01 running", "03 running"]
    assert "02 ran" in lines


def test_side_by_side_the_book_is_the_same(root: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    write_notebook(root, "01_begin", KEEP)
    write_notebook(root, "02_go_on", KEEP.replace("threads", "of it"), '["01_begin"]')
    write_notebook(root, "03_stand_apart", KEEP)
    alone, together = runs(1, name="alone"), runs(3, name="together")
    assert [one.key for one in alone] == [one.key for one in together]
    results = [folder_hash(root / "build" / "artefacts" / name) for name in ("alone", "together")]
    assert results[0] == results[1]
    assert [one.status for one in runs(3, name="alone")] == ["reused"] * 3


def test_the_threads_are_shared_out(root: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(workers, "cores", lambda: 6)
    write_notebook(root, "01_ask", KEEP)
    runs(2)
    assert storage.read_json(Layout(root, "quick").artefacts("01_ask") / "results.json") == {"threads": "3"}
    assert [workers.threads_each(jobs) for jobs in (1, 4, 6, 9)] == [6, 1, 1, 1]
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert workers.threads_each(4) == 5, "whoever asks for a number gets it"


def test_a_failure_lets_its_neighbour_finish_and_nothing_else_begin(root: Path, runs: Runs) -> None:
    write_notebook(root, "01_fail", "raise ValueError('no')")
    wait = 'import time\nwhile not pathlib.Path("build/failed/quick/01_fail.log").exists(): time.sleep(0.02)'
    write_notebook(root, "02_finish", wait)
    write_notebook(root, "03_begin", "")
    lines: list[str] = []
    with pytest.raises(NotebookFailed, match=r"^Notebook 01_fail failed in cell 5 .*ValueError: no"):
        runs(2, lines)
    assert lines == ["01 running", "02 running", "01 failed", "02 ran"]
    layout = Layout(root, "quick")
    assert [layout.stamp(name).exists() for name in ("01_fail", "02_finish", "03_begin")] == [False, True, False]
    assert not list((root / "build" / "running").iterdir())


def test_bad_input_and_dead_kernels_are_told_as_they_are_alone(root: Path, runs: Runs) -> None:
    write_notebook(root, "01_refuse", 'class BadInput(ValueError): pass\nraise BadInput("steps must be 9, got 5.")')
    with pytest.raises(BadInput, match=r"^01_refuse: steps must be 9, got 5\.$"):
        runs(2)
    write_notebook(root, "01_refuse", "os._exit(9)")
    with pytest.raises(NotebookFailed, match="01_refuse failed: its kernel died"):
        runs(2)


@pytest.mark.parametrize("how", ["Ctrl-C", "a polite request to end"])
def test_two_notebooks_that_are_stopped_leave_nothing_half_made(root: Path, how: str) -> None:
    sleep = 'pathlib.Path("{name}").write_text(str(os.getpid()))\nimport time\ntime.sleep(60)'
    write_notebook(root, "01_make_it", "")
    for name in ("02_sleep", "03_snore"):
        write_notebook(root, name, sleep.format(name=name), '["01_make_it"]')
    marks = [root / "02_sleep", root / "03_snore"]

    def stop(running: subprocess.Popen[str]) -> None:
        if how == "Ctrl-C":  # a terminal sends it to all it can reach
            os.killpg(running.pid, signal.SIGINT)
        else:
            running.terminate()

    code, said = stopped_build(root, marks, stop, "--jobs", "2")
    assert code == 130
    assert said == "Stopped. Finished notebooks are kept, and training goes on from its last checkpoint.\n"
    assert not list((root / "build" / "running").iterdir())
    layout = Layout(root, "quick")
    assert [layout.stamp(name).exists() for name in ("01_make_it", "02_sleep", "03_snore")] == [True, False, False]
    for mark in marks:
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.read_text()), 0)


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_a_bad_number_of_jobs_is_refused_in_a_sentence(root: Path, jobs: str) -> None:
    write_notebook(root, "01_make_it", "")
    line = [sys.executable, "-m", "fer_utils.book", "build", f"--jobs={jobs}"]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "jobs" in done.stderr.lower()
    assert jobs in done.stderr
    assert not (root / "build").exists()
