"""Steps and flow: closed forms, first order, and a gap that shrinks with the rate."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fer_utils import measuring
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.questions import flows
from fer_utils.questions.flows.walking import descend, flow, flow_along

HERE = np.linspace(0, 1, 6)
PICTURE = np.stack([np.outer(HERE, HERE), np.outer(HERE, 1 - HERE), np.full((6, 6), 0.4)], axis=-1)


def small() -> flows.Smooth:
    """Return a task that takes no time."""
    return flows.Smooth(Architecture.parse("2;cache:1,gaussian:2,sin:2"), PICTURE)


def bowl(weights: np.ndarray) -> np.ndarray:
    """Return the gradient of (x² + 4 y²) / 2, whose flow is known."""
    return weights * np.array([1.0, 4.0])


def test_the_flow_of_a_bowl_is_the_one_of_the_textbook() -> None:
    start = np.array([[1.0, 2.0], [-3.0, 0.5]])
    found = flow_along(bowl, start, [0.5, 2.0], tolerance=1e-9)
    for time, ends in zip((0.5, 2.0), found, strict=True):
        np.testing.assert_allclose(ends, start * np.exp(-time * np.array([1.0, 4.0])), rtol=1e-6, atol=1e-8)


def test_descent_on_a_bowl_is_the_one_of_the_textbook_at_every_rate() -> None:
    start = np.array([[1.0, 2.0]])
    for rate, ends in descend(bowl, start, [0.2, 0.05], 1.0).items():
        np.testing.assert_allclose(ends, start * (1 - rate * np.array([1.0, 4.0])) ** round(1 / rate))


def test_descent_that_runs_away_is_said_and_does_not_hurt_the_others() -> None:
    ends = descend(lambda w: 1e3 * w**3, np.array([[10.0], [1e-3]]), [0.5, 0.1], 10.0)
    assert np.isnan(ends[0.5][0]).all()
    assert np.isfinite(ends[0.5][1]).all()


def test_the_gap_between_steps_and_flow_shrinks_with_the_rate() -> None:
    task = small()
    start = task.start([0, 1, 2])
    rates, until = (0.04, 0.02, 0.01), 2.0
    ends = descend(task.slopes, start, rates, until)
    limit = flow(task.slopes, start, until, tolerance=1e-9)
    gaps = {rate: np.linalg.norm(ends[rate] - limit, axis=1) for rate in rates}
    np.testing.assert_allclose(flows.shrinking(rates, gaps), 1, atol=0.1)


def test_the_slope_written_by_hand_is_autograds() -> None:
    task = small()
    weights = task.start([3, 4])
    flat = torch.tensor(weights, requires_grad=True)
    drawn = torch.tensor(np.moveaxis(task.target, -1, 0).reshape(3, -1))
    from fer_utils.cppn import forward

    _, picture = forward(task._matrices(flat), task.architecture, task._points(None))
    ((picture - drawn) ** 2).mean(dim=(1, 2)).sum().backward()
    np.testing.assert_allclose(task.slopes(weights), flat.grad, rtol=1e-10, atol=1e-12)


def test_the_linearised_network_is_the_network_to_first_order() -> None:
    task = small()
    (origin,) = task.start([5])
    model = flows.Linearised(task, origin)
    way = np.random.default_rng(0).normal(size=origin.shape)
    gaps = [
        np.abs(model.picture(size * way) - task.pictures(origin + size * way)[0]).max() for size in (1e-2, 1e-3, 1e-4)
    ]
    # What is left is of second order: a tenth of the way leaves a hundredth of the gap.
    np.testing.assert_allclose(np.array(gaps[:-1]) / gaps[1:], 100, rtol=0.1)


def test_the_closed_form_of_the_linear_model_is_what_a_solver_and_what_steps_give() -> None:
    task = small()
    (origin,) = task.start([6])
    model = flows.Linearised(task, origin)
    jacobian = task.jacobian(origin)
    wanted = np.moveaxis(task.target, -1, 0).ravel()
    missing = task.pictures(origin)[0].ravel() - wanted

    def slopes(moved: np.ndarray) -> np.ndarray:
        return (moved @ jacobian.T + missing) @ jacobian * (2 / task.outputs)

    nothing = np.zeros((1, len(origin)))
    np.testing.assert_allclose(model.flowed(3.0), flow(slopes, nothing, 3.0, tolerance=1e-9)[0], atol=1e-6)
    np.testing.assert_allclose(model.stepped(0.1, 30), descend(slopes, nothing, [0.1], 3.0)[0.1][0], atol=1e-9)
    fitted = missing + jacobian @ np.linalg.lstsq(jacobian, -missing, rcond=None)[0]
    assert model.best == pytest.approx(float((fitted**2).mean()), rel=1e-6)


def test_the_linear_model_is_found_at_the_error_asked_for() -> None:
    task = small()
    (origin,) = task.start([7])
    model = flows.Linearised(task, origin)
    loss = (model.best + task.losses(origin)[0]) / 3
    assert model.loss(model.flowed(model.time_to(loss))) == pytest.approx(loss, rel=1e-6)
    place, moved = flows.matched(model, [task.losses(origin)[0], loss, model.best / 2])
    assert place == 1
    assert model.loss(moved) == pytest.approx(loss, rel=1e-6)
    with pytest.raises(BadInput, match="loss must be above"):
        model.time_to(model.best / 2)


def test_the_insides_of_a_smooth_network_are_those_of_the_same_module() -> None:
    task = flows.Smooth(Architecture.parse("2;tanh:4"), PICTURE)
    (weights,) = task.start([8])
    matrices = [matrix[0] for matrix in task._matrices(torch.tensor(weights)[None])]
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 4, bias=False),
        torch.nn.Tanh(),
        torch.nn.Linear(4, 4, bias=False),
        torch.nn.Tanh(),
        torch.nn.Linear(4, 3, bias=False),
    ).double()
    with torch.no_grad():
        for layer, matrix in zip(net[::2], matrices, strict=True):
            layer.weight.copy_(matrix.T)
    theirs = measuring.insides_of_module(net, 8, coordinates=lambda size: task._points(size).T)
    ours = task.insides(weights, 8)
    np.testing.assert_allclose(ours.picture, theirs.picture, atol=1e-12)
    for name in ("layers", "pulls", "errors"):
        for one, other in zip(getattr(ours, name), getattr(theirs, name), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)


def test_the_linear_model_has_the_features_it_was_born_with_and_its_own_picture() -> None:
    task = small()
    (origin,) = task.start([9])
    model = flows.Linearised(task, origin)
    moved = model.flowed(50.0)
    inside = model.insides(moved, 8)
    for one, other in zip(inside.layers, task.insides(origin, 8).layers, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(inside.picture, model.picture(moved, 8).clip(0, 1))


def test_the_sharpness_is_the_largest_curvature() -> None:
    task = small()
    (weights,) = task.start([10])
    weights = flow(task.slopes, weights[None], 5.0)[0]
    size = 1e-5
    step = np.eye(len(weights)) * size
    hessian = (task.slopes(weights + step) - task.slopes(weights - step)) / (2 * size)
    assert task.sharpness(weights, rounds=200)[0] == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-3)


def test_a_network_is_at_no_distance_from_itself_and_at_some_from_another() -> None:
    task = small()
    one, other = (task.insides(weights, 8) for weights in task.start([11, 12]))
    assert max(flows.distances(one, one).values()) == pytest.approx(0, abs=1e-12)
    assert min(flows.distances(one, other).values()) > 1e-3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: flows.Smooth(Architecture.parse("2;relu:4"), PICTURE), "architecture must be one of smooth functions"),
        (lambda: descend(bowl, np.ones((1, 2)), [0.3], 1.0), "a whole number of times into 1, got 0.3"),
        (lambda: flow_along(bowl, np.ones((1, 2)), [1.0, 0.5]), "times must be rising numbers above 0"),
    ],
)
def test_what_cannot_be_used_is_refused(call, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()
