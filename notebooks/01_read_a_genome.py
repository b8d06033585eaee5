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
#     needs: []
#     each_image: true
# ---

# %% [markdown]
# # Read a genome
#
# **Claim.** A picture can be the output of a very small network: a few dozen nodes, each one a simple function of the
# nodes before it, asked once per pixel. *(Paper: the section on compositional pattern-producing networks; figure 2.)*
#
# Here we open such a network, the **genome**, and look at every one of its nodes.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file; auto takes the best at hand
size = 256  # side of the picture, in pixels
out = "build/out/01_read_a_genome"  # where this notebook leaves its results

# %%
import fer_utils as fer
from fer_utils import book, plotting

subject = book.subject(image)
genome = subject.genome

# %% tags=["remove-input"]
book.say("> **In this build:** {note}", note=subject.note)

# %% [markdown]
# ## What goes in
#
# The network is asked once for every pixel, and all it is told is where the pixel lies: across (**x**), down (**y**), how
# far from the middle (**d**), and a constant 1 (**b**). Red is negative, white is zero, blue is positive. All maps in this
# book are drawn that way.

# %% mystnb={"image": {"alt": "Four square maps of the inputs: x goes from red on the left to blue on the right, y from red at the top to blue at the bottom, d grows in rings from the centre, b is blue everywhere."}}
plotting.network_inputs()

# %% [markdown]
# ## What happens inside
#
# Each node adds up the nodes that feed it, times the weight of each connection, and bends the sum with one function:
# a sine, a bell curve, an S-curve, or nothing at all. What a node says at every pixel is its **feature map**. In the
# drawing below each node *is* its feature map. Read it from the inputs at the top to the picture at the bottom; a blue
# line adds, a red line subtracts, a thick line counts for more, and a grey line only carries a value down to where it is
# needed.

# %% mystnb={"image": {"alt": "The genome as a graph from the four inputs to the finished picture. Every node shows its own feature map; connections are blue where they add and red where they subtract."}}
plotting.genome_graph(genome)

# %% [markdown]
# The same nodes once more, one by one, in the order in which they are computed. Under each stands its formula: `[3]` is the
# node with that number, a letter an input.

# %% mystnb={"image": {"alt": "Every node of the genome as a square map in red, white and blue, numbered in the order of computing; below each, its function with the weighted sum of the nodes it reads."}}
plotting.node_gallery(genome)

# %% [markdown]
# Early nodes are plain gradients and bands. A few steps later there are ovals and rings, then parts that a reader can
# name. Where a picture has two alike halves, look for a node that cannot tell left from right: it draws a feature and
# its mirror image at once.
#
# ## What comes out
#
# Three output nodes give each pixel its hue, saturation and brightness.

# %% mystnb={"image": {"alt": "The picture that the genome draws."}}
picture = genome.image(size)
plotting.pictures([picture], [subject.title], width=3.4)

# %% [markdown]
# ## What we saw

# %% tags=["remove-input"]
counted = {
    "nodes": len(genome.nodes),
    "connections": len(genome.connections),
    "hidden": sum(node.kind == "hidden" for node in genome.nodes),
    "silent": sum(connection.weight == 0 for connection in genome.connections),
    "functions": sorted({node.activation for node in genome.nodes if node.kind != "input"}),
}
book.say(
    "{title} is drawn by **{nodes} nodes** ({hidden} of them hidden) and **{connections} connections**, "
    "{silent} of which have weight 0. The functions in use: {functions}.",
    title=subject.title,
    **{**counted, "functions": ", ".join(counted["functions"])},
)

# %% [markdown]
# ## What this does not show
#
# That a picture *can* be drawn by few parts says nothing yet about how other networks draw it, and the graph shows one
# way among many: a genome is one sample of a long history, not the smallest possible program. For that history we
# have, so far, only the number of generations written in the file.
#
# ## Checks

# %%
assert fer.load_genome(subject.source) == genome  # reading again gives the same genome
assert type(genome).from_json(genome.to_json()) == genome  # and so does our own file format
assert all(genome.order().index(c.source) < genome.order().index(c.target) for c in genome.connections)  # no cycle
assert picture.shape == (size, size, 3)
assert picture.min() >= 0
assert picture.max() <= 1
book.record(out, image=subject.name, title=subject.title, note=subject.note, age=genome.age, **counted)
