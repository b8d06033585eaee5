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
#     needs: ["03_train_the_twin"]
#     each_image: true
# ---

# %% [markdown]
# # Compare them, neuron by neuron
#
# **Claim.** Two networks that draw the same picture can be made of entirely different parts. Inside the evolved network
# one sees smooth, reusable shapes, many of them symmetric; inside its SGD twin, patchwork: *unified and factored* against *fractured and
# entangled*. *(Paper: figures 1, 5, 14, 15, 18 and 19.)*

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 256  # side of the target the twins were trained on, in pixels
steps = 10000  # of training, where no twin is published; as in chapter 3, so that its twins are taken from the store
seeds = [0, 1]
schedule = "constant"
twins = "published"  # or "build": the ones trained in this build
other = "SOAP, drawn pixels"  # recipe of the second twin, as in chapter 3
map_size = 128  # side of the feature maps, in pixels, as in the paper
out = "build/out/04_compare_neuron_by_neuron"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, features, fidelity, plotting, training

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=size, schedule=schedule)
runs = book.twins(subject, evolved.architecture, recipe, seeds=seeds, which=twins)
twin = runs[0].network.relabelled(f"SGD twin, seed {runs[0].seed}")
untrained = runs[0].snapshots[0].relabelled(f"before training, seed {runs[0].seed}")
road = book.second_twin(subject, evolved.architecture, other, size=size, seed=seeds[0])
second = road.network.relabelled(f"second twin, seed {road.seed}")
left, right, before, besides = (fer.feature_maps(network, map_size) for network in (evolved, twin, untrained, second))

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {note} {twins} {second}",
    note=subject.note,
    twins=book.describe(runs),
    second=book.describe([road]),
)

# %% [markdown]
# ## The same picture

# %% mystnb={"image": {"alt": "Two nearly identical pictures side by side: the evolved network's and its SGD twin's."}}
plotting.pictures(
    [evolved.image(256), twin.image(256)],
    [evolved.label, twin.label],
    captions=["", f"mean squared error {runs[0].loss:.1e}"],
)

# %% [markdown]
# ## Other insides
#
# Here is every hidden neuron of both, in the same places. A row is a layer, the first at the top; a column is a place in
# the layer, and the columns are grouped by function. A **green border** marks a map that has not appeared before, in an
# earlier layer or further left. Pale grey places on the left are empty.

# %% tags=["remove-input"]
own = left.distinct()
book.say(
    "To name a neuron, read its row and its column. In row L{layer} of the left grid, in column {neuron}, stands "
    "`{name}`, in code `maps[{layer}, {neuron}]`.",
    layer=own[-1][0],
    neuron=own[-1][1],
    name=evolved.architecture.neuron_name(*own[-1]),
)

# %% mystnb={"image": {"alt": "All feature maps of the evolved network beside all feature maps of its SGD twin. The evolved maps are few and smooth, carried on as copies; the twin's are all different, with irregular bands and blotches."}}
plotting.map_pair(left, right, titles=[evolved.label, twin.label])

# %% [markdown]
# The same two grids again, large enough to read.

# %% mystnb={"image": {"alt": "All feature maps of the evolved network, large: layers as rows, neurons as columns under the names of their functions, green borders on maps that have not appeared before."}}
plotting.map_grid(left, title=evolved.label)

# %% mystnb={"image": {"alt": "All feature maps of the SGD twin, large, in the same arrangement; nearly every one has a green border."}}
plotting.map_grid(right, title=twin.label)

# %% [markdown]
# ## Closer: the genome's own shapes
#
# Each distinct map once, in the order in which it is made.

# %% mystnb={"image": {"alt": "The distinct feature maps of the evolved network, large, each with its name."}}
plotting.map_gallery(left, own)

# %% [markdown]
# ## Closer: as many of the twin's
#
# The same number of neurons from the twin, at the same places.

# %% mystnb={"image": {"alt": "The feature maps of the SGD twin at the same places, large, each with its name."}}
plotting.map_gallery(right, own)

# %% [markdown]
# ## With ReLU?
#
# The functions here are the evolved network's own, which no engineer would choose. The same depth and width with ReLU in every neuron, as
# in most networks of today, has a chapter to itself, with all of its maps: [](13_swap_the_functions). *(Figures 21 to 23.)*
#
# ## And before training?
#
# A fair question before calling these maps a product of training: what did the twin look like before its first step? Same
# network, same seed, step 0.

# %% mystnb={"image": {"alt": "The feature maps of the untrained network at the same places, large, each with its name."}}
plotting.map_gallery(before, own)

# %% [markdown]
# ## And by another road?
#
# The second twin of the chapter before: the same picture, another recipe.

# %% mystnb={"image": {"alt": "The feature maps of the second twin at the same places, large, each with its name."}}
plotting.map_gallery(besides, own)

# %% [markdown]
# ## What we saw

# %%
everyone = {"evolved": left, "twin": right, "before": before, "second": besides}
symmetry = {name: features.mirror_shares(maps) for name, maps in everyone.items()}
middle = {name: float(np.median(values)) for name, values in symmetry.items()}
mixed = {name: float(np.mean((values > 0.1) & (values < 0.9))) for name, values in symmetry.items()}

# %% tags=["remove-input"]
book.say(
    "The genome's network has **{evolved_novel}** maps that are new where they appear, out of {places} places ({empty} of "
    "them the constant of an empty place, which has no border above); the twin has **{twin_novel}**. Each map can be "
    "split into a part that is the same left and right and a part that changes sign. Of the genome's distinct maps "
    "**{evolved_mixed:.0%}** are a mixture, with between a tenth and nine tenths of their variation in the symmetric "
    "part; of the twin's, **{twin_mixed:.0%}**; of the second twin's, **{second_mixed:.0%}**; and of the untrained "
    "network's, **{before_mixed:.0%}**.",
    evolved_novel=int(left.novel().sum()),
    twin_novel=int(right.novel().sum()),
    empty=int((left.novel() & ~left.used).sum()),
    places=left.novel().size,
    evolved_mixed=mixed["evolved"],
    twin_mixed=mixed["twin"],
    second_mixed=mixed["second"],
    before_mixed=mixed["before"],
)

# %%
by_seed = [fidelity.mixed_share(fer.feature_maps(run.network, 64)) for run in runs]

# %% tags=["remove-input"]
book.say(
    "The maps above are those of the first seed. Measured at 64 pixels, the twins' share is {spread}.",
    spread=book.over_seeds(by_seed, ".0%"),
)

# %% [markdown]
# So the eye is right that the two are different. But look at the last number too: it belongs to random weights, *before* the
# first step of training.

# %% tags=["remove-input"]
book.say(
    "{there} Training moved the share of mixtures from {before:.0%} to {twin:.0%}. What gradient descent finds in its random "
    "weights, what it leaves there, what it takes away and what it adds are different questions, and a picture of the "
    "end state cannot tell them apart.",
    there="Most of the mixing of left and right is already there."
    if mixed["before"] > 0.5
    else "Much of the mixing of left and right is already there."
    if mixed["before"] > mixed["evolved"]
    else "Here the untrained network mixes left and right no more than the genome's.",
    before=mixed["before"],
    twin=mixed["twin"],
)

# %% [markdown]
# ## What this does not show
#
# - **Copies.** Many places of the genome's network repeat a value that another neuron made. Counting places would count
#   one shape many times; counting *new* maps avoids that, with a tolerance (0.01) that is the paper's choice.
# - **The wrong basis?** A layer of the twin might hold neat shapes in some *combination* of its neurons that no single
#   neuron shows. Looking at neurons one by one can neither confirm nor rule that out.
# - **One image.** One genome, few seeds. A population is needed before anything here becomes a general statement.
#
# ## Checks

# %%
assert np.mean((evolved.image(size) - twin.image(size)) ** 2) < 0.05
assert left.novel().sum() < right.novel().sum()
assert all(0 <= value <= 1 for one in (middle, mixed) for value in one.values())
book.keep(out, "hero.png", plotting.teaser(left, right, [evolved.image(256), twin.image(256)], places=own))
book.record(
    out,
    evolved_novel=int(left.novel().sum()),
    twin_novel=int(right.novel().sum()),
    places=int(left.novel().size),
    mixed=mixed,
    mixed_by_seed=by_seed,
    evolved_mixed=mixed["evolved"],
    twin_mixed=mixed["twin"],
    before_mixed=mixed["before"],
    second_mixed=mixed["second"],
    loss=runs[0].loss,
    networks=book.provenance([*runs, road]),
)
