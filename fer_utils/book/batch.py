"""Many notebooks, each after those it needs, a few at a time: which runs next, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from fer_utils import storage
from fer_utils.book.chapters import Chapter
from fer_utils.book.keys import chapter_key, folder_hash, sources_hash
from fer_utils.book.presets import Parameters
from fer_utils.book.runner import FAILED, RAN, REUSED, RUNNING, Layout, Outcome, kept, make
from fer_utils.book.workers import Submit, side_by_side

Report = Callable[[Chapter, str, float], None]


def run_chapters(
    chapters: Sequence[Chapter],
    plans: Mapping[str, Parameters],
    layout: Layout,
    *,
    jobs: int = 1,
    package: str | None = None,
    report: Report = lambda chapter, status, seconds: None,
) -> list[Outcome]:
    """Bring notebooks up to date, each after those it needs.

    Args:
        chapters: Notebooks in order.
        plans: For each name, all parameters but `out`.
        layout: Where things are kept.
        jobs: How many may run at a time; with more than 1, in processes of their own.
        package: Hash of the package's source; computed when None.
        report: Called as notebooks begin and end, with a status and seconds.

    Returns:
        One outcome for each notebook, in their order.

    Raises:
        NotebookFailed: A notebook stopped with an error; what runs beside it goes on to its end, nothing else begins.
        BadInput: A notebook refused what it was given, or a parameter names no file.

    Source: ours.
    """
    lock = layout.root / "requirements.lock"
    hashes = {"package": package or sources_hash(), "lock": storage.file_hash(lock) if lock.exists() else ""}
    batch = _Batch(chapters, plans, layout, hashes, report)
    with side_by_side(jobs) as submit:
        batch.run(submit, jobs)
    return [batch.done[chapter.name] for chapter in chapters]


class _Batch:
    """What is done, what runs, and what waits."""

    def __init__(
        self,
        chapters: Sequence[Chapter],
        plans: Mapping[str, Parameters],
        layout: Layout,
        hashes: dict[str, str],
        report: Report,
    ) -> None:
        self.plans, self.layout, self.hashes, self.report = plans, layout, hashes, report
        self.names = {chapter.name for chapter in chapters}
        self.waiting = list(chapters)
        self.running: dict[Future[Outcome], Chapter] = {}
        self.done: dict[str, Outcome] = {}

    def run(self, submit: Submit, jobs: int) -> None:
        """Run everything; after a failure begin nothing more, see out what runs, and raise it."""
        failure: BaseException | None = None
        while self.running or (self.waiting and not failure):
            while not failure and len(self.running) < jobs and (chapter := self._next()):
                self._begin(chapter, submit)
            for future in wait(self.running, return_when=FIRST_COMPLETED).done:
                failure = failure or future.exception()
                self._end(future)
        if failure:
            raise failure

    def _next(self) -> Chapter | None:
        """Return the first notebook that waits for no other."""
        ready = (one for one in self.waiting if not self.names.intersection(one.needs) - self.done.keys())
        return next(ready, None)

    def _begin(self, chapter: Chapter, submit: Submit) -> None:
        self.waiting.remove(chapter)
        parameters = self.plans[chapter.name]
        needs = {name: folder_hash(self.layout.artefacts(name)) for name in chapter.needs if name in self.plans}
        key = chapter_key(chapter, parameters, needs=needs, **self.hashes)
        if outcome := kept(chapter, self.layout, key):
            self.done[chapter.name] = outcome
            self.report(chapter, REUSED, outcome.seconds)
        else:
            self.report(chapter, RUNNING, 0.0)
            self.running[submit(make, chapter, parameters, self.layout, key)] = chapter

    def _end(self, future: Future[Outcome]) -> None:
        chapter = self.running.pop(future)
        if future.exception():
            self.report(chapter, FAILED, 0.0)
        else:
            self.done[chapter.name] = future.result()
            self.report(chapter, RAN, self.done[chapter.name].seconds)
