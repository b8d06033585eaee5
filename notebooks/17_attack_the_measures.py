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
# # Attack the measures
#
# **Claim.** The measures of the last chapter say something about what a network computes, not about how it is written down; and
# each of them, alone, can be fooled. *(Ours. The paper's critics asked for measures; whoever proposes one should attack it first.)*
#
# A network can be written in many ways that compute exactly the same: neurons in another order, signs turned, one neuron split
# in two, spare ones that nobody reads, and, where values are only carried on, any rotation. A measure that moves under these
# measures handwriting.

# %% tags=["parameters"]
image = "auto"  # skull, butterfly, apple, mask, one of the garden, or a path to a genome file
size = 64  # side of the measures' grid, in pixels
train_size = 256  # side of the target the twins were trained on
steps = 10000  # of training, where no twin is published
seeds = [0, 1]
twins = "published"  # or "build": the ones trained in this build
amounts = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]  # of a rotation, per cent
copies = [0, 1, 2, 4, 8, 16]  # of neurons of the first kind, in every layer
shares = [0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90]  # of the weights taken away, per cent
draw = 0  # seed of what is drawn by lot
out = "build/out/17_attack_the_measures"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, controls, measuring, plotting, training, transforms
from fer_utils.metrics import rejected

subject = book.subject(image)
evolved = fer.layerize(subject.genome, label=f"evolved {subject.name}" if subject.evolved else subject.name)
recipe = training.recipe_for(subject.name).variant(steps=steps, size=train_size)
runs = book.twins(subject, evolved.architecture, recipe, seeds=seeds, which=twins)
twin = runs[0].network.relabelled(f"SGD twin, seed {runs[0].seed}")
names = ["P", "G", "N", "S"]

# %% tags=["remove-input"]
book.say("> **In this build:** {note} {twins}", note=subject.note, twins=book.describe(runs))

# %% [markdown]
# ## The same network, written otherwise

# %%
written = {
    label: {
        name: fer.measure(one, size=size, target=evolved)
        for name, one in measuring.rewritten(network, seed=draw).items()
    }
    for label, network in (("evolved", evolved), ("twin", twin))
}

# %% tags=["remove-input"]
book.table(
    ["written", *[f"{name}, {label}" for label in written for name in names]],
    [
        [name, *[f"{written[label][name][measure][0]:.2f}" for label in written for measure in names]]
        for name in written["evolved"]
    ],
)

# %% [markdown]
# Read down the columns: nothing should change. Where something does, the measure reads handwriting. **P** is about single units,
# so a rotation of linear channels must move it, and does; that is why **G** stands beside it. The **N** and **S** columns are
# estimates from samples of 200 weights, and differ a little from sample to sample.
#
# ## Turn it yourself
#
# The slider rotates the linear channels of the evolved network step by step. The picture never changes. The maps do: pure ones become
# mixtures, P climbs, and G stays where it was.

# %%
turned = {amount: transforms.rotate_linear(evolved, seed=draw, amount=amount / 100) for amount in amounts}
turned_tables = {amount: fer.measure(one, size=size, target=evolved).iloc[0] for amount, one in turned.items()}
layers = list(range(evolved.architecture.depth))[:: max(1, evolved.architecture.depth // 4)][:4]

# %%
book.loop(
    {
        "its maps, four layers": {
            amount: measuring.layer_tiles(fer.feature_maps(one, 32), layers, neurons=15)
            for amount, one in turned.items()
        },
        "the picture": {amount: one.image(96) for amount, one in turned.items()},
    },
    alt="the evolved network while its linear channels are rotated",
    label="Rotation",
    said={amount: f"{amount} %: {measuring.as_words(row[names[:3]])}" for amount, row in turned_tables.items()},
    plays=False,
)

# %% mystnb={"image": {"alt": "P and G against the amount of rotation: P rises, G does not move."}}
plotting.seed_bands(
    amounts,
    {name: [[row[name] for row in turned_tables.values()]] for name in ("P", "G")},
    xlabel="rotation of the linear channels, per cent",
    ylabel="mixing",
    limits=(0, 1),
)

# %% [markdown]
# ## Copy neurons
#
# A neuron is split in two that do the same and share what it sent on. Again and again: the network grows wider, and draws the same
# picture. What counts neurons (K, and most of the rejected measures below) must take copies for one, or it counts spelling.

# %%
copied = {
    count: transforms.duplicate(evolved, evolved.architecture.groups[0][0], seed=draw, times=count) for count in copies
}
copied_tables = {count: fer.measure(one, size=size, target=evolved).iloc[0] for count, one in copied.items()}

# %%
book.loop(
    {
        "its maps, four layers": {
            count: measuring.layer_tiles(fer.feature_maps(one, 32), layers, neurons=min(15, evolved.architecture.width))
            for count, one in copied.items()
        },
        "the picture": {count: one.image(96) for count, one in copied.items()},
    },
    alt="the evolved network while its neurons are copied",
    label="Copies in each layer",
    said={
        count: f"{count} copies, {copied[count].architecture.width} neurons a layer: {measuring.as_words(row[names[:3]])}, K {row['K']:.0f}"
        for count, row in copied_tables.items()
    },
    plays=False,
)

# %% [markdown]
# ## Take weights away
#
# The twin loses its smallest weights, without being tuned afterwards. This *does* change what it computes. A good measure should not
# become "unified" only because a network falls apart.

# %%
thinned = {share: measuring.without_smallest(twin, share / 100) for share in shares}
thinned_tables = {share: fer.measure(one, size=size, target=evolved).iloc[0] for share, one in thinned.items()}

# %%
book.loop(
    {
        "its maps, four layers": {
            share: measuring.layer_tiles(fer.feature_maps(one, 32), layers, neurons=15)
            for share, one in thinned.items()
        },
        "the picture": {share: one.image(96) for share, one in thinned.items()},
    },
    alt="the trained twin while it loses its smallest weights",
    label="Weights gone",
    said={share: f"{share} %: {measuring.as_words(row[names[:3]])}" for share, row in thinned_tables.items()},
    plays=False,
)

# %% mystnb={"image": {"alt": "The number of response modes N of the twin against the share of its weights taken away."}}
moving = [share for share in shares if np.isfinite(thinned_tables[share]["N"])]  # a network that is still has no modes
plotting.seed_bands(
    moving,
    {"N": [[thinned_tables[share]["N"] for share in moving]]},
    xlabel="smallest weights taken away, per cent",
    ylabel="response modes N",
    points=True,
)

# %% [markdown]
# ## How to fool each of them
#
# **P and G**: cut the input *x* off, and every unit of whatever network is even; the measures say "pure" of the twin's wreck as well.
# **N**: make a network that does nothing; it can be moved in few ways. No one number is to be trusted alone, or at another
# error.

# %%
fooled = fer.measure(
    twin,
    measuring.without_input(twin, "x"),
    controls.untrained(evolved, seed=draw, gain=0.3).relabelled("untrained, gain 0.3"),
    size=size,
    target=evolved,
)

# %% tags=["remove-input"]
book.table(
    ["network", "error", *names],
    [
        [row.network, f"{row.error:.1e}", *[f"{getattr(row, name):.2f}" for name in names]]
        for row in fooled.itertuples()
    ],
)

# %% [markdown]
# ## Measures that we tried and rejected
#
# You will meet these in other work. Here are nine, on the evolved network, its twin and an untrained network, and on the
# evolved network written otherwise or drawn larger. A measure is out if it moves when nothing happens, or if it cannot tell
# trained from untrained.

# %%
doubled = transforms.duplicate(evolved, evolved.architecture.groups[0][0], seed=draw)
spare = transforms.add_dead(evolved, evolved.architecture.groups[-1][0], 6, seed=draw)
cases = {
    "evolved": measuring.insides_of(evolved, size),
    "with copies": measuring.insides_of(doubled, size),
    "with dead neurons": measuring.insides_of(spare, size),
    "rotated": measuring.insides_of(turned[amounts[-1]], size),
    "drawn at twice the size": measuring.insides_of(evolved, 2 * size),
    "twin": measuring.insides_of(twin, size),
    "untrained": measuring.insides_of(controls.untrained(evolved, seed=draw), size),
}
numbers = {name: measuring.rejected_numbers(inside) for name, inside in cases.items()}

# %% tags=["remove-input"]
book.table(
    ["measure", *numbers],
    [[measure, *[f"{numbers[case][measure]:.3g}" for case in numbers]] for measure in numbers["evolved"]],
)

# %% [markdown]
# - **Roughness** halves when the same network is drawn at twice the size, and answers to neurons that nobody reads.
# - **Effective rank and dimension** count neurons and copies, as **redundancy** does: an evolved network's layers are full of
#   values that are only carried on. Over distinct maps the order of evolved and trained turns round.
# - **Compressed size** is small for a random network and grows under a rotation.
# - **Response overlap** and the **share of the picture moved** were to show entanglement; they do not separate evolved from trained
#   in the way the claim wants.
# - **Functional units** is a count, and a wide network has more.

# %% tags=["remove-input"]
book.say(
    "One more compares two networks: *CKA*, the likeness of their last layers. Between the evolved network and its twin it is "
    "{twin:.2f}, between two twins {twins}, between the evolved and an untrained network {untrained:.2f}.",
    twin=rejected.alignment(cases["evolved"], cases["twin"]),
    twins=f"{rejected.alignment(cases['twin'], measuring.insides_of(runs[-1].network, size)):.2f}",
    untrained=rejected.alignment(cases["evolved"], cases["untrained"]),
)

# %% [markdown]
# ## What we saw

# %%
steady = {
    name: max(
        abs(float(written[label][way][name][0]) - float(written[label]["as it is"][name][0]))
        for label in written
        for way in written[label]
        if way != "linear channels rotated"
    )
    for name in ("P", "G")
}
wobble = max(
    abs(float(written[label][way]["N"][0]) / float(written[label]["as it is"]["N"][0]) - 1)
    for label in written
    for way in written[label]
)
half = moving[len(moving) // 2]
worst = max(
    numbers["evolved"],
    key=lambda name: abs(np.log(numbers["drawn at twice the size"][name] / numbers["evolved"][name])),
)

# %% tags=["remove-input"]
book.say(
    "- Written otherwise, P and G move by at most {p:.3f} and {g:.3f} (rotation aside, under which P goes from {p_before:.2f} to "
    "{p_after:.2f} and G from {g_before:.2f} to {g_after:.2f}); N moves by at most {n:.0%}, rotation included.\n"
    "- With {half} % of its weights gone the twin's error is {error:.1e}, and N has gone from {n_whole:.0f} to {n_half:.0f}. "
    "Fewer modes, and no better a network.\n"
    "- Without its input *x* the twin has P = {p_fooled:.2f} and G = {g_fooled:.2f}, and still N = {n_fooled:.0f}.\n"
    "- Of the rejected measures, {worst} changes most when the same network is drawn at twice the size: by a factor of {factor:.2f}.",
    p=steady["P"],
    g=steady["G"],
    n=wobble,
    p_before=turned_tables[amounts[0]]["P"],
    p_after=turned_tables[amounts[-1]]["P"],
    g_before=turned_tables[amounts[0]]["G"],
    g_after=turned_tables[amounts[-1]]["G"],
    half=half,
    error=thinned_tables[half]["error"],
    n_whole=thinned_tables[shares[0]]["N"],
    n_half=thinned_tables[half]["N"],
    p_fooled=fooled["P"][1],
    g_fooled=fooled["G"][1],
    n_fooled=fooled["N"][1],
    worst=worst,
    factor=numbers["drawn at twice the size"][worst] / numbers["evolved"][worst],
)

# %% [markdown]
# ## What this does not show
#
# - That there is no other attack. `fer_utils.transforms` is there for yours.
# - Rotations of linear channels only: channels that bend cannot be rotated without changing the network.
# - What is fooled by cutting *x* is the symmetry measured here; with another symmetry another input would do it.
#
# ## Checks

# %%
assert steady["P"] < 0.01 and steady["G"] < 0.01
assert abs(turned_tables[amounts[-1]]["G"] - turned_tables[amounts[0]]["G"]) < 0.02
assert all(row["error"] < 1e-12 for row in turned_tables.values())
assert fooled["P"][1] < 1e-6
assert len({int(row["K"]) for row in copied_tables.values()}) == 1  # copies are no further units
assert max(abs(row["P"] - copied_tables[0]["P"]) for row in copied_tables.values()) < 0.01
book.record(
    out,
    steady=steady,
    modes_wobble=float(wobble),
    rotation={
        str(amount): {name: float(row[name]) for name in ("P", "G", "N")} for amount, row in turned_tables.items()
    },
    networks=book.provenance(runs),
)
