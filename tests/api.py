"""The service as a mini-program and its user see it, for tests that read as sentences."""

import contextvars
import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

import requests
from flask import Flask

from simulator.testing import RunningSimulator

RECEIVER = {
    "name": "王小明",
    "phone": "13800001234",
    "area_code": "430104",
    "area": "湖南省 长沙市 岳麓区",
    "address": "麓山南路 1 号",
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in."""

    api: "Api"
    openid: str
    token: str
    id: int

    def get(self, path: str, status: int = 200) -> Any:
        return self.api.call("GET", path, token=self.token, status=status)

    def post(self, path: str, body: Any = None, status: int | None = 201, **headers: str) -> Any:
        return self.api.call("POST", path, body, token=self.token, status=status, **headers)

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        return self.api.call("PUT", path, body, token=self.token, status=status)

    def delete(self, path: str, status: int = 204) -> Any:
        return self.api.call("DELETE", path, token=self.token, status=status)

    def quote(self, *wishes: tuple[int, int], status: int = 200) -> Any:
        body = {"lines": lines(wishes), "area_code": RECEIVER["area_code"]}
        return self.post("/v1/quotes", body, status)

    def place(
        self,
        *wishes: tuple[int, int],
        key: str | None = None,
        status: int | None = 201,
        **changes: Any,
    ) -> Any:
        """Order `(sku id, quantity)` pairs at the total a quote says."""
        body = {"lines": lines(wishes), "receiver": RECEIVER, **changes}
        if "total_fen" not in body:
            asked = {"lines": body["lines"], "area_code": body["receiver"].get("area_code")}
            quote = self.post("/v1/quotes", asked, 200)
            body["total_fen"] = quote["total_fen"]
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self.post("/v1/orders", body, status, **headers)

    def start_paying(self, order_no: str, status: int | None = 201) -> Any:
        return self.post(f"/v1/orders/{order_no}/payments", None, status)

    def pay(self, order_no: str) -> None:
        """Pay in WeChat and wait until the callback has been delivered."""
        self.api.confirm_in_wechat(self.start_paying(order_no), self.openid)
        self.api.wait_for(lambda: self.order(order_no)["state"] != "pending_payment")

    def order(self, order_no: str) -> Any:
        return self.get(f"/v1/orders/{order_no}")

    def cancel(self, order_no: str, status: int | None = 201) -> Any:
        return self.post(f"/v1/orders/{order_no}/cancellation", {}, status)

    def ask_refund(self, order_no: str, status: int | None = 201) -> Any:
        return self.post(f"/v1/orders/{order_no}/refunds", {"reason": "不想要了"}, status)

    def visit(self, code: str) -> Any:
        return self.post(f"/v1/referral-links/{code}/visits", {})

    def make_link(self, **changes: Any) -> str:
        """The code of this competitor's link to the home page, unless told otherwise."""
        body = {"target_kind": "home", **changes}
        return str(self.post("/v1/competitor/referral-links", body)["code"])

    def credit(self) -> Any:
        return self.get("/v1/competitor/credit")


@dataclass(frozen=True)
class Answer:
    """What came back, whichever way it was sent."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def get_json(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class Transport(Protocol):
    """A way to the service."""

    def __call__(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer: ...


def in_process(app: Flask) -> Transport:
    """Straight into the application, in a context that shares no session with the test."""

    def send(method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        sent = {} if body is None else {"json": body}
        response = contextvars.Context().run(
            app.test_client().open, path, method=method, headers=headers, **sent
        )
        return Answer(response.status_code, response.text, response.headers)

    return send


def over_http(base_url: str) -> Transport:
    """To a server that runs elsewhere; each thread keeps a connection."""
    here = threading.local()

    def send(method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        if not hasattr(here, "session"):
            here.session = requests.Session()
        response = here.session.request(
            method, base_url + path, json=body, headers=dict(headers), timeout=60
        )
        return Answer(response.status_code, response.text, response.headers)

    return send


class Api:
    """HTTP to the service under test; an unexpected status fails with the answer."""

    def __init__(self, send: Transport, wechat: RunningSimulator) -> None:
        self.send = send
        self.wechat = wechat

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        status: int | None = None,
        **headers: str,
    ) -> Any:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        answer = self.send(method, path, body, headers)
        if status is not None and answer.status_code != status:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.get_json()

    def login_code(self, openid: str) -> str:
        return str(self.wechat.post("/login-codes", {"openid": openid})["code"])

    def log_in(self, openid: str | None = None, visitor_id: str | None = None) -> Person:
        """A person who comes through WeChat, a new one unless an openid is given."""
        openid = openid or f"oTEST{next(_numbers):023d}"
        body = {"code": self.login_code(openid)}
        if visitor_id is not None:
            body["visitor_id"] = visitor_id
        session = self.call("POST", "/v1/sessions", body, status=201)
        return Person(self, openid, session["token"], int(session["user_id"]))

    def log_in_staff(self, login: str, password: str) -> Person:
        session = self.call(
            "POST", "/v1/operator/sessions", {"login": login, "password": password}, status=201
        )
        return Person(self, "", session["token"], int(session["user_id"]))

    def visit(self, code: str, visitor_id: str | None = None) -> str:
        """A stranger opens a link; the visitor id to log in with."""
        body = {"visitor_id": visitor_id} if visitor_id else {}
        answer = self.call("POST", f"/v1/referral-links/{code}/visits", body, status=201)
        return str(answer["visitor_id"])

    def confirm_in_wechat(
        self, parameters: Mapping[str, str], openid: str, outcome: str = "success"
    ) -> str:
        """What the WeChat app does after `wx.requestPayment`; its `errMsg`."""
        answer = requests.post(
            f"{self.wechat.url}/client/request-payment",
            json={**parameters, "openid": openid, "outcome": outcome},
            timeout=30,
        )
        return str(answer.json()["errMsg"])

    def payment_no(self, openid: str) -> str:
        """Our number of the newest payment of a person, as WeChat knows it."""
        known = self.wechat.get(f"/transactions?openid={openid}")["transactions"]
        return str(known[0]["out_trade_no"])

    def wait_for(self, condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := condition():
                return value
            time.sleep(0.02)
        raise AssertionError("it did not happen in time")


def lines(wishes: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return [{"sku_id": str(sku_id), "quantity": quantity} for sku_id, quantity in wishes]
