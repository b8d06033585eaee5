"""The loop: advance in short chunks, note the losses, keep snapshots and checkpoints, stop a seed whose loss is lost.

How the steps are cut into chunks decides nothing: an engine's `advance` gives the same bits in one call or in many.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fer_utils.images import Array
from fer_utils.training.checkpoints import Checkpoints
from fer_utils.training.problem import Engine, State
from fer_utils.training.runs import Progress

# How long an engine works before the bar moves and a checkpoint may be written.
CHUNK_SECONDS = 0.2

Tick = Callable[[int, int, float], None]


@dataclass
class Lane:
    """One seed on its way.

    Args:
        seed: Of its first weights.
        steps: Where it ends.
        marks: Steps at which a snapshot is kept.
        here: As it stands; the loss of its weights is not known yet.
        safe: As it stood one chunk ago, when its loss was finite: what checkpoints hold.
        checkpoints: Where they go.
        loss: The last loss, once it has finished.
        diverged_at: Step at which the loss was no longer finite, if it came to that.

    Source: ours.
    """

    seed: int
    steps: int
    marks: frozenset[int]
    here: Progress
    safe: Progress
    checkpoints: Checkpoints
    loss: float | None = None
    diverged_at: int | None = None

    @property
    def step(self) -> int:
        """Updates done."""
        return self.here.state.step

    @property
    def to_next_mark(self) -> int:
        """How many steps it may go before something must be noted."""
        return min(mark for mark in self.marks | {self.steps} if mark > self.step) - self.step

    def take(self, state: State, losses: Array, seconds: float) -> None:
        """Move on to a new state, with the losses of the steps that led there."""
        kept = dict(self.here.snapshots)
        if state.step in self.marks or state.step == self.steps:
            kept[state.step] = state.weights
        history = self.here.history.extended(self.step, losses)
        self.safe = self.here
        seconds += self.here.seconds
        self.here = replace(self.here, state=state, history=history, snapshots=kept, seconds=seconds)


def train(lanes: Sequence[Lane], engine: Engine, *, checkpoint_every: float, tick: Tick) -> None:
    """Train a group of seeds to their end; each lane then holds its result.

    Args:
        lanes: As many as the engine likes at once.
        engine: Built for their problem.
        checkpoint_every: Seconds between checkpoints.
        tick: Told the seed, how many steps it went on, and its loss.

    Source: ours.
    """
    going = [lane for lane in lanes if not _finish(lane, engine)]
    pace, saved = 1, time.monotonic()
    try:
        while going:
            count = min(pace, *(lane.to_next_mark for lane in going))
            began = time.perf_counter()
            going = _advance(going, engine, count, tick)
            seconds = time.perf_counter() - began
            pace = max(1, min(2 * pace, int(count * CHUNK_SECONDS / max(seconds, 1e-6))))
            if time.monotonic() - saved >= checkpoint_every:
                _save(going)
                saved = time.monotonic()
    except BaseException:  # KeyboardInterrupt above all: nothing that was trained is lost
        _save(going)
        raise


def _advance(lanes: list[Lane], engine: Engine, count: int, tick: Tick) -> list[Lane]:
    """Do one chunk for every lane, and return those that are not finished."""
    began = time.perf_counter()
    states, losses = engine.advance([lane.here.state for lane in lanes], count)
    seconds = (time.perf_counter() - began) / len(lanes)
    for lane, state, row in zip(lanes, states, losses, strict=True):
        before = lane.step
        if np.isfinite(row).all():
            lane.take(state, row, seconds)
            _finish(lane, engine)
        else:
            _diverge(lane, engine, row)
        tick(lane.seed, (lane.steps if lane.loss is not None else lane.step) - before, float(row[-1]))
    return [lane for lane in lanes if lane.loss is None]


def _finish(lane: Lane, engine: Engine) -> bool:
    """Close a lane that has done its last step; say whether it is closed."""
    if lane.step < lane.steps:
        return False
    loss = engine.losses([lane.here.state])
    if not np.isfinite(loss).all():
        _diverge(lane, engine, loss)
        return True
    lane.loss = float(loss[0])
    lane.here = replace(lane.here, history=lane.here.history.closed(lane.step, lane.loss))
    return True


def _diverge(lane: Lane, engine: Engine, losses: Array) -> None:
    """Close a lane whose loss is lost, at the last weights that had a finite one.

    The weights of single steps are not kept, so the few steps up to there are done again: the same bits come out.
    """
    first_lost = int(np.argmin(np.isfinite(losses)))
    history = lane.here.history.extended(lane.step, losses[:first_lost])
    lane.diverged_at = lane.step + first_lost
    origin = lane.here if first_lost else lane.safe
    again = lane.diverged_at - 1 - origin.state.step
    state = engine.advance([origin.state], again)[0][0] if again > 0 else origin.state
    lane.loss = float(engine.losses([state])[0])
    kept = {step: flat for step, flat in lane.here.snapshots.items() if step <= state.step}
    kept[state.step] = state.weights
    lane.here = replace(lane.here, state=state, history=history.closed(state.step, lane.loss), snapshots=kept)


def _save(lanes: list[Lane]) -> None:
    for lane in lanes:
        lane.checkpoints.save(lane.safe)
