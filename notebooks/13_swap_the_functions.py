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
#     needs: ["04_compare_neuron_by_neuron"]
#     each_image: true
# ---

# %% [markdown]
# # Swap the functions
#
# **Claim.** The twin's disorder is not an accident of the evolved functions that it was given: with ReLU in every neuron, as in
# most networks of today, the insides of a network trained to draw the picture are disordered too. *(Paper: figures 21 to 23.)*
#
# The paper shows such networks for all three images, without a recipe. Here they have the depth and the width of the evolved
# network, and the two kinds are always trained by the same recipe, so that only the functions are swapped. Where no pair
# of the paper's recipe is published, it is a pair of another recipe, and the grey line says which.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 256  # side of the target, in pixels
steps = 10000  # of training, where no such pair is published
seeds = [0, 1]
schedule = "constant"
twins = "published"  # or "build": the ones trained in this build
map_size = 128  # side of the feature maps, in pixels
sampled = 300  # weights among which the strongest are looked for
out = "build/out/13_swap_the_functions"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, features, fidelity, plotting, sweeps, training

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
target = subject.genome.image(size)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=size, schedule=schedule)
kinds = [evolved.architecture, evolved.architecture.with_only("relu")]
runs, straight = book.twins_alike(subject, kinds, recipe, seeds=seeds[:1], which=twins)
twin = runs[0].network.relabelled(f"SGD twin, seed {runs[0].seed}")
relu = straight[0].network.relabelled(f"ReLU twin, seed {straight[0].seed}")
untrained = straight[0].snapshots[0].relabelled("ReLU, before training")

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {note} With the evolved functions: {twins} With ReLU: {relu}",
    note=subject.note,
    twins=book.describe(runs),
    relu=book.describe(straight),
)

# %% [markdown]
# ## Does it learn the picture?

# %% mystnb={"image": {"alt": "The target, the picture drawn by the twin with the evolved functions and by the one with ReLU, and the absolute error of each."}}
plotting.errors(target, [twin.image(size), relu.image(size)], ["evolved functions", "ReLU"])

# %% mystnb={"image": {"alt": "Loss against training step for the twin with the evolved functions and the one with ReLU, on logarithmic axes."}}
plotting.loss_curves([runs[0].history, straight[0].history], ["evolved functions", "ReLU"])

# %% [markdown]
# A ReLU bends once, at zero, and is straight on both sides. So everything such a network draws is made of pieces with sharp edges,
# each of them flat but for the distance $d$ among its inputs, and a soft curve costs it many.
#
# ## Inside
#
# ReLU knows no upper bound, and the colours run from -1 to 1, so here each layer is divided by its largest value. A pale blue map is
# a weak one. A map that is white all over belongs to a neuron that is silent everywhere: it is *dead*.

# %% mystnb={"image": {"alt": "All feature maps of the ReLU twin, layer by layer: white where a neuron is silent, blue where it speaks."}}
shown, before = features.feature_maps(relu, map_size), features.feature_maps(untrained, map_size)
plotting.map_grid(features.scaled(shown), title=relu.label)

# %% mystnb={"image": {"alt": "A row of larger feature maps of the ReLU twin, each with its name."}}
places = shown.distinct()
plotting.map_gallery(features.scaled(shown), places[:: max(1, len(places) // 24)][:24])

# %% [markdown]
# ## Its strongest weights

# %% mystnb={"image": {"alt": "Rows of five pictures, one row for each of the strongest sampled weights of the ReLU twin, the unchanged picture framed in the middle."}}
offsets = np.linspace(-1, 1, 5)
ranked = sweeps.rank(relu, sweeps.sample(relu, sampled, seed=0), offsets=offsets)
chosen = [weight for weight, _ in ranked[:4]]
plotting.sweep_rows(
    [stack for _, stack in sweeps.sweep_many(relu, chosen, offsets, size=128)],
    [book.weight_label(relu, weight) for weight in chosen],
    offsets=offsets,
)

# %% [markdown]
# ## What we saw

# %%
maps = {
    "evolved": features.feature_maps(evolved, map_size),
    "twin": features.feature_maps(twin, map_size),
    "ReLU": shown,
    "ReLU, before training": before,
}
mixed = {
    name: float(np.mean((shares > 0.1) & (shares < 0.9)))
    for name, found in maps.items()
    for shares in [features.mirror_shares(found)]
}
by_seed = {
    name: [fidelity.mixed_share(features.feature_maps(run.network, 64)) for run in ones]
    for name, ones in (("twin", runs), ("ReLU", straight))
}
grey = [
    name
    for name, run in (("the evolved functions", runs[0]), ("ReLU", straight[0]))
    if fidelity.coloured(evolved) and not fidelity.coloured(run.network)
]
silent = {name: int(features.dead(maps[name]).sum()) for name in ("ReLU", "ReLU, before training")}

# %% tags=["remove-input"]
book.table(
    ["network", "distinct maps", "of which mix left-right symmetry with its opposite"],
    [[name, len(found.distinct()), f"{mixed[name]:.0%}"] for name, found in maps.items()],
)

# %% tags=["remove-input"]
book.say(
    "With ReLU the error ends at **{loss:.1e}** after {steps:,} steps, with the evolved functions at {other:.1e} after {others:,}. "
    "{grey}**{dead}** of the ReLU network's {all} neurons are dead ({before} before training). {mixture}",
    grey=f"**The network with {' and the one with '.join(grey)} draws in grey:** its colour ran into the clip in the first "
    "steps, where there is no gradient to bring it back, so the two are not compared at one error. "
    if grey
    else "",
    loss=straight[0].loss,
    steps=straight[0].recipe.steps,
    other=runs[0].loss,
    others=runs[0].recipe.steps,
    dead=silent["ReLU"],
    all=shown.novel().size,
    before=silent["ReLU, before training"],
    mixture="Its maps are as mixed as the twin's, or more: the evolved functions are not what makes the difference."
    if mixed["ReLU"] >= mixed["twin"] - 0.05
    else "Its maps are less mixed than the twin's, so the functions do matter here.",
)

# %% tags=["remove-input"]
book.say(
    "The maps are those of the first seeds. Measured at 64 pixels, the share of mixed maps is {relu} with ReLU, and {twin} with the evolved "
    "functions.",
    relu=book.over_seeds(by_seed["ReLU"], ".0%"),
    twin=book.over_seeds(by_seed["twin"], ".0%"),
)

# %% [markdown]
# And as before: look at the row of the untrained network. Random weights mix left and right whatever their functions.
#
# ## What this does not show
#
# - Few seeds of each, and one symmetry.
# - The paper does not say how its ReLU networks were trained; ours may differ from them in everything but depth and width.
# - A network of ReLUs is usually given biases and more width. This one has neither.
#
# ## Checks

# %%
assert all(run.status != "diverged" for run in [*runs, *straight])
assert len({(run.recipe.name, run.recipe.steps) for run in [*runs, *straight]}) == 1
assert all((layer >= 0).all() for layer in shown.values)
assert {name for name, _ in relu.architecture.groups} == {"relu"}
assert (relu.architecture.depth, relu.architecture.width) == (evolved.architecture.depth, evolved.architecture.width)
assert (
    np.isclose(straight[0].loss, np.mean((relu.image(256) - subject.genome.image(256)) ** 2), rtol=1e-2) or size != 256
)
book.record(
    out,
    loss=straight[0].loss,
    dead=silent,
    grey=grey,
    mixed=mixed,
    mixed_by_seed=by_seed,
    networks=book.provenance([*runs, *straight]),
)
