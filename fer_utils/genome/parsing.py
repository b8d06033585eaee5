"""From plain data to the parts of a genome."""

from __future__ import annotations

from typing import Any

from fer_utils.checks import BadInput, bad, real, shorten
from fer_utils.genome.parts import SCHEMA, Connection, Node


def parse(data: object) -> dict[str, Any]:
    """Read plain data as the fields of a genome, every kind checked.

    Args:
        data: The parsed JSON.

    Returns:
        Arguments of `Genome`.

    Raises:
        BadInput: A field is missing, unknown or of the wrong kind.

    Source: ours.
    """
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        got = data.get("schema") if isinstance(data, dict) else data
        raise bad("genome", f'a JSON object with "schema": "{SCHEMA}"', got)
    _known_fields("genome", data, {"schema", "name", "age", "origin", "note", "nodes", "connections"})
    nodes = [_record("node", item, Node, ("id", "kind", "activation", "label")) for item in _items(data, "nodes")]
    parts = ("id", "source", "target", "weight")
    links = [_record("connection", item, Connection, parts) for item in _items(data, "connections")]
    age = data.get("age")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int) or age < 0):
        raise bad("age", "a whole number of at least 0 or null", age)
    for text in ("name", "origin", "note"):
        if not isinstance(data.get(text, ""), str):
            raise bad(text, "a string", data[text])
    texts = {"origin": data.get("origin", ""), "note": data.get("note", "")}
    return {
        "name": data.get("name") or "unnamed",
        "nodes": tuple(nodes),
        "connections": tuple(links),
        "age": age,
        **texts,
    }


def _items(data: dict[str, Any], key: str) -> list[Any]:
    if not isinstance(data.get(key), list):
        raise bad(key, "a list", data.get(key))
    return list(data[key])


def _known_fields(argument: str, data: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise BadInput(f"{argument} must have no fields but {', '.join(sorted(known))}, got {shorten(unknown[0])}.")


def _record(argument: str, item: object, kind: Any, fields: tuple[str, ...]) -> Any:
    if not isinstance(item, dict):
        raise bad(argument, "an object", item)
    _known_fields(argument, item, set(fields))
    for name in fields:
        if name != "label" and name not in item:
            raise bad(argument, f"an object with the field {name!r}", item)
    for name, value in item.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if (name == "weight" and not number) or (name != "weight" and not isinstance(value, str)):
            raise bad(f"{argument} field {name!r}", "a number" if name == "weight" else "a string", value)
    if "weight" in item:
        item = {**item, "weight": real(f"weight of connection {item['id']!r}", item["weight"])}
    return kind(**item)
