"""A person's own data and standing: phone, being blocked and let in again."""

from sqlalchemy import update

from backend.accounts.models import User
from backend.core import audit, clock
from backend.core.database import db
from backend.core.errors import DomainError, NotAllowed, NotFound
from backend.core.personal_data import vault


class AlreadySo(DomainError):
    code = "already_so"
    status = 409
    message = "已处于该状态"


def find_user(user_id: int) -> User:
    """The user, or `NotFound`."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("没有找到该用户", field="user_id")
    return user


def bind_phone(user_id: int, phone: str) -> User:
    """Keep a phone number that WeChat has verified: encrypted, with an index to find it by."""
    user = find_user(user_id)
    user.phone = phone
    user.phone_index = vault().index(phone)
    db.session.flush()
    return user


def block(user_id: int, by: int, reason: str) -> None:
    """Shut a person out at once; every token ends. Nobody can shut out themselves.

    Raises `AlreadySo` when already blocked, `NotAllowed`, `NotFound`.
    """
    if user_id == by:
        raise NotAllowed("不能停用自己的账号")
    _set_blocked(user_id, True)
    audit.record(by, "block_user", f"user:{user_id}", reason)


def unblock(user_id: int, by: int, reason: str) -> None:
    """Let a person in again, by a new login. `AlreadySo` when not blocked."""
    _set_blocked(user_id, False)
    audit.record(by, "unblock_user", f"user:{user_id}", reason)


def _set_blocked(user_id: int, blocked: bool) -> None:
    find_user(user_id)
    changed = db.session.execute(
        update(User)
        .where(User.id == user_id, User.blocked_at.is_(None) == blocked)
        .values(
            blocked_at=clock.now() if blocked else None,
            token_epoch=User.token_epoch + 1,
        )
        .returning(User.id)
    ).one_or_none()
    if changed is None:
        raise AlreadySo
