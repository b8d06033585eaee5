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
# # Breed images
#
# **Claim.** A picture that one can name is found without a target: show fifteen pictures, choose one because it is interesting, show
# its children, and go on. No step measures how near the picture has come to anything, because there is nothing to come near to.
# *(Paper: the section on Picbreeder; figure 3 shows such a family tree.)*
#
# Everything this book says about evolved networks rests on pictures that were found so. The paper's come from the Picbreeder site,
# where visitors bred on from each other's finds. Ours were bred for this book, **and every step is on record**: what was shown, what
# was chosen, and why.

# %% tags=["parameters"]
session = "mushroom"  # the session that is looked at closely; one of the garden's
generation = 17  # of that session: the one that is explained, at least 1
side = 160  # of a picture in the contact sheet, in pixels
out = "build/out/20_breed_images"  # where this notebook leaves its results

# %%
import numpy as np

from fer_utils import book, evolution, garden, plotting
from fer_utils.explorer.replays import replays
from fer_utils.garden import bred, lines

names = list(bred.bred())
plays = {name: bred.play_session(name) for name in bred.sessions()}
genomes = {name: garden.load_genome(name) for name in names}
play = plays[session]

# %% [markdown]
# ## The garden
#
# These are all the pictures that were given a name. Below each: who chose its ancestors, how many generations it is away from a
# network with nothing between inputs and outputs, and where it began if it was bred on from another.

# %%
chooser = {name: plays[bred.bred()[name][0]].session.chooser for name in names}
age = {name: int(genomes[name].age or 0) for name in names}
before = {name: bred.bred_on_from(name) for name in names}
on = {name: parent for name, parent in before.items() if parent}

# %% mystnb={"image": {"alt": "The garden: all published pictures with their names, who chose, and how many generations each took. Among them a mushroom, a bear, a puppy, a jester, a moth, a sunset and a tomato, and a frog, a gnome, a kingfisher, a planet and a teapot that were bred on from plainer ones."}}
plotting.pictures(
    [genomes[name].image(side) for name in names],
    names,
    captions=[
        f"{'by eye' if chooser[name] == 'eye' else chooser[name]}, {age[name]} gen."
        + (f"\nfrom the {before[name]}" if before[name] else "")
        for name in names
    ],
    columns=5,
)

# %% [markdown]
# ## The dull ones, bred on
#
# Not all that a program finds says something. We looked at every picture of the garden and found these five dull: bars, stripes, rings,
# two of them without any hidden node. They stay where they are, for what a program finds is found. But each was also taken up by eye,
# and bred on until it had a name of its own.

# %% mystnb={"image": {"alt": "Five pairs: bent stripes and the frog bred on from them, rainbow rings and the gnome, grey stripes with a red spot and the kingfisher, a pale oval in a rainbow and the ringed planet, red and black bars and the teapot."}}
plotting.pictures(
    [genomes[one].image(side) for name, parent in on.items() for one in (parent, name)],
    [text for name, parent in on.items() for text in (parent, f"→ {name}")],
    captions=[
        f"{len(genomes[one].nodes) - 7} hidden, {len(genomes[one].connections)} connections"
        for pair in on.items()
        for one in reversed(pair)
    ],
    columns=4,
)

# %% tags=["remove-input"]
book.say(
    "{lines}",
    lines="\n".join(
        f"- **{name}**, {age[name] - age[parent]} generations by eye after {age[parent]} by a program: *{genomes[name].note}*"
        for name, parent in on.items()
    ),
)

# %% [markdown]
# ## How it works
#
# A picture is drawn by a small network, a CPPN: for each pixel it is given the place (x, y, the distance d from the middle, and a
# constant b) and answers with hue, saturation and brightness. [Read a genome](01_read_a_genome) takes one apart. To breed means
# to change the network, not the picture:
#
# 1. **Begin small.** The first fifteen networks have no hidden node, only some connections from inputs to outputs, drawn by lot.
#    (Or begin from a picture that is there: then the first page shows it and fourteen children.)
# 2. **Choose** one picture, or several. Nothing else is asked.
# 3. **Fifteen children.** Each is a copy of the parent (of several parents: a mix, gene by gene) with a few changes by chance: a
#    connection is split by a new node, two nodes are joined, a node gets another function, some weights move.
# 4. **Go on**, or go back to any picture shown before and take another way from there.
#
# The changes are those of NEAT (Stanley & Miikkulainen 2002), as Picbreeder used them, but without its species: who survives is
# decided by choosing alone.

# %%
operators = play.session.operators

# %% tags=["remove-input"]
book.table(
    ["change", "how often, in one child"],
    [
        ["a connection is split by a new node", f"{operators.add_node:.0%}"],
        ["two nodes are joined", f"{operators.add_link:.0%}"],
        ["a node changes its function", f"{operators.activation:.0%}"],
        ["each weight moves (one moves always)", f"{operators.weight_rate:.0%}"],
    ],
)

# %% [markdown]
# A choice may ask for bolder or for smaller changes: then all of these grow or shrink by one factor.
#
# ## One generation, explained

# %%
parents = play.parents(f"{generation}.0")
children = play.generations[generation]
found = [evolution.differences(child, [play.cppn(name) for name in parents]) for child in children]
chosen = [name for step in play.session.steps for name in step.parents if name.startswith(f"{generation}.")]
step = play.session.steps[generation] if generation < len(play.session.steps) else None

# %% mystnb={"image": {"alt": "The parent of the generation that is explained."}}
plotting.pictures(
    [play.genome(name).image(side) for name in parents],
    [f"parent {name}" for name in parents],
    captions=[f"{len(play.cppn(name).links())} connections" for name in parents],
    width=1.9 * len(parents),
)

# %% [markdown]
# Its fifteen children. Below each: what changed.

# %% mystnb={"image": {"alt": "Fifteen children of one parent. Some look like it, others have lost its form; the one that was chosen is marked."}}
plotting.pictures(
    [play.genome(f"{generation}.{place}").image(side) for place in range(len(children))],
    [
        f"{generation}.{place}" + (" · chosen" if f"{generation}.{place}" in chosen else "")
        for place in range(len(children))
    ],
    captions=[str(difference) for difference in found],
    columns=5,
)

# %% [markdown]
# And here is one of them as a graph, the one with most that is new in it. New nodes are ringed; compare it with the parent above it.

# %% mystnb={"image": {"alt": "The parent's network as a graph: inputs at the top, a few nodes drawn as their own maps, the picture at the bottom."}}
newest = max(range(len(found)), key=lambda place: (len(found[place].nodes), len(found[place].links)))
plotting.genome_graph(play.genome(parents[0]))

# %% mystnb={"image": {"alt": "The child's network as a graph: the same, with a new node that is ringed and a new connection."}}
plotting.genome_graph(
    play.genome(f"{generation}.{newest}"), highlight=[f"n{node}" for node in found[newest].nodes if node > 2]
)

# %%
grew = sum(bool(difference.nodes or difference.links) for difference in found)
weights = [len(difference.weights) for difference in found]

# %% tags=["remove-input"]
book.say(
    "Above: picture {newest} ({change}). {grew} of the {count} children have a new node or connection; the others differ from their parent in numbers and functions "
    "only, and yet hardly look alike. From {low} to {high} weights moved at once. {reason}",
    newest=f"{generation}.{newest}",
    change=str(found[newest]),
    grew=grew,
    count=len(children),
    low=min(weights),
    high=max(weights),
    reason=f"Chosen was {' and '.join(step.parents)}; the reason written down: *{step.why}*." if step else "",
)

# %% [markdown]
# ## See it happen
#
# Each session of the garden, generation by generation: what was shown, what was chosen (amber), and the line that was written down
# with each choice. Step with the buttons or the arrow keys (on a phone, swipe), press ▶ to let it run, click a picture to see it
# large, or an ancestor in the row at the bottom to go there. But for the small ones at the top, no picture is stored in this page: it
# holds the records, and your browser breeds everything anew from them, with the same random numbers, to the last bit.

# %%
replays(plays.values(), selected=play.session.published[0].name)

# %% [markdown]
# ## A family tree

# %%
family = lines.family_tree(session)
measured = evolution.measure_tree(play)

# %% mystnb={"image": {"alt": "The family tree of one session, generations from left to right: a long line from a plain blob to the named picture, with short branches that ended and some that led to other named pictures."}}
plotting.family_tree(family.tree, family.generations, family.images, names=family.names, marked=family.names)

# %% tags=["remove-input"]
book.say(
    "Generations run from left to right, a dot for every picture that was chosen; where there is room, the picture itself. {shown:,} pictures were seen in this session "
    "and {picked} were ever chosen: the tree is {depth} generations deep and has {leaves} ends, of which {published} were given a name "
    "({names}). {notes}",
    shown=play.session.images_shown,
    picked=measured.chosen,
    depth=measured.depth,
    leaves=measured.leaves,
    published=len(play.session.published),
    names=", ".join(one.name for one in play.session.published),
    notes=" ".join(f"The note on the {one.name}: *{one.note}*" for one in play.session.published if one.note),
)

# %% [markdown]
# ## Who chose, and who did not
#
# **By eye** means here: whoever worked on this book looked at a sheet of fifteen pictures, took one or two, wrote down a line on why,
# and looked at the next sheet. That is all it means. Say what it is not:
#
# - **It is not a crowd.** On Picbreeder many people bred on each other's finds, each with another taste. Here one chooser saw whole
#   sessions through, and one taste is in all of them. What the paper says about open-ended search in a community is not tested by that.
# - **It is not without a wish.** The lines show it: after a few generations many say what the picture might become, and choices follow.
#   But the wish changed whenever something better turned up; the notes say what each picture was on its way.
# - **It is not a sample.** Pictures were published because they look like something. How many sessions or branches led nowhere is not
#   for this garden to tell, and nothing about bred pictures *in general* follows from these.
#
# The others were chosen **by a program** at each step. There the eye came in only at the end: of several runs, a few pictures that a
# filter had put first were looked at, and some of those were given a name. So they too were picked, only later. Of the five that were
# bred on, a program chose the first part of the way and the eye the rest; they count as by eye.

# %%
eye = [one for one in plays.values() if one.session.chooser == "eye"]
steps = [(one, number, step) for one in eye for number, step in enumerate(one.session.steps)]
returned = [step for _, number, step in steps if all(int(name.split(".")[0]) < number for name in step.parents)]
crossed = [step for *_, step in steps if len(step.parents) > 1]
by_program = [name for name in names if chooser[name] != "eye"]

# %% tags=["remove-input"]
book.table(
    ["", "by eye", "by a program"],
    [
        ["sessions", len(eye), len(plays) - len(eye)],
        [
            "pictures shown",
            f"{sum(one.session.images_shown for one in eye):,}",
            f"{sum(one.session.images_shown for one in plays.values() if one not in eye):,}",
        ],
        ["pictures published", len(names) - len(by_program), len(by_program)],
        [
            "generations to a published one (median, range)",
            *[
                f"{np.median([age[name] for name in group]):.0f} ({min(age[name] for name in group)} to {max(age[name] for name in group)})"
                for group in ([name for name in names if name not in by_program], by_program)
            ],
        ],
    ],
)

# %% [markdown]
# ## What we saw

# %%
described = {name: evolution.describe_pictures([genomes[name].image(64)])[0] for name in names}
symmetric = [name for name in names if described[name][0] > 0.999]
connections = [len(genome.connections) for genome in genomes.values()]

# %% tags=["remove-input"]
book.say(
    "- {published} pictures have a name. {symmetric} of them are left-right symmetric, though nothing asks for symmetry but the eye and "
    "the distance input.\n"
    "- They are drawn by {low} to {high} connections.\n"
    "- Of {choices} choices by eye, {returned} went back to an earlier generation and {crossed} crossed two parents: mostly a "
    "session is one long line.\n"
    "- Whole ancestries cost next to nothing to keep: every one of the {shown:,} pictures shown follows from {bytes:.0f} kB of records.",
    published=len(names),
    symmetric=len(symmetric),
    low=min(connections),
    high=max(connections),
    choices=len(steps),
    returned=len(returned),
    crossed=len(crossed),
    shown=sum(one.session.images_shown for one in plays.values()),
    bytes=sum(path.stat().st_size for path in bred.FOLDER.glob("*.json")) / 1000,
)

# %% [markdown]
# ## Breed your own
#
# `make lab` opens JupyterLab. In a new notebook:
#
# ```python
# from fer_utils.explorer.breeder import breed
#
# breed("my evening")            # the same line again goes on where you left it
# breed("masks", start="mask")   # or breed on from a genome
# ```
#
# Click pictures, press *Next generation*; the slider leads back to any generation, and picking there branches. *Publish* writes
# `garden/<name>.json`, which is then a subject of this book: `make book IMAGE=garden/<name>.json`. The record of the session lies beside
# it, and `python -m fer_utils.garden garden` replays it.
#
# Without a notebook, `python scripts/breed.py` does the same with contact sheets as files; that is how the garden's pictures were bred.
# `make garden` replays all of the book's sessions and compares each genome with the hash in its record.
#
# ## What this does not show
#
# - That these networks are well made inside. They were chosen by their looks, as Picbreeder's were. Whether they are is
#   [measured](16_measure_fracture), not seen.
# - That not aiming finds more than aiming. Here is only the one road.
# - How rare such pictures are among all that could be bred. What another chooser would have seen in the same sheets is not known.
#
# ## Checks

# %%
assert all(
    evolution.genome_hash(genomes[name]) == one.hash
    for name in names
    for one in plays[bred.bred()[name][0]].session.published
    if one.name == name
)
assert all(step.why for *_, step in steps)
assert all(age[name] - age.get(before[name], 0) >= 40 for name in names if chooser[name] == "eye")
assert all(chooser[parent] != "eye" for parent in on.values()) and len(on) == 5
assert sum(len(genomes[parent].nodes) == 7 for parent in on.values()) == 2  # four inputs and three outputs, no more
assert len(symmetric) >= 4
assert len(found) == play.session.shown
book.record(
    out,
    published=len(names),
    by_eye=len(names) - len(by_program),
    bred_on=on,
    sessions=len(plays),
    shown=sum(one.session.images_shown for one in plays.values()),
    symmetric=symmetric,
    returned=len(returned),
    crossed=len(crossed),
    choices=len(steps),
)
