"""The tables of bad commands and notebooks: one sentence, exit code 2, no traceback, nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from refusals import GREY, MASK, check_sentence, contents

from fer_utils import images
from fer_utils.book import __main__ as book_command
from fer_utils.picbreeder import __main__ as genomes_command

HEADER = """# ---
# jupyter:
#   jupytext:
#     text_representation: {{extension: .py, format_name: percent}}
#   kernelspec: {{display_name: Python 3, language: python, name: python3}}
#   fer: {{needs: {needs}}}
# ---

# %% [markdown]
# # {title}

# %% tags=["parameters"]
{parameters}
"""


def notebook(title: str, parameters: str, needs: str = "[]") -> str:
    """The source of a small notebook."""
    return HEADER.format(title=title, parameters=parameters, needs=needs)


TRAIN = 'image = "auto"\nsteps = 600\nseeds = [0]\nrate = 3e-3\nout = "build/out"'
DRAW = 'picture = "mine.png"\nsteps = 300\nout = "build/out"'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's root folder with two notebooks, a preset and some files that are not what they seem."""
    files: dict[str, str | bytes] = {
        "notebooks/03_train_the_twin.py": notebook("Train the twin", TRAIN),
        "notebooks/06_draw_your_own_picture.py": notebook("Draw", DRAW, '["03_train_the_twin"]'),
        "notebooks/presets/quick.yml": "defaults: {image: mask}\n",
        "mine.png": images.png_bytes(GREY),
        "text.png": b"a text",
        "text.zip": b"a text",
        "cut.json": json.dumps(MASK.to_json()).encode()[:100],
        "broken.yml": "defaults: [1, 2\n",
        "list.yml": "[1, 2]",
        "binary.yml": b"\xff\xfe\xfa",
        "unknown_notebook.yml": "'09': {steps: 3}",
        "unknown_parameter.yml": "'03': {stpes: 3}",
        "wrong_kind.yml": "'03': {steps: many}",
    }
    for name, content in files.items():
        place = tmp_path / "project" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.delenv("FER_PICBREEDER_DIR", raising=False)
    return tmp_path / "project"


# name of the row: (words after python -m fer_utils.book, words of the sentence)
COMMANDS: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "no command": ([], ("required", "command")),
    "unknown command": (["bild"], ("bild", "build")),
    "unknown option": (["build", "--pictures", "a.png"], ("--pictures",)),
    "option without a value": (["build", "--image"], ("--image",)),
    "run without a notebook": (["run"], ("notebook",)),
    "run of an unknown number": (["run", "9"], ("9", "03_train_the_twin")),
    "run of an unknown name": (["run", "03_train_a_twin"], ("did you mean '03_train_the_twin'",)),
    "unknown preset": (["build", "--preset", "quik"], ("preset", "quik", "did you mean 'quick'")),
    "preset file that is not there": (["build", "--preset", "none.yml"], ("preset", "none.yml")),
    "preset that is no yaml": (["build", "--preset", "broken.yml"], ("broken.yml", "YAML")),
    "preset that is no text": (["build", "--preset", "binary.yml"], ("binary.yml", "YAML")),
    "preset that is a list": (["build", "--preset", "list.yml"], ("list.yml", "defaults")),
    "preset for an unknown notebook": (["build", "--preset", "unknown_notebook.yml"], ("unknown_notebook.yml", "09")),
    "preset with an unknown parameter": (
        ["build", "--preset", "unknown_parameter.yml"],
        ("03_train_the_twin.stpes", "did you mean steps"),
    ),
    "preset with a value of another kind": (["build", "--preset", "wrong_kind.yml"], ("steps", "whole number", "many")),
    "setting without a value": (["build", "--set", "steps"], ("name=value", "steps")),
    "setting of an empty value": (["build", "--set", "steps="], ("steps", "value")),
    "setting of an unknown parameter": (["build", "--set", "stpes=3"], ("stpes", "did you mean steps")),
    "setting in an unknown notebook": (["build", "--set", "09.steps=3"], ("09", "03_train_the_twin")),
    "setting that its notebook lacks": (["build", "--set", "06.seeds=[1]"], ("06_draw_your_own_picture.seeds",)),
    "setting of a text for a number": (["build", "--set", "03.steps=many"], ("steps", "whole number", "many")),
    "setting of a fraction for a whole number": (["build", "--set", "03.steps=1.5"], ("steps", "1.5")),
    "setting of a number for a list": (["run", "03", "--set", "seeds=3"], ("seeds", "a list", "3")),
    "setting of the driver's own folder": (["build", "--set", "out=/tmp/x"], ("out",)),
    "unknown genome": (["build", "--image", "skul"], ("skul", "did you mean 'skull'")),
    "genome file that is not there": (["build", "--image", "none.zip"], ("none.zip",)),
    "a folder as the image": (["build", "--image", "./notebooks"], ("notebooks",)),
    "a text called zip": (["build", "--image", "text.zip"], ("text.zip", "zip or an XML")),
    "a genome cut short": (["run", "3", "--image", "cut.json"], ("cut.json", "JSON")),
    "picture that is not there": (["build", "--image", "none.png"], ("none.png",)),
    "a text called png": (["build", "--image", "text.png"], ("text.png", "PNG or JPEG")),
    "a text called png as the picture": (["run", "06", "--picture", "text.png"], ("text.png", "PNG or JPEG")),
    "a picture that is set and not there": (["run", "06", "--set", "picture=none.jpg"], ("none.jpg",)),
}


@pytest.mark.parametrize("row", COMMANDS)
def test_a_wrong_command_ends_with_one_sentence_and_code_2(
    project: Path, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    arguments, words = COMMANDS[row]
    before = contents(project.parent)
    assert book_command.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    check_sentence(captured.err.removesuffix("\n"), *words)
    assert captured.out == ""
    assert contents(project.parent) == before


# name of the row: (notebook's file, its source, words); the notebooks themselves are input too
NOTEBOOKS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "needs a later notebook": ("01_a.py", notebook("A", TRAIN, '["03_train_the_twin"]'), ("needs", "03_train")),
    "needs that are no list": ("01_a.py", notebook("A", TRAIN, "3"), ("needs", "01_a.py")),
    "no title": ("01_a.py", notebook("A", TRAIN).replace("# # A", "# A"), ("title", "01_a.py")),
    "no parameters": ("01_a.py", notebook("A", TRAIN).replace('["parameters"]', "[]"), ("parameters", "01_a.py")),
    "a parameter that is computed": ("01_a.py", notebook("A", TRAIN + "\nseed = 1 + len('a')"), ("seed", "literal")),
    "a parameters cell that does more": ("01_a.py", notebook("A", TRAIN + "\nimport os"), ("import os", "01_a.py")),
    "a parameters cell that is no python": ("01_a.py", notebook("A", "steps = = 3"), ("01_a.py", "parameters")),
    "no folder for results": ("01_a.py", notebook("A", "steps = 3"), ("out", "01_a.py")),
}


@pytest.mark.parametrize("row", NOTEBOOKS)
def test_a_wrong_notebook_ends_with_one_sentence_and_code_2(
    project: Path, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    filename, source, words = NOTEBOOKS[row]
    (project / "notebooks" / filename).write_text(source)
    before = contents(project.parent)
    assert book_command.main(["list"]) == 2
    captured = capsys.readouterr()
    check_sentence(captured.err.removesuffix("\n"), *words)
    assert captured.out == "" and contents(project.parent) == before


def test_outside_the_project_the_driver_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert book_command.main(["build"]) == 2
    check_sentence(capsys.readouterr().err.removesuffix("\n"), "root folder", str(tmp_path))
    assert contents(tmp_path) == {}


def test_the_downloads_command_takes_no_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert genomes_command.main(["skull"]) == 2
    check_sentence(capsys.readouterr().err.removesuffix("\n"), "fer_utils.picbreeder", "skull")


@pytest.mark.parametrize(
    ("module", "arguments", "word"),
    [
        ("fer_utils.book", ["build", "--image", "nowhere.zip"], "nowhere.zip"),
        ("fer_utils.book", ["run", "3", "--set", "stpes=4"], "stpes"),
        ("fer_utils.picbreeder", ["skull"], "skull"),
    ],
)
def test_the_program_itself_ends_with_code_2_and_no_traceback(
    project: Path, repository: Path, module: str, arguments: list[str], word: str
) -> None:
    before = contents(project.parent)
    environment = {**os.environ, "PYTHONPATH": str(repository), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=project, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1
    check_sentence(done.stderr.removesuffix("\n"), word)
    assert contents(project.parent) == before
