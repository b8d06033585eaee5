"""The garden's family lines: they end in the picture, and their trees are the sessions' own."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from fer_utils import garden
from fer_utils.checks import BadInput
from fer_utils.garden import bred, lines


def test_a_line_ends_in_its_picture_and_nowhere_before() -> None:
    found = lines.line("egg")
    assert found.errors[-1] == 0
    assert (found.errors[:-1] > 0).all()
    assert found.generations[-1] == len(found.errors) - 1 == garden.load_genome("egg").age
    assert 0 < found.steps_away < 1
    assert found.chooser == "eye" and found.session == "egg"


def test_symmetry_comes_to_the_egg_late_and_stays() -> None:
    measures = lines.line("egg").measures
    assert measures.first("symmetry", 0.999) == measures.settled("symmetry", 0.999) == 25
    assert lines.line("mushroom").measures.settled("symmetry", 0.999) == 0
    assert lines.line("fish").measures.first("symmetry", 0.999) is None


def test_lines_by_eye_stand_first() -> None:
    found = lines.lines(["plume", "egg"])
    assert [one.name for one in found] == ["egg", "plume"]
    with pytest.raises(BadInput, match="genome must be one of"):
        lines.line("nobody")


def test_a_family_tree_has_a_picture_and_a_generation_for_every_node() -> None:
    found = lines.family_tree("mushroom", size=16)
    assert nx.is_arborescence(found.tree)
    assert set(found.images) == set(found.generations) == {node for node in found.tree if node}
    assert set(found.names.values()) == {"mushroom", "bear", "puppy"}
    name = bred.bred()["puppy"][1]
    np.testing.assert_allclose(found.images[name], lines.picture("mushroom", name, size=16))
    np.testing.assert_allclose(found.images[name], garden.load_genome("puppy").image(16), atol=1e-3)
