"""The studies there are, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fer_utils.checks import one_of
from fer_utils.studies.arms import Study
from fer_utils.studies.consequences import consequences
from fer_utils.studies.mending import mend
from fer_utils.studies.ordering import order
from fer_utils.studies.search import search_or_sparsity

STUDIES: Final[dict[str, Callable[[], Study]]] = {
    "search_or_sparsity": search_or_sparsity,
    "order": order,
    "mend": mend,
    "consequences": consequences,
}


def study_named(name: str) -> Study:
    """Return a study.

    Raises:
        BadInput: There is none of this name.

    Source: ours.
    """
    return STUDIES[one_of("study", name, STUDIES)]()
