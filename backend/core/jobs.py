"""The queue: work that follows a change, written in the same transaction as the change."""

import copy
import functools
from collections.abc import Callable, Iterable
from typing import Any, LiteralString, ParamSpec

import procrastinate
import structlog
from flask import Flask, current_app
from procrastinate.tasks import Task
from sqlalchemy import text

from backend.core.database import database_connection, db, transaction
from backend.settings import Settings

Arguments = ParamSpec("Arguments")
log = structlog.get_logger()

NAMESPACE = "xiangbang"
queue = procrastinate.Blueprint()
"""Rooms register their tasks here; `open_queue` gives them a database."""


class Connector(procrastinate.PsycopgConnector):
    """Enqueues on the session's own connection also while the worker's pool is open.

    Once that pool is open, procrastinate goes its asynchronous way for every enqueueing, which
    an ordinary connection cannot go: no job could have been deferred from inside a job.
    """

    _ordinary = procrastinate.SyncPsycopgConnector()
    """Never opened: it only ever writes on a connection that it is given."""

    def execute_query_all_with_connection(
        self, connection: Any, query: LiteralString, **arguments: Any
    ) -> list[dict[str, Any]]:
        return self._ordinary.execute_query_all_with_connection(connection, query, **arguments)


def in_transaction(work: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Run a task's work in an application context and a transaction of its own.

    Work that waits for WeChat ends its transaction before it waits, as views do.
    """

    @functools.wraps(work)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        with current_app.app_context(), transaction():
            work(*args, **kwargs)

    return run


def each_in_transaction(items: Iterable[str], work: Callable[[str], bool | None]) -> None:
    """Do `work` for each item in a transaction of its own; a failure does not stop the rest.

    `work` answers `False` when going on makes no sense: where WeChat is silent one item has
    waited for it, and the others need not.
    """
    for item in items:
        try:
            with transaction():
                goes_on = work(item)
        except Exception as error:
            log.error("item_failed", work=work.__name__, item=item, exc_info=error)
            continue
        if goes_on is False:
            break


def open_queue(app: Flask, settings: Settings) -> None:
    """Give the application its queue; only the worker opens the connection pool."""
    connector = Connector(conninfo=settings.libpq_url, min_size=1, max_size=4)
    queue_app = procrastinate.App(connector=connector)
    # A copy, because procrastinate renames the tasks that it takes over.
    queue_app.add_tasks_from(copy.deepcopy(queue), namespace=NAMESPACE)
    app.extensions["queue"] = queue_app


def defer(task: Task[..., Any, ...], **arguments: Any) -> None:
    """Enqueue `task` inside the running transaction: a rollback takes the job with it.

    Tasks are written so that doing their work twice is doing it once.
    """
    queue_app: procrastinate.App = current_app.extensions["queue"]
    named = queue_app.configure_task(f"{NAMESPACE}:{task.name}", connection=database_connection())
    named.defer(**arguments)


def run_worker(app: Flask, *, concurrency: int) -> None:
    """Work off the queue, and do what the clock asks for, until told to stop."""
    queue_app: procrastinate.App = app.extensions["queue"]
    with app.app_context():
        queue_app.run_worker(
            concurrency=concurrency, fetch_job_polling_interval=2, delete_jobs="successful"
        )


def queue_state() -> dict[str, int]:
    """Jobs waiting, and workers that gave a sign of life lately; they do every ten seconds."""
    row = db.session.execute(
        text("""
            SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') AS waiting,
                   (SELECT count(*) FROM procrastinate_workers
                     WHERE last_heartbeat > now() - interval '25 seconds') AS workers
        """)
    ).one()
    return {"waiting": row.waiting, "workers": row.workers}
