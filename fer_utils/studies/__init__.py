"""Studies: what makes a representation fracture, and what mends it, asked with arms, seeds and one matched error.

An *arm* is a way to come by a network that draws a subject's picture: a recipe, a penalty, a search. It hands over a
*path*, the networks it went through, by step. A *study* is subjects × arms × seeds; every combination becomes one row,
measured where its path first draws the picture to the subject's *mark*, so that no arm is compared at another error.
Rows are kept as they come, one small file each, and a study that was stopped goes on.

The modules, lowest first: `arms` (subjects, arms, paths), `matching` (where on a path to measure), `running` (rows),
`comparing` (tables with intervals, effect sizes and corrected p-values), `relating` (which columns rise together),
`judging` (verdicts by a rule that was fixed beforehand), `nulls` (arms against their own nulls), `making` and `wired`
(ways to come by a network that several studies share), `growing` (growth that changes nothing at first), `looks`,
`tasks`, `tuning` and `breeding` (what a network is good for); then a module for each study, and `known`, which names
them and `telling`, what their commands share; `many` is a room of its own.
``python -m fer_utils.studies NAME`` makes one anew.

Conventions that bite: everything is trained and measured on one grid of 64 pixels, and the error is that of the exact
picture, drawn at that grid and not resampled. A path that never comes to the mark is measured where it was best, its
row says "missed", and comparisons leave it out and say so.
"""

from __future__ import annotations

from fer_utils.studies.arms import Arm, Made, Study, Subject, subject_of
from fer_utils.studies.comparing import Comparison, Paired, compare, gap_closed, near_mark, paired, panels, spread
from fer_utils.studies.consequences import consequences_of
from fer_utils.studies.judging import Verdict, shown, stars, verdicts
from fer_utils.studies.known import STUDIES, study_named
from fer_utils.studies.matching import first_at, path_errors
from fer_utils.studies.nulls import Arrival, arrivals, contrasts, in_words
from fer_utils.studies.relating import Relation, relate, relations
from fer_utils.studies.running import published_rows, row_of, run_study
from fer_utils.studies.telling import origin

__all__ = [
    "STUDIES",
    "Arm",
    "Arrival",
    "Comparison",
    "Made",
    "Paired",
    "Relation",
    "Study",
    "Subject",
    "Verdict",
    "arrivals",
    "compare",
    "consequences_of",
    "contrasts",
    "first_at",
    "gap_closed",
    "in_words",
    "near_mark",
    "origin",
    "paired",
    "panels",
    "path_errors",
    "published_rows",
    "relate",
    "relations",
    "row_of",
    "run_study",
    "shown",
    "spread",
    "stars",
    "study_named",
    "subject_of",
    "verdicts",
]
