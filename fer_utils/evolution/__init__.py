"""Open-ended search: CPPNs bred by choosing among pictures, as in Picbreeder, with every choice on record.

The modules, lowest first: `streams` (random numbers that are the same everywhere), `genes` (neat-python's, made CPPN),
`operators` (children from parents), `drawing` (a page of thumbnails), `sessions` (records), `replaying` (a record in
play), `descriptors` (what a picture is like), `choosers` (who picks, without a person), `lineage` (family trees),
`surprises` (children unlike their parents), `drifting` (which way a line's weights went), `differences` (what a child
has that its parents have not).
"""

from __future__ import annotations

from fer_utils.evolution.choosers import Chooser, Curiosity, MapElites, Novelty, Objective, Random, breed_with
from fer_utils.evolution.descriptors import DESCRIPTORS, describe_pictures
from fer_utils.evolution.differences import Differences, differences
from fer_utils.evolution.drawing import draw
from fer_utils.evolution.drifting import Drift, drift, drifted
from fer_utils.evolution.genes import ACTIVATIONS, CPPN, from_genome, to_genome
from fer_utils.evolution.lineage import LineMeasures, TreeMeasures, measure_line, measure_tree, tree
from fer_utils.evolution.operators import Innovations, Operators, begin, breed, cross, mutate
from fer_utils.evolution.replaying import Play, replay
from fer_utils.evolution.sessions import Published, Session, Step, genome_hash, keep_session, load_session, save_session
from fer_utils.evolution.streams import Stream
from fer_utils.evolution.surprises import Pair, chosen_pairs

__all__ = [
    "ACTIVATIONS",
    "CPPN",
    "DESCRIPTORS",
    "Chooser",
    "Curiosity",
    "Differences",
    "Drift",
    "Innovations",
    "LineMeasures",
    "MapElites",
    "Novelty",
    "Objective",
    "Operators",
    "Pair",
    "Play",
    "Published",
    "Random",
    "Session",
    "Step",
    "Stream",
    "TreeMeasures",
    "begin",
    "breed",
    "breed_with",
    "chosen_pairs",
    "cross",
    "describe_pictures",
    "differences",
    "draw",
    "drift",
    "drifted",
    "from_genome",
    "genome_hash",
    "keep_session",
    "load_session",
    "measure_line",
    "measure_tree",
    "mutate",
    "replay",
    "save_session",
    "to_genome",
    "tree",
]
