"""What notebooks use to keep results and to write sentences with numbers in them.

Numbers reach the prose by one road: a notebook records them, the book's pages read what was recorded.
"""

from __future__ import annotations

import io
import string
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from fer_utils import storage
from fer_utils.checks import BadInput, bad
from fer_utils.cppn import Network

if TYPE_CHECKING:
    from IPython.display import Markdown
    from matplotlib.figure import Figure

    from fer_utils.training import Run

RESULTS = "results.json"  # in a notebook's folder
NETWORKS = "networks"  # the entry with each network's origin: news of a build rather than a result

_HOW = {
    "trained": "trained for this page",
    "resumed": "trained for this page, in more than one sitting",
    "reused": "taken from the store of finished runs",
    "published": "taken from the published weights",
    "diverged": "trained until the loss was no longer a number",
}


def record(out: str | Path, **results: Any) -> None:
    """Keep results under their names, beside those already kept.

    Args:
        out: The notebook's folder for results.
        **results: JSON-able values, numpy's numbers and arrays included; `networks` is a list from `provenance`.

    Raises:
        BadInput: A value is not JSON (NaN included); what was kept before stays as it was.

    Source: ours.
    """
    place = Path(out) / RESULTS
    kept = storage.read_json(place) if place.exists() else {}
    storage.write_json(place, {**kept, **results})


def keep(out: str | Path, name: str, figure: Figure) -> None:
    """Keep a figure as a PNG, for the book's prose pages.

    Args:
        out: The notebook's folder for results.
        name: File name, ending in .png.
        figure: A matplotlib figure; it is closed, so that the notebook does not show it a second time.

    Raises:
        BadInput: The name is not that of a PNG.

    Source: ours.
    """
    if Path(name).name != name or not name.endswith(".png"):
        raise bad("name", "a file name ending in .png", name)
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=160, bbox_inches="tight", metadata={"Software": None})
    storage.write_bytes(Path(out) / name, data.getvalue())
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)


def say(template: str, **values: Any) -> Markdown:
    """Write a sentence with computed numbers in it.

    Args:
        template: Markdown with fields such as ``{loss:.2g}``.
        **values: The fields' values.

    Returns:
        What a notebook shows as text.

    Raises:
        BadInput: A field has no value, or its value does not suit its format.

    Source: ours.
    """
    from IPython.display import Markdown  # only notebooks have, and need, IPython

    fields = {field.split(".")[0].split("[")[0] for _, field, _, _ in string.Formatter().parse(template) if field}
    if missing := sorted(fields - set(values)):
        raise BadInput(f"The sentence {template!r} must be given {', '.join(missing)}.")
    try:
        return Markdown(template.format(**values))
    except (ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
        raise BadInput(f"The sentence {template!r} cannot be filled in: {error}.") from None


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Markdown:
    """Write a table.

    Args:
        headers: One text for each column.
        rows: One value for each column, shown as text.

    Returns:
        What a notebook shows as a table.

    Raises:
        BadInput: A row has more or fewer cells than there are columns.

    Source: ours.
    """
    from IPython.display import Markdown

    return Markdown(markdown_table(headers, rows))


def markdown_table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a table as Markdown; see `table`."""
    lines = [headers, ["---"] * len(headers), *rows]
    for line in lines:
        if len(line) != len(headers):
            raise bad("rows", f"rows of {len(headers)} cells each", list(line))
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def describe(runs: Sequence[Run]) -> str:
    """Say in a sentence or two how the networks of this page were come by.

    Args:
        runs: Runs of one recipe.

    Returns:
        Markdown.

    Source: ours.
    """
    ways = {run.status: [other for other in runs if other.status == run.status] for run in runs}
    return " ".join(_describe(status, group) for status, group in ways.items())


def _describe(status: str, runs: Sequence[Run]) -> str:
    seeds = _listed([str(run.seed) for run in runs])
    size = f" at {runs[0].recipe.size} pixels" if runs[0].recipe.size else ""
    verb = f"Seeds {seeds} were" if len(runs) > 1 else f"Seed {seeds} was"
    seconds = sum(run.seconds for run in runs)
    spent = f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"
    road = f" by the recipe *{runs[0].recipe.name}*" if runs[0].recipe.name != "paper" else ""
    how = f"{verb} {_HOW.get(status, status)}{road}"
    return f"{how} ({runs[0].recipe.steps:,} steps{size}, {spent} of training in all)."


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def over_seeds(values: Sequence[float], form: str = ".2g") -> str:
    """Say how a number spreads over the seeds of a network.

    Args:
        values: One for each seed.
        form: Format of a value.

    Returns:
        Such as "median 0.31, from 0.29 to 0.35 over 3 seeds"; with one seed, that there is no spread.

    Raises:
        BadInput: There are no values.

    Source: ours.
    """
    found = [float(value) for value in values]
    if not found:
        raise bad("values", "one or more numbers", values)
    if len(found) == 1:
        return f"{found[0]:{form}}, with one seed and so no spread"
    return f"median {median(found):{form}}, from {min(found):{form}} to {max(found):{form}} over {len(found)} seeds"


def provenance(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """List how each network was come by, for the book's page "What ran in this build".

    Args:
        runs: The runs a notebook used; give the list to ``record(out, networks=...)``.

    Returns:
        One JSON-able mapping for each.

    Source: ours.
    """
    return [
        {
            "recipe": run.recipe.name,
            "seed": run.seed,
            "steps": run.recipe.steps,
            "size": run.recipe.size,
            "status": run.status,
            "loss": None if run.loss != run.loss else run.loss,  # NaN is not JSON
            "seconds": run.seconds,
            "engine": run.engine,
            "key": run.key,
        }
        for run in runs
    ]


def weight_label(network: Network, weight: int | Sequence[int], name: str = "") -> str:
    """Name a weight for a figure: what it does if that is known, the paper's number, and its place.

    Args:
        network: The network.
        weight: The paper's number, or (layer, row, column).
        name: What a person calls it, such as "mouth opening".

    Returns:
        Two or three short lines, such as "mouth opening", "weight 4371", "(7, 15, 15)".

    Source: ours.
    """
    place = network.architecture.resolve(weight)
    lines = [name, f"weight {network.architecture.paper_id(*place)}", str(tuple(map(int, place)))]
    return "\n".join(line for line in lines if line)
