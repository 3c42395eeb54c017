"""Tables of recognitions."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.catalog.products.models import Product
from backend.core.database import Base, Key
from backend.core.life import EventColumns


class RecognitionStatus(StrEnum):
    valid = "valid"
    lapsed = "lapsed"
    revoked = "revoked"


class Recognition(Base):
    """认定: what makes a product an assistance product, from one day to another."""

    __tablename__ = "recognitions"
    __table_args__ = (
        CheckConstraint("status IN ('valid', 'lapsed', 'revoked')", name="status"),
        CheckConstraint("valid_from <= valid_to", name="validity"),
        UniqueConstraint("product_id", "number"),
        Index("ix_recognitions_to_lapse", "valid_to", postgresql_where=text("status = 'valid'")),
    )

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id))
    number: Mapped[str]
    issuer: Mapped[str]
    batch: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    status: Mapped[str]
    scan: Mapped[str | None]
    """Number of the upload that shows the certificate."""


class RecognitionEvent(EventColumns, Base):
    """One step of a recognition: registered, lapsed, revoked; by whom, when and why."""

    __tablename__ = "recognition_events"

    recognition_id: Mapped[int] = mapped_column(ForeignKey(Recognition.id), index=True)
