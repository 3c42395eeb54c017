"""Requests that are wrong before any field is read: bodies, paths, methods, headers, cursors."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from backend import Service
from backend.settings import Settings
from simulator.testing import RunningSimulator
from tests.test_bad_input import LISTS, WITH_BODY, Endpoint, Specification, Walk
from tests.test_examples import EXAMPLES, SIGNED_BY_WECHAT, endpoints
from tests.test_world import Example, World, standing_world

DEEP = 10_000
NOT_JSON = {
    "half an object": b'{"reason": "x"',
    "a word": b"nonsense",
    "single quotes": b"{'reason': 'x'}",
    "two documents": b"{}{}",
    "a comment": b"{} // done",
    "a last comma": b'{"reason": "x",}',
    "bytes that are no UTF-8": b'{"reason": "\xff\xfe"}',
    "UTF-16": '{"reason": "x"}'.encode("utf-16"),
    "a control character": b'{"reason": "\x00"}',
    "lists inside lists": b"[" * DEEP + b"]" * DEEP,
    "objects inside objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a deep member": b'{"reason":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "lists without end": b"[" * DEEP,
    "a number of 5000 digits": b'{"reason": ' + b"9" * 5000 + b"}",
}
NOT_AN_OBJECT = [b"[]", b'["reason"]', b'[{"reason": "x"}]', b'"x"', b'""', b"1", b"0", b"null"]
OTHER_TYPES = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/octet-stream",
    "x",
    "",
]
BAD_IDS = ["0", "-1", "abc", "99999999999999999999", "%00", "1%00", "1.0", "%EF%BC%91", "%ff", "1;"]
UNKNOWN_ID = "999999999999999999"
UNKNOWN_PATHS = [
    "/v1",
    "/v1/",
    "/v1/nothing",
    "/v1/products/",
    "/v1/orders/",
    "/v2/products",
    "/.env",
    "/%00",
    "/%ff",
    "/v1/%2e%2e/healthz",
    "/" + "x" * 10_000,
    "/media/missing.webp",
    "/media/%00",
    "/media/" + "x" * 5000,
    "/media/../../pyproject.toml",
    "/media/%2e%2e/%2e%2e/pyproject.toml",
    "/media/..%5c..%5cpyproject.toml",
    "/media/etc/passwd",
    "/media/.",
    "/docs/missing.js",
    "/docs/%2e%2e/flask_swagger_ui.py",
    "/docs/%00",
]
NO_LOGIN = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer  ",
    "Basic x",
    "Basic dXNlcjpwYXNzd29yZA==",
    "Bearer x",
    "Bearer x y z",
    "Bearer a.b.c",
    "Bearer ....",
    "Bearer " + "x" * 100_000,
    "Bearer \xff\xfe",
    "Bearer .\xe4\xb8\xad",
    "Bearer \x00",
    "\xff",
    "Token x",
    "Bearer WzEsMCwxXQ.WzEsMCwxXQ",
]
WRONG_CURSORS: list[Any] = [
    *([1.5], [True], [None], ["1"], [[1]], [{}], [], [1, 2], {}, {"0": 1}, 1, "x", None),
    *([2**62], [2**63], [-(2**63)], [10**30], [float("nan")], [float("inf")]),
]
PAGED = [each for each in LISTS if each != ("GET", "/v1/search-suggestions")]
"""A few suggestions are no list to page through, and they need a wish first."""
GARBAGE_CURSORS = ["x", "!!!!", "====", "é", "AAAA", "W10", "%25", "WzFd\x00", "😀", "[1]", "MQ=="]


@pytest.fixture(scope="module")
def world(service: Service, settings: Settings, wechat_server: RunningSimulator) -> Iterator[World]:
    with standing_world(service, settings, wechat_server) as built:
        yield built


@pytest.fixture
def walk(world: World, endpoint: Endpoint) -> Iterator[Walk]:
    walking = Walk(world, Specification(world.app), endpoint, [])
    yield walking
    method, rule = endpoint
    assert not walking.complaints, f"{method} {rule}\n" + "\n".join(walking.complaints)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_a_body_that_is_no_json_is_refused(walk: Walk) -> None:
    for name, body in NOT_JSON.items():
        response = walk.send(body)
        walk.must_refuse(response, name)
        assert response.json is not None
        assert (response.status_code, response.json["code"]) == (400, "malformed_json"), name


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_a_body_that_is_no_object_is_refused(walk: Walk) -> None:
    for body in NOT_AN_OBJECT:
        response = walk.send(body)
        walk.must_refuse(response, repr(body))
        assert response.status_code == 422, (body, response.text)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_a_body_of_another_type_is_refused(walk: Walk) -> None:
    right = EXAMPLES[walk.endpoint](walk.world).body
    for content_type in OTHER_TYPES:
        response = walk.send(right, headers={"Content-Type": content_type})
        walk.must_refuse(response, content_type)
        assert response.status_code == 415, (content_type, response.text)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_json_by_another_name_is_json(walk: Walk) -> None:
    for content_type in ("application/json; charset=utf-8", "Application/JSON"):
        right = EXAMPLES[walk.endpoint](walk.world).body
        response = walk.send(right, headers={"Content-Type": content_type})
        walk.may_take(response, content_type)
        assert response.status_code < 300, response.text


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_an_empty_body_is_an_empty_object(walk: Walk) -> None:
    schema = walk.spec.body(walk.endpoint) or {}
    if schema.get("required"):
        walk.must_refuse(walk.send(b""), "nothing")
    else:
        walk.may_take(walk.send(b""), "nothing")


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_a_body_beyond_a_megabyte_is_refused(walk: Walk) -> None:
    for body in (b" " * 2_000_000, b'{"reason": "' + b"x" * 2_000_000 + b'"}'):
        response = walk.send(body)
        walk.must_refuse(response, "2 MB")
        assert response.status_code == 413, response.text


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_a_member_twice_breaks_nothing(walk: Walk) -> None:
    right = json.dumps(EXAMPLES[walk.endpoint](walk.world).body)
    for name in ("reason", "code", "lines"):
        twice = right[:-1] + f', "{name}": null, "{name}": 1}}'
        walk.must_refuse(walk.send(twice.encode()), f"{name} twice")


@pytest.mark.parametrize("endpoint", sorted(SIGNED_BY_WECHAT), ids=" ".join)
def test_a_notice_nobody_signed_is_refused_whatever_it_says(walk: Walk) -> None:
    method, path = walk.endpoint
    serial = walk.world.api.wechat.credentials.wechatpay_public_key_id
    signed = {
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": "x",
        "Wechatpay-Nonce": "x",
        "Wechatpay-Timestamp": "x",
    }
    for stamp in ("x", "", "-1", "1" * 400, "١٢٣", "1.5", "9999999999", "\xff"):
        for body in [*NOT_JSON.values(), *NOT_AN_OBJECT, b"", b"{}"]:
            headers = {**signed, "Wechatpay-Timestamp": stamp}
            response = walk.world.send(method, path, data=body, headers=headers)
            assert response.status_code == 401, response.text
        walk.must_refuse(response, stamp)


def problem_of(world: World, method: str, path: str) -> tuple[int, str]:
    response = world.send(method, path, by="operator", data=b"{}")
    assert response.mimetype == "application/problem+json", (method, path, response.text)
    assert response.json is not None
    return response.status_code, response.json["code"]


@pytest.mark.parametrize("endpoint", sorted({*EXAMPLES, *SIGNED_BY_WECHAT}), ids=" ".join)
def test_another_method_is_refused(world: World, service: Service, endpoint: Endpoint) -> None:
    path = re.sub(r"<[^>]+>", "ABCDEFGH", endpoint[1]).replace("ABCDEFGH", "12345678")
    allowed = {method for method, rule in endpoints(service) if rule == endpoint[1]}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "FROB"} - allowed:
        response = world.send(method, path, by="operator", data=b"{}")
        assert response.status_code == 405, (method, path, response.text)
        assert response.json is not None
        assert response.json["code"] == "method_not_allowed"
        assert allowed <= set(response.headers["Allow"].split(", "))
    assert world.tables.changed() == []


@pytest.mark.parametrize("path", UNKNOWN_PATHS, ids=lambda path: path[:40])
def test_an_unknown_path_is_not_found(world: World, path: str) -> None:
    for method in ("GET", "POST"):
        status, code = problem_of(world, method, path)
        assert (status, code) in {(404, "not_found"), (405, "method_not_allowed")}, path
    assert world.tables.changed() == []


@pytest.mark.parametrize("endpoint", [key for key in EXAMPLES if "<id:" in key[1]], ids=" ".join)
def test_an_id_that_cannot_be_is_not_found(world: World, endpoint: Endpoint) -> None:
    example = EXAMPLES[endpoint](world)
    for bad in [*BAD_IDS, UNKNOWN_ID]:
        path = re.sub(r"<id:\w+>", bad, endpoint[1])
        response = world.ask(example, path=path)
        expected = {404, 409} if bad == UNKNOWN_ID else {404}
        assert response.status_code in expected, (path, response.text)
        assert response.mimetype == "application/problem+json"
    assert world.tables.changed() == []


@pytest.mark.parametrize(
    "endpoint", [key for key in EXAMPLES if re.search("<(no|code):", key[1])], ids=" ".join
)
def test_a_number_that_cannot_be_is_not_found(world: World, endpoint: Endpoint) -> None:
    example = EXAMPLES[endpoint](world)
    for bad in [*BAD_IDS, "x" * 33, "X261124%20AAAAAAA", "%E6%B9%98", "ZZZZZZZZ", "'--"]:
        path = re.sub(r"<(no|code):\w+>", bad, endpoint[1])
        response = world.ask(example, path=path)
        assert response.status_code == 404, (path, response.text)
        assert response.mimetype == "application/problem+json"
    assert world.tables.changed() == []


@pytest.mark.parametrize("endpoint", PAGED, ids=" ".join)
def test_a_cursor_we_did_not_give_is_refused(walk: Walk) -> None:
    for values in WRONG_CURSORS:
        cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        walk.must_refuse(walk.send(query=f"?cursor={cursor}"), repr(values), "cursor")
    for cursor in GARBAGE_CURSORS:
        walk.must_refuse(walk.send(query=f"?cursor={cursor}"), cursor, "cursor")
    nested = base64.urlsafe_b64encode(b"[" * 280).decode()
    walk.must_refuse(walk.send(query=f"?cursor={nested}"), "nested", "cursor")


@pytest.mark.parametrize("endpoint", LISTS, ids=" ".join)
def test_a_cursor_of_another_list_shows_nothing_but_ones_own(walk: Walk) -> None:
    world = walk.world
    foreign = world.send("GET", "/v1/orders?limit=1", by="consumer")
    assert foreign.json is not None
    cursor = foreign.json["next_cursor"]
    example = EXAMPLES[walk.endpoint](world)
    path = f"{example.path.partition('?')[0]}?limit=100"
    everything = world.ask(Example("GET", path, example.by)).json
    page = walk.send(query=f"?limit=100&cursor={cursor}")
    walk.may_take(page, cursor)
    if page.status_code == 200:
        assert page.json is not None
        assert everything is not None
        assert all(item in everything["items"] for item in page.json["items"])


@pytest.mark.parametrize("header", NO_LOGIN, ids=lambda header: ascii(header[:30]))
def test_an_authorization_that_is_no_login_is_refused(world: World, header: str) -> None:
    sent = {"Authorization": header}
    for endpoint in (("GET", "/v1/me"), ("POST", "/v1/orders"), ("POST", "/v1/operator/staff")):
        response = world.ask(EXAMPLES[endpoint](world), by=None, headers=sent)
        assert response.status_code == 401, response.text
        assert response.json is not None
        assert response.json["code"] == "not_logged_in"
    public = world.ask(Example("GET", "/v1/categories"), headers=sent)
    assert public.status_code in {200, 401}
    assert world.tables.changed() == []


@pytest.mark.parametrize("asked", ["\x01\x02bell\x07", "x" * 65, "short", "a b c d e", "é" * 9, ""])
def test_a_request_id_that_could_spoil_a_log_is_replaced(world: World, asked: str) -> None:
    response = world.ask(Example("GET", "/healthz"), headers={"X-Request-Id": asked})
    assert response.headers["X-Request-Id"] != asked
    assert re.fullmatch(r"[0-9A-Z]{16}", response.headers["X-Request-Id"])


def test_a_request_id_of_the_clients_own_is_kept(world: World) -> None:
    response = world.ask(Example("GET", "/healthz"), headers={"X-Request-Id": "mine-0123456789"})
    assert response.headers["X-Request-Id"] == "mine-0123456789"
