"""A refund is sent with one number, again and again at growing pauses, until it is final."""

from datetime import timedelta
from typing import Any

import pytest

from backend import Service
from backend.core import clock
from backend.core.database import db, transaction
from backend.payments.models import Refund
from backend.payments.returning import send
from tests.api import Api
from tests.conftest import Time, Worker
from tests.core.contexts import apart
from tests.orders.test_any_sequence import rows
from tests.payments.books import alarms, outcomes
from tests.payments.scenes import (
    BUSY,
    CUT,
    CUT_AFTER,
    FOREVER,
    QUERY_REFUND,
    REFUND,
    UNSIGNED,
    Sale,
    calls,
    drop_notices,
    fault,
    hold_notices,
    meanwhile,
    ordered,
    refunds_at_wechat,
)
from tests.payments.test_refunding import assert_refunded, finish, under_way
from tests.racing import at_once

TROUBLES = {
    "no money on the account": {
        "status": 403,
        "body": {"code": "NOT_ENOUGH", "message": "基本账户余额不足"},
    },
    "an error of its own": BUSY,
    "a proxy's page": {"status": 504, "body": "<html>Gateway Time-out</html>"},
    "too many requests": {"status": 429, "body": {"code": "FREQUENCY_LIMITED", "message": ""}},
    "a line cut before": CUT,
    "a line cut after": CUT_AFTER,
    "an answer unsigned": UNSIGNED,
}


def asked_back(api: Api) -> Sale:
    """A paid order whose refund is requested and whose notices never come."""
    drop_notices(api.wechat, "refund")
    sale = ordered(api).paid()
    sale.buyer.ask_refund(sale.no)
    return sale


def refund_of(sale: Sale) -> Refund:
    db.session.rollback()
    return db.session.scalars(db.select(Refund).filter_by(no=sale.refund_no)).one()


def try_now(sale: Sale, time: Time) -> float:
    """Try when it is due; seconds until the next try."""
    time.freeze(refund_of(sale).next_try_at)
    with transaction():
        send(sale.refund_no)
    return (refund_of(sale).next_try_at - clock.now()).total_seconds()


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_what_went_wrong_is_tried_again_with_the_same_number(
    api: Api, worker: Worker, time: Time, trouble: dict[str, Any]
) -> None:
    sale = asked_back(api)
    fault(api.wechat, REFUND, trouble)
    number = sale.refund_no
    worker.run()
    assert (sale.state, sale.refunds) == ("paid", [("requested", sale.total_fen)])
    assert rows("SELECT tries FROM refunds") == [(1,)]

    for _ in range(2):
        time.travel(minutes=2)
        worker.sweep()

    assert_refunded(sale)
    assert (sale.refund_no, alarms()) == (number, [])
    (known,) = api.wechat.get("/refunds")["refunds"]
    assert known["out_refund_no"] == number


def test_trouble_while_asking_about_a_refund_changes_nothing(
    api: Api, worker: Worker, time: Time
) -> None:
    drop_notices(api.wechat, "refund")
    sale = under_way(api, worker)
    finish(sale)
    for trouble in (BUSY, CUT, UNSIGNED):
        fault(api.wechat, QUERY_REFUND, trouble)
        time.travel(minutes=5)
        worker.sweep()
        assert (sale.state, sale.refunds) == ("paid", [("processing", sale.total_fen)])
    time.travel(minutes=15)
    worker.sweep()
    assert_refunded(sale)
    assert calls(api.wechat, REFUND) == 1


def test_the_pauses_grow_and_after_five_tries_a_person_is_told_once(api: Api, time: Time) -> None:
    sale = asked_back(api)
    fault(api.wechat, REFUND, BUSY, FOREVER)
    pauses = [try_now(sale, time) for _ in range(4)]
    assert (pauses, alarms()) == ([30, 60, 120, 300], [])

    pauses = [try_now(sale, time) for _ in range(6)]

    assert pauses == [900, 1800, 3600, 10_800, 21_600, 21_600]
    assert (alarms(), sale.state) == (["refund_not_through"], "paid")
    assert calls(api.wechat, REFUND) == 10
    api.wechat.delete("/faults")
    try_now(sale, time)
    try_now(sale, time)
    assert_refunded(sale)


def test_before_its_pause_is_over_a_refund_is_not_tried(
    api: Api, worker: Worker, time: Time
) -> None:
    time.freeze(clock.now())
    asked_back(api)
    fault(api.wechat, REFUND, BUSY, FOREVER)
    worker.run()
    time.freeze(clock.now() + timedelta(seconds=29))
    worker.sweep()
    assert calls(api.wechat, REFUND) == 1
    time.freeze(clock.now() + timedelta(seconds=1))
    worker.sweep()
    assert calls(api.wechat, REFUND) == 2


def test_what_wechat_refuses_for_good_is_told_and_tried_later(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = asked_back(api)
    refusal = {"status": 403, "body": {"code": "NO_AUTH", "message": "没有退款权限"}}
    fault(api.wechat, REFUND, refusal)
    worker.run()
    assert (sale.refunds, alarms()) == ([("requested", sale.total_fen)], ["refund_refused"])
    for _ in range(2):
        time.travel(minutes=2)
        worker.sweep()
    assert_refunded(sale)


def test_two_workers_at_once_send_it_once(app: Service, api: Api) -> None:
    sale = asked_back(api)
    number = sale.refund_no
    at_once(apart(app, lambda _: send(number)), range(4))
    assert calls(api.wechat, REFUND) == 1
    assert sale.refunds == [("processing", sale.total_fen)]


def test_a_notice_that_outruns_the_answer_stands(
    api: Api, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeChat's answer says PROCESSING, and comes when its notice has said SUCCESS already."""
    sale = ordered(api).paid()
    sale.buyer.ask_refund(sale.no)
    with meanwhile(monkeypatch, "refund", after=lambda: sale.wait_for("closed")):
        worker.run()
    assert_refunded(sale)
    assert outcomes() == ["applied", "applied"]


class WorkerKilledError(BaseException):
    """What ends a worker in the middle of its work."""


def test_a_worker_killed_before_it_called_wechat_only_delays_the_refund(
    api: Api, worker: Worker, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = asked_back(api)

    def be_killed() -> None:
        raise WorkerKilledError

    with (
        meanwhile(monkeypatch, "refund", before=be_killed),
        pytest.raises(WorkerKilledError),
        transaction(),
    ):
        send(sale.refund_no)
    assert refunds_at_wechat(api.wechat) == []
    assert rows("SELECT state, tries FROM refunds") == [("requested", 1)]

    for _ in range(2):
        time.travel(minutes=2)
        worker.sweep()
    assert_refunded(sale)


def test_a_worker_killed_before_it_wrote_the_answer_down_pays_nothing_twice(
    api: Api, worker: Worker, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = asked_back(api)

    def be_killed() -> None:
        raise WorkerKilledError

    with (
        meanwhile(monkeypatch, "refund", after=be_killed),
        pytest.raises(WorkerKilledError),
        transaction(),
    ):
        send(sale.refund_no)
    assert sale.refunds == [("requested", sale.total_fen)]

    for _ in range(2):
        time.travel(minutes=2)
        worker.sweep()
    assert_refunded(sale)


def test_a_job_that_failed_is_made_good_by_the_sweep(
    api: Api, worker: Worker, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_notices(api.wechat, "refund")
    sale = asked_back(api)

    def break_down() -> None:
        raise RuntimeError("the worker's machine broke down")

    with meanwhile(monkeypatch, "refund", before=break_down):
        worker.run()
    assert sale.refunds == [("requested", sale.total_fen)]
    for _ in range(2):
        time.travel(minutes=2)
        worker.sweep()
    assert_refunded(sale)
