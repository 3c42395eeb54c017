"""A worker that dies in the middle is followed by another, and nothing is done twice."""

from typing import Any

import pytest
from sqlalchemy import text

from backend.catalog.products.models import ProductVersionEvent
from backend.catalog.sheets import applying, check_runs
from backend.catalog.sheets.error_lists import FileGone, marked_file
from backend.catalog.sheets.life import begin_run
from backend.catalog.sheets.models import (
    CatalogueImport,
    CatalogueImportError,
    CatalogueImportEvent,
    CatalogueImportFile,
    CatalogueImportProduct,
    ImportState,
)
from backend.core.database import db
from tests.catalog.sheets.books import many
from tests.catalog.sheets.desk import Desk, versions
from tests.conftest import Time
from tests.racing import at_once


class Killed(BaseException):
    """What no `except Exception` catches."""


def die_after(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, calls: int) -> None:
    """Let a function work a few times and then end the worker in the middle of things."""
    real, done = getattr(where, name), []

    def dying(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        done.append(1)
        if len(done) > calls:
            raise Killed
        return result

    monkeypatch.setattr(where, name, dying)


def test_an_application_goes_on_where_the_worker_died(
    desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = desk.check(many(100, 2))
    desk.apply(found["no"], submit=True)
    with monkeypatch.context() as dying:
        die_after(dying, applying, "save_drafts", 1)
        with pytest.raises(Killed):
            applying.apply(found["no"])
    stopped = desk.look(found["no"])
    assert (stopped["state"], stopped["rows_done"]) == ("applying", 3 * applying.AT_ONCE)
    assert len(versions()) == applying.AT_ONCE, "the chunk it died in is undone"
    desk.worker.run()
    assert len(versions()) == applying.AT_ONCE, "the dead worker still holds it"
    time.travel(seconds=61)
    desk.worker.sweep()
    done = desk.look(found["no"])
    assert (done["state"], done["rows_done"], done["rows_total"]) == ("applied", 300, 300)
    assert [version.state for version in versions()] == ["review"] * 100
    steps = [event.step for event in db.session.query(ProductVersionEvent)]
    assert (steps.count("draft"), steps.count("submit")) == (100, 100)


def test_a_check_begins_anew_when_its_worker_died(
    desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    no = desk.send(many(30))
    with monkeypatch.context() as dying:
        die_after(dying, check_runs, "_keep_faults", 0)
        with pytest.raises(Killed):
            check_runs.check(no)
    assert desk.look(no)["state"] == "checking"
    assert db.session.query(CatalogueImportProduct).count() == 0
    time.travel(seconds=61)
    desk.worker.sweep()
    assert desk.look(no)["state"] == "checked"
    assert db.session.query(CatalogueImportProduct).count() == 30
    steps = db.session.query(CatalogueImportEvent).order_by(CatalogueImportEvent.id)
    assert [event.step for event in steps] == ["receive", "check", "check", "checked"]


def test_a_file_that_kills_every_worker_is_given_up(
    desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    no = desk.send(many(1))
    die_after(monkeypatch, check_runs, "read_sheets", 0)
    for _ in range(3):
        with pytest.raises(Killed):
            check_runs.check(no)
        time.travel(seconds=61)
    check_runs.check(no)
    given_up = desk.look(no)
    assert given_up["state"] == "failed"
    assert "没有完成" in given_up["failure"]


def test_an_import_whose_job_was_lost_is_found(desk: Desk, time: Time) -> None:
    no = desk.send(many(1))
    db.session.execute(text("DELETE FROM procrastinate_jobs"))
    db.session.commit()
    time.travel(seconds=61)
    desk.worker.sweep()
    assert desk.look(no)["state"] == "checked"


def test_of_many_workers_one_takes_hold(desk: Desk) -> None:
    no = desk.send(many(1))

    def begin(_: int) -> bool:
        with desk.app.app_context():
            return begin_run(no, ImportState.waiting) is not None

    assert sorted(at_once(begin, range(6))) == [False] * 5 + [True]


def test_many_workers_on_one_application_double_nothing(desk: Desk) -> None:
    found = desk.check(many(90))
    desk.apply(found["no"])

    def work(_: int) -> None:
        with desk.app.app_context():
            applying.apply(found["no"])

    at_once(work, range(4))
    assert desk.look(found["no"])["state"] == "applied"
    assert len(versions()) == 90


def test_of_two_files_at_once_for_one_producer_one_is_refused(desk: Desk) -> None:
    answers = at_once(lambda number: desk.post(many(number + 1)), range(4))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert db.session.query(CatalogueImport).count() == 1


def test_progress_is_seen_while_it_is_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    no = desk.send(many(600))
    seen = []
    real = check_runs.Run.progress

    def watched(held: Any, rows_done: int) -> None:
        real(held, rows_done)
        seen.append(desk.look(no)["rows_done"])

    monkeypatch.setattr(check_runs.Run, "progress", watched)
    desk.worker.run()
    assert len(seen) >= 1200 // 200
    assert seen == sorted(seen)
    assert desk.look(no)["rows_done"] == 1200


def test_files_are_deleted_after_a_month_and_what_was_found_stays(desk: Desk, time: Time) -> None:
    desk.check(many(1, 图片="x"))
    time.travel(days=31)
    desk.worker.sweep()
    assert db.session.query(CatalogueImportFile).count() == 0
    assert db.session.query(CatalogueImportError).count() == 1
    with pytest.raises(FileGone):
        marked_file(db.session.query(CatalogueImport).one().id)
