"""The walk from the order to the refund: every figure moves once, and all the way back."""

import uuid
from typing import Any

from local.walk.client import becomes, check
from local.walk.printing import yuan
from local.walk.story import DELIVERED_TO, Story

OK = "requestPayment:ok"


def order_body(story: Story, total_fen: int) -> dict[str, Any]:
    """What a client sends to order the goods."""
    return {
        "lines": [{"sku_id": each.sku_id, "quantity": each.quantity} for each in story.goods],
        "receiver": {
            "name": "王小明",
            "phone": "19900001234",
            "area_code": DELIVERED_TO,
            "area": "湖南省 长沙市 岳麓区",
            "address": "麓山南路 1 号",
        },
        "total_fen": total_fen,
    }


def a_wrong_total_is_refused(story: Story) -> None:
    story.tell.step("金额不符被拒", "a total that differs is refused")
    shown = story.total_fen - 1
    story.tell.asked(f"POST /v1/orders {{total_fen: {shown}}}")
    refused = story.as_buyer().post(
        "/v1/orders", order_body(story, shown), status=409, key=str(uuid.uuid4())
    )
    check("code", refused["code"], "total_differs")
    check("total of the new quote", refused["quote"]["total_fen"], story.total_fen)
    story.tell.fact(f"409 total_differs，新报价 {yuan(refused['quote']['total_fen'])}")


def place_once(story: Story) -> None:
    story.tell.step("下单", "the order is placed, once for its key")
    key, body = str(uuid.uuid4()), order_body(story, story.total_fen)
    story.tell.asked(f"POST /v1/orders, Idempotency-Key: {key}")
    story.order = story.as_buyer().post("/v1/orders", body, key=key)
    check("state", story.order["state"], "pending_payment")
    check("total", story.order["total_fen"], story.total_fen)
    again = story.as_buyer().post("/v1/orders", body, key=key)
    check("the same key and body", again["no"], story.order["no"])
    other = {**body, "remark": "另一份"}
    refused = story.as_buyer().post("/v1/orders", other, status=422, key=key)
    check("the same key, another body", refused["code"], "idempotency_key_used_otherwise")
    story.tell.fact(f"订单 {story.order['no']}；同键同内容得同一订单，同键异内容 422")
    becomes("stock after placing", story.stock, story.stock_less())
    moved = "，".join(
        f"{story.stock_before[each.sku_id]} → {story.stock_less()[each.sku_id]}"
        for each in story.goods
    )
    story.tell.fact(f"库存 {moved}")


def pay(story: Story) -> None:
    story.tell.step("微信支付", "paid in WeChat, told by a signed callback")
    story.tell.asked(f"POST /v1/orders/{story.order['no']}/payments, wx.requestPayment")
    parameters = story.as_buyer().post(f"/v1/orders/{story.order['no']}/payments")
    check("requestPayment", story.wechat.request_payment(parameters, story.openid), OK)
    becomes("state of the order", lambda: story.order_now()["state"], "paid")
    transaction = story.wechat.transaction(story.openid)
    check("what WeChat took", transaction["paid_total"], story.total_fen)
    story.notice_id = transaction["notices"][0]["id"]
    story.tell.fact(f"微信收款 {yuan(transaction['paid_total'])}，订单 paid")
    story.figures.append(("支付 paid", transaction["paid_total"]))

    pending, accrued, reversed_ = story.credit_at_first()
    goods = story.order["goods_fen"]
    becomes("credit", story.credit, (pending + goods, accrued + goods, reversed_))
    story.tell.fact(f"待确认业绩 {yuan(pending)} → {yuan(pending + goods)}，恰为货款 {yuan(goods)}")
    story.figures.append(("计入业绩 credited", story.credit()[1] - accrued))


def three_more_notices_change_nothing(story: Story) -> None:
    story.tell.step("同一通知再来三次", "the same notice three more times, at once")
    before = (story.order_now(), story.credit(), story.settled_stock())
    statuses = story.wechat.deliver(story.notice_id, times=3, concurrently=True)
    check("answers", statuses, [204, 204, 204])
    after = (story.order_now(), story.credit(), story.settled_stock())
    check("order, credit and stock", after, before)
    story.tell.fact("三次都答 204，订单、业绩、库存不变")


def a_forged_notice_is_refused(story: Story) -> None:
    story.tell.step("伪造通知被拒", "a forged callback is refused")
    forgeries = ({"signature": True}, {"timestamp_offset": -3600}, {"signtest": True})
    statuses = [
        status
        for forgery in forgeries
        for status in story.wechat.deliver(story.notice_id, alter={"corrupt": forgery})
    ]
    check("answers", statuses, [401] * len(forgeries))
    story.tell.fact("错误签名、一小时前的签名、WECHATPAY/SIGNTEST/ 探测：都答 401")


def refund_everything(story: Story) -> None:
    story.tell.step("全额退款", "refunded in full, and all figures go back")
    story.tell.asked(f"POST /v1/orders/{story.order['no']}/refunds")
    path = f"/v1/orders/{story.order['no']}/refunds"
    refund = story.as_buyer().post(path, {"reason": "不想要了"})
    check("amount of the refund", refund["amount_fen"], story.total_fen)
    becomes("state of the order", lambda: story.order_now()["state"], "closed")
    given_back = story.wechat.transaction(story.openid)["refunded"]
    check("what WeChat gave back", given_back, story.total_fen)
    story.tell.fact(f"退款 {refund['no']} 成功 {yuan(given_back)}，订单 closed")
    story.figures.append(("退款 refunded", given_back))

    pending, accrued, reversed_ = story.credit_at_first()
    goods = story.order["goods_fen"]
    becomes("credit", story.credit, (pending, accrued + goods, reversed_ + goods))
    story.tell.fact(f"业绩冲回 {yuan(goods)}，待确认业绩回到 {yuan(pending)}")
    story.figures.append(("冲回业绩 reversed", story.credit()[2] - reversed_))
    becomes("stock after the refund", story.stock, story.stock_before)
    story.tell.fact("库存全部回来")


def money_after_the_cancellation(story: Story) -> None:
    story.tell.step("取消后才到的钱", "money that arrives after the cancellation")
    body = order_body(story, story.total_fen)
    story.order = story.as_buyer().post("/v1/orders", body, key=str(uuid.uuid4()))
    path = f"/v1/orders/{story.order['no']}"
    story.as_buyer().post(f"{path}/payments")
    payment_no = story.wechat.transaction(story.openid)["out_trade_no"]
    story.wechat.slow_down(f"{payment_no}/close", milliseconds=2500)
    story.tell.asked(f"POST {path}/cancellation")
    cancelled = story.as_buyer().post(f"{path}/cancellation", {"reason": "点错了"})
    check("state", cancelled["state"], "cancelled")
    story.wechat.pay_behind_the_back(payment_no)
    story.tell.fact(f"订单已取消，微信关单之前仍付了 {yuan(story.total_fen)}")

    refunds = [("succeeded", story.total_fen)]
    becomes("refunds of the order", lambda: _refunds(story), refunds)
    check("state", story.order_now()["state"], "cancelled")
    transaction = story.wechat.transaction(story.openid)
    taken_and_returned = (transaction["paid_total"], transaction["refunded"])
    check("taken and given back", taken_and_returned, (story.total_fen, story.total_fen))
    check("stock", story.settled_stock(), story.stock_before)
    check("pending credit", story.credit()[0], story.credit_at_first()[0])
    story.tell.fact(f"自动全额退回 {yuan(transaction['refunded'])}，只退一次；库存、业绩不变")
    story.figures.append(("取消后到账 late payment", transaction["paid_total"]))
    story.figures.append(("自动退回 returned", transaction["refunded"]))
    story.figures.append(("待确认业绩余额 balance", story.credit()[0]))


def _refunds(story: Story) -> list[tuple[str, int]]:
    return [(each["state"], each["amount_fen"]) for each in story.order_now()["refunds"]]
