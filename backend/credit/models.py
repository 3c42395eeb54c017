"""Tables of referral links, touches, and the ledger of transfers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.models import User
from backend.catalog.areas.models import Area
from backend.competition.models import Competitor, Season, Team
from backend.core.database import Base, Key


class ReferralLink(Base):
    """A competitor's short code for a target. The same wish gives the same link."""

    __tablename__ = "referral_links"
    __table_args__ = (
        CheckConstraint("target_kind IN ('home', 'product')", name="target_kind"),
        Index(
            "uq_referral_links_wish",
            "competitor_id",
            "target_kind",
            text("coalesce(target_id, '')"),
            "channel",
            unique=True,
        ),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    competitor_id: Mapped[int] = mapped_column(ForeignKey(Competitor.id))
    target_kind: Mapped[str]
    target_id: Mapped[str | None]
    channel: Mapped[str]
    created_at: Mapped[datetime]


class Touch(Base):
    """A visitor followed a link. `user_id` is filled in when the visitor logs in."""

    __tablename__ = "touches"
    __table_args__ = (
        CheckConstraint("visitor_id IS NOT NULL OR user_id IS NOT NULL", name="visitor"),
        Index("ix_touches_of_user", "user_id", text("touched_at DESC")),
        Index("ix_touches_of_visitor", "visitor_id", postgresql_where=text("user_id IS NULL")),
    )

    id: Mapped[Key]
    link_id: Mapped[int] = mapped_column(ForeignKey(ReferralLink.id), index=True)
    visitor_id: Mapped[str | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    channel: Mapped[str]
    touched_at: Mapped[datetime]


class CreditTransfer(Base):
    """One immutable movement between two accounts of a competitor; `cause` makes it happen once.

    Accounts: `sales` (where credit comes from and goes back to) and `pending` (paid, not yet
    accepted). The database refuses to change or delete a row.
    """

    __tablename__ = "credit_transfers"
    __table_args__ = (
        CheckConstraint("kind IN ('accrue', 'reverse')", name="kind"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("source <> target", name="accounts"),
        Index("ix_credit_transfers_of_competitor", "competitor_id", "id"),
        Index("ix_credit_transfers_of_order", "order_no"),
    )

    id: Mapped[Key]
    cause: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    source: Mapped[str]
    target: Mapped[str]
    amount_fen: Mapped[int]
    season_id: Mapped[int] = mapped_column(ForeignKey(Season.id))
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id))
    competitor_id: Mapped[int] = mapped_column(ForeignKey(Competitor.id))
    order_no: Mapped[str]
    line_no: Mapped[int]
    county_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    channel: Mapped[str]
    at: Mapped[datetime]
