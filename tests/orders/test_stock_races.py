"""Orders at the same moment sell exactly what there is, whatever their lines and their order."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from tests.api import Api, Person
from tests.factories import SkuFactory
from tests.orders.test_any_sequence import number, rows
from tests.payments.books import count, movements, stock
from tests.racing import at_once, side_by_side

PRICE = 1000


def basket(person: Person, sku_ids: list[int], quantity: int = 1) -> str:
    """Order one of each SKU; what came of it."""
    wishes = [(sku_id, quantity) for sku_id in sku_ids]
    total = PRICE * quantity * len(wishes)
    answer: dict[str, Any] = person.place(*wishes, status=None, total_fen=total)
    return str(answer.get("code", "placed"))


def test_baskets_in_opposite_order_wait_in_no_circle_and_sell_exactly_the_stock(api: Api) -> None:
    skus = [SkuFactory(stock=18, price_fen=PRICE).id for _ in range(3)]
    buyers = side_by_side(lambda _: api.log_in(), range(8))

    def order_three_times(given: tuple[int, Person]) -> list[str]:
        turn, person = given
        turned = skus[turn % 3 :] + skus[: turn % 3]
        return [basket(person, turned[:: 1 if turn % 2 else -1]) for _ in range(3)]

    results = [came for row in at_once(order_three_times, enumerate(buyers)) for came in row]

    assert sorted(results) == ["out_of_stock"] * 6 + ["placed"] * 18
    assert [stock(sku_id) for sku_id in skus] == [(18, 18)] * 3
    assert number("SELECT count(*) FROM order_lines") == 54


def test_a_line_out_of_stock_reserves_none_of_the_others(api: Api) -> None:
    plenty, one = (SkuFactory(stock=units, price_fen=PRICE).id for units in (50, 1))
    buyers = side_by_side(lambda _: api.log_in(), range(6))

    results = at_once(lambda person: basket(person, [plenty, one]), buyers)

    assert sorted(results) == ["out_of_stock"] * 5 + ["placed"]
    assert (stock(plenty), stock(one)) == ((50, 1), (1, 1))
    assert movements(plenty) == ["reserve"]
    assert (count("orders"), count("idempotency_keys")) == (1, 1)


def test_goods_are_locked_in_the_order_of_their_ids_whatever_the_order_of_the_lines(
    api: Api, database_url: str
) -> None:
    """Who waits for the first row holds none of the others, so nobody waits in a circle."""
    first, *others = (SkuFactory(price_fen=PRICE).id for _ in range(6))
    buyer = api.log_in()
    free = "SELECT sku_id FROM sku_stocks WHERE sku_id = ANY(%s) FOR UPDATE SKIP LOCKED"
    with (
        psycopg.connect(database_url) as holder,
        psycopg.connect(database_url) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute(free, [[first]])
        order = pool.submit(basket, buyer, [*others, first])
        api.wait_for(somebody_waits)
        found = {sku_id for (sku_id,) in other.execute(free, [others])}
        other.rollback()
        holder.rollback()
        assert order.result() == "placed"
    assert found == set(others)


def somebody_waits() -> bool:
    """Whether a transaction of this database waits for a lock."""
    waiting = """SELECT 1 FROM pg_stat_activity
                  WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    return bool(rows(waiting))
