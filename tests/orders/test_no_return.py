"""What is exempt from the seven-day return, and not fresh, needs the buyer's tick (art. 25)."""

from backend.core.database import db
from backend.orders.models import OrderLine
from tests.api import Api
from tests.factories import ProductFactory, SkuFactory
from tests.payments.books import count


def test_without_the_tick_nothing_is_ordered(api: Api) -> None:
    jelly = SkuFactory(product_id=ProductFactory(no_return=True).id)
    tea = SkuFactory()
    buyer = api.log_in()
    quote = buyer.quote((tea.id, 1), (jelly.id, 1))
    assert [line["no_return"] for line in quote["lines"]] == [False, True]
    refusal = buyer.place((tea.id, 1), (jelly.id, 1), status=409)
    assert (refusal["code"], refusal["sku_ids"]) == ("no_return_not_accepted", [str(jelly.id)])
    assert count("orders") == 0


def test_with_the_tick_the_line_keeps_what_was_agreed(api: Api) -> None:
    jelly = SkuFactory(product_id=ProductFactory(no_return=True).id)
    order = api.log_in().place((jelly.id, 1), accepts_no_return=True)
    assert order["lines"][0]["no_return"] is True
    assert db.session.query(OrderLine).one().no_return is True


def test_fresh_goods_are_exempt_by_law_and_need_no_tick(api: Api) -> None:
    orange = SkuFactory(product_id=ProductFactory(fresh=True).id)
    (line,) = api.log_in().place((orange.id, 1))["lines"]
    assert (line["fresh"], line["no_return"]) == (True, False)
