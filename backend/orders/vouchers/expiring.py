"""Expiry: vouchers whose time is over, chosen by state."""

from sqlalchemy import select

from backend.core import clock
from backend.core.life import SYSTEM
from backend.orders.vouchers.life import EXPIRE, VOUCHERS
from backend.orders.vouchers.models import Voucher, VoucherState

AT_A_TIME = 500


def expire_due() -> int:
    """Tell of vouchers whose time is over; how many. Redeeming them was refused already."""
    due = (
        select(Voucher.id)
        .where(Voucher.state == VoucherState.active, Voucher.valid_to <= clock.now())
        .order_by(Voucher.valid_to)
        .limit(AT_A_TIME)
    )
    return len(VOUCHERS.take_all(Voucher.id.in_(due), EXPIRE, SYSTEM, "已过有效期"))
