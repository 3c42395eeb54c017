"""The fund flow bill (资金账单): every movement on the merchant's basic account of a day."""

from dataclasses import dataclass

from . import clock
from .billing import fee, line, payments_of, refunds_of, yuan
from .world import World

HEADER = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),"
    "账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
SUMMARY_HEADER = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"


@dataclass(frozen=True)
class Movement:
    """Money that came (positive fen) or went."""

    at: float
    business_number: str
    name: str
    kind: str
    fen: int
    voucher: str


def written(world: World, day: str) -> str | None:
    """The bill of a day, None on a day without movement. The balance begins at nothing."""
    movements = sorted(_movements(world, day), key=lambda movement: movement.at)
    if not movements:
        return None
    balance = 0
    lines = [HEADER]
    for number, movement in enumerate(movements, 1):
        balance += movement.fen
        lines.append(
            line(
                clock.written(movement.at),
                movement.business_number,
                f"{clock.digits(movement.at)}{number:010d}",
                movement.name,
                movement.kind,
                "收入" if movement.fen > 0 else "支出",
                yuan(abs(movement.fen)),
                yuan(balance),
                "system",
                "",
                movement.voucher,
            )
        )
    lines += [SUMMARY_HEADER, _summary(movements)]
    return "\r\n".join(lines) + "\r\n"


def _movements(world: World, day: str) -> list[Movement]:
    found = []
    for paid in payments_of(world.store, day):
        at, number, voucher = paid["paid_at"], paid["transaction_id"], paid["out_trade_no"]
        found.append(Movement(at, number, "交易", "交易", paid["paid_total"], voucher))
        found.append(
            Movement(
                at, number, "扣除交易手续费", "扣除交易手续费", -fee(paid["paid_total"]), voucher
            )
        )
    for refund in refunds_of(world.store, day):
        if refund["status"] == "CLOSED":
            continue
        at, number, voucher = refund["created_at"], refund["refund_id"], refund["out_refund_no"]
        amount = refund["refund"] - fee(refund["refund"])
        found.append(Movement(at, number, "退款", "退款", -amount, voucher))
    return [movement for movement in found if movement.fen]


def _summary(movements: list[Movement]) -> str:
    received = [movement.fen for movement in movements if movement.fen > 0]
    spent = [-movement.fen for movement in movements if movement.fen < 0]
    counts = [str(len(movements)), str(len(received)), yuan(sum(received))]
    return line(*counts, str(len(spent)), yuan(sum(spent)))
