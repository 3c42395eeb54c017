"""The mini-program's server API: login and phone number, through wechatpy."""

import math
import time
from dataclasses import dataclass
from typing import Any

import requests
import structlog
from flask import Flask, current_app
from wechatpy import WeChatClient
from wechatpy.client.api import WeChatWxa
from wechatpy.exceptions import WeChatClientException
from wechatpy.session import SessionStorage

from backend.core.cache import cache
from backend.core.errors import DomainError
from backend.settings import Settings
from backend.wechat import errors

log = structlog.get_logger()

TOKEN_PROBLEMS = {40001, 40014, 42001}
"""Access token wrong or expired: fetch it once more, try once more."""

LOGIN_PROBLEMS: dict[int, type[DomainError]] = {
    40029: errors.LoginCodeInvalid,
    40163: errors.LoginCodeUsed,
    40226: errors.BlockedByWeChat,
    45011: errors.TooManyLogins,
}
"""Codes of `jscode2session` (WeChat documentation, auth.code2Session)."""

PHONE_PROBLEMS: dict[int, type[DomainError]] = {
    40029: errors.PhoneCodeInvalid,
    40163: errors.PhoneCodeInvalid,
    40013: errors.PhoneCodeInvalid,
    45011: errors.TooManyLogins,
}
"""Codes of `getuserphonenumber` (WeChat documentation, phonenumber.getPhoneNumber)."""

NO_USE = (
    WeChatClientException,
    requests.RequestException,
    LookupError,
    TypeError,
    ValueError,
)
"""What calling WeChat raises: a refusal, no answer, or an answer that makes no sense."""


@dataclass(frozen=True)
class WeChatIdentity:
    """Whom a login code stands for. The session key stays with WeChat."""

    openid: str
    unionid: str | None


class TokenStorage(SessionStorage):
    """Keeps the access token in Valkey, and in this process while Valkey is away."""

    def __init__(self) -> None:
        self._here: dict[str, tuple[str, float]] = {}

    def get(self, key: str, default: str | None = None) -> str | None:
        shared = cache().get(f"wechat:{key}")
        if shared:
            return shared.decode()
        value, ends = self._here.get(key, (default, math.inf))
        return value if ends > time.monotonic() else default

    def set(self, key: str, value: str, ttl: int | None = None) -> None:
        seconds = ttl or 60
        self._here[key] = (value, time.monotonic() + seconds)
        cache().set(f"wechat:{key}", value.encode(), seconds)

    def delete(self, key: str) -> None:
        self._here.pop(key, None)
        cache().delete(f"wechat:{key}")


class _Wxa(WeChatWxa):
    """wechatpy's mini-program calls, against the configured server."""

    @property
    def API_BASE_URL(self) -> str:
        return f"{self._client.base_url}/"


class MiniProgram(WeChatClient):
    """wechatpy's client with the stable token and the calls it lacks.

    Retrying is ours, because wechatpy repeats a refused token without end.
    """

    wxa = _Wxa()

    def __init__(self, settings: Settings) -> None:
        self.base_url = settings.wechat_api_base_url
        super().__init__(
            settings.wechat_appid,
            settings.wechat_secret.get_secret_value(),
            session=TokenStorage(),
            timeout=settings.wechat_timeout_seconds,
            auto_retry=False,
        )

    def fetch_access_token(self) -> dict[str, Any]:
        """`POST /cgi-bin/stable_token`: every process gets the same token, none throws another out.

        Kept for five minutes less than it lives, the time in which the next one is handed out.
        """
        response = self._http.post(
            f"{self.base_url}/cgi-bin/stable_token",
            json={
                "grant_type": "client_credential",
                "appid": self.appid,
                "secret": self.secret,
                "force_refresh": False,
            },
            timeout=self.timeout,
        )
        response.raise_for_status()
        answer: Any = response.json()
        if not isinstance(answer, dict):
            raise TypeError("the answer is no object")
        if "access_token" not in answer:
            raise WeChatClientException(answer.get("errcode"), answer.get("errmsg"), client=self)
        seconds = max(int(answer["expires_in"]) - 300, 60)
        self.session.set(self.access_token_key, answer["access_token"], seconds)
        return answer

    @property
    def access_token(self) -> str:
        kept = self.session.get(self.access_token_key)
        return kept or str(self.fetch_access_token()["access_token"])

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to an API that wants the access token; a stale token is renewed once."""
        try:
            return self._send(path, body)
        except WeChatClientException as error:
            if error.errcode not in TOKEN_PROBLEMS:
                raise
        self.session.delete(self.access_token_key)
        return self._send(path, body)

    def _send(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.post(f"{self.base_url}{path}", data=body)
        return answer

    def identify(self, code: str) -> WeChatIdentity:
        """`wx.login` code → who it is. The code lives five minutes and works once."""
        try:
            # An explicit None keeps wechatpy from fetching an access token nobody needs here.
            answer = self.wxa._get(
                "sns/jscode2session",
                params={
                    "access_token": None,
                    "appid": self.appid,
                    "secret": self.secret,
                    "js_code": code,
                    "grant_type": "authorization_code",
                },
            )
            openid = _word(answer["openid"])
            unionid = answer.get("unionid")
            return WeChatIdentity(openid, _word(unionid) if unionid else None)
        except NO_USE as error:
            raise _explain(error, LOGIN_PROBLEMS) from error

    def phone_number(self, code: str) -> str:
        """`getPhoneNumber` code → phone without country code. Works once, within five minutes."""
        try:
            answer = self.call("/wxa/business/getuserphonenumber", {"code": code})
            info = answer["phone_info"]
            if info["watermark"]["appid"] != self.appid:
                raise errors.PhoneCodeInvalid(field="code")
            return _word(info["purePhoneNumber"])
        except NO_USE as error:
            raise _explain(error, PHONE_PROBLEMS) from error


def _word(value: object) -> str:
    """A word that WeChat must have sent; `TypeError` for anything else."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise TypeError("not a word")
    return value


def _explain(error: Exception, known: dict[int, type[DomainError]]) -> DomainError:
    """WeChat's refusal as ours; whatever is not about the code means WeChat cannot be used now."""
    errcode = getattr(error, "errcode", None)
    if errcode in known:
        return known[errcode](field="code")
    log.warning("wechat_call_failed", error=type(error).__name__, errcode=errcode)
    return errors.WeChatUnavailable()


def open_mini_program(app: Flask, settings: Settings) -> None:
    """Give the application its way to WeChat's mini-program servers."""
    app.extensions["mini_program"] = MiniProgram(settings)


def mini_program() -> MiniProgram:
    """The running application's mini-program client."""
    found = current_app.extensions["mini_program"]
    if not isinstance(found, MiniProgram):
        raise TypeError("the application has no mini-program client")
    return found
