"""Tables of products: what is shown now, what is bought, and every version there was."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.catalog.areas.models import Area, Category
from backend.catalog.freight.models import FreightTemplate
from backend.catalog.producers.models import Producer
from backend.core.database import Base, Key
from backend.core.life import EventColumns


class Product(Base):
    """What is shown: the content of its listed version. Only `listed` ones are seen and bought."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("kind IN ('goods', 'service')", name="kind"),
        CheckConstraint("state IN ('draft', 'listed', 'delisted')", name="state"),
        CheckConstraint("shelf_life_left_percent BETWEEN 1 AND 100", name="shelf_life_left"),
        CheckConstraint("ship_within_hours > 0", name="ship_within"),
        CheckConstraint("voucher_days > 0", name="voucher_days"),
        CheckConstraint("(kind = 'service') = (voucher_days IS NOT NULL)", name="voucher"),
        UniqueConstraint("producer_id", "code"),
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
        Index(
            "ix_products_in_season",
            "season_months",
            postgresql_using="gin",
            postgresql_where=text("state = 'listed'"),
        ),
    )

    id: Mapped[Key]
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id), index=True)
    code: Mapped[str | None]
    """The producer's own code, by which a sheet finds the product again."""
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
    no_return: Mapped[bool] = mapped_column(server_default=text("false"))
    """Not fresh and yet exempt from the seven-day return: the buyer must tick it (art. 25)."""
    shelf_life_days: Mapped[int | None]
    shelf_life_left_percent: Mapped[int | None]
    """The share of the shelf life that must remain at delivery."""
    storage: Mapped[str]
    sale_areas: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Provinces, prefectures or counties (GB/T 2260) where it is sold; empty: everywhere."""
    ship_within_hours: Mapped[int | None]
    """The delivery promise: handed to the carrier within so many hours of payment."""
    freight_template_id: Mapped[int | None] = mapped_column(ForeignKey(FreightTemplate.id))
    """`None`: the producer's default template; none at all: delivery is free."""
    voucher_days: Mapped[int | None]
    """A service's vouchers are valid for so many days from payment, the day of payment included."""
    season_months: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    """Months (1-12) in which it is a seasonal pick."""
    listed_at: Mapped[datetime | None]


class Sku(Base):
    """What is bought: one specification of a product at one price, or at a few by quantity."""

    __tablename__ = "skus"
    __table_args__ = (
        CheckConstraint("unit IN ('piece', 'box', 'kg', 'g')", name="unit"),
        CheckConstraint("price_fen > 0", name="price"),
        CheckConstraint("case_size > 0 AND min_quantity > 0", name="sizes"),
        CheckConstraint("purchase_limit >= min_quantity", name="purchase_limit"),
        CheckConstraint(
            "limit_days > 0 AND (limit_days IS NULL OR purchase_limit IS NOT NULL)",
            name="limit_days",
        ),
        CheckConstraint("persons > 0", name="persons"),
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
    price_tiers: Mapped[list[dict[str, int]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """`[{"from_quantity": 10, "price_fen": 5490}, …]`: the more, the cheaper each."""
    case_size: Mapped[int]
    min_quantity: Mapped[int]
    purchase_limit: Mapped[int | None]
    """Units one person may have; within `limit_days`, or at all where that is `None`."""
    limit_days: Mapped[int | None]
    persons: Mapped[int] = mapped_column(server_default=text("1"))
    """How many people one voucher of a service admits."""
    tax_class: Mapped[str]
    on_sale: Mapped[bool] = mapped_column(server_default=text("true"))


class VersionState(StrEnum):
    draft = "draft"
    review = "review"
    listed = "listed"
    ended = "ended"
    """Replaced by a newer version, or delisted."""


class ProductVersion(Base):
    """What a product is to say, from draft to listed. A listed one is kept for ever.

    A product has one open version (draft or in review) at most, and one listed version at most;
    an order line points at the version it bought.
    """

    __tablename__ = "product_versions"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'review', 'listed', 'ended')", name="state"),
        UniqueConstraint("product_id", "number"),
        Index(
            "uq_product_versions_open",
            "product_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'review')"),
        ),
        Index(
            "uq_product_versions_listed",
            "product_id",
            unique=True,
            postgresql_where=text("state = 'listed'"),
        ),
        Index("ix_product_versions_review", "id", postgresql_where=text("state = 'review'")),
    )

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id))
    number: Mapped[int]
    state: Mapped[str]
    content: Mapped[dict[str, Any]]
    """What `products.schemas.ProductContentIn` takes."""
    created_at: Mapped[datetime]
    listed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ProductVersionEvent(EventColumns, Base):
    """One step of a version: who took it, when and why."""

    __tablename__ = "product_version_events"

    version_id: Mapped[int] = mapped_column(ForeignKey(ProductVersion.id), index=True)
