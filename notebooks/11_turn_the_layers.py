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
# # Turn the layers
#
# **Claim.** The twin's disorder is not an accident of looking at single neurons: the principal components of its layers are
# disordered too. *(Paper: figure 24, for the skull.)*
#
# Neurons are only one way to read a layer. If the twin held neat, symmetric parts and merely *mixed* them, some rotation of
# the layer would show them. The paper looks at one rotation, the principal components. Here are three more, each the best of
# its kind: the **sparsest**, the **most independent**, and the **most symmetric** that exists, which can be computed exactly.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 256  # side of the target the twins were trained on, in pixels
steps = 10000  # of training, where no twin is published; as in chapter 3, so that its twins are taken from the store
seeds = [0, 1]
schedule = "constant"
twins = "published"  # or "build": the ones trained in this build
other = "SOAP, drawn pixels"  # recipe of the second twin, as in chapter 3
map_size = 64  # side of the feature maps, in pixels
turns = 100  # random rotations of each layer, for the null
out = "build/out/11_turn_the_layers"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, plotting, rotations, training

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=size, schedule=schedule)
runs = book.twins(subject, evolved.architecture, recipe, seeds=seeds, which=twins)
road = book.second_twin(subject, evolved.architecture, other, size=size, seed=seeds[0])
twin = f"twin, seed {runs[0].seed}"
networks = {
    evolved.label: evolved,
    "before training": runs[0].snapshots[0],
    twin: runs[0].network,
    "second twin": road.network,
}
maps = {label: fer.feature_maps(network, map_size) for label, network in networks.items()}
left, before, right, second = maps.values()
layers = range(evolved.architecture.depth)

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {note} {twins} {second}",
    note=subject.note,
    twins=book.describe(runs),
    second=book.describe([road]),
)

# %% [markdown]
# ## Principal components, as in the paper
#
# From each layer's maps their means are taken, and the components are ordered by how much of the layer's variance they
# explain: the number below each. The bar says how symmetric a component is: full where its left and right halves are the
# same, empty where they are opposites.

# %% mystnb={"image": {"alt": "The principal components of each layer of the evolved network: few, smooth, each of them symmetric or antisymmetric."}}
plotting.component_rows([rotations.components(left, layer) for layer in layers], title=evolved.label)

# %% mystnb={"image": {"alt": "The principal components of each layer of the twin: many, mostly mixtures of symmetric and antisymmetric parts."}}
plotting.component_rows([rotations.components(right, layer) for layer in layers], title=twin)

# %% [markdown]
# ## The most symmetric rotation there is
#
# Mirroring a picture is an operation on the layer's space, and so it has axes of its own: the rotation that makes each
# component as purely symmetric or antisymmetric as any rotation can. No search is needed, and none could do better. Here it is
# for the twin.

# %% mystnb={"image": {"alt": "The most symmetric components of each layer of the twin."}}
plotting.component_rows(
    [rotations.components(right, layer, method="symmetric") for layer in layers], title=f"{twin}, turned"
)

# %% [markdown]
# ## How good is each basis?
#
# *Purity* is 1 where every component is symmetric or antisymmetric, and 0 where each is half and half; weak components count
# as much as strong ones. Bars are means over the layers, dots single layers. The grey band is the null: where nine in ten
# random rotations of the same layers end up. (Neurons may lie above it: they need not be uncorrelated, as components are.)

# %% mystnb={"image": {"alt": "Bars of purity for neurons, principal components, sparsest, most independent and most symmetric rotation, one panel for each network, with a grey band for random rotations."}}
scores = {label: rotations.compare_bases(found, rotations=turns, seed=0) for label, found in maps.items()}
plotting.purity_bars(scores)

# %% mystnb={"image": {"alt": "For each layer of each network a dot for each of its most symmetric components, from antisymmetric on the left to symmetric on the right."}}
turned = {
    label: [rotations.components(found, layer, method="symmetric") for layer in layers] for label, found in maps.items()
}
plotting.spectra(turned)

# %% [markdown]
# ## What we saw

# %%
purity = {
    label: {
        method: float(np.mean([score.purity for score in found if score.method == method]))
        for method in rotations.MEASURED
    }
    for label, found in scores.items()
}
weighted = {
    label: float(np.mean([rotations.purity(one.even, weights=one.shares) for one in found if len(one.shares)]))
    for label, found in turned.items()
}
by_seed = [
    float(np.mean([rotations.purity(one.even) for one in parts if len(one.even)]))
    for run in runs
    for maps_of_seed in [fer.feature_maps(run.network, map_size)]
    for parts in [[rotations.components(maps_of_seed, layer, method="symmetric") for layer in layers]]
]
null = {label: float(np.mean([score.null_purity[1] for score in found])) for label, found in scores.items()}

# %% tags=["remove-input"]
book.table(
    ["mean purity", *rotations.MEASURED, "random", "symmetric, weighted"],
    [
        [label, *(f"{value:.2f}" for value in row.values()), f"{null[label]:.2f}", f"{weighted[label]:.2f}"]
        for label, row in purity.items()
    ],
)

# %% tags=["remove-input"]
evolved_row, before_row, twin_row, second_row = purity.values()
book.say(
    "The genome's neurons have a purity of **{neurons:.2f}** as they stand. The twin's have {twin_neurons:.2f}, and the best "
    "rotation of its layers brings that to **{twin_best:.2f}**; for the second twin it is {second_best:.2f}, and for the "
    "network *before training* {before_best:.2f}. Over the twin's seeds the best rotation reaches {spread}. {verdict} Weighted by the variance that components explain, the best "
    "rotation reaches {weighted_twin:.2f} in the twin, {weighted_before:.2f} before training and {weighted_evolved:.2f} in "
    "the genome's network: what is strong in the twin can be made nearly pure, and what is weak cannot.",
    spread=book.over_seeds(by_seed, ".2f"),
    weighted_twin=weighted[twin],
    weighted_before=weighted["before training"],
    weighted_evolved=weighted[evolved.label],
    neurons=evolved_row["neurons"],
    twin_neurons=twin_row["neurons"],
    twin_best=twin_row["symmetric"],
    second_best=second_row["symmetric"],
    before_best=before_row["symmetric"],
    verdict="So a change of basis does not turn the twin into the genome's network."
    if twin_row["symmetric"] < evolved_row["neurons"] - 0.05
    else "So, as far as this symmetry goes, a change of basis does nearly what the genome's neurons do by themselves: "
    "the wrong basis is part of the story.",
)

# %% [markdown]
# ## What this does not show
#
# - One symmetry, left against right. A layer may be orderly in ways that this does not see.
# - The best rotation is the best *because* it was chosen to be; a layer with many weak components gives it much to choose
#   from. That is why the untrained network stands beside the twin, and random rotations beside both.
# - A rotation that exists is not a rotation the network uses: the next layer reads neurons, through weights that need not
#   respect it.
#
# ## Checks

# %%
assert all(row["symmetric"] >= row["pca"] - 1e-6 for row in purity.values())  # it is the best there is
assert all(0 <= value <= 1 for row in purity.values() for value in row.values())
assert evolved_row["neurons"] > null[evolved.label]
assert weighted[twin] > twin_row["symmetric"]  # what the text says of strong and weak components
book.record(
    out,
    purity=purity,
    best_by_seed=by_seed,
    null=null,
    weighted=weighted,
    networks=book.provenance([*runs, road]),
)
