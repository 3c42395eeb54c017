"""Registering a producer, and what its people may change about it, in which state."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from backend.catalog.areas.models import Area
from backend.catalog.producers import life, members
from backend.catalog.producers.contacts import Contact, replace_contacts
from backend.catalog.producers.kinds import check_credit_code
from backend.catalog.producers.licences import (
    Licence,
    replace_licences,
    require_business_licence,
)
from backend.catalog.producers.models import Producer, ProducerKind, ProducerState
from backend.core import clock, idempotency
from backend.core.database import db
from backend.core.errors import DomainError, InvalidInput
from backend.core.life import producer


class ProducerAlreadyRegistered(DomainError):
    code = "producer_already_registered"
    status = 409
    message = "该统一社会信用代码已登记为生产主体"


class ProducerNotEditable(DomainError):
    code = "producer_not_editable"
    status = 409
    message = "该生产主体当前状态不能修改这些内容"


@dataclass(frozen=True)
class Registration:
    """What a producer is, and is approved as: fixed once it has been approved."""

    name: str
    kind: ProducerKind
    credit_code: str
    county_code: str
    """Where it is registered, not where goods come from."""
    settlement_mode: str


@dataclass(frozen=True)
class Profile:
    """What a producer tells of itself; it may tell it anew at any time in good standing."""

    story: str
    households: int


REGISTRATION_OPEN = frozenset({ProducerState.submitted, ProducerState.returned})
PROFILE_OPEN = REGISTRATION_OPEN | {ProducerState.approved}


def register(
    user_id: int,
    registration: Registration,
    profile: Profile,
    contacts: Sequence[Contact],
    licences: Sequence[Licence],
    *,
    key: str,
    body: Mapping[str, Any],
) -> int:
    """Register a producer whose first owner is the user, once for an idempotency key; its id.

    Of two who register one credit code at once the second is refused. Raises
    `ProducerAlreadyRegistered`, `InvalidInput`, `KeyUsedOtherwise`.
    """
    producer_id = int(db.session.execute(_NEXT_ID).scalar_one())
    earlier = idempotency.claim(user_id, "register_producer", key, body, str(producer_id))
    if earlier is not None:
        return int(earlier)
    _check(registration)
    created = db.session.execute(
        insert(Producer)
        .values(
            id=producer_id,
            **asdict(registration),
            **asdict(profile),
            state=ProducerState.submitted,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Producer.credit_code])
        .returning(Producer.id)
    ).one_or_none()
    if created is None:
        raise ProducerAlreadyRegistered(field="credit_code")
    replace_contacts(producer_id, contacts)
    replace_licences(producer_id, licences)
    members.join(user_id, producer_id, is_owner=True)
    life.begin(producer_id, producer(user_id))
    return producer_id


_NEXT_ID = text("SELECT nextval(pg_get_serial_sequence('producers', 'id'))")
"""Known before the producer is written, because the idempotency key is claimed with it."""


def change_registration(producer_id: int, registration: Registration) -> None:
    """Correct what the producer is, until it has been approved.

    Raises `ProducerNotEditable`, `ProducerAlreadyRegistered`, `InvalidInput`, `NotFound`.
    """
    _require_state(producer_id, REGISTRATION_OPEN)
    _check(registration)
    try:
        _change(producer_id, asdict(registration))
    except IntegrityError as error:
        raise ProducerAlreadyRegistered(field="credit_code") from error


def change_profile(producer_id: int, profile: Profile) -> None:
    """Tell the story anew. Raises `ProducerNotEditable` while suspended, `NotFound`."""
    _require_state(producer_id, PROFILE_OPEN)
    _change(producer_id, asdict(profile))


def change_contacts(producer_id: int, contacts: Sequence[Contact]) -> None:
    """Name other contacts, in any state: who is suspended must be reachable too."""
    life.lock(producer_id)
    replace_contacts(producer_id, contacts)


def change_licences(producer_id: int, licences: Sequence[Licence]) -> None:
    """State the licences anew, in any state: who was suspended for one must be able to renew it.

    An approved producer keeps a valid business licence. Raises `BusinessLicenceNotValid`,
    `InvalidInput`, `NotFound`.
    """
    state = life.lock(producer_id)
    replace_licences(producer_id, licences)
    if state == ProducerState.approved:
        require_business_licence(producer_id)
    _change(producer_id, {})


def resubmit(producer_id: int, by: int, note: str | None) -> None:
    """Hand a returned registration in again. Raises `ProducerStepNotPossible`, `NotFound`."""
    life.take_step(producer_id, life.RESUBMIT, producer(by), note)


def _require_state(producer_id: int, states: frozenset[ProducerState]) -> None:
    state = life.lock(producer_id)
    if state not in states:
        raise ProducerNotEditable(state=state)


def _change(producer_id: int, changes: Mapping[str, object]) -> None:
    db.session.execute(
        update(Producer)
        .where(Producer.id == producer_id)
        .values(revision=Producer.revision + 1, **changes)
    )


def _check(registration: Registration) -> None:
    check_credit_code(registration.kind, registration.credit_code)
    county = exists().where(
        Area.code == registration.county_code, Area.prefecture_code.is_not(None)
    )
    if not db.session.scalar(select(county)):
        raise InvalidInput("没有这个县（市、区）", field="county_code")
