"""The garden: loading by name and by path, and that the mask is what its note says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from genome_files import xml, zipped

from fer_utils import garden, picbreeder
from fer_utils.checks import BadInput
from fer_utils.genome import Genome
from fer_utils.images import Array
from fer_utils.layerize import layerize

MASK = garden.load_genome("mask")
ALLOWED = {"identity", "sin", "cos", "tanh", "sigmoid", "gaussian"}


def with_weight(genome: Genome, connection: str, change: float | None) -> Genome:
    """Move one connection's weight by ``change``, or set it to zero."""
    links = [
        replace(link, weight=0.0 if change is None else link.weight + change) if link.id == connection else link
        for link in genome.connections
    ]
    return Genome(genome.name, genome.nodes, tuple(links))


def moved(first: Array, second: Array) -> float:
    return float(np.abs(first - second).max())


# --- loading ---


def test_the_mask_is_embedded() -> None:
    assert garden.embedded() == ("mask",)
    assert MASK.name == "mask"


def test_an_embedded_genome_says_what_it_is() -> None:
    for name in garden.embedded():
        genome = garden.load_genome(name)
        assert genome.name == name and genome.note and genome.origin


def test_paths_are_read_by_their_ending(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(MASK.to_json()))
    (tmp_path / "two.zip").write_bytes(zipped(xml()))
    (tmp_path / "three.xml").write_bytes(xml())
    assert garden.load_genome(tmp_path / "one.json") == MASK
    assert garden.load_genome(str(tmp_path / "two.zip")).name == "two"
    assert garden.load_genome(str(tmp_path / "three.xml")).name == "three"


def test_a_name_is_a_name_even_beside_a_file_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mask").write_text("something else")
    monkeypatch.chdir(tmp_path)
    assert garden.load_genome("mask") == MASK


def test_a_paper_genome_is_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picbreeder, "find", lambda name: tmp_path / f"{name}.zip")
    (tmp_path / "skull.zip").write_bytes(zipped(xml()))
    assert garden.load_genome("skull").name == "skull"


def test_an_absent_paper_genome_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picbreeder, "find", lambda name: None)
    with pytest.raises(BadInput, match="make genomes"):
        garden.load_genome("skull")


# --- the mask ---
#
# How it is made. ``across`` = gaussian(x) is the same left and right, and everything that depends on x goes through
# it, through ``middle line`` = gaussian(8 x) or through ``tooth comb`` = cos(33 x); so the picture is symmetric because
# of how it is wired, not because two halves agree. A part is a sum of gaussians, "how near the middle of the eye
# sideways" + "how near it up and down", and a sigmoid of that sum: inside it is 1, outside -1. ``across`` enters the
# heights of eyes, brows and mouth, and bends them: one weight is the slant, one the tilt, one the smile. The
# outputs add the parts up. The background's brightness is negative, the face's positive: between them it passes
# through zero, and |v| draws the outline.


def test_the_mask_says_that_it_was_designed_by_hand() -> None:
    assert "designed by hand" in MASK.note.lower() and "not evolved" in MASK.note.lower()
    assert "designed by hand" in MASK.origin


def test_the_mask_has_15_to_30_nodes_and_no_odd_activations() -> None:
    assert 15 <= len(MASK.nodes) <= 30
    assert {node.activation for node in MASK.nodes} <= ALLOWED
    assert all(node.label for node in MASK.nodes), "a reader must be able to name every node"


@pytest.mark.parametrize("size", [32, 65, 256])
def test_the_mask_is_symmetric_left_and_right(size: int) -> None:
    image = MASK.image(size)
    assert moved(image, image[:, ::-1]) < 1e-12


def test_every_hidden_value_of_the_mask_is_symmetric() -> None:
    for node_id, value in MASK.activations(64).items():
        if node_id != "x":
            assert moved(value, value[:, ::-1]) < 1e-12, node_id


@pytest.mark.parametrize("connection", [link.id for link in MASK.connections])
def test_every_connection_of_the_mask_matters(connection: str) -> None:
    assert moved(with_weight(MASK, connection, None).image(64), MASK.image(64)) > 0.02


def test_one_function_draws_both_eyes() -> None:
    eyes = MASK.activations(128)["eyes"] > 0
    assert eyes[:, :64].any() and eyes[:, 64:].any() and not eyes[:, 60:68].any()
    assert {link.target for link in MASK.outgoing("eye_height")} <= {"eyes", "pupils"}


def test_the_parts_do_not_overlap_but_for_pupils_in_eyes_and_teeth_in_the_mouth() -> None:
    values = MASK.activations(128)
    inside = {name: value > 0 for name, value in values.items()}
    core = {name: value > 0.9 for name, value in values.items()}
    assert inside["face"].any() and not (inside["eyes"] & inside["mouth"]).any()
    assert not (core["blue_paint"] & (inside["eyes"] | inside["mouth"])).any()
    for small, large in (("pupils", "eyes"), ("teeth", "mouth")):
        assert core[small].any() and not (core[small] & ~inside[large]).any()


def test_the_mask_uses_hue_saturation_and_brightness() -> None:
    values = MASK.activations(64)
    assert all(np.ptp(values[MASK.outputs[label]]) > 0.5 for label in "hsv")


def test_the_mask_layerizes_to_the_same_picture_in_few_neurons() -> None:
    layered = layerize(MASK)
    assert str(layered.architecture) == "6;cache:7,cos:1,gaussian:4,sigmoid:4"
    assert moved(layered.image(64), MASK.image(64)) < 1e-12


def test_the_mask_is_recognisable_by_its_colours_at_64_pixels() -> None:
    image = MASK.image(64)
    background, cheek, eye, tooth, nose = image[3, 3], image[40, 20], image[28, 16], image[48, 32], image[34, 32]
    assert background.max() < 0.35, "a dark background"
    assert cheek[0] > 0.7 and cheek[2] < 0.4, "a warm face"
    assert eye.min() > 0.8 and tooth.min() > 0.8, "ivory eyes and teeth"
    assert nose[2] > nose[0], "blue paint on the nose"


@pytest.mark.parametrize(("connection", "name"), garden.NAMED_SWEEPS["mask"].items())
def test_a_named_sweep_moves_the_picture_both_ways(connection: str, name: str) -> None:
    assert name
    image = MASK.image(64)
    for change in (-1.0, 1.0):
        assert np.abs(with_weight(MASK, connection, change).image(64) - image).mean() > 0.004


def test_the_named_sweeps_do_what_their_names_say() -> None:
    def mouth(connection: str, change: float) -> Array:
        return with_weight(MASK, connection, change).activations(128)["mouth"] > 0

    def rows(inside: Array) -> float:
        return float(np.nonzero(inside.any(axis=1))[0].mean())

    assert mouth("b-mouth_shape", 1).sum() > 2 * mouth("b-mouth_shape", -1).sum()
    assert rows(mouth("b-mouth_line", 1)) < rows(mouth("b-mouth_line", -1)) - 10

    def eye_column(change: float) -> float:
        eyes = with_weight(MASK, "b-eye_across", change).activations(128)["eyes"] > 0
        return float(np.nonzero(eyes[:, 64:].any(axis=0))[0].mean())

    assert eye_column(0.5) > eye_column(0) + 3 > eye_column(-0.5) + 6

    def face_area(change: float) -> int:
        return int((with_weight(MASK, "b-oval", change).activations(128)["face"] > 0).sum())

    assert face_area(-1) < face_area(0) < face_area(1)
