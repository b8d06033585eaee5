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
# ---

# %% [markdown]
# # Fit random labels
#
# **Claim.** A network that has learnt every example shows nothing by that: the same network, trained the same way, learns
# every *random* label just as completely. *(Zhang, Bengio, Hardt, Recht and Vinyals 2017, "Understanding deep learning
# requires rethinking generalization"; figure 1 and tables 1 and 2, here small enough for a lunch break.)*
#
# This book's first part asks what a perfect *picture* says about what is inside a network. This part asks the same of
# perfect *answers*. We begin with the plainest experiment there is: take the meaning out of the data, and see whether
# training notices.

# %% tags=["parameters"]
examples = 300  # of the 1,198 to learn from
epochs = 300  # at most
seeds = [0, 1, 2, 3, 4]
kinds = ["mlp", "cnn", "attention"]
shares = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]  # of labels drawn at random
shuffles = 19  # for the permutation test
out = "build/out/30_fit_random_labels"  # where this notebook leaves its results

# %%
from dataclasses import replace

import numpy as np

from fer_utils import book, plotting, questions, statistics
from fer_utils.questions import Study, bridging, shortcuts

data = questions.digits().first(examples)
study = Study(epochs=epochs, rate=2e-3, look=10, stop=True)
ways = tuple(questions.SPOILED)
found = questions.spoiled_study(data, kinds, ways, study, seeds=seeds)

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {count} handwritten digits to learn from and {test} to be tested on, 8 × 8 pixels, ten labels "
    "(scikit-learn's copy of the UCI set). Every network below was trained for this page, with {seeds} seeds, on one thread, "
    "until it knew all its labels, and for no more than {epochs} passes. A seed decides the random labels, the first weights "
    "and the order of the examples. Ranges in brackets go from the worst seed to the best.",
    count=len(data.train_x),
    test=len(data.test_x),
    seeds=len(seeds),
    epochs=epochs,
)

# %% [markdown]
# ## Five ways to take the meaning out
#
# - **True labels**: nothing is changed.
# - **Random labels**: every label to learn from is drawn from a hat. What an example shows has nothing to do with it.
# - **Shuffled pixels**: the pixels of all examples are put into *one* random order. Labels stay true; neighbours are lost.
# - **Random pixels**: each example has a random order *of its own*. Only how much ink there is remains.
# - **Noise**: the examples are replaced by noise. Labels stay, but of what?
#
# The labels of the test examples are always true. Three kinds of network try: *mlp*, fully connected; *cnn*, with
# convolutions; and *attention*, a small transformer over patches of the picture.

# %% tags=["remove-input"]
book.table(
    ["network", "data", "labels learnt", "right on unseen examples", "epochs until all were known"],
    [
        [
            kind,
            way,
            questions.spelled(questions.ends(runs, "train_accuracy")),
            questions.spelled(questions.ends(runs)),
            questions.spelled(questions.epochs_to_fit(runs), percent=False)
            if all(run.fitted_at is not None for run in runs)
            else f"{sum(run.fitted_at is not None for run in runs)} of {len(runs)} seeds",
        ]
        for (kind, way), runs in found.items()
    ],
)

# %% [markdown]
# Is a score near the dotted line below really chance? A permutation test asks: deal the same answers out anew among the unseen examples, many
# times, and count how often they are as right as they were. The p-values are corrected for the number of networks asked.

# %%
told = {
    way: statistics.correct(
        [
            questions.chance_p_value(shortcuts.answered(run.model, data.test_x), data.test_y, seed=run.seed)
            for kind in kinds
            for run in found[kind, way]
        ]
    )
    for way in ("true labels", "random labels")
}

# %% tags=["remove-input"]
book.say(
    "After true labels, the answers of {true} of {count} networks have to do with the labels of unseen examples (p < .05); after random "
    "labels, those of **{random} of {count}**.",
    true=int((told["true labels"] < 0.05).sum()),
    random=int((told["random labels"] < 0.05).sum()),
    count=len(told["random labels"]),
)

# %% [markdown]
# Read the third column against the fourth. The third is what training is told to achieve; the fourth is what we want.
# The dotted line below is what a constant answer would reach.

# %% mystnb={"image": {"alt": "Share of labels learnt against epochs for the fully connected network, one curve for each way of spoiling the data; all rise to one, random labels and noise later than true labels."}}
longest = max(run.epochs for way in ways for run in found[kinds[0], way])
plotting.seed_bands(
    np.arange(longest + 1),
    {way: questions.together(found[kinds[0], way], epochs=longest) for way in ways},
    xlabel=f"epochs ({kinds[0]}; line: median of the seeds, band: all of them)",
    ylabel="share of labels learnt",
    level=("constant answer", data.chance),
    limits=(0, 1.02),
    legend="center right",
)

# %% [markdown]
# ## A little noise, and more
#
# Between true and random lies everything in between. Here a growing share of the labels is drawn at random. A network that
# ignored the false labels could still be right on unseen examples; one that learns them by heart pays for it.

# %%
corrupted = {kind: questions.corruption_study(data, kind, shares, study, seeds=seeds) for kind in kinds[:2]}

# %% mystnb={"image": {"alt": "Accuracy on unseen examples against the share of random labels, for two kinds of network; it falls from near one to chance, though every label was learnt all along."}}
plotting.seed_bands(
    shares,
    {
        kind: np.stack([questions.ends(runs) for runs in by_share.values()], axis=1)
        for kind, by_share in corrupted.items()
    },
    xlabel="share of labels drawn at random",
    ylabel="right on unseen examples",
    level=("constant answer", data.chance),
    points=True,
    limits=(0, 1.02),
)

# %% [markdown]
# And how long it takes to learn them all:

# %% mystnb={"image": {"alt": "Epochs until every label was known against the share of random labels, for two kinds of network; more random labels take longer."}}
plotting.seed_bands(
    shares,
    {
        kind: np.stack([questions.epochs_to_fit(runs) for runs in by_share.values()], axis=1)
        for kind, by_share in corrupted.items()
    },
    xlabel="share of labels drawn at random",
    ylabel="epochs until all labels are known",
    points=True,
)

# %% [markdown]
# ## Does it help to hold the network back?
#
# Weight decay, dropout and small shifts of the picture are said to keep a network from learning by heart. Do they?

# %%
remedies = {
    "nothing": (0.0, study),
    "weight decay .1": (0.0, replace(study, weight_decay=0.1)),
    "dropout .5": (0.5, study),
    "shifts of a pixel": (0.0, replace(study, shift=1)),
}
held = questions.remedies_study(data, kinds[0], remedies, ("true labels", "random labels"), seeds=seeds)

# %% tags=["remove-input"]
book.table(
    [f"{kinds[0]} with", "true labels: learnt", "right on unseen examples", "random labels: learnt"],
    [
        [
            name,
            questions.spelled(questions.ends(held[name, "true labels"], "train_accuracy")),
            questions.spelled(questions.ends(held[name, "true labels"])),
            questions.spelled(questions.ends(held[name, "random labels"], "train_accuracy")),
        ]
        for name in remedies
    ],
)

# %% [markdown]
# ## A test for your own classifier
#
# `questions.randomization_test` asks this of any classifier and any data: train it on the true labels once and on shuffled ones
# many times, and see how well each does on unseen examples. The p-value is the share of trainings, the true one included,
# that do as well as the true one.

# %%
test = questions.randomization_test(
    lambda seed: questions.build(kinds[0], data, seed=seed), data, shuffles=shuffles, study=study
)
book.say("> {test}", test=str(test))

# %% mystnb={"image": {"alt": "Two panels of dots: labels learnt and right answers on unseen examples, with true labels and with every shuffle. Shuffled labels are learnt as well; only true ones lead to right answers."}}
test.plot()

# %% [markdown]
# ## The bridge: does it show inside?
#
# Here are networks of one shape with the same perfect score, of which some have understood something and others nothing. What do they look
# like under the measures of this book's first part? Carried over to classifiers, a neuron is looked at over all unseen examples and their
# mirror images (and a channel of a convolution over all places too), as a neuron that draws is looked at over all pixels. **P** asks whether
# single units mix what the mirror keeps with what it turns round, **G** the same in any basis, and **N** in how many independent ways the
# answers move when single weights do. Two things do not carry over. A mirrored digit is mostly no digit, so P and G have no right
# value here; the untrained network is the yardstick. And an answer has no regions, so there is no S.

# %%
groups = {
    f"{kind}, {name}": models
    for kind in kinds[:2]
    for name, models in {
        "untrained": [questions.build(kind, data, seed=seed) for seed in seeds],
        "true labels": [run.model for run in found[kind, "true labels"]],
        "random labels": [run.model for run in found[kind, "random labels"]],
    }.items()
}
fractured = bridging.panels(bridging.measured(groups, data.test_x[:200]))

# %% mystnb={"image": {"alt": "P, G and N of fully connected and convolutional networks: untrained, trained on true labels, and trained on random labels; a dot for each seed."}}
plotting.dot_groups(fractured, unit=["P", "G"], log=["N"], first=0)

# %% tags=["remove-input"]
apart = {kind: bridging.differences(fractured, f"{kind}, random labels", f"{kind}, true labels") for kind in kinds[:2]}
tells = {kind: [name for name, one in rows.items() if one.p_value < 0.05] for kind, rows in apart.items()}
book.say(
    "Random against true labels: {list}. (Permutation tests over seeds, corrected for three measures.) {verdict}",
    list="; ".join(f"*{kind}* {bridging.spelled(one)}" for kind, one in apart.items()),
    verdict=" ".join(
        f"In the *{kind}*, the two are told apart by {' and '.join(names)}."
        if names
        else f"In the *{kind}*, **no** measure tells them apart."
        for kind, names in tells.items()
    ),
)

# %% [markdown]
# ## What we saw

# %%
learnt = {way: np.concatenate([questions.ends(found[kind, way], "train_accuracy") for kind in kinds]) for way in ways}
right = {way: np.concatenate([questions.ends(found[kind, way]) for kind in kinds]) for way in ways}
slower = np.median(questions.epochs_to_fit(found[kinds[0], "random labels"])) / np.median(
    questions.epochs_to_fit(found[kinds[0], "true labels"])
)
half = {kind: float(np.median(questions.ends(by_share[0.4]))) for kind, by_share in corrupted.items()}
by_heart = {name: float(np.median(questions.ends(held[name, "random labels"], "train_accuracy"))) for name in remedies}

# %% tags=["remove-input"]
book.say(
    "Every kind of network learnt **{learnt:.0%}** of labels drawn from a hat (median of {runs} runs; worst run {worst:.0%}) "
    "and was then right on **{right:.0%}** of unseen examples, where a constant answer reaches {chance:.0%}. With true "
    "labels the same networks are right on **{true:.0%}**. Random labels took the fully connected network {slower:.1f} times "
    "as many epochs: training notices that something is wrong, but only in how long it takes.",
    learnt=np.median(learnt["random labels"]),
    worst=learnt["random labels"].min(),
    runs=len(learnt["random labels"]),
    right=np.median(right["random labels"]),
    chance=data.chance,
    true=np.median(right["true labels"]),
    slower=slower,
)

# %% tags=["remove-input"]
book.say(
    "With two fifths of the labels random, and every one of them learnt by heart, {kinds} still answer {half} of unseen examples "
    "rightly: what is memorised and what is understood live in the same weights. With shuffled pixels the "
    "fully connected network, which never knew which pixels were neighbours, is right on {shuffled:.0%}, against {true:.0%} with true "
    "ones; the convolutional one {lost}.",
    kinds=" and ".join(half),
    half=" and ".join(f"{value:.0%}" for value in half.values()),
    shuffled=np.median(questions.ends(found["mlp", "shuffled pixels"])),
    true=np.median(questions.ends(found["mlp", "true labels"])),
    lost=f"loses {gap:.0%} of its answers"
    if (
        gap := np.median(questions.ends(found["cnn", "true labels"]))
        - np.median(questions.ends(found["cnn", "shuffled pixels"]))
    )
    > 0.02
    else "loses next to nothing",
)

# %% tags=["remove-input"]
book.say(
    "Holding back: {list}. {verdict}",
    list="; ".join(f"with {name}, {value:.0%} of random labels learnt" for name, value in by_heart.items()),
    verdict="None of them kept the network from learning nearly all by heart."
    if min(by_heart.values()) > 0.95
    else f"Of these, *{min(by_heart, key=lambda name: by_heart[name])}* stands most in the way.",
)

# %% [markdown]
# So a perfect score on the examples seen is no sign of anything, and the size of a network is no explanation of why it
# generalizes: the same size, the same recipe, does both. For this book the point is sharper still. Here are two networks of
# one shape with the *same* perfect score, of which one has understood something and the other nothing; and what tells them apart
# is not the score.
#
# ## What this does not show
#
# - Small images, small networks, few examples. The original used a million images; the shape of the result is the same,
#   the numbers are not.
# - That a network *can* learn by heart does not mean that it does so when there is something to understand: with true
#   labels it is right on unseen examples, so it did not only memorise.
# - Regularisers were tried at one strength each. Enough of any of them stops all learning.
# - A measure that differs between random and true labels need not say which of two networks with true labels is the better one.
#
# ## Checks

# %%
spread = 4 * np.sqrt(data.chance * (1 - data.chance) / len(data.test_y))
assert all(abs(np.median(right[way]) - 0.1) < spread + 0.02 for way in ("random labels", "noise"))
assert np.median(right["true labels"]) > 0.85
assert np.median(learnt["random labels"]) > 0.99
assert (told["true labels"] < 0.05).all()
assert (told["random labels"] < 0.05).mean() < 0.2
assert all(np.isfinite(values).all() for rows in fractured.values() for values in rows.values())
assert test.p_value == 1 / (1 + shuffles)
book.record(
    out,
    learnt_random=float(np.median(learnt["random labels"])),
    right_after_random=float(np.median(right["random labels"])),
    right_after_true=float(np.median(right["true labels"])),
    slower=float(slower),
    half=half,
    by_heart=by_heart,
    p_value=test.p_value,
    memorised=test.memorised,
    fractured={
        name: {group: float(np.median(values)) for group, values in rows.items()} for name, rows in fractured.items()
    },
)
