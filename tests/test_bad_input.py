"""Every field of every body, query and header wrong in turn: refused, explained, without effect.

What is tried comes from the API specification; what is right from `tests.test_examples`.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from backend import Service
from backend.api_spec import specification
from backend.settings import Settings
from simulator.testing import RunningSimulator
from tests.test_examples import EXAMPLES
from tests.test_world import World, standing_world

Endpoint = tuple[str, str]
Json = dict[str, Any]
Path = tuple[str | int, ...]

GENERAL_CODES = {
    "bad_request",
    "malformed_json",
    "not_found",
    "method_not_allowed",
    "too_large",
    "unsupported_media_type",
    "too_many_requests",
    "login_expired",
    "user_blocked",
    "internal_error",
    "database_unavailable",
}
"""What any request may be answered with, so that not each operation has to say it."""

CONTROLS = ["\u0000", "a\u0000b", "\u001b[31m", "\u007f", "\ud800", "a\udfff"]
ODD_TEXTS = [
    "😀👩‍🌾",
    "'; DROP TABLE users; --",
    "<script>alert(1)</script>",
    "%s %(x)s {0} {{7*7}} ${x}",
    "  blanks around it  ",
    "\u202eright to left",
    "e\u0301\u0301\u0301",
    "line\nbreak\tand tab",
    "NULL",
]
"""Texts that are none of our business; where they fit the field they may be taken."""
NOT_A_NUMBER = [None, "5", "x", True, False, [], [1], {}, {"a": 1}, 1.5, 5.0, -0.0, 1e300]
HUGE = [2**53, 2**63 - 1, 2**63, -(2**63), 10**30, float("nan"), float("inf"), float("-inf")]
NOT_A_TEXT = [7, 0, -1, 2**63, 1.5, True, False, [], ["x"], {}, {"a": "x"}, float("nan")]
NOT_A_FLAG = [None, "maybe", "true", "", 0, 1, 2, 1.0, [], {}, [True]]
NOT_A_LIST = [None, 7, "x", True, {}, {"0": 1}]
NOT_AN_OBJECT = [None, 7, "x", True, [], [1], [{}]]
NOT_AN_ID = ["0", "-1", "abc", "1.0", "01", " ", "99999999999999999999", "１", "1;2", "1e3", "0x1"]


@pytest.fixture(scope="module")
def world(service: Service, settings: Settings, wechat_server: RunningSimulator) -> Iterator[World]:
    with standing_world(service, settings, wechat_server) as built:
        yield built


def path_of(rule: str) -> str:
    """`/orders/<no:order_no>` as the specification writes it: `/orders/{order_no}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


class Specification:
    """The document, read the way a client's generator reads it."""

    def __init__(self, app: Service) -> None:
        with app.app_context():
            self.document = json.loads(json.dumps(specification()))

    def operation(self, endpoint: Endpoint) -> Json:
        method, rule = endpoint
        item = self.document["paths"].get(path_of(rule), {})
        return dict(item.get(method.lower(), {}))

    def resolve(self, schema: Json) -> Json:
        if "$ref" not in schema:
            return schema
        name = schema["$ref"].removeprefix("#/components/schemas/")
        return dict(self.document["components"]["schemas"][name])

    def body(self, endpoint: Endpoint) -> Json | None:
        """The schema of the JSON body, if the operation takes one."""
        content = self.operation(endpoint).get("requestBody", {}).get("content", {})
        json_body = content.get("application/json")
        return self.resolve(json_body["schema"]) if json_body else None

    def parameters(self, endpoint: Endpoint, place: str) -> list[Json]:
        declared = self.operation(endpoint).get("parameters", [])
        return [parameter for parameter in declared if parameter["in"] == place]

    def codes(self, endpoint: Endpoint, status: int) -> set[str]:
        """The problem codes an operation is documented to answer with."""
        response = self.operation(endpoint).get("responses", {}).get(str(status), {})
        problem = response.get("content", {}).get("application/problem+json", {})
        return set(problem.get("examples", {}))

    def fields(self, schema: Json, path: Path = ()) -> Iterator[tuple[Path, Json, bool]]:
        """Every member below an object: where it stands, its schema, whether it must be there."""
        for name, declared in schema.get("properties", {}).items():
            member = self.resolve(declared)
            yield (*path, name), member, name in schema.get("required", [])
            if kinds(member) & {"array"}:
                yield from self.fields(self.resolve(member["items"]), (*path, name, 0))
            yield from self.fields(member, (*path, name))


def kinds(schema: Json) -> set[str]:
    declared = schema.get("type", [])
    return {declared} if isinstance(declared, str) else set(declared)


def wrong_values(schema: Json) -> Iterator[Any]:
    """Values that a field with this schema must refuse."""
    of = kinds(schema)
    if "integer" in of:
        wrong = [*NOT_A_NUMBER, *HUGE, schema["minimum"] - 1, schema["maximum"] + 1]
        yield from (value for value in wrong if value is not None or "null" not in of)
    elif "boolean" in of:
        yield from NOT_A_FLAG
    elif "array" in of:
        yield from [*NOT_A_LIST, [None], ["x"], [[]]]
        yield [-7] if "integer" in kinds(schema.get("items", {})) else [7]
        yield from [[]] if schema.get("minItems") else []
    elif "object" in of:
        yield from NOT_AN_OBJECT
    else:
        yield from NOT_A_TEXT
        yield from () if "null" in of else [None]
        yield from wrong_texts(schema)


def wrong_texts(schema: Json) -> Iterator[str]:
    yield from CONTROLS
    yield "x" * (schema.get("maxLength", 100_000) + 1)
    if schema.get("minLength") or "pattern" in schema:
        yield from ["", "   ", "\n\t"]
    if "pattern" in schema or "enum" in schema:
        yield from ["😀😀😀😀😀😀😀😀", "'; DROP TABLE users; --"]
    if schema.get("pattern", "").startswith("^[1-9][0-9]"):
        yield from NOT_AN_ID


def odd_values(schema: Json) -> list[Any]:
    """Values that may be taken or refused, but never break anything."""
    if kinds(schema) & {"integer"}:
        return [schema["minimum"], schema["maximum"]]
    if not kinds(schema) & {"string"}:
        return []
    longest = min(schema.get("maxLength", 18), 5000)
    return [*ODD_TEXTS, "湘" * longest, "9" * longest]


def changed(body: Any, path: Path, value: Any) -> Any:
    """A copy of the body with another value at a place."""
    new = copy.deepcopy(body)
    place = new
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return new


def place_in(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def without(body: Any, path: Path) -> Any:
    new = changed(body, path, None)
    place = new
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return new


@dataclass
class Walk:
    """Sends spoilt requests to one endpoint and collects what was wrong with the answers."""

    world: World
    spec: Specification
    endpoint: Endpoint
    complaints: list[str]

    def send(self, data: Any = None, query: str = "", headers: Mapping[str, str] | None = None):
        """The endpoint's example with another body, query or headers."""
        example = EXAMPLES[self.endpoint](self.world)
        path = example.path.partition("?")[0] + query if query else example.path
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.world.send(
            example.method,
            path,
            by=example.by,
            data=None if data is None else body,
            headers={**example.headers, **(headers or {})},
        )

    def must_refuse(self, response: TestResponse, tried: str, field: str | None = None) -> None:
        """A 4xx problem, documented for the operation, naming the field, without any effect."""
        if 400 <= response.status_code < 500:
            self._check_problem(response, tried, field)
        else:
            self._complain(response, tried, "should be refused")
        if changes := self.world.tables.changed():
            self._complain(response, tried, f"changed {changes}")
            self.world.tables.restore()

    def may_take(self, response: TestResponse, tried: str) -> None:
        """Taken, or refused as a documented problem; the world is put back."""
        if response.status_code >= 500:
            self._complain(response, tried, "broke")
        elif response.status_code >= 400:
            self._check_problem(response, tried, None)
        self.world.tables.restore()

    def _check_problem(self, response: TestResponse, tried: str, field: str | None) -> None:
        if response.mimetype != "application/problem+json" or response.json is None:
            self._complain(response, tried, "is no problem document")
            return
        code, found = response.json["code"], response.json.get("field")
        known = self.spec.codes(self.endpoint, response.status_code) | GENERAL_CODES
        if code not in known:
            self._complain(response, tried, f"{code} is not documented here")
        if field is not None and found != field and not f"{found}".startswith(f"{field}."):
            self._complain(response, tried, f"field should be {field}")

    def _complain(self, response: TestResponse, tried: str, why: str) -> None:
        self.complaints.append(f"{tried[:120]}: {why}: {response.status_code} {response.text:.200}")


@pytest.fixture
def walk(world: World, endpoint: Endpoint) -> Iterator[Walk]:
    walking = Walk(world, Specification(world.app), endpoint, [])
    yield walking
    method, rule = endpoint
    assert not walking.complaints, f"{method} {rule}\n" + "\n".join(walking.complaints)


WITHOUT_BODY = (
    "/payments",
    "/acknowledgement",
    "/default",
    "/retirement",
    "/<id:number>/submission",
    "/<id:number>/withdrawal",
    "/catalogue-imports",
    "/listing",
)
WITHOUT_JSON = {
    ("POST", "/uploads"),
    ("POST", "/v1/uploads/<no:upload_no>/completion"),
}
WITH_BODY = [
    key
    for key in EXAMPLES
    if key[0] in {"POST", "PUT"} and not key[1].endswith(WITHOUT_BODY) and key not in WITHOUT_JSON
]
LISTS = [
    ("GET", "/v1/products"),
    ("GET", "/v1/products/facets"),
    ("GET", "/v1/search-suggestions"),
    ("GET", "/v1/orders"),
    ("GET", "/v1/competitor/credit/transfers"),
    ("GET", "/v1/competitor/referral-links"),
    ("GET", "/v1/operator/teams"),
    ("GET", "/v1/operator/alarms"),
    ("GET", "/v1/producers/<id:producer_id>/freight-templates"),
    ("GET", "/v1/operator/producers/<id:producer_id>/freight-templates"),
    ("GET", "/v1/producers/<id:producer_id>/products"),
    ("GET", "/v1/producers/<id:producer_id>/products/<id:product_id>/versions"),
    ("GET", "/v1/operator/product-versions"),
    ("GET", "/v1/operator/recognitions"),
    ("GET", "/v1/me/producers"),
    ("GET", "/v1/producers/<id:producer_id>/members"),
    ("GET", "/v1/operator/producers"),
    ("GET", "/v1/operator/licences"),
    ("GET", "/v1/vouchers"),
    ("GET", "/v1/orders/<no:order_no>/vouchers"),
    ("GET", "/v1/operator/orders/<no:order_no>/vouchers"),
    ("GET", "/v1/producers/<id:producer_id>/redemptions"),
    ("GET", "/v1/operator/skus/<id:sku_id>/stock-movements"),
    ("GET", "/v1/operator/banners"),
    ("GET", "/v1/operator/topics"),
    ("GET", "/v1/topics/<code:code>"),
    ("GET", "/v1/areas/map.svg"),
    ("GET", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/stock-movements"),
    ("GET", "/v1/producers/<id:producer_id>/stock-notices"),
    ("GET", "/v1/operator/catalogue.xlsx"),
    ("GET", "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>/errors"),
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>/errors"),
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>/listing"),
]
WITH_KEY = [
    ("POST", "/v1/orders"),
    ("POST", "/v1/operator/skus/<id:sku_id>/stock-corrections"),
    ("POST", "/v1/producers"),
    ("POST", "/v1/orders/<no:order_no>/voucher-refunds"),
    ("POST", "/v1/producers/<id:producer_id>/redemptions"),
    ("POST", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/stock-corrections"),
    ("POST", "/v1/producers/<id:producer_id>/catalogue-imports"),
    ("POST", "/v1/operator/producers/<id:producer_id>/catalogue-imports"),
]


def test_every_operation_with_input_is_walked(service: Service) -> None:
    spec = Specification(service)
    assert {key for key in EXAMPLES if spec.body(key)} == set(WITH_BODY)
    assert {key for key in EXAMPLES if spec.parameters(key, "query")} == set(LISTS)
    assert {key for key in EXAMPLES if spec.parameters(key, "header")} == set(WITH_KEY)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_an_example_uses_every_field(world: World, endpoint: Endpoint) -> None:
    body = EXAMPLES[endpoint](world).body
    spec = Specification(world.app)
    schema = spec.body(endpoint)
    assert schema is not None
    for path, _, _ in spec.fields(schema):
        place = body
        for step in path:
            place = place[step]


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_a_wrong_field_is_named_and_nothing_happens(walk: Walk) -> None:
    right = EXAMPLES[walk.endpoint](walk.world).body
    for path, schema, required in walk.spec.fields(walk.spec.body(walk.endpoint) or {}):
        name = ".".join(map(str, path))
        for value in wrong_values(schema):
            spoilt = changed(right, path, value)
            walk.must_refuse(walk.send(spoilt), f"{name}={value!r}", name)
        if required:
            walk.must_refuse(walk.send(without(right, path)), f"without {name}", name)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_a_list_may_not_be_endless(walk: Walk) -> None:
    right = EXAMPLES[walk.endpoint](walk.world).body
    for path, schema, _ in walk.spec.fields(walk.spec.body(walk.endpoint) or {}):
        if "array" in kinds(schema):
            name = ".".join(map(str, path))
            many = [place_in(right, (*path, 0))] * (schema["maxItems"] + 1)
            walk.must_refuse(walk.send(changed(right, path, many)), f"many {name}", name)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_a_member_nobody_knows_is_named(walk: Walk) -> None:
    right = EXAMPLES[walk.endpoint](walk.world).body
    schema = walk.spec.body(walk.endpoint) or {}
    objects: list[Path] = [()]
    for path, member, _ in walk.spec.fields(schema):
        if kinds(member) & {"object"}:
            objects.append(path)
        if kinds(member) & {"array"} and "object" in kinds(walk.spec.resolve(member["items"])):
            objects.append((*path, 0))
    for path in objects:
        for name in ("unknown_member", "__proto__", "id"):
            spoilt = changed(right, (*path, name), "x")
            dotted = ".".join(map(str, (*path, name)))
            walk.must_refuse(walk.send(spoilt), dotted, dotted)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=" ".join)
def test_an_odd_value_breaks_nothing(walk: Walk) -> None:
    found = list(walk.spec.fields(walk.spec.body(walk.endpoint) or {}))
    # A password costs a slow hash each time, so these endpoints get the first few only.
    most = 3 if any("password" in str(path) for path, _, _ in found) else None
    for path, schema, _ in found:
        for value in odd_values(schema)[:most]:
            body = changed(EXAMPLES[walk.endpoint](walk.world).body, path, value)
            walk.may_take(walk.send(body), f"{path}={value!r}")


@pytest.mark.parametrize("endpoint", LISTS, ids=" ".join)
def test_a_wrong_query_is_named(walk: Walk) -> None:
    for parameter in walk.spec.parameters(walk.endpoint, "query"):
        name, schema = parameter["name"], walk.spec.resolve(parameter["schema"])
        wrong = ["", "x", "😀", "\x00", "a\x00b", "'; DROP TABLE users; --", "x" * 5000]
        if "integer" in kinds(schema):
            wrong += ["0", "-1", "1000", "101", "1.5", "NaN", "1e1", "9" * 30, "9" * 5000, "true"]
        for value in wrong:
            if not _fits(schema, value):
                query = "?" + urlencode({name: value})
                walk.must_refuse(walk.send(query=query), query, name)


def _fits(schema: Json, value: str) -> bool:
    """A number within its bounds; a text without a form of its own that can be printed."""
    if "integer" in kinds(schema) and re.fullmatch("[0-9]{1,18}", value):
        return bool(schema["minimum"] <= int(value) <= schema["maximum"])
    shaped = {"pattern", "enum", "minimum"} & schema.keys() or "boolean" in kinds(schema)
    short = value.strip() and len(value) <= schema.get("maxLength", 0) and "\x00" not in value
    return not shaped and bool(short)


@pytest.mark.parametrize("endpoint", LISTS, ids=" ".join)
def test_an_odd_query_breaks_nothing(walk: Walk) -> None:
    for query in (
        "?limit=5&limit=x",
        "?limit=٣",
        "?limit=1_0",
        "?limit=%205%20",
        "?cursor",
        "?unknown=1",
        "?limit[]=5",
        "?%00=%00",
        "?limit=%ff",
        "?cursor=%ff%fe",
        "?&&&===",
        "?" + "a=1&" * 2000,
    ):
        walk.may_take(walk.send(query=query), query)


@pytest.mark.parametrize("endpoint", WITH_KEY, ids=" ".join)
def test_a_wrong_idempotency_key_is_named(walk: Walk) -> None:
    body = EXAMPLES[walk.endpoint](walk.world).body
    for key in ("", "short", "with blanks in it", "x" * 65, "é" * 10, "tab\there1", "\x01" * 9):
        response = walk.send(body, headers={"Idempotency-Key": key})
        walk.must_refuse(response, f"key {key!r}", "Idempotency-Key")
    example = EXAMPLES[walk.endpoint](walk.world)
    response = walk.world.ask(example, headers={})
    walk.must_refuse(response, "no key", "Idempotency-Key")
