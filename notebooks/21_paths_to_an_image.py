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
# # Paths to an image
#
# **Claim.** Two roads lead to the same picture. Gradient descent comes closer with every look; breeding passes through pictures
# that are things of their own, turns away, is surprised, and could not have known where it would end. *(Paper: figures 3, 8, 10
# and 17.)*
#
# The paper's genomes came to us without their ancestors. The pictures bred for this book have all of theirs on record, so here both
# roads can be walked, and what is said of them can be counted.

# %% tags=["parameters"]
bred = ["jester", "mushroom", "tomato"]  # pictures of the garden whose two roads are shown
trees = ["mushroom", "moth"]  # sessions whose family trees are drawn
stops = 6  # ancestors shown on each road
symmetric = 0.99  # share of a picture's variance that its mirror image shares, from which it counts as symmetric
train_size = 128  # side of the twins' target in pixels, where none is published
steps = 3000  # of training, where none is published
seeds = [0]
twins = "published"  # or "build": the ones trained in this build
shown_pairs = 6  # surprising pairs that are shown
out = "build/out/21_paths_to_an_image"  # where this notebook leaves its results

# %%
import numpy as np

import fer_utils as fer
from fer_utils import book, evolution, garden, measuring, plotting, statistics, training
from fer_utils.garden import lines

subjects = {name: book.subject(name) for name in bred}
evolved = {name: fer.layerize(one.genome) for name, one in subjects.items()}
recipe = training.recipe_for(bred[0])
runs = {
    name: book.twins(
        subjects[name], net.architecture, recipe.variant(steps=steps, size=train_size), seeds=seeds, which=twins
    )
    for name, net in evolved.items()
}
first = {name: min(found, key=lambda run: run.seed) for name, found in runs.items()}
all_lines = lines.lines()
by_eye = [line for line in all_lines if line.chooser == "eye"]

# %% tags=["remove-input"]
book.say(
    "> **In this build:** {count} pictures of the garden, {eye} of them bred by eye. {twins}",
    count=len(all_lines),
    eye=len(by_eye),
    twins=book.describe(list(first.values())),
)

# %% [markdown]
# ## The road of breeding, played
#
# Every frame is a picture that was chosen. Drag to stop and look.

# %% tags=["remove-input"]
ancestors = {name: garden.ancestors(name) for name in bred}
book.loop(
    {
        name: {number: genome.image(96) for genome, number in zip(*found, strict=True)}
        for name, found in ancestors.items()
    },
    alt="the ancestors of a bred picture, one generation after the other",
    label="Generation",
    said={number: f"generation {number}" for _, numbers in ancestors.values() for number in numbers},
)

# %% [markdown]
# ## Two roads, side by side
#
# Above, ancestors at even distances; below, what the twin drew at steps of its training. P, G and N are
# [the measures of fracture](16_measure_fracture.ipynb) of the very network above them: how much units mix symmetry with its
# opposite, in their own basis and in any; and in how many ways single weights move the picture.

# %%
places = {
    name: np.unique(np.linspace(0, len(found[0]) - 1, stops).round().astype(int)) for name, found in ancestors.items()
}
bred_nets = {name: [fer.layerize(ancestors[name][0][place]) for place in places[name]] for name in bred}
kept = {name: [step for step in run.snapshots if step in (0, 100, 400, 1000)] for name, run in first.items()}
kept = {name: [*found, max(first[name].snapshots)] for name, found in kept.items()}
twin_nets = {name: [first[name].snapshots[step] for step in found] for name, found in kept.items()}
numbers = {
    name: [
        fer.measure(net, target=evolved[name]).iloc[0][["P", "G", "N", "error"]].astype(float).fillna(0).to_dict()
        for net in (*bred_nets[name], *twin_nets[name])
    ]
    for name in bred
}
titles = {
    name: [f"generation {ancestors[name][1][place]}" for place in places[name]]
    + [""] * (stops - len(places[name]))
    + [f"step {step:,}" for step in kept[name]]
    for name in bred
}
captions = {name: [f"P {one['P']:.2f}, G {one['G']:.2f}\nN {one['N']:.1f}" for one in numbers[name]] for name in bred}

# %% mystnb={"image": {"alt": "Above, six ancestors of the first bred picture, each a picture of its own; below, what its twin drew from a random pattern to the copy, with measures under each."}}
name = bred[0]
plotting.pictures(
    [net.image(128) for net in (*bred_nets[name], *twin_nets[name])],
    titles[name],
    captions=captions[name],
    columns=stops,
)

# %% mystnb={"image": {"alt": "The same two roads for the second picture: ancestors above, the twin's snapshots below, with measures under each."}}
name = bred[1]
plotting.pictures(
    [net.image(128) for net in (*bred_nets[name], *twin_nets[name])],
    titles[name],
    captions=captions[name],
    columns=stops,
)

# %% mystnb={"image": {"alt": "The same two roads for the third picture: ancestors above, the twin's snapshots below, with measures under each."}}
name = bred[2]
plotting.pictures(
    [net.image(128) for net in (*bred_nets[name], *twin_nets[name])],
    titles[name],
    captions=captions[name],
    columns=stops,
)

# %% [markdown]
# ## Coming closer, and turning away
#
# For each picture on a road: how far it is from the picture at the road's end, pixel by pixel. The way is counted from 0 to 1, by
# generations for breeding, by the logarithm of the step for training.

# %% mystnb={"image": {"alt": "Mean squared error to the final picture along both roads: the twins' curves fall all the way, the ancestors' wander on one level and drop only at the end."}}
road = {
    f"{name}, {kind}": way
    for name in bred
    for kind, way in {
        "bred": (np.linspace(0, 1, len(lines.line(name).errors)), lines.line(name).errors),
        "trained": (
            np.log1p(list(first[name].snapshots)) / np.log1p(max(first[name].snapshots)),
            np.array(
                [((net.image(64) - evolved[name].image(64)) ** 2).mean() for net in first[name].snapshots.values()]
            ),
        ),
    }.items()
}
plotting.race(road, xlabel="share of the way", ylabel="difference from the last picture (MSE)", linear=True)

# %%
away = {line.name: line.steps_away for line in by_eye}
half_way = {line.name: float(line.errors[len(line.errors) // 2] / line.errors[0]) for line in by_eye}
away_trained = {
    name: float((np.diff(road[f"{name}, trained"][1]) > 0).mean()) for name in bred
}  # between snapshots, which are few

# %% [markdown]
# ## When symmetry comes, and whether it stays
#
# A picture counts as symmetric where its mirror image shares at least the stated part of its variance. *First* is the first ancestor
# of which that is so; *stays* the first from which it is so to the end. Generations are those of the picture's own session: the five
# that were bred on from a program's find begin with that find, at 0.

# %% mystnb={"image": {"alt": "Left-right symmetry along six lines of ancestors, against the share of the way: it wanders in most, and settles at one late in some."}}
way = np.linspace(0, 1, 41)
plotting.seed_bands(
    way,
    {
        line.name: np.interp(way, np.linspace(0, 1, len(line.errors)), line.measures.along("symmetry"))
        for line in by_eye
        if line.name in ("jester", "egg", "clown", "sunset", "moth", "tomato")
    },
    xlabel="share of the generations",
    ylabel="symmetry",
    limits=(0.4, 1.02),
    legend="lower right",
)

# %% tags=["remove-input"]
book.table(
    ["picture", "chosen by", "generations", "symmetry at first", "at last", "symmetric first", "stays from"],
    [
        [
            line.name,
            line.chooser,
            str(line.generations[-1]),
            f"{line.measures.along('symmetry')[0]:.2f}",
            f"{line.measures.along('symmetry')[-1]:.3f}",
            "never" if came is None else str(line.generations[came]),
            "–" if stays is None else str(line.generations[stays]),
        ]
        for line in all_lines
        for came, stays in [(line.measures.first("symmetry", symmetric), line.measures.settled("symmetry", symmetric))]
    ],
)

# %% [markdown]
# What else grew on the way, from the first ancestor to the picture. Complexity is the entropy of the steps between neighbouring pixels,
# as a share of the most there can be. N is measured at the end.

# %%
modes = {line.name: float(fer.measure(garden.load_genome(line.name)).iloc[0]["N"]) for line in all_lines}

# %% tags=["remove-input"]
book.table(
    ["picture", "ancestors", "complexity", "hidden nodes", "connections", "steps away", "N at last"],
    [
        [
            line.name,
            str(len(line.errors)),
            f"{line.measures.along('complexity')[0]:.2f} → {line.measures.along('complexity')[-1]:.2f}",
            f"{line.measures.nodes[0]} → {line.measures.nodes[-1]}",
            f"{line.measures.links[0]} → {line.measures.links[-1]}",
            f"{line.steps_away:.0%}",
            f"{modes[line.name]:.1f}",
        ]
        for line in all_lines
    ],
)

# %% [markdown]
# And on the other road: the symmetry of what the twins drew.

# %%
twin_symmetry = {
    name: evolution.describe_pictures([net.image(64) for net in first[name].snapshots.values()])[:, 0] for name in bred
}
steps_shown = sorted({step for found in kept.values() for step in found})  # published twins were kept at other steps

# %% tags=["remove-input"]
book.table(
    ["picture", "its own symmetry", *[f"step {step:,}" for step in steps_shown]],
    [
        [
            name,
            f"{lines.line(name).measures.along('symmetry')[-1]:.3f}",
            *[
                f"{twin_symmetry[name][list(first[name].snapshots).index(step)]:.3f}" if step in kept[name] else "–"
                for step in steps_shown
            ],
        ]
        for name in bred
    ],
)

# %% [markdown]
# ## Serendipity, by a rule
#
# The paper shows children that nobody would have expected of their parents. Here is a rule, so that nobody picks: a chosen child is a
# **surprise** where it is further from its parent, pixel by pixel, than *every* one of its fourteen siblings. A chooser who does not
# care would take such a child once in fifteen times. The pairs below are the widest of all surprises in the sessions by eye, each with
# the reason that was written down at the time.

# %%
found_pairs = lines.pairs()
eye_sessions = [session for session in found_pairs if garden.bred.play_session(session).session.chooser == "eye"]
surprises = sorted(
    ((session, pair) for session in eye_sessions for pair in found_pairs[session] if pair.furthest),
    key=lambda one: -one[1].distance,
)[:shown_pairs]

# %% mystnb={"image": {"alt": "Pairs of pictures, parent and surprising child side by side, with the reason for which the child was chosen."}}
plotting.pictures(
    [lines.picture(session, name) for session, pair in surprises for name in (pair.parent, pair.child)],
    [text for session, pair in surprises for text in (f"{session} {pair.parent}", f"→ {pair.child}")],
    captions=[text for _, pair in surprises for text in ("", f"“{pair.why}”" if pair.why else "")],
    columns=4,
)

# %%
nearer = {session: float(np.mean([pair.nearer for pair in found_pairs[session]])) for session in found_pairs}
often = {
    session: (sum(pair.furthest for pair in found_pairs[session]), len(found_pairs[session])) for session in found_pairs
}
eye_nearer = [nearer[session] for session in eye_sessions]
p_conservative = statistics.permutation_test(eye_nearer, [0.5] * len(eye_nearer), paired=True)
lot = [session for session in found_pairs if garden.bred.play_session(session).session.chooser == "random"]

# %% tags=["remove-input"]
book.table(
    ["session", "chosen by", "chosen children", "surprises", "expected by lot", "siblings nearer to the parent"],
    [
        [
            session,
            garden.bred.play_session(session).session.chooser,
            str(often[session][1]),
            str(often[session][0]),
            f"{often[session][1] / 15:.1f}",
            f"{nearer[session]:.0%}",
        ]
        for session in found_pairs
    ],
)

# %% [markdown]
# ## The family trees
#
# Every dot is a picture that was chosen; most pictures were passed over and are not here. Time runs from left to right. A session that
# goes back to an earlier picture begins a new row.

# %% mystnb={"image": {"alt": "Family tree of a session: a line of pictures from left to right, with side branches below it that end in other named pictures."}}
family = lines.family_tree(trees[0])
plotting.family_tree(family.tree, family.generations, family.images, names=family.names, marked=family.names)

# %% mystnb={"image": {"alt": "Family tree of another session, with several branches that were given up and one that became another named picture."}}
family = lines.family_tree(trees[1])
plotting.family_tree(family.tree, family.generations, family.images, names=family.names, marked=family.names)

# %%
shapes = {session: evolution.measure_tree(garden.bred.play_session(session)) for session in found_pairs}

# %% tags=["remove-input"]
book.table(
    ["session", "chosen by", "chosen", "depth", "ends of branches", "children per parent", "imbalance"],
    [
        [
            session,
            garden.bred.play_session(session).session.chooser,
            str(shape.chosen),
            str(shape.depth),
            str(shape.leaves),
            f"{shape.branching:.2f}",
            f"{shape.imbalance:.2f}" if shape.leaves > 2 else "–",
        ]
        for session, shape in shapes.items()
    ],
)

# %% [markdown]
# *Imbalance* is Colless' index as a share of its largest value: 0 for a tree whose branches are alike, 1 for a comb. It needs three ends.
#
# ## One direction?
#
# Others have taken all networks of an ancestry, written their weights as rows of a table, and found that one direction, the first
# principal component, holds most of the variance. That sounds like an aim. But a walk without any aim has such a direction too. So
# each line is held against walks of its own steps, in which each weight's move is turned round or not by a coin.

# %%
drifts = {line.name: line.drift for line in all_lines if line.drift is not None and len(line.errors) >= 10}
corrected = statistics.correct([one.p_value for one in drifts.values()])

# %% tags=["remove-input"]
book.table(
    ["picture", "first component's share", "the same by chance", "p", "p, corrected (Holm)"],
    [
        [name, f"{one.share:.0%}", f"{one.chance:.0%}", f"{one.p_value:.2f}", f"{p:.2f}"]
        for (name, one), p in zip(drifts.items(), corrected, strict=True)
    ],
)

# %% mystnb={"image": {"alt": "The first picture with its weights moved back and forth along its line's first component: it turns into other shapes, not into its ancestors."}}
play = garden.bred.play_session(bred[0])
last = play.cppn(lines.line(bred[0]).measures.names[-1])
span = drifts[bred[0]].scores[-1] - drifts[bred[0]].scores[0]
moves = np.array([-1.0, -0.5, -0.25, 0.0, 0.25, 0.5])
plotting.pictures(
    [
        picture.astype(float)
        for picture in evolution.draw([evolution.drifted(last, drifts[bred[0]], move * span) for move in moves], 128)
    ],
    [f"{move:+.0%} of the way" if move else bred[0] for move in moves],
)

# %% [markdown]
# The last picture's own weights, moved back along its line's first component by a share of the whole way, and on.
#
# ## What we saw

# %%
symmetric_at_last = [line for line in by_eye if line.measures.along("symmetry")[-1] >= symmetric]
born = [line.name for line in symmetric_at_last if line.measures.settled("symmetry", symmetric) == 0]
late = {
    line.name: line.measures.settled("symmetry", symmetric) / (len(line.errors) - 1)
    for line in symmetric_at_last
    if line.name not in born
}
given_up = [
    line.name
    for line in by_eye
    if line not in symmetric_at_last and line.measures.first("symmetry", symmetric) is not None
]
below = sum(one.share < one.chance for one in drifts.values())
beyond = [name for name, p in zip(drifts, corrected, strict=True) if p < 0.05]
eye_surprises = sum(often[session][0] for session in eye_sessions)
eye_children = sum(often[session][1] for session in eye_sessions)
ancestor_n = [one["N"] for name in bred for one in numbers[name][: len(bred_nets[name])]]
ancestor_p = [one["P"] for name in bred for one in numbers[name][: len(bred_nets[name])]]
twin_n = [numbers[name][-1]["N"] for name in bred]

# %% tags=["remove-input"]
book.say(
    "- **Breeding turns away {turns}.** Of the steps of the {eye} lines by eye, **{away:.0%}** lead further from what the picture "
    "would become; half way through, the median line is still at {half:.0%} of the difference it began with. Between the twins' "
    "snapshots it is {trained:.0%}.\n"
    "- **Symmetry.** {symmetric} of {eye} pictures by eye end symmetric. {born} In the others it settles after {late} of the way. {given_up} had it on the way and gave it up.\n"
    "- **Surprises are rarer than by lot.** {surprises} of {children} children chosen by eye are further from their parent than all "
    "siblings, where the lot would take {expected:.0f}; in the mean {nearer:.0%} of the siblings are nearer (50% by lot; p = {p:.3f} over "
    "{sessions} sessions). Whoever chose by eye mostly kept what was there, and leapt now and then.\n"
    "- **One direction:** {drift}\n"
    "- N stays at {low:.1f} to {high:.1f} on the bred roads shown; the twins end at {twins}. P is no constant of breeding: it reaches "
    "{most_p:.2f} on the way, and ends at {last_p}.",
    eye=len(by_eye),
    turns="about as often as not" if 0.4 < np.mean(list(away.values())) < 0.6 else "again and again",
    away=np.mean(list(away.values())),
    half=np.median(list(half_way.values())),
    trained=np.mean(list(away_trained.values())),
    symmetric=len(symmetric_at_last),
    born=f"{', '.join(born)}: from the first generation on, which was drawn by lot." if born else "",
    late=", ".join(f"{share:.0%} ({name})" for name, share in late.items()) or "no part",
    given_up=f"{len(given_up)} others ({', '.join(given_up)})" if given_up else "None of the others",
    surprises=eye_surprises,
    children=eye_children,
    expected=eye_children / 15,
    nearer=np.mean(eye_nearer),
    p=p_conservative,
    sessions=len(eye_sessions),
    drift=f"no line's first component holds more than its own steps would by chance; {below} of {len(drifts)} hold less. The direction is what "
    "any walk has, and no sign of an aim."
    if not beyond
    else f"more than chance gives in {', '.join(beyond)}; in the others the direction is what any walk has.",
    most_p=max(ancestor_p),
    last_p=", ".join(f"{numbers[name][len(bred_nets[name]) - 1]['P']:.2f}" for name in bred),
    low=min(ancestor_n),
    high=max(ancestor_n),
    twins=", ".join(f"{value:.1f}" for value in twin_n),
)

# %% [markdown]
# So part of the paper's story holds here and part does not. The road does pass through other things, it does turn away, and nobody on it
# could have known its end. But the leaps that make the best story are the exception: most steps by eye are small ones. And where
# symmetry stays, it came by the lot at the start or settled late; we do not see it come early and then be built upon.
#
# ## What this does not show
#
# - One breeder chose these pictures, and wanted pictures of things. Picbreeder had hundreds of people, and long branches from one to the next.
# - A session here is nearly a single line: going back was rare. The trees are thin, and their balance says little.
# - Distance is counted in pixels. A child may look alike to pixels and be a surprise to an eye, or the other way round.
# - The lines by eye share few ancestors, but pictures of one session share many: moth and face, or mushroom, bear and puppy, are not independent.
# - Five lines by eye begin where a program had stopped. What it chose before that is in its own session, and not in theirs.
# - A generation and a training step are not the same kind of time.
#
# ## Checks

# %%
assert all(line.errors[-1] == 0 and (line.errors[:-1] > 0).all() for line in by_eye)
assert all(share >= 0.05 for share in away.values())
assert eye_surprises < eye_children / 15 and np.mean(eye_nearer) < 0.5
assert min(late.values()) > 0.5
assert all(pair.furthest and pair.nearer == 1 for _, pair in surprises)
assert all(0 < one.share <= 1 and 0 < one.chance <= 1 for one in drifts.values())
assert all(shape.depth <= shape.chosen for shape in shapes.values())
assert all(road[f"{name}, trained"][1][-1] < road[f"{name}, trained"][1][0] / 2 for name in bred)
assert measuring.HEADLINE == ("P", "G", "N")
book.record(
    out,
    away=float(np.mean(list(away.values()))),
    surprises=eye_surprises,
    children=eye_children,
    nearer=float(np.mean(eye_nearer)),
    p_conservative=p_conservative,
    beyond_chance=beyond,
    symmetric=[line.name for line in symmetric_at_last],
    networks=book.provenance(list(first.values())),
)
