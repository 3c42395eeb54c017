"""Tables of the competition's entries."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.accounts.models import User
from backend.catalog.areas.models import Area
from backend.core.database import Base, Key


class Season(Base):
    """One competition year. Two seasons never overlap, so an instant has at most one."""

    __tablename__ = "seasons"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("attribution_window_days > 0", name="attribution_window"),
        ExcludeConstraint(
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"), name="ex_seasons_period"
        ),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    attribution_window_days: Mapped[int] = mapped_column(server_default=text("15"))


class Track(Base):
    __tablename__ = "tracks"
    __table_args__ = (UniqueConstraint("season_id", "code"),)

    id: Mapped[Key]
    season_id: Mapped[int] = mapped_column(ForeignKey(Season.id))
    code: Mapped[str]
    name: Mapped[str]


class Institution(Base):
    """A school or employer that competitors belong to."""

    __tablename__ = "institutions"
    __table_args__ = (CheckConstraint("kind IN ('school', 'employer')", name="kind"),)

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    prefecture_code: Mapped[str] = mapped_column(ForeignKey(Area.code))


class Team(Base):
    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("season_id", "code"),)

    id: Mapped[Key]
    season_id: Mapped[int] = mapped_column(ForeignKey(Season.id))
    track_id: Mapped[int] = mapped_column(ForeignKey(Track.id))
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id))
    code: Mapped[str]
    name: Mapped[str]
    slogan: Mapped[str] = mapped_column(server_default=text("''"))


class Competitor(Base):
    """A person in a team for one season; active until withdrawn.

    `invited_by` is kept for the record alone: nobody is credited for recruiting.
    """

    __tablename__ = "competitors"
    __table_args__ = (
        UniqueConstraint("season_id", "user_id"),
        Index(
            "uq_competitors_captain",
            "team_id",
            unique=True,
            postgresql_where=text("is_captain AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    season_id: Mapped[int] = mapped_column(ForeignKey(Season.id))
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    display_name: Mapped[str]
    """The name the competitor chose to be seen under, not the real one."""
    is_captain: Mapped[bool]
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("competitors.id"))
    enrolled_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
