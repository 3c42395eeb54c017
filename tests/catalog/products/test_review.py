"""From a producer's draft over an operator's review to the shop, as both see it over HTTP."""

from dataclasses import dataclass
from typing import Any

import pytest

from backend.accounts.roles import grant
from backend.catalog.products.models import Product, ProductVersion, Sku
from backend.core.audit import AuditEntry
from backend.core.caller import Role
from backend.core.database import db, transaction
from tests.api import Api, Person
from tests.catalog.products.contents import said, sku_said
from tests.factories import (
    ProducerFactory,
    ProducerMemberFactory,
    RecognitionFactory,
    producer_person,
    staff,
)
from tests.racing import at_once

DEAR = sku_said(price_fen=9088, market_price_fen=6990)
"""One fen above 1.3 times the market price."""


@dataclass
class Desk:
    """A producer with somebody who acts for it, and an operator."""

    producer_id: int
    person: Person
    operator: Person

    @property
    def path(self) -> str:
        return f"/v1/producers/{self.producer_id}/products"

    def draft(self, *skus: dict[str, Any], status: int = 201, **changes: Any) -> Any:
        return self.person.post(self.path, said(*skus, **changes), status)

    def put(self, product_id: str, *skus: dict[str, Any], status: int = 200, **more: Any) -> Any:
        path = f"{self.path}/{product_id}/draft"
        person = self.person
        return person.api.call("PUT", path, said(*skus, **more), token=person.token, status=status)

    def submit(self, version: Any, status: int = 201) -> Any:
        path = f"{self.path}/{version['product_id']}/versions/{version['number']}/submission"
        return self.person.post(path, None, status)

    def decide(self, version: Any, what: str, reason: str | None, status: int | None = 201) -> Any:
        body = {} if reason is None else {"reason": reason}
        looked_at = f"/v1/operator/product-versions/{version['id']}"
        if what == "approval":
            body["revision"] = self.operator.get(looked_at)["revision"]
        path = f"{looked_at}/{what}"
        return self.operator.post(path, body, status)

    def put_on_sale(self, *skus: dict[str, Any], **changes: Any) -> Any:
        """A product that is drafted, submitted and approved."""
        version = self.submit(self.draft(*skus, **changes))
        return self.decide(version, "approval", "产地直供")

    def waiting(self, query: str = "") -> list[Any]:
        items: list[Any] = self.operator.get(f"/v1/operator/product-versions{query}")["items"]
        return items


@pytest.fixture
def desk(api: Api) -> Desk:
    producer_id = ProducerFactory().id
    return Desk(producer_id, producer_person(api, producer_id), staff(api))


def shown(api: Api, product_id: str, status: int = 200) -> Any:
    return api.call("GET", f"/v1/products/{product_id}", status=status)


def test_a_product_goes_from_draft_to_the_shop(desk: Desk, api: Api) -> None:
    version = desk.draft()
    assert (version["state"], version["number"], version["flags"]) == ("draft", 1, [])
    shown(api, version["product_id"], 404)
    desk.submit(version)
    shown(api, version["product_id"], 404)
    (waiting,) = desk.waiting()
    assert (waiting["id"], waiting["is_listed"]) == (version["id"], False)
    assert waiting["submitted_at"].endswith("+08:00")
    assert desk.decide(version, "approval", None)["state"] == "listed"
    assert shown(api, version["product_id"])["skus"][0]["price_fen"] == 5990
    assert desk.waiting() == []
    assert db.session.query(AuditEntry).filter_by(action="approve_product").count() == 1


def test_the_same_first_draft_sent_twice_is_one_product(desk: Desk) -> None:
    first = desk.draft()
    assert desk.draft()["id"] == first["id"]
    taken = desk.draft(name="另一种茶", status=409)
    assert (taken["code"], taken["product_id"]) == ("product_code_taken", first["product_id"])
    assert db.session.query(Product).count() == 1


def test_a_price_far_above_the_market_needs_a_reason_and_is_never_blocked(
    desk: Desk, api: Api
) -> None:
    version = desk.draft(DEAR)
    assert version["flags"] == [{"flag": "price_above_market", "field": "skus.0.price_fen"}]
    other = desk.submit(desk.draft(sku_said("CHEAP"), code="CHEAP"))
    desk.submit(version)
    assert [each["id"] for each in desk.waiting("?flagged=true")] == [version["id"]]
    assert [each["id"] for each in desk.waiting("?flagged=false")] == [other["id"]]
    assert [each["id"] for each in desk.waiting()] == [version["id"], other["id"]]
    refused = desk.decide(version, "approval", None, 422)
    assert (refused["code"], refused["field"]) == ("reason_missing", "reason")
    shown(api, version["product_id"], 404)
    assert desk.decide(version, "approval", "有机认证溢价")["state"] == "listed"


def test_a_reviewer_sees_what_would_change(desk: Desk) -> None:
    listed = desk.put_on_sale()
    changed = desk.put(listed["product_id"], sku_said(price_fen=6100), name="新名字")
    detail = desk.operator.get(f"/v1/operator/product-versions/{changed['id']}")
    assert detail["listed_number"] == 1
    assert detail["differences"] == [
        {"member": "name", "old": "安化千两茶饼", "new": "新名字"},
        {"member": "skus.AH-TEA-1KG.price_fen", "old": 5990, "new": 6100},
    ]
    fresh = desk.operator.get(f"/v1/operator/product-versions/{listed['id']}")
    assert fresh["listed_number"] is None


def test_the_producer_reads_why_it_was_returned_and_tries_again(desk: Desk) -> None:
    version = desk.submit(desk.draft())
    desk.decide(version, "return", "图片不清晰")
    (own,) = desk.person.get(desk.path)["items"]
    assert (own["state"], own["open_state"], own["open_number"]) == ("draft", "draft", 1)
    assert own["last_reason"] == "图片不清晰"
    desk.submit(version)
    (own,) = desk.person.get(desk.path)["items"]
    assert (own["open_state"], own["last_reason"]) == ("review", None)
    busy = desk.put(version["product_id"], name="新名字", status=409)
    assert busy["code"] == "product_in_review"
    path = f"{desk.path}/{version['product_id']}/versions/1/withdrawal"
    assert desk.person.post(path, None, 201)["state"] == "draft"
    assert desk.person.post(path, None, 409)["code"] == "step_not_possible"
    gone = desk.decide(version, "approval", None, 409)
    assert (gone["code"], gone["state"]) == ("step_not_possible", "draft")


def test_the_history_keeps_every_version_and_every_step(desk: Desk) -> None:
    product_id = desk.put_on_sale()["product_id"]
    second = desk.put(product_id, name="新名字")
    desk.submit(second)
    desk.decide(second, "approval", None)
    path = f"{desk.path}/{product_id}/versions"
    newest, oldest = desk.person.get(path)["items"]
    assert [each["number"] for each in (newest, oldest)] == [2, 1]
    assert [each["state"] for each in (newest, oldest)] == ["listed", "ended"]
    assert [each["content"]["name"] for each in (newest, oldest)] == ["新名字", "安化千两茶饼"]
    assert [e["step"] for e in oldest["events"]] == ["draft", "submit", "list", "replace"]
    assert oldest["events"][2]["reason"] == "产地直供"
    page = desk.person.get(f"{path}?limit=1")
    rest = desk.person.get(f"{path}?limit=1&cursor={page['next_cursor']}")
    assert [each["number"] for each in page["items"] + rest["items"]] == [2, 1]


def test_a_producers_page_of_a_product_tells_everything_at_once(desk: Desk) -> None:
    product_id = desk.put_on_sale(sku_said("A"), sku_said("B"))["product_id"]
    desk.put(product_id, sku_said("A"), name="新名字")
    RecognitionFactory(product_id=int(product_id))
    page = desk.person.get(f"{desk.path}/{product_id}")
    assert page["listed_version"]["content"]["name"] == page["name"] == "安化千两茶饼"
    assert page["open_version"]["content"]["name"] == "新名字"
    assert page["figure"] == "national"
    assert [(sku["code"], sku["on_hand"]) for sku in page["skus"]] == [("A", 0), ("B", 0)]
    assert [each["status"] for each in page["recognitions"]] == ["valid"]


def test_what_was_taken_off_sale_comes_back_by_an_operator_only(desk: Desk, api: Api) -> None:
    product_id = desk.put_on_sale()["product_id"]
    desk.person.post(f"{desk.path}/{product_id}/delisting", {"reason": "换季"}, 204)
    (own,) = desk.person.get(f"{desk.path}?state=delisted")["items"]
    assert own["last_reason"] == "换季"
    assert desk.person.get(f"{desk.path}?state=listed")["items"] == []
    path = f"/v1/operator/products/{product_id}"
    again = desk.operator.post(f"{path}/delisting", {"reason": "再来"}, 409)
    assert again["code"] == "step_not_possible"
    assert desk.operator.post(f"{path}/relisting", {"reason": "应季"})["state"] == "listed"
    assert shown(api, product_id)["name"] == "安化千两茶饼"
    desk.operator.post(f"{path}/delisting", {"reason": "抽检不合格"}, 204)
    (own,) = desk.person.get(desk.path)["items"]
    assert (own["state"], own["last_reason"]) == ("delisted", "抽检不合格")
    actions = {entry.action for entry in db.session.query(AuditEntry)}
    assert actions >= {"delist_product", "relist_product"}


def test_nobody_reviews_for_a_producer_they_act_for(desk: Desk) -> None:
    version = desk.submit(desk.draft())
    ProducerMemberFactory(producer_id=desk.producer_id, user_id=desk.operator.id)
    assert desk.decide(version, "approval", "很好", 409)["code"] == "own_product"
    other = Desk(desk.producer_id, desk.person, staff(desk.person.api))
    assert other.decide(version, "approval", None)["state"] == "listed"
    path = f"/v1/operator/products/{version['product_id']}"
    desk.operator.post(f"{path}/delisting", {"reason": "换季"}, 204)
    assert desk.operator.post(f"{path}/relisting", {"reason": "应季"}, 409)["code"] == "own_product"


def test_the_products_of_another_producer_do_not_exist(desk: Desk, api: Api) -> None:
    version = desk.draft()
    stranger = producer_person(api, ProducerFactory().id)
    mine = f"/v1/producers/{ProducerFactory().id}/products"
    paths = [desk.path, f"{desk.path}/{version['product_id']}"]
    for path in [*paths, f"{paths[1]}/versions", mine]:
        assert stranger.get(path, 404)["code"] == "not_found"
    for path in ("versions/1/submission", "versions/1/withdrawal"):
        assert stranger.post(f"{paths[1]}/{path}", None, 404)["code"] == "not_found"
    other = Desk(ProducerFactory().id, desk.person, desk.operator)
    ProducerMemberFactory(producer_id=other.producer_id, user_id=desk.person.id)
    path = f"{other.path}/{version['product_id']}"
    assert desk.person.get(path, 404)["code"] == "product_not_found"
    assert desk.person.get(f"{path}/versions", 404)["code"] == "product_not_found"
    assert other.put(version["product_id"], status=404)["code"] == "product_not_found"
    missing = f"{desk.path}/{version['product_id']}/versions/2/submission"
    assert desk.person.post(missing, None, 404)["code"] == "product_version_not_found"
    delisting = desk.person.post(f"{path}/delisting", {"reason": "换季"}, 404)
    assert delisting["code"] == "product_not_found"


def test_pages_of_own_products_and_of_the_queue_follow_each_other(desk: Desk) -> None:
    made = [desk.submit(desk.draft(sku_said(f"S{n}"), code=f"P{n}")) for n in range(5)]
    ids = [each["product_id"] for each in made]
    first = desk.person.get(f"{desk.path}?limit=3")
    rest = desk.person.get(f"{desk.path}?limit=3&cursor={first['next_cursor']}")
    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    path = "/v1/operator/product-versions?limit=3"
    first = desk.operator.get(path)
    rest = desk.operator.get(f"{path}&cursor={first['next_cursor']}")
    assert [each["product_id"] for each in first["items"] + rest["items"]] == ids


def test_two_operators_decide_at_once_and_one_decision_stands(desk: Desk, api: Api) -> None:
    version = desk.submit(desk.draft())
    others = [staff(api) for _ in range(4)]

    def decide(position: int) -> Any:
        what = "approval" if position % 2 else "return"
        by = Desk(desk.producer_id, desk.person, others[position])
        return by.decide(version, what, "核实", None)

    answers = at_once(decide, range(4))
    assert sorted(answer.get("code", "done") for answer in answers) == [
        "done", "step_not_possible", "step_not_possible", "step_not_possible",
    ]  # fmt: skip
    db.session.expire_all()
    state = db.session.query(ProductVersion).one().state
    assert db.session.query(Sku).count() == (1 if state == "listed" else 0)


def test_who_is_only_called_a_producer_acts_for_nobody(desk: Desk, api: Api) -> None:
    person = api.log_in()
    with transaction():
        grant(person.id, Role.producer, None)
    assert person.post(desk.path, said(), 404)["code"] == "not_found"
    assert db.session.query(Product).count() == 0


def test_what_was_changed_after_the_look_is_not_listed_unseen(desk: Desk) -> None:
    version = desk.submit(desk.draft())
    looked_at = f"/v1/operator/product-versions/{version['id']}"
    seen = desk.operator.get(looked_at)["revision"]
    withdrawal = f"{desk.path}/{version['product_id']}/versions/{version['number']}/withdrawal"
    desk.person.post(withdrawal, None)
    desk.put(version["product_id"], description="换了说法。")
    desk.submit(version)
    refused = desk.operator.post(f"{looked_at}/approval", {"revision": seen}, 409)
    assert (refused["code"], refused["field"]) == ("version_changed", "revision")
    assert desk.operator.get(looked_at)["state"] == "review"
    assert desk.decide(version, "approval", None)["state"] == "listed"
