"""What the service answers is what the specification says it answers, to the last member."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from backend import Service
from backend.settings import Settings
from simulator.testing import RunningSimulator
from tests.factories import SkuFactory
from tests.test_bad_input import Endpoint, Json, Specification
from tests.test_examples import EXAMPLES
from tests.test_specification import OUTSIDE_THE_SPECIFICATION
from tests.test_world import Example, World, standing_world


@pytest.fixture(scope="module")
def world(service: Service, settings: Settings, wechat_server: RunningSimulator) -> Iterator[World]:
    with standing_world(service, settings, wechat_server) as built:
        yield built


@pytest.fixture(autouse=True)
def restored(world: World) -> Iterator[None]:
    yield
    world.tables.restore()


def conforms(spec: Specification, schema: Json, value: Any) -> None:
    """The value is exactly what the schema says."""
    whole = {**schema, "components": spec.document["components"]}
    errors = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(whole).iter_errors(value)
    ]
    assert errors == [], value


def documented(spec: Specification, endpoint: Endpoint, status: int) -> Json:
    """What the operation says of its answer with this status, by content type."""
    response = spec.operation(endpoint)["responses"][str(status)]
    return dict(response.get("content", {}))


CLIENT_OPERATIONS = [key for key in EXAMPLES if key not in OUTSIDE_THE_SPECIFICATION]


@pytest.mark.parametrize("endpoint", CLIENT_OPERATIONS, ids=" ".join)
def test_a_success_is_as_specified(world: World, endpoint: Endpoint) -> None:
    spec = Specification(world.app)
    response = world.ask(EXAMPLES[endpoint](world))
    content = documented(spec, endpoint, response.status_code)
    if response.status_code == 204:
        assert (content, response.data) == ({}, b"")
        return
    assert response.mimetype in content
    if response.mimetype == "application/json":
        conforms(spec, content["application/json"]["schema"], response.json)
        _has_every_member(spec, content["application/json"]["schema"], response.json)


def _has_every_member(spec: Specification, declared: Json, value: Any) -> None:
    """Nothing the schema names is left out, so that a client need not ask."""
    schema = spec.resolve(declared)
    for name, member in schema.get("properties", {}).items():
        assert name in value, f"{name} is missing from {value}"
        if value[name] is not None:
            _has_every_member(spec, member, value[name])
    if isinstance(value, list):
        for each in value:
            _has_every_member(spec, schema["items"], each)


def test_a_problem_with_members_of_its_own_is_as_specified(world: World) -> None:
    spec, endpoint = Specification(world.app), ("POST", "/v1/orders")
    right = EXAMPLES[endpoint](world)
    for change in ({"total_fen": 1}, {"lines": []}, {"lines": [{"sku_id": "9", "quantity": 1}]}):
        response = world.ask(right, body={**right.body, **change})
        content = documented(spec, endpoint, response.status_code)
        conforms(spec, content[response.mimetype]["schema"], response.json)


def test_a_product_that_is_not_sold_at_the_moment_has_no_skus(world: World) -> None:
    with world.app.app_context():
        sku = SkuFactory(on_sale=False)
    endpoint = ("GET", "/v1/products/<id:product_id>")
    response = world.ask(Example("GET", f"/v1/products/{sku.product_id}"))
    assert response.json is not None
    assert response.json["skus"] == []
    spec = Specification(world.app)
    conforms(spec, documented(spec, endpoint, 200)["application/json"]["schema"], response.json)
