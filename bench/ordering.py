"""Placing orders: at random over the shop beside pgbench, and all at once for one hot SKU."""

import itertools
import json
import random
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from bench import wire
from bench.bench import WARMUP_SECONDS, Bench
from bench.buyers import order_body
from bench.capture import Captured
from bench.data import FIRST_BUYER, FIRST_SKU, SKUS, new_hot_sku
from bench.limit import either, pgbench

MOST_A_SECOND = 1500
"""So many requests are prepared for each second; nobody has come near it."""
PRICE_OF_A_HOT_ONE = 1990
FIRST_HOT = 600_000


def measure(bench: Bench) -> dict[str, Any]:
    """Orders of two lines, and the same SQL by pgbench before and after."""
    script = _script(bench)
    length = [f"--time={max(1, round(bench.seconds))}"]
    limits = [pgbench(bench.stack.database_url, "order", script, length)]
    result = bench.once(order_requests(bench))
    limits.append(pgbench(bench.stack.database_url, "order", script, length))
    result["limit_per_second"] = sum(limit["per_second"] for limit in limits) / len(limits)
    result["ratio"] = result["per_second"] / result["limit_per_second"]
    result["statements"] = script.count(";\n") // 2
    return result


def order_requests(bench: Bench) -> list[bytes]:
    """Random buyers who want two random SKUs and know the right total."""
    prices = _prices(bench)
    ids = bench.shop.buyer_ids
    buyers = list(zip(ids, bench.tokens(ids), strict=True))
    wanted = int(MOST_A_SECOND * (bench.seconds + WARMUP_SECONDS))
    requests = []
    for _, token in itertools.islice(itertools.cycle(random.sample(buyers, len(buyers))), wanted):
        requests.append(_order(token, random.sample(bench.shop.sku_ids, 2), prices))
    return requests


def _order(token: str, skus: Sequence[int], prices: dict[int, int]) -> bytes:
    lines = [{"sku_id": str(sku), "quantity": 1} for sku in skus]
    body = order_body(lines, sum(prices[sku] for sku in skus))
    return wire.post("/v1/orders", body, token, Idempotency_Key=uuid4().hex)


def _prices(bench: Bench) -> dict[int, int]:
    found = bench.ask("SELECT jsonb_object_agg(id, price_fen) FROM skus")[0]
    return {int(sku): price for sku, price in found.items()}


def _script(bench: Bench) -> str:
    """A credited and a plain order as the service places them, with random buyers and SKUs."""
    credited, plain = (_captured(bench, FIRST_BUYER + offset) for offset in (5, 6))
    half = SKUS // 2
    return (
        f"\\set buyer random({FIRST_BUYER}, {bench.shop.buyer_ids[-1]})\n"
        f"\\set sku random({FIRST_SKU}, {FIRST_SKU + half - 1})\n"
        f"\\set other random({FIRST_SKU + half}, {FIRST_SKU + SKUS - 1})\n"
        "\\set n random(1, 1000000000000000)\n" + either(":buyer % 5 = 0", credited, plain)
    )


def _captured(bench: Bench, buyer_id: int) -> str:
    sku, other = FIRST_SKU + 11, FIRST_SKU + SKUS // 2 + 22
    prices = _prices(bench)
    lines = [{"sku_id": str(each), "quantity": 1} for each in (sku, other)]
    (token,) = bench.tokens([buyer_id])
    key, answer = uuid4().hex, {}

    def place() -> int:
        reply = bench.app.test_client().post(
            "/v1/orders",
            json=order_body(lines, prices[sku] + prices[other]),
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
        )
        answer.update(json.loads(reply.data))
        return reply.status_code

    captured: Captured = bench.capture(place)
    order_no = answer["no"]
    (order_id,) = bench.ask("SELECT id FROM orders WHERE no = %s", order_no)
    known = {buyer_id: "buyer", sku: "sku", other: "other", order_no: "n", key: "n"}
    return captured.script(known, new_row=("orders", order_id, "order"))


def measure_hot(bench: Bench, stock: int, buyers: int, clients: int) -> dict[str, Any]:
    """Many buyers want one unit each of a SKU of which there are fewer: the pace until sold out."""
    sku = FIRST_HOT + stock
    new_hot_sku(bench.stack.database_url, sku, stock)
    tokens = bench.tokens(bench.shop.buyer_ids[:buyers])
    requests = [_order(token, [sku], {sku: PRICE_OF_A_HOT_ONE}) for token in tokens]
    result = bench.once(requests, seconds=120, warmup=0, clients=clients)
    sold_out_after = result["last"].get("201", 0.0)
    return {
        **result,
        "per_second": result["statuses"].get("201", 0) / sold_out_after,
        "stock": stock,
        "sold": sold(bench, sku),
    }


def sold(bench: Bench, sku_id: int) -> int:
    """Units of a SKU in the lines of orders; it must be what the stock says is reserved."""
    lines, reserved, explained = bench.ask(
        """
        SELECT (SELECT coalesce(sum(quantity), 0)::bigint FROM order_lines WHERE sku_id = %s),
               (SELECT reserved FROM sku_stocks WHERE sku_id = %s),
               (SELECT coalesce(sum(reserved_change), 0)::bigint
                  FROM stock_movements WHERE sku_id = %s)
        """,
        sku_id, sku_id, sku_id,
    )  # fmt: skip
    if not lines == reserved == explained:
        raise SystemExit(f"SKU {sku_id}: {lines} in lines, {reserved} reserved, {explained} moved")
    return int(lines)
