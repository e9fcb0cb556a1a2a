"""Running the worker that delivers notices and carries on searches: by itself, or beside a demonstration."""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType

import click
from structlog.typing import FilteringBoundLogger

from passport_api import setup
from passport_api.api.edge import capture_library_logs, describe, make_log
from passport_api.app import build_runtime, utc_now
from passport_api.cli.place import data_option, settings_of
from passport_api.config import Settings
from passport_api.domain.outbox import Failed, Outcome
from passport_api.senders import open_senders
from passport_api.services.background import Background
from passport_api.services.delivery import Delivery, Taken
from passport_api.services.offers import Comparing
from passport_api.services.publishing import Publisher
from passport_api.services.runtime import Runtime
from passport_api.services.search_correcting import Correcting
from passport_api.services.searching import Searching
from passport_api.services.worker import Worker

_ENDING_SECONDS = 10
_JOBS_BESIDE = 3


@click.command("worker")
@data_option
def worker_command(data: Path | None) -> None:
    """Deliver notices by email and to webhooks, and carry on searches, until told to stop.

    Any number of workers share the work.
    """
    settings = settings_of(data)
    setup.check(settings)
    run_worker(settings)


def run_worker(settings: Settings) -> None:
    """Deliver notices, carry on searches and compare former numbers until told to stop, by a signal.

    Raises:
        SettingInvalid: there is no way for emails.
        KeyStoreError: the keys do not open.
        StoreUnavailable: the database does not answer.
    """
    senders = open_senders(settings)
    runtime = build_runtime(replace(settings, threads=settings.threads + _JOBS_BESIDE))
    log = make_log(utc_now)
    capture_library_logs(log)

    def complain(error: Exception) -> None:
        log.error("worker", **describe(error))

    lease = timedelta(seconds=settings.notice_seconds)
    delivery = Delivery(runtime, senders, settings.base_url, lease)
    worker = Worker(delivery, settings.threads, _telling(log), complain)
    publisher = Publisher(  # which notices, too, when the database is rolled back under a worker
        runtime.anchoring, settings.anchor_seconds, lambda what: log.error("anchors_not_up_to_date", exception=what)
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    threading.Thread(target=_until_alone, args=(worker,), daemon=True).start()
    publisher.start()
    with _jobs_beside(runtime, lease, complain):
        log.info("worker_started")
        worker.run()
    publisher.stop()
    runtime.database.close()


@contextmanager
def _jobs_beside(runtime: Runtime, lease: timedelta, complain: Callable[[Exception], object]) -> Iterator[None]:
    """Carry on other jobs, each in a thread of its own: a long search holds no notice up, nor a correction."""
    jobs = (
        Background("searches", Searching(runtime, lease), complain),
        Background("search corrections", Correcting(runtime, lease), complain),
        Background("former numbers", Comparing(runtime), complain),
    )
    for job in jobs:
        job.start()
    yield
    for job in jobs:
        job.stop()
    for job in jobs:
        job.join()


def _telling(log: FilteringBoundLogger) -> Callable[[Taken, Outcome], None]:
    """What writes a line of what came of each notice."""

    def tell(taken: Taken, outcome: Outcome) -> None:
        notice = taken.notice
        said = {"notice_id": str(notice.notice_id), "kind": notice.kind.value, "channel": notice.channel.value}
        if isinstance(outcome, Failed):
            log.warning("notice", outcome="failed", fault=outcome.fault.value, tries=notice.tries + 1, **said)
        else:
            log.info("notice", outcome=type(outcome).__name__.lower(), **said)

    return tell


@contextmanager
def beside(settings: Settings) -> Iterator[None]:
    """Run a worker in a process of its own for as long as the block lasts; however this one ends, so does that."""
    process = multiprocessing.get_context("spawn").Process(target=run_worker, args=(settings,), name="worker")
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(_ENDING_SECONDS)
        process.kill()


def _until_alone(worker: Worker) -> None:
    """End a worker whose process was started beside another, once that is gone."""
    beside_whom = multiprocessing.parent_process()
    if beside_whom is None:
        return
    beside_whom.join()
    worker.stop()
