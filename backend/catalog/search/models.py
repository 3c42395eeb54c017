"""Tables of the search: one document a product, the words they use, what has been sold."""

from datetime import date, datetime

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, event, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from backend.catalog.areas.models import Area, Category
from backend.catalog.products.models import Product
from backend.core.database import Base

UNPRICED_UP = "coalesce(from_price_fen, 9007199254740991)"
UNPRICED_DOWN = "coalesce(from_price_fen, 0)"
"""A product without a SKU on sale stands last, whichever way prices are sorted."""


class SearchDocument(Base):
    """A product that is listed by an approved producer: what it is found, sorted and counted by.

    Made from other tables by `documents.refresh` alone and may be thrown away at any time.
    `tokens` lies outside of the row, so that the rest stays small enough to be read by thousands.
    """

    __tablename__ = "product_search"
    __table_args__ = (
        Index(
            "ix_product_search_tokens",
            "tokens",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        Index("ix_product_search_newest", "listed_at", "product_id"),
        Index("ix_product_search_sales", "sales", "product_id"),
        Index("ix_product_search_price_up", text(UNPRICED_UP), "product_id"),
        Index("ix_product_search_price_down", text(UNPRICED_DOWN), "product_id"),
        Index("ix_product_search_category", "category_code", "listed_at", "product_id"),
        Index("ix_product_search_county", "county_code", "listed_at", "product_id"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id), primary_key=True)
    refreshed_at: Mapped[datetime]
    digest: Mapped[str]
    """Of everything it was made from: another digest means that it is out of date."""
    offered_from: Mapped[date]
    offered_to: Mapped[date]
    """The first and last Shanghai day on which it is offered; years 1 and 9999 for no bound."""
    recognised: Mapped[bool]
    """Whether it is offered because of a recognition; otherwise it has never had one."""
    category_code: Mapped[str] = mapped_column(ForeignKey(Category.code))
    county_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    prefecture_code: Mapped[str]
    """The county's prefecture, or the origin itself where that is a prefecture."""
    area_class: Mapped[str]
    from_price_fen: Mapped[int | None]
    """The cheapest SKU on sale; `None` where there is none."""
    sales: Mapped[int]
    """Units sold in ninety days."""
    listed_at: Mapped[datetime]
    name_key: Mapped[str]
    category_key: Mapped[str]
    place_key: Mapped[str]
    producer_key: Mapped[str]
    """`安化黑茶| an hua hei cha |ahhc`: by these a hit is ranked."""
    tokens: Mapped[str] = mapped_column(TSVECTOR)
    """By these it is found: see `tokens.py`."""


class SearchWord(Base):
    """A word that names, categories and places use: what somebody may have meant who mistyped."""

    __tablename__ = "search_words"
    __table_args__ = (
        Index(
            "ix_search_words_sound",
            "sound",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_ops={"sound": "gin_trgm_ops"},
        ),
    )

    word: Mapped[str] = mapped_column(primary_key=True)
    sound: Mapped[str]
    """Its pinyin, joined."""
    products: Mapped[int]
    """How many documents use it."""
    learnt_at: Mapped[datetime]


class ProductSales(Base):
    """What a product sold in the ninety days before `as_of`, by orders paid and not closed."""

    __tablename__ = "product_sales"
    __table_args__ = (CheckConstraint("quantity >= 0 AND amount_fen >= 0", name="sums"),)

    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id), primary_key=True)
    quantity: Mapped[int]
    amount_fen: Mapped[int]
    as_of: Mapped[datetime] = mapped_column(index=True)


event.listen(Base.metadata, "before_create", DDL("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
