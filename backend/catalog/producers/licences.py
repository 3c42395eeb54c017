"""A producer's licences: what is current, what runs out, and one alarm for each that has."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from backend.catalog.producers.models import (
    LicenceKind,
    Producer,
    ProducerLicence,
    ProducerState,
)
from backend.core import clock
from backend.core.alarms import raise_alarm
from backend.core.database import db
from backend.core.errors import DomainError, InvalidInput
from backend.core.jobs import each_in_transaction
from backend.core.paging import Page, page_of, read_cursor

MOST_LICENCES = 10
SHOWN_TO_EVERYBODY = (LicenceKind.business, LicenceKind.food_production, LicenceKind.food_trade)
"""What a shop must show of itself (E-commerce Law art. 15)."""


class BusinessLicenceNotValid(DomainError):
    code = "business_licence_not_valid"
    status = 409
    message = "没有登记有效的营业执照（或登记证）"


@dataclass(frozen=True)
class Licence:
    """A licence as its holder states it. `valid_to` is its last day, `None` for long-term."""

    kind: LicenceKind
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None
    scan: str | None


def replace_licences(producer_id: int, licences: Sequence[Licence]) -> None:
    """Let these be a producer's licences and no others; the caller holds the producer's lock.

    One that stays keeps its row, so an expiry that was reported is not reported again unless the
    period changed. Raises `InvalidInput`.
    """
    _check(licences)
    kept = tuple_(ProducerLicence.kind, ProducerLicence.number).in_(
        [(licence.kind, licence.number) for licence in licences]
    )
    db.session.execute(
        delete(ProducerLicence).where(ProducerLicence.producer_id == producer_id, ~kept)
    )
    if not licences:
        return
    new = insert(ProducerLicence)
    same_end = ProducerLicence.valid_to.is_not_distinct_from(new.excluded.valid_to)
    changes = {name: new.excluded[name] for name in ("issuer", "valid_from", "valid_to", "scan")}
    db.session.execute(
        new.on_conflict_do_update(
            index_elements=["producer_id", "kind", "number"],
            set_={**changes, "alarmed_at": case((same_end, ProducerLicence.alarmed_at))},
        ),
        [{"producer_id": producer_id, **asdict(licence)} for licence in licences],
    )


def licences_of(
    producer_id: int, kinds: Sequence[LicenceKind] = tuple(LicenceKind)
) -> Sequence[ProducerLicence]:
    """A producer's licences of these kinds, business licences first."""
    query = (
        select(ProducerLicence)
        .where(ProducerLicence.producer_id == producer_id, ProducerLicence.kind.in_(kinds))
        .order_by(ProducerLicence.kind, ProducerLicence.id)
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def require_business_licence(producer_id: int) -> None:
    """Refuse a producer without a business licence valid today in Shanghai.

    Raises `BusinessLicenceNotValid`, whose message says whether it is missing or when it ended.
    """
    today = clock.today()
    stated = licences_of(producer_id, (LicenceKind.business,))
    if any(_is_current(licence, today) for licence in stated):
        return
    ended = [each.valid_to for each in stated if each.valid_to and each.valid_to < today]
    if ended:
        raise BusinessLicenceNotValid(
            f"营业执照（或登记证）已于 {max(ended)} 到期", field="licences"
        )
    if stated:
        raise BusinessLicenceNotValid("营业执照（或登记证）尚未生效", field="licences")
    raise BusinessLicenceNotValid(field="licences")


def list_running_out(within_days: int, *, limit: int, cursor: str | None) -> Page[Any]:
    """Licences that have run out or will within so many days, the first to end first."""
    query = (
        select(
            *(getattr(ProducerLicence, name) for name in ("id", "kind", "number", "valid_to")),
            Producer.id.label("producer_id"),
            Producer.name.label("producer_name"),
            Producer.state.label("producer_state"),
        )
        .join(Producer, Producer.id == ProducerLicence.producer_id)
        .where(ProducerLicence.valid_to <= clock.today() + timedelta(days=within_days))
        .order_by(ProducerLicence.valid_to, ProducerLicence.id)
        .limit(limit + 1)
    )
    if position := read_cursor(cursor, (str, int)):
        query = query.where(
            tuple_(ProducerLicence.valid_to, ProducerLicence.id)
            > tuple_(_day(str(position[0])), position[1])
        )
    rows = db.session.execute(query).all()
    return page_of(rows, limit, lambda row: (row.valid_to.isoformat(), row.id))


def report_expired() -> None:
    """Raise one alarm for each licence of an approved producer that has run out."""
    expired = select(ProducerLicence.id).where(*_unreported())
    each_in_transaction([str(id_) for id_ in db.session.scalars(expired)], _report)


def _report(licence_id: str) -> None:
    """Alarm and mark; asked again in the UPDATE, because it may just have been renewed."""
    licence = db.session.execute(
        update(ProducerLicence)
        .where(ProducerLicence.id == int(licence_id), *_unreported())
        .values(alarmed_at=clock.now())
        .returning(
            ProducerLicence.producer_id,
            ProducerLicence.kind,
            ProducerLicence.number,
            ProducerLicence.valid_to,
        )
    ).one_or_none()
    if licence is not None:
        raise_alarm(
            "licence_expired",
            f"producer_licence:{licence_id}",
            producer_id=licence.producer_id,
            licence=licence.kind,
            number=licence.number,
            valid_to=licence.valid_to.isoformat(),
        )


def _unreported() -> tuple[ColumnElement[bool], ...]:
    approved = select(Producer.id).where(Producer.state == ProducerState.approved)
    return (
        ProducerLicence.valid_to < clock.today(),
        ProducerLicence.alarmed_at.is_(None),
        ProducerLicence.producer_id.in_(approved),
    )


def _check(licences: Sequence[Licence]) -> None:
    seen: set[tuple[str, str]] = set()
    for place, licence in enumerate(licences):
        if licence.valid_to is not None and licence.valid_to < licence.valid_from:
            raise InvalidInput("截止日期早于起始日期", field=f"licences.{place}.valid_to")
        if (licence.kind, licence.number) in seen:
            raise InvalidInput("同一证照重复填写", field=f"licences.{place}.number")
        seen.add((licence.kind, licence.number))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("翻页位置无效", field="cursor") from None


def _is_current(licence: ProducerLicence, today: date) -> bool:
    begun = licence.valid_from <= today
    return begun and (licence.valid_to is None or licence.valid_to >= today)
