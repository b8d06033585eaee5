"""The authors' own training numbers, to be drawn as marks beside our curves."""

from __future__ import annotations

from fer_utils.checks import one_of

PAPER_SEEDS: dict[str, int] = {"skull": 2, "butterfly": 0, "apple": 0}
PAPER_LEARNING_RATES: dict[str, float] = {"skull": 3e-3, "butterfly": 3e-3, "apple": 3e-4}

PAPER_PATHS: dict[str, tuple[int, ...]] = {
    "skull": (0, 100, 200, 400, 10_000),
    "butterfly": (0, 200, 800, 1600, 10_000),
}
"""Steps at which the paper shows its twins on their way.

Source: paper, figures 8 and 17.
"""

PATH = (
    *(0, 1, 2, 4, 7, 12, 20, 30, 45, 70, 100, 140, 200, 280, 400, 560, 800, 1000, 1200, 1600, 2200, 3000, 4200, 6000),
    *(8000, 10_000, 14_000, 20_000, 28_000, 40_000, 56_000, 80_000, 100_000),
)
"""Steps at which a twin is kept on its way: the paper's own, and enough between them for a film."""

MARKED_STEPS = (0, 1_000, 10_000, 100_000)
_LOSSES = {
    "skull": (0.299, 0.0072, 0.00105, 3.9e-4),
    "butterfly": (0.580, 0.0107, 0.00113, 2.5e-4),
    "apple": (0.308, 0.0030, 1.9e-4, 4.6e-5),
}


def authors_curve(name: str) -> dict[int, float]:
    """Return the loss the authors' own code reached on one of the paper's images.

    Their seeds are `PAPER_SEEDS`; the same seed gives other first weights here, because the generators differ. Their
    target was an 8-bit picture that differs from an exact render by a mean squared error of 1e-5 to 2.7e-5.

    Args:
        name: "skull", "butterfly" or "apple".

    Returns:
        Step -> mean squared error in RGB, at 0, 1,000, 10,000 and 100,000 steps.

    Raises:
        BadInput: The name is none of these.

    Source: paper, conventional SGD and figure 13; values from the authors' public data.
    """
    return dict(zip(MARKED_STEPS, _LOSSES[one_of("name", name, _LOSSES)], strict=True))
