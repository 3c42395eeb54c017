"""Refunds claim no more than was paid, whichever parts are asked for in whichever order."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend import Service
from backend.core.database import db, transaction
from backend.payments.models import Refund
from backend.payments.refunding import RefundExceedsPayment, request_refund
from tests.api import Api
from tests.conftest import Worker
from tests.core.contexts import apart
from tests.orders.test_any_sequence import rows
from tests.payments.books import count, waiting_jobs
from tests.payments.scenes import calls, ordered
from tests.racing import at_once

PAID = 1000
parts = st.lists(
    st.tuples(st.integers(-5, PAID + 5), st.sampled_from("abcdefgh"), st.booleans()),
    min_size=1,
    max_size=12,
)
"""Amount, the wish it serves, and whether WeChat closes the refund at once."""


@pytest.fixture
def payment_no(api: Api) -> str:
    """A payment of 10.00 that has succeeded."""
    return ordered(api, quantity=1, price_fen=PAID).paid().payment_no


def claim(payment_no: str, amount_fen: int, cause: str) -> Refund:
    return request_refund(payment_no, amount_fen, cause=cause, reason="part", by=None)


def close_it(refund: Refund) -> None:
    """WeChat closed the refund without paying: its claim is free again."""
    release = "UPDATE payments SET refunding_fen = refunding_fen - :amount WHERE id = :id"
    given: dict[str, Any] = {"amount": refund.amount_fen, "id": refund.payment_id}
    db.session.execute(text(release), given)
    refund.state = "closed"
    db.session.flush()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=parts)
def test_parts_in_any_order_never_pass_what_was_paid(
    payment_no: str, wanted: list[tuple[int, str, bool]]
) -> None:
    db.session.rollback()
    claimed: dict[str, Refund] = {}
    for amount_fen, cause, closed in wanted:
        left = PAID - sum(refund.amount_fen for refund in claimed.values())
        if cause in claimed:
            assert claim(payment_no, amount_fen, cause) is claimed[cause]
        elif 0 < amount_fen <= left:
            refund = claim(payment_no, amount_fen, cause)
            assert refund.amount_fen == amount_fen
            if closed:
                close_it(refund)
            else:
                claimed[cause] = refund
        else:
            with pytest.raises(RefundExceedsPayment):
                claim(payment_no, amount_fen, cause)
    kept = db.session.execute(text("SELECT refunding_fen FROM payments")).scalar_one()
    assert kept == sum(refund.amount_fen for refund in claimed.values()) <= PAID
    db.session.rollback()


def test_parts_at_once_never_pass_what_was_paid(app: Service, payment_no: str) -> None:
    results = at_once(apart(app, lambda part: claim(payment_no, 300, f"part {part}").no), range(8))
    refused = [result for result in results if isinstance(result, RefundExceedsPayment)]
    assert (len(refused), count("refunds")) == (5, 3)
    assert rows("SELECT refunding_fen FROM payments") == [(900,)]


def test_the_database_refuses_a_claim_above_what_was_paid(payment_no: str) -> None:
    with pytest.raises(IntegrityError, match="refunding"):
        db.session.execute(text(f"UPDATE payments SET refunding_fen = {PAID + 1}"))
    db.session.rollback()


def test_money_that_did_not_come_cannot_go_back(api: Api) -> None:
    sale = ordered(api)
    sale.start_paying()
    with pytest.raises(RefundExceedsPayment), transaction():
        claim(sale.payment_no, 1, "early")
    assert count("refunds") == 0


def test_a_claim_that_is_rolled_back_is_never_sent(
    api: Api, worker: Worker, payment_no: str
) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        claim(payment_no, PAID // 2, "undone")
        assert waiting_jobs() == ["send_refund"]
        raise ZeroDivisionError
    assert (count("refunds"), rows("SELECT refunding_fen FROM payments")) == (0, [(0,)])
    assert waiting_jobs() == []
    worker.sweep()
    assert calls(api.wechat, "/refund/") == 0
