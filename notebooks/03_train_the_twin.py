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
#     needs: ["02_layerize_the_graph"]
#     each_image: true
# ---

# %% [markdown]
# # Train the twin
#
# **Claim.** Gradient descent, given the same architecture and the finished picture as its target, learns to draw it well.
# *(Paper: the section on conventional SGD; figures 4 and 13.)*
#
# We call the result the **twin**: the same picture, the same neurons, other weights. It starts from random weights, and
# nothing but the error in the picture tells it what to do.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, jester, mask, or a path to a genome file
size = 256  # side of the target, in pixels, as in the paper
steps = 10000  # the paper takes 100,000
seeds = [0, 1]  # one twin for each
learning_rate = None  # None takes the paper's for this image
draws = 12  # of first weights, to see how many lead nowhere
schedule = "constant"  # constant, as in the paper, or cosine
other = "SOAP, drawn pixels"  # recipe of the second twin; training.OTHER_NAMES lists them
out = "build/out/03_train_the_twin"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, plotting, training

subject = book.subject(image)
evolved = fer.layerize(subject.genome)
target = subject.genome.image(size)
recipe = training.recipe_for(subject.name).variant(
    steps=steps, size=size, schedule=schedule, **({"learning_rate": learning_rate} if learning_rate else {})
)
runs = fer.fit(target, evolved.architecture, recipe, seeds=seeds)
full = book.published_twins(subject, evolved.architecture)
second = book.second_twin(subject, evolved.architecture, other, size=size, seed=seeds[0])

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {note} {twins} {second}",
    note=subject.note,
    twins=book.describe(runs),
    second=book.describe([second]),
)

# %% [markdown]
# ## The recipe
#
# All pixels at once; the error is the mean squared difference in red, green and blue. The first weights are drawn from
# LeCun's truncated normal. Before the optimiser, Adam, sees the gradient, the **whole gradient is divided by its length**.
# That last step stands in the authors' code but not in the paper's text, and it matters: the size of the error no
# longer sets the size of the step.

# %% tags=["remove-input"]
book.table(["setting", "here", "in the paper"], training.compare_recipes(recipe, training.recipe_for(subject.name)))

# %% [markdown]
# ## How the error falls
#
# Both axes are logarithmic. Open circles are the authors' own losses, where they gave them, at 256 pixels.

# %% tags=["remove-input"]
book.say("{sentence}", sentence=book.describe_published(full, image_title=subject.title))

# %% mystnb={"image": {"alt": "Loss against training step on logarithmic axes, one falling curve for each seed, with the authors' values as open circles."}}
plotting.loss_curves(
    [run.history for run in [*full, *runs]],
    [*(f"published, seed {run.seed}" for run in full), *(f"this build, seed {run.seed}" for run in runs)],
    marks=training.authors_marks(subject.name),
)

# %% [markdown]
# ## How the picture appears
#
# Gradient descent sees the whole picture from the first step on. It gets the coarse shapes first and then sharpens
# everything at once.

# %% mystnb={"image": {"alt": "The picture drawn by the twin at several steps of its training, from noise to the target, with the target last."}}
first = runs[0]
path = [step for step in fer.Recipe().snapshots if step in first.snapshots]
plotting.training_path([first.snapshots[step].image(size) for step in path], path, target=target)

# %% [markdown]
# ## How close it comes

# %% mystnb={"image": {"alt": "The target, the picture drawn by each twin, and the absolute error of each on one scale."}}
plotting.errors(target, [run.network.image(size) for run in runs], [f"twin, seed {run.seed}" for run in runs])

# %% [markdown]
# And the published ones, after the paper's whole recipe, on a scale of their own. (Where none are published, this build's stand
# here again.) The chapters that follow look inside these.

# %% mystnb={"image": {"alt": "The target, the picture drawn by each published twin, and the absolute error of each on one scale."}}
ended = full or runs
plotting.errors(
    target,
    [run.network.image(size) for run in ended],
    [f"{'published' if run.status == 'published' else 'twin'}, seed {run.seed}" for run in ended],
)

# %% [markdown]
# ## Some draws lead nowhere
#
# Saturation is clipped at 0 and brightness at 1, and behind a clip the gradient is exactly zero. A network that is pushed
# behind one at *every* pixel in its first steps never comes back: it draws in grey for ever, or a white sheet. So not every
# draw of first weights becomes a twin. Here are the first 300 steps of several draws, at 64 pixels.

# %%
small = subject.genome.image(64)
tried = fer.fit(small, evolved.architecture, recipe.variant(steps=300, size=64, snapshots=()), seeds=range(draws))
fates = [training.lost(run.network, small) for run in tried]

# %% tags=["remove-input"]
book.say(
    "Of {draws} draws, **{everything}** lost everything and **{colour}** lost colour. {which}",
    draws=draws,
    everything=fates.count("everything"),
    colour=fates.count("colour"),
    which="The paper shows one twin for each image and does not say how many were tried."
    if any(fates)
    else "This image is kind to its draws; others are not.",
)

# %% [markdown]
# ## A second twin, by another road
#
# Nothing forces anyone to walk this road. Another optimiser, a falling rate, a few pixels at a time: each changes how
# gradient descent arrives, and some arrive far sooner ([](09_measure_the_speed)). So there is a **second twin**: the same
# neurons, the same first weights, the same picture, another recipe. It is different science, so it keeps its own name
# wherever it appears, and no number of the paper's is compared with it. Whether the road changes what is *inside* is for
# the next chapter.

# %% tags=["remove-input"]
book.table(
    ["setting", f"second twin: {second.recipe.name}", "the paper's recipe"],
    training.compare_recipes(second.recipe, training.recipe_for(subject.name)),
)

# %% [markdown]
# Where a recipe looks at fewer pixels along the way, the curve is the
# error in those: it trembles, or jumps where the picture grows. The numbers further down are errors over all pixels.

# %% mystnb={"image": {"alt": "Loss against training step for the twin and the second twin on logarithmic axes; the second falls sooner."}}
plotting.loss_curves([first.history, second.history], [f"twin, seed {first.seed}", f"second twin, seed {second.seed}"])

# %% mystnb={"image": {"alt": "The target, the picture drawn by the second twin, and its absolute error on the same scale as above."}}
plotting.errors(target, [first.network.image(size), second.network.image(size)], ["twin", "second twin"])

# %% tags=["remove-input"]
book.say(
    "The second twin stands at **{loss:.1e}** after {steps:,} steps and {seconds:.0f} s of training; the first at {first:.1e} "
    "after {first_steps:,} steps and {first_seconds:.0f} s.",
    loss=second.loss,
    steps=second.recipe.steps,
    seconds=second.seconds,
    first=first.loss,
    first_steps=steps,
    first_seconds=first.seconds,
)

# %% [markdown]
# ## What we saw

# %% tags=["remove-input"]
losses = np.array([run.loss for run in runs])
book.say(
    "After {steps:,} steps at {size} pixels the twins stand at a mean squared error of **{median:.1e}** (median of "
    "{count} seeds; from {low:.1e} to {high:.1e}). {distance}",
    steps=steps,
    size=size,
    median=np.median(losses),
    count=len(runs),
    low=losses.min(),
    high=losses.max(),
    distance=training.compare_with_authors(subject.name, float(np.median(losses)), steps=steps),
)

# %% tags=["remove-input"]
book.table(
    ["after", *[f"published, seed {run.seed}" for run in full], "the authors", "within a factor of two of them"],
    training.beside_authors(subject.name, [run.history for run in full]),
)

# %% [markdown]
# ## What this does not show
#
# A low error says that two networks agree about the picture. It says nothing about how they make it, and that is the
# subject of the next chapter. Few seeds are few seeds; and a run that is shorter than the paper's, or trained on fewer
# pixels, is a sketch of the paper's experiment rather than the experiment. `make book PRESET=paper` runs the full recipe.
#
# ## Checks

# %%
everyone = [*runs, second]
assert all(run.status != "diverged" for run in everyone)
assert all(run.loss < np.mean((run.snapshots[0].image(size) - target) ** 2) / 2 for run in everyone)
assert all(np.isclose(run.loss, np.mean((run.network.image(size) - target) ** 2), rtol=1e-3) for run in everyone)
assert not second.recipe.is_paper
assert fates.count("everything") + fates.count("colour") < draws
assert all(run.recipe.is_paper and run.recipe.steps == 100_000 for run in full)
book.record(
    out,
    loss=float(np.median(losses)),
    losses=losses,
    seeds=list(seeds),
    steps=steps,
    size=size,
    paper_recipe=recipe.is_paper,
    second_loss=second.loss,
    second_seconds=second.seconds,
    second_steps=second.recipe.steps,
    lost={fate: fates.count(fate) for fate in ("everything", "colour")},
    networks=book.provenance(everyone),
)
