"""The queue: a job is written with the change it follows, and one failure stops no other."""

import pytest
import structlog
from sqlalchemy import select, text

from backend import Service
from backend.core import audit, jobs
from backend.core.audit import AuditEntry
from backend.core.database import db, transaction
from backend.core.jobs import defer, each_in_transaction, queue_state
from backend.payments.jobs import close_payment
from tests.conftest import Worker


class WorkFailedError(Exception):
    """What the work of these tests raises."""


def waiting() -> list[str]:
    """The payment numbers of the jobs in the queue."""
    rows = db.session.scalars(
        text("""
            SELECT args ->> 'payment_no' FROM procrastinate_jobs
             WHERE args ? 'payment_no' ORDER BY id
        """)
    )
    return list(rows)


def test_a_job_is_there_when_its_transaction_has_committed(app: Service) -> None:
    with transaction():
        defer(close_payment, payment_no="P1")
    assert waiting() == ["P1"]
    assert queue_state()["waiting"] == 1


def test_a_rolled_back_transaction_leaves_no_job(app: Service) -> None:
    with pytest.raises(WorkFailedError), transaction():
        audit.record(None, "change", "one")
        defer(close_payment, payment_no="P1")
        assert waiting() == ["P1"]
        raise WorkFailedError
    assert waiting() == []
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_nobody_else_sees_a_job_before_the_commit(app: Service, worker: Worker) -> None:
    with transaction():
        defer(close_payment, payment_no="P-unknown")
        worker.run()
        assert waiting() == ["P-unknown"]
    worker.run()
    db.session.rollback()
    untouched = text("""
        SELECT count(*) FROM procrastinate_jobs
         WHERE args ? 'payment_no' AND status = 'todo' AND attempts = 0
    """)
    assert db.session.scalar(untouched) == 0


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> structlog.testing.LogCapture:
    """What the queue says in the log."""
    capture = structlog.testing.LogCapture()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(),
        processors=[capture],
        wrapper_class=structlog.make_filtering_bound_logger("INFO"),
        cache_logger_on_first_use=False,
    )
    monkeypatch.setattr(jobs, "log", logger)
    return capture


def note_all_but_b(item: str) -> None:
    audit.record(None, "done", item)
    if item == "b":
        raise WorkFailedError


def test_a_failure_stops_no_other_item_and_is_logged(
    app: Service, logged: structlog.testing.LogCapture
) -> None:
    each_in_transaction(["a", "b", "c"], note_all_but_b)
    done = db.session.scalars(select(AuditEntry.subject).order_by(AuditEntry.id)).all()
    assert done == ["a", "c"]
    (entry,) = logged.entries
    assert (entry["event"], entry["item"], entry["work"]) == ("item_failed", "b", "note_all_but_b")
    assert isinstance(entry["exc_info"], WorkFailedError)


def test_each_item_is_committed_before_the_next_begins(app: Service) -> None:
    seen: list[int] = []

    def count_then_note(item: str) -> None:
        with db.engine.connect() as another:
            seen.append(another.scalar(text("SELECT count(*) FROM audit_entries")) or 0)
        audit.record(None, "done", item)

    each_in_transaction("abc", count_then_note)
    assert seen == [0, 1, 2]
