"""The frame: lock, environments and settings agree, the commands exist, and nothing of one machine is written down."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?:\s*;.*)?$")


@pytest.fixture(scope="module")
def lock(repository: Path) -> dict[str, Version]:
    """Return the lock's packages and versions."""
    lines = (repository / "requirements.lock").read_text(encoding="utf-8").splitlines()
    matches = [PINNED.match(line) for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert all(matches), "every line is a pinned package or a comment"
    return {canonicalize_name(match[1]): Version(match[2]) for match in matches if match}


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def environment(repository: Path) -> ModuleType:
    """Return scripts/environment.py as a module."""
    spec = importlib.util.spec_from_file_location("environment", repository / "scripts" / "environment.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lock_satisfies_every_requirement(project: dict[str, Any], lock: dict[str, Version]) -> None:
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, wanted):
        version = lock.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is missing from requirements.lock: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is not met by {version}: make lock"


def test_the_lock_says_nothing_of_cuda_or_of_a_build(lock: dict[str, Version]) -> None:
    assert not [name for name in lock if name.startswith(("nvidia-", "cuda-", "triton"))]
    assert not [name for name, version in lock.items() if version.local]


def test_the_lock_names_no_host_and_no_path(repository: Path) -> None:
    text = (repository / "requirements.lock").read_text(encoding="utf-8")
    assert not re.findall(r"://|^--|^-[a-z] |\s/\w+/|@ ", text, re.MULTILINE)
    assert "make lock" in text.splitlines()[1]


def test_conda_installs_the_same_lock(repository: Path, project: dict[str, Any]) -> None:
    content = yaml.safe_load((repository / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in content["dependencies"] if isinstance(entry, str)]
    pip = next(entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict))
    assert pip == ["-r requirements.lock", "-e ."]
    assert "pip" in conda
    python = next(entry for entry in conda if entry.startswith("python"))
    assert project["project"]["requires-python"] in python


def test_the_tools_are_set_for_the_oldest_python(project: dict[str, Any], environment: ModuleType) -> None:
    oldest = project["project"]["requires-python"].removeprefix(">=")
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert ".".join(map(str, environment.LEAST_PYTHON)) == oldest


def test_the_licence_and_the_version_are_the_same_everywhere(repository: Path, project: dict[str, Any]) -> None:
    import fer_utils

    citation = yaml.safe_load((repository / "CITATION.cff").read_text(encoding="utf-8"))
    assert project["project"]["version"] == fer_utils.__version__ == citation["version"]
    assert project["project"]["license"] == citation["license"] == "Apache-2.0"
    assert "Apache License" in (repository / "LICENSE").read_text(encoding="utf-8")


def test_make_alone_lists_every_command_on_one_line(repository: Path) -> None:
    done = subprocess.run(["make", "--no-print-directory"], cwd=repository, capture_output=True, text=True, check=True)
    listed = {line.split()[1] for line in done.stdout.splitlines()}
    phony = re.search(r"^\.PHONY: (.*)$", (repository / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    assert listed == set(phony[1].split())
    assert all(line.startswith("make ") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("system", "has_gpu", "settings", "env", "index"),
    [
        ("Linux", False, {}, {}, "https://download.pytorch.org/whl/cpu"),
        ("Linux", True, {}, {}, None),
        ("Darwin", False, {}, {}, None),
        ("Linux", False, {"find-links": "/wheels"}, {}, None),
        ("Linux", False, {}, {"TORCH_INDEX": ""}, None),
        ("Darwin", True, {"find-links": "/wheels"}, {"TORCH_INDEX": "https://my.own/index"}, "https://my.own/index"),
    ],
)
def test_the_cpu_index_is_added_only_where_it_is_needed(
    environment: ModuleType,
    system: str,
    has_gpu: bool,
    settings: dict[str, str],
    env: dict[str, str],
    index: str | None,
) -> None:
    assert environment.torch_index(system, has_gpu=has_gpu, settings=settings, env=env) == index


def test_pips_settings_are_read_from_files_and_environment(environment: ModuleType) -> None:
    listed = ":env:.find-links='/from/env /two'\nglobal.find-links='/from/file'\ninstall.no-cache-dir='true'\n"
    assert environment.read_settings(listed) == {"find-links": "/from/env /two", "no-cache-dir": "true"}


@pytest.mark.parametrize(
    ("torch", "settings", "uv", "beginning"),
    [
        (None, {}, "/bin/uv", ["/bin/uv", "pip", "install", "-q", "--python", "env/bin/python"]),
        (None, {"find-links": "/a /b"}, "/bin/uv", ["/bin/uv"]),
        (None, {"index-url": "https://mirror"}, "/bin/uv", ["env/bin/python", "-m", "pip"]),
        ("https://cpu", {}, "/bin/uv", ["env/bin/python", "-m", "pip"]),
        (None, {}, None, ["env/bin/python", "-m", "pip"]),
    ],
)
def test_uv_installs_only_where_it_finds_what_pip_finds(
    environment: ModuleType, torch: str | None, settings: dict[str, str], uv: str | None, beginning: list[str]
) -> None:
    command = environment.choose_installer(Path("env/bin/python"), torch, settings, uv=uv)
    assert command[: len(beginning)] == beginning
    if uv and command[0] == uv:
        assert [word for word in command if "find-links" in word] == [
            f"--find-links={link}" for link in settings.get("find-links", "").split()
        ]
    assert torch is None or torch in command


def test_the_lock_is_made_portable(environment: ModuleType) -> None:
    made = environment.portable("--find-links /wheels\nnumpy==2.4.6\n    # via torch\ntorch==2.13.0+cpu\n")
    assert made == "numpy==2.4.6\n    # via torch\ntorch==2.13.0\n"


def test_an_install_that_fails_leaves_no_stamp(repository: Path, tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text((repository / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "environment.py").write_text("raise SystemExit('no')")
    (tmp_path / ".venv").mkdir()
    stamp = tmp_path / ".venv" / ".stamp"
    stamp.touch()
    os.utime(stamp, (0, 0))  # older than the lock
    done = subprocess.run(["make", "check"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert not stamp.exists()


@pytest.mark.parametrize("place", ["book/assets/mathjax", "tests/browser/book/vendor/axe-core"])
def test_vendored_files_are_what_their_checksums_say(repository: Path, place: str) -> None:
    from fer_utils import storage

    folder = repository / place
    rows = [line.split("  ") for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]
    assert all(storage.file_hash(folder / name) == checksum for checksum, name in rows)
    listed = {name for _, name in rows} | {"SHA256SUMS", "README.md"}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == listed


def test_no_tracked_text_names_a_machines_folders(repository: Path) -> None:
    found = subprocess.run(
        ["git", "grep", "-nIE", r"[^.\w](/work/|/root/|/home/\w)", "--", ":!tests", ":!.ci", ":!book/assets/mathjax"],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert found.stdout == ""


def test_modules_and_the_built_books_tests_stay_whole_on_one_worker(repository: Path, tmp_path: Path) -> None:
    note = "import os, pathlib, pytest\n@pytest.mark.parametrize('n', range(4))\ndef test_it(n):\n    "
    for place in ("browser/book/test_a", "browser/book/test_b", "browser/test_c", "test_d", "test_e", "test_f"):
        module = tmp_path / "tests" / f"{place}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(note + f"pathlib.Path('{module.stem}-' + str(os.getpid())).touch()\n")
    (tmp_path / "tests" / "conftest.py").write_text((repository / "tests" / "conftest.py").read_text("utf-8"))
    line = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--numprocesses=2",
        "--no-loadscope-reorder",
    ]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    met = [path.name.removeprefix("test_").split("-") for path in tmp_path.glob("test_*")]
    workers = dict(met)
    assert sorted(name for name, _ in met) == list("abcdef"), "each module met one worker"
    assert len(set(workers.values())) == 2
    assert workers["a"] == workers["b"]
