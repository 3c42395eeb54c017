"""Who may call what: every endpoint tried by everybody, against a table written down here."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from backend import Service
from backend.accounts.people import block
from backend.accounts.tokens import TokenSigner
from backend.core import caller, clock, errors, logs
from backend.core.caller import Caller, Role
from backend.core.database import transaction
from backend.settings import Settings
from simulator.testing import RunningSimulator
from tests.conftest import ROOT
from tests.test_examples import EXAMPLES, SIGNED_BY_WECHAT, endpoints
from tests.test_world import Example, World, send, standing_world

NOBODY = "nobody"
EVERYBODY = {NOBODY, *Role}
LOGGED_IN = {*Role}
STAFF = {Role.operator, Role.finance, Role.reviewer, Role.organiser}
MONEY = {Role.operator, Role.finance}
SEASON = {Role.operator, Role.organiser}
OPERATOR = {Role.operator}
COMPETITOR = {Role.competitor}
PRODUCER = {Role.producer}

MAY_CALL: dict[tuple[str, str], set[str]] = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/docs/"): EVERYBODY,
    ("GET", "/docs/<path:path>"): EVERYBODY,
    ("GET", "/docs/errors"): EVERYBODY,
    ("GET", "/openapi.json"): EVERYBODY,
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/readyz"): EVERYBODY,
    ("GET", "/media/<path:path>"): EVERYBODY,
    ("GET", "/v1/areas"): EVERYBODY,
    ("GET", "/v1/areas/map"): EVERYBODY,
    ("GET", "/v1/areas/map.svg"): EVERYBODY,
    ("GET", "/v1/categories"): EVERYBODY,
    ("GET", "/v1/home"): EVERYBODY,
    ("GET", "/v1/topics/<code:code>"): EVERYBODY,
    ("GET", "/v1/products"): EVERYBODY,
    ("GET", "/v1/products/<id:product_id>"): EVERYBODY,
    ("GET", "/v1/products/facets"): EVERYBODY,
    ("GET", "/v1/search-suggestions"): EVERYBODY,
    ("POST", "/v1/referral-links/<code:code>/visits"): EVERYBODY,
    ("POST", "/v1/sessions"): EVERYBODY,
    ("POST", "/v1/operator/sessions"): EVERYBODY,
    ("DELETE", "/v1/session"): LOGGED_IN,
    ("GET", "/v1/me"): LOGGED_IN,
    ("POST", "/v1/me/phone"): LOGGED_IN,
    ("POST", "/v1/quotes"): LOGGED_IN,
    ("GET", "/v1/orders"): LOGGED_IN,
    ("POST", "/v1/orders"): LOGGED_IN,
    ("GET", "/v1/orders/<no:order_no>"): LOGGED_IN,
    ("POST", "/v1/orders/<no:order_no>/cancellation"): LOGGED_IN,
    ("POST", "/v1/orders/<no:order_no>/payments"): LOGGED_IN,
    ("POST", "/v1/orders/<no:order_no>/refunds"): LOGGED_IN,
    ("POST", "/uploads"): EVERYBODY,
    ("POST", "/v1/uploads"): LOGGED_IN,
    ("GET", "/v1/uploads/<no:upload_no>"): LOGGED_IN,
    ("GET", "/v1/uploads/<no:upload_no>/content"): LOGGED_IN,
    ("POST", "/v1/uploads/<no:upload_no>/completion"): LOGGED_IN,
    ("GET", "/v1/vouchers"): LOGGED_IN,
    ("GET", "/v1/orders/<no:order_no>/vouchers"): LOGGED_IN,
    ("POST", "/v1/orders/<no:order_no>/voucher-refunds"): LOGGED_IN,
    ("GET", "/v1/operator/orders/<no:order_no>/vouchers"): MONEY,
    ("GET", "/v1/producers/<id:producer_id>/vouchers/<typed:code>"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/redemptions"): PRODUCER,
    ("POST", "/v1/producers/<id:producer_id>/redemptions"): PRODUCER,
    ("GET", "/v1/competitor/credit"): COMPETITOR,
    ("GET", "/v1/competitor/credit/transfers"): COMPETITOR,
    ("GET", "/v1/competitor/referral-links"): COMPETITOR,
    ("POST", "/v1/competitor/referral-links"): COMPETITOR,
    ("POST", "/v1/operator/password"): STAFF,
    ("GET", "/v1/operator/alarms"): MONEY,
    ("POST", "/v1/operator/alarms/<id:alarm_id>/resolution"): MONEY,
    ("GET", "/v1/operator/orders/<no:order_no>"): MONEY,
    ("POST", "/v1/operator/orders/<no:order_no>/refunds"): OPERATOR,
    ("GET", "/v1/operator/teams"): SEASON,
    ("POST", "/v1/operator/teams/<id:team_id>/competitors"): SEASON,
    ("POST", "/v1/operator/competitors/<id:competitor_id>/withdrawal"): SEASON,
    ("POST", "/v1/operator/skus/<id:sku_id>/stock-corrections"): OPERATOR,
    ("GET", "/v1/producers/<id:producer_id>/freight-templates"): PRODUCER,
    ("POST", "/v1/producers/<id:producer_id>/freight-templates"): PRODUCER,
    ("PUT", "/v1/producers/<id:producer_id>/freight-templates/<id:template_id>"): PRODUCER,
    ("POST", "/v1/producers/<id:producer_id>/freight-templates/<id:template_id>/default"): PRODUCER,
    (
        "POST",
        "/v1/producers/<id:producer_id>/freight-templates/<id:template_id>/retirement",
    ): PRODUCER,
    ("GET", "/v1/operator/producers/<id:producer_id>/freight-templates"): OPERATOR,
    ("GET", "/v1/operator/skus/<id:sku_id>/stock-movements"): OPERATOR,
    ("PUT", "/v1/operator/skus/<id:sku_id>/low-stock"): OPERATOR,
    ("DELETE", "/v1/operator/skus/<id:sku_id>/low-stock"): OPERATOR,
    ("POST", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/stock-corrections"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/stock-movements"): PRODUCER,
    ("PUT", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/low-stock"): PRODUCER,
    ("DELETE", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/low-stock"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/stock-notices"): PRODUCER,
    (
        "POST",
        "/v1/producers/<id:producer_id>/stock-notices/<id:notice_id>/acknowledgement",
    ): PRODUCER,
    ("GET", "/v1/operator/banners"): OPERATOR,
    ("POST", "/v1/operator/banners"): OPERATOR,
    ("PUT", "/v1/operator/banners/<id:banner_id>"): OPERATOR,
    ("POST", "/v1/operator/banners/<id:banner_id>/ending"): OPERATOR,
    ("GET", "/v1/operator/topics"): OPERATOR,
    ("POST", "/v1/operator/topics"): OPERATOR,
    ("PUT", "/v1/operator/topics/<id:topic_id>"): OPERATOR,
    ("POST", "/v1/operator/topics/<id:topic_id>/ending"): OPERATOR,
    ("POST", "/v1/operator/staff"): OPERATOR,
    ("POST", "/v1/operator/users/<id:user_id>/roles"): OPERATOR,
    ("POST", "/v1/operator/users/<id:user_id>/role-revocations"): OPERATOR,
    ("POST", "/v1/operator/users/<id:user_id>/blocking"): OPERATOR,
    ("POST", "/v1/operator/users/<id:user_id>/unblocking"): OPERATOR,
    ("GET", "/v1/producers/<id:producer_id>/products"): PRODUCER,
    ("POST", "/v1/producers/<id:producer_id>/products"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/products/<id:product_id>"): PRODUCER,
    ("PUT", "/v1/producers/<id:producer_id>/products/<id:product_id>/draft"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/products/<id:product_id>/versions"): PRODUCER,
    (
        "POST",
        "/v1/producers/<id:producer_id>/products/<id:product_id>/versions/<id:number>/submission",
    ): PRODUCER,
    (
        "POST",
        "/v1/producers/<id:producer_id>/products/<id:product_id>/versions/<id:number>/withdrawal",
    ): PRODUCER,
    ("POST", "/v1/producers/<id:producer_id>/products/<id:product_id>/delisting"): PRODUCER,
    ("GET", "/v1/operator/product-versions"): OPERATOR,
    ("GET", "/v1/operator/product-versions/<id:version_id>"): OPERATOR,
    ("POST", "/v1/operator/product-versions/<id:version_id>/approval"): OPERATOR,
    ("POST", "/v1/operator/product-versions/<id:version_id>/return"): OPERATOR,
    ("POST", "/v1/operator/products/<id:product_id>/delisting"): OPERATOR,
    ("POST", "/v1/operator/products/<id:product_id>/relisting"): OPERATOR,
    ("GET", "/v1/operator/recognitions"): OPERATOR,
    ("POST", "/v1/operator/products/<id:product_id>/recognitions"): OPERATOR,
    ("POST", "/v1/operator/recognitions/<id:recognition_id>/revocation"): OPERATOR,
    ("GET", "/v1/producers/<id:producer_id>"): EVERYBODY,
    ("POST", "/v1/producers"): LOGGED_IN,
    ("GET", "/v1/me/producers"): LOGGED_IN,
    ("POST", "/v1/producer-memberships"): LOGGED_IN,
    ("GET", "/v1/producers/<id:producer_id>/registration"): PRODUCER,
    ("PUT", "/v1/producers/<id:producer_id>/registration"): PRODUCER,
    ("PUT", "/v1/producers/<id:producer_id>/profile"): PRODUCER,
    ("PUT", "/v1/producers/<id:producer_id>/contacts"): PRODUCER,
    ("PUT", "/v1/producers/<id:producer_id>/licences"): PRODUCER,
    ("POST", "/v1/producers/<id:producer_id>/resubmission"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/members"): PRODUCER,
    ("DELETE", "/v1/producers/<id:producer_id>/members/<id:member_id>"): PRODUCER,
    ("POST", "/v1/producers/<id:producer_id>/invitations"): PRODUCER,
    ("GET", "/v1/operator/producers"): OPERATOR,
    ("GET", "/v1/operator/producers/<id:producer_id>"): OPERATOR,
    ("POST", "/v1/operator/producers/<id:producer_id>/approval"): OPERATOR,
    ("POST", "/v1/operator/producers/<id:producer_id>/correction-request"): OPERATOR,
    ("POST", "/v1/operator/producers/<id:producer_id>/suspension"): OPERATOR,
    ("POST", "/v1/operator/producers/<id:producer_id>/reinstatement"): OPERATOR,
    ("GET", "/v1/operator/licences"): OPERATOR,
    ("GET", "/v1/producers/<id:producer_id>/catalogue.xlsx"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/catalogue-template.xlsx"): PRODUCER,
    ("POST", "/v1/producers/<id:producer_id>/catalogue-imports"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>"): PRODUCER,
    ("GET", "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>/errors"): PRODUCER,
    (
        "GET",
        "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>/errors.xlsx",
    ): PRODUCER,
    (
        "POST",
        "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>/application",
    ): PRODUCER,
    ("GET", "/v1/operator/catalogue.xlsx"): OPERATOR,
    ("POST", "/v1/operator/producers/<id:producer_id>/catalogue-imports"): OPERATOR,
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>"): OPERATOR,
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>/errors"): OPERATOR,
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>/errors.xlsx"): OPERATOR,
    ("POST", "/v1/operator/catalogue-imports/<no:import_no>/application"): OPERATOR,
    ("POST", "/v1/operator/catalogue-imports/<no:import_no>/listing"): OPERATOR,
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>/listing"): OPERATOR,
}
"""Everybody who logs in is a consumer too, so what a consumer may, every person may."""

ME = Example("GET", "/v1/me", "consumer")


@pytest.fixture(scope="module")
def world(service: Service, settings: Settings, wechat_server: RunningSimulator) -> Iterator[World]:
    with standing_world(service, settings, wechat_server) as built:
        yield built


@pytest.fixture(autouse=True)
def restored(world: World) -> Iterator[None]:
    yield
    world.tables.restore()


def refused(response: TestResponse, status: int, code: str) -> None:
    """The answer is a problem document with this status and code."""
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.json is not None
    assert response.json["code"] == code, response.text


def test_the_table_names_every_endpoint(service: Service) -> None:
    missing = endpoints(service) - MAY_CALL.keys() - SIGNED_BY_WECHAT
    gone = (MAY_CALL.keys() | SIGNED_BY_WECHAT) - endpoints(service)
    assert not missing, f"say in MAY_CALL of {Path(__file__).name} who may call {missing}"
    assert not gone, f"MAY_CALL of {Path(__file__).name} names endpoints that are gone: {gone}"


@pytest.mark.parametrize("endpoint", MAY_CALL, ids=" ".join)
@pytest.mark.parametrize("who", [NOBODY, *Role])
def test_an_endpoint_lets_in_whom_the_table_names_and_nobody_else(
    world: World, who: str, endpoint: tuple[str, str]
) -> None:
    example = EXAMPLES[endpoint](world)
    response = world.ask(example, by=None if who == NOBODY else who)
    if who in MAY_CALL[endpoint]:
        assert response.status_code not in {401, 403}, response.text
        assert response.status_code < 500, response.text
        return
    if who == NOBODY:
        refused(response, 401, "not_logged_in")
    else:
        refused(response, 403, "not_allowed")
    assert world.tables.changed() == [], "a refused request changes nothing"


@pytest.mark.parametrize("endpoint", sorted(SIGNED_BY_WECHAT), ids=" ".join)
@pytest.mark.parametrize("who", [NOBODY, *Role])
def test_nobody_speaks_for_wechat(world: World, who: str, endpoint: tuple[str, str]) -> None:
    response = world.send(*endpoint, by=None if who == NOBODY else who, data=b"{}")
    refused(response, 401, "notice_refused")
    assert world.tables.changed() == []


def guarded_app() -> Flask:
    """An application with our guard and two views, one of which does not say who may call it."""
    app = Flask("throwaway")
    logs.log_requests(app)
    caller.guard_endpoints(app, lambda token: Caller(1, frozenset(Role)))
    errors.handle_problems(app)
    app.add_url_rule("/marked", "marked", caller.public()(lambda: "come in"))
    app.add_url_rule("/forgotten", "forgotten", lambda: "a secret")
    return app


def test_a_view_that_does_not_say_who_may_call_it_is_closed_to_everybody() -> None:
    app = guarded_app()
    assert send(app, "GET", "/marked").text == "come in"
    refused(send(app, "GET", "/forgotten"), 403, "not_allowed")
    with_every_role = {"Authorization": "Bearer anything"}
    refused(send(app, "GET", "/forgotten", headers=with_every_role), 403, "not_allowed")


def test_to_allow_without_naming_a_role_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="name the roles"):
        caller.allow()


def with_token(world: World, token: str, example: Example = ME) -> TestResponse:
    return world.ask(example, by=None, headers={"Authorization": f"Bearer {token}"})


def test_a_login_ends_after_its_days(world: World, settings: Settings) -> None:
    token = world.api.log_in().token
    try:
        clock.travel(timedelta(days=settings.login_days, seconds=-5))
        assert with_token(world, token).status_code == 200
        clock.travel(timedelta(seconds=6))
        refused(with_token(world, token), 401, "login_expired")
    finally:
        clock.use(None)


def test_a_token_that_was_altered_or_signed_by_others_is_no_login(
    world: World, settings: Settings
) -> None:
    payload, signature = world.people["consumer"].token.rsplit(".", 1)
    operator = world.people["operator"].token.rsplit(".", 1)[0]
    stranger = settings.model_copy(update={"secret_key": type(settings.secret_key)("x" * 40)})
    other_key, _ = TokenSigner(stranger).issue(world.people["operator"].id, 0)
    other_purpose = URLSafeSerializer(settings.secret_key.get_secret_value(), salt="cursor").dumps(
        [world.people["operator"].id, 0, 2**40]
    )
    for forged in (
        f"{operator}.{signature}",
        f"{payload}.{signature[::-1]}",
        payload,
        f"{payload}.",
        other_key,
        str(other_purpose),
    ):
        refused(with_token(world, forged), 401, "not_logged_in")


def test_whoever_sends_no_good_token_is_a_stranger_where_none_is_needed(world: World) -> None:
    """A mini-program that keeps sending its old token must still be able to log in again."""
    assert with_token(world, "forged", Example("GET", "/v1/categories")).status_code == 200


def test_logging_out_ends_every_token_of_the_person_and_of_nobody_else(world: World) -> None:
    person, other = world.people["producer"], world.people["consumer"]
    second = world.api.log_in(person.openid)
    assert world.ask(Example("DELETE", "/v1/session", "producer")).status_code == 204
    refused(with_token(world, person.token), 401, "not_logged_in")
    refused(with_token(world, second.token), 401, "not_logged_in")
    assert with_token(world, other.token).status_code == 200
    assert with_token(world, world.api.log_in(person.openid).token).status_code == 200


def test_a_person_who_is_blocked_is_out_at_once_and_told_so(world: World, service: Service) -> None:
    person = world.people["producer"]
    with service.app_context(), transaction():
        block(person.id, world.people["operator"].id, "恶意退款")
    refused(with_token(world, person.token), 403, "user_blocked")
    code = world.api.login_code(person.openid)
    login = world.ask(Example("POST", "/v1/sessions", None, {"code": code}))
    refused(login, 403, "user_blocked")


def test_who_is_let_in_again_must_log_in_anew(world: World) -> None:
    person = world.people["producer"]
    for change in ("blocking", "unblocking"):
        path = f"/v1/operator/users/{person.id}/{change}"
        assert world.ask(Example("POST", path, "operator", {"reason": "核实"})).status_code == 204
    refused(with_token(world, person.token), 401, "not_logged_in")
    assert with_token(world, world.api.log_in(person.openid).token).status_code == 200


def test_blocked_staff_cannot_log_in(world: World, service: Service) -> None:
    with service.app_context(), transaction():
        block(world.people["operator"].id, world.people["finance"].id, "离职")
    login = EXAMPLES["POST", "/v1/operator/sessions"](world)
    refused(world.ask(login), 403, "user_blocked")


def test_a_role_that_was_taken_back_opens_nothing_any_more(world: World) -> None:
    inspect = EXAMPLES["GET", "/v1/operator/orders/<no:order_no>"](world)
    assert world.ask(inspect, by="finance").status_code == 200
    path = f"/v1/operator/users/{world.people['finance'].id}/role-revocations"
    revocation = {"reason": "调岗", "role": "finance"}
    assert world.ask(Example("POST", path, "operator", revocation)).status_code == 204
    refused(world.ask(inspect, by="finance"), 403, "not_allowed")


@pytest.mark.parametrize(
    "endpoint", [key for key in EXAMPLES if key[1].startswith("/v1/orders/<no")], ids=" ".join
)
def test_the_order_of_somebody_else_does_not_exist(world: World, endpoint: tuple[str, str]) -> None:
    example = EXAMPLES[endpoint](world)
    for stranger in ("competitor", "operator"):
        refused(world.ask(example, by=stranger), 404, "order_not_found")
        known_to_nobody = example.path.replace(world.paid_order_no, "X261124AAAAAAAAAA").replace(
            world.unpaid_order_no, "X261124AAAAAAAAAA"
        )
        known_to_nobody = known_to_nobody.replace(world.voucher_order_no, "X261124AAAAAAAAAA")
        refused(world.ask(example, by=stranger, path=known_to_nobody), 404, "order_not_found")
    assert world.tables.changed() == []


def test_a_list_of_orders_holds_the_callers_own_only(world: World) -> None:
    mine = world.people["consumer"].get("/v1/orders")["items"]
    assert {order["no"] for order in mine} == {
        world.paid_order_no,
        world.unpaid_order_no,
        world.voucher_order_no,
    }
    assert world.people["organisation"].get("/v1/orders")["items"] == []


def test_docs_access_md_says_what_the_table_says() -> None:
    written = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "access.md").read_text().splitlines()
        if line.startswith("| ") and "`" in line
    ]
    for method, rule, who in written:
        if (method, rule) in SIGNED_BY_WECHAT:
            assert who == "WeChat Pay, by its signature"
            continue
        allowed = MAY_CALL[method, rule]
        if allowed == EVERYBODY:
            assert who == "everybody"
        elif allowed == LOGGED_IN:
            assert who == "consumer"
        else:
            assert set(who.split(", ")) == allowed, (method, rule)
    assert {(method, rule) for method, rule, _ in written} == MAY_CALL.keys() | SIGNED_BY_WECHAT
