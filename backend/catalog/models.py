"""Tables of the catalogue: areas, producers, recognitions, products, SKUs, stock."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base, Key


class AreaClass(StrEnum):
    """`national`: one of the 832; `provincial`: Hunan's other 11; `other`: everywhere else."""

    national = "national"
    provincial = "provincial"
    other = "other"


class Area(Base):
    """A prefecture or a county by its six-digit statistics code (GB/T 2260)."""

    __tablename__ = "areas"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{6}$'", name="code"),
        CheckConstraint("area_class IN ('national', 'provincial', 'other')", name="area_class"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    prefecture_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"), index=True)
    """`None` for a prefecture itself."""
    area_class: Mapped[str]


class Category(Base):
    __tablename__ = "categories"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("categories.code"))
    sort: Mapped[int]


class Producer(Base):
    """A firm, co-operative, village collective or family farm with its credit code (GB 32100)."""

    __tablename__ = "producers"
    __table_args__ = (
        CheckConstraint("settlement_mode IN ('resale', 'profit_sharing')", name="settlement_mode"),
    )

    id: Mapped[Key]
    name: Mapped[str]
    kind: Mapped[str]
    credit_code: Mapped[str] = mapped_column(unique=True)
    county_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    """Where it is registered."""
    settlement_mode: Mapped[str]
    story: Mapped[str]
    households: Mapped[int]
    created_at: Mapped[datetime]


class Product(Base):
    """What is shown. Only `listed` products can be seen and bought."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("kind IN ('goods', 'service')", name="kind"),
        CheckConstraint("state IN ('draft', 'listed', 'delisted')", name="state"),
        Index("ix_products_listed", "id", postgresql_where=text("state = 'listed'")),
        Index(
            "ix_products_listed_by_category",
            "category_code",
            "id",
            postgresql_where=text("state = 'listed'"),
        ),
        Index(
            "ix_products_listed_by_county",
            "county_code",
            "id",
            postgresql_where=text("state = 'listed'"),
        ),
    )

    id: Mapped[Key]
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id), index=True)
    category_code: Mapped[str] = mapped_column(ForeignKey(Category.code))
    county_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    """Where the goods come from."""
    kind: Mapped[str]
    state: Mapped[str]
    name: Mapped[str]
    subtitle: Mapped[str]
    description: Mapped[str]
    pictures: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Paths below the media directory."""
    fresh: Mapped[bool]
    """鲜活易腐: exempt from the seven-day return (Consumer Law art. 25)."""
    shelf_life_days: Mapped[int | None]
    storage: Mapped[str]
    listed_at: Mapped[datetime | None]


class Recognition(Base):
    """认定: what makes a product an assistance product, from one day to another."""

    __tablename__ = "recognitions"
    __table_args__ = (
        CheckConstraint("status IN ('valid', 'lapsed', 'revoked')", name="status"),
        CheckConstraint("valid_from <= valid_to", name="validity"),
        UniqueConstraint("product_id", "number"),
    )

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id))
    number: Mapped[str]
    issuer: Mapped[str]
    batch: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    status: Mapped[str]


class Sku(Base):
    """What is bought: one specification of a product at one price."""

    __tablename__ = "skus"
    __table_args__ = (
        CheckConstraint("unit IN ('piece', 'box', 'kg', 'g')", name="unit"),
        CheckConstraint("price_fen > 0", name="price"),
        CheckConstraint("case_size > 0 AND min_quantity > 0", name="sizes"),
        CheckConstraint("purchase_limit >= min_quantity", name="purchase_limit"),
        CheckConstraint("tax_class IN ('exempt', 'rate6', 'rate9', 'rate13')", name="tax_class"),
    )

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    spec: Mapped[str]
    unit: Mapped[str]
    net_weight_g: Mapped[int]
    price_fen: Mapped[int]
    market_price_fen: Mapped[int | None]
    case_size: Mapped[int]
    min_quantity: Mapped[int]
    purchase_limit: Mapped[int | None]
    tax_class: Mapped[str]
    on_sale: Mapped[bool] = mapped_column(server_default=text("true"))


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
