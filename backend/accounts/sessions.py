"""Logging in and out. WeChat says who it is; here the person becomes an account with a token."""

from dataclasses import dataclass

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.models import User
from backend.accounts.tokens import UserBlocked, token_signer
from backend.core import clock
from backend.core.database import db
from backend.core.hooks import Hook

logged_in: Hook[[int, str]] = Hook("logged_in")
"""Told with user id and the visitor id under which the person came before."""


@dataclass(frozen=True)
class Session:
    """What a client keeps of a login."""

    token: str
    expires_in: int
    """Seconds."""
    user_id: int
    is_new: bool


def log_in(openid: str, unionid: str | None, visitor_id: str | None) -> Session:
    """The account of an openid, made at the first login, and a token for it.

    Two first logins at once make one account. Raises `UserBlocked`.
    """
    now = clock.now()
    row = db.session.execute(
        insert(User)
        .values(openid=openid, unionid=unionid, created_at=now, last_login_at=now)
        .on_conflict_do_update(
            index_elements=[User.openid],
            set_={
                "last_login_at": now,
                "unionid": func.coalesce(unionid, User.unionid),
            },
        )
        .returning(User.id, User.token_epoch, User.blocked_at, User.created_at)
    ).one()
    if row.blocked_at is not None:
        raise UserBlocked
    if visitor_id is not None:
        logged_in.tell(row.id, visitor_id)
    return open_session(row.id, row.token_epoch, is_new=row.created_at == now)


def open_session(user_id: int, epoch: int, *, is_new: bool = False) -> Session:
    """A token for somebody whose identity is proven."""
    token, seconds = token_signer().issue(user_id, epoch)
    return Session(token, seconds, user_id, is_new)


def revoke_tokens(user_id: int) -> None:
    """End every login of a person, on every device."""
    db.session.execute(
        update(User).where(User.id == user_id).values(token_epoch=User.token_epoch + 1)
    )
