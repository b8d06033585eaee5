"""The breeder, driven by its parts as a browser would, and in an executed notebook."""

from __future__ import annotations

import base64
import io
import threading
import time
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from PIL import Image

from fer_utils import evolution, garden, images
from fer_utils.checks import BadInput
from fer_utils.explorer.breeder import Breeder, breed


@pytest.fixture
def breeder(tmp_path: Path) -> Breeder:
    return breed("evening", seed=7, folder=tmp_path, size=24)


def pick(breeder: Breeder, *names: str) -> None:
    """Click pictures of the page in view."""
    for name in names:
        assert name in breeder.sheet.names
        breeder.sheet.picked = [*breeder.sheet.picked, name]
        breeder.sheet.looked = name


def saved(breeder: Breeder) -> evolution.Session:
    return evolution.load_session(breeder.record)


def genes(play: evolution.Play) -> list[str]:
    return [
        evolution.genome_hash(evolution.to_genome(cppn, name="any"))
        for generation in play.generations
        for cppn in generation
    ]


def decoded(uri: str) -> np.ndarray:
    data = base64.b64decode(uri.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)), dtype=float) / 255


def test_a_new_session_shows_fifteen_pictures_of_its_genes(breeder: Breeder) -> None:
    assert breeder.sheet.names == [f"0.{place}" for place in range(15)]
    drawn = evolution.draw(breeder.play.generations[0], 24)
    for uri, picture in zip(breeder.sheet.pictures, drawn, strict=True):
        np.testing.assert_allclose(decoded(uri), picture, atol=0.5 / 255 + 1e-6)
    assert "15 pictures shown" in breeder.head.value


def test_picking_and_breeding_shows_children_and_keeps_the_record(breeder: Breeder) -> None:
    pick(breeder, "0.3", "0.11")
    assert breeder.chosen.value == "Parents: 0.3, 0.11"
    breeder.why.value = " two rings "
    breeder.strength.value = 1.7000000000000004  # as a browser's slider has it
    breeder.go.click()
    assert breeder.sheet.names[0] == "1.0"
    assert (breeder.picks, breeder.sheet.picked, breeder.why.value) == ([], [], "")
    assert saved(breeder).steps == (evolution.Step(("0.3", "0.11"), "two rings", 1.7),)
    assert genes(evolution.replay(saved(breeder))) == genes(breeder.play)


def test_without_parents_nothing_is_bred_and_the_panel_says_why(breeder: Breeder) -> None:
    breeder.go.click()
    assert "parents must be one or more, got none" in breeder.message.value
    assert len(breeder.play.generations) == 1
    assert not breeder.record.exists()
    pick(breeder, "0.1")
    breeder.go.click()
    assert breeder.message.value == ""


def test_going_back_branching_and_boldness_replay_to_the_bit(breeder: Breeder) -> None:
    for number, strength in enumerate((1.0, 0.4, 2.5)):
        pick(breeder, f"{number}.{number + 1}")
        breeder.strength.value = strength
        breeder.go.click()
    breeder.generation.value = 1  # back
    assert breeder.sheet.names[0] == "1.0"
    assert breeder.sheet.marks == {"1.2": "chosen"}
    pick(breeder, "1.7")
    assert "a branch from an earlier generation" in breeder.chosen.value
    breeder.generation.value = 3  # and across: parents of two generations
    pick(breeder, "3.0")
    assert breeder.picks == ["1.7", "3.0"]
    breeder.generation.value = 1
    assert breeder.sheet.picked == ["1.7"]
    breeder.go.click()
    assert breeder.sheet.names[0] == "4.0"
    assert breeder.play.parents("4.0") == ("1.7", "3.0")
    assert breeder.play.lineage("4.0") == ["0.1", "1.7", "4.0"]
    assert [step.strength for step in saved(breeder).steps] == [1.0, 0.4, 2.5, 2.5]
    assert genes(evolution.replay(saved(breeder))) == genes(breeder.play)


def test_an_interrupted_session_goes_on_where_it_was_left(tmp_path: Path, breeder: Breeder) -> None:
    pick(breeder, "0.2")
    breeder.go.click()
    again = breed("evening", folder=tmp_path, size=24)
    assert again.sheet.names == breeder.sheet.names
    for one in (again, breeder):
        assert one.play.session == saved(breeder)
    pick(again, "1.4")
    again.go.click()
    pick(breeder, "1.5")  # the first panel is still open, and would go another way
    breeder.go.click()
    assert "must hold the beginning of session 'evening'" in breeder.message.value
    assert len(breeder.play.generations) == 2
    assert saved(again) == again.play.session


def test_a_picture_is_enlarged_with_its_ancestors_and_its_graph(breeder: Breeder) -> None:
    pick(breeder, "0.2")
    breeder.go.click()
    breeder.sheet.looked = "1.6"
    large = np.asarray(Image.open(io.BytesIO(breeder.large.value)), dtype=float) / 255
    np.testing.assert_allclose(large, breeder.play.genome("1.6").image(320), atol=0.5 / 255 + 1e-9)
    assert "1.6" in breeder.about.value and "Parents: 0.2" in breeder.about.value
    assert breeder.line.names == ["0.2", "1.6"]
    assert breeder.picks == []
    breeder.graph_button.click()
    assert breeder.graph.layout.display is None or breeder.graph.layout.display == ""
    assert Image.open(io.BytesIO(breeder.graph.value)).width > 400
    breeder.line.looked = "0.2"  # a click on the ancestor
    assert breeder.generation.value == 0
    assert breeder.sheet.looked == "0.2"
    assert breeder.graph.layout.display == "none"


def test_publishing_writes_the_picture_looked_at_and_never_over_another(tmp_path: Path, breeder: Breeder) -> None:
    pick(breeder, "0.2")
    breeder.go.click()
    breeder.sheet.looked = "1.6"
    breeder.title.value, breeder.note.value = "lamp", "with a shade"
    breeder.publish_button.click()
    assert "Published" in breeder.message.value
    assert breeder.sheet.marks["1.6"] == "lamp"
    genome = garden.load_genome(tmp_path / "lamp.json")
    np.testing.assert_array_equal(genome.image(16), breeder.play.genome("1.6").image(16))
    assert evolution.replay(saved(breeder)).session.published[0].name == "lamp"
    breeder.sheet.looked, breeder.title.value = "1.7", "lamp"
    breeder.publish_button.click()
    assert "name must be a new one" in breeder.message.value
    assert garden.load_genome(tmp_path / "lamp.json") == genome
    assert len(saved(breeder).published) == 1


def test_none_are_picked_at_a_click(breeder: Breeder) -> None:
    pick(breeder, "0.2", "0.3")
    breeder.drop.click()
    assert breeder.picks == breeder.sheet.picked == []


def test_a_session_may_begin_with_a_genome_or_in_grey(tmp_path: Path) -> None:
    masked = breed("masked", seed=1, start="mask", folder=tmp_path, size=16)
    np.testing.assert_allclose(masked.play.genome("0.0").image(16), garden.load_genome("mask").image(16), atol=1e-12)
    grey = breed("grey", seed=1, grey=True, folder=tmp_path, size=16)
    assert all(np.ptp(decoded(uri), axis=-1).max() == 0 for uri in grey.sheet.pictures)


def test_a_session_that_began_otherwise_is_not_gone_on_with(tmp_path: Path, breeder: Breeder) -> None:
    pick(breeder, "0.2")
    breeder.go.click()
    assert breed("evening", seed=7, grey=False, folder=tmp_path, size=16).play.session == saved(breeder)
    for asked, said in (
        ({"seed": 8}, "seed must be 7, as the session was begun, got 8"),
        ({"grey": True}, "grey must be False, as the session was begun, got True"),
        ({"start": "mask"}, "start must be None, as the session was begun, got 'mask'"),
    ):
        with pytest.raises(BadInput, match=said) as refused:
            breed("evening", folder=tmp_path, **asked)  # type: ignore[arg-type]
        assert str(breeder.record) in str(refused.value)


def test_what_cannot_begin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="name of the session must be up to 40 letters"):
        breed("../up", folder=tmp_path)
    with pytest.raises(BadInput, match="seed must be a whole number"):
        breed("x", seed=-1, folder=tmp_path)
    with pytest.raises(BadInput, match="genome must be one of"):
        breed("x", start="nobody", folder=tmp_path)


def test_seeds_that_are_not_given_differ_and_are_kept(tmp_path: Path) -> None:
    seeds = {breed(f"session {number}", folder=tmp_path, size=16).play.session.seed for number in range(3)}
    assert len(seeds) == 3


def test_a_notebook_shows_the_breeder_and_its_handlers_work_there(tmp_path: Path) -> None:
    cells = [
        "from fer_utils.explorer.breeder import breed\npanel = breed('noted', seed=3, folder='garden', size=16)\npanel",
        "panel.sheet.picked = ['0.4']\npanel.go.click()\npanel.sheet.looked = '1.1'\npanel.title.value = 'thing'\n"
        "panel.publish_button.click()\npanel.message.value",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    view = "application/vnd.jupyter.widget-view+json"
    assert view in notebook.cells[0].outputs[-1].data
    models = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    sheets = [one["state"] for one in models.values() if "picked" in one["state"]]
    assert any(sheet["names"][:2] == ["1.0", "1.1"] for sheet in sheets)
    assert "Published" in notebook.cells[1].outputs[-1].data["text/plain"]
    play = evolution.replay(evolution.load_session(tmp_path / "garden" / "sessions" / "noted.json"))
    assert play.session.published[0].picture == "1.1"
    assert (tmp_path / "garden" / "thing.json").exists()


def test_messages_on_two_threads_are_answered_one_after_the_other(
    breeder: Breeder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterLab may hand each widget's messages to its own thread: breeding begins while a picture is enlarged."""
    drawn = images.png_bytes

    def slowly(picture: np.ndarray) -> bytes:
        time.sleep(0.1)
        return drawn(picture)

    monkeypatch.setattr(images, "png_bytes", slowly)
    for _ in range(3):
        last = breeder.generation.value
        breeder.sheet.picked = [f"{last}.6"]
        looking = threading.Thread(target=setattr, args=(breeder.sheet, "looked", f"{last}.6"))
        looking.start()
        time.sleep(0.02)
        breeding = threading.Thread(target=breeder.go.click)
        breeding.start()
        looking.join()
        breeding.join()
        assert breeder.generation.value == last + 1
        assert breeder.sheet.looked == breeder.line.looked == f"{last + 1}.0"
        assert f"<b>{last + 1}.0</b>" in breeder.about.value
    assert [step.parents for step in saved(breeder).steps] == [("0.6",), ("1.6",), ("2.6",)]


def test_a_click_on_a_page_that_has_gone_changes_nothing(breeder: Breeder) -> None:
    pick(breeder, "0.3")
    breeder.go.click()
    breeder.sheet.picked, breeder.sheet.looked = ["0.4"], "0.4"
    assert breeder.picks == []
    assert breeder.sheet.looked == "1.0"
