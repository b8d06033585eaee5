"""The tables of bad values: every row is an argument or a variable that a person may get wrong, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from refusals import GREY, LAYERED, MASK, check_sentence, contents

import fer_utils as fer
from fer_utils import images, picbreeder, sweeps
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.features import feature_maps
from fer_utils.genome import Genome

TINY = Architecture.parse("1;gaussian:2")
# --- parameters ---

PARSE = Architecture.parse
NAN = float("nan")

# name of the row: (what is called, words)
VALUES: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "unknown genome": (lambda: fer.load_genome("skul"), ("skul", "did you mean 'skull'")),
    "empty genome name": (lambda: fer.load_genome(""), ("genome", "name or a path")),
    "genome that is a number": (lambda: fer.load_genome(576), ("genome", "576")),  # type: ignore[arg-type]
    "unknown paper genome": (lambda: picbreeder.download("pear"), ("pear", "skull, butterfly, apple")),
    "architecture: nothing": (lambda: PARSE(""), ("architecture", "depth;activation:count")),
    "architecture: not a text": (lambda: PARSE(12), ("architecture", "12")),  # type: ignore[arg-type]
    "architecture: no semicolon": (lambda: PARSE("12,sin:1"), ("architecture", "12,sin:1")),
    "architecture: no groups": (lambda: PARSE("12;"), ("architecture", "12;")),
    "architecture: no count": (lambda: PARSE("2;sin"), ("architecture", "2;sin")),
    "architecture: depth 0": (lambda: PARSE("0;sin:1"), ("depth", "at least 1", "0")),
    "architecture: depth that is no number": (lambda: PARSE("two;sin:1"), ("architecture", "two;sin:1")),
    "architecture: negative depth": (lambda: PARSE("-2;sin:1"), ("architecture", "-2;sin:1")),
    "architecture: half a depth": (lambda: PARSE("1.5;sin:1"), ("architecture", "1.5;sin:1")),
    "architecture: endless depth": (lambda: PARSE("99999;sin:1"), ("depth", "99999")),
    "architecture: unknown activation": (lambda: PARSE("2;sine:1"), ("sine", "did you mean 'sin'")),
    "architecture: zero neurons": (lambda: PARSE("2;sin:0"), ("sin", "at least 1", "0")),
    "architecture: too wide": (lambda: PARSE("2;sin:100000"), ("sin", "100000")),
    "architecture: unsorted groups": (lambda: PARSE("2;sin:1,cos:1"), ("sorted", "sin,cos")),
    "architecture: a group twice": (lambda: PARSE("2;sin:1,sin:2"), ("once", "sin,sin")),
    "weight id beyond the last": (lambda: LAYERED.weight(1392), ("weight id", "1391", "1392")),
    "weight id below zero": (lambda: LAYERED.weight(-1), ("weight id", "at least 0", "-1")),
    "weight id that is a truth": (lambda: LAYERED.weight(True), ("weight id", "True")),
    "weight id that is a fraction": (lambda: LAYERED.weight(3.0), ("weight id", "3.0")),  # type: ignore[arg-type]
    "weight id that is a text": (lambda: LAYERED.weight("7"), ("weight", "7")),  # type: ignore[arg-type]
    "weight of two numbers": (lambda: LAYERED.weight((1, 2)), ("weight", "(layer, row, column)", "(1, 2)")),
    "weight in a layer beyond the last": (lambda: LAYERED.weight((7, 0, 0)), ("layer", "at most 6", "7")),
    "weight in a row beyond the last": (lambda: LAYERED.weight((0, 4, 0)), ("row", "at most 3", "4")),
    "weight in a column beyond the last": (lambda: LAYERED.weight((6, 0, 3)), ("column", "at most 2", "3")),
    "new weight that is not finite": (lambda: LAYERED.with_weights({0: NAN}), ("finite",)),
    "neuron's map beyond the last": (lambda: feature_maps(LAYERED, 8)[2, 16], ("neuron", "16")),
    "layer of maps beyond the last": (lambda: feature_maps(LAYERED, 8)[6], ("layer", "6")),
    "maps of something else": (lambda: feature_maps(MASK, 8), ("network", "Network")),  # type: ignore[arg-type]
    "unknown node": (lambda: MASK.node("ear"), ("node", "ear", "mask")),
    "network of the wrong shape": (lambda: Network(TINY, (np.zeros((4, 2)), np.zeros((3, 2)))), ("layer 1", "(2, 3)")),
    "network without a layer": (lambda: Network(TINY, (np.zeros((4, 2)),)), ("weights", "2 matrices", "1")),
    "size 0": (lambda: LAYERED.image(0), ("size", "at least 2", "0")),
    "size 1": (lambda: MASK.image(1), ("size", "at least 2", "1")),
    "size below zero": (lambda: MASK.image(-8), ("size", "-8")),
    "size that is a fraction": (lambda: LAYERED.image(8.0), ("size", "8.0")),  # type: ignore[arg-type]
    "size that is a text": (lambda: feature_maps(LAYERED, "8"), ("size", "'8'")),  # type: ignore[arg-type]
    "size without end": (lambda: MASK.image(10**9), ("size", "1000000000")),
    "size of a picture": (lambda: images.read_picture("p.png", 1), ("size", "1")),
    "unknown way to fit": (lambda: images.read_picture("p.png", 8, fit="zoom"), ("fit", "crop, pad, stretch", "zoom")),
    "background too bright": (lambda: images.read_picture("p.png", 8, background=(2, 0, 0)), ("background", "2")),
    "background of two numbers": (lambda: images.read_picture("p.png", 8, background=(0, 0)), ("background",)),  # type: ignore[arg-type]
    "sweep over nothing": (lambda: sweeps.sweep(LAYERED, 0, []), ("values", "at least one")),
    "sweep over a text": (lambda: sweeps.sweep(LAYERED, 0, "123"), ("values", "'123'")),  # type: ignore[arg-type]
    "sweep over NaN": (lambda: sweeps.sweep(LAYERED, 0, [0.0, NAN]), ("values", "finite", "nan")),
    "sweep of an unknown weight": (lambda: sweeps.sweep(LAYERED, 10**6, [0.0]), ("weight id", "1000000")),
    "sweep of no width": (lambda: sweeps.around(LAYERED, 0, span=0), ("span", "more than 0", "0")),
    "sweep of one value": (lambda: sweeps.around(LAYERED, 0, count=1), ("count", "at least 2", "1")),
    "effect of one picture": (lambda: sweeps.effect(GREY), ("stack",)),
    "effect of a text": (lambda: sweeps.effect("pictures"), ("stack", "pictures")),
    "direction of the wrong shape": (
        lambda: sweeps.sweep_direction(LAYERED, 0, np.zeros(3), [0.0]),
        ("direction", "(4, 16)"),
    ),
    "direction that is no array": (
        lambda: sweeps.sweep_direction(LAYERED, 0, "up", [0.0]),
        ("direction", "'up'"),
    ),
    "recipe of no steps": (lambda: fer.Recipe(steps=0), ("steps", "at least 1", "0")),
    "recipe of half steps": (lambda: fer.Recipe(steps=1.5), ("steps", "1.5")),  # type: ignore[arg-type]
    "recipe that does not learn": (lambda: fer.Recipe(learning_rate=0), ("learning_rate", "more than 0")),
    "recipe with a NaN": (lambda: fer.Recipe(learning_rate=NAN), ("learning_rate", "finite", "nan")),
    "recipe with another optimiser": (lambda: fer.Recipe(optimiser="adem"), ("optimiser", "did you mean 'adam'")),
    "recipe with another schedule": (lambda: fer.Recipe(schedule="linear"), ("schedule", "constant, cosine")),
    "recipe with another init": (lambda: fer.Recipe(init="zeros"), ("init", "lecun_normal", "zeros")),
    "recipe with a negative penalty": (lambda: fer.Recipe(weight_l1=-1), ("weight_l1", "at least 0", "-1")),
    "recipe with a faulty size": (lambda: fer.Recipe(size=1), ("size", "at least 2", "1")),
    "recipe with a faulty truth": (lambda: fer.Recipe(normalise_gradient="yes"), ("normalise_gradient", "yes")),  # type: ignore[arg-type]
    "recipe with faulty snapshots": (lambda: fer.Recipe(snapshots=(0, -5)), ("snapshots", "-5")),
    "recipe with an unknown field": (lambda: fer.Recipe().variant(step=3), ("recipe", "step", "did you mean 'steps'")),
    "recipe that is a list": (lambda: fer.Recipe.from_json([1]), ("recipe", "[1]")),  # type: ignore[arg-type]
    "no seed": (lambda: fer.fit(GREY, TINY, seeds=[]), ("seeds", "[]")),
    "a seed twice": (lambda: fer.fit(GREY, TINY, seeds=[1, 1]), ("seeds", "different", "[1, 1]")),
    "a negative seed": (lambda: fer.fit(GREY, TINY, seeds=[-1]), ("seed", "at least 0", "-1")),
    "a seed that is a fraction": (lambda: fer.fit(GREY, TINY, seeds=[0.5]), ("seed", "0.5")),  # type: ignore[list-item]
    "seeds that are a number": (lambda: fer.fit(GREY, TINY, seeds=3), ("seeds", "3")),  # type: ignore[arg-type]
    "unknown engine": (lambda: fer.fit(GREY, TINY, engine="jax"), ("engine", "jax")),
    "architecture as a text": (lambda: fer.fit(GREY, "1;sin:1"), ("architecture", "1;sin:1")),  # type: ignore[arg-type]
    "target that is not square": (lambda: fer.fit(GREY[:4], TINY), ("image", "(4, 8, 3)")),
    "target without colours": (lambda: fer.fit(GREY[..., 0], TINY), ("image", "(8, 8)")),
    "target of whole numbers": (lambda: fer.fit(np.zeros((8, 8, 3), int), TINY), ("image", "int")),
    "target that is too bright": (lambda: fer.fit(GREY * 5, TINY), ("image", "[0, 1]", "2.5")),
    "target with NaN": (lambda: fer.fit(GREY * NAN, TINY), ("image", "nan")),
    "target that is a path": (lambda: fer.fit("my.png", TINY), ("image", "my.png")),
    "target of ragged lists": (lambda: fer.fit([[1.0], [1.0, 2.0]], TINY), ("image",)),
    "checkpoints before now": (lambda: fer.fit(GREY, TINY, checkpoint_every=-1), ("checkpoint_every", "-1")),
    "store that is a number": (lambda: fer.fit(GREY, TINY, store=3), ("store", "3")),  # type: ignore[arg-type]
    "genome from a text": (lambda: Genome.from_json("mask"), ("genome", "schema", "mask")),
}


@pytest.mark.parametrize("row", VALUES)
def test_a_wrong_value_is_refused_with_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    call, words = VALUES[row]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FER_STORE", str(tmp_path / "store"))
    with pytest.raises(BadInput) as refused:
        call()
    check_sentence(str(refused.value), *words)
    assert contents(tmp_path) == {}


# --- the environment ---

ENVIRONMENT: dict[str, tuple[Mapping[str, str], Callable[[], object], tuple[str, ...]]] = {
    "FER_PICBREEDER_DIR that is not there": (
        {"FER_PICBREEDER_DIR": "{folder}/none"},
        lambda: picbreeder.find("skull"),
        ("FER_PICBREEDER_DIR", "{folder}/none"),
    ),
    "FER_PICBREEDER_DIR that is a file": (
        {"FER_PICBREEDER_DIR": "{folder}/file"},
        lambda: fer.load_genome("skull"),
        ("FER_PICBREEDER_DIR", "{folder}/file"),
    ),
    "FER_STORE that is a file": (
        {"FER_STORE": "{folder}/file"},
        lambda: fer.fit(GREY, TINY, fer.Recipe(steps=1), progress=False),
        ("{folder}/file",),
    ),
}


@pytest.mark.parametrize("row", ENVIRONMENT)
def test_a_wrong_variable_is_refused_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    variables, call, words = ENVIRONMENT[row]
    (tmp_path / "file").write_text("")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(folder=tmp_path))
    with pytest.raises(BadInput) as refused:
        call()
    check_sentence(str(refused.value), *(word.format(folder=tmp_path) for word in words))
    assert contents(tmp_path) == {str(tmp_path / "file"): b""}
