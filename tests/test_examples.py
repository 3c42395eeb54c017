"""A request for every endpoint that succeeds.

Other tests spoil these requests in one place and expect a refusal.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from backend import Service
from backend.settings import Settings
from simulator.testing import RunningSimulator
from tests.api import RECEIVER, lines
from tests.factories import PASSWORD
from tests.test_world import Example, World, standing_world


def _order(world: World) -> Example:
    body = {
        "lines": lines(((world.sku.id, 2),)),
        "receiver": RECEIVER,
        "total_fen": 11980,
        "remark": "周末送",
    }
    return Example("POST", "/v1/orders", "consumer", body, _new_key(), 201)


def _stock_correction(world: World) -> Example:
    path = f"/v1/operator/skus/{world.sku.id}/stock-corrections"
    body = {"change": 3, "reason": "盘点多三箱"}
    return Example("POST", path, "operator", body, _new_key(), 201)


def _new_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def _staff_post(
    path: str, body: Callable[[World], Any], status: int = 204, by: str = "operator"
) -> Callable[[World], Example]:
    """A staff request below `/v1/operator/`; `{…}` in the path are the world's attributes."""
    return lambda world: Example(
        "POST", f"/v1/operator/{path}".format_map(vars(world)), by, body(world), {}, status
    )


def _post(
    path: str, by: str | None, body: Callable[[World], Any], status: int = 201
) -> Callable[[World], Example]:
    return lambda world: Example("POST", path.format_map(vars(world)), by, body(world), {}, status)


def _get(path: str, by: str | None = None) -> Callable[[World], Example]:
    return lambda world: Example("GET", path.format_map(vars(world)), by)


def _reason(_: World) -> Any:
    return {"reason": "多次恶意退款"}


def _nothing(_: World) -> Any:
    return None


def _new_staff(_: World) -> Any:
    return {"login": "new.reviewer", "password": PASSWORD, "role": "reviewer"}


def _entry(world: World) -> Any:
    return {
        "user_id": str(world.new_user_id),
        "display_name": "小柚子",
        "is_captain": True,
        "invited_by": str(world.second_competitor_id),
    }


def _phone_code(world: World) -> Any:
    return {"code": world.api.wechat.post("/phone-codes", {"phone": "13911112222"})["code"]}


def _login(world: World) -> Any:
    return {"code": world.api.login_code("oNEWCOMER"), "visitor_id": "a-visitor-of-yesterday"}


EXAMPLES: dict[tuple[str, str], Callable[[World], Example]] = {
    ("GET", "/"): lambda _: Example("GET", "/", None, status=302),
    ("GET", "/docs/"): _get("/docs/"),
    ("GET", "/docs/<path:path>"): _get("/docs/swagger-ui.css"),
    ("GET", "/docs/errors"): _get("/docs/errors"),
    ("GET", "/healthz"): _get("/healthz"),
    ("GET", "/readyz"): _get("/readyz"),
    ("GET", "/openapi.json"): _get("/openapi.json"),
    ("GET", "/media/<path:path>"): _get("/media/tea.webp"),
    ("GET", "/v1/areas"): _get("/v1/areas"),
    ("GET", "/v1/categories"): _get("/v1/categories"),
    ("GET", "/v1/products"): _get("/v1/products?category=tea&county=430923&limit=5"),
    ("GET", "/v1/products/facets"): _get("/v1/products/facets?q=heicha&category=tea"),
    ("GET", "/v1/search-suggestions"): _get("/v1/search-suggestions?q=heicha"),
    ("GET", "/v1/products/<id:product_id>"): _get("/v1/products/{sku.product_id}"),
    ("GET", "/v1/me"): _get("/v1/me", "consumer"),
    ("POST", "/v1/me/phone"): _post("/v1/me/phone", "consumer", _phone_code, 200),
    ("DELETE", "/v1/session"): lambda _: Example("DELETE", "/v1/session", "consumer", status=204),
    ("POST", "/v1/sessions"): _post("/v1/sessions", None, _login),
    ("POST", "/v1/operator/sessions"): _post(
        "/v1/operator/sessions",
        None,
        lambda _: {"login": World.STAFF_LOGIN, "password": PASSWORD},
    ),
    ("POST", "/v1/operator/password"): _staff_post(
        "password", lambda _: {"old_password": PASSWORD, "new_password": "another long phrase 7"}
    ),
    ("POST", "/v1/operator/staff"): _staff_post("staff", _new_staff, 201),
    ("POST", "/v1/operator/users/<id:user_id>/roles"): _staff_post(
        "users/{new_user_id}/roles", lambda _: {"reason": "评审", "role": "reviewer"}
    ),
    ("POST", "/v1/operator/users/<id:user_id>/role-revocations"): _staff_post(
        "users/{people[reviewer].id}/role-revocations",
        lambda _: {"reason": "评审结束", "role": "reviewer"},
    ),
    ("POST", "/v1/operator/users/<id:user_id>/blocking"): _staff_post(
        "users/{new_user_id}/blocking", _reason
    ),
    ("POST", "/v1/operator/users/<id:user_id>/unblocking"): _staff_post(
        "users/{blocked_user_id}/unblocking", _reason
    ),
    ("POST", "/v1/operator/skus/<id:sku_id>/stock-corrections"): _stock_correction,
    ("GET", "/v1/operator/teams"): _get("/v1/operator/teams?limit=5", "organiser"),
    ("POST", "/v1/operator/teams/<id:team_id>/competitors"): _staff_post(
        "teams/{team.id}/competitors", _entry, 201, "organiser"
    ),
    ("POST", "/v1/operator/competitors/<id:competitor_id>/withdrawal"): _staff_post(
        "competitors/{second_competitor_id}/withdrawal", _reason, by="organiser"
    ),
    ("GET", "/v1/operator/alarms"): _get("/v1/operator/alarms?open_only=true", "finance"),
    ("POST", "/v1/operator/alarms/<id:alarm_id>/resolution"): _staff_post(
        "alarms/{alarm_id}/resolution", lambda _: {"resolution": "已补录"}, 200, "finance"
    ),
    ("GET", "/v1/operator/orders/<no:order_no>"): _get(
        "/v1/operator/orders/{paid_order_no}", "finance"
    ),
    ("POST", "/v1/operator/orders/<no:order_no>/refunds"): _staff_post(
        "orders/{paid_order_no}/refunds", _reason, 201
    ),
    ("POST", "/v1/referral-links/<code:code>/visits"): _post(
        "/v1/referral-links/{link_code}/visits",
        None,
        lambda _: {"visitor_id": "a-visitor-of-yesterday"},
    ),
    ("GET", "/v1/competitor/credit"): _get("/v1/competitor/credit", "competitor"),
    ("GET", "/v1/competitor/credit/transfers"): _get(
        "/v1/competitor/credit/transfers?limit=5", "competitor"
    ),
    ("GET", "/v1/competitor/referral-links"): _get(
        "/v1/competitor/referral-links?limit=5", "competitor"
    ),
    ("POST", "/v1/competitor/referral-links"): _post(
        "/v1/competitor/referral-links",
        "competitor",
        lambda world: {
            "target_kind": "product",
            "target_id": str(world.sku.product_id),
            "channel": "new_media",
        },
    ),
    ("POST", "/v1/quotes"): _post(
        "/v1/quotes", "consumer", lambda world: {"lines": lines(((world.sku.id, 2),))}, 200
    ),
    ("POST", "/v1/orders"): _order,
    ("GET", "/v1/orders"): _get("/v1/orders?state=paid&limit=5", "consumer"),
    ("GET", "/v1/orders/<no:order_no>"): _get("/v1/orders/{paid_order_no}", "consumer"),
    ("POST", "/v1/orders/<no:order_no>/cancellation"): _post(
        "/v1/orders/{unpaid_order_no}/cancellation", "consumer", lambda _: {"reason": "买错了"}
    ),
    ("POST", "/v1/orders/<no:order_no>/payments"): _post(
        "/v1/orders/{unpaid_order_no}/payments", "consumer", _nothing
    ),
    ("POST", "/v1/orders/<no:order_no>/refunds"): _post(
        "/v1/orders/{paid_order_no}/refunds", "consumer", lambda _: {"reason": "不想要了"}
    ),
}
"""By method and rule. WeChat's own notices are not here: only WeChat can sign them."""

SIGNED_BY_WECHAT = {
    ("POST", "/v1/wechat/payment-notices"),
    ("POST", "/v1/wechat/refund-notices"),
}


def endpoints(app: Flask) -> set[tuple[str, str]]:
    """Method and rule of everything that the application answers."""
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


@pytest.fixture(scope="module")
def world(service: Service, settings: Settings, wechat_server: RunningSimulator) -> Iterator[World]:
    with standing_world(service, settings, wechat_server) as built:
        yield built


def test_every_endpoint_has_an_example(service: Service) -> None:
    missing = endpoints(service) - SIGNED_BY_WECHAT - EXAMPLES.keys()
    gone = (SIGNED_BY_WECHAT | EXAMPLES.keys()) - endpoints(service)
    assert not missing, f"write a request that succeeds into {Path(__file__).name}: {missing}"
    assert not gone, f"{Path(__file__).name} names endpoints that are gone: {gone}"


@pytest.mark.parametrize("endpoint", EXAMPLES, ids=" ".join)
def test_every_example_succeeds(world: World, endpoint: tuple[str, str]) -> None:
    example = EXAMPLES[endpoint](world)
    response = world.ask(example)
    assert response.status_code == example.status, response.text
    if example.method == "GET" and "/operator/orders/" not in example.path:
        assert world.tables.changed() == [], "reading changes nothing"
    world.tables.restore()
    assert world.tables.changed() == []
