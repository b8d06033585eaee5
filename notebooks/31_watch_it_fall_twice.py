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
# # Watch the error fall twice
#
# **Claim.** A model with just enough freedom to fit its data is the worst of all; with *more* freedom the error falls again,
# and often below where it ever was. *(Belkin, Hsu, Ma and Mandal 2019; Nakkiran et al. 2020; Hastie et al. 2022.)*
#
# The textbook says: too simple is bad, too complex is bad, the best lies between. For models far larger than their data this
# is not what happens. It matters here because the twins of this book's first part are such models: thousands of weights for one
# picture, and nothing in their error warns of what they are inside.

# %% tags=["parameters"]
examples = 300  # to learn from
corrupted = 0.2  # share of the labels drawn at random
seeds = [0, 1, 2, 3, 4]
ratios = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.1, 1.2, 1.5, 2, 3, 5, 8]  # inputs for each example, of the linear model
features = [10, 30, 60, 100, 150, 200, 250, 280, 300, 320, 350, 400, 600, 1000, 2000, 4000]
widths = [2, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256]  # of trained networks
epochs = 600
out = "build/out/31_watch_it_fall_twice"  # where this notebook leaves its results

# %%
import numpy as np

from fer_utils import book, plotting, questions
from fer_utils.questions import Study, bridging

data = questions.digits().first(examples)
shares = {"true labels": 0.0, f"{corrupted:.0%} random labels": corrupted}

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {count} handwritten digits to learn from, {test} to be tested on, and, for the first figure, numbers "
    "drawn for the purpose. All models below were fitted for this page, {seeds} seeds each. Lines are medians, bands reach "
    "from the best seed to the worst.",
    count=len(data.train_x),
    test=len(data.test_x),
    seeds=len(seeds),
)

# %% [markdown]
# ## Where it can be calculated
#
# The simplest case first, because nothing has to be believed. Answers follow a straight law with some noise; a linear model of
# $p$ inputs is fitted to $n$ examples. Where $p > n$ there are many exact fits, and we take the shortest. With
# $r = p / n$, law of length $s$ and noise $\sigma$, the expected error beyond the noise is, for many examples,
#
# $$ \sigma^2 \frac{r}{1 - r} \quad (r < 1), \qquad s^2 \left(1 - \frac{1}{r}\right) + \frac{\sigma^2}{r - 1} \quad (r > 1). $$
#
# At $r = 1$ it has no bound: the one exact fit there is must bend itself to every bit of noise.

# %%
simulated = questions.linear_study([round(100 * ratio) for ratio in ratios], examples=100, seeds=range(20))
formula = [questions.ridgeless_risk(ratio) for ratio in ratios]

# %% mystnb={"image": {"alt": "Excess error of a linear model against inputs for each example: measured medians with a band over twenty draws lie on the formula's curve, which shoots up at one and falls again."}}
plotting.seed_bands(
    ratios,
    {"measured": np.log10(simulated), "formula": np.log10([formula])},
    xlabel="inputs for each example (100 examples, 20 draws)",
    ylabel="excess error, powers of ten",
    xlog=True,
    points=True,
    legend="upper right",
)

# %% [markdown]
# ## Random features
#
# Now real digits. A layer of random weights and ReLUs is drawn and never trained; only the readout is fitted, again by the
# shortest exact solution where there are many. This model has a closed form too, and a point where its features are as many as its
# examples.

# %%
fixed = {
    name: questions.random_feature_study(data, features, corrupted=share, seeds=seeds) for name, share in shares.items()
}

# %% mystnb={"image": {"alt": "Share of wrong answers on unseen digits against the number of random features, with true labels and with some random ones; both rise to a peak where there are as many features as examples, and fall again."}}
plotting.seed_bands(
    features,
    {name: test for name, (train, test) in fixed.items()},
    xlabel=f"random features ({examples} examples)",
    ylabel="wrong on unseen examples",
    xlog=True,
    points=True,
    legend="upper right",
)

# %% [markdown]
# ## Trained networks
#
# And a network whose hidden layer learns as well. It has no exact point where it begins to fit everything, because how much it can
# fit depends on training; the second figure shows where that happens.

# %%
study = Study(epochs=epochs, batch=100, rate=3e-3, look=epochs)
trained = {
    name: questions.width_study(data, "mlp", widths, study, corrupted=share, seeds=seeds)
    for name, share in shares.items()
}

# %% mystnb={"image": {"alt": "Share of wrong answers on unseen digits against the width of a trained network; with true labels it only falls, with some random labels it falls, rises a little, and falls again."}}
plotting.seed_bands(
    widths,
    {name: questions.errors(found) for name, found in trained.items()},
    xlabel="neurons in the hidden layer",
    ylabel="wrong on unseen examples",
    xlog=True,
    points=True,
    legend="upper right",
)

# %% mystnb={"image": {"alt": "Share of labels not learnt against the width of a trained network; it falls to nothing, later where some labels are random."}}
plotting.seed_bands(
    widths,
    {name: questions.errors(found, "train_accuracy") for name, found in trained.items()},
    xlabel="neurons in the hidden layer",
    ylabel="labels not learnt",
    xlog=True,
    points=True,
    legend="upper right",
)

# %% [markdown]
# ## The bridge: what happens inside on the way?
#
# The book's measures, carried over to classifiers: neurons are looked at over unseen digits and their mirror images. **N** counts in how many
# independent ways the answers move when single weights do, **P** and **G** say how far neurons, or any mixtures of them, mix what a
# mirror keeps with what it turns round. Digits have no such symmetry, so for P and G the untrained network of the same width is the
# yardstick. The random features above have no trained insides, and the linear model none at all: there is nothing to measure.

# %%
noisy = f"{corrupted:.0%} random labels"
looked = [width for width in widths if width >= 4][::2]
inside = {
    "trained": {str(width): [run.model for run in trained[noisy][width]] for width in looked},
    "untrained": {
        str(width): [questions.build("mlp", data, seed=seed, width=width, depth=1) for seed in seeds]
        for width in looked
    },
}
fractured = {state: bridging.panels(bridging.measured(models, data.test_x[:200])) for state, models in inside.items()}

# %% mystnb={"image": {"alt": "Response modes N against the width of the hidden layer, for trained and untrained networks; lines are medians, bands all seeds."}}
plotting.seed_bands(
    looked,
    {state: np.log10(np.array(list(rows["N"].values())).T) for state, rows in fractured.items()},
    xlabel=f"neurons in the hidden layer ({noisy})",
    ylabel="N, in powers of ten",
    xlog=True,
    points=True,
)

# %% mystnb={"image": {"alt": "Basis-free parity mixing G against the width of the hidden layer, for trained and untrained networks."}}
plotting.seed_bands(
    looked,
    {state: np.array(list(rows["G"].values())).T for state, rows in fractured.items()},
    xlabel=f"neurons in the hidden layer ({noisy})",
    ylabel="G",
    xlog=True,
    points=True,
    limits=(0, 1),
)

# %% [markdown]
# ## What we saw

# %%
far = np.abs(np.array(ratios) - 1) > 0.15
gap = float(np.max(np.abs(np.log10(np.mean(simulated, axis=0)) - np.log10(formula))[far]))
peaks = {name: questions.peak(features, test) for name, (train, test) in fixed.items()}
bumps = {name: questions.peak(widths, questions.errors(found)) for name, found in trained.items()}
last = {name: float(np.median(questions.errors(found)[:, -1])) for name, found in trained.items()}
best_narrow = {
    name: float(np.median(questions.errors(found), axis=0)[: widths.index(bump[0]) + 1].min())
    for (name, found), bump in zip(trained.items(), bumps.values(), strict=True)
}

# %% tags=["remove-input"]
book.say(
    "Away from the peak, the linear model's mean error agrees with the formula to a factor of {factor:.2f}. With random features "
    "the error on unseen digits peaks at **{clean:,} features** with true labels and at **{dirty:,}** with some random ones "
    "({examples} examples), where it is {rise:.0%} and {rise_noisy:.0%} higher than at the best narrower model, and it falls "
    "again beyond. {labels}",
    factor=10**gap,
    clean=peaks["true labels"][0],
    dirty=peaks[noisy][0],
    examples=examples,
    rise=peaks["true labels"][1],
    rise_noisy=peaks[noisy][1],
    labels="So the peak is not made by false labels; they only make it higher."
    if peaks[noisy][1] > peaks["true labels"][1] > 0
    else "False labels do not make it higher here.",
)

# %% tags=["remove-input"]
book.say(
    "Networks whose hidden layer is trained show it {how}: with some random labels the error rises by {rise:.1%} up to a width "
    "of {width} and falls by {fall:.1%} beyond; with true labels it rises by no more than {clean:.1%}. The widest network is "
    "wrong on {last:.1%}, the best one left of the bump on {narrow:.1%}: here the second descent {verdict}.",
    how="faintly" if bumps[noisy][1] < 0.1 else "clearly",
    rise=bumps[noisy][1],
    width=bumps[noisy][0],
    fall=bumps[noisy][2],
    clean=bumps["true labels"][1],
    last=last[noisy],
    narrow=best_narrow[noisy],
    verdict="ends lower than the first" if last[noisy] < best_narrow[noisy] else "does not end lower than the first",
)

# %%
wide, narrow = str(looked[-1]), str(looked[0])
modes = {state: {width: float(np.median(rows["N"][width])) for width in rows["N"]} for state, rows in fractured.items()}
bump = max(modes["trained"], key=lambda width: modes["trained"][width])
beside = bridging.differences(
    {name: {state: fractured[state][name][wide] for state in fractured} for name in ("P", "G", "N")},
    "trained",
    "untrained",
)

# %% tags=["remove-input"]
book.say(
    "Inside, N goes from {first:.1f} at a width of {narrow} to {last:.1f} at {wide} and is highest at **{bump}**; it {second}. At a width of {wide}, "
    "trained against untrained: {beside}.",
    first=modes["trained"][narrow],
    last=modes["trained"][wide],
    narrow=narrow,
    wide=wide,
    bump=bump,
    second="does not fall again where the error does"
    if bump == wide
    else "falls again beyond that width, as the error does beyond its own peak",
    beside=bridging.spelled(beside),
)

# %% [markdown]
# The number of weights, then, says little about how well a model will do, in either direction. What decides is *which* of the many
# exact fits is found, and that is a matter of the way there: the shortest one, or the one that gradient descent happens to reach.
# The first part of this book is about the same thing seen from inside: many networks fit one picture, and which of them
# one gets is decided by the search.
#
# ## What this does not show
#
# - Digits of 8 × 8 pixels and one hidden layer. Larger networks show the second descent more strongly (Nakkiran et al.).
# - No early stopping and no weight decay: either of them flattens the peak. Tuned well, it may vanish altogether.
# - That wide models are *good* inside. A low error on unseen examples is one thing, what the neurons hold another.
#
# ## Checks

# %%
assert gap < 0.2
assert all(0.7 * examples < place < 1.5 * examples for place, rise, fall in peaks.values())
assert all(rise > 0.1 for place, rise, fall in peaks.values())
assert all(fall > 0.1 for place, rise, fall in peaks.values())
assert peaks[noisy][1] > 0
assert np.median(questions.errors(trained[noisy], "train_accuracy")[:, -1]) < 0.02
assert all(np.isfinite(v).all() for rows in fractured.values() for v in rows["N"].values())
book.record(out, peaks=peaks, bumps=bumps, widest=last, agreement=10**gap, modes=modes)
