"""The load generator's process: `python -m bench.buyers plan.json` prints what it counted.

Plans are of three kinds: `cycle` sends prepared requests again and again, `once` each of them
once, `checkouts` sends buyers through the whole checkout.
"""

import itertools
import json
import random
import sys
import time
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench import wire
from bench.load import Load, Reply, Script, percentile

RECEIVER = {
    "name": "王小明",
    "phone": "13800001234",
    "area_code": "430104",
    "area": "湖南省 长沙市 岳麓区",
    "address": "麓山南路 1 号",
}
LOOKS_AGAIN_AFTER_SECONDS = 0.2


def main(plan_file: str) -> None:
    """Run one plan and print the result as JSON."""
    plan = json.loads(Path(plan_file).read_text("utf-8"))
    if plan["kind"] == "checkouts":
        print(json.dumps(_checkouts(plan)))
        return
    requests = wire.read(Path(plan["requests"]))
    ready = list(requests)
    if plan["kind"] == "cycle":
        scripts = (_cycle(plan["port"], ready) for _ in itertools.count())
    else:
        scripts = (_once(plan["port"], request) for request in ready)
    print(json.dumps(_load(plan, scripts).run()))


def _load(plan: dict[str, Any], scripts: Iterator[Script]) -> Load:
    return Load(scripts, plan["clients"], plan["seconds"], plan["warmup"])


def _cycle(port: int, requests: list[bytes]) -> Script:
    mixed = random.sample(requests, len(requests))
    for request in itertools.cycle(mixed):
        yield port, request


def _once(port: int, request: bytes) -> Script:
    yield port, request


class Checkouts:
    """Counts whole checkouts beside the requests they are made of."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self.ended: Counter[str] = Counter()
        self.latencies = array("q")
        self.last_paid = 0.0
        self.done = 0
        self.begin = time.perf_counter() + plan["warmup"]

    def scripts(self) -> Iterator[Script]:
        for token, openid in itertools.islice(
            itertools.cycle(self._plan["buyers"]), self._plan["most"]
        ):
            yield self._timed(token, openid)

    def _timed(self, token: str, openid: str) -> Script:
        began = time.perf_counter_ns()
        ended = yield from self._checkout(token, openid)
        self.done += 1
        now = time.perf_counter()
        if self.begin <= now <= self.begin + self._plan["seconds"]:
            self.ended[ended] += 1
            if ended == "paid":
                self.latencies.append(time.perf_counter_ns() - began)
                self.last_paid = now - self.begin

    def _checkout(self, token: str, openid: str) -> Any:
        """Quote, place, start paying, pay, and look at the order until it is paid."""
        service, simulator = self._plan["port"], self._plan["simulator"]
        skus = random.sample(self._plan["skus"], self._plan["lines"])
        lines = [{"sku_id": str(sku), "quantity": 1} for sku in skus]
        quote: Reply = yield service, wire.post("/v1/quotes", {"lines": lines}, token)
        if quote.status != 200:
            return _refusal("quote", quote)
        total = json.loads(quote.body)["total_fen"]
        wish = order_body(lines, total)
        key = uuid4().hex
        placed: Reply = yield service, wire.post("/v1/orders", wish, token, Idempotency_Key=key)
        if placed.status != 201:
            return _refusal("order", placed)
        path = f"/v1/orders/{json.loads(placed.body)['no']}"
        started: Reply = yield service, wire.post(f"{path}/payments", {}, token)
        if started.status != 201:
            return _refusal("payment", started)
        consent = {**json.loads(started.body), "openid": openid}
        paid: Reply = yield simulator, wire.post("/client/request-payment", consent)
        if b"requestPayment:ok" not in paid.body:
            return _refusal("wechat", paid)
        while True:
            order: Reply = yield service, wire.get(path, token)
            if json.loads(order.body)["state"] == "paid":
                return "paid"
            yield LOOKS_AGAIN_AFTER_SECONDS


def order_body(lines: list[dict[str, Any]], total_fen: int) -> dict[str, Any]:
    """What a buyer sends to order."""
    return {"lines": lines, "receiver": RECEIVER, "total_fen": total_fen, "remark": ""}


def _refusal(where: str, reply: Reply) -> str:
    code = json.loads(reply.body or b"{}").get("code", "")
    return f"{where} {reply.status} {code}"


def _checkouts(plan: dict[str, Any]) -> dict[str, Any]:
    checkouts = Checkouts(plan)
    result = _load(plan, checkouts.scripts()).run()
    ordered = sorted(checkouts.latencies)
    seconds = checkouts.last_paid if plan["to_the_end"] else result["seconds"]
    return {
        **result,
        "done_with_warmup": checkouts.done,
        "per_second": len(ordered) / seconds if seconds else 0.0,
        "p50_ms": percentile(ordered, 50),
        "p99_ms": percentile(ordered, 99),
        "ended": dict(checkouts.ended),
    }


if __name__ == "__main__":
    main(sys.argv[1])
