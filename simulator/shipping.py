"""Order shipping (发货信息管理): the settlement of the money hangs on it.

Source: developers.weixin.qq.com, "小程序发货信息管理服务" and its table of error codes.
"""

import json
import re
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from . import clock, modes, refunds, transactions
from .errors import WeixinError
from .reading import Reader
from .store import Row
from .weixin import body_of_request, check_token
from .world import here

blueprint = Blueprint("shipping", __name__, url_prefix="/wxa/sec/order")
blueprint.before_request(check_token)

EXPRESS, SAME_CITY, VIRTUAL, PICK_UP = 1, 2, 3, 4
UNIFIED, SPLIT = 1, 2
MOST_PARCELS = 15
LONGEST_DESCRIPTION = 120
MOST_UPLOADS = 2
WAITING, SHIPPED, REFUNDED = 1, 2, 5
CONTACT = re.compile(r"[\d+\-* ]{4,1024}")


@blueprint.post("/upload_shipping_info")
def upload() -> ResponseReturnValue:
    """`{order_key, logistics_type, delivery_mode, is_all_delivered, shipping_list, upload_time,
    payer}`. Errors: 10060001 unknown or unpaid, 10060004 refunded, and one per bad field.
    """
    body = _body()
    paid = _ordered(body)
    _check_shipment(body)
    if clock.parse(body.text("upload_time")) is None:
        raise WeixinError(10060014, "参数错误: upload_time")
    if body.within("payer").text("openid") != paid["openid"]:
        raise WeixinError(10060031, "该笔支付单不属于 openid 所指定的用户")
    if refunds.refunded(here().store, paid["out_trade_no"]) >= paid["paid_total"]:
        raise WeixinError(10060004, "支付单处于不可发货的状态")
    _keep(paid, body)
    return jsonify(errcode=0, errmsg="ok")


def _body() -> Reader:
    return body_of_request(10060014, "参数错误")


def _ordered(body: Reader) -> Row:
    key = body.within("order_key")
    if key.integer("order_number_type", least=1, most=2) == 1:
        merchant, number = key.text("mchid"), key.text("out_trade_no")
        return _paid(None, merchant, number)
    return _paid(key.text("transaction_id"), None, None)


def _paid(transaction_id: str | None, mchid: str | None, out_trade_no: str | None) -> Row:
    store = here().store
    if transaction_id:
        found = store.row("SELECT * FROM transactions WHERE transaction_id = ?", transaction_id)
    elif mchid == here().credentials.mchid and out_trade_no:
        found = transactions.find(store, out_trade_no)
    else:
        found = None
    if found is None or found["state"] != "SUCCESS":
        raise WeixinError(10060001, "支付单不存在")
    return found


def _check_shipment(body: Reader) -> None:
    kind = body.integer("logistics_type")
    if kind not in (EXPRESS, SAME_CITY, VIRTUAL, PICK_UP):
        raise WeixinError(10060005, "物流类型有误")
    mode = body.integer("delivery_mode", least=UNIFIED, most=SPLIT)
    if mode == SPLIT and kind != EXPRESS:
        raise WeixinError(10060006, "非快递发货时不允许分拆发货")
    if mode == SPLIT and not isinstance(body.data.get("is_all_delivered"), bool):
        raise WeixinError(10060007, "分拆发货模式下必须填写 is_all_delivered 字段")
    parcels = body.data.get("shipping_list")
    if not isinstance(parcels, list) or not parcels:
        raise WeixinError(10060014, "参数错误: shipping_list")
    if len(parcels) > (MOST_PARCELS if mode == SPLIT else 1):
        raise WeixinError(10060024, "物流信息列表太长")
    for parcel in parcels:
        _check_parcel(parcel, kind)


def _check_parcel(parcel: Any, kind: int) -> None:
    def refuse(path: str, issue: str, value: Any) -> WeixinError:
        return WeixinError(10060014, f"参数错误: shipping_list{path} {issue}")

    reader = Reader(parcel, refuse)
    description = reader.optional_text("item_desc")
    if not description:
        raise WeixinError(10060008, "商品描述 item_desc 字段不能为空")
    if len(description) > LONGEST_DESCRIPTION:
        raise WeixinError(10060009, "商品描述 item_desc 字段太长")
    if kind != EXPRESS:
        return
    reader.text("tracking_no", longest=128)
    company = reader.text("express_company", longest=128)
    if company.upper() == "SF":
        contact = reader.within("contact")
        told = contact.data.get("receiver_contact") or contact.data.get("consignor_contact")
        if not isinstance(told, str) or not CONTACT.fullmatch(told):
            reader.fail("contact", "must name a contact for SF")


def _keep(paid: Row, body: Reader) -> None:
    store = here().store
    number = paid["out_trade_no"]
    finished = body.data["delivery_mode"] == UNIFIED or body.flag("is_all_delivered")
    content = json.dumps(body.data, ensure_ascii=False)
    with store.changing():
        known = store.row("SELECT * FROM shippings WHERE out_trade_no = ?", number)
        if known is None:
            row = {"out_trade_no": number, "content": content, "finished": finished, "uploads": 1}
            store.add("shippings", row)
            return
        if known["finished"] and known["content"] == content:
            raise WeixinError(10060023, "发货信息未更新")
        if known["finished"] and known["uploads"] >= MOST_UPLOADS:
            raise WeixinError(10060003, "支付单已使用重新发货机会")
        store.run(
            "UPDATE shippings SET content = ?, uploads = ?, finished = ? WHERE out_trade_no = ?",
            content,
            known["uploads"] + 1 if known["finished"] else 1,
            finished,
            number,
        )


@blueprint.post("/get_order")
def get_order() -> ResponseReturnValue:
    """`{transaction_id | merchant_id + merchant_trade_no}` → `order` with `order_state`."""
    paid = _named(_body())
    store = here().store
    known = store.row("SELECT * FROM shippings WHERE out_trade_no = ?", paid["out_trade_no"])
    state = SHIPPED if known and known["finished"] else WAITING
    if refunds.refunded(store, paid["out_trade_no"]) >= paid["paid_total"]:
        state = REFUNDED
    order = {
        "transaction_id": paid["transaction_id"],
        "merchant_trade_no": paid["out_trade_no"],
        "merchant_id": here().credentials.mchid,
        "sub_merchant_id": "0",
        "description": paid["description"][:LONGEST_DESCRIPTION],
        "paid_amount": paid["paid_total"],
        "openid": paid["openid"],
        "trade_create_time": int(paid["created_at"]),
        "pay_time": int(paid["paid_at"]),
        "in_complaint": False,
        "order_state": state,
        "shipping": _shipping(known),
    }
    return jsonify(errcode=0, errmsg="ok", order=order)


def _named(body: Reader) -> Row:
    return _paid(
        body.optional_text("transaction_id"),
        body.optional_text("merchant_id"),
        body.optional_text("merchant_trade_no"),
    )


def _shipping(known: Row | None) -> dict[str, Any]:
    if known is None:
        return {"finish_shipping": False, "finish_shipping_count": 0, "shipping_list": []}
    content = json.loads(known["content"])
    uploaded = int(clock.parse(content["upload_time"]) or 0)
    return {
        "delivery_mode": content["delivery_mode"],
        "logistics_type": content["logistics_type"],
        "finish_shipping": bool(known["finished"]),
        "finish_shipping_count": known["uploads"] if known["finished"] else 0,
        "shipping_list": [
            {
                "tracking_no": parcel.get("tracking_no", ""),
                "express_company": parcel.get("express_company", ""),
                "goods_desc": parcel["item_desc"],
                "upload_time": uploaded,
                "contact": parcel.get("contact") or {},
            }
            for parcel in content["shipping_list"]
        ],
    }


@blueprint.post("/is_trade_managed")
def is_trade_managed() -> ResponseReturnValue:
    """`{appid}` → whether the mini-program ships through this service: always."""
    if _body().text("appid") != here().credentials.appid:
        raise WeixinError(40013, "invalid appid")
    return jsonify(errcode=0, errmsg="ok", is_trade_managed=True)


@blueprint.post("/notify_confirm_receive")
def remind() -> ResponseReturnValue:
    """`{transaction_id | merchant_id + merchant_trade_no, received_time}`, once after shipping."""
    body = _body()
    paid = _named(body)
    body.integer("received_time", least=1)
    changed = here().store.run(
        "UPDATE shippings SET reminded_at = ?"
        " WHERE out_trade_no = ? AND finished AND reminded_at IS NULL",
        clock.now(),
        paid["out_trade_no"],
    )
    if not changed:
        raise WeixinError(10060004, "支付单处于不可提醒收货的状态")
    return jsonify(errcode=0, errmsg="ok")


@blueprint.post("/set_msg_jump_path")
def set_jump_path() -> ResponseReturnValue:
    """`{path}`: where the shipping message leads."""
    modes.choose(here().store, "jump_path", _body().text("path", longest=1024))
    return jsonify(errcode=0, errmsg="ok")
