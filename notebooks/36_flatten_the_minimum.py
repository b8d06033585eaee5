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
# # Flatten the minimum
#
# **Claim.** "Flat minima generalize" cannot be true of flatness as it is usually measured: the same network can be written with
# other weights, answer every question as before, and be as sharp or as flat as one likes. *(The folk claim: Hochreiter and
# Schmidhuber 1997, Keskar et al. 2017. The objection: Dinh, Pascanu, Bengio and Bengio 2017.)*
#
# The idea is old and appealing. Training ends in a valley of the loss. In a wide valley the weights may be a little off and nothing
# happens; in a narrow one everything must be just so, and what must be just so has probably been learnt by heart. So a number
# that is read off the *weights* should tell how a network will do on what it has not seen. This book asks the same of numbers that are
# read off the insides, and has reason to be careful.

# %% tags=["parameters"]
examples = 300  # handwritten digits to learn from
seeds = [0, 1, 2, 3, 4]
shares = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]  # of labels drawn at random
epochs = 300  # at most, for those
widths = [4, 8, 16, 32, 128]  # of the hidden layer
corrupted = 0.2  # share of random labels for every width
width_epochs = 600
same = [0.2, 0.4, 0.6]  # shares of random labels for networks that differ in their first weights alone
restarts = 8  # of those, for each share
powers = [-4, -3, -2, -1, 0, 1, 2, 3, 4]  # of two, by which a layer is multiplied
out = "build/out/36_flatten_the_minimum"  # where this notebook leaves its results

# %%
from functools import partial

import numpy as np

from fer_utils import book, plotting, questions
from fer_utils.questions import Study, bridging, flatness, minima

data = questions.digits().first(examples)
noisy = partial(questions.corrupt_labels, data)
study = Study(epochs=epochs, rate=2e-3, look=10, stop=True)
by_share = questions.corruption_study(data, "mlp", shares, study, seeds=seeds)
by_start = minima.restarts(data, "mlp", same, study, seeds=range(restarts))
by_width = questions.width_study(
    data,
    "mlp",
    widths,
    Study(epochs=width_epochs, batch=100, rate=3e-3, look=width_epochs),
    corrupted=corrupted,
    seeds=seeds,
)

# %% tags=["remove-input"]
book.say(
    "> **In this build:** the fully connected networks of the chapter on random labels ({shares} shares of them) "
    "and of the one on double descent ({widths} widths, {corrupted:.0%} random labels), {seeds} seeds "
    "each, trained again for this page with the same recipes and seeds; and {restarts} networks on the very same labels, for each of {same} shares. Sharpness is measured on the {examples} digits and the labels "
    "they were trained on. What we expected was written down before: `published/questions/expected.md`, 6 to 8.",
    shares=len(shares),
    widths=len(widths),
    corrupted=corrupted,
    seeds=len(seeds),
    examples=examples,
    restarts=restarts,
    same=len(same),
)

# %% [markdown]
# ## Four ways to measure a valley
#
# - **Top eigenvalue**: how steeply the loss rises in the steepest direction, $\lambda_{\max}$ of its Hessian. This is the naive measure. We
#   find it by Lanczos' method, which only needs the Hessian's effect on directions.
# - **Trace**: the same, summed over all directions; estimated from random ones (Hutchinson).
# - **Adaptive sharpness**: the top eigenvalue where every weight is counted in units of its own size (after Kwon et al. 2021).
# - **Fisher-Rao norm**: how far the answers move if all weights grow together (Liang et al. 2019).
#
# The first two look at the weights as they happen to be written. The last two do not.
#
# ## The same network, written otherwise
#
# A ReLU passes on what is above zero. So if everything that feeds a layer is multiplied by ten and everything that reads it divided by
# ten, nothing changes in what the network says: not one answer, not one score. But the weights are others. Drag the slider.

# %%
factors = [2.0**power for power in powers]
clean = [run.model for run in by_share[0.0]]
measured, changed = minima.rescaling_study(clean, data, factors)
slices, answers = minima.landscapes(clean[0], data.train_x[:60], data.train_y[:60], factors)
pictures = {
    "loss around the weights": [
        plotting.heat_picture(-np.log10(one), low=-1.5, high=-np.log10(min(map(np.min, slices)))) for one in slices
    ],
    "answers to 60 digits": [plotting.heat_picture(one, low=0, high=1) for one in answers],
}

# %% tags=["remove-input"]
book.loop(
    {title: dict(enumerate(frames)) for title, frames in pictures.items()},
    alt="Two pictures beside a slider. Left, the loss around the weights: light where it is low. As the first layer grows, the light region stretches one way and shrinks the other. Right, the network's answers to sixty digits, which never change.",
    label="Rescaling",
    said={
        number: f"first layer × {factor:g}: top eigenvalue {measured['top'][0, number]:.3g}, "
        f"adaptive {measured['adaptive'][0, number]:.3g}, Fisher-Rao {measured['fisher_rao'][0, number]:.3g}"
        for number, factor in enumerate(factors)
    },
    plays=False,
)

# %% [markdown]
# Left, light is low loss: the network's weights are in the middle, one random direction of the first layer runs down, one of the last
# layer across, both always equally long. Right, a row for each label and a column for each digit, light where the network is
# sure. The valley is stretched and squeezed at will; the answers stand still. In numbers, for all seeds:

# %% mystnb={"image": {"alt": "How four measures change when the first layer is multiplied and the next divided by the same number: top eigenvalue and trace rise steeply to both sides, adaptive sharpness and Fisher-Rao norm stay exactly where they are."}}
middle = powers.index(0)
plotting.seed_bands(
    powers,
    {flatness.WORDS[name]: np.log10(rows / rows[:, [middle]]) for name, rows in measured.items()},
    xlabel="first layer multiplied by two to the power of",
    ylabel="change, in powers of ten",
    points=True,
    legend="upper center",
)

# %% [markdown]
# ## Do sharper minima make more errors?
#
# Now the folk claim itself. First over ever more random labels: we know from the first chapter of this part that these networks do ever
# worse on unseen digits.

# %%
errors = {"random labels": minima.unseen_errors(by_share), "widths": minima.unseen_errors(by_width)}
sharp = {
    "random labels": minima.minima(by_share, lambda share, seed: noisy(share, seed=seed)),
    "widths": minima.minima(by_width, lambda width, seed: noisy(corrupted, seed=seed)),
}

# %% mystnb={"image": {"alt": "Four measures of sharpness, in powers of ten beside their value with true labels, against the share of random labels."}}
first = {name: np.log10(np.array(list(rows.values())).T) for name, rows in sharp["random labels"].items()}
plotting.seed_bands(
    shares,
    {flatness.WORDS[name]: rows - np.median(rows[:, 0]) for name, rows in first.items()},
    xlabel="share of labels drawn at random",
    ylabel="beside true labels, in powers of ten",
    points=True,
)

# %% [markdown]
# Then over widths, all with the same labels:

# %% mystnb={"image": {"alt": "Four measures of sharpness, in powers of ten beside their value in the narrowest network, against the width of the hidden layer."}}
second = {name: np.log10(np.array(list(rows.values())).T) for name, rows in sharp["widths"].items()}
plotting.seed_bands(
    widths,
    {flatness.WORDS[name]: rows - np.median(rows[:, 0]) for name, rows in second.items()},
    xlabel="neurons in the hidden layer",
    ylabel="beside the narrowest, in powers of ten",
    xlog=True,
    points=True,
)

# %% mystnb={"image": {"alt": "Share of wrong answers on unseen digits against the width of the hidden layer."}}
plotting.seed_bands(
    widths,
    {"wrong on unseen digits": np.array(list(errors["widths"].values())).T},
    xlabel="neurons in the hidden layer",
    ylabel="wrong on unseen digits",
    xlog=True,
    points=True,
    legend="upper right",
)

# %% [markdown]
# For each seed we rank its networks by sharpness and by errors, and correlate the ranks: +1 where sharper always means more
# errors, -1 where it always means fewer. The third panel is the strictest: the networks have seen the very same labels, and only their first
# weights and the order of the examples differ; a dot is one share of random labels.

# %%
ranks = {family: minima.correlations(sharp[family], errors[family]) for family in sharp}
alike = minima.minima(by_start, lambda share, seed: noisy(share, seed=0))
ranks["only the start differs"] = minima.correlations_within([(alike, minima.unseen_errors(by_start))])

# %% mystnb={"image": {"alt": "Three panels of rank correlations between sharpness and errors, for four measures: over shares of random labels, over widths, and where only the start differs."}}
plotting.dot_groups(
    {family: {flatness.WORDS[name]: row for name, row in rows.items()} for family, rows in ranks.items()}, first=0
)

# %% tags=["remove-input"]
book.table(
    ["measure", *(f"{family}: ρ (95 % interval)" for family in ranks)],
    [[flatness.WORDS[name], *(minima.spelled(ranks[family][name]) for family in ranks)] for name in flatness.MEASURES],
)

# %% tags=["remove-input"]
book.table(
    ["measure", *ranks],
    [[flatness.WORDS[name], *(minima.verdict(ranks[family][name]) for family in ranks)] for name in flatness.MEASURES],
)

# %% tags=["remove-input"]
seeded = minima.correlations_within([(sharp[family], errors[family]) for family in errors])
book.say(
    "An interval of the third column is made of {count} numbers only, one for each share. For comparison, where the seed also decides *which* "
    "labels are false: {list}. That comparison is less clean: a draw with more false labels makes a network both sharper and worse.",
    count=len(same),
    list="; ".join(f"{flatness.WORDS[name]} {minima.spelled(row)}" for name, row in seeded.items()),
)

# %% [markdown]
# ## The bridge: is a flat network less fractured?
#
# The book's own numbers, carried over to classifiers: a neuron is looked at over all examples and their mirror images, as a neuron
# that draws is looked at over all pixels. **P** asks whether single neurons mix what a mirror keeps with what it turns round, **G** the
# same in any basis, and **N** in how many independent ways the answers move when single weights do. A digit's mirror image is mostly no digit, so
# here P and G are yardsticks without a target; N carries over as it is.

# %%
models = {f"{share:.0%} random": [run.model for run in runs] for share, runs in by_share.items()}
fractured = bridging.panels(bridging.measured(models, data.test_x[:200]))
flat_rows = {
    name: flatness.rank_correlations(
        dict(zip(groups, sharp["random labels"]["adaptive"].values(), strict=True)), groups
    )
    for name, groups in fractured.items()
}

# %% mystnb={"image": {"alt": "P, G and N of networks trained with ever more random labels: a dot for each seed."}}
plotting.dot_groups(fractured, unit=["P", "G"], log=["N"], first=0)

# %% tags=["remove-input"]
book.say(
    "Rank correlation with adaptive sharpness, over shares of random labels: {list}. Both follow the same cause, the random labels; that "
    "two numbers rise together is not yet a reason to think that one makes the other.",
    list="; ".join(f"**{name}** {minima.spelled(row)}" for name, row in flat_rows.items()),
)

# %% [markdown]
# ## What we saw

# %%
span = {name: float(np.max(rows / rows[:, [middle]])) for name, rows in measured.items()}
verdicts = {family: {name: minima.verdict(row) for name, row in rows.items()} for family, rows in ranks.items()}
holds = [name for name in flatness.MEASURES if all("more" in rows[name] for rows in verdicts.values())]

# %% tags=["remove-input"]
book.say(
    "Multiplying one layer by {low:g} to {high:g} and dividing the next one made the top eigenvalue up to **{top:,.0f} times** and the trace up "
    "to {trace:,.0f} times as large, and {changed}. Adaptive sharpness and the Fisher-Rao norm stayed where they were, "
    "to a factor of {adaptive:.3f} and {fisher:.3f}. So a naive number for sharpness describes, among other things, a way of writing a network down.",
    low=factors[0],
    high=factors[-1],
    top=span["top"],
    trace=span["trace"],
    changed="not one score changed, to the last bit (doubling is exact in a computer's numbers)"
    if changed == 0
    else f"no score changed by more than {changed:.0e} of the scores' spread",
    adaptive=span["adaptive"],
    fisher=span["fisher_rao"],
)

# %% tags=["remove-input"]
book.say(
    "And the folk claim? Over shares of random labels {share}; over widths {width}; where only the start differs {start}. {both}",
    share=minima.summed(verdicts["random labels"]),
    width=minima.summed(verdicts["widths"]),
    start=minima.summed(verdicts["only the start differs"]),
    both=f"In all three, the claim holds for: **{', '.join(flatness.WORDS[name] for name in holds)}**."
    if holds
    else "**No measure** supports the claim in all three.",
)

# %% tags=["remove-input"]
expected = {
    "6. more random labels: sharper, and more errors, by every measure": all(
        "more" in one for one in verdicts["random labels"].values()
    ),
    "7. over widths the measures do not all agree": len(set(verdicts["widths"].values())) > 1,
    "8. where only the start differs, none tells": not any(
        "more" in one or "fewer" in one for one in verdicts["only the start differs"].values()
    ),
}
book.table(["what we expected", "came true"], [[name, "yes" if held else "**no**"] for name, held in expected.items()])

# %% tags=["remove-input"]
book.say(
    "{text}",
    text="That the naive measure does as well here as those that no rescaling can change has a plain reason: these networks were all drawn and "
    "trained alike, so nothing rescaled them. It is right by good manners, not by right; one network written otherwise and its number is void."
    if "top" in holds
    else "The naive measure is not among them.",
)

# %% [markdown]
# There is a trap in any such table, and the book's first part is full of it too. A measure that rises with the share of random labels looks like a
# measure of generalization, because the labels do all the work: anything that notices them correlates with the error. The honest
# question is the third panel: between networks that differ in nothing but their start.
#
# ## What this does not show
#
# - Small networks and 300 digits. Jiang et al. (2020) tried forty measures on thousands of larger ones; some sharpness-based ones
#   did well there, and the plain ones did not.
# - Training stopped when all labels were known (random labels), or after a fixed time (widths). The curvature of the cross-entropy shrinks as
#   a network grows surer, so sharpness also says how long it was trained.
# - Invariance under rescaling of layers is one invariance. A network can be rewritten in other ways too.
# - That training methods that *look for* flat minima help is another claim, and not tested here.
#
# ## Checks

# %%
assert changed < 1e-4  # the function is the same
assert span["top"] > 10
assert span["adaptive"] < 1.02
assert span["fisher_rao"] < 1.001
assert all(np.isfinite(rows).all() and (rows > 0).all() for rows in measured.values())
assert all(run.train_accuracy[-1] > 0.99 for runs in by_share.values() for run in runs)
book.record(
    out,
    span=span,
    changed=changed,
    correlations={
        family: {name: float(np.nanmedian(row)) for name, row in rows.items()} for family, rows in ranks.items()
    },
    verdicts=verdicts,
    expected=expected,
    with_fracture={name: float(np.nanmedian(row)) for name, row in flat_rows.items()},
)
