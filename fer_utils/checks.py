"""One place for the sentences that refuse bad input.

Every refusal names the argument (and the file, where there is one), says what was expected and what
came instead, in one sentence. Public functions check at their border with these helpers; inside the
package, values are trusted.
"""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Iterable
from pathlib import Path


class BadInput(ValueError):  # noqa: N818 (the name is the sentence's beginning, not a fault in the program)
    """Something the caller gave cannot be used; the message is one sentence for a person."""


def bad(argument: str, expected: str, got: object, *, path: str | Path | None = None) -> BadInput:
    """Build the sentence "argument must be expected, got got".

    Args:
        argument: Name of the argument, as the caller typed it.
        expected: What would have been right, to follow "must be".
        got: The value that came; shown shortened.
        path: File the value was read from, if any.

    Returns:
        The exception, for the caller to raise.

    Source: ours.
    """
    place = f"{path}: " if path is not None else ""
    return BadInput(f"{place}{argument} must be {expected}, got {shorten(got)}.")


def shorten(value: object, *, most: int = 80) -> str:
    """Write a value on one line of at most ``most`` characters."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    text = f"an array of shape {tuple(shape)} and dtype {dtype}" if shape else " ".join(repr(value).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def whole(argument: str, value: object, *, least: int | None = None, most: int | None = None) -> int:
    """Return ``value`` as an int, or refuse it; True, 1.5 and "3" are refused."""
    limits = _limits(least=least, most=most)
    expected = "a whole number" + (f" of {limits}" if limits else "")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise bad(argument, expected, value) from None
    if isinstance(value, bool):
        raise bad(argument, expected, value)
    if (least is not None and number < least) or (most is not None and number > most):
        raise bad(argument, expected, number)
    return number


def real(
    argument: str,
    value: object,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
) -> float:
    """Return ``value`` as a finite float within the limits, or refuse it."""
    limits = _limits(least=least, above=above, most=most)
    expected = "a finite number" + (f" of {limits}" if limits else "")
    if isinstance(value, bool | str | bytes) or not hasattr(value, "__float__"):
        raise bad(argument, expected, value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise bad(argument, expected, value) from None
    too_low = (least is not None and number < least) or (above is not None and number <= above)
    if not math.isfinite(number) or too_low or (most is not None and number > most):
        raise bad(argument, expected, number)
    return number


def _limits(**bounds: float | None) -> str:
    """Write the limits that are set, as in "at least 0 and at most 1"."""
    words = {"least": "at least", "above": "more than", "most": "at most"}
    return " and ".join(f"{words[name]} {value:.12g}" for name, value in bounds.items() if value is not None)


def one_of(argument: str, value: object, choices: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``choices``; otherwise list them and suggest the closest."""
    known = list(choices)
    if isinstance(value, str) and value in known:
        return value
    close = difflib.get_close_matches(str(value), known, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    raise bad(argument, f"one of {', '.join(known)}{hint}", value)


def existing_file(argument: str, path: object) -> Path:
    """Return ``path`` as a Path to a file that is there, or refuse it."""
    if not isinstance(path, str | Path):
        raise bad(argument, "a path to a file", path)
    try:
        place = Path(path).expanduser()
        is_folder, is_file = place.is_dir(), place.is_file()
    except (OSError, RuntimeError) as error:  # a name too long, a folder closed to us, "~" of a stranger
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"{argument} must be a file that can be reached, got {shorten(str(path))} ({reason}).") from None
    if is_folder:
        raise BadInput(f"{argument} must be a file, got the folder {place}.")
    if not is_file:
        raise BadInput(f"{argument} must be a file that exists, got {place}.")
    return place
