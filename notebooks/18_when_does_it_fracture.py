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
#     needs: ["16_measure_fracture"]
# ---

# %% [markdown]
# # When does it fracture?
#
# **Claim.** Breeding and training go different ways from the first step. Along an ancestry the picture becomes richer while the
# units stay pure and the ways of moving few; along gradient descent the picture becomes right while the ways of moving multiply.
# *(Paper: figures 8 and 17 show the pictures on both ways, without numbers; the measures are ours.)*
#
# Here the three measures of [fracture](16_measure_fracture.ipynb) are followed along both roads.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, mask, one of the garden, or a path to a genome file
others = ["butterfly", "apple"]  # images whose published twins are followed too
bred = ["jester", "mushroom", "tomato", "moth", "sunset"]  # pictures of the garden whose ancestors are followed
size = 64  # side of the measures' grid, in pixels
train_size = 256  # side of the target the twins were trained on
steps = 10000  # of training, where no twin is published
seeds = [0, 1]
twins = "published"  # or "build": the ones trained in this build
stops = 14  # ancestors measured on each line
out = "build/out/18_when_does_it_fracture"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, garden, measuring, plotting, training
from fer_utils.garden import bred as sessions

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=train_size)
runs = book.twins(subject, evolved.architecture, recipe, seeds=seeds, which=twins)
names = ["P", "G", "N"]

# %% tags=["remove-input"]
book.say("> **In this build:** {note} {twins}", note=subject.note, twins=book.describe(runs))

# %% [markdown]
# ## Along training
#
# Every published twin has been kept at some steps on its way. Each of these networks is measured.

# %%
paths = [measuring.along_training(run.snapshots, evolved, size=size) for run in runs]
marks = measuring.common_steps(paths)
along = {name: measuring.at_steps(paths, marks, name) for name in ("error", *names)}
known = fer.measure(evolved, size=size).iloc[0]

# %% mystnb={"image": {"alt": "P and G of the twins against training steps, with the value of the evolved network as a dotted line near zero."}}
plotting.seed_bands(
    [step + 1 for step in marks],
    {"P, twins": along["P"], "G, twins": along["G"]},
    xlabel="training step (+ 1)",
    ylabel="mixing",
    level=("P, evolved", float(known["P"])),
    xlog=True,
    points=True,
    limits=(0, 1),
)

# %% mystnb={"image": {"alt": "Response modes N of the twins against training steps: few at first, then many; the evolved network's few as a dotted line."}}
plotting.seed_bands(
    [step + 1 for step in marks],
    {"N, twins": along["N"]},
    xlabel="training step (+ 1)",
    ylabel="response modes N",
    level=("N, evolved", float(known["N"])),
    xlog=True,
    points=True,
)

# %% tags=["remove-input"]
book.table(
    ["step", "error", *names],
    [
        [
            f"{step:,}",
            f"{np.median(along['error'][:, place]):.1e}",
            *[f"{np.median(along[name][:, place]):.2f}" for name in names],
        ]
        for place, step in enumerate(marks)
    ],
)

# %% [markdown]
# Medians over seeds; bands in the figures go from the lowest seed to the highest.
#
# The other images' twins, where they are published: the same, from first step to last.

# %%
elsewhere = {
    name: measuring.along_published(name, size=size) for name in others if garden.at_hand(name) and name != subject.name
}

# %% tags=["remove-input"]
book.table(
    ["image", "seeds", "N at first", "N after 1,000 steps", "N at last", "P at first", "P at last"],
    [
        [
            name,
            str(len(found)),
            *[f"{np.median([path['N'][step] for path in found]):.1f}" for step in (0, 1000, 100000)],
            *[f"{np.median([path['P'][step] for path in found]):.2f}" for step in (0, 100000)],
        ]
        for name, found in elsewhere.items()
        if found
    ],
)

# %% [markdown]
# ## Along an ancestry
#
# Every picture of the garden has all its ancestors on record. Each is layered like any genome, and measured.

# %%
lines = {name: measuring.along_ancestry(*garden.ancestors(name, count=stops), size=size) for name in bred}

# %% mystnb={"image": {"alt": "Response modes N against generations for five bred pictures: they wander between a few and a dozen."}}
plotting.race(
    {name: (line["generation"], np.nan_to_num(line["N"])) for name, line in lines.items()},
    xlabel="generation",
    ylabel="response modes N",
    linear=True,
)

# %% mystnb={"image": {"alt": "The ancestors of the first of them, from a plain beginning to the picture it became, with generation and measures below each."}}
first = bred[0]
genomes, generations = garden.ancestors(first, count=6)
plotting.pictures(
    [genome.image(128) for genome in genomes],
    [f"generation {number}" for number in generations],
    captions=[
        measuring.as_words(fer.measure(genome, size=size).iloc[0][names].fillna(0).to_dict()) for genome in genomes
    ],
)

# %% tags=["remove-input"]
book.table(
    [
        "picture",
        "generations",
        "P at last",
        "greatest P on the way",
        "G at last",
        "N at first",
        "N at last",
        "greatest N",
    ],
    [
        [
            name,
            str(line["generation"][-1]),
            f"{line['P'][-1]:.2f}",
            f"{np.nanmax(line['P']):.2f}",
            f"{line['G'][-1]:.2f}",
            f"{line['N'][0]:.1f}",
            f"{line['N'][-1]:.1f}",
            f"{np.nanmax(line['N']):.1f}",
        ]
        for name, line in lines.items()
    ],
)

# %% [markdown]
# ## What we saw

# %%
growth = float(np.median(along["N"][:, -1] / along["N"][:, 0]))
bred_growth = {name: float(line["N"][-1] / line["N"][0]) for name, line in lines.items()}
mixing_change = float(np.median(along["P"][:, -1] - along["P"][:, 0]))
pure = [name for name, line in lines.items() if np.nanmax(line["P"]) < 0.1]

# %% tags=["remove-input"]
book.say(
    "- **Training multiplies the ways of moving**: N grows by a factor of {growth:.0f} from first weights to the last step. P changes by "
    "{change:+.2f}: {verdict}\n"
    "- **Breeding does not**: over whole ancestries N changes by factors of {low:.1f} to {high:.1f}.\n"
    "- {pure} of {all} ancestries never leave P below 0.1 ({names}). {others}",
    growth=growth,
    change=mixing_change,
    verdict="units are mixed before training begins, and stay so."
    if abs(mixing_change) < 0.15
    else "training changes that too.",
    low=min(bred_growth.values()),
    high=max(bred_growth.values()),
    pure=len(pure),
    all=len(lines),
    names=", ".join(pure) or "none",
    others="The others mix on the way, for good or for a while: breeding keeps no law of purity."
    if len(pure) < len(lines)
    else "",
)

# %% [markdown]
# ## What this does not show
#
# - Five ancestries and a few twins. Seeds and images are in [what holds](19_see_what_holds.ipynb).
# - An ancestry is measured at its survivors. What was shown and not chosen is not on the line.
# - Bred networks are small, and grow; twins have their full size from the start. N is about all slots of the dense form in both cases.
# - A generation and a training step are not the same kind of time, and the axes do not pretend so.
#
# ## Checks

# %%
assert marks[0] == 0 and (np.diff(along["error"].mean(axis=0)[[0, -1]]) < 0).all()
assert all(line["generation"] == sorted(line["generation"]) for line in lines.values())
assert set(bred) <= set(sessions.bred())
book.record(
    out,
    growth=growth,
    mixing_change=mixing_change,
    bred_growth=bred_growth,
    networks=book.provenance(runs),
)
