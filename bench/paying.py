"""Being paid: WeChat's notices alone beside pgbench, and the whole checkout through WeChat."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import requests

from backend.wechat.pay import PAYMENT_NOTICE_PATH
from bench import wire
from bench.bench import CLIENTS, WARMUP_SECONDS, Bench
from bench.data import FIRST_WAITING, load_waiting, new_hot_sku
from bench.limit import either, pgbench
from bench.ordering import sold
from local.ports import HOST
from simulator import clock, notices
from simulator.signing import Keys

MOST_A_SECOND = 700
TRANSACTION = "42000"
FEW = 50
FEW_SKU = 700_000


def measure(bench: Bench) -> dict[str, Any]:
    """Each notice pays another order; pgbench pays as many of its own with the same SQL."""
    most = int(MOST_A_SECOND * (bench.seconds + WARMUP_SECONDS))
    each = int(bench.seconds * 120)
    begin_limit = 10 + most
    load_waiting(
        bench.stack.database_url,
        bench.shop,
        0,
        begin_limit + CLIENTS * (each + 1),
        bench.sealed("王小明"),
    )
    numbers = range(FIRST_WAITING + 10, FIRST_WAITING + begin_limit)
    script = _script(bench, begin_limit, each)
    result = bench.once(list(_deliveries(bench, numbers)))
    limit = pgbench(bench.stack.database_url, "notice", script, [f"--transactions={each}"])
    result["limit_per_second"] = limit["per_second"]
    result["ratio"] = result["per_second"] / limit["per_second"]
    result["check"] = _check_paid(bench, numbers)
    return result


def _deliveries(bench: Bench, numbers: range) -> Iterator[bytes]:
    totals = dict(
        bench.ask(
            "SELECT jsonb_agg(jsonb_build_array(id, total_fen)) FROM orders"
            " WHERE id BETWEEN %s AND %s",
            numbers[0],
            numbers[-1],
        )[0]
    )
    keys = Keys(bench.stack.wechat)
    for number in numbers:
        body, headers = _notice(bench, keys, number, totals[number])
        yield wire.post_raw(PAYMENT_NOTICE_PATH, body, headers)


def _notice(bench: Bench, keys: Keys, number: int, total: int) -> tuple[bytes, dict[str, str]]:
    """What WeChat sends when the payment of a waiting order succeeded."""
    wechat = bench.stack.wechat
    resource = {
        "mchid": wechat.mchid,
        "appid": wechat.appid,
        "out_trade_no": f"P{number}",
        "transaction_id": f"{TRANSACTION}{number}",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "attach": "",
        "success_time": clock.rfc3339(clock.now()),
        "payer": {"openid": "oBENCH"},
        "amount": {
            "total": total,
            "payer_total": total,
            "currency": "CNY",
            "payer_currency": "CNY",
        },
    }
    notice = {
        "id": str(uuid.uuid4()),
        "kind": "transaction",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": json.dumps(resource, ensure_ascii=False),
        "created_at": clock.now(),
    }
    return notices.sealed(notice, keys)


def _script(bench: Bench, begin: int, each: int) -> str:
    """A credited and a plain payment; every pgbench client pays a range of its own."""
    credited, plain = (_captured(bench, FIRST_WAITING + offset) for offset in (0, 1))
    return (
        "\\set done :done + 1\n"
        f"\\set n {FIRST_WAITING + begin} + :client_id * {each + 1} + :done\n"
        + either(":n % 5 = 0", credited, plain)
    )


def _captured(bench: Bench, number: int) -> str:
    (total,) = bench.ask("SELECT total_fen FROM orders WHERE id = %s", number)
    body, headers = _notice(bench, Keys(bench.stack.wechat), number, total)
    client = bench.app.test_client()
    captured = bench.capture(
        lambda: client.post(PAYMENT_NOTICE_PATH, data=body, headers=headers).status_code
    )
    return captured.script({number: "n", str(number): "n"})


def _check_paid(bench: Bench, numbers: range) -> dict[str, int]:
    """Every notice answered 204 paid its order once and credited exactly the attributed lines."""
    paid, events, notices_kept, credit, attributed, twice = bench.ask(
        """
        WITH paid AS (SELECT * FROM orders WHERE id BETWEEN %s AND %s AND state = 'paid')
        SELECT (SELECT count(*) FROM paid),
               (SELECT count(*) FROM order_events e JOIN paid ON paid.id = e.order_id
                 WHERE step = 'pay'),
               (SELECT count(*) FROM provider_notices n JOIN paid ON paid.payment_no = n.subject_no
                 WHERE outcome = 'applied'),
               (SELECT coalesce(sum(amount_fen), 0)::bigint
                  FROM credit_transfers t JOIN paid ON paid.no = t.order_no),
               (SELECT coalesce(sum(goods_fen), 0)::bigint FROM paid
                 WHERE competitor_id IS NOT NULL),
               (SELECT count(*) FROM (SELECT order_id FROM order_events WHERE step = 'pay'
                                       GROUP BY order_id HAVING count(*) > 1) t)
        """,
        numbers[0],
        numbers[-1],
    )
    if not (paid == events == notices_kept and credit == attributed and twice == 0):
        raise SystemExit(
            f"{paid} paid, {events} events, {notices_kept} notices, {twice} twice;"
            f" credit {credit} of {attributed}"
        )
    return {"paid": paid, "credit_fen": credit}


def measure_checkouts(bench: Bench) -> dict[str, Any]:
    """Quote, place, start paying, pay at the simulator, and look until the notice has arrived."""
    return bench.run({**_checkouts(bench, 400), "skus": list(bench.shop.sku_ids), "lines": 2})


def measure_few(bench: Bench) -> dict[str, Any]:
    """Two hundred buyers go through the whole checkout for a stock of fifty."""
    new_hot_sku(bench.stack.database_url, FEW_SKU, FEW)
    plan = {**_checkouts(bench, 200), "skus": [FEW_SKU], "lines": 1, "to_the_end": True}
    result = bench.run({**plan, "most": 200, "seconds": 120, "warmup": 0})
    return {**result, "stock": FEW, "sold": sold(bench, FEW_SKU)}


def _checkouts(bench: Bench, buyers: int) -> dict[str, Any]:
    """Buyers whom the simulator knows too."""
    ids = bench.shop.buyer_ids[:buyers]
    people = [
        [token, bench.shop.openid(i)] for i, token in zip(ids, bench.tokens(ids), strict=True)
    ]
    with requests.Session() as session:
        for _, openid in people:
            url = f"http://{HOST}:{bench.stack.simulator}/control/users"
            session.post(url, json={"openid": openid}, timeout=10).raise_for_status()
    return {
        "kind": "checkouts",
        "port": bench.stack.service,
        "simulator": bench.stack.simulator,
        "buyers": people,
        "most": 100_000,
        "to_the_end": False,
    }
