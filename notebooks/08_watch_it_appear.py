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
# # Watch it appear
#
# **Claim.** Gradient descent aims at the whole picture from the first step on, and the picture sharpens out of a blur. A
# lineage of bred pictures takes another way, through pictures that are things of their own. *(Paper: the section on the
# path to the image; figures 8 and 17.)*
#
# Of the two ways only one is walked here. The paper's evolved genomes came to us without their ancestors, so what
# follows is gradient descent's way alone; [Paths to an image](21_paths_to_an_image.ipynb) walks both, for pictures bred for this book.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 256  # side of the target, in pixels
steps = 10000  # steps of training; with the same numbers as in chapter 3 the finished twins are taken from the store
seeds = [0, 1]
schedule = "constant"
other = "SOAP, drawn pixels"  # recipe of the second twin, as in chapter 3
film_size = 128  # side of the film's pictures, in pixels
out = "build/out/08_watch_it_appear"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, fidelity, plotting, training
from fer_utils.populations import claims

subject = book.subject(image)
evolved = fer.layerize(subject.genome)
target = subject.genome.image(size)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=size, schedule=schedule)
runs = fer.fit(target, evolved.architecture, recipe, seeds=seeds)
first = runs[0]
second = book.second_twin(subject, evolved.architecture, other, size=size, seed=seeds[0])

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {note} {twins} {second}",
    note=subject.note,
    twins=book.describe(runs),
    second=book.describe([second]),
)

# %% [markdown]
# ## The film
#
# Each frame is a network that was kept on its way. Drag to stop and look. The frames stand closer together early on, where
# more happens: they are spaced like the marks of a slide rule, not like those of a clock.

# %% tags=["remove-input"]
films = {f"twin, seed {run.seed}": run for run in runs[:2]} | {"second twin": second}
book.loop(
    {title: {step: net.image(film_size) for step, net in run.snapshots.items()} for title, run in films.items()},
    alt="the picture as training goes on, from a random pattern to the target",
)

# %% tags=["remove-input"]
losers = {run.seed: fate for run in runs[:2] if (fate := training.lost(run.network, target))}
book.say(
    "{fates}: it was pushed behind a clip in its first steps, where the gradient is zero, and never comes back. "
    "[Train the twin](03_train_the_twin.ipynb) counts such draws.",
    fates=" and ".join(f"Seed {seed} lost {fate}" for seed, fate in losers.items()),
) if losers else book.say("Every twin of this build comes to draw the picture, or is on its way to it.")

# %% [markdown]
# ## The steps the paper shows
#
# The paper chose five moments for each of two of its images. These are ours at the same moments.

# %% tags=["remove-input"]
wanted = training.PAPER_PATHS.get(subject.name, (0, 100, 200, 400, 10_000))
walked = fidelity.fullest_path([first, *book.published_twins(subject, evolved.architecture)], wanted)
chosen = [step for step in wanted if step in walked.snapshots]
book.say(
    "Drawn by {who}.{rest}",
    who=f"seed {walked.seed}, trained for this page"
    if walked is first
    else f"the published twin of seed {walked.seed}, trained by the paper's whole recipe, which was kept at {'all' if len(chosen) == len(wanted) else 'more'} of them",
    rest="" if len(chosen) == len(wanted) else f" It was kept at {len(chosen)} of the {len(wanted)}.",
)

# %% mystnb={"image": {"alt": "The picture drawn by the twin at the steps that the paper shows, with the target last."}}
plotting.training_path([walked.snapshots[step].image(size) for step in chosen], chosen, target=target)

# %% [markdown]
# ## Coarse before fine?
#
# "It sharpens out of a blur" can be measured. Take the target apart into waves: the coarsest go once through the picture, the
# finest dozens of times. For each band of waves the curve below is the error that is left in it, as a share of what the
# target has there. At 1 nothing has been learnt, at 0 everything.

# %% mystnb={"image": {"alt": "For each band of spatial frequencies, the share of the error that is left against the training step; the coarse bands fall first."}}
path = [step for step in first.snapshots if step <= steps]
shares = [training.errors_by_scale(first.snapshots[step].image(size), target) for step in path]
bands = list(shares[0])
plotting.share_curves(
    path,
    {f"{low} to {2 * low} waves": [share[low] for share in shares] for low in bands},
    xlabel="training step",
    ylabel="error left, as a share of the target",
)

# %% [markdown]
# ## What we saw

# %%
halfway = {}
for low in bands:
    below = [step for step, share in zip(path, shares, strict=True) if share[low] <= 0.5]
    halfway[low] = below[0] if below else None
known = [low for low in bands if halfway[low] is not None]
in_order = known == sorted(known, key=lambda low: halfway[low])

# %% tags=["remove-input"]
book.say(
    "Half of the coarsest band is learnt by step **{coarse:,}**; of the finest band that gets so far within {steps:,} steps "
    "({finest} to {twice} waves), by step **{fine:,}**. {order} {rest}",
    coarse=halfway[known[0]],
    fine=halfway[known[-1]],
    finest=known[-1],
    twice=2 * known[-1],
    steps=steps,
    order="From band to band the order is strict: coarser never after finer."
    if in_order
    else "The order is not strict: somewhere a finer band is ahead of a coarser one.",
    rest="No band is left behind."
    if len(known) == len(bands)
    else f"Bands finer than {2 * known[-1]} waves have not been learnt by half at the end.",
) if known else book.say(
    "**This picture is not learnt**: no band, not even the coarsest, has been learnt by half within {steps:,} steps. The error at the end is {loss:.1e}.",
    steps=steps,
    loss=first.loss,
)

# %% [markdown]
# ## What this does not show
#
# - That coarse comes before fine is known of nearly all networks trained by gradient descent. It is a fact about the
#   road, and it does not yet say that the road decides what is inside.
# - The other road, a lineage of ancestors, each of them a picture that somebody found worth keeping, is in another chapter and for
#   other pictures.
# - One seed is drawn as curves, and the film shows two at most.
#
# ## Checks

# %%
assert min(first.snapshots) == 0
assert max(first.snapshots) == steps
assert np.isclose(np.mean((first.snapshots[steps].image(size) - target) ** 2), first.loss, rtol=1e-3)
assert all(share >= 0 for one in shares for share in one.values())
assert first.loss > claims.DRAWN or shares[-1][bands[0]] < 0.1  # whoever draws the picture has learnt the coarsest band
book.record(
    out,
    half_learnt={str(low): step for low, step in halfway.items()},
    coarse_first=in_order,
    networks=book.provenance([*runs, second]),
)
