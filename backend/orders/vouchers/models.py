"""Tables of vouchers, the steps of their life, what was redeemed and what was given back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.models import User
from backend.catalog.producers.models import Producer
from backend.core.database import Base, Key
from backend.core.life import EventColumns
from backend.orders.models import Order, OrderLine
from backend.payments.models import Refund


class VoucherState(StrEnum):
    """`expired` also holds for an active voucher past its time that no job has met yet."""

    active = "active"
    used = "used"
    refunding = "refunding"
    refunded = "refunded"
    expired = "expired"


class Voucher(Base):
    """The right of some people to one unit of a service, from payment until `valid_to`.

    Each person of it is left, used, on the way back, or paid back; the database counts along.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        UniqueConstraint("order_line_id", "unit_no"),
        CheckConstraint(
            "state IN ('active', 'used', 'refunding', 'refunded', 'expired')", name="state"
        ),
        CheckConstraint("persons > 0 AND paid_fen >= 0", name="persons"),
        CheckConstraint(
            "persons_used >= 0 AND persons_refunding >= 0 AND persons_refunded >= 0"
            " AND persons_used + persons_refunding + persons_refunded <= persons",
            name="counted",
        ),
        CheckConstraint("(state = 'refunding') = (persons_refunding > 0)", name="refunding"),
        CheckConstraint("state <> 'used' OR persons_used = persons", name="used"),
        CheckConstraint("valid_from < valid_to", name="valid"),
        Index("ix_vouchers_of_buyer", "buyer_id", "id"),
        Index("ix_vouchers_to_expire", "valid_to", postgresql_where=text("state = 'active'")),
        Index(
            "ix_vouchers_to_remind",
            "remind_at",
            postgresql_where=text("state = 'active' AND remind_at IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id))
    unit_no: Mapped[int]
    """Which of the line's units it is, from 1."""
    buyer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id))
    product_name: Mapped[str]
    spec: Mapped[str]
    paid_fen: Mapped[int]
    persons: Mapped[int]
    persons_used: Mapped[int] = mapped_column(server_default=text("0"))
    persons_refunding: Mapped[int] = mapped_column(server_default=text("0"))
    """Locked by a refund that is under way."""
    persons_refunded: Mapped[int] = mapped_column(server_default=text("0"))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    """The first instant at which it is no longer valid: a midnight in Shanghai."""
    state: Mapped[str]
    remind_at: Mapped[datetime | None]
    """When the buyer is reminded next; `None` when there is nothing more to say."""
    remind_tries: Mapped[int] = mapped_column(server_default=text("0"))
    reminded_at: Mapped[datetime | None]

    @property
    def left(self) -> int:
        """People who may still come."""
        return self.persons - self.persons_used - self.persons_refunding - self.persons_refunded


class VoucherEvent(EventColumns, Base):
    """One step of a voucher's life: who took it, when and why."""

    __tablename__ = "voucher_events"

    voucher_id: Mapped[int] = mapped_column(ForeignKey(Voucher.id), index=True)


class VoucherRedemption(Base):
    """Some people of a voucher were let in, once for the key the supplier's phone sent."""

    __tablename__ = "voucher_redemptions"
    __table_args__ = (
        UniqueConstraint("voucher_id", "by_user_id", "idempotency_key"),
        CheckConstraint("persons > 0 AND persons_left >= 0", name="persons"),
        CheckConstraint("value_fen >= 0", name="value"),
        Index("ix_voucher_redemptions_of_producer", "producer_id", "at"),
    )

    id: Mapped[Key]
    no: Mapped[str] = mapped_column(unique=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey(Voucher.id))
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id))
    by_user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    idempotency_key: Mapped[str]
    persons: Mapped[int]
    persons_left: Mapped[int]
    """After it."""
    value_fen: Mapped[int]
    """Its part of what was paid for the voucher; the parts add up to what is not refunded."""
    at: Mapped[datetime]


class VoucherReturn(Base):
    """What a refund gives back of a voucher; whether it came through is the refund's state."""

    __tablename__ = "voucher_returns"
    __table_args__ = (
        UniqueConstraint("refund_id", "voucher_id"),
        CheckConstraint("persons > 0 AND amount_fen >= 0", name="persons"),
    )

    id: Mapped[Key]
    refund_id: Mapped[int] = mapped_column(ForeignKey(Refund.id))
    voucher_id: Mapped[int] = mapped_column(ForeignKey(Voucher.id), index=True)
    persons: Mapped[int]
    amount_fen: Mapped[int]
