"""Tables of orders, their frozen lines, and the events of their life."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.accounts.models import User
from backend.catalog.areas.models import Area
from backend.catalog.producers.models import Producer
from backend.catalog.products.models import ProductVersion, Sku
from backend.catalog.recognitions.models import Recognition
from backend.competition.models import Competitor, Season, Team
from backend.core.database import Base, Key
from backend.core.personal_data import Encrypted
from backend.credit.models import ReferralLink


class OrderState(StrEnum):
    pending_payment = "pending_payment"
    paid = "paid"
    cancelled = "cancelled"
    closed = "closed"


class Order(Base):
    """One buyer's order. Whom it credits is fixed when it is placed."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending_payment', 'paid', 'cancelled', 'closed')", name="state"
        ),
        CheckConstraint("goods_fen + freight_fen = total_fen AND total_fen > 0", name="total"),
        CheckConstraint(
            "(competitor_id IS NULL) = (referral_link_id IS NULL)"
            " AND (competitor_id IS NULL) = (team_id IS NULL)"
            " AND (competitor_id IS NULL) = (season_id IS NULL)",
            name="credited",
        ),
        Index("ix_orders_of_buyer", "buyer_id", "id"),
        Index(
            "ix_orders_unpaid",
            "pay_before",
            postgresql_where=text("state = 'pending_payment'"),
        ),
    )

    id: Mapped[Key]
    no: Mapped[str] = mapped_column(unique=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    state: Mapped[str]
    goods_fen: Mapped[int]
    freight_fen: Mapped[int]
    total_fen: Mapped[int]
    receiver_name: Mapped[str] = mapped_column(Encrypted)
    receiver_phone: Mapped[str] = mapped_column(Encrypted)
    receiver_area_code: Mapped[str | None]
    """The county (GB/T 2260) that freight and sale areas went by."""
    receiver_area: Mapped[str]
    """Province, prefecture and county as the buyer's phone gives them."""
    receiver_address: Mapped[str] = mapped_column(Encrypted)
    remark: Mapped[str] = mapped_column(Encrypted)
    channel: Mapped[str]
    referral_link_id: Mapped[int | None] = mapped_column(ForeignKey(ReferralLink.id))
    competitor_id: Mapped[int | None] = mapped_column(ForeignKey(Competitor.id))
    team_id: Mapped[int | None] = mapped_column(ForeignKey(Team.id))
    season_id: Mapped[int | None] = mapped_column(ForeignKey(Season.id))
    payment_no: Mapped[str | None] = mapped_column(unique=True)
    """The payment that paid it; any other payment of the order is refunded."""
    placed_at: Mapped[datetime]
    pay_before: Mapped[datetime]
    paid_at: Mapped[datetime | None]

    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.line_no")
    events: Mapped[list["OrderEvent"]] = relationship(order_by="OrderEvent.id")


class OrderLine(Base):
    """Name, price, county, producer and recognition as they were when the order was placed."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "line_no"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("amount_fen = unit_price_fen * quantity", name="amount"),
        CheckConstraint("freight_fen >= 0", name="freight"),
        CheckConstraint(
            "(voucher_persons IS NULL) = (voucher_days IS NULL)"
            " AND voucher_persons > 0 AND voucher_days > 0",
            name="voucher",
        ),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    line_no: Mapped[int]
    sku_id: Mapped[int] = mapped_column(ForeignKey(Sku.id), index=True)
    product_version_id: Mapped[int | None] = mapped_column(ForeignKey(ProductVersion.id))
    """The version it bought; `None` for products listed before versions were kept."""
    product_name: Mapped[str]
    spec: Mapped[str]
    unit: Mapped[str]
    unit_price_fen: Mapped[int]
    quantity: Mapped[int]
    amount_fen: Mapped[int]
    freight_fen: Mapped[int] = mapped_column(server_default=text("0"))
    """The line's share of the order's freight."""
    voucher_persons: Mapped[int | None]
    """A service: how many people the voucher of one unit admits."""
    voucher_days: Mapped[int | None]
    fresh: Mapped[bool]
    no_return: Mapped[bool] = mapped_column(server_default=text("false"))
    tax_class: Mapped[str]
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id))
    producer_name: Mapped[str]
    producer_county_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    county_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    county_name: Mapped[str]
    county_class: Mapped[str]
    recognition_id: Mapped[int | None] = mapped_column(ForeignKey(Recognition.id))
    recognition_number: Mapped[str | None]


class OrderEvent(Base):
    """One step of an order's life: who took it, when and why."""

    __tablename__ = "order_events"
    __table_args__ = (Index("ix_order_events_at", "at", postgresql_using="brin"),)

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), index=True)
    step: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    by_kind: Mapped[str]
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    reason: Mapped[str | None]
    at: Mapped[datetime]
