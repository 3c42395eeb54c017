"""Tables of the shop window."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.catalog.areas.models import Area, Category
from backend.catalog.products.models import Product
from backend.core.database import Base, Key


class TargetKind(StrEnum):
    """What opens when a banner is touched."""

    product = "product"
    topic = "topic"
    category = "category"
    county = "county"
    none = "none"


class Banner(Base):
    """A picture at the top of the home page, from one instant to another."""

    __tablename__ = "banners"
    __table_args__ = (
        CheckConstraint(
            "target_kind IN ('product', 'topic', 'category', 'county', 'none')", name="target_kind"
        ),
        CheckConstraint("(target_kind = 'none') = (target_id IS NULL)", name="target"),
        CheckConstraint("starts_at <= ends_at", name="validity"),
    )

    id: Mapped[Key]
    title: Mapped[str]
    picture: Mapped[str]
    """Path below the media directory."""
    target_kind: Mapped[str]
    target_id: Mapped[str | None]
    """A product's id; a topic's, category's or county's code."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    sort: Mapped[int]


class Topic(Base):
    """A collection for a while: chosen products in order, then what fits all of its filters."""

    __tablename__ = "topics"
    __table_args__ = (CheckConstraint("starts_at <= ends_at", name="validity"),)

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    intro: Mapped[str]
    picture: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    sort: Mapped[int]
    prefecture_code: Mapped[str | None] = mapped_column(ForeignKey(Area.code))
    county_code: Mapped[str | None] = mapped_column(ForeignKey(Area.code))
    category_code: Mapped[str | None] = mapped_column(ForeignKey(Category.code))


class TopicProduct(Base):
    """A product chosen for a topic, at its place."""

    __tablename__ = "topic_products"

    topic_id: Mapped[int] = mapped_column(
        ForeignKey(Topic.id), primary_key=True, autoincrement=False
    )
    product_id: Mapped[int] = mapped_column(
        ForeignKey(Product.id), primary_key=True, autoincrement=False
    )
    place: Mapped[int]


class CountySales(Base):
    """What goods from a county were paid for in a period; written anew as a whole."""

    __tablename__ = "county_sales"
    __table_args__ = (CheckConstraint("amount_fen >= 0 AND orders >= 0", name="sums"),)

    county_code: Mapped[str] = mapped_column(ForeignKey(Area.code), primary_key=True)
    amount_fen: Mapped[int]
    orders: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime]
