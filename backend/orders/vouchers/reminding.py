"""Reminding before expiry: one message for the vouchers of an order that are due together.

A try is written down and the next one put off before WeChat is asked: two workers do not both
send, and a worker that dies in between only delays it.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy import Row, func, select, text, update

from backend.accounts.models import User
from backend.core import clock
from backend.core.alarms import raise_alarm
from backend.core.database import commit_before_waiting, db
from backend.core.jobs import each_in_transaction
from backend.orders.models import Order
from backend.orders.vouchers.models import Voucher, VoucherState
from backend.wechat.messages import Delivery, send_message, thing

log = structlog.get_logger()
AT_A_TIME = 100
MOST_TRIES = 10
FIRST_HOUR, LAST_HOUR = 9, 21
"""In Shanghai: validity ends at midnight, and nobody shall be woken by a message."""
_TOLD = "voucher_reminders_off_told"

_TRY = text("""
    WITH due AS (
        SELECT id, product_name, persons - persons_used AS left_over, valid_to, buyer_id
          FROM vouchers
         WHERE order_id = (SELECT id FROM orders WHERE no = :order_no)
           AND state = 'active' AND remind_at <= :now AND valid_to > :now
         ORDER BY id FOR UPDATE
    )
    UPDATE vouchers v
       SET remind_tries = v.remind_tries + 1,
           remind_at = CASE WHEN v.remind_tries + 1 < :most THEN
               :now + interval '10 minutes' * power(2, least(v.remind_tries, 5)) END
      FROM due WHERE v.id = due.id
    RETURNING due.id, due.product_name, due.left_over, due.valid_to, due.buyer_id
""")


def remind_due() -> None:
    """Remind the buyers of all that is due, in the daytime. Off where no template is configured."""
    if current_app.config["SETTINGS"].wechat_voucher_reminder_template is None:
        if not current_app.extensions.get(_TOLD):
            current_app.extensions[_TOLD] = True
            log.warning("voucher_reminders_off", why="WECHAT_VOUCHER_REMINDER_TEMPLATE is not set")
        return
    if FIRST_HOUR <= clock.now().astimezone(clock.SHANGHAI).hour < LAST_HOUR:
        each_in_transaction(due_orders(), remind)


def due_orders() -> list[str]:
    """Numbers of orders with vouchers to be reminded of, the longest waiting first."""
    now = clock.now()
    return list(
        db.session.scalars(
            select(Order.no)
            .join(Voucher, Voucher.order_id == Order.id)
            .where(
                Voucher.state == VoucherState.active,
                Voucher.remind_at <= now,
                Voucher.valid_to > now,
            )
            .group_by(Order.no)
            .order_by(func.min(Voucher.remind_at))
            .limit(AT_A_TIME)
        )
    )


def remind(order_no: str) -> bool:
    """Send one message about the order's vouchers that are due. `False` when WeChat was silent."""
    parameters = {"order_no": order_no, "now": clock.now(), "most": MOST_TRIES}
    due = db.session.execute(_TRY, parameters).all()
    if not due:
        return True
    ids = [row.id for row in due]
    openid = db.session.scalar(select(User.openid).filter_by(id=due[0].buyer_id))
    if openid is None:
        _end(ids)
        return True
    commit_before_waiting()
    template = current_app.config["SETTINGS"].wechat_voucher_reminder_template
    outcome = send_message(openid, template, _fields(due))
    match outcome.delivery:
        case Delivery.sent:
            _end(ids, reminded_at=clock.now())
        case Delivery.declined:
            _end(ids)
        case Delivery.impossible:
            _end(ids)
            told = {"order_no": order_no, "wechat_code": outcome.code}
            raise_alarm("voucher_reminder_impossible", order_no, **told)
        case Delivery.later:
            return False
    return True


def _fields(due: Sequence[Row[tuple[object, ...]]]) -> dict[str, str]:
    """What the template says: product, last day, and how many people have not come yet.

    The template has to be made of these kinds and numbers of fields in WeChat's console.
    """
    first = min(due, key=lambda row: (row.valid_to, row.id))
    last_day = (first.valid_to - timedelta(seconds=1)).astimezone(clock.SHANGHAI)
    people = sum(row.left_over for row in due)
    return {
        "thing1": thing(first.product_name),
        "date2": f"{last_day.year}年{last_day.month}月{last_day.day}日",
        "thing3": thing(f"还有 {people} 人未使用，过期可退"),
    }


def _end(ids: Sequence[int], **changes: object) -> None:
    """Nothing more to say about these vouchers; locked in the order of their ids."""
    mine = select(Voucher.id).where(Voucher.id.in_(ids)).order_by(Voucher.id)
    db.session.execute(mine.with_for_update())
    db.session.execute(
        update(Voucher)
        .where(Voucher.id.in_(ids))
        .values(remind_at=None, **changes)
        .execution_options(synchronize_session=False)
    )
