"""Who may act for a producer: the people it has named, each until removed."""

from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.models import User
from backend.accounts.roles import grant, revoke
from backend.catalog.producers.life import lock
from backend.catalog.producers.models import ProducerInvitation, ProducerMember
from backend.core import clock
from backend.core.caller import Role
from backend.core.database import db
from backend.core.errors import DomainError, NotFound
from backend.core.paging import Page, page_of, read_cursor


class NotProducerOwner(DomainError):
    code = "not_producer_owner"
    status = 403
    message = "只有该生产主体的负责人可以进行此操作"


class AlreadyMember(DomainError):
    code = "already_producer_member"
    status = 409
    message = "您已是该生产主体的成员"


class LastOwner(DomainError):
    code = "last_producer_owner"
    status = 409
    message = "生产主体至少要有一名负责人"


def require_member(user_id: int, producer_id: int) -> None:
    """Refuse whoever does not act for the producer, as if there were no such producer."""
    acting = select(ProducerMember.id).filter_by(
        producer_id=producer_id, user_id=user_id, ended_at=None
    )
    if db.session.execute(acting).first() is None:
        raise NotFound("没有找到该生产主体")


def require_owner(user_id: int, producer_id: int) -> None:
    """Refuse whoever does not own the producer: a stranger as `NotFound`, others as what they are.

    Raises `NotProducerOwner`, `NotFound`.
    """
    is_owner = db.session.scalar(
        select(ProducerMember.is_owner).filter_by(
            producer_id=producer_id, user_id=user_id, ended_at=None
        )
    )
    if is_owner is None:
        raise NotFound("没有找到该生产主体")
    if not is_owner:
        raise NotProducerOwner


def has_ever_acted_for(user_id: int, producer_id: int) -> bool:
    """Whether the person acts, or has acted, for the producer."""
    ever = exists().where(
        ProducerMember.producer_id == producer_id, ProducerMember.user_id == user_id
    )
    return bool(db.session.scalar(select(ever)))


def join(user_id: int, producer_id: int, *, is_owner: bool) -> None:
    """Let a person act for a producer. Raises `AlreadyMember`."""
    _lock_person(user_id)
    joined = db.session.execute(
        insert(ProducerMember)
        .values(producer_id=producer_id, user_id=user_id, is_owner=is_owner, since=clock.now())
        .on_conflict_do_nothing()
        .returning(ProducerMember.id)
    ).one_or_none()
    if joined is None:
        raise AlreadyMember
    grant(user_id, Role.producer, None)


def remove(producer_id: int, member_id: int, by: int) -> None:
    """End a membership at once, with the invitations that the person gave out.

    Owners remove anybody, everybody may remove themselves, and one owner always stays. Whoever
    acts for no other producer loses the role. Raises `NotProducerOwner`, `LastOwner`, `NotFound`.
    """
    lock(producer_id)
    require_member(by, producer_id)
    member = db.session.scalars(
        select(ProducerMember).filter_by(id=member_id, producer_id=producer_id, ended_at=None)
    ).one_or_none()
    if member is None:
        raise NotFound("没有找到该成员")
    if member.user_id != by:
        require_owner(by, producer_id)
    if member.is_owner and _owners(producer_id) == 1:
        raise LastOwner
    now = clock.now()
    db.session.execute(
        update(ProducerMember).where(ProducerMember.id == member_id).values(ended_at=now)
    )
    db.session.execute(
        update(ProducerInvitation)
        .where(
            ProducerInvitation.producer_id == producer_id,
            ProducerInvitation.invited_by == member.user_id,
            ProducerInvitation.redeemed_at.is_(None),
            ProducerInvitation.expires_at > now,
        )
        .values(expires_at=now)
    )
    _lock_person(member.user_id)
    elsewhere = exists().where(
        ProducerMember.user_id == member.user_id, ProducerMember.ended_at.is_(None)
    )
    if not db.session.scalar(select(elsewhere)):
        revoke(member.user_id, Role.producer, by)


def list_members(producer_id: int, *, limit: int, cursor: str | None) -> Page[Any]:
    """Who acts for a producer, the longest first: `id`, `user_id`, `phone`, `is_owner`, `since`."""
    query = (
        select(
            ProducerMember.id,
            ProducerMember.user_id,
            User.phone,
            ProducerMember.is_owner,
            ProducerMember.since,
        )
        .join(User, User.id == ProducerMember.user_id)
        .where(ProducerMember.producer_id == producer_id, ProducerMember.ended_at.is_(None))
        .order_by(ProducerMember.id)
        .limit(limit + 1)
    )
    if position := read_cursor(cursor, (int,)):
        query = query.where(ProducerMember.id > position[0])
    return page_of(db.session.execute(query).all(), limit, lambda member: (member.id,))


def _owners(producer_id: int) -> int:
    owners = select(func.count()).select_from(ProducerMember)
    acting = owners.filter_by(producer_id=producer_id, is_owner=True, ended_at=None)
    return db.session.scalar(acting) or 0


def _lock_person(user_id: int) -> None:
    """Joining one producer and leaving another at once must agree on the role."""
    db.session.execute(select(User.id).filter_by(id=user_id).with_for_update(key_share=True))
