"""Figures: arrays in, a matplotlib figure out, in one visual language for the whole book.

Activations are red at -1, white at 0 and blue at 1; connections that add are blue, those that subtract red;
green borders mark maps that are the first of their kind. Layers run from the top down, in maps and in graphs
alike. Nothing here shows or saves a figure, or touches pyplot.
"""

from fer_utils.plotting.curves import loss_curves
from fer_utils.plotting.grids import map_gallery, map_grid, map_pair, network_inputs
from fer_utils.plotting.look import style
from fer_utils.plotting.matrices import weight_matrices
from fer_utils.plotting.strips import errors, pictures, sweep_rows, training_path

__all__ = [
    "errors",
    "loss_curves",
    "map_gallery",
    "map_grid",
    "map_pair",
    "network_inputs",
    "pictures",
    "style",
    "sweep_rows",
    "training_path",
    "weight_matrices",
]
