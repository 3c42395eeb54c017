"""An operator lists what an import handed in, except prices that need a look."""

from typing import Any

import pytest

from backend.catalog.producers.models import ProducerMember
from backend.core import clock
from backend.core.audit import AuditEntry
from backend.core.database import db
from tests.api import Api
from tests.catalog.sheets.books import many, product_row, sku_row, workbook
from tests.catalog.sheets.desk import Desk, operators_desk, products, versions
from tests.factories import ProducerFactory, producer_person


@pytest.fixture
def operator(desk: Desk, api: Api) -> Desk:
    return operators_desk(desk, api)


def listing(operator: Desk, no: str) -> Any:
    return operator.person.get(f"/v1/operator/catalogue-imports/{no}/listing")


def list_all(operator: Desk, no: str, status: int = 201) -> Any:
    answer = operator.person.post(f"/v1/operator/catalogue-imports/{no}/listing", None, status)
    operator.worker.run()
    return answer


def test_everything_handed_in_is_listed_and_flagged_prices_are_left(
    desk: Desk, operator: Desk
) -> None:
    dear = sku_row("B", **{"单价（元）": 130.01, "市场价（元）": 100})
    just = sku_row("C", **{"单价（元）": 130, "市场价（元）": 100})
    rows = [product_row(code) for code in "ABC"]
    done = desk.bring_in(workbook(rows, [sku_row("A"), dear, just]), submit=True)
    list_all(operator, done["no"])
    state = listing(operator, done["no"])
    assert (state["state"], state["listed"], state["flagged"]) == ("done", 2, 1)
    assert [(left["product_code"], left["listing"]) for left in state["items"]] == [
        ("B", "flagged")
    ]
    assert {product.code: product.state for product in products()} == {
        "A": "listed",
        "B": "draft",
        "C": "listed",
    }
    noted = db.session.query(AuditEntry).filter_by(by_user_id=operator.person.id)
    assert [entry.action for entry in noted].count("approve_product") == 2
    assert [entry.action for entry in noted].count("list_import") == 1


def test_listing_again_lists_nothing_twice(desk: Desk, operator: Desk) -> None:
    done = desk.bring_in(many(30), submit=True)
    list_all(operator, done["no"])
    before = [(version.id, version.state, version.listed_at) for version in versions()]
    list_all(operator, done["no"])
    assert listing(operator, done["no"])["listed"] == 30
    assert [(version.id, version.state, version.listed_at) for version in versions()] == before


def test_what_was_not_applied_or_not_handed_in_is_not_listed(desk: Desk, operator: Desk) -> None:
    found = desk.check(many(1))
    assert list_all(operator, found["no"], 409)["code"] == "step_not_possible"
    desk.apply(found["no"])
    desk.worker.run()
    list_all(operator, found["no"])
    state = listing(operator, found["no"])
    assert (state["state"], state["listed"], state["waiting"]) == ("done", 0, 0)


def test_nobody_lists_products_of_their_own_producer(desk: Desk, operator: Desk) -> None:
    done = desk.bring_in(many(2), submit=True)
    db.session.add(
        ProducerMember(
            producer_id=desk.producer_id,
            user_id=operator.person.id,
            is_owner=False,
            since=clock.now(),
        )
    )
    db.session.commit()
    list_all(operator, done["no"])
    state = listing(operator, done["no"])
    assert (state["listed"], state["refused"]) == (0, 2)
    assert "自己" in state["items"][0]["message"]


def test_whoever_does_not_act_for_the_producer_finds_nothing(desk: Desk, api: Api) -> None:
    done = desk.check(many(1))
    base = f"/v1/producers/{desk.producer_id}"
    stranger = producer_person(api, ProducerFactory().id)
    paths = [
        f"{base}/catalogue.xlsx",
        f"{base}/catalogue-template.xlsx",
        f"{base}/catalogue-imports/{done['no']}",
        f"{base}/catalogue-imports/{done['no']}/errors",
        f"{base}/catalogue-imports/{done['no']}/errors.xlsx",
    ]
    for path in paths:
        assert stranger.get(path, 404)["code"] == "not_found"
    body = {"mode": "all"}
    path = f"{base}/catalogue-imports/{done['no']}/application"
    assert stranger.post(path, body, 404)["code"] == "not_found"
    outsider = Desk(desk.app, desk.worker, stranger, desk.producer_id)
    assert outsider.refused(many(1), 404)["code"] == "not_found"
    assert versions() == []


def test_an_import_of_another_producer_is_not_found_under_ones_own(desk: Desk, api: Api) -> None:
    done = desk.check(many(1))
    other = ProducerFactory().id
    person = producer_person(api, other)
    path = f"/v1/producers/{other}/catalogue-imports/{done['no']}"
    assert person.get(path, 404)["code"] == "catalogue_import_not_found"
    refusal = person.post(f"{path}/application", {"mode": "all"}, 404)
    assert refusal["code"] == "catalogue_import_not_found"
