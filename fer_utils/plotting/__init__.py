"""Figures: arrays in, a matplotlib figure out, in one visual language for the whole book.

Activations are red at -1, white at 0 and blue at 1; connections that add are blue, those that subtract red;
green borders mark maps that are the first of their kind. Layers run from the top down, in maps and in graphs
alike. Nothing here shows or saves a figure, or touches pyplot.
"""

from fer_utils.plotting.bands import seed_bands
from fer_utils.plotting.components import component_rows as component_rows
from fer_utils.plotting.components import purity_bars as purity_bars
from fer_utils.plotting.components import spectra as spectra
from fer_utils.plotting.curves import loss_curves, share_curves
from fer_utils.plotting.family import family_tree
from fer_utils.plotting.graphs import genome_graph
from fer_utils.plotting.grids import map_gallery, map_grid, map_pair, network_inputs
from fer_utils.plotting.groups import dot_groups, signed_maps
from fer_utils.plotting.heats import heat_picture
from fer_utils.plotting.ladders import p_ladder
from fer_utils.plotting.layers import layered_graph
from fer_utils.plotting.look import style
from fer_utils.plotting.matrices import weight_matrices
from fer_utils.plotting.nodes import node_gallery
from fer_utils.plotting.races import race
from fer_utils.plotting.scoreboard import verdict_tiles
from fer_utils.plotting.strips import errors, pictures, training_path
from fer_utils.plotting.sweeps import sweep_rows
from fer_utils.plotting.teaser import teaser  # after its room, so that the name is the function

__all__ = [
    "dot_groups",
    "errors",
    "family_tree",
    "genome_graph",
    "heat_picture",
    "layered_graph",
    "loss_curves",
    "map_gallery",
    "map_grid",
    "map_pair",
    "network_inputs",
    "node_gallery",
    "p_ladder",
    "pictures",
    "race",
    "seed_bands",
    "share_curves",
    "signed_maps",
    "style",
    "sweep_rows",
    "teaser",
    "training_path",
    "verdict_tiles",
    "weight_matrices",
]
