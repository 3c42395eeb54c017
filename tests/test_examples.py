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
from tests.catalog.products.contents import said, sku_said
from tests.catalog.sheets.books import XLSX, product_row, sku_row, workbook
from tests.factories import PASSWORD
from tests.test_world import Example, World, standing_world
from tests.uploads import PDF, announcement, multipart, path_of_form


def _order(world: World) -> Example:
    body = {
        "lines": lines(((world.sku.id, 2),)),
        "receiver": RECEIVER,
        "total_fen": 11980,
        "remark": "周末送",
        "accepts_no_return": True,
    }
    return Example("POST", "/v1/orders", "consumer", body, _new_key(), 201)


def _stock_correction(world: World) -> Example:
    path = f"/v1/operator/skus/{world.sku.id}/stock-corrections"
    body = {"change": 3, "reason": "盘点多三箱"}
    return Example("POST", path, "operator", body, _new_key(), 201)


def _upload_form(world: World) -> Example:
    announced = world.people["consumer"].post("/v1/uploads", announcement(PDF, "document"))
    body, content_type = multipart(announced["fields"], PDF)
    headers = {"Content-Type": content_type}
    return Example("POST", path_of_form(announced), None, body, headers, 204)


def _voucher_refund(world: World) -> Example:
    path = f"/v1/orders/{world.voucher_order_no}/voucher-refunds"
    body = {"codes": [world.voucher_code], "reason": "行程有变"}
    return Example("POST", path, "consumer", body, _new_key(), 201)


def _redemption(world: World) -> Example:
    path = f"/v1/producers/{world.voucher_producer_id}/redemptions"
    body = {"code": f"XB1:{world.voucher_code}", "persons": 1}
    return Example("POST", path, "producer", body, _new_key(), 201)


def _own_stock_correction(world: World) -> Example:
    path = f"/v1/producers/{world.producer_id}/skus/{world.sku.id}/stock-corrections"
    return Example("POST", path, "producer", {"change": -2, "reason": "受潮"}, _new_key(), 201)


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


def _put(path: str, by: str, body: Any, status: int = 200) -> Callable[[World], Example]:
    return lambda world: Example("PUT", path.format_map(vars(world)), by, body, {}, status)


def _delete(path: str, by: str) -> Callable[[World], Example]:
    return lambda world: Example("DELETE", path.format_map(vars(world)), by, status=204)


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


def _freight_template(_: World) -> Any:
    charges = {"first_amount": 2, "first_fen": 800, "next_amount": 1, "next_fen": 200}
    return {
        "name": "茶叶满九十九元包邮",
        "charged_by": "piece",
        "free_from_fen": 9900,
        "rules": [
            {"area_codes": ["430000", "430923"], "deliverable": True, **charges},
            {"area_codes": ["650000"], "deliverable": False},
            {"area_codes": [], **charges},
        ],
    }


def _phone_code(world: World) -> Any:
    return {"code": world.api.wechat.post("/phone-codes", {"phone": "13911112222"})["code"]}


def _login(world: World) -> Any:
    return {"code": world.api.login_code("oNEWCOMER"), "visitor_id": "a-visitor-of-yesterday"}


def _said(code: str) -> dict[str, Any]:
    """A product content that names every member."""
    sku = sku_said(
        f"{code}-1KG",
        price_tiers=[{"from_quantity": 10, "price_fen": 5490}],
        case_size=6,
        min_quantity=1,
        purchase_limit=20,
        limit_days=30,
        persons=1,
    )
    return said(
        sku,
        code=code,
        category_code="tea",
        subtitle="手筑茯砖",
        description="金花茂盛。",
        fresh=False,
        no_return=True,
        shelf_life_left_percent=60,
        storage="通风干燥",
        sale_areas=["430000"],
        ship_within_hours=48,
        freight_template_id=None,
        voucher_days=None,
        season_months=[3, 4],
    )


def _put_draft(world: World) -> Example:
    path = f"/v1/producers/{world.producer_id}/products/{world.product.id}/draft"
    return Example("PUT", path, "producer", _said(str(world.product.code)))


def _approval(world: World) -> Any:
    looked_at = f"/v1/operator/product-versions/{world.in_review.id}"
    return {"reason": "产地直供", "revision": world.people["operator"].get(looked_at)["revision"]}


def _recognition(_: World) -> Any:
    return {
        "number": "湘帮认字〔2026〕9001号",
        "issuer": "湖南省消费帮扶工作专班",
        "batch": "2026 年第二批",
        "valid_from": "2026-10-01",
        "valid_to": "2099-09-30",
        "scan": "D261124K7M2Q9TXAB",
    }


def _sheet(path: str, by: str) -> Callable[[World], Example]:
    """A good workbook, sent as it is."""

    def example(world: World) -> Example:
        content = workbook([product_row("S9")], [sku_row("S9")])
        headers = {**_new_key(), "Content-Type": XLSX}
        return Example("POST", path.format_map(vars(world)), by, content, headers, 201)

    return example


def _application(_: World) -> Any:
    return {"mode": "good_rows", "submit": True}


_OWN = "/v1/producers/{producer_id}/products"
REGISTRATION = {
    "name": "某某村股份经济合作社",
    "kind": "village_collective",
    "credit_code": "N2433122MF0000005D",
    "county_code": "433122",
    "settlement_mode": "resale",
}
PROFILE = {"story": "山里的老茶园。", "households": 86}
CONTACTS = {"contacts": [{"name": "谌秋菊", "phone": "13911112222", "duty": "sales"}]}
LICENCES = {
    "licences": [
        {
            "kind": "business",
            "number": "N2433122MF0000005D",
            "issuer": "泸溪县农业农村局",
            "valid_from": "2024-05-01",
            "valid_to": "2099-04-30",
            "scan": "D261124K7M2Q9TXAB",
        }
    ]
}


def _producer(_: World) -> Example:
    body = {**REGISTRATION, **PROFILE, **CONTACTS, **LICENCES}
    return Example("POST", "/v1/producers", "consumer", body, _new_key(), 201)


def _review(_: World) -> Any:
    return {"reason": "执照已核对", "revision": 1}


def _banner(_: World) -> Any:
    return {
        "title": "金秋湘茶",
        "picture": "pictures/tea.webp",
        "target_kind": "county",
        "target_id": "430923",
        "starts_at": "2026-11-01T00:00:00+08:00",
        "ends_at": "2027-01-01T00:00:00+08:00",
        "sort": 3,
    }


def _topic(world: World) -> Any:
    return {
        "title": "益阳黑茶周",
        "intro": "资江两岸的黑茶。",
        "picture": "pictures/tea.webp",
        "starts_at": "2026-11-01T00:00:00+08:00",
        "ends_at": "2027-01-01T00:00:00+08:00",
        "sort": 3,
        "prefecture_code": "430900",
        "county_code": "430923",
        "category_code": "tea",
        "product_ids": [str(world.sku.product_id)],
    }


def _put_window(path: str, body: Callable[[World], Any]) -> Callable[[World], Example]:
    return lambda world: Example("PUT", path.format_map(vars(world)), "operator", body(world))


_SHEETS = "/v1/producers/{producer_id}/catalogue-imports"

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
    ("GET", "/v1/areas/map"): _get("/v1/areas/map"),
    ("GET", "/v1/areas/map.svg"): _get("/v1/areas/map.svg?county=430923"),
    ("GET", "/v1/categories"): _get("/v1/categories"),
    ("GET", "/v1/home"): _get("/v1/home"),
    ("GET", "/v1/topics/<code:code>"): _get("/v1/topics/xiangxi?limit=5"),
    ("GET", "/v1/operator/banners"): _get("/v1/operator/banners?limit=5", "operator"),
    ("POST", "/v1/operator/banners"): _staff_post("banners", _banner, 201),
    ("PUT", "/v1/operator/banners/<id:banner_id>"): _put_window(
        "/v1/operator/banners/{banner_id}", _banner
    ),
    ("POST", "/v1/operator/banners/<id:banner_id>/ending"): _staff_post(
        "banners/{banner_id}/ending", _reason, 200
    ),
    ("GET", "/v1/operator/topics"): _get("/v1/operator/topics?limit=5", "operator"),
    ("POST", "/v1/operator/topics"): _staff_post(
        "topics", lambda world: _topic(world) | {"code": "yiyang"}, 201
    ),
    ("PUT", "/v1/operator/topics/<id:topic_id>"): _put_window(
        "/v1/operator/topics/{topic_id}", _topic
    ),
    ("POST", "/v1/operator/topics/<id:topic_id>/ending"): _staff_post(
        "topics/{topic_id}/ending", _reason, 200
    ),
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
    ("GET", "/v1/producers/<id:producer_id>/products"): _get(
        _OWN + "?state=listed&limit=5", "producer"
    ),
    ("POST", "/v1/producers/<id:producer_id>/products"): _post(
        _OWN, "producer", lambda _: _said("NEW-TEA")
    ),
    ("GET", "/v1/producers/<id:producer_id>/products/<id:product_id>"): _get(
        _OWN + "/{product.id}", "producer"
    ),
    ("PUT", "/v1/producers/<id:producer_id>/products/<id:product_id>/draft"): _put_draft,
    ("GET", "/v1/producers/<id:producer_id>/products/<id:product_id>/versions"): _get(
        _OWN + "/{product.id}/versions?limit=5", "producer"
    ),
    (
        "POST",
        "/v1/producers/<id:producer_id>/products/<id:product_id>/versions/<id:number>/submission",
    ): _post(_OWN + "/{drafted.product_id}/versions/1/submission", "producer", _nothing),
    (
        "POST",
        "/v1/producers/<id:producer_id>/products/<id:product_id>/versions/<id:number>/withdrawal",
    ): _post(_OWN + "/{in_review.product_id}/versions/1/withdrawal", "producer", _nothing),
    ("POST", "/v1/producers/<id:producer_id>/products/<id:product_id>/delisting"): _post(
        _OWN + "/{product.id}/delisting", "producer", _reason, 204
    ),
    ("GET", "/v1/operator/product-versions"): _get(
        "/v1/operator/product-versions?flagged=false&limit=5", "operator"
    ),
    ("GET", "/v1/operator/product-versions/<id:version_id>"): _get(
        "/v1/operator/product-versions/{in_review.id}", "operator"
    ),
    ("POST", "/v1/operator/product-versions/<id:version_id>/approval"): _staff_post(
        "product-versions/{in_review.id}/approval", _approval, 201
    ),
    ("POST", "/v1/operator/product-versions/<id:version_id>/return"): _staff_post(
        "product-versions/{in_review.id}/return", _reason, 201
    ),
    ("POST", "/v1/operator/products/<id:product_id>/delisting"): _staff_post(
        "products/{product.id}/delisting", _reason
    ),
    ("POST", "/v1/operator/products/<id:product_id>/relisting"): _staff_post(
        "products/{delisted_product_id}/relisting", _reason, 201
    ),
    ("GET", "/v1/operator/recognitions"): _get(
        "/v1/operator/recognitions?status=valid&runs_out_within_days=3000&limit=5", "operator"
    ),
    ("POST", "/v1/operator/products/<id:product_id>/recognitions"): _staff_post(
        "products/{product.id}/recognitions", _recognition, 201
    ),
    ("POST", "/v1/operator/recognitions/<id:recognition_id>/revocation"): _staff_post(
        "recognitions/{recognition_id}/revocation", _reason, 201
    ),
    ("GET", "/v1/operator/skus/<id:sku_id>/stock-movements"): _get(
        "/v1/operator/skus/{sku.id}/stock-movements?limit=5", "operator"
    ),
    ("PUT", "/v1/operator/skus/<id:sku_id>/low-stock"): _put(
        "/v1/operator/skus/{sku.id}/low-stock", "operator", {"low_at": 10}, 204
    ),
    ("DELETE", "/v1/operator/skus/<id:sku_id>/low-stock"): _delete(
        "/v1/operator/skus/{sku.id}/low-stock", "operator"
    ),
    (
        "POST",
        "/v1/producers/<id:producer_id>/skus/<id:sku_id>/stock-corrections",
    ): _own_stock_correction,
    ("GET", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/stock-movements"): _get(
        "/v1/producers/{producer_id}/skus/{sku.id}/stock-movements?limit=5", "producer"
    ),
    ("PUT", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/low-stock"): _put(
        "/v1/producers/{producer_id}/skus/{sku.id}/low-stock", "producer", {"low_at": 10}, 204
    ),
    ("DELETE", "/v1/producers/<id:producer_id>/skus/<id:sku_id>/low-stock"): _delete(
        "/v1/producers/{producer_id}/skus/{sku.id}/low-stock", "producer"
    ),
    ("GET", "/v1/producers/<id:producer_id>/stock-notices"): _get(
        "/v1/producers/{producer_id}/stock-notices?open_only=true&limit=5", "producer"
    ),
    ("POST", "/v1/producers/<id:producer_id>/stock-notices/<id:notice_id>/acknowledgement"): _post(
        "/v1/producers/{producer_id}/stock-notices/{notice_id}/acknowledgement",
        "producer",
        _nothing,
        200,
    ),
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
    ("POST", "/uploads"): _upload_form,
    ("POST", "/v1/uploads"): _post(
        "/v1/uploads", "consumer", lambda _: announcement(PDF, "document")
    ),
    ("GET", "/v1/uploads/<no:upload_no>"): _get("/v1/uploads/{document_no}", "consumer"),
    ("GET", "/v1/uploads/<no:upload_no>/content"): _get(
        "/v1/uploads/{document_no}/content", "consumer"
    ),
    ("POST", "/v1/uploads/<no:upload_no>/completion"): _post(
        "/v1/uploads/{document_no}/completion", "consumer", _nothing
    ),
    ("GET", "/v1/vouchers"): _get("/v1/vouchers?state=active&limit=5", "consumer"),
    ("GET", "/v1/orders/<no:order_no>/vouchers"): _get(
        "/v1/orders/{voucher_order_no}/vouchers?limit=5", "consumer"
    ),
    ("POST", "/v1/orders/<no:order_no>/voucher-refunds"): _voucher_refund,
    ("GET", "/v1/operator/orders/<no:order_no>/vouchers"): _get(
        "/v1/operator/orders/{voucher_order_no}/vouchers?limit=5", "finance"
    ),
    ("GET", "/v1/producers/<id:producer_id>/vouchers/<typed:code>"): _get(
        "/v1/producers/{voucher_producer_id}/vouchers/{voucher_code}", "producer"
    ),
    ("GET", "/v1/producers/<id:producer_id>/redemptions"): _get(
        "/v1/producers/{voucher_producer_id}/redemptions?limit=5", "producer"
    ),
    ("POST", "/v1/producers/<id:producer_id>/redemptions"): _redemption,
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
    ("GET", "/v1/producers/<id:producer_id>/freight-templates"): _get(
        "/v1/producers/{producer_id}/freight-templates?limit=5", "producer"
    ),
    ("POST", "/v1/producers/<id:producer_id>/freight-templates"): _post(
        "/v1/producers/{producer_id}/freight-templates", "producer", _freight_template
    ),
    ("PUT", "/v1/producers/<id:producer_id>/freight-templates/<id:template_id>"): lambda world: (
        Example(
            "PUT",
            "/v1/producers/{producer_id}/freight-templates/{freight_template_id}".format_map(
                vars(world)
            ),
            "producer",
            _freight_template(world),
        )
    ),
    ("POST", "/v1/producers/<id:producer_id>/freight-templates/<id:template_id>/default"): _post(
        "/v1/producers/{producer_id}/freight-templates/{freight_template_id}/default",
        "producer",
        _nothing,
    ),
    ("POST", "/v1/producers/<id:producer_id>/freight-templates/<id:template_id>/retirement"): _post(
        "/v1/producers/{producer_id}/freight-templates/{freight_template_id}/retirement",
        "producer",
        _nothing,
    ),
    ("GET", "/v1/operator/producers/<id:producer_id>/freight-templates"): _get(
        "/v1/operator/producers/{producer_id}/freight-templates?limit=5", "operator"
    ),
    ("POST", "/v1/quotes"): _post(
        "/v1/quotes",
        "consumer",
        lambda world: {"lines": lines(((world.sku.id, 2),)), "area_code": "430104"},
        200,
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
    ("GET", "/v1/producers/<id:producer_id>"): _get("/v1/producers/{producers[approved]}"),
    ("POST", "/v1/producers"): _producer,
    ("GET", "/v1/me/producers"): _get("/v1/me/producers?limit=5", "producer"),
    ("POST", "/v1/producer-memberships"): _post(
        "/v1/producer-memberships", "consumer", lambda world: {"code": world.invitation_code}
    ),
    ("GET", "/v1/producers/<id:producer_id>/registration"): _get(
        "/v1/producers/{producers[approved]}/registration", "producer"
    ),
    ("PUT", "/v1/producers/<id:producer_id>/registration"): _put(
        "/v1/producers/{producers[returned]}/registration", "producer", REGISTRATION
    ),
    ("PUT", "/v1/producers/<id:producer_id>/profile"): _put(
        "/v1/producers/{producers[approved]}/profile", "producer", PROFILE
    ),
    ("PUT", "/v1/producers/<id:producer_id>/contacts"): _put(
        "/v1/producers/{producers[approved]}/contacts", "producer", CONTACTS
    ),
    ("PUT", "/v1/producers/<id:producer_id>/licences"): _put(
        "/v1/producers/{producers[approved]}/licences", "producer", LICENCES
    ),
    ("POST", "/v1/producers/<id:producer_id>/resubmission"): _post(
        "/v1/producers/{producers[returned]}/resubmission", "producer", lambda _: {"note": "已补"}
    ),
    ("GET", "/v1/producers/<id:producer_id>/members"): _get(
        "/v1/producers/{producers[approved]}/members?limit=5", "producer"
    ),
    ("DELETE", "/v1/producers/<id:producer_id>/members/<id:member_id>"): lambda world: Example(
        "DELETE",
        f"/v1/producers/{world.producers['approved']}/members/{world.producer_member_id}",
        "producer",
        status=204,
    ),
    ("POST", "/v1/producers/<id:producer_id>/invitations"): _post(
        "/v1/producers/{producers[approved]}/invitations",
        "producer",
        lambda _: {"as_owner": True},
    ),
    ("GET", "/v1/operator/producers"): _get(
        "/v1/operator/producers?state=submitted&search=茶叶&limit=5", "operator"
    ),
    ("GET", "/v1/operator/producers/<id:producer_id>"): _get(
        "/v1/operator/producers/{producers[submitted]}", "operator"
    ),
    ("POST", "/v1/operator/producers/<id:producer_id>/approval"): _staff_post(
        "producers/{producers[submitted]}/approval", _review, 201
    ),
    ("POST", "/v1/operator/producers/<id:producer_id>/correction-request"): _staff_post(
        "producers/{producers[submitted]}/correction-request", _reason, 201
    ),
    ("POST", "/v1/operator/producers/<id:producer_id>/suspension"): _staff_post(
        "producers/{producers[approved]}/suspension", _reason, 201
    ),
    ("POST", "/v1/operator/producers/<id:producer_id>/reinstatement"): _staff_post(
        "producers/{producers[suspended]}/reinstatement", _review, 201
    ),
    ("GET", "/v1/operator/licences"): _get(
        "/v1/operator/licences?within_days=30&limit=5", "operator"
    ),
    ("GET", "/v1/producers/<id:producer_id>/catalogue.xlsx"): _get(
        "/v1/producers/{producer_id}/catalogue.xlsx", "producer"
    ),
    ("GET", "/v1/producers/<id:producer_id>/catalogue-template.xlsx"): _get(
        "/v1/producers/{producer_id}/catalogue-template.xlsx", "producer"
    ),
    ("POST", "/v1/producers/<id:producer_id>/catalogue-imports"): _sheet(_SHEETS, "producer"),
    ("GET", "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>"): _get(
        _SHEETS + "/{checked_import_no}", "producer"
    ),
    ("GET", "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>/errors"): _get(
        _SHEETS + "/{checked_import_no}/errors?limit=5", "producer"
    ),
    ("GET", "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>/errors.xlsx"): _get(
        _SHEETS + "/{checked_import_no}/errors.xlsx", "producer"
    ),
    ("POST", "/v1/producers/<id:producer_id>/catalogue-imports/<no:import_no>/application"): _post(
        _SHEETS + "/{checked_import_no}/application", "producer", _application
    ),
    ("GET", "/v1/operator/catalogue.xlsx"): _get(
        "/v1/operator/catalogue.xlsx?producer=1&category=tea&county=430923&state=listed", "operator"
    ),
    ("POST", "/v1/operator/producers/<id:producer_id>/catalogue-imports"): _sheet(
        "/v1/operator/producers/{producer_id}/catalogue-imports", "operator"
    ),
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>"): _get(
        "/v1/operator/catalogue-imports/{checked_import_no}", "operator"
    ),
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>/errors"): _get(
        "/v1/operator/catalogue-imports/{checked_import_no}/errors?limit=5", "operator"
    ),
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>/errors.xlsx"): _get(
        "/v1/operator/catalogue-imports/{checked_import_no}/errors.xlsx", "operator"
    ),
    ("POST", "/v1/operator/catalogue-imports/<no:import_no>/application"): _staff_post(
        "catalogue-imports/{checked_import_no}/application", _application, 201
    ),
    ("POST", "/v1/operator/catalogue-imports/<no:import_no>/listing"): _staff_post(
        "catalogue-imports/{applied_import_no}/listing", _nothing, 201
    ),
    ("GET", "/v1/operator/catalogue-imports/<no:import_no>/listing"): _get(
        "/v1/operator/catalogue-imports/{applied_import_no}/listing?limit=5", "operator"
    ),
}
"""By method and rule. WeChat's own notices are not here: only WeChat can sign them."""

LOOKING_IS_NOTED = {
    "/v1/operator/orders/<no:order_no>",
    "/v1/operator/orders/<no:order_no>/vouchers",
    "/v1/operator/producers/<id:producer_id>",
}

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
    if example.method == "GET" and endpoint[1] not in LOOKING_IS_NOTED:
        assert world.tables.changed() == [], "reading changes nothing"
    world.tables.restore()
    assert world.tables.changed() == []
