"""Steps or flow? Gradient descent beside the flow it cuts into steps, and beside a network that keeps its features.

The modules: `smooth` (a network without kinks, so that its flow is one everybody can compute), `walking` (descent and
flow), `linear` (the linearised network, in closed form) and `comparing` (how far two ends are apart, and measures).

Conventions that bite: everything is float64; time is rate times steps; weights are ``(seeds, n)``, one row a network,
and all rows walk together.
"""

from __future__ import annotations

from fer_utils.questions.flows.comparing import DISTANCES, distances, measures, shrinking
from fer_utils.questions.flows.linear import Linearised, matched
from fer_utils.questions.flows.smooth import Smooth
from fer_utils.questions.flows.walking import descend, flow, flow_along

__all__ = [
    "DISTANCES",
    "Linearised",
    "Smooth",
    "descend",
    "distances",
    "flow",
    "flow_along",
    "matched",
    "measures",
    "shrinking",
]
