"""What a notebook declares, which parameters it gets, what its key depends on, and what its sentences say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from fer_utils import book, garden, picbreeder, storage
from fer_utils.book import keys, presets, showing, subjects
from fer_utils.book.chapters import Chapter, find_chapter, read_chapters
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.genome import Genome

matplotlib.use("agg")

TRAIN = Chapter(
    "03_train_the_twin",
    Path("03_train_the_twin.py"),
    "Train",
    (),
    {"image": "auto", "steps": 6000, "rate": 0.1, "seeds": [0], "out": "o", "exact": False, "anything": None},
)
DRAW = Chapter("06_draw", Path("06_draw.py"), "Draw", (TRAIN.name,), {"picture": "a.png", "steps": 10, "out": "o"})
CHAPTERS = (TRAIN, DRAW)


def preset(**content: Any) -> presets.Preset:
    return presets.Preset("toy", Path("toy.yml"), content.pop("defaults", {}), content)


def planned(*assignments: str, **options: Any) -> dict[str, dict[str, Any]]:
    return presets.plan(CHAPTERS, preset(), assignments=assignments, **options)


# Chapters


def test_the_books_own_notebooks_declare_what_they_need(repository: Path) -> None:
    chapters = read_chapters(repository / "notebooks")
    numbers = [chapter.number for chapter in chapters]
    assert numbers == sorted(set(numbers))
    assert all(chapter.title and "out" in chapter.parameters for chapter in chapters)


@pytest.mark.parametrize("wanted", ["3", "03", "03_train_the_twin", "03_train_the_twin.py"])
def test_a_chapter_is_found_by_number_and_by_name(wanted: str) -> None:
    assert find_chapter(CHAPTERS, wanted) is TRAIN


def test_a_chapter_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadInput, match=r"NB must be one of 03_train_the_twin, 06_draw.*got '04'"):
        find_chapter(CHAPTERS, "04")


# Presets and parameters


def test_later_wishes_win_over_earlier_ones() -> None:
    given = preset(defaults={"image": "mask", "steps": 5}, **{"03": {"steps": 6}})
    plans = presets.plan(CHAPTERS, given, image="apple", assignments=["06.steps=7"])
    assert plans["03_train_the_twin"]["image"] == "apple"
    assert plans["03_train_the_twin"]["steps"] == 6
    assert plans["06_draw"]["steps"] == 7
    assert plans["06_draw"]["picture"] == "a.png"
    assert all("out" not in parameters for parameters in plans.values())


def test_an_assignment_without_a_notebook_goes_to_all_that_know_it() -> None:
    plans = planned("steps=3")
    assert [parameters["steps"] for parameters in plans.values()] == [3, 3]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("03.steps=2_000", "steps", 2000),
        ("03.rate=3", "rate", 3.0),
        ("03.rate=1e-3", "rate", 0.001),
        ("03.image=my own file.png", "image", "my own file.png"),
        ("03.image='my own file.png'", "image", "my own file.png"),
        ("03.image=12", "image", "12"),
        ("03.image=no", "image", "no"),
        ("03.seeds=[3, 4]", "seeds", [3, 4]),
        ("03.exact=true", "exact", True),
        ("03.anything=1e-3", "anything", 0.001),
        ("03.anything=None", "anything", None),
        ("03.anything=word", "anything", "word"),
    ],
)
def test_values_are_read_in_the_kind_of_the_notebooks_own(text: str, name: str, value: Any) -> None:
    got = planned(text)["03_train_the_twin"][name]
    assert got == value
    assert type(got) is type(value)


def test_several_assignments_may_stand_in_one_text() -> None:
    parameters = planned("  steps=4 image=a c.png", "03.seeds=[1, 2]  rate=2")["03_train_the_twin"]
    assert (parameters["steps"], parameters["image"]) == (4, "a c.png")
    assert (parameters["seeds"], parameters["rate"]) == ([1, 2], 2.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("03.stpes=4", r"03_train_the_twin.stpes is not a parameter here .*known: .*steps.*did you mean steps\?"),
        ("pictures=4", r"pictures is not a parameter here .*picture.*did you mean picture\?"),
        ("06.image=skull", r"06_draw.image is not a parameter here \(known: picture, steps\)"),
        ("03.out=elsewhere", "03_train_the_twin.out is not a parameter"),
        ("07.steps=4", "must be one of 03_train_the_twin"),
        ("03.steps=four", r"03_train_the_twin.steps must be a whole number, such as 6000, got 'four'"),
        ("03.steps=4.5", "whole number"),
        ("03.steps=true", "whole number"),
        ("03.exact=1", "true or false"),
        ("03.seeds=3", r"a list, such as \[0\], got 3"),
        ("03.anything=", "must have a value"),
        ("03.anything=2020-01-01", "a text, a number"),
        ("steps", "name=value"),
        ("=4", "name=value"),
    ],
)
def test_a_wrong_assignment_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        planned(text)
    assert "\n" not in str(caught.value)


def test_a_default_that_no_notebook_knows_is_refused_with_the_file() -> None:
    with pytest.raises(BadInput, match=r"toy.yml: stpes is not a parameter"):
        presets.plan(CHAPTERS, preset(defaults={"stpes": 3}))


@pytest.mark.parametrize("name", ["quick", "paper"])
def test_the_presets_fit_the_notebooks(repository: Path, name: str) -> None:
    folder = repository / "notebooks"
    plans = presets.plan(read_chapters(folder), presets.load_preset(name, folder / "presets"))
    names = ("size", "steps", "seeds", "schedule")
    shared = [{name: plans[chapter][name] for name in names} for chapter in sorted(plans)[2:5]]
    assert shared[0] == shared[1] == shared[2], "chapters 3, 4 and 5 look at the same twins"


def test_a_preset_is_named_or_given_as_a_path(tmp_path: Path) -> None:
    (tmp_path / "quick.yml").write_text("defaults: {steps: 3}\n3: {rate: 1}\n")
    by_name = presets.load_preset("quick", tmp_path)
    assert by_name == presets.load_preset(str(tmp_path / "quick.yml"), tmp_path / "nowhere")
    assert by_name.chapters == {"03": {"rate": 1}}
    with pytest.raises(BadInput, match=r"preset must be one of quick \(did you mean 'quick'\?\), got 'quik'"):
        presets.load_preset("quik", tmp_path)


# Keys


@pytest.fixture
def chapter(tmp_path: Path) -> Chapter:
    source = tmp_path / "03_train_the_twin.py"
    source.write_text("steps = 1\n")
    return Chapter(source.stem, source, "Train", ("02_before",), {})


def key_of(chapter: Chapter, **changes: Any) -> str:
    parts = {"package": "p", "lock": "l", "needs": {"02_before": "n"}, **changes}
    return keys.chapter_key(chapter, parts.pop("parameters", {"steps": 1, "image": "mask"}), **parts)


def test_the_key_is_the_same_for_the_same_things(chapter: Chapter) -> None:
    assert key_of(chapter) == key_of(chapter, parameters={"image": "mask", "steps": 1})


@pytest.mark.parametrize(
    "changes",
    [
        {"package": "q"},
        {"lock": "m"},
        {"needs": {"02_before": "other"}},
        {"parameters": {"steps": 2, "image": "mask"}},
        {"parameters": {"steps": 1.0, "image": "mask"}},
    ],
    ids=str,
)
def test_the_key_changes_with_everything_the_result_depends_on(chapter: Chapter, changes: dict[str, Any]) -> None:
    assert key_of(chapter, **changes) != key_of(chapter)


def test_the_key_changes_with_the_notebook_and_with_the_file_it_reads(chapter: Chapter, tmp_path: Path) -> None:
    picture = tmp_path / "my own.png"
    picture.write_bytes(b"one")
    parameters = {"picture": str(picture)}
    before = key_of(chapter, parameters=parameters)
    picture.write_bytes(b"two")
    between = key_of(chapter, parameters=parameters)
    chapter.source.write_text("steps = 1  # the same, with a remark\n")
    assert len({before, between, key_of(chapter, parameters=parameters)}) == 3


def test_auto_has_another_key_where_the_skull_is_at_hand(
    chapter: Chapter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    skull = tmp_path / "skull.zip"
    skull.write_bytes(b"a skull")
    found: list[Path | None] = [None, skull]
    monkeypatch.setattr(picbreeder, "find", lambda name: found[0])
    without = key_of(chapter, parameters={"image": "auto"})
    found.pop(0)
    assert key_of(chapter, parameters={"image": "auto"}) != without


def test_the_packages_hash_counts_source_and_data_but_nothing_compiled(tmp_path: Path) -> None:
    for name in ("a.py", "room/b.py", "room/element.js", "room/mask.json"):
        storage.write_text(tmp_path / name, '{"text": 1}')
    hashes = {keys.package_hash(tmp_path)}
    storage.write_text(tmp_path / "__pycache__" / "a.py", "compiled")
    storage.write_text(tmp_path / "notes.txt", "no source")
    assert keys.package_hash(tmp_path) in hashes
    for name in ("a.py", "room/element.js", "room/mask.json", "room/new.css"):
        storage.write_text(tmp_path / name, '{"text": 2}')
        hashes.add(keys.package_hash(tmp_path))
    assert len(hashes) == 5


def test_how_a_network_was_come_by_is_no_result(tmp_path: Path) -> None:
    book.record(tmp_path, loss=0.5, networks=[{"status": "trained"}])
    before = keys.folder_hash(tmp_path)
    book.record(tmp_path, networks=[{"status": "reused"}])
    assert keys.folder_hash(tmp_path) == before
    book.record(tmp_path, loss=0.4)
    assert keys.folder_hash(tmp_path) != before


# Subjects


def test_auto_is_the_mushroom_where_no_skull_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picbreeder, "find", lambda name: None)
    mushroom = book.subject("auto")
    assert (mushroom.name, mushroom.source, mushroom.embedded, mushroom.evolved) == ("mushroom", "mushroom", True, True)
    assert "skull is not on this machine" in mushroom.note
    assert "evolved for this book" in mushroom.note
    assert "make genomes" in mushroom.note


def test_the_mask_is_a_control_and_never_counted_as_evolved() -> None:
    mask = book.subject("mask")
    assert (mask.name, mask.embedded, mask.evolved) == ("mask", True, False)
    assert "designed by hand" in mask.note
    assert "mask" not in garden.DEFAULTS
    assert all(book.subject(name).evolved for name in garden.DEFAULTS)


def test_auto_is_the_skull_where_it_is_at_hand(paper_genome: Callable[[str], Genome]) -> None:
    skull = book.subject("auto")
    assert skull.genome == paper_genome("skull")
    assert (skull.name, skull.title, skull.embedded, skull.evolved) == ("skull", "Skull", False, True)
    assert "576" in skull.note


def test_a_genome_file_is_a_subject_too(tmp_path: Path) -> None:
    path = tmp_path / "my_face.json"
    storage.write_json(path, book.subject("mask").genome.to_json())
    mine = book.subject(str(path))
    assert (mine.name, mine.title, mine.source, mine.embedded) == ("my_face", "My face", str(path), False)
    assert "my_face.json" in mine.note
    assert str(tmp_path) not in mine.note
    assert subjects.genome_file(str(path)) == path


def test_a_picture_as_the_image_points_to_the_right_chapter() -> None:
    with pytest.raises(BadInput, match=r"my.PNG is a picture: give it as `picture` to the notebook 06_draw"):
        book.subject("my.PNG")


@pytest.mark.parametrize("image", ["", None, 3, "mosk", "nowhere.zip"])
def test_an_image_that_is_nothing_is_refused(image: Any) -> None:
    with pytest.raises(BadInput):
        book.subject(image)
    with pytest.raises(BadInput):
        subjects.genome_file(image)


# Sentences and results


def test_a_sentence_takes_its_numbers_and_their_formats() -> None:
    sentence = book.say(
        "MSE {loss:.1e}, {n:,} weights, {{so}}, {a.depth}", loss=0.00123, n=5478, a=SimpleNamespace(depth=12)
    )
    assert sentence.data == "MSE 1.2e-03, 5,478 weights, {so}, 12"


@pytest.mark.parametrize(
    ("template", "values", "words"),
    [
        ("{loss} and {steps}", {"loss": 1}, "must be given steps"),
        ("{loss:.2q}", {"loss": 1.0}, "cannot be filled in"),
        ("{loss.depth}", {"loss": 1.0}, "cannot be filled in"),
        ("{}", {}, "cannot be filled in"),
    ],
)
def test_a_sentence_with_a_gap_is_refused(template: str, values: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        book.say(template, **values)


def test_a_table_has_as_many_cells_as_columns() -> None:
    assert book.table(["a", "b"], [[1, "x|y"]]).data == "| a | b |\n| --- | --- |\n| 1 | x\\|y |"
    with pytest.raises(BadInput, match="rows of 2 cells"):
        book.table(["a", "b"], [[1]])


def test_results_are_merged_and_plain(tmp_path: Path) -> None:
    out = tmp_path / "not" / "yet"
    book.record(out, loss=np.float32(0.5), losses=np.array([1, 2]), nested={"n": np.int64(3)})
    book.record(out, steps=10, loss=0.25)
    assert storage.read_json(out / "results.json") == {"loss": 0.25, "losses": [1, 2], "nested": {"n": 3}, "steps": 10}


@pytest.mark.parametrize("value", [float("nan"), object(), {1j}])
def test_a_result_that_is_no_json_leaves_what_was_there(tmp_path: Path, value: Any) -> None:
    book.record(tmp_path, loss=1.0)
    with pytest.raises(BadInput):
        book.record(tmp_path, loss=value)
    assert storage.read_json(tmp_path / "results.json") == {"loss": 1.0}
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_a_kept_figure_is_a_png_and_closed(tmp_path: Path) -> None:
    figure, _ = plt.subplots()
    book.keep(tmp_path, "hero.png", figure)
    assert (tmp_path / "hero.png").read_bytes()[:4] == b"\x89PNG"
    assert not plt.get_fignums()
    with pytest.raises(BadInput, match=r"ending in \.png"):
        book.keep(tmp_path, "../hero.png", figure)


def run(seed: int, status: str, seconds: float = 20.0) -> Any:
    recipe = SimpleNamespace(name="paper", steps=6000, size=128)
    return SimpleNamespace(
        seed=seed, status=status, seconds=seconds, recipe=recipe, loss=0.1, engine="torch", key=f"k{seed}"
    )


def test_runs_are_described_by_how_they_were_come_by() -> None:
    assert book.describe([run(0, "trained"), run(1, "trained"), run(2, "reused")]) == (
        "Seeds 0 and 1 were trained for this page (6,000 steps at 128 pixels, 40 s of training in all). "
        "Seed 2 was taken from the store of finished runs (6,000 steps at 128 pixels, 20 s of training in all)."
    )


def test_another_recipe_than_the_papers_is_named() -> None:
    other = run(0, "trained")
    other.recipe = SimpleNamespace(**{**vars(other.recipe), "name": "SOAP, drawn pixels"})
    assert "trained for this page by the recipe *SOAP, drawn pixels* (6,000" in book.describe([other])


def test_provenance_can_be_recorded_even_of_a_run_without_a_loss(tmp_path: Path) -> None:
    lost = run(0, "diverged")
    lost.loss = float("nan")
    book.record(tmp_path, networks=book.provenance([lost]))
    assert storage.read_json(tmp_path / "results.json")["networks"][0]["loss"] is None


def test_a_weight_is_labelled_with_its_name_number_and_place() -> None:
    network: Any = SimpleNamespace(architecture=Architecture.parse("12;cache:15,gaussian:4,identity:2,sin:1"))
    assert book.weight_label(network, 4371, "mouth opening") == "mouth opening\nweight 4371\n(7, 15, 15)"
    assert book.weight_label(network, (7, 15, 15)) == "weight 4371\n(7, 15, 15)"


# What the reader is shown


def test_the_shown_parameters_are_those_that_ran_with_their_comments() -> None:
    source = 'image = "auto"  # naïve: any genome\nseeds = [\n    0,\n]  # twins\nrate = 0.1\nnote = None'
    shown = showing.with_values(source, {"image": "skull", "seeds": [3, 4], "rate": 0.1, "note": 'say "hi"'})
    assert shown == 'image = "skull"  # naïve: any genome\nseeds = [3, 4]  # twins\nrate = 0.1\nnote = \'say "hi"\''


def test_a_number_over_seeds_is_said_with_its_spread() -> None:
    assert book.over_seeds([0.3, 0.1, 0.2], ".0%") == "median 20%, from 10% to 30% over 3 seeds"
    assert book.over_seeds([0.25]) == "0.25, with one seed and so no spread"
    with pytest.raises(BadInput, match="values must be one or more numbers"):
        book.over_seeds([])
