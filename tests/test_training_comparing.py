"""What a chapter says about its recipe and its loss beside the paper's."""

from __future__ import annotations

import pytest

from fer_utils.training import authors_curve, authors_marks, compare_recipes, compare_with_authors, recipe_for


@pytest.mark.parametrize(("name", "rate"), [("skull", 3e-3), ("butterfly", 3e-3), ("apple", 3e-4), ("mask", 3e-3)])
def test_an_image_is_trained_at_its_own_rate_in_the_paper_and_at_the_skulls_otherwise(name: str, rate: float) -> None:
    recipe = recipe_for(name)
    assert (recipe.learning_rate, recipe.steps, recipe.size) == (rate, 100_000, 256)
    assert recipe.is_paper


def test_only_the_papers_images_have_marks_of_the_authors() -> None:
    assert authors_marks("skull") == {"the authors": authors_curve("skull")}
    assert authors_marks("mask") == {}


def test_two_recipes_are_listed_with_what_differs_first_and_in_bold() -> None:
    paper = recipe_for("skull")
    rows = compare_recipes(paper.variant(steps=500, schedule="cosine", weight_l1=0.1), paper)
    bold = [row for row in rows if row[1].startswith("**")]
    assert rows[: len(bold)] == bold
    assert {row[0] for row in bold} == {"steps", "schedule of the learning rate", "penalty on absolute weights"}
    assert ("steps", "**500**", "100,000") in bold
    assert not [row for row in rows if row[0] == "penalty on squared weights"]  # 0 in both: not worth a row


def test_equal_recipes_have_nothing_in_bold() -> None:
    paper = recipe_for("apple")
    assert not [row for row in compare_recipes(paper, paper) if "*" in "".join(row)]


@pytest.mark.parametrize(
    ("loss", "steps", "says"),
    [
        (0.0021, 10_000, "0.00105 after 10,000 steps at 256 pixels; what was reached here is 2.0 times that"),
        (0.0036, 900, "0.0072 after 1,000 steps at 256 pixels; what was reached here is 0.50 of that"),
        (3.9e-4, 90_000, "0.00039 after 100,000 steps at 256 pixels; what was reached here is 1.0 times that"),
    ],
)
def test_a_loss_is_set_beside_the_authors_at_the_nearest_step_they_gave(loss: float, steps: int, says: str) -> None:
    assert says in compare_with_authors("skull", loss, steps=steps)


def test_another_image_is_said_to_have_no_value_of_the_authors() -> None:
    assert "not one of the paper's" in compare_with_authors("mask", 0.01, steps=100)
