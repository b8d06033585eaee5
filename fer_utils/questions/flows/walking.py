"""The two ways down: steps of a given rate, and the flow that they approach as the rate goes to nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.integrate import solve_ivp

from fer_utils.checks import BadInput, bad, real
from fer_utils.images import Array

Slopes = Callable[[Array], Array]


def descend(slopes: Slopes, start: Array, rates: Sequence[float], until: float) -> dict[float, Array]:
    """Go down in steps, at several rates, for the same time.

    Args:
        slopes: ``(rows, n)`` weights -> their gradients; each row by itself.
        start: ``(seeds, n)``, where all begin.
        rates: Each with as many steps as make up the time; the same rate for all steps.
        until: Time: rate times steps.

    Returns:
        For each rate where it ends, ``(seeds, n)``; NaN where it ran away.

    Raises:
        BadInput: A rate does not go a whole number of times into the time.

    Source: Cauchy 1847; ours.
    """
    ends: dict[float, Array] = {}
    lanes = {rate: (np.atleast_2d(start).astype(float), _steps(rate, until)) for rate in rates}
    for number in range(max(steps for _, steps in lanes.values())):
        going = [rate for rate, (_, steps) in lanes.items() if number < steps]
        # All rates that are still on their way are asked at once: one call costs little more for more rows.
        with np.errstate(all="ignore"):
            found = slopes(np.concatenate([lanes[rate][0] for rate in going]))
            for rate, slope in zip(going, np.split(found, len(going)), strict=True):
                here, steps = lanes[rate]
                lanes[rate] = (here - rate * slope, steps)
    for rate in rates:
        here = lanes[rate][0]
        ends[rate] = np.where(np.isfinite(here).all(axis=1, keepdims=True), here, np.nan)
    return ends


def flow(slopes: Slopes, start: Array, until: float, *, tolerance: float = 1e-6) -> Array:
    """Follow the gradient flow w' = -slope(w) for some time: ``(seeds, n)``; see `flow_along`."""
    return flow_along(slopes, start, [until], tolerance=tolerance)[-1]


def flow_along(slopes: Slopes, start: Array, times: Sequence[float], *, tolerance: float = 1e-6) -> Array:
    """Follow the gradient flow w' = -slope(w), and look at some times.

    Args:
        slopes: As in `descend`.
        start: ``(seeds, n)``.
        times: Rising, above 0.
        tolerance: Of the solver's own step, relative; a hundredth of it absolute. Its steps are as small as it needs.

    Returns:
        ``(times, seeds, n)``.

    Raises:
        BadInput: Times do not rise, or the solver gives up.

    Source: Dormand and Prince 1980, as in SciPy's RK45.
    """
    moments = np.asarray(times, dtype=float)
    if moments.ndim != 1 or not len(moments) or moments[0] <= 0 or (np.diff(moments) <= 0).any():
        raise bad("times", "rising numbers above 0", times)
    shape = np.atleast_2d(start).shape
    found = solve_ivp(
        lambda _, flat: -slopes(flat.reshape(shape)).ravel(),
        (0.0, float(moments[-1])),
        np.ravel(start),
        method="RK45",
        t_eval=moments,
        rtol=real("tolerance", tolerance, above=0),
        atol=tolerance / 100,
    )
    if not found.success:
        raise BadInput(f"slopes must be those of a function whose flow can be followed, got: {found.message}")
    return np.asarray(found.y.T.reshape(-1, *shape))


def _steps(rate: float, until: float) -> int:
    steps = real("until", until, above=0) / real("rate in rates", rate, above=0)
    if round(steps) < 1 or abs(steps - round(steps)) > 1e-6:
        raise bad("rate in rates", f"one that goes a whole number of times into {until:g}", rate)
    return round(steps)
