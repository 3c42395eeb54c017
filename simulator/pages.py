"""The pages that a person looks at: an overview, and the payment screen of the phone."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from . import clock, phone, transactions
from .billing import yuan
from .control_payments import refund_view, transaction_view
from .errors import PaymentRefusedError
from .notice_views import notice_views
from .store import Row
from .world import here

blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_filter(yuan, "yuan")

MERCHANT_NAME = "消费帮扶小店（模拟商户）"
SHOWN = 20
STATES = {
    "NOTPAY": ("待支付", "waiting"),
    "SUCCESS": ("已支付", "good"),
    "REFUND": ("转入退款", "soft"),
    "CLOSED": ("已关闭", "soft"),
}
REFUND_STATES = {
    "PROCESSING": ("处理中", "waiting"),
    "SUCCESS": ("已到账", "good"),
    "ABNORMAL": ("退款异常", "bad"),
    "CLOSED": ("已关闭", "soft"),
}
NOTICE_STATES = {
    "pending": ("等待投递", "waiting"),
    "sending": ("投递中", "waiting"),
    "delivered": ("已送达", "good"),
    "held": ("已扣留", "soft"),
    "dropped": ("已丢弃", "bad"),
    "given_up": ("已放弃", "bad"),
    "forged": ("伪造", "soft"),
}
RESULTS = {
    phone.OK: ("支付成功", "good"),
    phone.CANCELLED: ("已取消支付", "soft"),
    phone.FAILED: ("支付失败：银行卡余额不足", "bad"),
}


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """Users, waiting payments, transactions, refunds and notices; refreshes itself."""
    world = here()
    store = world.store
    recent = store.rows("SELECT * FROM transactions ORDER BY created_at DESC LIMIT ?", SHOWN)
    waiting = store.rows(
        "SELECT * FROM transactions WHERE state = 'NOTPAY' ORDER BY created_at DESC LIMIT ?", SHOWN
    )
    told = store.rows("SELECT * FROM notices ORDER BY created_at DESC, rowid DESC LIMIT ?", SHOWN)
    returned = store.rows("SELECT * FROM refunds ORDER BY created_at DESC LIMIT ?", SHOWN)
    return render_template(
        "overview.html",
        credentials=world.credentials,
        counts=_counts(),
        users=store.rows("SELECT * FROM users ORDER BY created_at DESC LIMIT ?", SHOWN),
        waiting=[transaction_view(world, row) for row in waiting],
        transactions=[transaction_view(world, row) for row in recent],
        refunds=[refund_view(row) for row in returned],
        notices=notice_views(store, told),
        states=STATES,
        refund_states=REFUND_STATES,
        notice_states=NOTICE_STATES,
        now=clock.written(clock.now()),
    )


def _counts() -> dict[str, Any]:
    store = here().store
    return {
        "users": store.number("SELECT COUNT(*) FROM users"),
        "waiting": store.number("SELECT COUNT(*) FROM transactions WHERE state = 'NOTPAY'"),
        "paid": store.number("SELECT COUNT(*) FROM transactions WHERE state = 'SUCCESS'"),
        "received": store.number("SELECT SUM(paid_total) FROM transactions"),
        "refunded": store.number("SELECT SUM(refund) FROM refunds WHERE status = 'SUCCESS'"),
        "undelivered": store.number(
            "SELECT COUNT(*) FROM notices WHERE state NOT IN ('delivered', 'forged')"
        ),
    }


@blueprint.get("/pay/<prepay_id>")
def payment_screen(prepay_id: str) -> ResponseReturnValue:
    """The payment as a person sees it on the phone."""
    known = transactions.find_by_prepay(here().store, prepay_id)
    if known is None:
        return render_template("missing.html"), 404
    return _screen(prepay_id, known, None)


@blueprint.post("/pay/<prepay_id>")
def decide(prepay_id: str) -> ResponseReturnValue:
    """The person's decision, form field `outcome`: success, cancel or fail."""
    known = transactions.find_by_prepay(here().store, prepay_id)
    outcome = request.form.get("outcome", "")
    if known is None or outcome not in phone.OUTCOMES:
        return render_template("missing.html"), 404
    try:
        message = phone.act(here(), known, outcome)
    except PaymentRefusedError:
        return redirect(url_for("pages.payment_screen", prepay_id=prepay_id), 303)
    fresh = transactions.find_by_prepay(here().store, prepay_id) or known
    return _screen(prepay_id, fresh, RESULTS[message])


def _screen(prepay_id: str, known: Row, result: tuple[str, str] | None) -> ResponseReturnValue:
    refusal = None
    try:
        transactions.refuse_payment(known, clock.now())
    except PaymentRefusedError as reason:
        refusal = str(reason).removeprefix("requestPayment:fail ")
    return render_template(
        "pay.html",
        merchant=MERCHANT_NAME,
        prepay_id=prepay_id,
        transaction=transaction_view(here(), known),
        result=result,
        refusal=refusal,
    )
