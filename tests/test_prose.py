"""What the prose tells a reader to type works: every piece of Python and JSON in it is run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fer_utils as fer
from fer_utils.genome import Genome

PAGES = ("README.md", "book/how_to_rerun.md", "book/bring_your_own.md")


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_python_in_the_prose_runs_as_it_stands(
    page: str, repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FER_STORE", str(tmp_path))
    blocks = _blocks(repository / page, "python")
    assert blocks
    shapes = fer.Architecture.parse("4;gaussian:6,tanh:6").shapes
    for block in blocks:
        # The reader's own weights, and a training that is short enough for a test.
        names: dict[str, Any] = {"weights": [np.full(shape, 0.1) for shape in shapes]}
        exec(compile(block.replace("steps=2000", "steps=5"), page, "exec"), names)


def test_the_genome_written_by_hand_in_the_prose_draws_a_picture(repository: Path) -> None:
    (block,) = _blocks(repository / "book/bring_your_own.md", "json")
    picture = Genome.from_json(json.loads(block)).image(32)
    assert np.ptp(picture) > 0.5


def test_every_make_command_in_the_prose_is_a_target(repository: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (repository / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    pages = [repository / page for page in (*PAGES, "CONTRIBUTING.md")]
    named = {word for page in pages for word in re.findall(r"\bmake ([a-z]+)\b", page.read_text(encoding="utf-8"))}
    assert {"book", "test", "run", "lab", "genomes"} <= named
    assert named - {"it", "up", "sense"} <= targets
