"""Fidelity: the paper's numbers hold, every figure has its place, and a verdict says what the numbers say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fer_utils as fer
from fer_utils import fidelity, garden, published, sweeps, training
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.fidelity import found, numbers
from fer_utils.fidelity.rows import judged, spelled, within_factor
from fer_utils.genome import Genome
from fer_utils.training.reference import MARKED_STEPS

Loader = Callable[[str], Genome]
IMAGES = tuple(fidelity.PAPER_NUMBERS)
MASK = garden.load_genome("mask")


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take the paper's genomes away."""
    monkeypatch.setenv("FER_PICBREEDER_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


# --- the paper's numbers ---


@pytest.mark.parametrize("name", IMAGES)
def test_the_layered_network_has_the_papers_shape_and_counts(paper_genome: Loader, name: str) -> None:
    genome, paper = paper_genome(name), fidelity.PAPER_NUMBERS[name]
    network = fer.layerize(genome)
    assert str(network.architecture) == paper.architecture
    assert network.architecture.weight_count == paper.weights
    assert sum(1 for _ in network.nonzero()) == paper.nonzero
    assert (len(genome.nodes), len(genome.connections), genome.age) == (paper.nodes, paper.links, paper.age)


def test_the_skull_has_twenty_four_new_maps_and_fifty_seven_weights_to_sweep(paper_genome: Loader) -> None:
    network = fer.layerize(paper_genome("skull"))
    assert fer.feature_maps(network, numbers.NOVEL_SIZE).novel().sum() == fidelity.PAPER_NUMBERS["skull"].novel == 24
    assert len(sweeps.sweepable(network)) == fidelity.PAPER_NUMBERS["skull"].swept == 57


@pytest.mark.parametrize("name", IMAGES)
def test_every_chosen_weight_is_a_connection_and_draws_the_same_both_ways(paper_genome: Loader, name: str) -> None:
    from fer_utils.fidelity.checking import drawn_apart

    network = fer.layerize(paper_genome(name))
    for number in sweeps.PAPER_SWEEPS[name]["evolved"]:
        assert network.architecture.locate(number) in network.connection_of
        assert drawn_apart(network, number, size=24) < 1e-9


@pytest.mark.parametrize("name", IMAGES)
def test_every_number_of_the_papers_is_inside_the_architecture(name: str) -> None:
    architecture = Architecture.parse(fidelity.PAPER_NUMBERS[name].architecture)
    for number in (*sweeps.PAPER_SWEEPS[name]["evolved"], *sweeps.PAPER_SWEEPS[name]["sgd"]):
        assert architecture.paper_id(*architecture.locate(number)) == number
    number, place = numbers.EXAMPLE_ID
    assert name != "skull" or architecture.locate(number) == place


def test_the_skulls_graph_is_stuck_where_the_papers_is(paper_genome: Loader, tmp_path: Path) -> None:
    from fer_utils.training.graphs import fit_graph

    genome = paper_genome("skull")
    recipe = training.recipe_for("skull").variant(steps=200, size=16)
    runs = fit_graph(genome.image(16), genome, recipe, seeds=[0, 1, 2], store=tmp_path, threads=1, progress=False)
    assert within_factor([run.loss for run in runs], numbers.GRAPH_LOSS, numbers.FACTOR)


@pytest.mark.parametrize("step", MARKED_STEPS[1:])
@pytest.mark.parametrize("name", IMAGES)
def test_published_losses_are_within_a_factor_of_two_of_the_authors(name: str, step: int) -> None:
    """The median over published seeds, read from the histories under published/runs: this needs no genome."""
    evidence = fidelity.gather(name)
    if not evidence.twins:
        pytest.skip(f"no run of the whole recipe on the {name} is published yet")
    theirs = training.authors_curve(name)[step]
    assert within_factor(evidence.losses(step), theirs, numbers.FACTOR)


@pytest.mark.parametrize("name", IMAGES)
def test_what_is_published_was_trained_by_the_papers_recipe_at_the_papers_rate(name: str) -> None:
    for run in fidelity.gather(name).twins:
        assert run.recipe.is_paper
        assert (run.recipe.steps, run.recipe.size) == (100_000, 256)
        assert run.recipe.learning_rate == training.Recipe.paper(name).learning_rate
        assert run.recipe.normalise_gradient


@pytest.mark.parametrize("entry", published.entries(), ids=lambda entry: entry.file)
def test_every_published_run_says_how_it_came_about(entry: published.Entry) -> None:
    assert {"python", "numpy", "torch", "fer_utils"} <= set(entry.versions)
    assert {"processor", "cores", "system"} <= set(entry.machine)
    assert entry.seconds > 0
    assert entry.recipe["name"]
    run = published.load(entry)
    assert 50 < len(run.history) <= 400
    assert run.history.steps[0] == 0


# --- the figures' catalogue ---


def test_every_figure_of_the_paper_stands_in_the_catalogue_once_and_in_order() -> None:
    assert [figure.number for figure in fidelity.FIGURES] == [*map(str, range(1, 26)), "S"]


@pytest.mark.parametrize("figure", fidelity.FIGURES, ids=lambda figure: f"figure {figure.number}")
def test_a_chapter_that_is_said_to_show_a_figure_names_it(figure: fidelity.PaperFigure, repository: Path) -> None:
    apart = {"7", "9"}  # what they are about, the chapters on the wider question take up in their own way
    for number in figure.chapters:
        notebooks = list((repository / "notebooks").glob(f"{number}_*.py"))
        assert notebooks or number == "21"
        for path in notebooks if figure.number not in apart else ():
            text = " ".join(line.lstrip("# ") for line in path.read_text(encoding="utf-8").splitlines())
            assert figure.number in figures_named(text), f"{path.name} says nothing of figure {figure.number}"


def figures_named(text: str) -> set[str]:
    """Return the numbers of the paper's figures that a text names, "figures 21 to 23" written out."""
    named: set[str] = set()
    for part in re.findall(r"[Ff]igures? ((?:\d+(?:, | and | to |–)?)+)", text):
        ends = re.sub(r"(\d+)(?: to |–)(\d+)", lambda m: ", ".join(map(str, range(int(m[1]), int(m[2]) + 1))), part)
        named |= set(re.findall(r"\d+", ends))
    return named | ({"S"} if "supplement" in text else set())


def test_the_reading_of_figures_numbers_sees_every_form() -> None:
    assert figures_named("(Paper: figures 1, 5 and 14; the supplement.)") == {"1", "5", "14", "S"}
    assert figures_named("figures 21 to 23, figure 4") == {"21", "22", "23", "4"}


def test_a_figure_is_found_by_its_number_and_an_unknown_one_is_refused() -> None:
    assert [figure.number for figure in fidelity.figures_of(["05", "s"])] == ["5", "S"]
    assert fidelity.figures_of() == fidelity.FIGURES
    with pytest.raises(BadInput, match="figure must be one of 1, 2"):
        fidelity.figures_of(["26"])


def test_a_files_name_begins_with_the_figures_number() -> None:
    by_number = {figure.number: figure for figure in fidelity.FIGURES}
    assert fidelity.file_stem(by_number["5"], "skull", part="evolved") == "05-feature-maps-evolved-skull"
    assert fidelity.file_stem(by_number["S"], "apple") == "S-all-sweeps-apple"


# --- verdicts ---


@given(st.lists(st.floats(1e-9, 1.0), max_size=5), st.floats(1e-9, 1.0))
def test_a_value_is_within_a_factor_if_its_median_is(values: list[float], theirs: float) -> None:
    said = within_factor(values, theirs, 2.0)
    assert said == (bool(values) and theirs / 2 <= np.median(values) * (1 + 1e-12) and np.median(values) / 2 <= theirs)
    assert judged(said) == (fidelity.REPRODUCED if said else fidelity.DIFFERS)


def test_values_of_seeds_are_written_with_their_number_and_spread() -> None:
    assert spelled([]) == "–"
    assert spelled([0.00123]) == "0.0012 (one seed)"
    assert spelled([3.0, 1.0, 2.0]) == "2 (median of 3 seeds, 1 to 3)"


def test_a_changed_genome_is_found_out(paper_genome: Loader) -> None:
    genome = paper_genome("skull")
    evidence = fidelity.gather("skull")
    link = next(link for link in genome.connections if link.weight)
    rows = fidelity.number_rows([replace(evidence, genome=genome.with_weights({link.id: 0.0}))])
    wrong = {row.item for row in rows if row.verdict == fidelity.DIFFERS}
    assert {"of which not zero in the evolved network", "weights that neither copy nor are zero"} <= wrong


@pytest.mark.usefixtures("nothing")
def test_without_the_genomes_their_rows_say_so_and_the_losses_are_judged_all_the_same() -> None:
    evidence = [fidelity.gather(name) for name in IMAGES]
    assert all(one.genome is None for one in evidence)
    rows = [*fidelity.number_rows(evidence), *fidelity.figure_rows(evidence)]
    counts = [row for row in rows if row.item == "nodes of the graph"]
    assert len(counts) == 3
    assert all(row.verdict == fidelity.NOT_POSSIBLE and "make genomes" in row.why for row in counts)
    losses = [row for row in rows if row.item.startswith("loss after") and fidelity.gather(row.image).twins]
    assert all(row.verdict in (fidelity.REPRODUCED, fidelity.DIFFERS) for row in losses)


@pytest.mark.usefixtures("nothing")
@pytest.mark.parametrize("chapters", [(), ("21",)])
def test_every_figure_has_a_verdict_a_reason_and_no_row_says_not_done(chapters: tuple[str, ...]) -> None:
    rows = fidelity.figure_rows([fidelity.gather(name) for name in IMAGES], chapters=chapters)
    assert [row.figure for row in rows] == sorted((row.figure for row in rows), key=place_of)
    assert {row.figure for row in rows} == {figure.number for figure in fidelity.FIGURES}
    assert all(row.verdict in fidelity.VERDICTS and row.why for row in rows)
    assert not [row for row in rows if "not done" in f"{row.ours} {row.why}"]
    phylogeny = next(row for row in rows if row.figure == "3")
    assert phylogeny.verdict == (fidelity.DIFFERS if chapters else fidelity.NOT_POSSIBLE)


def test_a_relu_network_of_another_recipe_differs_and_the_row_names_the_recipe(paper_genome: Loader) -> None:
    paper_genome("skull")
    skull = fidelity.gather("skull")
    other = training.other_recipe("SOAP, drawn pixels", size=256)
    for recipe, verdict in ((training.recipe_for("skull"), fidelity.REPRODUCED), (other, fidelity.DIFFERS)):
        one = replace(skull, relu=[replace(run, recipe=recipe) for run in skull.relu])
        (row,) = [row for row in fidelity.figure_rows([one, *map(fidelity.gather, IMAGES[1:])]) if row.figure == "21"]
        assert row.verdict == verdict
        assert ("*SOAP, drawn pixels*" in row.why) == (recipe is other)


def place_of(number: str) -> int:
    return [figure.number for figure in fidelity.FIGURES].index(number)


# --- what was found in their code and data ---


@given(st.integers(1, 30))
def test_rounding_a_picture_to_eight_bits_costs_at_most_half_a_step(seed: int) -> None:
    picture = np.random.default_rng(seed).random((8, 8, 3))
    assert 0 < found.rounding_cost(picture) <= (0.5 / 255) ** 2
    assert found.rounding_cost(np.round(picture * 255) / 255) < 1e-30


def test_the_two_grids_differ_and_a_constant_picture_does_not_care() -> None:
    network = fer.layerize(MASK)
    assert found.between_grids(network, size=64, every=1) > 1e-5
    flat = Network(network.architecture, tuple(np.zeros_like(matrix) for matrix in network.weights))
    assert found.between_grids(flat, size=64) == 0


def test_counting_layers_by_number_is_the_same_as_by_name_only_while_there_are_few() -> None:
    few = fer.layerize(MASK)
    assert few.architecture.depth < 10
    for number in range(0, few.architecture.weight_count, 97):
        assert found.by_number(few, number) == few.architecture.locate(number)


def test_the_skulls_mouth_would_be_an_empty_place_if_layers_were_counted_by_number(paper_genome: Loader) -> None:
    network = fer.layerize(paper_genome("skull"))
    place = found.by_number(network, 4371)
    assert place != network.architecture.locate(4371)
    assert network.weight(place) == 0


def test_the_normalised_gradient_is_tried_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_STORE", str(tmp_path))
    row = found.normalised_row(MASK.image(16), fer.layerize(MASK), steps=40, seeds=(0,))
    with_it, without = map(float, re.findall(r"\d\.\de-\d\d", row.ours))
    assert with_it != without
    assert ("helps" in row.why) == (with_it < without)


@pytest.mark.usefixtures("nothing")
def test_what_was_found_is_listed_with_or_without_the_genomes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_STORE", str(tmp_path))
    evidence = [fidelity.gather(name) for name in IMAGES]
    rows = fidelity.found_rows(evidence, target=MASK.image(16), network=fer.layerize(MASK), steps=20)
    assert len(rows) == len({row.item for row in rows}) == 8
    assert all(row.why and row.source and row.verdict in fidelity.VERDICTS for row in rows)


def test_a_sweep_that_the_paper_draws_otherwise_is_one_it_chose() -> None:
    for image, ranges in sweeps.PAPER_OFFSETS.items():
        assert set(ranges) <= set(sweeps.PAPER_SWEEPS[image]["evolved"])
        assert all(len(offsets) == 5 and 0 in offsets for offsets in ranges.values())
    assert published.FOLDER.is_dir()
