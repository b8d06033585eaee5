"""One notebook, a page for each image: which pages there are, what they run with, and how they name each other."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from small_book import NOTEBOOK, PNG
from test_book_runner import command

from fer_utils import garden, picbreeder, storage
from fer_utils.book import build, manifest, presets
from fer_utils.book.batch import run_chapters
from fer_utils.book.chapters import Chapter, Shown, find_chapters, read_chapter, read_chapters, short_name
from fer_utils.book.runner import Layout, Outcome
from fer_utils.book.siblings import LABEL, choose_images, expand, with_links, with_sections
from fer_utils.checks import BadInput
from fer_utils.genome import Genome

MASK, OVAL, MOON = Shown("auto", "mask", "Mask"), Shown("oval", "oval", "Oval"), Shown("m.json", "moon", "Moon")
PARAMETERS = {"image": "auto", "steps": 6000, "out": "o"}
READ = Chapter("01_read", Path("01_read.py"), "Read", (), {"image": "auto", "size": 64, "out": "o"}, True)
FIND = Chapter("02_find", Path("02_find.py"), "Find", (READ.name,), PARAMETERS)
TRAIN = Chapter("03_train", Path("03_train.py"), "Train", (READ.name, FIND.name), PARAMETERS, True)
BOOK = (READ, FIND, TRAIN)
PAGES = expand(BOOK, (MASK, OVAL, MOON))


def preset(**content: Any) -> presets.Preset:
    return presets.Preset("toy", Path("toy.yml"), {}, {}, **content)


def planned(*assignments: str, chapters: tuple[Chapter, ...] = PAGES, **content: Any) -> dict[str, dict[str, Any]]:
    return presets.plan(chapters, preset(**content), assignments=assignments)


# Which pages there are


def test_the_first_image_keeps_the_notebooks_names_and_the_others_add_theirs() -> None:
    assert [page.name for page in PAGES] == [
        "01_read",
        "01_read-oval",
        "01_read-moon",
        "02_find",
        "03_train",
        "03_train-oval",
        "03_train-moon",
    ]
    assert [page.title for page in PAGES[-3:]] == ["Train", "Train: the oval", "Train: the moon"]
    assert {page.source for page in PAGES[-3:]} == {TRAIN.source}


def test_a_page_needs_the_pages_of_its_own_image_where_there_are_such() -> None:
    assert [page.needs for page in PAGES[-3:]] == [
        ("01_read", "02_find"),
        ("01_read-oval", "02_find"),
        ("01_read-moon", "02_find"),
    ]


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.integers(1, 4), st.data())
def test_every_page_comes_once_and_after_those_it_needs(kinds: list[bool], images: int, data: st.DataObject) -> None:
    names = [f"{place:02}_do" for place in range(1, len(kinds) + 1)]
    chapters = [
        Chapter(
            name,
            Path(f"{name}.py"),
            "Do",
            tuple(data.draw(st.sets(st.sampled_from(names[:place])))) if place else (),
            PARAMETERS,
            kind,
        )
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]
    pages = expand(chapters, [Shown(f"i{n}", f"i{n}", f"I{n}") for n in range(images)])
    places = {page.name: place for place, page in enumerate(pages)}
    assert len(places) == len(pages) == sum(images if kind else 1 for kind in kinds)
    assert all(places[need] < place for place, page in enumerate(pages) for need in page.needs)
    assert set(names) <= set(places)


def test_without_images_the_notebooks_are_the_pages() -> None:
    assert expand(BOOK, ()) == BOOK
    assert [page.name for page in expand(BOOK, (MASK,))] == [chapter.name for chapter in BOOK]


@pytest.mark.parametrize("wanted", ["3", "03", "03_train", "03_train.py"])
def test_a_notebooks_name_stands_for_all_of_its_pages(wanted: str) -> None:
    assert find_chapters(PAGES, wanted) == PAGES[-3:]


@pytest.mark.parametrize("page", [page for page in PAGES if page.shown], ids=lambda page: page.name)
def test_a_number_and_an_image_stand_for_one_page(page: Chapter) -> None:
    assert page.shown
    for wanted in (f"{page.number}-{page.shown.name}", f"{page.notebook}-{page.shown.name}"):
        assert find_chapters(PAGES, wanted) == (page,)
    assert page in find_chapters(PAGES, short_name(page.name))


# Which images there are


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that says which of the paper's genomes this machine has; each of them is the mask."""

    def pretend(*names: str) -> None:
        mask = garden.FOLDER / "mask.json"
        read = picbreeder.read_genome
        monkeypatch.setattr(picbreeder, "find", lambda name: mask if name in names else None)
        monkeypatch.setattr(
            picbreeder,
            "read_genome",
            lambda path, **rest: garden.load_genome("mask") if Path(path) == mask else read(path, **rest),
        )

    return pretend


WANTED = ("auto", "butterfly", "apple")


def test_all_images_that_are_at_hand_are_shown(at_hand: Callable[..., None]) -> None:
    at_hand("skull", "butterfly", "apple")
    choice = choose_images(WANTED)
    assert choice.shown == (
        Shown("auto", "skull", "Skull"),
        Shown("butterfly", "butterfly", "Butterfly"),
        Shown("apple", "apple", "Apple"),
    )
    assert choice.note == ""


def test_what_is_not_on_this_machine_is_left_out_and_named(at_hand: Callable[..., None]) -> None:
    at_hand()
    choice = choose_images(("jester", "mushroom", "tomato", "butterfly", "apple"))
    assert [one.name for one in choice.shown] == ["jester", "mushroom", "tomato"]
    assert choice.note == (
        "The paper's butterfly and apple are not on this machine, so they have no pages here; `make genomes` fetches "
        "the paper's genomes."
    )


def test_bred_genomes_stand_in_for_those_that_are_missing_and_for_no_more(at_hand: Callable[..., None]) -> None:
    at_hand()
    choice = choose_images(WANTED)
    assert [one.image for one in choice.shown] == ["auto", "tomato", "jester"]
    assert [one.name for one in choice.shown] == ["mushroom", "tomato", "jester"]
    assert "so the tomato and the jester, which were bred for this book, stand in;" in choice.note
    at_hand("skull", "apple")
    choice = choose_images(WANTED)
    assert [one.name for one in choice.shown] == ["skull", "apple", "mushroom"]
    assert choice.note.startswith("The paper's butterfly is not on this machine, so the mushroom, which was bred for")
    assert [one.name for one in choose_images(["mask", "apple", "jester", "butterfly"]).shown] == [
        "mask",
        "apple",
        "jester",
        "mushroom",
    ]


def test_a_genome_under_two_names_is_shown_once(at_hand: Callable[..., None]) -> None:
    at_hand("skull")
    assert choose_images(["auto", "skull", "mask"]).shown == choose_images(["auto", "mask", "auto"]).shown


def test_a_genome_file_is_shown_under_a_name_fit_for_a_page(tmp_path: Path) -> None:
    path = storage.write_text(tmp_path / "my own (2).json", (garden.FOLDER / "mask.json").read_text(encoding="utf-8"))
    assert choose_images(["mask", str(path)]).shown[1] == Shown(str(path), "my_own_2", "My own (2)")


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (["mask", "buterfly"], r"genome must be one of .*did you mean 'butterfly'.*got 'buterfly'"),
        (["mask", "nowhere.json"], "nowhere.json"),
        (["mask", "my.png"], "my.png is a picture"),
    ],
)
def test_an_image_that_cannot_be_read_is_refused(images: list[str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        choose_images(images)


def test_two_genomes_of_one_name_are_refused(tmp_path: Path) -> None:
    text = (garden.FOLDER / "mask.json").read_text(encoding="utf-8")
    mine = storage.write_text(tmp_path / "mask.json", text)
    with pytest.raises(BadInput, match=r"images must differ in their short names, got mask and .*mask\.json"):
        choose_images(["mask", str(mine)])


# What the pages run with


def test_each_page_has_the_parameters_of_its_image() -> None:
    plans = planned("03.steps=8", "03-moon.steps=9", images=("auto", "oval"), for_images={"oval": {"size": 7}})
    assert [plans[page.name]["image"] for page in PAGES] == ["auto", "oval", "m.json", "auto", "auto", "oval", "m.json"]
    assert [plans[page.name]["size"] for page in PAGES[:3]] == [64, 7, 64]
    assert [plans[page.name]["steps"] for page in PAGES[3:]] == [6000, 8, 8, 9]


def test_a_wish_by_hand_wins_over_the_presets_for_an_image() -> None:
    for_images = {"oval": {"steps": 5}, "auto": {"steps": 4}}
    steps = {name: plan["steps"] for name, plan in planned(for_images=for_images).items() if "steps" in plan}
    assert steps == {"02_find": 6000, "03_train": 4, "03_train-oval": 5, "03_train-moon": 6000}
    steps = {name: plan["steps"] for name, plan in planned("steps=1", for_images=for_images).items() if "steps" in plan}
    assert set(steps.values()) == {1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("03-mon.steps=4", r"The notebook 03: the image must be one of mask, oval, moon \(did you mean 'moon'\?\)"),
        ("02-oval.steps=4", "02-oval is not there: 02_find has one page, without an image's name"),
        ("09-oval.steps=4", "The notebook must be one of 01_read, 02_find, 03_train, got '09'"),
        ("03-oval.stpes=4", r"03_train.stpes is not a parameter here .*did you mean steps\?"),
        ("03-oval.steps=x", "03_train-oval.steps must be a whole number"),
        ("03-oval.image=mask", "03_train-oval.image cannot be set, .*make book IMAGE="),
        ("image=mask", "01_read.image cannot be set"),
    ],
)
def test_a_wish_that_no_page_can_grant_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        planned(text)
    assert "\n" not in str(caught.value)


def test_the_image_of_a_single_page_can_be_set() -> None:
    assert planned("03.image=oval", chapters=expand(BOOK, (MASK,)))["03_train"]["image"] == "oval"


@pytest.mark.parametrize("image", ["oval", "not at hand"])
def test_a_presets_parameter_for_an_image_is_checked_even_where_the_image_is_not_at_hand(image: str) -> None:
    with pytest.raises(BadInput, match=rf"toy.yml: for: {image}.stpes is not a parameter here .*did you mean steps"):
        planned(for_images={image: {"stpes": 4}})
    with pytest.raises(BadInput, match="steps must be a whole number"):
        planned(for_images={image: {"steps": "many"}})


def test_a_preset_names_images_and_their_parameters(tmp_path: Path) -> None:
    (tmp_path / "quick.yml").write_text("images: [auto, oval]\nfor: {oval: {steps: 5}}\n3: {steps: 6}\n")
    read = presets.load_preset("quick", tmp_path)
    assert (read.images, read.for_images) == (("auto", "oval"), {"oval": {"steps": 5}})
    assert (read.defaults, read.chapters) == ({"image": "auto"}, {"03": {"steps": 6}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("images: auto", r"images must be a list of genomes, such as \[auto, butterfly\], got 'auto'"),
        ("images: []", "must be a list of genomes"),
        ("images: [1]", "must be a list of genomes"),
        ("images: [auto]\nfor: [oval]", "for must map images to parameters"),
        ("images: [auto]\nfor: {auto: 3}", "for must map images to parameters"),
        (
            "images: [auto, oval]\nfor: {ovla: {}}",
            r"for: the image must be one of auto, oval \(did you mean 'oval'\?\)",
        ),
        ("for: {oval: {}}", "for: the image must be one of"),
        ("images: [oval]\ndefaults: {image: auto}", "images must begin with the defaults' image, auto, got oval"),
    ],
)
def test_a_preset_with_faulty_images_is_refused_with_its_file(tmp_path: Path, text: str, words: str) -> None:
    path = storage.write_text(tmp_path / "mine.yml", text)
    with pytest.raises(BadInput, match=words) as caught:
        presets.load_preset(str(path), tmp_path)
    assert "mine.yml" in str(caught.value)


@pytest.mark.parametrize("name", ["quick", "paper"])
def test_the_siblings_of_one_image_look_at_the_same_twins(repository: Path, name: str) -> None:
    folder = repository / "notebooks"
    read = presets.load_preset(name, folder / "presets")
    shown = [Shown(image, image, image.title()) for image in read.images]
    chapters = expand(read_chapters(folder), shown)
    plans = presets.plan(chapters, read)
    assert [one.name for one in shown] == ["auto", "butterfly", "apple"]
    for one in shown:
        twins = [plans[page.name] for page in chapters if page.shown == one and page.number in ("03", "04", "05")]
        same = [{name: plan[name] for name in ("image", "size", "steps", "seeds", "schedule")} for plan in twins]
        assert len(same) in (0, 3), "either all chapters about the twins have a page for this image, or none"
        assert same == same[:1] * len(same)


# What a notebook's header may say


def notebook(folder: Path, header: str, name: str = "01_make_it", body: str = "pass", parameter: str = "image") -> Path:
    source = NOTEBOOK.format(needs=f"[]\n#     {header}", title="Make it", png=PNG, body=body)
    return storage.write_text(folder / f"{name}.py", source.replace("steps = 3 ", f'{parameter} = "auto"\nsteps = 3 '))


@pytest.mark.parametrize(
    ("header", "name", "parameter", "words"),
    [
        ("each_image: 3", "01_make_it", "image", "`fer: each_image:` must be true or false, got 3"),
        ("each_image: true", "01_make-it", "image", 'must do without "-"'),
        ("each_image: true", "01_make_it", "picture", "must include `image`, got picture, steps"),
    ],
)
def test_a_faulty_header_is_refused(tmp_path: Path, header: str, name: str, parameter: str, words: str) -> None:
    assert read_chapter(notebook(tmp_path, "each_image: true")).each_image
    assert not read_chapter(notebook(tmp_path, "each_image: false")).each_image
    with pytest.raises(BadInput, match=words):
        read_chapter(notebook(tmp_path, header, name, parameter=parameter))


# From the command line to the pages


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path) -> Path:
    """Return a project with one notebook, and the mask under two more names."""
    root = tmp_path / "book"
    body = 'pathlib.Path(out, "results.json").write_text(json.dumps({"image": image, "steps": steps}))'
    notebook(root / "notebooks", "each_image: true", body=body)
    mask = Genome.from_json(storage.read_json(garden.FOLDER / "mask.json"))
    for place, name in enumerate(("oval", "moon")):
        other = replace(mask.connections[0], weight=mask.connections[0].weight + place + 1)
        storage.write_json(root / f"{name}.json", replace(mask, connections=(other, *mask.connections[1:])).to_json())
    text = "images: [mask, oval.json, moon.json]\nfor: {oval.json: {steps: 5}}\n"
    storage.write_text(root / "notebooks" / "presets" / "quick.yml", text)
    storage.write_text(root / "requirements.lock", "numpy==1\n")
    storage.write_text(root / "_toc.yml", "format: jb-book\nroot: index\nchapters: [{file: executed/01_make_it}]\n")
    storage.write_text(root / "book" / "index.md", "# Welcome\n")
    storage.write_text(root / "book" / "references.bib", "")
    storage.write_text(root / "_config.yml", (repository / "_config.yml").read_text(encoding="utf-8"))
    for folder in ("_ext", "assets"):
        (root / "book" / folder).symlink_to(repository / "book" / folder)
    monkeypatch.chdir(root)
    return root


def test_each_image_has_its_own_key_results_and_page_and_the_manifest_lists_all(root: Path) -> None:
    done = command(root, "build", "--set", "01-moon.steps=6")
    assert done.returncode == 0, done.stderr
    # Side by side, any of them may be the first to end.
    assert sorted(line.split()[:2] for line in done.stdout.splitlines() if "done in" in line) == [
        ["[1/3]", "01_make_it"],
        ["[2/3]", "01_make_it-oval"],
        ["[3/3]", "01_make_it-moon"],
    ]
    executed = root / "book" / "executed"
    results = storage.read_json(executed / "results.json")
    assert results == {
        "01_make_it": {"image": "mask", "steps": 3},
        "01_make_it-oval": {"image": "oval.json", "steps": 5},
        "01_make_it-moon": {"image": "moon.json", "steps": 6},
    }
    listed = storage.read_json(executed / "manifest.json")["chapters"]
    assert [(one["name"], one["title"]) for one in listed] == [
        ("01_make_it", "Make it"),
        ("01_make_it-oval", "Make it: the oval"),
        ("01_make_it-moon", "Make it: the moon"),
    ]
    assert len({one["key"] for one in listed}) == 3
    assert "| 01-oval [Make it: the oval](01_make_it-oval.ipynb) |" in (executed / "manifest.md").read_text()
    site = root / "build" / "_build" / "html" / "executed"
    for name, others in {"01_make_it": ["oval", "moon"], "01_make_it-oval": ["moon"]}.items():
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        tabs = text.split(f'aria-label="{LABEL}"')[1].split("</nav>")[0]
        assert all(f'href="01_make_it-{other}.html"' in tabs for other in others)
    # Another wish for one page concerns that page alone.
    read = presets.load_preset("quick", root / "notebooks" / "presets")
    chapters = expand(read_chapters(root / "notebooks"), choose_images(read.images).shown)
    again = run_chapters(chapters, presets.plan(chapters, read, assignments=["01-moon.steps=7"]), Layout(root, "quick"))
    assert [outcome.status for outcome in again] == ["reused", "reused", "ran"]


def test_one_image_asked_for_is_the_only_one_built(root: Path) -> None:
    done = command(root, "build", "--image", "moon.json")
    assert done.returncode == 0, done.stderr
    assert storage.read_json(root / "book" / "executed" / "results.json") == {
        "01_make_it": {"image": "moon.json", "steps": 3}
    }
    assert "fer-siblings" not in (root / "build" / "_build" / "html" / "executed" / "01_make_it.html").read_text()
    assert "sections" not in (root / "build" / "toc.yml").read_text()


def test_the_list_names_the_pages_of_a_notebook(root: Path) -> None:
    done = command(root, "list")
    assert done.stdout.endswith("    a page for each image: mask, oval, moon (such as 01-oval)\n")


def test_a_single_run_takes_any_image(root: Path) -> None:
    chapters = read_chapters(root / "notebooks")
    plans = presets.plan(chapters, presets.load_preset("quick", root / "notebooks" / "presets"), image="moon.json")
    (outcome,) = run_chapters(chapters, plans, Layout(root, "single"), package="package")
    assert (outcome.name, outcome.parameters["image"], outcome.parameters["steps"]) == ("01_make_it", "moon.json", 3)


# What the pages say of each other


def page() -> nbformat.NotebookNode:
    new = nbformat.v4
    return new.new_notebook(cells=[new.new_markdown_cell("# Train\n\n**Claim.** It can."), new.new_code_cell("1")])


def test_the_way_to_the_siblings_stands_right_under_the_title() -> None:
    made = page()
    with_links(made, PAGES[-2], PAGES, "")
    assert made.cells[0].source == (
        f'# Train: the oval\n\n<nav class="fer-siblings" aria-label="{LABEL}">\n\n'
        '- [Mask](03_train.ipynb)\n- <strong aria-current="page">Oval</strong>\n- [Moon](03_train-moon.ipynb)\n\n'
        "</nav>\n\n**Claim.** It can."
    )
    assert len(made.cells) == 2


def test_a_page_without_siblings_stays_as_it_is_save_for_what_is_missing() -> None:
    alone = expand(BOOK, (MASK,))
    made = page()
    with_links(made, alone[-1], alone, "")
    assert made.cells[0].source == page().cells[0].source
    with_links(made, alone[-1], alone, "The apple is missing.")
    assert made.cells[0].source == "# Train\n\n{.fer-missing}\nThe apple is missing.\n\n**Claim.** It can."


def test_siblings_stand_below_the_notebooks_own_page_in_the_table_of_contents() -> None:
    toc = yaml.safe_load("""
        format: jb-book
        root: welcome
        parts:
          - caption: One
            chapters: [{file: how_to}, {file: executed/01_read, sections: [{file: more}]}, {file: executed/02_find}]
        """)
    before = yaml.safe_dump(toc)
    (part,) = with_sections(toc, PAGES)["parts"]
    assert part["caption"] == "One"
    assert part["chapters"] == [
        {"file": "how_to"},
        {
            "file": "executed/01_read",
            "sections": [
                {"file": "executed/01_read-oval", "title": "The oval"},
                {"file": "executed/01_read-moon", "title": "The moon"},
                {"file": "more"},
            ],
        },
        {"file": "executed/02_find"},
    ]
    assert yaml.safe_dump(toc) == before
    assert with_sections(toc, BOOK) == toc


def test_a_table_of_contents_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    storage.write_text(tmp_path / "_toc.yml", "parts: [")
    with pytest.raises(BadInput, match=r"_toc\.yml must be a YAML file"):
        build.build_book(Layout(tmp_path, "quick"))


def test_the_manifest_tells_siblings_apart_where_networks_are_used() -> None:
    network = {"recipe": "paper", "seed": 1, "steps": 9, "status": "trained", "key": "k"}
    outcomes = [Outcome(name, "T", "ran", 1.0, "0" * 64, {}, ("01_read-oval",)) for name in ("02_a-oval", "03_b-oval")]
    results = {outcome.name: {"networks": [network]} for outcome in outcomes}
    text = manifest.manifest_page(manifest.make_manifest(outcomes, results, preset="quick", root=Path("/")))
    assert "| 02-oval, 03-oval |" in text
    assert "| 01-oval |" in text


def test_git_ignores_what_a_build_makes_for_siblings(repository: Path) -> None:
    made = ["build/toc.yml", "book/executed/03_train_the_twin-butterfly.ipynb"]
    done = subprocess.run(["git", "check-ignore", *made], cwd=repository, capture_output=True, text=True)
    assert done.stdout.split() == made
