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
# ---

# %% [markdown]
# # Measure fracture
#
# **Claim.** What the paper shows in pictures can be counted: a network bred by open-ended search keeps what is symmetric apart
# from what is not, and moves its picture in a few ways only; a network trained on the same picture mixes the two in most of its
# units, and its picture can be pushed about in many more ways. *(Paper: sections on UFR and FER, which give no numbers; these
# measures are ours.)*
#
# A number for "fractured" is easily made and as easily wrong. So we go slowly: first toy networks for which the answer is known,
# then the measures, then the real networks, and beside them the **nulls**: untrained networks, shuffled weights, sparse and dense
# versions. A measure that cannot tell a trained network from an untrained one says nothing about training.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, mask, one of the garden, or a path to a genome file
others = ["butterfly", "apple", "jester", "mushroom", "tomato"]  # evolved networks beside it
size = 64  # side of the measures' grid, in pixels
nulls = 5  # seeds of each null
tuning = 1500  # steps of tuning for the controls that need it
train_size = 256  # side of the target the twins were trained on
steps = 10000  # of training, where no twin is published
seeds = [0, 1]
twins = "published"  # or "build": the ones trained in this build
out = "build/out/16_measure_fracture"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, controls, garden, measuring, metrics, plotting, training, transforms
from fer_utils.rotations.space import mirrored

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=train_size)
runs = book.twins(subject, evolved.architecture, recipe, seeds=seeds, which=twins)
toys = measuring.toys()
left_right = mirrored("mirror_x", size)

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {note} {twins} All measures on a grid of {size} × {size} pixels.",
    note=subject.note,
    twins=book.describe(runs),
    size=size,
)

# %% [markdown]
# ## Toys whose answers are known
#
# Five small networks, made by hand. Three draw the same picture, two eyes and two cheeks; two draw it lit from one side:
#
# - **UFR** folds the plane in the middle and draws both eyes with one function: unified.
# - **UFR+shade** adds one unit for light from the left: still factored.
# - **FRAC** draws left and right by two pipelines that share nothing: fractured.
# - **FRAC2** even pieces the right eye together, from an upper and a lower half less a column: more so.
# - **ENT** is UFR+shade whose channels that only carry values on have been turned into each other: entangled, and yet the same
#   network but for the axes.

# %% mystnb={"image": {"alt": "The pictures of the five toy networks: a grey square with two bright eyes and two cheeks; in two of them lit from one side."}}
plotting.pictures([toy.image(128) for toy in toys.values()], list(toys))

# %% [markdown]
# ## P: do single units mix?
#
# Any map is the sum of an **even** part, which a mirror keeps, and an **odd** part, whose sign it turns. A unit of a unified
# network is one or the other: this is a fold, this is a shade. The share of the even part, $E$, gives the unit's mixing
# $4E(1-E)$: 0 for pure, 1 for half and half. **P is the mean over the functional units**, those left after copies, dead neurons
# and bystanders are taken out.

# %%
opened = {name: measuring.insides_of(toy, size) for name, toy in toys.items()}
unified = metrics.unit_maps(opened["UFR"], metrics.functional_units(opened["UFR"]))
pieced = metrics.unit_maps(opened["FRAC2"], metrics.functional_units(opened["FRAC2"]))

# %% mystnb={"image": {"alt": "The functional units of the unified toy: every map is the same left and right. Mixing is zero for all."}}
plotting.signed_maps(
    list(unified.reshape(-1, size, size)[:6]),
    [f"unit {number}" for number in range(6)],
    captions=[f"mixing {value:.2f}" for value in metrics.mixing(unified, left_right)[:6]],
)

# %% mystnb={"image": {"alt": "Some units of the fractured toy: maps that do something on one side only, with mixing near one."}}
plotting.signed_maps(
    list(pieced.reshape(-1, size, size)[:12]),
    [f"unit {number}" for number in range(12)],
    captions=[f"mixing {value:.2f}" for value in metrics.mixing(pieced, left_right)[:12]],
)

# %% [markdown]
# ## G: or is it only the wrong basis?
#
# A mirrored pair of units (one for each eye) can be rewritten as one even and one odd unit, without changing what the layer
# knows. **G asks whether any such rewriting exists.** It looks at a whole layer and finds the directions along which the shares of even and odd
# are most extreme. If they are all pure, G is 0. G is the numerical answer to "perhaps you looked along the wrong axes", and it
# is blind to fracture of that simple kind on purpose: it must not see FRAC or ENT, and must see FRAC2.
#
# ## N: in how many ways does the picture move?
#
# Change one weight by a little and the picture changes somehow: that is the weight's **response map**, computed exactly.
# Take 200 weights at random, all slots of the matrices, and compare their response maps two by two. If weights act through
# few shared parts, maps are alike. **N is one over the mean squared cosine of two maps**: 1 if all weights do the same, larger
# the more independent ways there are.

# %%
networks = {"evolved": evolved, "SGD twin": runs[0].network}
responses = {}
for label, network in networks.items():
    inside = measuring.insides_of(network, size)
    weights = metrics.sample_weights(metrics.weight_strengths(inside), count=12, seed=1)
    responses[label] = metrics.response_maps(inside, weights).mean(axis=1).reshape(-1, size, size)

# %% mystnb={"image": {"alt": "Twelve response maps of weights of the evolved network: many look alike, and follow the parts of the picture."}}
plotting.signed_maps(list(responses["evolved"]), [f"evolved, weight {number + 1}" for number in range(12)])

# %% mystnb={"image": {"alt": "Twelve response maps of weights of the SGD twin: each another pattern of patches and streaks."}}
plotting.signed_maps(list(responses["SGD twin"]), [f"twin, weight {number + 1}" for number in range(12)])

# %% [markdown]
# Each small picture says how the whole picture brightens (blue) or darkens (red) when one weight grows. Weights were drawn by lot.
#
# ## The toys' table

# %%
toy_table = fer.measure(*toys.values(), size=size)

# %% tags=["remove-input"]
book.table(
    ["toy", "P", "G", "N", "S", "units K"],
    [
        [row.network, f"{row.P:.2f}", f"{row.G:.2f}", f"{row.N:.1f}", f"{row.S:.1f}", f"{row.K:.0f}"]
        for row in toy_table.itertuples()
    ],
)

# %% [markdown]
# **S** is N within single regions of the picture, for the half of the weights that matter most there. **K** counts functional
# units; it is context, and grows with width.
#
# ## The real networks, and what they must be held against
#
# - **untrained**: the twin's architecture with its first weights, not trained at all;
# - **shuffled**: the evolved weights dealt out anew over the same connections;
# - **rotated**: the evolved network with its linear channels turned into each other; it computes the same;
# - **made dense**: a little noise on every slot of the evolved network, tuned back to its picture;
# - **pruned**: the twin with most of its weights taken away in rounds, tuned again after each;
# - **fresh weights**: the evolved topology with new weights, trained.

# %%
picture = evolved.image(size)
twin = runs[0].network
keep = int(np.count_nonzero(twin.flat()) * 0.15)
tuned = {
    "evolved, made dense": controls.densified(evolved, picture, seed=0, steps=tuning),
    "twin, pruned": controls.pruned(twin, picture, keep=keep, steps=2 * tuning),
    "evolved topology, fresh weights": controls.fresh_topology(evolved, picture, seed=0, steps=tuning),
}
groups = {
    "evolved": [evolved],
    "SGD twins": [run.network for run in runs],
    "untrained": [controls.untrained(evolved, seed=seed) for seed in range(nulls)],
    "untrained, gain 2": [controls.untrained(evolved, seed=seed, gain=2) for seed in range(nulls)],
    "evolved, shuffled": [controls.shuffled(evolved, seed=seed) for seed in range(nulls)],
    "evolved, rotated": [transforms.rotate_linear(evolved, seed=seed) for seed in range(nulls)],
} | {name: [control.network] for name, control in tuned.items()}
tables = {name: fer.measure(*nets, size=size, target=evolved) for name, nets in groups.items()}

# %% mystnb={"image": {"alt": "Four panels of dots, P, G, N and S, for the evolved network, its SGD twins and the controls. The evolved network lies low in all; twins lie high in P, G and N."}}
plotting.dot_groups(
    {name: {group: table[name] for group, table in tables.items()} for name in ("P", "G", "N", "S")},
    log=["N", "S"],
    unit=["P", "G"],
)

# %% tags=["remove-input"]
book.table(
    ["network", "how many", "error", "P", "G", "N", "S", "K"],
    [
        [
            group,
            str(len(table)),
            f"{table.error.median():.1e}",
            *[f"{table[name].median():.2f}" for name in ("P", "G")],
            *[f"{table[name].median():.1f}" for name in ("N", "S")],
            f"{table.K.median():.0f}",
        ]
        for group, table in tables.items()
    ],
)

# %% [markdown]
# How to read it: **compare only networks with a small error.** An untrained network draws nothing like the picture; it is there to
# say which values need no training at all. Numbers are medians where there are several networks.
#
# ## Other evolved networks
#
# One genome is an anecdote. Here are others, bred by other hands or by none, each beside untrained networks of its own shape.

# %%
shown = [name for name in others if garden.at_hand(name) and name != subject.name]
bred = {name: fer.layerize(garden.load_genome(name), label=name) for name in shown}
evolved_rows = {name: fer.measure(network, size=size) for name, network in bred.items()}
untrained_rows = {
    name: fer.measure(*(controls.untrained(network, seed=seed) for seed in range(3)), size=size, target=network)
    for name, network in bred.items()
}

# %% tags=["remove-input"]
book.table(
    ["image", "P evolved", "P untrained", "G evolved", "G untrained", "N evolved", "N untrained"],
    [
        [
            name,
            *[
                f"{table[name][measure].median():.2f}"
                for measure in ("P", "G", "N")
                for table in (evolved_rows, untrained_rows)
            ],
        ]
        for name in shown
    ],
)

# %% [markdown]
# ## What we saw

# %%
middle = {
    group: {name: float(table[name].median()) for name in ("P", "G", "N", "S", "error")}
    for group, table in tables.items()
}
ours, theirs, null = middle["evolved"], middle["SGD twins"], middle["untrained"]
purer = [name for name in shown if evolved_rows[name].P[0] < untrained_rows[name].P.min()]

# %% tags=["remove-input"]
book.say(
    "- **P and G** separate: {p_evolved:.2f} and {g_evolved:.2f} in the {subject} network, {p_twin:.2f} and {g_twin:.2f} in its twins. "
    "But untrained networks have {p_null:.2f} and {g_null:.2f}: {verdict_p}\n"
    "- **N**: {n_evolved:.1f} ways against **{n_twin:.0f}**. Untrained networks have {n_null:.1f}: {verdict_n}\n"
    "- Is it sparsity? The evolved network made dense keeps its picture to an error of {dense_error:.0e} and has "
    "P = {p_dense:.2f}, N = {n_dense:.1f}. The twin with {keep:,} weights left draws the picture with an error of "
    "{pruned_error:.0e} and has P = {p_pruned:.2f}, N = {n_pruned:.1f}.\n"
    "- Fresh weights on the evolved topology come no nearer than an error of {fresh_error:.0e}; they are pure all the same "
    "(P = {p_fresh:.2f}): {verdict_topology}\n"
    "- Of {others} other evolved networks, {purer} are purer than every untrained network of their shape ({names}).",
    subject="genome's" if not subject.evolved else "evolved",
    p_evolved=ours["P"],
    g_evolved=ours["G"],
    p_twin=theirs["P"],
    g_twin=theirs["G"],
    p_null=null["P"],
    g_null=null["G"],
    verdict_p="mixing is where training *starts*, not what it brings about."
    if null["P"] > 0.8 * theirs["P"]
    else "training adds mixing.",
    n_evolved=ours["N"],
    n_twin=theirs["N"],
    n_null=null["N"],
    verdict_n="this kind of fracture *does* come with training."
    if null["N"] < 0.5 * theirs["N"]
    else "as many as trained ones.",
    dense_error=middle["evolved, made dense"]["error"],
    p_dense=middle["evolved, made dense"]["P"],
    n_dense=middle["evolved, made dense"]["N"],
    keep=keep,
    pruned_error=middle["twin, pruned"]["error"],
    p_pruned=middle["twin, pruned"]["P"],
    n_pruned=middle["twin, pruned"]["N"],
    fresh_error=middle["evolved topology, fresh weights"]["error"],
    p_fresh=middle["evolved topology, fresh weights"]["P"],
    verdict_topology="much of the purity is in the wiring."
    if middle["evolved topology, fresh weights"]["P"] < 0.3
    else "the wiring alone does not keep units pure.",
    others=len(shown),
    purer=len(purer),
    names=", ".join(purer) or "none",
)

# %% [markdown]
# ## What this does not show
#
# - Left-right symmetry is one regularity among many. It is the one the paper's argument rests on. A network may be fractured along lines
#   that no mirror sees.
# - The three measures belong together: each alone can be had cheaply. A wiring diagram without crossings keeps units pure whatever
#   it draws, and a network that hardly moves has few ways of moving.
# - A handful of evolved genomes is no population of evolved networks. [What holds](19_see_what_holds.ipynb) puts the numbers on seeds and images.
# - Nothing here says that few ways of moving are *good*.
#
# ## Checks

# %%
known = toy_table.set_index("network")
assert known.loc["UFR", ["P", "G"]].abs().max() < 1e-9
assert known.loc[["FRAC", "ENT"], "G"].abs().max() < 1e-9
assert known.loc["FRAC", "P"] > 0.7 and known.loc["FRAC2", "G"] > 0.1
assert known.loc["FRAC2", "N"] > 2 * known.loc["UFR", "N"]
assert tables["evolved"]["error"].max() < 1e-12
assert abs(tables["evolved, rotated"]["G"] - ours["G"]).max() < 0.02
book.record(
    out,
    # a network whose picture does not move has no modes
    measures={group: {name: one for name, one in row.items() if np.isfinite(one)} for group, row in middle.items()},
    others={name: {key: float(evolved_rows[name][key][0]) for key in ("P", "G", "N")} for name in shown},
    networks=book.provenance(runs),
)
