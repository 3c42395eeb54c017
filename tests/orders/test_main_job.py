"""The main job from end to end: referred, ordered, paid, credited, refunded, reversed."""

from tests.api import Api
from tests.conftest import Worker
from tests.factories import SkuFactory, competitor


def test_a_referred_order_is_credited_when_paid_and_reversed_when_refunded(
    api: Api, worker: Worker
) -> None:
    sku = SkuFactory(price_fen=5990, stock=10)
    seller = competitor(api, display_name="小橙子")
    code = seller.make_link()

    buyer = api.log_in(visitor_id=api.visit(code))
    quote = buyer.quote((sku.id, 2))
    assert quote["total_fen"] == 11980
    assert quote["credits"]["competitor_name"] == "小橙子"

    order = buyer.place((sku.id, 2))
    assert order["state"] == "pending_payment"
    assert order["credits"]["competitor_name"] == "小橙子"
    assert seller.credit()["pending_fen"] == 0

    buyer.pay(order["no"])
    assert buyer.order(order["no"])["state"] == "paid"
    assert seller.credit()["pending_fen"] == 11980

    buyer.ask_refund(order["no"])
    worker.run()
    api.wait_for(lambda: buyer.order(order["no"])["state"] == "closed")
    assert seller.credit() == {
        "pending_fen": 0,
        "accrued_fen": 11980,
        "reversed_fen": 11980,
        "orders": 1,
        "team_name": seller.credit()["team_name"],
        "institution_name": "湖南潇湘商贸学院",
    }
    product = api.call("GET", f"/v1/products/{sku.product_id}", status=200)
    assert product["skus"][0]["available"] == 10
