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
# # Sweep the weights
#
# **Claim.** In the evolved network, single weights mean something: one opens the mouth, another closes an eye. In the SGD
# twin, moving a weight warps the picture without any such sense. *(Paper: figures 6, 16 and 20.)*
#
# A **weight sweep** moves one weight away from its value and draws the picture again. Nothing is retrained.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 256  # side of the target the twins were trained on, in pixels
steps = 10000  # of training, where no twin is published; as in chapter 3, so that its twins are taken from the store
seeds = [0, 1]
schedule = "constant"
twins = "published"  # or "build": the ones trained in this build
span = 1.0  # how far to either side, as in the paper
sampled = 300  # how many of the twin's weights are tried
out = "build/out/05_sweep_the_weights"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, plotting, sweeps, training
from fer_utils.book.drawing import chosen_rows

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=size, schedule=schedule)
runs = book.twins(subject, evolved.architecture, recipe, seeds=seeds, which=twins)
twin = runs[0].network.relabelled(f"SGD twin, seed {runs[0].seed}")
offsets = np.linspace(-span, span, 5)

# %% tags=["remove-input"]
book.say("> **In this build:** {note} {twins}", note=subject.note, twins=book.describe(runs))

# %% [markdown]
# ## Drag it yourself
#
# Pick a network and a weight, and drag. The two networks keep their own changes; *reset* brings the picture back. Hover
# over a neuron, or tap it, to see its map and its name. The twin's buttons are its strongest weights, out of a sample.

# %%
named = sweeps.named(evolved)
chosen = list(named)[:6]
twin_ranked = sweeps.rank(twin, sweeps.sample(twin, sampled, seed=0), offsets=offsets)
strongest = [weight for weight, _ in twin_ranked[: len(chosen)]]
buttons = {weight: f"weight {twin.architecture.paper_id(*weight)}" for weight in strongest}
fer.explore(evolved, twin, chosen=[named, buttons], title=f"{subject.title}, weight by weight")

# %% [markdown]
# ## The genome's network: weights with a name
#
# The framed picture is the unchanged one. On the paper's images these are the weights it shows, under its numbers and its words, over
# the range it draws: one to either side, save for the apple's stem, which goes from -3 to +1.

# %% mystnb={"image": {"alt": "One row of five pictures for each named weight of the evolved network, the weight rising from left to right, the unchanged picture framed."}}
chosen_rows(evolved, {weight: named[weight] for weight in chosen}, span=span)

# %% [markdown]
# ## The twin: its strongest weights
#
# The paper chose the SGD network's sweeps by hand. Our twin is another network, so its weights need another choice. We
# say which: of a random sample of its weights, the ones that move the picture most.

# %% mystnb={"image": {"alt": "One row of five pictures for each of the strongest sampled weights of the SGD twin; the whole picture warps at once."}}
plotting.sweep_rows(
    [stack for _, stack in sweeps.sweep_many(twin, strongest, offsets, size=128)],
    [book.weight_label(twin, weight) for weight in strongest],
    offsets=offsets,
)

# %% [markdown]
# ## The twin: its middling weights
#
# The strongest are not the typical. These stand in the middle of the same ranking.

# %% mystnb={"image": {"alt": "One row of five pictures for each of four weights of the SGD twin from the middle of the ranking, the unchanged picture framed."}}
middle = [weight for weight, _ in twin_ranked[len(twin_ranked) // 2 :][: len(chosen)]]
plotting.sweep_rows(
    [stack for _, stack in sweeps.sweep_many(twin, middle, offsets, size=128)],
    [book.weight_label(twin, weight) for weight in middle],
    offsets=offsets,
)

# %% [markdown]
# ## What we saw

# %%
evolved_ranked = sweeps.rank(evolved, sweeps.sweepable(evolved), offsets=offsets)
evolved_effect = float(np.median([effect for _, effect in evolved_ranked]))
twin_effect = float(np.median([effect for _, effect in twin_ranked]))
ratios = [
    evolved_effect / np.median(sweeps.effects(run.network, sweeps.sample(run.network, sampled, seed=0), offsets))
    for run in runs
]

# %% tags=["remove-input"]
book.say(
    "A sweep of ±{span:g} moves the genome's picture **{ratio:.0f} times** as much as the twin's: the variance it causes, in "
    "the median, is {evolved_effect:.1e} over all {evolved_count} of the genome's weights that compute and "
    "{twin_effect:.1e} over {twin_count} sampled weights of the twin. Twin by twin the factor is {spread}.",
    spread=book.over_seeds(ratios),
    span=span,
    ratio=evolved_effect / twin_effect,
    evolved_effect=evolved_effect,
    evolved_count=len(evolved_ranked),
    twin_effect=twin_effect,
    twin_count=len(twin_ranked),
)

# %% [markdown]
# That factor is a warning rather than a finding. The genome has few weights, so each carries much; the twin has
# thousands, so each carries little. **The same ±1 is a large push for one network and a small one for the other.** The
# pictures above show what a weight does when pushed that far; they do not compare like with like.
#
# ## What this does not show
#
# - Names such as "mouth opening" are a person's reading of five pictures. Nobody has measured, here, whether a weight
#   moves the mouth *only*.
# - The paper chose which evolved weights to show. So do we: the named ones. The explorer lets you try all the others.
# - The twin's weights were ranked by how much they move the picture, which favours dramatic ones.
#
# ## Checks

# %%
unchanged = sweeps.sweep(evolved, chosen[0], [evolved.weight(chosen[0])], size=64)[0]
assert np.abs(unchanged - evolved.image(64)).max() < 1e-9
by_hand = evolved.with_weights({chosen[0]: evolved.weight(chosen[0]) + span}).image(64)
assert np.abs(sweeps.sweep(evolved, chosen[0], [evolved.weight(chosen[0]) + span], size=64)[0] - by_hand).max() < 1e-9
assert evolved_effect > 0
assert twin_effect > 0
book.record(
    out,
    evolved_effect=evolved_effect,
    twin_effect=twin_effect,
    ratio=evolved_effect / twin_effect,
    ratios=ratios,
    evolved_count=len(evolved_ranked),
    twin_count=len(twin_ranked),
    networks=book.provenance(runs),
)
