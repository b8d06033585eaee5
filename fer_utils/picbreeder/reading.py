"""From the XML element to a checked ``Genome``, in the file's order and in our words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from fer_utils.checks import BadInput, existing_file, shorten
from fer_utils.genome import Connection, Genome, Node
from fer_utils.picbreeder.archive import parse_xml, read_bytes

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ORIGIN: Final = "bred by the users of Picbreeder"
KINDS: Final = {"in": "input", "hidden": "hidden", "out": "output"}
INPUT_LABELS: Final = {"bias": "b", "d": "d", "x": "x", "y": "y"}
OUTPUT_LABELS: Final = {"ink": "v", "hue": "h", "saturation": "s", "brightness": "v"}


def read_genome(path: str | Path, *, name: str | None = None) -> Genome:
    """Read a Picbreeder genome file.

    Args:
        path: A zip with one XML member, or plain XML; at most 8 MiB, packed or unpacked.
        name: What to call the genome; by default the file's name without its ending.

    Returns:
        The genome, checked. Nodes and connections stand in the order of the file; for a grey genome the two
        added nodes and connections come last.

    Raises:
        BadInput: The file is missing, not such a file, or its genome is not whole; one sentence that names the path.

    Source: the files of the paper's authors; the paper, appendix on layerization.
    """
    place = existing_file("genome", path)
    try:
        root = parse_xml(read_bytes(place))
        return _genome(root, name or place.stem)
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from None


def _genome(element: Element, name: str) -> Genome:
    nodes = [_node(item) for item in _items(element, "nodes", "node")]
    links = [_connection(item) for item in _items(element, "links", "link")]
    inputs, outputs = ([node.label for node in nodes if node.kind == kind] for kind in ("input", "output"))
    if sorted(inputs) != sorted(INPUT_LABELS):
        raise BadInput(f"the input nodes must be bias, d, x and y, got {_listed(inputs)}.")
    if sorted(outputs) not in (["ink"], ["brightness", "hue", "saturation"]):
        wanted = "ink alone, or hue, saturation and brightness"
        raise BadInput(f"the output nodes must be {wanted}, got {_listed(outputs)}.")
    if outputs == ["ink"]:
        ink = next(node.id for node in nodes if node.kind == "output")
        nodes += [Node(f"added_{label}", "output", "identity", label) for label in "hs"]
        links += [Connection(f"added_{label}_link", ink, f"added_{label}", 0.0) for label in "hs"]
    return Genome(name, tuple(map(_renamed, nodes)), tuple(links), age=_age(element), origin=ORIGIN)


def _listed(labels: list[str]) -> str:
    return shorten(", ".join(label or "one without a label" for label in labels)).strip("'\"") or "none"


def _renamed(node: Node) -> Node:
    """Write the file's words for inputs and outputs in ours."""
    names = {"input": INPUT_LABELS, "output": OUTPUT_LABELS}.get(node.kind, {})
    return Node(node.id, node.kind, node.activation, names.get(node.label, node.label))


def _items(element: Element, group: str, tag: str) -> list[Element]:
    items = [item for part in element.findall(group) for item in part.findall(tag)]
    if not items:
        raise BadInput(f"<genome> must have <{group}> with at least one <{tag}>, got none.")
    return items


def _node(item: Element) -> Node:
    node_id = _marking(item, "marking", "a <node>")
    kind = item.get("type", "").strip()
    if kind not in KINDS:
        raise BadInput(f"the type of node {node_id!r} must be one of in, hidden, out, got {shorten(kind)}.")
    if _number(item.get("bias", "0"), f"the bias of node {node_id!r}") != 0:
        # All known files say 0.0; the paper's networks have no biases, so another value would be lost unsaid.
        raise BadInput(f"the bias of node {node_id!r} must be 0, got {shorten(item.get('bias'))}.")
    activation = "".join(_text(item, "activation", f"node {node_id!r}").split()).removesuffix("(x)")
    return Node(node_id, KINDS[kind], activation, item.get("label", "").strip())


def _connection(item: Element) -> Connection:
    link_id = _marking(item, "marking", "a <link>")
    source, target = (_marking(item, end, f"link {link_id!r}") for end in ("source", "target"))
    weight = _number(_text(item, "weight", f"link {link_id!r}"), f"the weight of link {link_id!r}")
    return Connection(link_id, source, target, weight)


def _marking(item: Element, tag: str, owner: str) -> str:
    mark = item.find(tag)
    branch, number = (mark.get("branch"), mark.get("id")) if mark is not None else (None, None)
    if not branch or not number:
        raise BadInput(f"{owner} must have a <{tag}> with branch and id, got one without.")
    return f"{branch}_{number}"


def _text(item: Element, tag: str, owner: str) -> str:
    text = (item.findtext(tag) or "").strip()
    if not text:
        raise BadInput(f"{owner} must have its <{tag}>, got none.")
    return text


def _number(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{what} must be a number, got {shorten(text)}.") from None


def _age(element: Element) -> int | None:
    text = element.get("age")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput(f"the age must be a whole number of generations, got {shorten(text)}.")
    return int(text)
