"""Toy genomes that all draw one picture, in ways whose fracture and entanglement are known by construction.

The picture has two eyes and two cheeks. **UFR** folds the plane once, u = a function of |x|, and draws both eyes by one
function of u. **UFR+shade** adds one purely odd unit. **FRAC** draws left and right by pipelines that share nothing.
**FRAC2** pieces the right ones together besides, from upper and lower halves less a column. **ENT** is UFR+shade with
the channels that only carry values on turned into each other (`entangled_toy`).
"""

from __future__ import annotations

from collections.abc import Mapping

from fer_utils.checks import one_of, whole
from fer_utils.cppn import Network
from fer_utils.genome import Connection, Genome, Node
from fer_utils.layerize import layerize
from fer_utils.transforms import rotate_linear

Links = Mapping[str, float]
Parts = dict[str, tuple[str, Links]]

TOYS = ("UFR", "UFR+shade", "FRAC", "FRAC2", "ENT")
EYE, CHEEK = {"u": 6.0, "b": -0.84}, {"u": 6.0, "b": 2.4}  # where along u
EYE_AT, CHEEK_AT = (5.0, 1.25), (7.0, -3.5)  # slope and offset along y


def toys() -> dict[str, Network]:
    """Return all five as layered networks, by name."""
    return {name: toy_network(name) for name in TOYS}


def toy_network(name: str) -> Network:
    """Return one toy as a layered network, labelled with its name.

    Raises:
        BadInput: The name is none of `TOYS`.

    Source: ours.
    """
    return entangled_toy(0) if one_of("toy", name, TOYS) == "ENT" else layerize(toy(name))


def toy(name: str) -> Genome:
    """Build one toy's genome.

    Args:
        name: "UFR", "UFR+shade", "FRAC" or "FRAC2".

    Raises:
        BadInput: The name is none of these.

    Source: ours.
    """
    parts = {"UFR": _unified, "UFR+shade": _shaded, "FRAC": _fractured, "FRAC2": _pieced}
    return _genome(name, parts[one_of("toy", name, parts)]())


def entangled_toy(seed: int) -> Network:
    """Build ENT: UFR+shade with the linear channels of every layer rotated at random.

    Args:
        seed: Of the rotation.

    Source: ours.
    """
    network = layerize(toy("UFR+shade"))
    return rotate_linear(network, seed=whole("seed", seed, least=0)).relabelled("ENT")


def _unified() -> Parts:
    return {
        "u": ("gaussian", {"x": 1.5}),
        "ec": ("gaussian", EYE),
        "er": ("gaussian", {"y": EYE_AT[0], "b": EYE_AT[1]}),
        "eye": ("sigmoid", _both("ec", "er")),
        "kc": ("gaussian", CHEEK),
        "kr": ("gaussian", {"y": CHEEK_AT[0], "b": CHEEK_AT[1]}),
        "cheek": ("sigmoid", _both("kc", "kr")),
        "v": ("identity", {"eye": 0.2, "cheek": 0.1, "b": 0.5}),
    }


def _shaded() -> Parts:
    parts = _unified()
    value = {**parts["v"][1], "shade": 0.12}
    return {**parts, "shade": ("sigmoid", {"x": 2.0}), "v": ("identity", value)}


def _fractured() -> Parts:
    return {
        **_side("l", -1.0),
        **_side("r", 1.0),
        "v": ("identity", _sum_of(("eye_l", "eye_r"), ("cheek_l", "cheek_r"))),
    }


def _side(end: str, sign: float) -> Parts:
    """Draw the eye and the cheek of one side; on the other, both are -1."""
    parts = {name + end: value for name, value in _columns(end, sign).items()}
    parts["er_" + end] = ("gaussian", {"y": EYE_AT[0], "b": EYE_AT[1]})
    parts["kr_" + end] = ("gaussian", {"y": CHEEK_AT[0], "b": CHEEK_AT[1]})
    parts["eye_" + end] = ("sigmoid", _both("ec_" + end, "er_" + end))
    parts["cheek_" + end] = ("sigmoid", _both("kc_" + end, "kr_" + end))
    return parts


def _columns(end: str, sign: float) -> Parts:
    return {
        "half_": ("relu", {"x": sign}),
        "u_": ("gaussian", {"half_" + end: 1.5}),
        "ec_": ("gaussian", {"u_" + end: EYE["u"], "b": EYE["b"]}),
        "kc_": ("gaussian", {"u_" + end: CHEEK["u"], "b": CHEEK["b"]}),
    }


def _pieced() -> Parts:
    parts = _side("l", -1.0) | {name + "r": value for name, value in _columns("r", 1.0).items()}
    parts |= _pieces("eye", "ec_r", *EYE_AT) | _pieces("cheek", "kc_r", *CHEEK_AT)
    value = {"eye_l": 0.2, "cheek_l": 0.1, "b": 0.5 + 0.2 + 0.1}
    for feature, weight in (("eye", 0.2), ("cheek", 0.1)):
        value |= {f"{feature}_up": weight, f"{feature}_low": weight, f"{feature}_all": -weight}
    return {**parts, "v": ("identity", value)}


def _pieces(feature: str, column: str, slope: float, offset: float) -> Parts:
    """Draw a feature as upper + lower - column: each half is the whole column beyond the feature's middle."""
    parts: Parts = {}
    for end, sign in (("up", -1.0), ("low", 1.0)):
        parts[f"{feature}_beyond_{end}"] = ("relu", {"y": sign * slope, "b": sign * offset})
        parts[f"{feature}_row_{end}"] = ("gaussian", {f"{feature}_beyond_{end}": 1.0})
        parts[f"{feature}_{end}"] = ("sigmoid", _both(column, f"{feature}_row_{end}"))
    parts[f"{feature}_all"] = ("sigmoid", {column: 20.0})  # where the row's function is 1
    return parts


def _both(column: str, row: str) -> Links:
    """Return the links of a unit that is on where column and row both are."""
    return {column: 20.0, row: 20.0, "b": -20.0}


def _sum_of(eyes: tuple[str, str], cheeks: tuple[str, str]) -> Links:
    return dict.fromkeys(eyes, 0.2) | dict.fromkeys(cheeks, 0.1) | {"b": 0.5 + 0.2 + 0.1}


def _genome(name: str, parts: Parts) -> Genome:
    """Write parts as nodes and connections; hue and saturation stay 0, so the picture is grey."""
    nodes = [Node(label, "input", "identity", label) for label in ("x", "y", "d", "b")]
    nodes += [Node(label, "output", "identity", label) for label in ("h", "s")]
    nodes += [
        Node(part, "output" if part == "v" else "hidden", function, part) for part, (function, _) in parts.items()
    ]
    links = [
        Connection(f"{source}>{target}", source, target, weight)
        for target, (_, sources) in parts.items()
        for source, weight in sources.items()
    ]
    return Genome(name, tuple(nodes), tuple(links), origin="designed by hand")
