"""Nobody knows whether WeChat did it: nothing is lost, and the next try has the same number."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend import Service
from backend.wechat.pay import pay_gateway
from tests.api import Api
from tests.conftest import Worker
from tests.orders.test_any_sequence import rows
from tests.payments.books import alarms, stock
from tests.payments.scenes import (
    BUSY,
    CUT,
    CUT_AFTER,
    PREPAY,
    QUERY,
    UNSIGNED,
    fault,
    ordered,
    refunds_at_wechat,
)

SLOW = {"delay_ms": 1500}
TROUBLES = {
    "an error of its own": BUSY,
    "a proxy's page": {"status": 502, "body": "<html>Bad Gateway</html>"},
    "a list": {"status": 500, "body": ["SYSTEM_ERROR"]},
    "too many requests": {"status": 429, "body": {"code": "FREQUENCY_LIMITED", "message": ""}},
    "a line cut before": CUT,
    "a line cut after": CUT_AFTER,
    "an answer unsigned": UNSIGNED,
    "an answer too late": SLOW,
}


@pytest.fixture
def impatient(app: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """We wait for WeChat for a second, so that the tests need not wait longer."""
    monkeypatch.setattr(pay_gateway()._pay._core, "_timeout", 1.0)
    yield


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_trouble_while_preparing_a_payment_loses_nothing(api: Api, trouble: dict[str, Any]) -> None:
    sale = ordered(api)
    fault(api.wechat, PREPAY, trouble)

    refusal = sale.buyer.start_paying(sale.no, status=503)

    assert refusal["code"] == "wechat_unavailable"
    assert (sale.payments, sale.state, stock(sale.sku_id)) == (
        ["created"],
        "pending_payment",
        (10, 2),
    )
    number = sale.payment_no
    sale.paid()
    assert (sale.payment_no, sale.payments, sale.state) == (number, ["succeeded"], "paid")
    (known,) = api.wechat.get("/transactions")["transactions"]
    assert known["out_trade_no"] == number
    assert (alarms(), refunds_at_wechat(api.wechat)) == ([], [])


def test_trouble_of_many_buyers_is_each_one_s_own(api: Api) -> None:
    troubled, lucky = ordered(api), ordered(api)
    fault(api.wechat, PREPAY, BUSY)
    troubled.buyer.start_paying(troubled.no, status=503)
    lucky.paid()
    assert (troubled.state, lucky.state) == ("pending_payment", "paid")


def test_an_answer_that_nobody_signed_is_not_believed(api: Api, worker: Worker) -> None:
    """What a man in the middle says was paid is not applied."""
    sale = ordered(api)
    paid = {
        "out_trade_no": sale.start_paying(),
        "trade_state": "SUCCESS",
        "transaction_id": "4200000000000000000000000001",
        "appid": api.wechat.credentials.appid,
        "mchid": api.wechat.credentials.mchid,
        "amount": {"total": sale.total_fen, "currency": "CNY"},
    }
    fault(api.wechat, QUERY, {"status": 200, "body": paid, **UNSIGNED})
    sale.buyer.cancel(sale.no)
    worker.run()
    assert (sale.state, sale.payments, sale.refunds) == ("cancelled", ["prepaid"], [])
    assert rows("SELECT transaction_id FROM payments") == [(None,)]
