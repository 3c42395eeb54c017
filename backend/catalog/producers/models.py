"""Tables of producers."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.models import User
from backend.catalog.areas.models import Area
from backend.core.database import Base, Key
from backend.core.life import EventColumns
from backend.core.personal_data import Encrypted


class ProducerKind(StrEnum):
    """What a producer is; its credit code must agree."""

    firm = "firm"
    cooperative = "cooperative"
    village_collective = "village_collective"
    family_farm = "family_farm"
    sole_trader = "sole_trader"


class ProducerState(StrEnum):
    """Only an approved producer's products are offered."""

    submitted = "submitted"
    returned = "returned"
    approved = "approved"
    suspended = "suspended"


class Duty(StrEnum):
    """What a producer's contact is there for."""

    manager = "manager"
    sales = "sales"
    warehouse = "warehouse"
    finance = "finance"
    after_sale = "after_sale"


class LicenceKind(StrEnum):
    """`business` is the business licence, or what registers a body that has none (N2)."""

    business = "business"
    food_production = "food_production"
    food_trade = "food_trade"
    other = "other"


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Producer(Base):
    """A firm, co-operative, village collective or family farm with its credit code (GB 32100)."""

    __tablename__ = "producers"
    __table_args__ = (
        CheckConstraint("settlement_mode IN ('resale', 'profit_sharing')", name="settlement_mode"),
        CheckConstraint(
            "state IN ('submitted', 'returned', 'approved', 'suspended')", name="state"
        ),
        CheckConstraint("households >= 0", name="households"),
        _one_of("kind", ProducerKind),
        Index("ix_producers_state", "state", "id"),
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
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    """Goes up with every change of what is reviewed, so that what was seen is what is approved."""
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


class ProducerInvitation(Base):
    """A code with which one person may join, once and not for long; only its hash is kept."""

    __tablename__ = "producer_invitations"
    __table_args__ = (
        CheckConstraint("(redeemed_at IS NULL) = (redeemed_by IS NULL)", name="redeemed"),
    )

    id: Mapped[Key]
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id), index=True)
    code_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    as_owner: Mapped[bool]
    invited_by: Mapped[int] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    redeemed_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    redeemed_at: Mapped[datetime | None]


class ProducerContact(Base):
    """Whom to call about what."""

    __tablename__ = "producer_contacts"
    __table_args__ = (_one_of("duty", Duty),)

    id: Mapped[Key]
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id), index=True)
    name: Mapped[str] = mapped_column(Encrypted)
    phone: Mapped[str] = mapped_column(Encrypted)
    duty: Mapped[str]


class ProducerLicence(Base):
    """What an authority allows or certifies, until `valid_to` (that day included) or for good."""

    __tablename__ = "producer_licences"
    __table_args__ = (
        UniqueConstraint("producer_id", "kind", "number"),
        CheckConstraint("valid_to >= valid_from", name="period"),
        _one_of("kind", LicenceKind),
        Index("ix_producer_licences_valid_to", "valid_to", "id"),
    )

    id: Mapped[Key]
    producer_id: Mapped[int] = mapped_column(ForeignKey(Producer.id))
    kind: Mapped[str]
    number: Mapped[str]
    issuer: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """`None`: long-term."""
    scan: Mapped[str | None]
    """The number of an uploaded document; never shown to the public."""
    alarmed_at: Mapped[datetime | None]
    """When its end was reported, so that it is reported once."""
