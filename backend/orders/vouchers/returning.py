"""Giving back what is unused: locked when the refund is claimed, settled when its result is known.

A voucher's unused people go back all together. A scan and a refund at the same moment meet at the
voucher's row: whoever comes second finds nobody left.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from backend.core import clock, idempotency
from backend.core.database import db, table_of
from backend.core.errors import DomainError
from backend.core.ids import new_number
from backend.core.life import Author
from backend.credit import ledger
from backend.orders.life import WECHAT
from backend.orders.models import Order, OrderLine
from backend.orders.vouchers.codes import VoucherCodeMistyped, read_code
from backend.orders.vouchers.life import (
    GIVE_BACK,
    REFUND,
    RETURNABLE,
    REVIVE,
    VOUCHERS,
    VoucherNotFound,
)
from backend.orders.vouchers.models import Voucher, VoucherReturn
from backend.orders.vouchers.worth import unused_fen
from backend.payments.models import Refund
from backend.payments.refunding import RefundExceedsPayment, lock_payment, request_refund

REFUND_AFTER_EXPIRY = timedelta(days=30)
"""An unused voucher is money owed, so it is paid back after its time too (随时退、过期退). Not for
ever: a month later the supplier's statement of the last valid day is closed."""


class NothingUnused(DomainError):
    code = "voucher_nothing_unused"
    message = "没有可退的券：已核销、已退款或正在退款"


class VoucherRefundTooLate(DomainError):
    code = "voucher_refund_too_late"
    message = "该券过期已超过 30 天，不能再申请退款"


class VouchersBegun(DomainError):
    code = "vouchers_begun"
    message = "订单内有券已核销或已退款，不能整单退款，请申请退未使用的券"


REFUND_ERRORS = (
    NothingUnused,
    VoucherRefundTooLate,
    VoucherNotFound,
    VoucherCodeMistyped,
    RefundExceedsPayment,
    idempotency.KeyUsedOtherwise,
)


@dataclass(frozen=True)
class Share:
    """What goes back of one voucher: its unused people and their part of the price (fen)."""

    voucher_id: int
    persons: int
    amount_fen: int


def refundable_until(voucher: Voucher) -> datetime:
    """The first instant at which nothing of it is paid back any more."""
    return voucher.valid_to + REFUND_AFTER_EXPIRY


def refundable_fen(voucher: Voucher) -> int:
    """What would go back if it were given back now; 0 where nothing would."""
    open_ = voucher.state in RETURNABLE and clock.now() < refundable_until(voucher)
    return _share(voucher).amount_fen if open_ and voucher.left else 0


def give_back(
    order: Order, codes: Sequence[str] | None, author: Author, reason: str, key: str
) -> Refund:
    """Refund the unused part of the vouchers named, or of all. The same key is the same refund.

    Raises what `REFUND_ERRORS` names.
    """
    chosen = None if codes is None else sorted({read_code(code, "codes") for code in codes})
    cause = f"vouchers:{order.no}:{new_number('V')}"
    body = {"order": order.no, "codes": chosen, "reason": reason}
    earlier = idempotency.claim(author.user_id or 0, "refund_vouchers", key, body, cause)
    if earlier is not None:
        # Should WeChat have closed it, this key still means that refund.
        newest = select(Refund).filter_by(cause=earlier).order_by(Refund.id.desc()).limit(1)
        return db.session.scalars(newest).one()
    if order.payment_no is None:
        raise NothingUnused(state=order.state)
    lock_payment(order.payment_no)
    vouchers = _refundable(_lock(order.id), chosen)
    shares = _take_back(vouchers, author, reason)
    amount = sum(share.amount_fen for share in shares)
    if amount == 0:
        raise NothingUnused
    refund = request_refund(order.payment_no, amount, cause=cause, reason=reason, by=author.user_id)
    tie(shares, refund)
    return refund


def take_back_all(order: Order, author: Author, reason: str) -> Sequence[Share]:
    """Lock every voucher of an order that is refunded in full; the payment is locked already.

    Raises `VouchersBegun` when one was redeemed or given back, `VoucherRefundTooLate` for a buyer
    whose vouchers are past all time; staff may be more generous.
    """
    vouchers = _lock(order.id)
    if any(one.state not in RETURNABLE or one.left < one.persons for one in vouchers):
        raise VouchersBegun
    now = clock.now()
    if author.kind != "operator" and any(now >= refundable_until(one) for one in vouchers):
        raise VoucherRefundTooLate
    return _take_back(vouchers, author, reason)


def tie(shares: Iterable[Share], refund: Refund) -> None:
    """Write down what a refund gives back of which voucher."""
    rows = [
        {
            "refund_id": refund.id,
            "voucher_id": share.voucher_id,
            "persons": share.persons,
            "amount_fen": share.amount_fen,
        }
        for share in shares
    ]
    if rows:
        db.session.execute(insert(table_of(VoucherReturn)), rows)


def settle(refund: Refund) -> Mapping[int, int]:
    """The money is back: its vouchers are refunded and their credit is reversed.

    Answers by SKU id the units that were given back whole, whose stock is free now. Told once for
    each refund, under its payment's lock.
    """
    returned = db.session.execute(
        select(
            VoucherReturn.voucher_id,
            VoucherReturn.persons,
            VoucherReturn.amount_fen,
            Voucher.persons.label("whole"),
            OrderLine.line_no,
            OrderLine.sku_id,
        )
        .join(Voucher, Voucher.id == VoucherReturn.voucher_id)
        .join(OrderLine, OrderLine.id == Voucher.order_line_id)
        .where(VoucherReturn.refund_id == refund.id)
    ).all()
    if not returned:
        return {}
    VOUCHERS.take_all(
        Voucher.id.in_([row.voucher_id for row in returned]),
        REFUND,
        WECHAT,
        f"退款 {refund.no} 已到账",
        persons_refunding=0,
        persons_refunded=Voucher.persons_refunded + Voucher.persons_refunding,
    )
    amounts: Counter[int] = Counter()
    units: Counter[int] = Counter()
    for row in returned:
        amounts[row.line_no] += row.amount_fen
        units[row.sku_id] += row.persons == row.whole
    ledger.reverse_lines(refund.order_no, refund.no, amounts)
    return +units


def revive(refund: Refund) -> None:
    """WeChat closed the refund and paid nothing: its vouchers can be used or given back again."""
    tied = select(VoucherReturn.voucher_id).filter_by(refund_id=refund.id)
    VOUCHERS.take_all(
        Voucher.id.in_(tied), REVIVE, WECHAT, f"退款 {refund.no} 已关闭", persons_refunding=0
    )


def _lock(order_id: int) -> Sequence[Voucher]:
    return db.session.scalars(
        select(Voucher)
        .filter_by(order_id=order_id)
        .order_by(Voucher.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _refundable(vouchers: Sequence[Voucher], chosen: Sequence[str] | None) -> list[Voucher]:
    """The vouchers that go back: every one chosen must, of all those that can."""
    if chosen is not None:
        known = {voucher.code: voucher for voucher in vouchers}
        if not known.keys() >= set(chosen):
            raise VoucherNotFound(field="codes")
        vouchers = [known[code] for code in chosen]
    unused = [one for one in vouchers if one.state in RETURNABLE and one.left > 0]
    if not unused or (chosen is not None and len(unused) < len(vouchers)):
        raise NothingUnused(field="codes")
    now = clock.now()
    in_time = [one for one in unused if now < refundable_until(one)]
    if not in_time or (chosen is not None and len(in_time) < len(unused)):
        raise VoucherRefundTooLate(field="codes")
    return in_time


def _take_back(vouchers: Sequence[Voucher], author: Author, reason: str) -> list[Share]:
    """Lock the unused people of vouchers whose rows are locked already."""
    if not vouchers:
        return []
    VOUCHERS.take_all(
        Voucher.id.in_([voucher.id for voucher in vouchers]),
        GIVE_BACK,
        author,
        reason,
        persons_refunding=Voucher.persons - Voucher.persons_used - Voucher.persons_refunded,
    )
    return [_share(voucher) for voucher in vouchers]


def _share(voucher: Voucher) -> Share:
    amount = unused_fen(voucher.paid_fen, voucher.persons_used, voucher.persons)
    return Share(voucher.id, voucher.left, amount)
