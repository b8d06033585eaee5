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
# # Draw many images
#
# **Claim.** A network that draws one image has no reason to find what the image is made of; one that must draw many related images has. With more data
# gradient descent might unify what it fractures. *(Paper, section 7, asks for it.)*
#
# Here one network draws 2, 4, 8, 16 or 32 mushrooms. They differ in six things, and all of them come from one evolved network, in which each of the six
# is **one weight**: so it is known what there is to be found. The network is told by a code which mushroom is meant. Does it use the same units for
# all? Can it draw a mushroom that it was never shown? And is it less [fractured](16_measure_fracture) inside?

# %% tags=["parameters"]
family_name = "mushroom"  # the family of images that is shown
live = "factors, 32 images"  # the arm that is made for this page
live_steps = 2000  # its steps of training; the published runs have as many at most, and stop at the mark
seed = 10  # of the live run: what is shown, the first weights, the pixels
within = 1.25  # a run whose least error is at most so many times the mark counts as being at it
size = 64  # side of the pictures on this page, in pixels
out = "build/out/26_draw_many_images"  # where this notebook leaves its results

# %%
from dataclasses import replace

import numpy as np

from fer_utils import book, plotting, statistics, studies
from fer_utils.studies import many

strict, curves = many.published_many()
table = studies.near_mark(strict[strict.image == family_name], within=within)
family = many.family_named(family_name)
arms = [arm for arm in many.plan() if arm.family == family_name]
names = [arm.name for arm in arms if arm.name in set(table.kind)]
missing = [
    arm.name + (f" ({arm.family})" if arm.family != family_name else "")
    for arm in many.plan()
    if not ((strict.image == arm.family) & (strict.kind == arm.name)).any()
]
found = {one.arm: one for one in many.answers(strict, family_name)}
usual = list(found)
counts = strict.groupby(["image", "kind"]).size()
long = [arm.name for arm in arms if arm.name in names and arm.long]

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {rows} of {all} planned rows were read from `published/studies/many`: {arms} of {planned} planned arms, {seeds} seeds of each, networks of the evolved "
    "architecture, trained on 32 pixels a side, 2,000 steps, compared at an error of {mark:g} over the images shown. They took {minutes:.0f} minutes of one busy "
    "core; `python -m fer_utils.studies.many` makes them anew and goes on where it was stopped. What was expected, the rules, and what had been seen "
    "before, are in `published/studies/many/hypotheses.md`. {missing}",
    rows=len(strict),
    all=sum(arm.seeds for arm in many.plan()),
    seeds=f"{counts.min()} to {counts.max()}",
    arms=len(many.plan()) - len(missing),
    planned=len(many.plan()),
    mark=table.mark.iloc[0],
    minutes=strict.seconds.sum() / 60,
    missing=f"**Planned, but not made yet, {len(missing)} arms:** {'; '.join(missing)}."
    if missing
    else "Every arm has been begun; seeds are missing where the table below has fewer than five."
    if len(strict) < sum(arm.seeds for arm in many.plan())
    else "Nothing that was planned is missing.",
)

# %% [markdown]
# ## Six factors, sixty-four mushrooms
#
# First the mushroom as it was bred. Beside it, one factor is turned over at a time: one weight of the evolved network takes its other value.

# %% mystnb={"image": {"alt": "The evolved mushroom, and six others that each differ from it in one weight: in the brim, the stem's width, how stem and cap join, the stem's length and brightness, and its core."}}
top = np.ones(len(family.factors))
turned = [top, *(top - 2 * row for row in np.eye(len(family.factors)))]
plotting.pictures(
    list(family.images(turned, 128)), ["as it was bred", *(factor.name for factor in family.factors)], columns=7
)

# %% [markdown]
# All combinations make 64 mushrooms. Sixteen are kept back: no network of this page ever sees them. Of the others the first 2, 4, 8, 16 or 32 are
# shown, in an order drawn by lot for each seed.
#
# ## One network, made for this page
#
# A layered network of the evolved one's architecture gets six more inputs: the factors, as -1 or 1. Given such a code it is an ordinary network
# that draws one mushroom.

# %%
run = many.made(replace(many.arm_named(live, family_name), steps=live_steps, whole=True), seed)
end = max(run.path)
shown, unseen = run.split.shown[:6], run.split.unseen[:6]

# %% mystnb={"image": {"alt": "Six mushrooms that the network was shown, and below each what it draws under the same code: nearly the same."}}
plotting.pictures(
    [*family.images(shown, size), *(network.image(size) for network in run.shown(end)[:6])],
    [*["shown"] * 6, *["drawn"] * 6],
    columns=6,
)

# %% [markdown]
# And six of those that it was **never** shown, asked for by their codes:

# %% mystnb={"image": {"alt": "Six mushrooms that were never shown, and below each what the network draws when it is asked for them by their code."}}
plotting.pictures(
    [*family.images(unseen, size), *(network.image(size) for network in run.at(end, unseen))],
    [*["never shown"] * 6, *["drawn"] * 6],
    columns=6,
)

# %%
errors = {
    "shown": many.drawing_error(run.shown(end), family.images(run.split.shown, 32)),
    "never shown": many.drawing_error(run.at(end, run.split.unseen), family.images(run.split.unseen, 32)),
    "in between": many.drawing_error(run.at(end, run.split.between), family.images(run.split.between, 32)),
}
guesses = {
    "never shown": many.baselines(family, run.split.shown, run.split.unseen, 32),
    "in between": many.baselines(family, run.split.shown, run.split.between, 32),
}

# %% tags=["remove-input"]
book.table(
    ["asked for", "this network", *[f"guess: {name}" for name in ("nearest", "mean", "additive")]],
    [
        [
            name,
            f"{error:.4f}",
            *[f"{guesses[name][one]:.4f}" if name in guesses else "–" for one in ("nearest", "mean", "additive")],
        ]
        for name, error in errors.items()
    ],
)

# %% [markdown]
# Mean squared errors. The *guesses* need no network: the nearest of the images shown; their mean; and one picture for each factor, added up (by least
# squares). "In between" asks for factors between their two values, which no training ever had.
#
# ## How many must be shown?

# %% mystnb={"image": {"alt": "Error on combinations that were never shown, against the number of images shown, for the network and for three guesses: median and range over seeds."}}
told = [arm for arm in usual if found[arm].coding == "factors" and found[arm].reached]
counts = sorted(found[arm].images for arm in told)
plotting.seed_bands(
    counts,
    {
        name: table[table.kind.isin(told) & (table.status == "reached")]
        .pivot(index="seed", columns="images", values=column)[counts]
        .to_numpy()
        for name, column in [("network", "unseen"), ("nearest", "nearest"), ("mean", "mean"), ("additive", "additive")]
    },
    xlabel="images shown",
    ylabel="error on unseen ones",
    xlog=True,
    points=True,
)

# %% [markdown]
# Each network at the step where it first draws *what it is shown* to the mark; median and range over seeds. Networks that never do are in the table alone, where
# their error was least.

# %% tags=["remove-input"]
book.table(
    ["told by", "images", "at the mark", "error", "unseen", "nearest", "mean", "additive", "better than all three"],
    [
        [
            found[arm].coding,
            found[arm].images,
            f"{found[arm].reached} of {found[arm].runs} ({(strict[(strict.image == family_name) & (strict.kind == arm)].status == 'reached').sum()})",
            f"{own.error.median():.4f}",
            *[
                str(statistics.interval(own[name]))
                if own[name].notna().any() and np.isfinite(found[arm].better)
                else "–"
                for name in ("unseen", "nearest", "mean", "additive")
            ],
            f"{found[arm].better:.0f} of {found[arm].runs}" if np.isfinite(found[arm].better) else "cannot be asked",
        ]
        for arm in found
        for own in [table[table.kind == arm]]
    ],
)

# %% [markdown]
# Runs that end above the mark by a quarter at most are counted; how many came to the mark itself is in brackets. *One-hot*: one input for each image, so that
# there is no code for another one. *Shuffled*: the factors' codes, each handed to a wrong image; codes that mean nothing.
#
# ## Is anything shared?
#
# **used**: of the units that matter somewhere, in which share of the images does one matter? **reuse**: 1 where all images are made of the same maps, 0 where each
# has its own. **moved**: which share of the units does one factor move? **alignment**: 1 where every unit answers to one factor alone.

# %% tags=["remove-input"]
book.table(
    ["", "used", "reuse", "moved", "alignment", "P", "G", "N", "units"],
    [
        [
            f"{name}" + (", 8 images" if name == "one image each" else ""),
            *[
                str(statistics.interval(own[key])) if own[key].notna().any() else "–"
                for key in ("used", "reuse", "moved", "alignment", "P", "G", "N", "K")
            ],
        ]
        for name in [one for one in names if one not in long]
        for own in [table[(table.kind == name) & ((table.status == "reached") | (table.kind == "untrained"))]]
        if len(own)
    ],
)

# %% [markdown]
# Medians with bootstrap intervals (95 %) over the seeds that came to the mark; untrained networks draw nothing of the kind, and are here as a null.
# *One image each* is eight networks that never met. *Evolved* is the evolved network with its six weights moved.
#
# ## Is it less fractured?

# %% mystnb={"image": {"alt": "P, G, N and reuse of networks that draw many images, one dot a network at the mark, the evolved network first, networks of one image each second."}}
ordered = ["evolved", "one image each", *found]
plotting.dot_groups(
    {
        name: {arm: table[(table.kind == arm) & (table.status == "reached")][name].to_numpy() for arm in ordered}
        for name in ("P", "G", "N", "reuse")
    },
    log=["N"],
    unit=["P", "G", "reuse"],
)

# %% tags=["remove-input"]
book.table(
    ["arm", *[f"{name}, gap closed" for name in ("P", "G", "N", "reuse")], "generalises", "shares", "insides"],
    [
        [
            one.arm,
            *[
                studies.shown(one.shares[name]) + studies.stars(one.p_values[name], one.corrected[name])
                for name in ("P", "G", "N")
            ],
            studies.shown(one.reuse),
            "–"
            if not np.isfinite(one.better)
            else "too few runs"
            if one.runs < 3
            else "**yes**"
            if one.generalises
            else "no",
            "too few runs" if one.reached < 3 else "**yes**" if one.shares_units else "no",
            f"**{one.inside}**" if one.inside not in ("does nothing seen here", "cannot be said") else one.inside,
        ]
        for one in found.values()
    ],
)

# %% [markdown]
# "Gap closed": how far from networks of one image each (0 %) to the evolved network (100 %), at the same error. \* *p* < .05 before correction, \*\* after
# it (Holm, over the table). The rules are those of the hypotheses: *generalises* where four of five runs are better than all three guesses; *shares* where
# reuse goes half of the way; insides are *more whole* where P, G and N each go a quarter of the way, and one of them is *gamed* where it goes half of the way and P and
# N do not both go a quarter.

# %% [markdown]
# ## Twenty times as long
#
# Sometimes a network learns the rule long after it has learnt the examples: *grokking*. So the plan has training that goes on for twenty times as long with 16
# images, with and without weights that decay. Where the table below says "not made yet", the figure shows usual runs, up to the mark.

# %%
steps, lines = many.tracks(curves, family_name, long or told[-1:])
learnt = within * table.mark.iloc[0]
lates = {
    arm: [many.late(one, learnt) for _, one in track.groupby("seed") if (one.error <= learnt).any()]
    for arm in long
    for track in [curves[(curves.image == family_name) & (curves.kind == arm)]]
}

# %% mystnb={"image": {"alt": "Errors on combinations that were shown, and on those that never were, along training: median and range over seeds."}}
plotting.seed_bands(
    steps,
    {
        name.replace("factors, 16 images, 20 times the steps", "no decay").replace("no decay, ", ""): values
        for name, values in lines.items()
    },
    xlabel="training step",
    ylabel="mean squared error",
    xlog=True,
    legend="upper right",
)

# %% tags=["remove-input"]
book.table(
    ["arm", "runs that learnt", "widest gap", "at step", "gap closed", "shown falls by", "groks"],
    [
        [
            arm,
            len(ones),
            f"{np.median([one.widest for one in ones]):.4f}",
            f"{np.median([one.step for one in ones]):,.0f}",
            f"{np.median([one.closed for one in ones]):.0%}",
            f"{np.median([one.fall for one in ones]):.0%}",
            f"{sum(one.groks for one in ones)} of {len(ones)}",
        ]
        for arm, ones in lates.items()
        if ones
    ]
    or [["not made yet", *["–"] * 6]],
)

# %% [markdown]
# The *gap* is the error on unseen combinations less that on shown ones, from the step at which a run has learnt what it is shown. It *groks* where the gap
# closes by half while the error on what is shown falls by less than half.
#
# ## What we saw

# %%
most = max(told, key=lambda arm: found[arm].images)
ratio = {
    arm: float((own.unseen / own[list(many.GUESSES)].min(axis=1)).median())
    for arm in told
    for own in [table[(table.kind == arm) & (table.status == "reached")]]
}
able = [found[arm].images for arm in told if found[arm].generalises]
whole = [one.arm for one in found.values() if one.inside == "more whole"]
gamed = [f"{one.arm} ({one.inside})" for one in found.values() if one.games]
held = table[(table.status == "reached") | (table.kind == "untrained")]
middle = held.groupby("kind")[["P", "G", "N", "used", "reuse", "moved", "alignment"]].median()
middle = middle.reindex([arm.name for arm in arms])
as_number = middle.map(lambda value: f"{value:.2f}" if np.isfinite(value) else "not known yet")
as_share = middle.map(lambda value: f"{value:.0%}" if np.isfinite(value) else "not known yet")
grokked, long_runs = sum(one.groks for ones in lates.values() for one in ones), sum(map(len, lates.values()))
sentences = {
    "unseen": (
        "the error on them, in units of that of the best of three guesses that need no network, is "
        + ", ".join(
            f"{ratio[arm]:.2f} with {found[arm].images} images shown"
            for arm in sorted(told, key=lambda arm: found[arm].images)
        )
        + (
            f". By the rule, networks generalise with {' and '.join(map(str, sorted(able)))} images."
            if able
            else ". By the rule, of no arm can it be said that it generalises."
        )
    ),
    "inside": (
        f"networks for {found[most].images} images have a P of {as_number.P[most]}, a G of {as_number.G[most]} and an N of {as_number.N[most]}; those of one "
        f"image each {as_number.P['one image each']}, {as_number.G['one image each']} and {as_number.N['one image each']}, the evolved one "
        f"{as_number.P['evolved']}, {as_number.G['evolved']} and {as_number.N['evolved']}, at the same error. "
        + (
            f"More whole by the rule: {'; '.join(whole)}."
            if whole
            else "By the rule, of no arm can it be said that it is more whole."
        )
        + (f" Gamed: {'; '.join(gamed)}." if gamed else "")
    ),
    "sharing": (
        f"the reuse of maps is {as_number.reuse[most]} in networks for {found[most].images} images, {as_number.reuse['one image each']} among networks that "
        f"never met, {as_number.reuse['untrained']} in untrained ones and {as_number.reuse['evolved']} in the evolved one. A unit that matters in one image "
        f"matters in {as_share.used[most]} of them, and in an untrained network in {as_share.used['untrained']}."
    ),
    "factors": (
        f"one factor moves {as_share.moved[most]} of the units ({as_share.moved['untrained']} in an untrained network, {as_share.moved['evolved']} in the "
        f"evolved one). The alignment of units with factors is {as_number.alignment[most]} (untrained {as_number.alignment['untrained']}, evolved "
        f"{as_number.alignment['evolved']})."
    ),
    "late": f"{grokked} of {long_runs} runs grok, by the rule." if long_runs else "planned, but not made yet.",
}

# %% tags=["remove-input"]
book.say(
    "- **Mushrooms that were never shown**: {unseen}\n- **Inside**: {inside}\n- **Sharing**: {sharing}\n- **Factors**: {factors}\n"
    "- **Twenty times as long**: {late}",
    **sentences,
)

# %% tags=["remove-input"]
book.table(
    ["expected beforehand", "what came"],
    [
        [
            "a unit matters in more than nine tenths of the images, and nearly so in untrained networks",
            f"{as_share.used[most]}; untrained {as_share.used['untrained']}",
        ],
        [
            "reuse grows with the number of images",
            "; ".join(
                f"{found[arm].images}: {as_number.reuse[arm]}"
                for arm in sorted(told, key=lambda arm: found[arm].images)
                if arm in middle.index
            ),
        ],
        [
            "2 to 8 images: unseen ones are drawn worse than the nearest image shown",
            "; ".join(
                f"{found[arm].images}: × {float((own.unseen / own.nearest).median()):.2f}"
                for arm in sorted(told, key=lambda arm: found[arm].images)
                for own in [table[(table.kind == arm) & (table.status == "reached")]]
            ),
        ],
        [
            "32 images: better than all three guesses; shuffled never",
            "; ".join(
                f"{arm}: {one.better:.0f} of {one.runs}"
                for arm, one in found.items()
                if one.images == 32 and np.isfinite(one.better)
            ),
        ],
        [
            "with 32 images P closes a quarter of the gap, G and N do not both; one-hot less",
            "; ".join(
                f"{arm}: " + ", ".join(f"{name} {studies.shown(one.shares[name])}" for name in ("P", "G", "N"))
                for arm, one in found.items()
                if one.images == 32 and one.coding != "shuffled factors"
            ),
        ],
        [
            "one factor moves nearly all units; alignment as in untrained networks",
            f"{as_share.moved[most]}; {as_number.alignment[most]} against {as_number.alignment['untrained']}",
        ],
        ["no grokking", sentences["late"]],
    ],
)

# %% [markdown]
# ## What this does not show
#
# - What is said above rests on the rows that there are, and the head of the page says how many: an arm with fewer than three runs is seen, and not judged.
# - **One family of images**, of 64, from one small genome. What is learnt of six factors of mushrooms may not be learnt of anything else.
# - The factors are handed over. Networks that get one input for each image must find them; whether they *could* draw another mushroom cannot be asked of them here.
# - Networks are trained on 32 pixels a side and at an early mark: one sees what is drawn, but it is no perfect copy.
# - Networks of one image each get the same pixels a step over all of them together, so each sees fewer, in twice as many steps. They are compared at the same error.
# - The code goes in at the bottom, so a factor can move all that lies above. The evolved network's factors are weights further up. That one moves fewer units is
#   in part that.
# - Five seeds, three for long runs; after correction for how often was asked hardly anything can be below .05.
#
# ## Checks

# %%
assert not (strict.status == "failed").any()
assert (strict[strict.status == "reached"].error <= strict[strict.status == "reached"].mark).all()
assert (table[table.kind == "evolved"].error < 1e-12).all() and (table[table.kind == "evolved"].unseen < 1e-12).all()
assert errors["shown"] < guesses["never shown"]["mean"]
assert not set(usual) & set(long) and usual
book.record(
    out,
    rows=len(strict),
    missing=missing,
    answers={one.arm: [one.generalises, one.shares_units, one.inside] for one in found.values()},
    ratio=ratio,
    live={**errors, **guesses["never shown"]},
    **sentences,
)
