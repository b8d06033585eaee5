"""The SGD twins that a chapter looks at: the published ones where there are any, otherwise trained in the build."""

from __future__ import annotations

from collections.abc import Sequence

from fer_utils import published, training
from fer_utils.book.subjects import Subject
from fer_utils.checks import one_of
from fer_utils.cppn import Architecture
from fer_utils.training import Recipe, Run
from fer_utils.training.comparing import PAPER_SIZE

FROM = ("published", "build")


def twins(
    subject: Subject,
    architecture: Architecture,
    recipe: Recipe,
    *,
    seeds: Sequence[int],
    which: str = "published",
) -> list[Run]:
    """Return twins of a subject: published ones of the paper's whole recipe, or ones trained by a recipe now.

    Args:
        subject: Whose image they draw.
        architecture: Of the twins.
        recipe: How they are trained where none are published, or where `which` says so.
        seeds: Of the first weights, for those trained now; all published seeds are returned.
        which: "published" for the published ones where there are any; "build" to train in any case.

    Returns:
        At least one run; `status` says "published" of a published one.

    Raises:
        BadInput: `which` is neither, a published file is broken, or training refuses the recipe.

    Source: ours.
    """
    one_of("twins", which, FROM)
    if which == "published" and (found := published_twins(subject, architecture)):
        return found
    return training.fit(subject.genome.image(recipe.size or PAPER_SIZE), architecture, recipe, seeds=seeds)


def twins_alike(
    subject: Subject,
    architectures: Sequence[Architecture],
    recipe: Recipe,
    *,
    seeds: Sequence[int],
    which: str = "published",
) -> list[list[Run]]:
    """Return twins in several architectures that are all trained by one recipe, so that only the architecture differs.

    Args:
        subject: Whose image they draw.
        architectures: One or more.
        recipe: How they are trained where no recipe has published runs in every architecture, or where `which` says so.
        seeds: Of the first weights, for those trained now; all published seeds are returned.
        which: "published" for published runs, of the paper's whole recipe before those of `training.OTHER_NAMES`;
            "build" to train in any case.

    Returns:
        For each architecture its runs, at least one.

    Raises:
        BadInput: `which` is neither, a published file is broken, or training refuses the recipe.

    Source: ours.
    """
    one_of("twins", which, FROM)
    if which == "published" and (found := published.runs_alike(subject.name, architectures, genome=subject.genome)):
        return [[*ones] for ones in found]
    return [twins(subject, architecture, recipe, seeds=seeds, which="build") for architecture in architectures]


def published_twins(subject: Subject, architecture: Architecture) -> list[Run]:
    """Return the published runs of the paper's whole recipe on a subject's image; an empty list where there are none.

    Args:
        subject: Whose image they draw.
        architecture: Of the twins.

    Raises:
        BadInput: A published file is broken.

    Source: ours.
    """
    if subject.name not in published.image_names():
        return []
    recipe = training.recipe_for(subject.name)
    return [*published.runs(subject.name, architecture, recipe=recipe, genome=subject.genome)]


def second_twin(subject: Subject, architecture: Architecture, name: str, *, size: int, seed: int = 0) -> Run:
    """Return a twin trained by a recipe beside the paper's: a published one where there is one, else trained now.

    Args:
        subject: Whose image it draws.
        architecture: Of the twin.
        name: Of the recipe, one of `training.OTHER_NAMES`.
        size: Side of the target, pixels.
        seed: Of the first weights; of published ones, another seed is taken where this one is not among them.

    Raises:
        BadInput: The recipe is unknown, or a published file is broken.

    Source: ours.
    """
    recipe = training.other_recipe(name, size=size)
    if subject.name in published.image_names():
        found = published.runs(subject.name, architecture, recipe=recipe, genome=subject.genome)
        if found:
            return min(found, key=lambda run: run.seed != seed)
    return training.fit(subject.genome.image(size), architecture, recipe, seeds=[seed])[0]


def describe_published(runs: Sequence[Run], *, image_title: str) -> str:
    """Say in a sentence where published runs of the paper's whole recipe end; that there are none is a sentence too.

    Args:
        runs: From `published_twins`.
        image_title: What the image is called in a sentence.

    Source: ours.
    """
    if not runs:
        return (
            f"No run of the paper's whole recipe on the {image_title.lower()} is published here, so the curves end "
            "where this build's training does."
        )
    ends = " and ".join(f"{run.loss:.2e} (seed {run.seed})" for run in runs)
    return (
        f"The longer curves were trained for all {runs[0].recipe.steps:,} steps of the paper's recipe at "
        f"{runs[0].recipe.size} pixels, not in this build, and are read from `published/`: they end at {ends}."
    )
