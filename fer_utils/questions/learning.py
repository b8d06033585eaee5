"""Train a classifier and note, epoch by epoch, what it knows of the examples it saw and of those it did not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fer_utils.checks import bad, one_of, real, whole
from fer_utils.questions.sets import LabelledSet
from fer_utils.training.stepping import torch_threads

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Study:
    """How a classifier is trained.

    Args:
        epochs: Passes over the examples, at most.
        batch: Examples in a step.
        rate: Learning rate.
        optimiser: "adam", or "sgd" with momentum .9.
        weight_decay: Decoupled from the gradient with "adam" (AdamW), added to it with "sgd".
        shift: Largest random shift of an example in each step, in pixels: a mild augmentation; 0 for none.
        look: Epochs between looks at the test examples, which cost time; in between the curve stays where it was.
        stop: Whether to stop once every example to learn from is answered as its label says.
        until: Accuracy on the test examples at which to stop, so that networks can be compared at the same one; None to
            go on. The test examples then help to train, and others must judge.

    Raises:
        BadInput: A value is out of range.

    Source: ours; after Zhang et al. 2017, section 2.
    """

    epochs: int = 100
    batch: int = 64
    rate: float = 1e-3
    optimiser: str = "adam"
    weight_decay: float = 0.0
    shift: int = 0
    look: int = 1
    stop: bool = False
    until: float | None = None

    def __post_init__(self) -> None:
        whole("epochs", self.epochs, least=1)
        whole("batch", self.batch, least=1)
        real("rate", self.rate, above=0)
        one_of("optimiser", self.optimiser, ("adam", "sgd"))
        real("weight_decay", self.weight_decay, least=0)
        whole("shift", self.shift, least=0, most=8)
        whole("look", self.look, least=1)
        if not isinstance(self.stop, bool):
            raise bad("stop", "True or False", self.stop)
        if self.until is not None:
            real("until", self.until, above=0, most=1)


@dataclass(frozen=True, eq=False)
class Learning:
    """What came of it.

    Args:
        model: The trained network.
        train_accuracy: ``(epochs + 1,)`` share of the examples to learn from that are answered as labelled, before
            the first epoch and after each.
        test_accuracy: ``(epochs + 1,)`` the same on the test examples, as far as they were looked at.
        loss: ``(epochs + 1,)`` mean cross-entropy on the examples to learn from.
        seed: Of the order of the examples.
    """

    model: nn.Module = field(repr=False)
    train_accuracy: Curve = field(repr=False)
    test_accuracy: Curve = field(repr=False)
    loss: Curve = field(repr=False)
    seed: int

    @property
    def epochs(self) -> int:
        """Epochs done."""
        return len(self.loss) - 1

    @property
    def fitted_at(self) -> int | None:
        """The first epoch after which every label was given as learnt, or None."""
        found = np.flatnonzero(self.train_accuracy == 1)
        return int(found[0]) if len(found) else None


def learn(model: nn.Module, data: LabelledSet, study: Study | None = None, *, seed: int, threads: int = 1) -> Learning:
    """Train a classifier in place.

    Args:
        model: Takes ``(n, channels, *space)`` and gives ``(n, classes)`` scores.
        data: What to learn from, and what to be tested on.
        study: How; None for the usual.
        seed: Of the order of the examples, of the shifts and of dropout; torch's own random state is left as it was.
        threads: CPU threads; small networks are fastest on one.

    Returns:
        The curves, with the model.

    Source: ours; after Zhang et al. 2017, section 2.
    """
    study = study or Study()
    x, y, test_x, test_y = (torch.from_numpy(part) for part in (data.train_x, data.train_y, data.test_x, data.test_y))
    rows: list[tuple[float, float, float]] = []
    with torch_threads(threads), torch.random.fork_rng(devices=[]):
        torch.manual_seed(whole("seed", seed, least=0))
        optimiser = _optimiser(model, study)
        share, loss = _judged(model, x, y)
        rows.append((share, _judged(model, test_x, test_y)[0], loss))
        for epoch in range(1, study.epochs + 1):
            _epoch(model, optimiser, x, y, study)
            share, loss = _judged(model, x, y)
            last = epoch == study.epochs or (study.stop and share == 1)
            looked = last or epoch % study.look == 0
            rows.append((share, _judged(model, test_x, test_y)[0] if looked else rows[-1][1], loss))
            if last or (looked and study.until is not None and rows[-1][1] >= study.until):
                break
    train, test, loss = np.array(rows).T
    return Learning(model, train, test, loss, seed)


def accuracy(model: nn.Module, x: NDArray[np.float32], y: NDArray[np.int64]) -> float:
    """Return the share of examples that a classifier answers as labelled.

    Args:
        model: Takes ``(n, channels, *space)`` and gives ``(n, classes)`` scores.
        x: The examples.
        y: ``(n,)`` labels.

    Source: ours.
    """
    return _judged(model, torch.from_numpy(x), torch.from_numpy(y))[0]


def _optimiser(model: nn.Module, study: Study) -> torch.optim.Optimizer:
    options: dict[str, Any] = {"lr": study.rate, "weight_decay": study.weight_decay}
    if study.optimiser == "sgd":
        return torch.optim.SGD(model.parameters(), momentum=0.9, **options)
    return torch.optim.AdamW(model.parameters(), **options)  # what is frozen has no gradient, and is left alone


def _epoch(model: nn.Module, optimiser: torch.optim.Optimizer, x: Tensor, y: Tensor, study: Study) -> None:
    model.train()
    order = torch.randperm(len(x))
    for some in order.split(study.batch):
        optimiser.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(_shifted(x[some], study.shift)), y[some]).backward()
        optimiser.step()


def _shifted(x: Tensor, most: int) -> Tensor:
    """Shift each example by whole pixels along each axis of space; what comes in is the example's own edge value 0."""
    if not most:
        return x
    padded = nn.functional.pad(x, [most, most] * (x.ndim - 2))
    for axis in range(2, x.ndim):
        starts = torch.randint(2 * most + 1, (len(x),))
        index = starts[:, None] + torch.arange(x.shape[axis])
        shape = [len(x), *[1] * (padded.ndim - 1)]
        shape[axis] = x.shape[axis]
        padded = padded.gather(axis, index.reshape(shape).expand(*padded.shape[:axis], -1, *padded.shape[axis + 1 :]))
    return padded


@torch.no_grad()
def _judged(model: nn.Module, x: Tensor, y: Tensor) -> tuple[float, float]:
    """Return accuracy and mean cross-entropy."""
    was = model.training
    model.eval()
    scores = torch.cat([model(some) for some in x.split(1024)])
    model.train(was)
    return float((scores.argmax(1) == y).double().mean()), float(nn.functional.cross_entropy(scores, y))
