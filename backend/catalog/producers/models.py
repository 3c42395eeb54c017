"""Tables of producers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.models import User
from backend.catalog.areas.models import Area
from backend.core.database import Base, Key
from backend.core.life import EventColumns


class ProducerState(StrEnum):
    """Only an approved producer's products are offered."""

    submitted = "submitted"
    returned = "returned"
    approved = "approved"
    suspended = "suspended"


class Producer(Base):
    """A firm, co-operative, village collective or family farm with its credit code (GB 32100)."""

    __tablename__ = "producers"
    __table_args__ = (
        CheckConstraint("settlement_mode IN ('resale', 'profit_sharing')", name="settlement_mode"),
        CheckConstraint(
            "state IN ('submitted', 'returned', 'approved', 'suspended')", name="state"
        ),
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
    state: Mapped[str]
    created_at: Mapped[datetime]


class ProducerEvent(EventColumns, Base):
    """One step of a producer's standing: who took it, when and why."""

    __tablename__ = "producer_events"

    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id), index=True)


class ProducerMember(Base):
    """Somebody who acts for a producer, from one instant to another."""

    __tablename__ = "producer_members"
    __table_args__ = (
        Index(
            "uq_producer_members_acting",
            "producer_id",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_producer_members_user_id", "user_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[Key]
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    is_owner: Mapped[bool]
    """Owners invite and remove others."""
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
