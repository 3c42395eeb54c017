"""Tables of stock: how much there is, and the ledger that explains it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
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
    )

    sku_id: Mapped[int] = mapped_column(ForeignKey(Sku.id), primary_key=True, autoincrement=False)
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(server_default=text("0"))


class StockMovement(Base):
    """Why a stock changed, once for each cause: the sum of these rows is the stock."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint("kind IN ('correct', 'reserve', 'release')", name="kind"),
        UniqueConstraint("sku_id", "cause"),
    )

    id: Mapped[Key]
    sku_id: Mapped[int] = mapped_column(ForeignKey(Sku.id))
    kind: Mapped[str]
    cause: Mapped[str]
    on_hand_change: Mapped[int]
    reserved_change: Mapped[int]
    reason: Mapped[str | None]
    at: Mapped[datetime]
