"""Story 8. 100 jars, 500 people at once, one each; 30 of the 100 do not pay in time."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from backend.core.database import db
from tests.api import RECEIVER, Api, Person, lines
from tests.conftest import Time, Worker
from tests.factories import SkuFactory
from tests.racing import at_once, side_by_side

JARS, PEOPLE, PAYING = 100, 500, 70


@pytest.mark.slow
def test_exactly_the_jars_there_are_get_reserved_and_unpaid_ones_come_back(
    gunicorn_api: Api, worker: Worker, time: Time
) -> None:
    jar = SkuFactory(stock=JARS, price_fen=4580)
    people = side_by_side(lambda _: gunicorn_api.log_in(), range(PEOPLE))

    answers = at_once(lambda person: (person, _order_one(person, jar.id)), people)

    assert _statuses(answers) == {201: JARS, 409: PEOPLE - JARS}
    refused = [order for _, (status, order) in answers if status == 409]
    assert {order["code"] for order in refused} == {"out_of_stock"}
    assert _stock(jar.id) == {"on_hand": JARS, "reserved": JARS}
    assert _orders("pending_payment") == JARS

    winners = [(person, order["no"]) for person, (status, order) in answers if status == 201]
    side_by_side(lambda winner: winner[0].pay(winner[1]), winners[:PAYING])
    assert _orders("paid") == PAYING

    time.travel(minutes=16)
    worker.sweep()
    worker.sweep()

    assert _orders("cancelled") == JARS - PAYING
    assert _orders("paid") == PAYING
    assert _stock(jar.id) == {"on_hand": JARS, "reserved": PAYING}
    gunicorn_api.wait_for(lambda: _shown(gunicorn_api, jar.product_id) == JARS - PAYING)


def _shown(api: Api, product_id: int) -> int:
    """How many are left, as a visitor sees it."""
    product = api.call("GET", f"/v1/products/{product_id}", status=200)
    return int(product["skus"][0]["available"])


def _order_one(person: Person, sku_id: int) -> tuple[int, dict[str, str]]:
    body = {"lines": lines(((sku_id, 1),)), "receiver": RECEIVER, "total_fen": 4580}
    headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": uuid4().hex}
    answer = person.api.send("POST", "/v1/orders", body, headers)
    return answer.status_code, answer.get_json()


def _statuses(answers: list[tuple[Person, tuple[int, dict[str, str]]]]) -> dict[int, int]:
    counted: dict[int, int] = {}
    for _, (status, _order) in answers:
        counted[status] = counted.get(status, 0) + 1
    return counted


def _stock(sku_id: int) -> dict[str, int]:
    row = db.session.execute(
        text("SELECT on_hand, reserved FROM sku_stocks WHERE sku_id = :sku_id"), {"sku_id": sku_id}
    )
    return dict(row.mappings().one())


def _orders(state: str) -> int:
    db.session.rollback()
    count = text("SELECT count(*) FROM orders WHERE state = :state")
    return int(db.session.execute(count, {"state": state}).scalar_one())
