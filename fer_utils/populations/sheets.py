"""What a study of choosers says: its runs as tables, as curves and as contact sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fer_utils import evolution
from fer_utils.checks import BadInput, one_of, whole
from fer_utils.images import Array
from fer_utils.populations.choosers import KINDS, Record

if TYPE_CHECKING:
    import pandas as pd


def as_rows(records: Sequence[Record]) -> pd.DataFrame:
    """Return what was seen along all runs as one table: a row for each run and checkpoint."""
    import pandas as pd

    heads = ("chooser", "target", "seed")
    return pd.DataFrame([{key: one[key] for key in heads} | row for one in records for row in one["rows"]])


def as_ends(records: Sequence[Record]) -> pd.DataFrame:
    """Return what each run ended with as one table: a row for each run.

    Its column "gain" is the connections that the last choice has more than its first ancestor, for each generation
    between them; nan where there is none.
    """
    import pandas as pd

    found = []
    for one in records:
        end = {key: value for key, value in one["end"].items() if key != "errors"}
        errors = {f"error_{name}": value for name, value in one["end"]["errors"].items()}
        last = {key: one["rows"][-1][key] for key in ("covered", "links", "nodes", "depth")}
        found.append({key: one[key] for key in ("chooser", "target", "seed")} | last | end | errors)
    table = pd.DataFrame(found)
    table["gain"] = (table.links - table.first_links) / table.depth.where(table.depth > 0)
    return table


def along(records: Sequence[Record], column: str) -> tuple[list[int], dict[str, Array]]:
    """Return one column of the rows for each chooser.

    Args:
        records: Runs of one study.
        column: Such as "covered", "links", "nodes" or "depth".

    Returns:
        The images shown at each checkpoint, and by chooser ``(runs, checkpoints)``.

    Raises:
        BadInput: The column is unknown, or the runs have other checkpoints.

    Source: ours.
    """
    one_of("column", column, records[0]["rows"][0])
    shown = [row["images"] for row in records[0]["rows"]]
    if any([row["images"] for row in one["rows"]] != shown for one in records):
        raise BadInput("records must be of one study, got runs with other checkpoints.")
    found = {
        kind: np.array([[row[column] for row in one["rows"]] for one in records if one["chooser"] == kind], dtype=float)
        for kind in KINDS
    }
    return shown, {kind: values for kind, values in found.items() if len(values)}


def beside_population(ends: pd.DataFrame, population: pd.DataFrame, name: str) -> pd.DataFrame:
    """Set the networks found by aiming beside the bred genome and the trained networks of the same picture.

    Args:
        ends: As `as_ends` returns them.
        population: The published population (see `fer_utils.populations.published_population`).
        name: A measure: "P", "N" or "K".

    Returns:
        A row for each run that aimed: its value, that of the genome, the median of the trained networks of the genome's
        own architecture, and whether it is nearer to the genome's; N and K are compared by their ratio.

    Source: ours.
    """
    aimed = ends[ends.chooser == "objective"][["target", "seed", name]].dropna()
    rows = population[population.image.isin(aimed.target)]
    bred = rows[rows.kind == "genome"].groupby("image")[name].median()
    trained = rows[rows.kind == "evolved architecture"].groupby("image")[name].median()
    found = aimed.assign(bred=aimed.target.map(bred), trained=aimed.target.map(trained)).dropna()
    gap = [_apart(found[name], found[other], ratio=name != "P") for other in ("bred", "trained")]
    return found.assign(nearer_to_bred=gap[0] < gap[1])


def _apart(values: pd.Series, others: pd.Series, *, ratio: bool) -> pd.Series:
    """Return how far values are from others, by their difference or by their ratio."""
    return abs(np.log(values / others)) if ratio else abs(values - others)


def sheet(record: Record, *, count: int = 6, size: int = 96) -> tuple[list[Array], list[str]]:
    """Draw what a run chose: its choices at even distances, the last among them. Nobody picks.

    Args:
        record: The run.
        count: How many.
        size: Side length in pixels.

    Returns:
        Pictures ``(size, size, 3)`` in [0, 1], and the generation at which each was chosen.

    Source: ours.
    """
    play = evolution.replay(evolution.Session.from_json(record["session"]))
    steps = play.session.steps
    places = np.unique(np.linspace(0, len(steps) - 1, whole("count", count, least=2)).round().astype(int))
    drawn = evolution.draw([play.cppn(steps[place].parents[0]) for place in places], size)
    return [np.asarray(picture, dtype=np.float64) for picture in drawn], [str(place) for place in places]
