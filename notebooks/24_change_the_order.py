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
# # Change the order
#
# **Claim.** It could be the *order* of learning that makes a representation whole. Evolution finds the simple regularities first, while its network is still
# small, and builds on them; gradient descent meets everything at once, in a network that has its full size from the first step. *(Paper, sections 6 and 7, which ask
# what the order and complexification have to do with it.)*
#
# So here gradient descent is given a history. It is led through the pictures that the evolved one descends from, or its network grows on the way, or
# both. And each of these has its null: pictures of *another* family, the same pictures backwards, or the same cuts in training with no other picture at all.
# As in [the chapter before](23_search_or_sparsity), networks are compared **at one error**.

# %% tags=["parameters"]
study = "order"  # the published rows that are shown
subject_name = "mushroom"  # the subject of the run that is made for this page
live = "ancestors"  # the arm that is made for this page
seed = 0  # of that run
out = "build/out/24_change_the_order"  # where this notebook leaves its results

# %%
import numpy as np

from fer_utils import book, garden, plotting, statistics, studies
from fer_utils.studies import ordering

plan = studies.study_named(study)
table = studies.published_rows(study)
subjects = {name: studies.subject_of(name, mark) for name, mark in plan.marks.items()}
measures = ["P", "G", "N", "S"]
made, missing = plan.made(table), plan.missing(table)
seeds = table[table.kind != "evolved"].groupby(["kind", "image"]).size()
trained = table[(table.status == "reached") & (table.kind != "evolved")]
loose = int((trained.error <= 0.5 * trained.mark).sum())  # networks that overshot the mark by half

# %% tags=["remove-input"]
book.say("> **In this build:** {origin}", origin=studies.origin(plan, table, how=f"at most {ordering.STEPS:,} steps"))

# %% [markdown]
# ## The lessons
#
# A run has five stages: four lessons for half of the steps, then the picture itself for the other half. In every stage the optimiser begins afresh, and its
# rate falls to zero. Read each row from left to right; the last column is what is to be drawn in the end.

# %% mystnb={"image": {"alt": "Four rows of five pictures: four ancestors of the mushroom and the mushroom; the mushroom at 4, 8, 16 and 32 pixels a side and whole; the same two rows for the tomato."}}
generations = {name: garden.ancestors(name, count=5)[1] for name in subjects}
plotting.pictures(
    [
        picture
        for one in subjects.values()
        for order in ["ancestors", "coarse"]
        for picture in [*ordering.lessons(one, order), one.target]
    ],
    [
        title
        for name in subjects
        for title in [
            *[f"generation {number}" for number in generations[name][:-1]],
            name,
            *[f"{side} pixels a side" for side in ordering.SIDES],
            name,
        ]
    ],
    columns=5,
)

# %% [markdown]
# The **sham** is the same kind of history, of another picture: all were bred by eye, in other sessions. Each seed has one of five.

# %% mystnb={"image": {"alt": "Five rows of four pictures: ancestors of the jester, the moth, the fish, the clown and the sunset, from simple ones on the left to richer ones on the right."}}
plotting.pictures(
    [
        picture
        for number in range(len(ordering.SHAMS))
        for picture in ordering.lessons(subjects[subject_name], "sham", seed=number)
    ],
    [f"of the {name}, lesson {lesson}" for name in ordering.SHAMS for lesson in range(1, 5)],
    columns=4,
)

# %%
away = {
    (name, order): [float(((picture - one.target) ** 2).mean()) for picture in pictures]
    for name, one in subjects.items()
    for order, pictures in [
        ("ancestors", ordering.lessons(one, "ancestors")),
        (
            "sham",
            [p for number in range(len(ordering.SHAMS)) for p in ordering.lessons(one, "sham", seed=number)],
        ),
        ("coarse to fine", ordering.lessons(one, "coarse")),
        ("only the last four", ordering.lessons(one, "last ancestors")),
    ]
}

# %% tags=["remove-input"]
book.table(
    [
        "lessons",
        *[f"how far from the {name}, in the mean" for name in subjects],
        *[f"the last lesson ({name})" for name in subjects],
    ],
    [
        [
            order,
            *[f"{np.mean(away[name, order]):.3f}" for name in subjects],
            *[f"{away[name, order][-1]:.3f}" if order != "sham" else "–" for name in subjects],
        ]
        for order in dict.fromkeys(order for _, order in away)
    ],
)

# %% [markdown]
# Mean squared difference, in the units of the mark.

# %% tags=["remove-input"]
book.say(
    "Pixel by pixel, the ancestors are {ratios} times as far from the picture as the strangers are: a lineage does not walk straight towards what it will be "
    "([chapter 21](21_paths_to_an_image)).",
    ratios=" and ".join(
        f"{np.mean(away[name, 'ancestors']) / np.mean(away[name, 'sham']):.1f} ({name})" for name in subjects
    ),
)

# %% [markdown]
# ## Growing without a jolt
#
# A *growing* network begins with a fifth of the layers and of each kind of neuron, and gets the next fifth at every stage. New neurons listen through random weights, but nothing listens to
# them yet; a new layer carries the three outputs on through three neurons that pass a value as it is. So growth itself changes nothing:

# %% tags=["remove-input"]
book.table(
    ["picture", "stage", "layers", "neurons in a layer", "weights", "outputs change by"],
    [
        [
            name,
            str(stage),
            str(one.architecture.depth),
            str(one.architecture.width),
            f"{one.architecture.weight_count:,}",
            f"{one.change:.0e}" if stage > 1 else "–",
        ]
        for name, subject in subjects.items()
        for stage, one in enumerate(ordering.growths(subject.network.architecture), start=1)
    ],
)

# %% [markdown]
# ## Who gets there at all?

# %% tags=["remove-input"]
counted = {
    name: [
        [
            arm,
            f"{len(good)} of {len(rows)}",
            f"{(good.error / good.mark).median():.2f}" if len(good) else "missed",
            f"{good.step.median():,.0f}" if len(good) else "–",
            f"{good.weights.median():,.0f}" if len(good) else "–",
            *[str(statistics.interval(good[key])) if good[key].notna().any() else "–" for key in measures],
        ]
        for arm in made
        for rows in [table[(table.kind == arm) & (table.image == name)]]
        for good in [rows[rows.status == "reached"]]
        if len(rows)
    ]
    for name in subjects
}
heads = ["at the mark", "error ÷ mark", "steps", "weights", *measures]
book.table(["arm, mushroom", *heads], counted["mushroom"])

# %% tags=["remove-input"]
book.table(["arm, tomato", *heads], counted["tomato"])

# %% [markdown]
# Of the runs that came to the mark: medians, with bootstrap intervals (95 %) over seeds for the measures. *Steps* count from the very first, lessons included. Where a growing network has fewer *weights*, it came to the mark before it
# was fully grown, and was measured as it was then.

# %%
arrived = studies.arrivals(table, plan.baseline)
direct = table[table.kind == plan.baseline]
missed = table[table.status == "missed"]
grey = missed[missed.recipe.str.contains('"lost": "[ce]')]

# %% tags=["remove-input"]
book.table(
    ["arm", "at the mark", "p", "p, corrected"],
    [
        [plan.baseline, f"{(direct.status == 'reached').sum()} of {len(direct)}", "–", "–"],
        *[[one.arm, f"{one.reached} of {one.runs}", f"{one.p_value:.3f}", f"{one.corrected:.3f}"] for one in arrived],
    ],
)

# %% [markdown]
# Fisher's exact test against *SGD, direct*, both pictures together; corrected after Holm.
#
# ## At the mark
#
# One dot a network, only those that came to the mark; evolved first.

# %% mystnb={"image": {"alt": "P, G, N and S of all arms on the mushroom, one dot a network at the mark, the evolved network first."}}
plotting.dot_groups(studies.panels(table, "mushroom"), log=["N", "S"], unit=["P", "G"])

# %% mystnb={"image": {"alt": "The same for the tomato."}}
plotting.dot_groups(studies.panels(table, "tomato"), log=["N", "S"], unit=["P", "G"])

# %% [markdown]
# ## Against direct training
#
# "Gap closed" is how far an arm goes from *SGD, direct* (0 %) to *evolved* (100 %), at the same error. The verdicts follow the rule of [the league of remedies](25_mend_the_representation):
# an arm **helps** where P, G and N all close a quarter of the gap, **games** what it closes by half alone, and **hurts** where one moves away by a quarter.

# %%
judged = studies.verdicts(table, baseline=plan.baseline)
verdict = {one.arm: one for one in judged}

# %% tags=["remove-input"]
book.table(
    ["arm", "at the mark", *[f"{name}, gap closed" for name in measures], "verdict"],
    [
        [
            one.arm,
            f"{one.reached} of {one.runs}",
            *[
                studies.shown(one.shares[name]) + studies.stars(one.p_values[name], one.corrected[name])
                for name in measures
            ],
            f"**{one}**",
        ]
        for one in judged
    ],
)

# %% tags=["remove-input"]
book.table(
    ["arm", "measure", "Cliff's delta", "p", "p, corrected"],
    [
        [one.arm, one.measure, f"{one.delta:+.2f}", f"{one.p_value:.3f}", f"{one.corrected:.3f}"]
        for one in studies.compare(table[table.kind != "evolved"], plan.baseline, measures)
        if np.isfinite(one.p_value)
    ],
)

# %% [markdown]
# \* *p* < .05 before correction, \*\* after it (Holm, over the whole table; permutation of labels within each picture). A share leaves out a picture on which there is no gap to close.
#
# ## Against their own nulls
#
# Is it the lineage, the order, the growth, or only the cuts in training? Each arm against the one that differs from it in just that.

# %%
asked = studies.contrasts(table, ordering.CONTRASTS, measures)
of = {(one.arm, null, one.measure): one for null, one in asked}

# %% tags=["remove-input"]
book.table(
    ["arm", "against", "measure", "difference", "Cliff's delta", "p", "p, corrected"],
    [
        [
            one.arm,
            null,
            one.measure,
            f"× {np.exp(one.change):.2f}" if one.measure in "NS" else f"{one.change:+.2f}",
            f"{one.delta:+.2f}",
            f"{one.p_value:.3f}",
            f"{one.corrected:.3f}",
        ]
        for null, one in asked
    ],
)

# %% [markdown]
# ## One of them, made for this page
#
# What the network draws at the end of each stage, and how large it is then.

# %%
subject = subjects[subject_name]
arm = plan.arm(live)
run = arm.make(subject, seed, **arm.settings)
row = studies.row_of(arm, subject, seed, made=run)
known = table[(table.kind == live) & (table.image == subject_name) & (table.seed == seed)]
ends = ordering.ends(run, steps=arm.settings["steps"])

# %% mystnb={"image": {"alt": "What the network draws at the end of each stage of the run made for this page."}}
plotting.pictures(
    [network.image(128) for _, network in ends],
    [f"step {step:,}" for step, _ in ends],
    captions=[f"{network.architecture.depth} layers of {network.architecture.width}" for _, network in ends],
    columns=5,
)

# %% tags=["remove-input"]
book.table(
    ["", "status", "error", "steps", *measures],
    [
        [name, one["status"], f"{one['error']:.1e}", f"{one['step']:.0f}", *[f"{one[key]:.2f}" for key in measures]]
        for name, one in [("this page", row), *[("published", one) for _, one in known.iterrows()]]
    ],
)

# %% tags=["remove-input"]
book.say(
    "One run is no result, and this one may be a lucky one. The P of all published runs of *{arm}* on the {name}, from the least on: {values}.",
    arm=live,
    name=subject_name,
    values=", ".join(
        f"{value:.2f}" for value in sorted(table[(table.kind == live) & (table.image == subject_name)].P.dropna())
    ),
)

# %% [markdown]
# ## What we saw

# %%
reach = {arm: (int((rows.status == "reached").sum()), len(rows)) for arm, rows in table.groupby("kind", sort=False)}
tomato = {
    arm: (int((rows.status == "reached").sum()), len(rows))
    for arm, rows in table[table.image == "tomato"].groupby("kind", sort=False)
}
growing = [one.name for one in plan.arms if one.family == "growing" and one.name in verdict]
fixed = [one.name for one in plan.arms if one.family == "fixed" and one.name in verdict]
words = {word: [one.arm for one in judged if one.word == word] for word in dict.fromkeys(one.word for one in judged)}
usable = [one for one in judged if one.reached >= 3]
together = max(usable, key=lambda one: np.nan_to_num(min(one.shares[name] for name in ("P", "G", "N")), nan=-9))
least = min(together.shares[name] for name in ("P", "G", "N"))
helps, games, hurts, nothing, unsaid = [
    "; ".join(
        f"{one.arm} ({one})" if one.word == "games" or one.hint else one.arm for one in judged if one.word == word
    )
    or "none"
    for word in ["helps", "games", "hurts", "does nothing seen here", "cannot be said"]
]
by_picture = {
    name: ", ".join(
        f"{one.median:.2f}"
        for arm in ["ancestors", "sham", plan.baseline]
        for one in [studies.spread(table, arm, "P", image=name)]
        if one is not None
    )
    for name in subjects
}
stands = [(null, one) for null, one in asked if one.corrected < 0.05]
hinted = [(null, one) for null, one in asked if one.p_value < 0.05 <= one.corrected]
moves = [one for one in arrived if one.corrected < 0.05]

# %% tags=["remove-input"]
book.say(
    "- **Verdicts.** Helps: {helps}. Games the measure: {games}. Hurts: {hurts}. Does nothing seen here: {nothing}. Cannot be said: {unsaid}.\n"
    "- **The lineage.** Led through its ancestors, a fixed network beside one led through strangers: {lineage}. Picture by picture, the median P "
    "of ancestors, strangers and direct training: {pictures}. On growing networks: {lineage_growing}.\n"
    "- **The order.** The same ancestors from the last to the first: {order}.\n"
    "- **Growth.** Against the same cuts in training without growth: {growth}. Against a network that has three fifths of the size from the start: {size}.\n"
    "- **What survives correction** among these contrasts: {stands}. Below .05 only before correction: {hints}.\n"
    "- **Who gets there.** On the tomato {direct} of {direct_runs} direct runs come to the mark, {grown} of {grown_runs} of growing ones, {fixed} of "
    "{fixed_runs} of fixed ones in stages. {moves} Of {missed} runs that missed, {grey} end in grey "
    "or in a single colour, from which nothing pulls them back.\n"
    "- The arm whose *worst* headline measure is best is *{together}*: {least} of the gap.",
    helps=helps,
    games=games,
    hurts=hurts,
    nothing=nothing,
    unsaid=unsaid,
    lineage=studies.in_words(asked, "ancestors", "sham"),
    lineage_growing=studies.in_words(asked, "ancestors, growing", "sham, growing"),
    order=studies.in_words(asked, "ancestors", "ancestors, the last ones first"),
    growth=studies.in_words(asked, "growing", "direct, rate restarted"),
    pictures="; ".join(f"{name} {told}" for name, told in by_picture.items()),
    size=studies.in_words(asked, "growing", "direct, three fifths of the network"),
    hints="; ".join(f"{one.measure} of *{one.arm}* against *{null}*" for null, one in hinted) or "nothing",
    stands="; ".join(f"{one.measure} of *{one.arm}* against *{null}*" for null, one in stands) or "nothing",
    direct=tomato[plan.baseline][0],
    direct_runs=tomato[plan.baseline][1],
    grown=sum(tomato[arm][0] for arm in growing if arm in tomato),
    grown_runs=sum(tomato[arm][1] for arm in growing if arm in tomato),
    fixed=sum(tomato[arm][0] for arm in fixed if arm in tomato),
    fixed_runs=sum(tomato[arm][1] for arm in fixed if arm in tomato),
    moves="; ".join(
        f"*{one.arm}* differs from direct training in this, corrected p {one.corrected:.3f}" for one in moves
    ).capitalize()
    + "."
    if moves
    else "No arm differs from direct training in this once it is corrected.",
    missed=len(missed),
    grey=len(grey),
    together=together.arm,
    least=studies.shown(least),
)

# %% tags=["remove-input"]
book.table(
    ["expected beforehand", "what came"],
    [
        [
            f"{arm}: {expected}",
            f"{verdict[arm]}: " + ", ".join(f"{name} {studies.shown(verdict[arm].shares[name])}" for name in measures),
        ]
        for arm, expected in {
            "direct, rate restarted": "nothing changes",
            "ancestors": "nothing that can be seen in P, G and N",
            "coarse to fine": "N a quarter of the gap or more, P and G stay",
            "growing": "N goes down, P and G stay",
            "ancestors, growing": "nearest of all in N, less than half of the gap in P",
        }.items()
        if arm in verdict
    ]
    + [
        [f"*{arm}* do not differ from *{null}*", studies.in_words(asked, arm, null)]
        for arm, null in ordering.CONTRASTS
        if arm == "ancestors" and {arm, null} <= set(made)
    ]
    + [
        [
            f"*{arm}*: more runs come to the mark on the tomato",
            f"{tomato[arm][0]} of {tomato[arm][1]}, against {tomato[plan.baseline][0]} of {tomato[plan.baseline][1]}",
        ]
        for arm in ["growing"]
        if arm in tomato
    ]
    + [
        [
            f"*{arm}* come to the mark sooner than *ancestors*",
            "steps (median, picture by picture): "
            + " against ".join(
                " and ".join(f"{value:,.0f}" for value in rows[rows.status == "reached"].groupby("image").step.median())
                for kind in [arm, "ancestors"]
                for rows in [table[table.kind == kind]]
            ),
        ]
        for arm in ["ancestors, only the last four"]
        if arm in made
    ],
)

# %% [markdown]
# ## What this does not show
#
# - **Two pictures, both small, both ours, and one line of ancestors for each.** Seeds tell how sure a number is for these, not whether it holds for others.
# - The mark is an early one: one sees what is drawn, but it is no perfect copy, and what is learnt in a lesson may be worn away by longer training.
# - Runs with lessons have had more steps when they come to the mark than direct ones. N and S may grow with every step, so that speaks against the lessons, not for them.
# - Four lessons of 375 steps are one way of cutting a lineage of forty generations. A lesson is left when its time is up, learnt or not.
# - Our growth adds layers at the top, and neurons of all kinds at once. NEAT adds one neuron inside one link, and selection decides whether it stays.
# - Between two looks at a path the error may fall by more than half: see the count below.
# - An arm that misses the mark is not compared, so arms that let only easy seeds arrive look better than they are: see who gets there, above.
#
# %% tags=["remove-input"]
book.say(
    "{loose} of the {all} networks that came to the mark were measured at less than half of it.",
    loose=loose,
    all=len(trained),
)

# %% [markdown]
# ## Checks

# %%
assert not (table.status == "failed").any()
assert (table[table.status == "reached"].error <= table[table.status == "reached"].mark).all()
assert loose < 0.05 * len(trained)
assert max(one.change for subject in subjects.values() for one in ordering.growths(subject.network.architecture)) < 1e-9
assert len(judged) == len(made) - 2 and sum(map(len, words.values())) == len(judged)
assert len(known) == 0 or row["status"] == known.status.iloc[0]
assert len(known) == 0 or abs(np.log(row["N"] / known.N.iloc[0])) < 0.5
book.record(
    out,
    rows=len(table),
    missing=missing,
    least_seeds=int(seeds.min()),
    verdicts={one.arm: str(one) for one in judged},
    shares={
        f"{one.arm}, {name}": one.shares[name] for one in judged for name in measures if np.isfinite(one.shares[name])
    },
    lineage=studies.in_words(asked, "ancestors", "sham"),
    by_picture="; ".join(f"{name} {told}" for name, told in by_picture.items()),
    order=studies.in_words(asked, "ancestors", "ancestors, the last ones first"),
    growth=studies.in_words(asked, "growing", "direct, rate restarted"),
    together=together.arm,
    least=studies.shown(least),
    helps=helps,
    games=games,
    hurts=hurts,
    nothing=nothing,
    not_made="; ".join(missing) or "none",
    stands="; ".join(f"{one.measure} of {one.arm} against {null}" for null, one in stands) or "nothing",
    hints="; ".join(f"{one.measure} of {one.arm} against {null}" for null, one in hinted) or "nothing",
    unsaid=unsaid,
)
