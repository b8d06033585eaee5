"""Notebooks side by side: processes that run one task at a time each, and end cleanly when they are told to.

Papermill runs one notebook at a time in a process, so each of several needs a process of its own. The machine's threads
are shared out among them: threads that wait for each other on a busy core wait long.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import Any

MOST = 4  # at a time unless asked for: each may take a gigabyte or two of memory
THREADS = "OMP_NUM_THREADS"
Submit = Callable[..., Future[Any]]
Handler = Callable[[int, FrameType | None], None]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_each(jobs: int) -> int:
    """Return how many threads each of some tasks gets.

    Args:
        jobs: How many run at a time.

    Returns:
        The number ``OMP_NUM_THREADS`` asks for, if it is set; or else an equal share of the cores, at least 1.

    Source: ours.
    """
    asked = os.environ.get(THREADS, "")
    return int(asked) if asked.isdigit() and int(asked) else max(1, cores() // jobs)


@contextmanager
def side_by_side(jobs: int) -> Iterator[Submit]:
    """Offer some processes that take tasks; one job at a time runs in this process.

    Args:
        jobs: How many tasks may run at a time.

    Yields:
        A function that takes a task and its arguments and returns its future. If the block ends with an exception
            (Ctrl-C, say), the tasks are told to end, and have ended.

    Source: ours.
    """
    if jobs == 1:
        yield _here
        return
    pool = ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(threads_each(jobs),)
    )
    before = set(multiprocessing.active_children())
    try:
        yield lambda task, *args: pool.submit(_stoppable, task, *args)
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _here(task: Callable[..., Any], /, *args: Any) -> Future[Any]:
    """Run a task at once and return it done; only what stops the whole program passes through."""
    future: Future[Any] = Future()
    try:
        future.set_result(task(*args))
    except Exception as error:
        future.set_exception(error)
    return future


def _stoppable(task: Callable[..., Any], /, *args: Any) -> Any:
    """Run a task in a worker, which can be stopped while the task runs, and only then."""
    _heed(_stop, _stop)
    try:
        return task(*args)
    finally:
        _heed(_nothing, _leave)


def _begin(threads: int) -> None:
    os.environ[THREADS] = str(threads)
    _heed(_nothing, _leave)  # without a task Ctrl-C is for the parent, which then ends its workers


def _heed(interrupted: Handler, terminated: Handler) -> None:
    # Always functions: Python complains of a signal that comes just as its handler is set to SIG_IGN or SIG_DFL.
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, terminated)


def _stop(number: int, frame: FrameType | None) -> None:
    """End the task, once: what it does to leave nothing half-made is not to be interrupted."""
    _heed(_nothing, _nothing)
    logging.disable()  # half-awaited tasks of the kernel's client would be told of, with a traceback
    raise KeyboardInterrupt


def _nothing(number: int, frame: FrameType | None) -> None:
    pass


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: there is nothing to tidy up, and a queue that is left while it is read confuses the next reader."""
    os._exit(128 + number)
