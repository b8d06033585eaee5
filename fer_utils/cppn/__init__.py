"""The layered network: its architecture in the paper's notation, its weights, every activation by name.

Conventions that bite. Layers are numbered from 0: weight layer ``l`` makes hidden layer ``l``, and weight
layer ``depth`` is the linear readout to (h, s, v). A weight matrix is (in, out), so weight (layer, row,
column) goes from neuron ``row`` of the layer below into neuron ``column``. There are no biases.
"""

from fer_utils.cppn.architecture import Architecture, Place, Weight
from fer_utils.cppn.network import Network, forward, step

__all__ = ["Architecture", "Network", "Place", "Weight", "forward", "step"]
