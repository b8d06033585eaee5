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
#     needs: ["01_read_a_genome"]
#     each_image: true
# ---

# %% [markdown]
# # Layerize the graph
#
# **Claim.** Any such graph can be rewritten as an ordinary layered network, the kind that gradient descent trains, and
# it computes *exactly* the same. *(Paper: the appendix on layerization; figure 11.)*
#
# Without this step the comparison would be unfair: one side a hand-sized graph, the other a stack of dense layers. After
# it, the evolved network and its SGD twin have the same architecture, down to the last neuron. Only the weights differ.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
sizes = [32, 128, 256]  # sides, in pixels, at which graph and layers are compared
out = "build/out/02_layerize_the_graph"  # where this notebook leaves its results

# %%
import fer_utils as fer
from fer_utils import book, plotting, sweeps
from fer_utils.layerize import largest_gap, nodes_to_follow

subject = book.subject(image)
genome = subject.genome
evolved = fer.layerize(genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)

# %% tags=["remove-input"]
book.say("> **In this build:** {note}", note=subject.note)

# %% [markdown]
# ## The rules
#
# 1. A node goes into the layer that is its **longest path** from an input.
# 2. A value that is needed again further on is **carried** by neurons that copy it, with weight 1, from layer to layer.
# 3. Every layer gets the same number of neurons of each kind, as many as the fullest layer needs. What a layer does
#    not need stays empty: weight 0 in, weight 0 out.
#
# The paper writes the result in one line: how many layers, then how many neurons of which function. `cache` neurons are
# the ones that copy.

# %% tags=["remove-input"]
book.say(
    "For this genome that line reads `{architecture}`: {depth} layers of {width} neurons, **{weights:,} weights**, of "
    "which only **{nonzero}** are not zero, and {copies} of those do nothing but copy.",
    architecture=evolved.architecture,
    depth=evolved.architecture.depth,
    width=evolved.architecture.width,
    weights=evolved.architecture.weight_count,
    nonzero=len(list(evolved.nonzero())),
    copies=len(evolved.copies),
)

# %% [markdown]
# ## Two nodes to follow
#
# First the graph, as in chapter 1, with two of its nodes framed: in black the one that is needed for longest, in orange one deep in
# the graph.

# %% mystnb={"image": {"alt": "The genome as a graph of feature maps, two of its nodes framed, one in black and one in orange."}}
followed = nodes_to_follow(evolved)
plotting.genome_graph(genome, highlight=followed)

# %% [markdown]
# ## The same network, drawn in layers
#
# Each row is a layer, and each place in a row a neuron. Pictures compute; small grey dots carry a value on; the faintest
# dots are empty places. The two nodes are framed here in the same colours. Look for the same maps, and for the rings: a node is born in
# one layer and lives on, as a copy, until its last reader.

# %% mystnb={"image": {"alt": "The layered form of the genome: one row for each layer, computing neurons as their feature maps, copies as small grey dots joined by thin grey lines, connections in blue and red. The same two nodes are framed, and their copies ringed, in black and orange."}}
plotting.layered_graph(evolved, highlight=followed)

# %% tags=["remove-input"]
book.say(
    "{lives}",
    lives=" ".join(
        f"The node framed in {colour} computes in **layer {places[0][0]}**, as `{evolved.architecture.neuron_name(*places[0])}`"
        + (
            f", and is carried on by {len(places) - 1} copies, to layer {places[-1][0]}."
            if places[1:]
            else ", and needs no copy."
        )
        for colour, places in zip(("black", "orange"), [evolved.neurons_of[node] for node in followed], strict=False)
    ),
)

# %% [markdown]
# And here are its weights, layer by layer. Nearly everything is empty. Keep this picture in mind for the next chapter,
# where gradient descent fills every one of these squares.

# %% mystnb={"image": {"alt": "One small square for each weight matrix of the layered network; almost all entries are zero."}}
plotting.weight_matrices(evolved)

# %% [markdown]
# ## A weight by its number
#
# The paper's figures call a weight by one number. The number depends on the order in which the layers are counted, and
# the authors' code counts them alphabetically (layer 10 comes before layer 2). This table translates the weights that
# carry a name: paper's number, place in the layered network, connection in the genome.

# %% tags=["remove-input"]
named = sweeps.named(evolved)
book.table(
    ["name", "number", "layer", "row", "column", "connection", "weight"],
    [
        [
            name,
            evolved.architecture.paper_id(*weight),
            *weight,
            evolved.connection_name(weight),
            f"{evolved.weight(weight):+.3f}",
        ]
        for weight, name in named.items()
    ],
)

# %% [markdown]
# ## What we saw

# %%
gaps = {size: largest_gap(evolved, size) for size in sizes}

# %% tags=["remove-input"]
book.say(
    "Graph and layers were both evaluated at {sizes} pixels, in double precision. Over the picture and every hidden "
    "activation the largest difference anywhere is **{gap:.1e}**: rounding, and nothing else.",
    sizes=", ".join(str(size) for size in sizes),
    gap=max(gaps.values()),
)

# %% [markdown]
# ## What this does not show
#
# Layerizing keeps the *function* of every node, but it also fixes a shape that nobody chose: the depth is that of the
# longest chain in the genome, and the mix of functions is that of its fullest layer. An SGD network of this shape is
# the paper's comparison; it is not the shape an engineer would pick for this picture.
#
# ## Checks

# %%
assert max(gaps.values()) < 1e-9
assert all(evolved.node_of[place] == node for node in followed for place in evolved.neurons_of[node])
assert sum(1 for _ in evolved.nonzero()) == len(evolved.copies) + sum(c.weight != 0 for c in genome.connections)
assert all(evolved.architecture.locate(evolved.architecture.paper_id(*weight)) == weight for weight in named)
book.record(
    out,
    architecture=str(evolved.architecture),
    depth=evolved.architecture.depth,
    width=evolved.architecture.width,
    weights=evolved.architecture.weight_count,
    nonzero=len(list(evolved.nonzero())),
    copies=len(evolved.copies),
    gap=max(gaps.values()),
)
