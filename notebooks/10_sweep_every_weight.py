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
# # Sweep every weight
#
# **Claim.** Nobody chose the sweeps on this page. Look through all of them, and the difference between the two networks is
# there as well: the evolved network's weights do things, the twin's warp the picture. *(Paper: the supplement with all
# sweeps.)*
#
# A figure with four chosen sweeps can always be answered with "you chose them". So here are all, sorted by how much they move
# the picture: the variance over the five pictures of a sweep, averaged over pixels and colours.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 256  # side of the target the twins were trained on, in pixels
steps = 10000  # of training, where no twin is published; as in chapter 3, so that its twins are taken from the store
seeds = [0, 1]
schedule = "constant"
twins = "published"  # or "build": the ones trained in this build
span = 1.0  # how far to either side, as in the paper
rank_size = 64  # side of the pictures by which the sweeps are sorted, in pixels
out = "build/out/10_sweep_every_weight"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, sweeps, training
from fer_utils.explorer import all_sweeps

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=size, schedule=schedule)
runs = book.twins(subject, evolved.architecture, recipe, seeds=seeds, which=twins)
twin = runs[0].network.relabelled(f"SGD twin, seed {runs[0].seed}")
offsets = np.linspace(-span, span, 5)
left, right = (all_sweeps(network, offsets=offsets, rank_size=rank_size) for network in (evolved, twin))

# %% tags=["remove-input"]
book.say("> **In this build:** {note} {twins}", note=subject.note, twins=book.describe(runs))

# %% [markdown]
# ## The genome's network
#
# Every weight that computes; weights that only carry a value on are left out, as in the paper. The pictures are drawn by
# your browser as you come to them, from the weights themselves. The middle one is the network as it is.
# Weights that have a name in chapter 5 carry it here too.

# %% tags=["remove-input"]
left

# %% [markdown]
# ## The twin
#
# All of its weights. Type a number to find one of them, or look at the weakest for once.

# %% tags=["remove-input"]
right

# %% [markdown]
# ## What we saw

# %%
effects = {
    name: np.array([effect for _, effect in every.ranked]) for name, every in (("evolved", left), ("twin", right))
}
halves = {name: int(np.searchsorted(np.cumsum(found), found.sum() / 2)) + 1 for name, found in effects.items()}
by_seed = [
    (int(np.searchsorted(np.cumsum(found), found.sum() / 2)) + 1) / len(found)
    for run in runs
    for found in [np.sort(sweeps.effects(run.network, list(run.network.nonzero()), offsets, size=rank_size))[::-1]]
]
still = {name: float(np.mean(found < 1e-6)) for name, found in effects.items()}

# %% tags=["remove-input"]
book.say(
    "Half of all the movement is caused by **{few}** of the genome's {all_few} weights ({share_few:.0%}), and by **{many:,}** "
    "of the twin's {all_many:,} ({share_many:.0%}). {still_few:.0%} of the genome's weights and {still_many:.0%} of the "
    "twin's leave the picture as good as unmoved (a variance below one in a million). The share of the twin's weights that does half of the "
    "moving is {spread}.",
    spread=book.over_seeds(by_seed, ".1%"),
    few=halves["evolved"],
    all_few=len(effects["evolved"]),
    share_few=halves["evolved"] / len(effects["evolved"]),
    many=halves["twin"],
    all_many=len(effects["twin"]),
    share_many=halves["twin"] / len(effects["twin"]),
    still_few=still["evolved"],
    still_many=still["twin"],
)

# %% [markdown]
# ## What this does not show
#
# - "Does things" is a reader's judgement, and two readers may judge differently. No number on this page measures meaning.
# - The same ±1 is a large push for a weight among dozens and a small one for a weight among thousands (chapter 5).
# - Sorting by effect puts the violent sweeps first, in both networks.
#
# ## Checks

# %%
assert all((np.diff(found) <= 0).all() for found in effects.values())
assert len({weight for weight, _ in right.ranked}) == len(right.ranked) == len(list(twin.nonzero()))
assert not {weight for weight, _ in left.ranked} & evolved.copies
strongest, effect = left.ranked[0]
by_hand = [evolved.with_weights({strongest: evolved.weight(strongest) + offset}).image(rank_size) for offset in offsets]
assert np.isclose(np.var(by_hand, axis=0).mean(), effect, rtol=1e-3)
book.record(
    out,
    evolved_weights=len(effects["evolved"]),
    twin_weights=len(effects["twin"]),
    evolved_half=halves["evolved"],
    twin_half=halves["twin"],
    twin_half_by_seed=by_seed,
    still=still,
    networks=book.provenance(runs),
)
