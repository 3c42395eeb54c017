"""The client's two sides: the service's API, and WeChat as the phone and its owner see it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests

TIMEOUT_SECONDS = 20
PATIENCE_SECONDS = 20.0
Value = TypeVar("Value")


class WrongError(Exception):
    """Something is not as it must be: what, what was expected, what came."""

    def __init__(self, what: str, expected: object, actual: object) -> None:
        self.what, self.expected, self.actual = what, expected, actual
        super().__init__(f"{what}: expected {expected!r}, got {actual!r}")


def check(what: str, actual: Value, expected: Value) -> None:
    """Raise `WrongError` unless both are equal."""
    if actual != expected:
        raise WrongError(what, expected, actual)


def becomes(what: str, read: Callable[[], Value], expected: Value) -> None:
    """Wait until `read` gives what is expected; jobs and callbacks take a moment."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (actual := read()) != expected:
        if time.monotonic() > deadline:
            raise WrongError(what, expected, actual)
        time.sleep(0.1)


@dataclass(frozen=True)
class Service:
    """The service as one person calls it; `token` is theirs after logging in."""

    url: str
    token: str | None = None

    def get(self, path: str, **query: Any) -> Any:
        """`GET`, which must succeed."""
        return self.call("GET", path, 200, params=query)

    def post(self, path: str, body: Any = None, *, status: int = 201, key: str = "") -> Any:
        """`POST`, which must answer with `status`."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.call("POST", path, status, json=body, headers=headers)

    def call(self, method: str, path: str, status: int, **request: Any) -> Any:
        """Any request; the JSON of the answer, which must have `status`."""
        headers = request.pop("headers", {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        response = requests.request(
            method, f"{self.url}{path}", headers=headers, timeout=TIMEOUT_SECONDS, **request
        )
        if response.status_code != status:
            raise WrongError(f"{method} {path}", status, f"{response.status_code} {response.text}")
        return response.json() if response.content else None

    def as_(self, token: str) -> "Service":
        """The same service, called by somebody who is logged in."""
        return Service(self.url, token)


@dataclass(frozen=True)
class WeChat:
    """The simulator: people's phones, and a look behind WeChat's curtain."""

    url: str

    def login_code(self, openid: str | None = None) -> dict[str, str]:
        """What `wx.login` gives; without `openid` to somebody new."""
        return dict(self._control("POST", "/login-codes", {"openid": openid} if openid else {}))

    def phone_code(self, openid: str, phone: str) -> str:
        """What the button that shares the phone number gives."""
        return str(
            self._control("POST", "/phone-codes", {"openid": openid, "phone": phone})["code"]
        )

    def request_payment(self, parameters: dict[str, str], openid: str) -> str:
        """What `wx.requestPayment` answers when the person pays."""
        body = {**parameters, "openid": openid}
        response = requests.post(
            f"{self.url}/client/request-payment", json=body, timeout=TIMEOUT_SECONDS
        )
        return str(response.json()["errMsg"])

    def transaction(self, openid: str) -> dict[str, Any]:
        """The newest transaction of a person, with refunds and notices."""
        newest = self._control("GET", f"/transactions?openid={openid}&limit=1")["transactions"][0]
        return dict(self._control("GET", f"/transactions/{newest['out_trade_no']}"))

    def slow_down(self, path: str, milliseconds: int) -> None:
        """The next request to WeChat whose path contains `path` takes so long."""
        fault = {"match": {"path": path}, "delay_ms": milliseconds}
        self._control("POST", "/faults", fault)

    def pay_behind_the_back(self, out_trade_no: str) -> None:
        """The person pays although the shop has given up on it."""
        self._control("POST", f"/transactions/{out_trade_no}/payment", {})

    def deliver(self, notice_id: str, **how: Any) -> list[int]:
        """Send a notice again now; the statuses that the service answered."""
        return list(self._control("POST", f"/notices/{notice_id}/delivery", how)["statuses"])

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        response = requests.request(
            method, f"{self.url}/control{path}", json=body, timeout=TIMEOUT_SECONDS
        )
        if response.status_code != 200:
            raise WrongError(f"simulator {path}", 200, f"{response.status_code} {response.text}")
        return response.json()
