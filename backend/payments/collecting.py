"""Asking for money: one open payment an order, prepaid at WeChat, never twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend.core import clock
from backend.core.alarms import raise_alarm
from backend.core.database import commit_before_waiting, db
from backend.core.ids import new_number
from backend.payments.applying import apply_transaction
from backend.payments.models import Payment
from backend.wechat.errors import AlreadyPaid, PaymentNotPossible, WeChatUnavailable
from backend.wechat.pay import PayRefused, PayUnknown, pay_gateway

log = structlog.get_logger()
OPEN_STATES = ("created", "prepaid")


@dataclass(frozen=True)
class Demand:
    """What is to be paid, by whom, until when. `amount_fen` in fen, `expires_at` in UTC."""

    order_no: str
    payer_id: int
    openid: str
    amount_fen: int
    description: str
    expires_at: datetime


def collect_by_wechat(demand: Demand) -> Mapping[str, str]:
    """What the client passes to `wx.requestPayment`. Asking again reuses the open payment.

    Our row is committed before WeChat hears of it, so a callback always finds it.
    Raises `WeChatUnavailable` (try again: nothing is lost), `AlreadyPaid`, `PaymentNotPossible`.
    """
    payment = _open_payment(demand)
    commit_before_waiting()
    prepay_id = payment.prepay_id or _prepay(payment, demand)
    return pay_gateway().client_parameters(prepay_id)


def find_open_payment(order_no: str) -> Payment | None:
    """The order's payment that waits for money, if there is one."""
    return db.session.scalars(
        select(Payment).where(Payment.order_no == order_no, Payment.state.in_(OPEN_STATES))
    ).one_or_none()


def _open_payment(demand: Demand) -> Payment:
    """The order's open payment, made when there is none; two at once get the same one."""
    now = clock.now()
    pause = timedelta(seconds=current_app.config["SETTINGS"].query_payment_after_seconds)
    db.session.execute(
        insert(Payment)
        .values(
            no=new_number("P"),
            order_no=demand.order_no,
            payer_id=demand.payer_id,
            provider="wechat_pay",
            amount_fen=demand.amount_fen,
            state="created",
            expires_at=demand.expires_at,
            created_at=now,
            next_query_at=now + pause,
        )
        .on_conflict_do_nothing()
    )
    payment = find_open_payment(demand.order_no)
    if payment is None:
        raise PaymentNotPossible
    return payment


def _prepay(payment: Payment, demand: Demand) -> str:
    try:
        prepay_id = pay_gateway().prepay(
            payment_no=payment.no,
            order_no=payment.order_no,
            amount_fen=payment.amount_fen,
            openid=demand.openid,
            description=demand.description,
            expires_at=payment.expires_at,
        )
    except PayUnknown as error:
        log.warning("prepay_unknown", payment=payment.no, why=str(error))
        raise WeChatUnavailable from error
    except PayRefused as error:
        _on_refusal(payment, error)
        refused = AlreadyPaid if error.code == "ORDERPAID" else PaymentNotPossible
        raise refused(wechat_code=error.code) from error
    db.session.execute(
        update(Payment)
        .where(Payment.id == payment.id, Payment.state == "created")
        .values(state="prepaid", prepay_id=prepay_id)
    )
    if db.session.scalar(select(Payment.state).filter_by(id=payment.id)) == "closed":
        # Closed before WeChat had heard of it: nobody may get what is needed to pay it.
        raise PaymentNotPossible
    return prepay_id


def _on_refusal(payment: Payment, refusal: PayRefused) -> None:
    """Already paid is good news that the callback has not brought yet; the rest is for a person."""
    if refusal.code == "ORDERPAID":
        try:
            transaction = pay_gateway().query(payment.no)
        except (PayUnknown, PayRefused) as error:
            raise WeChatUnavailable from error
        if transaction is not None:
            apply_transaction(transaction)
    else:
        raise_alarm(
            "prepay_refused",
            payment.no,
            order_no=payment.order_no,
            wechat_code=refusal.code,
        )
    commit_before_waiting()
