"""The twins that a chapter looks at: published where there are any, trained where there are none or on request."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_utils import book, garden, published
from fer_utils.book.subjects import Subject
from fer_utils.checks import BadInput
from fer_utils.layerize import layerize
from fer_utils.training import Recipe, recipe_for

ARCHITECTURE = layerize(garden.load_genome("mask")).architecture
TINY = Recipe(steps=3, size=8)


def subject(name: str = "stranger") -> Subject:
    """Return a subject of which nothing is published."""
    return Subject(name, name.title(), garden.load_genome("mask"), True, "", name, False)


def test_where_nothing_is_published_twins_are_trained() -> None:
    assert book.published_twins(subject(), ARCHITECTURE) == []
    runs = book.twins(subject(), ARCHITECTURE, TINY, seeds=[4])
    assert [(run.seed, run.recipe.steps, run.status != "published") for run in runs] == [(4, 3, True)]


@pytest.mark.parametrize("entry", [e for e in published.entries() if e.recipe["name"] == "paper"], ids=lambda e: e.file)
def test_every_published_run_of_the_papers_recipe_is_found_by_its_image(entry: published.Entry) -> None:
    genome = published.genome_at_hand(entry.image)
    if genome is None:
        pytest.skip(f"the genome of {entry.image} is not at hand")
    asked = Subject(entry.image, entry.image, genome, False, "", entry.image, True)
    run = published.load(entry)
    found = book.twins(asked, run.network.architecture, TINY, seeds=[99])
    assert entry.seed in [one.seed for one in found]
    assert {one.status for one in found} == {"published"}
    assert all(one.recipe.is_paper and one.recipe.steps == recipe_for(entry.image).steps for one in found)


def test_twins_alike_are_trained_by_one_recipe_where_none_has_published_both() -> None:
    straight = ARCHITECTURE.with_only("relu")
    runs = book.twins_alike(subject(), [ARCHITECTURE, straight], TINY, seeds=[4])
    assert [[run.network.architecture for run in ones] for ones in runs] == [[ARCHITECTURE], [straight]]
    assert {(run.recipe.steps, run.status != "published") for ones in runs for run in ones} == {(3, True)}


@pytest.mark.parametrize("name", published.image_names())
def test_published_twins_alike_share_their_recipe(name: str) -> None:
    genome = published.genome_at_hand(name)
    if genome is None:
        pytest.skip(f"the genome of {name} is not at hand")
    kinds = [architecture := layerize(genome).architecture, architecture.with_only("relu")]
    runs = book.twins_alike(Subject(name, name, genome, False, "", name, True), kinds, TINY, seeds=[0])
    assert len({run.recipe.name for ones in runs for run in ones}) == 1
    published_kinds = {run.status == "published" for ones in runs for run in ones}
    assert len(published_kinds) == 1, "a published run beside one of a few steps would be no comparison"


def test_training_can_be_asked_for_in_any_case() -> None:
    mask = subject("mask")
    runs = book.twins(mask, ARCHITECTURE, TINY, seeds=[0], which="build")
    assert runs[0].status != "published"
    with pytest.raises(BadInput, match="twins must be one of published, build"):
        book.twins(mask, ARCHITECTURE, TINY, seeds=[0], which="publish")


def test_a_second_twin_is_trained_where_none_is_published() -> None:
    with pytest.raises(BadInput, match="recipe"):
        book.second_twin(subject(), ARCHITECTURE, "no such recipe", size=8)


def test_published_runs_are_described_with_where_they_end(tmp_path: Path) -> None:
    assert "No run of the paper's whole recipe on the mask is published" in book.describe_published(
        [], image_title="Mask"
    )
    runs = [published.load(entry) for entry in published.entries() if entry.recipe["name"] == "paper"][:1]
    text = book.describe_published(runs, image_title="Skull")
    assert f"{runs[0].loss:.2e}" in text
    assert "100,000 steps" in text
