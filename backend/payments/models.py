"""Tables of payments, refunds, and what providers told us."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.models import User
from backend.core.database import Base, Key


class Payment(Base):
    """Money we asked for, once it is `succeeded` money we have.

    `created` (our row, WeChat not asked yet) → `prepaid` → `succeeded` or `closed`. A closed
    payment can still succeed: the provider's word is what happened. `refunding_fen` is what
    refunds have claimed of it; the database keeps it within the amount.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("state IN ('created', 'prepaid', 'succeeded', 'closed')", name="state"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("refunding_fen BETWEEN 0 AND amount_fen", name="refunding"),
        CheckConstraint("(state = 'succeeded') = (transaction_id IS NOT NULL)", name="transaction"),
        UniqueConstraint("provider", "transaction_id"),
        Index(
            "uq_payments_open",
            "order_no",
            unique=True,
            postgresql_where=text("state IN ('created', 'prepaid')"),
        ),
        Index("ix_payments_order_no", "order_no"),
        Index("ix_payments_due", "next_query_at", postgresql_where=text("state <> 'succeeded'")),
    )

    id: Mapped[Key]
    no: Mapped[str] = mapped_column(unique=True)
    """Our number with the provider: WeChat's `out_trade_no`."""
    order_no: Mapped[str]
    payer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    provider: Mapped[str]
    amount_fen: Mapped[int]
    currency: Mapped[str] = mapped_column(server_default=text("'CNY'"))
    state: Mapped[str]
    prepay_id: Mapped[str | None]
    transaction_id: Mapped[str | None]
    """The provider's own number."""
    refunding_fen: Mapped[int] = mapped_column(server_default=text("0"))
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    next_query_at: Mapped[datetime | None]
    """When WeChat is asked next; `None` when asking has no use any more."""
    queries: Mapped[int] = mapped_column(server_default=text("0"))


class Refund(Base):
    """Money on its way back. `cause` makes one wish one refund; `no` never pays twice.

    A refund that the provider closed paid nothing and makes room for another.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(
            "state IN ('requested', 'processing', 'succeeded', 'abnormal', 'closed')",
            name="state",
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index(
            "uq_refunds_cause",
            "cause",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
        Index(
            "ix_refunds_due",
            "next_try_at",
            postgresql_where=text("state IN ('requested', 'processing', 'abnormal')"),
        ),
    )

    id: Mapped[Key]
    no: Mapped[str] = mapped_column(unique=True)
    """Our number with the provider: WeChat's `out_refund_no`."""
    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), index=True)
    order_no: Mapped[str] = mapped_column(index=True)
    cause: Mapped[str]
    amount_fen: Mapped[int]
    reason: Mapped[str]
    state: Mapped[str]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    provider_refund_id: Mapped[str | None]
    requested_at: Mapped[datetime]
    succeeded_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default=text("0"))


class ProviderNotice(Base):
    """A verified message from a provider and what became of it, kept as evidence."""

    __tablename__ = "provider_notices"
    __table_args__ = (
        CheckConstraint("outcome IN ('applied', 'repeated', 'refused')", name="outcome"),
    )

    id: Mapped[Key]
    notice_id: Mapped[str] = mapped_column(index=True)
    event_type: Mapped[str]
    subject_no: Mapped[str]
    outcome: Mapped[str]
    content: Mapped[dict[str, Any]]
    """The decrypted resource without the payer."""
    received_at: Mapped[datetime]
