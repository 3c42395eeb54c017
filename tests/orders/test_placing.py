"""An order is placed once for its key, at the total the buyer was shown."""

from backend.catalog.stock.keeping import correct
from backend.core.database import transaction
from tests.api import Api
from tests.factories import SkuFactory, change
from tests.payments.books import count, movements, stock
from tests.racing import at_once

KEY = "the-same-key"


def test_the_same_key_and_body_is_the_same_order(api: Api) -> None:
    tea = SkuFactory(stock=10)
    buyer = api.log_in()
    first = buyer.place((tea.id, 2), key=KEY)
    again = buyer.place((tea.id, 2), key=KEY)
    assert again["no"] == first["no"]
    assert (count("orders"), count("order_events"), stock(tea.id)) == (1, 1, (10, 2))


def test_the_same_order_eight_times_at_once_is_one_order_and_one_reservation(api: Api) -> None:
    tea = SkuFactory(stock=10, price_fen=5990)
    buyer = api.log_in()
    sku_id = tea.id

    orders = at_once(lambda _: buyer.place((sku_id, 2), key=KEY, total_fen=11_980), range(8))

    assert len({order["no"] for order in orders}) == 1
    assert (count("orders"), stock(sku_id), movements(sku_id)) == (1, (10, 2), ["reserve"])


def test_the_same_key_shows_the_order_as_it_is_by_now(api: Api) -> None:
    tea = SkuFactory()
    buyer = api.log_in()
    order = buyer.place((tea.id, 1), key=KEY)
    buyer.cancel(order["no"])
    assert buyer.place((tea.id, 1), key=KEY)["state"] == "cancelled"


def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    tea = SkuFactory(stock=10)
    buyer = api.log_in()
    buyer.place((tea.id, 2), key=KEY)
    for other in ({"wish": (tea.id, 3)}, {"remark": "放门口"}):
        wish = other.pop("wish", (tea.id, 2))
        refusal = buyer.place(wish, key=KEY, status=422, **other)
        assert refusal["code"] == "idempotency_key_used_otherwise"
    assert (count("orders"), stock(tea.id)) == (1, (10, 2))


def test_a_key_is_free_again_after_a_refusal(api: Api) -> None:
    tea = SkuFactory(stock=1, price_fen=5990)
    buyer = api.log_in()
    refusal = buyer.place((tea.id, 2), key=KEY, total_fen=11_980, status=409)
    assert refusal["code"] == "out_of_stock"
    assert count("idempotency_keys") == 0

    with transaction():
        correct(tea.id, 5, "found more", None, "found")
    assert buyer.place((tea.id, 2), key=KEY, total_fen=11_980)["state"] == "pending_payment"
    assert stock(tea.id) == (6, 2)


def test_another_person_s_same_key_is_another_order(api: Api) -> None:
    tea = SkuFactory(stock=10)
    orders = [api.log_in().place((tea.id, 1), key=KEY) for _ in range(2)]
    assert orders[0]["no"] != orders[1]["no"]
    assert (count("orders"), stock(tea.id)) == (2, (10, 2))


def test_an_order_without_a_key_is_refused(api: Api) -> None:
    tea = SkuFactory()
    assert api.log_in().place((tea.id, 1), key="short", status=422)["code"] == "invalid_input"
    assert count("orders") == 0


def test_another_total_is_refused_with_the_new_quote_which_then_works(api: Api) -> None:
    tea = SkuFactory(stock=10, price_fen=5990)
    buyer = api.log_in()
    shown = buyer.quote((tea.id, 2))
    change(tea, price_fen=6490)

    refusal = buyer.place((tea.id, 2), key=KEY, total_fen=shown["total_fen"], status=409)

    assert (refusal["code"], refusal["field"]) == ("total_differs", "total_fen")
    assert refusal["quote"] == buyer.quote((tea.id, 2))
    assert refusal["quote"]["total_fen"] == 12_980
    assert (count("orders"), stock(tea.id)) == (0, (10, 0))
    new_total = refusal["quote"]["total_fen"]
    order = buyer.place((tea.id, 2), key=KEY, total_fen=new_total)
    assert order["total_fen"] == new_total
    assert stock(tea.id) == (10, 2)


def test_a_total_below_the_quote_is_refused_as_much_as_one_above(api: Api) -> None:
    tea = SkuFactory(price_fen=5990)
    buyer = api.log_in()
    for wrong in (1, 5989, 5991):
        refusal = buyer.place((tea.id, 1), total_fen=wrong, status=409)
        assert refusal["code"] == "total_differs"
    assert count("orders") == 0
