"""Tables of stock: how much there is, and the ledger that explains it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.catalog.products.models import Sku
from backend.core.database import Base, Key


class SkuStock(Base):
    """How many units there are and how many of them are promised. A hot row, so a table apart.

    `available = on_hand - reserved`, never below zero: the database refuses it.
    """

    __tablename__ = "sku_stocks"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("on_hand - reserved >= 0", name="available"),
        CheckConstraint("low_at >= 0", name="low_at"),
        # On no column that an order changes: an update of the hot row touches no index.
        Index("ix_sku_stocks_watched", "sku_id", postgresql_where=text("low_at IS NOT NULL")),
    )

    sku_id: Mapped[int] = mapped_column(ForeignKey(Sku.id), primary_key=True, autoincrement=False)
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(server_default=text("0"))
    low_at: Mapped[int | None]
    """Units available at which the producer is told; `None`: never."""


class StockMovement(Base):
    """Why a stock changed, once for each cause: the sum of these rows is the stock."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint("kind IN ('correct', 'reserve', 'release')", name="kind"),
        UniqueConstraint("sku_id", "cause"),
        Index("ix_stock_movements_of_sku", "sku_id", "id"),
    )

    id: Mapped[Key]
    sku_id: Mapped[int] = mapped_column(ForeignKey(Sku.id))
    kind: Mapped[str]
    cause: Mapped[str]
    on_hand_change: Mapped[int]
    reserved_change: Mapped[int]
    reason: Mapped[str | None]
    at: Mapped[datetime]
    by_user_id: Mapped[int | None]
    """Who corrected; `None` for reservations and releases, which their order explains."""


class StockNotice(Base):
    """A SKU ran low: told once, until more than the threshold has been available again."""

    __tablename__ = "stock_notices"
    __table_args__ = (
        CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name="seen"),
        Index(
            "uq_stock_notices_open",
            "sku_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_stock_notices_of_sku", "sku_id", "id"),
    )

    id: Mapped[Key]
    sku_id: Mapped[int] = mapped_column(ForeignKey(Sku.id))
    available: Mapped[int]
    """Units, when it was noticed."""
    low_at: Mapped[int]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    """When more was available again, or nobody wanted to be told any more."""
