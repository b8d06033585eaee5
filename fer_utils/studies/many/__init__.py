"""One network for many images: does it unify what a network of one image fractures?

The images of a *family* are what one evolved network draws when a few of its weights, its *factors*, take one of two
values each. So the truth is known: one network, in which one factor is one weight. A *conditioned* network is a layered
network that is told beside the coordinates which image is meant, by the factors' values or by one input for each image.
It is trained on some combinations of factors and asked for others.

The modules, lowest first: `family` (images with known factors, what is shown and what is kept back, guesses without a
network), `conditioned` (a network with a code, and the ordinary network that it is under one), `descending` (the
paper's step on many images), `sharing` (which units matter in which images, which maps are the same, which factor moves
which unit), `arms` (what is compared, and one row of it), `running` (rows and tables), `answering` (the rules).
``python -m fer_utils.studies.many`` makes the study anew and goes on where it was stopped.

Conventions that bite: everything inside is measured on the ordinary network under a code, image by image, and averaged;
networks are trained on 32 pixels a side and P, G and N measured on 64.
"""

from __future__ import annotations

from fer_utils.studies.many.answering import GUESSES, Answer, Late, answers, late, tracks
from fer_utils.studies.many.arms import Arm, arm_named, insides, made, plan, row_of
from fer_utils.studies.many.conditioned import Conditioned, drawing_error, one_hot, untrained
from fer_utils.studies.many.descending import Lesson, descend
from fer_utils.studies.many.family import FAMILIES, Factor, Family, Split, baselines, family_named, split
from fer_utils.studies.many.running import published_many, run_many
from fer_utils.studies.many.sharing import Alignment, Sharing, alignment, count_distinct, mean_measures, sharing

__all__ = [
    "FAMILIES",
    "GUESSES",
    "Alignment",
    "Answer",
    "Arm",
    "Conditioned",
    "Factor",
    "Family",
    "Late",
    "Lesson",
    "Sharing",
    "Split",
    "alignment",
    "answers",
    "arm_named",
    "baselines",
    "count_distinct",
    "descend",
    "drawing_error",
    "family_named",
    "insides",
    "late",
    "made",
    "mean_measures",
    "one_hot",
    "plan",
    "published_many",
    "row_of",
    "run_many",
    "sharing",
    "split",
    "tracks",
    "untrained",
]
