"""Fidelity: the paper's figures and numbers as data, and what this project has to set against each of them.

`numbers` and `figures` hold what the paper and its authors' public code and data say; `evidence` gathers the networks
of one image that are at hand; `checking` and `judging` compute our side and compare; `found` has what their data say
that their text does not. Every comparison is a `Row` with one of three verdicts.

Conventions that bite. "Reproduced" is said within the tolerance that the row names and for the reason it gives, never
wider. A trained network is another draw of first weights than the authors': what is compared is its loss and its kind,
not its neurons. What cannot be computed, because a genome or their weights are not here, is "not possible", with the
reason. All numbers of figures live in `figures.FIGURES`, and nowhere else.
"""

from __future__ import annotations

from fer_utils.fidelity.checking import number_rows
from fer_utils.fidelity.evidence import Evidence, coloured, gather, mixed_share
from fer_utils.fidelity.figures import FIGURES, PaperFigure, figures_of, file_stem
from fer_utils.fidelity.found import found_rows
from fer_utils.fidelity.judging import figure_rows, fullest_path
from fer_utils.fidelity.numbers import PAPER_NUMBERS, PaperNumbers
from fer_utils.fidelity.rows import DIFFERS, NOT_POSSIBLE, REPRODUCED, VERDICTS, Row

__all__ = [
    "DIFFERS",
    "FIGURES",
    "NOT_POSSIBLE",
    "PAPER_NUMBERS",
    "REPRODUCED",
    "VERDICTS",
    "Evidence",
    "PaperFigure",
    "PaperNumbers",
    "Row",
    "coloured",
    "figure_rows",
    "figures_of",
    "file_stem",
    "found_rows",
    "fullest_path",
    "gather",
    "mixed_share",
    "number_rows",
]
