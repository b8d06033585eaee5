"""Imports walk one way: a room asks only the rooms before it, and nobody asks the package's face."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import fer_utils

ROOMS = (
    "checks",
    "activations",
    "images",
    "storage",
    "genome",
    "picbreeder",
    "cppn",
    "layerize",
    "training",
    "evolution",
    "garden",
    "published",
    "features",
    "rotations",
    "sweeps",
    "metrics",
    "statistics",
    "transforms",
    "measuring",
    "controls",
    "populations",
    "fidelity",
    "studies",
    "plotting",
    "explorer",
    "questions",
    "book",
)
PACKAGE = Path(fer_utils.__file__).parent
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def room_of(path: Path) -> str:
    """Return the room that a module belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_asked(source: str) -> Iterator[str]:
    """Yield the rooms that a module imports from, wherever in it the import stands; "" stands for the face."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "fer_utils":
                    yield alias.name.partition(".")[2].split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module == "fer_utils":
                names = [alias.name for alias in node.names if alias.name != "__version__"]
                yield from (name if name in ROOMS else "" for name in names)
            elif node.module and node.module.startswith("fer_utils."):
                yield node.module.split(".")[1]


def test_every_room_has_its_place_in_the_order() -> None:
    assert {room_of(path) for path in MODULES} == set(ROOMS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_room_imports_only_from_rooms_before_it(path: Path) -> None:
    own = ROOMS.index(room_of(path))
    asked = set(rooms_asked(path.read_text(encoding="utf-8")))
    # Only the driver may know the package as a whole: it hashes its files.
    asked -= {""} if room_of(path) == "book" else set()
    assert "" not in asked, "a room does not import the face"
    late = {room for room in asked if ROOMS.index(room) > own}
    assert not late, f"{room_of(path)} asks {late}, which come after it"


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("from fer_utils import images, BadInput", {"images", ""}),
        ("def f():\n    from fer_utils.book.notes import say", {"book"}),
        ("import fer_utils.cppn.network as n, numpy", {"cppn"}),
        ("import fer_utils", {""}),
    ],
)
def test_the_reading_of_imports_sees_every_form(source: str, asked: set[str]) -> None:
    assert set(rooms_asked(source)) == asked


def test_importing_the_package_brings_no_drawing_and_no_notebooks() -> None:
    heavy = ("matplotlib", "papermill", "jupytext", "ipywidgets", "IPython")
    code = f"import sys, fer_utils; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_of_the_face_can_be_fetched() -> None:
    for name in fer_utils.__all__:
        assert getattr(fer_utils, name) is not None
    assert set(dir(fer_utils)) == set(fer_utils.__all__)
    with pytest.raises(AttributeError, match="no attribute 'measures'"):
        fer_utils.measures  # noqa: B018
