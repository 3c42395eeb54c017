"""Inviting: an owner hands out a code, one other person redeems it within three days."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from backend.catalog.producers.life import lock
from backend.catalog.producers.members import join, require_member, require_owner
from backend.catalog.producers.models import ProducerInvitation
from backend.core import clock
from backend.core.database import db
from backend.core.errors import DomainError, NotFound
from backend.core.ids import random_code
from backend.core.personal_data import vault

GOOD_FOR = timedelta(hours=72)
CODE_LENGTH = 10
"""Fifty bits of chance: not to be guessed within three days."""


class InvitationNotValid(DomainError):
    """One answer for unknown, used and expired, so that guessing teaches nothing."""

    code = "invitation_not_valid"
    status = 409
    message = "邀请码无效、已被使用或已过期"


def invite(producer_id: int, by: int, *, as_owner: bool) -> tuple[str, datetime]:
    """A new code and the instant (UTC) at which it ends; the code itself is kept nowhere.

    Raises `NotProducerOwner`, `NotFound`.
    """
    lock(producer_id)
    require_owner(by, producer_id)
    code, now = random_code(CODE_LENGTH), clock.now()
    invitation = {
        "producer_id": producer_id,
        "code_index": _index(code),
        "as_owner": as_owner,
        "invited_by": by,
        "created_at": now,
        "expires_at": now + GOOD_FOR,
    }
    db.session.execute(insert(ProducerInvitation).values(invitation))
    return code, now + GOOD_FOR


def redeem(code: str, user_id: int) -> int:
    """Join the producer that a code is for; its id. Who redeemed it may ask again.

    Of two people at once one joins. Raises `InvitationNotValid`, `AlreadyMember`.
    """
    now = clock.now()
    invitation = db.session.execute(
        update(ProducerInvitation)
        .where(
            ProducerInvitation.code_index == _index(code),
            ProducerInvitation.redeemed_at.is_(None),
            ProducerInvitation.expires_at > now,
        )
        .values(redeemed_by=user_id, redeemed_at=now)
        .returning(ProducerInvitation.producer_id, ProducerInvitation.as_owner)
    ).one_or_none()
    if invitation is None:
        return _joined_before(code, user_id)
    join(user_id, invitation.producer_id, is_owner=invitation.as_owner)
    return int(invitation.producer_id)


def _joined_before(code: str, user_id: int) -> int:
    """The producer a person joined with this code and still acts for."""
    producer_id = db.session.scalar(
        select(ProducerInvitation.producer_id).filter_by(
            code_index=_index(code), redeemed_by=user_id
        )
    )
    if producer_id is None:
        raise InvitationNotValid(field="code")
    try:
        require_member(user_id, producer_id)
    except NotFound:
        raise InvitationNotValid(field="code") from None
    return producer_id


def _index(code: str) -> bytes:
    return vault().index(f"producer invitation:{code.upper()}")
