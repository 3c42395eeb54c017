"""Finding producers: for everybody, for their own people, for staff."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import aliased

from backend.catalog.areas.models import Area
from backend.catalog.producers.contacts import contacts_of
from backend.catalog.producers.licences import SHOWN_TO_EVERYBODY, licences_of
from backend.catalog.producers.life import NOT_FOUND
from backend.catalog.producers.models import (
    Producer,
    ProducerEvent,
    ProducerMember,
)
from backend.core.database import db
from backend.core.errors import NotFound
from backend.core.paging import Page, page_of, read_cursor

_County, _Prefecture = aliased(Area), aliased(Area)

_PRODUCERS = (
    select(
        *Producer.__table__.columns,
        _County.name.label("county_name"),
        _County.area_class,
        _Prefecture.name.label("prefecture_name"),
    )
    .join(_County, _County.code == Producer.county_code)
    .outerjoin(_Prefecture, _Prefecture.code == _County.prefecture_code)
)


def show(producer_id: int) -> dict[str, Any]:
    """What everybody may know of an approved producer; any other is `NotFound`."""
    found = _one(_PRODUCERS.where(Producer.id == producer_id, Producer.state == "approved"))
    return {**found._mapping, "licences": licences_of(producer_id, SHOWN_TO_EVERYBODY)}


def dossier(producer_id: int) -> dict[str, Any]:
    """Everything about a producer, its contacts in full: for its own people and for staff."""
    found = _one(_PRODUCERS.where(Producer.id == producer_id))
    return {
        **found._mapping,
        "contacts": contacts_of(producer_id),
        "licences": licences_of(producer_id),
        "events": _events_of(producer_id),
    }


def list_for_staff(
    *, state: str | None, search: str | None, limit: int, cursor: str | None
) -> Page[Any]:
    """Producers, the newest first; `search` is a part of the name or of the credit code."""
    query = _PRODUCERS.order_by(Producer.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(Producer.state == state)
    if search is not None:
        query = query.where(
            or_(
                Producer.name.icontains(search, autoescape=True),
                Producer.credit_code.icontains(search, autoescape=True),
            )
        )
    if position := read_cursor(cursor, (int,)):
        query = query.where(Producer.id < position[0])
    return page_of(db.session.execute(query).all(), limit, lambda row: (row.id,))


def list_mine(user_id: int, *, limit: int, cursor: str | None) -> Page[Row[Any]]:
    """The producers a person acts for, the last joined first, with the latest step's reason."""
    last_reason = (
        select(ProducerEvent.reason)
        .where(ProducerEvent.producer_id == Producer.id)
        .order_by(ProducerEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Producer.id,
            Producer.name,
            Producer.state,
            ProducerMember.is_owner,
            ProducerMember.since,
            ProducerMember.id.label("member_id"),
            last_reason.label("reason"),
        )
        .join(Producer, Producer.id == ProducerMember.producer_id)
        .where(ProducerMember.user_id == user_id, ProducerMember.ended_at.is_(None))
        .order_by(ProducerMember.id.desc())
        .limit(limit + 1)
    )
    if position := read_cursor(cursor, (int,)):
        query = query.where(ProducerMember.id < position[0])
    return page_of(db.session.execute(query).all(), limit, lambda row: (row.member_id,))


def state_of(producer_id: int) -> dict[str, Any]:
    """The state a producer is in, and the event that led there."""
    event = db.session.scalars(
        select(ProducerEvent)
        .filter_by(producer_id=producer_id)
        .order_by(ProducerEvent.id.desc())
        .limit(1)
    ).one()
    return {"id": producer_id, "state": event.to_state, "reason": event.reason, "at": event.at}


def _events_of(producer_id: int) -> Sequence[ProducerEvent]:
    query = select(ProducerEvent).filter_by(producer_id=producer_id).order_by(ProducerEvent.id)
    return db.session.scalars(query).all()


def _one(query: Select[Any]) -> Row[Any]:
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found
