"""News travels up inside the teller's transaction, or not at all."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from backend import Service
from backend.accounts.models import User
from backend.accounts.sessions import logged_in
from backend.core import audit
from backend.core.alarms import Alarm, raise_alarm
from backend.core.audit import AuditEntry
from backend.core.database import Base, db, transaction
from backend.core.hooks import Hook
from tests.api import Api

VISITOR = "visitor-0123456789"


class ListenerFailedError(Exception):
    """What a listener of these tests raises."""


def fail(*news: object) -> None:
    raise ListenerFailedError


def rows_of(table: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def note(subject: str) -> None:
    audit.record(None, "heard", subject)


def test_listeners_hear_the_news_in_the_order_they_were_wired() -> None:
    heard: list[str] = []
    hook: Hook[[int]] = Hook("count")
    hook.wire(lambda n: heard.append(f"first {n}"), lambda n: heard.append(f"second {n}"))
    hook.tell(7)
    assert heard == ["first 7", "second 7"]


def test_wiring_replaces_whoever_listened_before() -> None:
    heard: list[int] = []
    hook: Hook[[int]] = Hook("count")
    hook.wire(heard.append, heard.append)
    hook.wire(heard.append)
    hook.tell(1)
    assert heard == [1]
    assert len(hook.listeners) == 1


def test_news_that_nobody_hears_is_told_all_the_same() -> None:
    Hook("quiet").tell()


def test_what_a_listener_writes_commits_with_the_teller(app: Service) -> None:
    hook: Hook[[str]] = Hook("noted")
    hook.wire(note)
    with transaction():
        raise_alarm("told", "one")
        hook.tell("one")
    assert (rows_of(Alarm), rows_of(AuditEntry)) == (1, 1)


def test_a_listener_that_raises_undoes_the_teller_and_the_listeners_before(app: Service) -> None:
    hook: Hook[[str]] = Hook("noted")
    hook.wire(note, fail)
    with pytest.raises(ListenerFailedError), transaction():
        raise_alarm("told", "one")
        hook.tell("one")
    assert (rows_of(Alarm), rows_of(AuditEntry)) == (0, 0)


@pytest.fixture
def failing_login() -> Iterator[None]:
    """Whoever hears of a login fails."""
    before = logged_in.listeners
    logged_in.wire(*before, fail)
    yield
    logged_in.wire(*before)


@pytest.mark.usefixtures("failing_login")
def test_a_login_whose_news_cannot_be_heard_has_not_happened(api: Api) -> None:
    body = {"code": api.login_code("oHOOK"), "visitor_id": VISITOR}
    assert api.call("POST", "/v1/sessions", body, status=500)["code"] == "internal_error"
    assert rows_of(User) == 0
