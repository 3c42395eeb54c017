"""Tables of areas and categories, which everything else in the catalogue hangs on."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


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
