"""Paying an order: only while it waits for money, by the buyer's own WeChat."""

from collections.abc import Mapping

from backend.accounts.people import find_user
from backend.core import clock
from backend.core.errors import DomainError
from backend.orders.life import PAY, StepNotPossible
from backend.orders.models import Order, OrderState
from backend.payments.collecting import Demand, collect_by_wechat


class NoWeChatAccount(DomainError):
    code = "no_wechat_account"
    status = 409
    message = "该账号未绑定微信，无法支付"


class PaymentTimeOver(DomainError):
    code = "payment_time_over"
    status = 409
    message = "已超过付款时间，请重新下单"


def pay_by_wechat(order: Order) -> Mapping[str, str]:
    """What `wx.requestPayment` takes for this order.

    Raises `StepNotPossible`, `PaymentTimeOver`, `NoWeChatAccount`, and what collecting raises.
    """
    if order.state != OrderState.pending_payment:
        raise StepNotPossible(state=order.state, step=PAY.name)
    if order.pay_before <= clock.now():
        raise PaymentTimeOver
    openid = find_user(order.buyer_id).openid
    if openid is None:
        raise NoWeChatAccount
    return collect_by_wechat(
        Demand(
            order_no=order.no,
            payer_id=order.buyer_id,
            openid=openid,
            amount_fen=order.total_fen,
            description=_description(order),
            expires_at=order.pay_before,
        )
    )


def _description(order: Order) -> str:
    """What the buyer reads in WeChat: the first product, and how many more there are."""
    first = order.lines[0].product_name
    return first if len(order.lines) == 1 else f"{first} 等{len(order.lines)}种商品"
