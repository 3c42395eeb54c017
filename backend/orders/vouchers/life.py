"""The life of a voucher: its steps, and how it is not to be found."""

from backend.core.errors import NotFound
from backend.core.life import Life, Step
from backend.orders.vouchers.models import Voucher, VoucherEvent, VoucherState


class VoucherNotFound(NotFound):
    code = "voucher_not_found"
    message = "没有找到该券"


RETURNABLE = (VoucherState.active, VoucherState.expired)

ISSUE = Step("issue", (), VoucherState.active)
USE_UP = Step("use_up", (VoucherState.active,), VoucherState.used)
EXPIRE = Step("expire", (VoucherState.active,), VoucherState.expired)
GIVE_BACK = Step("give_back", RETURNABLE, VoucherState.refunding)
REFUND = Step("refund", (VoucherState.refunding,), VoucherState.refunded)
REVIVE = Step("revive", (VoucherState.refunding,), VoucherState.active)
"""WeChat closed the refund. If its time is over meanwhile, the next sweep finds it."""

STEPS = {step.name: step for step in (ISSUE, USE_UP, EXPIRE, GIVE_BACK, REFUND, REVIVE)}

VOUCHERS = Life(Voucher, VoucherEvent, "voucher_id", not_found=VoucherNotFound)
