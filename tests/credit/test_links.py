"""Referral links: a competitor's short code for the home page or for one product."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from backend import Service
from backend.core.database import db
from backend.core.ids import READABLE
from backend.credit.links import LinkNotFound, Target, create_link, find_link
from backend.credit.models import ReferralLink
from tests.api import Api, Person
from tests.core.contexts import apart
from tests.factories import CompetitorFactory, ProductFactory, competitor
from tests.racing import at_once

HOME = Target("home", None)


@pytest.fixture
def seller(api: Api) -> Person:
    return competitor(api)


def ask(who: Person, status: int = 201, **changes: Any) -> Any:
    return who.post("/v1/competitor/referral-links", {"target_kind": "home", **changes}, status)


def links() -> int:
    return db.session.scalar(select(func.count()).select_from(ReferralLink)) or 0


def test_a_link_has_a_code_that_can_be_read_out(seller: Person) -> None:
    link = ask(seller)
    assert re.fullmatch(rf"[{READABLE}]{{8}}", link["code"])
    assert (link["target_kind"], link["target_id"]) == ("home", None)
    assert link["channel"] == "miniprogram"


def test_the_same_wish_gives_the_same_code(seller: Person) -> None:
    product = ProductFactory()
    wishes: list[dict[str, Any]] = [
        {},
        {"channel": "exhibition"},
        {"target_kind": "product", "target_id": str(product.id)},
        {"target_kind": "product", "target_id": str(product.id), "channel": "new_media"},
    ]
    first = [ask(seller, **wish)["code"] for wish in wishes]
    again = [ask(seller, **wish)["code"] for wish in wishes]
    assert first == again
    assert len(set(first)) == links() == 4


def test_two_competitors_never_share_a_code(api: Api, seller: Person) -> None:
    assert ask(seller)["code"] != ask(competitor(api))["code"]


@pytest.mark.slow
def test_the_same_wish_eight_times_at_once_gives_one_code(app: Service) -> None:
    competitor_id = CompetitorFactory().id

    def wish(_: int) -> str:
        return create_link(competitor_id, HOME, "miniprogram").code

    assert len(set(at_once(apart(app, wish), range(8)))) == links() == 1


@pytest.mark.parametrize("state", ["draft", "delisted"])
def test_only_a_listed_product_can_be_the_target(seller: Person, state: str) -> None:
    product = ProductFactory(state=state)
    refusal = ask(seller, 404, target_kind="product", target_id=str(product.id))
    assert refusal["code"] == "not_found"
    assert ask(seller, 404, target_kind="product", target_id="999")["code"] == "not_found"
    assert links() == 0


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"target_kind": "product"}, "target_id"),
        ({"target_kind": "home", "target_id": "1"}, "target_id"),
        ({"target_kind": "planet"}, "target_kind"),
        ({"channel": "taobao"}, "channel"),
        ({"target_kind": "product", "target_id": "x"}, "target_id"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(
    seller: Person, wish: dict[str, Any], field: str
) -> None:
    ProductFactory()
    refusal = ask(seller, 422, **wish)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", field)
    assert links() == 0


def test_a_code_typed_in_small_letters_works(api: Api, seller: Person) -> None:
    product = ProductFactory()
    code = ask(seller, target_kind="product", target_id=str(product.id))["code"]
    for typed in (code, code.lower(), code.title()):
        answer = api.call("POST", f"/v1/referral-links/{typed}/visits", {}, status=201)
        assert (answer["target_kind"], answer["target_id"]) == ("product", str(product.id))


@pytest.mark.parametrize("code", ["ZZZZZZZZ", "AAAA", "01010101", "a" * 32])
def test_a_code_that_nobody_has_is_not_found(api: Api, code: str) -> None:
    answer = api.call("POST", f"/v1/referral-links/{code}/visits", {}, status=404)
    assert answer["code"] == "link_not_found"


def test_an_empty_code_is_not_found(app: Service) -> None:
    with pytest.raises(LinkNotFound):
        find_link("")


def test_a_competitor_sees_the_own_links_page_by_page(api: Api, seller: Person) -> None:
    made = [
        ask(seller, target_kind="product", target_id=str(ProductFactory().id))["code"]
        for _ in range(5)
    ]
    ask(competitor(api))
    seen: list[str] = []
    cursor = ""
    while True:
        page = seller.get(f"/v1/competitor/referral-links?limit=2{cursor}")
        seen += [link["code"] for link in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == made[::-1]


def test_links_are_for_competitors(api: Api) -> None:
    assert ask(api.log_in(), 403)["code"] == "not_allowed"
