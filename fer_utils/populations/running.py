"""The cluster: jobs go out, rows come in, and whoever dies is survived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_utils.checks import BadInput, bad, whole
from fer_utils.populations.jobs import Job, Plan
from fer_utils.populations.rows import keep, known, write_table
from fer_utils.populations.working import Row, do_job

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

Tell = Callable[[int, int, Row], None]
RETRIES = 3  # how often a job is given to another worker when one dies with it


def population(
    plan: Plan,
    folder: str | Path,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    store: str | Path | None = None,
    client: Client | None = None,
    tell: Tell | None = None,
) -> pd.DataFrame:
    """Run a population, or what of it is not there yet, and return its table.

    Rows that are in the folder are not made again, failed ones are. Rows are written as they arrive, by this process,
    so that workers need not share its disk.

    Args:
        plan: What to run.
        folder: Where rows and tables are kept.
        scheduler: Address of a running Dask scheduler, as in "tcp://10.0.0.5:8786"; None for a cluster of its own.
        workers: Processes of that cluster; None for one a core.
        store: Folder of trained runs on the workers' machines, so that a killed run resumes; None to keep none.
        client: A Dask client that is there already; then neither scheduler nor workers are looked at.
        tell: Called with the number of rows that are there, of all, and the row that came.

    Returns:
        The whole plan's table, a row for each seed, as it also stands in population.csv and population.parquet.

    Raises:
        BadInput: The scheduler cannot be reached, or workers is no whole number.

    Source: ours.
    """
    place, jobs = Path(folder), plan.jobs()
    there = {(job, seed): row for job in jobs for seed, row in known(place, job).items()}
    rows: list[Row] = list(there.values())
    total = sum(len(job.seeds) for job in jobs)
    missing = [job.only(left) for job in jobs if (left := [seed for seed in job.seeds if (job, seed) not in there])]
    if missing:
        with _client(client, scheduler, workers) as ready:
            for row in _work(ready, missing, str(store) if store else None):
                keep(place, row)
                rows.append(row)
                if tell:
                    tell(len(rows), total, row)
    return write_table(place, rows)


def _work(client: Client, jobs: list[Job], store: str | None) -> Iterator[Row]:
    """Hand out jobs and yield rows as they come; a job that kills every worker becomes rows that say so."""
    from distributed import as_completed

    futures = {client.submit(do_job, job, store, retries=RETRIES, pure=False): job for job in jobs}
    for future in as_completed(futures):
        job = futures.pop(future)
        if future.status == "finished":
            yield from future.result()
        else:
            reason = f"{type(future.exception()).__name__}: {future.exception()}"
            for seed in job.seeds:
                yield _lost_row(job, seed, reason)
        future.release()


def _lost_row(job: Job, seed: int, reason: str) -> Row:
    return {
        "key": job.key(seed),
        "image": job.image,
        "kind": job.kind,
        "seed": seed,
        "steps": job.steps,
        "size": job.size,
        "init_gain": job.init_gain,
        "status": "failed",
        "problem": reason,
    }


@contextmanager
def _client(client: Client | None, scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """Use the client that is there, or make one for the time of the work."""
    from distributed import Client, LocalCluster

    if client is not None:
        yield client
    elif scheduler is not None:
        if not isinstance(scheduler, str):
            raise bad("scheduler", 'an address, as in "tcp://10.0.0.5:8786"', scheduler)
        with _connected(Client, scheduler) as remote:
            yield remote
    else:
        count = None if workers is None else whole("workers", workers, least=1)
        options: dict[str, Any] = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
        with LocalCluster(n_workers=count, **options) as cluster, Client(cluster) as local:
            yield local


def _connected(kind: Any, address: str) -> Any:
    try:
        return kind(address, timeout=10)
    except (OSError, ValueError) as error:
        raise BadInput(f"scheduler must be reachable, got {address} ({type(error).__name__}: {error}).") from None
