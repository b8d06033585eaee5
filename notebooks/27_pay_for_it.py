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
# # Pay for it
#
# **Claim.** Fracture has a price: a network whose inside is in pieces generalizes worse, is a worse place to create from, and learns on worse. *(Paper,
# section 5, as a conjecture.)*
#
# It is the reason to care at all, so it is asked here of networks that draw one and the same picture: the evolved network, and its twins by
# gradient descent. All get new pictures to learn, in part or in whole, and all get children. Who is better at what? And do the measures of
# [fracture](16_measure_fracture) foretell it?

# %% tags=["parameters"]
study = "consequences"  # the published rows that are shown
subject_name = "mushroom"  # the subject of what is made for this page
seed = 0  # of the twin, the tasks and the children that are made for this page
shown = 8  # children of each that are shown
within = 1.25  # a run whose error is at most so many times the mark counts as being at it
out = "build/out/27_pay_for_it"  # where this notebook leaves its results

# %%
import numpy as np

from fer_utils import book, controls, plotting, statistics, studies
from fer_utils.studies import breeding, consequences, looks, tasks, tuning

plan = studies.study_named(study)
table = studies.near_mark(studies.published_rows(study), within=within)
subjects = [name for name in plan.marks if name in set(table.image)]
made, missing = plan.made(table), plan.missing(table)
at_mark = table[table.status == "reached"]
compared = [arm for arm in made if arm in set(at_mark.kind)]

# %% tags=["remove-input"]
book.say("> **In this build:** {origin}", origin=studies.origin(plan, table))

# %% [markdown]
# ## New pictures to learn
#
# A fair task favours nobody, and there is none: what evolution would have tried next is at home in the evolved network, what a twin's weights turn into is at
# home in the twin. So tasks come from both, and from a third place: the picture moved, stretched, turned, bent or
# recoloured, which is nobody's mutant. Each is equally far from the picture of the network that it was made from.

# %%
subject = studies.subject_of(subject_name, plan.marks[subject_name])
made_twin = consequences.trained_well(subject, seed, steps=consequences.STEPS)
errors = studies.path_errors(made_twin.path, subject.target)
twin = made_twin.path[studies.first_at(errors, subject.mark)[0]]
given = {source: consequences.tasks_of(subject, source, seed)[0] for source in consequences.SOURCES}
origins = {"evolved": subject.network, "twin": twin, "edit": subject.network}
distances = [
    float(looks.apart(task.target[None], origins[source].image(subject.size)[None])[0, 0])
    for source, task in given.items()
]

# %% mystnb={"image": {"alt": "The old picture, the twin's copy of it, and three tasks: a mutant of the evolved network, a mutant of the twin, and an edit."}}
plotting.pictures(
    [subject.network.image(128), twin.image(128), *[task.target for task in given.values()]],
    ["evolved", "its twin", "evolved network's mutant", "twin's mutant", f"edit: {given['edit'].name}"],
)

# %% [markdown]
# ## Generalization: what is not shown
#
# Each network is trained on a part of the task, until it draws that part to the mark. How far off is it on the part that it never saw? Here it happens for
# the edit without its right half.

# %%
every = np.ones(len(twin.flat()), dtype=bool)
own = controls.movable_weights(subject.network)
half = tasks.shown_pixels("right half", subject.size, seed=seed)
hidden = np.setdiff1d(np.arange(subject.size**2), half)
goal = given["edit"].target
tuned = [
    tuning.tune(one, goal, movable=movable, until=subject.mark, steps=consequences.BUDGET, shown=half)
    for one, movable in [(subject.network, own), (twin, every)]
]
off = [float(((one.network.image(subject.size) - goal) ** 2).reshape(-1, 3)[hidden].mean()) for one in tuned]
part = np.where(np.arange(subject.size)[None, :, None] < subject.size // 2, goal, 0.5)

# %% mystnb={"image": {"alt": "The edit, its shown left half, and what the evolved network and the twin make of it after learning that half."}}
plotting.pictures(
    [goal, part, tuned[0].network.image(128), tuned[1].network.image(128)],
    ["the task", "what is shown", "evolved", "its twin"],
    captions=[
        "",
        "the rest is hidden",
        *[f"hidden {error:.1e}, shown {one.error:.1e}" for error, one in zip(off, tuned, strict=True)],
    ],
)

# %% [markdown]
# All runs: the error on hidden pixels, for each source of tasks (geometric mean over the three masks: right half, lower half, nine tenths).

# %% mystnb={"image": {"alt": "Error on hidden pixels by arm, for mutants of the evolved network, mutants of the twin and edits, one dot a network, both pictures together."}}
generalization = {
    "evolved's mutant": "hidden_evolved",
    "twin's mutant": "hidden_twin",
    "edit": "hidden_edit",
    "beyond the frame": "outside",
}
plotting.dot_groups(
    {
        title: {arm: at_mark[at_mark.kind == arm][name].to_numpy() for arm in compared}
        for title, name in list(generalization.items())[:3]
    },
    log=list(generalization)[:3],
)

# %% tags=["remove-input"]
book.table(
    ["arm", "picture", "runs", *[f"edit, {mask} hidden" for mask in tasks.MASKS], "beyond the frame"],
    [
        [
            arm,
            name,
            len(rows),
            *[f"{rows[f'hidden_edit_{consequences.SHORT[mask]}'].median():.1e}" for mask in tasks.MASKS],
            f"{rows.outside.median():.1e}",
        ]
        for arm in made
        for name in subjects
        for rows in [table[(table.kind == arm) & (table.image == name)]]
        if len(rows)
    ],
)

# %% [markdown]
# Medians over seeds. Beyond the frame the evolved network is its own judge: its 0 says nothing, and only the others can be held against each other.
#
# ## Creativity: what children look like
#
# Weights move at random, so far that the median child of either network is equally far from its parent. Here are the first children of both, none chosen.

# %%
parents = [(subject.network, own), (twin, every)]  # each with the weights that it may move
steps = [breeding.even_step(one, movable, seed=seed) for one, movable in parents]
broods = [
    breeding.brood(one, movable, step=step, count=40, seed=seed)
    for (one, movable), step in zip(parents, steps, strict=True)
]
drawn = [
    breeding.children(one, movable, step=step, count=shown, seed=seed, size=64)
    for (one, movable), step in zip(parents, steps, strict=True)
]

# %% mystnb={"image": {"alt": "Children of the evolved network, each marked where it looks like a picture by the rule."}}
plotting.pictures(
    list(drawn[0]),
    ["evolved's children", *[""] * (shown - 1)],
    captions=["a picture" if like else "–" for like in broods[0].like[:shown]],
    columns=shown,
    width=7.2,
)

# %% mystnb={"image": {"alt": "Children of the trained twin, each marked where it looks like a picture by the rule."}}
plotting.pictures(
    list(drawn[1]),
    ["twin's children", *[""] * (shown - 1)],
    captions=["a picture" if like else "–" for like in broods[1].like[:shown]],
    columns=shown,
    width=7.2,
)

# %% tags=["remove-input"]
book.say(
    "Of 40 children of each, {like_evolved:.0%} of the evolved network's and {like_twin:.0%} of the twin's look like a picture, by a rule that knows only the pictures: their "
    "contrast, variation, compressed size and coarseness must lie where those of the pictures lie that had been bred for this book when the rule was made. Different from the parent and from each "
    "other are {kept_evolved} and {kept_twin}. A single weight's move is {ratio:.0f} times as large in the evolved network: few weights must do what many do.",
    like_evolved=broods[0].like.mean(),
    like_twin=broods[1].like.mean(),
    kept_evolved=len(broods[0].kept),
    kept_twin=len(broods[1].kept),
    ratio=steps[0] / steps[1],
)

# %% [markdown]
# All runs: different pictures that look like one, among 40 children with even steps, with one weight moved, with equal steps for all; and in eight generations of 20,
# the newest chosen.

# %% mystnb={"image": {"alt": "Number of different picture-like children by arm, under four ways of breeding, one dot a network, both pictures together."}}
creativity = {
    "even steps": "distinct_even",
    "one weight": "distinct_one",
    "plain steps": "distinct_plain",
    "8 generations": "novelty_even",
}
plotting.dot_groups(
    {
        title: {arm: at_mark[at_mark.kind == arm][name].to_numpy() for arm in compared}
        for title, name in creativity.items()
    }
)

# %% [markdown]
# ## Learning on: what a new picture costs
#
# Steps to the mark for each kind of task. What was not there within the budget counts as the budget.

# %% mystnb={"image": {"alt": "Steps to the mark by arm for three kinds of task, and the mean over the second to fifth of five tasks in a row."}}
learning = {
    "evolved's mutant": "steps_evolved",
    "twin's mutant": "steps_twin",
    "edit": "steps_edit",
    "2nd–5th in a row": "rest",
}
plotting.dot_groups(
    {
        title: {arm: at_mark[at_mark.kind == arm][name].to_numpy() for arm in compared}
        for title, name in learning.items()
    }
)

# %% tags=["remove-input"]
book.table(
    [
        "arm",
        "tasks reached of 5",
        *[f"task {number}" for number in range(1, 6)],
        "steps back",
        "error on the first",
        "change beside an edit",
    ],
    [
        [
            arm,
            f"{rows.reached.mean():.1f}",
            *[f"{rows[f'steps_{number}'].median():.0f}" for number in range(1, 6)],
            f"{rows.back.median():.0f}",
            f"{rows['first'].median():.1e}",
            f"{rows.beside_edit.median():.1e}" if rows.beside_edit.notna().any() else "–",
        ]
        for arm in made
        for rows in [table[table.kind == arm]]
    ],
)

# %% [markdown]
# Medians over seeds and pictures. The five tasks come from the three sources in turn. "Change beside an edit": how much changed where the task changes nothing.
#
# ## Against plain training

# %%
found = studies.compare(at_mark, plan.baseline, list(consequences.OUTCOMES), ratios=consequences.RATIOS)
named = {(one.arm, one.measure): one for one in found}
rivals = [arm for arm in compared if arm != plan.baseline]
cells = {
    key: (
        f"× {np.exp(one.change):.2g}"
        if one.measure in consequences.RATIOS
        else f"{one.change:+.0%}"
        if one.measure.startswith("like")
        else f"{one.change:+.0f}"
    )
    + studies.stars(one.p_value, one.corrected)
    for key, one in named.items()
}

# %% tags=["remove-input"]
book.table(
    ["outcome", "better is", f"{plan.baseline} (median)", *rivals],
    [
        [
            f"`{outcome}`",
            "more" if outcome.startswith(("distinct", "novelty", "like")) else "less",
            str(statistics.interval(at_mark[at_mark.kind == plan.baseline][outcome])),
            *[cells[arm, outcome] for arm in rivals],
        ]
        for outcome in consequences.OUTCOMES
    ],
)

# %% [markdown]
# \* *p* < .05 before correction, \*\* after it (Holm, over the whole table; permutation of labels within each picture). Errors and changes as ratios, counts, shares and steps as differences. The
# names are those of the table's columns, which `fer_utils.studies.consequences` explains.
#
# ## Do the measures foretell it?
#
# Spearman's correlation of P, G, N and S with each outcome: first over all networks (an evolved network once a picture), then, after the stroke, within origins.

# %%
measures = ["P", "G", "N", "S"]
related = {
    (one.measure, one.outcome, one.groups): one
    for one in studies.relations(at_mark, measures, list(consequences.OUTCOMES))
}
starred = {
    key: "–" if not np.isfinite(one.rho) else f"{one.rho:+.2f}" + ("\\*" if one.p_value < 0.05 else "")
    for key, one in related.items()
}
counts = {groups: max(one.count for one in related.values() if one.groups == groups) for groups in ("across", "within")}
chance = sum(np.isfinite(one.rho) for one in related.values() if one.groups == "within") * 0.05
hits = [one for one in related.values() if one.groups == "within" and one.p_value < 0.05]
hits_across = [one for one in related.values() if one.groups == "across" and one.p_value < 0.05]
too_few = counts["within"] < 12
verdict = (
    ". **With so few networks this decides nothing**, whatever the numbers look like: in a handful of networks ranks agree by luck"
    if too_few
    else f", where chance alone gives about {chance:.0f}"
)
asked_within = sum(np.isfinite(one.rho) for one in related.values() if one.groups == "within")

# %% tags=["remove-input"]
book.table(
    ["outcome", *measures],
    [
        [
            f"`{outcome}`",
            *[f"{starred[name, outcome, 'across']} / {starred[name, outcome, 'within']}" for name in measures],
        ]
        for outcome in consequences.OUTCOMES
    ],
)

# %% tags=["remove-input"]
book.say(
    "\\* *p* < .05, uncorrected, by exchange within groups; {across} networks across, at most {within} within. **Across origins everything that tells origins apart goes with everything "
    "else that does**, so only the second number of each pair can be evidence. There {hits} of {asked} correlations are starred{verdict}.",
    across=counts["across"],
    within=counts["within"],
    hits=len(hits),
    asked=asked_within,
    verdict=verdict,
)

# %% [markdown]
# ## What we saw

# %%
best = {
    outcome: {arm: at_mark[at_mark.kind == arm][outcome].median() for arm in compared}
    for outcome in consequences.OUTCOMES
}
evolved = {outcome: named["evolved", outcome] for outcome in consequences.OUTCOMES}
less = [name for name in consequences.OUTCOMES if not name.startswith(("distinct", "novelty", "like"))]
gains = [name for name, one in evolved.items() if one.p_value < 0.05 and (one.change < 0) == (name in less)]
losses = [name for name, one in evolved.items() if one.p_value < 0.05 and (one.change < 0) != (name in less)]
even = [name for name in consequences.OUTCOMES if name not in [*gains, *losses]]

# %% tags=["remove-input"]
book.say(
    "- **Each is at home with its own, and abroad neither rules.** What one gains on its own mutants it loses on the other's, in learning and on hidden pixels alike.\n"
    "- **Learning on**: for its own mutants the evolved network needs {home:.0f} steps and the twin {home_twin:.0f} (medians); for "
    "the twin's mutants {abroad:.0f} and {abroad_twin:.0f}; for edits {edit:.0f} and {edit_twin:.0f}, of {budget} at most.\n"
    "- **Hidden pixels**: the evolved network's error is × {h_evolved:.2g} that of the twin for its own mutants, × {h_twin:.2g} for the twin's, × {h_edit:.2g} for edits.\n"
    "- **Children**: with even steps {like:.0%} of the evolved network's look like a picture, and {like_twin:.0%} of the twin's; different ones are {distinct:.0f} and {distinct_twin:.0f} of "
    "40. With plain steps {plain:.0f} and {plain_twin:.0f}. In eight generations of 20: {novel:.0f} and {novel_twin:.0f} of 160, the most "
    "that there can be. The twin's children differ more, the evolved network's survive larger steps.\n"
    "- Of {asked} outcomes, before any correction, the evolved network is better in {gains} ({gains_named}), worse in {losses} ({losses_named}), and not to be told apart in {even}.",
    home=best["steps_evolved"]["evolved"],
    home_twin=best["steps_evolved"][plan.baseline],
    abroad=best["steps_twin"]["evolved"],
    abroad_twin=best["steps_twin"][plan.baseline],
    edit=best["steps_edit"]["evolved"],
    edit_twin=best["steps_edit"][plan.baseline],
    budget=consequences.BUDGET,
    h_evolved=np.exp(evolved["hidden_evolved"].change),
    h_twin=np.exp(evolved["hidden_twin"].change),
    h_edit=np.exp(evolved["hidden_edit"].change),
    like=best["like_even"]["evolved"],
    like_twin=best["like_even"][plan.baseline],
    distinct=best["distinct_even"]["evolved"],
    distinct_twin=best["distinct_even"][plan.baseline],
    plain=best["distinct_plain"]["evolved"],
    plain_twin=best["distinct_plain"][plan.baseline],
    novel=best["novelty_even"]["evolved"],
    novel_twin=best["novelty_even"][plan.baseline],
    asked=len(consequences.OUTCOMES),
    gains=len(gains),
    gains_named=", ".join(gains) or "none",
    losses=len(losses),
    losses_named=", ".join(losses) or "none",
    even=len(even),
)

# %% tags=["remove-input"]
longer = "SGD, dense, 8,000 steps"
free = "evolved, every slot free"
not_yet = "not made yet"
book.table(
    ["expected beforehand", "what came"],
    [
        [
            "the evolved network is quickest for its own mutants, and fails where the twin succeeds",
            "steps "
            + "; ".join(
                f"{title}: {best[name]['evolved']:.0f} against {best[name][plan.baseline]:.0f}"
                for title, name in list(learning.items())[:3]
            ),
        ],
        [
            "with every slot free it learns edits at least as well as the twin",
            f"{best['steps_edit'][free]:.0f} against {best['steps_edit'][plan.baseline]:.0f} steps"
            if free in compared
            else not_yet,
        ],
        [
            "with even steps more of its children look like pictures, and more are different",
            f"{best['like_even']['evolved']:.0%} against {best['like_even'][plan.baseline]:.0%}; "
            f"{best['distinct_even']['evolved']:.0f} against {best['distinct_even'][plan.baseline]:.0f}",
        ],
        [
            "the twin changes more beside the task",
            f"evolved × {np.exp(evolved['beside_edit'].change):.2g} (p {evolved['beside_edit'].p_value:.3f})",
        ],
        [
            "later tasks in a row are not slower",
            "; ".join(
                f"{arm}: {table[table.kind == arm].steps_1.median():.0f}, then {table[table.kind == arm].rest.median():.0f}"
                for arm in made
            ),
        ],
        [
            "within an origin the measures say little",
            f"{len(hits)} of {asked_within} starred, from at most {counts['within']} networks"
            + (": cannot be said" if too_few else ""),
        ],
        [
            "a longer trained twin is better at everything but beyond the frame",
            f"hidden, edits {best['hidden_edit'][longer]:.1e} against {best['hidden_edit'][plan.baseline]:.1e}; steps {best['steps_edit'][longer]:.0f} against "
            f"{best['steps_edit'][plan.baseline]:.0f}; different children {best['distinct_even'][longer]:.0f} against {best['distinct_even'][plan.baseline]:.0f}"
            if longer in compared
            else not_yet,
        ],
    ],
)

# %% [markdown]
# ## What this does not show
#
# - **Small pictures, and few**: the head of the page says which. They were bred by the very rules whose mutants make a third of the tasks.
# - The evolved network starts without any error, the twin at the mark: it begins each task a little nearer. A longer trained twin shows how much of a
#   difference that makes, where it is in the table.
# - **Freedom and origin are mixed up** in "evolved": only its few connections move. "Every slot free" takes that apart for learning; in breeding, few weights are
#   part of what an evolved network is.
# - Symmetry is built into the evolved mushroom. That it foretells the right half from the left is true, and says nothing of how it was found.
# - With one picture and five seeds no *p* can stay below .05 after correction: single stars are all that can come, and effects of this size are what they rest on.
# - A rule about contrast and coarseness is no eye. It tells pictures from noise, and not a good picture from a dull one.
# - Only weights move. Evolution also adds nodes and connections; a dense network cannot, and it was left out for both.
# - A network of this kind draws one picture, so what is called forgetting here is what learning another picture means.
#
# ## Checks

# %%
assert not (table.status == "failed").any()
assert {"evolved", plan.baseline} <= set(compared)
# What is said above in fixed words.
assert evolved["hidden_evolved"].change < 0 < evolved["hidden_twin"].change
assert evolved["steps_evolved"].change < 0 < evolved["steps_twin"].change
assert evolved["distinct_even"].change < 0 < evolved["like_plain"].change
assert all(abs(distance / tasks.CHANGE - 1) <= tasks.WITHIN + 0.01 for distance in distances)
assert (at_mark[at_mark.kind == "evolved"].outside == 0).all()
again = studies.consequences_of(subject.network, subject, seed, parts=["generalizing"])
known = at_mark[(at_mark.kind == "evolved") & (at_mark.image == subject_name) & (at_mark.seed == seed)]
assert len(known) == 0 or abs(np.log(again["hidden_evolved"] / known.hidden_evolved.iloc[0])) < 0.7
book.record(
    out,
    rows=len(table),
    missing=missing,
    subjects=" and ".join(subjects),
    outcomes=len(consequences.OUTCOMES),
    medians={
        f"{outcome}, {arm}": value
        for outcome, ones in best.items()
        for arm, value in ones.items()
        if np.isfinite(value)
    },
    steps_home=best["steps_evolved"]["evolved"],
    steps_home_twin=best["steps_evolved"][plan.baseline],
    steps_abroad=best["steps_twin"]["evolved"],
    steps_abroad_twin=best["steps_twin"][plan.baseline],
    steps_edit=best["steps_edit"]["evolved"],
    steps_edit_twin=best["steps_edit"][plan.baseline],
    hidden_home=float(np.exp(evolved["hidden_evolved"].change)),
    hidden_abroad=float(np.exp(evolved["hidden_twin"].change)),
    hidden_edit=float(np.exp(evolved["hidden_edit"].change)),
    like=100 * best["like_even"]["evolved"],
    like_twin=100 * best["like_even"][plan.baseline],
    distinct=best["distinct_even"]["evolved"],
    distinct_twin=best["distinct_even"][plan.baseline],
    novel=best["novelty_even"]["evolved"],
    novel_twin=best["novelty_even"][plan.baseline],
    gains=len(gains),
    losses=len(losses),
    starred_within=len(hits),
    asked_within=asked_within,
    within_networks=counts["within"],
    plain=best["distinct_plain"]["evolved"],
    plain_twin=best["distinct_plain"][plan.baseline],
)
