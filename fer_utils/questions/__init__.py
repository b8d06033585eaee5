"""The wider question: does performing well mean representing well? Data with known truth, small models, and tests.

The second part of the book asks it of classifiers: networks that learn labels drawn at random, networks that take a
shortcut, networks larger than their data. This room holds what those chapters share. The modules, lowest first: `sets`
(labelled examples, those at hand and those generated), `files` (larger real sets, downloaded only when asked for),
`factors` (images whose every factor is known), `spoiling` (labels and pixels made random), `models`, `learning`,
`studies` and `widths` (many of them, several seeds each), and `randomising`: the test of how well *your* classifier
learns noise. `probing` reads factors off layers, `insides` and `bridging` carry the measures of fracture over,
`matching` makes kinds of network comparable, `flatness` measures minima; `biases` is a study too long for a build, and
`tables` keeps such. Two folders turn the question on this book itself: `choices` takes its recipe apart, `flows` its
steps.

Conventions that bite: examples are ``(n, channels, *space)`` float32, with one or two axes of space; labels are whole
numbers from 0. Everything random takes a seed, and torch's own state is left as it was. Small networks are trained on
one thread: they are too small to share.
"""

from __future__ import annotations

from fer_utils.questions.factors import FACTORS, FactorImages, draw_factors
from fer_utils.questions.learning import Learning, Study, learn
from fer_utils.questions.models import MODELS, build
from fer_utils.questions.randomising import RandomizationTest, chance_p_value, randomization_test
from fer_utils.questions.sets import LabelledSet, digits, mnist1d
from fer_utils.questions.spoiling import SPOILED, corrupt_labels, noise_pixels, random_pixels, shuffle_pixels, spoil
from fer_utils.questions.studies import (
    corruption_study,
    ends,
    epochs_to_fit,
    remedies_study,
    spelled,
    spoiled_study,
    together,
)
from fer_utils.questions.widths import (
    errors,
    linear_study,
    peak,
    random_feature_study,
    ridgeless_risk,
    width_study,
)

__all__ = [
    "FACTORS",
    "MODELS",
    "SPOILED",
    "FactorImages",
    "LabelledSet",
    "Learning",
    "RandomizationTest",
    "Study",
    "build",
    "chance_p_value",
    "corrupt_labels",
    "corruption_study",
    "digits",
    "draw_factors",
    "ends",
    "epochs_to_fit",
    "errors",
    "learn",
    "linear_study",
    "mnist1d",
    "noise_pixels",
    "peak",
    "random_feature_study",
    "random_pixels",
    "randomization_test",
    "remedies_study",
    "ridgeless_risk",
    "shuffle_pixels",
    "spelled",
    "spoil",
    "spoiled_study",
    "together",
    "width_study",
]
