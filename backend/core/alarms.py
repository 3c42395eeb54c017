"""Alarms: what a person must look at, kept until somebody says how it ended."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Index, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped

from backend.core import clock
from backend.core.database import Base, Key, db
from backend.core.errors import DomainError
from backend.core.paging import Page, page_of, read_cursor

log = structlog.get_logger()


class AlarmNotOpen(DomainError):
    code = "alarm_not_open"
    status = 409
    message = "该告警不存在或已处理"


class Alarm(Base):
    """`kind` names the rule that was broken, `subject` what it was broken on."""

    __tablename__ = "alarms"
    __table_args__ = (
        Index(
            "uq_alarms_open",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
    raised_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None]
    resolution: Mapped[str | None]


def raise_alarm(kind: str, subject: str, **detail: Any) -> None:
    """Raise an alarm, one open at a time for `kind` and `subject`; it commits with the caller's."""
    log.error("alarm", kind=kind, subject=subject)
    db.session.execute(
        insert(Alarm)
        .values(kind=kind, subject=subject, detail=detail, raised_at=clock.now())
        .on_conflict_do_nothing()
    )


def list_alarms(*, open_only: bool, limit: int, cursor: str | None) -> Page[Alarm]:
    """Alarms, the newest first."""
    query = select(Alarm).order_by(Alarm.id.desc()).limit(limit + 1)
    if open_only:
        query = query.where(Alarm.resolved_at.is_(None))
    if position := read_cursor(cursor, (int,)):
        query = query.where(Alarm.id < position[0])
    return page_of(db.session.scalars(query).all(), limit, lambda alarm: (alarm.id,))


def resolve_alarm(alarm_id: int, by: int, resolution: str) -> Alarm:
    """Close an open alarm with the reason; `AlarmNotOpen` when there is none."""
    alarm = db.session.scalars(
        update(Alarm)
        .where(Alarm.id == alarm_id, Alarm.resolved_at.is_(None))
        .values(resolved_at=clock.now(), resolved_by=by, resolution=resolution)
        .returning(Alarm)
    ).one_or_none()
    if alarm is None:
        raise AlarmNotOpen
    return alarm
