"""Leaving copying neurons out: the same loss and gradient for every plan, and the plan with the fewest sums."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fused import LOUD, PAPER, by_autograd, distance, fused, needs_compiler, problem, starts

from fer_utils.cppn import Architecture
from fer_utils.training import Recipe, initialise
from fer_utils.training.fused import FusedEngine
from fer_utils.training.fused.planning import multiplications, stations
from fer_utils.training.problem import Problem, State


@st.composite
def copying(draw: st.DrawFn, *, most_depth: int = 7) -> Architecture:
    """Draw an architecture with more copying neurons than bending ones, perhaps with none that bends."""
    bending = draw(st.lists(st.sampled_from(["gaussian", "sin", "tanh", "relu"]), max_size=2, unique=True))
    names = sorted([*draw(st.sampled_from([["cache"], ["identity"], ["cache", "identity"]])), *bending])
    counts = [draw(st.integers(1, 2 if name in bending else 9)) for name in names]
    return Architecture(draw(st.integers(1, most_depth)), tuple(zip(names, counts, strict=True)))


def with_plan(task: Problem, plan: tuple[bool, ...], threads: int = 1) -> FusedEngine:
    """Build an engine that follows a plan of ours."""
    engine = fused(task, threads)
    engine._stations = np.array(plan, dtype=np.int32)
    return engine


@needs_compiler
@settings(deadline=None, max_examples=60)
@given(copying(), st.data(), st.integers(0, 99))
def test_every_plan_gives_autograds_loss_and_gradient(task: Architecture, data: st.DataObject, seed: int) -> None:
    plan = tuple(data.draw(st.lists(st.booleans(), min_size=task.depth, max_size=task.depth)))
    work = problem(task, 19, seed=seed)
    flat = initialise(task, seed).flat().astype(np.float32)
    truth, pull = by_autograd(work, flat)
    losses, gradients = with_plan(work, plan).gradients(flat[None])
    assert losses[0] == pytest.approx(truth, rel=1e-5)
    layered = with_plan(work, (True,) * task.depth).gradients(flat[None])[1]
    assert distance(gradients[0], pull) < 1e-4 + 3 * distance(layered[0], pull)


@needs_compiler
def test_weights_of_zero_and_sparse_weights_have_autograds_gradient() -> None:
    task = Architecture.parse(PAPER["skull"])
    work, full = problem(task, 40), initialise(task, 3).flat().astype(np.float32)
    for kept in (0.0, 0.2):
        flat = full * (np.random.default_rng(0).random(full.size) < kept)
        losses, gradients = fused(work).gradients(flat[None])
        truth, pull = by_autograd(work, flat)
        assert losses[0] == pytest.approx(truth, rel=1e-5)
        assert distance(gradients[0], pull) < 1e-4


@needs_compiler
def test_threads_company_and_cuts_change_no_bit_of_a_composed_network() -> None:
    work = problem(Architecture.parse(PAPER["butterfly"]), 50)
    together, losses = fused(work, 2).advance(starts(work.architecture, 0, 1, 2), 6)
    for place, state in enumerate(starts(work.architecture, 0, 1, 2)):
        [half], first = fused(work).advance([state], 4)
        [whole], second = fused(work).advance([half], 2)
        assert np.array_equal(whole.weights, together[place].weights)
        assert np.array_equal(np.concatenate([first[0], second[0]]), losses[place])


@needs_compiler
def test_weights_beyond_all_bounds_show_in_the_loss() -> None:
    task = Architecture.parse("4;cache:6,gaussian:1,identity:2")
    flat = initialise(task, 0).flat().astype(np.float32) * np.float32(1e30)
    with np.errstate(all="ignore"):
        assert not np.isfinite(fused(problem(task, 16)).losses([State(0, flat)])[0])


# --- which plan ---


@pytest.mark.parametrize("name", ["skull", "butterfly", "apple"])
def test_the_papers_networks_leave_their_copies_out(name: str) -> None:
    task = problem(Architecture.parse(PAPER[name]), 8)
    assert not all(stations(task.architecture))
    assert FusedEngine.maths(task) == "fused/2"


def test_a_network_without_copies_is_computed_layer_by_layer() -> None:
    task = problem(Architecture.parse(PAPER["relu"]), 8)
    assert all(stations(task.architecture))
    assert FusedEngine.maths(task) == "fused/1"


def test_a_penalty_on_activations_asks_for_all_of_them() -> None:
    architecture = Architecture.parse(PAPER["skull"])
    assert FusedEngine.maths(problem(architecture, 8, LOUD)) == "fused/1"
    assert FusedEngine.maths(problem(architecture, 8, Recipe(weight_l1=0.3))) == "fused/2"


def test_the_skulls_network_needs_less_than_half_the_multiplications() -> None:
    skull = Architecture.parse(PAPER["skull"])
    assert multiplications(skull, (True,) * 12) == skull.weight_count
    assert multiplications(skull, stations(skull)) == sum(5 * (4 + 5 * layer) for layer in range(12)) + 3 * 64


@settings(deadline=None)
@given(copying())
def test_no_plan_needs_fewer_multiplications(task: Architecture) -> None:
    everyone = itertools.product([True, False], repeat=task.depth)
    least = min(multiplications(task, plan) for plan in everyone)
    layered = multiplications(task, (True,) * task.depth)
    assert multiplications(task, stations(task)) == (least if least <= 0.85 * layered else layered)


@settings(deadline=None)
@given(copying(), st.data())
def test_the_count_is_that_of_a_walk_over_all_rows(task: Architecture, data: st.DataObject) -> None:
    plan = data.draw(st.lists(st.booleans(), min_size=task.depth, max_size=task.depth))
    names = [name for name, count in task.groups for _ in range(count)]
    read, count = ["input"] * 4, 0
    for station in plan:
        made = [name for name in names if station or name not in {"cache", "identity"}]
        count += sum(1 for _ in made for _ in read)
        read = made if station else read + made
    assert multiplications(task, tuple(plan)) == count + 3 * len(read)
