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
#     needs: ["05_sweep_the_weights"]
#     each_image: true
# ---

# %% [markdown]
# # Move in any direction
#
# **Claim.** The twin's sweeps are not disorderly only because single weights are an unlucky choice of direction: along random
# directions its picture falls apart in the same way, and the evolved network's keeps its parts. *(Paper: figure 25.)*
#
# A weight belongs to a neuron, and which neurons a layer has is a matter of bookkeeping: turn the layer's values by any rotation
# $Q$ and the weights that read them by its inverse,
#
# $$ W h = (W Q^{-1})(Q h), $$
#
# and the network computes the same with other neurons and other weights. A direction drawn at random from *all* directions of
# a row of weights does not notice: after the turn it is just as likely as before.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 256  # side of the target the twins were trained on, in pixels
steps = 10000  # of training, where no twin is published; as in chapter 3, so that its twins are taken from the store
seeds = [0, 1]
schedule = "constant"
twins = "published"  # or "build": the ones trained in this build
shown = 6  # directions drawn as rows
count = 80  # directions measured
change = 0.2  # of the picture, root of the mean square, to which the matched sweeps go
draw = 0  # seed of layers, rows and directions
out = "build/out/14_move_in_any_direction"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, plotting, sweeps, training

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=size, schedule=schedule)
runs = book.twins(subject, evolved.architecture, recipe, seeds=seeds, which=twins)
twin = runs[0].network.relabelled(f"SGD twin, seed {runs[0].seed}")
directions = sweeps.random_directions(evolved, count, seed=draw)
offsets = np.linspace(-1, 1, 5)

# %% tags=["remove-input"]
book.say("> **In this build:** {note} {twins}", note=subject.note, twins=book.describe(runs))

# %% [markdown]
# ## As in the paper: one step to either side
#
# Layers, rows and directions are drawn by lot, the same for both networks, and the first few are shown, whatever they look like.

# %% mystnb={"image": {"alt": "Rows of five pictures of the evolved network along random directions, from one step back to one step forth, the unchanged picture framed."}}
first = directions[:shown]
plotting.sweep_rows(
    [one.sweep(evolved, offsets, size=128) for one in first],
    [f"{evolved.label}\nlayer {one.layer}, row {one.row}" for one in first],
    offsets=offsets,
)

# %% mystnb={"image": {"alt": "The same rows for the SGD twin."}}
plotting.sweep_rows(
    [one.sweep(twin, offsets, size=128) for one in first],
    [f"{twin.label}\nlayer {one.layer}, row {one.row}" for one in first],
    offsets=offsets,
)

# %% [markdown]
# ## At matched strength
#
# The same step is a large push for one network and a small one for the other. Here each row goes as far as it takes to change the picture
# by the same amount. Directions along which the picture never changes so much are left out.

# %%
reach = {
    network.label: np.array([sweeps.matched_reach(network, one, change, size=48) for one in directions])
    for network in (evolved, twin)
}
both = [one for one, *far in zip(directions, *reach.values(), strict=True) if np.isfinite(far).all()][:shown]
far = {label: dict(zip(directions, values, strict=True)) for label, values in reach.items()}

# %% mystnb={"image": {"alt": "Rows of five pictures of the evolved network along random directions, each row going as far as changes the picture by the same amount."}}
plotting.sweep_rows(
    [one.sweep(evolved, far[evolved.label][one] * offsets, size=128) for one in both],
    [f"{evolved.label}\nlayer {one.layer}, row {one.row}" for one in both],
    [list(far[evolved.label][one] * offsets) for one in both],
)

# %% mystnb={"image": {"alt": "The same rows for the SGD twin, each going as far as changes its picture by the same amount."}}
plotting.sweep_rows(
    [one.sweep(twin, far[twin.label][one] * offsets, size=128) for one in both],
    [f"{twin.label}\nlayer {one.layer}, row {one.row}" for one in both],
    [list(far[twin.label][one] * offsets) for one in both],
)

# %% [markdown]
# ## All of them, measured
#
# For each direction: how far one must go for the same change, and over how much of the picture the change is spread at its very
# beginning (1: every pixel alike; near 0: a few pixels).

# %%
spreads = {
    network.label: np.array([sweeps.spread_share(sweeps.response(network, one)) for one in directions])
    for network in (evolved, twin)
}

# %% mystnb={"image": {"alt": "For both networks the distances that change the picture by the same amount, sorted from the shortest to the longest, on a logarithmic axis."}}
shares = np.linspace(0, 1, 41)
plotting.seed_bands(
    shares,
    {label: [np.log10(np.quantile(values[np.isfinite(values)], shares))] for label, values in reach.items()},
    xlabel="share of the directions that reach so far, sorted",
    ylabel="distance, powers of ten",
)

# %% mystnb={"image": {"alt": "For both networks the shares of the picture over which a change is spread, sorted from the least to the most."}}
plotting.seed_bands(
    shares,
    {label: [np.quantile(values[np.isfinite(values)], shares)] for label, values in spreads.items()},
    xlabel="share of the directions that move anything, sorted",
    ylabel="spread over the picture",
    limits=(0, 1),
)

# %% [markdown]
# ## What we saw

# %%
middle = {label: float(np.median(values[np.isfinite(values)])) for label, values in reach.items()}
by_seed = [
    float(np.median(found[np.isfinite(found)]))
    for run in runs
    for found in [np.array([sweeps.matched_reach(run.network, one, change, size=24) for one in directions[::4]])]
]
still = {label: float(np.mean(~np.isfinite(values))) for label, values in reach.items()}
wide = {label: float(np.median(values[np.isfinite(values)])) for label, values in spreads.items()}

# %% tags=["remove-input"]
book.say(
    "Of {count} random directions {still_evolved:.0%} leave the genome's picture as good as unmoved, however far one goes, and "
    "{still_twin:.0%} the twin's: rows of empty places lead nowhere. Along the others the same change takes a distance of "
    "**{near:.2f}** in the genome's network and **{far:.2f}** in the twin (medians; for a quarter of the directions, at 24 pixels, "
    "{spread}). The change is spread over "
    "{wide_evolved:.0%} of the genome's picture and {wide_twin:.0%} of the twin's: {verdict}",
    count=count,
    still_evolved=still[evolved.label],
    still_twin=still[twin.label],
    spread=book.over_seeds(by_seed),
    near=middle[evolved.label],
    far=middle[twin.label],
    wide_evolved=wide[evolved.label],
    wide_twin=wide[twin.label],
    verdict="by this number the twin's changes are no more local than the genome's."
    if wide[twin.label] >= wide[evolved.label]
    else "by this number the twin's changes are the more local ones.",
)

# %% [markdown]
# The rows above are for the eye, and the eye may find what the paper describes: where the evolved network moves, parts of the picture move; the
# twin's picture is warped and stained. How much of that is in the networks, and how much in the eye, is for the measures.
#
# ## What this does not show
#
# - Directions within one row of one matrix, as in the paper. A direction through all weights at once would be more agnostic still.
# - Most rows of the genome's network belong to copies or to empty places; that is its layered form rather than the genome.
# - Spread is a property of the change, not of its meaning.
#
# ## Checks

# %%
turned = sweeps.sweep_direction(twin, first[0].layer, first[0].of(twin), [0.0], size=64)[0]
assert np.abs(turned - twin.image(64)).max() < 1e-9
assert all(np.isclose(np.linalg.norm(one.of(twin)), 1) for one in directions)
assert all(len(values[np.isfinite(values)]) > 0 for values in reach.values())
assert all(0 < value <= 1 for values in spreads.values() for value in values[np.isfinite(values)])
book.record(
    out,
    distance=middle,
    distance_by_seed=by_seed,
    unmoved=still,
    spread=wide,
    networks=book.provenance(runs),
)
