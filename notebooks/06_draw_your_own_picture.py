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
# ---

# %% [markdown]
# # Draw your own picture
#
# **Bring any picture.** Nothing in this book needs a famous genome. Here a network of a chosen shape learns a picture
# that nobody evolved, and its insides are laid open in the same way.
#
# Use your own with `make book IMAGE=my.png`, or run only this chapter with `make run NB=06 P="picture=my.png"`.

# %% tags=["parameters"]
picture = "book/assets/boat.png"  # any PNG or JPEG: any size, grey or colour, transparent or not
fit = "crop"  # crop keeps the middle square, pad shows all on white, stretch fills the square
size = 128  # side of the target, in pixels
architecture = "6;gaussian:8,relu:8,sin:8,tanh:8"  # layers;function:neurons,…
steps = 10000
learning_rate = 0.003
schedule = "cosine"  # constant, as in the paper, or cosine
seed = 0
sampled = 300  # how many weights are tried for the sweeps
out = "build/out/06_draw_your_own_picture"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, images, plotting, sweeps, training

target = images.read_picture(picture, size, fit=fit)
recipe = training.Recipe(name="own picture", steps=steps, size=size, learning_rate=learning_rate, schedule=schedule)
run, *_ = fer.fit(target, fer.Architecture.parse(architecture), recipe, seeds=[seed])
network = run.network.relabelled(f"SGD network, seed {seed}")

# %% tags=["remove-input"]
book.say("> **In this build:** {runs}", runs=book.describe([run]))

# %% [markdown]
# ## Target and result

# %% mystnb={"image": {"alt": "The picture given as target, the picture the network draws, and the absolute error."}}
plotting.errors(target, [network.image(size)], [network.label])

# %% [markdown]
# ## How it got there

# %% mystnb={"image": {"alt": "The network's picture at several steps of training, with the target last."}}
plotting.training_path([one.image(size) for one in run.snapshots.values()], list(run.snapshots), target=target)

# %% [markdown]
# ## Every neuron
#
# Rows are layers, columns are places in the layer, grouped by function. Red is -1, white 0, blue 1.

# %% mystnb={"image": {"alt": "All feature maps of the network, layers as rows, neurons as columns."}}
maps = fer.feature_maps(network, 96)
plotting.map_grid(maps, mark_novel=False)

# %% [markdown]
# ## Its weights, by hand

# %%
fer.explore(network, title="A network of your own")

# %% [markdown]
# And the weights that move it most, out of a random sample:

# %% mystnb={"image": {"alt": "One row of five pictures for each of the strongest sampled weights."}}
offsets = np.linspace(-1, 1, 5)
ranked = sweeps.rank(network, sweeps.sample(network, sampled, seed=0), offsets=offsets)
strongest = [weight for weight, _ in ranked[:4]]
plotting.sweep_rows(
    [stack for _, stack in sweeps.sweep_many(network, strongest, offsets, size=128)],
    [book.weight_label(network, weight) for weight in strongest],
    offsets=offsets,
)

# %% [markdown]
# ## What we saw

# %% tags=["remove-input"]
book.say(
    "After {steps:,} steps the network draws the picture to a mean squared error of **{loss:.1e}**, with {weights:,} weights. "
    "{novel} of its {places} maps differ from all before them.",
    steps=steps,
    loss=run.loss,
    weights=network.architecture.weight_count,
    novel=int(maps.novel().sum()),
    places=maps.novel().size,
)

# %% [markdown]
# ## What this does not show
#
# There is no evolved partner here, so nothing to compare with; one seed, one shape, one recipe. Whether another seed
# would cut the picture into the same pieces is worth trying: change `seed` and look again.
#
# ## Checks

# %%
assert run.status != "diverged"
assert run.loss < run.history.loss[0]
assert np.isclose(run.loss, np.mean((network.image(size) - target) ** 2), rtol=1e-3)
book.record(
    out,
    loss=run.loss,
    steps=steps,
    seeds=[seed],
    weights=network.architecture.weight_count,
    novel=int(maps.novel().sum()),
    networks=book.provenance([run]),
)
