"""The trade bill (交易账单): every payment and refund of a day."""

from . import clock
from .billing import FEE_RATE, fee, fee_yuan, line, payments_of, plain, refunds_of, yuan
from .store import Row
from .transactions import BANK
from .world import World

COMMON = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,"
    "交易状态,付款银行,货币种类,应结订单金额,代金券金额"
)
REFUND_COLUMNS = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
ENDING = "商品名称,商户数据包,手续费,费率,订单金额"
HEADERS = {
    "ALL": f"{COMMON},{REFUND_COLUMNS},{ENDING},申请退款金额,费率备注",
    "SUCCESS": f"{COMMON},{ENDING},费率备注",
    "REFUND": f"{COMMON},退款申请时间,退款成功时间,{REFUND_COLUMNS},{ENDING},申请退款金额,费率备注",
}
SUMMARY_HEADER = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
REFUND_STATES = {
    "SUCCESS": "SUCCESS",
    "PROCESSING": "PROCESSING",
    "ABNORMAL": "CHANGE",
    "CLOSED": "FAIL",
}


def written(world: World, day: str, kind: str) -> str | None:
    """The bill of a day (`ALL`, `SUCCESS`, `REFUND`), None on a day without such trade."""
    payments = payments_of(world.store, day) if kind != "REFUND" else []
    refunds = refunds_of(world.store, day) if kind != "SUCCESS" else []
    if not payments and not refunds:
        return None
    dated = [(paid["paid_at"], _payment(world, paid, kind)) for paid in payments]
    dated += [(refund["created_at"], _refund(world, refund, kind)) for refund in refunds]
    lines = [HEADERS[kind], *(text for _, text in sorted(dated)), SUMMARY_HEADER]
    return "\r\n".join([*lines, _summary(payments, refunds)]) + "\r\n"


def _payment(world: World, paid: Row, kind: str) -> str:
    total = paid["paid_total"]
    common = [*_parties(world, paid, paid["paid_at"]), "JSAPI", "SUCCESS", BANK, "CNY"]
    refund = ["0", "0", "0.00", "0.00", "", ""] if kind == "ALL" else []
    ending = [plain(paid["description"]), plain(paid["attach"]), fee_yuan(fee(total)), FEE_RATE]
    asked = ["0.00"] if kind == "ALL" else []
    return line(*common, yuan(total), "0.00", *refund, *ending, yuan(total), *asked, "")


def _refund(world: World, refund: Row, kind: str) -> str:
    amount = refund["refund"]
    finished = refund["finished_at"] if refund["status"] == "SUCCESS" else None
    moments = [clock.written(refund["created_at"]), clock.written(finished) if finished else ""]
    return line(
        *_parties(world, refund, refund["created_at"]),
        *("JSAPI", "REFUND", BANK, "CNY", "0.00", "0.00"),
        *(moments if kind == "REFUND" else []),
        *(refund["refund_id"], refund["out_refund_no"], yuan(amount), "0.00", "ORIGINAL"),
        REFUND_STATES[refund["status"]],
        *(plain(refund["description"]), plain(refund["attach"])),
        *(fee_yuan(-fee(amount)), FEE_RATE, "0.00", yuan(amount), ""),
    )


def _parties(world: World, row: Row, moment: float) -> list[str]:
    facts = world.credentials
    numbers = [row["transaction_id"], row["out_trade_no"], row["openid"]]
    return [clock.written(moment), facts.appid, facts.mchid, "0", "", *numbers]


def _summary(payments: list[Row], refunds: list[Row]) -> str:
    received = sum(paid["paid_total"] for paid in payments)
    returned = sum(refund["refund"] for refund in refunds)
    fees = sum(fee(paid["paid_total"]) for paid in payments)
    fees -= sum(fee(refund["refund"]) for refund in refunds)
    return line(
        str(len(payments) + len(refunds)),
        yuan(received),
        yuan(returned),
        "0.00",
        fee_yuan(fees),
        yuan(received),
        yuan(returned),
    )
