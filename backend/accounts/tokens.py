"""Login tokens: signed, with an end, and void as soon as the person's epoch moves on."""

from datetime import timedelta

from flask import Flask, current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import text

from backend.core import clock
from backend.core.caller import Caller, Role
from backend.core.database import db
from backend.core.errors import DomainError, NotLoggedIn
from backend.settings import Settings


class LoginExpired(NotLoggedIn):
    code = "login_expired"
    status = 401
    message = "登录已过期，请重新登录"


class UserBlocked(DomainError):
    code = "user_blocked"
    status = 403
    message = "该账号已被停用，请联系客服"


class TokenSigner:
    """Signs `[user id, epoch, end]`; nothing about the person is in the token."""

    def __init__(self, settings: Settings) -> None:
        self._serializer = URLSafeSerializer(
            settings.secret_key.get_secret_value(),
            salt="login",
            signer_kwargs={"digest_method": "sha256", "key_derivation": "hmac"},
        )
        self._lifetime = timedelta(days=settings.login_days)

    def issue(self, user_id: int, epoch: int) -> tuple[str, int]:
        """A token and how many seconds it is good for."""
        ends = clock.now() + self._lifetime
        token = self._serializer.dumps([user_id, epoch, int(ends.timestamp())])
        return str(token), int(self._lifetime.total_seconds())

    def read(self, token: str) -> tuple[int, int, int]:
        """User id, epoch and end of a token we signed; `NotLoggedIn` for any other."""
        try:
            user_id, epoch, ends = self._serializer.loads(token)
        except (BadSignature, ValueError, TypeError):
            raise NotLoggedIn from None
        return user_id, epoch, ends


def open_token_signer(app: Flask, settings: Settings) -> None:
    """Give the application its signer."""
    app.extensions["token_signer"] = TokenSigner(settings)


def token_signer() -> TokenSigner:
    """The running application's signer."""
    found = current_app.extensions["token_signer"]
    if not isinstance(found, TokenSigner):
        raise TypeError("the application has no token signer")
    return found


_WHO = text("""
    SELECT u.token_epoch, u.blocked_at IS NOT NULL AS blocked,
           ARRAY(SELECT role FROM role_grants
                  WHERE user_id = u.id AND revoked_at IS NULL) AS roles
      FROM users u WHERE u.id = :user_id
""")


def identify(token: str) -> Caller:
    """The caller behind a bearer token.

    Raises `NotLoggedIn` (forged or revoked), `LoginExpired`, `UserBlocked`.
    """
    user_id, epoch, ends = token_signer().read(token)
    if ends <= clock.now().timestamp():
        raise LoginExpired
    who = db.session.execute(_WHO, {"user_id": user_id}).one_or_none()
    if who is None:
        raise NotLoggedIn
    if who.blocked:
        raise UserBlocked
    if who.token_epoch != epoch:
        raise NotLoggedIn
    return Caller(user_id, frozenset({Role.consumer, *map(Role, who.roles)}))
