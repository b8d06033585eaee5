"""What training is asked with, checked: seeds and a store; and the bar that shows how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fer_utils.checks import bad, whole
from fer_utils.storage import Store
from fer_utils.training.initial import MOST_SEED

Show = Callable[[int, float, str], None]


def checked_seeds(seeds: object) -> list[int]:
    """Return seeds as a list.

    Raises:
        BadInput: They are no whole numbers of at least 0, each once.
    """
    expected = "a list of different whole numbers of at least 0"
    if isinstance(seeds, str | bytes | Mapping) or not isinstance(seeds, Iterable):
        raise bad("seeds", expected, seeds)
    numbers = [whole("seed in seeds", seed, least=0, most=MOST_SEED) for seed in seeds]
    if not numbers or len(set(numbers)) < len(numbers):
        raise bad("seeds", expected, numbers)
    return numbers


def checked_store(store: object) -> Store | None:
    """Return the store that is meant, or None where nothing is kept.

    Raises:
        BadInput: It is neither a `Store` nor a folder, None or False.
    """
    if store is False:
        return None
    if store is None:
        return Store.default()
    if isinstance(store, str | Path):
        return Store(store)
    if not isinstance(store, Store):
        raise bad("store", "a Store, a folder, None or False", store)
    return store


@contextmanager
def bar(total: int, *, done: int = 0, shown: bool) -> Iterator[Show]:
    """Show one bar over all steps, in a terminal or a notebook; what it yields takes steps, a loss, and a title."""
    from tqdm.auto import tqdm  # slow to import in a notebook, and only wanted here

    with tqdm(total=total, initial=done, unit="step", disable=not shown, dynamic_ncols=True) as line:

        def show(steps: int, loss: float, title: str) -> None:
            line.set_description(title, refresh=False)
            line.set_postfix_str(f"loss {loss:.2e}", refresh=False)
            line.update(steps)

        yield show
