"""Wrong basis? Other axes for a layer's maps: principal, sparsest, most independent, most symmetric.

Neurons are one set of axes for what a layer says. If a trained layer held the evolved one's factors and only named
them differently, some rotation of the layer would show them. This room looks for it four ways, and measures what is
found beside what random rotations of the same layer give.

Conventions that bite. A layer's maps are centred: from each neuron's map its own mean over the pixels is taken, and
nothing else is done to it (no scaling). All four ways turn the same space: the centred layer's principal components,
each brought to unit variance ("whitened"), weak ones left out. So components of one layer are always uncorrelated
maps, whatever the method, and what they say differs only by a rotation of that space.
"""

from fer_utils.rotations.parts import METHODS, Components, components
from fer_utils.rotations.scoring import MEASURED, BasisScore, compare_bases, own_maps, purity, sparseness
from fer_utils.rotations.space import SYMMETRIES, even_shares

__all__ = [
    "MEASURED",
    "METHODS",
    "SYMMETRIES",
    "BasisScore",
    "Components",
    "compare_bases",
    "components",
    "even_shares",
    "own_maps",
    "purity",
    "sparseness",
]
