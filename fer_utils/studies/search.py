"""Search or sparsity? What of an evolved network's inside is due to how it was found, and what to its being sparse."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import numpy as np

from fer_utils import controls, garden
from fer_utils.cppn import Network
from fer_utils.evolution import Objective, Operators, Play, Session, breed_with
from fer_utils.genome import Genome
from fer_utils.layerize import EvolvedNetwork, layerize
from fer_utils.studies import making
from fer_utils.studies.arms import Arm, Made, Study, Subject, subject_of
from fer_utils.studies.matching import path_errors
from fer_utils.studies.wired import descended_on, pruned_to
from fer_utils.training.problem import as_network

# An error at which one sees what is drawn. The tomato's is below what a grey tomato reaches, which some seeds end at.
MARKS = {"mushroom": 1e-2, "tomato": 5e-3}
BASELINE = "SGD, dense"
STEPS = 2000
SHOWN = 15  # pictures in a generation


def search_or_sparsity() -> Study:
    """Return the study."""
    arms = (
        Arm("evolved", "evolved", making.evolved, seeds=1),
        Arm(BASELINE, "SGD", making.trained, {"steps": STEPS}),
        Arm("evolved, weights shuffled", "shuffled", shuffled),
        Arm("evolved, made dense, noise .1", "made dense", made_dense, {"noise": 0.1}),
        Arm("evolved, made dense, noise .5", "made dense", made_dense, {"noise": 0.5}),
        Arm("SGD, pruned to 4 times the evolved count", "pruned", pruned, {"times": 4}),
        Arm("SGD, pruned to twice the evolved count", "pruned", pruned, {"times": 2}),
        Arm("SGD, pruned to the evolved count", "pruned", pruned, {"times": 1}),
        Arm("SGD on the evolved wiring", "wiring", on_wiring, {"restarts": 1}),
        Arm("SGD on the evolved wiring, noise", "wiring", on_wiring, {"restarts": 1, "jitter": 1.0}),
        Arm("SGD on the evolved wiring, from shuffled weights", "wiring", on_wiring, {"restarts": 1, "shuffled": True}),
        Arm("SGD from the ancestor 3 generations back", "ancestor", from_ancestor, {"back": 3}, seeds=1),
        Arm("SGD from the ancestor 8 generations back", "ancestor", from_ancestor, {"back": 8}, seeds=1),
        Arm("SGD from the ancestor 16 generations back", "ancestor", from_ancestor, {"back": 16}, seeds=1),
        Arm("NEAT with the picture as objective", "objective", objective, {"generations": 120}),
        Arm("SGD, dense, stopped at that NEAT's error", "objective", like_objective, {"generations": 120}),
        Arm("that NEAT, then SGD on its wiring", "objective", after_objective, {"generations": 120}),
        Arm("SGD on the evolved wiring, best of 10 restarts", "wiring", on_wiring, {"restarts": 10}),
    )
    return Study("search_or_sparsity", arms, MARKS, BASELINE)


def shuffled(subject: Subject, seed: int) -> Made:
    """Exchange the evolved network's own weights at random: the null, which draws something else."""
    return Made({0: controls.shuffled(subject.network, seed=seed)}, 0.0, {"made": "evolved, weights shuffled"})


def made_dense(subject: Subject, seed: int, *, noise: float, steps: int = STEPS) -> Made:
    """Put noise on every weight slot of the evolved network and train it back to the picture.

    Args:
        subject: What to draw.
        seed: Of the noise.
        noise: Its standard deviation, times 1 / √fan-in.
        steps: Of training, at most.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    noisy = [one + rng.normal(size=one.shape) * noise / np.sqrt(len(one)) for one in subject.network.weights]
    start = Network(subject.network.architecture, tuple(noisy), "evolved, made dense")
    made = making.descended(subject.target, start, making.short_recipe(steps=steps), seed=seed, until=subject.mark)
    return Made(made.path, made.seconds, {**made.recipe, "noise": noise})


def pruned(subject: Subject, seed: int, *, times: float, steps: int = STEPS) -> Made:
    """Train a dense network, then prune it to so many times the weights that the evolved one has, and train it on."""
    dense = making.trained(subject, seed, steps=steps)
    keep = round(times * np.count_nonzero(subject.network.flat()))
    recipe = making.short_recipe(steps=steps // 8)
    made = pruned_to(subject.target, dense.path[max(dense.path)], keep, recipe, until=subject.mark)
    return Made(made.path, dense.seconds + made.seconds, made.recipe)


def on_wiring(
    subject: Subject, seed: int, *, restarts: int, jitter: float = 0.0, shuffled: bool = False, steps: int = STEPS
) -> Made:
    """Train fresh weights on the evolved wiring.

    Args:
        subject: What to draw.
        seed: Of the weights.
        restarts: Starts that are tried for an eighth of the steps each; the best goes on.
        jitter: Noise on the way, as in `wired.descended_on`.
        shuffled: Begin with the evolved weights in another order instead of fresh ones.
        steps: Of training, at most.
    """
    begun, movable = time.perf_counter(), controls.movable_weights(subject.network)
    starts = [_start(subject.network, movable, 1000 * seed + number, shuffled) for number in range(restarts)]
    if restarts > 1:
        recipe = making.short_recipe(steps=steps // 8)
        ends = [descended_on(subject.target, one, movable, recipe, seed=seed, until=0.0).path for one in starts]
        lasts = {number: path[max(path)] for number, path in enumerate(ends)}
        errors = path_errors(lasts, subject.target)
        starts = [lasts[min(errors, key=errors.__getitem__)]]
    recipe = making.short_recipe(steps=steps)
    made = descended_on(subject.target, starts[0], movable, recipe, seed=seed, until=subject.mark, jitter=jitter)
    return Made(made.path, time.perf_counter() - begun, {**made.recipe, "restarts": restarts, "shuffled": shuffled})


def from_ancestor(subject: Subject, seed: int, *, back: int, steps: int = STEPS) -> Made:
    """Train an ancestor of the evolved network, on its own wiring, on the descendant's picture.

    Args:
        subject: What to draw.
        seed: Has no part in it.
        back: How many generations before.
        steps: Of training, at most.
    """
    line, _ = garden.ancestors(subject.name)
    start = layerize(line[max(0, len(line) - 1 - back)])
    movable, recipe = controls.movable_weights(start), making.short_recipe(steps=steps)
    made = descended_on(subject.target, start, movable, recipe, seed=seed, until=subject.mark)
    return Made(made.path, made.seconds, {**made.recipe, "back": min(back, len(line) - 1)})


def objective(subject: Subject, seed: int, *, generations: int) -> Made:
    """Breed towards the picture: the closest so far is always the parent."""
    return _objective(subject.name, subject.mark, seed, generations)


def like_objective(subject: Subject, seed: int, *, generations: int, steps: int = STEPS) -> Made:
    """Train a dense network until its error is that of the network which NEAT found with the same seed."""
    error = _reached(subject, seed, generations)
    return making.trained(subject, seed, steps=steps, until=error)


def after_objective(subject: Subject, seed: int, *, generations: int, steps: int = STEPS) -> Made:
    """Train on, on its own wiring, the network which NEAT found."""
    found: Any = _objective(subject.name, subject.mark, seed, generations).path
    start: EvolvedNetwork = found[max(found)]
    movable, recipe = controls.movable_weights(start), making.short_recipe(steps=steps)
    return descended_on(subject.target, start, movable, recipe, seed=seed, until=subject.mark)


@cache
def _objective(name: str, mark: float, seed: int, generations: int) -> Made:
    """Breed towards a subject's picture; kept, since three arms build on the same search."""
    begun, subject = time.perf_counter(), subject_of(name, mark)
    play = Play(Session(f"objective, {name}", seed, Operators(), "objective", SHOWN))
    chooser = Objective(subject.target)
    breed_with(play, chooser, images_shown=SHOWN * (generations + 1))
    best, _ = chooser.choose(play)
    genome: Genome = play.genome(best[0])
    recipe = {"generations": generations, "shown": SHOWN, "connections": len(genome.connections)}
    return Made({generations: layerize(genome)}, time.perf_counter() - begun, recipe)


def _reached(subject: Subject, seed: int, generations: int) -> float:
    return min(path_errors(_objective(subject.name, subject.mark, seed, generations).path, subject.target).values())


def _start(network: EvolvedNetwork, movable: Any, seed: int, shuffled: bool) -> Network:
    """Draw fresh weights on a wiring, of variance 1 / the number that feed the same neuron, or shuffle its own."""
    if shuffled:
        return controls.shuffled(network, seed=seed)
    rng = np.random.Generator(np.random.PCG64(seed))
    feeding = [np.broadcast_to((matrix != 0).sum(axis=0), matrix.shape).ravel() for matrix in network.weights]
    flat = network.flat()
    flat[movable] = rng.normal(size=int(movable.sum())) / np.sqrt(np.concatenate(feeding)[movable])
    return as_network(network.architecture, flat.astype(np.float32), f"the evolved wiring, seed {seed}")
