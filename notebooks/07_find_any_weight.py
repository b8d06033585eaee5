# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   fer:
#     needs: ["02_layerize_the_graph"]
#     each_image: true
# ---

# %% [markdown]
# # Find any weight by its number
#
# **Claim.** A weight has three names: a number in the paper's figures, a place in the layered network, and a connection
# in the genome. They name the same thing, and this page translates between them. *(Paper: figures 6, 16 and 20, and the
# supplement with all sweeps.)*
#
# The paper calls a weight by one number, such as 4371. The number counts the weights layer by layer, but the authors' code
# sorts its layers by name, so that layer 10 comes before layer 2. Nobody can do that in their head.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 64  # side of the pictures that prove the translation, in pixels
span = 1.0  # how far each weight is moved for the proof
out = "build/out/07_find_any_weight"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, sweeps
from fer_utils.layerize import bridge

subject = book.subject(image)
evolved = fer.layerize(subject.genome)
named = sweeps.named(evolved)
rows = bridge(evolved, named)

# %% tags=["remove-input"]
book.say("> **In this build:** {note}", note=subject.note)

# %% [markdown]
# ## Any number, any place
#
# Type a number to see its place, or a place to see its number. It holds for every network of this architecture, evolved or
# trained.

# %% tags=["remove-input"]
book.locator(evolved.architecture)

# %% [markdown]
# ## Every weight that is there
#
# Search by number, by neuron, by node or by name. A *copy* only carries a node's value on to the next layer, with
# weight 1. Everything else is zero, and left out, unless the genome itself has a connection of weight zero.

# %% tags=["remove-input"]
book.finder(
    ["number", "layer", "row", "column", "from", "to", "weight", "in the genome", "name"],
    [(row.number, *row.place, row.below, row.above, f"{row.weight:+.4f}", row.connection, row.name) for row in rows],
    label="Find a weight",
    hint="4371, sin, copy, mouth …",
)

# %% [markdown]
# ## Does it hold?
#
# Two proofs by drawing, for every weight that is a connection. *One way*: change the weight in the layered network, found
# by its number. *The other*: change the connection in the genome and evaluate the graph, in which there are no layers and
# no numbers. If the translation were off by one anywhere, the two pictures would differ.

# %%
connections = [row for row in rows if row.place in evolved.connection_of]
gaps = []
for row in connections:
    layered = sweeps.sweep(evolved, row.number, [row.weight + span], size=size)[0]
    graph = subject.genome.with_weights({evolved.connection_of[row.place]: row.weight + span}).image(size)
    gaps.append(float(np.abs(layered - graph).max()))

# %% [markdown]
# ## What we saw

# %% tags=["remove-input"]
book.say(
    "Of the {total:,} weights of the layered network **{nonzero}** are not zero. {copies} weights are copies, and "
    "{connections} are connections of the genome ({empty} of weight zero). All {connections} were drawn both ways; the "
    "pictures differ by no more than **{gap:.0e}** at any pixel.",
    total=evolved.architecture.weight_count,
    nonzero=len(list(evolved.nonzero())),
    empty=sum(row.weight == 0 for row in connections),
    copies=len(evolved.copies),
    connections=len(connections),
    gap=max(gaps),
)

# %% [markdown]
# ## What this does not show
#
# The numbers of the paper's *SGD* networks can be translated just as well, but those networks' weights are not public in a
# form this project reads. Their places are those of our twins; what stands there is not.
#
# ## Checks

# %%
assert max(gaps) < 1e-9
assert all(evolved.architecture.locate(row.number) == row.place for row in rows)
assert len({row.number for row in rows}) == len(rows)
assert set(named) <= {row.place for row in rows}
book.record(
    out,
    weights=evolved.architecture.weight_count,
    nonzero=len(list(evolved.nonzero())),
    copies=len(evolved.copies),
    connections=len(connections),
    largest_gap=max(gaps),
    named={name: evolved.architecture.paper_id(*place) for place, name in named.items()},
)
