"""Training on the graph itself: its gradient against the layered network's and differences, its steps, its runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from genomes import genomes, joined, pixel_colour, pixel_of_graph, plain_nodes
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import fer_utils as fer
from fer_utils import activations, images
from fer_utils.checks import BadInput
from fer_utils.genome import Connection, Genome, Node
from fer_utils.layerize import layerize
from fer_utils.storage import Store
from fer_utils.training import Recipe
from fer_utils.training.gradient import Gradient
from fer_utils.training.graphs import Graph, GraphRun, fit_graph, mean_colour_loss
from fer_utils.training.graphs.walking import Slope

SHORT = Recipe(steps=40, snapshots=(0, 10, 25, 1000))


def small_genome(*names: str) -> Genome:
    """Return a genome with two nodes between the inputs and the outputs."""
    first, second = names or ("gaussian", "sin")
    nodes = plain_nodes(Node("p", "hidden", first), Node("q", "hidden", second))
    pairs = ("x>p", "y>p", "d>p", "p>q", "b>q", "x>q", "p>h", "q>h", "q>s", "b>s", "p>v", "q>v")
    return Genome("small", nodes, joined(*pairs))


def pictures(size: int = 10) -> np.ndarray:
    """Return a target that no small genome draws."""
    return np.random.default_rng(3).random((size, size, 3))


GENOME, IMAGE = small_genome(), pictures()


def quiet(recipe: Recipe = SHORT, **options: Any) -> list[GraphRun]:
    """Train the graph of this file on one thread, without a bar and, unless told, without a store."""
    given = {"seeds": [0], "threads": 1, "progress": False, "store": False, **options}
    return fit_graph(given.pop("image", IMAGE), given.pop("genome", GENOME), recipe, **given)


def same_bits(one: GraphRun, other: GraphRun) -> bool:
    """Say whether two runs agree in weights, curve, loss and snapshots, bit for bit."""
    arrays = [(one.history.steps, other.history.steps), (one.history.loss, other.history.loss)]
    assert list(one.snapshots) == list(other.snapshots)
    arrays += list(zip(one.snapshots.values(), other.snapshots.values(), strict=True))
    weights = [[link.weight for link in run.genome.connections] for run in (one, other)]
    return one.loss == other.loss and weights[0] == weights[1] and all(np.array_equal(a, b) for a, b in arrays)


def exact_task(graph: Graph, *, size: int = 9, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """Return random weights, inputs and a target, all in float64; no weight is a round number."""
    rng = np.random.default_rng(seed)
    weights = torch.tensor(rng.normal(size=len(graph.connections)))
    return weights, torch.tensor(images.coordinates(size)).flatten(1), torch.tensor(rng.random((3, size * size)))


def with_flat(genome: Genome, graph: Graph, weights: Sequence[float]) -> Genome:
    """Return the genome at some flat weights."""
    return genome.with_weights(dict(zip(graph.connections, map(float, weights), strict=True)))


def slope_of(graph: Graph, weights: torch.Tensor, inputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the gradient through the graph."""
    free = weights.clone().requires_grad_()
    return torch.autograd.grad(graph.loss(free, inputs, target), free)[0]


def layered_slope(
    genome: Genome, graph: Graph, weights: torch.Tensor, inputs: torch.Tensor, target: torch.Tensor
) -> torch.Tensor:
    """Return the layered network's gradient at the weights that are the graph's connections; copies are held."""
    network = layerize(with_flat(genome, graph, weights.tolist()))
    _, pull = Gradient(network.architecture, inputs)(torch.tensor(network.flat()), target)
    starts = np.cumsum([0, *(rows * columns for rows, columns in network.architecture.shapes)])
    places = [network.weight_of[link] for link in graph.connections]
    widths = [columns for _, columns in network.architecture.shapes]
    return pull[[int(starts[layer]) + row * widths[layer] + column for layer, row, column in places]]


# --- the loss and its gradient ---


@given(genomes(most_hidden=5))
def test_the_loss_is_that_of_the_picture_pixel_by_pixel(genome: Genome) -> None:
    assume(any(genome.incoming(node) for node in genome.order()))
    graph, size = Graph(genome), 3
    weights = {link.id: link.weight for link in genome.connections}
    flat = torch.tensor([weights[link] for link in graph.connections], dtype=torch.float64)
    target = np.random.default_rng(0).random((size, size, 3))
    drawn = np.empty_like(target)
    for row, column in np.ndindex(size, size):
        values = pixel_of_graph(genome, size, row, column)
        drawn[row, column] = pixel_colour(*(values[name] for name in "hsv"))
    inputs, goal = torch.tensor(images.coordinates(size)).flatten(1), torch.tensor(target).reshape(-1, 3).T
    # At the seam of the hue circle the last bit decides between two names of the same red.
    assert float(graph.loss(flat, inputs, goal)) == pytest.approx(np.square(drawn - target).mean(), abs=1e-9)


@given(genomes(), st.integers(0, 1000))
def test_the_gradient_is_that_of_the_layered_network_with_its_copies_held(genome: Genome, seed: int) -> None:
    assume(any(genome.incoming(node) for node in genome.order()))
    graph = Graph(genome)
    task = exact_task(graph, size=6, seed=seed)
    torch.testing.assert_close(slope_of(graph, *task), layered_slope(genome, graph, *task), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", ["skull", "butterfly"])
def test_the_papers_graphs_have_the_gradient_of_their_layered_networks(
    name: str, paper_genome: Callable[[str], Genome]
) -> None:
    genome = paper_genome(name)
    graph = Graph(genome)
    task = exact_task(graph, size=16)
    expected = layered_slope(genome, graph, *task)
    assert float(expected.abs().max()) > 1e-4
    torch.testing.assert_close(slope_of(graph, *task), expected, rtol=1e-7, atol=1e-11)


@pytest.mark.parametrize("name", activations.NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_the_slope_by_differences(name: str, seed: int) -> None:
    graph = Graph(small_genome(name, name))
    weights, inputs, target = exact_task(graph, size=8, seed=seed)
    slopes = torch.empty_like(weights)
    for index in range(len(weights)):
        nudge = torch.zeros_like(weights)
        nudge[index] = 1e-7  # so small that no pixel crosses a clip or a sixth of the hue circle
        up, down = (graph.loss(weights + sign * nudge, inputs, target) for sign in (1, -1))
        slopes[index] = (up - down) / 2e-7
    ours = slope_of(graph, weights, inputs, target)
    assert float(ours.abs().max()) > 1e-3
    torch.testing.assert_close(ours, slopes, rtol=1e-5, atol=1e-7)


def test_a_value_read_twice_collects_both_slopes() -> None:
    nodes = plain_nodes(Node("p", "hidden", "identity"))
    graph = Graph(Genome("fork", nodes, joined("b>p", "p>s", "p>v")))
    x, s, v = 0.5, 0.6, 0.8  # the picture is one colour: h 0, s 0.3, v 0.4
    weights = {"b>p": x, "p>s": s, "p>v": v}
    flat = torch.tensor([weights[link] for link in graph.connections], dtype=torch.float64)
    inputs = torch.tensor(images.coordinates(2)).flatten(1)
    pull = slope_of(graph, flat, inputs, torch.zeros(3, 4, dtype=torch.float64))
    # Red is xv, green and blue xv(1 - xs); the loss is the mean of their squares.
    red, other = x * v, x * v * (1 - x * s)
    expected = (2 * red * v + 2 * 2 * other * (v - 2 * x * s * v)) / 3
    assert float(pull[graph.connections.index("b>p")]) == pytest.approx(expected, rel=1e-12)


# --- which connections, and their first weights ---


def test_dead_branches_and_unread_nodes_take_no_part() -> None:
    dead = replace(
        GENOME,
        nodes=(*GENOME.nodes, Node("dead", "hidden", "sin")),
        connections=(*GENOME.connections, *joined("p>dead", weight=0.25)),
    )
    assert set(Graph(dead).connections) == {link.id for link in GENOME.connections}
    trained = quiet(genome=dead)[0]
    assert next(link.weight for link in trained.genome.connections if link.id == "p>dead") == 0.25
    assert same_bits(replace(trained, genome=GENOME), replace(quiet()[0], genome=GENOME))


def test_connections_of_weight_zero_are_free_or_held() -> None:
    grey = GENOME.with_weights({"p>h": 0, "q>h": 0, "q>s": 0, "b>s": 0})
    several, held = quiet(genome=grey, seeds=range(3)), quiet(genome=grey, zero_links=False)[0]
    free = several[0]
    assert (len(free.connections), len(held.connections)) == (12, 8)
    kept = {link.id: link.weight for link in held.genome.connections}
    assert [kept[link] for link in ("p>h", "q>h", "q>s", "b>s")] == [0, 0, 0, 0]
    assert np.ptp(held.genome.image(8), axis=-1).max() == 0
    # A saturation below 0 is clipped everywhere, so not every seed has colour.
    assert max(np.ptp(run.genome.image(8), axis=-1).max() for run in several) > 0.01


def test_the_skulls_graph_has_59_weights_and_57_without_those_that_were_added(
    paper_genome: Callable[[str], Genome],
) -> None:
    skull = paper_genome("skull")
    assert [len(Graph(skull, zero_links=zero).connections) for zero in (True, False)] == [59, 57]


def test_first_weights_have_the_variance_of_their_targets_fan_in_and_its_bound() -> None:
    hidden = [Node(f"n{index}", "hidden", "identity") for index in range(400)]
    pairs = [f"{source}>{node.id}" for node in hidden for source in "xydb"]
    pairs += [f"{node.id}>v" for node in hidden]
    graph = Graph(Genome("wide", plain_nodes(*hidden), joined(*pairs)))
    weights = dict(zip(graph.connections, graph.first_weights(1), strict=True))
    for fan_in, group in (
        (4, [link for link in pairs if link[-1] != "v"]),
        (400, [link for link in pairs if link[-1] == "v"]),
    ):
        values = np.array([weights[link] for link in group])
        bound = 2 / 0.87962566103423978 / fan_in**0.5
        assert values.var() * fan_in == pytest.approx(1, rel=0.12)
        assert abs(values.mean()) < 4 * (fan_in * len(values)) ** -0.5
        assert 0.98 * bound < np.abs(values).max() <= bound * (1 + 1e-6)


def test_first_weights_are_the_same_in_every_version() -> None:
    graph = Graph(GENOME)
    assert graph.connections[:3] == ("x>p", "y>p", "d>p")
    np.testing.assert_allclose(graph.first_weights(2)[:3], PINNED, rtol=1e-6)
    np.testing.assert_array_equal(graph.first_weights(2, gain=2), 2 * graph.first_weights(2))


PINNED = [0.1240869015455246, -0.34311068058013916, -0.2711179852485657]


# --- steps ---


def by_numpy(recipe: Recipe, count: int) -> np.ndarray:
    """Follow the same path in plain float64 numpy, with the layered network's gradient."""
    graph, size = Graph(GENOME), len(IMAGE)
    inputs, target = torch.tensor(images.coordinates(size)).flatten(1), torch.tensor(IMAGE).reshape(-1, 3).T
    weights = graph.first_weights(0).astype(np.float64)
    m = v = np.zeros_like(weights)
    for t in range(1, count + 1):
        g = layered_slope(GENOME, graph, torch.tensor(weights), inputs, target).numpy()
        g = g + recipe.weight_l1 * np.sign(weights) / len(weights) + recipe.weight_l2 * 2 * weights / len(weights)
        g = g / np.sqrt(np.sum(g**2)) if recipe.normalise_gradient else g
        rate = recipe.learning_rate
        if recipe.schedule == "cosine":
            rate *= (1 + np.cos(np.pi * (t - 1) / recipe.steps)) / 2
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        adam = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        weights = weights - rate * (adam if recipe.optimiser == "adam" else g)
    return weights


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"normalise_gradient": False},
        {"schedule": "cosine"},
        {"optimiser": "sgd"},
        {"optimiser": "sgd", "normalise_gradient": False, "learning_rate": 0.1},
        {"weight_l1": 0.3, "weight_l2": 0.2},
    ],
)
def test_steps_follow_a_plain_numpy_optimiser(change: dict[str, Any]) -> None:
    recipe = Recipe(steps=15, learning_rate=0.01, snapshots=(1,)).variant(**change)
    snapshots = quiet(recipe)[0].snapshots
    for count in (1, 15):
        np.testing.assert_allclose(snapshots[count], by_numpy(recipe, count), rtol=0, atol=2e-5)


def test_a_graph_that_can_draw_the_picture_learns_to() -> None:
    nodes = plain_nodes(Node("p", "hidden", "gaussian"))
    genome = Genome("ring", nodes, joined("d>p", "p>v", "b>v"))
    image = genome.with_weights({"d>p": 1.1, "p>v": 0.3, "b>v": 0.5}).image(12)
    run = quiet(Recipe(steps=1500, learning_rate=0.01, schedule="cosine"), image=image, genome=genome, seeds=[1])[0]
    assert run.loss < 1e-6 < mean_colour_loss(image) / 100


# --- runs ---


def test_a_run_says_all_about_itself() -> None:
    run = quiet(seeds=[5])[0]
    assert (run.seed, run.recipe, run.status, run.diverged_at, run.threads) == (5, SHORT, "trained", None, 1)
    assert list(run.snapshots) == [0, 10, 25, 40]
    assert list(run.history.steps) == list(range(41))
    assert run.loss == run.history.loss[-1]
    assert run.seconds > 0
    assert {"numpy", "torch"} <= set(run.versions)
    assert repr(run) == f"GraphRun(seed=5, steps=40, loss={run.loss:.3g}, trained)"
    assert run.genome.name == "SGD on the graph, seed 5"
    assert [(c.id, c.source, c.target) for c in run.genome.connections] == [
        (c.id, c.source, c.target) for c in GENOME.connections
    ]


def test_the_curve_is_the_loss_of_the_genomes_along_the_way() -> None:
    run = quiet()[0]
    graph = Graph(GENOME)
    for step, weights in run.snapshots.items():
        drawn = with_flat(GENOME, graph, weights.tolist()).image(len(IMAGE))
        assert run.history.loss[step] == pytest.approx(np.square(drawn - IMAGE).mean(), rel=1e-4)
    assert run.loss == pytest.approx(np.square(run.genome.image(len(IMAGE)) - IMAGE).mean(), rel=1e-4)


def test_each_seed_is_as_if_alone_whatever_its_company_and_order() -> None:
    together = quiet(seeds=[2, 0, 1])
    assert [run.seed for run in together] == [2, 0, 1]
    for run in together:
        assert same_bits(run, quiet(seeds=[run.seed])[0])
    assert len({run.loss for run in together}) == 3


def test_the_size_of_the_recipe_resamples_the_target() -> None:
    other = images.resample(IMAGE, 6)
    assert same_bits(quiet(SHORT.variant(size=6))[0], quiet(image=other)[0])


def test_the_bar_can_be_silenced_and_torch_keeps_its_threads(capfd: pytest.CaptureFixture[str]) -> None:
    before = torch.get_num_threads()
    quiet(threads=before + 1)
    assert capfd.readouterr() == ("", "")
    quiet(progress=True)
    assert "40/40" in capfd.readouterr().err
    assert torch.get_num_threads() == before


def test_a_lost_loss_ends_its_seed_at_the_last_good_weights(tmp_path: Path) -> None:
    wild = Recipe(steps=300, optimiser="sgd", normalise_gradient=False, learning_rate=1e20)
    lines = small_genome("identity", "identity")  # bounded activations and clips would forgive any weight
    first = quiet(wild, genome=lines, seeds=[0, 1], store=tmp_path)
    for run in first:
        assert run.status == "diverged"
        assert run.diverged_at is not None
        assert 0 < run.diverged_at <= 300
        assert max(run.snapshots) == run.history.steps[-1] == run.diverged_at - 1
        assert np.isfinite(run.loss)
        assert np.isfinite(run.snapshots[run.diverged_at - 1]).all()
    again = quiet(wild, genome=lines, seeds=[0, 1], store=tmp_path)
    assert [run.status for run in again] == ["diverged", "diverged"]
    assert all(same_bits(one, other) for one, other in zip(first, again, strict=True))


def test_a_graph_that_never_had_a_finite_loss_is_kept_as_it_was(tmp_path: Path) -> None:
    for _ in range(2):  # the second time from the store
        run = quiet(Recipe(steps=5, init_gain=1e30), genome=small_genome("identity", "identity"), store=tmp_path)[0]
        assert (run.status, run.diverged_at, list(run.snapshots)) == ("diverged", 0, [0])
        assert np.isnan(run.loss)


# --- the store ---


def test_a_stored_run_is_reused_and_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = quiet(store=tmp_path)[0]
    calls = counted(monkeypatch)
    again = quiet(store=Store(tmp_path), seeds=[0])[0]
    assert (first.status, again.status, len(calls)) == ("trained", "reused", 0)
    assert same_bits(first, again)
    assert (again.seconds, again.versions, again.threads) == (first.seconds, first.versions, first.threads)
    quiet(store=tmp_path, seeds=[0, 7])
    assert len(calls) == 41  # only the missing seed


def test_the_same_topology_under_other_names_and_weights_finds_the_stored_run(tmp_path: Path) -> None:
    links = tuple(Connection(f"other {c.id}", c.source, c.target, 3.0) for c in GENOME.connections)
    first, again = quiet(store=tmp_path)[0], quiet(store=tmp_path, genome=replace(GENOME, connections=links))[0]
    assert again.status == "reused"
    assert again.genome.connections[0].id.startswith("other ")
    np.testing.assert_array_equal(again.genome.image(5), first.genome.image(5))


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": [1]},
        {"image": pictures()[::-1].copy()},
        {"genome": small_genome("gaussian", "cos")},
        {"genome": replace(GENOME, connections=GENOME.connections[:-1])},
        {"recipe": SHORT.variant(learning_rate=1e-3)},
        {"recipe": SHORT.variant(steps=41)},
    ],
    ids=["seed", "image", "activation", "connection", "rate", "steps"],
)
def test_whatever_decides_the_result_decides_the_key(change: dict[str, Any]) -> None:
    key = quiet()[0].key
    assert quiet(**change)[0].key != key
    assert quiet(SHORT.variant(name="other name"))[0].key == key


def test_a_broken_stored_run_is_said_and_trained_again(tmp_path: Path) -> None:
    first = quiet(store=tmp_path)[0]
    path = Store(tmp_path).path_of(first.key, "graph-run")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.warns(UserWarning, match="is no usable run, so it is trained again"):
        again = quiet(store=tmp_path)[0]
    assert again.status == "trained"
    assert same_bits(first, again)


def counted(monkeypatch: pytest.MonkeyPatch, *, stop_at: int | None = None) -> list[int]:
    """Count the gradients that are asked for, and let the keyboard interrupt at one of them."""
    calls: list[int] = []
    plain = Slope.__call__

    def count(self: Slope, weights: torch.Tensor) -> tuple[float, torch.Tensor]:
        if stop_at is not None and len(calls) == stop_at:
            raise KeyboardInterrupt
        calls.append(len(calls))
        return plain(self, weights)

    monkeypatch.setattr(Slope, "__call__", count)
    return calls


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize("stop_at", [0, 1, 10, 11, 40])
def test_a_run_stopped_by_the_keyboard_goes_on_to_the_same_bits(optimiser: str, stop_at: int, tmp_path: Path) -> None:
    recipe = SHORT.variant(optimiser=optimiser, schedule="cosine")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        counted(patch, stop_at=stop_at)
        quiet(recipe, store=tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        calls = counted(patch)
        run = quiet(recipe, store=tmp_path)[0]
    assert run.status == "resumed"
    assert len(calls) == 41 - max(0, stop_at - 1)  # at most one gradient is asked for twice
    assert same_bits(run, quiet(recipe)[0])
    assert [path.stem for path in Store(tmp_path).folder_of(run.key).iterdir()] == ["graph-run"]


def test_a_run_that_is_killed_goes_on_to_the_same_bits(tmp_path: Path, repository: Path) -> None:
    code = (
        "import os, signal\n"
        "import test_training_graphs as here\n"
        "plain, left = here.Slope.__call__, [20]\n"
        "def ask(self, weights):\n"
        "    left[0] -= 1\n"
        "    if left[0] == 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return plain(self, weights)\n"
        "here.Slope.__call__ = ask\n"
        f"here.quiet(store={str(tmp_path)!r}, checkpoint_every=0)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{repository}{os.pathsep}{repository / 'tests'}"}
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, env=environment, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    calls: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        calls = counted(patch)
        run = quiet(store=tmp_path)[0]
    assert (run.status, len(calls) < 30) == ("resumed", True)
    assert same_bits(run, quiet()[0])


# --- a picture of one colour ---


@settings(max_examples=20)
@given(st.integers(0, 1000), st.tuples(*[st.floats(0, 1)] * 3))
def test_no_picture_of_one_colour_is_nearer_than_the_mean(seed: int, colour: tuple[float, ...]) -> None:
    image = np.random.default_rng(seed).random((4, 4, 3))
    assert mean_colour_loss(image) <= np.square(image - np.array(colour)).mean() + 1e-12
    assert mean_colour_loss(np.broadcast_to(np.array(colour), (4, 4, 3))) < 1e-30
    flat = np.broadcast_to(image.mean(axis=(0, 1)), image.shape)
    assert mean_colour_loss(image) == pytest.approx(np.square(image - flat).mean())


# --- what is refused ---


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"genome": "skull"}, "genome must be a Genome, as load_genome gives it, got 'skull'."),
        ({"image": np.zeros((4, 5, 3))}, "image must be a square image of shape (height, width, 3)"),
        ({"image": np.zeros((4, 4))}, "image must be a square image of shape (height, width, 3)"),
        ({"image": np.full((4, 4, 3), np.nan)}, "image must be a square image"),
        ({"recipe": "paper"}, "recipe must be a Recipe, got 'paper'."),
        ({"recipe": Recipe(map_l1=0.1)}, "map_l1 must be 0 when a graph is trained, got 0.1."),
        ({"recipe": Recipe(pixels=9)}, "pixels must be None when a graph is trained, got 9."),
        ({"recipe": Recipe(coarse_to_fine=(4,))}, "coarse_to_fine must be () when a graph is trained, got (4,)."),
        ({"recipe": Recipe(optimiser="muon")}, "optimiser must be one of adam, sgd, got 'muon'."),
        (
            {"recipe": Recipe(init_gain=1e300)},
            "init_gain must leave first weights within single precision, got 1e+300.",
        ),
        ({"seeds": []}, "seeds must be a list of different whole numbers of at least 0, got []."),
        ({"seeds": [1, 1]}, "seeds must be a list of different whole numbers of at least 0, got [1, 1]."),
        ({"seeds": [-1]}, "seed in seeds must be a whole number of at least 0"),
        ({"seeds": 3}, "seeds must be a list of different whole numbers"),
        ({"zero_links": 1}, "zero_links must be True or False, got 1."),
        ({"progress": None}, "progress must be True or False, got None."),
        ({"store": 3}, "store must be a Store, a folder, None or False, got 3."),
        ({"threads": 0}, "threads must be a whole number of at least 1"),
        ({"checkpoint_every": -1}, "checkpoint_every must be a finite number of at least 0"),
        ({"genome": Genome("bare", plain_nodes(), ())}, "genome must have a connection to train, got none"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        quiet(**change)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_embedded_mask_trains_on_its_graph_too() -> None:
    mask = fer.load_genome("mask")
    run = quiet(Recipe(steps=30), genome=mask, image=mask.image(16))[0]
    assert len(run.connections) == len(mask.connections)
    assert run.loss < run.history.loss[0]
