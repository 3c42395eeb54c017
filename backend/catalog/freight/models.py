"""Tables of freight templates."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.catalog.producers.models import Producer
from backend.core.database import Base, Key


class FreightTemplate(Base):
    """How a producer charges for sending: by piece or by weight, free from an amount of goods."""

    __tablename__ = "freight_templates"
    __table_args__ = (
        CheckConstraint("charged_by IN ('piece', 'weight')", name="charged_by"),
        CheckConstraint("free_from_fen > 0", name="free_from"),
        Index(
            "uq_freight_templates_default",
            "producer_id",
            unique=True,
            postgresql_where=text("is_default AND retired_at IS NULL"),
        ),
        Index(
            "uq_freight_templates_name",
            "producer_id",
            "name",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id), index=True)
    name: Mapped[str]
    charged_by: Mapped[str]
    free_from_fen: Mapped[int | None]
    """Goods of this template worth so much are sent free; `None`: never."""
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    """Used by products that name no template."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    rules: Mapped[list["FreightRule"]] = relationship(
        order_by="FreightRule.id", cascade="all, delete-orphan"
    )


class FreightRule(Base):
    """First and additional steps for some areas, pieces or grams; or that nothing is sent there.

    `area_codes` are provinces, prefectures or counties (GB/T 2260); an empty list stands for
    everywhere that no other rule of the template names. The narrowest area wins.
    """

    __tablename__ = "freight_rules"
    __table_args__ = (
        CheckConstraint("first_amount > 0 AND next_amount > 0", name="amounts"),
        CheckConstraint("first_fen >= 0 AND next_fen >= 0", name="prices"),
    )

    id: Mapped[Key]
    template_id: Mapped[int] = mapped_column(ForeignKey(FreightTemplate.id), index=True)
    area_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    deliverable: Mapped[bool]
    first_amount: Mapped[int]
    first_fen: Mapped[int]
    next_amount: Mapped[int]
    next_fen: Mapped[int]
