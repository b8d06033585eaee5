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
# # Question the choices
#
# **Claim.** A recipe is a heap of choices, and most reasons given for them were found afterwards, among many things tried. Ask
# of this book's own recipe what each choice does, with everything said beforehand and everything counted, and much of what the
# same runs show at first sight is gone. *(Ours. The paper's recipe is given without reasons, like most.)*
#
# Why these functions, this rate, this width? A figure with one seed for each would answer every such question, at once and
# convincingly. Here it is asked properly, and then improperly, on the very same networks.

# %% tags=["parameters"]
live = ["the book's", "init scale, double", "depth, half"]  # settings trained again for this page
live_seeds = [0]
drawn = 0.02  # mean squared error up to which a network is said to draw its picture; only counted, decides nothing
out = "build/out/34_question_the_choices"  # where this notebook leaves its results

# %%
import numpy as np

from fer_utils import book, plotting
from fer_utils.questions import choices

plan = choices.Choices.load("published/choices/plan.yml")
table = choices.published_choices()
expected = choices.hypotheses()
images = list(dict.fromkeys(table.image))
settings = {(setting.image, setting.name): setting for setting in plan.settings()}

# %% tags=["remove-input"]
book.say(
    "> **In this build:** the study was loaded from `published/choices`: {count} networks, {images}, {settings} settings of {seeds} seeds "
    "each, {steps:,} steps on {size} × {size} pixels, measured on {grid}. For this page {live} of them are trained again, below. "
    "`python -m fer_utils.questions.choices` trains all anew.",
    count=len(table),
    images=" and ".join(f"*{image}*" for image in images) + " of the garden",
    settings=len(settings) // len(plan.images),
    seeds=plan.seeds,
    steps=plan.steps,
    size=plan.size,
    grid=int(table.measured_at.max()),
    live=len(live) * len(live_seeds),
)

# %% [markdown]
# ## What was asked
#
# The book's recipe, on smaller pictures so that many networks could be trained: Adam at a rate of 0.003 on a gradient divided by
# its length, first weights of variance 1 / fan-in, and the architecture that the picture's genome has. **One choice at
# a time** is made otherwise. The last factor is a *placebo*: nothing is changed but the seeds, so whatever is found there is false.

# %% tags=["remove-input"]
book.table(
    ["factor", "levels beside the book's own", "in the recipe or the architecture"],
    [
        [
            factor if factor != choices.PLACEBO else f"*{factor}* (placebo)",
            ", ".join(levels),
            "; ".join(
                ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in changes.items())
                for changes in levels.values()
            ),
        ]
        for factor, levels in choices.FACTORS.items()
    ],
)

# %% [markdown]
# Width and depth are factors on the number of neurons of each kind and on the number of layers. Four outcomes: the error, and the
# [three measures](16_measure_fracture.ipynb) P, G and N.
#
# **The rule, fixed beforehand** with the hypotheses, in `published/choices/plan.yml`: every level against the book's own recipe, in each
# image and outcome, all of them counted. Every run that was begun counts, whether it came to draw its picture or not. Differences of
# means by exact permutation, all p-values corrected together, after Holm (the chance of even one false finding) and after Benjamini
# and Hochberg (the share of false findings). *More* and *less* are supported where Holm finds them in every image; *the same* where in
# every image the whole interval lies within a factor of 1.5 (error, N) or within 0.1 (P, G), and Holm finds nothing.
#
# ## What was expected, and what came
#
# Reasons and directions were written down, and put under version control, before the study ran; its verdicts stand beside them.

# %%
comparisons = choices.compare(table)
verdicts = choices.judge(comparisons, expected)
readings = choices.readings(table, comparisons)
counts = choices.count(comparisons, readings)

# %% tags=["remove-input"]
book.table(
    ["choice", "outcome", "expected", "because", "verdict"],
    [
        [f"{one.factor}: {one.level}", one.outcome, one.direction, one.why, f"**{verdict}**"]
        for one, verdict in zip(expected, verdicts, strict=True)
    ],
)

# %% [markdown]
# ## All of it
#
# A dot is a network, a line the median of its setting. In the first row the book's own recipe; in the last two the
# placebo, which is how far apart two rows may be for no reason at all.

# %% mystnb={"image": {"alt": "Error, P, G and N of all networks for the first picture, a row of dots for each setting; rows differ in error and N, hardly in P and G, and the two rows of the placebo differ from the book's own as well."}}
rows_of = {
    (picture, setting): table[(table.image == picture) & (table.factor == one.factor) & (table.level == one.level)]
    for (picture, setting), one in settings.items()
}
panels = {
    picture: {
        words: {
            setting: np.log10(rows[name]) if name == "error" else rows[name]
            for (of, setting), rows in rows_of.items()
            if of == picture
        }
        for name, words in zip(choices.OUTCOMES, ["error, power of ten", "P", "G", "N"], strict=True)
    }
    for picture in images
}
plotting.dot_groups(panels[images[0]], unit=["P", "G"])

# %% mystnb={"image": {"alt": "The same for the second picture."}}
plotting.dot_groups(panels[images[-1]], unit=["P", "G"])

# %% [markdown]
# What is left after Holm's correction, with its size. For error and N the effect is a factor, for P and G a difference, of medians, with
# its bootstrap interval (95 %). Cliff's δ is 1 where every network of the level is above every one of the book's recipe, and -1 where
# every one is below.

# %% tags=["remove-input"]
held = comparisons[(comparisons.holm < 0.05)].sort_values("holm")
book.table(
    ["choice", "picture", "outcome", "the book's", "changed", "effect", "δ", "p", "p, Holm"],
    [
        [
            f"{one.factor}: {one.level}",
            one.image,
            one.outcome,
            f"{one.usual:.2g}",
            f"{one.changed:.2g}",
            f"× {10**one.difference:.2f} [{10**one.low:.2f}, {10**one.high:.2f}]"
            if one.outcome in ("error", "N")
            else f"{one.difference:+.2f} [{one.low:+.2f}, {one.high:+.2f}]",
            f"{one.delta:+.2f}",
            f"{one.p:.4f}",
            f"{one.holm:.3f}",
        ]
        for one in held.itertuples()
    ],
)

# %% [markdown]
# ## The same runs, read as runs are often read
#
# - **One seed.** Each level is trained once, and so was the book's recipe. A difference of more than a tenth is a finding.
# - **Best of the seeds.** The new level is tried with every seed and its lowest value shown; the book's recipe was run once. More than
#   a tenth lower (less error, less mixing, fewer modes) is an improvement.
# - **Each p by itself.** All seeds, a proper test, and a finding wherever p is below 0.05, however many were computed.
# - **Benjamini-Hochberg** and **Holm**: the same tests, counted.

# %% tags=["remove-input"]
nothing = choices.is_placebo(comparisons)
book.table(
    ["way of reading", "findings", "of them gone after Holm", "“findings” where nothing was changed"],
    [
        [
            way,
            f"{one['found']} of {int((~nothing).sum())}",
            f"{one['vanish']} ({one['vanish'] / one['found']:.0%})" if one["found"] else "–",
            f"{one['false']} of {int(nothing.sum())}",
        ]
        for way, one in counts.items()
    ],
)

# %% mystnb={"image": {"alt": "All p-values from the smallest up on a logarithmic axis, with a flat line at 0.05 and the two corrections' lower lines; many points lie below the flat line, fewer below the others; open circles mark the placebo."}}
plotting.p_ladder(comparisons.p, nothing=nothing)

# %% [markdown]
# *How to read it.* Points below the flat line are findings if each is looked at by itself. Benjamini and Hochberg's finds all points up to
# the last one below its line, Holm's all up to the first one above its.
#
# ## Some of them again, here
#
# The same settings and seeds, trained for this page. Their keys are hashes of all that decides a run, so a row can be trusted to be what it
# says. On a machine like the one that ran the study the numbers are the same to the last digit; another adds in another order.

# %%
again = [choices.one_run(settings[images[0], name], seed) for name in live for seed in live_seeds]
rows = [table[table.key == one["key"]].iloc[0] for one in again]

# %% tags=["remove-input"]
book.table(
    ["choice", "seed", "key", "error, published", "error, here", "N, published", "N, here"],
    [
        [
            name,
            str(one["seed"]),
            f"`{one['key'][:8]}`",
            f"{row.error:.4e}",
            f"{one['error']:.4e}",
            f"{row.N:.3f}",
            f"{one['N']:.3f}",
        ]
        for name, one, row in zip([name for name in live for _ in live_seeds], again, rows, strict=True)
    ],
)

# %% [markdown]
# ## What we saw

# %%
tally = {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}
real = comparisons[~nothing]
by_outcome = {name: int(((real.outcome == name) & (real.holm < 0.05)).sum()) for name in choices.OUTCOMES}
asked = {name: int((real.outcome == name).sum()) for name in choices.OUTCOMES}
turned = int(readings["turned"].to_numpy(dtype=bool)[~nothing].sum())
strongest = real.loc[[real[real.outcome == name].difference.abs().idxmax() for name in choices.OUTCOMES]]
wrong = [one for one, verdict in zip(expected, verdicts, strict=True) if verdict == "contradicted"]
same_here = [one["error"] == row.error and one["N"] == row.N for one, row in zip(again, rows, strict=True)]
reached = float((table.error <= drawn).mean())

# %% tags=["remove-input"]
book.say(
    "- **{all} things were expected: {tally}.** {wrong}\n"
    "- **{comparisons} comparisons were made, and Holm's correction leaves {held}**: {by_outcome}. P and G, the measures of mixing, are moved by "
    "{mixing} of {mixing_asked}; error and N by {others} of {others_asked}.\n"
    "- The largest differences of medians: {strongest}.",
    all=len(expected),
    tally=", ".join(f"{count} {verdict}" for verdict, count in tally.items()),
    wrong="We were wrong about "
    + "; ".join(f"{one.factor}, {one.level} ({one.outcome}: expected {one.direction})" for one in wrong)
    + "."
    if wrong
    else "None was contradicted; that is easily said of few seeds.",
    comparisons=len(real),
    held=counts["Holm"]["found"],
    by_outcome=", ".join(f"{name} {count} of {asked[name]}" for name, count in by_outcome.items()),
    mixing=by_outcome["P"] + by_outcome["G"],
    mixing_asked=asked["P"] + asked["G"],
    others=by_outcome["error"] + by_outcome["N"],
    others_asked=asked["error"] + asked["N"],
    strongest="; ".join(
        f"{one.outcome} "
        + (f"× {10**one.difference:.2g}" if one.outcome in ("error", "N") else f"{one.difference:+.2f}")
        + f" with {one.factor}, {one.level} ({one.image}{'' if one.holm < 0.05 else ', not held by Holm'})"
        for one in strongest.itertuples()
    ),
)

# %% tags=["remove-input"]
book.say(
    "- **Read naively, the same networks say far more.** One seed finds {single} differences, {single_gone:.0%} of which are gone when all "
    "are counted, and {turned} point the other way than the median of all seeds. The best of {seeds} seeds improves {best} things. p by p there "
    "are {each} findings, of which {each_gone} do not survive.\n"
    "- **Where nothing was changed**, one seed finds something in {false_single} of {placebo} comparisons, the best of the seeds an improvement in "
    "{false_best}, p by p {false_each}, Benjamini-Hochberg {false_bh}, Holm {false_holm}.\n"
    "- {reached:.0%} of all networks came to draw their picture (error at most {drawn:g}). {again}",
    single=counts["one seed"]["found"],
    single_gone=counts["one seed"]["vanish"] / max(1, counts["one seed"]["found"]),
    turned=turned,
    seeds=plan.seeds,
    best=counts["best of the seeds"]["found"],
    each=counts["each p by itself"]["found"],
    each_gone=counts["each p by itself"]["vanish"],
    false_single=counts["one seed"]["false"],
    placebo=int(nothing.sum()),
    false_best=counts["best of the seeds"]["false"],
    false_each=counts["each p by itself"]["false"],
    false_bh=counts["Benjamini-Hochberg"]["false"],
    false_holm=counts["Holm"]["false"],
    reached=reached,
    drawn=drawn,
    again="What was trained again for this page gave the published numbers to the last digit."
    if all(same_here)
    else f"Of what was trained again, {sum(same_here)} of {len(same_here)} gave the published numbers to the last digit.",
)

# %% [markdown]
# **The bridge to the measures** is the whole chapter: P, G and N are its outcomes. Whoever compares two networks by them has to say first
# in which of these choices the two differ; and a new measure that separates two kinds of network at one seed has, by this table, done
# what nearly any number does.
#
# ## What this does not show
#
# - **Gone is not refuted.** With so few seeds Holm's correction finds only what is plain; a small effect stays undecided, and the
#   table of expectations says so rather than "no effect".
# - Two pictures, small networks, a short training on small pictures. Each choice was varied alone: choices that only act together are not
#   seen, and another rate might suit another width better.
# - N grows with the fit, so a choice that changes the error may change N by that alone. Matched errors are in
#   [fracture measured](16_measure_fracture.ipynb).
# - Whoever wrote the hypotheses had seen [the population](19_see_what_holds.ipynb). The pictures were chosen before, for being small.
# - That the paper's choices are bad. Nothing here looks for better ones.
#
# ## Checks

# %%
assert len(table) == len(settings) * plan.seeds
assert (table.status != "failed").all()
assert set(table.key) == {setting.key(seed) for setting in settings.values() for seed in range(plan.seeds)}
assert len(comparisons) == (len(settings) - len(images)) * len(choices.OUTCOMES)
assert (comparisons.holm >= comparisons.bh - 1e-12).all() and (comparisons.bh >= comparisons.p - 1e-12).all()
assert counts["Holm"]["found"] <= counts["Benjamini-Hochberg"]["found"] <= counts["each p by itself"]["found"]
assert all(np.isclose(np.log10(one["error"] / row.error), 0, atol=0.5) for one, row in zip(again, rows, strict=True))
book.record(
    out,
    tally=tally,
    held=counts["Holm"]["found"],
    comparisons=len(real),
    counts=counts,
    by_outcome=by_outcome,
    turned=turned,
    same_here=sum(same_here),
)
