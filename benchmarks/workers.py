"""Processes that take turns: each holds one way of doing something, on the same cores, with memory of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import Any

Maker = Callable[..., Callable[..., Any]]  # makes, from its arguments, what a turn does


class Worker:
    """One process.

    Args:
        maker: A function of a module, called there once; what it returns is called at each turn.
        threads: How many cores it is held to, and how many threads libraries may take.
        **options: For the maker.
    """

    def __init__(self, maker: Maker, *, threads: int, **options: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, maker, threads, options), daemon=True)
        before = {name: os.environ.get(name) for name in _THREADS}
        os.environ.update(dict.fromkeys(_THREADS, str(threads)))  # read when the libraries are imported, over there
        try:
            self._process.start()
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        there.close()
        self.ask_ready()

    def ask_ready(self) -> None:
        """Wait until it has made what it holds."""
        self._receive()

    def turn(self, *arguments: Any) -> Any:
        """Let it work once, and return what it found."""
        self._here.send(arguments)
        return self._receive()

    def close(self) -> None:
        """End it."""
        self._here.close()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def _receive(self) -> Any:
        try:
            good, value = self._here.recv()
        except EOFError:
            raise RuntimeError("A worker died.") from None
        if not good:
            raise RuntimeError(value)
        return value


@contextmanager
def crew(makers: Mapping[str, Maker], *, threads: int, **options: Any) -> Iterator[dict[str, Worker]]:
    """Hold a worker for each maker, all with the same options, and end them all whatever happens."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(Worker(maker, threads=threads, **options)) for name, maker in makers.items()}


def keep_to_cores(threads: int) -> None:
    """Hold this process to so many cores: the one limit that every library heeds."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def _serve(pipe: Connection, maker: Maker, threads: int, options: dict[str, Any]) -> None:
    try:
        keep_to_cores(threads)
        turn = maker(**options)
        pipe.send((True, None))
        while True:
            pipe.send((True, turn(*pipe.recv())))
    except EOFError:
        return
    except Exception as error:  # whatever it is, the other side must hear of it
        pipe.send((False, f"{type(error).__name__}: {error}"))
