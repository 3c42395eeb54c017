"""Staff log in with a name and a password they chose; there is no default one."""

import threading
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.models import StaffAccount, User
from backend.accounts.roles import grant_by_hand
from backend.accounts.sessions import Session, open_session
from backend.accounts.tokens import UserBlocked
from backend.core import audit, clock
from backend.core.caller import Role
from backend.core.database import db
from backend.core.errors import DomainError, InvalidInput, TooManyRequests

SHORTEST_PASSWORD = 12
FAILURES_BEFORE_LOCK = 5
LOCK = timedelta(minutes=15)
_hasher = PasswordHasher()
_checking = threading.BoundedSemaphore(2)
_NOBODY = _hasher.hash("nobody has this password")
"""Checked when the name is unknown, so that the answer takes as long."""


class LoginNameTaken(DomainError):
    code = "login_name_taken"
    status = 409
    message = "该登录名已被使用"


class WrongPassword(DomainError):
    code = "wrong_password"
    status = 401
    message = "登录名或密码不正确"


class LoginLocked(DomainError):
    code = "login_locked"
    status = 429
    message = "密码错误次数过多，请十五分钟后再试"


def create_staff(login: str, password: str, role: Role, by: int | None) -> int:
    """A staff account with its first role; the user id. Raises `LoginNameTaken`, `InvalidInput`."""
    login = login.lower()
    _check_strength(login, password, "password")
    now = clock.now()
    user = User(openid=None, created_at=now)
    db.session.add(user)
    db.session.flush()
    created = db.session.execute(
        insert(StaffAccount)
        .values(user_id=user.id, login=login, password_hash=_hasher.hash(password), created_at=now)
        .on_conflict_do_nothing(index_elements=[StaffAccount.login])
        .returning(StaffAccount.user_id)
    ).one_or_none()
    if created is None:
        raise LoginNameTaken(field="login")
    audit.record(by, "create_staff", f"user:{user.id}")
    grant_by_hand(user.id, role, by, "first role of a new staff account")
    return user.id


def log_in_staff(login: str, password: str) -> Session | None:
    """A session, or `None` when name or password is wrong and the failure has been counted.

    The caller answers `None` with `WrongPassword` after committing, so that the count stays.
    Raises `LoginLocked` after five failures, for a quarter of an hour.
    """
    account = db.session.scalars(
        select(StaffAccount).filter_by(login=login.lower()).with_for_update()
    ).one_or_none()
    if account is not None and account.locked_until and account.locked_until > clock.now():
        raise LoginLocked
    if not _matches(account.password_hash if account else _NOBODY, password) or account is None:
        if account is not None:
            _count_failure(account)
        return None
    user = db.session.get_one(User, account.user_id)
    if user.blocked_at is not None:
        raise UserBlocked
    account.failed_logins = 0
    account.locked_until = None
    user.last_login_at = clock.now()
    db.session.flush()
    return open_session(user.id, user.token_epoch)


def change_password(user_id: int, old: str, new: str) -> None:
    """Replace the password and end every login. Raises `WrongPassword`, `InvalidInput`."""
    account = db.session.get(StaffAccount, user_id, with_for_update=True)
    if account is None or not _matches(account.password_hash, old):
        raise WrongPassword(field="old_password")
    _check_strength(account.login, new, "new_password")
    account.password_hash = _hasher.hash(new)
    db.session.flush()
    db.session.execute(
        update(User).where(User.id == user_id).values(token_epoch=User.token_epoch + 1)
    )
    audit.record(user_id, "change_password", f"user:{user_id}")


def _count_failure(account: StaffAccount) -> None:
    account.failed_logins += 1
    if account.failed_logins >= FAILURES_BEFORE_LOCK:
        account.failed_logins = 0
        account.locked_until = clock.now() + LOCK
    db.session.flush()


def _matches(password_hash: str, password: str) -> bool:
    """Check a password. It costs 64 MiB and much time, so only two are checked at once."""
    if not _checking.acquire(timeout=1):
        raise TooManyRequests
    try:
        return _hasher.verify(password_hash, password)
    except VerifyMismatchError:
        return False
    finally:
        _checking.release()


def _check_strength(login: str, password: str, field: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(f"密码至少 {SHORTEST_PASSWORD} 位", field=field)
    if login.lower() in password.lower() or len(set(password)) < 5:
        raise InvalidInput("密码过于简单", field=field)
