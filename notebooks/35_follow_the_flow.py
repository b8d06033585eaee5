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
# # Follow the flow
#
# **Claim.** Gradient descent is explained as something that flows downhill, and computed in steps. With small steps the two end
# in the same network, map by map. With the largest steps that still work they do not: then the size of the step decides what is
# inside, about as much as the first weights do. *(Ours; that descent settles where the curvature is just 2 / rate is found
# by Cohen et al. 2021. The paper takes descent as it is.)*
#
# Every measure in this book was taken of networks at which descent arrived. Are they properties of the problem, or of the
# steps? There are two things to let go of, one after the other: first the steps, then the moving features.

# %% tags=["parameters"]
bred = "tomato"  # a picture of the garden
shape = "3;gaussian:5,sin:5"  # hidden layers; only functions without kinks
size = 12  # side of the picture that is learnt, in pixels
rate = 0.4  # the largest rate of descent
halvings = 4  # how often it is halved
until = 160.0  # time: rate times steps
tolerance = 1e-5  # of the solver that follows the flow
seeds = [0, 1, 2, 3, 4]
measured_at = 64  # side of the measures' grid
adam_steps = 500  # of the book's own recipe at its largest rate
adam_size = 32
out = "build/out/35_follow_the_flow"  # where this notebook leaves its results

# %%
from itertools import combinations, pairwise

import numpy as np

import fer_utils as fer
from fer_utils import book, measuring, plotting, statistics, training
from fer_utils.questions import flows

evolved = fer.layerize(fer.load_genome(bred))
task = flows.Smooth(fer.Architecture.parse(shape), evolved.image(size))
start = task.start(seeds)
rates = [rate / 2**halving for halving in range(halvings + 1)]

# %% tags=["remove-input"]
book.say(
    "> **In this build:** the picture *{bred}* of the garden on {size} × {size} pixels; networks of the shape `{shape}` "
    "({weights} weights), {seeds} seeds, all computed for this page in double precision. The measures are taken on {grid} "
    "pixels. Lines are medians, bands reach from the least seed to the most, brackets hold bootstrap intervals (95 %) of medians.",
    bred=bred,
    size=size,
    shape=shape,
    weights=start.shape[1],
    seeds=len(seeds),
    grid=measured_at,
)

# %% [markdown]
# ## The flow
#
# A step of gradient descent is $w \leftarrow w - \eta \nabla L(w)$. Read as Euler's method with step $\eta$, it follows the
# equation
#
# $$ \dot w = -\nabla L(w), $$
#
# the **gradient flow**, which knows no rate. After $k$ steps descent has spent the time $k \eta$. So we let the flow run for a
# time, with a solver that takes as small steps as it must, and descent for the same time at one rate, half of it, a quarter …
#
# The book's own networks have kinks: saturation and brightness are clipped, hue turns in a circle. At a kink a flow is not one
# thing. So the networks of this section are the book's up to the last layer, which then says red, green and blue themselves.

# %%
ends = flows.descend(task.slopes, start, rates, until)
times = np.geomspace(until / 400, until, 50)
path = flows.flow_along(task.slopes, start, times, tolerance=tolerance)
limit = path[-1]
again = flows.flow(task.slopes, start[:1], until, tolerance=10 * tolerance)  # the solver's own error, for one seed

# %%
opened = {one: [task.insides(weights, measured_at) for weights in ends[one]] for one in rates}
flowed = [task.insides(weights, measured_at) for weights in limit]
gaps = {
    one: [flows.distances(inside, other) for inside, other in zip(opened[one], flowed, strict=True)] for one in rates
}
strangers = [flows.distances(one, other) for one, other in combinations(flowed, 2)]
measured = {one: [flows.measures(inside) for inside in opened[one]] for one in rates}
of_flow = [flows.measures(inside) for inside in flowed]

# %% [markdown]
# ## Do they end in the same place?
#
# Three distances between a network of descent and that of the flow from the same first weights: of the pictures they draw, of
# their feature maps (each neuron with its best match in the same layer), and one minus CKA, which compares whole layers. Each is
# given as a share of what it is between *two seeds of the flow*. One (the dotted line) means: as unlike as if they had begun
# elsewhere.

# %% mystnb={"image": {"alt": "Distance from the flow against the rate of descent, for pictures, feature maps and CKA, as powers of ten of the distance between two seeds: all rise with the rate, from a hundredth or less up to near one at the largest rate."}}
names = {"picture": "pictures", "unmatched": "feature maps", "CKA": "layers (CKA)"}
usual = {name: float(np.median([pair[name] for pair in strangers])) for name in names}
shares = {
    name: np.array([[gap[name] / usual[name] for gap in gaps[one]] for one in rates[::-1]]).T.clip(1e-6)
    for name in names
}
plotting.seed_bands(
    rates[::-1],
    {words: np.log10(shares[name]) for name, words in names.items()},
    xlabel="rate of descent",
    ylabel="distance from the flow, powers of ten",
    level=("another seed", 0.0),
    xlog=True,
    points=True,
)

# %% tags=["remove-input"]
sharp = {one: task.sharpness(ends[one]) for one in rates}
sharp_flow = task.sharpness(limit)
book.table(
    ["way", "steps", "error", "curvature at the end", "2 / rate", "P", "G", "N"],
    [
        [
            f"rate {one:g}",
            f"{round(until / one):,}",
            str(statistics.interval(task.losses(ends[one]))),
            str(statistics.interval(sharp[one])),
            f"{2 / one:.3g}",
            *[str(statistics.interval([found[name] for found in measured[one]])) for name in ("P", "G", "N")],
        ]
        for one in rates
    ]
    + [
        [
            "**flow**",
            "–",
            str(statistics.interval(task.losses(limit))),
            str(statistics.interval(sharp_flow)),
            "–",
            *[str(statistics.interval([found[name] for found in of_flow])) for name in ("P", "G", "N")],
        ]
    ],
)

# %% [markdown]
# The curvature is the largest one of the loss at the end. Descent cannot stay where it is above 2 / rate: there each step overshoots
# by more than it gained. So where the flow would go on into a narrow valley, large steps are thrown out of it and have to find another.
#
# Medians over seeds hide what happens to each. The same, from one beginning: what was drawn, and the five first
# neurons of the last layer.

# %% mystnb={"image": {"alt": "Pictures from the same first weights: the target, descent at the largest rate, at smaller ones, and the flow. All show the tomato, blurred in slightly different ways."}}
chosen = rates[:: max(1, halvings // 2)]
book_size = (measured_at, measured_at, 3)
plotting.pictures(
    [
        evolved.image(measured_at),
        *[np.moveaxis(opened[one][0].picture, 0, -1).reshape(book_size) for one in chosen],
        np.moveaxis(flowed[0].picture, 0, -1).reshape(book_size),
    ],
    ["target", *[f"rate {one:g}" for one in chosen], "flow"],
)

# %% mystnb={"image": {"alt": "Feature maps of five neurons of the last layer in three rows: at the largest rate they differ from those of the flow, at the smallest they are the same to the eye."}}
rows = {f"rate {rates[0]:g}": opened[rates[0]][0], f"rate {rates[-1]:g}": opened[rates[-1]][0], "flow": flowed[0]}
plotting.signed_maps(
    [maps.reshape(measured_at, measured_at) for inside in rows.values() for maps in inside.layers[-1][:5]],
    [f"{name}, neuron {neuron}" for name in rows for neuron in range(5)],
    columns=5,
)

# %% [markdown]
# ## The book's own recipe
#
# The twins of this book are not trained by plain descent but by Adam on a gradient that was divided by its length. **Its limit is
# another one.** Adam remembers over a number of *steps*, some ten for the direction and some thousand for the size; as
# steps become small, that memory becomes short in time, direction and size come from the same gradient, and what is left of their ratio
# is its sign: $\dot w = -\operatorname{sign} \nabla L(w)$, weight by weight, where the length of the gradient no
# longer counts at all. That equation has kinks wherever a slope changes sign, and is no gradient flow. So here
# rates are only compared with each other: each with the next smaller one, in the same time.

# %%
recipe = training.recipe_for(bred).variant(size=adam_size, snapshots=(), name="rates")
target = evolved.image(adam_size)
stages = {
    recipe.learning_rate / 2**halving: fer.fit(
        target,
        evolved.architecture,
        recipe.variant(steps=adam_steps * 2**halving, learning_rate=recipe.learning_rate / 2**halving),
        seeds=seeds,
        progress=False,
    )
    for halving in range(halvings)
}
adam_rates = list(stages)
adam = {one: [measuring.insides_of(run.network, measured_at) for run in runs] for one, runs in stages.items()}
adam_strangers = [flows.distances(one, other) for one, other in combinations(adam[adam_rates[-1]], 2)]
adam_usual = {name: float(np.median([pair[name] for pair in adam_strangers])) for name in names}
adam_gaps = {
    one: [flows.distances(first, second) for first, second in zip(adam[one], adam[smaller], strict=True)]
    for one, smaller in pairwise(adam_rates)
}
adam_measured = {one: [flows.measures(inside) for inside in adam[one]] for one in adam_rates}

# %% tags=["remove-input"]
book.table(
    [
        "rate",
        "steps",
        "error",
        "P",
        "G",
        "N",
        "feature maps: distance from half the rate, as a share of another seed's",
    ],
    [
        [
            f"{one:g}",
            f"{stages[one][0].recipe.steps:,}",
            str(statistics.interval([run.loss for run in stages[one]])),
            *[str(statistics.interval([found[name] for found in adam_measured[one]])) for name in ("P", "G", "N")],
            str(statistics.interval([gap["unmatched"] / adam_usual["unmatched"] for gap in adam_gaps[one]]))
            if one in adam_gaps
            else "–",
        ]
        for one in adam_rates
    ],
)

# %% [markdown]
# ## A network that keeps its features
#
# Much theory of deep learning is about networks that hardly move: near its first weights $w_0$ a network is
# $f(w_0) + J (w - w_0)$, linear in its weights, with the Jacobian $J$ for features (the *tangent kernel*). Taken at its word
# everywhere, this **linearised network** has a flow in closed form: along each singular direction of $J$ with size $s$, what is
# missing of the picture's $m$ numbers shrinks as $e^{-2 s^2 t / m}$. So it can be stopped at exactly the error of the real network.
# Same error, same first weights, same number of weights: what differs is whether features may move.

# %%
models = [flows.Linearised(task, weights) for weights in start]
roads = [[float(task.losses(at[place])[0]) for at in path] for place in range(len(seeds))]
found = [flows.matched(model, road) for model, road in zip(models, roads, strict=True)]
real = [path[place][seed] for seed, (place, _) in enumerate(found)]
moved = [way for _, way in found]
groups = {
    "first weights": [task.insides(weights, measured_at) for weights in start],
    "linearised": [model.insides(way, measured_at) for model, way in zip(models, moved, strict=True)],
    "the network itself": [task.insides(weights, measured_at) for weights in real],
}
side_by_side = {name: [flows.measures(inside) for inside in insides] for name, insides in groups.items()}
as_network = [
    float(task.losses(weights + way)[0]) for weights, way in zip(start, moved, strict=True)
]  # the linear model's weights, given to the network
features_moved = [
    flows.distances(one, other)["features"]
    for one, other in zip(groups["the network itself"], groups["first weights"], strict=True)
]

# %% mystnb={"image": {"alt": "P, G and N for first weights, linearised networks and real networks, a dot for each seed. In P and G linearised networks are where their first weights are; in N both kinds lie higher."}}
plotting.dot_groups(
    {name: {kind: [one[name] for one in ones] for kind, ones in side_by_side.items()} for name in ("P", "G", "N")},
    unit=["P", "G"],
    first=0,
)

# %% mystnb={"image": {"alt": "The target, the real network's picture, the linearised network's at the same error, and what the network draws with the linearised one's weights: noise."}}
plotting.pictures(
    [
        evolved.image(measured_at),
        *[
            np.moveaxis(inside.picture, 0, -1).reshape(book_size)
            for inside in (
                groups["the network itself"][0],
                groups["linearised"][0],
                task.insides(start[0] + moved[0], measured_at),
            )
        ],
    ],
    ["target", "the network", "linearised", "its weights in the network"],
    captions=[
        "",
        *[f"error {value:.1e}" for value in (task.losses(real[0])[0], models[0].loss(moved[0]), as_network[0])],
    ],
)

# %% tags=["remove-input"]
book.table(
    ["network", "error", "P", "G", "N"],
    [
        [
            kind,
            str(
                statistics.interval(
                    {
                        "first weights": task.losses(start),
                        "linearised": [model.loss(way) for model, way in zip(models, moved, strict=True)],
                        "the network itself": task.losses(np.stack(real)),
                    }[kind]
                )
            ),
            *[str(statistics.interval([one[name] for one in ones])) for name in ("P", "G", "N")],
        ]
        for kind, ones in side_by_side.items()
    ],
)

# %% [markdown]
# **How to read it.** A linearised network's hidden maps *are* those of its first weights, and its response to each weight is the one it
# was born with. So its P and G are the first weights' own, and its N differs from theirs only because another part of its picture is
# beyond black or white, where nothing that is seen moves. That is no finding but what linearised means. The finding is the
# third row beside the second.
#
# ## What we saw

# %%
fine = rates[-3:]
order = flows.shrinking(fine, {one: np.array([gap["features"] for gap in gaps[one]]) for one in fine})
largest = float(np.median(shares["unmatched"][:, -1]))
smallest = float(np.median(shares["unmatched"][:, 0]))
largest_picture = float(np.median(shares["picture"][:, -1]))
changes = {
    name: float(np.median([abs(a[name] - b[name]) for a, b in zip(measured[rates[0]], of_flow, strict=True)]))
    for name in ("P", "G", "N")
}
small_changes = {
    name: float(np.median([abs(a[name] - b[name]) for a, b in zip(measured[rates[-1]], of_flow, strict=True)]))
    for name in ("P", "G", "N")
}
spread = {
    name: float(np.median([abs(a[name] - b[name]) for a, b in combinations(of_flow, 2)])) for name in ("P", "G", "N")
}
at_edge = int(np.sum(np.abs(sharp[rates[0]] * rates[0] / 2 - 1) < 0.1))
above = int(np.sum(sharp_flow > 2 / rates[0]))
adam_first, adam_last = (
    float(np.median([gap["unmatched"] / adam_usual["unmatched"] for gap in adam_gaps[one]]))
    for one in (adam_rates[0], adam_rates[-2])
)
n_real, n_linear = (np.array([one["N"] for one in side_by_side[k]]) for k in ("the network itself", "linearised"))
ratio = statistics.interval(n_real / n_linear)
p_gap, g_gap = (
    statistics.interval(
        [a[name] - b[name] for a, b in zip(side_by_side["the network itself"], side_by_side["linearised"], strict=True)]
    )
    for name in ("P", "G")
)
told = [name for name, gap in {"P": p_gap, "G": g_gap}.items() if gap.low > 0 or gap.high < 0]

# %% tags=["remove-input"]
book.say(
    "- **As the rate falls, descent becomes the flow, inside as well.** At the smallest rate feature maps are {smallest:.1%} as far from the "
    "flow's as another seed's are; from a rate of {fine:g} down the gap shrinks as the rate to the power of {order}: {verdict}.\n"
    "- **At the largest rate it does not.** There the maps are {largest:.0%}, and the pictures {picture:.0%}, as far from the flow's as "
    "another seed's. In {at_edge} of {seeds} seeds descent ended where the curvature is within a tenth of 2 / rate = {edge:.2g}, and in "
    "{above} of {seeds} the flow went on to a curvature above it, where descent at this rate cannot stay.\n"
    "- The measures follow. From flow to largest rate P, G and N change by {p:.2f}, {g:.2f} and {n:.1f} (medians; no matter in which "
    "direction), at the smallest rate by {p0:.3f}, {g0:.3f} and {n0:.2f}; between two seeds of the flow by {ps:.2f}, {gs:.2f} and {ns:.1f}.",
    smallest=smallest,
    fine=fine[0],
    order=statistics.interval(order),
    verdict="as Euler's method has it" if abs(np.median(order) - 1) < 0.25 else "not the 1 of Euler's method",
    largest=largest,
    picture=largest_picture,
    at_edge=at_edge,
    above=above,
    seeds=len(seeds),
    edge=2 / rates[0],
    p=changes["P"],
    g=changes["G"],
    n=changes["N"],
    p0=small_changes["P"],
    g0=small_changes["G"],
    n0=small_changes["N"],
    ps=spread["P"],
    gs=spread["G"],
    ns=spread["N"],
)

# %% tags=["remove-input"]
book.say(
    "- **The book's recipe** at {first:g} is {first_gap:.0%} as far from itself at half that rate as from another seed; at {last:g} still {last_gap:.0%}. {verdict}\n"
    "- **The same error, with features that moved and with features that did not.** Linearised and real networks draw the picture equally "
    "well. The real one's features have moved by {features:.0%} of all they vary; its N is {ratio} times the linearised one's{ratio_word}. P "
    "differs by {p_gap}, G by {g_gap}: {mixing}.\n"
    "- Given the linearised network's weights, the network itself draws with an error of {wrong:.2g} (median), {times:,.0f} times the linear "
    "model's. The linear model is not near the network; it is another model with the same beginning.",
    first=adam_rates[0],
    first_gap=adam_first,
    last=adam_rates[-2],
    last_gap=adam_last,
    verdict="Smaller steps bring it nearer to some limit, but at the rates at which anybody trains it is not there."
    if adam_last < 0.7 * adam_first
    else "In this range smaller steps bring it no nearer to a limit.",
    features=np.median(features_moved),
    ratio=ratio,
    ratio_word="" if ratio.low > 1 or ratio.high < 1 else ", an interval that holds 1: no difference can be claimed",
    p_gap=p_gap,
    g_gap=g_gap,
    mixing=f"where features moved, {' and '.join(told)} changed" if told else "no change of mixing can be claimed",
    wrong=np.median(as_network),
    times=np.median(as_network) / np.median(task.losses(np.stack(real))),
)

# %% [markdown]
# **The bridge to the measures.** P, G and N are then in part measures of the *way*: of the rate, not of the picture. They are as
# trustworthy for a comparison as it is fair in its rates, and [this book's recipe taken apart](34_question_the_choices.ipynb) asks how much each such
# choice moves them. And that a network which never moved a feature is mixed, and can be moved in many ways, is once more what
# [the population](19_see_what_holds.ipynb) says: training inherits it.
#
# ## What this does not show
#
# - One picture of few pixels, networks of some hundred weights, no colours by hue. Larger networks are flatter about their first weights,
#   and nearer to their linear models.
# - All ways have the same *time*. Where descent at a large rate is elsewhere than the flow, it may be where the flow would come later, or never.
# - The solver's own error is small beside every gap shown, but a flow is followed for a finite time only. These networks
#   are not at their end, and neither are the book's.
# - Drawn batches, momentum, falling rates: each has a limit of its own.
#
# ## Checks

# %%
solver = np.linalg.norm(again[0] - limit[0])
assert solver < np.linalg.norm(ends[rates[-1]][0] - limit[0])
assert smallest < largest
assert all(np.isfinite(ends[one]).all() for one in rates)
assert all(
    abs(model.loss(way) / task.losses(weights)[0] - 1) < 1e-3
    for model, way, weights in zip(models, moved, real, strict=True)
)
assert all(model.best < task.losses(weights)[0] for model, weights in zip(models, start, strict=True))
book.record(
    out,
    largest=largest,
    smallest=smallest,
    order=float(np.median(order)),
    at_edge=at_edge,
    changes=changes,
    spread=spread,
    adam={"first": adam_first, "last": adam_last},
    linearised={
        "n_ratio": ratio.median,
        "p_gap": p_gap.median,
        "g_gap": g_gap.median,
        "as_network": float(np.median(as_network)),
    },
    networks=[one for runs in stages.values() for one in book.provenance(runs)],
)
