"""Training that is killed, interrupted, out of disk or shut out: nothing is lost, and the bits are the same."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fer_utils.storage import Store
from fer_utils.training.fused import obstacle

KILLS = 20
LONGEST = 0.12  # seconds until a strike, to begin with: short enough to hit the start too
ENGINES = [
    "torch",
    pytest.param("fused", marks=pytest.mark.skipif(obstacle() is not None, reason="there is no C++ compiler")),
]
Ask = Callable[..., dict[str, Any]]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Return a way to order runs from one warm process."""
    script = Path(__file__).with_name("trainer.py")
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def order(**command: Any) -> dict[str, Any]:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield order
        process.stdin.close()  # type: ignore[union-attr]


def readable(folder: Path) -> list[str]:
    """Load every file of a store that it lists; return their names."""
    store, names = Store(folder), []
    for key in store.keys() if folder.exists() else ():
        for path in sorted(store.folder_of(key).glob("*.safetensors")):
            store.load(key, path.stem)
            names.append(path.stem)
    return names


@pytest.mark.parametrize("engine", ENGINES)
def test_twenty_kills_at_random_moments_change_no_bit(ask: Ask, tmp_path: Path, engine: str) -> None:
    peace = ask(store=str(tmp_path / "peace"), engine=engine)["said"]
    assert peace["status"] == ["trained"] * 3
    moments, struck, longest = random.Random(engine), 0, LONGEST
    for _ in range(KILLS):
        after = moments.uniform(0, longest)
        end = ask(store=str(tmp_path / "war"), engine=engine, signal=signal.SIGKILL, after=after)
        struck += end["ended"] == -signal.SIGKILL
        if not readable(tmp_path / "war"):  # raises where half a file is taken for a whole one
            longest *= 1.5  # a slow or busy machine: later strikes must meet work that is under way
    assert struck == KILLS, "a run was over before it could be killed"
    assert any(name.startswith("checkpoint") for name in readable(tmp_path / "war"))
    war = ask(store=str(tmp_path / "war"), engine=engine)["said"]
    assert war["status"] == ["resumed"] * 3
    assert (war["bits"], war["snapshots"]) == (peace["bits"], peace["snapshots"])
    assert readable(tmp_path / "war") == ["run"] * 3
    assert war["warnings"] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_stopped_by_hand_goes_on_where_it_was(ask: Ask, tmp_path: Path, engine: str) -> None:
    peace = ask(store=str(tmp_path / "peace"), engine=engine)["said"]
    end = ask(store=str(tmp_path / "war"), engine=engine, signal=signal.SIGINT, after=0.4)
    assert end["said"] == {"stopped": True}
    war = ask(store=str(tmp_path / "war"), engine=engine)["said"]
    assert "resumed" in war["status"]
    assert (war["bits"], war["snapshots"]) == (peace["bits"], peace["snapshots"])


def test_a_file_that_may_not_grow_is_said_and_the_last_good_checkpoint_stays(ask: Ask, tmp_path: Path) -> None:
    """The system itself refuses the write, as on a full disk; the first checkpoints are small enough, not the later."""
    peace = ask(store=str(tmp_path / "peace"), engine="torch")["said"]
    short = ask(store=str(tmp_path / "full"), engine="torch", largest_file=6000)
    assert short["ended"] == 0
    said = short["said"]
    assert said["bits"] == peace["bits"], "what was trained is returned whole"
    assert len(said["warnings"]) == 6  # for each of three runs: once its checkpoints, once the run
    assert all("cannot be written" in text and str(tmp_path / "full") in text for text in said["warnings"])
    assert all(text.count("\n") == 0 for text in said["warnings"])
    assert set(readable(tmp_path / "full")) == {"checkpoint-0", "checkpoint-1"} or set(readable(tmp_path / "full")) == {
        "checkpoint-0"
    }
    assert not [path for path in (tmp_path / "full").rglob("*") if path.is_file() and path.suffix != ".safetensors"]
    again = ask(store=str(tmp_path / "full"), engine="torch")["said"]
    assert again["bits"] == peace["bits"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become nobody")
def test_a_folder_that_may_not_be_written_is_refused_before_the_work(ask: Ask, tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o755)
    end = ask(store=str(shut / "runs"), engine="torch", as_nobody=True, steps=50_000_000)
    assert end["ended"] == 0
    # Where the tests' own folders are private, nobody cannot even look; elsewhere nobody can look, but not write.
    assert re.search(r"cannot be (written|looked into): permission denied\.$", end["said"]["refused"])
    assert str(shut) in end["said"]["refused"]
    assert not any(shut.iterdir())


def test_two_processes_may_train_the_same_run(ask: Ask, tmp_path: Path) -> None:
    folder = str(tmp_path / "shared")
    alone = ask(store=str(tmp_path / "alone"), engine="torch", steps=300)["said"]
    script = Path(__file__).with_name("trainer.py")
    line = json.dumps({"store": folder, "engine": "torch", "steps": 300}) + "\n"
    pair = [
        subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in pair:
        assert process.stdin is not None
        process.stdin.write(line)
        process.stdin.flush()
    ends = [json.loads(process.communicate()[0]) for process in pair]
    assert [end["said"]["bits"] for end in ends] == [alone["bits"]] * 2
    assert readable(tmp_path / "shared").count("run") == 3
