"""How the service refuses, fails and writes its log, seen from outside its process too."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from flask import Flask
from pydantic import RedisDsn
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ImATeapot, ServiceUnavailable
from werkzeug.test import TestResponse

from backend import Service
from backend.core import caller, errors, logs
from backend.core.caller import Caller, Role
from backend.settings import Settings
from simulator.testing import RunningSimulator, wait_for
from tests.api import RECEIVER, Api, over_http
from tests.conftest import ROOT, free_port
from tests.factories import SkuFactory
from tests.stories.conftest import environment
from tests.test_examples import EXAMPLES
from tests.test_world import Example, World, send, standing_world

SECRET = "the wallet of 王小明 is under the doormat"
NOBODY_LISTENS = "127.0.0.1:1"
NO_CACHE = f"redis://{NOBODY_LISTENS}/0"
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def world(service: Service, settings: Settings, wechat_server: RunningSimulator) -> Iterator[World]:
    with standing_world(service, settings, wechat_server) as built:
        yield built


def read_problem(response: TestResponse) -> dict[str, Any]:
    """The problem document of an answer, after a look at what all of them share."""
    assert response.mimetype == "application/problem+json"
    document = response.json
    assert isinstance(document, dict)
    assert document["type"] == f"/docs/errors#{document['code']}"
    assert document["status"] == response.status_code
    assert document["request_id"] == response.headers["X-Request-Id"]
    assert CHINESE.search(document["title"]), "people are told in Chinese"
    return document


@pytest.mark.parametrize(
    ("example", "code"),
    [
        (Example("GET", "/v1/me"), "not_logged_in"),
        (Example("GET", "/v1/operator/teams", "consumer"), "not_allowed"),
        (Example("GET", "/v1/products/999999"), "not_found"),
        (Example("GET", "/v1/orders/X261124AAAAAAAAAA", "consumer"), "order_not_found"),
        (Example("GET", "/nowhere"), "not_found"),
        (Example("PUT", "/v1/me"), "method_not_allowed"),
        (Example("POST", "/v1/quotes", "consumer", {"lines": []}), "invalid_input"),
        (Example("POST", "/v1/quotes", "consumer", []), "invalid_input"),
        (Example("POST", "/v1/sessions", None, {"code": "never given"}), "login_code_invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.path,
)
def test_every_refusal_has_the_same_shape(world: World, example: Example, code: str) -> None:
    problem = read_problem(world.ask(example, headers={"X-Request-Id": "asked-by-me-1"}))
    assert problem["code"] == code
    assert problem["request_id"] == "asked-by-me-1"


def test_each_field_at_fault_is_listed_and_the_first_is_named(world: World) -> None:
    body = {"lines": [{"sku_id": "1"}, {"quantity": 0, "sku_id": "x"}], "more": 1}
    problem = read_problem(world.ask(Example("POST", "/v1/quotes", "consumer", body)))
    listed = {entry["field"]: entry["message"] for entry in problem["errors"]}
    assert listed.keys() == {"lines.0.quantity", "lines.1.quantity", "lines.1.sku_id", "more"}
    assert all(CHINESE.search(message) for message in listed.values())
    assert problem["field"] in listed


def test_a_changed_price_comes_with_the_new_quote(world: World) -> None:
    order = EXAMPLES["POST", "/v1/orders"](world)
    problem = read_problem(world.ask(order, body={**order.body, "total_fen": 1}))
    assert (problem["code"], problem["field"]) == ("total_differs", "total_fen")
    assert problem["quote"]["total_fen"] == order.body["total_fen"]
    assert world.tables.changed() == []


def breaking_app() -> Flask:
    """An application with our way of telling problems, and views that go wrong."""
    app = Flask("throwaway")
    logs.log_requests(app)
    caller.guard_endpoints(app, lambda token: Caller(1, frozenset(Role)))
    errors.handle_problems(app)

    def fails_with(error: Exception) -> Any:
        def view() -> str:
            raise error

        return caller.public()(view)

    lost = OperationalError(SECRET, {}, Exception(SECRET))
    app.add_url_rule("/bug", "bug", fails_with(LookupError(SECRET)))
    app.add_url_rule("/lost", "lost", fails_with(lost))
    app.add_url_rule("/busy", "busy", fails_with(ServiceUnavailable(SECRET, retry_after=7)))
    app.add_url_rule("/teapot", "teapot", fails_with(ImATeapot(SECRET)))
    return app


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/bug", 500, "internal_error"),
        ("/lost", 503, "database_unavailable"),
        ("/busy", 503, "internal_error"),
        ("/teapot", 418, "bad_request"),
    ],
)
def test_what_went_wrong_inside_is_not_told(path: str, status: int, code: str) -> None:
    response = send(breaking_app(), "GET", path)
    problem = read_problem(response)
    assert (problem["status"], problem["code"]) == (status, code)
    for told in (SECRET, "王小明", "LookupError", "Operational", "Traceback", ".py"):
        assert told not in response.text
        assert told not in str(response.headers)


def test_when_to_come_back_is_told() -> None:
    assert send(breaking_app(), "GET", "/busy").headers["Retry-After"] == "7"


def test_what_a_library_logs_is_a_json_line_too(capfd: pytest.CaptureFixture[str]) -> None:
    script = (
        "import logging; from backend.core import logs; logs.configure_logs('INFO');"
        "logging.getLogger('some.library').warning('%s is slow', 'the disk')"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
    (line,) = capfd.readouterr().out.splitlines()
    written = json.loads(line)
    assert (written["event"], written["level"]) == ("the disk is slow", "warning")


def test_a_bug_is_in_the_log_with_its_request(capfd: pytest.CaptureFixture[str]) -> None:
    script = (
        "from tests.test_problems import breaking_app, send; from backend.core import logs;"
        "logs.configure_logs('INFO'); app = breaking_app();"
        "send(app, 'GET', '/bug', headers={'X-Request-Id': 'the-one-that-broke'})"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
    written = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    bug, request = written
    assert bug["event"] == "unhandled_error"
    assert "LookupError" in bug["exception"]
    assert (request["status"], request["problem"]) == (500, "internal_error")
    assert bug["request_id"] == request["request_id"] == "the-one-that-broke"


@dataclass(frozen=True)
class RunningService:
    """The service as its own process, and what it has written so far."""

    url: str
    log: Path

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=30)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@contextmanager
def running(settings: Settings, directory: Path, **changes: object) -> Iterator[RunningService]:
    """One gunicorn worker over other settings than the tests'."""
    url = f"http://127.0.0.1:{free_port()}"
    log = directory / "log"
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", url.partition("//")[2]]
    changed = settings.model_copy(update=changes)
    with log.open("wb") as output, (directory / "errors").open("wb") as complaints:
        process = subprocess.Popen(
            [*command, "--workers", "1", "--threads", "4", "--worker-class", "gthread"],
            cwd=ROOT,
            env=environment(changed, url),
            stdout=output,
            stderr=complaints,
        )
        service = RunningService(url, log)
        try:
            wait_for(lambda: process.poll() is None and _answers(service), seconds=30)
            yield service
        finally:
            process.terminate()
            process.wait(20)


def _answers(service: RunningService) -> bool:
    try:
        return service.get("/healthz").status_code == 200
    except requests.ConnectionError:
        return False


@pytest.mark.slow
def test_without_its_database_the_service_says_so(
    settings: Settings, world: World, tmp_path: Path
) -> None:
    gone = f"postgresql://nobody@{NOBODY_LISTENS}/gone"
    with running(settings, tmp_path, database_url=gone) as service:
        assert service.get("/healthz").json() == {"status": "ok"}
        ready = service.get("/readyz")
        assert ready.status_code == 503
        assert (ready.json()["status"], ready.json()["database"]) == ("not ready", "down")
        for path in ("/v1/areas", "/v1/products/1"):
            answer = service.get(path)
            assert answer.status_code == 503
            assert answer.json()["code"] == "database_unavailable"
            assert NOBODY_LISTENS.split(":", maxsplit=1)[0] not in answer.text
        token = {"Authorization": f"Bearer {world.people['consumer'].token}"}
        me = requests.get(f"{service.url}/v1/me", headers=token, timeout=30)
        assert (me.status_code, me.json()["code"]) == (503, "database_unavailable")


@pytest.mark.slow
def test_without_its_cache_the_service_is_ready_and_works(
    settings: Settings, world: World, tmp_path: Path
) -> None:
    with running(settings, tmp_path, redis_url=RedisDsn(NO_CACHE)) as service:
        ready = service.get("/readyz")
        assert ready.status_code == 200
        state = ready.json()
        assert (state["status"], state["database"], state["cache"]) == ("ready", "ok", "down")
        products = service.get("/v1/products").json()["items"]
        assert str(world.sku.product_id) in [product["id"] for product in products]


def test_a_healthy_service_is_ready(world: World) -> None:
    assert world.ask(Example("GET", "/healthz")).json == {"status": "ok"}
    ready = world.ask(Example("GET", "/readyz"))
    assert ready.status_code == 200
    assert ready.json is not None
    expected = {"status": "ready", "database": "ok", "queue": "ok", "cache": "ok"}
    assert expected.items() <= ready.json.items()


@pytest.mark.slow
def test_the_log_tells_what_happened_and_nothing_about_people(
    settings: Settings, world: World, tmp_path: Path
) -> None:
    with world.app.app_context():
        sku = SkuFactory(price_fen=100, stock=5)
    with running(settings, tmp_path, log_level="DEBUG") as service:
        api = Api(over_http(service.url), world.api.wechat)
        openid = "oPRIVATE0000000000000000001"
        code = api.login_code(openid)
        session = api.call("POST", "/v1/sessions", {"code": code}, status=201)
        token = session["token"]
        phone_code = api.wechat.post("/phone-codes", {"phone": "13911112222"})["code"]
        api.call("POST", "/v1/me/phone", {"code": phone_code}, token=token, status=200)
        headers = {"Idempotency-Key": uuid4().hex, "X-Request-Id": "the-order-of-wang"}
        body = {"lines": [{"sku_id": str(sku.id), "quantity": 1}], "receiver": RECEIVER}
        body |= {"total_fen": 100, "remark": "放在门卫老陈那里"}
        order = api.call("POST", "/v1/orders", body, token=token, status=201, **headers)
        api.call("GET", f"/v1/orders/{order['no']}", token=token, status=200)
        wrong = {**body, "receiver": {**RECEIVER, "phone": "1380000123x"}}
        api.call("POST", "/v1/orders", wrong, token=token, status=422, **headers)
        api.call("POST", "/v1/sessions", {"code": code}, status=409)
        api.call("POST", f"/v1/orders/{order['no']}/payments", token=token, status=201)
        login = {"login": World.STAFF_LOGIN, "password": "a password of somebody"}
        api.call("POST", "/v1/operator/sessions", login, status=401)
    written = service.log.read_text(encoding="utf-8")
    placed = [line for line in service.lines() if line.get("request_id") == "the-order-of-wang"]
    assert [(line["method"], line["rule"], line["status"]) for line in placed] == [
        ("POST", "/v1/orders", 201),
        ("POST", "/v1/orders", 422),
    ]
    assert [line["user"] for line in placed] == [int(session["user_id"])] * 2
    assert all(line["request_id"] for line in service.lines() if line["event"] == "request")
    assert "/v1/orders/<no:order_no>" in written
    private = [*RECEIVER.values(), "1380000123x", "13911112222", "放在门卫老陈那里"]
    secrets = [openid, code, phone_code, token, login["password"], World.STAFF_LOGIN]
    config = [settings.wechat_secret.get_secret_value(), settings.secret_key.get_secret_value()]
    for told in (*private, *secrets, *config):
        assert told not in written, f"{told} is in the log"
    world.tables.restore()
