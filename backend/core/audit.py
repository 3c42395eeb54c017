"""What staff did: who, what, on what, why. Rows are only ever added."""

from datetime import datetime
from typing import Any

from flask import g, has_request_context
from sqlalchemy import insert
from sqlalchemy.orm import Mapped

from backend.core import clock
from backend.core.database import Base, Key, db


class AuditEntry(Base):
    __tablename__ = "audit_entries"

    id: Mapped[Key]
    by_user_id: Mapped[int | None]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str | None]
    detail: Mapped[dict[str, Any]]
    request_id: Mapped[str | None]
    at: Mapped[datetime]


def record(
    by_user_id: int | None, action: str, subject: str, reason: str | None = None, **detail: Any
) -> None:
    """Note an action in the running transaction. `by_user_id` is `None` on the command line."""
    db.session.execute(
        insert(AuditEntry).values(
            by_user_id=by_user_id,
            action=action,
            subject=subject,
            reason=reason,
            detail=detail,
            request_id=g.get("request_id") if has_request_context() else None,
            at=clock.now(),
        )
    )
