"""What staff did is noted with who, what, why and in which request, and is never changed."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from backend import Service
from backend.core import audit
from backend.core.audit import AuditEntry
from backend.core.database import db, transaction
from tests.api import Api
from tests.conftest import Time
from tests.factories import UserFactory, staff


def test_an_action_is_noted_with_its_author_reason_and_time(app: Service, time: Time) -> None:
    noon = datetime(2026, 5, 1, 4, tzinfo=UTC)
    time.freeze(noon)
    with transaction():
        audit.record(3, "correct_stock", "sku:9", "盘点少三箱", change=-3)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.by_user_id, entry.action, entry.subject) == (3, "correct_stock", "sku:9")
    assert (entry.reason, entry.detail, entry.at) == ("盘点少三箱", {"change": -3}, noon)


def test_on_the_command_line_there_is_neither_author_nor_request(app: Service) -> None:
    with transaction():
        audit.record(None, "create_staff", "user:1")
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.by_user_id, entry.request_id, entry.reason) == (None, None, None)


def test_an_action_over_http_bears_the_id_of_its_request(api: Api) -> None:
    operator, somebody = staff(api), UserFactory()
    operator.api.call(
        "POST",
        f"/v1/operator/users/{somebody.id}/blocking",
        {"reason": "多次恶意退款"},
        token=operator.token,
        status=204,
        **{"X-Request-Id": "trace-me-0001"},
    )
    entry = db.session.scalars(select(AuditEntry).filter_by(action="block_user")).one()
    assert (entry.request_id, entry.by_user_id) == ("trace-me-0001", operator.id)
    assert (entry.subject, entry.reason) == (f"user:{somebody.id}", "多次恶意退款")


def test_what_did_not_happen_is_not_noted(app: Service) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        audit.record(3, "correct_stock", "sku:9")
        raise ZeroDivisionError
    assert db.session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET reason = 'otherwise'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ],
)
def test_the_book_cannot_be_rewritten(app: Service, change: str) -> None:
    with transaction():
        audit.record(3, "correct_stock", "sku:9", "盘点少三箱")
    with pytest.raises(DBAPIError, match="only ever added to"), transaction():
        db.session.execute(text(change))
    assert db.session.scalar(select(AuditEntry.reason)) == "盘点少三箱"
