"""Bills: WeChat's CSV, adding up to what was paid and refunded."""

import csv
import gzip
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator.testing import RunningSimulator

NOW = datetime.now(ZoneInfo("Asia/Shanghai"))
TODAY = NOW.strftime("%Y-%m-%d")
YESTERDAY = NOW - timedelta(days=1)


def parsed(content: bytes) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The rows and the summary, backticks taken away."""
    lines = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    bare = [[value.removeprefix("`") for value in line] for line in lines]
    assert all(value.startswith("`") for value in lines[1])
    rows = [dict(zip(bare[0], line, strict=True)) for line in bare[1:-2]]
    return rows, dict(zip(bare[-2], bare[-1], strict=True))


def downloaded(merchant: Any, offer: dict[str, str], compressed: bool) -> bytes:
    """The file of an offer, its hash checked."""
    status, content = merchant.library.download_bill(offer["download_url"])
    assert status == 200
    plain: bytes = gzip.decompress(content) if compressed else content
    assert offer["hash_type"] == "SHA1"
    assert hashlib.sha1(plain, usedforsecurity=False).hexdigest() == offer["hash_value"]
    return plain


@pytest.fixture
def traded(simulator: RunningSimulator, merchant: Any) -> None:
    """Two payments and one refund of today, and bills of today."""
    simulator.post("/bill-mode", {"mode": "any_day"})
    merchant.paid("order-0201", 123456)
    merchant.paid("order-0202", 1)
    merchant.try_refund("refund-201", 3456, "order-0201", 123456)


@pytest.mark.parametrize("tar_type", ["GZIP", None])
@pytest.mark.usefixtures("traded")
def test_the_bill_of_all_trade(merchant: Any, tar_type: str | None) -> None:
    path = f"/v3/bill/tradebill?bill_date={TODAY}" + (f"&tar_type={tar_type}" if tar_type else "")
    if tar_type:
        status, offer = merchant.call("trade_bill", TODAY)
    else:
        status, text = merchant.library._core.request(path)
        offer = json.loads(text)
    assert status == 200

    rows, summary = parsed(downloaded(merchant, offer, bool(tar_type)))

    assert [row["交易状态"] for row in rows] == ["SUCCESS", "SUCCESS", "REFUND"]
    assert [row["订单金额"] for row in rows] == ["1234.56", "0.01", "0.00"]
    assert rows[2]["商户退款单号"] == "refund-201"
    assert rows[2]["申请退款金额"] == "34.56"
    assert summary["总交易单数"] == "3"
    assert summary["订单总金额"] == "1234.57"
    assert summary["申请退款总金额"] == "34.56"


@pytest.mark.usefixtures("traded")
def test_the_bills_of_one_kind(merchant: Any) -> None:
    _, offer = merchant.call("trade_bill", TODAY, "SUCCESS")
    rows, _ = parsed(downloaded(merchant, offer, True))
    assert [row["商户订单号"] for row in rows] == ["order-0201", "order-0202"]
    assert "微信退款单号" not in rows[0]
    _, offer = merchant.call("trade_bill", TODAY, "REFUND")
    rows, _ = parsed(downloaded(merchant, offer, True))
    assert [row["退款状态"] for row in rows] == ["SUCCESS"]
    assert rows[0]["退款成功时间"]


@pytest.mark.usefixtures("traded")
def test_the_bill_of_funds(merchant: Any) -> None:
    _, offer = merchant.call("fundflow_bill", TODAY)
    rows, summary = parsed(downloaded(merchant, offer, True))
    income = [row["收支金额(元)"] for row in rows if row["收支类型"] == "收入"]
    assert income == ["1234.56", "0.01"]
    assert summary["收入金额"] == "1234.57"


def test_a_payment_of_yesterday_is_in_its_bill(merchant: Any) -> None:
    merchant.paid("order-0203", 200, paid_at=YESTERDAY.isoformat(timespec="seconds"))
    _, offer = merchant.call("trade_bill", YESTERDAY.strftime("%Y-%m-%d"))
    rows, _ = parsed(downloaded(merchant, offer, True))
    assert [row["商户订单号"] for row in rows] == ["order-0203"]


def test_days_without_a_bill(merchant: Any) -> None:
    day = (YESTERDAY - timedelta(days=3)).strftime("%Y-%m-%d")
    assert merchant.call("trade_bill", day)[1]["code"] == "NO_STATEMENT_EXIST"
    assert merchant.call("fundflow_bill", day)[1]["code"] == "NO_STATEMENT_EXIST"
    merchant.paid("order-0204")
    assert merchant.call("trade_bill", TODAY)[1]["code"] == "INVALID_REQUEST"
    assert merchant.call("trade_bill", "2020-01-01")[1]["code"] == "INVALID_REQUEST"
    assert merchant.call("trade_bill", "yesterday")[1]["code"] == "PARAM_ERROR"


def test_a_download_needs_a_signature(simulator: RunningSimulator, merchant: Any) -> None:
    status, body = merchant.library.download_bill(f"{simulator.url}/v3/billdownload/file?token=x")
    assert (status, "INVALID_REQUEST" in str(body)) == (400, True)
