"""The table of measures: a row for each network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

from fer_utils import images, metrics
from fer_utils.checks import bad, whole
from fer_utils.cppn import Network
from fer_utils.genome import Genome
from fer_utils.layerize import layerize
from fer_utils.measuring.modules import insides_of_module
from fer_utils.measuring.networks import insides_of
from fer_utils.metrics import Insides
from fer_utils.rotations.parts import Symmetry
from fer_utils.rotations.space import mirrored, one_thread

if TYPE_CHECKING:
    import pandas as pd

HEADLINE = ("P", "G", "N")
SYMMETRIC = 1e-6  # root mean square difference of a picture from its mirror image below which it is symmetric


def measure(
    *networks: object,
    size: int = 64,
    symmetry: Symmetry = "mirror_x",
    target: object = None,
    context: bool = False,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure networks that draw the same picture, beside each other.

    Args:
        networks: Layered networks, trained runs, genomes, torch modules from coordinates to colours, or `Insides`.
        size: Side length of the grid in pixels, even.
        symmetry: The regularity: "mirror_x" (left and right), "mirror_y", "rotate_180", or an order of the pixels that
            undoes itself.
        target: What the networks were to draw, for the regions of S and for the error: a picture ``(size, size, 3)`` in
            [0, 1], or a network or genome that draws it; None for the first network's own picture.
        context: Whether to add the columns of context, which take longer.
        seed: Of the samples of weights and of the regions.

    Returns:
        A row for each network, its label in the column "network": "P" feature parity mixing, "G" the same in no basis,
        "N" response modes, "S" modes within regions, "X" response parity mixing (nan unless the target is exactly
        symmetric), "K" functional units, "error" mean squared error against the target, "picture_mixing" that of the
        network's own picture. With `context` also "kept" and "bits", the weights that the picture needs, and "D",
        locality; both nan for what is no layered network.

    Raises:
        BadInput: Nothing to measure, or something that cannot be measured; size, symmetry or target cannot be used.

    Source: ours.
    """
    import pandas as pd  # here, since it takes as long to import as to measure

    if not networks:
        raise bad("networks", "one or more", "none")
    opened = [insides_of_any(one, size) for one in networks]
    order = mirrored(symmetry, opened[0].size)
    wanted = opened[0].picture if target is None else _flat_target(target, opened[0].size)
    start = whole("seed", seed, least=0)
    with one_thread():
        regions = metrics.segments(wanted, order, seed=start)
        rows = [_row(one, order, wanted, regions, start) for one in opened]
        if context:
            rows = [
                row | _context(net, one, regions, start) for net, one, row in zip(networks, opened, rows, strict=True)
            ]
    return pd.DataFrame(rows)


def insides_of_any(network: object, size: int = 64) -> Insides:
    """Open whatever can be measured.

    Args:
        network: A layered network, something that has one (a run), a genome, a torch module, or `Insides`.
        size: Side length in pixels, even; not asked of `Insides`.

    Raises:
        BadInput: It is none of these.

    Source: ours.
    """
    if isinstance(network, Insides):
        return network
    if isinstance(network, nn.Module):
        return insides_of_module(network, size, label=type(network).__name__)
    layered = as_layered(network)
    if layered is None:
        raise bad("network", "a Network, a Run, a Genome or a torch module from coordinates to colours", network)
    return insides_of(layered, size)


def as_layered(network: object) -> Network | None:
    """Return the layered network in something, or None where there is none."""
    if isinstance(network, Genome):
        return layerize(network)
    found = getattr(network, "network", network)
    return found if isinstance(found, Network) else None


def _row(one: Insides, order: Any, target: Any, regions: list[Any], seed: int) -> dict[str, Any]:
    if one.picture.shape != target.shape:
        raise bad(f"insides of {one.label}", f"of {target.shape[1]} pixels", one.picture.shape[1])
    units = metrics.functional_units(one)
    symmetric = float(np.sqrt(((target - target[:, order]) ** 2).mean())) < SYMMETRIC
    return {
        "network": one.label,
        "P": metrics.feature_mixing(one, units, order),
        "G": metrics.basis_free_mixing(one, order),
        "N": metrics.response_modes(one, seed=seed),
        "S": metrics.region_modes(one, regions, seed=seed),
        "X": metrics.response_mixing(one, order, seed=seed) if symmetric else float("nan"),
        "K": len(units),
        "error": float(((one.picture - target) ** 2).mean()),
        "picture_mixing": float(metrics.mixing(one.picture.reshape(1, -1, one.size**2), order)[0]),
    }


def _context(network: object, one: Insides, regions: list[Any], seed: int) -> dict[str, Any]:
    layered = as_layered(network)
    needed = None
    if layered is not None:
        needed = metrics.needed_weights(layered.flat(), lambda flat: _drawn(layered, flat, one.size))
    return {
        "kept": needed.kept if needed else float("nan"),
        "bits": needed.bits if needed else float("nan"),
        "D": metrics.locality(one, regions, seed=seed),
    }


def _drawn(network: Network, flat: Any, size: int) -> Any:
    """Draw the picture of other weights on the same architecture."""
    ends = np.cumsum([rows * columns for rows, columns in network.architecture.shapes])
    pieces = np.split(flat, ends[:-1])
    shapes = network.architecture.shapes
    matrices = tuple(piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True))
    return Network(network.architecture, matrices).image(size)


def _flat_target(target: object, size: int) -> Any:
    """Return the target on the grid; it is drawn there, not shrunk, since networks see points and not areas."""
    layered = as_layered(target)
    picture = layered.image(size) if layered is not None else images.checked_image("target", target)
    if len(picture) != size:
        raise bad("target", f"a picture of the grid's own side, {size} pixels", picture)
    return np.moveaxis(picture, -1, 0).reshape(3, -1)
