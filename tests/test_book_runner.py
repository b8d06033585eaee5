"""The driver at work on small notebooks: what runs again and what does not, what a failure leaves, what is told."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small_book import begin_book, run_book, stopped_build, write_notebook

from fer_utils import storage
from fer_utils.book import build, manifest, runner
from fer_utils.book.batch import run_chapters
from fer_utils.book.chapters import read_chapters
from fer_utils.book.presets import load_preset, plan
from fer_utils.book.runner import Layout, NotebookFailed, Outcome
from fer_utils.checks import BadInput

FIRST = """pathlib.Path(out, "results.json").write_text(json.dumps({"double": 2 * steps, "seeds": [4]}))
print("chatter", file=sys.stderr)"""
Runs = Callable[..., list[Outcome]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with two small notebooks, the second building on the first; its path has a space and braces."""
    root = tmp_path / "a {small} book"
    begin_book(root)
    write_notebook(root, "01_make_it", FIRST)
    body = 'pathlib.Path(out, "results.json").write_text(json.dumps({"cwd": os.getcwd()}))'
    write_notebook(root, "02_use_it", body, '["01_make_it"]')
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def runs(root: Path) -> Runs:
    """Return a function that runs the project's notebooks with a made-up hash for the package."""

    return functools.partial(run_book, root)


def statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def test_a_notebook_runs_once_and_then_only_when_something_has_changed(root: Path, runs: Runs) -> None:
    lines: list[str] = []
    first = runs(lines=lines)
    assert statuses(first) == ["ran", "ran"]
    assert lines == ["01 running", "01 ran", "02 running", "02 ran"]
    assert [outcome.parameters for outcome in first] == [{"steps": 5, "words": "plain"}] * 2
    written = {path: path.stat().st_mtime_ns for path in (root / "build").rglob("*") if path.is_file()}

    again = runs()
    assert statuses(again) == ["reused", "reused"]
    assert [(o.key, o.seconds) for o in again] == [(o.key, o.seconds) for o in first]
    assert written == {path: path.stat().st_mtime_ns for path in (root / "build").rglob("*") if path.is_file()}

    # A parameter of the second notebook concerns the second alone; one that changes the first's results, both.
    assert statuses(runs("02.steps=6")) == ["reused", "ran"]
    assert statuses(runs("01.steps=6", "02.steps=6")) == ["ran", "ran"]
    # Other words do not change the first's results: what builds on it stays.
    assert statuses(runs("01.steps=6", "02.steps=6", "01.words=other")) == ["ran", "reused"]

    assert statuses(runs(package="edited")) == ["ran", "ran"]
    storage.write_text(root / "requirements.lock", "numpy==2\n")
    assert statuses(runs(package="edited")) == ["ran", "ran"]


def test_a_kept_notebook_that_was_tampered_with_runs_again(root: Path, runs: Runs) -> None:
    runs()
    layout = Layout(root, "quick")
    (layout.artefacts("01_make_it") / "results.json").write_text('{"double": 0}')
    assert statuses(runs())[0] == "ran"
    layout.executed("02_use_it").unlink()
    assert statuses(runs()) == ["reused", "ran"]
    layout.stamp("01_make_it").write_text("{")
    assert statuses(runs())[0] == "ran"
    assert storage.read_json(layout.artefacts("01_make_it") / "results.json") == {"double": 10, "seeds": [4]}


def test_the_executed_notebook_is_made_for_readers(root: Path, runs: Runs) -> None:
    runs("01.words=my own words")
    path = Layout(root, "quick").executed("01_make_it")
    notebook = nbformat.read(path, as_version=4)
    by_tag = {tag: cell for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    assert by_tag["parameters"].source == (
        'steps = 5  # of nothing\nwords = "my own words"\nout = "build/artefacts/quick/01_make_it"  # where'
    )
    assert "remove-cell" in by_tag["injected-parameters"].metadata["tags"]
    assert "running" not in by_tag["injected-parameters"].source
    assert by_tag["remove-input"].outputs[0].data["text/markdown"] == "**5** my own words"
    alts = [cell.metadata["mystnb"]["image"]["alt"] for cell in notebook.cells if "mystnb" in cell.metadata]
    assert alts == ["A grey square"]
    text = path.read_text(encoding="utf-8")
    assert "papermill" not in text
    assert "start_time" not in text
    assert str(root) not in text


def test_a_notebook_runs_in_the_projects_root(root: Path, runs: Runs) -> None:
    runs()
    assert storage.read_json(Layout(root, "quick").artefacts("02_use_it") / "results.json") == {"cwd": str(root)}


def test_a_failure_is_told_in_one_sentence_and_leaves_the_last_good_results(root: Path, runs: Runs) -> None:
    runs()
    layout = Layout(root, "quick")
    kept = [layout.executed("02_use_it"), layout.artefacts("02_use_it") / "square.png"]
    before = [path.read_bytes() for path in kept]
    good = (root / "notebooks" / "02_use_it.py").read_text()
    write_notebook(root, "02_use_it", "fine = 1\nraise ValueError('too\\nbad')", '["01_make_it"]')
    with pytest.raises(NotebookFailed) as caught:
        runs()
    sentence = str(caught.value)
    assert sentence.startswith("Notebook 02_use_it failed in cell 5 (fine = 1): ValueError: too bad (kept in ")
    assert "\n" not in sentence
    assert [path.read_bytes() for path in kept] == before
    failed = nbformat.read(root / "build" / "failed" / "quick" / "02_use_it.ipynb", as_version=4)
    assert any(output.output_type == "error" for cell in failed.cells for output in cell.get("outputs", []))
    assert "ValueError" in (root / "build" / "failed" / "quick" / "02_use_it.log").read_text()
    assert not list((root / "build" / "running").iterdir())

    (root / "notebooks" / "02_use_it.py").write_text(good)
    assert statuses(runs()) == ["reused", "reused"], "mended, it is what it was"


def test_a_notebook_that_refuses_its_input_is_bad_input_not_a_failure(root: Path, runs: Runs) -> None:
    body = 'class BadInput(ValueError): pass\nraise BadInput("steps must be at least 9, got 5.")'
    write_notebook(root, "01_make_it", body)
    with pytest.raises(BadInput, match=r"^01_make_it: steps must be at least 9, got 5\.$"):
        runs()
    left = [path for path in (root / "build").rglob("*") if path.is_file()]
    assert left == []


def test_a_kernel_that_dies_is_a_failure_too(root: Path, runs: Runs) -> None:
    write_notebook(root, "01_make_it", "os._exit(9)")
    with pytest.raises(NotebookFailed, match="01_make_it failed: its kernel died"):
        runs()
    assert not list((root / "build" / "running").iterdir())


def test_results_that_cannot_be_moved_leave_no_stamp(root: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs()

    def full(path: Path, text: str) -> Path:
        raise BadInput(f"{path} cannot be written: no space left on device.")

    with monkeypatch.context() as patched:
        patched.setattr(runner.storage, "write_text", full)
        with pytest.raises(BadInput, match="no space left"):
            runs("01.steps=8")
    assert not Layout(root, "quick").stamp("01_make_it").exists()
    assert statuses(runs("01.steps=8"))[0] == "ran", "what is half in place is not taken for whole"


def test_presets_are_kept_apart(root: Path, runs: Runs) -> None:
    runs()
    chapters = read_chapters(root / "notebooks")
    plans = plan(chapters, load_preset("quick", root / "notebooks" / "presets"), assignments=["steps=9"])
    assert statuses(run_chapters(chapters, plans, Layout(root, "paper"), package="package")) == ["ran", "ran"]
    assert statuses(runs()) == ["reused", "reused"]


# What is gathered


def test_everything_the_pages_need_is_gathered_in_one_place(root: Path, runs: Runs) -> None:
    storage.write_text(root / "book" / "executed" / "left_over.ipynb", "from an older book")
    folder = build.gather(runs(), Layout(root, "quick"), preset="quick")
    assert folder == root / "book" / "executed"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "01_make_it.ipynb",
        "01_make_it/square.png",
        "02_use_it.ipynb",
        "02_use_it/square.png",
        "manifest.json",
        "manifest.md",
        "results.json",
    ]
    assert storage.read_json(folder / "results.json")["01_make_it"] == {"double": 10, "seeds": [4]}
    assert not list((root / "build" / "running").iterdir())


def outcome(name: str, status: str = "ran", **parameters: Any) -> Outcome:
    return Outcome(name, name[3:].capitalize(), status, 12.34, "0123456789abcdef", parameters, ("00_before",))


def network(status: str, key: str = "k") -> dict[str, Any]:
    return {
        "recipe": "paper",
        "seed": 1,
        "steps": 6000,
        "size": 128,
        "status": status,
        "loss": 0.5,
        "seconds": 3.0,
        "key": key,
    }


def test_the_manifest_says_what_ran_and_on_what() -> None:
    outcomes = [outcome("01_a", seeds=[1, 2], image="skull"), outcome("02_b", "reused", seed=3)]
    results = {
        "01_a": {"networks": [network("trained"), network("reused", "l")]},
        "02_b": {"networks": [network("trained", "m")]},
    }
    made = manifest.make_manifest(outcomes, results, preset="quick", root=Path("/"))
    assert json.loads(storage.canonical_json(made)) == made
    assert [(c["status"], c["seeds"], c["seconds"]) for c in made["chapters"]] == [
        ("ran", [1, 2], 12.34),
        ("reused", [3], 12.34),
    ]
    assert made["seconds"] == 12.34, "only what ran in this build took time in it"
    assert [(n["key"], n["status"]) for n in made["networks"]] == [("k", "trained"), ("l", "reused"), ("m", "reused")]
    assert made["commit"] is None
    assert set(made["machine"]) == {"system", "processor", "cpus", "jobs", "threads", "gpu"}
    assert made["versions"]["torch"]

    page = manifest.manifest_page(made)
    assert page.startswith("# What ran in this build\n")
    assert "1 of 2 notebooks ran" in page
    assert "| 01 [A](01_a.ipynb) | ran | 12.3 | 1, 2 | 00 | `01234567` |" in page
    assert "trained in this build" in page
    assert "kept from before" in page
    assert "`image = 'skull'`" in page


def test_a_network_used_twice_is_listed_once_with_the_one_who_trained_it() -> None:
    results = {"01_a": {"networks": [network("trained")]}, "02_b": {"networks": [network("reused")]}}
    made = manifest.make_manifest([outcome("01_a"), outcome("02_b")], results, preset="quick", root=Path("/"))
    assert [(n["status"], n["chapters"]) for n in made["networks"]] == [("trained", ["01_a", "02_b"])]


def test_a_commit_is_named_only_of_this_project(repository: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert manifest.make_manifest([], {}, preset="quick", root=tmp_path)["commit"] is None
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", str(tmp_path)]
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    clean = manifest.make_manifest([], {}, preset="quick", root=tmp_path)["commit"]
    assert len(clean) == 12
    (tmp_path / "new").touch()
    assert manifest.make_manifest([], {}, preset="quick", root=tmp_path)["commit"] == clean + "+"
    (tmp_path / "inside").mkdir()
    assert manifest.make_manifest([], {}, preset="quick", root=tmp_path / "inside")["commit"] is None


# The command line


def command(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FER_STORE": str(root / "store")}
    line = [sys.executable, "-m", "fer_utils.book", *words]
    return subprocess.run(line, cwd=root, capture_output=True, text=True, env=environment)


def test_a_failing_notebook_ends_the_command_with_code_1(root: Path) -> None:
    write_notebook(root, "01_make_it", "1 / 0")
    done = command(root, "build")
    assert done.returncode == 1
    assert done.stderr.startswith("Notebook 01_make_it failed in cell 5 (1 / 0): ZeroDivisionError: division by zero")
    assert done.stderr.count("\n") == 1
    assert "[1/2] 01_make_it  running …" in done.stdout
    assert not (root / "book").exists()


def test_bad_input_ends_the_command_with_code_2_and_leaves_nothing(root: Path) -> None:
    done = command(root, "run", "1", "--set", "stpes=4")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("01_make_it.stpes is not a parameter here (known: steps, words); did you mean steps?\n")
    assert not (root / "build").exists()


def test_the_notebooks_are_listed_with_their_parameters(root: Path) -> None:
    done = command(root, "list")
    assert done.returncode == 0
    assert done.stdout.startswith("01_make_it: Make it\n    steps = 3\n    words = 'plain'\n")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_command_leaves_nothing_half_made(root: Path, how: signal.Signals) -> None:
    body = 'pathlib.Path("here").write_text("yes")\nimport time\ntime.sleep(60)'
    write_notebook(root, "02_use_it", body, '["01_make_it"]')
    code, said = stopped_build(root, [root / "here"], lambda running: running.send_signal(how))
    assert code == 130
    assert "Stopped. Finished notebooks are kept" in said
    assert not list((root / "build" / "running").iterdir())
    assert Layout(root, "quick").stamp("01_make_it").exists()
    assert not Layout(root, "quick").stamp("02_use_it").exists()
